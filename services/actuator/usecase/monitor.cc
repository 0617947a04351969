#include "services/actuator/usecase/monitor.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "services/actuator/usecase/own_writes.h"

namespace evenkeel::actuator {

absl::Status Monitor::Run(std::stop_token stop) {
  std::vector<std::pair<absl::Time, std::string>> due;
  for (const std::string& queue : settings_.scope.queues) {
    if (settings_.scope.excluded_queues.contains(queue) || centre_.IsResting(queue)) continue;
    const absl::Time read_at = read_at_.try_emplace(queue, absl::InfinitePast()).first->second;
    if (journal_.Now() >= read_at + settings_.monitor_interval) due.emplace_back(read_at, queue);
  }
  std::sort(due.begin(), due.end());
  const size_t reads = std::min(due.size(), static_cast<size_t>(settings_.monitor_reads_per_tick));
  for (size_t i = 0; i < reads; ++i) {
    const std::string& queue = due[i].second;
    if (stop.stop_requested()) return absl::OkStatus();
    if (centre_.IsResting(queue)) continue;
    const auto observed = ReadQueue(queue);
    read_at_[queue] = journal_.Now();
    if (observed.ok()) EVENKEEL_RETURN_IF_ERROR(Compare(queue, *observed));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Monitor::Observed>> Monitor::ReadQueue(const std::string& queue_id) {
  std::vector<Observed> observed;
  if (settings_.capacity_lever == model::CapacityLever::kQueueCapacity) {
    const model::Entity entity = model::QueueCapacityEntity{queue_id};
    EVENKEEL_ASSIGN_OR_RETURN(const auto values, centre_.Read({entity}, Urgency::kPlan));
    for (const auto& [key, value] : values) observed.push_back({entity, value, ""});
    return observed;
  }
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<MemberReading> members,
                            centre_.ReadMembers(queue_id));
  for (const MemberReading& member : members) {
    observed.push_back(
        {model::MembershipEntity{queue_id, member.agent_id}, member.joined, member.division_id});
  }
  return observed;
}

absl::Status Monitor::Compare(const std::string& queue_id, const std::vector<Observed>& observed) {
  std::lock_guard lock(mutex_);
  const absl::Time now = journal_.Now();
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<SeenValue> seen,
                            journal_.ledger().FindSeen(queue_id, ""));
  ChangeQuery of_queue;
  of_queue.queue_id = queue_id;
  EVENKEEL_ASSIGN_OR_RETURN(const auto own_writes, FindOwnWrites(settings_, journal_, of_queue));
  std::map<std::string, const SeenValue*> before;
  for (const SeenValue& value : seen) before[model::EntityKey(value.entity)] = &value;

  LedgerWrite write;
  for (const Observed& now_seen : observed) {
    const std::string key = model::EntityKey(now_seen.entity);
    const auto it = before.find(key);
    const SeenValue* last = it == before.end() ? nullptr : it->second;
    if (last != nullptr) before.erase(it);
    const Observation observation =
        Observe(settings_, last == nullptr ? Reading() : Reading(last->value), now_seen.value,
                own_writes, key);
    if (observation == Observation::kForeign) {
      journal_.ReportForeign(write, now_seen.entity, model::ValueText(last->value), now_seen.value,
                             now + settings_.leave_alone, "seen by the monitor");
    } else if (last == nullptr || observation == Observation::kOurs) {
      write.seen.push_back({now_seen.entity, now_seen.value, now_seen.agent_division, now});
    } else if (!now_seen.agent_division.empty() &&
               now_seen.agent_division != last->agent_division) {
      write.seen.push_back({last->entity, last->value, now_seen.agent_division, last->at});
    }
  }
  for (const auto& [key, gone] : before) {
    // The other lever's entities are not in this reading.
    const bool is_capacity = model::EntityAgent(gone->entity).empty();
    if (is_capacity == (settings_.capacity_lever == model::CapacityLever::kQueueCapacity)) {
      write.gone.push_back(gone->entity);
    }
  }
  return journal_.Commit(write);
}

}  // namespace evenkeel::actuator
