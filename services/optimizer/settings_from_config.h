// The configuration's scope and optimizer parts as the planner takes them.
#pragma once

#include "evenkeel/config/v1/config.pb.h"
#include "services/optimizer/core/capacity/planner.h"

namespace evenkeel::optimizer {

// Takes the values as they are: Validate says what is wrong with them.
PlannerSettings PlannerSettingsFromConfig(const config::v1::Config& config);

}  // namespace evenkeel::optimizer
