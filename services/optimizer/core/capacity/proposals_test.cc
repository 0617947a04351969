#include "services/optimizer/core/capacity/proposals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::optimizer {
namespace {

const absl::Time kExpires = absl::FromUnixSeconds(1700000120);

CapacityPlan PlanWithMoves() {
  CapacityPlan plan;
  plan.snapshot_number = 7;
  plan.snapshot_age = 1.25;
  plan.snapshot_seen_ratio = 0.999;
  plan.queues.resize(2);
  plan.queues[0].queue_id = "q1";
  plan.queues[0].before.mean_wait_seconds = 10;
  plan.queues[0].after.mean_wait_seconds = 15;
  plan.queues[1].queue_id = "q2";
  plan.queues[1].before.mean_wait_seconds = 200;
  plan.queues[1].after.mean_wait_seconds = 60;
  plan.moves = {{"a1", "q2", "q1", true, 500, "a1 goes to q2"},
                {"a2", "q2", std::nullopt, false, 300, "a2 helps q2"}};
  return plan;
}

// CAP-9, ACT-2: join before leave, one move id, forecasts of the queue that is touched.
TEST(ProposalsTest, AMoveIsAJoinAndThenALeave) {
  const auto moves = ProposalsOf(PlanWithMoves(), "p1", absl::Minutes(15), kExpires);
  ASSERT_EQ(moves.size(), 2u);
  const model::Proposal& join = moves[0].first;
  const model::Proposal& leave = *moves[0].then;
  EXPECT_EQ(join.entity, model::Entity(model::MembershipEntity{"q2", "a1"}));
  EXPECT_EQ(join.old_value, model::Value(false));
  EXPECT_EQ(join.new_value, model::Value(true));
  EXPECT_EQ(leave.entity, model::Entity(model::MembershipEntity{"q1", "a1"}));
  EXPECT_EQ(leave.new_value, model::Value(false));
  EXPECT_EQ(join.move_id, leave.move_id);
  EXPECT_FALSE(join.move_id.empty());
  EXPECT_EQ(join.plan_id, "p1");
  EXPECT_EQ(join.snapshot_number, 7u);
  EXPECT_EQ(join.snapshot_age, 1.25);
  EXPECT_EQ(join.expires_at, kExpires);
  EXPECT_EQ(join.reason, "a1 goes to q2");
  ASSERT_EQ(join.forecasts.size(), 2u);
  EXPECT_EQ(join.forecasts[0].queue_id, "q2");
  EXPECT_EQ(join.forecasts[0].before, 200);
  EXPECT_EQ(join.forecasts[0].after, 60);
  EXPECT_EQ(leave.forecasts[0].queue_id, "q1");
  // A join on its own is tied to nothing.
  EXPECT_FALSE(moves[1].then.has_value());
  EXPECT_TRUE(moves[1].first.move_id.empty());
  EXPECT_FALSE(join.needs_approval);
}

// CAP-6
TEST(ProposalsTest, ARelaxedPlanNeedsApproval) {
  CapacityPlan plan = PlanWithMoves();
  plan.feasible = false;
  const auto moves = ProposalsOf(plan, "p1", absl::Minutes(15), kExpires);
  EXPECT_TRUE(moves[0].first.needs_approval);
  EXPECT_TRUE(moves[0].then->needs_approval);
}

TEST(ProposalsTest, ACapacityIsOneChange) {
  CapacityPlan plan;
  plan.capacities = {{"q1", 20, 25, 400, "q1 needs more"}};
  const auto moves = ProposalsOf(plan, "p1", absl::Minutes(15), kExpires);
  ASSERT_EQ(moves.size(), 1u);
  EXPECT_EQ(moves[0].first.entity, model::Entity(model::QueueCapacityEntity{"q1"}));
  EXPECT_EQ(moves[0].first.old_value, model::Value(int64_t{20}));
  EXPECT_EQ(moves[0].first.new_value, model::Value(int64_t{25}));
}

}  // namespace
}  // namespace evenkeel::optimizer
