#include "services/optimizer/core/capacity/decomposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/core/capacity/certificate.h"
#include "services/optimizer/core/capacity/priced_flow.h"
#include "services/optimizer/testing/test_problems.h"

namespace evenkeel::optimizer {
namespace {

// The least objective by a plain GLPK solve of the linear program; nullopt: infeasible.
std::optional<double> ByGlpk(const Network& network) {
  for (const Network::Queue& queue : network.queues) {
    if (queue.least > queue.most) return std::nullopt;
  }
  const auto solution = GlpkSolver().Solve(MakeLinearProgram(network));
  EXPECT_TRUE(solution.ok()) << solution.status();
  if (!solution.ok() || solution->outcome != LinearSolution::Outcome::kOptimal) return std::nullopt;
  return ObjectiveOf(network,
                     {solution->primal.begin(),
                      solution->primal.begin() + static_cast<std::ptrdiff_t>(network.arcs.size())});
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
  for (int round = 0; round < 1000; ++round) {
    SCOPED_TRACE(round);
    const Network network = MakeNetwork(RandomProblem(random, ShapeOf(round)));
    ASSERT_TRUE(IsFlow(network));
    const std::optional<double> glpk = ByGlpk(network);
    if (std::any_of(network.queues.begin(), network.queues.end(),
                    [](const auto& queue) { return queue.least > queue.most; })) {
      continue;  // nothing to ask
    }
    const std::optional<FlowPlan> plan = Decompose(network);
    ASSERT_EQ(plan.has_value(), glpk.has_value());
    if (!plan) continue;
    ++feasible;
    const Certificate certificate = Certify(network, plan->assigned, plan->group_values);
    ASSERT_TRUE(certificate.holds()) << certificate.gap_ratio << " " << certificate.breach_ratio;
    ASSERT_NEAR(certificate.objective, *glpk, 1e-7 * std::max(*glpk, 1e-6));
    for (const double agents : plan->assigned) ASSERT_EQ(agents, std::round(agents));
  }
  EXPECT_GT(feasible, 600);
}

TEST(DecompositionTest, CAP8_WithPricesToo) {
  std::mt19937_64 random(5);
  int feasible = 0;
  for (int round = 0; round < 1000; ++round) {
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
    const Network network = MakeNetwork(problem);
    if (std::any_of(network.queues.begin(), network.queues.end(),
                    [](const auto& queue) { return queue.least > queue.most; })) {
      continue;
    }
    ASSERT_TRUE(IsFlow(network));
    const std::optional<double> glpk = ByGlpk(network);
    const std::optional<FlowPlan> plan = SolvePricedFlow(network);
    ASSERT_EQ(plan.has_value(), glpk.has_value());
    if (!plan) continue;
    ++feasible;
    const Certificate certificate = Certify(network, plan->assigned, plan->group_values);
    ASSERT_TRUE(certificate.holds()) << certificate.gap_ratio << " " << certificate.breach_ratio;
    ASSERT_NEAR(certificate.objective, *glpk, 1e-7 * std::max(*glpk, 1e-6));
  }
  EXPECT_GT(feasible, 600);
}

}  // namespace
}  // namespace evenkeel::optimizer
