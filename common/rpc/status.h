// absl::Status <-> gRPC status. Details of common/base/error_details.h become
// google.rpc.BadRequest, ErrorInfo and RetryInfo, and back. INTERNAL leaves the process only as a
// generic text: its own words are for the log.
#pragma once

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

namespace evenkeel::rpc {

grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

// "OK", "INVALID_ARGUMENT" ... as go-grpc-prometheus labels them ("OK", "InvalidArgument").
const char* CodeLabel(grpc::StatusCode code);

}  // namespace evenkeel::rpc
