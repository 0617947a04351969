// The seeds that a command line names.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel::lab {

// "1000-1009" or "3,7,11". INVALID_ARGUMENT: not like these, more than 10000, or one twice.
absl::StatusOr<std::vector<uint64_t>> ParseSeeds(const std::string& text);

}  // namespace evenkeel::lab
