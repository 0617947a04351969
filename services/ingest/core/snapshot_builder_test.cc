// API-8, CAP-2: snapshots and their quality.
#include "services/ingest/core/snapshot_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "common/model/quality.h"

namespace evenkeel::ingest {
namespace {

using model::Section;
using testing::ElementsAre;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1699952400);

const std::map<Section, absl::Duration> kIntervals = {
    {Section::kRoster, absl::Minutes(10)},   {Section::kStates, absl::Seconds(15)},
    {Section::kQueues, absl::Seconds(30)},   {Section::kLive, absl::Seconds(15)},
    {Section::kIntervals, absl::Minutes(1)}, {Section::kAgentWork, absl::Minutes(1)},
    {Section::kEstimates, absl::Minutes(1)},
};

model::Agent Agent(const std::string& id, std::vector<model::AgentSkill> skills = {}) {
  return {id, "", std::move(skills)};
}
model::Queue Queue(const std::string& id) {
  model::Queue queue;
  queue.id = id;
  return queue;
}
model::AgentState State(const std::string& id) {
  return {id, model::Activity::kIdle, true, absl::InfinitePast()};
}
model::AgentWork Work(const std::string& agent, const std::string& queue, absl::Time start) {
  return {agent, queue, start, absl::Minutes(5), absl::Seconds(60), {}, {}, 1};
}

class SnapshotBuilderTest : public testing::Test {
 protected:
  std::shared_ptr<const model::Snapshot> Build(absl::Time now = kNow) {
    return builder_.Build(now, kIntervals, {}, {});
  }
  static model::SectionQuality QualityOf(const model::Snapshot& snapshot, Section section) {
    for (const auto& quality : snapshot.quality) {
      if (quality.section == section) return quality;
    }
    return {};
  }
  SnapshotBuilder builder_{BuilderSettings(), 41};
};

TEST_F(SnapshotBuilderTest, NumbersRiseByOneAndSectionsNeverReadAreInfinitelyOld) {
  EXPECT_EQ(Build()->number, 42u);
  const auto snapshot = Build();
  EXPECT_EQ(snapshot->number, 43u);
  EXPECT_EQ(snapshot->quality.size(), 7u);
  for (const auto& quality : snapshot->quality) {
    EXPECT_EQ(quality.taken_at, absl::InfinitePast());
  }
}

TEST_F(SnapshotBuilderTest, API8_MembersAreExpectedToHaveAState) {
  builder_.PutQueues({Queue("q1"), Queue("q2")},
                     {{"q2", "a3", false},
                      {"q1", "a2", true},
                      {"q1", "a1", true},
                      {"q2", "a2", true},
                      {"q9", "a9", true}},
                     {2, 2}, kNow);
  builder_.PutRoster({Agent("a2"), Agent("a1"), Agent("not a member")}, {3, 3}, kNow);
  builder_.PutStates({State("a1"), State("a2"), State("a2"), State("ghost"), State("not a member")},
                     kNow);
  const auto snapshot = Build();
  EXPECT_THAT(
      snapshot->memberships,
      ElementsAre(model::Membership{"q1", "a1", true}, model::Membership{"q1", "a2", true},
                  model::Membership{"q2", "a2", true}, model::Membership{"q2", "a3", false}));
  EXPECT_THAT(snapshot->agents, ElementsAre(Agent("a1"), Agent("a2")));
  EXPECT_THAT(snapshot->states, ElementsAre(State("a1"), State("a2")));
  const auto states = QualityOf(*snapshot, Section::kStates);
  EXPECT_EQ(states.expected, 3);
  EXPECT_EQ(states.seen, 2);
  EXPECT_EQ(states.unknown, 1);  // the ghost; the other is somebody, only not in these queues
  const auto roster = QualityOf(*snapshot, Section::kRoster);
  EXPECT_EQ(roster.expected, 3);
  EXPECT_EQ(roster.seen, 2);
  EXPECT_EQ(QualityOf(*snapshot, Section::kQueues).unknown, 1);  // a3 is not in the roster
}

TEST_F(SnapshotBuilderTest, API8_WhatTheReadingMissedIsNotSeen) {
  builder_.PutQueues({Queue("q1")}, {{"q1", "a1", true}, {"q1", "a2", true}}, {1, 1}, kNow);
  builder_.PutRoster({Agent("a1"), Agent("a2")}, {10, 9}, kNow);
  EXPECT_EQ(QualityOf(*Build(), Section::kRoster).seen, 1);
}

// The whole organisation is read; who works on no queue cannot make the members thin.
TEST_F(SnapshotBuilderTest, API8_OnlyMembersWithoutSkillsAreNotSeen) {
  std::vector<model::Agent> agents = {Agent("back office 1"), Agent("back office 2")};
  std::vector<model::Membership> memberships;
  for (int i = 100; i < 400; ++i) {
    agents.push_back(Agent("a" + std::to_string(i)));
    memberships.push_back({"q1", agents.back().id, true});
  }
  builder_.PutQueues({Queue("q1")}, memberships, {1, 1}, kNow);
  builder_.PutRoster(agents, {302, 300}, kNow, {"back office 1", "back office 2"});
  EXPECT_EQ(QualityOf(*Build(), Section::kRoster).seen, 300);
  builder_.PutRoster(agents, {302, 300}, kNow, {"back office 1", "a200"});
  EXPECT_EQ(QualityOf(*Build(), Section::kRoster).seen, 299);
  builder_.PutRoster(agents, {303, 300}, kNow, {"back office 1", "a200"});
  EXPECT_EQ(QualityOf(*Build(), Section::kRoster).seen, 298) << "and one that was never read";
}

TEST_F(SnapshotBuilderTest, API8_EveryQueueIsExpectedToHaveLiveFigures) {
  builder_.PutQueues({Queue("q1"), Queue("q2")}, {}, {2, 2}, kNow);
  model::QueueLive one, gone;
  one.queue_id = "q1";
  gone.queue_id = "q9";
  builder_.PutLive({one, gone}, {2, 2}, kNow);
  EXPECT_EQ(QualityOf(*Build(), Section::kLive).expected, 2);
  EXPECT_EQ(QualityOf(*Build(), Section::kLive).seen, 1);
}

TEST_F(SnapshotBuilderTest, CAP2_GuideMembersHoldTheQueuesSkill) {
  BuilderSettings settings;
  settings.capacity_lever = model::CapacityLever::kQueueCapacity;
  settings.skill_of_queue = {{"q1", "s1"}, {"q2", "s2"}};
  SnapshotBuilder guide(settings, 0);
  guide.PutQueues({Queue("q1"), Queue("q2"), Queue("q3")}, {}, {3, 3}, kNow);
  guide.PutRoster({Agent("a1", {{"s2", 1}, {"s1", 1}}), Agent("a2", {{"s2", 1}}), Agent("a3")},
                  {3, 3}, kNow);
  guide.PutStates({State("a1"), State("a2"), State("a3")}, kNow);
  const auto snapshot = guide.Build(kNow, kIntervals, {}, {});
  EXPECT_THAT(snapshot->memberships,
              ElementsAre(model::Membership{"q1", "a1", true}, model::Membership{"q2", "a1", true},
                          model::Membership{"q2", "a2", true}));
  EXPECT_EQ(snapshot->queues[0].skill_id, "s1");
  EXPECT_EQ(snapshot->agents[0].skills[0].skill_id, "s1");
  EXPECT_EQ(QualityOf(*snapshot, Section::kStates).expected, 2);
  EXPECT_EQ(QualityOf(*snapshot, Section::kStates).unknown, 0);
  EXPECT_EQ(snapshot->capacity_lever, model::CapacityLever::kQueueCapacity);
}

TEST_F(SnapshotBuilderTest, LateFiguresReplaceAndOldOnesGo) {
  builder_.PutQueues({Queue("q1")}, {}, {1, 1}, kNow);
  const auto put = [&](absl::Time from, absl::Time to, int64_t offered, absl::Time at) {
    std::vector<model::QueueInterval> intervals;
    for (absl::Time start = from; start < to; start += absl::Minutes(5)) {
      model::QueueInterval interval;
      interval.queue_id = "q1";
      interval.start = start;
      interval.offered = offered;
      intervals.push_back(interval);
    }
    builder_.PutIntervals(intervals, from, to, {1, 1}, at);
  };
  put(kNow, kNow + absl::Minutes(15), 1, kNow + absl::Minutes(15));
  put(kNow + absl::Minutes(10), kNow + absl::Minutes(20), 2, kNow + absl::Minutes(16));
  auto snapshot = Build();
  std::vector<int64_t> offered;
  for (const auto& interval : snapshot->intervals) offered.push_back(interval.offered);
  EXPECT_THAT(offered, ElementsAre(1, 1, 2, 2));
  // What was there and is not any more is gone; what is older than the window too.
  builder_.PutIntervals({}, kNow + absl::Minutes(10), kNow + absl::Minutes(20), {1, 1},
                        kNow + absl::Minutes(32));
  EXPECT_EQ(Build()->intervals.size(), 1u);
}

TEST_F(SnapshotBuilderTest, API8_ALostIntervalOfWorkShows) {
  builder_.PutQueues({Queue("q1")}, {{"q1", "a1", true}}, {1, 1}, kNow);
  const auto put = [&](int interval) {
    const absl::Time start = kNow + interval * absl::Minutes(5);
    builder_.PutAgentWork({Work("a1", "q1", start), Work("a1", "unmanaged", start)}, start,
                          start + absl::Minutes(5), start + absl::Minutes(6));
  };
  put(0);
  put(0);
  put(1);
  put(3);
  auto snapshot = Build();
  EXPECT_EQ(snapshot->agent_work.size(), 3u);  // each interval once
  EXPECT_EQ(QualityOf(*snapshot, Section::kAgentWork).expected, 4);
  EXPECT_EQ(QualityOf(*snapshot, Section::kAgentWork).seen, 3);
  for (int i = 4; i < 12; ++i) put(i);
  EXPECT_EQ(model::SeenRatio(QualityOf(*Build(), Section::kAgentWork)), 1);
}

TEST_F(SnapshotBuilderTest, EstimatesAreAsOldAsTheFiguresBehindThem) {
  builder_.PutQueues({Queue("q1"), Queue("q2")}, {}, {2, 2}, kNow);
  builder_.PutIntervals({}, kNow, kNow, {2, 2}, kNow - absl::Seconds(7));
  model::QueueEstimate b, a;
  b.queue_id = "q2";
  a.queue_id = "q1";
  const auto snapshot = builder_.Build(kNow, kIntervals, {b, a}, {{"q1", "a1", {}, kNow}});
  EXPECT_THAT(snapshot->estimates, ElementsAre(a, b));
  EXPECT_EQ(snapshot->left_alone.size(), 1u);
  const auto quality = QualityOf(*snapshot, Section::kEstimates);
  EXPECT_EQ(quality.taken_at, kNow - absl::Seconds(7));
  EXPECT_EQ(quality.expected, 2);
  EXPECT_EQ(quality.seen, 2);
}

// Whatever is put in whatever order: sorted, each once, counts in range, old snapshots untouched.
TEST_F(SnapshotBuilderTest, PropertiesOnRandomReadings) {
  std::mt19937 random(23);
  const auto id = [&](const char* prefix, int n) {
    return prefix + std::to_string(random() % static_cast<unsigned>(n));
  };
  std::shared_ptr<const model::Snapshot> before;
  model::Snapshot copy;
  for (int round = 0; round < 300; ++round) {
    const absl::Time now = kNow + round * absl::Seconds(20);
    const absl::Time start = kNow + (round / 15) * absl::Minutes(5);
    switch (random() % 5) {
      case 0: {
        std::vector<model::Agent> agents;
        for (int i = 0; i < 20; ++i) agents.push_back(Agent(id("a", 15)));
        builder_.PutRoster(agents, {20, static_cast<int64_t>(random() % 21)}, now);
        break;
      }
      case 1: {
        std::vector<model::AgentState> states;
        for (int i = 0; i < 20; ++i) states.push_back(State(id("a", 18)));
        builder_.PutStates(states, now);
        break;
      }
      case 2: {
        std::vector<model::Queue> queues;
        std::vector<model::Membership> memberships;
        for (int i = 0; i < 4; ++i) queues.push_back(Queue(id("q", 5)));
        for (int i = 0; i < 30; ++i) {
          memberships.push_back({id("q", 6), id("a", 18), random() % 2 == 0});
        }
        builder_.PutQueues(queues, memberships, {4, 4}, now);
        break;
      }
      case 3: {
        std::vector<model::QueueLive> live(1);
        live[0].queue_id = id("q", 6);
        builder_.PutLive(live, {1, 1}, now);
        break;
      }
      case 4:
        builder_.PutAgentWork({Work(id("a", 18), id("q", 6), start)}, start,
                              start + absl::Minutes(5), now);
        break;
    }
    const auto snapshot = Build(now);
    if (before != nullptr) {
      EXPECT_EQ(*before, copy);
    }
    before = snapshot;
    copy = *snapshot;
    const auto strictly = [](const auto& list, auto key) {
      for (size_t i = 1; i < list.size(); ++i) EXPECT_LT(key(list[i - 1]), key(list[i]));
    };
    strictly(snapshot->agents, [](const auto& e) { return e.id; });
    strictly(snapshot->states, [](const auto& e) { return e.agent_id; });
    strictly(snapshot->queues, [](const auto& e) { return e.id; });
    strictly(snapshot->memberships,
             [](const auto& e) { return std::pair(e.queue_id, e.agent_id); });
    strictly(snapshot->agent_work,
             [](const auto& e) { return std::tuple(e.agent_id, e.queue_id, e.start); });
    strictly(snapshot->quality, [](const auto& e) { return e.section; });
    for (const auto& quality : snapshot->quality) {
      EXPECT_GE(quality.seen, 0);
      EXPECT_LE(quality.seen, quality.expected) << model::SectionName(quality.section);
    }
  }
}

}  // namespace
}  // namespace evenkeel::ingest
