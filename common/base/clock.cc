#include "common/base/clock.h"

#include <absl/time/clock.h>

#include <cassert>
#include <chrono>
#include <iterator>

namespace evenkeel {

absl::Time RealClock::Now() const { return absl::Now(); }

SteadyTime RealClock::SteadyNow() const {
  return SteadyTime(absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()));
}

bool RealClock::SleepUntil(SteadyTime deadline, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never_notified;
  std::unique_lock lock(mutex);
  const std::chrono::steady_clock::time_point until(
      absl::ToChronoNanoseconds(deadline.since_start()));
  never_notified.wait_until(lock, stop, until, [] { return false; });
  return !stop.stop_requested();
}

ScaledClock::ScaledClock(absl::Time epoch, double factor) : epoch_(epoch), factor_(factor) {
  assert(factor > 0 && factor <= kMaxClockFactor);
}

absl::Time ScaledClock::Now() const { return epoch_ + (real_.Now() - epoch_) * factor_; }

SteadyTime ScaledClock::SteadyNow() const {
  return SteadyTime(real_.SteadyNow().since_start() * factor_);
}

bool ScaledClock::SleepUntil(SteadyTime deadline, std::stop_token stop) {
  return real_.SleepUntil(SteadyTime(deadline.since_start() / factor_), stop);
}

SimulatedClock::SimulatedClock(absl::Time start) : start_(start) {}

absl::Time SimulatedClock::Now() const {
  std::lock_guard lock(mutex_);
  return start_ + elapsed_;
}

SteadyTime SimulatedClock::SteadyNow() const {
  std::lock_guard lock(mutex_);
  return SteadyTime(elapsed_);
}

bool SimulatedClock::SleepUntil(SteadyTime deadline, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const auto sleeper = deadlines_.insert(deadline.since_start());
  changed_.notify_all();
  const bool reached = changed_.wait(lock, stop, [&] { return elapsed_ >= *sleeper; });
  deadlines_.erase(sleeper);
  return reached && !stop.stop_requested();
}

void SimulatedClock::Advance(absl::Duration span) {
  assert(span >= absl::ZeroDuration());
  std::lock_guard lock(mutex_);
  elapsed_ += span;
  changed_.notify_all();
}

void SimulatedClock::WaitForSleepers(size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return static_cast<size_t>(std::distance(deadlines_.upper_bound(elapsed_), deadlines_.end())) >=
           count;
  });
}

std::unique_ptr<Clock> MakeClock(double factor, absl::Time epoch) {
  if (factor == 1.0) return std::make_unique<RealClock>();
  return std::make_unique<ScaledClock>(epoch, factor);
}

}  // namespace evenkeel
