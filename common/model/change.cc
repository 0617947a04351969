#include "common/model/change.h"

namespace evenkeel::model {

std::string EntityKey(const Entity& entity) {
  if (const auto* membership = std::get_if<MembershipEntity>(&entity)) {
    return "membership/" + membership->queue_id + "/" + membership->agent_id;
  }
  if (const auto* availability = std::get_if<AvailabilityEntity>(&entity)) {
    return "availability/" + availability->agent_id;
  }
  return "queue_capacity/" + std::get<QueueCapacityEntity>(entity).queue_id;
}

const std::string& EntityQueue(const Entity& entity) {
  return std::visit([](const auto& e) -> const std::string& { return e.queue_id; }, entity);
}

const std::string& EntityAgent(const Entity& entity) {
  static const std::string kNone;
  if (const auto* membership = std::get_if<MembershipEntity>(&entity)) return membership->agent_id;
  const auto* availability = std::get_if<AvailabilityEntity>(&entity);
  return availability == nullptr ? kNone : availability->agent_id;
}

const char* AvailabilityName(Availability availability) {
  switch (availability) {
    case Availability::kAvailable:
      return "AVAILABLE";
    case Availability::kPaused:
      return "PAUSED";
    case Availability::kBreak:
      return "BREAK";
    case Availability::kOffline:
      return "OFFLINE";
    case Availability::kInteracting:
      return "INTERACTING";
  }
  return "";
}

std::string ValueText(const Value& value) {
  if (const bool* joined = std::get_if<bool>(&value)) return *joined ? "joined" : "not joined";
  if (const auto* availability = std::get_if<Availability>(&value)) {
    return AvailabilityName(*availability);
  }
  return std::to_string(std::get<int64_t>(value));
}

const char* ChangeStateName(ChangeState state) {
  switch (state) {
    case ChangeState::kProposed:
      return "proposed";
    case ChangeState::kAwaitingApproval:
      return "awaiting_approval";
    case ChangeState::kAccepted:
      return "accepted";
    case ChangeState::kApplying:
      return "applying";
    case ChangeState::kVerifying:
      return "verifying";
    case ChangeState::kApplied:
      return "applied";
    case ChangeState::kDryRun:
      return "dry_run";
    case ChangeState::kRefused:
      return "refused";
    case ChangeState::kDiscarded:
      return "discarded";
    case ChangeState::kFailed:
      return "failed";
    case ChangeState::kExpired:
      return "expired";
    case ChangeState::kSuperseded:
      return "superseded";
    case ChangeState::kRolledBack:
      return "rolled_back";
  }
  return "unknown";
}

const char* ChangeKindName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kCapacity:
      return "capacity";
    case ChangeKind::kThrottle:
      return "throttle";
    case ChangeKind::kRestore:
      return "restore";
  }
  return "unknown";
}

}  // namespace evenkeel::model
