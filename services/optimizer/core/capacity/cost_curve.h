// What a queue costs as a function of its staff: the mean number of calls waiting, piecewise linear
// and convex in n. See formulation.md.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

namespace evenkeel::optimizer {

// The load of a queue. Numbers are finite; rates >= 0, times > 0.
struct QueueLoad {
  double calls_per_hour = 0;
  double mean_handle_seconds = 0;
  std::optional<double> mean_patience_seconds;  // nullopt: unknown; callers then never give up

  double OfferedLoad() const { return calls_per_hour * mean_handle_seconds / 3600; }
};

class CostCurve {
 public:
  struct Corner {
    double staff = 0;
    double calls_waiting = 0;
  };

  // The lower convex hull of the mean queue at 0, 1, ..., `most` agents: Erlang A, or Erlang C
  // where patience is unknown, its last finite slope continued down into overload. Flat beyond
  // `most`, and from where less than 1e-18 calls wait. Requires most >= 0.
  static CostCurve ForLoad(const QueueLoad& load, double most);

  // The lower convex hull of these points. Requires ascending staff from 0, not empty.
  explicit CostCurve(std::span<const Corner> points);

  // The same curve as seen when each agent fewer than `minimum` costs `penalty` more. Requires
  // minimum >= 0, penalty >= 0.
  CostCurve WithPenaltyBelow(double minimum, double penalty) const;

  // The same curve with all costs multiplied. Requires weight >= 0.
  CostCurve Weighted(double weight) const;

  // The same curve when each agent above `from` costs `price` more, up to `most`; flat beyond.
  // Requires from >= 0, price >= 0, most >= 0.
  CostCurve WithPriceAbove(double from, double price, double most) const;

  // Convex, ascending staff from 0.
  std::span<const Corner> corners() const { return corners_; }
  // Requires staff >= 0.
  double At(double staff) const;
  // Fall of the cost per agent just above, respectively just below, `staff`.
  double GainAbove(double staff) const;
  double GainBelow(double staff) const;

 private:
  // The corners, and the points of the curve at `staffs`.
  std::vector<Corner> PointsWith(std::initializer_list<double> staffs) const;

  std::vector<Corner> corners_;
};

}  // namespace evenkeel::optimizer
