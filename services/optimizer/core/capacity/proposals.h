// A plan as the changes that the actuator is asked for: for each move the join, then the leave that
// it makes room for.
#pragma once

#include <absl/time/time.h>

#include <optional>
#include <string>
#include <vector>

#include "common/model/change.h"
#include "services/optimizer/core/capacity/planner.h"

namespace evenkeel::optimizer {

// One thing to do: a join with or without a leave, or a new capacity.
struct ProposedMove {
  model::Proposal first;                // the join, or the capacity
  std::optional<model::Proposal> then;  // the leave
};

// In the plan's order. Every proposal names `plan_id`; the two of one move share a move id.
std::vector<ProposedMove> ProposalsOf(const CapacityPlan& plan, const std::string& plan_id,
                                      absl::Duration horizon, absl::Time expires_at);

}  // namespace evenkeel::optimizer
