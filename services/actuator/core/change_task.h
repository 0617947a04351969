// The life of a change as data (ACT-4): one table says which state may follow which, and why. Code
// that moves a change asks this table first; whatever it does not list cannot happen.
#pragma once

#include <absl/status/status.h>

#include <span>

#include "common/model/change.h"

namespace evenkeel::actuator {

struct Transition {
  model::ChangeState from;
  model::ChangeState to;
  const char* when;  // for people
};

std::span<const Transition> LegalTransitions();

// INTERNAL naming both states when the table does not list the step: an invariant of ours is
// broken.
absl::Status CheckTransition(model::ChangeState from, model::ChangeState to);

// Waits for approval or for its turn: nothing was sent for certain, and people may still say no.
bool IsWaiting(model::ChangeState state);
// A call with it is going out or has gone out, and its effect is not known yet.
bool IsInFlight(model::ChangeState state);
// Waiting or in flight. At most one change of an entity is open at any time.
bool IsOpen(model::ChangeState state);

}  // namespace evenkeel::actuator
