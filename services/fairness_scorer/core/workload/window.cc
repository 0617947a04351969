#include "services/fairness_scorer/core/workload/window.h"

#include <algorithm>
#include <set>
#include <utility>

namespace evenkeel::fairness {
namespace {

constexpr absl::Duration kBucket = absl::Minutes(5);

absl::Time BucketOf(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), kBucket);
}

}  // namespace

WorkloadWindow::WorkloadWindow(std::vector<QueueSettings> queues, absl::Duration window)
    : queues_(std::move(queues)), window_(window) {
  for (const QueueSettings& queue : queues_) skill_of_queue_[queue.queue_id] = queue.skill_id;
}

void WorkloadWindow::Observe(const model::Snapshot& snapshot, absl::Duration max_gap) {
  if (watching_since_ && snapshot.taken_at <= last_) return;
  const absl::Duration gap =
      watching_since_ ? std::min(snapshot.taken_at - last_, max_gap) : absl::ZeroDuration();
  if (!watching_since_) watching_since_ = snapshot.taken_at;
  last_ = snapshot.taken_at;

  for (const model::Queue& queue : snapshot.queues) {
    const auto it = skill_of_queue_.find(queue.id);
    if (it != skill_of_queue_.end() && it->second.empty()) it->second = queue.skill_id;
  }
  std::set<std::string> at_work;
  for (const model::AgentState& state : snapshot.states) {
    if (state.at_work) at_work.insert(state.agent_id);
  }
  // The time since the last snapshot counts for those who were on queue at both ends of it.
  std::set<Key> on_queue;
  for (const model::Membership& membership : snapshot.memberships) {
    if (membership.joined && at_work.contains(membership.agent_id) &&
        skill_of_queue_.contains(membership.queue_id)) {
      on_queue.emplace(membership.agent_id, membership.queue_id);
    }
  }
  for (auto& [key, seen] : seen_) {
    if (!on_queue.contains(key)) seen.on_queue_now = false;
  }
  for (const Key& key : on_queue) {
    Seen& seen = seen_[key];
    if (seen.on_queue_now) {
      seen.on_queue_seconds[BucketOf(last_)] += absl::ToDoubleSeconds(gap);
    }
    seen.on_queue_now = true;
  }
  for (const model::AgentWork& work : snapshot.agent_work) {
    // Work begun before anybody watched has no on-queue time to go with it.
    if (!skill_of_queue_.contains(work.queue_id) || work.start < *watching_since_) continue;
    seen_[{work.agent_id, work.queue_id}].work[work.start] = work;
  }
  Forget(last_ - window_);
}

void WorkloadWindow::Forget(absl::Time before) {
  for (auto it = seen_.begin(); it != seen_.end();) {
    Seen& seen = it->second;
    seen.on_queue_seconds.erase(seen.on_queue_seconds.begin(),
                                seen.on_queue_seconds.lower_bound(BucketOf(before)));
    seen.work.erase(seen.work.begin(), seen.work.lower_bound(BucketOf(before)));
    const bool gone = !seen.on_queue_now && seen.on_queue_seconds.empty() && seen.work.empty();
    it = gone ? seen_.erase(it) : std::next(it);
  }
}

void WorkloadWindow::AddTo(Group& group, const QueueSettings& settings, const Key& key,
                           const Seen& seen) const {
  if (!seen.on_queue_now) {
    // Agents who are not on queue are outside the mean (FAIR-5).
    ++group.off_queue;
    return;
  }
  // Entries come by agent, so an agent's second queue of a skill group meets its first.
  if (group.agents.empty() || group.agents.back().agent_id != key.first) {
    AgentWorkload& added = group.agents.emplace_back();
    added.agent_id = key.first;
    added.on_queue_seconds = 0;
    added.skill_modifier = settings.capacity_factor;
    added.utilization = settings.utilization_target;
  }
  AgentWorkload& agent = group.agents.back();
  // On two queues at once is not twice as long on queue.
  double on_queue = 0;
  for (const auto& [start, seconds] : seen.on_queue_seconds) on_queue += seconds;
  agent.on_queue_seconds = std::max(*agent.on_queue_seconds, on_queue);
  for (const auto& [start, work] : seen.work) {
    agent.contacts += static_cast<double>(work.handled);
    agent.talk_seconds += absl::ToDoubleSeconds(work.talk);
    agent.hold_seconds += absl::ToDoubleSeconds(work.hold);
    agent.acw_seconds += absl::ToDoubleSeconds(work.after_call);
  }
}

std::vector<Group> WorkloadWindow::Groups() const {
  std::vector<Group> groups;
  std::map<std::string, Group> skills;
  std::map<std::string, const QueueSettings*> settings;
  for (const QueueSettings& queue : queues_) {
    groups.push_back({Group::Kind::kQueue, queue.queue_id, queue.acw_weight, {}, 0});
    settings[queue.queue_id] = &queue;
    const std::string& skill = skill_of_queue_.at(queue.queue_id);
    if (!skill.empty()) {
      skills.try_emplace(skill, Group{Group::Kind::kSkill, skill, queue.acw_weight, {}, 0});
    }
  }
  for (const auto& [key, seen] : seen_) {
    const QueueSettings& queue = *settings.at(key.second);
    for (Group& group : groups) {
      if (group.id == key.second) AddTo(group, queue, key, seen);
    }
    if (const auto it = skills.find(skill_of_queue_.at(key.second)); it != skills.end()) {
      AddTo(it->second, queue, key, seen);
    }
  }
  for (auto& [id, group] : skills) groups.push_back(std::move(group));
  return groups;
}

}  // namespace evenkeel::fairness
