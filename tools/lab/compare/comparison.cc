#include "tools/lab/compare/comparison.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <cmath>
#include <iterator>
#include <limits>

#include "common/json/writer.h"
#include "tools/ctl/table.h"

namespace evenkeel::lab {
namespace {

std::string Text(const Estimate& estimate, const Metric& metric) {
  const double scale = metric.scale;
  if (!std::isfinite(estimate.half_width)) {
    return absl::StrFormat("%.*f", metric.digits, estimate.mean * scale);
  }
  return absl::StrFormat("%.*f ±%.*f", metric.digits, estimate.mean * scale, metric.digits,
                         estimate.half_width * scale);
}

}  // namespace

double StudentT975(int degrees_of_freedom) {
  static constexpr double kTable[] = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646,
                                      2.3060,  2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448,
                                      2.1314,  2.1199, 2.1098, 2.1009, 2.0930, 2.0860};
  if (degrees_of_freedom <= static_cast<int>(std::size(kTable))) {
    return kTable[degrees_of_freedom - 1];
  }
  // Cornish and Fisher's expansion about the normal quantile.
  const double z = 1.959964, n = degrees_of_freedom;
  const double z3 = z * z * z, z5 = z3 * z * z;
  return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n);
}

Estimate EstimateMean(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  Estimate estimate;
  for (const double value : values) estimate.mean += value / n;
  if (values.size() < 2) {
    estimate.half_width = std::numeric_limits<double>::infinity();
    return estimate;
  }
  double squares = 0;
  for (const double value : values) {
    squares += (value - estimate.mean) * (value - estimate.mean);
  }
  estimate.half_width =
      StudentT975(static_cast<int>(values.size()) - 1) * std::sqrt(squares / (n - 1) / n);
  return estimate;
}

Comparison Compare(const std::string& scenario, const std::vector<Policy>& policies,
                   const std::vector<uint64_t>& seeds, absl::Duration length,
                   const std::function<void(const std::string&)>& done) {
  Comparison comparison{scenario, length, seeds, {}};
  for (const Policy& policy : policies) {
    PolicyRun& run = comparison.policies.emplace_back();
    run.name = policy.name;
    for (const uint64_t seed : seeds) {
      run.shifts.push_back(RunShift(policy.scenario, seed, length, policy.loop));
    }
    if (done) done(policy.name);
  }
  return comparison;
}

Estimate MeanOf(const PolicyRun& run, double ShiftFigures::*value) {
  std::vector<double> values;
  for (const Shift& shift : run.shifts) values.push_back(shift.figures.*value);
  return EstimateMean(values);
}

double MeanWaitAt(const PolicyRun& run, size_t step) {
  double sum = 0, count = 0;
  for (const Shift& shift : run.shifts) {
    if (std::isnan(shift.wait_series_seconds[step])) continue;
    sum += shift.wait_series_seconds[step];
    count += 1;
  }
  return sum / count;
}

Estimate DifferenceOf(const PolicyRun& run, const PolicyRun& baseline,
                      double ShiftFigures::*value) {
  std::vector<double> values;
  for (size_t s = 0; s < run.shifts.size(); ++s) {
    values.push_back(run.shifts[s].figures.*value - baseline.shifts[s].figures.*value);
  }
  return EstimateMean(values);
}

std::string TableText(const Comparison& comparison) {
  std::string text =
      absl::StrFormat("%s: %s, %d seeds (%d to %d), mean and 95 %% interval\n\n",
                      comparison.scenario, absl::FormatDuration(comparison.length),
                      comparison.seeds.size(), comparison.seeds.front(), comparison.seeds.back());
  // Two tables: all of it would be wider than a terminal.
  const size_t half = std::size(kMetrics) / 2;
  for (const auto& [from, to] :
       {std::pair{size_t{0}, half}, std::pair{half, std::size(kMetrics)}}) {
    std::vector<std::string> headings = {"policy"};
    for (size_t m = from; m < to; ++m) headings.push_back(absl::StrCat(">", kMetrics[m].heading));
    ctl::Table table(headings);
    for (const PolicyRun& run : comparison.policies) {
      std::vector<std::string> cells = {run.name};
      for (size_t m = from; m < to; ++m) {
        cells.push_back(Text(MeanOf(run, kMetrics[m].value), kMetrics[m]));
      }
      table.Add(std::move(cells));
    }
    absl::StrAppend(&text, table.Text(), "\n");
  }
  if (comparison.policies.size() < 2) return text;
  const PolicyRun& baseline = comparison.policies.front();
  absl::StrAppend(&text, "Difference to ", baseline.name, ", seed by seed\n\n");
  std::vector<std::string> headings = {"policy"};
  for (size_t m = 0; m < half; ++m) headings.push_back(absl::StrCat(">", kMetrics[m].heading));
  ctl::Table table(headings);
  for (size_t p = 1; p < comparison.policies.size(); ++p) {
    const PolicyRun& run = comparison.policies[p];
    std::vector<std::string> cells = {run.name};
    for (size_t m = 0; m < half; ++m) {
      cells.push_back(Text(DifferenceOf(run, baseline, kMetrics[m].value), kMetrics[m]));
    }
    table.Add(std::move(cells));
  }
  absl::StrAppend(&text, table.Text());
  return text;
}

std::string JsonLines(const Comparison& comparison) {
  std::string text;
  for (const PolicyRun& run : comparison.policies) {
    for (const Metric& metric : kMetrics) {
      const Estimate mean = MeanOf(run, metric.value);
      const Estimate difference = DifferenceOf(run, comparison.policies.front(), metric.value);
      json::Writer row;
      row.BeginObject();
      row.Field("scenario", comparison.scenario);
      row.Field("policy", run.name);
      row.Field("metric", metric.key);
      row.Field("mean", mean.mean);
      row.Field("half_width_95", mean.half_width);
      row.Field("difference", difference.mean);
      row.Field("difference_half_width_95", difference.half_width);
      row.Field("seeds", comparison.seeds.size());
      row.EndObject();
      absl::StrAppend(&text, row.Take(), "\n");
    }
  }
  return text;
}

std::string ShiftsCsv(const Comparison& comparison) {
  std::string text = "policy,seed";
  for (const Metric& metric : kMetrics) absl::StrAppend(&text, ",", metric.key);
  text += "\n";
  for (const PolicyRun& run : comparison.policies) {
    for (size_t s = 0; s < run.shifts.size(); ++s) {
      absl::StrAppend(&text, run.name, ",", comparison.seeds[s]);
      for (const Metric& metric : kMetrics) {
        absl::StrAppendFormat(&text, ",%.9g", run.shifts[s].figures.*metric.value);
      }
      text += "\n";
    }
  }
  return text;
}

std::string SeriesCsv(const Comparison& comparison) {
  std::string text = "minutes";
  for (const PolicyRun& run : comparison.policies) absl::StrAppend(&text, ",", run.name);
  text += "\n";
  const size_t steps = comparison.policies.front().shifts.front().wait_series_seconds.size();
  for (size_t i = 0; i < steps; ++i) {
    absl::StrAppend(&text, static_cast<double>(i) * absl::ToDoubleMinutes(kSeriesStep));
    for (const PolicyRun& run : comparison.policies) {
      const double mean = MeanWaitAt(run, i);
      text += std::isnan(mean) ? "," : absl::StrFormat(",%.9g", mean);
    }
    text += "\n";
  }
  return text;
}

}  // namespace evenkeel::lab
