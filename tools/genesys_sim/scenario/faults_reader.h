// The faults that a scenario asks for (SIM-4): the list `faults` of its YAML.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "tools/genesys_sim/api/faults.h"

namespace evenkeel::sim {

// None when there is no such list. INVALID_ARGUMENT names every problem by its path.
absl::StatusOr<std::vector<Fault>> ParseFaults(const std::string& yaml);
// Of a shipped scenario's name or of a file. NOT_FOUND: neither. Else as ParseFaults, with the name
// before the message.
absl::StatusOr<std::vector<Fault>> LoadFaults(const std::string& name_or_file);

}  // namespace evenkeel::sim
