// Who gets which contact.
#include <algorithm>
#include <cassert>

#include "tools/genesys_sim/engine/engine_inl.h"

namespace evenkeel::sim {

bool Engine::CanTake(const AgentRecord& agent, Media media) {
  const auto m = static_cast<size_t>(media);
  if (agent.in_hand[m] >= agent.utilization.most[m]) return false;
  if (agent.calls.empty()) return true;
  for (size_t k = 0; k < kMediaCount; ++k) {
    if (k == m || agent.in_hand[k] == 0) continue;
    if ((agent.utilization.interrupted_by[k] >> m & 1) == 0) return false;
  }
  return true;
}

bool Engine::Serves(const AgentRecord& agent, const MembershipRecord& membership,
                    const CallInHand& call) const {
  // The last ring is everybody: also those of a ring that the queue has no longer.
  const size_t timers = queues_[call.queue].rings[call.rings].size();
  if (membership.ring > call.ring && static_cast<size_t>(call.ring) <= timers) return false;
  const std::vector<int>* needed = sources_[call.source].skills;
  if (needed == nullptr) return true;
  return std::all_of(needed->begin(), needed->end(), [&](int skill) {
    return std::any_of(agent.skills.begin(), agent.skills.end(),
                       [&](const AgentSkill& has) { return has.skill == skill; });
  });
}

double Engine::Proficiency(const AgentRecord& agent, const CallInHand& call) const {
  const std::vector<int>* needed = sources_[call.source].skills;
  const std::optional<int> own = scenario_->queues[call.queue].skill;
  double sum = 0;
  int count = 0;
  for (const AgentSkill& has : agent.skills) {
    const bool asked = needed != nullptr
                           ? std::find(needed->begin(), needed->end(), has.skill) != needed->end()
                           : own == has.skill;
    if (!asked) continue;
    sum += has.proficiency;
    ++count;
  }
  return count == 0 ? 0 : sum / count;
}

int Engine::FirstInLine(QueueRecord& queue) {
  while (!queue.line.empty()) {
    const WaitingCall& first = queue.line.front();
    if (calls_[first.place].generation == first.generation) return first.place;
    queue.line.pop_front();
  }
  return -1;
}

int Engine::FirstFor(QueueRecord& queue, const AgentRecord& agent,
                     const MembershipRecord& membership) {
  const int first = FirstInLine(queue);
  if (queue.simple || first < 0) return first;
  for (const WaitingCall& waiting : queue.line) {
    const CallInHand& call = calls_[waiting.place];
    if (call.generation == waiting.generation && Serves(agent, membership, call)) {
      return waiting.place;
    }
  }
  return -1;
}

void Engine::RemoveFromLine(QueueRecord& queue, int place) {
  const auto at = std::find_if(queue.line.begin(), queue.line.end(), [&](const WaitingCall& call) {
    return call.place == place && call.generation == calls_[place].generation;
  });
  assert(at != queue.line.end());
  queue.line.erase(at);
}

Engine::IdleAgent Engine::FreeAgent(QueueRecord& queue, const CallInHand& call) {
  while (!queue.idle.empty() && !IsIdle(queue, queue.idle.front())) queue.idle.pop_front();
  IdleAgent best = {0, -1, 0};
  if (queue.idle.empty()) return best;
  if (queue.simple) return queue.idle.front();
  int best_rank = 0;
  double best_value = 0;
  int equals = 0;
  for (const IdleAgent& entry : queue.idle) {
    if (!IsIdle(queue, entry)) continue;
    const AgentRecord& agent = agents_[entry.agent];
    const MembershipRecord& membership = agent.memberships[entry.membership];
    if (!Serves(agent, membership, call)) continue;
    double value = 0;  // the greater the better
    if (queue.routing == Routing::kSkills) value = Proficiency(agent, call);
    if (queue.routing == Routing::kShortestHandle && agent.handled > 0) {
      value = -agent.handled_seconds / static_cast<double>(agent.handled);
    }
    const bool equal = best.agent >= 0 && membership.agent_rank == best_rank && value == best_value;
    const bool better = best.agent < 0 || membership.agent_rank < best_rank ||
                        (membership.agent_rank == best_rank && value > best_value);
    equals = better ? 1 : equals + int{equal};
    const bool drawn =
        equal && queue.routing == Routing::kRandom && choices_.Uniform() * equals < 1;
    if (!better && !drawn) continue;
    best = entry;
    best_rank = membership.agent_rank;
    best_value = value;
  }
  return best;
}

void Engine::Offer(int agent_index) {
  if (ended_) return;
  AgentRecord& agent = agents_[agent_index];
  while (true) {
    int best = -1, best_membership = -1;
    for (size_t m = 0; m < agent.memberships.size(); ++m) {
      const MembershipRecord& membership = agent.memberships[m];
      if (!membership.joined) continue;
      QueueRecord& queue = queues_[membership.queue];
      if (queue.waiting == 0 || !HasRoom(queue) || !CanTake(agent, queue.media)) continue;
      const int place = FirstFor(queue, agent, membership);
      if (place < 0) continue;
      const auto key = [&](int at, int rank) {
        return std::tuple(rank, -sources_[calls_[at].source].priority, calls_[at].call.arrival);
      };
      if (best < 0 || key(place, membership.queue_rank) <
                          key(best, agent.memberships[best_membership].queue_rank)) {
        best = place;
        best_membership = static_cast<int>(m);
      }
    }
    if (best < 0) break;
    RemoveFromLine(queues_[calls_[best].queue], best);
    Answer(best, agent_index, best_membership);
  }
  agent.idle_number = -1;
  for (size_t m = 0; m < agent.memberships.size(); ++m) {
    if (!agent.memberships[m].joined) continue;
    QueueRecord& queue = queues_[agent.memberships[m].queue];
    if (!CanTake(agent, queue.media)) continue;
    if (agent.idle_number < 0) agent.idle_number = idle_numbers_++;
    queue.idle.push_back({agent.idle_number, agent_index, static_cast<int>(m)});
    if (queue.idle.size() > 2 * queue.members.size() + 64) {
      std::erase_if(queue.idle, [&](const IdleAgent& entry) { return !IsIdle(queue, entry); });
    }
  }
  // Who can be called for: after all queues know of him.
  if (campaigns_.empty() || agent.idle_number < 0) return;
  for (const MembershipRecord& membership : agent.memberships) {
    if (membership.joined) DialFor(queues_[membership.queue], DialTrigger::kAgentFree);
  }
}

void Engine::Dispatch(int queue_index) {
  if (ended_) return;
  QueueRecord& queue = queues_[queue_index];
  while (queue.waiting > 0 && HasRoom(queue)) {
    int place = FirstInLine(queue);
    IdleAgent free = FreeAgent(queue, calls_[place]);
    if (free.agent < 0) {
      if (queue.simple || queue.idle.empty()) return;
      // Somebody behind may be served by one of those who are free.
      const auto at =
          std::find_if(queue.line.begin(), queue.line.end(), [&](const WaitingCall& waiting) {
            if (calls_[waiting.place].generation != waiting.generation) return false;
            free = FreeAgent(queue, calls_[waiting.place]);
            return free.agent >= 0;
          });
      if (at == queue.line.end()) return;
      place = at->place;
    }
    RemoveFromLine(queue, place);
    Answer(place, free.agent, free.membership);
  }
}

int64_t Engine::CountFree(int queue_index) const {
  const QueueRecord& queue = queues_[queue_index];
  return std::count_if(queue.idle.begin(), queue.idle.end(),
                       [&](const IdleAgent& entry) { return IsIdle(queue, entry); });
}

void Engine::UpdateSimple(int queue_index) {
  QueueRecord& queue = queues_[queue_index];
  queue.simple = queue.routing == Routing::kLongestIdle && !queue.ranked && !queue.by_skill &&
                 std::all_of(queue.rings.begin(), queue.rings.end(),
                             [](const auto& rings) { return rings.empty(); });
}

}  // namespace evenkeel::sim
