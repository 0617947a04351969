// Scenarios as YAML; the format is in tools/genesys_sim/scenarios/README.md.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::sim {

// INVALID_ARGUMENT names every problem by its path in the YAML ("agents[2].queues[0]"; of a
// scenario that extends another, the other's entries are counted first).
absl::StatusOr<Scenario> ParseScenario(const std::string& yaml);

// Of a shipped scenario's name ("surge") or of a file. NOT_FOUND: neither. Else as ParseScenario,
// with the name before the message.
absl::StatusOr<Scenario> LoadScenario(const std::string& name_or_file);

// The shipped "default": the moving mix, a queue with bullseye rings and a campaign.
Scenario DefaultScenario();
// The shipped "moving_mix": what the default one gives the capacity loop to do.
Scenario MovingMix();

}  // namespace evenkeel::sim
