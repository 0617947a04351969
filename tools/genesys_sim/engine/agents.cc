// What agents do besides their contacts: schedules, headcounts, joining and leaving queues.
#include <algorithm>
#include <cassert>

#include "tools/genesys_sim/engine/engine_inl.h"

namespace evenkeel::sim {

int Engine::FindMembership(int agent, int queue) const {
  const std::vector<MembershipRecord>& memberships = agents_[agent].memberships;
  for (size_t m = 0; m < memberships.size(); ++m) {
    if (memberships[m].queue == queue && memberships[m].member) return static_cast<int>(m);
  }
  return -1;
}

void Engine::PlanNextPresence(int agent_index) {
  AgentRecord& agent = agents_[agent_index];
  const std::vector<PresencePeriod>& schedule = scenario_->agents[agent_index].schedule;
  if (schedule.size() == 1) return;  // never changes
  if (++agent.next_period == schedule.size()) {
    agent.next_period = 0;
    ++agent.cycle;
  }
  Plan(agent.cycle * repeat_micros_ + absl::ToInt64Microseconds(schedule[agent.next_period].start),
       Kind::kSchedule, agent_index);
}

void Engine::NextPresence(int agent_index) {
  const AgentRecord& agent = agents_[agent_index];
  ApplyPresence(agent_index, scenario_->agents[agent_index].schedule[agent.next_period].presence);
  PlanNextPresence(agent_index);
}

void Engine::ApplyPresence(int agent_index, Presence presence) {
  AgentRecord& agent = agents_[agent_index];
  if (agent.presence == presence) return;
  const bool was_on_queue = agent.on_queue();
  ChangeAgent(agent_index, [&] {
    agent.presence = presence;
    agent.presence_since = now_;
  });
  if (agent.on_queue() == was_on_queue) return;
  agent.idle_number = -1;
  if (agent.on_queue()) return Offer(agent_index);
  if (scenario_->disconnect_unstaffed) DisconnectUnstaffed();
}

void Engine::ApplyJoined(int agent_index, int membership_index, bool joined) {
  AgentRecord& agent = agents_[agent_index];
  MembershipRecord& membership = agent.memberships[membership_index];
  if (membership.joined == joined || !membership.member) return;
  QueueRecord& queue = queues_[membership.queue];
  Accrue(queue);
  const int64_t sign = joined ? 1 : -1;
  membership.joined = joined;
  queue.joined += sign;
  queue.staffed += agent.at_work() ? sign : 0;
  queue.busy += agent.busy() ? sign : 0;
  if (!joined) {
    std::erase_if(queue.idle, [&](const IdleAgent& entry) { return entry.agent == agent_index; });
    if (scenario_->disconnect_unstaffed) DisconnectUnstaffed();
  } else if (agent.on_queue() && CanTake(agent, queue.media)) {
    BeIdleFor(agent_index, membership_index);
  }
}

void Engine::BeIdleFor(int agent_index, int membership_index) {
  AgentRecord& agent = agents_[agent_index];
  const int queue_index = agent.memberships[membership_index].queue;
  QueueRecord& queue = queues_[queue_index];
  if (agent.idle_number < 0) agent.idle_number = idle_numbers_++;
  const IdleAgent entry = {agent.idle_number, agent_index, membership_index};
  const auto at = std::lower_bound(queue.idle.begin(), queue.idle.end(), entry);
  if (at != queue.idle.end() && at->number == entry.number) return;  // he is already
  queue.idle.insert(at, entry);
  Dispatch(queue_index);
  DialFor(queue, DialTrigger::kAgentFree);
}

void Engine::NextHeadcount(int index) {
  GroupRecord& group = groups_[index];
  const StaffingGroup& staffing = scenario_->staffing_groups[index];
  group.target = staffing.headcounts[group.next_period].agents;
  for (int a = staffing.first_agent;
       a < staffing.first_agent + staffing.agents && group.present < group.target; ++a) {
    if (!agents_[a].on_queue()) ApplyPresence(a, Presence::kOnQueue);
  }
  Shrink(index);
  if (scenario_->disconnect_unstaffed) DisconnectUnstaffed();
  if (staffing.headcounts.size() == 1) return;
  if (++group.next_period == staffing.headcounts.size()) {
    group.next_period = 0;
    ++group.cycle;
  }
  Plan(group.cycle * repeat_micros_ +
           absl::ToInt64Microseconds(staffing.headcounts[group.next_period].start),
       Kind::kHeadcount, index);
}

void Engine::Shrink(int index) {
  const GroupRecord& group = groups_[index];
  const StaffingGroup& staffing = scenario_->staffing_groups[index];
  for (int a = staffing.first_agent;
       a < staffing.first_agent + staffing.agents && group.present > group.target; ++a) {
    if (agents_[a].on_queue() && !agents_[a].busy()) ApplyPresence(a, Presence::kOffline);
  }
}

bool Engine::IsStaffed(const QueueRecord& queue) const {
  const auto index = static_cast<int>(&queue - queues_.data());
  return std::any_of(queue.members.begin(), queue.members.end(), [&](int a) {
    const AgentRecord& agent = agents_[a];
    const int membership = FindMembership(a, index);
    if (membership < 0 || !agent.memberships[membership].joined || !agent.on_queue()) return false;
    // Those that a group has too many are about to leave.
    return agent.group < 0 || groups_[agent.group].target > 0;
  });
}

void Engine::DisconnectUnstaffed() {
  for (QueueRecord& queue : queues_) {
    if (queue.waiting == 0 || IsStaffed(queue)) continue;
    for (int place = FirstInLine(queue); place >= 0; place = FirstInLine(queue)) {
      queue.line.pop_front();
      --queue.waiting;
      --waiting_;
      --lines_busy_;
      TurnAway(place, Outcome::kDisconnected);
    }
  }
}

// --- Commands

bool Engine::SetJoined(int agent, int queue, bool joined) {
  const int index = FindMembership(agent, queue);
  if (index < 0) return false;
  MembershipRecord& membership = agents_[agent].memberships[index];
  const double least = absl::ToDoubleSeconds(options_.least_join_delay);
  const double most = absl::ToDoubleSeconds(options_.most_join_delay);
  const int64_t effect = now_ + Micros(least + (most - least) * commands_.Uniform());
  membership.last_effect = std::max(membership.last_effect, effect);
  Plan(membership.last_effect, joined ? Kind::kJoin : Kind::kLeave, agent,
       static_cast<uint32_t>(index));
  return true;
}

bool Engine::SetJoinedNow(int agent, int queue, bool joined) {
  const int index = FindMembership(agent, queue);
  if (index < 0) return false;
  ApplyJoined(agent, index, joined);
  return true;
}

bool Engine::SetMember(int agent, int queue, bool member) {
  const int index = FindMembership(agent, queue);
  if ((index >= 0) == member) return false;
  std::vector<MembershipRecord>& memberships = agents_[agent].memberships;
  std::vector<int>& members = queues_[queue].members;
  if (!member) {
    ApplyJoined(agent, index, false);
    memberships[index].member = false;
    std::erase(members, agent);
    return true;
  }
  members.push_back(agent);
  for (MembershipRecord& former : memberships) {
    if (former.queue != queue) continue;
    former.member = true;
    return true;
  }
  MembershipRecord& added = memberships.emplace_back();
  added.queue = queue;
  added.joined = false;
  return true;
}

bool Engine::SetRing(int agent, int queue, int ring) {
  const int index = FindMembership(agent, queue);
  if (index < 0) return false;
  agents_[agent].memberships[index].ring = ring;
  Dispatch(queue);
  return true;
}

void Engine::SetPresence(int agent, Presence presence) { ApplyPresence(agent, presence); }

void Engine::SetUtilization(int agent, const Utilization& utilization) {
  AgentRecord& record = agents_[agent];
  record.utilization = utilization;
  // Where he can take less, entries for him are no longer valid.
  if (!record.on_queue()) return;
  if (record.busy() || record.idle_number < 0) return Offer(agent);
  // He keeps his place among the idle ones, and may get one for other media.
  for (size_t m = 0; m < record.memberships.size(); ++m) {
    const MembershipRecord& membership = record.memberships[m];
    if (membership.joined && record.idle_number >= 0 &&
        CanTake(record, queues_[membership.queue].media)) {
      BeIdleFor(agent, static_cast<int>(m));
    }
  }
}

void Engine::SetSkills(int agent, std::vector<AgentSkill> skills) {
  agents_[agent].skills = std::move(skills);
  for (const MembershipRecord& membership : agents_[agent].memberships) {
    if (membership.joined) Dispatch(membership.queue);
  }
}

}  // namespace evenkeel::sim
