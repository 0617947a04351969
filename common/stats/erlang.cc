#include "common/stats/erlang.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>

namespace evenkeel::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// P(some agent free) / P(all busy, none waiting) for n agents from the same for n - 1. Every step
// adds positive numbers, so the relative error stays near n rounding errors. Infinite without load.
double NextFreeOdds(double odds, int64_t n, double offered_load) {
  return (odds + 1) * (static_cast<double>(n) / offered_load);
}

double FreeOdds(int64_t agents, double offered_load) {
  double odds = 0;
  for (int64_t n = 1; n <= agents && odds < kInfinity; ++n) {
    odds = NextFreeOdds(odds, n, offered_load);
  }
  return odds;
}

// u - 1 + exp(-u) >= 0 without cancellation near 0.
double ExpRemainder(double u) {
  if (std::abs(u) > 0.5) return u + std::expm1(-u);
  double sum = 0;
  for (int k = 17; k >= 2; --k) sum = (1 - u * sum) / k;
  return u * u * sum;
}

// Gauss-Legendre nodes and weights on [-1, 1], 16 points, the positive half.
struct Node {
  double at, weight;
};
constexpr std::array<Node, 8> kNodes = {{{0.9894009349916499326, 0.02715245941175409485},
                                         {0.9445750230732325761, 0.06225352393864789286},
                                         {0.8656312023878317439, 0.09515851168249278481},
                                         {0.7554044083550030339, 0.1246289712555338721},
                                         {0.6178762444026437485, 0.1495959888165767320},
                                         {0.4580167776572273863, 0.1691565193950025382},
                                         {0.2816035507792589132, 0.1826034150449235889},
                                         {0.09501250983763744019, 0.1894506104550684963}}};

// The waiting time V that a caller of endless patience would meet in M/M/n+M has for V > 0 the
// density (Baccelli and Hebuterne 1981)
//
//   n mu P_n exp(-n mu t + (lambda / theta) (1 - exp(-theta t)))
//
// with P_n = P(all agents busy, none waiting). In units of mean patience, z = theta t, it is
// P_n c exp(E(z)) with c = n mu / theta, x = lambda / theta, E(z) = x (1 - exp(-z)) - c z. E is
// concave with its peak at z* = max(0, ln(x / c)). This class integrates functions against
// exp(E(z) - E(z*)): all terms are positive and the exponent is evaluated as a distance from the
// peak, so nothing overflows or cancels, whatever the parameters.
class WaitDensity {
 public:
  // Requires agents > 0.
  WaitDensity(int64_t agents, double offered_load, double patience_in_handle_times)
      : c_(static_cast<double>(agents) * patience_in_handle_times) {
    const double spare = static_cast<double>(agents) - offered_load;
    slack_ = std::max(0.0, spare) * patience_in_handle_times;
    peak_ = spare >= 0 ? 0 : std::log1p(-spare / static_cast<double>(agents));
    curvature_ = spare >= 0 ? offered_load * patience_in_handle_times : c_;
  }

  double c() const { return c_; }
  double peak() const { return peak_; }
  // E(z*) - E(0).
  double PeakHeight() const { return peak_ == 0 ? 0 : c_ * ExpRemainder(-peak_); }

  // Calls add(z, weight) so that the sum of weight * f(z) is the integral of
  // f(z) exp(E(z) - E(z*)) over [low, high], for f of the scale of exp(-z) or slower. high may be
  // infinite. Parts below exp(-kNegligible) of the peak are left out.
  template <typename Add>
  void Integrate(double low, double high, Add add) const {
    const double start = std::clamp(peak_, low, high) - peak_;
    for (double u = start; u < high - peak_ && Exponent(u) > -kNegligible;) {
      const double slope = slack_ - curvature_ * std::expm1(-u);
      const double width = std::min(Width(slope, curvature_ * std::exp(-u)), std::max(4.0, u));
      const double end = std::min(u + width, high - peak_);
      Panel(u, end, add);
      if (end <= u) break;  // a step below the resolution of u: the rest is negligible
      u = end;
    }
    for (double u = start; u > low - peak_ && Exponent(u) > -kNegligible;) {
      const double slope = curvature_ * std::expm1(-u);
      const double width = std::min(Width(slope, curvature_ * std::exp(1 - u)), 1.0);
      const double end = std::max(u - width, low - peak_);
      Panel(end, u, add);
      if (end >= u) break;
      u = end;
    }
  }

 private:
  static constexpr double kNegligible = 60;
  // The exponent changes by at most this much in a panel; 16 points then leave an error near 1e-17.
  static constexpr double kStep = 8;

  // E(z* + u) - E(z*).
  double Exponent(double u) const { return -slack_ * u - curvature_ * ExpRemainder(u); }

  // How far an exponent goes that starts with `slope` and whose slope grows by `growth` per unit.
  static double Width(double slope, double growth) {
    return 2 * kStep / (slope + std::sqrt(slope * slope + 2 * kStep * growth));
  }

  template <typename Add>
  void Panel(double from, double to, Add& add) const {
    const double middle = from + 0.5 * (to - from);
    const double half = 0.5 * (to - from);
    for (const Node& node : kNodes) {
      for (const double sign : {-1.0, 1.0}) {
        const double u = middle + sign * half * node.at;
        add(peak_ + u, half * node.weight * std::exp(Exponent(u)));
      }
    }
  }

  double c_;
  double slack_;      // c - x when there are more agents than load, else 0
  double curvature_;  // E(z* + u) - E(z*) = -slack u - curvature (u - 1 + exp(-u))
  double peak_;       // z*
};

// The law of total probability for M/M/n+M, scaled by the density's peak.
struct StateShares {
  double not_waiting = 0;  // P(some agent free)
  double scale = 0;        // turns an integral of WaitDensity into a probability
};

StateShares ShareStates(const WaitDensity& density, double free_odds, double integral) {
  const double free = free_odds * std::exp(-density.PeakHeight());
  if (free == kInfinity) return {1, 0};
  const double total = free + density.c() * integral;
  return {free / total, density.c() / total};
}

ErlangAFigures NobodyServes(double mean_handle_seconds, double offered_load, double patience,
                            double within_seconds) {
  ErlangAFigures figures;
  figures.p_wait = 1;
  figures.p_abandon = 1;
  figures.mean_wait_seconds = patience;
  figures.mean_queue = offered_load / mean_handle_seconds * patience;
  figures.service_levels.wait_all_ratio = -std::expm1(-within_seconds / patience);
  if (std::exp(-within_seconds / patience) > 0) {
    figures.service_levels.excl_short_abandons_ratio = 0;
  }
  return figures;
}

}  // namespace

double ErlangB(int64_t agents, double offered_load) {
  assert(agents >= 0 && offered_load >= 0 && std::isfinite(offered_load));
  return 1 / (1 + FreeOdds(agents, offered_load));
}

std::optional<ErlangCFigures> ErlangC(int64_t agents, double offered_load,
                                      double mean_handle_seconds, double within_seconds) {
  assert(agents >= 0 && offered_load >= 0 && std::isfinite(offered_load));
  assert(mean_handle_seconds > 0 && within_seconds >= 0);
  const double spare = static_cast<double>(agents) - offered_load;
  if (spare <= 0) return std::nullopt;
  // C = n B / (n - a (1 - B)), written with the odds 1/B - 1 so that 1 - C is exact as well.
  const double odds = FreeOdds(agents, offered_load);
  ErlangCFigures figures;
  double p_free = 1;
  if (odds < kInfinity) {
    const double total = static_cast<double>(agents) + spare * odds;
    figures.p_wait = static_cast<double>(agents) / total;
    p_free = spare * odds / total;
  }
  figures.mean_wait_seconds = figures.p_wait * mean_handle_seconds / spare;
  figures.mean_queue = figures.p_wait * offered_load / spare;
  figures.service_level_ratio =
      p_free - figures.p_wait * std::expm1(-spare * within_seconds / mean_handle_seconds);
  return figures;
}

ErlangAFigures ErlangA(int64_t agents, double offered_load, double mean_handle_seconds,
                       double mean_patience_seconds, double within_seconds) {
  assert(agents >= 0 && offered_load >= 0 && std::isfinite(offered_load));
  assert(mean_handle_seconds > 0 && within_seconds >= 0);
  assert(mean_patience_seconds > 0 && std::isfinite(mean_patience_seconds));
  if (agents == 0) {
    return NobodyServes(mean_handle_seconds, offered_load, mean_patience_seconds, within_seconds);
  }
  const double patience_in_handle_times = mean_patience_seconds / mean_handle_seconds;
  const WaitDensity density(agents, offered_load, patience_in_handle_times);
  const double limit = within_seconds / mean_patience_seconds;

  double waits_early = 0, served_early = 0, waits_late = 0, served_late = 0, left_late = 0;
  double left = 0, served_wait = 0;
  density.Integrate(0, limit, [&](double z, double weight) {
    const double served = weight * std::exp(-z);
    waits_early += weight;
    served_early += served;
    served_wait += served * z;
    left -= weight * std::expm1(-z);
  });
  const double patient = std::exp(-limit);
  density.Integrate(limit, kInfinity, [&](double z, double weight) {
    const double served = weight * std::exp(-z);
    waits_late += weight;
    served_late += served;
    served_wait += served * z;
    left -= weight * std::expm1(-z);
    left_late -= weight * patient * std::expm1(limit - z);
  });

  const auto [free, scale] =
      ShareStates(density, FreeOdds(agents, offered_load), waits_early + waits_late);
  // Sums of positive parts that are 1 together: a share can exceed 1 by a rounding error only.
  const auto share = [](double sum) { return std::min(sum, 1.0); };
  ErlangAFigures figures;
  const double served = share(free + scale * (served_early + served_late));
  figures.p_wait = share(scale * (waits_early + waits_late));
  figures.p_abandon = share(scale * left);
  figures.mean_wait_seconds = figures.p_abandon * mean_patience_seconds;
  figures.mean_wait_served_seconds = scale * served_wait * mean_patience_seconds / served;
  figures.mean_queue = offered_load * patience_in_handle_times * figures.p_abandon;
  figures.occupancy_ratio = share(offered_load * served / static_cast<double>(agents));
  ServiceLevels& levels = figures.service_levels;
  levels.all_ratio = share(free + scale * served_early);
  levels.served_ratio = share(levels.all_ratio / served);
  levels.excl_short_abandons_ratio = share(levels.all_ratio / (served + scale * left_late));
  levels.virtual_ratio = share(free + scale * waits_early);
  levels.wait_all_ratio = share(levels.virtual_ratio - scale * waits_late * std::expm1(-limit));
  return figures;
}

namespace {

// The mean queue of M/M/n+M state by state: with k waiting the rate of leaving is n + k / patience
// in handle times. All terms are positive. Only where few states count; else nullopt.
std::optional<double> MeanQueueByStates(int64_t agents, double free_odds, double offered_load,
                                        double patience_in_handle_times) {
  constexpr int kMostStates = 400;
  // More than so many states away from the likeliest one nothing is left to add.
  const auto n = static_cast<double>(agents);
  const double likeliest = std::max(0.0, offered_load - n) * patience_in_handle_times;
  if (likeliest > kMostStates / 2.0) return std::nullopt;
  double share = 1, all = 1, waiting = 0;
  for (int k = 1; k <= kMostStates; ++k) {
    const double ratio = offered_load / (n + k / patience_in_handle_times);
    share *= ratio;
    all += share;
    waiting += k * share;
    // From here on every term is less than `ratio` of the one before, but for the growth of k.
    const double next = ratio * (1 + 1.0 / k);
    if (next < 1 && k * share * next / (1 - next) < 1e-17 * waiting) {
      return waiting / (free_odds + all);
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<double> ErlangAMeanQueues(int64_t max_agents, double offered_load,
                                      double mean_handle_seconds, double mean_patience_seconds,
                                      double negligible) {
  assert(max_agents >= 0 && offered_load >= 0 && std::isfinite(offered_load));
  assert(mean_handle_seconds > 0);
  assert(mean_patience_seconds > 0 && std::isfinite(mean_patience_seconds));
  const double patience_in_handle_times = mean_patience_seconds / mean_handle_seconds;
  std::vector<double> queues = {offered_load * patience_in_handle_times};
  double odds = 0;
  for (int64_t n = 1; n <= max_agents && queues.back() > negligible; ++n) {
    odds = NextFreeOdds(odds, n, offered_load);
    if (const auto queue = MeanQueueByStates(n, odds, offered_load, patience_in_handle_times)) {
      queues.push_back(*queue);
      continue;
    }
    double waits = 0, left = 0, scale = 0;
    if (odds < kInfinity) {  // else nobody waits
      const WaitDensity density(n, offered_load, patience_in_handle_times);
      density.Integrate(0, kInfinity, [&](double z, double weight) {
        waits += weight;
        left -= weight * std::expm1(-z);
      });
      scale = ShareStates(density, odds, waits).scale;
    }
    queues.push_back(offered_load * patience_in_handle_times * scale * left);
  }
  return queues;
}

std::vector<double> ErlangCMeanQueues(int64_t max_agents, double offered_load, double negligible) {
  assert(max_agents >= 0 && offered_load >= 0 && std::isfinite(offered_load));
  std::vector<double> queues = {offered_load > 0 ? kInfinity : 0.0};
  double odds = 0;
  for (int64_t n = 1; n <= max_agents && queues.back() > negligible; ++n) {
    odds = NextFreeOdds(odds, n, offered_load);
    const double agents = static_cast<double>(n);
    const double spare = agents - offered_load;
    queues.push_back(spare <= 0 ? kInfinity
                                : offered_load / spare * (agents / (agents + spare * odds)));
  }
  return queues;
}

}  // namespace evenkeel::stats
