// SIM-5: the shipped scenarios are what their comments say.
#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "common/stats/dispersion.h"
#include "tools/genesys_sim/engine/engine.h"
#include "tools/genesys_sim/scenario/loader.h"
#include "tools/genesys_sim/scenario/source.h"

namespace evenkeel::sim {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'006'400);

Scenario Shipped(const std::string& name) {
  auto scenario = LoadScenario(name);
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return *scenario;
}

struct Recorder : Observer {
  std::vector<Contact> contacts;
  void Ended(const Contact& contact) override { contacts.push_back(contact); }
};

std::vector<Contact> ContactsOf(const Scenario& scenario, uint64_t seed, absl::Duration length) {
  Recorder recorder;
  EngineOptions options;
  options.observer = &recorder;
  options.keep_history = false;
  Engine engine(scenario, seed, kStart, options);
  engine.AdvanceTo(kStart + length);
  return recorder.contacts;
}

TEST(ShippedTest, Sim5AllAreInTheProgramAndLoad) {
  std::set<std::string> names;
  for (const ShippedScenario& shipped : ShippedScenarios()) {
    names.insert(shipped.name);
    std::ifstream file(
        absl::StrCat(EVENKEEL_SOURCE_DIR "/tools/genesys_sim/scenarios/", shipped.name, ".yaml"));
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(shipped.text, text.str()) << shipped.name;
    EXPECT_TRUE(LoadScenario(shipped.name).ok()) << LoadScenario(shipped.name).status();
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"default", "moving_mix", "bias", "answer_rate_step",
                                            "logins", "shift_change", "surge", "bank_day"}));
}

TEST(ShippedTest, Sim5TheDefaultHasRingsAndACampaignFromTheFirstSeconds) {
  const Scenario mix = MovingMix(), whole = DefaultScenario();
  ASSERT_EQ(whole.queues.size(), mix.queues.size() + 2);
  const int rings = static_cast<int>(mix.queues.size()), campaign = rings + 1;
  EXPECT_EQ(whole.queues[rings].rings.size(), 2u);
  ASSERT_EQ(whole.campaigns.size(), 1u);
  EXPECT_EQ(whole.campaigns[0].queue, campaign);
  EXPECT_TRUE(whole.campaigns[0].running);
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    Engine small(mix, seed, kStart), large(whole, seed, kStart);
    large.AdvanceTo(kStart + absl::Seconds(1));
    EXPECT_GT(large.GetCampaign(0).dialling, 10);
    large.AdvanceTo(kStart + absl::Seconds(30));
    EXPECT_GT(large.CampaignTotals(0).attempts, 10);
    for (Engine* engine : {&small, &large}) engine->AdvanceTo(kStart + absl::Hours(4));
    // What stands beside the mix changes nothing in it.
    for (int q = 0; q < rings; ++q) {
      EXPECT_EQ(large.Totals(q).offered, small.Totals(q).offered);
      EXPECT_EQ(large.Totals(q).answered.sum_seconds, small.Totals(q).answered.sum_seconds);
    }
    // All rings have work, the innermost most of it; nearly nobody is kept waiting or abandoned.
    const Figures premium = large.Totals(rings);
    EXPECT_GT(premium.offered, 84 * 4 * 0.7);
    EXPECT_LT(premium.abandoned.count, 0.1 * static_cast<double>(premium.offered));
    std::map<int, int64_t> handled;
    for (const Contact& contact : ContactsOf(whole, seed, absl::Hours(4))) {
      if (contact.queue != rings || contact.agent < 0) continue;
      ++handled[whole.agents[contact.agent].memberships[0].ring];
    }
    EXPECT_GT(handled[1], handled[2] + handled[3]);
    EXPECT_GT(handled[2], 0);
    EXPECT_GT(handled[3], 0);
    const Figures renewals = large.Totals(campaign);
    EXPECT_GT(renewals.answered.count, 200);
    EXPECT_GT(renewals.abandoned.count, 0);
    EXPECT_LT(renewals.abandoned.count, 0.3 * static_cast<double>(renewals.answered.count));
  }
}

TEST(ShippedTest, Sim5ABiasGivesTheFavouritesMuchMoreWork) {
  const Scenario scenario = Shipped("bias");
  std::vector<double> handled(scenario.agents.size());
  for (const Contact& contact : ContactsOf(scenario, 1, absl::Hours(4))) {
    if (contact.agent >= 0) ++handled[contact.agent];
  }
  double favourites = 0, colleagues = 0;
  for (size_t a = 0; a < handled.size(); ++a) (a < 5 ? favourites : colleagues) += handled[a];
  EXPECT_GT(favourites / 5, 1.5 * colleagues / 15);
  EXPECT_GT(*stats::NoiseCorrectedCv(handled), 0.25);  // a warning by guide 3
}

TEST(ShippedTest, Sim5TheAnswerRateStepsAndTheOldPaceAbandonsPeople) {
  double answered[2] = {}, attempts[2] = {}, abandoned[2] = {};
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    for (const Contact& contact : ContactsOf(Shipped("answer_rate_step"), seed, absl::Hours(4))) {
      const int half = contact.begun < absl::ToInt64Microseconds(absl::Hours(2)) ? 0 : 1;
      ++attempts[half];
      const bool person =
          contact.outcome == Outcome::kHandled || contact.outcome == Outcome::kAbandoned;
      answered[half] += person ? 1 : 0;
      abandoned[half] += contact.outcome == Outcome::kAbandoned ? 1 : 0;
    }
  }
  EXPECT_NEAR(answered[0] / attempts[0], 0.25, 0.03);
  EXPECT_NEAR(answered[1] / attempts[1], 0.45, 0.03);
  EXPECT_GT(abandoned[1] / answered[1], 2 * abandoned[0] / answered[0]);
}

TEST(ShippedTest, Sim5LogInsOf60And80And100PercentOpenTheRings) {
  const Scenario scenario = Shipped("logins");
  Engine engine(scenario, 1, kStart);
  engine.AdvanceTo(kStart + absl::Minutes(1));
  std::map<int, std::pair<int, int>> by_ring;  // there, all
  for (size_t a = 0; a < scenario.agents.size(); ++a) {
    auto& [there, all] = by_ring[scenario.agents[a].memberships[0].ring];
    there += engine.GetAgent(static_cast<int>(a)).on_queue() ? 1 : 0;
    ++all;
  }
  EXPECT_EQ(by_ring[1], std::pair(6, 10));
  EXPECT_EQ(by_ring[2], std::pair(8, 10));
  EXPECT_EQ(by_ring[3], std::pair(10, 10));
  double outer = 0, all = 0;
  for (const Contact& contact : ContactsOf(scenario, 1, absl::Hours(2))) {
    ++all;
    outer += contact.agent >= 0 && scenario.agents[contact.agent].memberships[0].ring > 1 ? 1 : 0;
  }
  EXPECT_GT(outer / all, 0.15);
  EXPECT_LT(outer / all, 0.8);
}

TEST(ShippedTest, Sim5AtTheShiftChangeAgentsAreFewerForAWhile) {
  const Scenario scenario = Shipped("shift_change");
  Engine engine(scenario, 1, kStart);
  const auto there = [&](absl::Duration at) {
    engine.AdvanceTo(kStart + at);
    int count = 0;
    for (size_t a = 0; a < scenario.agents.size(); ++a) {
      count += engine.GetAgent(static_cast<int>(a)).on_queue() ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(there(absl::Hours(3)), 30);
  EXPECT_LT(there(absl::Minutes(239)), 20);
  EXPECT_EQ(there(absl::Hours(5)), 30);
}

TEST(ShippedTest, Sim5ASurgeHurtsWhileItLasts) {
  double before = 0, during = 0;
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    Engine engine(Shipped("surge"), seed, kStart);
    engine.AdvanceTo(kStart + absl::Hours(4));
    const auto offered = [&](double from, double to) {
      return static_cast<double>(
          engine.QueueFigures(0, kStart + absl::Hours(from), kStart + absl::Hours(to)).offered);
    };
    before += offered(1, 1.5);
    during += offered(1.5, 2);
  }
  EXPECT_NEAR(during / before, 2.5, 0.6);
}

TEST(ShippedTest, Sim5ABankLikeDayHasTheMeanThePeakAndTheDaysVariation) {
  const Scenario scenario = Shipped("bank_day");
  constexpr int kDays = 120;
  std::vector<double> totals, steps(20);
  for (uint64_t seed = 1; seed <= kDays; ++seed) {
    double total = 0;
    Arrivals arrivals(scenario, 0, seed);
    for (Call call; arrivals.Next(call);) {
      ++total;
      ++steps[static_cast<size_t>(call.arrival / 1'800'000'000)];
    }
    totals.push_back(total);
  }
  const double per_five_minutes = *stats::Mean(totals) / 120;
  EXPECT_NEAR(per_five_minutes, 192, 5);
  EXPECT_NEAR(*std::max_element(steps.begin(), steps.end()) / *stats::Mean(steps), 1.49, 0.02);
  EXPECT_NEAR(*stats::CoefficientOfVariation(totals), 0.09, 0.015);
}

}  // namespace
}  // namespace evenkeel::sim
