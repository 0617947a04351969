#include "common/stats/dispersion.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace evenkeel::stats {
namespace {

// The mean where it can divide: nullopt also when it is 0.
std::optional<double> PositiveMean(std::span<const double> amounts) {
  const std::optional<double> mean = Mean(amounts);
  return mean && *mean > 0 ? mean : std::nullopt;
}

}  // namespace

std::optional<double> Mean(std::span<const double> amounts) {
  if (amounts.empty()) return std::nullopt;
  return std::accumulate(amounts.begin(), amounts.end(), 0.0) / static_cast<double>(amounts.size());
}

std::optional<double> PopulationVariance(std::span<const double> amounts) {
  const std::optional<double> mean = Mean(amounts);
  if (!mean) return std::nullopt;
  double squares = 0;
  for (const double x : amounts) squares += (x - *mean) * (x - *mean);
  return squares / static_cast<double>(amounts.size());
}

std::optional<double> CoefficientOfVariation(std::span<const double> amounts) {
  const std::optional<double> mean = PositiveMean(amounts);
  if (!mean) return std::nullopt;
  return std::sqrt(*PopulationVariance(amounts)) / *mean;
}

std::optional<double> JainIndex(std::span<const double> amounts) {
  const std::optional<double> mean = PositiveMean(amounts);
  if (!mean) return std::nullopt;
  double squares = 0;
  for (const double x : amounts) squares += (x / *mean) * (x / *mean);
  return static_cast<double>(amounts.size()) / squares;
}

std::optional<double> GiniIndex(std::span<const double> amounts) {
  const std::optional<double> mean = PositiveMean(amounts);
  if (!mean) return std::nullopt;
  // In ascending order x_i is the larger one of i pairs and the smaller one of n - 1 - i.
  std::vector<double> sorted(amounts.begin(), amounts.end());
  std::sort(sorted.begin(), sorted.end());
  const double n = static_cast<double>(sorted.size());
  double differences = 0;
  for (size_t i = 1; i < sorted.size(); ++i) {
    // The gap between neighbours counts in each pair that it separates.
    differences +=
        (sorted[i] - sorted[i - 1]) * static_cast<double>(i) * (n - static_cast<double>(i));
  }
  return differences / (n * n * *mean);
}

std::optional<double> NoiseCorrectedCv(std::span<const double> counts) {
  const std::optional<double> mean = PositiveMean(counts);
  if (!mean) return std::nullopt;
  const double excess = *PopulationVariance(counts) / (*mean * *mean) - 1 / *mean;
  return std::sqrt(std::max(0.0, excess));
}

std::optional<CapacityWeightedDispersion> DispersionByCapacity(std::span<const double> amounts,
                                                               std::span<const double> capacities) {
  assert(amounts.size() == capacities.size());
  if (amounts.empty()) return std::nullopt;
  const double total = std::accumulate(capacities.begin(), capacities.end(), 0.0);
  CapacityWeightedDispersion result;
  result.mean = std::accumulate(amounts.begin(), amounts.end(), 0.0) / total;
  double squares = 0;
  for (size_t i = 0; i < amounts.size(); ++i) {
    assert(capacities[i] > 0);
    const double difference = amounts[i] / capacities[i] - result.mean;
    squares += capacities[i] * difference * difference;
  }
  result.standard_deviation = std::sqrt(squares / total);
  if (result.mean > 0) result.cv = result.standard_deviation / result.mean;
  return result;
}

}  // namespace evenkeel::stats
