#include "services/optimizer/core/capacity/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/testing/test_centre.h"

namespace evenkeel::optimizer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

CapacityPlan Plan(const model::Snapshot& snapshot, const PlannerSettings& settings,
                  absl::Time now) {
  const auto plan = PlanCapacity(snapshot, settings, now, GlpkSolver());
  EXPECT_TRUE(plan.ok()) << plan.status();
  return plan.ok() ? *plan : CapacityPlan();
}

CapacityPlan Plan(const TestCentre& centre, const PlannerSettings& settings) {
  return Plan(centre.Snap(), settings, centre.now);
}

absl::Status Refused(const model::Snapshot& snapshot, const TestCentre& centre,
                     const PlannerSettings& settings) {
  return PlanCapacity(snapshot, settings, centre.now, GlpkSolver()).status();
}

// Six queues, 90 agents who can serve all: yesterday's equal mix with today's loads.
TestCentre SixQueues(double erlangs, const std::vector<double>& mix, double patience_seconds) {
  TestCentre centre;
  for (const double share : mix) {
    centre.AddQueue(erlangs / 6 * share * 3600 / 240, 240, patience_seconds);
  }
  return centre;
}
const std::vector<double> kShiftedMix = {1.8, 1.3, 1.0, 0.8, 0.6, 0.5};

void AddOneQueueAgents(TestCentre& centre) {
  for (size_t a = 0; a < 90; ++a) centre.AddAgent({0, 1, 2, 3, 4, 5}, {a % 6});
}

void AddTwoQueueAgents(TestCentre& centre) {  // each pair of queues has six
  for (size_t a = 0; a < 90; ++a) {
    const size_t pair = a % 15;
    size_t first = 0, second = pair + 1;
    while (second > 5) second -= 5 - ++first;
    centre.AddAgent({0, 1, 2, 3, 4, 5}, {first, second});
  }
}

// Plans and carries out until nothing more is worth a move; the number of plans that moved
// somebody.
int Settle(TestCentre& centre, const PlannerSettings& settings, int at_most) {
  for (int cycle = 0; cycle <= at_most; ++cycle) {
    const CapacityPlan plan = Plan(centre, settings);
    if (plan.moves.empty()) return cycle;
    centre.CarryOut(plan);
  }
  return at_most + 1;
}

TEST(PlannerTest, HelpsWhenTheMixMovesAwayFromTheMemberships_CAP11) {
  for (const double patience : {120.0, 600.0}) {
    TestCentre centre = SixQueues(77.4, kShiftedMix, patience);
    AddOneQueueAgents(centre);
    const double before = centre.SimulatedWait(60, 1);
    const CapacityPlan first = Plan(centre, centre.Settings());
    EXPECT_EQ(first.state, CapacityPlanState::kChanges);
    EXPECT_EQ(first.moves.size(), 20u);  // a step towards the target
    EXPECT_TRUE(first.stopped_by_limit);
    EXPECT_GT(first.saving_seconds, 20 * 30);
    EXPECT_LE(Settle(centre, centre.Settings(), 8), 8);
    EXPECT_LT(centre.SimulatedWait(60, 1), before / 3);
  }
}

TEST(PlannerTest, ClosesHalfOfWhatASecondQueueForYesterdayLeaves_CAP4) {
  // Pooling everybody is the bound; moves cost little here, so that the design is judged.
  TestCentre centre = SixQueues(77.4, kShiftedMix, 600);
  AddTwoQueueAgents(centre);
  TestCentre pooled = SixQueues(77.4, kShiftedMix, 600);
  for (size_t a = 0; a < 90; ++a) pooled.AddAgent({}, {0, 1, 2, 3, 4, 5});
  const double yesterday = centre.SimulatedWait(150, 2);
  const double bound = pooled.SimulatedWait(150, 2);
  PlannerSettings settings = centre.Settings();
  settings.move_cost = absl::Seconds(3);
  EXPECT_LE(Settle(centre, settings, 4), 4);
  EXPECT_LT(centre.SimulatedWait(150, 2), yesterday - 0.5 * (yesterday - bound));
}

TEST(PlannerTest, SpreadsSecondQueuesInsteadOfPairingThem_CAP4) {
  TestCentre centre = SixQueues(77.4, std::vector<double>(6, 1.0), 600);
  AddOneQueueAgents(centre);
  PlannerSettings settings = centre.Settings();
  settings.move_cost = absl::ZeroDuration();
  settings.max_moves = 200;
  Settle(centre, settings, 5);
  for (size_t a = 0; a < 6; ++a) {
    EXPECT_NEAR(static_cast<double>(centre.JoinedCount(a)), 30, 3);
    for (size_t b = 0; b < a; ++b) {
      EXPECT_GE(centre.PairCount(a, b), 3u);
      EXPECT_LE(centre.PairCount(a, b), 10u);
    }
  }
}

TEST(PlannerTest, EveryAgentHasAPrimaryQueueAndAtMostKInAll_CAP4) {
  for (const int k : {1, 2, 3}) {
    TestCentre centre = SixQueues(84, kShiftedMix, 300);
    AddOneQueueAgents(centre);
    PlannerSettings settings = centre.Settings();
    settings.queues_per_agent = k;
    settings.move_cost = absl::Seconds(1);
    Settle(centre, settings, 20);
    const CapacityPlan plan = Plan(centre, settings);
    ASSERT_EQ(plan.agents.size(), 90u);
    size_t most = 0;
    for (const AgentQueues& agent : plan.agents) {
      EXPECT_NE(agent.primary_queue_id, "");
      EXPECT_LT(agent.other_queue_ids.size(), static_cast<size_t>(k));
      most = std::max(most, agent.other_queue_ids.size() + 1);
      EXPECT_THAT(agent.other_queue_ids, testing::Not(testing::Contains(agent.primary_queue_id)));
    }
    EXPECT_EQ(most, static_cast<size_t>(k));
  }
}

TEST(PlannerTest, WhoHasMoreThanKQueuesKeepsThem) {
  TestCentre centre = SixQueues(77.4, kShiftedMix, 600);
  for (size_t a = 0; a < 90; ++a) centre.AddAgent({}, {0, 1, 2, 3, 4, 5});
  EXPECT_EQ(Plan(centre, centre.Settings()).state, CapacityPlanState::kNoChange);
}

TEST(PlannerTest, NothingWorthAMoveIsNoChange_CAP11) {
  TestCentre centre;
  centre.AddQueue(40, 300, 120);
  centre.AddQueue(40, 300, 120);
  for (size_t a = 0; a < 20; ++a) centre.AddAgent({0, 1}, {a % 2});
  const CapacityPlan plan = Plan(centre, centre.Settings());
  EXPECT_EQ(plan.state, CapacityPlanState::kNoChange);
  EXPECT_THAT(plan.moves, IsEmpty());
  EXPECT_EQ(plan.saving_seconds, 0);
  EXPECT_EQ(plan.queues[0].before.mean_wait_seconds, plan.queues[0].after.mean_wait_seconds);
  EXPECT_EQ(plan.snapshot_number, 7u);
  // The same shift of load is worth moves over a long horizon, and not over a short one.
  centre.queues[0].arrivals_per_hour = 125;
  PlannerSettings settings = centre.Settings();
  EXPECT_FALSE(Plan(centre, settings).moves.empty());
  settings.horizon = absl::Seconds(5);
  EXPECT_TRUE(Plan(centre, settings).moves.empty());
}

TEST(PlannerTest, ReachesAcrossAThirdQueue_CAP11) {
  // Nobody of the rich queue can serve the poor one; whoever is between has to make room.
  TestCentre centre;
  centre.AddQueue(20, 300, 300);   // rich
  centre.AddQueue(100, 300, 300);  // between
  centre.AddQueue(150, 300, 300);  // poor
  for (size_t a = 0; a < 12; ++a) centre.AddAgent({0, 1}, {0});
  for (size_t a = 0; a < 10; ++a) centre.AddAgent({1, 2}, {1});
  for (size_t a = 0; a < 8; ++a) centre.AddAgent({2}, {2});
  PlannerSettings settings = centre.Settings();
  settings.queues_per_agent = 1;
  const CapacityPlan plan = Plan(centre, settings);
  int to_between = 0, to_poor = 0;
  for (const MembershipMove& move : plan.moves) {
    EXPECT_TRUE(move.leave_queue_id.has_value());
    to_between += move.join_queue_id == "q1" ? 1 : 0;
    to_poor += move.join_queue_id == "q2" ? 1 : 0;
  }
  EXPECT_GE(to_poor, 3);
  EXPECT_GE(to_between, 3);
  EXPECT_LT(plan.queues[2].after.mean_wait_seconds, 0.5 * plan.queues[2].before.mean_wait_seconds);
}

TEST(PlannerTest, ExplainsBeforeAndAfterAndEachChange_CAP5) {
  TestCentre centre;
  centre.AddQueue(150, 300, 120);
  centre.AddQueue(30, 300, 120);
  for (size_t a = 0; a < 20; ++a) centre.AddAgent({0, 1}, {a % 2});
  PlannerSettings settings = centre.Settings();
  const CapacityPlan plan = Plan(centre, settings);
  ASSERT_FALSE(plan.moves.empty());
  const MembershipMove& move = plan.moves[0];
  EXPECT_EQ(move.join_queue_id, "q0");
  EXPECT_EQ(move.leave_queue_id, std::nullopt);  // one queue of two: no need to leave
  EXPECT_THAT(move.reason, HasSubstr("agent " + move.agent_id + " joins Queue 0 (q0), to work"));
  EXPECT_THAT(move.reason, HasSubstr(" of waiting in the next 15 minutes: "));
  const QueuePlan& busy = plan.queues[0];
  EXPECT_EQ(busy.name, "Queue 0");
  EXPECT_DOUBLE_EQ(busy.offered_load_erlangs, 12.5);
  EXPECT_DOUBLE_EQ(busy.limit_agents, 20 / 0.85);
  EXPECT_EQ(busy.before.staff, 10);
  EXPECT_GT(busy.after.staff, 12);
  EXPECT_LT(busy.after.mean_wait_seconds, busy.before.mean_wait_seconds);
  EXPECT_LT(busy.after.abandon_ratio, busy.before.abandon_ratio);
  EXPECT_GT(busy.after.service_level_ratio, busy.before.service_level_ratio);
  EXPECT_EQ(busy.service_level_within, absl::Seconds(20));
  EXPECT_GT(busy.marginal_value_seconds, 0);
  ASSERT_EQ(plan.groups.size(), 1u);
  EXPECT_EQ(plan.groups[0].id, "q0+q1");
  EXPECT_EQ(plan.groups[0].agents, 20);
  EXPECT_GT(plan.groups[0].marginal_value_seconds, 0);
  double total = 0;
  for (const MembershipMove& each : plan.moves) total += each.saving_seconds;
  EXPECT_NEAR(total, plan.saving_seconds, 1e-6 * total);
}

TEST(PlannerTest, NobodyAtWorkIsIdle_CAP10) {
  TestCentre centre;
  centre.AddQueue(60, 300, 120);
  centre.AddAgent({0}, {0});
  centre.at_work[0] = false;
  PlannerSettings settings = centre.Settings();
  settings.queues[0].min_agents = 5;
  const CapacityPlan plan = Plan(centre, settings);
  EXPECT_EQ(plan.state, CapacityPlanState::kIdle);
  EXPECT_TRUE(plan.feasible);
  EXPECT_EQ(plan.queues.size(), 1u);
  EXPECT_THAT(plan.moves, IsEmpty());
}

TEST(PlannerTest, AQueueThatNobodyCouldWorkOnIsClosedAndNotInfeasible_CAP10) {
  TestCentre centre;
  centre.AddQueue(60, 300, 120);
  centre.AddQueue(60, 300, 120);
  for (size_t a = 0; a < 8; ++a) centre.AddAgent({0}, {0});
  centre.AddAgent({0, 1}, {1});
  PlannerSettings settings = centre.Settings();
  for (ManagedQueue& queue : settings.queues) queue.min_agents = 1;
  centre.at_work[8] = false;  // the only one who knows queue 1
  const CapacityPlan closed = Plan(centre, settings);
  EXPECT_TRUE(closed.feasible);
  EXPECT_EQ(closed.queues[1].limit_agents, 0);
  settings.queues[1].min_agents = 2;
  centre.at_work[8] = true;
  EXPECT_FALSE(Plan(centre, settings).feasible);  // open, with one of two
}

TEST(PlannerTest, MinimaThatCannotBeHeldAreExplained_CAP6) {
  TestCentre centre;
  centre.AddQueue(30, 300, 120);
  centre.AddQueue(30, 300, 120);
  for (size_t a = 0; a < 4; ++a) centre.AddAgent({0}, {0});
  for (size_t a = 0; a < 3; ++a) centre.AddAgent({0, 1}, {0});
  PlannerSettings settings = centre.Settings();
  settings.queues[1].min_agents = 3;
  EXPECT_TRUE(Plan(centre, settings).feasible);
  const CapacityPlan held = Plan(centre, settings);
  EXPECT_EQ(held.queues[1].after.staff, 3);  // a minimum is worth any move
  double total = 0;
  for (const MembershipMove& move : held.moves) {
    EXPECT_TRUE(move.for_minimum);
    EXPECT_THAT(move.reason, testing::StartsWith("Holds a minimum. "));
    total += move.saving_seconds;
  }
  // Savings are of waiting alone; the price of a missed minimum is no waiting.
  EXPECT_NEAR(total, held.saving_seconds, 1e-6);
  settings.queues[0].min_agents = 5;
  const CapacityPlan plan = Plan(centre, settings);
  EXPECT_FALSE(plan.feasible);
  ASSERT_EQ(plan.conflicts.conflicts.size(), 1u);
  EXPECT_THAT(plan.conflicts.conflicts[0].rows,
              ElementsAre("group:q0", "group:q0+q1", "min:q0", "min:q1"));
  EXPECT_NEAR(plan.conflicts.conflicts[0].shortfall, 1, 1e-9);
  EXPECT_EQ(plan.queues[0].after.staff + plan.queues[1].after.staff, 7);
}

TEST(PlannerTest, AMinimumIsWorthAnyMove_CAP6) {
  TestCentre centre;
  centre.AddQueue(20, 300, 300);
  centre.AddQueue(60, 300, 300);
  centre.AddQueue(60, 300, 300);
  for (size_t a = 0; a < 12; ++a) centre.AddAgent({0, 1}, {0});
  for (size_t a = 0; a < 10; ++a) centre.AddAgent({1, 2}, {1});
  for (size_t a = 0; a < 8; ++a) centre.AddAgent({2}, {2});
  PlannerSettings settings = centre.Settings();
  settings.queues_per_agent = 1;
  settings.move_cost = absl::Hours(2);
  EXPECT_THAT(Plan(centre, settings).moves, IsEmpty());
  settings.queues[1].min_agents = 10;
  settings.queues[2].min_agents = 10;  // by way of the queue between
  const CapacityPlan plan = Plan(centre, settings);
  EXPECT_EQ(plan.moves.size(), 4u);
  EXPECT_EQ(plan.queues[1].after.staff, 10);
  EXPECT_EQ(plan.queues[2].after.staff, 10);

  centre.capacities = {12, 10, 9};
  settings.queues[2].min_agents = 11;
  const CapacityPlan raised = Plan(centre, settings);
  ASSERT_EQ(raised.capacities.size(), 1u);
  EXPECT_EQ(raised.capacities[0].queue_id, "q2");
  EXPECT_EQ(raised.capacities[0].new_capacity, 11);
}

// Who is held for a moment counts where they will be again, and nothing of theirs is touched.
TEST(PlannerTest, CountsWhoIsHeldAndLeavesThemAlone_FAIR6) {
  TestCentre centre = SixQueues(77.4, kShiftedMix, 600);
  AddOneQueueAgents(centre);
  PlannerSettings settings = centre.Settings();
  settings.max_moves = 500;
  settings.move_cost = absl::Seconds(1);
  model::Snapshot snapshot = centre.Snap();
  std::set<std::string> held;
  for (model::Membership& membership : snapshot.memberships) {
    if (!membership.joined || held.size() == 12) continue;
    membership.joined = false;
    held.insert(membership.agent_id);
    snapshot.left_alone.push_back({membership.queue_id, membership.agent_id,
                                   model::LeftAlone::Why::kHeld, absl::InfiniteFuture()});
  }
  ASSERT_EQ(held.size(), 12u);
  const CapacityPlan plain = Plan(centre, settings);
  const CapacityPlan plan = Plan(snapshot, settings, centre.now);
  for (size_t q = 0; q < plan.queues.size(); ++q) {
    EXPECT_EQ(plan.queues[q].before.staff, plain.queues[q].before.staff);
  }
  EXPECT_FALSE(plan.moves.empty());
  for (const MembershipMove& move : plan.moves) EXPECT_FALSE(held.contains(move.agent_id));
}

TEST(PlannerTest, TouchesNeitherLeftAloneNorExcludedNorUnmanaged_CAP11_ACT12_ACT13) {
  TestCentre centre = SixQueues(77.4, kShiftedMix, 600);
  AddOneQueueAgents(centre);
  PlannerSettings settings = centre.Settings();
  settings.max_moves = 500;
  settings.move_cost = absl::Seconds(1);
  settings.queues.pop_back();  // q5 is not managed
  for (size_t a = 0; a < 30; ++a) settings.excluded_agents.push_back(AgentId(a));
  for (size_t a = 30; a < 60; ++a) {
    centre.left_alone.push_back({QueueId(0), AgentId(a), model::LeftAlone::Why::kMovedRecently,
                                 centre.now + absl::Minutes(5)});
  }
  const CapacityPlan plan = Plan(centre, settings);
  EXPECT_FALSE(plan.moves.empty());
  for (const MembershipMove& move : plan.moves) {
    const size_t agent = IndexOf(move.agent_id);
    EXPECT_GE(agent, 30u);
    EXPECT_NE(move.join_queue_id, "q5");
    EXPECT_NE(move.leave_queue_id, "q5");
    if (agent < 60) {
      EXPECT_NE(move.join_queue_id, "q0");
      EXPECT_NE(move.leave_queue_id, "q0");
    }
  }
  // Entries that are over count no more.
  centre.now += absl::Minutes(6);
  bool joined_again = false;
  for (const MembershipMove& move : Plan(centre, settings).moves) {
    const size_t agent = IndexOf(move.agent_id);
    joined_again = joined_again || (move.join_queue_id == "q0" && agent >= 30 && agent < 60);
  }
  EXPECT_TRUE(joined_again);
}

TEST(PlannerTest, RaisesCapacitiesThatBind_CAP9) {
  TestCentre centre;
  centre.AddQueue(150, 300, 120);
  centre.AddQueue(30, 300, 120);
  centre.AddQueue(60, 300, 120);
  for (size_t a = 0; a < 30; ++a) centre.AddAgent({}, {0, 1, 2});
  centre.capacities = {10, 10, 300};
  PlannerSettings settings = centre.Settings();
  const CapacityPlan plan = Plan(centre, settings);
  ASSERT_EQ(plan.capacities.size(), 2u);
  EXPECT_EQ(plan.capacities[0].queue_id, "q0");
  EXPECT_EQ(plan.capacities[0].old_capacity, 10);
  EXPECT_GT(plan.capacities[0].new_capacity, 12);
  EXPECT_GT(plan.capacities[0].saving_seconds, 30);
  EXPECT_THAT(plan.capacities[0].reason, HasSubstr(": queue Queue 0 (q0) from 10 to "));
  // Above the configured maximum of 200: down to it, no faster than a plan may.
  EXPECT_EQ(plan.capacities[1].queue_id, "q2");
  EXPECT_LT(plan.capacities[1].new_capacity, 300);
  EXPECT_TRUE(plan.stopped_by_limit);
  EXPECT_THAT(plan.moves, IsEmpty());
  int64_t units = 0;
  for (const CapacityChange& change : plan.capacities) {
    units += std::abs(change.new_capacity - change.old_capacity);
  }
  EXPECT_EQ(units, 20);
  for (int cycle = 0; cycle < 8; ++cycle) centre.CarryOut(Plan(centre, settings));
  EXPECT_EQ(Plan(centre, settings).state, CapacityPlanState::kNoChange);
  EXPECT_EQ(centre.capacities[2], 200);

  centre.capacities = {10, 10, 100};
  centre.left_alone.push_back(
      {QueueId(0), "", model::LeftAlone::Why::kChangedByOther, centre.now + absl::Minutes(60)});
  EXPECT_EQ(Plan(centre, settings).state, CapacityPlanState::kNoChange);
}

TEST(PlannerTest, RaisesACapacityOnlyWhereItIsWorthTheMove_CAP11) {
  TestCentre centre;
  centre.AddQueue(60, 300, 120);
  centre.AddQueue(60, 300, 120);
  for (size_t a = 0; a < 40; ++a) centre.AddAgent({}, {0, 1});
  centre.capacities = {10, 10};  // for 5 Erlangs: one more would save a quarter of a move's cost
  PlannerSettings settings = centre.Settings();
  settings.move_cost = absl::Seconds(30);
  EXPECT_EQ(Plan(centre, settings).state, CapacityPlanState::kNoChange);
  settings.move_cost = absl::Seconds(1);
  const CapacityPlan plan = Plan(centre, settings);
  ASSERT_EQ(plan.capacities.size(), 2u);
  for (const CapacityChange& change : plan.capacities) {
    EXPECT_GT(change.saving_seconds,
              static_cast<double>(change.new_capacity - change.old_capacity));
    EXPECT_LT(change.new_capacity, 15);
  }
}

TEST(PlannerTest, RefusesWhatTheSnapshotLacks_CAP10) {
  TestCentre centre;
  centre.AddQueue(60, 300, 120);
  centre.AddQueue(60, 300, 120);
  centre.AddAgent({0, 1}, {0});
  PlannerSettings settings = centre.Settings();
  settings.queues.push_back({"q9"});
  model::Snapshot snapshot = centre.Snap();
  snapshot.estimates.pop_back();
  snapshot.capacity_lever = model::CapacityLever::kQueueCapacity;
  const absl::Status missing = Refused(snapshot, centre, settings);
  EXPECT_EQ(missing.code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(GetRefusal(missing).has_value());
  EXPECT_EQ(GetRefusal(missing)->reason, "CAPACITY_INPUT_MISSING");
  EXPECT_EQ(GetRefusal(missing)->metadata.at("missing"),
            "the inbound capacity of queue q0, the inbound capacity of queue q1, the estimate of "
            "queue q1, queue q9");
  // Figures of the settings stand in for an estimate.
  settings = centre.Settings();
  settings.queues[1].calls_per_hour = 33;
  settings.queues[1].mean_handle_seconds = 200;
  snapshot.capacity_lever = model::CapacityLever::kMemberships;
  const auto plan = PlanCapacity(snapshot, settings, centre.now, GlpkSolver());
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->queues[1].arrivals_per_hour, 33);

  EXPECT_EQ(
      GetRefusal(PlanCapacity(centre.Snap(), settings, centre.now + absl::Minutes(5), GlpkSolver())
                     .status())
          ->reason,
      "SNAPSHOT_STALE");
  snapshot = centre.Snap();
  snapshot.quality[1].expected = 100;
  EXPECT_EQ(GetRefusal(Refused(snapshot, centre, settings))->reason, "SNAPSHOT_THIN");
}

TEST(PlannerTest, NamesEveryMalformedSetting_CAP10) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  PlannerSettings settings;
  settings.queues = {{"q0", 5, 3}, {"", -1, nan}, {"q0"}, {"q3"}};
  settings.queues[2].weight = -1;
  settings.queues[2].coverage_ratio = 0;
  settings.queues[3].calls_per_hour = nan;
  settings.queues[3].mean_handle_seconds = 0.0;
  settings.queues[3].mean_patience_seconds = -4.0;
  settings.queues_per_agent = 0;
  settings.horizon = absl::ZeroDuration();
  settings.move_cost = -absl::Seconds(1);
  settings.caution = -1;
  settings.max_moves = -1;
  settings.assumed_patience = absl::ZeroDuration();
  std::vector<std::string> fields;
  const Violations violations = Validate(settings);
  for (const FieldViolation& violation : violations.found()) fields.push_back(violation.field);
  EXPECT_THAT(fields, testing::UnorderedElementsAre(
                          "queues[0].min_agents", "queues[1].queue_id", "queues[1].min_agents",
                          "queues[1].max_agents", "queues[2].queue_id", "queues[2].weight",
                          "queues[2].coverage_ratio", "queues[3].calls_per_hour",
                          "queues[3].mean_handle_seconds", "queues[3].mean_patience_seconds",
                          "queues_per_agent", "horizon", "move_cost", "caution", "max_moves",
                          "assumed_patience"));
  EXPECT_EQ(PlanCapacity({}, settings, absl::Now(), GlpkSolver()).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Validate(PlannerSettings()).found().size(), 1u);  // no queues
}

}  // namespace
}  // namespace evenkeel::optimizer
