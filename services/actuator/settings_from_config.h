// The configuration's actuator part as the use case takes it.
#pragma once

#include <absl/status/statusor.h>

#include "evenkeel/config/v1/config.pb.h"
#include "services/actuator/usecase/settings.h"

namespace evenkeel::actuator {

// Requires a configuration that ValidateConfig accepts. INVALID_ARGUMENT as of CheckSettings.
absl::StatusOr<Settings> SettingsFromConfig(const config::v1::Config& config);

}  // namespace evenkeel::actuator
