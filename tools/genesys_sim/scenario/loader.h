// Scenarios as YAML; the format is in tools/genesys_sim/scenarios/README.md.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::sim {

// INVALID_ARGUMENT names every problem by its path in the YAML ("agents[2].queues[0]").
absl::StatusOr<Scenario> ParseScenario(const std::string& yaml);

// NOT_FOUND: the file cannot be read. Else as ParseScenario, with the file's name before the
// message.
absl::StatusOr<Scenario> LoadScenario(const std::string& file);

// "A moving mix", from tools/genesys_sim/scenarios/moving_mix.yaml as it was at build time.
Scenario DefaultScenario();

}  // namespace evenkeel::sim
