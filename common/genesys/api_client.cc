#include "common/genesys/api_client.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "common/base/string_bridge.h"
#include "common/genesys/redact.h"

namespace evenkeel::genesys {
namespace {

// The status with more text around its message; what hangs on it stays.
absl::Status Rephrase(const absl::Status& status, const std::string& message) {
  absl::Status rephrased(status.code(), message);
  if (const auto retry_after = GetRetryAfter(status)) SetRetryAfter(rephrased, *retry_after);
  if (IsNotSent(status)) SetNotSent(rephrased);
  return rephrased;
}

absl::Status Named(const Operation& operation, const absl::Status& status) {
  return Rephrase(status, absl::StrCat(operation.name, ": ", status.message()));
}

// A failure without an answer. `doubtful`: an earlier attempt of the call may have had its effect.
absl::Status Unanswered(const Operation& operation, absl::Status status, bool sent, bool doubtful) {
  status = Named(operation, status);
  if (doubtful) {
    ClearNotSent(status);
  } else if (!sent) {
    SetNotSent(status);
  }
  return status;
}

// Whether an attempt that ended so may have had its effect.
bool MayHaveEffect(const absl::StatusOr<http::Response>& response) {
  return response.ok() ? response->status >= 500 : !IsNotSent(response.status());
}

}  // namespace

std::string RequestTarget(const Operation& operation, const ApiRequest& request) {
  std::string target;
  std::string_view rest = operation.path;
  while (true) {
    const size_t open = rest.find('{');
    absl::StrAppend(&target, ToAbsl(rest.substr(0, open)));
    if (open == std::string_view::npos) break;
    const size_t close = rest.find('}', open);
    assert(close != std::string_view::npos);
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    const auto value = std::find_if(request.path.begin(), request.path.end(),
                                    [&](const auto& parameter) { return parameter.first == name; });
    assert(value != request.path.end());
    absl::StrAppend(&target, http::UrlEncode(value->second));
    rest = rest.substr(close + 1);
  }
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    absl::StrAppend(&target, std::string(1, separator), http::UrlEncode(name), "=",
                    http::UrlEncode(value));
    separator = '&';
  }
  return target;
}

absl::Status StatusOfAnswer(const Operation& operation, const ApiRequest& request,
                            const http::Response& response, absl::Time now) {
  const std::string answered =
      absl::StrCat(operation.name, ": answered ", response.status, " ", Redact(response.body));
  switch (response.status) {
    case 401:
      return absl::UnauthenticatedError(absl::StrCat(answered, "; also with a new token"));
    case 403:
      return absl::PermissionDeniedError(absl::StrCat(
          answered, operation.permission[0] == '\0'
                        ? ""
                        : absl::StrCat("; the OAuth client needs ", operation.permission)));
    case 404:
      return absl::NotFoundError(absl::StrCat(answered, "; sent ", operation.method, " ",
                                              RequestTarget(operation, request)));
    case 409:
      return absl::AbortedError(answered);
    case 429: {
      absl::Status status = absl::ResourceExhaustedError(answered);
      if (const auto wait = http::ParseRetryAfter(response.Header("Retry-After"), now)) {
        SetRetryAfter(status, *wait);
      }
      return status;
    }
    default:
      break;
  }
  if (response.status >= 400 && response.status < 500) {
    return absl::InvalidArgumentError(absl::StrCat(answered, "; sent ", operation.method, " ",
                                                   RequestTarget(operation, request), " ",
                                                   Redact(request.body)));
  }
  return absl::UnavailableError(answered);
}

ApiClient::ApiClient(ApiClientOptions options, http::Transport& transport, TokenSource& tokens,
                     http::Pacer& pacer, http::CircuitBreakers& breakers, Clock& clock,
                     std::function<double()> jitter, CallObserver* observer)
    : options_(std::move(options)),
      transport_(transport),
      tokens_(tokens),
      pacer_(pacer),
      breakers_(breakers),
      clock_(clock),
      jitter_(std::move(jitter)),
      observer_(observer) {}

absl::StatusOr<http::Response> ApiClient::Call(const Operation& operation,
                                               const ApiRequest& request,
                                               const CallLimits& limits) {
  http::Request http_request;
  http_request.method = operation.method;
  http_request.url = absl::StrCat(options_.api_base_url, RequestTarget(operation, request));
  http_request.headers = {{"Accept", "application/json"}};
  if (!request.body.empty()) http_request.headers.emplace_back("Content-Type", "application/json");
  http_request.body = request.body;

  RealClock stopwatch;
  SteadyTime last_moment = clock_.SteadyNow() + limits.max_wait;
  const SteadyTime last_budget_moment =
      clock_.SteadyNow() + std::max(limits.max_wait, limits.max_budget_wait);
  const SteadyTime send_until = stopwatch.SteadyNow() + limits.send_within;
  absl::Duration sending_left = limits.timeout;
  bool token_renewed = false;
  bool doubtful = false;
  for (int made = 1;; ++made) {
    const absl::Status may_send =
        pacer_.Acquire(limits.priority.value_or(operation.priority),
                       last_budget_moment - clock_.SteadyNow(), limits.stop);
    if (!may_send.ok()) return Unanswered(operation, may_send, /*sent=*/false, doubtful);
    // A call that had to wait for the budget has its attempts all the same.
    if (made == 1 && limits.max_budget_wait > limits.max_wait) {
      last_moment = clock_.SteadyNow() + limits.max_wait;
    }

    const SteadyTime start = stopwatch.SteadyNow();
    const Attempt attempt = Try(operation, http_request,
                                std::min(sending_left, options_.request_timeout), send_until, made);
    sending_left -= stopwatch.SteadyNow() - start;
    const absl::StatusOr<http::Response>& response = attempt.response;
    if (!attempt.sent) {
      return Unanswered(operation, response.status(), /*sent=*/false, doubtful);
    }
    if (response.ok() && response->status >= 200 && response->status < 300) return response;

    if (response.ok() && response->status == 401 && !token_renewed) {
      // The request had no effect; the token may have been revoked.
      tokens_.Reject(attempt.token_generation);
      token_renewed = true;
      continue;
    }
    const http::AttemptResult result = {
        response.ok() ? response->status : 0, response.status().code(),
        response.ok() ? response->Header("Retry-After") : std::string_view()};
    const absl::Time now = clock_.Now();
    http::RetryDecision decision =
        http::DecideRetry(options_.retry, result, made, operation.repeat_safe,
                          last_moment - clock_.SteadyNow(), now, jitter_());
    if (result.http_status == 429) {
      // Every caller of this client has to wait, not this one alone.
      const auto refused_for = http::ParseRetryAfter(result.retry_after, now);
      pacer_.Limited(refused_for.value_or(decision.wait));
    }
    if (decision.retry && sending_left <= absl::ZeroDuration()) {
      decision.retry = false;
      decision.reason = "not tried again: the call's time is up";
    }
    if (!decision.retry) {
      const absl::Status status = response.ok() ? StatusOfAnswer(operation, request, *response, now)
                                                : Unanswered(operation, response.status(),
                                                             /*sent=*/true, doubtful);
      if (decision.reason.empty()) return status;
      return Rephrase(status, absl::StrCat(status.message(), "; ", decision.reason));
    }
    doubtful = doubtful || MayHaveEffect(response);
    if (!clock_.SleepFor(decision.wait, limits.stop)) {
      return Unanswered(operation, absl::CancelledError("stopping"), /*sent=*/false, doubtful);
    }
  }
}

ApiClient::Attempt ApiClient::Try(const Operation& operation, const http::Request& request,
                                  absl::Duration timeout, SteadyTime send_until, int number) {
  Attempt attempt;
  const std::string host = http::UrlHost(request.url);
  RealClock stopwatch;
  const SteadyTime last_moment = stopwatch.SteadyNow() + timeout;
  const absl::StatusOr<Token> token = tokens_.Get(timeout);
  if (!token.ok()) {
    // For callers NOT_FOUND is an entity that is gone, which missing credentials are not.
    attempt.response = absl::IsNotFound(token.status())
                           ? absl::UnauthenticatedError(token.status().message())
                           : token.status();
    return attempt;
  }
  const SteadyTime start = stopwatch.SteadyNow();
  if (start > send_until || start >= last_moment) {
    attempt.response = absl::DeadlineExceededError("too late to be sent");
    return attempt;
  }
  if (absl::Status allowed = breakers_.Allow(host, clock_.SteadyNow()); !allowed.ok()) {
    attempt.response = allowed;
    return attempt;
  }
  attempt.token_generation = token->generation;
  attempt.sent = true;
  http::Request authorised = request;
  authorised.only_once = !operation.repeat_safe;
  authorised.connect_within = send_until - start;
  authorised.headers.emplace_back("Authorization", absl::StrCat("Bearer ", token->value.Reveal()));
  attempt.response = transport_.Send(authorised, last_moment - start);
  const absl::StatusOr<http::Response>& response = attempt.response;
  const int status = response.ok() ? response->status : 0;
  breakers_.Record(host, http::IsHostFailure({status, response.status().code(), ""}),
                   clock_.SteadyNow());
  if (response.ok()) {
    if (const auto headers = http::ReadRateHeaders(*response)) pacer_.Learn(*headers);
  }
  if (observer_ != nullptr) {
    observer_->OnAttempt(operation.name, status, stopwatch.SteadyNow() - start, number);
    observer_->OnBudget(pacer_.per_minute(), pacer_.Left());
  }
  return attempt;
}

}  // namespace evenkeel::genesys
