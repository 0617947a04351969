#include "services/actuator/usecase/centre_access.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"

namespace evenkeel::actuator {
namespace {

std::vector<JoinedWrite> ToMembers(const std::vector<model::Proposal>& proposals) {
  std::vector<JoinedWrite> members;
  for (const model::Proposal& proposal : proposals) {
    members.push_back({model::EntityAgent(proposal.entity), std::get<bool>(proposal.new_value)});
  }
  return members;
}

absl::Status AtRest() { return absl::UnavailableError("left in peace after an error"); }

bool IsCapacity(const model::Entity& entity) {
  return std::holds_alternative<model::QueueCapacityEntity>(entity);
}

bool IsAvailability(const model::Entity& entity) {
  return std::holds_alternative<model::AvailabilityEntity>(entity);
}

}  // namespace

absl::StatusOr<std::map<std::string, model::Value>> CentreAccess::Read(
    const std::vector<model::Entity>& entities, Urgency urgency) {
  const std::string& queue_id = model::EntityQueue(entities.at(0));
  if (IsResting(queue_id, urgency)) return AtRest();
  std::map<std::string, model::Value> values;
  absl::Status status;
  last_read_ = real_clock_.SteadyNow();
  if (IsCapacity(entities[0])) {
    const absl::StatusOr<int64_t> agents = centre_.ReadQueueCapacity(queue_id);
    status = agents.status();
    if (agents.ok()) values[model::EntityKey(entities[0])] = *agents;
  } else {
    std::vector<std::string> agents;
    for (const model::Entity& entity : entities) agents.push_back(model::EntityAgent(entity));
    if (IsAvailability(entities[0])) {
      const auto readings = centre_.ReadAvailability(agents, urgency);
      if (readings.ok()) {
        for (const AvailabilityReading& reading : *readings) {
          values[model::EntityKey(model::AvailabilityEntity{queue_id, reading.agent_id})] =
              reading.availability;
        }
        return values;
      }
      Note(queue_id, readings.status());
      return readings.status();
    }
    const auto members = centre_.ReadMembers(queue_id, agents, urgency);
    status = members.status();
    if (members.ok()) {
      for (const MemberReading& member : *members) {
        values[model::EntityKey(model::MembershipEntity{queue_id, member.agent_id})] =
            member.joined;
      }
    }
  }
  if (status.ok() || status.code() == absl::StatusCode::kNotFound) return values;
  Note(queue_id, status);
  return status;
}

absl::StatusOr<std::vector<MemberReading>> CentreAccess::ReadMembers(const std::string& queue_id) {
  if (IsResting(queue_id)) return AtRest();
  auto members = centre_.ReadMembers(queue_id, {}, Urgency::kPlan);
  if (members.status().code() == absl::StatusCode::kNotFound) return std::vector<MemberReading>();
  if (!members.ok()) Note(queue_id, members.status());
  return members;
}

absl::StatusOr<std::vector<std::string>> CentreAccess::ReadJoinedQueues(
    const std::string& agent_id, const std::string& queue_id) {
  if (IsResting(queue_id)) return AtRest();
  auto joined = centre_.ReadJoinedQueues(agent_id);
  if (joined.status().code() == absl::StatusCode::kNotFound) return std::vector<std::string>();
  // A refusal speaks of this agent, and is no reason to let the queue's others wait.
  switch (joined.status().code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnauthenticated:
      Note(queue_id, joined.status());
      break;
    default:
      break;
  }
  return joined;
}

absl::Status CentreAccess::Write(const std::vector<model::Proposal>& proposals, Urgency urgency) {
  const model::Entity& entity = proposals.at(0).entity;
  const std::string& queue_id = model::EntityQueue(entity);
  const absl::Duration window = real_clock_.SteadyNow() - last_read_;
  absl::Status status;
  if (IsCapacity(entity)) {
    status = centre_.SetQueueCapacity(queue_id, std::get<int64_t>(proposals[0].new_value),
                                      kLongestWindow - window);
  } else if (IsAvailability(entity)) {
    status = centre_.SetAvailability(model::EntityAgent(entity),
                                     std::get<model::Availability>(proposals[0].new_value),
                                     proposals[0].reason, urgency);
  } else {
    status = centre_.SetJoined(queue_id, ToMembers(proposals), urgency);
  }
  {
    std::lock_guard lock(mutex_);
    if (!IsNotSent(status)) {
      ++status_.writes_sent;
      status_.longest_window = std::max(status_.longest_window, window);
    }
    if (!status.ok()) ++status_.writes_failed;
  }
  if (!status.ok()) Note(queue_id, status);
  return status;
}

std::string CentreAccess::Describe(const std::vector<model::Proposal>& proposals) const {
  const model::Entity& entity = proposals.at(0).entity;
  const std::string& queue_id = model::EntityQueue(entity);
  if (IsAvailability(entity)) {
    return centre_.DescribeSetAvailability(model::EntityAgent(entity),
                                           std::get<model::Availability>(proposals[0].new_value),
                                           proposals[0].reason);
  }
  return IsCapacity(entity)
             ? centre_.DescribeSetQueueCapacity(queue_id, std::get<int64_t>(proposals[0].new_value))
             : centre_.DescribeSetJoined(queue_id, ToMembers(proposals));
}

bool CentreAccess::IsResting(const std::string& queue_id, Urgency urgency) const {
  const absl::Time now = clock_.Now();
  if (now < all_rest_until_) return true;
  const auto it = rests_until_.find(queue_id);
  return urgency == Urgency::kPlan && it != rests_until_.end() && now < it->second;
}

ExecutorStatus CentreAccess::GetStatus() const {
  std::lock_guard lock(mutex_);
  return status_;
}

void CentreAccess::Note(const std::string& queue_id, const absl::Status& error) {
  const absl::Time until = clock_.Now() + GetRetryAfter(error).value_or(retry_delay_);
  // A limit is the client's, whatever else fails is the queue's.
  if (error.code() == absl::StatusCode::kResourceExhausted) {
    all_rest_until_ = std::max(all_rest_until_, until);
  } else {
    rests_until_[queue_id] = until;
  }
  std::lock_guard lock(mutex_);
  status_.last_error = absl::StrCat("queue ", queue_id, ": ",
                                    error.ToString(absl::StatusToStringMode::kWithNoExtraData));
}

}  // namespace evenkeel::actuator
