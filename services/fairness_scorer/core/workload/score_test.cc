#include "services/fairness_scorer/core/workload/score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>

#include "common/base/error_details.h"
#include "common/testing/reference_rows.h"
#include "services/fairness_scorer/core/workload/load.h"

namespace evenkeel::fairness {
namespace {

using testing::Contains;
using testing::Field;

std::vector<stats::Row> Reference(std::string_view section,
                                  std::initializer_list<std::string_view> keys) {
  std::ifstream file(EVENKEEL_SOURCE_DIR "/tests/data/fairness_load.json");
  std::stringstream text;
  text << file.rdbuf();
  const std::vector<std::string_view> names(keys);
  const auto rows = stats::ReadRows(text.str(), section, names);
  EXPECT_TRUE(rows.ok()) << rows.status();
  EXPECT_FALSE(rows->empty());
  return *rows;
}

void ExpectClose(double ours, double expected) {
  EXPECT_NEAR(ours, expected, std::max(1e-9, 1e-12 * std::abs(expected)));
}

// FAIR-1
TEST(LoadTest, Fair1MatchesTheReference) {
  for (const auto& row : Reference(
           "effective_load", {"talk_s", "acw_s", "acw_weight", "capacity", "effective_load_s"})) {
    ExpectClose(EffectiveLoadSeconds(*row[0], *row[1], 0, *row[2], *row[3]), *row[4]);
  }
  for (const auto& row : Reference("effective_capacity", {"base_capacity", "skill_modifier",
                                                          "utilization", "effective_capacity"})) {
    ExpectClose(EffectiveCapacity(*row[0], *row[1], *row[2]), *row[3]);
  }
  for (const auto& row :
       Reference("occupancy", {"talk_s", "acw_s", "hold_s", "interval_s", "occupancy"})) {
    ExpectClose(OccupancyRatio(*row[0], *row[1], *row[2], *row[3]), *row[4]);
  }
}

std::vector<AgentWorkload> WithContacts(const std::vector<double>& contacts) {
  std::vector<AgentWorkload> agents;
  for (const double count : contacts) {
    AgentWorkload& agent = agents.emplace_back();
    agent.agent_id = "a" + std::to_string(agents.size());
    agent.contacts = count;
  }
  return agents;
}

// FAIR-2: with an hour on queue each and equal capacity, the figures are those of the counts.
TEST(ScoreTest, Fair2ReducesToThePlainFiguresForEqualAgents) {
  const auto score = ScoreGroup(WithContacts({8, 12, 10, 10, 20}), {});
  ASSERT_TRUE(score.ok()) << score.status();
  const Dispersion& d = score->dispersion;
  const double mean = 12, variance = (16 + 0 + 4 + 4 + 64) / 5.0;
  ExpectClose(*d.cv, std::sqrt(variance) / mean);
  ExpectClose(*d.unweighted_cv, *d.cv);
  ExpectClose(*d.corrected_cv, std::sqrt(variance / mean / mean - 1 / mean));
  ExpectClose(*d.mean_rate_per_hour, 12);
  ExpectClose(*d.mean_contacts, 12);
  EXPECT_EQ(d.agents, 5);
  EXPECT_EQ(d.band, Band::kHealthy);
}

TEST(ScoreTest, Fair2BandsIncludeBothEndsOfWarning) {
  EXPECT_EQ(BandOf(std::nextafter(0.25, 0)), Band::kHealthy);
  EXPECT_EQ(BandOf(0.25), Band::kWarning);
  EXPECT_EQ(BandOf(0.35), Band::kWarning);
  EXPECT_EQ(BandOf(std::nextafter(0.35, 1)), Band::kCritical);
}

// FAIR-2: an agent of lower capacity who handles less in proportion is treated fairly.
TEST(ScoreTest, Fair2WorkInProportionToCapacityAndTimeIsFair) {
  std::vector<AgentWorkload> agents = WithContacts({12, 7, 6, 24, 12});
  agents[1].capacity = 7.0 / 12;
  agents[2].on_queue_seconds = 1800;
  agents[3].base_capacity = 2;
  const auto score = ScoreGroup(agents, {});
  ASSERT_TRUE(score.ok());
  EXPECT_NEAR(*score->dispersion.cv, 0, 1e-12);
  EXPECT_EQ(*score->dispersion.corrected_cv, 0);
}

TEST(ScoreTest, Fair2LeavesOutAgentsShortOnQueue) {
  std::vector<AgentWorkload> agents = WithContacts({10, 10, 10, 10, 10, 100});
  agents[5].on_queue_seconds = 899;
  auto score = ScoreGroup(agents, {});
  EXPECT_TRUE(score->agents[5].left_out);
  EXPECT_EQ(score->dispersion.agents, 5);
  EXPECT_EQ(*score->dispersion.cv, 0);
  agents[5].on_queue_seconds = 900;
  EXPECT_EQ(ScoreGroup(agents, {})->dispersion.agents, 6);
}

TEST(ScoreTest, Fair5SmallGroupsAreNotJudged) {
  EXPECT_EQ(ScoreGroup(WithContacts({1, 100, 1, 1}), {})->dispersion.band, Band::kUnknown);
  EXPECT_EQ(ScoreGroup(WithContacts({1, 100, 1, 1, 1}), {})->dispersion.band, Band::kCritical);
}

TEST(ScoreTest, UndefinedIsAbsentNotZero) {
  const auto empty = ScoreGroup({}, {});
  ASSERT_TRUE(empty.ok());
  EXPECT_FALSE(empty->dispersion.cv.has_value());
  const auto idle = ScoreGroup(WithContacts({0, 0, 0, 0, 0}), {});
  EXPECT_FALSE(idle->dispersion.cv.has_value());
  EXPECT_FALSE(idle->dispersion.corrected_cv.has_value());
  EXPECT_EQ(idle->dispersion.mean_rate_per_hour, 0);
  EXPECT_EQ(idle->dispersion.band, Band::kUnknown);
}

// FAIR-2: perfectly random assignment is not unfair. 20 agents, 8 contacts each on average: the raw
// CV is critical in about 42 % of cases, the corrected one almost never.
TEST(ScoreTest, Fair2ChanceAloneIsNotCalledUnfair) {
  std::mt19937 random(1000);
  std::poisson_distribution<int> contacts(8);
  int raw_critical = 0, corrected_critical = 0;
  constexpr int kRounds = 4000;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> counts(20);
    for (double& count : counts) count = contacts(random);
    const auto score = ScoreGroup(WithContacts(counts), {});
    raw_critical += BandOf(*score->dispersion.cv) == Band::kCritical;
    corrected_critical += BandOf(*score->dispersion.corrected_cv) == Band::kCritical;
  }
  EXPECT_GT(raw_critical, 0.35 * kRounds);
  EXPECT_LT(corrected_critical, 0.01 * kRounds);
}

// The chance part holds for unequal times and capacities too: over many rounds the squared CV of
// random work is the corrected part's complement.
TEST(ScoreTest, Fair2ChancePartFitsUnequalAgents) {
  std::mt19937 random(1001);
  double squared = 0, corrected_squared = 0;
  constexpr int kRounds = 3000, kAgents = 60;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<AgentWorkload> agents;
    for (int i = 0; i < kAgents; ++i) {
      AgentWorkload& agent = agents.emplace_back();
      agent.agent_id = std::to_string(i);
      agent.on_queue_seconds = i % 3 == 0 ? 1200 : 3600;
      agent.capacity = i % 2 == 0 ? 0.7 : 1.2;
      std::poisson_distribution<int> contacts(9 * *agent.on_queue_seconds / 3600 * *agent.capacity);
      agent.contacts = contacts(random);
    }
    const Dispersion d = ScoreGroup(agents, {})->dispersion;
    squared += *d.cv * *d.cv;
    corrected_squared += *d.corrected_cv * *d.corrected_cv;
  }
  EXPECT_GT(squared / kRounds, 0.10);
  // What is left is the fluctuation of the estimate, cut off at zero.
  EXPECT_LT(corrected_squared / squared, 0.15);
}

TEST(ScoreTest, Fair2LoadCountsAfterCallWorkAndHoldAsConfigured) {
  std::vector<AgentWorkload> agents = WithContacts({10, 10});
  agents[0].talk_seconds = 1000;
  agents[0].acw_seconds = 500;
  agents[0].hold_seconds = 100;
  agents[1].talk_seconds = 1250;
  ScoreOptions options;
  options.measure = Measure::kLoad;
  options.acw_weight = 0.3;
  EXPECT_EQ(*ScoreGroup(agents, options)->dispersion.cv, 0);
  options.include_hold = false;
  EXPECT_GT(*ScoreGroup(agents, options)->dispersion.cv, 0);
  EXPECT_EQ(ScoreGroup(agents, options)->agents[0].effective_load_seconds, 1150);
  EXPECT_DOUBLE_EQ(ScoreGroup(agents, options)->agents[0].occupancy_ratio, 1600.0 / 3600);
}

// What must hold whatever the input: order does not matter, scale does not matter.
TEST(ScoreTest, IsInvariantToOrderAndUnitOfCapacity) {
  std::mt19937 random(1002);
  for (int round = 0; round < 200; ++round) {
    std::vector<AgentWorkload> agents;
    for (int i = 0; i < 12; ++i) {
      AgentWorkload& agent = agents.emplace_back();
      agent.agent_id = std::to_string(i);
      agent.contacts = random() % 30;
      agent.on_queue_seconds = 900 + random() % 2700;
      agent.capacity = 0.5 + (random() % 100) / 100.0;
    }
    const Dispersion before = ScoreGroup(agents, {})->dispersion;
    std::shuffle(agents.begin(), agents.end(), random);
    for (AgentWorkload& agent : agents) *agent.capacity *= 4;
    const Dispersion after = ScoreGroup(agents, {})->dispersion;
    EXPECT_NEAR(*before.cv, *after.cv, 1e-9);
    EXPECT_NEAR(*before.gini, *after.gini, 1e-9);
    EXPECT_NEAR(*before.corrected_cv, *after.corrected_cv, 1e-7);
    EXPECT_LE(*after.corrected_cv, *after.cv);
  }
}

// Finite figures of any size end in figures, or in a refusal; never in a band made of NaN.
TEST(ScoreTest, HugeAndTinyFiguresAreRefusedOrScored) {
  const double kOdd[] = {0, 1e-320, 1e-300, 1e-9, 1e-6, 1, 1e9, 1.1e9, 1e100, 1e308};
  int scored = 0;
  for (const double contacts : kOdd) {
    for (const double capacity : kOdd) {
      for (const double on_queue : kOdd) {
        std::vector<AgentWorkload> agents = WithContacts({contacts, contacts, 1, 2, contacts});
        for (AgentWorkload& agent : agents) {
          agent.capacity = capacity;
          agent.on_queue_seconds = on_queue;
        }
        ScoreOptions options;
        options.min_on_queue_seconds = 0;
        const auto score = ScoreGroup(agents, options);
        const bool sound =
            contacts <= 1e9 && capacity >= 1e-6 && capacity <= 1e9 && on_queue <= 1e9;
        ASSERT_EQ(score.ok(), sound) << contacts << " " << capacity << " " << on_queue;
        if (!sound) continue;
        EXPECT_EQ(score->dispersion.agents, on_queue < 1 ? 0 : 5);
        for (const auto& figure : {score->dispersion.cv, score->dispersion.corrected_cv,
                                   score->dispersion.jain, score->dispersion.gini}) {
          EXPECT_TRUE(std::isfinite(figure.value_or(0)));
        }
        scored += score->dispersion.cv ? 1 : 0;
      }
    }
  }
  EXPECT_GT(scored, 20);
}

TEST(ScoreTest, NamesEveryWrongField) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  std::vector<AgentWorkload> agents = WithContacts({1, -1, kNan});
  agents[0].capacity = 0;
  agents[1].agent_id = "a1";
  agents[2].utilization = 1.5;
  agents[2].on_queue_seconds = std::numeric_limits<double>::infinity();
  ScoreOptions options;
  options.interval_seconds = 0;
  options.acw_weight = 2;
  const absl::Status status = ScoreGroup(agents, options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  std::vector<std::string> fields;
  for (const auto& violation : GetViolations(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields,
              testing::UnorderedElementsAre("agents[0].capacity", "agents[1].contacts",
                                            "agents[1].agent_id", "agents[2].contacts",
                                            "agents[2].utilization", "agents[2].on_queue_seconds",
                                            "options.interval_seconds", "options.acw_weight"));
}

}  // namespace
}  // namespace evenkeel::fairness
