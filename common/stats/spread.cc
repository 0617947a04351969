#include "common/stats/spread.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#include "common/stats/lanes.h"

namespace evenkeel::stats {
namespace {

constexpr double kLeastRange = 1e-290;
constexpr size_t kBucketsPerRate = 2;
// So that rates and buckets are counted in 16 bits.
constexpr size_t kMostArranged = 16'000;
// A bucket of more is sorted.
constexpr size_t kMostInBucket = 8;
// Zeros behind the arranged, which loops may read.
constexpr size_t kPadding = 2 * kMostInBucket;

using Counts = int16_t __attribute__((vector_size(16)));
constexpr size_t kCounts = 8;

template <typename Number>
void GrowTo(size_t size, std::vector<Number>& numbers) {
  if (numbers.size() < size) numbers.resize(size);
}

// Counts become sums of all counts up to and with each. Returns the largest count. Requires a
// multiple of kCounts.
size_t Accumulate(std::span<int16_t> counts) {
  const Counts none = {};
  Counts before = {}, most = {};
  for (size_t at = 0; at < counts.size(); at += kCounts) {
    Counts part;
    std::memcpy(&part, &counts[at], sizeof part);
    most = part > most ? part : most;
    part += __builtin_shufflevector(part, none, 8, 0, 1, 2, 3, 4, 5, 6);
    part += __builtin_shufflevector(part, none, 8, 8, 0, 1, 2, 3, 4, 5);
    part += __builtin_shufflevector(part, none, 8, 8, 8, 8, 0, 1, 2, 3);
    const Counts sums = part + before;
    std::memcpy(&counts[at], &sums, sizeof sums);
    before += __builtin_shufflevector(part, part, 7, 7, 7, 7, 7, 7, 7, 7);
  }
  int16_t largest = 0;
  for (size_t i = 0; i < kCounts; ++i) largest = std::max<int16_t>(largest, most[i]);
  return static_cast<size_t>(largest);
}

}  // namespace

Spread SpreadMeter::Measure(std::span<const double> rates, std::span<const double> weights,
                            const RateSums& sums) {
  assert(rates.size() == weights.size() && sums.count > 0 && sums.count <= rates.size());
  assert(sums.amounts > 0);
  const double range = sums.most - sums.least;
  if (!(range > kLeastRange)) return {};
  const auto count = static_cast<double>(sums.count);
  buckets_ = (kBucketsPerRate * sums.count / kCounts + 1) * kCounts;
  // A rate's place is what it is above the least, in buckets: from 0 to less than buckets_. Neither
  // large nor tiny rates overflow in it, and equal rates differ by exactly 0.
  const double scale = static_cast<double>(buckets_ - 1) / range;
  const double mean = sums.rates / count, weighted_mean = sums.amounts / sums.weights;
  const Squares squares = Place(rates, weights, sums.least, scale,
                                (weighted_mean - sums.least) * scale, (mean - sums.least) * scale);
  GrowTo(rates.size() + kPadding, arranged_);
  const size_t reach = Arrange(rates.size());
  std::fill_n(arranged_.begin() + static_cast<std::ptrdiff_t>(sums.count), kPadding, 0.0);
  Spread spread;
  spread.weighted_cv = std::sqrt(squares.weighted / sums.weights) / (scale * weighted_mean);
  spread.cv = std::sqrt(squares.plain / count) / (scale * mean);
  spread.jain = 1 / (1 + spread.cv * spread.cv);
  spread.gini = Differences(sums.count, reach) / (count * count * scale * mean);
  return spread;
}

SpreadMeter::Squares SpreadMeter::Place(std::span<const double> rates,
                                        std::span<const double> weights, double least, double scale,
                                        double weighted_mean, double mean) {
  using TwoBuckets = int32_t __attribute__((vector_size(8)));
  GrowTo(rates.size() + 1, places_);
  GrowTo(rates.size() + 1, bucket_of_);
  GrowTo(buckets_ + 1, begins_);
  double* const places = places_.data();
  int32_t* const bucket_of = bucket_of_.data();
  int16_t* const counts = begins_.data();
  std::fill_n(counts, buckets_ + 1, int16_t{0});
  const Pair none = Both(static_cast<double>(buckets_));
  Pair weighted = {}, plain = {};
  const auto place_two = [&](size_t i, Pair rate, Pair weight) {
    const Pair place = Smaller((rate - least) * scale, none);
    StorePair(places + i, place);
    const auto buckets = __builtin_convertvector(place, TwoBuckets);
    std::memcpy(bucket_of + i, &buckets, sizeof buckets);
    // In groups that are sorted these overflow, and are not used.
    ++counts[buckets[0]];
    ++counts[buckets[1]];
    const PairMask takes_part = place < none;
    const Pair from_weighted = place - weighted_mean, from_plain = place - mean;
    weighted += Where(takes_part, weight * from_weighted * from_weighted);
    plain += Where(takes_part, from_plain * from_plain);
  };
  size_t i = 0;
  for (; i + 1 < rates.size(); i += 2) place_two(i, LoadPair(&rates[i]), LoadPair(&weights[i]));
  if (i < rates.size()) place_two(i, Pair{rates[i], kNoRate}, Pair{weights[i], 0});
  return {Sum(weighted), Sum(plain)};
}

// Puts the places in order of their buckets, at the end those who do not take part. Returns how far
// apart two can stand that are not in order: less than the largest bucket has.
size_t SpreadMeter::Arrange(size_t count) {
  if (count > kMostArranged) {
    std::copy_n(places_.begin(), count, arranged_.begin());
    std::sort(arranged_.begin(), arranged_.begin() + static_cast<std::ptrdiff_t>(count));
    return 0;
  }
  const size_t largest = Accumulate(std::span(begins_).first(buckets_));
  begins_[buckets_] = static_cast<int16_t>(count);
  // From its end each bucket fills down to its begin.
  int16_t* const begins = begins_.data();
  const int32_t* const bucket_of = bucket_of_.data();
  const double* const places = places_.data();
  double* const arranged = arranged_.data();
#pragma GCC unroll 4
  for (size_t i = 0; i < count; ++i) arranged[--begins[bucket_of[i]]] = places[i];
  if (largest <= kMostInBucket) return largest - 1;
  for (size_t b = 0; b < buckets_; ++b) {
    if (begins[b + 1] - begins[b] > static_cast<int>(kMostInBucket)) {
      std::sort(arranged + begins[b], arranged + begins[b + 1]);
    }
  }
  return kMostInBucket - 1;
}

// The sum of |x - y| over all pairs of the first `count` arranged. Were they in ascending order,
// the gap between neighbours would count in each pair that it separates. A pair that is not in
// order counts so with the wrong sign: twice max(0, x_i - x_j) puts it right, for all pairs of each
// distance at which there can be one.
double SpreadMeter::Differences(size_t count, size_t reach) const {
  const double* const x = arranged_.data();
  const Pair all = Both(static_cast<double>(count));
  Pair total = {x[0], 0}, gaps = {}, gaps_next = {};
  Pair below = {1, 2};
  // Behind the last stand zeros; the gap to the first of them separates no pair.
  for (size_t i = 1; i < count; i += 4) {
    const Pair here = LoadPair(x + i), next = LoadPair(x + i + 2);
    total += here + next;
    gaps += (here - LoadPair(x + i - 1)) * (below * (all - below));
    below += 2;
    gaps_next += (next - LoadPair(x + i + 1)) * (below * (all - below));
    below += 2;
  }
  // max(0, x_i - x_j) is max(x_i, x_j) - x_j.
  Pair larger = {}, larger_next = {};
  double first = 0, last = 0, subtracted = 0;
  for (size_t distance = 1; distance <= reach; ++distance) {
    for (size_t i = 0; i < count; i += 4) {
      larger += Larger(LoadPair(x + i), LoadPair(x + i + distance));
      larger_next += Larger(LoadPair(x + i + 2), LoadPair(x + i + 2 + distance));
    }
    // The last ones met a zero, and the first ones were nobody's x_j.
    first += x[distance - 1];
    last += x[count - distance];
    subtracted += Sum(total) - first + last;
  }
  return Sum(gaps + gaps_next) + 2 * (Sum(larger + larger_next) - subtracted);
}

}  // namespace evenkeel::stats
