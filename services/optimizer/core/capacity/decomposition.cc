#include "services/optimizer/core/capacity/decomposition.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

namespace evenkeel::optimizer {
namespace {

// In a flow; far above any centre, and no sum of such numbers is too large.
constexpr double kMostAgents = 1e12;

// Of staff, which may be a bound that nobody can reach.
int64_t Whole(double staff) { return static_cast<int64_t>(std::min(staff, 2 * kMostAgents)); }

bool IsWhole(double number) { return number == std::floor(number); }

// The upper bounds of staff, without those that not even all agents who can serve the queue reach:
// they bind nothing.
std::vector<double> BindingBounds(const Network& network) {
  std::vector<double> reach(network.queues.size(), 0.0);
  for (const Network::Arc& arc : network.arcs) {
    reach[arc.queue] += static_cast<double>(network.agents[arc.group]);
  }
  std::vector<double> bounds;
  for (size_t q = 0; q < reach.size(); ++q) {
    const double most = network.queues[q].most;
    bounds.push_back(most > reach[q] ? kUnbounded : most);
  }
  return bounds;
}

// Groups and queues that are solved together: ranges of Decomposition::groups_ and queues_.
struct Part {
  int groups_begin = 0, groups_end = 0;
  int queues_begin = 0, queues_end = 0;
  double least_value = 0;  // of one agent, known from the part that it was split from
};

class Decomposition {
 public:
  Decomposition(const Network& network, std::span<const double> start)
      : network_(network), arcs_(network) {
    MakeSteps();
    flow_.assign(network.arcs.size(), 0);
    spare_.assign(network.agents.begin(), network.agents.end());
    inflow_.assign(network.queues.size(), 0);
    wanted_.assign(network.queues.size(), 0);
    if (!start.empty()) Begin(start);
  }

  std::optional<FlowPlan> Run() {
    const int group_count = static_cast<int>(spare_.size());
    const int queue_count = static_cast<int>(inflow_.size());
    value_of_group_.assign(group_count, 0.0);
    value_of_queue_.assign(queue_count, 0.0);
    part_of_group_.assign(group_count, 0);
    level_of_group_.assign(group_count, -1);
    level_of_queue_.assign(queue_count, -1);
    next_of_group_.assign(group_count, 0);
    next_of_queue_.assign(queue_count, 0);
    fewest_.assign(queue_count, 0);
    most_.assign(queue_count, 0);
    for (int g = 0; g < group_count; ++g) {
      if (arcs_.first_of_group(g) < arcs_.first_of_group(g + 1)) groups_.push_back(g);
    }
    for (int q = 0; q < queue_count; ++q) queues_.push_back(q);
    int parts = 0;
    std::vector<Part> open = {{0, static_cast<int>(groups_.size()), 0, queue_count, 0}};
    while (!open.empty()) {
      const Part part = open.back();
      open.pop_back();
      part_ = ++parts;
      for (int i = part.groups_begin; i < part.groups_end; ++i) part_of_group_[groups_[i]] = part_;
      const std::optional<double> value = GiveOut(part);
      if (!value) return std::nullopt;
      if (Fill(part)) {
        Settle(part, *value);
      } else {
        const auto [short_of, rest] = Split(part, *value);
        open.push_back(rest);
        open.push_back(short_of);
      }
    }
    FlowPlan plan;
    plan.assigned.assign(flow_.begin(), flow_.end());
    plan.group_values = std::move(value_of_group_);
    plan.queue_values = std::move(value_of_queue_);
    return plan;
  }

 private:
  void MakeSteps() {
    const std::vector<double> bounds = BindingBounds(network_);
    steps_of_queue_.push_back(0);
    for (size_t q = 0; q < network_.queues.size(); ++q) {
      const Network::Queue& queue = network_.queues[q];
      least_.push_back(Whole(queue.least));
      const auto corners = queue.cost.corners();
      for (size_t c = 1; c < corners.size(); ++c) {
        const CostCurve::Corner &from = corners[c - 1], &to = corners[c];
        const double until = std::min(to.staff, bounds[q]);
        if (until <= queue.least) continue;
        const double gain = (from.calls_waiting - to.calls_waiting) / (to.staff - from.staff);
        if (from.staff >= bounds[q] || gain <= 0) break;
        steps_.push_back({gain, Whole(until)});
      }
      steps_of_queue_.push_back(static_cast<int>(steps_.size()));
    }
  }

  void Begin(std::span<const double> start) {
    for (int a = 0; a < static_cast<int>(flow_.size()); ++a) {
      const auto most = static_cast<double>(spare_[arcs_.group(a)]);
      flow_[a] = static_cast<int64_t>(std::clamp(std::round(start[a]), 0.0, most));
      spare_[arcs_.group(a)] -= flow_[a];
      inflow_[arcs_.queue(a)] += flow_[a];
    }
  }

  // Staff of the queue after so many of its steps.
  int64_t StaffAfter(int queue, int steps) const {
    return steps == steps_of_queue_[queue] ? least_[queue] : steps_[steps - 1].until;
  }
  // The first step of the queue, between two of them, whose gain is not above `value`.
  int StepsAbove(int first, int last, double value) const {
    return static_cast<int>(
        std::partition_point(steps_.begin() + first, steps_.begin() + last,
                             [value](const Step& step) { return step.gain > value; }) -
        steps_.begin());
  }

  // wanted_ of the part's queues when every agent of the part could serve each of them: by falling
  // gain. Returns the gain that the next agent would have, at least part.least_value; nullopt when
  // the agents do not suffice for the minima.
  std::optional<double> GiveOut(const Part& part) {
    int64_t left = 0;
    for (int i = part.groups_begin; i < part.groups_end; ++i) {
      left += network_.agents[groups_[i]];
    }
    int64_t minima = 0, low_total = 0;
    double high = 0;
    active_.clear();
    for (int i = part.queues_begin; i < part.queues_end; ++i) {
      const int q = queues_[i];
      const int begin = steps_of_queue_[q], end = steps_of_queue_[q + 1];
      fewest_[q] = begin;
      most_[q] = StepsAbove(begin, end, part.least_value);
      minima += least_[q];
      low_total += StaffAfter(q, most_[q]);
      if (most_[q] == begin) continue;
      high = std::max(high, steps_[begin].gain);
      active_.push_back(q);
    }
    if (minima > left) return std::nullopt;
    double value = part.least_value;
    if (low_total > left) {
      value = LeastValue(part.least_value, high, left - minima);
    } else {
      for (int i = part.queues_begin; i < part.queues_end; ++i) {
        fewest_[queues_[i]] = most_[queues_[i]];
      }
    }
    for (int i = part.queues_begin; i < part.queues_end; ++i) {
      const int q = queues_[i];
      wanted_[q] = StaffAfter(q, fewest_[q]);
      left -= wanted_[q];
    }
    if (value == 0) return value;  // who gains nothing stays idle
    for (int i = part.queues_begin; i < part.queues_end && left > 0; ++i) {
      const int q = queues_[i], step = fewest_[q];
      if (step == steps_of_queue_[q + 1] || steps_[step].gain != value) continue;
      const int64_t more = std::min(left, steps_[step].until - wanted_[q]);
      wanted_[q] += more;
      left -= more;
    }
    return value;
  }

  // The least number above `low`, at most `high`, such that the steps of active_ that gain more
  // hold no more than `left` agents: fewest_ are then these steps. Numbers of one sign are ordered
  // as their bits are.
  double LeastValue(double low, double high, int64_t left) {
    uint64_t low_bits = std::bit_cast<uint64_t>(low), high_bits = std::bit_cast<uint64_t>(high);
    while (high_bits - low_bits > 1) {
      const uint64_t middle_bits = low_bits + (high_bits - low_bits) / 2;
      const double middle = std::bit_cast<double>(middle_bits);
      int64_t total = 0;
      middles_.clear();
      for (const int q : active_) {
        middles_.push_back(StepsAbove(fewest_[q], most_[q], middle));
        total += StaffAfter(q, middles_.back()) - StaffAfter(q, fewest_[q]);
      }
      const bool enough = total <= left;
      size_t kept = 0;
      for (size_t i = 0; i < active_.size(); ++i) {
        const int q = active_[i];
        (enough ? fewest_ : most_)[q] = middles_[i];
        if (fewest_[q] != most_[q]) active_[kept++] = q;
      }
      active_.resize(kept);
      if (enough) {
        left -= total;
        high_bits = middle_bits;
      } else {
        low_bits = middle_bits;
      }
    }
    return std::bit_cast<double>(high_bits);
  }

  // Sends agents until every queue of the part has what it wants (Dinic's algorithm, from the
  // queues); false: they cannot. Then level_of_queue_ is at least 0 for the queues of the minimum
  // cut.
  bool Fill(const Part& part) {
    for (int i = part.queues_begin; i < part.queues_end; ++i) {
      const int q = queues_[i];
      for (const int a : arcs_.of_queue(q)) {
        if (inflow_[q] <= wanted_[q]) break;
        const int64_t less = std::min(flow_[a], inflow_[q] - wanted_[q]);
        flow_[a] -= less;
        inflow_[q] -= less;
        spare_[arcs_.group(a)] += less;
      }
    }
    while (true) {
      bool short_of = false;
      for (int i = part.queues_begin; i < part.queues_end; ++i) {
        const int q = queues_[i];
        level_of_queue_[q] = inflow_[q] < wanted_[q] ? 0 : -1;
        short_of = short_of || inflow_[q] < wanted_[q];
        next_of_queue_[q] = 0;
      }
      if (!short_of) return true;
      if (!SetLevels(part)) return false;
      for (int i = part.queues_begin; i < part.queues_end; ++i) {
        const int q = queues_[i];
        if (level_of_queue_[q] != 0) continue;
        inflow_[q] += Bring(q, wanted_[q] - inflow_[q]);
      }
    }
  }

  // Breadth first from the queues that are short, to the nearest groups with agents to spare.
  bool SetLevels(const Part& part) {
    for (int i = part.groups_begin; i < part.groups_end; ++i) {
      level_of_group_[groups_[i]] = -1;
      next_of_group_[groups_[i]] = arcs_.first_of_group(groups_[i]);
    }
    front_.clear();
    for (int i = part.queues_begin; i < part.queues_end; ++i) {
      if (level_of_queue_[queues_[i]] == 0) front_.push_back(queues_[i]);
    }
    bool found = false;
    int last = 0;
    for (size_t at = 0; at < front_.size(); ++at) {
      const int q = front_[at];
      if (found && level_of_queue_[q] > last) break;
      for (const int into : arcs_.of_queue(q)) {
        const int g = arcs_.group(into);
        if (part_of_group_[g] != part_ || level_of_group_[g] >= 0) continue;
        level_of_group_[g] = level_of_queue_[q] + 1;
        if (spare_[g] > 0) {
          found = true;
          last = level_of_queue_[q];
        }
        if (found) continue;
        for (int a = arcs_.first_of_group(g); a < arcs_.first_of_group(g + 1); ++a) {
          const int other = arcs_.queue(a);
          if (flow_[a] == 0 || level_of_queue_[other] >= 0) continue;
          level_of_queue_[other] = level_of_group_[g] + 1;
          front_.push_back(other);
        }
      }
    }
    return found;
  }

  // Up to `want` agents more for the queue along the levels; its inflow is the caller's matter.
  int64_t Bring(int q, int64_t want) {
    int64_t got = 0;
    const std::span<const int> into = arcs_.of_queue(q);
    for (int& k = next_of_queue_[q]; k < std::ssize(into); ++k) {
      const int a = into[k], g = arcs_.group(a);
      if (part_of_group_[g] != part_ || level_of_group_[g] != level_of_queue_[q] + 1) continue;
      const int64_t free = std::min(want - got, spare_[g]);
      spare_[g] -= free;
      flow_[a] += free;
      got += free;
      for (int& b = next_of_group_[g]; got < want && b < arcs_.first_of_group(g + 1); ++b) {
        const int other = arcs_.queue(b);
        if (flow_[b] == 0 || level_of_queue_[other] != level_of_group_[g] + 1) continue;
        const int64_t moved = Bring(other, std::min(want - got, flow_[b]));
        flow_[b] -= moved;
        flow_[a] += moved;
        got += moved;
        if (got == want) break;
      }
      if (got == want) return got;
    }
    return got;
  }

  void Settle(const Part& part, double value) {
    for (int i = part.groups_begin; i < part.groups_end; ++i) value_of_group_[groups_[i]] = value;
    for (int i = part.queues_begin; i < part.queues_end; ++i) {
      const int q = queues_[i], begin = steps_of_queue_[q];
      // What nobody serves is worth what its first agent gains.
      const double first = begin == steps_of_queue_[q + 1] ? 0 : steps_[begin].gain;
      value_of_queue_[q] = inflow_[q] > 0 ? value : first;
    }
  }

  // The queues of the minimum cut with the groups that can serve any of them, and the rest.
  std::pair<Part, Part> Split(const Part& part, double value) {
    const auto groups =
        std::partition(groups_.begin() + part.groups_begin, groups_.begin() + part.groups_end,
                       [this](int g) { return level_of_group_[g] >= 0; });
    const auto queues =
        std::partition(queues_.begin() + part.queues_begin, queues_.begin() + part.queues_end,
                       [this](int q) { return level_of_queue_[q] >= 0; });
    const auto groups_end = static_cast<int>(groups - groups_.begin());
    const auto queues_end = static_cast<int>(queues - queues_.begin());
    return {{part.groups_begin, groups_end, part.queues_begin, queues_end, value},
            {groups_end, part.groups_end, queues_end, part.queues_end, part.least_value}};
  }

  // A queue gains `gain` an agent until it has `until`.
  struct Step {
    double gain = 0;
    int64_t until = 0;
  };

  const Network& network_;
  const ArcIndex arcs_;
  std::vector<int> steps_of_queue_;  // those of queue q are [steps_of_queue_[q], [q + 1])
  std::vector<Step> steps_;          // by falling gain, above 0
  std::vector<int64_t> least_;

  std::vector<int> groups_, queues_;  // of parts
  std::vector<int> part_of_group_;
  int part_ = 0;  // that is being solved
  std::vector<int64_t> wanted_;

  std::vector<int64_t> flow_, spare_, inflow_;  // by arc, group, queue
  std::vector<int> level_of_group_, level_of_queue_, next_of_group_, next_of_queue_;
  std::vector<int> front_;

  std::vector<int> fewest_, most_;  // steps of a queue above a high, a low value
  std::vector<int> active_, middles_;

  std::vector<double> value_of_group_, value_of_queue_;
};

}  // namespace

bool IsFlow(const Network& network) {
  double everybody = 0;
  for (const int64_t agents : network.agents) everybody += static_cast<double>(agents);
  if (everybody > kMostAgents) return false;
  for (const Network::Arc& arc : network.arcs) {
    if (arc.efficiency != 1) return false;
  }
  const std::vector<double> bounds = BindingBounds(network);
  for (size_t q = 0; q < network.queues.size(); ++q) {
    const Network::Queue& queue = network.queues[q];
    if (!IsWhole(queue.least) || !IsWhole(bounds[q])) return false;
    for (const CostCurve::Corner& corner : queue.cost.corners()) {
      if (!IsWhole(corner.staff)) return false;
    }
  }
  return true;
}

std::optional<FlowPlan> Decompose(const Network& network, std::span<const double> start) {
  return Decomposition(network, start).Run();
}

}  // namespace evenkeel::optimizer
