#include "services/optimizer/core/capacity/guide_model.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"

namespace evenkeel::optimizer {
namespace {

absl::Status Check(const GuideProblem& problem) {
  Violations violations;
  if (problem.queues.empty()) violations.Add("queue_config", "must hold at least one queue");
  if (problem.min_coverage_ratio == 0 || !std::isfinite(problem.min_coverage_ratio)) {
    violations.Add("min_coverage_ratio",
                   absl::StrCat("must be a number other than 0, is ", problem.min_coverage_ratio));
  }
  for (const auto& [skill_id, agents] : problem.skill_availability) {
    if (!std::isfinite(agents)) {
      violations.Add(absl::StrCat("skill_availability[", skill_id, "]"), "must be a finite number");
    }
  }
  for (size_t i = 0; i < problem.queues.size(); ++i) {
    const GuideQueue& queue = problem.queues[i];
    const std::string path = absl::StrCat("queue_config[", i, "]");
    if (queue.min_capacity && !std::isfinite(*queue.min_capacity)) {
      violations.Add(path + ".min_capacity", "must be a number, or minus infinity for none");
    }
    if (queue.max_capacity && !std::isfinite(*queue.max_capacity)) {
      violations.Add(path + ".max_capacity", "must be a number, or infinity for none");
    }
  }
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<std::vector<GuideCapacity>> SolveGuideModel(const GuideProblem& problem,
                                                           const LinearProgramSolver& solver) {
  EVENKEEL_RETURN_IF_ERROR(Check(problem));
  LinearProgram program;
  for (const GuideQueue& queue : problem.queues) {
    const auto found = problem.skill_availability.find(queue.skill_id);
    const double available =
        std::max(found == problem.skill_availability.end() ? 0.0 : found->second, 1.0);
    const int row =
        program.AddRow(queue.queue_id, -kUnbounded, available / problem.min_coverage_ratio);
    program.AddColumn({.cost = 1 / available,
                       .lower = queue.min_capacity.value_or(-kUnbounded),
                       .upper = queue.max_capacity.value_or(kUnbounded)},
                      {{row, 1}});
  }
  EVENKEEL_ASSIGN_OR_RETURN(const LinearSolution solution, solver.Solve(program));
  switch (solution.outcome) {
    case LinearSolution::Outcome::kOptimal:
      break;
    case LinearSolution::Outcome::kInfeasible:
      return RefusalStatus(absl::StatusCode::kFailedPrecondition,
                           "guide model: infeasible, a minimum is above a maximum or above the "
                           "limit that the available agents set",
                           {"CAPACITY_INFEASIBLE", {}});
    case LinearSolution::Outcome::kUnbounded:
      return RefusalStatus(absl::StatusCode::kFailedPrecondition,
                           "guide model: unbounded, a queue has no lower bound",
                           {"CAPACITY_UNBOUNDED", {}});
  }
  std::vector<GuideCapacity> capacities;
  for (size_t i = 0; i < problem.queues.size(); ++i) {
    // nearbyint rounds half to even in the default rounding mode, as Python's round does.
    const double rounded = std::max(1.0, std::nearbyint(solution.primal[i]));
    if (!(rounded < 9e15)) {
      return absl::OutOfRangeError(
          absl::StrCat("the capacity of queue ", problem.queues[i].queue_id, " is ", rounded));
    }
    const auto same = std::find_if(capacities.begin(), capacities.end(), [&](const auto& entry) {
      return entry.queue_id == problem.queues[i].queue_id;
    });
    GuideCapacity& entry = same == capacities.end() ? capacities.emplace_back() : *same;
    entry = {problem.queues[i].queue_id, static_cast<int64_t>(rounded)};
  }
  return capacities;
}

std::map<std::string, double> AvailableBySkill(const model::Snapshot& snapshot) {
  absl::flat_hash_set<std::string> available;
  for (const model::AgentState& state : snapshot.states) {
    if (state.at_work && state.activity == model::Activity::kIdle) available.insert(state.agent_id);
  }
  std::map<std::string, double> agents;
  for (const model::Agent& agent : snapshot.agents) {
    if (!available.contains(agent.id)) continue;
    for (const model::AgentSkill& skill : agent.skills) agents[skill.skill_id] += 1;
  }
  return agents;
}

}  // namespace evenkeel::optimizer
