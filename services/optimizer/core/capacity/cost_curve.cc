#include "services/optimizer/core/capacity/cost_curve.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "common/stats/erlang.h"

namespace evenkeel::optimizer {
namespace {

// Fewer calls waiting than this are none.
constexpr double kNegligibleCalls = 1e-18;

double Slope(const CostCurve::Corner& from, const CostCurve::Corner& to) {
  return (to.calls_waiting - from.calls_waiting) / (to.staff - from.staff);
}

std::vector<double> PatientQueues(double offered_load, int64_t most) {
  // The slope to continue lies between the first two numbers of agents that can bear the load.
  const auto stable = static_cast<int64_t>(std::floor(offered_load)) + 1;
  std::vector<double> queues =
      stats::ErlangCMeanQueues(std::max(most, stable + 1), offered_load, kNegligibleCalls);
  const auto first = static_cast<size_t>(stable);
  if (first >= queues.size()) return queues;  // no load
  const double slope =
      first + 1 < queues.size() ? queues[first] - queues[first + 1] : queues[first];
  for (size_t n = first; n-- > 0;) queues[n] = queues[n + 1] + slope;
  queues.resize(std::min(queues.size(), static_cast<size_t>(most) + 1));
  return queues;
}

std::vector<CostCurve::Corner> Points(const std::vector<double>& queues) {
  std::vector<CostCurve::Corner> points;
  for (size_t n = 0; n < queues.size(); ++n) points.push_back({static_cast<double>(n), queues[n]});
  return points;
}

}  // namespace

CostCurve CostCurve::ForLoad(const QueueLoad& load, double most) {
  assert(most >= 0);
  const auto agents = static_cast<int64_t>(std::ceil(most));
  const double offered = load.OfferedLoad();
  if (offered == 0) return CostCurve(Points({0}));
  return CostCurve(
      Points(load.mean_patience_seconds
                 ? stats::ErlangAMeanQueues(agents, offered, load.mean_handle_seconds,
                                            *load.mean_patience_seconds, kNegligibleCalls)
                 : PatientQueues(offered, agents)));
}

CostCurve::CostCurve(std::span<const Corner> points) {
  assert(!points.empty() && points.front().staff == 0);
  for (const Corner& point : points) {
    while (corners_.size() >= 2 &&
           Slope(corners_[corners_.size() - 2], corners_.back()) >= Slope(corners_.back(), point)) {
      corners_.pop_back();
    }
    corners_.push_back(point);
  }
}

CostCurve CostCurve::Weighted(double weight) const {
  CostCurve weighted = *this;
  for (Corner& corner : weighted.corners_) corner.calls_waiting *= weight;
  return weighted;
}

CostCurve CostCurve::WithPenaltyBelow(double minimum, double penalty) const {
  std::vector<Corner> points = PointsWith({minimum});
  for (Corner& point : points) {
    point.calls_waiting += penalty * std::max(0.0, minimum - point.staff);
  }
  return CostCurve(points);
}

CostCurve CostCurve::WithPriceAbove(double from, double price, double most) const {
  if (from >= most) return *this;
  std::vector<Corner> points = PointsWith({from, most});
  std::erase_if(points, [&](const Corner& point) { return point.staff > most; });
  for (Corner& point : points) point.calls_waiting += price * std::max(0.0, point.staff - from);
  return CostCurve(points);
}

std::vector<CostCurve::Corner> CostCurve::PointsWith(std::initializer_list<double> staffs) const {
  std::vector<Corner> points(corners_.begin(), corners_.end());
  for (const double staff : staffs) {
    const auto at = std::lower_bound(points.begin(), points.end(), staff,
                                     [](const Corner& c, double n) { return c.staff < n; });
    if (at == points.end() || at->staff != staff) points.insert(at, {staff, At(staff)});
  }
  return points;
}

double CostCurve::At(double staff) const {
  const auto above = std::upper_bound(corners_.begin(), corners_.end(), staff,
                                      [](double n, const Corner& c) { return n < c.staff; });
  if (above == corners_.end()) return corners_.back().calls_waiting;
  const Corner& below = *std::prev(above);
  return below.calls_waiting + Slope(below, *above) * (staff - below.staff);
}

double CostCurve::GainAbove(double staff) const {
  const auto above = std::upper_bound(corners_.begin(), corners_.end(), staff,
                                      [](double n, const Corner& c) { return n < c.staff; });
  return above == corners_.end() ? 0 : -Slope(*std::prev(above), *above);
}

double CostCurve::GainBelow(double staff) const {
  const auto at = std::lower_bound(corners_.begin(), corners_.end(), staff,
                                   [](const Corner& c, double n) { return c.staff < n; });
  if (at == corners_.end()) return 0;
  return at == corners_.begin() ? std::numeric_limits<double>::infinity()
                                : -Slope(*std::prev(at), *at);
}

}  // namespace evenkeel::optimizer
