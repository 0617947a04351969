#include "tools/genesys_sim/scenario/faults_reader.h"

#include <absl/strings/str_cat.h>

#include <fstream>
#include <sstream>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/scenario/yaml_reader.h"

namespace evenkeel::sim {
namespace {

Fault ReadFault(YamlMap& map, Violations& violations) {
  Fault fault;
  map.Text("kind");
  fault.kind = map.Choice("kind", kFaultKinds, FaultKind::kStatus);
  fault.path_prefix = map.Text("path_prefix", IsOfRequests(fault.kind) ? "/" : "");
  fault.method = map.Text("method", "");
  fault.status = static_cast<int>(map.Integer("status").value_or(fault.status));
  if (map.Has("retry_after")) fault.retry_after = map.Duration("retry_after");
  fault.latency = map.Duration("latency", fault.latency);
  fault.age = map.Duration("age", fault.age);
  fault.skew = map.Duration("skew", fault.skew);
  fault.every = map.Duration("every", fault.every);
  fault.share_ratio = map.Number("share_ratio", 1);
  fault.from = map.Duration("from", fault.from);
  if (map.Has("until")) fault.until = map.Duration("until");
  fault.count = map.Integer("count").value_or(0);
  CheckFault(
      fault, [&](const char* field) { return map.PathOf(field); }, violations);
  return fault;
}

}  // namespace

absl::StatusOr<std::vector<Fault>> ParseFaults(const std::string& yaml) {
  std::vector<Fault> faults;
  Violations violations;
  try {
    const YAML::Node root = YAML::Load(yaml);
    if (!root.IsMap() || !root["faults"].IsDefined()) return faults;
    YAML::Node only;
    only["faults"] = root["faults"];
    YamlMap map(only, "", violations);
    map.Maps("faults", [&](YamlMap& fault) { faults.push_back(ReadFault(fault, violations)); });
  } catch (const YAML::Exception& problem) {
    return absl::InvalidArgumentError(problem.what());
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  return faults;
}

absl::StatusOr<std::vector<Fault>> LoadFaults(const std::string& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream.good()) {
    return absl::NotFoundError(absl::StrCat("scenario \"", file, "\" cannot be read"));
  }
  auto faults = ParseFaults(text.str());
  if (faults.ok()) return faults;
  return absl::Status(faults.status().code(), absl::StrCat(file, ": ", faults.status().message()));
}

}  // namespace evenkeel::sim
