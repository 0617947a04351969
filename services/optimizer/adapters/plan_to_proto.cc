#include "services/optimizer/adapters/plan_to_proto.h"

#include <algorithm>
#include <map>

#include "services/optimizer/core/capacity/explain.h"
#include "services/optimizer/core/capacity/staff.h"

namespace evenkeel::optimizer {
namespace {

std::string RowOf(const Cure& cure) {
  switch (cure.kind) {
    case Cure::Kind::kLowerMinimum:
      return "min:" + cure.queue_id;
    case Cure::Kind::kRaiseMaximum:
      return "max:" + cure.queue_id;
    case Cure::Kind::kRaiseLimit:
      return "limit:" + cure.queue_id;
    case Cure::Kind::kAddAgents:
    case Cure::Kind::kAddSkill:
      break;
  }
  return "group:" + cure.group_id;
}

void FillFigures(const QueueFigures& before, const QueueFigures& after, v1::QueuePlan& proto) {
  proto.set_agents_before(before.staff);
  proto.set_agents_after(after.staff);
  proto.set_effective_agents_before(before.effective_staff);
  proto.set_effective_agents_after(after.effective_staff);
  proto.set_mean_wait_before_seconds(before.mean_wait_seconds);
  proto.set_mean_wait_after_seconds(after.mean_wait_seconds);
  proto.set_abandonment_before_ratio(before.abandon_ratio);
  proto.set_abandonment_after_ratio(after.abandon_ratio);
  proto.set_service_level_before_ratio(before.service_level_ratio);
  proto.set_service_level_after_ratio(after.service_level_ratio);
}

// Contact-seconds over the horizon are calls waiting times the horizon's seconds.
double PerHorizon(double seconds, absl::Duration horizon) {
  return seconds / absl::ToDoubleSeconds(horizon);
}

v1::PlanState StateOf(const CapacityPlan& plan) {
  if (plan.state == CapacityPlanState::kIdle) return v1::PLAN_STATE_IDLE;
  return plan.feasible ? v1::PLAN_STATE_PLANNED : v1::PLAN_STATE_INFEASIBLE;
}

}  // namespace

v1::Conflict ToProto(const Conflict& conflict) {
  v1::Conflict proto;
  for (const std::string& row : conflict.rows) proto.add_rows(row);
  for (const Cure& cure : conflict.cures) {
    auto& added = *proto.add_cures();
    added.set_description(cure.text);
    added.set_row(RowOf(cure));
    added.set_bound(cure.to);
  }
  return proto;
}

v1::CapacityPlan ToProto(const CapacityPlan& plan, absl::Duration horizon,
                         absl::Duration move_cost) {
  v1::CapacityPlan proto;
  proto.set_snapshot_number(plan.snapshot_number);
  proto.set_snapshot_age_intervals(plan.snapshot_age);
  proto.set_snapshot_seen_ratio(plan.snapshot_seen_ratio);
  proto.set_model(v1::PLAN_MODEL_BALANCE);
  proto.set_state(StateOf(plan));
  proto.set_feasible(plan.feasible);
  proto.set_relaxed(!plan.feasible);
  proto.set_certified_gap_ratio(plan.gap_ratio);
  proto.set_gap_ratio(plan.whole_gap_ratio);
  proto.set_more_moves_wait(plan.stopped_by_limit);
  proto.set_saving_seconds(plan.saving_seconds);
  for (const Conflict& conflict : plan.conflicts.conflicts) {
    *proto.add_conflicts() = ToProto(conflict);
  }
  for (const QueuePlan& queue : plan.queues) {
    v1::QueuePlan& added = *proto.add_queues();
    added.set_queue_id(queue.queue_id);
    FillFigures(queue.before, queue.after, added);
    added.set_marginal_value(PerHorizon(queue.marginal_value_seconds, horizon));
    added.set_calls_per_hour(queue.arrivals_per_hour);
    if (queue.arrivals_per_hour > 0) {
      added.set_handle_seconds(queue.offered_load_erlangs * 3600 / queue.arrivals_per_hour);
    }
  }
  for (const GroupPlan& group : plan.groups) {
    v1::GroupPlan& added = *proto.add_groups();
    added.set_group_id(group.id);
    added.set_agents(group.agents);
    added.set_marginal_value(PerHorizon(group.marginal_value_seconds, horizon));
  }
  for (const AgentQueues& agent : plan.agents) {
    v1::AgentPlan& added = *proto.add_agents();
    added.set_agent_id(agent.agent_id);
    added.set_primary_queue_id(agent.primary_queue_id);
    for (const std::string& queue : agent.other_queue_ids) added.add_other_queue_ids(queue);
  }
  for (const MembershipMove& move : plan.moves) {
    v1::Move& added = *proto.add_moves();
    added.set_agent_id(move.agent_id);
    added.set_join_queue_id(move.join_queue_id);
    added.set_leave_queue_id(move.leave_queue_id.value_or(""));
    added.set_saving_seconds(move.saving_seconds);
    added.set_reason(move.reason);
  }
  int64_t moved = static_cast<int64_t>(plan.moves.size());
  for (const CapacityChange& change : plan.capacities) {
    v1::Move& added = *proto.add_moves();
    added.set_join_queue_id(change.queue_id);
    added.set_capacity_before(change.old_capacity);
    added.set_capacity_after(change.new_capacity);
    added.set_saving_seconds(change.saving_seconds);
    added.set_reason(change.reason);
    moved += std::abs(change.new_capacity - change.old_capacity);
  }
  proto.set_move_cost_seconds(static_cast<double>(moved) * absl::ToDoubleSeconds(move_cost));
  return proto;
}

v1::CapacityPlan ToProto(const BalanceProblem& problem, const BalanceAnswer& answer,
                         const std::vector<absl::Duration>& within) {
  v1::CapacityPlan proto;
  proto.set_model(v1::PLAN_MODEL_BALANCE);
  proto.set_feasible(answer.feasible);
  proto.set_relaxed(!answer.feasible);
  proto.set_state(answer.idle       ? v1::PLAN_STATE_IDLE
                  : answer.feasible ? v1::PLAN_STATE_PLANNED
                                    : v1::PLAN_STATE_INFEASIBLE);
  for (const Conflict& conflict : answer.conflicts.conflicts) {
    *proto.add_conflicts() = ToProto(conflict);
  }
  proto.set_objective(answer.fractional.objective);
  proto.set_whole_objective(answer.whole.objective);
  proto.set_gap_ratio(answer.whole.gap_ratio);
  proto.set_certified_gap_ratio(answer.fractional.gap_ratio);
  for (const std::string& row : answer.whole.unheld_rows) proto.add_rows_missed(row);
  for (size_t q = 0; q < problem.queues.size(); ++q) {
    const BalanceQueue& queue = problem.queues[q];
    StaffQueue staffed;
    staffed.balance = queue;
    staffed.service_level_within = within[q];
    v1::QueuePlan& added = *proto.add_queues();
    added.set_queue_id(queue.id);
    // There is no "before" in a problem out of nowhere: both are the plan's.
    const double staff = answer.whole.staff[q];
    const QueueFigures figures = FiguresOf(staffed, staff, staff);
    FillFigures(figures, figures, added);
    added.set_agents_before(0);
    added.set_effective_agents_before(0);
    added.set_agents_optimal(answer.fractional.staff[q]);
    // Those of the relaxed problem are prices of missing a minimum, not of waiting.
    if (answer.feasible) added.set_marginal_value(answer.fractional.queue_values[q]);
    added.set_calls_per_hour(queue.load.calls_per_hour);
    added.set_handle_seconds(queue.load.mean_handle_seconds);
    if (queue.load.mean_patience_seconds) {
      added.set_patience_seconds(*queue.load.mean_patience_seconds);
    }
  }
  for (size_t g = 0; g < problem.groups.size(); ++g) {
    const BalanceGroup& group = problem.groups[g];
    v1::GroupPlan& added = *proto.add_groups();
    added.set_group_id(group.id);
    added.set_agents(group.agents);
    if (answer.feasible) added.set_marginal_value(answer.fractional.group_values[g]);
    for (size_t i = 0; i < group.queues.size(); ++i) {
      auto& allocation = *added.add_allocations();
      allocation.set_queue_id(group.queues[i].queue_id);
      allocation.set_agents(answer.fractional.assigned[g][i]);
      allocation.set_whole_agents(answer.whole.assigned[g][i]);
    }
  }
  return proto;
}

v1::CapacityPlan ToProto(const GuideProblem& problem,
                         const std::vector<GuideCapacity>& capacities) {
  v1::CapacityPlan proto;
  proto.set_model(v1::PLAN_MODEL_GUIDE);
  proto.set_state(v1::PLAN_STATE_PLANNED);
  proto.set_feasible(true);
  for (const GuideCapacity& capacity : capacities) {
    v1::QueuePlan& added = *proto.add_queues();
    added.set_queue_id(capacity.queue_id);
    added.set_agents_after(static_cast<double>(capacity.capacity));
  }
  return proto;
}

}  // namespace evenkeel::optimizer
