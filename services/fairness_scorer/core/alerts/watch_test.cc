#include "services/fairness_scorer/core/alerts/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace evenkeel::fairness {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

// Groups whose agents' work a test sets, watched every 15 s.
class WatchTest : public testing::Test {
 protected:
  static Group MakeGroup(Group::Kind kind, const std::string& id,
                         const std::vector<double>& contacts) {
    Group group;
    group.kind = kind;
    group.id = id;
    for (size_t i = 0; i < contacts.size(); ++i) {
      AgentWorkload& agent = group.agents.emplace_back();
      agent.agent_id = "a" + std::to_string(i + 1);
      agent.contacts = contacts[i];
      agent.talk_seconds = 120 * contacts[i];
      agent.acw_seconds = 30 * contacts[i];
      agent.on_queue_seconds = 3600;
    }
    return group;
  }

  // With `news`, the work of another five minutes has been read.
  WatchedCycle Cycle(bool suppressed = false, bool news = true) {
    for (Group& group : groups) {
      if (news) group.work_until = clock;
    }
    std::vector<GroupScore> scores;
    std::vector<GroupCycle> cycles;
    scores.reserve(groups.size());
    for (const Group& group : groups) {
      auto score = ScoreGroup(group.agents, options);
      EXPECT_TRUE(score.ok()) << score.status();
      scores.push_back(*std::move(score));
      cycles.push_back({&group, &scores.back(), options});
    }
    clock += absl::Seconds(15);
    return Watch(memory, cycles, rules, suppressed, 7, clock,
                 [this] { return "alert-" + std::to_string(++ids); });
  }

  // As many cycles as it takes until an alert comes, at most `most`.
  std::optional<Alert> UntilAlert(int most = 40) {
    for (int i = 0; i < most; ++i) {
      const WatchedCycle cycle = Cycle();
      if (!cycle.alerts.empty()) return cycle.alerts[0];
    }
    return std::nullopt;
  }

  static std::vector<double> Even() { return std::vector<double>(20, 10); }
  static std::vector<double> Biased() {
    std::vector<double> contacts(20, 8);
    contacts[0] = 25;
    contacts[1] = 23;
    contacts[2] = 24;
    contacts[3] = 2;
    return contacts;
  }

  ScoreOptions options;
  WatchRules rules;
  std::vector<Group> groups;
  std::map<std::string, GroupMemory> memory;
  int ids = 0;
  absl::Time clock = absl::FromUnixSeconds(1'700'000'000);
};

TEST_F(WatchTest, Fair4AnAlertSaysWhatWhoAndWhy) {
  groups = {MakeGroup(Group::Kind::kQueue, "q1", Biased())};
  const auto alert = UntilAlert(3);
  ASSERT_TRUE(alert.has_value());
  EXPECT_EQ(AlertTypeName(alert->type), std::string("FAIRNESS_DEGRADATION"));
  EXPECT_EQ(RecommendedAction(alert->type), std::string("THROTTLE_OVERLOADED"));
  EXPECT_EQ(alert->queue_id, "q1");
  EXPECT_EQ(alert->skill_id, "");
  EXPECT_EQ(alert->id, "alert-1");
  EXPECT_EQ(alert->incident_id, "alert-1");
  EXPECT_FALSE(alert->closes);
  EXPECT_THAT(alert->overloaded_agents, ElementsAre("a1", "a3", "a2"));
  EXPECT_THAT(alert->underutilized_agents, ElementsAre("a4"));
  EXPECT_GT(*alert->ema_cv, 0.35);
  EXPECT_EQ(*alert->current_cv, *alert->ema_cv);
  EXPECT_EQ(alert->snapshot_number, 7u);
  EXPECT_EQ(alert->at, clock);
  EXPECT_THAT(alert->evidence, Contains(testing::Field(&AlertEvidence::measure, "raw_cv")));
}

TEST_F(WatchTest, Fair3OneAlertOpensAndItsEndNamesIt) {
  groups = {MakeGroup(Group::Kind::kQueue, "q1", Biased())};
  ASSERT_TRUE(UntilAlert().has_value());
  EXPECT_EQ(UntilAlert(), std::nullopt);
  groups = {MakeGroup(Group::Kind::kQueue, "q1", Even())};
  const auto over = UntilAlert();
  ASSERT_TRUE(over.has_value());
  EXPECT_TRUE(over->closes);
  EXPECT_EQ(over->id, "alert-2");
  EXPECT_EQ(over->incident_id, "alert-1");
}

// A restart: what was remembered goes on.
TEST_F(WatchTest, Fair3TheMemoryIsAllThereIs) {
  groups = {MakeGroup(Group::Kind::kQueue, "q1", Biased())};
  Cycle();
  Cycle();
  EXPECT_EQ(memory.at("queue/q1").incidents.at(AlertType::kFairnessDegradation).alarm.run, 2);
  const auto kept = memory;
  const WatchedCycle third = Cycle();
  EXPECT_EQ(third.alerts.size(), 1u);
  EXPECT_THAT(third.groups[0].open, ElementsAre(AlertType::kFairnessDegradation));
  memory = kept;
  EXPECT_EQ(Cycle().alerts.size(), 1u);
}

TEST_F(WatchTest, Fair5ASpreadThatChanceMakesIsNoAlarm) {
  // Two contacts each: a raw CV of 0.7 says nothing.
  std::vector<double> contacts(20, 2);
  for (int i = 0; i < 6; ++i) contacts[i] = i < 3 ? 4 : 0;
  contacts[0] = 5;
  groups = {MakeGroup(Group::Kind::kQueue, "q1", contacts)};
  EXPECT_EQ(UntilAlert(), std::nullopt);
  // The guide's raw figure takes it for critical.
  rules.figure = options.figure = Figure::kRaw;
  rules.smoothing = Smoothing::kThreeBand;
  EXPECT_TRUE(UntilAlert().has_value());
}

TEST_F(WatchTest, Fair5TooFewAgentsAreNotJudged) {
  groups = {MakeGroup(Group::Kind::kQueue, "q1", {30, 1, 1, 1})};
  const WatchedCycle cycle = Cycle();
  EXPECT_EQ(cycle.groups[0].current_cv, std::nullopt);
  EXPECT_EQ(cycle.groups[0].band, Band::kUnknown);
  EXPECT_EQ(UntilAlert(), std::nullopt);
}

TEST_F(WatchTest, Fair5NothingOpensInAMaintenanceWindowNorDuringAShiftChange) {
  groups = {MakeGroup(Group::Kind::kQueue, "q1", Biased())};
  for (int i = 0; i < 10; ++i) EXPECT_THAT(Cycle(/*suppressed=*/true).alerts, IsEmpty());
  groups[0].shifting = 7;  // of 20
  EXPECT_EQ(UntilAlert(), std::nullopt);
  groups[0].shifting = 6;
  EXPECT_TRUE(UntilAlert(3).has_value());
  // What is open stays open.
  EXPECT_THAT(Cycle(/*suppressed=*/true).groups[0].open,
              ElementsAre(AlertType::kFairnessDegradation));
}

TEST_F(WatchTest, Fair4ABusyQueueIsMisaligned) {
  groups = {MakeGroup(Group::Kind::kQueue, "q1", std::vector<double>(20, 18))};  // 0.75
  groups[0].utilization_target = 0.69;
  EXPECT_EQ(UntilAlert(), std::nullopt);  // 1.10 * 0.69 = 0.759
  groups[0].utilization_target = 0.68;
  const auto alert = UntilAlert();
  ASSERT_TRUE(alert.has_value());
  EXPECT_EQ(alert->type, AlertType::kCapacityMisaligned);
  EXPECT_NEAR(alert->evidence[0].value, 0.75, 1e-12);
}

// Work of an agent's other queue counts, too: time is on queue once.
TEST_F(WatchTest, Fair4OccupancyIsOfAllTheAgentsWork) {
  groups = {MakeGroup(Group::Kind::kQueue, "q1", std::vector<double>(10, 9)),
            MakeGroup(Group::Kind::kQueue, "q2", std::vector<double>(10, 12))};
  EXPECT_NEAR(*Cycle().groups[0].occupancy_ratio, (9 + 12) * 150 / 3600.0, 1e-12);
}

TEST_F(WatchTest, Fair4UnevenAfterCallWorkIsTold) {
  groups = {MakeGroup(Group::Kind::kQueue, "q1", Even())};
  for (int i = 0; i < 4; ++i) groups[0].agents[i].acw_seconds *= 3.5;
  const auto alert = UntilAlert(3);
  ASSERT_TRUE(alert.has_value());
  EXPECT_EQ(alert->type, AlertType::kAcwVariance);
  EXPECT_THAT(alert->overloaded_agents, ElementsAre("a1", "a2", "a3", "a4"));
}

// Five contacts with exponential after-call work have a mean whose CV is 0.45 by chance alone.
TEST_F(WatchTest, Fair4AfterCallWorkThatChanceSpreadsIsNoAlert) {
  std::mt19937 random(3);
  std::exponential_distribution<double> acw(1 / 30.0);
  int alerts = 0;
  for (int round = 0; round < 200; ++round) {
    groups = {MakeGroup(Group::Kind::kQueue, "q1", std::vector<double>(20, 5))};
    for (AgentWorkload& agent : groups[0].agents) {
      agent.acw_seconds = 0;
      for (int i = 0; i < 5; ++i) agent.acw_seconds += acw(random);
    }
    memory.clear();
    alerts += UntilAlert(3).has_value();
  }
  EXPECT_LE(alerts, 3);
  rules.figure = options.figure = Figure::kRaw;
  memory.clear();
  for (size_t i = 0; i < 10; ++i) groups[0].agents[i].acw_seconds = 75;
  for (size_t i = 10; i < 20; ++i) groups[0].agents[i].acw_seconds = 195;
  EXPECT_TRUE(UntilAlert(3).has_value());  // a raw CV of 0.44, as the guide takes it
}

// Figures of a window that moves every five minutes are the same 20 cycles long: looking at them
// three times is no proof that they last.
TEST_F(WatchTest, Fair4ThreeIntervalsAreThreeStretchesOfWork) {
  groups = {MakeGroup(Group::Kind::kQueue, "q1", std::vector<double>(20, 18))};
  groups[0].utilization_target = 0.6;
  for (int stretch = 0; stretch < 3; ++stretch) {
    EXPECT_EQ(Cycle().alerts.size(), stretch == 2 ? 1u : 0u);
    for (int i = 0; i < 19; ++i) EXPECT_THAT(Cycle(false, /*news=*/false).alerts, IsEmpty());
  }
}

// A skill that one queue alone asks for is that queue once more.
TEST_F(WatchTest, Fair4ASkillOfOneQueueIsToldOfOnce) {
  groups = {MakeGroup(Group::Kind::kSkill, "s1", Biased())};
  EXPECT_EQ(UntilAlert(), std::nullopt);
  groups[0].queues = 2;
  EXPECT_EQ(UntilAlert()->skill_id, "s1");
}

TEST_F(WatchTest, Fair4AnAgentAtTheMarkOfTheFirstSkillIsToldOf) {
  groups = {MakeGroup(Group::Kind::kQueue, "q1", Even()),
            MakeGroup(Group::Kind::kSkill, "s1", Even()),
            MakeGroup(Group::Kind::kSkill, "s2", std::vector<double>(3, 2))};
  groups[0].utilization_target = groups[1].utilization_target = 1;
  for (Group& group : groups) group.agents[1].talk_seconds *= 2.2;  // a2: 0.82 with s1
  rules.overload_mark = OverloadMark(0);
  const auto alert = UntilAlert(3);
  ASSERT_TRUE(alert.has_value());
  EXPECT_EQ(alert->type, AlertType::kSkillOverlap);
  EXPECT_EQ(alert->skill_id, "s1");
  EXPECT_THAT(alert->overloaded_agents, ElementsAre("a2"));
}

TEST(OverloadMarkTest, Fair15IsLoweredByTheVarianceOfHandleTimes) {
  EXPECT_DOUBLE_EQ(OverloadMark(0), 0.80);
  EXPECT_DOUBLE_EQ(OverloadMark(0.5), 0.70);
  EXPECT_DOUBLE_EQ(OverloadMark(1), 0.60);
  EXPECT_DOUBLE_EQ(OverloadMark(3), 0.60);
}

}  // namespace
}  // namespace evenkeel::fairness
