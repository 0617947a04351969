// SIM-2: studies of published models.
#include "tools/lab/published/study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/base/error_details.h"
#include "tools/genesys_sim/engine/random.h"
#include "tools/lab/published/erlang_studies.h"
#include "tools/lab/published/study_reader.h"

namespace evenkeel::lab {
namespace {

using ::testing::HasSubstr;

// The full proof is `evenkeel-lab validate`; this is its short form.
TEST(StudyTest, Sim2ShippedModelsGiveThePublishedFigures) {
  const std::vector<Study> studies = ShippedStudies();
  ASSERT_EQ(studies.size(), 5u);
  size_t figures = 0, near = 0;
  for (const Study& study : studies) {
    const StudyRun run = RunStudy(study, 1, 200);
    for (size_t m = 0; m < run.results.size(); ++m) {
      EXPECT_LE(run.results[m].z, 3.29)
          << study.name << ": " << study.measures[m].name << " " << run.results[m].mean
          << ", published " << study.measures[m].published.mean;
      near += run.results[m].z > 1.96 ? 1 : 0;
    }
    figures += run.results.size();
  }
  EXPECT_EQ(figures, 4u + 6u + 13u + 22u + 24u);
  EXPECT_LE(near, figures * 4 / 23);
}

TEST(StudyTest, Sim2SteadyQueuesGiveTheErlangFormulas) {
  for (const Study& study : ErlangStudies()) {
    const StudyRun run = RunStudy(study, 1, 20);
    for (size_t m = 0; m < run.results.size(); ++m) {
      EXPECT_LE(run.results[m].z, 3.29) << study.name << ": " << study.measures[m].name;
      EXPECT_GT(run.results[m].mean, 0);
    }
  }
}

constexpr char kModel[] = R"(
name: small
closes: 2h
queues: [{name: q, service_level: {ratio: 0.8, within: 20s}}]
calls:
  - {queue: q, rates: {per_hour: [60]}, talk: {shape: exponential, mean: 1m}}
agents: [{name: a, queues: [q], joined: [q], headcount: {agents: [1]}}]
study:
  source: nobody
  replications: 50
  period_length: 1h
  staffing_until: 2h
  measures:
    - {name: all, of: [arrived], published: {mean: 120, sd: 10.95, n: 1000, rounding: 0.5}}
    - {name: first, of: [arrived], period: 0, published: {mean: 60, sd: 7.7, n: 1000}}
    - {name: wait, of: [wait_all], per: [arrived], unit: minutes,
       published: {mean: 1, sd: 1, n: 10}}
    - {name: staffed, of: [staffed], unit: hours, divide_by: 2, groups: [a],
       published: {mean: 1, sd: 0, n: 1}}
)";

TEST(StudyTest, CountsAndUnitsAreWhatTheModelSays) {
  const auto study = ParseStudy(kModel);
  ASSERT_TRUE(study.ok()) << study.status();
  const StudyRun run = RunStudy(*study, 7);
  EXPECT_NEAR(run.results[0].mean, 120, 5);
  EXPECT_NEAR(run.results[1].mean, 60, 4);
  EXPECT_NEAR(run.results[0].sd, std::sqrt(120), 4);
  EXPECT_DOUBLE_EQ(run.results[3].mean, 1);
  EXPECT_EQ(run.results[3].z, 0);
  EXPECT_GT(run.contacts, 5000);
}

TEST(StudyTest, SameSeedSameResultsOtherSeedOthers) {
  const auto study = ParseStudy(kModel);
  ASSERT_TRUE(study.ok());
  const StudyRun one = RunStudy(*study, 3), again = RunStudy(*study, 3),
                 other = RunStudy(*study, 4);
  for (size_t m = 0; m < 3; ++m) {
    EXPECT_EQ(one.results[m].mean, again.results[m].mean);
    EXPECT_EQ(one.results[m].sd, again.results[m].sd);
    EXPECT_NE(one.results[m].mean, other.results[m].mean);
  }
}

// |m - mean| <= z sqrt(s^2 / r + sd^2 / n) + rounding, solved for z.
TEST(StudyTest, Sim2TheRuleIsTheTwoSampleOne) {
  const auto study = ParseStudy(kModel);
  ASSERT_TRUE(study.ok());
  Study shifted = *study;
  const Result base = RunStudy(shifted, 5).results[0];
  shifted.measures[0].published = {base.mean - 7, 3, 9, 1};
  const Result result = RunStudy(shifted, 5).results[0];
  EXPECT_NEAR(result.z, (7 - 1) / std::sqrt(base.sd * base.sd / 50 + 1), 1e-9);
  shifted.measures[0].published = {base.mean + 0.5, 3, 9, 1};
  EXPECT_EQ(RunStudy(shifted, 5).results[0].z, 0);
}

TEST(StudyTest, AWrongModelFailsTheRule) {
  const auto study = ParseStudy(kModel);
  ASSERT_TRUE(study.ok());
  auto scenario = std::make_shared<sim::Scenario>(*study->scenario);
  scenario->call_types[0].rates[0].calls_per_hour = 75;
  Study wrong = *study;
  wrong.scenario = scenario;
  EXPECT_GT(RunStudy(wrong, 1).results[0].z, 3.29);
}

TEST(StudyTest, ContactsThatNeverLeaveDoNotHoldItUp) {
  const auto study = ParseStudy(kModel);
  ASSERT_TRUE(study.ok());
  auto scenario = std::make_shared<sim::Scenario>(*study->scenario);
  scenario->staffing_groups.clear();
  for (sim::Agent& agent : scenario->agents) {
    agent.schedule = {{absl::ZeroDuration(), sim::Presence::kOffline},
                      {absl::Seconds(1), sim::Presence::kBreak}};
  }
  for (sim::CallType& type : scenario->call_types) type.patience.reset();
  Study stuck = *study;
  stuck.scenario = scenario;
  EXPECT_EQ(RunStudy(stuck, 1, 3).never_empty, 3);
  EXPECT_EQ(RunStudy(*study, 1, 3).never_empty, 0);
}

TEST(StudyReaderTest, EveryProblemIsNamedWithItsPath) {
  std::string text = kModel;
  const auto change = [&](const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
  };
  change("source: nobody", "colour: red");
  change("of: [arrived], period: 0", "of: [arived], period: -1, calls: [none]");
  change("of: [wait_all]", "of: []");
  change("n: 10}", "n: 0}");
  const absl::Status status = ParseStudy(text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const char* field :
       {"study.source", "study.colour", "study.measures[1].of[0]", "study.measures[1].period",
        "study.measures[1].calls[0]", "study.measures[2].of", "study.measures[2].published.n"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(field));
  }
  // What would measure nothing.
  for (const auto& [from, to, field] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"of: [arrived], period: 0", "of: [arrived], period: 9", "measures[1].period"},
           {"divide_by: 2, groups: [a]", "divide_by: 2, period: 0", "measures[3].of"},
           {"of: [wait_all]", "groups: [a], of: [wait_all]", "measures[2].groups"},
           {"staffing_until: 2h", "staffing_until: -5m", "staffing_until"}}) {
    std::string mute = kModel;
    ASSERT_NE(mute.find(from), std::string::npos) << from;
    mute.replace(mute.find(from), from.size(), to);
    EXPECT_THAT(std::string(ParseStudy(mute).status().message()), HasSubstr(field));
  }
  EXPECT_EQ(ParseStudy("name: x").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ParseStudy("[").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(LoadStudy("/no/such").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace evenkeel::lab
