#include "common/http/retry.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>

#include "common/base/error_details.h"
#include "common/base/string_bridge.h"

namespace evenkeel::http {
namespace {

constexpr absl::Duration kLongestRetryAfter = absl::Hours(1);

// Failures that may have passed a moment later.
bool MayPass(const AttemptResult& result) {
  return result.http_status == 429 || IsHostFailure(result);
}

}  // namespace

bool IsHostFailure(const AttemptResult& result) {
  switch (result.http_status) {
    case 0:
      return result.transport == absl::StatusCode::kUnavailable ||
             result.transport == absl::StatusCode::kDeadlineExceeded;
    case 502:
    case 503:
    case 504:
      return true;
    default:
      return false;
  }
}

std::optional<absl::Duration> ParseRetryAfter(std::string_view text, absl::Time now) {
  const std::string trimmed(absl::StripAsciiWhitespace(ToAbsl(text)));
  if (double seconds; absl::SimpleAtod(trimmed, &seconds)) {
    if (std::isnan(seconds) || seconds < 0) return std::nullopt;
    return std::min(absl::Seconds(seconds), kLongestRetryAfter);
  }
  absl::Time date;
  std::string problem;
  if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", trimmed, &date, &problem)) return std::nullopt;
  return std::clamp(date - now, absl::ZeroDuration(), kLongestRetryAfter);
}

RetryDecision DecideRetry(const RetryOptions& options, const AttemptResult& result,
                          int attempts_made, bool repeat_safe, absl::Duration time_left,
                          absl::Time now, double jitter) {
  RetryDecision decision;
  if (!MayPass(result)) return decision;
  if (result.http_status != 429 && !repeat_safe) {
    decision.reason = "not sent again: the first sending may have had its effect";
    return decision;
  }
  if (attempts_made >= options.max_attempts) {
    decision.reason = absl::StrCat("given up after ", attempts_made, " attempts");
    return decision;
  }
  const double doublings = std::min(attempts_made - 1, 30);
  decision.wait = std::min(options.max_backoff, options.first_backoff * std::exp2(doublings)) *
                  (0.5 + jitter / 2);
  if (!result.retry_after.empty()) {
    decision.wait = ParseRetryAfter(result.retry_after, now).value_or(decision.wait);
  }
  if (decision.wait > time_left) {
    decision.reason = absl::StrCat(
        "not tried again: the wait of ",
        absl::FormatDuration(absl::Trunc(decision.wait, absl::Milliseconds(1))),
        " is longer than the ", absl::FormatDuration(absl::Trunc(time_left, absl::Milliseconds(1))),
        " that are left");
    return decision;
  }
  decision.retry = true;
  return decision;
}

absl::Status CircuitBreakers::Allow(const std::string& host, SteadyTime now) {
  std::lock_guard lock(mutex_);
  Circuit& circuit = circuits_[host];
  if (!circuit.open) return absl::OkStatus();
  if (now < circuit.until) {
    absl::Status status = absl::UnavailableError(
        absl::StrCat("not sent: ", host, " failed ", circuit.failures, " times in a row",
                     circuit.probing ? ", and is being tried by another call" : ""));
    SetRetryAfter(status, circuit.until - now);
    return status;
  }
  circuit.probing = true;
  circuit.until = now + options_.cool_down;
  return absl::OkStatus();
}

void CircuitBreakers::Record(const std::string& host, bool host_failed, SteadyTime now) {
  std::lock_guard lock(mutex_);
  Circuit& circuit = circuits_[host];
  if (!host_failed) {
    circuit = Circuit();
    return;
  }
  ++circuit.failures;
  if (circuit.probing || circuit.failures >= options_.failures_to_open) {
    circuit.open = true;
    circuit.probing = false;
    circuit.until = now + options_.cool_down;
  }
}

}  // namespace evenkeel::http
