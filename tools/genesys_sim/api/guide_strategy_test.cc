// SIM-3, SIM-8: the bullseye strategy of guide 5 and the switches of the guides' stated behaviours,
// as docs/guide_dialect.md says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/contract/guide_centre.h"

namespace evenkeel::sim {
namespace {

using testing::HasSubstr;

TEST_F(GuideWritesTest, Sim3ABullseyeStrategyRoutesByTiers) {
  EXPECT_FALSE(client_->Get(kQueue)["routingStrategy"]["enabled"].truth());
  const JsonTree after = Put(kQueue, Strategy(kSkills));
  const JsonTree& strategy = after["routingStrategy"];
  EXPECT_EQ(strategy["type"].text(), "BULLSEYE");
  ASSERT_EQ(strategy["skills"].size(), 3u);
  EXPECT_EQ(strategy["skills"][0]["skill"]["name"].text(), "Tier1_Specialist");
  EXPECT_EQ(strategy["skills"][0]["priority"].number(), 10);
  EXPECT_EQ(strategy["expansionRules"][2]["waitTime"].number(), 60000);
  client_->Advance(absl::Hours(1));
  // 24.4 Erlangs for ten specialists: most calls reach tier 2, 15 s after they came, some tier 3 at
  // 45 s; none of the rest has to be asked.
  std::map<int, double> tiers = Tiers(kEpoch);
  EXPECT_GT(tiers[1], 30);
  EXPECT_GT(tiers[2], 30);
  EXPECT_GT(tiers[3], 10);
  EXPECT_LT(tiers[4], tiers[3]);
  const JsonTree metrics = client_->Get(absl::StrCat(kQueue, "/metrics"));
  for (const JsonTree& tier : metrics["tiers"].items()) {
    const double opens[] = {0, 0, 15, 45, 105};
    const int number = static_cast<int>(tier["tier"].number());
    EXPECT_GE(tier["p90WaitSeconds"].number() + 1e-9, opens[number]) << number;
    if (number < 4) {
      EXPECT_LE(tier["p90WaitSeconds"].number(), opens[number + 1]) << number;
    }
    EXPECT_EQ(tier["offered"].number(), tier["answered"].number()) << "nobody gives up";
  }
  // Shorter waits open the outer tiers more often.
  Put(kQueue, Strategy(kSkills, R"("expansionRules":[
      {"type":"skill","skillId":"t1","waitTime":1000},{"type":"skill","skillId":"t2","waitTime":1000},
      {"type":"skill","skillId":"t3","waitTime":60000}])"));
  const absl::Time changed = client_->now();
  client_->Advance(absl::Hours(1));
  std::map<int, double> faster = Tiers(changed);
  EXPECT_GT(faster[3] / (faster[1] + faster[2] + faster[3]),
            tiers[3] / (tiers[1] + tiers[2] + tiers[3]) + 0.1);
}

TEST_F(GuideWritesTest, Sim8OmittedSkillsClearAssignmentsUntilTheyAreSentAgain) {
  ASSERT_EQ(AgentsWithSkills(), 30u);
  Put(kQueue, Strategy(kSkills));
  EXPECT_EQ(AgentsWithSkills(), 30u);
  client_->Advance(absl::Minutes(10));
  const JsonTree cleared = Put(kQueue, Strategy(""));
  EXPECT_EQ(cleared["routingStrategy"]["skills"].size(), 0u);
  EXPECT_EQ(AgentsWithSkills(), 0u);
  // Nobody is of a tier: contacts that come now are answered by those beyond, after all waits.
  client_->Advance(absl::Minutes(20));
  const absl::Time broken = client_->now();
  client_->Advance(absl::Minutes(20));
  std::map<int, double> tiers = Tiers(broken);
  EXPECT_GT(tiers[4], 50);
  EXPECT_EQ(tiers[1] + tiers[2] + tiers[3], 0);
  Put(kQueue, Strategy(kSkills));
  EXPECT_EQ(AgentsWithSkills(), 30u);
  client_->Advance(absl::Minutes(20));
  const absl::Time repaired = client_->now();
  client_->Advance(absl::Minutes(20));
  EXPECT_GT(Tiers(repaired)[1], 5);

  Start({.omitted_skills_clear = false});
  Put(kQueue, Strategy(kSkills));
  client_->Advance(absl::Seconds(10));
  EXPECT_EQ(Put(kQueue, Strategy(""))["routingStrategy"]["skills"].size(), 3u);
  EXPECT_EQ(AgentsWithSkills(), 30u);
}

TEST_F(GuideWritesTest, WrongStrategiesAreRefusedAndChangeNothing) {
  const std::string rule = R"({"type":"skill","skillId":"t1","waitTime":1000})";
  for (const auto& [body, problem] : std::vector<std::pair<std::string, std::string>>{
           {Strategy(kSkills, R"("expansionRules":[{"type":"skill","skillId":"t9","waitTime":1}])"),
            "t9"},
           {Strategy(kSkills, R"("expansionRules":[{"type":"skill","skillId":"t1","waitTime":0}])"),
            "waitTime"},
           {Strategy(kSkills, R"("expansionRules":[{"type":"group","skillId":"t1","waitTime":1}])"),
            "type"},
           {Strategy(kSkills, absl::StrCat(R"("expansionRules":[)", rule, ",", rule, "]")),
            "already"},
           {Strategy(R"("skills":[{"skill":{"id":"t1"},"priority":-1}],)"), "priority"},
           {Strategy(R"("skills":[{"skill":{"id":"t1","kind":"x"},"priority":1}],)"), "kind"},
           {Strategy(R"("rings":[],)"), "rings"},
           {R"({"routingStrategy":{"type":"LINEAR","enabled":true,"expansionRules":[]}})",
            "BULLSEYE"},
           {R"({"routingStrategy":{"enabled":true,"expansionRules":[]}})", "type"}}) {
    ExpectRefused("PUT", kQueue, body, problem);
  }
  const JsonTree queue = client_->Get(kQueue);
  EXPECT_FALSE(queue["routingStrategy"]["enabled"].truth());
  EXPECT_EQ(AgentsWithSkills(), 30u);
}

TEST_F(GuideWritesTest, Sim8QueueWritesAreThrottledUnlessSwitchedOff) {
  Start({.queue_writes_throttled = false});
  Put(kQueue, Strategy(kSkills));
  client_->Advance(absl::Seconds(1));
  Put(kQueue, Strategy(kSkills));
  Start({});
  Put(kQueue, Strategy(kSkills));
  client_->Advance(absl::Seconds(1));
  EXPECT_EQ(client_->Ask("PUT", kQueue, Strategy(kSkills)).status, 429);
}

TEST(GuideBehavioursTest, Sim8AreSwitchedByName) {
  GuideBehaviours behaviours;
  EXPECT_TRUE(SetBehaviours("", behaviours).ok());
  EXPECT_TRUE(SetBehaviours("rule-writes-stall=off,pauses-end=off,pauses-end=on", behaviours).ok());
  EXPECT_FALSE(behaviours.rule_writes_stall);
  EXPECT_TRUE(behaviours.pauses_end);
  EXPECT_TRUE(behaviours.omitted_skills_clear);
  const absl::Status status = SetBehaviours("stall=off,pauses-end=maybe,pauses-end", behaviours);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("stall=off"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("pauses-end=maybe"));
}

TEST(GuideStrategyTest, RingsOfTheScenarioAreShownAsRulesOfTheirSkills) {
  Scenario scenario = GuideScenario();
  scenario.queues[0].rings = {absl::Seconds(20), absl::Seconds(40)};
  // Tier 1, then tiers 2 and 3 together, whom no skill tells from the rest.
  for (int a = 0; a < 40; ++a)
    scenario.agents[a].memberships[0].ring = 1 + (a >= 10 ? 1 : 0) + (a >= 30 ? 1 : 0);
  SimClient client({.dialect = Dialect::kGuide}, scenario);
  const JsonTree queue = client.Get(kQueue);
  const JsonTree& strategy = queue["routingStrategy"];
  EXPECT_TRUE(strategy["enabled"].truth());
  ASSERT_EQ(strategy["skills"].size(), 1u);
  EXPECT_EQ(strategy["skills"][0]["skill"]["id"].text(), "t1");
  ASSERT_EQ(strategy["expansionRules"].size(), 2u);
  EXPECT_EQ(strategy["expansionRules"][0]["skillId"].text(), "t1");
  EXPECT_EQ(strategy["expansionRules"][0]["waitTime"].number(), 20000);
  EXPECT_EQ(strategy["expansionRules"][1]["type"].text(), "ring");
  EXPECT_FALSE(strategy["expansionRules"][1]["skillId"].present());
}

}  // namespace
}  // namespace evenkeel::sim
