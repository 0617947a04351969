// Turns a plan in fractions of agents into one in whole agents when efficiencies differ from 1, so
// that the vertices of the linear program are not whole by themselves (CAP-3).
#pragma once

#include <cstdint>
#include <vector>

#include "services/optimizer/core/capacity/network.h"

namespace evenkeel::optimizer {

// Whole agents by arc: rounds `assigned` down, gives the agents left over to the queues that gain
// most, and then moves single agents, and chains of two, as long as that helps. Never breaks a
// group or puts a queue above `most`; where staff stays below `least`, rounding could not hold it.
std::vector<int64_t> RoundToWhole(const Network& network, const std::vector<double>& assigned);

}  // namespace evenkeel::optimizer
