// SIM-1: calls out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tools/genesys_sim/engine/engine.h"
#include "tools/genesys_sim/engine/small_centre.h"

namespace evenkeel::sim {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

absl::Time At(double seconds) { return kStart + absl::Seconds(seconds); }

Scenario Dialling(int agents, double calls_per_agent, double answer_ratio) {
  Scenario scenario = SmallCentre().Queue(0, 1).Agents(agents, {0}).get();
  scenario.call_types.clear();
  scenario.wrap_up_codes = {{"sale", "Sale"}, {"none", "No interest"}};
  Campaign& campaign = scenario.campaigns.emplace_back();
  campaign.id = campaign.name = "c";
  campaign.calls_per_agent = calls_per_agent;
  campaign.outcomes = {{absl::ZeroDuration(), answer_ratio, 0.1, 0.2}};
  campaign.answer_after = campaign.busy_after = campaign.machine_after = campaign.no_answer_after =
      Constant(10);
  campaign.patience = Constant(2);
  campaign.talk = Exponential(60);
  campaign.after_call = Constant(5);
  campaign.wrap_up_codes = {{0, 1}, {1, 3}};
  EXPECT_TRUE(Validate(scenario).ok()) << Validate(scenario);
  return scenario;
}

struct Recorder : Observer {
  std::vector<Contact> contacts;
  void Ended(const Contact& contact) override { contacts.push_back(contact); }
};

TEST(DiallingTest, Sim1AttemptsUnderWayFollowTheRatioOfFreeAgents) {
  Engine engine(Dialling(4, 2.5, 0), 1, kStart);
  engine.AdvanceTo(At(1));
  EXPECT_EQ(engine.GetCampaign(0).dialling, 10);
  engine.SetCallsPerAgent(0, 3);
  EXPECT_EQ(engine.GetCampaign(0).dialling, 12);
  engine.SetCallsPerAgent(0, 1);
  engine.AdvanceTo(At(21));
  EXPECT_EQ(engine.GetCampaign(0).dialling, 4);
  engine.SetRunning(0, false);
  engine.AdvanceTo(At(40));
  EXPECT_EQ(engine.GetCampaign(0).dialling, 0);
  EXPECT_FALSE(engine.GetCampaign(0).running);
}

TEST(DiallingTest, Sim1OutcomesHaveTheirSharesAndEveryAttemptEndsInOne) {
  Scenario scenario = Dialling(50, 2, 0.3);
  scenario.campaigns[0].talk = Constant(1);
  Recorder recorder;
  EngineOptions options;
  options.observer = &recorder;
  Engine engine(scenario, 1, kStart, options);
  engine.AdvanceTo(At(6000));
  const DialFigures& totals = engine.CampaignTotals(0);
  const auto n = static_cast<double>(totals.attempts);
  EXPECT_GT(n, 10'000);
  EXPECT_NEAR(static_cast<double>(totals.answered) / n, 0.3, 0.02);
  EXPECT_NEAR(static_cast<double>(totals.busy) / n, 0.1, 0.02);
  EXPECT_NEAR(static_cast<double>(totals.machine) / n, 0.2, 0.02);
  EXPECT_EQ(totals.attempts, totals.answered + totals.busy + totals.machine + totals.no_answer);
  EXPECT_EQ(engine.CampaignFigures(0, kStart, At(6015)).attempts, totals.attempts);
  double sales = 0, handled = 0;
  for (const Contact& contact : recorder.contacts) {
    EXPECT_EQ(contact.campaign, 0);
    if (contact.outcome != Outcome::kHandled) continue;
    ++handled;
    sales += contact.wrap_up_code == 0 ? 1 : 0;
    EXPECT_EQ(contact.arrived - contact.begun, 10'000'000);
  }
  EXPECT_NEAR(sales / handled, 0.25, 0.03);
}

TEST(DiallingTest, Sim1WhoAnswersAndFindsNoAgentLeavesAfterTheGrace) {
  const auto abandoned = [](double calls_per_agent) {
    Engine engine(Dialling(10, calls_per_agent, 0.5), 1, kStart);
    engine.AdvanceTo(kStart + absl::Hours(10));
    const DialFigures& totals = engine.CampaignTotals(0);
    EXPECT_LE(totals.connected + totals.abandoned, totals.answered);
    EXPECT_GE(totals.connected + totals.abandoned + 10, totals.answered);
    return static_cast<double>(totals.abandoned) / static_cast<double>(totals.answered);
  };
  const double progressive = abandoned(1), brisk = abandoned(2), reckless = abandoned(6);
  EXPECT_LT(progressive, 0.01);
  EXPECT_GT(brisk, progressive);
  EXPECT_GT(reckless, 2 * brisk);
}

TEST(DiallingTest, Sim1TheListTheLinesAndTheWindowLimit) {
  Scenario scenario = Dialling(5, 4, 0);
  scenario.campaigns[0].contacts = 30;
  scenario.campaigns[0].lines = 7;
  scenario.campaigns[0].from = absl::Seconds(100);
  scenario.campaigns[0].until = absl::Seconds(130);
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(99));
  EXPECT_EQ(engine.GetCampaign(0).dialling, 0);
  engine.AdvanceTo(At(101));
  EXPECT_EQ(engine.GetCampaign(0).dialling, 7);
  engine.AdvanceTo(At(1000));
  EXPECT_EQ(engine.CampaignTotals(0).attempts, 21);  // at 100, 110 and 120 s
  engine.AdvanceTo(kStart + absl::Hours(48));
  EXPECT_EQ(engine.CampaignTotals(0).attempts, 30);  // the rest a day later
  EXPECT_EQ(engine.GetCampaign(0).contacts, 0);
}

TEST(DiallingTest, ACampaignThatDialsForFreedAgentsBeginsWithThoseWhoAreIdle) {
  Scenario scenario = Dialling(4, 1, 0);
  scenario.campaigns[0].trigger = DialTrigger::kAgentFree;
  scenario.campaigns[0].from = absl::Seconds(60);
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(At(59));
  EXPECT_EQ(engine.GetCampaign(0).dialling, 0);
  engine.AdvanceTo(At(61));
  EXPECT_EQ(engine.GetCampaign(0).dialling, 4);
  engine.AdvanceTo(At(80));  // nobody answered, so nobody became free
  EXPECT_EQ(engine.GetCampaign(0).dialling, 0);
  engine.SetRunning(0, false);
  engine.SetRunning(0, true);
  EXPECT_EQ(engine.GetCampaign(0).dialling, 4);
}

TEST(DiallingTest, Sim1TheAnswerRateStepsWithThePeriod) {
  Scenario scenario = Dialling(50, 1, 0.2);
  scenario.campaigns[0].talk = Constant(1);
  scenario.campaigns[0].outcomes = {{absl::ZeroDuration(), 0.2}, {absl::Hours(1), 0.6}};
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(kStart + absl::Hours(2));
  const auto rate = [&](double from, double to) {
    const DialFigures figures = engine.CampaignFigures(0, At(from), At(to));
    return static_cast<double>(figures.answered) / static_cast<double>(figures.attempts);
  };
  EXPECT_NEAR(rate(0, 3600), 0.2, 0.02);
  EXPECT_NEAR(rate(3630, 7200), 0.6, 0.02);
}

TEST(DiallingTest, CommonRandomNumbersAnAttemptComesToTheSameWhateverThePace) {
  const auto outcomes = [](double calls_per_agent) {
    Recorder recorder;
    EngineOptions options;
    options.observer = &recorder;
    Engine engine(Dialling(10, calls_per_agent, 0.5), 9, kStart, options);
    engine.AdvanceTo(At(3600));
    std::map<uint64_t, double> talk;
    for (const Contact& contact : recorder.contacts) talk[contact.number] = contact.talk_seconds;
    return talk;
  };
  const auto slow = outcomes(1), fast = outcomes(3);
  size_t common = 0;
  for (const auto& [number, seconds] : slow) {
    const auto same = fast.find(number);
    if (same == fast.end()) continue;
    EXPECT_EQ(same->second, seconds);
    ++common;
  }
  EXPECT_GT(common, slow.size() / 2);
}

TEST(DiallingTest, AWrongCampaignIsNamedFieldByField) {
  Scenario scenario = Dialling(1, 1, 0.5);
  Campaign& campaign = scenario.campaigns[0];
  campaign.queue = 7;
  campaign.calls_per_agent = -1;
  campaign.outcomes[0].machine_ratio = 0.9;
  campaign.answer_after = Constant(0);
  campaign.from = absl::Hours(30);
  campaign.wrap_up_codes = {{5, -1}};
  const std::string message(Validate(scenario).message());
  for (const char* field :
       {"campaigns[0].queue", "campaigns[0].calls_per_agent", "campaigns[0].outcomes[0]",
        "campaigns[0].trigger", "campaigns[0].from", "campaigns[0].wrap_up_codes[0]",
        "campaigns[0].wrap_up_codes[0].weight"}) {
    EXPECT_THAT(message, ::testing::HasSubstr(field));
  }
}

}  // namespace
}  // namespace evenkeel::sim
