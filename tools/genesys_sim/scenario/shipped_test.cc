// SIM-5: the shipped scenarios are what their comments say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/stats/dispersion.h"
#include "tools/genesys_sim/engine/engine.h"
#include "tools/genesys_sim/scenario/loader.h"

namespace evenkeel::sim {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'006'400);

Scenario Shipped(const std::string& name) {
  auto scenario = LoadScenario(EVENKEEL_SOURCE_DIR "/tools/genesys_sim/scenarios/" + name);
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

TEST(ShippedTest, Sim5ABiasGivesTheFavouritesMuchMoreWork) {
  const Scenario scenario = Shipped("bias.yaml");
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
    for (const Contact& contact :
         ContactsOf(Shipped("answer_rate_step.yaml"), seed, absl::Hours(4))) {
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
  const Scenario scenario = Shipped("logins.yaml");
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
  const Scenario scenario = Shipped("shift_change.yaml");
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
    Engine engine(Shipped("surge.yaml"), seed, kStart);
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
  const Scenario scenario = Shipped("bank_day.yaml");
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
