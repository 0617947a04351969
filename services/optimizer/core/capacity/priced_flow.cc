#include "services/optimizer/core/capacity/priced_flow.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace evenkeel::optimizer {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
// Sums of the same numbers in another order differ by less than this, relatively (of at least 1).
constexpr double kRounding = 1e-14;

// Of a queue or group in one search: far above any that ends; rounding alone could make one go on.
constexpr size_t kMostVisits = 100;

bool Below(double a, double b) { return a < b - kRounding * (1 + std::abs(a)); }

class Paths {
 public:
  Paths(const Network& network, const std::vector<double>& assigned)
      : network_(network), arcs_(network) {
    spare_.assign(network.agents.begin(), network.agents.end());
    staff_.assign(network.queues.size(), 0);
    for (const double agents : assigned) {
      const int arc = static_cast<int>(flow_.size());
      flow_.push_back(std::llround(agents));
      spare_[arcs_.group(arc)] -= flow_.back();
      staff_[arcs_.queue(arc)] += flow_.back();
    }
  }

  FlowPlan Run() {
    while (FindPaths() && MoveAlongPaths()) {
    }
    FlowPlan plan;
    plan.assigned.assign(flow_.begin(), flow_.end());
    for (int q = 0; q < std::ssize(staff_); ++q) {
      plan.queue_values.push_back(std::isfinite(cost_into_[q]) ? cost_into_[q] : GainAbove(q));
    }
    for (int g = 0; g < std::ssize(spare_); ++g) {
      double value = std::isfinite(cost_of_[g]) ? cost_of_[g] : 0;
      if (!std::isfinite(cost_of_[g])) {  // nobody is in it: what one would be worth
        for (int a = arcs_.first_of_group(g); a < arcs_.first_of_group(g + 1); ++a) {
          value = std::max(value, plan.queue_values[arcs_.queue(a)] - network_.arcs[a].price);
        }
      }
      plan.group_values.push_back(std::max(0.0, value));
    }
    return plan;
  }

 private:
  double GainAbove(int q) const {
    const Network::Queue& queue = network_.queues[q];
    const auto staff = static_cast<double>(staff_[q]);
    return staff < queue.most ? queue.cost.GainAbove(staff) : -kInfinite;
  }
  double LossBelow(int q) const {
    const Network::Queue& queue = network_.queues[q];
    const auto staff = static_cast<double>(staff_[q]);
    return staff > queue.least ? queue.cost.GainBelow(staff) : kInfinite;
  }

  // The least cost of one agent more at each queue, respectively of one free of each group: he is
  // idle, or taken from a queue that loses by it, or another takes his place. Label-correcting:
  // first in, first out. False: it did
  // not come to an end, and the certificate will not hold.
  bool FindPaths() {
    const int queues = static_cast<int>(staff_.size()), groups = static_cast<int>(spare_.size());
    into_by_.assign(queues, -1);
    of_by_.assign(groups, -1);
    cost_into_.clear();
    cost_of_.clear();
    std::vector<int> line;  // queues, and groups after them
    std::vector<bool> in_line(queues + groups, true);
    for (int q = 0; q < queues; ++q) {
      cost_into_.push_back(LossBelow(q));
      line.push_back(q);
    }
    for (int g = 0; g < groups; ++g) {
      cost_of_.push_back(spare_[g] > 0 ? 0 : kInfinite);
      line.push_back(queues + g);
    }
    const auto join = [&](int node) {
      if (!in_line[node]) line.push_back(node);
      in_line[node] = true;
    };
    const size_t most = kMostVisits * line.size();
    for (size_t at = 0; at < line.size(); ++at) {
      if (at > most) return false;
      const int node = line[at];
      in_line[node] = false;
      if (node < queues) {
        if (!std::isfinite(cost_into_[node])) continue;
        for (const int a : arcs_.of_queue(node)) {
          const int g = arcs_.group(a);
          const double cost = cost_into_[node] - network_.arcs[a].price;
          if (flow_[a] == 0 || !Below(cost, cost_of_[g])) continue;
          cost_of_[g] = cost;
          of_by_[g] = a;
          join(queues + g);
        }
      } else {
        const int g = node - queues;
        if (!std::isfinite(cost_of_[g])) continue;
        for (int a = arcs_.first_of_group(g); a < arcs_.first_of_group(g + 1); ++a) {
          const int q = arcs_.queue(a);
          const double cost = cost_of_[g] + network_.arcs[a].price;
          if (!Below(cost, cost_into_[q])) continue;
          cost_into_[q] = cost;
          into_by_[q] = a;
          join(q);
        }
      }
    }
    return true;
  }

  // Along each path found whose end gains more than it costs, as long as it does. False: none does.
  bool MoveAlongPaths() {
    bool moved = false;
    for (int q = 0; q < std::ssize(staff_); ++q) {
      if (into_by_[q] < 0) continue;
      while (Below(CostNow(q, -1) - GainAbove(q), 0) && Move(q, -1)) moved = true;
    }
    for (int g = 0; g < std::ssize(spare_); ++g) {
      if (of_by_[g] < 0) continue;
      while (Below(CostNow(-1, g), 0) && Move(-1, g)) moved = true;
    }
    return moved;
  }

  // Where the path that ends in the queue, or else in the group, begins: a queue, or -1: idleness.
  int SourceOf(int q, int g) const {
    while (true) {
      if (q >= 0) {
        if (into_by_[q] < 0) return q;
        g = arcs_.group(into_by_[q]);
      }
      if (of_by_[g] < 0) return -1;
      q = arcs_.queue(of_by_[g]);
    }
  }

  // What the path costs now: its first agent has left a queue that then loses more by the next.
  double CostNow(int q, int g) const {
    const double found = q >= 0 ? cost_into_[q] : cost_of_[g];
    const int source = SourceOf(q, g);
    return source < 0 ? found : found - cost_into_[source] + LossBelow(source);
  }

  // One agent along the path; false: nobody is left to move on it.
  bool Move(int q, int g) {
    const int source = SourceOf(q, g), end = q, idle = g;
    std::vector<int> into, out_of;
    while (true) {
      if (q >= 0) {
        if (into_by_[q] < 0) break;
        into.push_back(into_by_[q]);
        g = arcs_.group(into_by_[q]);
      }
      if (of_by_[g] < 0) {
        if (spare_[g] == 0) return false;
        break;
      }
      if (flow_[of_by_[g]] == 0) return false;
      out_of.push_back(of_by_[g]);
      q = arcs_.queue(of_by_[g]);
    }
    for (const int a : into) ++flow_[a];
    for (const int a : out_of) --flow_[a];
    if (source < 0) --spare_[g];
    if (source >= 0) --staff_[source];
    if (end >= 0) ++staff_[end];
    if (idle >= 0) ++spare_[idle];
    return true;
  }

  const Network& network_;
  const ArcIndex arcs_;
  std::vector<int64_t> flow_, spare_, staff_;  // by arc, group, queue
  std::vector<double> cost_into_, cost_of_;    // by queue, group
  // The arc by which a path comes into the queue, respectively out of a queue to free one of the
  // group; -1: it begins here.
  std::vector<int> into_by_, of_by_;
};

}  // namespace

std::optional<FlowPlan> SolvePricedFlow(const Network& network) {
  std::vector<double> minima;
  for (const Network::Queue& queue : network.queues) minima.push_back(queue.least);
  const Network relaxed = Relax(network, minima);
  Network unpriced = relaxed;
  std::erase_if(unpriced.arcs, [](const Network::Arc& arc) { return arc.price > 0; });
  const std::optional<FlowPlan> unpriced_plan = Decompose(unpriced);
  if (!unpriced_plan) return std::nullopt;
  std::vector<double> start;
  auto next = unpriced_plan->assigned.begin();
  for (const Network::Arc& arc : network.arcs) start.push_back(arc.price > 0 ? 0 : *next++);
  FlowPlan plan = Paths(relaxed, start).Run();
  const std::vector<double> staff = StaffOf(network, plan.assigned);
  for (size_t q = 0; q < staff.size(); ++q) {
    if (staff[q] < minima[q]) return std::nullopt;
  }
  return plan;
}

}  // namespace evenkeel::optimizer
