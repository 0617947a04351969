#include "common/config/loader.h"

#include <absl/strings/str_cat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "common/config/defaults.h"
#include "common/config/yaml.h"

namespace evenkeel::config {

std::optional<std::string> ProcessEnvironment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

absl::StatusOr<v1::Config> ParseConfig(const std::string& yaml, const std::string& file,
                                       const Environment& environment) {
  v1::Config config = DefaultConfig();
  Violations violations;
  const bool readable = MergeYaml(
      yaml, file,
      [](google::protobuf::Message& element) {
        if (auto* queue = dynamic_cast<v1::QueueConfig*>(&element)) *queue = DefaultQueue();
      },
      config, violations);
  if (!readable) return violations.ToStatus();
  if (config.centre().region().empty()) {
    config.mutable_centre()->set_region(environment("GENESYS_REGION").value_or(""));
  }
  violations.AddAll("", GetViolations(ValidateConfig(config)));
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  return config;
}

absl::StatusOr<v1::Config> LoadConfig(const std::string& file, const Environment& environment) {
  // A folder opens like a file, and reads like an empty one.
  if (std::error_code error; std::filesystem::is_directory(file, error)) {
    return absl::NotFoundError(absl::StrCat("configuration file \"", file, "\" is a folder"));
  }
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream.good()) {
    return absl::NotFoundError(absl::StrCat("configuration file \"", file, "\" cannot be read"));
  }
  return ParseConfig(text.str(), file, environment);
}

}  // namespace evenkeel::config
