#include "services/fairness_scorer/core/alerts/throttle.h"

#include <algorithm>
#include <cmath>

namespace evenkeel::fairness {
namespace {

int64_t Waiting(const model::Snapshot& snapshot, const std::string& queue_id) {
  for (const model::QueueLive& live : snapshot.live) {
    if (live.queue_id == queue_id) return live.waiting;
  }
  return 0;
}

std::optional<double> SmoothedCv(const std::vector<GroupCycle>& groups, const WatchedCycle& cycle,
                                 const std::string& queue_id) {
  for (size_t g = 0; g < groups.size(); ++g) {
    if (groups[g].group->kind == Group::Kind::kQueue && groups[g].group->id == queue_id) {
      return cycle.groups[g].smoothed_cv;
    }
  }
  return std::nullopt;
}

// What one contact takes, on the mean of the group.
std::optional<absl::Duration> HandleTime(const Group& group) {
  double seconds = 0, contacts = 0;
  for (const AgentWorkload& agent : group.agents) {
    seconds += agent.talk_seconds + agent.hold_seconds + agent.acw_seconds;
    contacts += agent.contacts;
  }
  if (contacts <= 0) return std::nullopt;
  return absl::Seconds(seconds / contacts);
}

// Whom planners leave alone, of a queue, and who is held there or from everywhere.
struct LeftAloneOf {
  std::set<std::string> agents;
  std::set<std::string> held;
};
LeftAloneOf FindLeftAlone(const model::Snapshot& snapshot, const std::string& queue_id,
                          absl::Time now) {
  LeftAloneOf found;
  for (const model::LeftAlone& entry : snapshot.left_alone) {
    if (entry.agent_id.empty() || entry.until <= now) continue;
    const bool held = entry.why == model::LeftAlone::Why::kHeld;
    const bool here = entry.queue_id.empty() || entry.queue_id == queue_id;
    if (held || here) found.agents.insert(entry.agent_id);
    if (held && here) found.held.insert(entry.agent_id);
  }
  return found;
}

}  // namespace

std::vector<ThrottleVerdict> JudgeThrottles(ThrottleMemory& memory,
                                            const std::vector<GroupCycle>& groups,
                                            const WatchedCycle& cycle,
                                            const model::Snapshot& snapshot,
                                            const ThrottleRules& rules, absl::Time now) {
  for (size_t g = 0; g < groups.size(); ++g) {
    const GroupStanding& standing = cycle.groups[g];
    if (groups[g].group->kind != Group::Kind::kQueue || !standing.smoothed_cv) continue;
    if (standing.band == Band::kHealthy) {
      memory.relieved.erase(groups[g].group->id);
    } else if (standing.open.contains(AlertType::kFairnessDegradation)) {
      memory.relieved.insert(groups[g].group->id);
    }
  }
  std::vector<ThrottleVerdict> verdicts;
  for (auto it = memory.watched.begin(); it != memory.watched.end();) {
    const auto& [queue_id, watched] = *it;
    const std::optional<double> cv = SmoothedCv(groups, cycle, queue_id);
    if (now < watched.at + rules.settle || !cv) {
      ++it;
      continue;
    }
    ThrottleVerdict& verdict = verdicts.emplace_back();
    verdict.queue_id = queue_id;
    verdict.cv_before = watched.smoothed_cv;
    verdict.cv_after = *cv;
    verdict.waiting_before = watched.waiting;
    verdict.waiting_after = Waiting(snapshot, queue_id);
    const int64_t more = verdict.waiting_after - verdict.waiting_before;
    if (*cv > watched.smoothed_cv + rules.worse_cv ||
        (more >= rules.worse_waiting && more >= verdict.waiting_before)) {
      verdict.settled = Settled::kWorse;
      memory.left_alone_until[queue_id] = now + rules.leave_alone;
    } else if (*cv < watched.smoothed_cv) {
      verdict.settled = Settled::kBetter;
    }
    it = memory.watched.erase(it);
  }
  return verdicts;
}

std::vector<Throttle> PlanThrottles(const ThrottleMemory& memory,
                                    const std::vector<GroupCycle>& groups,
                                    const WatchedCycle& cycle, const model::Snapshot& snapshot,
                                    const ThrottleRules& rules, absl::Time now) {
  std::vector<Throttle> throttles;
  std::set<std::string> chosen;
  for (size_t g = 0; g < groups.size(); ++g) {
    const Group& group = *groups[g].group;
    const GroupStanding& standing = cycle.groups[g];
    if (group.kind != Group::Kind::kQueue || !standing.smoothed_cv ||
        !memory.relieved.contains(group.id)) {
      continue;
    }
    const auto left = memory.left_alone_until.find(group.id);
    if (left != memory.left_alone_until.end() && now < left->second) continue;
    const std::optional<absl::Duration> handle_time = HandleTime(group);
    if (!handle_time) continue;

    const LeftAloneOf alone = FindLeftAlone(snapshot, group.id, now);
    const auto agents = static_cast<int64_t>(group.agents.size());
    const auto minimum = rules.min_agents.find(group.id);
    const int64_t least = minimum == rules.min_agents.end() ? 0 : minimum->second;
    // A hair is added so that 0.1 * 30 is 3.
    const auto share =
        static_cast<int64_t>(std::floor(rules.held_share * static_cast<double>(agents) + 1e-9));
    const int64_t most = std::min(std::max<int64_t>(1, share), agents - least);
    int64_t held = std::ssize(alone.held);
    for (const AgentStanding& agent : standing.standing.overloaded) {
      if (held >= most) break;
      const auto last = memory.last_of_agent.find(agent.agent_id);
      if (alone.agents.contains(agent.agent_id) || chosen.contains(agent.agent_id) ||
          (last != memory.last_of_agent.end() && now < last->second + rules.cool_down)) {
        continue;
      }
      Throttle throttle{group.id,
                        agent.agent_id,
                        absl::ZeroDuration(),
                        agent.had / agent.capacity,
                        agent.fair / agent.capacity,
                        *standing.smoothed_cv};
      throttle.hold_for =
          ThrottleDuration(throttle.current, throttle.target, *handle_time, rules.most);
      if (throttle.hold_for < rules.least) continue;
      chosen.insert(agent.agent_id);
      throttles.push_back(std::move(throttle));
      ++held;
    }
  }
  return throttles;
}

void NoteThrottle(ThrottleMemory& memory, const Throttle& throttle, const model::Snapshot& snapshot,
                  absl::Time now) {
  memory.last_of_agent[throttle.agent_id] = now;
  memory.watched[throttle.queue_id] = {now, throttle.smoothed_cv,
                                       Waiting(snapshot, throttle.queue_id)};
}

}  // namespace evenkeel::fairness
