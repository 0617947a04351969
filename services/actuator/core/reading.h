// What a value read from the centre means for a change (ACT-6, ACT-13): whether it may be written,
// whether it took effect, whether somebody else was at work. Pure decisions; who reads and writes
// is elsewhere.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <optional>

#include "common/model/change.h"

namespace evenkeel::actuator {

// Absent: the entity does not exist (the agent is no member of the queue).
using Reading = std::optional<model::Value>;

enum class BeforeWrite {
  kSend,            // the old value is there
  kTookEffect,      // an earlier call of ours did the work
  kChangedByOther,  // another value is there: no write
  kBusy,            // the agent is in an interaction: not now
  kGone,
};
// `maybe_sent`: an earlier call with this change went out, or may have. What a restore would write
// and finds there is taken for done, whoever did it.
BeforeWrite JudgeBeforeWrite(const model::Proposal& proposal, const Reading& reading,
                             bool maybe_sent);

enum class ReadBack {
  kApplied,
  kWait,            // not yet: the centre acts in its own time
  kSendAgain,       // a call that may have been lost had no effect
  kNotShown,        // the centre took the call, or calls enough, and it does not show
  kChangedByOther,  // neither old nor new
  kGone,
};
struct ReadBackRules {
  absl::Duration verify_timeout = absl::Minutes(1);  // from the call
  int64_t max_attempts = 3;                          // calls
};
// A throttle is not sent again; a restore, which does no harm twice, is at once where the centre
// did not say yes. `acknowledged`: the centre said yes to the last call; `waited`: since that call;
// `attempts`: calls so far.
ReadBack JudgeReadBack(const model::Proposal& proposal, const Reading& reading, bool acknowledged,
                       absl::Duration waited, int64_t attempts, const ReadBackRules& rules);

enum class Observation {
  kNothingNew,  // as last seen, or seen for the first time, or not to be judged yet
  kOurs,        // changed, by a change of ours
  kForeign,     // changed, and not by us
};
// The last change of ours of the entity whose call went out, or may have.
struct OwnWrite {
  model::Value old_value;
  model::Value new_value;
  bool in_flight = false;
  absl::Duration age;  // since the call
};
// How to take a value seen by the monitor. The centre may show a write late, and a reading may be
// older than the write; so within `settle` of a call both of its values are no news, and its new
// value is ours for as long as `uncertain` after it.
Observation JudgeObservation(const Reading& last_seen, const model::Value& value,
                             const std::optional<OwnWrite>& own, absl::Duration settle,
                             absl::Duration uncertain);

}  // namespace evenkeel::actuator
