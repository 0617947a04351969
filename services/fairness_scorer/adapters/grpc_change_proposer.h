// ChangeProposer over the actuator's gRPC endpoint.
#pragma once

#include <memory>
#include <string>

#include "common/runtime/actuator_client.h"
#include "services/fairness_scorer/ports/change_proposer.h"

namespace evenkeel::fairness {

class GrpcChangeProposer final : public ChangeProposer {
 public:
  // `timeout` of each call, real time.
  explicit GrpcChangeProposer(absl::Duration timeout) : client_(timeout) {}

  // Set once, before the first call.
  void Connect(const std::shared_ptr<grpc::Channel>& channel) { client_.Connect(channel); }

  absl::Status Propose(const std::string& request_id, const model::Proposal& proposal) override {
    return client_.Propose(request_id, proposal, /*validate_only=*/false);
  }

 private:
  runtime::ActuatorClient client_;
};

}  // namespace evenkeel::fairness
