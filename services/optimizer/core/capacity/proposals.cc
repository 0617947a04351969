#include "services/optimizer/core/capacity/proposals.h"

#include <absl/strings/str_cat.h>

namespace evenkeel::optimizer {
namespace {

// What the plan, as a whole, is expected to do for a queue.
std::vector<model::Forecast> ForecastsFor(const CapacityPlan& plan, const std::string& queue_id,
                                          absl::Duration horizon) {
  std::vector<model::Forecast> forecasts;
  for (const QueuePlan& queue : plan.queues) {
    if (queue.queue_id != queue_id) continue;
    forecasts.push_back({"mean_wait_seconds", queue_id, queue.before.mean_wait_seconds,
                         queue.after.mean_wait_seconds, horizon});
    forecasts.push_back({"abandon_ratio", queue_id, queue.before.abandon_ratio,
                         queue.after.abandon_ratio, horizon});
  }
  return forecasts;
}

}  // namespace

std::vector<ProposedMove> ProposalsOf(const CapacityPlan& plan, const std::string& plan_id,
                                      absl::Duration horizon, absl::Time expires_at) {
  const auto propose = [&](model::Entity entity, model::Value from, model::Value to,
                           const std::string& reason) {
    model::Proposal proposal;
    proposal.kind = model::ChangeKind::kCapacity;
    proposal.forecasts = ForecastsFor(plan, model::EntityQueue(entity), horizon);
    proposal.entity = std::move(entity);
    proposal.old_value = from;
    proposal.new_value = to;
    proposal.reason = reason;
    proposal.proposer = "optimizer";
    proposal.plan_id = plan_id;
    proposal.snapshot_number = plan.snapshot_number;
    proposal.snapshot_age = plan.snapshot_age;
    proposal.snapshot_seen_ratio = plan.snapshot_seen_ratio;
    proposal.expires_at = expires_at;
    proposal.needs_approval = !plan.feasible;
    return proposal;
  };
  std::vector<ProposedMove> moves;
  for (const MembershipMove& move : plan.moves) {
    ProposedMove proposed{propose(model::MembershipEntity{move.join_queue_id, move.agent_id}, false,
                                  true, move.reason),
                          std::nullopt};
    if (move.leave_queue_id) {
      proposed.then = propose(model::MembershipEntity{*move.leave_queue_id, move.agent_id}, true,
                              false, move.reason);
      proposed.first.move_id = absl::StrCat(plan_id, "/", moves.size() + 1);
      proposed.then->move_id = proposed.first.move_id;
    }
    moves.push_back(std::move(proposed));
  }
  for (const CapacityChange& change : plan.capacities) {
    moves.push_back({propose(model::QueueCapacityEntity{change.queue_id}, change.old_capacity,
                             change.new_capacity, change.reason),
                     std::nullopt});
  }
  return moves;
}

}  // namespace evenkeel::optimizer
