#include "tools/genesys_sim/api/oauth.h"

#include <absl/strings/escaping.h>
#include <absl/strings/match.h>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"

namespace evenkeel::sim {
namespace {

// Errors of the token operations have a shape of their own.
HttpAnswer Refused(int status, const std::string& error, const std::string& description) {
  json::Writer writer;
  writer.BeginObject()
      .Field("error", error)
      .Field("description", description)
      .Field("error_description", description)
      .EndObject();
  return JsonAnswer(std::move(writer), status);
}

HttpAnswer Grant(Api& api, const std::string& id, const std::string& secret) {
  const OAuthClient* client = api.tokens().Authenticate(id, secret);
  if (client == nullptr) return Refused(401, "invalid_client", "unknown client or wrong secret");
  json::Writer writer;
  writer.BeginObject()
      .Field("access_token", api.tokens().Issue(*client, api.clock().Now()))
      .Field("token_type", "bearer")
      .Field("expires_in", absl::ToInt64Seconds(api.tokens().lifetime()))
      .EndObject();
  return JsonAnswer(std::move(writer));
}

// The form's fields; `read` takes what it knows. 400 when anything else is there.
template <typename Read>
absl::StatusOr<HttpAnswer> WithForm(ApiCall& call, Read read) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  const auto type = call.request.headers.find("content-type");
  if (type == call.request.headers.end() ||
      !absl::StartsWith(type->second, "application/x-www-form-urlencoded")) {
    return Refused(415, "invalid_request", "the body must be application/x-www-form-urlencoded");
  }
  Parameters form(call.request.body);
  const std::string grant = form.Text("grant_type");
  const std::string id = form.Text("client_id");
  const std::string secret = form.Text("client_secret");
  if (const absl::Status status = form.Finish(); !status.ok()) {
    return Refused(400, "invalid_request", std::string(status.message()));
  }
  if (grant != "client_credentials") {
    return Refused(400, "unsupported_grant_type", "grant_type must be client_credentials");
  }
  return read(id, secret);
}

}  // namespace

absl::StatusOr<HttpAnswer> PlatformToken(Api& api, ApiCall& call) {
  return WithForm(call, [&](const std::string& id, const std::string& secret) {
    if (!id.empty() || !secret.empty()) {
      return Refused(400, "invalid_request", "the client belongs into the header");
    }
    const auto header = call.request.headers.find("authorization");
    std::string pair;
    if (header == call.request.headers.end() ||
        !absl::StartsWithIgnoreCase(header->second, "basic ") ||
        !absl::Base64Unescape(header->second.substr(6), &pair) ||
        pair.find(':') == std::string::npos) {
      return Refused(401, "invalid_client", "needs an Authorization header of type Basic");
    }
    return Grant(api, pair.substr(0, pair.find(':')), pair.substr(pair.find(':') + 1));
  });
}

absl::StatusOr<HttpAnswer> GuideToken(Api& api, ApiCall& call) {
  return WithForm(call, [&](const std::string& id, const std::string& secret) {
    return Grant(api, id, secret);
  });
}

}  // namespace evenkeel::sim
