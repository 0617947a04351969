// SIM-1: arrivals.
#include "tools/genesys_sim/engine/arrivals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tools/genesys_sim/engine/small_centre.h"

namespace evenkeel::sim {
namespace {

CallType Type(std::vector<RatePeriod> rates, double dispersion_ratio) {
  CallType type;
  type.rates = std::move(rates);
  type.dispersion_ratio = dispersion_ratio;
  type.talk = Exponential(60);
  return type;
}

Scenario Only(const CallType& type, absl::Duration repeat) {
  Scenario scenario;
  scenario.repeat = repeat;
  scenario.call_types = {type};
  return scenario;
}

std::vector<double> CountsPerFiveMinutes(const CallType& type, absl::Duration repeat, uint64_t seed,
                                         size_t periods) {
  Arrivals arrivals(Only(type, repeat), 0, seed);
  std::vector<double> counts(periods);
  Call call;
  int64_t last = 0;
  while (arrivals.Next(call)) {
    EXPECT_GE(call.arrival, last);
    last = call.arrival;
    const auto period = static_cast<size_t>(call.arrival / 300'000'000);
    if (period >= periods) break;
    ++counts[period];
  }
  return counts;
}

double Mean(const std::vector<double>& counts) {
  double sum = 0;
  for (const double c : counts) sum += c;
  return sum / static_cast<double>(counts.size());
}

double VarianceToMean(const std::vector<double>& counts) {
  const double mean = Mean(counts);
  double squares = 0;
  for (const double c : counts) squares += (c - mean) * (c - mean);
  return squares / static_cast<double>(counts.size() - 1) / mean;
}

TEST(ArrivalsTest, Sim1CountsHaveTheRateAndTheDispersionAskedFor) {
  for (const double dispersion : {1.0, 3.0, 8.0}) {
    for (uint64_t seed = 1; seed <= 3; ++seed) {
      const auto counts = CountsPerFiveMinutes(Type({{absl::ZeroDuration(), 240}}, dispersion),
                                               absl::Hours(24), seed, 4000);
      EXPECT_NEAR(Mean(counts), 20, 5 * std::sqrt(20 * dispersion / 4000)) << dispersion;
      EXPECT_NEAR(VarianceToMean(counts) / dispersion, 1, 0.15) << dispersion;
    }
  }
}

TEST(ArrivalsTest, Sim1RatesFollowTheirPeriodsAndRepeat) {
  const CallType type =
      Type({{absl::ZeroDuration(), 600}, {absl::Minutes(20), 0}, {absl::Minutes(40), 1800}}, 1);
  const auto counts = CountsPerFiveMinutes(type, absl::Hours(1), 5, 12 * 200);
  std::map<size_t, double> by_third;
  for (size_t i = 0; i < counts.size(); ++i) by_third[i % 12 / 4] += counts[i] / 200;
  EXPECT_NEAR(by_third[0], 200, 5);
  EXPECT_EQ(by_third[1], 0);
  EXPECT_NEAR(by_third[2], 600, 9);
}

TEST(ArrivalsTest, NoCallsEndTheStream) {
  Arrivals none(Only(Type({{absl::ZeroDuration(), 0}}, 3), absl::Hours(1)), 0, 1);
  Call call;
  EXPECT_FALSE(none.Next(call));
}

TEST(ArrivalsTest, Sim1CallsDependOnSeedAndTypeAlone) {
  const CallType type = Type({{absl::ZeroDuration(), 600}}, 3);
  const auto calls = [&](uint64_t seed, uint64_t number) {
    Scenario scenario = Only(type, absl::Hours(24));
    scenario.call_types.resize(number + 1, type);
    Arrivals arrivals(scenario, number, seed);
    std::vector<double> figures;
    Call call;
    for (int i = 0; i < 200; ++i) {
      arrivals.Next(call);
      figures.insert(figures.end(), {static_cast<double>(call.arrival), call.talk_seconds});
    }
    return figures;
  };
  EXPECT_EQ(calls(1, 0), calls(1, 0));
  EXPECT_NE(calls(1, 0), calls(2, 0));
  EXPECT_NE(calls(1, 0), calls(1, 1));
}

TEST(ArrivalsTest, HoldIsPutOnItsShareOfCalls) {
  CallType type = Type({{absl::ZeroDuration(), 600}}, 1);
  type.hold_share_ratio = 0.25;
  type.hold = Constant(30);
  type.after_call = Constant(10);
  Arrivals arrivals(Only(type, absl::Hours(24)), 0, 1);
  int held = 0;
  Call call;
  for (int i = 0; i < 10'000; ++i) {
    arrivals.Next(call);
    held += call.hold_seconds > 0 ? 1 : 0;
    EXPECT_EQ(call.after_call_seconds, 10);
    EXPECT_TRUE(std::isinf(call.patience_seconds));
  }
  EXPECT_NEAR(held, 2500, 200);
}

}  // namespace
}  // namespace evenkeel::sim
