// SIM-7: policies compared in virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "services/actuator/core/guardrails.h"
#include "tools/genesys_sim/scenario/loader.h"
#include "tools/lab/compare/centre_view.h"
#include "tools/lab/compare/comparison.h"
#include "tools/lab/compare/virtual_actuator.h"
#include "tools/lab/compare/virtual_ingest.h"

namespace evenkeel::lab {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kShort = absl::Minutes(40);

Policy Made(const std::string& name) {
  auto policy = MakePolicy(name, sim::MovingMix(), kShort);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return *policy;
}

TEST(EstimateTest, IntervalsAreStudents) {
  // 3, 5, 10: mean 6, sd sqrt(13), t(2) = 4.3027.
  const Estimate estimate = EstimateMean({3, 5, 10});
  EXPECT_DOUBLE_EQ(estimate.mean, 6);
  EXPECT_NEAR(estimate.half_width, 4.3027 * std::sqrt(13.0 / 3), 1e-9);
  EXPECT_TRUE(std::isinf(EstimateMean({7}).half_width));
  EXPECT_EQ(EstimateMean({7, 7, 7}).half_width, 0);
  // From tables.
  EXPECT_NEAR(StudentT975(1), 12.706, 1e-3);
  EXPECT_NEAR(StudentT975(25), 2.0595, 1e-3);
  EXPECT_NEAR(StudentT975(99), 1.9842, 1e-3);
}

TEST(EstimateTest, UnfairnessIsWhatChanceDoesNotExplainAndSmallGroupsDoNotCount) {
  EXPECT_EQ(UnfairnessCv({{10, 10, 10, 10, 10}}), 0);
  // Mean 20, variance 100: CV^2 = 0.25, of which chance explains 1/20.
  EXPECT_NEAR(UnfairnessCv({{10, 30, 10, 30, 10, 30}}), std::sqrt(0.25 - 0.05), 1e-9);
  EXPECT_EQ(UnfairnessCv({{0, 100}}), 0);
  EXPECT_EQ(UnfairnessCv({}), 0);
  // Weighted by agents.
  EXPECT_NEAR(UnfairnessCv({{10, 30, 10, 30, 10, 30}, {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}}),
              std::sqrt(0.2) / 3, 1e-9);
}

TEST(ShiftTest, Sim7SameSeedSameShift) {
  const Policy loop = Made("loop");
  const Comparison one = Compare("mix", {loop}, {1000}, kShort);
  const Comparison two = Compare("mix", {loop}, {1000}, kShort);
  EXPECT_EQ(ShiftsCsv(one), ShiftsCsv(two));
  EXPECT_EQ(SeriesCsv(one), SeriesCsv(two));
  EXPECT_EQ(IntervalsSvg(one), IntervalsSvg(two));
  EXPECT_EQ(SeriesSvg(one), SeriesSvg(two));
  EXPECT_EQ(TableText(one), TableText(two));
  EXPECT_NE(ShiftsCsv(one), ShiftsCsv(Compare("mix", {loop}, {1001}, kShort)));
}

TEST(ShiftTest, Sim7PoliciesDifferAndTheLoopHelpsWithinItsGuardrails) {
  const actuator::KindLimits limits;
  double alone = 0, steered = 0;
  for (const uint64_t seed : {1000, 1001}) {
    const Shift left = RunShift(Made("left_alone").scenario, seed, absl::Hours(2), false);
    const Shift loop = RunShift(Made("loop").scenario, seed, absl::Hours(2), true);
    EXPECT_EQ(left.figures.changes, 0);
    EXPECT_GT(loop.figures.changes, 10);
    EXPECT_LE(loop.figures.changes, 2 * limits.writes_per_hour);
    alone += left.figures.mean_wait_seconds;
    steered += loop.figures.mean_wait_seconds;
  }
  EXPECT_LT(steered, 0.7 * alone);
}

TEST(ShiftTest, ConstantsNeverChangeAnythingAndBeatOneQueueAnAgent) {
  const Comparison comparison = Compare("mix",
                                        {Made("left_alone"), Made("constant_yesterday"),
                                         Made("best_constant"), Made("everybody_everywhere")},
                                        {1000, 1001, 1002}, absl::Hours(2));
  for (const PolicyRun& run : comparison.policies) {
    EXPECT_EQ(MeanOf(run, &ShiftFigures::changes).mean, 0) << run.name;
    if (run.name == "left_alone") continue;
    const Estimate difference =
        DifferenceOf(run, comparison.policies[0], &ShiftFigures::mean_wait_seconds);
    EXPECT_LT(difference.mean + difference.half_width, 0) << run.name;
  }
}

TEST(PolicyTest, AnUnknownPolicyIsNamed) {
  const auto policy = MakePolicy("lop", sim::MovingMix(), kShort);
  EXPECT_EQ(policy.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(policy.status().message()), HasSubstr("did you mean \"loop\"?"));
}

TEST(PolicyTest, TheMeanLoadIsOfTheContactsOfTheSpan) {
  sim::CallType type;
  type.rates = {{absl::ZeroDuration(), 60}, {absl::Hours(1), 120}};
  type.talk = {sim::Shape::kConstant, absl::Minutes(1)};
  type.talk_by_period = {{absl::ZeroDuration(), {sim::Shape::kConstant, absl::Minutes(2)}},
                         {absl::Hours(1), {sim::Shape::kConstant, absl::Minutes(5)}}};
  sim::Scenario scenario;
  scenario.repeat = absl::Hours(2);
  EXPECT_DOUBLE_EQ(LoadOf(scenario, type, absl::Minutes(30)).calls_per_hour, 60);
  EXPECT_DOUBLE_EQ(LoadOf(scenario, type, absl::Minutes(30)).handle_seconds, 120);
  EXPECT_DOUBLE_EQ(LoadOf(scenario, type, absl::Hours(2)).calls_per_hour, 90);
  EXPECT_DOUBLE_EQ(LoadOf(scenario, type, absl::Hours(2)).handle_seconds, 240);  // by contacts
  EXPECT_DOUBLE_EQ(LoadOf(scenario, type, absl::Hours(3)).calls_per_hour, 80);   // begins anew
  EXPECT_FALSE(LoadOf(scenario, type, absl::Hours(2)).patience_seconds);
  type.patience = {sim::Shape::kExponential, absl::Minutes(3)};
  EXPECT_DOUBLE_EQ(*LoadOf(scenario, type, absl::Hours(2)).patience_seconds, 180);
  scenario.closes = absl::Hours(1);
  EXPECT_DOUBLE_EQ(LoadOf(scenario, type, absl::Hours(2)).calls_per_hour, 30);
  scenario.closes.reset();
  sim::CallType recorded;
  recorded.count_period = absl::Minutes(5);
  recorded.counts = {10, 20};
  EXPECT_DOUBLE_EQ(LoadOf(scenario, recorded, absl::Minutes(5)).calls_per_hour, 120);
  EXPECT_DOUBLE_EQ(LoadOf(scenario, recorded, absl::Minutes(15)).calls_per_hour, 120);
}

TEST(VirtualIngestTest, Sim7SectionsAreAsOldAsTheirIntervals) {
  sim::Engine engine(sim::MovingMix(), 1, absl::FromUnixSeconds(1'700'006'400));
  engine.AdvanceTo(engine.start());
  const CentreView view(engine, sim::QueuesToBalance(engine.scenario()));
  VirtualIngest ingest(view);
  for (int second = 1; second <= 119; ++second) {
    engine.AdvanceTo(engine.start() + absl::Seconds(second));
    ingest.Tick(engine.now());
  }
  std::map<model::Section, absl::Duration> ages;
  for (const model::SectionQuality& quality : ingest.snapshot().quality) {
    ages[quality.section] = engine.now() - quality.taken_at;
  }
  EXPECT_EQ(ages[model::Section::kStates], absl::Seconds(14));
  EXPECT_EQ(ages[model::Section::kQueues], absl::Seconds(29));
  EXPECT_EQ(ages[model::Section::kIntervals], absl::Seconds(59));
  EXPECT_EQ(ages[model::Section::kRoster], absl::Seconds(119));
}

model::Proposal Join(const sim::Scenario& scenario, int agent, int queue, absl::Time now) {
  model::Proposal proposal;
  proposal.entity = model::MembershipEntity{scenario.queues[queue].id, scenario.agents[agent].id};
  proposal.old_value = false;
  proposal.new_value = true;
  proposal.reason = "a test";
  proposal.proposer = "optimizer";
  proposal.plan_id = "plan";
  proposal.snapshot_number = 1;
  proposal.expires_at = now + absl::Minutes(2);
  return proposal;
}

TEST(VirtualActuatorTest, Sim7JoinsAreAsynchronousAndGuardrailsHold) {
  sim::Engine engine(sim::MovingMix(), 1, absl::FromUnixSeconds(1'700'006'400));
  engine.AdvanceTo(engine.start());
  const sim::Scenario& scenario = engine.scenario();
  std::vector<model::ChangeState> states;
  VirtualActuator actuator(engine, sim::QueuesToBalance(scenario),
                           [&](const model::Change& change) { states.push_back(change.state); });
  absl::Time now = engine.now();
  int other = 0;
  for (const sim::Membership& membership : scenario.agents[0].memberships) {
    if (!membership.joined) other = membership.queue;
  }
  const model::Proposal join = Join(scenario, 0, other, now);
  ASSERT_TRUE(actuator.Propose(join, now).ok());
  ASSERT_TRUE(actuator.Propose(join, now).ok());  // the first gives way: it has not been sent
  actuator.Tick(now);
  EXPECT_FALSE(actuator.Propose(join, now).ok());  // one is under way
  EXPECT_EQ(actuator.refusals().count("OPEN_CHANGE"), 1u);
  EXPECT_EQ(engine.Joined(0, other), false);
  for (int second = 1; second <= 6; ++second) {
    now += absl::Seconds(1);
    engine.AdvanceTo(now);
    actuator.Tick(now);
  }
  EXPECT_EQ(engine.Joined(0, other), true);
  EXPECT_EQ(actuator.applied(), 1);
  EXPECT_THAT(states,
              ::testing::ElementsAre(model::ChangeState::kAccepted, model::ChangeState::kSuperseded,
                                     model::ChangeState::kAccepted, model::ChangeState::kVerifying,
                                     model::ChangeState::kApplied));
  // The dwell: it stays ten minutes.
  model::Proposal leave = join;
  std::swap(leave.old_value, leave.new_value);
  leave.plan_id = "next";
  EXPECT_FALSE(actuator.Propose(leave, now).ok());
  EXPECT_EQ(actuator.refusals().count("DWELL"), 1u);
  EXPECT_EQ(actuator.WritesLeft(now), actuator.limits().writes_per_hour - 1);
}

TEST(VirtualActuatorTest, Sim7AQueueLosesNoMoreThanItsShareInAnHour) {
  const std::shared_ptr<const sim::Scenario> scenario = Made("everybody_everywhere").scenario;
  sim::Engine engine(scenario, 1, absl::FromUnixSeconds(1'700'006'400));
  engine.AdvanceTo(engine.start());
  VirtualActuator actuator(engine, sim::QueuesToBalance(*scenario), {});
  actuator::KindLimits limits;
  const int queue = 2;
  const int64_t allowed =
      actuator::GroupAllowance(limits.group_share_per_hour, engine.GetQueue(queue).joined);
  absl::Time now = engine.now();
  int64_t accepted = 0;
  for (const int agent : engine.Members(queue)) {
    model::Proposal leave = Join(*scenario, agent, queue, now);
    std::swap(leave.old_value, leave.new_value);
    leave.plan_id = absl::StrCat("plan-", agent);
    accepted += actuator.Propose(leave, now).ok() ? 1 : 0;
    now += absl::Seconds(1);
    engine.AdvanceTo(now);
    actuator.Tick(now);
  }
  EXPECT_EQ(accepted, allowed);
  EXPECT_EQ(actuator.refusals().at("GROUP_SHARE_PER_HOUR"),
            static_cast<int64_t>(engine.Members(queue).size()) - allowed);
}

TEST(VirtualActuatorTest, Sim7NobodyLosesHisLastQueueByTwoLeavesAtOnce) {
  sim::Engine engine(sim::MovingMix(), 1, absl::FromUnixSeconds(1'700'006'400));
  engine.AdvanceTo(engine.start());
  const sim::Scenario& scenario = engine.scenario();
  std::vector<int> joined;
  for (const sim::Membership& membership : scenario.agents[0].memberships) {
    if (joined.size() == 1 && !membership.joined) engine.SetJoinedNow(0, membership.queue, true);
    if (membership.joined || joined.size() == 1) joined.push_back(membership.queue);
  }
  ASSERT_EQ(joined.size(), 2u);
  VirtualActuator actuator(engine, sim::QueuesToBalance(scenario), {});
  const absl::Time now = engine.now();
  const auto leave = [&](int queue) {
    model::Proposal proposal = Join(scenario, 0, queue, now);
    std::swap(proposal.old_value, proposal.new_value);
    return actuator.Propose(proposal, now);
  };
  EXPECT_TRUE(leave(joined[0]).ok());
  EXPECT_FALSE(leave(joined[1]).ok());
  EXPECT_EQ(actuator.refusals().count("LAST_QUEUE"), 1u);
}

TEST(ShiftTest, Sim7WhoStillWaitsOrIsTurnedAwayCounts) {
  const auto run = [](const std::string& more) {
    auto scenario = sim::ParseScenario(R"(
name: too few
repeat: 1h
queues: [{name: Q}]
calls:
  - {queue: Q, rates: {per_hour: [600]}, talk: {shape: constant, mean: 30m}}
agents: [{name: "A#", count: 5, queues: [Q], joined: [Q]}]
)" + more);
    EXPECT_TRUE(scenario.ok()) << scenario.status();
    return RunShift(std::make_shared<const sim::Scenario>(*scenario), 1, absl::Hours(1), false);
  };
  // Some 600 come evenly, ten are answered; the rest waits half an hour in the mean.
  const ShiftFigures crowded = run("").figures;
  EXPECT_NEAR(crowded.mean_wait_seconds, 1800, 100);
  EXPECT_NEAR(crowded.service_level_ratio, 5.0 / 600, 0.005);
  EXPECT_EQ(crowded.turned_away_ratio, 0);
  EXPECT_NEAR(crowded.talk_minutes_per_agent_hour, 60, 0.5);  // those not ended too
  const ShiftFigures blocked = run("waiting_limit: 0").figures;
  EXPECT_NEAR(blocked.turned_away_ratio, 590.0 / 600, 0.01);
  EXPECT_NEAR(blocked.service_level_ratio, 10.0 / 600, 0.01);
  EXPECT_EQ(blocked.mean_wait_seconds, 0);
}

TEST(ShiftTest, RingsAreNoUnfairness) {
  const auto scenario = std::make_shared<const sim::Scenario>(*sim::LoadScenario("logins"));
  EXPECT_LT(RunShift(scenario, 1, absl::Hours(2), false).figures.unfairness_cv, 0.3);
}

TEST(PlotTest, StepsInWhichNobodyLeftTheLineAreGaps) {
  Comparison comparison = Compare("mix", {Made("left_alone")}, {1}, kShort);
  PolicyRun& run = comparison.policies[0];
  run.shifts[0].wait_series_seconds[2] = std::nan("");
  EXPECT_THAT(SeriesCsv(comparison), HasSubstr("\n10,\n15,"));
  const std::string svg = SeriesSvg(comparison);
  EXPECT_THAT(svg, ::testing::Not(HasSubstr("nan")));
}

TEST(PlotTest, Sim7PlotsNameEveryPolicyAndUnit) {
  const Comparison comparison =
      Compare("a <mix>", {Made("left_alone"), Made("everybody_everywhere")}, {1, 2}, kShort);
  for (const std::string& svg : {IntervalsSvg(comparison), SeriesSvg(comparison)}) {
    EXPECT_THAT(svg, HasSubstr("everybody_everywhere"));
    EXPECT_THAT(svg, HasSubstr("a &lt;mix>"));
    EXPECT_THAT(svg, ::testing::EndsWith("</svg>\n"));
    EXPECT_THAT(svg, ::testing::Not(HasSubstr("nan")));
  }
  EXPECT_THAT(SeriesSvg(comparison), HasSubstr("hours since the start"));
  EXPECT_THAT(IntervalsSvg(comparison), HasSubstr("wait, s"));
  std::istringstream lines(TableText(comparison));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 104u) << line;
}

}  // namespace
}  // namespace evenkeel::lab
