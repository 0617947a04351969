#include "services/optimizer/core/capacity/network.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>

namespace evenkeel::optimizer {

Network MakeNetwork(const BalanceProblem& problem) {
  Network network;
  absl::flat_hash_map<std::string, size_t> index;
  for (size_t q = 0; q < problem.queues.size(); ++q) index[problem.queues[q].id] = q;
  // Beyond the staff that everybody together would be, a curve is never asked.
  std::vector<double> reach(problem.queues.size(), 0.0);
  for (size_t g = 0; g < problem.groups.size(); ++g) {
    const BalanceGroup& group = problem.groups[g];
    network.agents.push_back(group.agents);
    for (const Eligibility& eligibility : group.queues) {
      const size_t q = index.at(eligibility.queue_id);
      network.arcs.push_back({g, q, eligibility.efficiency_ratio, eligibility.price});
      reach[q] += eligibility.efficiency_ratio * static_cast<double>(group.agents);
    }
  }
  for (size_t q = 0; q < problem.queues.size(); ++q) {
    const BalanceQueue& queue = problem.queues[q];
    double most = std::min(queue.max_agents, queue.limit_agents);
    // One agent more than there are, so that the value of that agent is seen.
    const double curve_end = std::min(most, std::floor(reach[q]) + 1);
    CostCurve cost = CostCurve::ForLoad(queue.load, curve_end).Weighted(queue.weight);
    if (queue.price > 0) {
      // A curve that rises may not become flat again: its end is a bound, which nobody can pass.
      cost = cost.WithPriceAbove(queue.priced_from, queue.price, curve_end);
      most = curve_end;
    }
    network.queues.push_back({std::move(cost), queue.min_agents, most});
  }
  return network;
}

std::vector<double> StaffOf(const Network& network, const std::vector<double>& assigned) {
  std::vector<double> staff(network.queues.size(), 0.0);
  for (size_t a = 0; a < network.arcs.size(); ++a) {
    staff[network.arcs[a].queue] += network.arcs[a].efficiency * assigned[a];
  }
  return staff;
}

double ObjectiveOf(const Network& network, const std::vector<double>& assigned) {
  const std::vector<double> staff = StaffOf(network, assigned);
  double objective = 0;
  for (size_t q = 0; q < staff.size(); ++q) objective += network.queues[q].cost.At(staff[q]);
  for (size_t a = 0; a < assigned.size(); ++a) objective += network.arcs[a].price * assigned[a];
  return objective;
}

LinearProgram MakeLinearProgram(const Network& network) {
  LinearProgram program;
  for (size_t g = 0; g < network.agents.size(); ++g) {
    program.AddRow("", -kUnbounded, static_cast<double>(network.agents[g]));
  }
  const int first_queue_row = static_cast<int>(program.rows.size());
  for (const Network::Queue& queue : network.queues) {
    assert(queue.least <= queue.most);
    program.AddRow("", queue.least, queue.least);
  }
  for (const Network::Arc& arc : network.arcs) {
    program.AddColumn({.cost = arc.price},
                      {{static_cast<int>(arc.group), 1},
                       {first_queue_row + static_cast<int>(arc.queue), arc.efficiency}});
  }
  for (size_t q = 0; q < network.queues.size(); ++q) {
    const Network::Queue& queue = network.queues[q];
    const int row = first_queue_row + static_cast<int>(q);
    double from = queue.least;
    const auto add_segment = [&](double to, double gain) {
      program.AddColumn({.cost = -gain, .upper = to - from}, {{row, -1}});
      from = to;
    };
    for (const CostCurve::Corner& corner : queue.cost.corners()) {
      if (corner.staff <= from) continue;
      if (corner.staff >= queue.most) break;
      add_segment(corner.staff, queue.cost.GainAbove(from));
    }
    if (queue.most > from) add_segment(queue.most, queue.cost.GainAbove(from));
  }
  return program;
}

}  // namespace evenkeel::optimizer
