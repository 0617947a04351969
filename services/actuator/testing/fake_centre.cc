#include "services/actuator/testing/fake_centre.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"

namespace evenkeel::actuator {

using model::AvailabilityEntity;
using model::MembershipEntity;
using model::QueueCapacityEntity;
using What = FakeCentre::Record::What;

void FakeCentre::AddMember(const std::string& queue, const std::string& agent, bool joined,
                           const std::string& division) {
  members_[queue][agent] = {joined, division};
}

bool FakeCentre::IsJoined(const std::string& queue, const std::string& agent) {
  Settle();
  return members_.at(queue).at(agent).joined;
}

model::Availability FakeCentre::AvailabilityOf(const std::string& agent) {
  Settle();
  return availabilities_.at(agent);
}

int64_t FakeCentre::Capacity(const std::string& queue) {
  Settle();
  return capacities_.at(queue);
}

std::map<std::string, model::Value> FakeCentre::FinalState() {
  std::map<std::string, model::Value> state;
  Settle();
  for (const auto& [queue, agents] : members_) {
    for (const auto& [agent, member] : agents) {
      state[model::EntityKey(MembershipEntity{queue, agent})] = member.joined;
    }
  }
  for (const auto& [queue, agents] : capacities_) {
    state[model::EntityKey(QueueCapacityEntity{queue})] = agents;
  }
  for (const auto& [agent, availability] : availabilities_) {
    state[model::EntityKey(AvailabilityEntity{"", agent})] = availability;
  }
  for (const Effect& effect : under_way_) state[model::EntityKey(effect.entity)] = effect.value;
  return state;
}

void FakeCentre::Edit(const model::Entity& entity, const model::Value& value) {
  Settle();
  Apply(entity, value);
  records_.push_back({clock_.Now(), What::kEdit, entity, value});
}

bool FakeCentre::HasOtherQueue(const std::string& agent, const std::string& queue) {
  for (const auto& [key, value] : FinalState()) {
    if (key.rfind("membership/", 0) != 0 || value != model::Value(true)) continue;
    const size_t slash = key.rfind('/');
    if (key.substr(slash + 1) != agent) continue;
    const std::string other = key.substr(11, slash - 11);
    // Joined both now and in the end.
    if (other != queue && members_.at(other).at(agent).joined) return true;
  }
  return false;
}

bool FakeCentre::HasMember(const std::string& queue, const std::string& agent) const {
  const auto it = members_.find(queue);
  return it != members_.end() && it->second.contains(agent);
}

int FakeCentre::Count(Record::What what) const {
  return static_cast<int>(std::count_if(records_.begin(), records_.end(),
                                        [&](const Record& r) { return r.what == what; }));
}

absl::StatusOr<std::vector<MemberReading>> FakeCentre::ReadMembers(
    const std::string& queue_id, std::span<const std::string> agents, Urgency urgency) {
  Settle();
  EVENKEEL_RETURN_IF_ERROR(refuse("read_members " + queue_id));
  const auto it = members_.find(queue_id);
  if (it == members_.end()) return absl::NotFoundError("no queue " + queue_id);
  std::vector<MemberReading> readings;
  for (const auto& [agent, member] : it->second) {
    if (!agents.empty() && std::find(agents.begin(), agents.end(), agent) == agents.end()) continue;
    readings.push_back({agent, member.joined, member.division});
    records_.push_back(
        {clock_.Now(), What::kRead, MembershipEntity{queue_id, agent}, member.joined});
  }
  return readings;
}

absl::StatusOr<std::vector<std::string>> FakeCentre::ReadJoinedQueues(const std::string& agent_id) {
  Settle();
  EVENKEEL_RETURN_IF_ERROR(refuse("read_agent " + agent_id));
  bool exists = false;
  std::vector<std::string> joined;
  for (const auto& [queue, agents] : members_) {
    const auto it = agents.find(agent_id);
    if (it == agents.end()) continue;
    exists = true;
    if (it->second.joined) joined.push_back(queue);
  }
  if (!exists) return absl::NotFoundError("no agent " + agent_id);
  return joined;
}

absl::StatusOr<int64_t> FakeCentre::ReadQueueCapacity(const std::string& queue_id) {
  Settle();
  EVENKEEL_RETURN_IF_ERROR(refuse("read_capacity " + queue_id));
  const auto it = capacities_.find(queue_id);
  if (it == capacities_.end()) return absl::NotFoundError("no queue " + queue_id);
  records_.push_back({clock_.Now(), What::kRead, QueueCapacityEntity{queue_id}, it->second});
  return it->second;
}

absl::StatusOr<std::vector<AvailabilityReading>> FakeCentre::ReadAvailability(
    std::span<const std::string> agents, Urgency urgency) {
  Settle();
  EVENKEEL_RETURN_IF_ERROR(refuse("read_availability"));
  std::vector<AvailabilityReading> readings;
  for (const std::string& agent : agents) {
    const auto it = availabilities_.find(agent);
    if (it == availabilities_.end()) continue;
    readings.push_back({agent, it->second});
    records_.push_back({clock_.Now(), What::kRead, AvailabilityEntity{"", agent}, it->second});
  }
  return readings;
}

absl::Status FakeCentre::SetAvailability(const std::string& agent_id,
                                         model::Availability availability, const std::string&,
                                         Urgency urgency) {
  Settle();
  EVENKEEL_RETURN_IF_ERROR(refuse("set_availability " + agent_id));
  const AvailabilityEntity entity{"", agent_id};
  records_.push_back({clock_.Now(), What::kWrite, entity, availability});
  under_way_.push_back({clock_.Now() + delay(), entity, availability});
  Settle();
  return lose_answer("set_availability " + agent_id);
}

std::string FakeCentre::DescribeSetAvailability(const std::string& agent_id,
                                                model::Availability availability,
                                                const std::string&) const {
  return absl::StrCat("PUT availability of ", agent_id, ": ",
                      model::AvailabilityName(availability));
}

absl::Status FakeCentre::SetJoined(const std::string& queue_id,
                                   std::span<const JoinedWrite> members, Urgency urgency) {
  Settle();
  EVENKEEL_RETURN_IF_ERROR(refuse("set_joined " + queue_id));
  largest_call_ = std::max(largest_call_, members.size());
  const absl::Time at = clock_.Now() + delay();
  for (const JoinedWrite& write : members) {
    const MembershipEntity entity{queue_id, write.agent_id};
    records_.push_back({clock_.Now(), What::kWrite, entity, write.joined});
    if (HasMember(queue_id, write.agent_id)) under_way_.push_back({at, entity, write.joined});
  }
  Settle();
  return lose_answer("set_joined " + queue_id);
}

absl::Status FakeCentre::SetQueueCapacity(const std::string& queue_id, int64_t agents,
                                          absl::Duration send_within) {
  Settle();
  if (send_within < absl::ZeroDuration()) {
    absl::Status late = absl::DeadlineExceededError("too late to be sent");
    SetNotSent(late);
    return late;
  }
  EVENKEEL_RETURN_IF_ERROR(refuse("set_capacity " + queue_id));
  const QueueCapacityEntity entity{queue_id};
  records_.push_back({clock_.Now(), What::kWrite, entity, agents});
  under_way_.push_back({clock_.Now() + delay(), entity, agents});
  Settle();
  return lose_answer("set_capacity " + queue_id);
}

std::string FakeCentre::DescribeSetJoined(const std::string& queue_id,
                                          std::span<const JoinedWrite> members) const {
  std::string text = "PATCH members of " + queue_id + ":";
  for (const JoinedWrite& write : members) {
    absl::StrAppend(&text, " ", write.agent_id, "=", write.joined ? "true" : "false");
  }
  return text;
}

std::string FakeCentre::DescribeSetQueueCapacity(const std::string& queue_id,
                                                 int64_t agents) const {
  return absl::StrCat("PUT queue ", queue_id, ": ", agents);
}

void FakeCentre::Settle() {
  std::stable_sort(under_way_.begin(), under_way_.end(),
                   [](const Effect& a, const Effect& b) { return a.at < b.at; });
  while (!under_way_.empty() && under_way_.front().at <= clock_.Now()) {
    const Effect effect = under_way_.front();
    under_way_.erase(under_way_.begin());
    const auto* membership = std::get_if<MembershipEntity>(&effect.entity);
    const bool had_queue = membership != nullptr && HasAnyQueue(membership->agent_id);
    Apply(effect.entity, effect.value);
    records_.push_back({effect.at, What::kEffect, effect.entity, effect.value});
    if (had_queue && !HasAnyQueue(membership->agent_id)) stranded_.push_back(membership->agent_id);
  }
}

void FakeCentre::Apply(const model::Entity& entity, const model::Value& value) {
  if (const auto* membership = std::get_if<MembershipEntity>(&entity)) {
    members_.at(membership->queue_id).at(membership->agent_id).joined = std::get<bool>(value);
  } else if (std::holds_alternative<AvailabilityEntity>(entity)) {
    availabilities_.at(model::EntityAgent(entity)) = std::get<model::Availability>(value);
  } else {
    capacities_.at(model::EntityQueue(entity)) = std::get<int64_t>(value);
  }
}

bool FakeCentre::HasAnyQueue(const std::string& agent) const {
  for (const auto& [queue, agents] : members_) {
    const auto it = agents.find(agent);
    if (it != agents.end() && it->second.joined) return true;
  }
  return false;
}

}  // namespace evenkeel::actuator
