// One way for every call to the Genesys API: rate budget, token, attempts with retries, circuit
// breaker, and one mapping of answers to statuses (API-1, API-2, API-3, API-9). Readers here and
// the actuator's writer use it with their own rows of the operation table and their own
// credentials.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/genesys/call_observer.h"
#include "common/genesys/operations.h"
#include "common/genesys/token_source.h"
#include "common/http/rate_budget.h"
#include "common/http/retry.h"
#include "common/http/transport.h"

namespace evenkeel::genesys {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct ApiRequest {
  Parameters path;   // a value for each "{name}" of the operation's path
  Parameters query;  // in this order; a name may come more than once
  std::string body;  // JSON; empty: none
};

struct CallLimits {
  // The longest that one call may wait, for the budget and between attempts together. Clock time,
  // because that is the time of limits and Retry-After.
  absl::Duration max_wait = absl::Minutes(1);
  // Where it is longer: how long the call may wait for our own budget; max_wait then begins with
  // the first attempt. A loop that is the last to be served is late under pressure, but does not
  // fail.
  absl::Duration max_budget_wait = absl::ZeroDuration();
  // The longest that it may be sending and receiving, all attempts together. Real time.
  absl::Duration timeout = absl::Seconds(30);
  // An attempt that has no connection so long after the call began stays unsent. Real time.
  absl::Duration send_within = absl::InfiniteDuration();
  std::stop_token stop;
  // In the place of the operation's own.
  std::optional<http::Priority> priority = std::nullopt;
};

struct ApiClientOptions {
  std::string api_base_url;  // "https://api.mypurecloud.ie"
  http::RetryOptions retry;
  absl::Duration request_timeout = absl::Seconds(15);  // of one attempt, real time
};

// Thread-safe. Everything passed by reference outlives it.
class ApiClient {
 public:
  // `jitter` gives numbers in [0, 1) and is called from any thread.
  ApiClient(ApiClientOptions options, http::Transport& transport, TokenSource& tokens,
            http::Pacer& pacer, http::CircuitBreakers& breakers, Clock& clock,
            std::function<double()> jitter, CallObserver* observer);

  // Sends `operation` and returns the answer when its status is 2xx. Else:
  //   INVALID_ARGUMENT    400 and other 4xx: what we sent (redacted) and what came back
  //   UNAUTHENTICATED     401, also with a fresh token; or the login refused, or no credentials
  //   PERMISSION_DENIED   403: names the operation's permission; or a host not configured
  //   NOT_FOUND           404
  //   ABORTED             409
  //   RESOURCE_EXHAUSTED  429 to the end of the attempts, or our budget does not allow it before
  //                       max_wait: with RetryAfter; or the answer is too large
  //   UNAVAILABLE         5xx, a redirect, no connection, an open circuit
  //   DEADLINE_EXCEEDED   no answer in time
  //   CANCELLED           `stop` was requested while waiting
  // After UNAVAILABLE and DEADLINE_EXCEEDED an operation that writes may have had its effect,
  // unless the status IsNotSent.
  absl::StatusOr<http::Response> Call(const Operation& operation, const ApiRequest& request,
                                      const CallLimits& limits);

  http::Pacer& pacer() { return pacer_; }

 private:
  // What one attempt gave: an answer, or why there was none.
  struct Attempt {
    absl::StatusOr<http::Response> response = absl::UnknownError("not sent");
    uint64_t token_generation = 0;
    bool sent = false;
  };
  // `send_until` of real time: not sent after it.
  Attempt Try(const Operation& operation, const http::Request& request, absl::Duration timeout,
              SteadyTime send_until, int number);

  const ApiClientOptions options_;
  http::Transport& transport_;
  TokenSource& tokens_;
  http::Pacer& pacer_;
  http::CircuitBreakers& breakers_;
  Clock& clock_;
  const std::function<double()> jitter_;
  CallObserver* const observer_;
};

// The URL's path and query of a request; every "{name}" of the path must have its value.
std::string RequestTarget(const Operation& operation, const ApiRequest& request);

// The status for an answer that is not 2xx; see Call.
absl::Status StatusOfAnswer(const Operation& operation, const ApiRequest& request,
                            const http::Response& response, absl::Time now);

}  // namespace evenkeel::genesys
