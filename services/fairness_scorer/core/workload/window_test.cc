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
  snapshot.queues = {{"q1", "", "", "s1", std::nullopt, std::nullopt},
                     {"q2", "", "", "s1", std::nullopt, std::nullopt}};
  snapshot.memberships = std::move(memberships);
  for (const std::string& agent : at_work) {
    snapshot.states.push_back({agent, model::Activity::kIdle, true, absl::InfinitePast()});
  }
  return snapshot;
}

model::AgentWork Work(const std::string& agent, const std::string& queue, int minute,
                      int64_t handled) {
  return {agent,
          queue,
          At(minute),
          absl::Minutes(1),
          absl::Seconds(100 * handled),
          absl::Seconds(10 * handled),
          absl::Seconds(20 * handled),
          handled};
}

const std::vector<model::Membership> kJoined = {{"q1", "a1", true}, {"q1", "a2", true}};

TEST(WorkloadWindowTest, CountsTimeSeenOnQueueAndWork) {
  WorkloadWindow window({{"q1", "", 1.2, 0.6, 0.7}}, absl::Hours(1));
  for (int minute = 0; minute <= 30; ++minute) {
    model::Snapshot snapshot = SnapshotAt(minute, kJoined, {"a1"});
    snapshot.agent_work = {Work("a1", "q1", 10, 2), Work("a1", "q1", 11, 1)};
    window.Observe(snapshot, absl::Minutes(2));
  }
  const std::vector<Group> groups = window.Groups();
  ASSERT_EQ(groups.size(), 2u);  // the queue and its skill
  EXPECT_EQ(groups[0].id, "q1");
  EXPECT_EQ(groups[0].acw_weight, 0.6);
  ASSERT_EQ(groups[0].agents.size(), 1u);  // a2 is not at work
  const AgentWorkload& agent = groups[0].agents[0];
  EXPECT_EQ(agent.contacts, 3);
  EXPECT_EQ(agent.talk_seconds, 300);
  EXPECT_EQ(agent.hold_seconds, 30);
  EXPECT_EQ(agent.acw_seconds, 60);
  EXPECT_EQ(*agent.on_queue_seconds, 1800);
  EXPECT_EQ(agent.skill_modifier, 1.2);
  EXPECT_EQ(groups[1].kind, Group::Kind::kSkill);
  EXPECT_EQ(groups[1].id, "s1");
}

TEST(WorkloadWindowTest, ALateIntervalReplacesWhatWasKnown) {
  WorkloadWindow window({{"q1", "s", 1, 0.3, 0.8}}, absl::Hours(1));
  model::Snapshot snapshot = SnapshotAt(0, kJoined, {"a1"});
  window.Observe(snapshot, absl::Minutes(2));
  snapshot = SnapshotAt(1, kJoined, {"a1"});
  snapshot.agent_work = {Work("a1", "q1", 0, 1)};
  window.Observe(snapshot, absl::Minutes(2));
  snapshot = SnapshotAt(2, kJoined, {"a1"});
  snapshot.agent_work = {Work("a1", "q1", 0, 4)};
  window.Observe(snapshot, absl::Minutes(2));
  EXPECT_EQ(window.Groups()[0].agents[0].contacts, 4);
}

TEST(WorkloadWindowTest, ForgetsWhatIsOlderThanTheWindow) {
  WorkloadWindow window({{"q1", "s", 1, 0.3, 0.8}}, absl::Hours(1));
  for (int minute = 0; minute <= 120; ++minute) {
    model::Snapshot snapshot = SnapshotAt(minute, kJoined, {"a1"});
    snapshot.agent_work = {Work("a1", "q1", minute, 1)};
    window.Observe(snapshot, absl::Minutes(2));
  }
  const AgentWorkload agent = window.Groups()[0].agents[0];
  EXPECT_NEAR(agent.contacts, 60, 5);
  EXPECT_NEAR(*agent.on_queue_seconds, 3600, 300);
}

// FAIR-5: agents not on queue are outside the mean; what nobody watched is not counted.
TEST(WorkloadWindowTest, Fair5AgentsOffQueueAndGapsDoNotCount) {
  WorkloadWindow window({{"q1", "s", 1, 0.3, 0.8}}, absl::Hours(1));
  window.Observe(SnapshotAt(0, kJoined, {"a1", "a2"}), absl::Minutes(2));
  window.Observe(SnapshotAt(1, kJoined, {"a1", "a2"}), absl::Minutes(2));
  window.Observe(SnapshotAt(31, kJoined, {"a1"}), absl::Minutes(2));  // half an hour of silence
  const Group group = window.Groups()[0];
  ASSERT_EQ(group.agents.size(), 1u);
  EXPECT_EQ(*group.agents[0].on_queue_seconds, 60 + 120);
  EXPECT_EQ(group.off_queue, 1);
}

TEST(WorkloadWindowTest, TwoQueuesOfOneSkillAreOneTimeOnQueue) {
  WorkloadWindow window({{"q1", "", 1, 0.3, 0.8}, {"q2", "", 1, 0.3, 0.8}}, absl::Hours(1));
  const std::vector<model::Membership> both = {{"q1", "a1", true}, {"q2", "a1", true}};
  for (int minute = 0; minute <= 20; ++minute) {
    model::Snapshot snapshot = SnapshotAt(minute, both, {"a1"});
    snapshot.agent_work = {Work("a1", "q1", 5, 1), Work("a1", "q2", 6, 2)};
    window.Observe(snapshot, absl::Minutes(2));
  }
  const std::vector<Group> groups = window.Groups();
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[2].agents[0].contacts, 3);
  EXPECT_EQ(*groups[2].agents[0].on_queue_seconds, 1200);
}

}  // namespace
}  // namespace evenkeel::fairness
