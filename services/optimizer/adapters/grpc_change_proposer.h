// ChangeProposer over the actuator's gRPC endpoint.
#pragma once

#include <memory>
#include <string>

#include "common/runtime/actuator_client.h"
#include "services/optimizer/ports/change_proposer.h"

namespace evenkeel::optimizer {

class GrpcChangeProposer final : public ChangeProposer {
 public:
  // `timeout` of each call, real time.
  explicit GrpcChangeProposer(absl::Duration timeout) : client_(timeout) {}

  // Set once, before the first call.
  void Connect(const std::shared_ptr<grpc::Channel>& channel) { client_.Connect(channel); }

  absl::Status Propose(const std::string& request_id, const model::Proposal& proposal) override {
    return client_.Propose(request_id, proposal, /*validate_only=*/false);
  }
  absl::Status Validate(const model::Proposal& proposal) override {
    return client_.Propose("validate", proposal, /*validate_only=*/true);
  }
  absl::StatusOr<int64_t> WritesLeft() override { return client_.WritesLeft(); }

 private:
  runtime::ActuatorClient client_;
};

}  // namespace evenkeel::optimizer
