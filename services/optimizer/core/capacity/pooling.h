// The waiting that follows from how many agents work for each queue and which queues they have
// joined besides: the planner's objective for single moves. formulation.md, "Help", states the
// model.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <span>
#include <utility>
#include <vector>

#include "services/optimizer/core/capacity/balance_problem.h"
#include "services/optimizer/core/capacity/cost_curve.h"

namespace evenkeel::optimizer {

// What an agent does, in indices of queues.
struct Placement {
  size_t primary = 0;
  std::vector<size_t> others;  // joined besides; without the primary

  friend bool operator==(const Placement&, const Placement&) = default;
};

// One agent whose placement changes; nullptr: has none.
struct PlacementChange {
  const Placement* before = nullptr;
  const Placement* after = nullptr;
};

struct PooledQueue {
  CostCurve cost;  // weighted calls waiting by staff
  // The same if the load were as much less, respectively more, as its estimate may be wrong.
  CostCurve cost_at_less, cost_at_more;
  double minimum = 0;  // of staff; each agent missing costs `shortfall_price`
  double shortfall_price = 0;
  // In the best plan: the share of their time that the queue's own agents have to spare, and how
  // many they are.
  double idle_ratio = 0;
  double usual_staff = 0;
};

// `most_staff`: more than all agents together could be. `load_error_ratio`: by how much of itself
// the load may be wrong. The price of missed minima is left at 0.
PooledQueue MakePooledQueue(const BalanceQueue& queue, double most_staff, double usual_staff,
                            double load_error_ratio);

class PooledStaff {
 public:
  explicit PooledStaff(std::vector<PooledQueue> queues);

  struct Rise {
    double waiting = 0;  // weighted calls, by the estimates
    double missed = 0;   // price of missed minima
    double cautious =
        0;  // of both, each queue's waiting at the worst load that its estimate allows
  };

  void Apply(const PlacementChange& change);
  // Rise of the cost if all `changes` were applied.
  Rise RiseOf(std::span<const PlacementChange> changes) const;

  double Waiting() const;  // weighted calls
  double staff(size_t queue) const { return load_[queue].primaries; }
  double effective_staff(size_t queue) const { return staff(queue) + Help(load_[queue]); }

 private:
  // Of a queue.
  struct Load {
    double primaries = 0;
    double joined = 0;
    double flexible = 0;  // joined agents who have another queue
    double help = 0;      // what these would be worth if all of them helped here
  };
  // Of two queues: agents who have joined both, plainly counted and by what they are worth.
  struct Shared {
    double agents = 0;
    double worth = 0;
  };
  using Pair = std::pair<size_t, size_t>;  // smaller index first
  template <typename Key, typename Value>
  using Changes = absl::InlinedVector<std::pair<Key, Value>, 8>;
  struct Difference {
    Changes<size_t, Load> loads;
    Changes<Pair, Shared> shared;
  };

  // Adds `sign` agents of `placement` to `difference`; pairs of two `kept` queues are left out.
  static void Count(const Placement& placement, double sign, std::span<const size_t> kept,
                    Difference& difference);
  Difference DifferenceOf(std::span<const PlacementChange> changes) const;
  double HelpTo(const Pair& pair, size_t helped, const Shared& shared) const;
  static double Help(const Load& load);

  std::vector<PooledQueue> queues_;
  std::vector<Load> load_;
  absl::flat_hash_map<Pair, Shared> shared_;
};

}  // namespace evenkeel::optimizer
