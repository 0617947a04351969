// The queue capacity model of guide 1, exactly as printed there (CAP-1):
//
//   minimise sum_i x_i / max(a_i, 1)   subject to   x_i <= max(a_i, 1) / min_coverage_ratio,
//                                                   min_capacity_i <= x_i <= max_capacity_i
//
// with a_i the available agents that hold the queue's skill; the answer is max(1, round(x_i)), half
// to even. All costs are positive, so the optimum is always each queue's lower bound: the model is
// kept for parity with the guide, the balance model is the one that balances.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/model/snapshot.h"
#include "services/optimizer/core/capacity/linear_program.h"

namespace evenkeel::optimizer {

struct GuideQueue {
  std::string queue_id;
  std::string skill_id;
  std::optional<double> min_capacity = 1.0;    // nullopt: no lower bound
  std::optional<double> max_capacity = 200.0;  // nullopt: no upper bound
};

struct GuideProblem {
  std::vector<GuideQueue> queues;
  // Available agents by skill; a skill that is not here counts 0.
  std::map<std::string, double> skill_availability;
  double min_coverage_ratio = 0.85;
};

struct GuideCapacity {
  std::string queue_id;
  int64_t capacity = 1;

  friend bool operator==(const GuideCapacity&, const GuideCapacity&) = default;
};

// Capacities in the order of the queues. A queue_id that occurs twice keeps its first place and
// gets the later capacity, as in the guide. INVALID_ARGUMENT with the fields that make no sense;
// FAILED_PRECONDITION with reason CAPACITY_INFEASIBLE or CAPACITY_UNBOUNDED; OUT_OF_RANGE
// where a capacity does not fit an integer; errors of the solver.
absl::StatusOr<std::vector<GuideCapacity>> SolveGuideModel(const GuideProblem& problem,
                                                           const LinearProgramSolver& solver);

// The a_i of the guide: agents who are at work and idle ("Available"), by skill that they hold.
std::map<std::string, double> AvailableBySkill(const model::Snapshot& snapshot);

}  // namespace evenkeel::optimizer
