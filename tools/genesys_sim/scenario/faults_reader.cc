#include "tools/genesys_sim/scenario/faults_reader.h"

#include <absl/strings/str_cat.h>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/scenario/source.h"
#include "tools/genesys_sim/scenario/yaml_reader.h"

namespace evenkeel::sim {
namespace {

Fault ReadFault(YamlMap& map, Violations& violations) {
  Fault fault;
  map.Text("kind");
  fault.kind = map.Choice("kind", kFaultKinds, FaultKind::kStatus);
  fault.path_prefix = map.Text("path_prefix", IsOfRequests(fault.kind) ? "/" : "");
  fault.method = map.Text("method", "");
  fault.status = map.SmallInteger("status", fault.status);
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

absl::StatusOr<std::vector<Fault>> FaultsOf(const YAML::Node& root) {
  std::vector<Fault> faults;
  Violations violations;
  try {
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

}  // namespace

absl::StatusOr<std::vector<Fault>> ParseFaults(const std::string& yaml) {
  EVENKEEL_ASSIGN_OR_RETURN(const YAML::Node root, ReadScenarioText(yaml));
  return FaultsOf(root);
}

absl::StatusOr<std::vector<Fault>> LoadFaults(const std::string& name_or_file) {
  EVENKEEL_ASSIGN_OR_RETURN(const YAML::Node root, ReadScenario(name_or_file));
  auto faults = FaultsOf(root);
  if (faults.ok()) return faults;
  return absl::Status(faults.status().code(),
                      absl::StrCat(name_or_file, ": ", faults.status().message()));
}

}  // namespace evenkeel::sim
