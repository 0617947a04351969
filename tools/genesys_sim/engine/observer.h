// Who is told what happens in a simulated centre while it happens: the API keeps conversations and
// what agents did; the lab counts.
#pragma once

#include <cstdint>

#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::sim {

enum class Activity { kFree, kInteracting, kAfterCall };

enum class RoutingStatus : uint8_t { kOffQueue, kIdle, kInteracting };

enum class Outcome : uint8_t {
  kHandled,
  kAbandoned,     // gave up waiting
  kBlocked,       // no line, or too many waited
  kDisconnected,  // waited when the last agent for the queue left
  kBusy,          // the rest: dialled, and no person answered
  kMachine,
  kNoAnswer,
};

// A contact that has ended; whoever comes back is another one. Times are microseconds since the
// engine's start; -1: never.
struct Contact {
  int call_type = -1;  // -1: dialled
  int campaign = -1;
  uint64_t number = 0;  // among those of its call type or campaign, from 0
  int attempt = 0;      // how often the caller had come back before
  int queue = 0;
  int agent = -1;
  int ring = 1;  // widest that was asked
  Outcome outcome = Outcome::kHandled;
  int wrap_up_code = -1;
  int64_t begun = 0;    // came in, or was dialled
  int64_t arrived = 0;  // came to the queue; a dial that nobody answered: when that was known
  int64_t answered = -1;
  int64_t hung_up = -1;
  int64_t ended = 0;        // after-call work included
  int64_t waited = 0;       // microseconds, former attempts of the same caller included
  double talk_seconds = 0;  // as it would be, when it was not handled
  double hold_seconds = 0;
  double after_call_seconds = 0;
};

class Observer {
 public:
  virtual ~Observer() = default;

  virtual void Ended(const Contact& contact) = 0;
  // An agent has it now; Ended comes when he has done.
  virtual void Answered(const Contact& contact) {}
  // The agent's presence or routing status has become another.
  virtual void AgentChanged(int agent, int64_t micros, Presence presence, RoutingStatus status) {}
};

}  // namespace evenkeel::sim
