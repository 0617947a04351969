// The templates of Engine; for its own source files.
#pragma once

#include "tools/genesys_sim/engine/engine.h"

namespace evenkeel::sim {

// What streams are for; part of their names, apart from those in arrivals.cc.
enum StreamPurpose : uint64_t { kCommands = 100, kRetries, kCodes, kDials, kChoices };

inline int64_t Micros(double seconds) { return static_cast<int64_t>(seconds * 1e6 + 0.5); }

template <typename Change>
void Engine::ChangeAgent(int index, Change change) {
  AgentRecord& agent = agents_[index];
  const bool was_at_work = agent.at_work(), was_busy = agent.busy();
  const Activity activity = agent.activity();
  const RoutingStatus status = agent.status();
  const Presence presence = agent.presence;
  change();
  if (agent.status() != status) agent.status_since = now_;
  if (agent.status() != status || agent.activity() != activity) agent.activity_since = now_;
  if (options_.observer != nullptr && (agent.status() != status || agent.presence != presence)) {
    options_.observer->AgentChanged(index, now_, agent.presence, agent.status());
  }
  const int busier = int{agent.busy()} - int{was_busy};
  const int more_at_work = int{agent.at_work()} - int{was_at_work};
  if (busier == 0 && more_at_work == 0) return;
  for (const MembershipRecord& membership : agent.memberships) {
    if (!membership.joined) continue;
    QueueRecord& queue = queues_[membership.queue];
    Accrue(queue);
    queue.staffed += more_at_work;
    queue.busy += busier;
  }
  if (agent.group < 0) return;
  GroupRecord& group = groups_[agent.group];
  Accrue(group);
  group.present += more_at_work;
  group.busy += busier;
}

template <typename Add>
void Engine::Record(QueueRecord& queue, Add add) {
  add(queue.totals);
  if (!options_.keep_history) return;
  Accrue(queue);  // so that slices are begun in their order
  add(queue.history.At(SliceAt(now_)));
}

template <typename Add>
void Engine::Record(QueueRecord& queue, int agent, int queue_index, Add add) {
  Record(queue, add);
  if (!options_.keep_history) return;
  for (MembershipRecord& membership : agents_[agent].memberships) {
    if (membership.queue == queue_index) return add(membership.history.At(SliceAt(now_)));
  }
}

template <typename Add>
void Engine::RecordDial(int campaign, Add add) {
  add(campaigns_[campaign].totals);
  if (options_.keep_history) add(campaigns_[campaign].history.At(SliceAt(now_)));
}

}  // namespace evenkeel::sim
