#include "common/stats/dispersion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>

#include "common/testing/reference_rows.h"

namespace evenkeel::stats {
namespace {

struct Case {
  std::vector<double> amounts, capacities;
  Row expected;
};

constexpr std::array<std::string_view, 9> kKeys = {
    "mean",          "sd",          "cv",         "jain", "gini", "noise_corrected_cv",
    "weighted_mean", "weighted_sd", "weighted_cv"};

absl::Status ReadNumbers(json::Value value, std::vector<double>& out) {
  json::Array array(value);
  while (array.Next()) EVENKEEL_RETURN_IF_ERROR(array.value().Read(out.emplace_back()));
  return array.Finish();
}

absl::StatusOr<std::vector<Case>> ReadCases() {
  std::ifstream file(EVENKEEL_SOURCE_DIR "/tests/data/dispersion.json");
  std::stringstream text;
  text << file.rdbuf();
  std::vector<std::string_view> keys = {"x", "capacity"};
  keys.insert(keys.end(), kKeys.begin(), kKeys.end());
  std::vector<Case> cases;
  EVENKEEL_RETURN_IF_ERROR(
      ForEachRow(text.str(), "dispersion", [&](json::Value value) -> absl::Status {
        Case& row = cases.emplace_back();
        row.expected.resize(kKeys.size());
        json::Object object(value);
        while (object.Next(keys)) {
          if (object.field() == 0) {
            EVENKEEL_RETURN_IF_ERROR(ReadNumbers(object.value(), row.amounts));
          } else if (object.field() == 1) {
            EVENKEEL_RETURN_IF_ERROR(ReadNumbers(object.value(), row.capacities));
          } else {
            EVENKEEL_RETURN_IF_ERROR(
                object.value().Read(row.expected[static_cast<size_t>(object.field()) - 2]));
          }
        }
        return object.Finish({0});
      }));
  return cases;
}

void ExpectClose(std::optional<double> ours, std::optional<double> expected, double relative,
                 double absolute) {
  ASSERT_EQ(ours.has_value(), expected.has_value());
  if (ours) {
    EXPECT_NEAR(*ours, *expected, std::max(relative * std::abs(*expected), absolute));
  }
}

TEST(DispersionTest, MatchesTheReference) {
  const auto cases = ReadCases();
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_GE(cases->size(), 20u);
  for (const Case& row : *cases) {
    SCOPED_TRACE(testing::PrintToString(row.amounts));
    ExpectClose(Mean(row.amounts), row.expected[0], 1e-12, 1e-9);
    const std::optional<double> variance = PopulationVariance(row.amounts);
    ASSERT_EQ(variance.has_value(), row.expected[1].has_value());
    if (variance) ExpectClose(std::sqrt(*variance), row.expected[1], 1e-12, 1e-9);
    ExpectClose(CoefficientOfVariation(row.amounts), row.expected[2], 1e-12, 1e-9);
    ExpectClose(JainIndex(row.amounts), row.expected[3], 1e-12, 1e-9);
    ExpectClose(GiniIndex(row.amounts), row.expected[4], 1e-12, 1e-9);
    ExpectClose(NoiseCorrectedCv(row.amounts), row.expected[5], 1e-9, 1e-7);
    if (row.capacities.empty()) continue;
    const auto weighted = DispersionByCapacity(row.amounts, row.capacities);
    ASSERT_TRUE(weighted.has_value());
    ExpectClose(weighted->mean, row.expected[6], 1e-12, 1e-9);
    ExpectClose(weighted->standard_deviation, row.expected[7], 1e-12, 1e-9);
    ExpectClose(weighted->cv, row.expected[8], 1e-12, 1e-9);
  }
}

// Of values in any order, by their ranks.
double SortedGini(std::vector<double> amounts) {
  std::sort(amounts.begin(), amounts.end());
  const auto n = static_cast<long double>(amounts.size());
  long double differences = 0, total = 0;
  for (size_t i = 0; i < amounts.size(); ++i) {
    total += amounts[i];
    const auto below = static_cast<long double>(i);
    if (i > 0)
      differences += (amounts[i] - static_cast<long double>(amounts[i - 1])) * below * (n - below);
  }
  return static_cast<double>(differences / (n * total));
}

// However the amounts lie: alike but for one, in few heaps, over many powers of ten, in crowds too
// large to be put in order by buckets.
TEST(DispersionTest, Fair11GiniHoldsForAmountsOfEveryShape) {
  std::mt19937_64 random(6);
  std::uniform_real_distribution<double> uniform(0, 1);
  const std::function<double(size_t)> shapes[] = {
      [&](size_t) { return uniform(random); },
      [&](size_t) { return 10 + 1e-9 * uniform(random); },
      [&](size_t) { return std::exp(40 * uniform(random)); },
      [&](size_t i) { return i == 0 ? 1e6 : uniform(random); },
      [&](size_t i) { return i == 0 ? 0 : 10 + 1e-6 * uniform(random); },
      [&](size_t) { return static_cast<double>(random() % 3); },
      [&](size_t i) { return i % 2 == 0 ? 0 : 1 + uniform(random); },
      [&](size_t i) { return static_cast<double>(i); },
      [&](size_t i) { return 1e-280 / static_cast<double>(1 + i); },
  };
  for (const size_t size : {2, 3, 4, 5, 9, 10, 64, 200, 1001, 15'999, 16'000, 16'001, 70'000}) {
    for (const auto& shape : shapes) {
      std::vector<double> amounts(size);
      for (size_t i = 0; i < size; ++i) amounts[i] = shape(i);
      std::shuffle(amounts.begin(), amounts.end(), random);
      if (!CoefficientOfVariation(amounts)) continue;  // all are 0
      const double expected = SortedGini(amounts);
      ASSERT_NEAR(*GiniIndex(amounts), expected, 1e-12 * expected)
          << size << " " << &shape - shapes;
    }
  }
}

TEST(DispersionTest, Fair11EqualAmountsHaveNoSpreadAtAll) {
  for (const double amount : {1.0 / 3, 0.1, 1e-300, 7e200}) {
    const std::vector<double> amounts(7, amount);
    EXPECT_EQ(CoefficientOfVariation(amounts), 0);
    EXPECT_EQ(JainIndex(amounts), 1);
    EXPECT_EQ(GiniIndex(amounts), 0);
    EXPECT_EQ(DispersionByCapacity(amounts, std::vector<double>(7, 0.3))->cv, 0);
  }
}

TEST(DispersionTest, UndefinedIsNeitherZeroNorNan) {
  EXPECT_FALSE(Mean({}).has_value());
  EXPECT_FALSE(DispersionByCapacity({}, {}).has_value());
  const std::vector<double> zeros = {0, 0};
  EXPECT_EQ(Mean(zeros), 0);
  EXPECT_FALSE(CoefficientOfVariation(zeros).has_value());
  EXPECT_FALSE(JainIndex(zeros).has_value());
  EXPECT_FALSE(GiniIndex(zeros).has_value());
  EXPECT_FALSE(NoiseCorrectedCv(zeros).has_value());
  EXPECT_FALSE(DispersionByCapacity(zeros, std::vector<double>{1, 2})->cv.has_value());
}

TEST(DispersionTest, ScaleOrderAndRangeHoldOnRandomAmounts) {
  std::mt19937_64 random(5);
  std::exponential_distribution<double> exponential(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> amounts(1 + static_cast<size_t>(round) % 17);
    for (double& amount : amounts) amount = exponential(random);
    std::vector<double> scaled = amounts;
    for (double& amount : scaled) amount *= 1e200;  // no overflow either
    std::shuffle(scaled.begin(), scaled.end(), random);
    const auto n = static_cast<double>(amounts.size());
    EXPECT_NEAR(*JainIndex(amounts), *JainIndex(scaled), 1e-12);
    EXPECT_NEAR(*GiniIndex(amounts), *GiniIndex(scaled), 1e-12);
    EXPECT_GE(*JainIndex(amounts), 1 / n - 1e-12);
    EXPECT_LE(*JainIndex(amounts), 1 + 1e-12);
    EXPECT_GE(*GiniIndex(amounts), 0);
    EXPECT_LE(*GiniIndex(amounts), 1 - 1 / n + 1e-12);
    // Jain's index and the CV say the same.
    const double cv = *CoefficientOfVariation(amounts);
    EXPECT_NEAR(*JainIndex(amounts), 1 / (1 + cv * cv), 1e-12);
    // The definition, pair by pair.
    double pairs = 0;
    for (const double x : amounts) {
      for (const double y : amounts) pairs += std::abs(x - y);
    }
    EXPECT_NEAR(*GiniIndex(amounts), pairs / (2 * n * n * *Mean(amounts)), 1e-12);
    // Proportional to capacity is fair.
    EXPECT_NEAR(*DispersionByCapacity(amounts, amounts)->cv, 0, 1e-12);
  }
}

}  // namespace
}  // namespace evenkeel::stats
