#include "services/optimizer/adapters/glpk_solver.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <thread>

namespace evenkeel::optimizer {
namespace {

// Minimise -3x - 5y, x <= 4, 2y <= 12, 3x + 2y <= 18: the textbook optimum is (2, 6), value -36.
LinearProgram Textbook() {
  LinearProgram program;
  const int plant1 = program.AddRow("plant 1", -kUnbounded, 4);
  const int plant2 = program.AddRow("plant 2", -kUnbounded, 12);
  const int plant3 = program.AddRow("plant 3", -kUnbounded, 18);
  program.AddColumn({.cost = -3}, {{plant1, 1}, {plant3, 3}});
  program.AddColumn({.cost = -5}, {{plant2, 2}, {plant3, 2}});
  return program;
}

TEST(GlpkSolverTest, SolvesWithDualsAndReducedCosts) {
  const auto solution = GlpkSolver().Solve(Textbook());
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_EQ(solution->outcome, LinearSolution::Outcome::kOptimal);
  EXPECT_DOUBLE_EQ(solution->objective, -36);
  EXPECT_DOUBLE_EQ(solution->primal[0], 2);
  EXPECT_DOUBLE_EQ(solution->primal[1], 6);
  EXPECT_DOUBLE_EQ(solution->dual[0], 0);
  EXPECT_DOUBLE_EQ(solution->dual[1], -1.5);
  EXPECT_DOUBLE_EQ(solution->dual[2], -1);
  EXPECT_DOUBLE_EQ(solution->reduced_costs[0], 0);
}

TEST(GlpkSolverTest, TellsInfeasibleFromUnbounded) {
  LinearProgram infeasible = Textbook();
  infeasible.rows[0].lower = 5;  // above its upper bound
  EXPECT_EQ(GlpkSolver().Solve(infeasible)->outcome, LinearSolution::Outcome::kInfeasible);
  LinearProgram conflict = Textbook();
  conflict.columns[0].lower = 5;  // and its row says at most 4
  EXPECT_EQ(GlpkSolver().Solve(conflict)->outcome, LinearSolution::Outcome::kInfeasible);
  LinearProgram unbounded = Textbook();
  for (LinearProgram::Row& row : unbounded.rows) row.upper = kUnbounded;
  EXPECT_EQ(GlpkSolver().Solve(unbounded)->outcome, LinearSolution::Outcome::kUnbounded);
}

TEST(GlpkSolverTest, NothingToDecide) {
  LinearProgram program;
  EXPECT_EQ(GlpkSolver().Solve(program)->objective, 0);
  program.AddRow("", -1, 1);
  EXPECT_EQ(GlpkSolver().Solve(program)->outcome, LinearSolution::Outcome::kOptimal);
  program.AddRow("", 1, 2);
  EXPECT_EQ(GlpkSolver().Solve(program)->outcome, LinearSolution::Outcome::kInfeasible);
}

TEST(GlpkSolverTest, RefusesWhatIsNotALinearProgram) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  LinearProgram program = Textbook();
  program.columns[0].cost = nan;
  EXPECT_EQ(GlpkSolver().Solve(program).status().code(), absl::StatusCode::kInvalidArgument);
  program = Textbook();
  program.entries[0].value = kUnbounded;
  EXPECT_EQ(GlpkSolver().Solve(program).status().code(), absl::StatusCode::kInvalidArgument);
  program = Textbook();
  program.entries[0].row = 3;
  EXPECT_EQ(GlpkSolver().Solve(program).status().code(), absl::StatusCode::kInvalidArgument);
  program = Textbook();
  program.rows[1].upper = nan;
  EXPECT_EQ(GlpkSolver().Solve(program).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(GlpkSolverTest, SurvivesAFatalErrorOfGlpk) {
  LinearProgram program = Textbook();
  program.entries[1].row = program.entries[0].row;  // twice the same: GLPK would abort
  for (int round = 0; round < 3; ++round) {
    const absl::Status status = GlpkSolver().Solve(program).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
    EXPECT_NE(status.message().find("duplicate"), absl::string_view::npos) << status;
    EXPECT_DOUBLE_EQ(GlpkSolver().Solve(Textbook())->objective, -36);
  }
}

TEST(GlpkSolverTest, LimitsAreErrors) {
  GlpkOptions options;
  options.iteration_limit = 1;
  EXPECT_EQ(GlpkSolver(options).Solve(Textbook()).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

LinearProgram RandomProgram(uint64_t seed) {
  std::mt19937_64 random(seed);
  LinearProgram program;
  for (int i = 0; i < 30; ++i) {
    program.AddRow("", -kUnbounded, 5.0 + static_cast<double>(random() % 20));
  }
  for (int j = 0; j < 50; ++j) {
    const int row = static_cast<int>(random() % 29);
    program.AddColumn({.cost = -1.0 - static_cast<double>(random() % 9)},
                      {{row, 1.0 + static_cast<double>(random() % 3)}, {row + 1, 1}});
  }
  return program;
}

TEST(GlpkSolverTest, ThreadsDoNotDisturbEachOther) {
  std::vector<double> expected;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    expected.push_back(GlpkSolver().Solve(RandomProgram(seed))->objective);
  }
  const GlpkSolver shared;
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 10; ++round) {
        for (uint64_t seed = 0; seed < 20; ++seed) {
          if (shared.Solve(RandomProgram(seed))->objective != expected[seed]) ++wrong[t];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

}  // namespace
}  // namespace evenkeel::optimizer
