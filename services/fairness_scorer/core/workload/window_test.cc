#include "services/fairness_scorer/core/workload/window.h"

#include <gtest/gtest.h>

namespace evenkeel::fairness {
namespace {

absl::Time At(int minute) { return absl::FromUnixSeconds(1700000400) + absl::Minutes(minute); }

model::Snapshot SnapshotAt(int minute, std::vector<model::Membership> memberships,
                           std::vector<std::string> at_work) {
  model::Snapshot snapshot;
  snapshot.number = static_cast<uint64_t>(minute) + 1;
  snapshot.taken_at = At(minute);
  snapshot.queues = {{"q1", "", "", "s1", std::nullopt, std::nullopt, {}},
                     {"q2", "", "", "s1", std::nullopt, std::nullopt, {}}};
  snapshot.memberships = std::move(memberships);
  for (const std::string& agent : at_work) {
    snapshot.states.push_back({agent, model::Activity::kIdle, true, absl::InfinitePast()});
  }
  return snapshot;
}

constexpr absl::Duration kMaxGap = absl::Minutes(2);

// In the five minutes from `minute` on.
model::AgentWork Work(const std::string& agent, const std::string& queue, int minute,
                      int64_t handled) {
  return {agent,
          queue,
          At(minute),
          absl::Minutes(5),
          absl::Seconds(100 * handled),
          absl::Seconds(10 * handled),
          absl::Seconds(20 * handled),
          handled};
}

const std::vector<model::Membership> kJoined = {{"q1", "a1", true}, {"q1", "a2", true}};

// Snapshots of a centre in which each agent at work handles as much in each five minutes, for as
// many queues as are named; a snapshot shows the last half hour's work.
class Centre {
 public:
  explicit Centre(WorkloadWindow& window) : window_(window) {}

  std::vector<model::Membership> memberships = kJoined;
  std::vector<std::string> at_work = {"a1", "a2"};
  std::vector<std::string> queues = {"q1"};  // whom the work is for
  int64_t handled = 2;

  // Works from `from` to `to` minutes. `watched`: whether snapshots come meanwhile.
  void Run(int from, int to, bool watched = true) {
    for (int minute = from; minute < to; ++minute) {
      if (watched) Watch(minute);
      if (minute % 5 != 0) continue;
      for (const std::string& agent : at_work) {
        for (const std::string& queue : queues)
          work_.push_back(Work(agent, queue, minute, handled));
      }
    }
  }
  void Watch(int minute, bool work_is_good = true) {
    model::Snapshot snapshot = SnapshotAt(minute, memberships, at_work);
    for (const model::AgentWork& work : work_) {
      if (work.start >= At(minute - 30)) snapshot.agent_work.push_back(work);
    }
    window_.Observe(snapshot, kMaxGap, work_is_good);
  }

 private:
  WorkloadWindow& window_;
  std::vector<model::AgentWork> work_;
};

double PerHour(const AgentWorkload& agent) {
  return agent.contacts / *agent.on_queue_seconds * 3600;
}

TEST(WorkloadWindowTest, CountsTimeSeenOnQueueAndWork) {
  WorkloadWindow window({{"q1", "", 1.2, 0.6, 0.7}}, absl::Hours(1));
  Centre centre(window);
  centre.at_work = {"a1"};
  centre.Run(0, 33);
  const std::vector<Group> groups = window.Groups();
  ASSERT_EQ(groups.size(), 2u);  // the queue and its skill
  EXPECT_EQ(groups[0].id, "q1");
  EXPECT_EQ(groups[0].acw_weight, 0.6);
  ASSERT_EQ(groups[0].agents.size(), 1u);  // a2 is not at work
  // Six stretches of five minutes; the seventh is not over.
  EXPECT_EQ(window.Compared(), absl::Minutes(30));
  const AgentWorkload& agent = groups[0].agents[0];
  EXPECT_EQ(agent.contacts, 12);
  EXPECT_EQ(agent.talk_seconds, 1200);
  EXPECT_EQ(agent.hold_seconds, 120);
  EXPECT_EQ(agent.acw_seconds, 240);
  EXPECT_EQ(*agent.on_queue_seconds, 1800);
  EXPECT_EQ(agent.skill_modifier, 1.2);
  EXPECT_EQ(agent.utilization, 0.7);
  EXPECT_EQ(groups[1].kind, Group::Kind::kSkill);
  EXPECT_EQ(groups[1].id, "s1");
}

TEST(WorkloadWindowTest, ALateIntervalReplacesWhatWasKnown) {
  WorkloadWindow window({{"q1", "s", 1, 0.3, 0.8}}, absl::Hours(1));
  for (int minute = 0; minute <= 7; ++minute) {
    model::Snapshot snapshot = SnapshotAt(minute, kJoined, {"a1"});
    snapshot.agent_work = {Work("a1", "q1", 0, minute < 7 ? 1 : 4)};
    window.Observe(snapshot, kMaxGap, true);
  }
  EXPECT_EQ(window.Groups()[0].agents[0].contacts, 4);
}

TEST(WorkloadWindowTest, ForgetsWhatIsOlderThanTheWindow) {
  WorkloadWindow window({{"q1", "s", 1, 0.3, 0.8}}, absl::Hours(1));
  Centre centre(window);
  centre.Run(0, 121);
  const AgentWorkload agent = window.Groups()[0].agents[0];
  EXPECT_EQ(agent.contacts, 24);
  EXPECT_EQ(*agent.on_queue_seconds, 3600);
  EXPECT_EQ(window.Compared(), absl::Hours(1));
}

// FAIR-5: agents not on queue are outside the mean.
TEST(WorkloadWindowTest, Fair5AgentsOffQueueDoNotCount) {
  WorkloadWindow window({{"q1", "s", 1, 0.3, 0.8}}, absl::Hours(1));
  Centre centre(window);
  centre.Run(0, 20);
  centre.at_work = {"a1"};
  centre.Watch(20);
  const Group group = window.Groups()[0];
  ASSERT_EQ(group.agents.size(), 1u);
  EXPECT_EQ(group.agents[0].agent_id, "a1");
  EXPECT_EQ(group.off_queue, 1);
}

// FAIR-6: whom a hold of ours keeps away would be on queue, so the relief shows in the figures.
TEST(WorkloadWindowTest, Fair6HeldTimeCountsAsTimeOnQueue) {
  WorkloadWindow window({{"q1", "s", 1, 0.3, 0.8}}, absl::Hours(1));
  for (int minute = 0; minute <= 20; ++minute) {
    model::Snapshot snapshot = SnapshotAt(minute, kJoined, {"a1", "a2"});
    snapshot.agent_work = {Work("a1", "q1", 0, 2), Work("a1", "q1", 15, 2)};
    if (minute >= 5 && minute < 15) {
      using Why = model::LeftAlone::Why;
      snapshot.memberships[0].joined = false;  // a1 from this queue
      snapshot.states.pop_back();              // a2 from all
      snapshot.left_alone = {{"", "a2", Why::kHeld, At(16)}, {"q1", "a1", Why::kHeld, At(16)}};
    }
    window.Observe(snapshot, kMaxGap, true);
  }
  const Group group = window.Groups()[0];
  ASSERT_EQ(group.agents.size(), 2u);
  EXPECT_EQ(*group.agents[0].on_queue_seconds, 20 * 60);
  EXPECT_EQ(*group.agents[1].on_queue_seconds, 20 * 60);
  EXPECT_EQ(group.shifting, 0);
}

// FAIR-5: a shift change is seen in who comes and goes, for a quarter of an hour.
TEST(WorkloadWindowTest, Fair5ComingAndGoingIsCounted) {
  WorkloadWindow window({{"q1", "s", 1, 0.3, 0.8}}, absl::Hours(1));
  Centre centre(window);
  centre.at_work = {"a1"};
  centre.Run(0, 10);
  EXPECT_EQ(window.Groups()[0].shifting, 0);
  centre.at_work = {"a2"};
  centre.Run(10, 25);
  EXPECT_EQ(window.Groups()[0].shifting, 2);
  centre.Watch(25);
  EXPECT_EQ(window.Groups()[0].shifting, 0);
}

// Work done while nobody watched would else be held against time that was not counted: who came
// when the silence began would look busier than who was there before.
TEST(WorkloadWindowTest, Fair5ASilenceCountsNeitherAsTimeNorAsWork) {
  WorkloadWindow window({{"q1", "s", 1, 0.3, 0.8}}, absl::Hours(1));
  Centre centre(window);
  centre.at_work = {"a1"};
  centre.Run(0, 33);
  centre.at_work = {"a1", "a2"};
  centre.Run(33, 58, /*watched=*/false);
  centre.Run(58, 81);
  const Group group = window.Groups()[0];
  ASSERT_EQ(group.agents.size(), 2u);
  EXPECT_EQ(PerHour(group.agents[0]), 24);
  EXPECT_EQ(PerHour(group.agents[1]), 24);
  EXPECT_EQ(*group.agents[1].on_queue_seconds, 20 * 60);
  EXPECT_EQ(window.Compared(), absl::Minutes(20 + 10));
}

TEST(WorkloadWindowTest, Fair5WhenWatchingBeginsAmidAnIntervalThatIsNotCompared) {
  WorkloadWindow window({{"q1", "s", 1, 0.3, 0.8}}, absl::Hours(1));
  Centre centre(window);
  centre.at_work = {"a1"};
  centre.Run(0, 3, /*watched=*/false);
  centre.Run(3, 16);
  const AgentWorkload agent = window.Groups()[0].agents[0];
  EXPECT_EQ(*agent.on_queue_seconds, 600);
  EXPECT_EQ(PerHour(agent), 24);
}

// The first snapshot shows the work of half an hour that nobody watched: after a restart everybody
// would else look three times as busy.
TEST(WorkloadWindowTest, Fair5WorkFromBeforeTheStartDoesNotCount) {
  WorkloadWindow window({{"q1", "s", 1, 0.3, 0.8}}, absl::Hours(1));
  Centre centre(window);
  centre.at_work = {"a1"};
  centre.Run(0, 60, /*watched=*/false);
  centre.Run(60, 76);
  const AgentWorkload agent = window.Groups()[0].agents[0];
  EXPECT_EQ(*agent.on_queue_seconds, 900);
  EXPECT_EQ(PerHour(agent), 24);
}

// An interval whose work was lost stays out, also when it is no longer among those shown.
TEST(WorkloadWindowTest, Fair5TimeWhoseWorkIsNotKnownDoesNotCount) {
  WorkloadWindow window({{"q1", "s", 1, 0.3, 0.8}}, absl::Hours(1));
  Centre centre(window);
  centre.Run(0, 11);
  for (int minute = 11; minute < 60; ++minute) {
    if (minute % 5 == 0 && minute != 15) centre.Run(minute, minute + 1, /*watched=*/false);
    // From 15 to 20 it is lost; the section is thin while that is among the last half hour.
    centre.Watch(minute, /*work_is_good=*/minute < 20 || minute > 45);
  }
  const AgentWorkload agent = window.Groups()[0].agents[0];
  EXPECT_EQ(PerHour(agent), 24);
  EXPECT_EQ(window.Compared(), absl::Minutes(50));
}

TEST(WorkloadWindowTest, TwoQueuesOfOneSkillAreOneTimeOnQueue) {
  WorkloadWindow window({{"q1", "", 1, 0.3, 0.8}, {"q2", "", 2, 0.3, 0.6}}, absl::Hours(1));
  Centre centre(window);
  centre.memberships = {{"q1", "a1", true}, {"q2", "a1", true}};
  centre.at_work = {"a1"};
  centre.queues = {"q1", "q2"};
  centre.Run(0, 21);
  const std::vector<Group> groups = window.Groups();
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[2].agents[0].contacts, 16);
  EXPECT_EQ(*groups[2].agents[0].on_queue_seconds, 1200);
  // Judged by the queues that the work was of.
  EXPECT_NEAR(groups[2].agents[0].contacts / groups[2].agents[0].skill_modifier, 8 / 1.0 + 8 / 2.0,
              1e-12);
  EXPECT_NEAR(groups[2].agents[0].utilization, 0.7, 1e-12);
}

// What the optimizer does all day: it must not make anybody look idle.
TEST(WorkloadWindowTest, WhoIsMovedWithinASkillKeepsTheWorkAndIsNotOffQueue) {
  WorkloadWindow window({{"q1", "s1", 1, 0.3, 0.8}, {"q2", "s1", 1, 0.3, 0.8}}, absl::Hours(1));
  Centre centre(window);
  centre.memberships = {{"q1", "a1", true}, {"q2", "a2", true}};
  centre.at_work = {"a1"};
  centre.Run(0, 30);
  centre.memberships = {{"q2", "a1", true}};
  centre.queues = {"q2"};
  centre.Run(30, 61);
  const Group skill = window.Groups()[2];
  ASSERT_EQ(skill.agents.size(), 1u);
  EXPECT_EQ(skill.off_queue, 0);
  // Moved between two snapshots: on queue at both ends.
  EXPECT_EQ(*skill.agents[0].on_queue_seconds, 3600);
  EXPECT_EQ(skill.agents[0].contacts, 24);
}

}  // namespace
}  // namespace evenkeel::fairness
