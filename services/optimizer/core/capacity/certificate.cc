#include "services/optimizer/core/capacity/certificate.h"

#include <algorithm>
#include <cmath>

namespace evenkeel::optimizer {
namespace {

double Breach(double value, double least, double most) {
  const double below = least - value;
  const double above = std::isfinite(most) ? value - most : 0;
  const double bound = below > above ? least : most;
  return std::max({below, above, 0.0}) /
         std::max(1.0, std::isfinite(bound) ? std::abs(bound) : 1.0);
}

// The least of cost(n) + price * n over the queue's bounds: at a bound or at a corner.
double LeastCost(const Network::Queue& queue, double price) {
  double least = std::min(
      queue.cost.At(queue.least) + price * queue.least,
      std::isfinite(queue.most) ? queue.cost.At(queue.most) + price * queue.most : kUnbounded);
  for (const CostCurve::Corner& corner : queue.cost.corners()) {
    if (corner.staff > queue.least && corner.staff < queue.most) {
      least = std::min(least, corner.calls_waiting + price * corner.staff);
    }
  }
  return least;
}

}  // namespace

Certificate Certify(const Network& network, const std::vector<double>& assigned,
                    const std::vector<double>& group_values) {
  Certificate certificate;
  std::vector<double> working(network.agents.size(), 0.0);
  std::vector<double> staff(network.queues.size(), 0.0);
  // What one unit of staff costs at least, if every agent of group g costs group_values[g]:
  // infinite where no group can serve the queue.
  std::vector<double> staff_price(network.queues.size(), kUnbounded);
  for (size_t a = 0; a < network.arcs.size(); ++a) {
    const Network::Arc& arc = network.arcs[a];
    certificate.breach_ratio =
        std::max(certificate.breach_ratio, Breach(assigned[a], 0, kUnbounded));
    working[arc.group] += assigned[a];
    staff[arc.queue] += arc.efficiency * assigned[a];
    certificate.objective += arc.price * assigned[a];
    const double agent_price = std::max(0.0, group_values[arc.group]) + arc.price;
    staff_price[arc.queue] = std::min(staff_price[arc.queue], agent_price / arc.efficiency);
  }
  for (size_t g = 0; g < network.agents.size(); ++g) {
    const auto agents = static_cast<double>(network.agents[g]);
    certificate.breach_ratio = std::max(certificate.breach_ratio, Breach(working[g], 0, agents));
    certificate.lower_bound -= std::max(0.0, group_values[g]) * agents;
  }
  for (size_t q = 0; q < network.queues.size(); ++q) {
    const Network::Queue& queue = network.queues[q];
    certificate.breach_ratio =
        std::max(certificate.breach_ratio, Breach(staff[q], queue.least, queue.most));
    certificate.objective += queue.cost.At(std::max(0.0, staff[q]));
    certificate.lower_bound +=
        staff_price[q] < kUnbounded ? LeastCost(queue, staff_price[q]) : queue.cost.At(0);
  }
  certificate.gap_ratio = (certificate.objective - certificate.lower_bound) /
                          std::max(std::abs(certificate.objective), 1e-6);
  return certificate;
}

}  // namespace evenkeel::optimizer
