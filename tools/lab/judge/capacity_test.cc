// The figures of the judgement; what it says of the loop is in docs/figures.md.
#include "tools/lab/judge/capacity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/lab/compare/policies.h"

namespace evenkeel::lab {
namespace {

Comparison WithWaits(const std::vector<std::pair<std::string, std::vector<double>>>& waits) {
  Comparison comparison;
  for (const auto& [name, means] : waits) {
    PolicyRun& run = comparison.policies.emplace_back();
    run.name = name;
    for (const double mean : means) run.shifts.emplace_back().figures.mean_wait_seconds = mean;
  }
  return comparison;
}

TEST(CapacityJudgementTest, TheWayIsARatioOfMeansWithItsJackknifeInterval) {
  const Comparison comparison = WithWaits(
      {{"one", {20, 40, 30}}, {"pooled", {2, 4, 3}}, {"loop", {4, 8, 6}}, {"late", {10, 8, 6}}});
  // Each seed alone says the same: (30 - 6) / (30 - 3).
  EXPECT_NEAR(WayGone(comparison, "one", "pooled", "loop").mean, 24.0 / 27, 1e-12);
  EXPECT_NEAR(WayGone(comparison, "one", "pooled", "loop").half_width, 0, 1e-12);
  EXPECT_EQ(WayGone(comparison, "one", "pooled", "one").mean, 0);
  EXPECT_EQ(WayGone(comparison, "one", "pooled", "pooled").mean, 1);
  // Without each seed in turn: 28/31.5, 17/22.5, 21/27.
  const Estimate late = WayGone(comparison, "one", "pooled", "late");
  EXPECT_NEAR(late.mean, 22.0 / 27, 1e-12);
  const double values[] = {28 / 31.5, 17 / 22.5, 21 / 27.0};
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / 3;
  for (const double value : values) squares += (value - mean) * (value - mean);
  EXPECT_NEAR(late.half_width, 4.3027 * std::sqrt(squares * 2 / 3), 1e-9);
}

TEST(CapacityJudgementTest, ReversalsAreOfTheSameMembershipAndHoursAreThoseOfTheDay) {
  PolicyRun run;
  run.shifts.resize(2);
  const auto change = [](const char* agent, const char* queue, bool joins, int minute) {
    return MembershipChange{agent, queue, joins, absl::Minutes(minute)};
  };
  run.shifts[0].changes = {change("a1", "q1", true, 1),  change("a1", "q2", false, 2),
                           change("a1", "q3", true, 59), change("a1", "q2", true, 61),
                           change("a2", "q2", true, 61), change("a1", "q2", false, 90)};
  run.shifts[1].changes = {change("a1", "q2", true, 5)};  // another day
  const Churn churn = ChurnOf(run, absl::Hours(2));
  EXPECT_DOUBLE_EQ(churn.reversals_per_queue_hour, 2.0 / (4 * kTypes));
  EXPECT_DOUBLE_EQ(churn.changes_per_agent_hour, 7.0 / (4 * kTypes * kAgentsOfType));
  EXPECT_EQ(churn.most_of_an_agent, 2) << "a1 joins q1 and q3 in the first hour";
}

TEST(CapacityJudgementTest, TheCentreIsTheOneOfTheSpecification) {
  for (const CapacityDay& day : ShiftedDays()) {
    const sim::Scenario scenario = SixTypes(day);
    ASSERT_TRUE(sim::Validate(scenario).ok()) << sim::Validate(scenario);
    EXPECT_EQ(scenario.agents.size(), 90u);
    double erlangs = 0;
    for (const sim::CallType& type : scenario.call_types) {
      const MeanLoad load = LoadOf(scenario, type, absl::Hours(8));
      erlangs += load.calls_per_hour * load.handle_seconds / 3600;
    }
    EXPECT_NEAR(erlangs, day.erlangs, 1e-9);
  }
}

TEST(CapacityJudgementTest, PoliciesMayUseTwoQueuesEachAndTheLoopStartsFromYesterdays) {
  const auto run = RunDay(ShiftedDays()[0], {1}, absl::Hours(1));
  ASSERT_TRUE(run.ok()) << run.status();
  ASSERT_EQ(run->comparison.policies.size(), std::size(kJudgedPolicies));
  std::map<std::string, double> wait;
  for (const PolicyRun& policy : run->comparison.policies) {
    wait[policy.name] = policy.shifts[0].figures.mean_wait_seconds;
    EXPECT_EQ(policy.name.starts_with("loop"), !policy.shifts[0].changes.empty()) << policy.name;
  }
  EXPECT_GT(wait["static_one"], wait["static_two"]);
  EXPECT_GT(wait["static_two"], wait["pooled"]);
}

}  // namespace
}  // namespace evenkeel::lab
