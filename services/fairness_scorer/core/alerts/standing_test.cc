#include "services/fairness_scorer/core/alerts/standing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "common/testing/reference_rows.h"

namespace evenkeel::fairness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<AgentWorkload> WithContacts(const std::vector<double>& contacts) {
  std::vector<AgentWorkload> agents;
  for (const double count : contacts) {
    AgentWorkload& agent = agents.emplace_back();
    agent.agent_id = "a" + std::to_string(agents.size());
    agent.contacts = count;
  }
  return agents;
}

Standing Judge(const std::vector<AgentWorkload>& agents, const ScoreOptions& options = {}) {
  const auto score = ScoreGroup(agents, options);
  EXPECT_TRUE(score.ok()) << score.status();
  return StandingOf(agents, *score, options, {});
}

std::vector<std::string> Ids(const std::vector<AgentStanding>& standing) {
  std::vector<std::string> ids;
  for (const AgentStanding& agent : standing) ids.push_back(agent.agent_id);
  return ids;
}

// scipy 1.10.1: scipy.stats.chi2.sf(x, degrees)
TEST(ChiSquareTest, Fair5TailIsNearTheExactOne) {
  EXPECT_NEAR(ChiSquareTail(20.515005652432873, 5), 0.001, 2e-4);
  EXPECT_NEAR(ChiSquareTail(27.877164871256575, 9), 0.001, 2e-4);
  EXPECT_NEAR(ChiSquareTail(43.82019596448473, 19), 0.001, 2e-4);
  EXPECT_NEAR(ChiSquareTail(85.35056460453174, 49), 0.001, 2e-4);
  EXPECT_NEAR(ChiSquareTail(18.337652896756472, 19), 0.5, 2e-3);
  EXPECT_GT(ChiSquareTail(0, 19), 0.999);
}

// FAIR-6
TEST(ThrottleDurationTest, Fair6MatchesTheReference) {
  std::ifstream file(EVENKEEL_SOURCE_DIR "/tests/data/fairness_smoothing.json");
  std::stringstream text;
  text << file.rdbuf();
  const std::string_view keys[] = {"current_load", "target_load", "aht_s", "duration_s"};
  const auto rows = stats::ReadRows(text.str(), "throttle", keys);
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 8u);
  for (const stats::Row& row : *rows) {
    EXPECT_NEAR(absl::ToDoubleSeconds(ThrottleDuration(*row[0], *row[1], absl::Seconds(*row[2]))),
                *row[3], 1e-6);
  }
}

TEST(StandingTest, Fair4NamesThoseWhoStandOutMostFirst) {
  std::vector<double> contacts(20, 10);
  contacts[3] = 30;
  contacts[7] = 26;
  contacts[11] = 2;
  const Standing standing = Judge(WithContacts(contacts));
  EXPECT_THAT(Ids(standing.overloaded), ElementsAre("a4", "a8"));
  EXPECT_THAT(Ids(standing.underutilized), ElementsAre("a12"));
  EXPECT_LT(*standing.chance_probability, 0.001);
  EXPECT_NEAR(standing.overloaded[0].fair, (17 * 10 + 30 + 26 + 2) / 20.0, 1e-9);
}

// Half the time on queue is half the fair share, and so is half the capacity.
TEST(StandingTest, Fair2AFairShareIsOfTheAgentsOwnTimeAndCapacity) {
  std::vector<AgentWorkload> agents = WithContacts({20, 20, 20, 10, 10, 20});
  agents[3].on_queue_seconds = 1800;
  agents[4].capacity = 0.5;
  const Standing standing = Judge(agents);
  EXPECT_THAT(standing.overloaded, IsEmpty());
  EXPECT_THAT(standing.underutilized, IsEmpty());
  EXPECT_GT(*standing.chance_probability, 0.99);
}

TEST(StandingTest, Fair5NobodyIsNamedWhereNothingIsKnown) {
  EXPECT_EQ(Judge({}).chance_probability, std::nullopt);
  EXPECT_EQ(Judge(WithContacts({0, 0, 0})).chance_probability, std::nullopt);
  EXPECT_EQ(Judge(WithContacts({5})).chance_probability, std::nullopt);
}

// FAIR-5: of fair groups about one in a thousand is beyond the bar, in either measure.
TEST(StandingTest, Fair5ChanceIsRarelyTakenForBias) {
  std::mt19937 random(17);
  int beyond[2] = {0, 0}, groups = 0;
  for (; groups < 4000; ++groups) {
    std::vector<double> contacts(20);
    for (double& count : contacts) count = std::poisson_distribution<int>(10)(random);
    std::vector<AgentWorkload> agents = WithContacts(contacts);
    std::exponential_distribution<double> talk(1 / 180.0);
    for (AgentWorkload& agent : agents) {
      for (int i = 0; i < agent.contacts; ++i) agent.talk_seconds += talk(random);
    }
    ScoreOptions load;
    load.measure = Measure::kLoad;
    beyond[0] += *Judge(agents).chance_probability < 0.001;
    beyond[1] += *Judge(agents, load).chance_probability < 0.001;
  }
  EXPECT_LE(beyond[0], 16);  // 4 expected
  EXPECT_LE(beyond[1], 40);  // sums of exponentials have a heavier tail
}

// Nobody's place in the list matters, nor the unit of time.
TEST(StandingTest, Fair2IsFreeOfOrderAndScale) {
  std::mt19937 random(23);
  for (int round = 0; round < 200; ++round) {
    std::vector<AgentWorkload> agents = WithContacts(std::vector<double>(2 + random() % 30));
    for (AgentWorkload& agent : agents) {
      agent.contacts = random() % 30;
      agent.on_queue_seconds = 900 + random() % 2700;
      agent.capacity = 0.5 + (random() % 100) / 100.0;
    }
    const Standing before = Judge(agents);
    std::shuffle(agents.begin(), agents.end(), random);
    for (AgentWorkload& agent : agents) *agent.capacity *= 8;  // exact in binary
    const Standing after = Judge(agents);
    ASSERT_EQ(before.chance_probability.has_value(), after.chance_probability.has_value());
    if (before.chance_probability) {
      EXPECT_NEAR(*before.chance_probability, *after.chance_probability, 1e-9);
    }
    EXPECT_THAT(Ids(after.overloaded), testing::UnorderedElementsAreArray(Ids(before.overloaded)));
    EXPECT_THAT(Ids(after.underutilized),
                testing::UnorderedElementsAreArray(Ids(before.underutilized)));
  }
}

}  // namespace
}  // namespace evenkeel::fairness
