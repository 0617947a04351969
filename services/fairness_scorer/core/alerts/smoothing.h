// Smoothing of a group's dispersion from one cycle to the next (FAIR-3), so that a batch of
// contacts that ended together is no alarm: the guide's average of three bands over five minutes,
// and a true exponential average. Readings of the guide as in the reference vectors.
#pragma once

#include <absl/time/time.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace evenkeel::fairness {

// Five minutes of cycles of 15 s.
inline constexpr size_t kSmoothedCycles = 20;
// Of the exponential average that spans as many.
inline constexpr double kExponentialAlpha = 2.0 / (kSmoothedCycles + 1);

// How many of `count` values belong to the newest, the middle and the oldest band: as even as can
// be, the newest getting the first one over, the middle the second.
std::array<size_t, 3> BandSizes(size_t count);

// Mean of the bands' means, weighted 0.4 newest, 0.35 middle, 0.25 oldest, over those that hold
// anything. `history` oldest first; of more than kSmoothedCycles values the newest are taken.
// Absent when there is none.
std::optional<double> ThreeBandAverage(std::span<const double> history);

// One step of the exponential average; it begins with its first value.
double ExponentialStep(std::optional<double> average, double value);

enum class Smoothing { kThreeBand, kExponential };

// What is remembered of a figure between cycles.
struct SmoothingMemory {
  std::vector<double> recent;     // oldest first, at most kSmoothedCycles
  std::optional<double> average;  // exponential
  absl::Time at;                  // of the newest value; meaningless when there is none

  friend bool operator==(const SmoothingMemory&, const SmoothingMemory&) = default;
};

// Takes the figure of the cycle at `now`; absent: not known in this cycle, nothing changes. Answers
// the smoothed figure, absent as the figure is. After a silence of more than five minutes both
// averages begin anew.
std::optional<double> Smooth(SmoothingMemory& memory, Smoothing smoothing,
                             std::optional<double> figure, absl::Time now);

}  // namespace evenkeel::fairness
