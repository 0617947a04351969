#include "tools/genesys_sim/api/answers.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>

#include "common/base/error_details.h"

namespace evenkeel::sim {
namespace {

const std::pair<std::string, std::string> kJson = {"Content-Type", "application/json"};

HttpAnswer ErrorAnswer(const ErrorText& error, std::string_view context_id,
                       const std::vector<FieldViolation>& violations) {
  json::Writer writer;
  writer.BeginObject()
      .Field("message", error.message)
      .Field("code", error.code)
      .Field("status", error.status)
      .Key("messageParams")
      .BeginObject()
      .EndObject()
      .Field("contextId", context_id)
      .Key("details")
      .BeginArray();
  for (const FieldViolation& violation : violations) {
    writer.BeginObject()
        .Field("errorCode", violation.description)
        .Field("fieldName", violation.field)
        .EndObject();
  }
  writer.EndArray().Key("errors").BeginArray().EndArray().EndObject();
  return JsonAnswer(std::move(writer), error.status);
}

}  // namespace

HttpAnswer JsonAnswer(json::Writer writer, int status) {
  HttpAnswer answer;
  answer.status = status;
  answer.headers.push_back(kJson);
  answer.body = writer.Take();
  return answer;
}

HttpAnswer EmptyAnswer(int status) {
  HttpAnswer answer;
  answer.status = status;
  return answer;
}

HttpAnswer ErrorAnswer(const ErrorText& error, std::string_view context_id) {
  return ErrorAnswer(error, context_id, {});
}

HttpAnswer TooManyRequests(absl::Duration retry_after, std::string_view context_id) {
  const auto seconds =
      std::max<int64_t>(1, static_cast<int64_t>(std::ceil(absl::ToDoubleSeconds(retry_after))));
  HttpAnswer answer = ErrorAnswer(
      ErrorText{429, "too.many.requests.retry.after",
                absl::StrCat("Rate limit exceeded. Retry the request in [", seconds, "] seconds")},
      context_id);
  answer.headers.emplace_back("Retry-After", absl::StrCat(seconds));
  return answer;
}

HttpAnswer ErrorAnswer(const absl::Status& status, std::string_view context_id) {
  const std::string message(status.message());
  const auto answer = [&](int http_status, const char* code) {
    return ErrorAnswer({http_status, code, message}, context_id, GetViolations(status));
  };
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return answer(400, "bad.request");
    case absl::StatusCode::kUnauthenticated:
      return answer(401, "bad.credentials");
    case absl::StatusCode::kPermissionDenied:
      return answer(403, "missing.any.permissions");
    case absl::StatusCode::kNotFound:
      return answer(404, "not.found");
    case absl::StatusCode::kAborted:
      return answer(409, "general.conflict");
    case absl::StatusCode::kResourceExhausted:
      return TooManyRequests(GetRetryAfter(status).value_or(absl::Seconds(1)), context_id);
    default:
      return answer(500, "internal.server.error");
  }
}

}  // namespace evenkeel::sim
