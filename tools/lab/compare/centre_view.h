// The simulated centre as ingest's readers see the real one: the sections of a snapshot, read at
// one instant. Platform dialect: the lever is who is joined to which queue.
#pragma once

#include <absl/time/time.h>

#include <vector>

#include "common/model/snapshot.h"
#include "tools/genesys_sim/engine/engine.h"

namespace evenkeel::lab {

// As ingest reads them: lengths of intervals, and how far back.
inline constexpr absl::Duration kIntervalLength = absl::Minutes(5);
inline constexpr absl::Duration kHistoryWindow = absl::Minutes(30);

class CentreView {
 public:
  // Of the `queues` (positions); `engine` outlives this.
  CentreView(const sim::Engine& engine, std::vector<int> queues);

  std::vector<model::Agent> Agents() const;
  std::vector<model::AgentState> States() const;  // of members of the queues
  std::vector<model::Queue> Queues() const;
  std::vector<model::Membership> Memberships() const;
  std::vector<model::QueueLive> Live() const;
  // Those that begin in the last kHistoryWindow, the running one included.
  std::vector<model::QueueInterval> Intervals(absl::Time now) const;
  // Begin of the first and end of the last of them.
  static absl::Time IntervalsFrom(absl::Time now);
  static absl::Time IntervalsTo(absl::Time now);

  const std::vector<int>& queues() const { return queues_; }
  const sim::Engine& engine() const { return engine_; }

 private:
  const sim::Engine& engine_;
  const std::vector<int> queues_;
  std::vector<int> members_;  // of any of the queues, ascending
};

}  // namespace evenkeel::lab
