// How many agents each queue may have at once, where the centre is set by a number per queue
// instead of by memberships. formulation.md, "The lever of queue capacities".
#pragma once

#include <absl/status/statusor.h>

#include <vector>

#include "services/optimizer/core/capacity/balance_model.h"
#include "services/optimizer/core/capacity/moves.h"
#include "services/optimizer/core/capacity/staff.h"

namespace evenkeel::optimizer {

struct CapacityChoice {
  std::vector<int64_t> capacities;  // by queue
  bool stopped_by_limit = false;
  std::vector<double> staff_before, staff_after;  // by queue
  double waiting_before = 0, waiting_after = 0;   // weighted calls
};

// `problem`: the groups of agents and the queues. Minima count as soft when they cannot be held. A
// unit of capacity changed counts as a move. Errors are the solver's.
absl::StatusOr<CapacityChoice> ChooseCapacities(const Staff& staff, const BalanceProblem& problem,
                                                const MoveRules& rules,
                                                const LinearProgramSolver& solver);

}  // namespace evenkeel::optimizer
