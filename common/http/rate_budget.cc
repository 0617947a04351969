#include "common/http/rate_budget.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "common/base/error_details.h"
#include "common/base/string_bridge.h"

namespace evenkeel::http {
namespace {

// Share of the bucket that a priority leaves to those before it.
constexpr std::array<double, 6> kReserve = {0.0, 0.05, 0.1, 0.2, 0.3, 0.4};
// What of our share of a window may be sent at once; the rest flows in over the window.
constexpr double kBurst = 0.2;
constexpr std::array<Priority, 6> kPriorities = {Priority::kRestore, Priority::kThrottle,
                                                 Priority::kPlan,    Priority::kState,
                                                 Priority::kMembers, Priority::kHistory};

std::optional<double> ReadNumber(const Response& response, std::string_view name) {
  double number = 0;
  if (!absl::SimpleAtod(ToAbsl(response.Header(name)), &number)) return std::nullopt;
  if (!(number >= 0 && number <= 1e9)) return std::nullopt;
  return number;
}

}  // namespace

std::optional<RateHeaders> ReadRateHeaders(const Response& response) {
  const auto count = ReadNumber(response, "inin-ratelimit-count");
  const auto allowed = ReadNumber(response, "inin-ratelimit-allowed");
  const auto reset = ReadNumber(response, "inin-ratelimit-reset");
  if (!count || !allowed || !reset || *allowed < 1) return std::nullopt;
  return RateHeaders{*count, *allowed, absl::Seconds(*reset)};
}

RateBudget::RateBudget(const RateBudgetOptions& options, SteadyTime now)
    : options_(options), filled_at_(now), blocked_until_(now) {
  assert(options.share > 0 && options.share <= 1 && options.window > absl::ZeroDuration());
  SetLimit(std::max(1.0, options.requests_per_window));
  tokens_ = burst_;
}

// A window sees at most what the bucket held plus what flowed in: burst + rate * window is our
// share of the limit. A share below two requests a window is one at a time.
void RateBudget::SetLimit(double requests_per_window) {
  limit_ = requests_per_window;
  const double ours = options_.share * limit_;
  burst_ = std::max(1.0, kBurst * ours);
  rate_per_second_ =
      std::max(ours - burst_, std::min(ours, 0.5)) / absl::ToDoubleSeconds(options_.window);
  tokens_ = std::min(tokens_, burst_);
}

void RateBudget::Refill(SteadyTime now) {
  if (now <= filled_at_) return;
  tokens_ = std::min(burst_, tokens_ + rate_per_second_ * absl::ToDoubleSeconds(now - filled_at_));
  filled_at_ = now;
}

absl::Duration RateBudget::Take(Priority priority, SteadyTime now) {
  Refill(now);
  if (now < blocked_until_) return blocked_until_ - now;
  const double needed = 1 + kReserve[static_cast<size_t>(priority)] * (burst_ - 1);
  // A whole nanosecond of rounding must not keep a caller waiting.
  constexpr double kRounding = 1e-6;
  if (tokens_ + kRounding >= needed) {
    tokens_ = std::max(0.0, tokens_ - 1);
    return absl::ZeroDuration();
  }
  return absl::Seconds((needed - tokens_) / rate_per_second_);
}

void RateBudget::Learn(const RateHeaders& headers, SteadyTime now) {
  Refill(now);
  if (headers.allowed != limit_) SetLimit(headers.allowed);
  // Others may use the same token: what they took from this window is not ours to send.
  const double left = std::max(0.0, headers.allowed - headers.count);
  tokens_ = std::min(tokens_, left);
  if (left < 1) Limited(std::min(headers.reset, options_.window), now);
}

void RateBudget::Limited(absl::Duration retry_after, SteadyTime now) {
  blocked_until_ = std::max(blocked_until_, now + retry_after);
}

double RateBudget::Left(SteadyTime now) {
  Refill(now);
  return now < blocked_until_ ? 0 : tokens_;
}

Pacer::Pacer(const RateBudgetOptions& options, Clock& clock)
    : clock_(clock), budget_(options, clock.SteadyNow()) {}

absl::Status Pacer::Acquire(Priority priority, absl::Duration max_wait, std::stop_token stop) {
  const SteadyTime deadline = clock_.SteadyNow() + max_wait;
  while (true) {
    // Also where there is budget left: a long reading must end when it is told to.
    if (stop.stop_requested()) return absl::CancelledError("stopping");
    const SteadyTime now = clock_.SteadyNow();
    absl::Duration wait;
    {
      std::lock_guard lock(mutex_);
      wait = budget_.Take(priority, now);
    }
    if (wait == absl::ZeroDuration()) return absl::OkStatus();
    if (now + wait > deadline) {
      absl::Status status = absl::ResourceExhaustedError(
          absl::StrCat("not sent: our rate budget of ", std::lround(per_minute()),
                       " requests a minute is used up for ",
                       absl::FormatDuration(absl::Ceil(wait, absl::Milliseconds(1)))));
      SetRetryAfter(status, wait);
      return status;
    }
    if (!clock_.SleepUntil(now + wait, stop)) return absl::CancelledError("stopping");
  }
}

void Pacer::Learn(const RateHeaders& headers) {
  std::lock_guard lock(mutex_);
  budget_.Learn(headers, clock_.SteadyNow());
}

void Pacer::Limited(absl::Duration retry_after) {
  std::lock_guard lock(mutex_);
  budget_.Limited(retry_after, clock_.SteadyNow());
}

double Pacer::per_minute() const {
  std::lock_guard lock(mutex_);
  return budget_.per_minute();
}

double Pacer::Left() const {
  std::lock_guard lock(mutex_);
  return budget_.Left(clock_.SteadyNow());
}

std::vector<absl::Duration> RealIntervals(std::span<const LoopDemand> loops,
                                          double budget_per_minute) {
  std::vector<double> demand;  // requests a minute
  double total = 0;
  for (const LoopDemand& loop : loops) {
    demand.push_back(loop.requests / absl::ToDoubleMinutes(loop.interval));
    total += demand.back();
  }
  std::vector<absl::Duration> intervals;
  if (total <= budget_per_minute) {
    for (const LoopDemand& loop : loops) intervals.push_back(loop.interval);
    return intervals;
  }
  const double floor_ratio = 0.5 * budget_per_minute / total;
  double rest = budget_per_minute * 0.5;
  std::vector<double> granted(loops.size());  // requests a minute
  for (const Priority priority : kPriorities) {
    // The smallest first: each takes what it needs, or an equal part of what is still there.
    std::vector<size_t> members;
    for (size_t i = 0; i < loops.size(); ++i) {
      if (loops[i].priority == priority) members.push_back(i);
    }
    std::sort(members.begin(), members.end(),
              [&](size_t a, size_t b) { return demand[a] < demand[b]; });
    for (size_t m = 0; m < members.size(); ++m) {
      const double wanted = demand[members[m]] * (1 - floor_ratio);
      const double given = std::min(wanted, rest / static_cast<double>(members.size() - m));
      granted[members[m]] = demand[members[m]] * floor_ratio + given;
      rest -= given;
    }
  }
  for (size_t i = 0; i < loops.size(); ++i) {
    const double ratio = demand[i] > 0 ? granted[i] / demand[i] : 1;
    intervals.push_back(ratio > 1 - 1e-9 ? loops[i].interval : loops[i].interval / ratio);
  }
  return intervals;
}

}  // namespace evenkeel::http
