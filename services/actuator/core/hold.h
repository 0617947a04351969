// A hold: a timed change that must be undone (FAIR-7). It is in the ledger, with its end, before
// the call that begins it, and stays open there until the old value is back or somebody else chose
// another. Pure decisions; who reads, writes and keeps time is elsewhere.
#pragma once

#include <absl/time/time.h>

#include <string>

#include "common/model/change.h"
#include "services/actuator/core/reading.h"

namespace evenkeel::actuator {

struct Hold {
  enum class Outcome {
    kOpen,            // not over yet
    kRestored,        // we wrote the old value, and it shows
    kBackAlready,     // the old value was there before we wrote it
    kChangedByOther,  // somebody chose another value meanwhile: it stands
    kGone,            // the agent is no member of the queue any more
    kNotApplied,      // the call that should have begun it certainly had no effect
  };
  std::string id;  // of the change that began it
  model::Entity entity;
  model::Value old_value;  // to restore
  model::Value set_value;  // what was set
  absl::Time begun_at;
  absl::Time ends_at;
  Outcome outcome = Outcome::kOpen;
  absl::Time ended_at = absl::InfiniteFuture();

  bool open() const { return outcome == Outcome::kOpen; }
  friend bool operator==(const Hold&, const Hold&) = default;
};
inline constexpr Hold::Outcome kAllHoldOutcomes[] = {
    Hold::Outcome::kOpen,           Hold::Outcome::kRestored, Hold::Outcome::kBackAlready,
    Hold::Outcome::kChangedByOther, Hold::Outcome::kGone,     Hold::Outcome::kNotApplied};
const char* HoldOutcomeName(Hold::Outcome outcome);  // "changed_by_other"

// What a reading means for a hold whose time is over.
enum class HoldVerdict {
  kRestore,         // the value that we set is there: write the old one
  kBackAlready,     // the old value is there
  kLookAgain,       // not to be told yet: a call or a reading may be late, or the agent is busy
  kChangedByOther,  // another value is there
  kGone,
};
// `seen_set`: the set value was seen in the centre; `since_sent`: since the call that set it;
// `settle`: for so long a reading may be older than what was seen; `uncertain`: for so long a call
// that was not seen to take effect may still do so.
HoldVerdict JudgeHold(const Hold& hold, const Reading& reading, bool seen_set,
                      absl::Duration since_sent, absl::Duration settle, absl::Duration uncertain);

}  // namespace evenkeel::actuator
