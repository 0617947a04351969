// A valid balance problem by index instead of by name, as the solver and the checks want it.
#pragma once

#include <cstdint>
#include <vector>

#include "services/optimizer/core/capacity/balance_problem.h"
#include "services/optimizer/core/capacity/linear_program.h"

namespace evenkeel::optimizer {

struct Network {
  // Variable x: agents of `group` that are staff of `queue`.
  struct Arc {
    size_t group = 0;
    size_t queue = 0;
    double efficiency = 1;
    double price = 0;
  };
  struct Queue {
    CostCurve cost;    // weighted, with the price of staff
    double least = 0;  // staff bounds: least <= n <= most
    double most = 0;
  };

  std::vector<int64_t> agents;  // by group
  std::vector<Arc> arcs;        // by group, in the order of the problem
  std::vector<Queue> queues;
};

// Requires that Validate(problem) found nothing. Staff bounds are min_agents and the lesser of
// max_agents and limit_agents (of a queue with a price, also one more than all agents could be);
// they may contradict each other.
Network MakeNetwork(const BalanceProblem& problem);

// Staff by queue when `assigned` agents (by arc) work: n_q = sum of efficiency * agents.
std::vector<double> StaffOf(const Network& network, const std::vector<double>& assigned);

// Calls waiting, weighted, plus the prices of staff and of `assigned`.
double ObjectiveOf(const Network& network, const std::vector<double>& assigned);

// The linear program of formulation.md. Columns: arcs first, then segments. Rows: one per group,
// then one per queue. Requires least <= most for each queue.
LinearProgram MakeLinearProgram(const Network& network);

}  // namespace evenkeel::optimizer
