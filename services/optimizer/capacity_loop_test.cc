#include "services/optimizer/capacity_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/base/error_details.h"
#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/testing/test_centre.h"

namespace evenkeel::optimizer {
namespace {

using ::testing::IsEmpty;

// An actuator that answers as told.
class FakeProposer final : public ChangeProposer {
 public:
  absl::Status Propose(const std::string& request_id, const model::Proposal& proposal) override {
    request_ids.push_back(request_id);
    proposed.push_back(proposal);
    return answers.size() < proposed.size() ? absl::OkStatus() : answers[proposed.size() - 1];
  }
  absl::Status Validate(const model::Proposal& proposal) override {
    validated.push_back(proposal);
    return validation;
  }
  absl::StatusOr<int64_t> WritesLeft() override { return writes_left; }

  std::vector<absl::Status> answers;  // by proposal; OK beyond
  absl::Status validation;
  absl::StatusOr<int64_t> writes_left = 1000;
  std::vector<std::string> request_ids;
  std::vector<model::Proposal> proposed, validated;
};

absl::Status Refuse(const std::string& guardrail) {
  return RefusalStatus(absl::StatusCode::kFailedPrecondition, "no", {guardrail, {}});
}

class CapacityLoopTest : public ::testing::Test {
 protected:
  // Queue 0 drowns; agents of the idle queue 1 may serve it.
  CapacityLoopTest() {
    centre_.AddQueue(120, 300, 120);
    centre_.AddQueue(12, 300, 120);
    for (int a = 0; a < 8; ++a) centre_.AddAgent({0}, {0});
    for (int a = 0; a < 12; ++a) centre_.AddAgent({0, 1}, {1});
  }
  std::unique_ptr<CapacityLoop> Loop(std::function<void(LoopSettings&)> edit = {}) {
    LoopSettings settings;
    settings.planner = centre_.Settings();
    if (edit) edit(settings);
    return std::make_unique<CapacityLoop>(settings, solver_, proposer_, ids_);
  }
  absl::Status Cycle(CapacityLoop& loop) { return loop.RunCycle(centre_.Snap(), centre_.now, {}); }

  TestCentre centre_;
  GlpkSolver solver_;
  FakeProposer proposer_;
  SequentialIdSource ids_{"id"};
};

TEST_F(CapacityLoopTest, ProposesWhatItPlansAndKeepsThePlan) {
  const auto loop = Loop();
  ASSERT_TRUE(Cycle(*loop).ok());
  const LoopStatus status = loop->status();
  ASSERT_NE(status.newest, nullptr);
  ASSERT_FALSE(status.newest->plan.moves.empty());
  EXPECT_EQ(proposer_.proposed.size(), status.newest->plan.moves.size());
  EXPECT_EQ(status.proposals, static_cast<int64_t>(proposer_.proposed.size()));
  EXPECT_THAT(status.refusals, IsEmpty());
  for (const model::Proposal& proposal : proposer_.proposed) {
    EXPECT_EQ(proposal.plan_id, status.newest->id);
    EXPECT_EQ(proposal.expires_at, centre_.now + absl::Minutes(2));
    EXPECT_FALSE(proposal.reason.empty());
  }
  // Each has a request id of its own, so that a repetition is harmless.
  EXPECT_EQ(
      std::set<std::string>(proposer_.request_ids.begin(), proposer_.request_ids.end()).size(),
      proposer_.request_ids.size());
}

TEST_F(CapacityLoopTest, WithoutProposingItOnlyPlans) {
  const auto loop = Loop([](LoopSettings& settings) { settings.propose = false; });
  ASSERT_TRUE(Cycle(*loop).ok());
  EXPECT_FALSE(loop->status().newest->plan.moves.empty());
  EXPECT_THAT(proposer_.proposed, IsEmpty());
  EXPECT_THAT(proposer_.validated, IsEmpty());
}

TEST_F(CapacityLoopTest, StaysInsideTheWritesThatAreLeft_ACT3) {
  proposer_.writes_left = 5;  // a move takes up to two
  const auto loop = Loop();
  ASSERT_TRUE(Cycle(*loop).ok());
  EXPECT_EQ(proposer_.proposed.size(), 2u);
  EXPECT_TRUE(loop->status().newest->plan.stopped_by_limit);
}

TEST_F(CapacityLoopTest, ARefusalOfOneMoveDoesNotEndTheCycleAndOneOfAllDoes_ACT3) {
  proposer_.answers = {Refuse("DWELL"), absl::OkStatus(), Refuse("PAUSED")};
  const auto loop = Loop();
  EXPECT_EQ(GetRefusal(Cycle(*loop))->reason, "PAUSED");
  EXPECT_EQ(proposer_.proposed.size(), 3u);
  const LoopStatus status = loop->status();
  EXPECT_EQ(status.refusals, (std::map<std::string, int64_t>{{"DWELL", 1}, {"PAUSED", 1}}));
  EXPECT_FALSE(status.last_refusal.empty());
  proposer_.answers.clear();
  ASSERT_TRUE(Cycle(*loop).ok());
  EXPECT_TRUE(loop->status().last_refusal.empty());
}

TEST_F(CapacityLoopTest, AnActuatorThatCannotBeAskedLosesNoPlan) {
  proposer_.writes_left = absl::UnavailableError("actuator: connection refused");
  const auto loop = Loop();
  EXPECT_EQ(Cycle(*loop).code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(proposer_.proposed, IsEmpty());
  EXPECT_EQ(loop->status().plans, 1);
  EXPECT_FALSE(loop->status().newest->plan.moves.empty());
}

// A join whose leave would be refused is not proposed: the agent would have a queue too many.
TEST_F(CapacityLoopTest, AMoveWhoseLeaveIsRefusedIsNotBegun_CAP9) {
  proposer_.validation = Refuse("DWELL");
  const auto loop = Loop([](LoopSettings& settings) { settings.planner.queues_per_agent = 1; });
  ASSERT_TRUE(Cycle(*loop).ok());
  EXPECT_FALSE(proposer_.validated.empty());
  EXPECT_THAT(proposer_.proposed, IsEmpty());
  proposer_.validation = absl::OkStatus();
  ASSERT_TRUE(Cycle(*loop).ok());
  ASSERT_GE(proposer_.proposed.size(), 2u);
  EXPECT_EQ(proposer_.proposed[0].new_value, model::Value(true));
  EXPECT_EQ(proposer_.proposed[1].new_value, model::Value(false));
  EXPECT_EQ(proposer_.proposed[0].move_id, proposer_.proposed[1].move_id);
}

TEST_F(CapacityLoopTest, NothingIsProposedFromAnOldSnapshot_CAP10) {
  const auto loop = Loop();
  const absl::Status status = loop->RunCycle(centre_.Snap(), centre_.now + absl::Hours(1), {});
  EXPECT_EQ(GetRefusal(status)->reason, "SNAPSHOT_STALE");
  EXPECT_EQ(loop->status().plans, 0);
  EXPECT_EQ(loop->status().last_refusal, status.message());
  EXPECT_THAT(proposer_.proposed, IsEmpty());
}

TEST_F(CapacityLoopTest, WatchersAreWokenByAPlanAndByTheEnd) {
  const auto loop = Loop();
  std::shared_ptr<const MadePlan> seen;
  std::jthread watcher([&] { seen = loop->WaitForPlan(0, absl::Hours(1), {}); });
  ASSERT_TRUE(Cycle(*loop).ok());
  watcher.join();
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(seen->sequence, 1);
  std::stop_source stop;
  std::jthread other([&] { seen = loop->WaitForPlan(1, absl::Hours(1), stop.get_token()); });
  stop.request_stop();
  other.join();
  EXPECT_EQ(seen, nullptr);
}

}  // namespace
}  // namespace evenkeel::optimizer
