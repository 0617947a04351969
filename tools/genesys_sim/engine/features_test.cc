// SIM-1, SIM-8: routing methods, rings, media, priorities, skills, retrials, limits, headcounts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tools/genesys_sim/engine/engine.h"
#include "tools/genesys_sim/engine/small_centre.h"

namespace evenkeel::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

absl::Time At(double seconds) { return kStart + absl::Seconds(seconds); }

struct Recorder : Observer {
  std::vector<Contact> contacts;
  void Ended(const Contact& contact) override { contacts.push_back(contact); }

  int64_t Count(Outcome outcome) const {
    return std::count_if(contacts.begin(), contacts.end(),
                         [&](const Contact& contact) { return contact.outcome == outcome; });
  }
};

// One call in each second that `counts` gives, at some time in it.
CallType Recorded(int queue, std::vector<int64_t> counts, double talk_seconds) {
  CallType type;
  type.name = "recorded";
  type.queue = queue;
  type.counts = std::move(counts);
  type.count_period = absl::Seconds(1);
  type.talk = Constant(talk_seconds);
  return type;
}

Scenario Centre(SmallCentre centre, std::vector<CallType> types) {
  Scenario scenario = centre.get();
  scenario.repeat = absl::Hours(24);
  scenario.call_types = std::move(types);
  EXPECT_TRUE(Validate(scenario).ok()) << Validate(scenario);
  return scenario;
}

std::vector<int> Busy(const Engine& engine) {
  std::vector<int> busy;
  for (size_t a = 0; a < engine.scenario().agents.size(); ++a) {
    if (engine.GetAgent(static_cast<int>(a)).busy()) busy.push_back(static_cast<int>(a));
  }
  return busy;
}

TEST(RingsTest, Sim1AContactGoesToOuterRingsAfterTheTimersOnly) {
  Scenario scenario =
      Centre(SmallCentre().Queue(0, 1).Agents(3, {0}), {Recorded(0, {1, 1, 1, 1}, 1000)});
  for (int a = 0; a < 3; ++a) scenario.agents[a].memberships[0].ring = 3 - a;  // agent 2 in ring 1
  scenario.queues[0].rings = {absl::Seconds(10), absl::Seconds(20)};
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(4));
  EXPECT_THAT(Busy(engine), ElementsAre(2));
  EXPECT_EQ(engine.GetQueue(0).waiting, 3);
  engine.AdvanceTo(At(10.9));
  EXPECT_THAT(Busy(engine), ElementsAre(2));
  engine.AdvanceTo(At(12.1));  // the second call is 10 s old
  EXPECT_THAT(Busy(engine), ElementsAre(1, 2));
  engine.AdvanceTo(At(31.9));
  EXPECT_THAT(Busy(engine), ElementsAre(1, 2));
  engine.AdvanceTo(At(33.1));  // the third is 30 s old
  EXPECT_THAT(Busy(engine), ElementsAre(0, 1, 2));
}

TEST(RingsTest, Sim1TimersAreTakenAtEntryOrLive) {
  for (const RingTimers timers : {RingTimers::kAtEntry, RingTimers::kLive}) {
    Scenario scenario = Centre(SmallCentre().Queue(0, 1).Agents(1, {0}), {Recorded(0, {1}, 1000)});
    scenario.agents[0].memberships[0].ring = 2;
    scenario.queues[0].rings = {absl::Seconds(60)};
    scenario.queues[0].ring_timers = timers;
    Engine engine(scenario, 1, kStart);
    engine.AdvanceTo(At(10));
    engine.SetRings(0, {absl::Seconds(20)});
    engine.AdvanceTo(At(21.1));
    EXPECT_EQ(engine.GetAgent(0).busy(), timers == RingTimers::kLive);
    engine.AdvanceTo(At(61.1));
    EXPECT_TRUE(engine.GetAgent(0).busy());
  }
}

TEST(RingsTest, LiveTimersThatArePastAskTheRingAtOnce) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Agents(1, {0}), {Recorded(0, {1}, 1000)});
  scenario.agents[0].memberships[0].ring = 3;
  scenario.queues[0].rings = {absl::Minutes(60), absl::Minutes(60)};
  scenario.queues[0].ring_timers = RingTimers::kLive;
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(30));
  engine.SetRings(0, {absl::Seconds(5), absl::Seconds(10)});
  EXPECT_TRUE(engine.GetAgent(0).busy());
}

TEST(RingsTest, AMemberMovedToAnInnerRingGetsWhatWaits) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Agents(1, {0}), {Recorded(0, {1}, 1000)});
  scenario.agents[0].memberships[0].ring = 2;
  scenario.queues[0].rings = {absl::Minutes(60)};
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(5));
  EXPECT_THAT(Busy(engine), IsEmpty());
  EXPECT_TRUE(engine.SetRing(0, 0, 1));
  EXPECT_THAT(Busy(engine), ElementsAre(0));
  EXPECT_EQ(engine.Ring(0, 0), 1);
}

TEST(RingsTest, TheLastRingIsEverybodyAlsoOfARingThatIsNoMore) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Agents(1, {0}), {Recorded(0, {0, 1}, 1000)});
  scenario.agents[0].memberships[0].ring = 3;
  scenario.queues[0].rings = {absl::Seconds(10), absl::Seconds(10)};
  Engine engine(scenario, 1, kStart);
  engine.SetRings(0, {absl::Seconds(10)});
  engine.AdvanceTo(At(10.9));
  EXPECT_FALSE(engine.GetAgent(0).busy());
  engine.AdvanceTo(At(12.1));
  EXPECT_TRUE(engine.GetAgent(0).busy());
  scenario.agents[0].memberships[0].ring = 4;  // as a scenario it is refused
  EXPECT_EQ(Validate(scenario).code(), absl::StatusCode::kInvalidArgument);
}

TEST(RoutingTest, Sim1SkillsRoutingTakesTheMostProficient) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Agents(3, {0}), {Recorded(0, {1, 1}, 1000)});
  scenario.skills = {{"s", "s"}};
  scenario.queues[0].skill = 0;
  scenario.queues[0].routing = Routing::kSkills;
  for (int a = 0; a < 3; ++a) scenario.agents[a].skills = {{0, a == 1 ? 5.0 : 1.0 + a}};
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(1));
  EXPECT_THAT(Busy(engine), ElementsAre(1));
  engine.AdvanceTo(At(2));
  EXPECT_THAT(Busy(engine), ElementsAre(1, 2));
}

TEST(RoutingTest, Sim1RandomRoutingSpreadsEvenlyAndLongestIdleByTurn) {
  for (const Routing routing : {Routing::kRandom, Routing::kLongestIdle}) {
    Scenario scenario = SmallCentre().Queue(36, 1).Agents(4, {0}).get();
    scenario.queues[0].routing = routing;
    scenario.call_types[0].talk = Constant(1);
    Recorder recorder;
    EngineOptions options;
    options.observer = &recorder;
    Engine engine(scenario, 5, kStart, options);
    engine.AdvanceTo(kStart + absl::Hours(60));
    std::vector<int64_t> by_agent(4);
    int repeats = 0;
    for (size_t i = 0; i < recorder.contacts.size(); ++i) {
      ++by_agent[recorder.contacts[i].agent];
      repeats += i > 0 && recorder.contacts[i].agent == recorder.contacts[i - 1].agent ? 1 : 0;
    }
    const auto n = static_cast<double>(recorder.contacts.size());
    for (const int64_t calls : by_agent) EXPECT_NEAR(calls, n / 4, 4 * std::sqrt(n * 3 / 16));
    // At random one in four goes to the same agent again; by turn nearly none does.
    if (routing == Routing::kRandom) {
      EXPECT_NEAR(repeats / n, 0.25, 0.04);
    } else {
      EXPECT_LT(repeats / n, 0.01);
    }
  }
}

TEST(RoutingTest, Sim8ShortestHandleTakesWhoHasBeenQuickest) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Agents(2, {0}), {Recorded(0, {1, 1}, 10)});
  scenario.call_types[0].counts.resize(100);
  for (const int second : {40, 60, 80}) scenario.call_types[0].counts[second] = 1;
  scenario.agents[0].memberships[0].handle_factor = 0.5;
  scenario.queues[0].routing = Routing::kShortestHandle;
  Recorder recorder;
  EngineOptions options;
  options.observer = &recorder;
  Engine engine(scenario, 1, kStart, options);
  engine.AdvanceTo(At(100));
  ASSERT_EQ(recorder.contacts.size(), 5u);
  for (size_t i = 2; i < 5; ++i) EXPECT_EQ(recorder.contacts[i].agent, 0);
  EXPECT_DOUBLE_EQ(recorder.contacts[4].talk_seconds, 5);
}

TEST(RoutingTest, Sim1ThePriorityGoesBeforeTheWait) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Agents(1, {0}),
                             {Recorded(0, {1, 1, 1}, 10), Recorded(0, {0, 0, 0, 1}, 10)});
  scenario.call_types[1].priority = 5;
  Recorder recorder;
  EngineOptions options;
  options.observer = &recorder;
  Engine engine(scenario, 1, kStart, options);
  engine.AdvanceTo(At(60));
  ASSERT_EQ(recorder.contacts.size(), 4u);
  EXPECT_EQ(recorder.contacts[1].call_type, 1);  // the one in hand is finished first
  EXPECT_EQ(recorder.contacts[2].call_type, 0);
}

TEST(RoutingTest, Sim1OnlyWhoHasTheSkillsAskedForIsTaken) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Agents(2, {0}),
                             {Recorded(0, {1}, 1000), Recorded(0, {0, 1}, 1000)});
  scenario.skills = {{"a", "a"}, {"b", "b"}};
  scenario.agents[1].skills = {{0, 1}};
  scenario.call_types[0].skills = {0, 1};
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(3));
  // The call without a wish passes by the one that nobody can serve.
  EXPECT_EQ(engine.GetQueue(0).waiting, 1);
  EXPECT_THAT(Busy(engine), ElementsAre(0));
  engine.SetSkills(1, {{0, 1}, {1, 1}});
  EXPECT_THAT(Busy(engine), ElementsAre(0, 1));
}

TEST(RoutingTest, RanksSayWhoIsAskedFirstAndWhatIsTakenFirst) {
  // Both agents serve both queues; agent 1 is the first for queue 0 and takes queue 1 first.
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Queue(0, 1).Agents(2, {0, 1}),
                             {Recorded(0, {1, 0, 1}, 10), Recorded(1, {0, 0, 0, 0, 1}, 10)});
  scenario.agents[0].memberships[0].agent_rank = 1;
  scenario.agents[1].memberships[0].queue_rank = 1;
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(1));
  EXPECT_THAT(Busy(engine), ElementsAre(1));
  engine.SetPresence(0, Presence::kMeal);
  engine.AdvanceTo(At(5));
  EXPECT_EQ(engine.GetQueue(0).waiting, 1);
  engine.AdvanceTo(At(11.1));  // the older call of queue 0 is passed by
  EXPECT_EQ(engine.GetAgent(1).queue, 1);
}

TEST(MediaTest, Sim1AnAgentHasSeveralChatsButOneCallAndNotBoth) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Queue(0, 1).Agents(1, {0, 1}),
                             {Recorded(0, {1, 1, 1, 1}, 100), Recorded(1, {0, 0, 0, 0, 1}, 50)});
  scenario.queues[0].media = Media::kChat;
  scenario.agents[0].utilization.most = {1, 3, 1, 1};
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(5));
  EXPECT_EQ(engine.GetAgent(0).contacts.size(), 3u);
  EXPECT_EQ(engine.GetQueue(0).interacting, 3);
  EXPECT_EQ(engine.GetQueue(0).waiting, 1);
  EXPECT_EQ(engine.GetQueue(1).waiting, 1);
  // The chats end one after another; the fourth chat came first, so the call waits for all of them.
  engine.AdvanceTo(At(101.1));
  EXPECT_EQ(engine.GetQueue(0).waiting, 0);
  EXPECT_EQ(engine.GetQueue(1).waiting, 1);
  engine.AdvanceTo(At(202));
  EXPECT_EQ(engine.GetAgent(0).contacts.size(), 1u);
  EXPECT_EQ(engine.GetAgent(0).queue, 1);
}

TEST(MediaTest, Sim1AMediaThatMayInterruptIsTakenBeside) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Queue(0, 1).Agents(1, {0, 1}),
                             {Recorded(0, {1}, 100), Recorded(1, {0, 0, 1}, 50)});
  scenario.queues[0].media = Media::kEmail;
  scenario.agents[0].utilization.interrupted_by[static_cast<size_t>(Media::kEmail)] =
      1 << static_cast<int>(Media::kVoice);
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(3));
  EXPECT_EQ(engine.GetAgent(0).contacts.size(), 2u);
  EXPECT_EQ(engine.GetQueue(1).interacting, 1);
}

TEST(MediaTest, MoreUtilizationTakesWhatWaits) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Agents(1, {0}), {Recorded(0, {1, 1}, 100)});
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(3));
  EXPECT_EQ(engine.GetQueue(0).waiting, 1);
  Utilization two;
  two.most[0] = 2;
  engine.SetUtilization(0, two);
  EXPECT_EQ(engine.GetQueue(0).waiting, 0);
  Utilization none;
  none.most = {0, 0, 0, 0};
  engine.SetUtilization(0, none);
  EXPECT_EQ(engine.GetAgent(0).contacts.size(), 2u);  // in hand is finished
}

TEST(MediaTest, AnIdleAgentsNewMediaIsTakenAndAnOldOneIsNot) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Queue(1, 1).Agents(1, {0, 1}),
                             {Recorded(0, {0, 0, 1}, 1000), Recorded(1, {1}, 1000)});
  scenario.queues[1].media = Media::kChat;
  scenario.agents[0].utilization.most = {1, 0, 1, 1};
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(1.5));
  EXPECT_EQ(engine.GetQueue(1).waiting, 1);  // idle, and for calls alone
  Utilization chats;
  chats.most = {0, 2, 1, 1};
  engine.SetUtilization(0, chats);
  EXPECT_EQ(engine.GetQueue(1).waiting, 0);
  engine.AdvanceTo(At(4));
  EXPECT_EQ(engine.GetQueue(0).waiting, 1);
}

TEST(MediaTest, WhoLeftAQueueWithoutCapacityGetsNothingOfItLater) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Agents(1, {0}), {Recorded(0, {0, 0, 1}, 9)});
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(1));
  Utilization none, one;
  none.most = {0, 4, 1, 1};
  engine.SetUtilization(0, none);
  engine.SetJoinedNow(0, 0, false);
  engine.SetUtilization(0, one);
  engine.AdvanceTo(At(4));
  EXPECT_EQ(engine.GetQueue(0).waiting, 1);
}

TEST(LimitsTest, Sim1WhoFindsNoLineOrTooManyWaitingIsBlocked) {
  for (const int which : {0, 1, 2}) {
    Scenario scenario =
        Centre(SmallCentre().Queue(0, 1).Agents(1, {0}), {Recorded(0, {1, 1, 1, 1, 1}, 1000)});
    if (which == 0) scenario.lines = 3;
    if (which == 1) scenario.waiting_limit = 2;
    if (which == 2) scenario.queues[0].waiting_limit = 2;
    Recorder recorder;
    EngineOptions options;
    options.observer = &recorder;
    Engine engine(scenario, 1, kStart, options);
    engine.AdvanceTo(At(6));
    EXPECT_EQ(engine.GetQueue(0).waiting, 2) << which;
    EXPECT_EQ(recorder.Count(Outcome::kBlocked), 2) << which;
    EXPECT_EQ(engine.Totals(0).offered, 3) << which;
  }
}

TEST(RetrialTest, Sim1WhoGaveUpComesBackWithHisWaitAndHisNeeds) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Agents(1, {0}),
                             {Recorded(0, {1}, 100), Recorded(0, {0, 0, 1}, 7)});
  scenario.call_types[1].patience = Constant(5);
  scenario.call_types[1].retrial = {1, 0, Constant(60)};
  Recorder recorder;
  EngineOptions options;
  options.observer = &recorder;
  Engine engine(scenario, 1, kStart, options);
  engine.AdvanceTo(At(200));
  ASSERT_EQ(recorder.contacts.size(), 4u);
  EXPECT_EQ(recorder.contacts[0].outcome, Outcome::kAbandoned);
  EXPECT_EQ(recorder.contacts[1].outcome, Outcome::kAbandoned);
  EXPECT_EQ(recorder.contacts[1].attempt, 1);
  EXPECT_EQ(recorder.contacts[3].outcome, Outcome::kHandled);
  EXPECT_EQ(recorder.contacts[3].attempt, 2);
  EXPECT_EQ(recorder.contacts[3].waited, 10'000'000);
  EXPECT_DOUBLE_EQ(recorder.contacts[3].talk_seconds, 7);
}

TEST(RetrialTest, Sim1SharesOfBalkingAndComingBack) {
  Scenario scenario = SmallCentre().Queue(600, 60, 1).get();  // no agents
  scenario.call_types[0].balk_ratio = 0.3;
  scenario.call_types[0].retrial = {0.4, 0, Constant(3600)};
  Recorder recorder;
  EngineOptions options;
  options.observer = &recorder;
  Engine engine(scenario, 1, kStart, options);
  engine.AdvanceTo(kStart + absl::Hours(20));
  double firsts = 0, seconds = 0, balked = 0;
  for (const Contact& contact : recorder.contacts) {
    firsts += contact.attempt == 0 ? 1 : 0;
    seconds += contact.attempt == 1 ? 1 : 0;
    balked += contact.attempt == 0 && contact.waited == 0 ? 1 : 0;
  }
  EXPECT_NEAR(balked / firsts, 0.3, 0.02);
  EXPECT_NEAR(seconds / firsts, 0.4 * 19 / 20, 0.02);
}

TEST(HeadcountTest, Sim1WhenItFallsIdleOnesGoFirstThenWhoeverEnds) {
  Scenario scenario =
      Centre(SmallCentre().Queue(0, 1).Agents(4, {0}), {Recorded(0, {1, 1, 1}, 100)});
  scenario.staffing_groups = {
      {"g", 0, 4, {{absl::ZeroDuration(), 4}, {absl::Seconds(50), 1}, {absl::Seconds(300), 2}}}};
  ASSERT_TRUE(Validate(scenario).ok());
  Engine engine(scenario, 1, kStart);
  const auto present = [&] {
    int count = 0;
    for (int a = 0; a < 4; ++a) count += engine.GetAgent(a).on_queue() ? 1 : 0;
    return count;
  };
  engine.AdvanceTo(At(49));
  EXPECT_EQ(present(), 4);
  engine.AdvanceTo(At(51));
  EXPECT_EQ(present(), 3);  // the idle one has gone
  engine.AdvanceTo(At(104));
  EXPECT_EQ(present(), 1);
  engine.AdvanceTo(At(301));
  EXPECT_EQ(present(), 2);
  const GroupTotals totals = engine.StaffingTotals(0);
  EXPECT_EQ(totals.busy_micros, 300'000'000);
  EXPECT_GT(totals.staffed_micros, totals.busy_micros);
}

TEST(HeadcountTest, Sim1WhoWaitsWhenTheLastAgentLeavesIsDisconnectedIfTheScenarioSaysSo) {
  for (const bool disconnect : {false, true}) {
    Scenario scenario =
        Centre(SmallCentre().Queue(0, 1).Agents(1, {0}), {Recorded(0, {1, 1}, 100)});
    scenario.staffing_groups = {{"g", 0, 1, {{absl::ZeroDuration(), 1}, {absl::Seconds(50), 0}}}};
    scenario.disconnect_unstaffed = disconnect;
    Recorder recorder;
    EngineOptions options;
    options.observer = &recorder;
    Engine engine(scenario, 1, kStart, options);
    engine.AdvanceTo(At(51));
    EXPECT_EQ(recorder.Count(Outcome::kDisconnected), disconnect ? 1 : 0);
    engine.AdvanceTo(At(102));
    EXPECT_EQ(recorder.Count(Outcome::kHandled), 1);
    EXPECT_FALSE(engine.GetAgent(0).on_queue());
  }
}

TEST(HeadcountTest, WhoWaitsWhenTheLastAgentLeavesTheQueueIsDisconnectedToo) {
  Scenario scenario = Centre(SmallCentre().Queue(0, 1).Agents(1, {0}), {Recorded(0, {1, 1}, 100)});
  scenario.disconnect_unstaffed = true;
  Recorder recorder;
  EngineOptions options;
  options.observer = &recorder;
  Engine engine(scenario, 1, kStart, options);
  engine.AdvanceTo(At(3));
  EXPECT_EQ(recorder.Count(Outcome::kDisconnected), 0);
  engine.SetJoinedNow(0, 0, false);
  EXPECT_EQ(recorder.Count(Outcome::kDisconnected), 1);
  EXPECT_EQ(engine.GetQueue(0).waiting, 0);
}

TEST(ArrivalsTest, Sim1RecordedCountsComeExactly) {
  SmallCentre centre;
  Scenario scenario = Centre(centre.Queue(0, 1), {Recorded(0, {3, 0, 2}, 1)});
  scenario.repeat = absl::Minutes(1);
  scenario.closes = absl::Seconds(61.5);
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(1));
  EXPECT_EQ(engine.Totals(0).offered, 3);
  engine.AdvanceTo(At(2));
  EXPECT_EQ(engine.Totals(0).offered, 3);
  engine.AdvanceTo(At(3));
  EXPECT_EQ(engine.Totals(0).offered, 5);
  engine.AdvanceTo(At(200));  // in the second minute those before it closes
  EXPECT_EQ(engine.Totals(0).offered, 8);
}

TEST(ArrivalsTest, Sim1TheDaysBusynessIsCommonToAllCallTypes) {
  Scenario scenario = SmallCentre().Queue(300, 1).Queue(300, 1).get();
  scenario.busyness_cv_ratio = 0.3;
  scenario.repeat = absl::Hours(24);
  double sums[2] = {}, squares = 0, products = 0;
  constexpr int kDays = 300;
  for (uint64_t seed = 1; seed <= kDays; ++seed) {
    Engine engine(scenario, seed, kStart);
    engine.AdvanceTo(kStart + absl::Hours(24));
    const double x = static_cast<double>(engine.Totals(0).offered) / 7200 - 1;
    const double y = static_cast<double>(engine.Totals(1).offered) / 7200 - 1;
    sums[0] += x;
    sums[1] += y;
    squares += x * x;
    products += x * y;
  }
  EXPECT_NEAR(sums[0] / kDays, 0, 0.06);
  EXPECT_NEAR(std::sqrt(squares / kDays), 0.3, 0.04);
  EXPECT_GT(products / squares, 0.9);
}

TEST(StallTest, Sim8NothingIsGivenOutWhileRulesAreReconciled) {
  Scenario scenario =
      Centre(SmallCentre().Queue(0, 1).Agents(5, {0}), {Recorded(0, {1, 1, 1}, 1000)});
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(1));
  EXPECT_EQ(Busy(engine).size(), 1u);
  engine.StallUntil(At(40));
  engine.AdvanceTo(At(39.9));
  EXPECT_EQ(Busy(engine).size(), 1u);
  EXPECT_EQ(engine.GetQueue(0).waiting, 2);
  engine.AdvanceTo(At(40));
  EXPECT_EQ(Busy(engine).size(), 3u);
}

TEST(MembersTest, MembersComeAndGo) {
  Scenario scenario =
      Centre(SmallCentre().Queue(0, 1).Queue(0, 1).Agents(1, {0}), {Recorded(1, {1}, 100)});
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(2));
  EXPECT_FALSE(engine.SetJoined(0, 1, true));
  EXPECT_TRUE(engine.SetMember(0, 1, true));
  EXPECT_FALSE(engine.SetMember(0, 1, true));
  EXPECT_EQ(engine.Joined(0, 1), false);
  EXPECT_TRUE(engine.SetJoinedNow(0, 1, true));
  EXPECT_TRUE(engine.GetAgent(0).busy());
  EXPECT_TRUE(engine.SetMember(0, 1, false));
  EXPECT_THAT(engine.Members(1), IsEmpty());
  EXPECT_EQ(engine.Joined(0, 1), std::nullopt);
  engine.AdvanceTo(At(102));
  EXPECT_EQ(engine.AgentFigures(0, 1, kStart, At(120)).handle.count, 1);
  EXPECT_TRUE(engine.SetMember(0, 1, true));
  EXPECT_THAT(engine.Members(1), ElementsAre(0));
}

}  // namespace
}  // namespace evenkeel::sim
