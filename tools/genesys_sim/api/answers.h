// What the API answers: JSON, and errors in the shape of Genesys Cloud's ErrorBody.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>

#include "common/json/writer.h"
#include "tools/genesys_sim/api/http_server.h"

namespace evenkeel::sim {

HttpAnswer JsonAnswer(json::Writer writer, int status = 200);
// 202 or 204, without a body.
HttpAnswer EmptyAnswer(int status);

// {"message", "code", "status", "messageParams", "contextId", "details", "errors"}.
struct ErrorText {
  int status;
  std::string code;  // "bad.request"
  std::string message;
};
HttpAnswer ErrorAnswer(const ErrorText& error, std::string_view context_id);
HttpAnswer TooManyRequests(absl::Duration retry_after, std::string_view context_id);

// INVALID_ARGUMENT 400 with a detail for each field, UNAUTHENTICATED 401, PERMISSION_DENIED 403,
// NOT_FOUND 404, ABORTED 409, RESOURCE_EXHAUSTED 429; anything else 500.
HttpAnswer ErrorAnswer(const absl::Status& status, std::string_view context_id);

}  // namespace evenkeel::sim
