#include "services/optimizer/core/capacity/decomposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/core/capacity/certificate.h"
#include "services/optimizer/core/capacity/priced_flow.h"
#include "services/optimizer/testing/test_problems.h"

namespace evenkeel::optimizer {
namespace {

using Solve = std::optional<FlowPlan> (*)(const Network& network);

// That `solve` finds what a plain GLPK solve of the linear program does, in whole agents and
// certified, or as it does that there is none; whether there is one.
bool FindsTheOptimum(const Network& network, Solve solve) {
  EXPECT_TRUE(IsFlow(network));
  const bool contradictory =
      std::any_of(network.queues.begin(), network.queues.end(),
                  [](const Network::Queue& queue) { return queue.least > queue.most; });
  if (contradictory) return false;  // nothing to ask
  const auto glpk = GlpkSolver().Solve(MakeLinearProgram(network));
  EXPECT_TRUE(glpk.ok()) << glpk.status();
  const bool feasible = glpk.ok() && glpk->outcome == LinearSolution::Outcome::kOptimal;
  const std::optional<FlowPlan> plan = solve(network);
  EXPECT_EQ(plan.has_value(), feasible);
  if (!plan || !feasible) return false;
  const Certificate certificate = Certify(network, plan->assigned, plan->group_values);
  EXPECT_TRUE(certificate.holds()) << certificate.gap_ratio << " " << certificate.breach_ratio;
  const double objective = ObjectiveOf(
      network,
      {glpk->primal.begin(), glpk->primal.begin() + static_cast<ptrdiff_t>(network.arcs.size())});
  EXPECT_NEAR(certificate.objective, objective, 1e-7 * std::max(objective, 1e-6));
  for (const double agents : plan->assigned) EXPECT_EQ(agents, std::round(agents));
  return true;
}

RandomShape ShapeOf(int round) {
  RandomShape shape;
  shape.queues = 1 + round % 17;
  shape.groups = 1 + round % 29;
  shape.most_agents = round % 3 == 0 ? 200 : 12;
  shape.with_minima = round % 2 == 0;
  shape.unknown_patience = round % 5 == 0;
  return shape;
}

TEST(DecompositionTest, CAP8_TheOptimumOfAThousandRandomProblemsIsGlpks) {
  std::mt19937_64 random(4);
  int feasible = 0;
  for (int round = 0; round < 1000 && !HasFailure(); ++round) {
    SCOPED_TRACE(round);
    const Network network = MakeNetwork(RandomProblem(random, ShapeOf(round)));
    feasible += FindsTheOptimum(network, [](const Network& n) { return Decompose(n); }) ? 1 : 0;
  }
  EXPECT_GT(feasible, 600);
}

// The plan, if it is certified; else the test fails.
std::optional<FlowPlan> Certified(const Network& network, std::span<const double> start = {}) {
  EXPECT_TRUE(IsFlow(network));
  std::optional<FlowPlan> plan = Decompose(network, start);
  if (!plan) return plan;
  const Certificate certificate = Certify(network, plan->assigned, plan->group_values);
  EXPECT_TRUE(certificate.holds()) << certificate.gap_ratio << " " << certificate.breach_ratio;
  return plan;
}

TEST(DecompositionTest, CAP8_AnyStartLeadsToTheSameOptimum) {
  std::mt19937_64 random(6);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    const Network network = MakeNetwork(RandomProblem(random, ShapeOf(round | 1)));  // no minima
    const auto cold = Certified(network);
    ASSERT_TRUE(cold.has_value());
    std::vector<double> start;  // more agents than there are, on any queue
    for (size_t a = 0; a < network.arcs.size(); ++a) start.push_back(random() % 40);
    for (const std::vector<double>& from : {start, cold->assigned}) {
      const auto warm = Certified(network, from);
      ASSERT_TRUE(warm.has_value());
      const double objective = ObjectiveOf(network, cold->assigned);
      ASSERT_NEAR(ObjectiveOf(network, warm->assigned), objective,
                  1e-9 * std::max(1e-6, objective));
    }
  }
}

TEST(DecompositionTest, CAP8_OneAgentMoreIsWorthNoMoreThanItsValueSays) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    BalanceProblem problem = RandomProblem(random, ShapeOf(round | 1));
    const Network network = MakeNetwork(problem);
    const auto plan = Certified(network);
    ASSERT_TRUE(plan.has_value());
    const double before = ObjectiveOf(network, plan->assigned);
    const size_t g = random() % problem.groups.size();
    ++problem.groups[g].agents;
    const Network more = MakeNetwork(problem);
    const auto after = Certified(more);
    ASSERT_TRUE(after.has_value());
    const double gain = before - ObjectiveOf(more, after->assigned);
    const double rounding = 1e-9 * std::max(1e-6, before);
    EXPECT_GE(gain, -rounding);
    EXPECT_LE(gain, plan->group_values[g] + rounding);
  }
}

BalanceQueue QueueOf(const std::string& id, double erlangs) {
  BalanceQueue queue;
  queue.id = id;
  queue.load = {erlangs * 12, 300, 300};
  return queue;
}

TEST(DecompositionTest, CAP8_EqualQueuesShareAndScarceSkillsAreKeptApart) {
  BalanceProblem problem;
  problem.queues = {QueueOf("a", 10), QueueOf("b", 10), QueueOf("c", 30)};
  problem.groups = {{"all", 13, {{"a"}, {"b"}}}, {"c", 5, {{"c"}}}, {"none", 7, {}}};
  const Network network = MakeNetwork(problem);
  const auto plan = Certified(network);
  ASSERT_TRUE(plan.has_value());
  const std::vector<double> staff = StaffOf(network, plan->assigned);
  EXPECT_EQ(staff[0] + staff[1], 13);
  EXPECT_LE(std::abs(staff[0] - staff[1]), 1);
  EXPECT_EQ(staff[2], 5);
  EXPECT_GT(plan->group_values[1], plan->group_values[0]);
  EXPECT_EQ(plan->group_values[2], 0);
  EXPECT_EQ(plan->queue_values[2], plan->group_values[1]);
}

TEST(DecompositionTest, CAP6_MinimaThatCannotBeHeldHaveNoPlan) {
  BalanceProblem problem;
  problem.queues = {QueueOf("a", 10), QueueOf("b", 10)};
  problem.queues[0].min_agents = 4;
  problem.queues[1].min_agents = 4;
  problem.groups = {{"a", 3, {{"a"}}}, {"both", 5, {{"a"}, {"b"}}}};
  EXPECT_TRUE(Certified(MakeNetwork(problem)).has_value());
  problem.groups[1].agents = 4;
  EXPECT_FALSE(Certified(MakeNetwork(problem)).has_value());
  problem.groups[0].agents = 30;  // enough in all, but not for b
  problem.queues[1].min_agents = 5;
  EXPECT_FALSE(Certified(MakeNetwork(problem)).has_value());
}

TEST(DecompositionTest, CAP10_EmptyAndHugeCentres) {
  BalanceProblem problem;
  problem.queues = {QueueOf("a", 10), QueueOf("b", 0)};
  const auto nobody = Certified(MakeNetwork(problem));
  ASSERT_TRUE(nobody.has_value());
  EXPECT_GT(nobody->queue_values[0], 0) << "what a first agent would gain";
  EXPECT_EQ(nobody->queue_values[1], 0);
  problem.groups = {{"a", 0, {{"a"}}}};
  EXPECT_GT(Certified(MakeNetwork(problem))->group_values[0], 0);
  problem.groups = {{"a", 1'000'000'000'000, {{"b"}}}};
  EXPECT_EQ(Certified(MakeNetwork(problem))->group_values[0], 0);
  problem.queues[1].min_agents = 1e300;
  EXPECT_FALSE(Certified(MakeNetwork(problem)).has_value());
  problem.groups[0].agents = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(IsFlow(MakeNetwork(problem)));
}

TEST(DecompositionTest, CAP8_WhatIsNoFlowOfWholeAgents) {
  BalanceProblem problem;
  problem.queues = {QueueOf("a", 10)};
  problem.groups = {{"g", 12, {{"a"}}}};
  problem.queues[0].limit_agents = 12 / 0.85;
  EXPECT_TRUE(IsFlow(MakeNetwork(problem))) << "a bound that nobody reaches";
  problem.queues[0].limit_agents = 11.5;
  EXPECT_FALSE(IsFlow(MakeNetwork(problem)));
  problem.queues[0].limit_agents = kUnbounded;
  problem.queues[0].min_agents = 0.5;
  EXPECT_FALSE(IsFlow(MakeNetwork(problem)));
  problem.queues[0].min_agents = 0;
  problem.groups[0].queues[0].efficiency_ratio = 0.9;
  EXPECT_FALSE(IsFlow(MakeNetwork(problem)));
}

TEST(DecompositionTest, CAP8_WithPricesToo) {
  std::mt19937_64 random(5);
  int feasible = 0;
  for (int round = 0; round < 1000 && !HasFailure(); ++round) {
    SCOPED_TRACE(round);
    BalanceProblem problem = RandomProblem(random, ShapeOf(round));
    for (BalanceGroup& group : problem.groups) {
      for (Eligibility& queue : group.queues) {
        if (random() % 2 == 0) queue.price = round % 7 == 0 ? 1e-3 * (random() % 900) : 1.0 / 30;
      }
    }
    if (round % 4 == 0) {
      problem.queues[0].priced_from = 3;
      problem.queues[0].price = 0.1;
    }
    feasible += FindsTheOptimum(MakeNetwork(problem), SolvePricedFlow) ? 1 : 0;
  }
  EXPECT_GT(feasible, 600);
}

}  // namespace
}  // namespace evenkeel::optimizer
