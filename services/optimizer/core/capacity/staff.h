// What the planner reads out of a snapshot: the managed queues with their loads, and the agents at
// work, sorted into types by what they can be given and what they have.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <string>
#include <vector>

#include "common/model/snapshot.h"
#include "services/optimizer/core/capacity/balance_problem.h"
#include "services/optimizer/core/capacity/planner.h"

namespace evenkeel::optimizer {

// A managed queue. Indices of queues below are those of Staff::queues, the order of the settings.
struct StaffQueue {
  BalanceQueue balance;         // with its load, bounds, and limit from the agents at work
  double rate_error_ratio = 0;  // standard error of the arrival rate / the rate
  std::string name;
  absl::Duration service_level_within;
  std::optional<int64_t> capacity;  // of the lever kQueueCapacity
  bool capacity_left_alone = false;
};

// A queue that agents of a type have joined or may join.
struct Option {
  size_t queue = 0;
  bool joined = false;
  bool left_alone = false;  // stays as it is

  friend auto operator<=>(const Option&, const Option&) = default;
};

// Agents at work with the same options. One who is left alone in a queue that is not joined does
// not have it as an option.
struct StaffType {
  std::vector<Option> options;      // ascending by queue, not empty
  std::vector<std::string> agents;  // ids, ascending

  size_t JoinedCount() const;
  // Whether the type may join another queue, given that k queues an agent are the most.
  bool MayJoin(int queues_per_agent) const;
};

struct Staff {
  std::vector<StaffQueue> queues;
  std::vector<StaffType> types;  // ascending by options
};

// FAILED_PRECONDITION with reason CAPACITY_INPUT_MISSING when the snapshot lacks what PlanCapacity
// needs. Loads are passed on as they are; SolveBalance refuses those that make no sense.
absl::StatusOr<Staff> ReadStaff(const model::Snapshot& snapshot, const PlannerSettings& settings,
                                absl::Time now);

}  // namespace evenkeel::optimizer
