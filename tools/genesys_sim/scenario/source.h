// Where a scenario's YAML comes from: shipped with the program, by name, or a file. One may extend
// another.
#pragma once

#include <absl/status/statusor.h>
#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace evenkeel::sim {

// One of tools/genesys_sim/scenarios, as it was at build time.
struct ShippedScenario {
  const char* name;  // without .yaml
  const char* text;
};
const std::vector<ShippedScenario>& ShippedScenarios();

// The YAML, with what it extends: the lists of `extends` first, then its own; of other keys its own
// replaces the other's. A file's name is relative to `folder`. INVALID_ARGUMENT: not YAML, or what
// it extends cannot be read, or extends it.
absl::StatusOr<YAML::Node> ReadScenarioText(const std::string& yaml,
                                            const std::string& folder = "");

// Of a shipped scenario's name or of a file. NOT_FOUND: neither; else as ReadScenarioText, with the
// name before the message.
absl::StatusOr<YAML::Node> ReadScenario(const std::string& name_or_file);

}  // namespace evenkeel::sim
