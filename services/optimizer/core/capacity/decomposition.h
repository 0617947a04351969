// The balance model where it is a flow of whole agents, solved without a linear program (CAP-8).
//
// With efficiencies of 1 the staff that agents can be is a polymatroid: any set S of queues has at
// most as many agents as can serve one of them. A separable convex cost over it is least where this
// ends: give out all agents as if everybody could serve every queue, by falling gain; ask by a flow
// whether they can; where not, the queues of the minimum cut get exactly the agents who can serve
// any of them, the others the rest, and each half is solved alike.
//   H. Groenevelt, Two algorithms for maximizing a separable concave function over a polymatroid
//   feasible region, European Journal of Operational Research 54 (1991).
//   A. Federgruen, H. Groenevelt, The greedy procedure for resource allocation problems, Operations
//   Research 34 (1986).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "services/optimizer/core/capacity/network.h"

namespace evenkeel::optimizer {

struct FlowPlan {
  std::vector<double> assigned;      // whole agents, by arc
  std::vector<double> group_values;  // fall of the objective per agent added to the group
  std::vector<double> queue_values;  // fall of the objective per unit of staff given to the queue
};

// Whether it is a flow of whole agents: efficiencies of 1, whole bounds (upper ones where they can
// be met at all), whole corners of the curves, and at most 1e12 agents.
bool IsFlow(const Network& network);

// The optimum of a network that IsFlow() and whose arcs have no price; nullopt: no plan holds every
// minimum. Requires least <= most for each queue. `start`: agents by arc of a plan for a network of
// the same groups, queues and arcs, to begin the flow with; empty: none. It changes the time, and
// which of equal optima it is.
std::optional<FlowPlan> Decompose(const Network& network, std::span<const double> start = {});

}  // namespace evenkeel::optimizer
