#include "services/optimizer/core/capacity/pooling.h"

#include <algorithm>
#include <cmath>

namespace evenkeel::optimizer {
namespace {

// Staff that an agent is worth to a queue where he helps, per share of time to spare: much when few
// agents have the same two queues, little when all have (then one surge takes them all). From two
// pooled queues in theory and six in simulation; see formulation.md.
constexpr double kSpreadWorth = 1.6;
constexpr double kConcentratedWorth = 0.6;

template <typename List, typename Key>
auto& Entry(List& list, const Key& key) {
  const auto at =
      std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.first == key; });
  return at == list.end() ? list.emplace_back(key, typename List::value_type::second_type()).second
                          : at->second;
}

std::vector<size_t> Joined(const Placement& placement) {
  std::vector<size_t> joined = placement.others;
  joined.push_back(placement.primary);
  return joined;
}

bool Contains(std::span<const size_t> list, size_t queue) {
  return std::find(list.begin(), list.end(), queue) != list.end();
}

}  // namespace

PooledQueue MakePooledQueue(const BalanceQueue& queue, double most_staff, double usual_staff,
                            double load_error_ratio) {
  const double most = std::min({queue.max_agents, queue.limit_agents, most_staff});
  const auto curve_at = [&](double share) {
    QueueLoad load = queue.load;
    load.calls_per_hour *= share;
    return CostCurve::ForLoad(load, most);
  };
  const CostCurve curve = curve_at(1);
  // Calls that give up make no work: carried = offered - waiting * handle time / patience.
  double carried = queue.load.OfferedLoad();
  if (queue.load.mean_patience_seconds) {
    carried -=
        curve.At(usual_staff) * queue.load.mean_handle_seconds / *queue.load.mean_patience_seconds;
  }
  const double idle_ratio = usual_staff > 0 ? std::clamp(1 - carried / usual_staff, 0.0, 1.0) : 0;
  return {curve.Weighted(queue.weight),
          curve_at(std::max(0.0, 1 - load_error_ratio)).Weighted(queue.weight),
          curve_at(1 + load_error_ratio).Weighted(queue.weight),
          queue.min_agents,
          /*shortfall_price=*/0,
          idle_ratio,
          usual_staff};
}

PooledStaff::PooledStaff(std::vector<PooledQueue> queues)
    : queues_(std::move(queues)), load_(queues_.size()) {}

void PooledStaff::Count(const Placement& placement, double sign, std::span<const size_t> kept,
                        Difference& difference) {
  const std::vector<size_t> joined = Joined(placement);
  const auto others = static_cast<double>(placement.others.size());
  Entry(difference.loads, placement.primary).primaries += sign;
  for (const size_t queue : joined) {
    Load& load = Entry(difference.loads, queue);
    load.joined += sign;
    if (others > 0) load.flexible += sign;
  }
  for (size_t i = 0; i < joined.size(); ++i) {
    for (size_t j = i + 1; j < joined.size(); ++j) {
      if (Contains(kept, joined[i]) && Contains(kept, joined[j])) continue;
      Shared& shared = Entry(difference.shared, Pair(std::minmax(joined[i], joined[j])));
      shared.agents += sign;
      // The primary queue is any one of the others; and who helps several helps each less.
      shared.worth += sign / (others * std::sqrt(others));
    }
  }
}

PooledStaff::Difference PooledStaff::DifferenceOf(std::span<const PlacementChange> changes) const {
  Difference difference;
  for (const auto& [before, after] : changes) {
    // Where the number of queues stays, pairs of queues that stay do not change.
    std::vector<size_t> kept;
    if (before != nullptr && after != nullptr && before->others.size() == after->others.size()) {
      const std::vector<size_t> joined = Joined(*after);
      for (const size_t queue : Joined(*before)) {
        if (Contains(joined, queue)) kept.push_back(queue);
      }
    }
    if (before != nullptr) Count(*before, -1, kept, difference);
    if (after != nullptr) Count(*after, 1, kept, difference);
  }
  // What a change of the agents shared by two queues does to the help that either may get.
  for (const auto& [pair, change] : difference.shared) {
    const auto at = shared_.find(pair);
    const Shared now = at == shared_.end() ? Shared() : at->second;
    const Shared then = {now.agents + change.agents, now.worth + change.worth};
    for (const size_t helped : {pair.first, pair.second}) {
      Entry(difference.loads, helped).help +=
          HelpTo(pair, helped, then) - HelpTo(pair, helped, now);
    }
  }
  return difference;
}

double PooledStaff::HelpTo(const Pair& pair, size_t helped, const Shared& shared) const {
  const size_t helper = pair.first == helped ? pair.second : pair.first;
  const double both = std::max(1.0, queues_[helper].usual_staff + queues_[helped].usual_staff);
  const double concentration = std::clamp(shared.agents / both, 0.0, 1.0);
  return shared.worth * queues_[helper].idle_ratio *
         (kSpreadWorth - (kSpreadWorth - kConcentratedWorth) * concentration);
}

double PooledStaff::Help(const Load& load) {
  // Those who have joined and are not primary here help here.
  if (load.flexible < 0.5) return 0;
  return load.help * std::clamp((load.joined - load.primaries) / load.flexible, 0.0, 1.0);
}

void PooledStaff::Apply(const PlacementChange& change) {
  const Difference difference = DifferenceOf({&change, 1});
  for (const auto& [queue, add] : difference.loads) {
    Load& load = load_[queue];
    load.primaries += add.primaries;
    load.joined += add.joined;
    load.flexible += add.flexible;
    load.help += add.help;
  }
  for (const auto& [pair, add] : difference.shared) {
    Shared& shared = shared_[pair];
    shared.agents += add.agents;
    shared.worth += add.worth;
  }
}

PooledStaff::Rise PooledStaff::RiseOf(std::span<const PlacementChange> changes) const {
  Rise rise;
  for (const auto& [queue, add] : DifferenceOf(changes).loads) {
    const PooledQueue& q = queues_[queue];
    const Load& now = load_[queue];
    const Load then = {now.primaries + add.primaries, now.joined + add.joined,
                       now.flexible + add.flexible, now.help + add.help};
    const double staff_now = std::max(0.0, now.primaries + Help(now));
    const double staff_then = std::max(0.0, then.primaries + Help(then));
    const auto waiting = [&](const CostCurve& cost) {
      return cost.At(staff_then) - cost.At(staff_now);
    };
    const double missed = q.shortfall_price * (std::max(0.0, q.minimum - then.primaries) -
                                               std::max(0.0, q.minimum - now.primaries));
    const double expected = waiting(q.cost);
    rise.waiting += expected;
    rise.missed += missed;
    rise.cautious +=
        std::max({expected, waiting(q.cost_at_less), waiting(q.cost_at_more)}) + missed;
  }
  return rise;
}

double PooledStaff::Waiting() const {
  double waiting = 0;
  for (size_t q = 0; q < queues_.size(); ++q) {
    waiting += queues_[q].cost.At(std::max(0.0, effective_staff(q)));
  }
  return waiting;
}

}  // namespace evenkeel::optimizer
