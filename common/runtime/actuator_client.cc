#include "common/runtime/actuator_client.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <limits>

#include "common/convert/change.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"

namespace evenkeel::runtime {
namespace {

absl::Status Explain(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    return absl::UnavailableError(absl::StrCat("actuator: ", status.error_message()));
  }
  return rpc::FromGrpc(status);
}

}  // namespace

void ActuatorClient::Connect(const std::shared_ptr<grpc::Channel>& channel) {
  stub_ = actuator::v1::ActuatorService::NewStub(channel);
}

absl::Status ActuatorClient::Propose(const std::string& request_id, const model::Proposal& proposal,
                                     bool validate_only) {
  actuator::v1::ProposeChangeRequest request;
  request.set_request_id(request_id);
  *request.mutable_proposal() = convert::ToProto(proposal);
  request.set_validate_only(validate_only);
  actuator::v1::ProposeChangeResponse response;
  grpc::ClientContext context;
  rpc::PrepareCall(context, timeout_);
  return Explain(stub_->ProposeChange(&context, request, &response));
}

absl::StatusOr<int64_t> ActuatorClient::WritesLeft() {
  actuator::v1::GetStatusResponse response;
  grpc::ClientContext context;
  rpc::PrepareCall(context, timeout_);
  const grpc::Status status =
      stub_->GetStatus(&context, actuator::v1::GetStatusRequest(), &response);
  if (!status.ok()) return Explain(status);
  for (const auto& guardrail : response.guardrails()) {
    if (guardrail.name() != "WRITES_PER_HOUR") continue;
    return std::max<int64_t>(0,
                             static_cast<int64_t>(guardrail.limit()) - response.writes_counted());
  }
  return std::numeric_limits<int64_t>::max();
}

}  // namespace evenkeel::runtime
