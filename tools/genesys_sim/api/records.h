// What the API remembers of the centre beyond the engine's figures, for as long as figures are
// kept: the contacts that have ended, and what each agent's presence and routing status were.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "tools/genesys_sim/engine/observer.h"
#include "tools/genesys_sim/engine/statistics.h"

namespace evenkeel::sim {

inline constexpr int64_t kRecordsKeptMicros = kSlicesKept * kSliceMicros;

// Since when an agent's presence and routing status were what they were. Microseconds since the
// engine's start, like all times here.
struct AgentChange {
  int64_t since = 0;
  Presence presence = Presence::kOffline;
  RoutingStatus status = RoutingStatus::kOffQueue;
};

// A stretch of one presence and one status.
struct AgentStretch {
  int64_t from = 0, to = 0;
  Presence presence = Presence::kOffline;
  RoutingStatus status = RoutingStatus::kOffQueue;
};

class Records : public Observer {
 public:
  explicit Records(size_t agents) : agents_(agents, std::deque<AgentChange>{AgentChange{}}) {}

  // In the order of their ends.
  const std::deque<Contact>& contacts() const { return contacts_; }
  // What the agent did in [from, to), in order and without gaps; nothing before the start.
  std::vector<AgentStretch> Stretches(int agent, int64_t from, int64_t to) const;

  void Ended(const Contact& contact) override;
  void AgentChanged(int agent, int64_t micros, Presence presence, RoutingStatus status) override;

 private:
  std::deque<Contact> contacts_;
  std::vector<std::deque<AgentChange>> agents_;  // each never empty
};

}  // namespace evenkeel::sim
