#include "services/optimizer/core/capacity/planner.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "common/base/status_macros.h"
#include "services/optimizer/core/capacity/balance_model.h"
#include "services/optimizer/core/capacity/capacity_lever.h"
#include "services/optimizer/core/capacity/explain.h"
#include "services/optimizer/core/capacity/moves.h"
#include "services/optimizer/core/capacity/staff.h"

namespace evenkeel::optimizer {
namespace {

constexpr std::array kSections = {model::Section::kRoster, model::Section::kStates,
                                  model::Section::kQueues, model::Section::kEstimates};

// Which options of a type can be work: joined ones, and those that may be joined.
std::vector<size_t> UsableOptions(const StaffType& type, int queues_per_agent) {
  const bool may_join = type.MayJoin(queues_per_agent);
  std::vector<size_t> usable;
  for (size_t k = 0; k < type.options.size(); ++k) {
    if (type.options[k].joined || may_join) usable.push_back(k);
  }
  return usable;
}

class Planner {
 public:
  Planner(const PlannerSettings& settings, const LinearProgramSolver& solver, Staff staff)
      : settings_(settings), solver_(solver), staff_(std::move(staff)) {
    horizon_seconds_ = absl::ToDoubleSeconds(settings.horizon);
    rules_ = {settings.queues_per_agent,
              absl::ToDoubleSeconds(settings.move_cost) / horizon_seconds_, settings.max_moves};
  }

  absl::StatusOr<CapacityPlan> Run(model::CapacityLever lever) {
    plan_.lever = lever;
    FillQueues();
    if (staff_.types.empty()) return std::move(plan_);  // idle
    plan_.state = CapacityPlanState::kNoChange;
    const BalanceProblem problem = GroupProblem();
    EVENKEEL_ASSIGN_OR_RETURN(const BalanceAnswer best, SolveBalance(problem, solver_));
    FillBest(problem, best);
    EVENKEEL_RETURN_IF_ERROR(lever == model::CapacityLever::kMemberships ? PlanMemberships(best)
                                                                         : PlanCapacities(problem));
    if (!plan_.moves.empty() || !plan_.capacities.empty()) {
      plan_.state = CapacityPlanState::kChanges;
    }
    return std::move(plan_);
  }

 private:
  void FillQueues() {
    for (const StaffQueue& queue : staff_.queues) {
      QueuePlan& plan = plan_.queues.emplace_back();
      plan.queue_id = queue.balance.id;
      plan.name = queue.name;
      plan.service_level_within = queue.service_level_within;
      plan.arrivals_per_hour = queue.balance.load.calls_per_hour;
      plan.offered_load_erlangs = queue.balance.load.OfferedLoad();
      plan.limit_agents = queue.balance.limit_agents;
    }
  }

  std::vector<BalanceQueue> BalanceQueues() const {
    std::vector<BalanceQueue> queues;
    for (const StaffQueue& queue : staff_.queues) queues.push_back(queue.balance);
    return queues;
  }

  // Groups of agents who can be given the same queues, whatever they have joined.
  BalanceProblem GroupProblem() const {
    std::map<std::vector<size_t>, int64_t> groups;
    for (const StaffType& type : staff_.types) {
      std::vector<size_t> queues;
      for (const size_t k : UsableOptions(type, settings_.queues_per_agent)) {
        queues.push_back(type.options[k].queue);
      }
      groups[queues] += static_cast<int64_t>(type.agents.size());
    }
    BalanceProblem problem{{}, BalanceQueues()};
    for (const auto& [queues, agents] : groups) {
      BalanceGroup& group = problem.groups.emplace_back();
      group.agents = agents;
      for (const size_t q : queues) group.queues.push_back({staff_.queues[q].balance.id});
      group.id = absl::StrJoin(group.queues, "+", [](std::string* out, const Eligibility& e) {
        out->append(e.queue_id);
      });
    }
    return problem;
  }

  void FillBest(const BalanceProblem& problem, const BalanceAnswer& best) {
    plan_.feasible = best.feasible;
    plan_.conflicts = best.conflicts;
    plan_.gap_ratio = best.fractional.gap_ratio;
    plan_.whole_gap_ratio = best.whole.gap_ratio;
    for (size_t g = 0; g < problem.groups.size(); ++g) {
      GroupPlan& group = plan_.groups.emplace_back();
      group.id = problem.groups[g].id;
      group.agents = problem.groups[g].agents;
      for (const Eligibility& eligibility : problem.groups[g].queues) {
        group.queue_ids.push_back(eligibility.queue_id);
      }
      if (best.feasible) {
        group.marginal_value_seconds = best.fractional.group_values[g] * horizon_seconds_;
      }
    }
    if (!best.feasible) return;
    for (size_t q = 0; q < plan_.queues.size(); ++q) {
      plan_.queues[q].marginal_value_seconds = best.fractional.queue_values[q] * horizon_seconds_;
    }
  }

  // One group for each type; `price` for what is not joined, or not at all when it is negative.
  // Returns agents by type and option.
  absl::StatusOr<Assignment<int64_t>> SolveTypes(double price, Minima minima) const {
    BalanceProblem problem{{}, BalanceQueues()};
    std::vector<std::vector<size_t>> chosen;
    for (size_t t = 0; t < staff_.types.size(); ++t) {
      const StaffType& type = staff_.types[t];
      BalanceGroup& group = problem.groups.emplace_back();
      group.id = absl::StrCat("type ", t);
      group.agents = static_cast<int64_t>(type.agents.size());
      std::vector<size_t>& options = chosen.emplace_back();
      for (const size_t k : UsableOptions(type, settings_.queues_per_agent)) {
        const bool joined = type.options[k].joined;
        if (!joined && price < 0) continue;
        group.queues.push_back(
            {staff_.queues[type.options[k].queue].balance.id, 1, joined ? 0 : price});
        options.push_back(k);
      }
    }
    EVENKEEL_ASSIGN_OR_RETURN(const BalanceAnswer answer, SolveBalance(problem, solver_, minima));
    Assignment<int64_t> assigned;
    for (size_t t = 0; t < staff_.types.size(); ++t) {
      assigned.emplace_back(staff_.types[t].options.size(), 0);
      for (size_t i = 0; i < chosen[t].size(); ++i) {
        assigned[t][chosen[t][i]] = answer.whole.assigned[t][i];
      }
    }
    return assigned;
  }

  absl::Status PlanMemberships(const BalanceAnswer& best) {
    EVENKEEL_ASSIGN_OR_RETURN(const Assignment<int64_t> present, SolveTypes(-1, Minima::kSoft));
    EVENKEEL_ASSIGN_OR_RETURN(
        const Assignment<int64_t> target,
        SolveTypes(rules_.price, best.feasible ? Minima::kHard : Minima::kSoft));
    const MoveChoice choice =
        ChooseMoves(staff_, present, target, MakePooledQueues(best.whole.staff), rules_);
    for (const ChosenMove& chosen : choice.moves) {
      MembershipMove& move = plan_.moves.emplace_back();
      const StaffQueue& join = staff_.queues[chosen.join];
      const StaffQueue* leave = chosen.leave ? &staff_.queues[*chosen.leave] : nullptr;
      move.agent_id = chosen.agent_id;
      move.join_queue_id = join.balance.id;
      if (leave != nullptr) move.leave_queue_id = leave->balance.id;
      move.changes_primary = chosen.changes_primary;
      move.saving_seconds = chosen.gain * horizon_seconds_;
      move.for_minimum = chosen.for_minimum;
      move.reason = MoveSentence(join, leave, move, settings_.horizon);
    }
    for (const PlacedAgent& placed : choice.agents) {
      AgentQueues& agent = plan_.agents.emplace_back();
      agent.agent_id = placed.agent_id;
      if (placed.primary) agent.primary_queue_id = staff_.queues[*placed.primary].balance.id;
      for (const size_t q : placed.others) {
        agent.other_queue_ids.push_back(staff_.queues[q].balance.id);
      }
    }
    FillFigures(choice.staff_before, choice.effective_before, choice.staff_after,
                choice.effective_after);
    plan_.stopped_by_limit = choice.stopped_by_limit;
    plan_.saving_seconds = (choice.waiting_before - choice.waiting_after) * horizon_seconds_;
    return absl::OkStatus();
  }

  std::vector<PooledQueue> MakePooledQueues(const std::vector<double>& usual_staff) const {
    double everybody = 1;
    for (const StaffType& type : staff_.types) everybody += static_cast<double>(type.agents.size());
    std::vector<PooledQueue> queues;
    double steepest = 0;
    for (size_t q = 0; q < staff_.queues.size(); ++q) {
      const double error = settings_.caution * staff_.queues[q].rate_error_ratio;
      queues.push_back(MakePooledQueue(staff_.queues[q].balance, everybody, usual_staff[q], error));
      steepest = std::max(steepest, queues.back().cost.GainAbove(0));
    }
    // Missing a minimum is worse than any waiting, and than a move for each queue between.
    const double moves = rules_.price * static_cast<double>(queues.size());
    for (PooledQueue& queue : queues) queue.shortfall_price = 2 * steepest + 1 + moves;
    return queues;
  }

  absl::Status PlanCapacities(const BalanceProblem& problem) {
    EVENKEEL_ASSIGN_OR_RETURN(const CapacityChoice choice,
                              ChooseCapacities(staff_, problem, rules_, solver_));
    FillFigures(choice.staff_before, choice.staff_before, choice.staff_after, choice.staff_after);
    for (size_t q = 0; q < staff_.queues.size(); ++q) {
      const StaffQueue& queue = staff_.queues[q];
      if (choice.capacities[q] == queue.capacity) continue;
      CapacityChange& change = plan_.capacities.emplace_back();
      change.queue_id = queue.balance.id;
      change.old_capacity = *queue.capacity;
      change.new_capacity = choice.capacities[q];
      const QueuePlan& figures = plan_.queues[q];
      change.saving_seconds = (figures.before.mean_wait_seconds - figures.after.mean_wait_seconds) *
                              queue.balance.weight * figures.arrivals_per_hour / 3600 *
                              horizon_seconds_;
      change.reason = CapacitySentence(queue, change, settings_.horizon);
    }
    plan_.stopped_by_limit = choice.stopped_by_limit;
    plan_.saving_seconds = (choice.waiting_before - choice.waiting_after) * horizon_seconds_;
    return absl::OkStatus();
  }

  void FillFigures(const std::vector<double>& staff_before,
                   const std::vector<double>& effective_before,
                   const std::vector<double>& staff_after,
                   const std::vector<double>& effective_after) {
    for (size_t q = 0; q < staff_.queues.size(); ++q) {
      plan_.queues[q].before = FiguresOf(staff_.queues[q], staff_before[q], effective_before[q]);
      plan_.queues[q].after = FiguresOf(staff_.queues[q], staff_after[q], effective_after[q]);
    }
  }

  const PlannerSettings& settings_;
  const LinearProgramSolver& solver_;
  const Staff staff_;
  double horizon_seconds_ = 0;
  MoveRules rules_;
  CapacityPlan plan_;
};

void CheckFigure(Violations& violations, const std::string& path, double value, bool may_be_zero,
                 bool may_be_infinite = false) {
  const bool finite = std::isfinite(value) || (may_be_infinite && value > 0);
  if (!finite || value < 0 || (value == 0 && !may_be_zero)) {
    violations.Add(path, absl::StrCat("must be a number ", may_be_zero ? "of at least" : "above",
                                      " 0, is ", value));
  }
}

}  // namespace

Violations Validate(const PlannerSettings& settings) {
  Violations violations;
  if (settings.queues.empty()) violations.Add("queues", "must hold at least one queue");
  absl::flat_hash_set<std::string> ids;
  for (size_t i = 0; i < settings.queues.size(); ++i) {
    const ManagedQueue& queue = settings.queues[i];
    const std::string path = absl::StrCat("queues[", i, "]");
    if (queue.queue_id.empty()) {
      violations.Add(path + ".queue_id", "must not be empty");
    } else if (!ids.insert(queue.queue_id).second) {
      violations.Add(path + ".queue_id", absl::StrCat("names ", queue.queue_id, " a second time"));
    }
    CheckFigure(violations, path + ".min_agents", queue.min_agents, true);
    CheckFigure(violations, path + ".max_agents", queue.max_agents, true, true);
    if (queue.min_agents > queue.max_agents) {
      violations.Add(path + ".min_agents", absl::StrCat("is ", queue.min_agents,
                                                        ", above max_agents ", queue.max_agents));
    }
    CheckFigure(violations, path + ".weight", queue.weight, true);
    CheckFigure(violations, path + ".coverage_ratio", queue.coverage_ratio, false);
    if (queue.calls_per_hour) {
      CheckFigure(violations, path + ".calls_per_hour", *queue.calls_per_hour, true);
    }
    if (queue.mean_handle_seconds) {
      CheckFigure(violations, path + ".mean_handle_seconds", *queue.mean_handle_seconds, false);
    }
    if (queue.mean_patience_seconds) {
      CheckFigure(violations, path + ".mean_patience_seconds", *queue.mean_patience_seconds, false);
    }
  }
  if (settings.queues_per_agent < 1) {
    violations.Add("queues_per_agent", "must be at least 1");
  }
  if (settings.horizon <= absl::ZeroDuration() || settings.horizon == absl::InfiniteDuration()) {
    violations.Add("horizon", "must be above 0");
  }
  if (settings.move_cost < absl::ZeroDuration() || settings.move_cost == absl::InfiniteDuration()) {
    violations.Add("move_cost", "must be at least 0");
  }
  if (settings.assumed_patience <= absl::ZeroDuration()) {
    violations.Add("assumed_patience", "must be above 0");
  }
  CheckFigure(violations, "caution", settings.caution, true);
  if (settings.max_moves < 0) violations.Add("max_moves", "must be at least 0");
  return violations;
}

absl::StatusOr<CapacityPlan> PlanCapacity(const model::Snapshot& snapshot,
                                          const PlannerSettings& settings, absl::Time now,
                                          const LinearProgramSolver& solver) {
  EVENKEEL_RETURN_IF_ERROR(Validate(settings).ToStatus());
  EVENKEEL_RETURN_IF_ERROR(model::CheckQuality(snapshot, kSections, settings.quality, now));
  EVENKEEL_ASSIGN_OR_RETURN(Staff staff, ReadStaff(snapshot, settings, now));
  EVENKEEL_ASSIGN_OR_RETURN(
      CapacityPlan plan, Planner(settings, solver, std::move(staff)).Run(snapshot.capacity_lever));
  plan.snapshot_number = snapshot.number;
  plan.snapshot_age = model::SnapshotAge(snapshot, kSections, now);
  for (const model::SectionQuality& quality : snapshot.quality) {
    if (std::find(kSections.begin(), kSections.end(), quality.section) != kSections.end()) {
      plan.snapshot_seen_ratio = std::min(plan.snapshot_seen_ratio, model::SeenRatio(quality));
    }
  }
  return plan;
}

}  // namespace evenkeel::optimizer
