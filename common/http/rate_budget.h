// How fast we may call a rate-limited API (API-3). RateBudget is the pure arithmetic: a token
// bucket whose size and rate keep any window of the API within our share of its limit, and which
// serves urgent calls before patient ones. Pacer puts threads and clock time around it.
// RealIntervals says how often loops can really run within a budget.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "common/base/clock.h"
#include "common/http/transport.h"

namespace evenkeel::http {

// What a call is for, the most urgent first. Under pressure the last slow down first. Of the reads
// of state, those of what changes by the second go before the dear ones of queues and their
// members, of which one reading may take a minute's budget.
enum class Priority { kRestore, kThrottle, kPlan, kState, kMembers, kHistory };

struct RateBudgetOptions {
  double requests_per_window = 300;          // the API's limit, until its headers tell; at least 1
  absl::Duration window = absl::Minutes(1);  // clock time
  double share = 0.8;                        // of the limit, that is ours; above 0 to 1
};

// What the API says of its limit: inin-ratelimit-count, -allowed, -reset.
struct RateHeaders {
  double count = 0;      // requests seen in the present window
  double allowed = 0;    // the limit
  absl::Duration reset;  // until the next window
};
// Absent unless all three are there and make sense.
std::optional<RateHeaders> ReadRateHeaders(const Response& response);

// Not thread-safe. Times are readings of one clock, never decreasing.
class RateBudget {
 public:
  RateBudget(const RateBudgetOptions& options, SteadyTime now);

  // Zero: one request was taken out and may be sent. Else nothing was taken, and there is no use in
  // asking again before so long.
  absl::Duration Take(Priority priority, SteadyTime now);

  void Learn(const RateHeaders& headers, SteadyTime now);
  // The API refused for so long: nothing is given out before.
  void Limited(absl::Duration retry_after, SteadyTime now);

  // Our long-run rate.
  double per_minute() const { return rate_per_second_ * 60; }
  // Requests that could be sent at once.
  double Left(SteadyTime now);

 private:
  void Refill(SteadyTime now);
  void SetLimit(double requests_per_window);

  const RateBudgetOptions options_;
  double limit_ = 0;            // a window
  double burst_ = 0;            // size of the bucket
  double rate_per_second_ = 0;  // at which it fills
  double tokens_ = 0;
  SteadyTime filled_at_;
  SteadyTime blocked_until_;
};

// Thread-safe.
class Pacer {
 public:
  Pacer(const RateBudgetOptions& options, Clock& clock);

  // Blocks in clock time until the request may be sent. RESOURCE_EXHAUSTED with RetryAfter, at
  // once, when that would take longer than `max_wait`; CANCELLED when `stop` is requested.
  absl::Status Acquire(Priority priority, absl::Duration max_wait, std::stop_token stop);

  void Learn(const RateHeaders& headers);
  void Limited(absl::Duration retry_after);

  double per_minute() const;
  double Left() const;

 private:
  Clock& clock_;
  mutable std::mutex mutex_;
  mutable RateBudget budget_;
};

// A loop that sends `requests` every `interval`.
struct LoopDemand {
  double requests = 0;
  absl::Duration interval;  // above 0
  Priority priority = Priority::kState;
};

// The interval that each loop really gets: max(configured, requests / its share of
// `budget_per_minute`). All are as configured when the budget suffices. Else every loop keeps half
// of what an equal cut would leave it, and the rest goes to the most urgent first; where it ends
// within a priority, each of its loops gets what it needs or an equal part: one dear reading does
// not make the cheap ones beside it late.
std::vector<absl::Duration> RealIntervals(std::span<const LoopDemand> loops,
                                          double budget_per_minute);

}  // namespace evenkeel::http
