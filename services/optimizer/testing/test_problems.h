// For tests: the reference cases of the balance model, random problems, and problems by hand.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "services/optimizer/core/capacity/balance_problem.h"

namespace evenkeel::optimizer {

// One row of tests/data/capacity_balance.json.
struct BalanceCase {
  std::string name;
  BalanceProblem problem;
  bool feasible = true;
  double objective = 0;
  std::vector<double> staff;
  std::vector<std::optional<double>> mean_waits;  // nullopt: no calls
  bool staff_unique = true;
  std::vector<double> staff_low, staff_high;  // empty when unique
  std::vector<double> group_value_low;
  std::vector<std::optional<double>> group_value_high;
  std::vector<std::vector<std::string>> conflicts;
};

// `section`: "cases" or "infeasible".
absl::StatusOr<std::vector<BalanceCase>> ReadBalanceCases(const std::string& section);

// The text of a file in tests/data.
std::string ReadTestData(const std::string& name);

struct RandomShape {
  int groups = 4;
  int queues = 3;
  int most_agents = 12;     // in a group
  bool with_minima = true;  // which may make the problem infeasible
  bool fractional_bounds = false;
  bool efficiencies = false;  // other than 1
  bool unknown_patience = false;
};

BalanceProblem RandomProblem(std::mt19937_64& random, const RandomShape& shape);

}  // namespace evenkeel::optimizer
