// What the simulator answers our own reader of the centre, as bytes to measure parsing on.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <map>
#include <string>

#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::bench {

// When the centre begins, and when it is asked: two hours into the shift.
inline const absl::Time kEpoch = absl::FromUnixSeconds(1'715'760'000);  // 2024-05-15T08:00:00Z
inline const absl::Time kAsked = kEpoch + absl::Hours(2);

// The default centre, so many times side by side.
sim::Scenario Copies(int copies);

// The first answer to each path that the reader of the platform dialect asked for.
absl::StatusOr<std::map<std::string, std::string>> RecordAnswers(const sim::Scenario& scenario);

}  // namespace evenkeel::bench
