#include "services/optimizer/core/capacity/whole_agents.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace evenkeel::optimizer {
namespace {

// Relative slack that a bound is allowed for rounding.
constexpr double kSlack = 1e-12;

// One agent more (+1) or fewer (-1) on an arc.
struct Change {
  size_t arc;
  int sign;
};

class Rounding {
 public:
  Rounding(const Network& network, const std::vector<double>& assigned)
      : network_(network),
        agents_(network.arcs.size()),
        staff_(network.queues.size(), 0.0),
        idle_(network.agents),
        arcs_of_group_(network.agents.size()),
        arcs_of_queue_(network.queues.size()) {
    // Missing a minimum is worse than whatever waiting could be saved by it.
    for (const Network::Queue& queue : network.queues) {
      shortfall_price_ = std::max(shortfall_price_, 1e3 * queue.cost.GainAbove(0));
    }
    for (size_t a = 0; a < network.arcs.size(); ++a) {
      const Network::Arc& arc = network.arcs[a];
      shortfall_price_ = std::max(shortfall_price_, 1e3 * arc.price);
      arcs_of_group_[arc.group].push_back(a);
      arcs_of_queue_[arc.queue].push_back(a);
      const auto whole = static_cast<int64_t>(std::floor(std::max(0.0, assigned[a]) + 1e-9));
      for (int64_t i = std::min(whole, idle_[arc.group]); i > 0; --i) Apply({{a, 1}});
    }
  }

  std::vector<int64_t> Run() {
    while (Place()) {
    }
    while (Improve()) {
    }
    return agents_;
  }

 private:
  using Changes = absl::InlinedVector<Change, 4>;

  double Cost(size_t q, double staff) const {
    const Network::Queue& queue = network_.queues[q];
    return queue.cost.At(std::max(0.0, staff)) +
           shortfall_price_ * std::max(0.0, queue.least - staff);
  }

  void Apply(const Changes& changes) {
    for (const auto& [a, sign] : changes) {
      agents_[a] += sign;
      idle_[network_.arcs[a].group] -= sign;
      staff_[network_.arcs[a].queue] += sign * network_.arcs[a].efficiency;
    }
  }

  // Fall of the cost by `changes` together; negative infinity where a queue would exceed its most.
  double Gain(const Changes& changes) const {
    double gain = 0;
    absl::InlinedVector<std::pair<size_t, double>, 4> moved;  // queue, change of its staff
    for (const auto& [a, sign] : changes) {
      const Network::Arc& arc = network_.arcs[a];
      gain -= sign * arc.price;
      const auto same = std::find_if(moved.begin(), moved.end(),
                                     [&](const auto& entry) { return entry.first == arc.queue; });
      if (same == moved.end()) {
        moved.emplace_back(arc.queue, sign * arc.efficiency);
      } else {
        same->second += sign * arc.efficiency;
      }
    }
    for (const auto& [q, change] : moved) {
      const double most = network_.queues[q].most;
      const double staff = staff_[q] + change;
      if (change > 0 && staff > most + kSlack * std::max(1.0, most)) return -kUnbounded;
      gain += Cost(q, staff_[q]) - Cost(q, staff);
    }
    return gain;
  }

  bool TryApply(const Changes& changes) {
    if (Gain(changes) <= 1e-12 * shortfall_price_) return false;
    Apply(changes);
    return true;
  }

  // Gives one idle agent to the queue that gains most.
  bool Place() {
    std::optional<size_t> best;
    double best_gain = 0;
    for (size_t a = 0; a < network_.arcs.size(); ++a) {
      if (idle_[network_.arcs[a].group] == 0) continue;
      const double gain = Gain({{a, 1}});
      if (gain > best_gain) {
        best = a;
        best_gain = gain;
      }
    }
    return best && TryApply({{*best, 1}});
  }

  // Tries to put one agent of each arc, or an idle one, to other work.
  bool Improve() {
    bool improved = false;
    for (size_t g = 0; g < arcs_of_group_.size(); ++g) {
      for (const size_t to : arcs_of_group_[g]) {
        if (idle_[g] > 0) improved = TryMove({{to, 1}}, to) || improved;
        for (const size_t from : arcs_of_group_[g]) {
          if (from == to || agents_[from] == 0) continue;
          improved = TryMove({{from, -1}, {to, 1}}, to) || improved;
        }
      }
    }
    return improved;
  }

  // `move` ends at arc `to`. Applies it where it helps, alone or when an agent of another group
  // then leaves that queue: for a third one, for the one that the first agent left, or for none.
  bool TryMove(const Changes& move, size_t to) {
    if (TryApply(move)) return true;
    const size_t group = network_.arcs[to].group;
    for (const size_t leave : arcs_of_queue_[network_.arcs[to].queue]) {
      if (network_.arcs[leave].group == group || agents_[leave] == 0) continue;
      Changes chain = move;
      chain.push_back({leave, -1});
      if (TryApply(chain)) return true;
      for (const size_t next : arcs_of_group_[network_.arcs[leave].group]) {
        if (next == leave) continue;
        chain.resize(move.size() + 1);
        chain.push_back({next, 1});
        if (TryApply(chain)) return true;
      }
    }
    return false;
  }

  const Network& network_;
  std::vector<int64_t> agents_;  // by arc
  std::vector<double> staff_;    // by queue
  std::vector<int64_t> idle_;    // by group
  std::vector<std::vector<size_t>> arcs_of_group_, arcs_of_queue_;
  double shortfall_price_ = 1;
};

}  // namespace

std::vector<int64_t> RoundToWhole(const Network& network, const std::vector<double>& assigned) {
  return Rounding(network, assigned).Run();
}

}  // namespace evenkeel::optimizer
