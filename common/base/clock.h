// Time as everything in the product reads it. Times of the contact centre (intervals, cycles,
// windows, holds, rate budgets) are clock time and come from a Clock; deadlines of RPCs and HTTP
// calls and leases are real time and come from RealClock. Wall and steady readings are different
// types, so that a span is never computed across a step of the wall clock by accident.
#pragma once

#include <absl/time/time.h>

#include <compare>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>

namespace evenkeel {

// A reading of a steady clock: comparable with other readings of the same clock, never with a date.
class SteadyTime {
 public:
  SteadyTime() = default;
  explicit SteadyTime(absl::Duration since_start) : since_start_(since_start) {}

  absl::Duration since_start() const { return since_start_; }

  friend auto operator<=>(const SteadyTime& a, const SteadyTime& b) {
    return absl::ToInt64Nanoseconds(a.since_start_) <=> absl::ToInt64Nanoseconds(b.since_start_);
  }
  friend bool operator==(const SteadyTime& a, const SteadyTime& b) {
    return a.since_start_ == b.since_start_;
  }
  friend absl::Duration operator-(SteadyTime a, SteadyTime b) {
    return a.since_start_ - b.since_start_;
  }
  friend SteadyTime operator+(SteadyTime a, absl::Duration d) {
    return SteadyTime(a.since_start_ + d);
  }

 private:
  absl::Duration since_start_;
};

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The date, in clock time.
  virtual absl::Time Now() const = 0;
  // Never steps back; runs at the clock's rate.
  virtual SteadyTime SteadyNow() const = 0;
  // Blocks until SteadyNow() >= `deadline` (true) or `stop` is requested (false).
  virtual bool SleepUntil(SteadyTime deadline, std::stop_token stop) = 0;
  // Clock seconds that pass in one real second; 0 for a simulated clock.
  virtual double factor() const = 0;

  bool SleepFor(absl::Duration span, std::stop_token stop) {
    return SleepUntil(SteadyNow() + span, stop);
  }
};

// The machine's clocks.
class RealClock final : public Clock {
 public:
  absl::Time Now() const override;
  SteadyTime SteadyNow() const override;
  bool SleepUntil(SteadyTime deadline, std::stop_token stop) override;
  double factor() const override { return 1.0; }
};

// The most that a scaled clock may be sped up: above it, the latency of a real HTTP call on
// loopback is no longer small against the centre's shortest interval.
inline constexpr double kMaxClockFactor = 120.0;

// Runs `factor` times as fast as real time since `epoch`, an instant shared by all processes of a
// demonstration: Now() == epoch + factor * (real now - epoch).
class ScaledClock final : public Clock {
 public:
  // Requires 0 < factor <= kMaxClockFactor.
  ScaledClock(absl::Time epoch, double factor);

  absl::Time Now() const override;
  SteadyTime SteadyNow() const override;
  bool SleepUntil(SteadyTime deadline, std::stop_token stop) override;
  double factor() const override { return factor_; }

 private:
  RealClock real_;
  absl::Time epoch_;
  double factor_;
};

// Moves only when told to: for tests and the lab.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(absl::Time start);

  absl::Time Now() const override;
  SteadyTime SteadyNow() const override;
  bool SleepUntil(SteadyTime deadline, std::stop_token stop) override;
  double factor() const override { return 0.0; }

  // Requires span >= 0. Wakes whoever sleeps to a time now reached.
  void Advance(absl::Duration span);
  // Blocks (in real time) until `count` threads sleep on this clock to times still to come, so that
  // a test can advance it without a race: whoever the last Advance woke does not count until it
  // sleeps again.
  void WaitForSleepers(size_t count);

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  const absl::Time start_;
  absl::Duration elapsed_;
  std::multiset<absl::Duration> deadlines_;  // of those who sleep
};

// The clock that `factor` and `epoch` describe: real when factor is 1, else scaled.
std::unique_ptr<Clock> MakeClock(double factor, absl::Time epoch);

}  // namespace evenkeel
