// The balance model where it is a flow of whole agents and some arcs have a price: what the planner
// asks when each move costs something (CAP-11).
//
// Begins with the optimum without the arcs that have a price (decomposition.h) and then moves one
// agent after another along the shortest path: out of a queue (or idleness), by way of others, into
// the one that gains most. The flow so stays a cheapest one for its staff by queue (successive
// shortest paths; R. Ahuja, T. Magnanti, J. Orlin, Network Flows, 1993, chapters 9 and 14), and is
// the optimum when no path is worth its price.
#pragma once

#include <optional>

#include "services/optimizer/core/capacity/decomposition.h"
#include "services/optimizer/core/capacity/network.h"

namespace evenkeel::optimizer {

// The optimum of a network that IsFlow(); nullopt: no plan holds every minimum. Requires least <=
// most for each queue. As for any answer, a certificate is the caller's matter.
std::optional<FlowPlan> SolvePricedFlow(const Network& network);

}  // namespace evenkeel::optimizer
