#include "services/optimizer/core/capacity/capacity_lever.h"

#include <algorithm>
#include <cmath>

#include "common/base/status_macros.h"

namespace evenkeel::optimizer {
namespace {

// The best use of the agents when no queue may have more than its capacity.
absl::StatusOr<BalanceAnswer> SolveWithin(BalanceProblem problem,
                                          const std::vector<int64_t>& capacities,
                                          const LinearProgramSolver& solver) {
  for (size_t q = 0; q < problem.queues.size(); ++q) {
    problem.queues[q].max_agents =
        std::min(problem.queues[q].max_agents, static_cast<double>(capacities[q]));
  }
  return SolveBalance(problem, solver, Minima::kSoft);
}

}  // namespace

absl::StatusOr<CapacityChoice> ChooseCapacities(const Staff& staff, const BalanceProblem& problem,
                                                const MoveRules& rules,
                                                const LinearProgramSolver& solver) {
  std::vector<int64_t> now;
  for (const StaffQueue& queue : staff.queues) now.push_back(queue.capacity.value_or(0));
  EVENKEEL_ASSIGN_OR_RETURN(const BalanceAnswer before, SolveWithin(problem, now, solver));

  BalanceProblem priced = problem;
  for (size_t q = 0; q < now.size(); ++q) {
    const auto capacity = static_cast<double>(now[q]);
    priced.queues[q].priced_from = capacity;
    priced.queues[q].price = rules.price;
    if (staff.queues[q].capacity_left_alone) {
      priced.queues[q].max_agents = std::min(priced.queues[q].max_agents, capacity);
    }
  }
  EVENKEEL_ASSIGN_OR_RETURN(const BalanceAnswer target,
                            SolveBalance(priced, solver, Minima::kSoft));

  CapacityChoice choice;
  choice.capacities = now;
  int changed = 0;
  // One unit at a time, where it gains most: below a minimum first, then by the curve.
  std::vector<CostCurve> curves;
  for (size_t q = 0; q < now.size(); ++q) {
    curves.push_back(CostCurve::ForLoad(problem.queues[q].load, target.whole.staff[q] + 1)
                         .Weighted(problem.queues[q].weight)
                         .WithPenaltyBelow(problem.queues[q].min_agents, 1e6));
  }
  while (true) {
    std::optional<size_t> best;
    double best_gain = 0;
    for (size_t q = 0; q < now.size(); ++q) {
      const auto capacity = static_cast<double>(choice.capacities[q]);
      if (capacity + 0.5 > target.whole.staff[q]) continue;
      const double gain = curves[q].GainAbove(capacity);
      if (gain > best_gain) {
        best = q;
        best_gain = gain;
      }
    }
    if (!best) break;
    if (changed == rules.max_moves) {
      choice.stopped_by_limit = true;
      break;
    }
    ++choice.capacities[*best];
    ++changed;
  }
  // A capacity above the configured maximum comes down to it, as far as the plan may go.
  for (size_t q = 0; q < now.size(); ++q) {
    const auto most =
        static_cast<int64_t>(std::floor(std::min(problem.queues[q].max_agents, 9e15)));
    if (choice.capacities[q] <= most || staff.queues[q].capacity_left_alone) continue;
    const int64_t step = std::min<int64_t>(choice.capacities[q] - most, rules.max_moves - changed);
    choice.capacities[q] -= step;
    changed += static_cast<int>(step);
    choice.stopped_by_limit = choice.stopped_by_limit || choice.capacities[q] > most;
  }

  EVENKEEL_ASSIGN_OR_RETURN(const BalanceAnswer after,
                            SolveWithin(problem, choice.capacities, solver));
  choice.staff_before = before.whole.staff;
  choice.staff_after = after.whole.staff;
  choice.waiting_before = before.whole.objective;
  choice.waiting_after = after.whole.objective;
  return choice;
}

}  // namespace evenkeel::optimizer
