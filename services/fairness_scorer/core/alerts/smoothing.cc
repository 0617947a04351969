#include "services/fairness_scorer/core/alerts/smoothing.h"

#include <numeric>

namespace evenkeel::fairness {
namespace {

constexpr std::array<double, 3> kWeights = {0.4, 0.35, 0.25};  // newest first
constexpr absl::Duration kLongestSilence = absl::Minutes(5);

}  // namespace

std::array<size_t, 3> BandSizes(size_t count) {
  const size_t each = count / 3, over = count % 3;
  return {each + (over > 0 ? 1 : 0), each + (over > 1 ? 1 : 0), each};
}

std::optional<double> ThreeBandAverage(std::span<const double> history) {
  if (history.empty()) return std::nullopt;
  if (history.size() > kSmoothedCycles) history = history.last(kSmoothedCycles);
  double sum = 0, weights = 0;
  const std::array<size_t, 3> sizes = BandSizes(history.size());
  for (size_t band = 0; band < sizes.size(); ++band) {
    if (sizes[band] == 0) continue;
    const std::span<const double> values = history.last(sizes[band]);
    history = history.first(history.size() - sizes[band]);
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    sum += kWeights[band] * mean;
    weights += kWeights[band];
  }
  return sum / weights;
}

double ExponentialStep(std::optional<double> average, double value) {
  if (!average) return value;
  return kExponentialAlpha * value + (1 - kExponentialAlpha) * *average;
}

std::optional<double> Smooth(SmoothingMemory& memory, Smoothing smoothing,
                             std::optional<double> figure, absl::Time now) {
  if (!figure) return std::nullopt;
  if (memory.average && now - memory.at > kLongestSilence) memory = {};
  memory.at = now;
  memory.average = ExponentialStep(memory.average, *figure);
  memory.recent.push_back(*figure);
  if (memory.recent.size() > kSmoothedCycles) memory.recent.erase(memory.recent.begin());
  return smoothing == Smoothing::kExponential ? memory.average : ThreeBandAverage(memory.recent);
}

}  // namespace evenkeel::fairness
