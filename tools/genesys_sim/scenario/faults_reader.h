// The faults that a scenario asks for (SIM-4): the list `faults` of its YAML.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "tools/genesys_sim/api/faults.h"

namespace evenkeel::sim {

// None when there is no such list. INVALID_ARGUMENT names every problem by its path.
absl::StatusOr<std::vector<Fault>> ParseFaults(const std::string& yaml);
// NOT_FOUND: the file cannot be read. Else as ParseFaults, with the file's name before the message.
absl::StatusOr<std::vector<Fault>> LoadFaults(const std::string& file);

}  // namespace evenkeel::sim
