// The actuator as the fairness scorer sees it.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "common/model/change.h"

namespace evenkeel::fairness {

// Called by one thread.
class ChangeProposer {
 public:
  virtual ~ChangeProposer() = default;

  // Asks for a throttle; OK when it was taken on (whatever the mode makes of it). `request_id`
  // makes a repetition harmless.
  //   FAILED_PRECONDITION with a Refusal: a guardrail said no
  //   UNAVAILABLE, DEADLINE_EXCEEDED: the actuator cannot be asked; it may have taken it on
  virtual absl::Status Propose(const std::string& request_id, const model::Proposal& proposal) = 0;
};

}  // namespace evenkeel::fairness
