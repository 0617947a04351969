// Measures of how unevenly an amount is spread: over agents, queues, intervals. All variances are
// population variances (divided by the number of values, or by the sum of the weights). nullopt
// means undefined, which is neither zero nor NaN: no values, or a mean of zero.
//
// Amounts are finite and not negative. Results do not depend on the unit of the amounts except
// where the text says so, and that differences of less than 1e-290 are none.
#pragma once

#include <optional>
#include <span>

namespace evenkeel::stats {

std::optional<double> Mean(std::span<const double> amounts);
std::optional<double> PopulationVariance(std::span<const double> amounts);

// Standard deviation / mean.
std::optional<double> CoefficientOfVariation(std::span<const double> amounts);

// Jain's fairness index (sum x)^2 / (n sum x^2): 1 when all are equal, 1/n when one has all.
std::optional<double> JainIndex(std::span<const double> amounts);

// Gini coefficient sum_ij |x_i - x_j| / (2 n^2 mean): 0 when all are equal.
std::optional<double> GiniIndex(std::span<const double> amounts);

// sqrt(max(0, CV^2 - 1/mean)): the variation of counts beyond what Poisson chance alone explains.
// Meant for counts; with another unit it is only arithmetic.
std::optional<double> NoiseCorrectedCv(std::span<const double> counts);

// Load per unit of capacity, l_i = amount_i / capacity_i, weighted by capacity, so that an agent of
// little capacity weighs little: who carries in proportion to capacity is treated fairly.
struct CapacityWeightedDispersion {
  double mean = 0;  // sum of amounts / sum of capacities
  double standard_deviation = 0;
  std::optional<double> cv;  // nullopt when the mean is 0
};

// nullopt when there are no values. Requires capacities.size() == amounts.size(), capacities > 0.
std::optional<CapacityWeightedDispersion> DispersionByCapacity(std::span<const double> amounts,
                                                               std::span<const double> capacities);

}  // namespace evenkeel::stats
