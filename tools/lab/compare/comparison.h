// Policies on common random numbers: each on the same seeds, with intervals of their means and of
// their differences to the first one; and how that is shown.
#pragma once

#include <absl/time/time.h>

#include <functional>
#include <string>
#include <vector>

#include "tools/lab/compare/policies.h"
#include "tools/lab/compare/shift.h"

namespace evenkeel::lab {

// A mean with half the width of its 95 % interval (Student); the half width of fewer than two
// values is infinite.
struct Estimate {
  double mean = 0;
  double half_width = 0;
};
Estimate EstimateMean(const std::vector<double>& values);

// The 97.5 % point of Student's t: exact to 0.001 from 1 degree of freedom on.
double StudentT975(int degrees_of_freedom);

struct PolicyRun {
  std::string name;
  std::vector<Shift> shifts;  // by seed
};

struct Comparison {
  std::string scenario;
  absl::Duration length;
  std::vector<uint64_t> seeds;
  std::vector<PolicyRun> policies;
};

// `done` is told each policy that has been run; it may be empty.
Comparison Compare(const std::string& scenario, const std::vector<Policy>& policies,
                   const std::vector<uint64_t>& seeds, absl::Duration length,
                   const std::function<void(const std::string&)>& done = {});

// The mean wait in a step over the seeds in which somebody left the line; NaN: in none.
double MeanWaitAt(const PolicyRun& run, size_t step);
Estimate MeanOf(const PolicyRun& run, double ShiftFigures::*value);
// Of run - baseline, seed by seed.
Estimate DifferenceOf(const PolicyRun& run, const PolicyRun& baseline, double ShiftFigures::*value);

// A table for people, lines of at most 100 characters.
std::string TableText(const Comparison& comparison);
// One object a policy and metric, each with a newline.
std::string JsonLines(const Comparison& comparison);
// One row a policy and seed.
std::string ShiftsCsv(const Comparison& comparison);
// One row a step of the shift; a column a policy: MeanWaitAt, empty where it is NaN.
std::string SeriesCsv(const Comparison& comparison);
// Means with their intervals, a panel a metric.
std::string IntervalsSvg(const Comparison& comparison);
// The mean wait over the shift, a line a policy.
std::string SeriesSvg(const Comparison& comparison);

}  // namespace evenkeel::lab
