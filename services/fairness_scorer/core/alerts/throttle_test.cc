#include "services/fairness_scorer/core/alerts/throttle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::fairness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Why = model::LeftAlone::Why;

class ThrottleTest : public testing::Test {
 protected:
  ThrottleTest() {
    group.id = "q1";
    for (int i = 0; i < 20; ++i) {
      AgentWorkload& agent = group.agents.emplace_back();
      agent.agent_id = "a" + std::to_string(i);
      agent.contacts = 10;
      agent.talk_seconds = 1800;  // three minutes each
    }
    standing.smoothed_cv = 0.5;
    standing.band = Band::kCritical;
    standing.open = {AlertType::kFairnessDegradation};
    standing.standing.overloaded = {{"a1", 30, 10, 1}, {"a2", 28, 10, 1}, {"a3", 26, 10, 1}};
    snapshot.live = {{"q1", 2, 5, absl::ZeroDuration(), 20, 3}};
  }

  std::vector<Throttle> Plan() {
    ThrottleMemory kept = memory;
    (void)JudgeThrottles(kept, {{&group, nullptr, {}}}, {{standing}, {}}, snapshot, rules, now);
    memory.relieved = kept.relieved;
    return PlanThrottles(memory, {{&group, nullptr, {}}}, {{standing}, {}}, snapshot, rules, now);
  }
  std::vector<std::string> Agents() {
    std::vector<std::string> agents;
    for (const Throttle& throttle : Plan()) agents.push_back(throttle.agent_id);
    return agents;
  }
  std::vector<ThrottleVerdict> Judge() {
    return JudgeThrottles(memory, {{&group, nullptr, {}}}, {{standing}, {}}, snapshot, rules, now);
  }

  Group group;
  GroupStanding standing;
  model::Snapshot snapshot;
  ThrottleRules rules;
  ThrottleMemory memory;
  absl::Time now = absl::FromUnixSeconds(1'700'000'000);
};

TEST_F(ThrottleTest, Fair6TheMostOverloadedStepOutATenthAtOnce) {
  const std::vector<Throttle> plan = Plan();
  ASSERT_THAT(plan, SizeIs(2));  // of 20
  EXPECT_EQ(plan[0].queue_id, "q1");
  EXPECT_EQ(plan[0].agent_id, "a1");
  EXPECT_EQ(plan[1].agent_id, "a2");
  EXPECT_EQ(plan[0].current, 30);
  EXPECT_EQ(plan[0].target, 10);
  EXPECT_EQ(plan[0].hold_for, absl::Seconds(120));
  EXPECT_EQ(plan[0].smoothed_cv, 0.5);
}

TEST_F(ThrottleTest, Fair6TheTimeIsTheExcessTimesTheHandleTime) {
  standing.standing.overloaded = {{"a1", 5.2, 4.8, 0.8}};  // 0.5 contacts too much, of 180 s
  EXPECT_NEAR(absl::ToDoubleSeconds(Plan().at(0).hold_for), 90, 1e-6);
  standing.standing.overloaded = {{"a1", 10.05, 10, 1}};  // nine seconds are not worth a write
  EXPECT_THAT(Plan(), IsEmpty());
}

TEST_F(ThrottleTest, Fair6FromASustainedCriticalDegradationUntilItIsHealthy) {
  standing.open.clear();
  EXPECT_THAT(Plan(), IsEmpty());
  standing.open = {AlertType::kAcwVariance};
  EXPECT_THAT(Plan(), IsEmpty());
  standing.open = {AlertType::kFairnessDegradation};
  EXPECT_THAT(Plan(), SizeIs(2));
  standing.open.clear();  // no longer critical: on, half way is not enough
  standing.band = Band::kWarning;
  EXPECT_THAT(Plan(), SizeIs(2));
  standing.band = Band::kHealthy;
  EXPECT_THAT(Plan(), IsEmpty());
  standing.band = Band::kWarning;  // a warning alone is no reason to begin
  EXPECT_THAT(Plan(), IsEmpty());
  standing.open = {AlertType::kFairnessDegradation};
  group.kind = Group::Kind::kSkill;
  EXPECT_THAT(Plan(), IsEmpty());
}

TEST_F(ThrottleTest, Fair6WhoIsHeldCountsAndWhoIsLeftAloneStays) {
  snapshot.left_alone = {{"q1", "a1", Why::kHeld, absl::InfiniteFuture()}};
  EXPECT_THAT(Agents(), ElementsAre("a2"));
  snapshot.left_alone = {{"", "a1", Why::kHeld, absl::InfiniteFuture()},
                         {"q1", "a9", Why::kHeld, absl::InfiniteFuture()}};
  EXPECT_THAT(Agents(), IsEmpty());
  snapshot.left_alone = {{"q1", "a1", Why::kChangedByOther, now + absl::Minutes(1)},
                         {"q2", "a2", Why::kHeld, absl::InfiniteFuture()},
                         {"q2", "a3", Why::kMovedRecently, now + absl::Minutes(1)}};
  EXPECT_THAT(Agents(), ElementsAre("a3"));
}

TEST_F(ThrottleTest, Fair6NeverBelowTheMinimumAndOneOfFew) {
  rules.min_agents["q1"] = 20;
  EXPECT_THAT(Plan(), IsEmpty());
  rules.min_agents["q1"] = 19;
  EXPECT_THAT(Plan(), SizeIs(1));
  rules.min_agents.clear();
  group.agents.resize(6);
  EXPECT_THAT(Plan(), SizeIs(1));
}

TEST_F(ThrottleTest, Fair6AnAgentIsLeftAloneForAWhileAfterIt) {
  NoteThrottle(memory, Plan()[0], snapshot, now);
  now += rules.cool_down - absl::Seconds(1);
  EXPECT_THAT(Agents(), ElementsAre("a2", "a3"));
  now += absl::Seconds(1);
  EXPECT_THAT(Agents(), ElementsAre("a1", "a2"));
}

TEST_F(ThrottleTest, Fair10ItIsSeenWhetherItHelped) {
  NoteThrottle(memory, Plan()[0], snapshot, now);
  now += absl::Seconds(89);
  EXPECT_THAT(Judge(), IsEmpty());
  now += absl::Seconds(1);
  standing.smoothed_cv = 0.49;
  const auto verdicts = Judge();
  ASSERT_THAT(verdicts, SizeIs(1));
  EXPECT_EQ(verdicts[0].settled, Settled::kBetter);
  EXPECT_EQ(verdicts[0].cv_before, 0.5);
  EXPECT_EQ(verdicts[0].cv_after, 0.49);
  EXPECT_THAT(Judge(), IsEmpty());  // once
}

TEST_F(ThrottleTest, Fair10AQueueThatGotWorseIsLeftAlone) {
  NoteThrottle(memory, Plan()[0], snapshot, now);
  now += absl::Seconds(90);
  snapshot.live[0].waiting = 5;
  EXPECT_EQ(Judge().at(0).settled, Settled::kWorse);
  EXPECT_THAT(Plan(), IsEmpty());
  now += rules.leave_alone;
  EXPECT_THAT(Plan(), SizeIs(2));

  NoteThrottle(memory, Plan()[0], snapshot, now);
  now += absl::Seconds(90);
  standing.smoothed_cv = 0.53;
  EXPECT_EQ(Judge().at(0).settled, Settled::kWorse);
}

}  // namespace
}  // namespace evenkeel::fairness
