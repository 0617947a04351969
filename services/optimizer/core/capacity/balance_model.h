// The balance model (CAP-2): who should be staff of which queue so that the fewest calls wait.
// formulation.md states the model; balance_problem.h is its input.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "services/optimizer/core/capacity/balance_problem.h"
#include "services/optimizer/core/capacity/infeasibility.h"
#include "services/optimizer/core/capacity/linear_program.h"

namespace evenkeel::optimizer {

// Agents by group and, within the group, by entry of BalanceGroup::queues.
template <typename Number>
using Assignment = std::vector<std::vector<Number>>;

// The optimum over fractions of agents.
struct FractionalPlan {
  double objective = 0;  // calls waiting, weighted, plus prices
  Assignment<double> assigned;
  std::vector<double> staff;         // n_q, by queue
  std::vector<double> group_values;  // fall of the objective per agent added to the group
  std::vector<double> queue_values;  // fall of the objective per unit of staff given to the queue
  double gap_ratio = 0;              // certified distance to the lower bound
};

// The plan in whole agents (CAP-3).
struct WholePlan {
  double objective = 0;
  Assignment<int64_t> assigned;
  std::vector<double> staff;
  // (objective - FractionalPlan::objective) / FractionalPlan::objective; the divisor is at least a
  // millionth of a waiting call.
  double gap_ratio = 0;
  // Rows that this plan does not hold although fractions of agents would ("min:<queue>"); empty
  // when every row is held.
  std::vector<std::string> unheld_rows;
};

struct BalanceAnswer {
  // False: no plan holds every row. The plans then are relaxed: they miss the minima least, first
  // in total, then by cost; `conflicts` says why (CAP-6).
  bool feasible = true;
  // Nobody is on queue at all: not an error, the state of every night (CAP-10).
  bool idle = false;
  FractionalPlan fractional;
  WholePlan whole;
  ConflictReport conflicts;
  std::vector<double> shortfall;  // of the fractional plan below min_agents, by queue
};

enum class Minima {
  kHard,  // are held, or the answer is not feasible and says why
  kSoft,  // are missed least where they cannot be held; the answer is always feasible
};

// INVALID_ARGUMENT with every violation of Validate(); errors of the solver as they are; INTERNAL
// when the optimum is not certified to kCertifiedGapRatio.
absl::StatusOr<BalanceAnswer> SolveBalance(const BalanceProblem& problem,
                                           const LinearProgramSolver& solver,
                                           Minima minima = Minima::kHard);

}  // namespace evenkeel::optimizer
