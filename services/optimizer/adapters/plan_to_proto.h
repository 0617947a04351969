// Plans of the core as the messages that callers read.
#pragma once

#include <absl/time/time.h>

#include "evenkeel/optimizer/v1/optimizer_service.pb.h"
#include "services/optimizer/core/capacity/balance_model.h"
#include "services/optimizer/core/capacity/guide_model.h"
#include "services/optimizer/core/capacity/planner.h"

namespace evenkeel::optimizer {

// A plan from a snapshot.
v1::CapacityPlan ToProto(const CapacityPlan& plan, absl::Duration horizon,
                         absl::Duration move_cost);

// The answer to an inline balance problem. `within` is each queue's service-level time.
v1::CapacityPlan ToProto(const BalanceProblem& problem, const BalanceAnswer& answer,
                         const std::vector<absl::Duration>& within);

// The answer to an inline problem of the guide's model.
v1::CapacityPlan ToProto(const GuideProblem& problem, const std::vector<GuideCapacity>& capacities);

v1::Conflict ToProto(const Conflict& conflict);

}  // namespace evenkeel::optimizer
