#include "services/actuator/core/change_task.h"

#include <absl/strings/str_cat.h>

namespace evenkeel::actuator {
namespace {

using enum model::ChangeState;

constexpr Transition kTransitions[] = {
    {kProposed, kRefused, "a guardrail said no"},
    {kProposed, kAwaitingApproval, "the mode asks for approval"},
    {kProposed, kAccepted, "it will be written, or in dry run described"},

    {kAwaitingApproval, kAccepted, "somebody approved"},
    {kAwaitingApproval, kDiscarded, "somebody said no"},
    {kAwaitingApproval, kExpired, "nobody answered in time"},
    {kAwaitingApproval, kSuperseded, "the mode changed and a newer plan took its place"},

    {kAccepted, kApplying, "about to be sent"},
    {kAccepted, kDryRun, "would have been sent"},
    {kAccepted, kAwaitingApproval, "the mode now asks for approval"},
    {kAccepted, kDiscarded, "somebody said no before it was sent"},
    {kAccepted, kExpired, "its time was over before it was sent"},
    {kAccepted, kSuperseded, "a newer plan took its place"},
    {kAccepted, kRefused, "a guardrail said no when its turn came"},
    {kAccepted, kFailed, "what it rests on failed, or the centre has another value"},

    {kApplying, kVerifying, "the call went out, or may have"},
    {kApplying, kAccepted, "the call certainly had no effect, or does no harm when made again"},
    {kApplying, kRefused, "a guardrail said no on what was read right before the call"},
    {kApplying, kFailed, "the centre has another value, or said no"},

    {kVerifying, kApplied, "read back: it shows"},
    {kVerifying, kAccepted, "read back: a call that may have been lost had no effect"},
    {kVerifying, kFailed, "read back: it does not show, or somebody else changed it"},

    {kApplied, kRolledBack, "a later change undid it"},
};

}  // namespace

std::span<const Transition> LegalTransitions() { return kTransitions; }

absl::Status CheckTransition(model::ChangeState from, model::ChangeState to) {
  for (const Transition& transition : kTransitions) {
    if (transition.from == from && transition.to == to) return absl::OkStatus();
  }
  return absl::InternalError(absl::StrCat("a change cannot go from ", model::ChangeStateName(from),
                                          " to ", model::ChangeStateName(to)));
}

bool IsWaiting(model::ChangeState state) {
  return state == kAwaitingApproval || state == kAccepted;
}

bool IsInFlight(model::ChangeState state) { return state == kApplying || state == kVerifying; }

bool IsOpen(model::ChangeState state) { return IsWaiting(state) || IsInFlight(state); }

}  // namespace evenkeel::actuator
