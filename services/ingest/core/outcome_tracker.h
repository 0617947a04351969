// What planners must leave alone, from what the actuator tells of its changes: whom a hold is on
// (FAIR-6), what a change is under way for, what was moved a moment ago (CAP-11: it stays for the
// dwell), and what somebody else changed (ACT-13).
#pragma once

#include <absl/time/time.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/model/change.h"
#include "common/model/snapshot.h"

namespace evenkeel::ingest {

// Not thread-safe. Events of a change come in its order; they may come again from the beginning.
class OutcomeTracker {
 public:
  explicit OutcomeTracker(absl::Duration dwell) : dwell_(dwell) {}

  // A change after a transition. True when the centre was, or may have been, written: who works on
  // which queue is worth reading again soon.
  bool Observe(const model::Change& change);
  // Somebody else changed `entity`; planners leave it alone until `until`.
  void ObserveOther(const model::Entity& entity, absl::Time until);

  // A hold of `entity`, begun by change `id`: whether it is still open. True when the centre was
  // written.
  bool ObserveHold(const std::string& id, const model::Entity& entity, bool open);

  // As if nothing had been observed.
  void Forget() { held_.clear(); }

  // What is to be left alone at `now`, by queue, then agent; of several reasons for one entity a
  // hold, else the one that lasts longest. Forgets what is over.
  std::vector<model::LeftAlone> LeftAlone(absl::Time now);

 private:
  // Queue (empty: all queues of the agent), agent (empty: the queue's capacity).
  using Key = std::pair<std::string, std::string>;
  struct Held {
    std::set<std::string> open;   // ids of changes
    std::set<std::string> holds;  // open ones, by the ids of the changes that began them
    absl::Time moved_until = absl::InfinitePast();
    absl::Time other_until = absl::InfinitePast();
  };
  static Key KeyOf(const model::Entity& entity);

  const absl::Duration dwell_;
  std::map<Key, Held> held_;
};

}  // namespace evenkeel::ingest
