// Ingest in virtual time: its estimator, outcome tracker and snapshot builder over a simulated
// centre, each section read on its own interval, so that a snapshot is as old as in production.
// What is left out: the time that requests take, and the rate budget.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <memory>

#include "common/model/change.h"
#include "common/model/snapshot.h"
#include "services/ingest/core/estimator.h"
#include "services/ingest/core/outcome_tracker.h"
#include "services/ingest/core/snapshot_builder.h"
#include "tools/lab/compare/centre_view.h"

namespace evenkeel::lab {

// The shipped defaults of ingest.*_interval.
inline const std::map<model::Section, absl::Duration>& DefaultIntervals() {
  static const auto& intervals =
      *new std::map<model::Section, absl::Duration>{{model::Section::kRoster, absl::Minutes(10)},
                                                    {model::Section::kStates, absl::Seconds(15)},
                                                    {model::Section::kQueues, absl::Seconds(30)},
                                                    {model::Section::kLive, absl::Seconds(15)},
                                                    {model::Section::kIntervals, absl::Minutes(1)}};
  return intervals;
}

class VirtualIngest {
 public:
  // `view` outlives this. Reads everything at the centre's start.
  explicit VirtualIngest(const CentreView& view);

  // Reads what is due at `now` and publishes a snapshot when anything was.
  void Tick(absl::Time now);
  // A change after a transition, as the actuator tells of it.
  void ObserveChange(const model::Change& change, absl::Time now);

  const model::Snapshot& snapshot() const { return *snapshot_; }

 private:
  void Read(model::Section section, absl::Time now);

  const CentreView& view_;
  ingest::SnapshotBuilder builder_;
  ingest::Estimator estimator_;
  ingest::OutcomeTracker outcomes_;
  std::map<model::Section, absl::Time> due_;
  std::shared_ptr<const model::Snapshot> snapshot_;
};

}  // namespace evenkeel::lab
