#include "services/optimizer/core/capacity/moves.h"

#include <algorithm>
#include <cmath>

#include "services/optimizer/core/capacity/flow_paths.h"

namespace evenkeel::optimizer {
namespace {

// Agents of one type who have the same primary option: interchangeable, and not moved by this plan.
struct Pool {
  size_t type = 0;
  std::optional<size_t> option;     // index into the type's options; nullopt: no primary
  Placement placement;              // of each of them; meaningless without a primary
  std::vector<std::string> agents;  // descending, so that the first by id is taken from the back
};

// One agent of `from` takes another placement.
struct Shift {
  size_t from = 0;  // pool
  size_t to_option = 0;
  Placement placement;  // afterwards
  bool is_move = false;
  size_t join = 0;
  std::optional<size_t> leave;
};

struct Candidate {
  std::vector<Shift> shifts;
  int moves = 0;
  // Fall of the cost, missed minima included, at the least that the estimates allow; the price of
  // moves is not deducted. It decides.
  double gain = 0;
  PooledStaff::Rise rise = {};  // its waiting is reported
};

class Chooser {
 public:
  Chooser(const Staff& staff, std::vector<PooledQueue> queues, const MoveRules& rules)
      : staff_(staff), rules_(rules), queues_(queues), state_(std::move(queues)) {}

  MoveChoice Run(Assignment<int64_t> present, const Assignment<int64_t>& target) {
    KeepAtWork(present);
    MakePools(present);
    MakePaths(present, target);
    // What costs no move is how the centre works already.
    while (const std::optional<Candidate> free = BestPath(/*free_only=*/true)) Apply(*free);
    Record(choice_.staff_before, choice_.effective_before, choice_.waiting_before);
    while (const std::optional<Candidate> best = Best()) {
      if (static_cast<int>(choice_.moves.size()) + best->moves > rules_.max_moves) {
        choice_.stopped_by_limit = true;
        if (!FitsBudget()) break;
        continue;
      }
      Apply(*best);
    }
    Record(choice_.staff_after, choice_.effective_after, choice_.waiting_after);
    Finish();
    return std::move(choice_);
  }

 private:
  const std::vector<Option>& Options(size_t type) const { return staff_.types[type].options; }

  // Agents whom the best plan leaves idle still work for what they have joined: where it helps
  // most.
  void KeepAtWork(Assignment<int64_t>& present) {
    std::vector<double> busy(staff_.queues.size(), 0.0);
    for (size_t t = 0; t < present.size(); ++t) {
      for (size_t k = 0; k < present[t].size(); ++k) {
        busy[Options(t)[k].queue] += static_cast<double>(present[t][k]);
      }
    }
    for (size_t t = 0; t < present.size(); ++t) {
      auto idle = static_cast<int64_t>(staff_.types[t].agents.size());
      for (const int64_t agents : present[t]) idle -= agents;
      for (; idle > 0; --idle) {
        std::optional<size_t> best;
        double best_gain = -1;
        for (size_t k = 0; k < present[t].size(); ++k) {
          const size_t q = Options(t)[k].queue;
          const double gain = queues_[q].cost.GainAbove(busy[q]);
          if (Options(t)[k].joined && gain > best_gain) {
            best = k;
            best_gain = gain;
          }
        }
        if (!best) break;
        ++present[t][*best];
        busy[Options(t)[*best].queue] += 1;
      }
    }
  }

  void MakePools(const Assignment<int64_t>& present) {
    pool_of_.resize(present.size());
    for (size_t t = 0; t < present.size(); ++t) {
      std::vector<std::string> agents = staff_.types[t].agents;
      std::reverse(agents.begin(), agents.end());
      const auto take = [&](int64_t count) {
        std::vector<std::string> taken(agents.end() - count, agents.end());
        agents.erase(agents.end() - count, agents.end());
        return taken;
      };
      for (size_t k = 0; k < present[t].size(); ++k) {
        pool_of_[t].push_back(pools_.size());
        Pool& pool = pools_.emplace_back(Pool{t, k, PlacementAt(t, k), take(present[t][k])});
        for (size_t i = 0; i < pool.agents.size(); ++i) state_.Apply({nullptr, &pool.placement});
      }
      pool_of_[t].push_back(pools_.size());
      pools_.push_back({t, std::nullopt, {}, std::move(agents)});
    }
  }

  Placement PlacementAt(size_t type, size_t option) const {
    Placement placement{Options(type)[option].queue, {}};
    for (size_t k = 0; k < Options(type).size(); ++k) {
      if (k != option && Options(type)[k].joined) {
        placement.others.push_back(Options(type)[k].queue);
      }
    }
    return placement;
  }

  // The paths of shifts from `present` to `target`. Who is idle in the target stays where he is.
  void MakePaths(const Assignment<int64_t>& present, const Assignment<int64_t>& target) {
    std::vector<FlowEdge> edges;
    const size_t nowhere = staff_.queues.size();
    for (size_t t = 0; t < present.size(); ++t) {
      std::vector<int64_t> from = present[t], to = target[t];
      from.push_back(static_cast<int64_t>(staff_.types[t].agents.size()));
      for (const int64_t agents : present[t]) from.back() -= agents;
      to.push_back(static_cast<int64_t>(staff_.types[t].agents.size()));
      for (const int64_t agents : target[t]) to.back() -= agents;
      for (size_t k = 0; k < from.size(); ++k) {
        const int64_t same = std::min(from[k], to[k]);
        from[k] -= same;
        to[k] -= same;
      }
      to.back() = 0;
      for (size_t k = 0, j = 0; k < from.size(); ++k) {
        while (from[k] > 0 && j < to.size()) {
          const int64_t count = std::min(from[k], to[j]);
          if (count > 0) {
            const size_t start = k + 1 < from.size() ? Options(t)[k].queue : nowhere;
            edges.push_back({start, Options(t)[j].queue, count, edge_ends_.size()});
            edge_ends_.push_back({pool_of_[t][k], j});
          }
          from[k] -= count;
          to[j] -= count;
          if (to[j] == 0) ++j;
        }
      }
    }
    paths_ = DecomposeFlow(std::move(edges), nowhere + 1);
  }

  // The placement in which `pool`'s agent also works for option `join`, and leaves, where k queues
  // are joined already, the one that is missed least. nullopt when none may be left.
  std::optional<Shift> Join(size_t pool_index, size_t join, bool as_primary) const {
    const Pool& pool = pools_[pool_index];
    const std::vector<Option>& options = Options(pool.type);
    const size_t joined = staff_.types[pool.type].JoinedCount();
    std::optional<Shift> best;
    double best_cost = 0;
    const auto consider = [&](std::optional<size_t> leave) {
      Shift shift{pool_index, as_primary ? join : *pool.option, {}, true, options[join].queue, {}};
      if (leave) shift.leave = options[*leave].queue;
      shift.placement.primary = options[shift.to_option].queue;
      for (size_t k = 0; k < options.size(); ++k) {
        if ((options[k].joined || k == join) && k != shift.to_option && k != leave) {
          shift.placement.others.push_back(options[k].queue);
        }
      }
      const double cost = RiseOf({shift}).cautious;
      if (!best || cost < best_cost - kTiny) {
        best = std::move(shift);
        best_cost = cost;
      }
    };
    if (joined < static_cast<size_t>(rules_.queues_per_agent)) {
      consider(std::nullopt);
      return best;
    }
    for (size_t k = 0; k < options.size(); ++k) {
      const bool is_primary = !as_primary && pool.option == k;
      if (options[k].joined && !options[k].left_alone && !is_primary) consider(k);
    }
    return best;
  }

  const Placement* PlacementBefore(const Shift& shift) const {
    const Pool& pool = pools_[shift.from];
    return pool.option ? &pool.placement : nullptr;
  }

  PooledStaff::Rise RiseOf(const std::vector<Shift>& shifts) const {
    std::vector<PlacementChange> changes;
    for (const Shift& shift : shifts) {
      changes.push_back({PlacementBefore(shift), &shift.placement});
    }
    return state_.RiseOf(changes);
  }

  void Weigh(Candidate& candidate) const {
    candidate.rise = RiseOf(candidate.shifts);
    candidate.gain = -candidate.rise.cautious;
  }
  double Net(const Candidate& candidate) const {
    return candidate.gain - rules_.price * candidate.moves;
  }
  // Whether `a` is worth carrying out, and more than `b` by the move.
  bool IsBetter(const Candidate& a, const std::optional<Candidate>& b) const {
    if (Net(a) <= kTiny + 1e-9 * rules_.price) return false;
    return !b || a.gain * b->moves > b->gain * a.moves + kTiny;
  }

  std::optional<Candidate> PathCandidate(const FlowPath& path) const {
    Candidate candidate;
    for (const size_t label : path.labels) {
      const auto [pool, option] = edge_ends_[label];
      size_t needed = 1;
      for (const Shift& shift : candidate.shifts) needed += shift.from == pool ? 1 : 0;
      if (pools_[pool].agents.size() < needed) return std::nullopt;
      const size_t type = pools_[pool].type;
      if (Options(type)[option].joined) {
        candidate.shifts.push_back({pool, option, PlacementAt(type, option), false, 0, {}});
        continue;
      }
      std::optional<Shift> shift = Join(pool, option, /*as_primary=*/true);
      if (!shift) return std::nullopt;
      candidate.shifts.push_back(std::move(*shift));
      ++candidate.moves;
    }
    Weigh(candidate);
    return candidate;
  }

  bool WithinBudget(const Candidate& candidate) const {
    return !only_within_budget_ ||
           static_cast<int>(choice_.moves.size()) + candidate.moves <= rules_.max_moves;
  }

  std::optional<Candidate> BestPath(bool free_only) {
    std::optional<Candidate> best;
    FlowPath* chosen = nullptr;
    for (FlowPath& path : paths_) {
      if (path.count == 0) continue;
      std::optional<Candidate> candidate = PathCandidate(path);
      if (!candidate || (free_only && candidate->moves > 0) || !WithinBudget(*candidate)) continue;
      if (!IsBetter(*candidate, best)) continue;
      best = std::move(candidate);
      chosen = &path;
    }
    best_path_ = chosen;
    return best;
  }

  // The best of the remaining paths and of single joins for help.
  std::optional<Candidate> Best() {
    std::optional<Candidate> best = BestPath(/*free_only=*/false);
    for (size_t p = 0; p < pools_.size(); ++p) {
      const Pool& pool = pools_[p];
      if (pool.agents.empty() || !pool.option) continue;
      for (size_t k = 0; k < Options(pool.type).size(); ++k) {
        if (Options(pool.type)[k].joined) continue;
        std::optional<Shift> shift = Join(p, k, /*as_primary=*/false);
        if (!shift) continue;
        Candidate candidate{{std::move(*shift)}, 1};
        Weigh(candidate);
        if (!WithinBudget(candidate) || !IsBetter(candidate, best)) continue;
        best = std::move(candidate);
        best_path_ = nullptr;
      }
    }
    return best;
  }

  // After the limit was met once: only what still fits is considered. False when nothing can.
  bool FitsBudget() {
    only_within_budget_ = true;
    return static_cast<int>(choice_.moves.size()) < rules_.max_moves;
  }

  void Apply(const Candidate& candidate) {
    if (best_path_ != nullptr) --best_path_->count;
    for (const Shift& shift : candidate.shifts) {
      Pool& pool = pools_[shift.from];
      std::string agent = std::move(pool.agents.back());
      pool.agents.pop_back();
      state_.Apply({PlacementBefore(shift), &shift.placement});
      if (shift.is_move) {
        choice_.moves.push_back(
            {agent, shift.join, shift.leave, shift.join == shift.placement.primary,
             -candidate.rise.waiting / candidate.moves, candidate.rise.missed < 0});
        choice_.agents.push_back(
            {std::move(agent), shift.placement.primary, shift.placement.others});
      } else {
        Pool& to = pools_[pool_of_[pool.type][shift.to_option]];
        to.agents.insert(std::upper_bound(to.agents.begin(), to.agents.end(), agent,
                                          std::greater<std::string>()),
                         std::move(agent));
      }
    }
  }

  void Record(std::vector<double>& staff, std::vector<double>& effective, double& waiting) const {
    for (size_t q = 0; q < staff_.queues.size(); ++q) {
      staff.push_back(state_.staff(q));
      effective.push_back(state_.effective_staff(q));
    }
    waiting = state_.Waiting();
  }

  void Finish() {
    for (const Pool& pool : pools_) {
      for (const std::string& agent : pool.agents) {
        PlacedAgent& placed = choice_.agents.emplace_back();
        placed.agent_id = agent;
        if (!pool.option) continue;
        placed.primary = pool.placement.primary;
        placed.others = pool.placement.others;
      }
    }
    std::sort(choice_.agents.begin(), choice_.agents.end(),
              [](const auto& a, const auto& b) { return a.agent_id < b.agent_id; });
  }

  // Gains that differ by less are equal; the candidate found first wins.
  static constexpr double kTiny = 1e-12;

  struct EdgeEnds {
    size_t pool;
    size_t option;
  };

  const Staff& staff_;
  const MoveRules rules_;
  const std::vector<PooledQueue> queues_;
  PooledStaff state_;
  std::vector<Pool> pools_;
  std::vector<std::vector<size_t>> pool_of_;  // by type and option; the last: no primary
  std::vector<EdgeEnds> edge_ends_;           // by label
  std::vector<FlowPath> paths_;
  FlowPath* best_path_ = nullptr;  // where the last BestPath() or Best() came from
  bool only_within_budget_ = false;
  MoveChoice choice_;
};

}  // namespace

MoveChoice ChooseMoves(const Staff& staff, const Assignment<int64_t>& present,
                       const Assignment<int64_t>& target, std::vector<PooledQueue> queues,
                       const MoveRules& rules) {
  return Chooser(staff, std::move(queues), rules).Run(present, target);
}

}  // namespace evenkeel::optimizer
