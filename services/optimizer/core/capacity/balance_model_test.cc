#include "services/optimizer/core/capacity/balance_model.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "common/stats/erlang.h"
#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/core/capacity/certificate.h"
#include "services/optimizer/core/capacity/network.h"
#include "services/optimizer/testing/test_problems.h"

namespace evenkeel::optimizer {
namespace {

BalanceAnswer Solve(const BalanceProblem& problem) {
  const auto answer = SolveBalance(problem, GlpkSolver());
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() ? *answer : BalanceAnswer();
}

double Most(const BalanceQueue& queue) { return std::min(queue.max_agents, queue.limit_agents); }

// Rows broken by `staff` and `assigned`, by definition.
template <typename Number>
std::vector<std::string> BrokenRows(const BalanceProblem& problem,
                                    const Assignment<Number>& assigned) {
  std::vector<std::string> broken;
  std::map<std::string, double> staff;
  for (size_t g = 0; g < problem.groups.size(); ++g) {
    double working = 0;
    for (size_t k = 0; k < assigned[g].size(); ++k) {
      const auto agents = static_cast<double>(assigned[g][k]);
      if (agents < -1e-9) broken.push_back(absl::StrCat("negative:", g));
      working += agents;
      const Eligibility& eligibility = problem.groups[g].queues[k];
      staff[eligibility.queue_id] += agents * eligibility.efficiency_ratio;
    }
    if (working > static_cast<double>(problem.groups[g].agents) + 1e-9) {
      broken.push_back(absl::StrCat("group:", problem.groups[g].id));
    }
  }
  for (const BalanceQueue& queue : problem.queues) {
    if (staff[queue.id] < queue.min_agents - 1e-7) broken.push_back("min:" + queue.id);
    if (staff[queue.id] > Most(queue) + 1e-7) broken.push_back("most:" + queue.id);
  }
  return broken;
}

TEST(BalanceModelTest, MatchesTheReference_CAP2) {
  const auto cases = ReadBalanceCases("cases");
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_GE(cases->size(), 15u);
  for (const BalanceCase& row : *cases) {
    SCOPED_TRACE(row.name);
    const BalanceAnswer answer = Solve(row.problem);
    ASSERT_TRUE(answer.feasible);
    const FractionalPlan& plan = answer.fractional;
    EXPECT_NEAR(plan.objective, row.objective, 1e-9 * row.objective);
    EXPECT_THAT(BrokenRows(row.problem, plan.assigned), testing::IsEmpty());
    ASSERT_EQ(plan.staff.size(), row.staff.size());
    for (size_t q = 0; q < row.staff.size(); ++q) {
      const QueueLoad& load = row.problem.queues[q].load;
      if (row.staff_unique) {
        EXPECT_NEAR(plan.staff[q], row.staff[q], 1e-6);
      } else {
        EXPECT_GE(plan.staff[q], row.staff_low[q] - 1e-6);
        EXPECT_LE(plan.staff[q], row.staff_high[q] + 1e-6);
      }
      if (row.mean_waits[q]) {
        const double wait =
            CostCurve::ForLoad(load, 100).At(row.staff[q]) / (load.calls_per_hour / 3600);
        EXPECT_NEAR(wait, *row.mean_waits[q], 1e-8 * *row.mean_waits[q] + 1e-12);
      }
    }
    // Each value in its interval, and all together optimal.
    const double largest = *std::max_element(plan.group_values.begin(), plan.group_values.end());
    for (size_t g = 0; g < plan.group_values.size(); ++g) {
      EXPECT_GE(plan.group_values[g], row.group_value_low[g] - 1e-6 * largest);
      if (row.group_value_high[g]) {
        EXPECT_LE(plan.group_values[g], *row.group_value_high[g] + 1e-6 * largest);
      }
    }
    EXPECT_LE(std::abs(plan.gap_ratio), 1e-9);
  }
}

TEST(BalanceModelTest, EveryOptimumIsCertifiedAndWhole_CAP2_CAP3) {
  std::mt19937_64 random(21);
  int feasible = 0;
  for (int round = 0; round < 300; ++round) {
    RandomShape shape;
    shape.groups = 1 + round % 9;
    shape.queues = 1 + round % 7;
    shape.unknown_patience = round % 3 == 0;
    const BalanceProblem problem = RandomProblem(random, shape);
    SCOPED_TRACE(round);
    const BalanceAnswer answer = Solve(problem);
    if (!answer.feasible) continue;
    ++feasible;
    EXPECT_THAT(BrokenRows(problem, answer.fractional.assigned), testing::IsEmpty());
    EXPECT_THAT(BrokenRows(problem, answer.whole.assigned), testing::IsEmpty());
    // Bounds are whole, efficiencies 1: whole agents lose nothing.
    EXPECT_LE(answer.whole.gap_ratio, 1e-9);
    EXPECT_THAT(answer.whole.unheld_rows, testing::IsEmpty());
    EXPECT_THAT(answer.conflicts.conflicts, testing::IsEmpty());
  }
  EXPECT_GT(feasible, 100);
}

// All ways to put whole agents to work, for problems small enough.
void Enumerate(const BalanceProblem& problem, const std::vector<CostCurve>& curves, size_t group,
               size_t choice, int64_t left, std::vector<double>& staff, double& best) {
  if (group == problem.groups.size()) {
    double objective = 0;
    for (size_t q = 0; q < staff.size(); ++q) {
      const BalanceQueue& queue = problem.queues[q];
      if (staff[q] < queue.min_agents - 1e-9 || staff[q] > Most(queue) + 1e-9) return;
      objective += queue.weight * curves[q].At(staff[q]) +
                   queue.price * std::max(0.0, staff[q] - queue.priced_from);
    }
    best = std::min(best, objective);
    return;
  }
  const auto& queues = problem.groups[group].queues;
  if (choice == queues.size()) {
    const int64_t next = group + 1 < problem.groups.size() ? problem.groups[group + 1].agents : 0;
    Enumerate(problem, curves, group + 1, 0, next, staff, best);
    return;
  }
  const auto q = static_cast<size_t>(std::stoi(queues[choice].queue_id.substr(1)));
  const double before = staff[q];
  for (int64_t agents = 0; agents <= left; ++agents) {
    staff[q] = before + static_cast<double>(agents) * queues[choice].efficiency_ratio;
    Enumerate(problem, curves, group, choice + 1, left - agents, staff, best);
  }
  staff[q] = before;
}

double BestWhole(const BalanceProblem& problem) {
  std::vector<CostCurve> curves;
  for (const BalanceQueue& queue : problem.queues) {
    curves.push_back(CostCurve::ForLoad(queue.load, 40));
  }
  std::vector<double> staff(problem.queues.size(), 0.0);
  double best = kUnbounded;
  Enumerate(problem, curves, 0, 0, problem.groups[0].agents, staff, best);
  return best;
}

TEST(BalanceModelTest, NoWholePlanIsBetter_CAP3) {
  std::mt19937_64 random(22);
  for (int round = 0; round < 40; ++round) {
    RandomShape shape{.groups = 3, .queues = 3, .most_agents = 4};
    BalanceProblem problem = RandomProblem(random, shape);
    for (BalanceQueue& queue : problem.queues) {
      if (round % 2 == 0) continue;
      queue.priced_from = static_cast<double>(random() % 4);
      queue.price = 0.3;
      if (round % 3 == 0) queue.max_agents = queue.limit_agents = kUnbounded;
    }
    const double best = BestWhole(problem);
    const BalanceAnswer answer = Solve(problem);
    SCOPED_TRACE(round);
    ASSERT_EQ(answer.feasible, std::isfinite(best));
    if (answer.feasible) {
      EXPECT_NEAR(answer.whole.objective, best, 1e-9 * best + 1e-15);
    }
  }
}

TEST(BalanceModelTest, OneAgentMoreNeverHurtsAndIsWorthItsValue_CAP5) {
  std::mt19937_64 random(23);
  int checked = 0;
  for (int round = 0; round < 60; ++round) {
    BalanceProblem problem = RandomProblem(random, {.groups = 5, .queues = 4});
    const BalanceAnswer before = Solve(problem);
    if (!before.feasible) continue;
    const size_t g = static_cast<size_t>(round) % problem.groups.size();
    ++problem.groups[g].agents;
    const BalanceAnswer more = Solve(problem);
    ASSERT_TRUE(more.feasible);
    const double rounding = 1e-9 * before.fractional.objective + 1e-12;
    const double gain = before.fractional.objective - more.fractional.objective;
    EXPECT_GE(gain, -rounding);
    EXPECT_GE(before.fractional.group_values[g], gain - rounding);
    problem.groups[g].agents -= 2;
    if (problem.groups[g].agents < 0) continue;
    const BalanceAnswer fewer = Solve(problem);
    if (!fewer.feasible) continue;
    EXPECT_LE(before.fractional.group_values[g],
              fewer.fractional.objective - before.fractional.objective + rounding);
    ++checked;
  }
  EXPECT_GT(checked, 10);
}

TEST(BalanceModelTest, OrderAndNamesDoNotMatter) {
  std::mt19937_64 random(24);
  for (int round = 0; round < 60; ++round) {
    const BalanceProblem problem =
        RandomProblem(random, {.groups = 6, .queues = 5, .efficiencies = round % 2 == 1});
    BalanceProblem shuffled = problem;
    for (BalanceQueue& queue : shuffled.queues) queue.id = "renamed " + queue.id;
    for (BalanceGroup& group : shuffled.groups) {
      group.id = "x" + group.id;
      for (Eligibility& eligibility : group.queues) {
        eligibility.queue_id = "renamed " + eligibility.queue_id;
      }
      std::shuffle(group.queues.begin(), group.queues.end(), random);
    }
    std::shuffle(shuffled.queues.begin(), shuffled.queues.end(), random);
    std::shuffle(shuffled.groups.begin(), shuffled.groups.end(), random);
    const BalanceAnswer a = Solve(problem);
    const BalanceAnswer b = Solve(shuffled);
    ASSERT_EQ(a.feasible, b.feasible);
    EXPECT_NEAR(a.fractional.objective, b.fractional.objective,
                3e-9 * a.fractional.objective + 1e-14);
  }
}

TEST(BalanceModelTest, FractionalBoundsAreFlooredOrNamed_CAP3) {
  std::mt19937_64 random(25);
  for (int round = 0; round < 100; ++round) {
    const BalanceProblem problem =
        RandomProblem(random, {.groups = 5, .queues = 4, .fractional_bounds = true});
    const BalanceAnswer answer = Solve(problem);
    if (!answer.feasible) continue;
    EXPECT_THAT(BrokenRows(problem, answer.whole.assigned),
                testing::UnorderedElementsAreArray(answer.whole.unheld_rows));
    EXPECT_GE(answer.whole.gap_ratio, -1e-9);
  }
  // No whole number lies between the bounds: the row is named.
  BalanceProblem narrow;
  narrow.groups = {{"g", 9, {{"q"}}}};
  narrow.queues = {{"q", {60, 300, 60}, 1, 2.2, 2.8, kUnbounded}};
  const BalanceAnswer answer = Solve(narrow);
  EXPECT_TRUE(answer.feasible);
  EXPECT_THAT(answer.whole.unheld_rows, testing::ElementsAre("min:q"));
  EXPECT_EQ(answer.whole.staff[0], 2);
}

TEST(BalanceModelTest, FlooredLimitsCostAtMostOnePercentFrom200Agents_CAP3) {
  std::mt19937_64 random(29);
  int checked = 0;
  for (int round = 0; round < 60; ++round) {
    const BalanceProblem problem = RandomProblem(
        random, {.groups = 40, .queues = 12, .most_agents = 16, .fractional_bounds = true});
    const BalanceAnswer answer = Solve(problem);
    if (!answer.feasible) continue;
    ++checked;
    EXPECT_LE(answer.whole.gap_ratio, 0.01);
  }
  EXPECT_GT(checked, 30);
}

TEST(BalanceModelTest, EfficienciesRoundWithoutBreakingARow_CAP3) {
  std::mt19937_64 random(26);
  std::vector<double> gaps;
  for (int round = 0; round < 60; ++round) {
    const BalanceProblem problem = RandomProblem(random, {.groups = 20,
                                                          .queues = 6,
                                                          .most_agents = 40,
                                                          .fractional_bounds = true,
                                                          .efficiencies = true});
    const BalanceAnswer answer = Solve(problem);
    if (!answer.feasible) continue;
    EXPECT_THAT(BrokenRows(problem, answer.whole.assigned), testing::IsEmpty());
    EXPECT_THAT(answer.whole.unheld_rows, testing::IsEmpty());
    gaps.push_back(answer.whole.gap_ratio);
  }
  ASSERT_GT(gaps.size(), 30u);
  std::sort(gaps.begin(), gaps.end());
  // A queue of a few agents of unlike efficiency may have no good whole staff at all, so the worst
  // case says little; see formulation.md.
  EXPECT_LE(gaps[gaps.size() * 3 / 4], 0.01);
}

TEST(BalanceModelTest, EfficienciesRoundNearTheWholeOptimum_CAP3) {
  std::mt19937_64 random(30);
  int checked = 0, exact = 0;
  for (int round = 0; round < 300; ++round) {
    const BalanceProblem problem =
        RandomProblem(random, {.groups = 3, .queues = 3, .most_agents = 4, .efficiencies = true});
    const double best = BestWhole(problem);
    const BalanceAnswer answer = Solve(problem);
    if (!answer.feasible) continue;
    EXPECT_THAT(BrokenRows(problem, answer.whole.assigned),
                testing::UnorderedElementsAreArray(answer.whole.unheld_rows));
    if (best == kUnbounded) {
      EXPECT_FALSE(answer.whole.unheld_rows.empty());
      continue;
    }
    ++checked;
    if (answer.whole.unheld_rows.empty() && answer.whole.objective <= best * (1 + 1e-9)) ++exact;
  }
  EXPECT_GT(checked, 20);
  EXPECT_GE(exact, checked * 9 / 10);
}

TEST(BalanceModelTest, PricesChooseAmongNearlyEqualPlans_CAP11) {
  BalanceProblem problem;
  problem.groups = {{"a", 10, {{"q1"}, {"q2", 1, 0.1}}}, {"b", 10, {{"q1", 1, 0.1}, {"q2"}}}};
  problem.queues = {{"q1", {90, 300, 120}}, {"q2", {90, 300, 120}}};
  const BalanceAnswer answer = Solve(problem);
  EXPECT_EQ(answer.whole.assigned[0][1] + answer.whole.assigned[1][0], 0);
  // A shift that is worth more than the price is made, and costs it.
  problem.queues[0].load.calls_per_hour = 200;
  const BalanceAnswer shifted = Solve(problem);
  const int64_t moved = shifted.whole.assigned[1][0];
  EXPECT_GT(moved, 0);
  double waiting = 0;
  for (size_t q = 0; q < 2; ++q) {
    waiting += CostCurve::ForLoad(problem.queues[q].load, 30).At(shifted.whole.staff[q]);
  }
  EXPECT_NEAR(shifted.whole.objective, waiting + 0.1 * static_cast<double>(moved), 1e-9);
}

TEST(BalanceModelTest, WellStaffedCentresAreCertifiedToo) {
  BalanceProblem problem;
  problem.groups = {{"a", 40, {{"q1"}, {"q2"}}}, {"b", 30, {{"q2"}, {"q3"}}}};
  problem.queues = {{"q1", {20, 300, 60}}, {"q2", {35, 240, 90}}, {"q3", {0, 300, 60}}};
  for (const double scale : {1.0, 1e-3, 1e-6, 10.0}) {
    for (BalanceQueue& queue : problem.queues) queue.load.calls_per_hour *= scale;
    const BalanceAnswer answer = Solve(problem);
    EXPECT_TRUE(answer.feasible);
    EXPECT_LE(answer.whole.gap_ratio, 1e-9);
  }
}

TEST(BalanceModelTest, NobodyOnQueueIsIdleNotAnError_CAP10) {
  BalanceProblem problem;
  problem.groups = {{"a", 0, {{"q"}}}};
  problem.queues = {{"q", {30, 300, 60}}};
  const BalanceAnswer answer = Solve(problem);
  EXPECT_TRUE(answer.idle);
  EXPECT_EQ(answer.whole.staff[0], 0);
  problem.groups.clear();
  EXPECT_TRUE(Solve(problem).idle);
}

TEST(BalanceModelTest, NamesEveryMalformedField_CAP10) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  BalanceProblem problem;
  problem.queues.resize(7);
  for (size_t q = 0; q < 7; ++q) problem.queues[q] = {absl::StrCat("q", q), {60, 300, 60}};
  problem.queues[0].load.calls_per_hour = -1;
  problem.queues[1].load = {nan, 0, -5.0};
  problem.queues[2].weight = -0.5;
  problem.queues[3].min_agents = infinity;
  problem.queues[3].max_agents = nan;
  problem.queues[4].limit_agents = -2;
  problem.queues[5].id = "q0";
  problem.queues[6].id = "";
  problem.queues[6].min_agents = 9;  // above the maximum: infeasible, not malformed
  problem.queues[6].max_agents = 3;
  problem.groups = {{"g", -3, {{"q1"}, {"nowhere"}, {"q1"}, {"q2", 0.0}}}, {"g", 1, {}}};
  const auto answer = SolveBalance(problem, GlpkSolver());
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : GetViolations(answer.status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(
      fields,
      testing::UnorderedElementsAre(
          "queues[0].calls_per_hour", "queues[1].calls_per_hour", "queues[1].mean_handle_seconds",
          "queues[1].mean_patience_seconds", "queues[2].weight", "queues[3].min_agents",
          "queues[3].max_agents", "queues[4].limit_agents", "queues[5].id", "queues[6].id",
          "groups[0].agents", "groups[0].queues[1].queue_id", "groups[0].queues[2].queue_id",
          "groups[0].queues[3].efficiency_ratio", "groups[1].id"));
  EXPECT_THAT(GetViolations(SolveBalance({}, GlpkSolver()).status()),
              testing::ElementsAre(testing::Field(&FieldViolation::field, "queues")));
}

// Passes everything on but what a test makes it spoil.
class SpoiledSolver final : public LinearProgramSolver {
 public:
  explicit SpoiledSolver(std::function<void(LinearSolution&)> spoil) : spoil_(std::move(spoil)) {}
  absl::StatusOr<LinearSolution> Solve(const LinearProgram& program) const override {
    auto solution = GlpkSolver().Solve(program);
    if (solution.ok()) spoil_(*solution);
    return solution;
  }

 private:
  std::function<void(LinearSolution&)> spoil_;
};

TEST(BalanceModelTest, WrongAnswersOfASolverAreFoundOut_CAP10) {
  std::mt19937_64 random(28);
  const BalanceProblem problem =
      RandomProblem(random, {.groups = 4, .queues = 3, .with_minima = false, .efficiencies = true});
  ASSERT_TRUE(SolveBalance(problem, SpoiledSolver([](LinearSolution&) {})).ok());
  const auto code = [&](std::function<void(LinearSolution&)> spoil) {
    return SolveBalance(problem, SpoiledSolver(std::move(spoil))).status().code();
  };
  EXPECT_EQ(code([](LinearSolution& s) { s.primal[0] += 1; }), absl::StatusCode::kInternal);
  EXPECT_EQ(code([](LinearSolution& s) { s.primal.assign(s.primal.size(), 0.0); }),
            absl::StatusCode::kInternal);
  EXPECT_EQ(code([](LinearSolution& s) { s.dual.assign(s.dual.size(), 0.0); }),
            absl::StatusCode::kInternal);
  EXPECT_EQ(code([](LinearSolution& s) { s.outcome = LinearSolution::Outcome::kUnbounded; }),
            absl::StatusCode::kInternal);
}

TEST(BalanceModelTest, AFailedSolveSaysSo_CAP10) {
  GlpkOptions options;
  options.iteration_limit = 1;
  std::mt19937_64 random(28);
  const BalanceProblem problem =
      RandomProblem(random, {.groups = 9, .queues = 6, .efficiencies = true});
  EXPECT_EQ(SolveBalance(problem, GlpkSolver(options)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace evenkeel::optimizer
