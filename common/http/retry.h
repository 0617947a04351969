// What to do after an attempt of a request failed (API-2), as pure decisions: nothing here waits,
// sends or reads a clock.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace evenkeel::http {

// How an attempt ended.
struct AttemptResult {
  int http_status = 0;                                 // 0: no answer came
  absl::StatusCode transport = absl::StatusCode::kOk;  // why, when none came
  std::string_view retry_after;                        // the header; empty when absent
};

struct RetryOptions {
  int max_attempts = 4;
  absl::Duration first_backoff = absl::Seconds(1);  // doubles with each attempt
  absl::Duration max_backoff = absl::Seconds(30);
};

struct RetryDecision {
  bool retry = false;
  absl::Duration wait;  // before the next attempt, clock time
  std::string reason;   // why not, when `retry` is false and the failure is one that may pass
};

// Decides after attempt `attempts_made` (from 1). 429 is retried whatever is sent, because it had
// no effect: after Retry-After, else after a backoff. 502, 503, 504, broken connections and
// timeouts are retried when `repeat_safe`. Nothing else is. A wait longer than `time_left` is no
// retry. The backoff is exponential, capped, and multiplied by 0.5 to 1 as `jitter` in [0, 1) goes;
// `now` is the date that a Retry-After date is compared with.
RetryDecision DecideRetry(const RetryOptions& options, const AttemptResult& result,
                          int attempts_made, bool repeat_safe, absl::Duration time_left,
                          absl::Time now, double jitter);

// "120", "1.5" or "Wed, 21 Oct 2015 07:28:00 GMT"; a date that has passed is zero, what cannot be
// read is absent, what is longer than an hour is an hour: then it does no harm to ask again.
std::optional<absl::Duration> ParseRetryAfter(std::string_view text, absl::Time now);

// Whether the attempt says that the host itself is in trouble.
bool IsHostFailure(const AttemptResult& result);

struct BreakerOptions {
  int failures_to_open = 8;  // in a row
  absl::Duration cool_down = absl::Seconds(30);
};

// One circuit breaker a host: after failures in a row nothing is sent for the cool-down, then one
// call tries; its success closes the circuit, its failure starts the next cool-down. Thread-safe.
class CircuitBreakers {
 public:
  explicit CircuitBreakers(const BreakerOptions& options) : options_(options) {}

  // OK: send, and report with Record. UNAVAILABLE with RetryAfter while the circuit is open.
  absl::Status Allow(const std::string& host, SteadyTime now);
  void Record(const std::string& host, bool host_failed, SteadyTime now);

 private:
  struct Circuit {
    int failures = 0;
    bool open = false;
    bool probing = false;
    SteadyTime until;  // end of the cool-down, or of waiting for a probe that was never reported
  };
  const BreakerOptions options_;
  std::mutex mutex_;
  std::map<std::string, Circuit> circuits_;
};

}  // namespace evenkeel::http
