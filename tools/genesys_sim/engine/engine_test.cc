// SIM-1: routing, commands and statistics of the engine.
#include "tools/genesys_sim/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tools/genesys_sim/engine/small_centre.h"

namespace evenkeel::sim {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'007);  // not on a mark of 15 s

// Two queues of one load each, agents of three kinds, over-dispersed arrivals, breaks, every kind
// of segment.
Scenario Mixed() {
  SmallCentre centre;
  centre.Queue(300, 120, 90).Queue(200, 150, 60);
  centre.Agents(8, {0}, {1}).Agents(6, {1}, {0}).Agents(4, {0, 1});
  Scenario scenario = centre.get();
  scenario.repeat = absl::Hours(2);
  for (CallType& type : scenario.call_types) {
    type.dispersion_ratio = 3;
    type.talk = {Shape::kLogNormal, absl::Seconds(120), 0.8};
    type.hold_share_ratio = 0.2;
    type.hold = Exponential(30);
    type.after_call = {Shape::kGamma, absl::Seconds(40), 0.6};
  }
  for (size_t i = 0; i < scenario.agents.size(); ++i) {
    const absl::Duration at = absl::Minutes(5 + 5 * static_cast<int>(i));
    scenario.agents[i].schedule = {{absl::ZeroDuration(), Presence::kOnQueue},
                                   {at, Presence::kBreak},
                                   {at + absl::Minutes(10), Presence::kOnQueue}};
  }
  return scenario;
}

// Commands at random, the same for the same seed.
void Meddle(Engine& engine, Stream& stream) {
  const auto agents = static_cast<int>(engine.scenario().agents.size());
  const int agent = static_cast<int>(stream.Uniform() * agents);
  const int queue = stream.Uniform() < 0.5 ? 0 : 1;
  const double what = stream.Uniform();
  if (what < 0.5) {
    engine.SetJoined(agent, queue, stream.Uniform() < 0.6);
  } else if (what < 0.7) {
    engine.SetJoinedNow(agent, queue, stream.Uniform() < 0.6);
  } else if (what < 0.85) {
    engine.SetPresence(agent, stream.Uniform() < 0.8 ? Presence::kOnQueue : Presence::kMeal);
  } else if (stream.Uniform() < 0.5) {
    engine.SetInboundCapacity(queue, static_cast<int64_t>(stream.Uniform() * 12));
  } else {
    engine.SetInboundCapacity(queue, std::nullopt);
  }
}

int64_t WorkingOn(const Engine& engine, int queue, bool only_talking) {
  int64_t count = 0;
  for (size_t a = 0; a < engine.scenario().agents.size(); ++a) {
    const AgentState agent = engine.GetAgent(static_cast<int>(a));
    count +=
        agent.queue == queue && (!only_talking || agent.activity == Activity::kInteracting) ? 1 : 0;
  }
  return count;
}

TEST(EngineTest, Sim1NothingIsLostWhateverIsCommanded) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Engine engine(Mixed(), seed, kStart);
    Stream stream(seed, {1});
    for (int step = 1; step <= 1500; ++step) {
      engine.AdvanceTo(kStart + absl::Seconds(7) * step);
      if (step % 2 == 0) Meddle(engine, stream);
      for (int q = 0; q < 2; ++q) {
        const QueueState queue = engine.GetQueue(q);
        const Figures& totals = engine.Totals(q);
        ASSERT_EQ(totals.offered, totals.answered.count + totals.abandoned.count + queue.waiting);
        ASSERT_EQ(totals.answered.count, totals.handle.count + queue.working);
        ASSERT_EQ(queue.working, WorkingOn(engine, q, false));
        ASSERT_EQ(queue.interacting, WorkingOn(engine, q, true));
        ASSERT_EQ(static_cast<size_t>(queue.waiting), engine.WaitingSince(q).size());
        int64_t joined = 0;
        bool somebody_idle = false;
        for (const int agent : engine.Members(q)) {
          if (!*engine.Joined(agent, q)) continue;
          ++joined;
          const AgentState state = engine.GetAgent(agent);
          somebody_idle = somebody_idle || (state.on_queue() && !state.busy());
        }
        ASSERT_EQ(joined, queue.joined);
        // Nobody waits while somebody who may answer is idle.
        const bool room = !queue.inbound_capacity || queue.working < *queue.inbound_capacity;
        ASSERT_FALSE(queue.waiting > 0 && somebody_idle && room)
            << "seed " << seed << " at " << step;
      }
    }
    EXPECT_GT(engine.Totals(0).handle.count, 100);
    EXPECT_GT(engine.Totals(0).abandoned.count, 0);
  }
}

std::vector<double> Trace(uint64_t seed, absl::Duration step) {
  Engine engine(Mixed(), seed, kStart);
  Stream stream(seed, {2});
  std::vector<double> trace;
  for (int minute = 1; minute <= 180; ++minute) {
    const absl::Time until = kStart + absl::Minutes(minute);
    while (engine.now() < until) engine.AdvanceTo(std::min(until, engine.now() + step));
    Meddle(engine, stream);
    for (int q = 0; q < 2; ++q) {
      const Figures& totals = engine.Totals(q);
      trace.insert(trace.end(), {static_cast<double>(totals.offered), totals.answered.sum_seconds,
                                 totals.abandoned.sum_seconds, totals.handle.sum_seconds});
    }
  }
  return trace;
}

TEST(EngineTest, Sim1SameSeedSameCentreHoweverTimeIsCut) {
  EXPECT_EQ(Trace(5, absl::Minutes(1)), Trace(5, absl::Minutes(1)));
  EXPECT_EQ(Trace(5, absl::Minutes(1)), Trace(5, absl::Milliseconds(777)));
  EXPECT_NE(Trace(5, absl::Minutes(1)), Trace(6, absl::Minutes(1)));
}

TEST(EngineTest, Sim1CommonRandomNumbersCallsDoNotDependOnCommands) {
  // Without abandonment, every call of both runs is handled in the end, with the same handle time.
  Scenario scenario = Mixed();
  for (CallType& type : scenario.call_types) {
    type.patience.reset();
    type.rates = {{absl::ZeroDuration(), 200}, {absl::Minutes(80), 0}};
  }
  Engine left_alone(scenario, 9, kStart), managed(scenario, 9, kStart);
  Stream stream(9, {3});
  for (int minute = 1; minute < 110; ++minute) {
    const absl::Time until = kStart + absl::Minutes(minute);
    left_alone.AdvanceTo(until);
    managed.AdvanceTo(until);
    for (int q = 0; q < 2; ++q) {
      ASSERT_EQ(left_alone.Totals(q).offered, managed.Totals(q).offered);
    }
    managed.SetJoined(static_cast<int>(stream.Uniform() * 18), minute % 2, stream.Uniform() < 0.7);
  }
  for (int q = 0; q < 2; ++q) {
    for (int agent = 0; agent < 18; ++agent) managed.SetJoinedNow(agent, q, true);
  }
  left_alone.AdvanceTo(kStart + absl::Minutes(119));
  managed.AdvanceTo(kStart + absl::Minutes(119));
  for (int q = 0; q < 2; ++q) {
    const Figures &a = left_alone.Totals(q), &b = managed.Totals(q);
    ASSERT_EQ(a.handle.count, a.offered);
    ASSERT_EQ(b.handle.count, b.offered);
    EXPECT_NEAR(a.handle.sum_seconds, b.handle.sum_seconds, 1e-6);
    EXPECT_NEAR(a.held.sum_seconds, b.held.sum_seconds, 1e-6);
    EXPECT_NE(a.answered.sum_seconds, b.answered.sum_seconds);
  }
}

TEST(EngineTest, Sim1TheLongestIdleAgentAnswers) {
  Scenario scenario = SmallCentre().Queue(2000, 5).Agents(3, {0}).get();
  scenario.call_types[0].talk = Constant(2);
  Engine engine(scenario, 3, kStart);
  engine.AdvanceTo(kStart);
  std::vector<AgentState> before(3), after(3);
  int64_t answered = 0, judged = 0;
  for (int step = 1; step < 40'000; ++step) {
    for (int a = 0; a < 3; ++a) before[a] = engine.GetAgent(a);
    engine.AdvanceTo(kStart + absl::Milliseconds(100) * step);
    for (int a = 0; a < 3; ++a) after[a] = engine.GetAgent(a);
    const int64_t news = engine.Totals(0).answered.count - answered;
    answered += news;
    if (news != 1) continue;
    for (int a = 0; a < 3; ++a) {
      if (before[a].busy() || !after[a].busy()) continue;
      for (int other = 0; other < 3; ++other) {
        if (other == a || before[other].busy() || after[other].busy()) continue;
        EXPECT_LE(before[a].status_since, before[other].status_since);
        ++judged;
      }
    }
  }
  EXPECT_GT(judged, 300);
  EXPECT_GT(answered, 1000);
  // Equal agents get equal shares.
  for (int a = 0; a < 3; ++a) {
    const Figures figures = engine.AgentFigures(a, 0, kStart, kStart + absl::Hours(2));
    EXPECT_NEAR(static_cast<double>(figures.answered.count), static_cast<double>(answered) / 3,
                0.02 * static_cast<double>(answered));
  }
}

TEST(EngineTest, Sim1AFreedAgentTakesTheLongestWaitingCallOfHisQueues) {
  // Nobody is there for 10 minutes, then one agent for both queues.
  Scenario scenario = SmallCentre().Queue(60, 5).Queue(60, 5).Agents(1, {0, 1}).get();
  scenario.agents[0].schedule = {{absl::ZeroDuration(), Presence::kOffline},
                                 {absl::Minutes(10), Presence::kOnQueue}};
  for (CallType& type : scenario.call_types) {
    type.rates = {{absl::ZeroDuration(), 60}, {absl::Minutes(10), 0}};
    type.talk = Constant(10);
  }
  Engine engine(scenario, 4, kStart);
  engine.AdvanceTo(kStart + absl::Minutes(10) - absl::Microseconds(1));
  std::vector<std::pair<absl::Time, int>> expected;
  for (int q = 0; q < 2; ++q) {
    for (const absl::Time since : engine.WaitingSince(q)) expected.emplace_back(since, q);
  }
  std::sort(expected.begin(), expected.end());
  ASSERT_GT(expected.size(), 10u);
  EXPECT_EQ(std::min(*engine.GetQueue(0).longest_waiting_since,
                     *engine.GetQueue(1).longest_waiting_since),
            expected[0].first);
  for (size_t i = 0; i < expected.size(); ++i) {
    engine.AdvanceTo(kStart + absl::Minutes(10) + absl::Seconds(10 * i + 5));
    EXPECT_EQ(engine.GetAgent(0).queue, expected[i].second) << i;
  }
}

TEST(EngineTest, Cap9AJoinTakesEffectAfterOneToFiveSecondsAndStrangersAreSkipped) {
  const Scenario scenario = SmallCentre().Queue(0, 5).Queue(0, 5).Agents(60, {0}, {1}).get();
  Engine engine(scenario, 8, kStart);
  engine.AdvanceTo(kStart);
  for (int a = 0; a < 60; ++a) EXPECT_TRUE(engine.SetJoined(a, 1, true));
  std::vector<int64_t> joined;
  for (const double seconds : {0.99, 3.0, 5.0}) {
    engine.AdvanceTo(kStart + absl::Seconds(seconds));
    joined.push_back(engine.GetQueue(1).joined);
  }
  EXPECT_EQ(joined[0], 0);
  EXPECT_THAT(joined[1], testing::AllOf(testing::Gt(15), testing::Lt(45)));
  EXPECT_EQ(joined[2], 60);

  // The later of two commands wins, however their delays fall.
  for (int a = 0; a < 60; ++a) {
    engine.SetJoined(a, 1, false);
    engine.SetJoined(a, 1, true);
  }
  engine.AdvanceTo(kStart + absl::Seconds(20));
  EXPECT_EQ(engine.GetQueue(1).joined, 60);

  const Scenario strangers = SmallCentre().Queue(0, 5).Queue(0, 5).Agents(1, {0}).get();
  Engine other(strangers, 8, kStart);
  EXPECT_FALSE(other.SetJoined(0, 1, true));
  other.AdvanceTo(kStart + absl::Minutes(1));
  EXPECT_EQ(other.Joined(0, 1), std::nullopt);
  EXPECT_EQ(other.GetQueue(1).members, 0);
}

TEST(EngineTest, Cap9JoiningBringsWorkAndLeavingEndsItAfterTheCallInHand) {
  Scenario scenario = SmallCentre().Queue(600, 5).Queue(0, 5).Agents(1, {1}, {0}).get();
  scenario.call_types[0].talk = Constant(30);
  Engine engine(scenario, 2, kStart);
  engine.AdvanceTo(kStart + absl::Minutes(5));
  EXPECT_EQ(engine.Totals(0).answered.count, 0);
  EXPECT_GT(engine.GetQueue(0).waiting, 20);
  engine.SetJoined(0, 0, true);
  engine.AdvanceTo(kStart + absl::Minutes(5) + absl::Seconds(5));
  EXPECT_EQ(engine.GetAgent(0).queue, 0);
  engine.SetJoinedNow(0, 0, false);
  EXPECT_EQ(engine.GetAgent(0).queue, 0);  // the call goes on
  engine.AdvanceTo(kStart + absl::Minutes(10));
  EXPECT_FALSE(engine.GetAgent(0).busy());
  EXPECT_EQ(engine.Totals(0).handle.count, 1);
}

TEST(EngineTest, Sim8InboundCapacityIsTheMostAgentsThatWorkOnTheQueueAtOnce) {
  Scenario scenario = SmallCentre().Queue(1800, 120, 60).Agents(30, {0}).get();
  scenario.queues[0].inbound_capacity = 7;
  scenario.call_types[0].after_call = Exponential(60);
  Engine engine(scenario, 1, kStart);
  int64_t most = 0;
  for (int second = 0; second < 3600; ++second) {
    engine.AdvanceTo(kStart + absl::Seconds(second));
    most = std::max(most, engine.GetQueue(0).working);
  }
  EXPECT_EQ(most, 7);
  engine.SetInboundCapacity(0, 12);  // idle agents take the waiting calls at once
  EXPECT_EQ(engine.GetQueue(0).working, 12);
  engine.SetInboundCapacity(0, 3);  // calls in hand are finished
  EXPECT_EQ(engine.GetQueue(0).working, 12);
  const int64_t answered = engine.Totals(0).answered.count;
  while (engine.GetQueue(0).working > 3) {
    engine.AdvanceTo(engine.now() + absl::Seconds(1));
    ASSERT_LE(engine.GetQueue(0).working, 12);
  }
  EXPECT_LE(engine.Totals(0).answered.count, answered + 1);
  engine.SetInboundCapacity(0, std::nullopt);
  EXPECT_EQ(engine.GetQueue(0).working, 30);
}

TEST(EngineTest, Sim1AnAgentOffQueueFinishesHisCallAndTakesNoOther) {
  Scenario scenario = SmallCentre().Queue(600, 5).Agents(1, {0}).get();
  scenario.call_types[0].talk = Constant(40);
  scenario.call_types[0].after_call = Constant(20);
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(kStart + absl::Seconds(130));
  ASSERT_TRUE(engine.GetAgent(0).busy());
  engine.SetPresence(0, Presence::kMeal);
  EXPECT_TRUE(engine.GetAgent(0).busy());
  EXPECT_EQ(engine.GetAgent(0).presence_since, engine.now());
  const int64_t answered = engine.Totals(0).answered.count;
  engine.AdvanceTo(kStart + absl::Minutes(10));
  EXPECT_FALSE(engine.GetAgent(0).busy());
  EXPECT_EQ(engine.Totals(0).answered.count, answered);
  engine.SetPresence(0, Presence::kOnQueue);
  EXPECT_EQ(engine.GetAgent(0).activity, Activity::kInteracting);
  engine.AdvanceTo(kStart + absl::Minutes(10) + absl::Seconds(41));
  EXPECT_EQ(engine.GetAgent(0).activity, Activity::kAfterCall);
}

TEST(EngineTest, ScheduleRepeats) {
  Scenario scenario = SmallCentre().Queue(0, 5).Agents(1, {0}).get();
  scenario.repeat = absl::Hours(1);
  scenario.agents[0].schedule = {{absl::ZeroDuration(), Presence::kOnQueue},
                                 {absl::Minutes(30), Presence::kBreak},
                                 {absl::Minutes(45), Presence::kOnQueue},
                                 {absl::Minutes(50), Presence::kOffline}};
  Engine engine(scenario, 1, kStart);
  for (int hour = 0; hour < 5; ++hour) {
    for (const auto& [minute, presence] : std::map<int, Presence>{{0, Presence::kOnQueue},
                                                                  {29, Presence::kOnQueue},
                                                                  {30, Presence::kBreak},
                                                                  {45, Presence::kOnQueue},
                                                                  {59, Presence::kOffline}}) {
      engine.AdvanceTo(kStart + absl::Hours(hour) + absl::Minutes(minute));
      EXPECT_EQ(engine.GetAgent(0).presence, presence) << hour << ":" << minute;
    }
  }
}

TEST(EngineTest, SlicesAddUpToTheTotals) {
  Engine engine(Mixed(), 12, kStart);
  const absl::Time end = kStart + absl::Hours(3);
  engine.AdvanceTo(end);
  for (int q = 0; q < 2; ++q) {
    const Figures& totals = engine.Totals(q);
    Figures sum, agents;
    // Cut anywhere on marks of 15 s: nothing counts twice or is lost.
    const absl::Time zero = absl::FromUnixSeconds(1'700'000'010) - absl::Seconds(15);
    absl::Time from = zero;
    for (int cut = 1; from < end; ++cut) {
      const absl::Time to = from + absl::Seconds(15) * cut;
      sum.Add(engine.QueueFigures(q, from, to));
      for (int a = 0; a < 18; ++a) agents.Add(engine.AgentFigures(a, q, from, to));
      from = to;
    }
    EXPECT_EQ(sum.offered, totals.offered);
    EXPECT_EQ(sum.abandoned.count, totals.abandoned.count);
    EXPECT_EQ(sum.over_target, totals.over_target);
    EXPECT_NEAR(sum.staffed_seconds, totals.staffed_seconds, 1e-5);
    EXPECT_NEAR(sum.busy_seconds, totals.busy_seconds, 1e-5);
    for (const auto part : {&Figures::answered, &Figures::talk, &Figures::held,
                            &Figures::after_call, &Figures::handle}) {
      for (const Figures* figures : {&sum, &agents}) {
        EXPECT_EQ((figures->*part).count, (totals.*part).count);
        EXPECT_NEAR((figures->*part).sum_seconds, (totals.*part).sum_seconds, 1e-5);
        EXPECT_EQ((figures->*part).most_seconds, (totals.*part).most_seconds);
        EXPECT_EQ((figures->*part).least_seconds, (totals.*part).least_seconds);
      }
    }
    EXPECT_NEAR(totals.handle.sum_seconds,
                totals.talk.sum_seconds + totals.held.sum_seconds + totals.after_call.sum_seconds,
                18 * 60);  // but for the calls in after-call work
    EXPECT_LE(totals.busy_seconds, totals.staffed_seconds);
  }
  EXPECT_EQ(engine.QueueFigures(0, end + absl::Hours(1), end + absl::Hours(2)).offered, 0);
  EXPECT_EQ(engine.QueueFigures(0, absl::InfinitePast(), absl::InfiniteFuture()).offered,
            engine.Totals(0).offered);
}

TEST(EngineTest, SlicesOlderThan26HoursAreForgotten) {
  Engine engine(SmallCentre().Queue(60, 5).Agents(3, {0}).get(), 1, kStart);
  engine.AdvanceTo(kStart + absl::Hours(60));
  EXPECT_EQ(engine.QueueFigures(0, kStart, kStart + absl::Hours(33)).offered, 0);
  EXPECT_NEAR(static_cast<double>(engine.QueueFigures(0, kStart, kStart + absl::Hours(60)).offered),
              26 * 60, 200);
}

}  // namespace
}  // namespace evenkeel::sim
