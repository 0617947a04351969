// The whole suite against the simulated centre: the loop runs from reading to writing, and what it
// must not do it does not.
#include "tests/suite/suite.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tools/genesys_sim/scenario/loader.h"

namespace evenkeel::suite {
namespace {

using ::testing::HasSubstr;
using types::v1::CHANGE_STATE_APPLIED;
using types::v1::CHANGE_STATE_DRY_RUN;
using ActuatorStub = actuator::v1::ActuatorService::Stub;

class SuiteTest : public ::testing::TestWithParam<sim::Dialect> {
 protected:
  static SuiteOptions Options(std::function<void(config::v1::Config&)> edit = {}) {
    SuiteOptions options;
    options.dialect = GetParam();
    options.scenario = sim::MovingMix();
    options.seed = 1000;
    options.step = absl::Seconds(5);
    options.edit = std::move(edit);
    return options;
  }
  static bool platform() { return GetParam() == sim::Dialect::kPlatform; }

  static void Pause(Suite& suite) {
    actuator::v1::PauseActuationRequest request;
    request.set_request_id("pause-1");
    request.set_actor("test");
    request.set_reason("a test looks at what stands");
    Suite::Call(suite.actuator(), &ActuatorStub::PauseActuation, request);
  }
};

INSTANTIATE_TEST_SUITE_P(Dialects, SuiteTest,
                         ::testing::Values(sim::Dialect::kPlatform, sim::Dialect::kGuide),
                         [](const auto& info) { return std::string(DialectName(info.param)); });

std::string AgentOf(const types::v1::Change& change) {
  return change.proposal().entity().membership().agent_id();
}
std::string QueueOf(const types::v1::Change& change) {
  const auto& entity = change.proposal().entity();
  return entity.has_membership() ? entity.membership().queue_id()
                                 : entity.queue_capacity().queue_id();
}

TEST_P(SuiteTest, TheLoopShortensTheWaitAndWritesWhatItsLedgerSays_CAP9_ACT1_ACT6) {
  Suite suite(Options());
  suite.Run(absl::Hours(4));
  const demo::QueueReport with = demo::Total(suite.WithServices().queues);
  const demo::QueueReport alone = demo::Total(suite.LeftAlone().queues);
  EXPECT_EQ(suite.LeftAlone().writes, 0);
  EXPECT_LT(with.mean_wait_seconds, 0.8 * alone.mean_wait_seconds);
  EXPECT_LT(with.abandonment_ratio, 0.8 * alone.abandonment_ratio);
  EXPECT_EQ(suite.WithServices().rate_limited, 0);  // API-3

  // Whoever compares the centre with the ledger finds the same.
  Pause(suite);
  suite.Run(absl::Minutes(3));
  const auto applied = suite.ChangesIn(CHANGE_STATE_APPLIED);
  ASSERT_GE(applied.size(), 5u);
  std::set<std::string> seen;
  if (platform()) {
    const auto joined = suite.Memberships();
    for (const auto& change : applied) {  // the newest of an entity comes first
      if (!seen.insert(AgentOf(change) + QueueOf(change)).second) continue;
      EXPECT_EQ(joined.at({AgentOf(change), QueueOf(change)}),
                change.proposal().new_value().joined());
    }
  } else {
    std::map<std::string, int64_t> capacity;
    for (const auto& queue : suite.WithServices().queues)
      capacity[queue.id] = queue.inbound_capacity;
    for (const auto& change : applied) {
      if (!seen.insert(QueueOf(change)).second) continue;
      EXPECT_EQ(capacity.at(QueueOf(change)), change.proposal().new_value().agents());
    }
  }
  for (const Write& write : suite.writes()) EXPECT_LT(write.status, 300) << write.path;
}

// Each move is then a join and the leave that follows it.
TEST(ExchangeTest, WhoMayHaveOneQueueJoinsAnotherAndLeavesTheFirst_CAP9) {
  SuiteOptions options;
  options.scenario = sim::MovingMix();
  options.seed = 1000;
  options.step = absl::Seconds(5);
  options.edit = [](config::v1::Config& config) {
    config.mutable_optimizer()->set_queues_per_agent(1);
  };
  Suite suite(options);
  suite.Run(absl::Hours(2));
  int joins = 0, leaves = 0;
  for (const auto& change : suite.ChangesIn(CHANGE_STATE_APPLIED)) {
    ++(change.proposal().new_value().joined() ? joins : leaves);
  }
  EXPECT_GE(leaves, 5);
  EXPECT_EQ(joins, leaves);
  std::map<std::string, int> queues;
  for (const auto& [membership, joined] : suite.Memberships()) {
    queues[membership.first] += joined ? 1 : 0;
  }
  for (const auto& [agent, count] : queues) EXPECT_EQ(count, 1) << agent;
}

TEST_P(SuiteTest, ACursorOfAnotherLedgerIsRefused) {
  Suite suite(Options());
  grpc::ClientContext context;
  actuator::v1::WatchChangesRequest request;
  request.set_cursor(1'000'000'000);
  const auto stream = suite.actuator().WatchChanges(&context, request);
  actuator::v1::WatchChangesResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::OUT_OF_RANGE);
}

TEST_P(SuiteTest, InDryRunNothingIsWrittenAndEveryChangeIsKept_ACT1) {
  Suite suite(Options([](config::v1::Config& config) {
    config.mutable_actuator()->set_mode(config::v1::MODE_DRY_RUN);
  }));
  suite.Run(absl::Hours(2));
  EXPECT_EQ(suite.WithServices().writes, 0);
  EXPECT_TRUE(suite.writes().empty());
  EXPECT_FALSE(suite.ChangesIn(CHANGE_STATE_DRY_RUN).empty());
  EXPECT_TRUE(suite.ChangesIn(CHANGE_STATE_APPLIED).empty());
  EXPECT_EQ(demo::Total(suite.WithServices().queues).mean_wait_seconds,
            demo::Total(suite.LeftAlone().queues).mean_wait_seconds);
}

TEST_P(SuiteTest, WhatTheConfigurationDoesNotListIsNotTouched_ACT12) {
  const sim::Scenario scenario = sim::MovingMix();
  std::set<std::string> excluded;
  for (size_t i = 0; i < scenario.agents.size(); i += 2) excluded.insert(scenario.agents[i].id);
  const std::string unlisted = scenario.queues[2].id;
  Suite suite(Options([&](config::v1::Config& config) {
    auto& queues = *config.mutable_scope()->mutable_queues();
    queues.erase(std::remove_if(queues.begin(), queues.end(),
                                [&](const auto& queue) { return queue.id() == unlisted; }),
                 queues.end());
    for (const std::string& agent : excluded) config.mutable_scope()->add_excluded_agents(agent);
  }));
  suite.Run(absl::Hours(3));
  EXPECT_FALSE(suite.writes().empty());
  for (const Write& write : suite.writes()) {
    EXPECT_THAT(write.path, Not(HasSubstr(unlisted)));
    for (const std::string& agent : excluded) {
      EXPECT_THAT(absl::StrCat(write.path, write.body), Not(HasSubstr(agent)));
    }
  }
}

TEST_P(SuiteTest, ApprovedChangesAreWrittenAndOthersAreNot_ACT4) {
  Suite suite(Options([](config::v1::Config& config) {
    config.mutable_actuator()->set_mode(config::v1::MODE_APPROVE);
  }));
  std::vector<types::v1::Change> waiting;
  for (int i = 0; i < 180 && waiting.empty(); ++i) {
    suite.Run(absl::Minutes(1));
    waiting = suite.ChangesIn(types::v1::CHANGE_STATE_AWAITING_APPROVAL);
  }
  ASSERT_FALSE(waiting.empty());
  EXPECT_TRUE(suite.writes().empty());
  actuator::v1::ApproveChangeRequest request;
  request.set_request_id("approve-1");
  request.set_change_id(waiting.back().id());
  request.set_revision(waiting.back().revision());
  request.set_actor("someone");
  Suite::Call(suite.actuator(), &ActuatorStub::ApproveChange, request);
  suite.Run(absl::Minutes(1));
  EXPECT_EQ(suite.writes().size(), 1u);
  const auto applied = suite.ChangesIn(CHANGE_STATE_APPLIED);
  ASSERT_EQ(applied.size(), 1u);
  EXPECT_EQ(applied[0].id(), waiting.back().id());
}

TEST_P(SuiteTest, WhenTheCentreCannotBeReadNothingIsPlanned_CAP10) {
  Suite suite(Options());
  suite.Run(absl::Minutes(50));
  const int64_t plans = suite.OptimizerStatus().plans();
  EXPECT_GE(plans, 45);
  suite.Administer(
      "/admin/v1/faults",
      R"([{"pathPrefix": "/api/", "kind": "status", "status": 503, "count": 100000}])");
  suite.Run(absl::Minutes(20));
  const auto blind = suite.OptimizerStatus();
  EXPECT_LE(blind.plans(), plans + 3);  // until the last snapshot was too old
  EXPECT_THAT(blind.last_refusal(), HasSubstr("intervals old"));
  const size_t writes = suite.writes().size();
  suite.Run(absl::Minutes(10));
  EXPECT_EQ(suite.writes().size(), writes);
}

TEST_P(SuiteTest, FairnessIsScoredFromTheSameSnapshots_FAIR1) {
  Suite suite(Options());
  suite.Run(absl::Minutes(70));
  const auto fairness =
      Suite::Call(suite.fairness(), &fairness::v1::FairnessService::Stub::GetFairness,
                  fairness::v1::GetFairnessRequest());
  std::set<std::string> groups;
  for (const auto& group : fairness.groups()) {
    groups.insert(group.queue_id());
    EXPECT_GT(group.dispersion().agents(), 0);
    // The simulated centre gives each contact to who waited longest, while the loop moves agents
    // about: nobody may look favoured. In the guide dialect whoever has the skill counts as a
    // queue's agent, so there the spread is wide.
    if (!platform() || group.dispersion().agents() < 5) continue;
    EXPECT_LT(group.dispersion().corrected_cv(), 0.35)
        << group.queue_id() << group.skill_id() << ": cv " << group.dispersion().cv();
  }
  for (const sim::Queue& queue : sim::MovingMix().queues) {
    EXPECT_TRUE(groups.contains(queue.id)) << queue.name;
  }
}

}  // namespace
}  // namespace evenkeel::suite
