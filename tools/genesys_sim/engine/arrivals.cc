#include "tools/genesys_sim/engine/arrivals.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace evenkeel::sim {
namespace {

// What a stream is for; part of its name.
enum Purpose : uint64_t { kGaps = 1, kBusyness, kCall };

}  // namespace

Arrivals::Arrivals(const CallType& type, absl::Duration repeat, uint64_t seed, uint64_t number)
    : repeat_seconds_(absl::ToDoubleSeconds(repeat)),
      dispersion_ratio_(type.dispersion_ratio),
      busyness_seconds_(absl::ToDoubleSeconds(type.busyness_period)),
      hold_share_ratio_(type.hold_share_ratio),
      has_patience_(type.patience.has_value()),
      talk_(type.talk),
      hold_(type.hold),
      after_call_(type.after_call),
      seed_(seed),
      number_(number),
      gaps_(seed, {kGaps, number}),
      busyness_stream_(seed, {kBusyness, number}) {
  if (has_patience_) patience_ = Sampler(*type.patience);
  for (const RatePeriod& period : type.rates) {
    pieces_.push_back({absl::ToDoubleSeconds(period.start), period.calls_per_hour / 3600});
    has_calls_ = has_calls_ || period.calls_per_hour > 0;
  }
  DrawBusyness();
}

double Arrivals::RateAt(double seconds, double& until_seconds) const {
  const double cycle = std::floor(seconds / repeat_seconds_) * repeat_seconds_;
  const double in_cycle = seconds - cycle;
  auto next =
      std::upper_bound(pieces_.begin(), pieces_.end(), in_cycle,
                       [](double at, const Piece& piece) { return at < piece.start_seconds; });
  until_seconds = cycle + (next == pieces_.end() ? repeat_seconds_ : next->start_seconds);
  // At a boundary that rounding put a hair below the next piece, step past it.
  if (until_seconds <= seconds) until_seconds = std::nextafter(seconds, seconds + 1);
  return std::prev(next)->rate_per_second;
}

double Arrivals::ExpectedBetween(double from, double to) const {
  double expected = 0;
  while (from < to) {
    double until;
    const double rate = RateAt(from, until);
    until = std::min(until, to);
    expected += rate * (until - from);
    from = until;
  }
  return expected;
}

// With G the busyness and m the expected count of the period, the count has mean m and variance
// m + m^2 Var(G); it is dispersion_ratio * m when Var(G) = (dispersion_ratio - 1) / m.
void Arrivals::DrawBusyness() {
  const double start = static_cast<double>(period_) * busyness_seconds_;
  const double expected = ExpectedBetween(start, start + busyness_seconds_);
  if (dispersion_ratio_ <= 1 || expected <= 0) {
    busyness_ratio_ = 1;
    return;
  }
  const double shape = expected / (dispersion_ratio_ - 1);
  busyness_ratio_ = busyness_stream_.Gamma(shape) / shape;
}

bool Arrivals::Next(Call& call) {
  if (!has_calls_) return false;
  double work = gaps_.Exponential();  // left to cover with rate * time
  while (true) {
    const double period_end = static_cast<double>(period_ + 1) * busyness_seconds_;
    double until;
    const double rate = RateAt(at_seconds_, until) * busyness_ratio_;
    until = std::min(until, period_end);
    const double covered = rate * (until - at_seconds_);
    if (covered > work) {
      at_seconds_ += work / rate;
      break;
    }
    work -= covered;
    at_seconds_ = until;
    if (at_seconds_ >= period_end) {
      ++period_;
      DrawBusyness();
    }
  }
  Stream own(seed_, {kCall, number_, calls_++});
  call.arrival = std::llround(at_seconds_ * 1e6);
  // One fixed order of draws: what a call is does not depend on which of it is asked first.
  call.talk_seconds = talk_.DrawSeconds(own);
  call.hold_seconds = own.Uniform() < hold_share_ratio_ ? hold_.DrawSeconds(own) : 0;
  call.after_call_seconds = after_call_.DrawSeconds(own);
  call.patience_seconds =
      has_patience_ ? patience_.DrawSeconds(own) : std::numeric_limits<double>::infinity();
  return true;
}

}  // namespace evenkeel::sim
