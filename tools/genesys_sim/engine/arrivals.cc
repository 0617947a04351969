#include "tools/genesys_sim/engine/arrivals.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace evenkeel::sim {
namespace {

// What a stream is for; part of its name. Others are in engine.cc.
enum Purpose : uint64_t { kGaps = 1, kBusyness, kCall, kDay, kCounts };

constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

TimedSampler::TimedSampler(const Distribution& always,
                           const std::vector<DistributionPeriod>& by_period) {
  for (const DistributionPeriod& period : by_period) {
    periods_.push_back({absl::ToDoubleSeconds(period.start), Sampler(period.distribution)});
  }
  if (periods_.empty()) periods_.push_back({0, Sampler(always)});
}

double TimedSampler::DrawSeconds(double seconds_in_repeat, Stream& stream) const {
  size_t at = periods_.size() - 1;
  while (at > 0 && periods_[at].start_seconds > seconds_in_repeat) --at;
  return periods_[at].sampler.DrawSeconds(stream);
}

HandlingSampler::HandlingSampler(const Handling& handling)
    : talk_(handling.talk, handling.talk_by_period),
      hold_(handling.hold),
      after_call_(handling.after_call),
      hold_share_ratio_(handling.hold_share_ratio),
      codes_(handling.wrap_up_codes) {
  for (const WeightedCode& code : codes_) weight_ += code.weight;
}

void HandlingSampler::Draw(double seconds_in_repeat, Stream& stream, Call& call) const {
  call.talk_seconds = talk_.DrawSeconds(seconds_in_repeat, stream);
  call.hold_seconds = stream.Uniform() < hold_share_ratio_ ? hold_.DrawSeconds(stream) : 0;
  call.after_call_seconds = after_call_.DrawSeconds(stream);
}

int HandlingSampler::DrawCode(Stream& stream) const {
  if (codes_.empty()) return -1;
  double left = stream.Uniform() * weight_;
  for (const WeightedCode& code : codes_) {
    left -= code.weight;
    if (left < 0) return code.code;
  }
  return codes_.back().code;
}

Arrivals::Arrivals(const Scenario& scenario, size_t type_index, uint64_t seed)
    : count_seconds_(absl::ToDoubleSeconds(scenario.call_types[type_index].count_period)),
      repeat_seconds_(absl::ToDoubleSeconds(scenario.repeat)),
      closes_seconds_(scenario.closes ? absl::ToDoubleSeconds(*scenario.closes) : kNever),
      dispersion_ratio_(scenario.call_types[type_index].dispersion_ratio),
      busyness_seconds_(absl::ToDoubleSeconds(scenario.call_types[type_index].busyness_period)),
      day_shape_(1 / (scenario.busyness_cv_ratio * scenario.busyness_cv_ratio)),
      balk_ratio_(scenario.call_types[type_index].balk_ratio),
      has_patience_(scenario.call_types[type_index].patience.has_value()),
      handling_(scenario.call_types[type_index]),
      seed_(seed),
      number_(type_index),
      gaps_(seed, {kGaps, type_index}),
      busyness_stream_(seed, {kBusyness, type_index}) {
  const CallType& type = scenario.call_types[type_index];
  if (has_patience_) patience_ = TimedSampler(*type.patience, type.patience_by_period);
  for (const RatePeriod& period : type.rates) {
    pieces_.push_back({absl::ToDoubleSeconds(period.start), period.calls_per_hour / 3600});
    has_calls_ = has_calls_ || period.calls_per_hour > 0;
  }
  counts_ = type.counts;
  for (const int64_t count : counts_) has_calls_ = has_calls_ || count > 0;
  if (counts_.empty()) DrawBusyness();
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
  busyness_ratio_ = 1;
  if (dispersion_ratio_ <= 1) return;
  const double start = static_cast<double>(period_) * busyness_seconds_;
  const double expected = ExpectedBetween(start, start + busyness_seconds_);
  if (expected <= 0) return;
  const double shape = expected / (dispersion_ratio_ - 1);
  busyness_ratio_ = busyness_stream_.Gamma(shape) / shape;
}

// One for all call types: the stream's name does not hold the type.
double Arrivals::DayBusyness(double seconds) {
  if (std::isinf(day_shape_)) return 1;
  // A hair before a repeat begins belongs to it.
  const auto day = static_cast<int64_t>(std::floor(seconds / repeat_seconds_ + 1e-9));
  if (day != day_) {
    Stream stream(seed_, {kDay, static_cast<uint64_t>(day)});
    day_ = day;
    day_busyness_ratio_ = stream.Gamma(day_shape_) / day_shape_;
  }
  return day_busyness_ratio_;
}

bool Arrivals::NextByRate() {
  double work = gaps_.Exponential();  // left to cover with rate * time
  while (at_seconds_ < closes_seconds_) {
    if (at_seconds_ >= rate_until_) {
      rate_ = RateAt(at_seconds_, rate_until_) * DayBusyness(at_seconds_);
    }
    const double period_end = static_cast<double>(period_ + 1) * busyness_seconds_;
    const double rate = rate_ * busyness_ratio_;
    const double until = std::min(rate_until_, period_end);
    const double covered = rate * (until - at_seconds_);
    if (covered > work) {
      at_seconds_ += work / rate;
      return at_seconds_ < closes_seconds_;
    }
    work -= covered;
    at_seconds_ = until;
    if (at_seconds_ >= period_end) {
      ++period_;
      DrawBusyness();
    }
  }
  return false;
}

bool Arrivals::NextByCount() {
  while (counted_.empty()) {
    const double start = static_cast<double>(count_periods_) * count_seconds_;
    if (start >= closes_seconds_) return false;
    const double cycle = std::floor(start / repeat_seconds_ + 1e-9) * repeat_seconds_;
    const auto place = static_cast<size_t>(std::llround((start - cycle) / count_seconds_));
    Stream stream(seed_, {kCounts, number_, count_periods_++});
    const int64_t count = place < counts_.size() ? counts_[place] : 0;
    for (int64_t i = 0; i < count; ++i) {
      counted_.push_back(start + stream.Uniform() * count_seconds_);
    }
    std::sort(counted_.begin(), counted_.end(), std::greater<>());
  }
  at_seconds_ = counted_.back();
  counted_.pop_back();
  return at_seconds_ < closes_seconds_;
}

bool Arrivals::Next(Call& call) {
  if (!has_calls_ || !(counts_.empty() ? NextByRate() : NextByCount())) return false;
  Stream own(seed_, {kCall, number_, calls_});
  call.number = calls_++;
  call.arrival = std::llround(at_seconds_ * 1e6);
  const double in_repeat =
      at_seconds_ - std::floor(at_seconds_ / repeat_seconds_) * repeat_seconds_;
  handling_.Draw(in_repeat, own, call);
  call.patience_seconds = has_patience_ ? patience_.DrawSeconds(in_repeat, own) : kNever;
  if (balk_ratio_ > 0 && own.Uniform() < balk_ratio_) call.patience_seconds = 0;
  return true;
}

}  // namespace evenkeel::sim
