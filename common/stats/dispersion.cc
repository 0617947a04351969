#include "common/stats/dispersion.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "common/stats/spread.h"

namespace evenkeel::stats {
namespace {

// The mean where it can divide: nullopt also when it is 0.
std::optional<double> PositiveMean(std::span<const double> amounts) {
  const std::optional<double> mean = Mean(amounts);
  return mean && *mean > 0 ? mean : std::nullopt;
}

// Weighted by capacity: amounts per unit of it. Requires amounts of which one is above 0.
Spread SpreadByCapacity(std::span<const double> amounts, std::span<const double> capacities) {
  RateSums sums;
  std::vector<double> rates(amounts.size());
  for (size_t i = 0; i < amounts.size(); ++i) {
    assert(capacities[i] > 0);
    rates[i] = amounts[i] / capacities[i];
    sums.rates += rates[i];
    sums.amounts += amounts[i];
    sums.weights += capacities[i];
  }
  sums.count = rates.size();
  const auto [least, most] = std::minmax_element(rates.begin(), rates.end());
  sums.least = *least;
  sums.most = *most;
  return SpreadMeter().Measure(rates, capacities, sums);
}

// nullopt when the mean is not above 0.
std::optional<Spread> SpreadOf(std::span<const double> amounts) {
  if (!PositiveMean(amounts)) return std::nullopt;
  return SpreadByCapacity(amounts, std::vector<double>(amounts.size(), 1.0));
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
  const auto spread = SpreadOf(amounts);
  return spread ? std::optional(spread->cv) : std::nullopt;
}

std::optional<double> JainIndex(std::span<const double> amounts) {
  const auto spread = SpreadOf(amounts);
  return spread ? std::optional(spread->jain) : std::nullopt;
}

std::optional<double> GiniIndex(std::span<const double> amounts) {
  const auto spread = SpreadOf(amounts);
  return spread ? std::optional(spread->gini) : std::nullopt;
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
  CapacityWeightedDispersion result;
  result.mean = std::accumulate(amounts.begin(), amounts.end(), 0.0) /
                std::accumulate(capacities.begin(), capacities.end(), 0.0);
  if (result.mean > 0) {
    result.cv = SpreadByCapacity(amounts, capacities).weighted_cv;
    result.standard_deviation = *result.cv * result.mean;
  }
  return result;
}

}  // namespace evenkeel::stats
