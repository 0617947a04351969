#include "tools/lab/judge/fairness.h"

#include <gtest/gtest.h>

#include <numeric>

namespace evenkeel::lab {
namespace {

std::vector<uint64_t> Seeds(int count) {
  std::vector<uint64_t> seeds(count);
  std::iota(seeds.begin(), seeds.end(), 1);
  return seeds;
}

TEST(FairnessJudgeTest, ADayIsTheSameAgain) {
  const FairnessDay day{.favoured = 3, .bias = 3};
  EXPECT_EQ(RunFairnessDay(day, Detector::kCorrected, 7).found_after,
            RunFairnessDay(day, Detector::kCorrected, 7).found_after);
  EXPECT_EQ(RunThrottledDay(day, true, 7).throttles, RunThrottledDay(day, true, 7).throttles);
}

// The short form of the bars, on tuning seeds.
TEST(FairnessJudgeTest, Fair5FairDaysAreHardlyEverAlarmedAndTheGuideAlarmsThem) {
  int64_t ours = 0, guide = 0;
  for (const uint64_t seed : Seeds(30)) {  // 4,800 agent-hours
    ours += RunFairnessDay({}, Detector::kCorrected, seed).alarms;
    guide += RunFairnessDay({}, Detector::kGuide, seed).alarms;
  }
  EXPECT_LE(ours, 4);
  EXPECT_GT(guide, 20);
}

TEST(FairnessJudgeTest, Fair4AStrongBiasIsFoundWithinAnHour) {
  const FairnessDay day{.favoured = 3, .bias = 3};
  int found = 0;
  for (const uint64_t seed : Seeds(40)) {
    const auto after = RunFairnessDay(day, Detector::kCorrected, seed).found_after;
    found += after && *after <= absl::Hours(1);
  }
  EXPECT_GE(found, 34);
}

// The oracle, told whom and how much, is sooner, and with its threshold hardly ever wrong.
TEST(FairnessJudgeTest, TheOracleIsSooner) {
  const FairnessDay day{.favoured = 3, .bias = 3};
  const double threshold = CalibrateOracle(day, Seeds(30));
  EXPECT_GT(threshold, 2);
  double oracle = 0, ours = 0;
  for (const uint64_t seed : Seeds(20)) {
    oracle += absl::ToDoubleMinutes(
        RunFairnessDay(day, Detector::kOracle, seed, threshold).found_after.value_or(day.length));
    ours += absl::ToDoubleMinutes(
        RunFairnessDay(day, Detector::kCorrected, seed).found_after.value_or(day.length));
  }
  EXPECT_LT(oracle, ours);
}

// FAIR-6: throttles bring the favoured nearer to their share.
TEST(FairnessJudgeTest, Fair6ThrottlesBringTheFavouredNearerToTheirShare) {
  const FairnessDay day{.favoured = 3, .bias = 3};
  double with = 0, without = 0;
  for (const uint64_t seed : Seeds(5)) {
    const ThrottleRun on = RunThrottledDay(day, true, seed),
                      off = RunThrottledDay(day, false, seed);
    with += on.share_of_favoured / 5;
    without += off.share_of_favoured / 5;
    EXPECT_GT(on.throttles, 10);
    EXPECT_EQ(off.throttles, 0);
  }
  EXPECT_LT(with, without - 0.3);
}

}  // namespace
}  // namespace evenkeel::lab
