#include "services/optimizer/core/capacity/infeasibility.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/core/capacity/balance_model.h"
#include "services/optimizer/testing/test_problems.h"

namespace evenkeel::optimizer {
namespace {

using Rows = std::set<std::string>;

// Whether the named rows can hold together, by Hall's condition over all sets of queues: agents
// able to serve some queue of the set >= the minima of the set. Efficiencies must be 1. The least
// total shortfall goes to `shortfall`.
bool Feasible(const BalanceProblem& problem, const Rows& rows, double* shortfall = nullptr) {
  const size_t queues = problem.queues.size();
  std::vector<double> minimum(queues, 0.0);
  double missing = 0;
  for (size_t q = 0; q < queues; ++q) {
    const BalanceQueue& queue = problem.queues[q];
    double most = kUnbounded;
    if (rows.contains("max:" + queue.id)) most = std::min(most, queue.max_agents);
    if (rows.contains("limit:" + queue.id)) most = std::min(most, queue.limit_agents);
    if (rows.contains("min:" + queue.id)) minimum[q] = queue.min_agents;
    missing += std::max(0.0, minimum[q] - most);
    minimum[q] = std::min(minimum[q], most);
  }
  double worst = 0;
  for (size_t set = 1; set < size_t{1} << queues; ++set) {
    double needed = 0, agents = 0;
    for (size_t q = 0; q < queues; ++q) {
      if (set >> q & 1) needed += minimum[q];
    }
    for (const BalanceGroup& group : problem.groups) {
      const bool serves = std::any_of(group.queues.begin(), group.queues.end(),
                                      [&](const Eligibility& eligibility) {
                                        for (size_t q = 0; q < queues; ++q) {
                                          if (problem.queues[q].id == eligibility.queue_id)
                                            return (set >> q & 1) == 1;
                                        }
                                        return false;
                                      });
      if (!serves) continue;
      agents += rows.contains("group:" + group.id) ? static_cast<double>(group.agents) : kUnbounded;
    }
    worst = std::max(worst, needed - agents);
  }
  if (shortfall != nullptr) *shortfall = missing + worst;
  return missing + worst < 1e-9;
}

Rows AllRows(const BalanceProblem& problem) {
  Rows rows;
  for (const BalanceGroup& group : problem.groups) rows.insert("group:" + group.id);
  for (const BalanceQueue& queue : problem.queues) {
    rows.insert({"min:" + queue.id, "max:" + queue.id, "limit:" + queue.id});
  }
  return rows;
}

// Every minimal conflict, by trying all sets of rows.
std::set<Rows> MinimalConflicts(const BalanceProblem& problem) {
  const Rows all = AllRows(problem);
  const std::vector<std::string> names(all.begin(), all.end());
  std::set<Rows> minimal;
  for (size_t set = 0; set < size_t{1} << names.size(); ++set) {
    Rows rows;
    for (size_t i = 0; i < names.size(); ++i) {
      if (set >> i & 1) rows.insert(names[i]);
    }
    if (Feasible(problem, rows)) continue;
    const bool is_minimal = std::all_of(rows.begin(), rows.end(), [&](const std::string& name) {
      Rows fewer = rows;
      fewer.erase(name);
      return Feasible(problem, fewer);
    });
    if (is_minimal) minimal.insert(rows);
  }
  return minimal;
}

TEST(InfeasibilityTest, NamesTheConflictsOfTheReference_CAP6) {
  const auto cases = ReadBalanceCases("infeasible");
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_GE(cases->size(), 7u);
  for (const BalanceCase& row : *cases) {
    SCOPED_TRACE(row.name);
    const auto answer = SolveBalance(row.problem, GlpkSolver());
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_FALSE(answer->feasible);
    std::vector<std::vector<std::string>> ours;
    for (const Conflict& conflict : answer->conflicts.conflicts) ours.push_back(conflict.rows);
    EXPECT_THAT(ours, testing::UnorderedElementsAreArray(row.conflicts));
    EXPECT_TRUE(answer->conflicts.complete);
  }
}

TEST(InfeasibilityTest, FindsExactlyTheMinimalConflicts_CAP6) {
  std::mt19937_64 random(31);
  int infeasible = 0;
  for (int round = 0; round < 150; ++round) {
    BalanceProblem problem = RandomProblem(random, {.groups = 3, .queues = 3, .most_agents = 4});
    for (BalanceQueue& queue : problem.queues) {
      queue.max_agents = static_cast<double>(random() % 7);
      queue.limit_agents = static_cast<double>(random() % 9) / 0.85;
    }
    const std::set<Rows> expected = MinimalConflicts(problem);
    const auto answer = SolveBalance(problem, GlpkSolver());
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->feasible, expected.empty());
    std::set<Rows> ours;
    for (const Conflict& conflict : answer->conflicts.conflicts) {
      ours.insert(Rows(conflict.rows.begin(), conflict.rows.end()));
    }
    SCOPED_TRACE(round);
    EXPECT_EQ(ours, expected);
    if (!expected.empty()) ++infeasible;
  }
  EXPECT_GT(infeasible, 50);
}

TEST(InfeasibilityTest, TheRelaxedPlanMissesMinimaLeast_CAP6) {
  std::mt19937_64 random(32);
  int infeasible = 0;
  for (int round = 0; round < 100; ++round) {
    BalanceProblem problem = RandomProblem(random, {.groups = 4, .queues = 4, .most_agents = 4});
    problem.queues[0].min_agents += 4;
    const auto answer = SolveBalance(problem, GlpkSolver());
    ASSERT_TRUE(answer.ok()) << answer.status();
    if (answer->feasible) continue;
    ++infeasible;
    double least = 0;
    EXPECT_FALSE(Feasible(problem, AllRows(problem), &least));
    double missed = 0, missed_whole = 0;
    for (size_t q = 0; q < problem.queues.size(); ++q) {
      const double minimum = problem.queues[q].min_agents;
      missed += answer->shortfall[q];
      missed_whole += std::max(0.0, minimum - answer->whole.staff[q]);
      EXPECT_LE(answer->whole.staff[q],
                std::min(problem.queues[q].max_agents, problem.queues[q].limit_agents));
    }
    EXPECT_NEAR(missed, least, 1e-7);
    EXPECT_NEAR(missed_whole, least, 1e-7);
  }
  EXPECT_GT(infeasible, 20);
}

TEST(InfeasibilityTest, EachCureEndsItsConflict_CAP6) {
  std::mt19937_64 random(33);
  std::set<Cure::Kind> kinds;
  for (int round = 0; round < 200; ++round) {
    BalanceProblem problem = RandomProblem(
        random, {.groups = 4, .queues = 3, .most_agents = 4, .fractional_bounds = round % 2 == 0});
    for (BalanceQueue& queue : problem.queues) queue.max_agents = 2 + random() % 8;
    const auto answer = SolveBalance(problem, GlpkSolver());
    ASSERT_TRUE(answer.ok()) << answer.status();
    for (const Conflict& conflict : answer->conflicts.conflicts) {
      const Rows rows(conflict.rows.begin(), conflict.rows.end());
      EXPECT_GT(conflict.shortfall, 0);
      EXPECT_FALSE(conflict.cures.empty());
      for (const Cure& cure : conflict.cures) {
        SCOPED_TRACE(cure.text);
        kinds.insert(cure.kind);
        BalanceProblem cured = problem;
        for (BalanceQueue& queue : cured.queues) {
          if (queue.id != cure.queue_id) continue;
          if (cure.kind == Cure::Kind::kLowerMinimum) queue.min_agents = cure.to;
          if (cure.kind == Cure::Kind::kRaiseMaximum) queue.max_agents = cure.to;
          if (cure.kind == Cure::Kind::kRaiseLimit) queue.limit_agents = cure.to;
        }
        for (BalanceGroup& group : cured.groups) {
          if (group.id != cure.group_id) continue;
          if (cure.kind == Cure::Kind::kAddAgents) group.agents = static_cast<int64_t>(cure.to);
          if (cure.kind == Cure::Kind::kAddSkill) group.queues.push_back({cure.queue_id});
        }
        Rows counted = rows;
        if (cure.kind == Cure::Kind::kAddSkill) counted.insert("group:" + cure.group_id);
        EXPECT_TRUE(Feasible(cured, counted));
      }
    }
  }
  EXPECT_EQ(kinds.size(), 5u);
}

TEST(InfeasibilityTest, ManyConflictsAreCutOffAndSaidSo_CAP6) {
  // Any 8 of 12 equal queues are too many for 15 agents: 495 minimal conflicts.
  BalanceProblem problem;
  problem.groups = {{"all", 15, {}}};
  for (int q = 0; q < 12; ++q) {
    problem.queues.push_back({absl::StrCat("q", q), {30, 300, 60}, 1, 2});
    problem.groups[0].queues.push_back({problem.queues.back().id});
  }
  const auto answer = SolveBalance(problem, GlpkSolver());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_FALSE(answer->conflicts.complete);
  EXPECT_GE(answer->conflicts.conflicts.size(), 8u);
  for (const Conflict& conflict : answer->conflicts.conflicts) {
    EXPECT_EQ(conflict.rows.size(), 9u);
    EXPECT_FALSE(Feasible(problem, Rows(conflict.rows.begin(), conflict.rows.end())));
  }
}

TEST(InfeasibilityTest, EfficienciesCount_CAP6) {
  BalanceProblem problem;
  problem.groups = {{"g", 4, {{"q", 0.5}}}, {"spare", 9, {}}};
  problem.queues = {{"q", {30, 300, 60}, 1, 3}};
  const auto answer = SolveBalance(problem, GlpkSolver());
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->conflicts.conflicts.size(), 1u);
  const Conflict& conflict = answer->conflicts.conflicts[0];
  EXPECT_THAT(conflict.rows, testing::ElementsAre("group:g", "min:q"));
  EXPECT_NEAR(conflict.shortfall, 1, 1e-9);
  ASSERT_EQ(conflict.cures.size(), 3u);
  EXPECT_EQ(conflict.cures[0].to, 2);  // lower the minimum to what four half agents are
  EXPECT_EQ(conflict.cures[1].to, 6);  // or have six of them
  EXPECT_EQ(conflict.cures[2].group_id, "spare");
}

}  // namespace
}  // namespace evenkeel::optimizer
