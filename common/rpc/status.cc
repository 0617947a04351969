#include "common/rpc/status.h"

#include <string>

#include "common/base/error_details.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace evenkeel::rpc {
namespace {

constexpr char kDomain[] = "evenkeel";

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  // The two enumerations share their numbers.
  const auto code = static_cast<grpc::StatusCode>(status.code());
  if (code == grpc::StatusCode::INTERNAL) {
    return {code, "internal error; the service's log has the details"};
  }
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(code));
  rich.set_message(std::string(status.message()));
  if (const auto violations = GetViolations(status); !violations.empty()) {
    google::rpc::BadRequest detail;
    for (const FieldViolation& violation : violations) {
      auto& added = *detail.add_field_violations();
      added.set_field(violation.field);
      added.set_description(violation.description);
    }
    rich.add_details()->PackFrom(detail);
  }
  if (const auto refusal = GetRefusal(status)) {
    google::rpc::ErrorInfo detail;
    detail.set_reason(refusal->reason);
    detail.set_domain(kDomain);
    for (const auto& [key, value] : refusal->metadata) (*detail.mutable_metadata())[key] = value;
    rich.add_details()->PackFrom(detail);
  }
  if (const auto delay = GetRetryAfter(status)) {
    google::rpc::RetryInfo detail;
    detail.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(*delay));
    detail.mutable_retry_delay()->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(*delay % absl::Seconds(1))));
    rich.add_details()->PackFrom(detail);
  }
  return {code, rich.message(), rich.details_size() == 0 ? "" : rich.SerializeAsString()};
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status rich;
  if (!rich.ParseFromString(status.error_details())) return result;
  for (const auto& any : rich.details()) {
    google::rpc::BadRequest bad_request;
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&bad_request)) {
      Violations violations;
      for (const auto& v : bad_request.field_violations())
        violations.Add(v.field(), v.description());
      violations.ToStatus().ForEachPayload(
          [&](auto url, const absl::Cord& payload) { result.SetPayload(url, payload); });
    } else if (any.UnpackTo(&info)) {
      RefusalStatus(result.code(), "",
                    {info.reason(), {info.metadata().begin(), info.metadata().end()}})
          .ForEachPayload(
              [&](auto url, const absl::Cord& payload) { result.SetPayload(url, payload); });
    } else if (any.UnpackTo(&retry)) {
      SetRetryAfter(result, absl::Seconds(retry.retry_delay().seconds()) +
                                absl::Nanoseconds(retry.retry_delay().nanos()));
    }
  }
  return result;
}

const char* CodeLabel(grpc::StatusCode code) {
  static constexpr const char* kLabels[] = {
      "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
      "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
      "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
      "DataLoss", "Unauthenticated"};
  const int index = static_cast<int>(code);
  return index >= 0 && index < 17 ? kLabels[index] : "Unknown";
}

}  // namespace evenkeel::rpc
