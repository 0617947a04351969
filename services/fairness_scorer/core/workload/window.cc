#include "services/fairness_scorer/core/workload/window.h"

#include <algorithm>
#include <utility>

namespace evenkeel::fairness {
namespace {

constexpr absl::Duration kBucket = absl::Minutes(5);
constexpr absl::Duration kShifting = absl::Minutes(15);

absl::Time BucketOf(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), kBucket);
}

absl::Time NextBucket(absl::Time time) {
  return absl::UnixEpoch() + absl::Ceil(time - absl::UnixEpoch(), kBucket);
}

// Agents on queue, by queue.
std::map<std::string, std::vector<std::string>> OnQueue(const model::Snapshot& snapshot) {
  std::set<std::string> at_work;
  for (const model::AgentState& state : snapshot.states) {
    if (state.at_work) at_work.insert(state.agent_id);
  }
  std::set<std::pair<std::string, std::string>> held;  // queue, agent
  for (const model::LeftAlone& entry : snapshot.left_alone) {
    if (entry.why != model::LeftAlone::Why::kHeld) continue;
    if (entry.queue_id.empty()) at_work.insert(entry.agent_id);
    held.emplace(entry.queue_id, entry.agent_id);
  }
  std::map<std::string, std::vector<std::string>> on_queue;
  for (const model::Membership& membership : snapshot.memberships) {
    if ((membership.joined || held.contains({membership.queue_id, membership.agent_id})) &&
        at_work.contains(membership.agent_id)) {
      on_queue[membership.queue_id].push_back(membership.agent_id);
    }
  }
  return on_queue;
}

// When the agent work of a snapshot was read.
absl::Time WorkReadAt(const model::Snapshot& snapshot) {
  for (const model::SectionQuality& quality : snapshot.quality) {
    if (quality.section == model::Section::kAgentWork) return quality.taken_at;
  }
  return snapshot.taken_at;
}

}  // namespace

WorkloadWindow::WorkloadWindow(std::vector<QueueSettings> queues, absl::Duration window)
    : queues_(std::move(queues)), window_(window) {
  for (const QueueSettings& queue : queues_) {
    by_queue_.push_back({Group::Kind::kQueue, queue.queue_id, {{queue.queue_id, &queue}}, {}});
    if (!queue.skill_id.empty()) AddToSkill(queue, queue.skill_id);
  }
}

void WorkloadWindow::AddToSkill(const QueueSettings& queue, const std::string& skill_id) {
  skill_known_.insert(queue.queue_id);
  Watched& skill = by_skill_[skill_id];
  skill.kind = Group::Kind::kSkill;
  skill.id = skill_id;
  skill.queues[queue.queue_id] = &queue;
}

template <typename What>
void WorkloadWindow::ForEachGroup(const What& what) {
  for (Watched& group : by_queue_) what(group);
  for (auto& [id, group] : by_skill_) what(group);
}

void WorkloadWindow::Observe(const model::Snapshot& snapshot, absl::Duration max_gap,
                             bool work_is_good) {
  const absl::Time now = snapshot.taken_at;
  if (last_ && now <= *last_) return;
  LearnSkills(snapshot);
  std::optional<absl::Time> since = last_;
  if (!since || now - *since > max_gap) {
    // Before the first snapshot, or through a silence, nobody watched.
    for (absl::Time bucket =
             BucketOf(std::max(since.value_or(absl::InfinitePast()), now - window_ - kBucket));
         bucket < now; bucket += kBucket) {
      blind_.insert(bucket);
    }
    since.reset();
  }
  last_ = now;

  const auto on_queue = OnQueue(snapshot);
  ForEachGroup([&](Watched& group) { ObserveTime(group, on_queue, since); });
  if (work_is_good) ObserveWork(snapshot);
  const absl::Time oldest = BucketOf(now - window_);
  blind_.erase(blind_.begin(), blind_.lower_bound(oldest));
  worked_.erase(worked_.begin(), worked_.lower_bound(oldest));
  ForEachGroup([&](Watched& group) { Forget(group); });
}

void WorkloadWindow::LearnSkills(const model::Snapshot& snapshot) {
  for (const model::Queue& queue : snapshot.queues) {
    if (queue.skill_id.empty() || skill_known_.contains(queue.id)) continue;
    for (const QueueSettings& settings : queues_) {
      if (settings.queue_id == queue.id) AddToSkill(settings, queue.skill_id);
    }
  }
}

// The time from `since` on counts for those who were on queue at both ends of it; on two queues of
// a skill at once is not twice as long on queue.
void WorkloadWindow::ObserveTime(Watched& group,
                                 const std::map<std::string, std::vector<std::string>>& on_queue,
                                 std::optional<absl::Time> since) {
  std::set<std::string> agents;
  for (const auto& [queue_id, settings] : group.queues) {
    const auto it = on_queue.find(queue_id);
    if (it != on_queue.end()) agents.insert(it->second.begin(), it->second.end());
  }
  for (auto& [agent_id, seen] : group.agents) {
    if (!agents.contains(agent_id) && std::exchange(seen.on_queue_now, false)) {
      seen.changed_at = *last_;
    }
  }
  for (const std::string& agent_id : agents) {
    Seen& seen = group.agents[agent_id];
    const bool stayed = std::exchange(seen.on_queue_now, true);
    if (!stayed && since) seen.changed_at = *last_;
    if (!stayed || !since) continue;
    for (absl::Time from = *since; from < *last_;) {
      const absl::Time to = std::min(*last_, BucketOf(from) + kBucket);
      seen.on_queue_seconds[BucketOf(from)] += absl::ToDoubleSeconds(to - from);
      from = to;
    }
  }
}

void WorkloadWindow::ObserveWork(const model::Snapshot& snapshot) {
  // A good section lacks none of its intervals; the last one may not be over yet.
  absl::Time first = absl::InfiniteFuture(), last = absl::InfinitePast();
  std::map<std::string, std::vector<const model::AgentWork*>> by_queue;
  for (const model::AgentWork& work : snapshot.agent_work) {
    first = std::min(first, work.start);
    last = std::max(last, work.start + work.length);
    by_queue[work.queue_id].push_back(&work);
  }
  if (by_queue.empty()) return;
  last = std::min(last, WorkReadAt(snapshot));
  for (absl::Time bucket = NextBucket(first); bucket + kBucket <= last; bucket += kBucket) {
    worked_.insert(bucket);
  }
  ForEachGroup([&](Watched& group) {
    for (const auto& [queue_id, settings] : group.queues) {
      for (const model::AgentWork* work : by_queue[queue_id]) {
        group.agents[work->agent_id].work[{work->start, queue_id}] = *work;
      }
    }
  });
}

void WorkloadWindow::Forget(Watched& group) const {
  const absl::Time oldest = BucketOf(*last_ - window_);
  for (auto it = group.agents.begin(); it != group.agents.end();) {
    Seen& seen = it->second;
    seen.on_queue_seconds.erase(seen.on_queue_seconds.begin(),
                                seen.on_queue_seconds.lower_bound(oldest));
    seen.work.erase(seen.work.begin(), seen.work.lower_bound({oldest, ""}));
    const bool gone = !seen.on_queue_now && seen.on_queue_seconds.empty() && seen.work.empty();
    it = gone ? group.agents.erase(it) : std::next(it);
  }
}

bool WorkloadWindow::IsCompared(absl::Time bucket) const {
  return worked_.contains(bucket) && !blind_.contains(bucket);
}

Group WorkloadWindow::Collect(const Watched& watched) const {
  const QueueSettings& first = *watched.queues.begin()->second;
  Group group;
  group.kind = watched.kind;
  group.id = watched.id;
  group.acw_weight = first.acw_weight;
  group.utilization_target = first.utilization_target;
  group.queues = static_cast<int>(watched.queues.size());
  for (const absl::Time bucket : worked_) {
    if (IsCompared(bucket)) group.work_until = bucket + kBucket;
  }
  for (const auto& [agent_id, seen] : watched.agents) {
    if (*last_ - seen.changed_at < kShifting) ++group.shifting;
    if (!seen.on_queue_now) {
      ++group.off_queue;  // agents who are not on queue are outside the mean (FAIR-5)
      continue;
    }
    AgentWorkload& agent = group.agents.emplace_back();
    agent.agent_id = agent_id;
    agent.on_queue_seconds = 0;
    for (const auto& [bucket, seconds] : seen.on_queue_seconds) {
      if (IsCompared(bucket)) *agent.on_queue_seconds += seconds;
    }
    // Queues of a skill may be judged differently: each contact counts by its own queue's factor.
    double units = 0, utilization = 0;
    for (const auto& [key, work] : seen.work) {
      if (!IsCompared(BucketOf(work.start))) continue;
      const auto handled = static_cast<double>(work.handled);
      agent.contacts += handled;
      agent.talk_seconds += absl::ToDoubleSeconds(work.talk);
      agent.hold_seconds += absl::ToDoubleSeconds(work.hold);
      agent.acw_seconds += absl::ToDoubleSeconds(work.after_call);
      const QueueSettings& queue = *watched.queues.at(key.second);
      units += handled / queue.capacity_factor;
      utilization += handled * queue.utilization_target;
    }
    if (watched.queues.size() == 1 || agent.contacts == 0) {
      agent.skill_modifier = first.capacity_factor;
      agent.utilization = first.utilization_target;
    } else {
      agent.skill_modifier = agent.contacts / units;
      agent.utilization = utilization / agent.contacts;
    }
  }
  return group;
}

std::vector<Group> WorkloadWindow::Groups() const {
  std::vector<Group> groups;
  for (const Watched& watched : by_queue_) groups.push_back(Collect(watched));
  for (const auto& [id, watched] : by_skill_) groups.push_back(Collect(watched));
  return groups;
}

absl::Duration WorkloadWindow::Compared() const {
  return kBucket * std::count_if(worked_.begin(), worked_.end(),
                                 [&](absl::Time bucket) { return IsCompared(bucket); });
}

}  // namespace evenkeel::fairness
