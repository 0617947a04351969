// The actuator as those who propose changes see it, over its gRPC endpoint.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <memory>
#include <string>

#include "common/model/change.h"
#include "evenkeel/actuator/v1/actuator_service.grpc.pb.h"

namespace evenkeel::runtime {

// Called by one thread.
class ActuatorClient {
 public:
  // `timeout` of each call, real time.
  explicit ActuatorClient(absl::Duration timeout) : timeout_(timeout) {}

  // Set once, before the first call.
  void Connect(const std::shared_ptr<grpc::Channel>& channel);

  // Asks for a change; OK when it was taken on (whatever the mode makes of it). `request_id` makes
  // a repetition harmless; `validate_only`: whether it would be taken on, and nothing is kept.
  //   FAILED_PRECONDITION with a Refusal: a guardrail said no
  //   RESOURCE_EXHAUSTED: the actuator's queue is full
  //   UNAVAILABLE, DEADLINE_EXCEEDED: the actuator cannot be asked; it may have taken it on
  absl::Status Propose(const std::string& request_id, const model::Proposal& proposal,
                       bool validate_only);

  // How many capacity writes the actuator's hourly limit still allows.
  absl::StatusOr<int64_t> WritesLeft();

 private:
  const absl::Duration timeout_;
  std::unique_ptr<actuator::v1::ActuatorService::Stub> stub_;
};

}  // namespace evenkeel::runtime
