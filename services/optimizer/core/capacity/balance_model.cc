#include "services/optimizer/core/capacity/balance_model.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "common/base/status_macros.h"
#include "services/optimizer/core/capacity/certificate.h"
#include "services/optimizer/core/capacity/decomposition.h"
#include "services/optimizer/core/capacity/network.h"
#include "services/optimizer/core/capacity/priced_flow.h"
#include "services/optimizer/core/capacity/whole_agents.h"

namespace evenkeel::optimizer {
namespace {

// Bounds that differ by less than this, relatively, are the same number written twice.
constexpr double kSameBound = 1e-9;

struct Solution {
  std::vector<double> assigned;  // by arc
  std::vector<double> group_values;
  std::vector<double> queue_values;
  double gap_ratio = 0;
};

bool HasContradiction(const Network& network) {
  return std::any_of(network.queues.begin(), network.queues.end(),
                     [](const Network::Queue& queue) { return queue.least > queue.most; });
}

// Where rounding alone puts a minimum above a maximum, they are equal.
void JoinNearBounds(Network& network) {
  for (Network::Queue& queue : network.queues) {
    if (queue.least > queue.most &&
        queue.least - queue.most <= kSameBound * std::max(1.0, queue.most)) {
      queue.least = queue.most;
    }
  }
}

Solution Extract(const Network& network, const LinearSolution& linear, double cost_scale) {
  Solution solution;
  solution.assigned.assign(
      linear.primal.begin(),
      linear.primal.begin() + static_cast<std::ptrdiff_t>(network.arcs.size()));
  for (double& agents : solution.assigned) {
    if (std::abs(agents - std::round(agents)) < 1e-9) agents = std::round(agents);
  }
  // A group's value is what relaxing its row takes off the objective; a queue's is what one unit of
  // staff from outside would.
  for (size_t i = 0; i < linear.dual.size(); ++i) {
    const double value = linear.dual[i] / cost_scale;
    if (i < network.agents.size()) {
      solution.group_values.push_back(std::max(0.0, -value));
    } else {
      solution.queue_values.push_back(value);
    }
  }
  return solution;
}

// The certified optimum; nullopt when no plan holds every row. `start`: as of Decompose().
absl::StatusOr<std::optional<Solution>> SolveNetwork(const Network& network,
                                                     const LinearProgramSolver& solver,
                                                     std::span<const double> start = {}) {
  if (HasContradiction(network)) return std::nullopt;
  if (IsFlow(network)) {
    const bool priced = std::any_of(network.arcs.begin(), network.arcs.end(),
                                    [](const Network::Arc& arc) { return arc.price > 0; });
    std::optional<FlowPlan> plan = priced ? SolvePricedFlow(network) : Decompose(network, start);
    if (!plan) return std::nullopt;
    const Certificate certificate = Certify(network, plan->assigned, plan->group_values);
    if (certificate.holds()) {
      return Solution{std::move(plan->assigned), std::move(plan->group_values),
                      std::move(plan->queue_values), certificate.gap_ratio};
    }
  }
  LinearProgram program = MakeLinearProgram(network);
  // Solvers have absolute tolerances. Where the optimum is so small that they leave a gap, costs
  // are stated in units of that optimum.
  double cost_scale = 1;
  Certificate certificate;
  for (int attempt = 0; attempt < 3; ++attempt) {
    EVENKEEL_ASSIGN_OR_RETURN(const LinearSolution linear, solver.Solve(program));
    if (linear.outcome == LinearSolution::Outcome::kInfeasible) return std::nullopt;
    if (linear.outcome == LinearSolution::Outcome::kUnbounded) {
      return absl::InternalError("the balance model came out unbounded, which it cannot be");
    }
    Solution solution = Extract(network, linear, cost_scale);
    certificate = Certify(network, solution.assigned, solution.group_values);
    if (certificate.holds()) {
      solution.gap_ratio = certificate.gap_ratio;
      return solution;
    }
    const double rescale = 1 / (cost_scale * std::max(1e-6, std::abs(certificate.objective)));
    cost_scale *= rescale;
    for (LinearProgram::Column& column : program.columns) column.cost *= rescale;
  }
  return absl::InternalError(absl::StrFormat(
      "the plan is not certified: relative gap %.3g, breach %.3g, at most %.3g is accepted",
      certificate.gap_ratio, certificate.breach_ratio, kCertifiedGapRatio));
}

bool EfficienciesAreOne(const Network& network) {
  return std::all_of(network.arcs.begin(), network.arcs.end(),
                     [](const Network::Arc& arc) { return arc.efficiency == 1; });
}

template <typename Number>
Assignment<Number> ByGroup(const BalanceProblem& problem, const std::vector<Number>& by_arc) {
  Assignment<Number> assigned;
  auto next = by_arc.begin();
  for (const BalanceGroup& group : problem.groups) {
    const auto end = next + static_cast<std::ptrdiff_t>(group.queues.size());
    assigned.emplace_back(next, end);
    next = end;
  }
  return assigned;
}

// Whole agents. `working` is the network that `fractional` solves: `network`, or its relaxation
// when that is not feasible. With efficiencies of 1, whole bounds make the optimum whole by itself.
absl::StatusOr<std::vector<int64_t>> SolveWhole(const Network& network, const Network& working,
                                                bool relaxed, const Solution& fractional,
                                                const LinearProgramSolver& solver) {
  if (!EfficienciesAreOne(network)) return RoundToWhole(working, fractional.assigned);
  Network rounded = network;
  std::vector<double> minima;
  bool new_minima = false, is_within = true;
  const std::vector<double> staff = StaffOf(network, fractional.assigned);
  for (Network::Queue& queue : rounded.queues) {
    const double least = std::ceil(queue.least - kSameBound * std::max(1.0, queue.least));
    const double most = std::floor(queue.most + kSameBound * std::max(1.0, queue.most));
    new_minima = new_minima || least != queue.least;
    is_within = is_within && staff[minima.size()] <= most;
    queue.least = least;
    queue.most = most;
    minima.push_back(least);
  }
  const bool is_whole = std::all_of(fractional.assigned.begin(), fractional.assigned.end(),
                                    [](double agents) { return agents == std::round(agents); });
  std::optional<Solution> solution;
  if (is_whole && is_within && !new_minima) {
    solution = fractional;  // an optimum that keeps the tighter bounds is theirs too
  } else if (!relaxed) {
    EVENKEEL_ASSIGN_OR_RETURN(solution, SolveNetwork(rounded, solver, fractional.assigned));
  }
  if (!solution) {
    EVENKEEL_ASSIGN_OR_RETURN(solution,
                              SolveNetwork(Relax(rounded, minima), solver, fractional.assigned));
  }
  if (!solution) return absl::InternalError("a plan without minima came out infeasible");
  std::vector<int64_t> whole;
  for (const double agents : solution->assigned) {
    whole.push_back(std::llround(agents));
    if (std::abs(agents - std::round(agents)) > 1e-6) {
      return absl::InternalError("a vertex of the balance model came out fractional");
    }
  }
  return whole;
}

}  // namespace

absl::StatusOr<BalanceAnswer> SolveBalance(const BalanceProblem& problem,
                                           const LinearProgramSolver& solver, Minima minima) {
  EVENKEEL_RETURN_IF_ERROR(Validate(problem).ToStatus());
  Network network = MakeNetwork(problem);
  JoinNearBounds(network);
  std::vector<double> least;
  for (const Network::Queue& queue : network.queues) least.push_back(queue.least);

  BalanceAnswer answer;
  answer.idle = std::all_of(network.agents.begin(), network.agents.end(),
                            [](int64_t agents) { return agents == 0; });
  std::optional<Solution> solution;
  if (minima == Minima::kHard) {
    EVENKEEL_ASSIGN_OR_RETURN(solution, SolveNetwork(network, solver));
    answer.feasible = solution.has_value();
  }
  const bool relaxed = !solution;
  if (!answer.feasible) {
    EVENKEEL_ASSIGN_OR_RETURN(answer.conflicts, FindConflicts(problem, solver));
  }
  const Network working = relaxed ? Relax(network, least) : network;
  if (relaxed) {
    EVENKEEL_ASSIGN_OR_RETURN(solution, SolveNetwork(working, solver));
    if (!solution) return absl::InternalError("a plan without minima came out infeasible");
  }

  FractionalPlan& fractional = answer.fractional;
  fractional.objective = ObjectiveOf(network, solution->assigned);
  fractional.assigned = ByGroup(problem, solution->assigned);
  fractional.staff = StaffOf(network, solution->assigned);
  fractional.group_values = solution->group_values;
  fractional.queue_values = solution->queue_values;
  fractional.gap_ratio = solution->gap_ratio;
  for (size_t q = 0; q < least.size(); ++q) {
    const double missing = least[q] - fractional.staff[q];
    answer.shortfall.push_back(missing > kSameBound * std::max(1.0, least[q]) ? missing : 0);
  }

  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<int64_t> whole,
                            SolveWhole(network, working, relaxed, *solution, solver));
  const std::vector<double> agents(whole.begin(), whole.end());
  answer.whole.objective = ObjectiveOf(network, agents);
  answer.whole.staff = StaffOf(network, agents);
  answer.whole.assigned = ByGroup(problem, whole);
  answer.whole.gap_ratio = (answer.whole.objective - fractional.objective) /
                           std::max(std::abs(fractional.objective), 1e-6);
  for (size_t q = 0; q < least.size(); ++q) {
    const double missing = least[q] - answer.whole.staff[q];
    if (answer.shortfall[q] == 0 && missing > kSameBound * std::max(1.0, least[q])) {
      answer.whole.unheld_rows.push_back(absl::StrCat("min:", problem.queues[q].id));
    }
  }
  return answer;
}

}  // namespace evenkeel::optimizer
