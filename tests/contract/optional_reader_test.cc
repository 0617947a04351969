// API-5: campaigns, their calls, schedules, work by channel and presences, as our reader reads them
// from the simulator; the figures are the simulator's own. Platform dialect.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/genesys/centre_reader.h"
#include "common/genesys/client.h"
#include "tests/contract/sim_client.h"

namespace evenkeel::sim {
namespace {

// The contract's centre with a campaign whose calls go to q3, for which ten of its agents are.
Scenario WithCampaign() {
  Scenario scenario = ContractScenario();
  Campaign& campaign = scenario.campaigns.emplace_back();
  campaign.id = "c1";
  campaign.name = "Renewals";
  campaign.queue = 2;
  campaign.calls_per_agent = 1.5;
  campaign.outcomes = {{absl::ZeroDuration(), 0.4, 0.1, 0.2}};
  campaign.answer_after = campaign.busy_after = Spread(Shape::kConstant, 8);
  campaign.machine_after = campaign.no_answer_after = Spread(Shape::kConstant, 15);
  campaign.patience = Spread(Shape::kConstant, 2);
  campaign.talk = Spread(Shape::kExponential, 90);
  campaign.after_call = Spread(Shape::kGamma, 30, 0.7);
  for (int a = 120; a < 130; ++a) {
    scenario.agents[a].memberships = {{2, true}};
  }
  return scenario;
}

class OptionalReaderTest : public testing::Test {
 protected:
  OptionalReaderTest() : sim_({.dialect = Dialect::kPlatform}, WithCampaign()) {
    genesys::ClientOptions options;
    options.api_base_url = options.login_base_url = sim_.url();
    options.credentials = [] {
      return absl::StatusOr<genesys::Credentials>(
          {"evenkeel-readonly", Secret("evenkeel-readonly")});
    };
    client_ = *genesys::Client::Make(options, sim_.clock(), nullptr);
    reader_ = genesys::MakeCentreReader(*client_, sim_.clock());
    sim_.Advance(absl::Minutes(61));
  }

  const std::vector<std::string> queues_ = {"q1", "q2", "q3"};
  const std::vector<std::string> campaigns_ = {"c1", "c9"};
  SimClient sim_;
  std::unique_ptr<genesys::Client> client_;
  std::unique_ptr<genesys::CentreReader> reader_;
};

TEST_F(OptionalReaderTest, Api5CampaignsWithWhatTheDiallerCounts) {
  const auto reading = reader_->ReadCampaigns(campaigns_, {});
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_THAT(reading->gone, testing::ElementsAre("c9"));
  ASSERT_EQ(reading->campaigns.size(), 1u);
  const model::Campaign& campaign = reading->campaigns[0];
  EXPECT_EQ(campaign.name, "Renewals");
  EXPECT_EQ(campaign.queue_id, "q3");
  EXPECT_EQ(campaign.mode, model::DialingMode::kPredictive);
  EXPECT_EQ(campaign.status, model::CampaignStatus::kOn);
  EXPECT_EQ(campaign.calls_per_agent, 1.5);
  ASSERT_TRUE(campaign.stats.has_value());
  EXPECT_GT(campaign.stats->attempts, 200);
  EXPECT_NEAR(*campaign.stats->connect_ratio, 0.4, 0.12);
  EXPECT_LE(campaign.stats->idle_agents, 10);
}

TEST_F(OptionalReaderTest, Api5TheLastCallsWithWrapUpTimes) {
  const auto reading = reader_->ReadCampaignCalls(campaigns_, {});
  ASSERT_TRUE(reading.ok()) << reading.status();
  ASSERT_EQ(reading->calls.size(), static_cast<size_t>(genesys::kCampaignCalls));
  int answered = 0, completed = 0, abandoned = 0;
  absl::Duration wrap_up;
  absl::Time before = absl::InfinitePast();
  std::set<std::string> agents;
  for (const model::CampaignCall& call : reading->calls) {
    EXPECT_EQ(call.campaign_id, "c1");
    EXPECT_GE(call.created_at, before);
    before = call.created_at;
    answered += call.answered ? 1 : 0;
    abandoned += call.abandoned ? 1 : 0;
    EXPECT_FALSE(call.disposition.empty());
    if (!call.completed) continue;
    ++completed;
    EXPECT_TRUE(call.answered);
    EXPECT_FALSE(call.abandoned);
    ASSERT_TRUE(call.wrap_up.has_value());
    ASSERT_TRUE(call.talk.has_value());
    wrap_up += *call.wrap_up;
    agents.insert(call.agent_id);
  }
  EXPECT_GT(before, sim_.now() - absl::Minutes(5));  // the last ones, not the first
  EXPECT_GT(completed, 10);
  EXPECT_LE(completed + abandoned, answered);
  EXPECT_LT(answered, 70);
  EXPECT_NEAR(absl::ToDoubleSeconds(wrap_up / completed), 30, 15);
  for (const std::string& agent : agents) EXPECT_GE(agent, "a120");
}

// By their begin, the calls of the last minutes that have ended are the short ones.
TEST_F(OptionalReaderTest, Dial9TheLastCallsAreNotTheShortOnes) {
  Scenario scenario = WithCampaign();
  Campaign& campaign = scenario.campaigns[0];
  campaign.calls_per_agent = 1;
  campaign.outcomes = {{absl::ZeroDuration(), 1, 0, 0}};
  campaign.talk = Spread(Shape::kExponential, 300);
  for (Agent& agent : scenario.agents) agent.memberships = {{2, true}};
  SimClient sim({.dialect = Dialect::kPlatform}, scenario);
  genesys::ClientOptions options;
  options.api_base_url = options.login_base_url = sim.url();
  options.credentials = [] {
    return absl::StatusOr<genesys::Credentials>({"evenkeel-readonly", Secret("evenkeel-readonly")});
  };
  const auto client = *genesys::Client::Make(options, sim.clock(), nullptr);
  sim.Advance(absl::Minutes(61));
  const auto reading =
      genesys::MakeCentreReader(*client, sim.clock())->ReadCampaignCalls(campaigns_, {});
  ASSERT_TRUE(reading.ok()) << reading.status();
  absl::Duration talk;
  int completed = 0;
  for (const model::CampaignCall& call : reading->calls) {
    if (!call.completed) continue;
    talk += *call.talk;
    ++completed;
  }
  EXPECT_GT(completed, 70);
  EXPECT_NEAR(absl::ToDoubleSeconds(talk / completed), 300, 100);
}

TEST_F(OptionalReaderTest, Api5SchedulesOfTheAgents) {
  std::vector<std::string> agents;
  for (int a = 0; a < 130; ++a) {
    agents.push_back(absl::StrCat("a", a / 100, a / 10 % 10, a % 10));
  }
  const auto reading = reader_->ReadAdherence(agents, {});
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_EQ(reading->counts, (genesys::Counts{130, 130, 2}));
  int on_break = 0;
  for (const model::Adherence& adherence : reading->adherence) {
    EXPECT_NE(adherence.scheduled, model::ActivityCategory::kUnknown);
    EXPECT_NE(adherence.state, model::AdherenceState::kUnknown);
    on_break += adherence.scheduled == model::ActivityCategory::kBreak ? 1 : 0;
  }
  EXPECT_EQ(on_break, 13);
}

TEST_F(OptionalReaderTest, Api5WorkByChannelIsTheWorkOfTheDay) {
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &zone));
  const auto reading = reader_->ReadChannelWork(queues_, zone, {});
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_EQ(reading->counts.requests, genesys::kChannelWorkDays);
  std::map<std::string, int64_t> handled;
  for (const model::ChannelWork& work : reading->work) {
    EXPECT_EQ(work.media, model::Media::kVoice);
    EXPECT_EQ(work.start, absl::FromCivil(absl::CivilDay(2024, 5, 15), zone));
    EXPECT_EQ(work.length, absl::Hours(24));
    EXPECT_GT(work.handle_total, absl::ZeroDuration());
    handled[work.queue_id] += work.handled;
  }
  EXPECT_NEAR(static_cast<double>(handled["q1"]), 800, 200);
  EXPECT_GT(handled["q3"], 50);
}

TEST_F(OptionalReaderTest, Api5PresencesOfTheOrganisation) {
  const auto reading = reader_->ReadPresences({});
  ASSERT_TRUE(reading.ok()) << reading.status();
  std::set<std::string> meanings;
  for (const auto& presence : reading->presences) {
    EXPECT_TRUE(presence.active);
    EXPECT_FALSE(presence.name.empty());
    meanings.insert(presence.system_presence);
  }
  EXPECT_TRUE(meanings.contains("Break"));
  EXPECT_EQ(reading->counts.expected, reading->counts.seen);
}

TEST_F(OptionalReaderTest, Api10EveryProbePasses) {
  genesys::OptionalReads optional;
  optional.campaign_ids = {"c1"};
  optional.agent_ids = {"a000"};
  optional.adherence = optional.channel_work = optional.presences = true;
  const auto probes = reader_->Probes(queues_, optional);
  EXPECT_EQ(probes.size(), 6u + 6u);
  for (const genesys::Probe& probe : probes) {
    const auto response = client_->api().Call(*probe.operation, probe.request, {});
    ASSERT_TRUE(response.ok()) << probe.operation->path << ": " << response.status();
    EXPECT_TRUE(probe.parse(response->body).ok())
        << probe.operation->path << ": " << probe.parse(response->body);
  }
}

}  // namespace
}  // namespace evenkeel::sim
