// The actuator as the optimizer sees it.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "common/model/change.h"

namespace evenkeel::optimizer {

// Called by one thread.
class ChangeProposer {
 public:
  virtual ~ChangeProposer() = default;

  // Asks for a change; OK when it was taken on (whatever the mode makes of it). `request_id` makes
  // a repetition harmless.
  //   FAILED_PRECONDITION with a Refusal: a guardrail said no
  //   RESOURCE_EXHAUSTED: the actuator's queue is full
  //   UNAVAILABLE, DEADLINE_EXCEEDED: the actuator cannot be asked; it may have taken it on
  virtual absl::Status Propose(const std::string& request_id, const model::Proposal& proposal) = 0;

  // Whether it would be taken on; nothing is kept. Codes as of Propose.
  virtual absl::Status Validate(const model::Proposal& proposal) = 0;

  // How many capacity writes the actuator's hourly limit still allows; planners stay inside.
  virtual absl::StatusOr<int64_t> WritesLeft() = 0;
};

}  // namespace evenkeel::optimizer
