#include "tools/lab/compare/centre_view.h"

#include <algorithm>
#include <set>

namespace evenkeel::lab {
namespace {

absl::Time FloorTo(absl::Time time, absl::Duration step) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), step);
}

}  // namespace

CentreView::CentreView(const sim::Engine& engine, std::vector<int> queues)
    : engine_(engine), queues_(std::move(queues)) {
  std::set<int> members;
  for (const int queue : queues_) {
    members.insert(engine_.Members(queue).begin(), engine_.Members(queue).end());
  }
  members_.assign(members.begin(), members.end());
}

std::vector<model::Agent> CentreView::Agents() const {
  const sim::Scenario& scenario = engine_.scenario();
  std::vector<model::Agent> agents;
  for (size_t a = 0; a < scenario.agents.size(); ++a) {
    model::Agent& agent = agents.emplace_back();
    agent.id = scenario.agents[a].id;
    agent.division_id = scenario.divisions[scenario.agents[a].division].id;
    for (const sim::AgentSkill& skill : engine_.Skills(static_cast<int>(a))) {
      agent.skills.push_back({scenario.skills[skill.skill].id, skill.proficiency});
    }
    std::sort(agent.skills.begin(), agent.skills.end(),
              [](const auto& x, const auto& y) { return x.skill_id < y.skill_id; });
  }
  return agents;
}

std::vector<model::AgentState> CentreView::States() const {
  std::vector<model::AgentState> states;
  for (const int a : members_) {
    const sim::AgentState seen = engine_.GetAgent(a);
    model::AgentState& state = states.emplace_back();
    state.agent_id = engine_.scenario().agents[a].id;
    state.activity = seen.busy()       ? model::Activity::kInteracting
                     : seen.on_queue() ? model::Activity::kIdle
                                       : model::Activity::kOffQueue;
    state.at_work = seen.on_queue();
    state.since = seen.status_since;
  }
  return states;
}

std::vector<model::Queue> CentreView::Queues() const {
  const sim::Scenario& scenario = engine_.scenario();
  std::vector<model::Queue> queues;
  for (const int q : queues_) {
    model::Queue& queue = queues.emplace_back();
    queue.id = scenario.queues[q].id;
    queue.name = scenario.queues[q].name;
    queue.division_id = scenario.divisions[scenario.queues[q].division].id;
    if (scenario.queues[q].skill) queue.skill_id = scenario.skills[*scenario.queues[q].skill].id;
    queue.service_level_target =
        model::ServiceLevelTarget{scenario.queues[q].target_ratio, scenario.queues[q].target_wait};
  }
  return queues;
}

std::vector<model::Membership> CentreView::Memberships() const {
  std::vector<model::Membership> memberships;
  for (const int q : queues_) {
    for (const int a : engine_.Members(q)) {
      memberships.push_back({engine_.scenario().queues[q].id, engine_.scenario().agents[a].id,
                             engine_.Joined(a, q).value_or(false)});
    }
  }
  return memberships;
}

std::vector<model::QueueLive> CentreView::Live() const {
  std::vector<model::QueueLive> all;
  for (const int q : queues_) {
    const sim::QueueState state = engine_.GetQueue(q);
    model::QueueLive& live = all.emplace_back();
    live.queue_id = engine_.scenario().queues[q].id;
    live.waiting = state.waiting;
    live.interacting = state.interacting;
    if (state.longest_waiting_since) {
      live.longest_wait = engine_.now() - *state.longest_waiting_since;
    }
    for (const int a : engine_.Members(q)) {
      if (!engine_.Joined(a, q).value_or(false)) continue;
      const sim::AgentState agent = engine_.GetAgent(a);
      live.on_queue_agents += agent.on_queue() ? 1 : 0;
      live.idle_agents += agent.on_queue() && !agent.busy() ? 1 : 0;
    }
  }
  return all;
}

absl::Time CentreView::IntervalsFrom(absl::Time now) {
  return FloorTo(now - kHistoryWindow, kIntervalLength) + kIntervalLength;
}

absl::Time CentreView::IntervalsTo(absl::Time now) {
  return FloorTo(now, kIntervalLength) + kIntervalLength;
}

std::vector<model::QueueInterval> CentreView::Intervals(absl::Time now) const {
  std::vector<model::QueueInterval> intervals;
  for (const int q : queues_) {
    for (absl::Time start = std::max(IntervalsFrom(now), FloorTo(engine_.start(), kIntervalLength));
         start < IntervalsTo(now); start += kIntervalLength) {
      const sim::Figures figures = engine_.QueueFigures(q, start, start + kIntervalLength);
      model::QueueInterval& interval = intervals.emplace_back();
      interval.queue_id = engine_.scenario().queues[q].id;
      interval.start = start;
      interval.length = kIntervalLength;
      interval.offered = figures.offered;
      interval.answered = figures.answered.count;
      interval.abandoned = figures.abandoned.count;
      interval.handled = figures.handle.count;
      interval.answered_wait_total = absl::Seconds(figures.answered.sum_seconds);
      interval.abandoned_wait_total = absl::Seconds(figures.abandoned.sum_seconds);
      interval.handle_total = absl::Seconds(figures.handle.sum_seconds);
    }
  }
  return intervals;
}

}  // namespace evenkeel::lab
