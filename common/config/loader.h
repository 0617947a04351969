// Reads the configuration: YAML into the typed message, defaults below it, environment above it,
// then checks it as a whole. Every problem is reported at once, each with its line and key.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <functional>
#include <optional>
#include <string>

#include "evenkeel/config/v1/config.pb.h"

namespace evenkeel::config {

// Reads an environment variable; absent is nullopt. A parameter, so that tests need no environment.
using Environment = std::function<std::optional<std::string>(const char* name)>;
std::optional<std::string> ProcessEnvironment(const char* name);

// Parses `yaml` over the defaults, applies GENESYS_REGION, and validates. INVALID_ARGUMENT with one
// violation for each unknown key, wrong type, duplicate key and invalid value; the field of a
// violation is "<file>:<line>: <key path>" or the key path alone where no line is to blame.
absl::StatusOr<v1::Config> ParseConfig(const std::string& yaml, const std::string& file,
                                       const Environment& environment);

// The same from a file. NOT_FOUND when it cannot be read.
absl::StatusOr<v1::Config> LoadConfig(const std::string& file, const Environment& environment);

// What has to hold between the values of a configuration, and ranges of each (the reason for the
// bounds is in docs/defaults.md). INVALID_ARGUMENT with every violation.
absl::Status ValidateConfig(const v1::Config& config);

}  // namespace evenkeel::config
