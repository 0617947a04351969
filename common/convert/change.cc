#include "common/convert/change.h"

#include "common/base/status_macros.h"
#include "common/convert/time.h"

namespace evenkeel::convert {
namespace {

model::Value ValueFromProto(const types::v1::Value& proto, const model::Entity& entity,
                            const std::string& at, Violations& violations) {
  if (std::holds_alternative<model::MembershipEntity>(entity)) {
    if (proto.value_case() != types::v1::Value::kJoined) {
      violations.Add(at + ".joined", "is missing: the value of a membership");
    }
    return proto.joined();
  }
  if (std::holds_alternative<model::AvailabilityEntity>(entity)) {
    if (proto.availability() == types::v1::AVAILABILITY_UNSPECIFIED ||
        !types::v1::Availability_IsValid(proto.availability())) {
      violations.Add(at + ".availability", "is missing: the value of an availability");
      return model::Availability::kAvailable;
    }
    return static_cast<model::Availability>(static_cast<int>(proto.availability()) - 1);
  }
  if (proto.value_case() != types::v1::Value::kAgents) {
    violations.Add(at + ".agents", "is missing: the value of a queue's capacity");
  } else if (proto.agents() < 0) {
    violations.Add(at + ".agents", "must not be negative");
  }
  return proto.agents();
}

}  // namespace

types::v1::Entity ToProto(const model::Entity& entity) {
  types::v1::Entity proto;
  if (const auto* membership = std::get_if<model::MembershipEntity>(&entity)) {
    proto.mutable_membership()->set_queue_id(membership->queue_id);
    proto.mutable_membership()->set_agent_id(membership->agent_id);
  } else if (const auto* availability = std::get_if<model::AvailabilityEntity>(&entity)) {
    proto.mutable_availability()->set_queue_id(availability->queue_id);
    proto.mutable_availability()->set_agent_id(availability->agent_id);
  } else {
    proto.mutable_queue_capacity()->set_queue_id(
        std::get<model::QueueCapacityEntity>(entity).queue_id);
  }
  return proto;
}

types::v1::Value ToProto(const model::Value& value) {
  types::v1::Value proto;
  if (const bool* joined = std::get_if<bool>(&value)) {
    proto.set_joined(*joined);
  } else if (const auto* availability = std::get_if<model::Availability>(&value)) {
    proto.set_availability(
        static_cast<types::v1::Availability>(static_cast<int>(*availability) + 1));
  } else {
    proto.set_agents(std::get<int64_t>(value));
  }
  return proto;
}

types::v1::ChangeKind ToProto(model::ChangeKind kind) {
  return static_cast<types::v1::ChangeKind>(static_cast<int>(kind) + 1);
}
types::v1::ChangeState ToProto(model::ChangeState state) {
  return static_cast<types::v1::ChangeState>(static_cast<int>(state) + 1);
}
model::ChangeKind FromProto(types::v1::ChangeKind kind) {
  return kind == types::v1::CHANGE_KIND_UNSPECIFIED
             ? model::ChangeKind::kCapacity
             : static_cast<model::ChangeKind>(static_cast<int>(kind) - 1);
}
model::ChangeState FromProto(types::v1::ChangeState state) {
  return state == types::v1::CHANGE_STATE_UNSPECIFIED
             ? model::ChangeState::kProposed
             : static_cast<model::ChangeState>(static_cast<int>(state) - 1);
}

types::v1::Proposal ToProto(const model::Proposal& proposal) {
  types::v1::Proposal proto;
  proto.set_kind(ToProto(proposal.kind));
  *proto.mutable_entity() = ToProto(proposal.entity);
  *proto.mutable_old_value() = ToProto(proposal.old_value);
  *proto.mutable_new_value() = ToProto(proposal.new_value);
  proto.set_reason(proposal.reason);
  proto.set_proposer(proposal.proposer);
  proto.set_plan_id(proposal.plan_id);
  proto.set_move_id(proposal.move_id);
  proto.set_snapshot_number(proposal.snapshot_number);
  proto.set_snapshot_age_intervals(proposal.snapshot_age);
  proto.set_snapshot_seen_ratio(proposal.snapshot_seen_ratio);
  *proto.mutable_expires_at() = ToProto(proposal.expires_at);
  proto.set_needs_approval(proposal.needs_approval);
  for (const model::Forecast& forecast : proposal.forecasts) {
    auto& added = *proto.add_forecasts();
    added.set_measure(forecast.measure);
    added.set_queue_id(forecast.queue_id);
    added.set_before(forecast.before);
    added.set_after(forecast.after);
    *added.mutable_horizon() = ToProto(forecast.horizon);
  }
  if (proposal.hold_for != absl::ZeroDuration()) {
    *proto.mutable_hold_for() = ToProto(proposal.hold_for);
  }
  proto.set_trigger(proposal.trigger);
  return proto;
}

model::Entity FromProto(const types::v1::Entity& proto, const std::string& at,
                        Violations& violations) {
  switch (proto.entity_case()) {
    case types::v1::Entity::kMembership:
      if (proto.membership().queue_id().empty()) {
        violations.Add(at + ".membership.queue_id", "is missing");
      }
      if (proto.membership().agent_id().empty()) {
        violations.Add(at + ".membership.agent_id", "is missing");
      }
      return model::MembershipEntity{proto.membership().queue_id(), proto.membership().agent_id()};
    case types::v1::Entity::kQueueCapacity:
      if (proto.queue_capacity().queue_id().empty()) {
        violations.Add(at + ".queue_capacity.queue_id", "is missing");
      }
      return model::QueueCapacityEntity{proto.queue_capacity().queue_id()};
    case types::v1::Entity::kAvailability:
      if (proto.availability().queue_id().empty()) {
        violations.Add(at + ".availability.queue_id", "is missing");
      }
      if (proto.availability().agent_id().empty()) {
        violations.Add(at + ".availability.agent_id", "is missing");
      }
      return model::AvailabilityEntity{proto.availability().queue_id(),
                                       proto.availability().agent_id()};
    case types::v1::Entity::ENTITY_NOT_SET:
      break;
  }
  violations.Add(at, "is missing: give a membership, a queue_capacity or an availability");
  return model::MembershipEntity{};
}

model::Proposal FromProto(const types::v1::Proposal& proto, const std::string& at,
                          Violations& violations) {
  model::Proposal proposal;
  if (proto.kind() == types::v1::CHANGE_KIND_UNSPECIFIED ||
      !types::v1::ChangeKind_IsValid(proto.kind())) {
    violations.Add(at + ".kind", "must be CHANGE_KIND_CAPACITY or CHANGE_KIND_THROTTLE");
  } else {
    proposal.kind = FromProto(proto.kind());
  }
  proposal.entity = FromProto(proto.entity(), at + ".entity", violations);
  if (proto.entity().entity_case() != types::v1::Entity::ENTITY_NOT_SET) {
    proposal.old_value =
        ValueFromProto(proto.old_value(), proposal.entity, at + ".old_value", violations);
    proposal.new_value =
        ValueFromProto(proto.new_value(), proposal.entity, at + ".new_value", violations);
  }
  if (proto.reason().empty()) violations.Add(at + ".reason", "is missing: one sentence for people");
  if (proto.proposer().empty()) violations.Add(at + ".proposer", "is missing: who asks");
  if (!proto.has_expires_at()) violations.Add(at + ".expires_at", "is missing");
  if (!(proto.snapshot_age_intervals() >= 0)) {
    violations.Add(at + ".snapshot_age_intervals", "must be 0 or more");
  }
  if (!(proto.snapshot_seen_ratio() >= 0 && proto.snapshot_seen_ratio() <= 1)) {
    violations.Add(at + ".snapshot_seen_ratio", "must be 0 to 1");
  }
  proposal.reason = proto.reason();
  proposal.proposer = proto.proposer();
  proposal.plan_id = proto.plan_id();
  proposal.move_id = proto.move_id();
  proposal.snapshot_number = proto.snapshot_number();
  proposal.snapshot_age = proto.snapshot_age_intervals();
  proposal.snapshot_seen_ratio = proto.snapshot_seen_ratio();
  proposal.expires_at = FromProto(proto.expires_at());
  proposal.needs_approval = proto.needs_approval();
  for (const auto& forecast : proto.forecasts()) {
    proposal.forecasts.push_back({forecast.measure(), forecast.queue_id(), forecast.before(),
                                  forecast.after(), FromProto(forecast.horizon())});
  }
  proposal.hold_for = FromProto(proto.hold_for());
  proposal.trigger = proto.trigger();
  return proposal;
}

types::v1::Change ToProto(const model::Change& change) {
  types::v1::Change proto;
  proto.set_id(change.id);
  proto.set_revision(change.revision);
  *proto.mutable_proposal() = ToProto(change.proposal);
  proto.set_state(ToProto(change.state));
  *proto.mutable_created_at() = ToProto(change.created_at);
  *proto.mutable_updated_at() = ToProto(change.updated_at);
  proto.set_state_reason(change.state_reason);
  proto.set_refusal_reason(change.refusal_reason);
  proto.set_decided_by(change.approved_by);
  proto.set_superseded_by(change.superseded_by);
  proto.set_rolls_back(change.rolls_back);
  return proto;
}

absl::StatusOr<model::Change> FromProto(const types::v1::Change& proto) {
  Violations violations;
  model::Change change;
  change.id = proto.id();
  change.revision = proto.revision();
  change.proposal = FromProto(proto.proposal(), "proposal", violations);
  change.state = FromProto(proto.state());
  change.created_at = FromProto(proto.created_at());
  change.updated_at = FromProto(proto.updated_at());
  change.state_reason = proto.state_reason();
  change.refusal_reason = proto.refusal_reason();
  change.approved_by = proto.decided_by();
  change.superseded_by = proto.superseded_by();
  change.rolls_back = proto.rolls_back();
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  return change;
}

}  // namespace evenkeel::convert
