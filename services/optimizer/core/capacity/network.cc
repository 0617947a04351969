#include "services/optimizer/core/capacity/network.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
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

Network Relax(const Network& network, const std::vector<double>& minima) {
  double most_gain = 0, most_price = 0;
  double least_efficiency = 1, most_efficiency = 1;
  for (const Network::Queue& queue : network.queues) {
    most_gain = std::max(most_gain, queue.cost.GainAbove(0));
    most_price = std::max(most_price, -queue.cost.GainBelow(queue.cost.corners().back().staff));
  }
  for (const Network::Arc& arc : network.arcs) {
    most_price = std::max(most_price, arc.price / arc.efficiency);
    least_efficiency = std::min(least_efficiency, arc.efficiency);
    most_efficiency = std::max(most_efficiency, arc.efficiency);
  }
  // An agent gained for one queue is lost to another, with a price for each queue between.
  const double hops = static_cast<double>(network.queues.size()) + 1;
  const double penalty = (2 * most_gain + 1 + hops * most_price) *
                         (most_efficiency / least_efficiency) *
                         (most_efficiency > least_efficiency ? 1e3 : 1);
  Network relaxed = network;
  for (size_t q = 0; q < network.queues.size(); ++q) {
    relaxed.queues[q].least = 0;
    relaxed.queues[q].cost = network.queues[q].cost.WithPenaltyBelow(minima[q], penalty);
  }
  return relaxed;
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

ArcIndex::ArcIndex(const Network& network)
    : first_of_group_(network.agents.size() + 1, 0), first_of_queue_(network.queues.size() + 1, 0) {
  for (const Network::Arc& arc : network.arcs) {
    ++first_of_group_[arc.group + 1];
    ++first_of_queue_[arc.queue + 1];
    group_.push_back(static_cast<int>(arc.group));
    queue_.push_back(static_cast<int>(arc.queue));
  }
  std::partial_sum(first_of_group_.begin(), first_of_group_.end(), first_of_group_.begin());
  std::partial_sum(first_of_queue_.begin(), first_of_queue_.end(), first_of_queue_.begin());
  std::vector<int> next = first_of_queue_;
  by_queue_.resize(network.arcs.size());
  std::vector<int> groups(network.agents.size());
  std::iota(groups.begin(), groups.end(), 0);
  const auto choice = [this](int g) { return first_of_group(g + 1) - first_of_group(g); };
  std::stable_sort(groups.begin(), groups.end(),
                   [&](int a, int b) { return choice(a) < choice(b); });
  for (const int g : groups) {
    for (int a = first_of_group(g); a < first_of_group(g + 1); ++a) {
      by_queue_[static_cast<size_t>(next[network.arcs[static_cast<size_t>(a)].queue]++)] = a;
    }
  }
}

}  // namespace evenkeel::optimizer
