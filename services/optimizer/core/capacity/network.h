// A valid balance problem by index instead of by name, as the solver and the checks want it.
#pragma once

#include <cstdint>
#include <span>
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

// The same without minima, where each agent missing below `minima` costs more than any plan could
// save by it: its optimum misses them least.
Network Relax(const Network& network, const std::vector<double>& minima);

// The linear program of formulation.md. Columns: arcs first, then segments. Rows: one per group,
// then one per queue. Requires least <= most for each queue.
LinearProgram MakeLinearProgram(const Network& network);

// The arcs of a network by group and by queue.
class ArcIndex {
 public:
  explicit ArcIndex(const Network& network);

  // The arcs of a group are those from first_of_group(g) to before first_of_group(g + 1).
  int first_of_group(int group) const { return first_of_group_[static_cast<size_t>(group)]; }
  // Those of groups with the least choice first.
  std::span<const int> of_queue(int queue) const {
    const auto q = static_cast<size_t>(queue);
    return std::span(by_queue_).subspan(
        static_cast<size_t>(first_of_queue_[q]),
        static_cast<size_t>(first_of_queue_[q + 1] - first_of_queue_[q]));
  }
  int group(int arc) const { return group_[static_cast<size_t>(arc)]; }
  int queue(int arc) const { return queue_[static_cast<size_t>(arc)]; }

 private:
  std::vector<int> first_of_group_, first_of_queue_;  // one more than there are groups, queues
  std::vector<int> by_queue_;                         // arcs
  std::vector<int> group_, queue_;                    // by arc
};

}  // namespace evenkeel::optimizer
