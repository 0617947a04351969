// The balance problem: groups of agents, the queues that they can serve, and what each queue needs.
// It is what a caller of the what-if endpoint writes, and what the planner makes of a snapshot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error_details.h"
#include "services/optimizer/core/capacity/cost_curve.h"
#include "services/optimizer/core/capacity/linear_program.h"

namespace evenkeel::optimizer {

// A queue that the agents of a group can serve.
struct Eligibility {
  std::string queue_id;
  double efficiency_ratio = 1;  // staff that one agent is to this queue; > 0
  // Price, in calls waiting, of assigning one agent here: what the planner charges for a move.
  double price = 0;  // >= 0
};

struct BalanceGroup {
  std::string id;
  int64_t agents = 0;  // on queue now
  std::vector<Eligibility> queues;
};

struct BalanceQueue {
  std::string id;
  QueueLoad load;
  double weight = 1;                 // of a waiting call; >= 0
  double min_agents = 0;             // staff to hold at least
  double max_agents = kUnbounded;    // by configuration
  double limit_agents = kUnbounded;  // agents available / coverage; may be fractional
  // Each unit of staff above `priced_from` costs `price` calls waiting: what the planner charges
  // for raising a capacity. Finite, >= 0.
  double priced_from = 0;
  double price = 0;
};

struct BalanceProblem {
  std::vector<BalanceGroup> groups;
  std::vector<BalanceQueue> queues;
};

// CAP-10: every field that is malformed, by its path ("queues[3].calls_per_hour"): no queues, a
// number that is negative, NaN or infinite where it may not be, an id that is empty or occurs
// twice, a group that names an unknown queue. min_agents above max_agents is well formed: such a
// problem is infeasible, and the answer says so.
Violations Validate(const BalanceProblem& problem);

}  // namespace evenkeel::optimizer
