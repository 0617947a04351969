// How unevenly rates are spread within a group, all figures at once: the one piece of code behind
// the measures of dispersion.h, and behind the scores of thousands of groups in a row, for which it
// keeps its memory from group to group and does not sort.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace evenkeel::stats {

// Stands in the place of the rate of one who does not take part.
inline constexpr double kNoRate = std::numeric_limits<double>::infinity();

// Of those who take part.
struct RateSums {
  size_t count = 0;
  double rates = 0;
  double amounts = 0;  // of weight * rate
  double weights = 0;
  double least = 0;  // rate
  double most = 0;   // rate
};

struct Spread {
  double weighted_cv = 0;
  double cv = 0;
  double jain = 1;
  double gini = 0;
};

// Not thread-safe.
class SpreadMeter {
 public:
  // Takes a few passes over the rates, the time of each in proportion to their number, unless most
  // of them lie within a small part of the range: those are sorted, as are groups of more than
  // 16,000. Rates that differ by less than 1e-290 are equal. Requires rates of 0 or more that are
  // finite or kNoRate, as many weights, above 0 where there is a rate, and sums of them with
  // `amounts` above 0.
  Spread Measure(std::span<const double> rates, std::span<const double> weights,
                 const RateSums& sums);

 private:
  // Sums of squared differences from the means.
  struct Squares {
    double weighted = 0;
    double plain = 0;
  };
  Squares Place(std::span<const double> rates, std::span<const double> weights, double least,
                double scale, double weighted_mean, double mean);
  size_t Arrange(size_t count);
  double Differences(size_t count, size_t reach) const;

  size_t buckets_ = 0;
  std::vector<double> places_;      // by rate; `buckets_` for who does not take part
  std::vector<int32_t> bucket_of_;  // by rate
  std::vector<int16_t> begins_;     // by bucket
  std::vector<double> arranged_;    // the places, by bucket
};

}  // namespace evenkeel::stats
