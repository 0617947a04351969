// ChangeProposer over the actuator's gRPC endpoint.
#pragma once

#include <absl/time/time.h>

#include <memory>

#include "evenkeel/actuator/v1/actuator_service.grpc.pb.h"
#include "services/optimizer/ports/change_proposer.h"

namespace evenkeel::optimizer {

class GrpcChangeProposer final : public ChangeProposer {
 public:
  // `timeout` of each call, real time.
  explicit GrpcChangeProposer(absl::Duration timeout) : timeout_(timeout) {}

  // Set once, before the first call.
  void Connect(const std::shared_ptr<grpc::Channel>& channel);

  absl::Status Propose(const std::string& request_id, const model::Proposal& proposal) override;
  absl::Status Validate(const model::Proposal& proposal) override;
  absl::StatusOr<int64_t> WritesLeft() override;

 private:
  absl::Status Send(const std::string& request_id, const model::Proposal& proposal,
                    bool validate_only);

  const absl::Duration timeout_;
  std::unique_ptr<actuator::v1::ActuatorService::Stub> stub_;
};

}  // namespace evenkeel::optimizer
