#include "tools/genesys_sim/scenario/source.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "common/base/status_macros.h"

namespace evenkeel::sim {
namespace {

constexpr int kDeepest = 8;  // more than one level is already rare

absl::StatusOr<YAML::Node> ReadAny(const std::string& name_or_file, int depth);

// `more` after `base`.
absl::Status Append(YAML::Node base, const YAML::Node& more) {
  std::set<std::string> seen;
  for (const auto& entry : more) {
    const auto name = entry.first.as<std::string>();
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(absl::StrCat(name, ": occurs twice"));
    }
    const YAML::Node& value = entry.second;
    if (name == "extends") continue;
    YAML::Node old = base[name];
    if (old.IsSequence() && value.IsSequence()) {
      for (const YAML::Node& one : value) old.push_back(one);
    } else {
      base[name] = value;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<YAML::Node> Parse(const std::string& yaml, const std::string& folder, int depth) {
  try {
    const YAML::Node root = YAML::Load(yaml);
    if (!root.IsMap() || !root["extends"].IsDefined()) return root;
    if (!root["extends"].IsScalar()) {
      return absl::InvalidArgumentError("extends: must be a shipped scenario's name or a file");
    }
    if (depth == kDeepest) {
      return absl::InvalidArgumentError("extends: goes round, or too deep");
    }
    auto other = root["extends"].as<std::string>();
    const auto beside = std::filesystem::path(folder) / other;
    if (std::filesystem::is_regular_file(beside)) other = beside.string();
    auto base = ReadAny(other, depth + 1);
    if (!base.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("extends: ", base.status().message()));
    }
    if (!base->IsMap()) return absl::InvalidArgumentError(absl::StrCat(other, " is no scenario"));
    EVENKEEL_RETURN_IF_ERROR(Append(*base, root));
    return base;
  } catch (const YAML::Exception& problem) {
    return absl::InvalidArgumentError(problem.what());
  }
}

absl::StatusOr<YAML::Node> ReadAny(const std::string& name_or_file, int depth) {
  for (const ShippedScenario& shipped : ShippedScenarios()) {
    if (name_or_file == shipped.name) return Parse(shipped.text, "", depth);
  }
  std::ifstream stream(name_or_file);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream.good()) {
    return absl::NotFoundError(absl::StrCat(
        "scenario \"", name_or_file, "\" cannot be read; shipped are ",
        absl::StrJoin(ShippedScenarios(), ", ", [](std::string* out, const ShippedScenario& one) {
          out->append(one.name);
        })));
  }
  auto root = Parse(text.str(), std::filesystem::path(name_or_file).parent_path().string(), depth);
  if (root.ok()) return root;
  return absl::Status(root.status().code(),
                      absl::StrCat(name_or_file, ": ", root.status().message()));
}

}  // namespace

absl::StatusOr<YAML::Node> ReadScenarioText(const std::string& yaml, const std::string& folder) {
  return Parse(yaml, folder, 0);
}

absl::StatusOr<YAML::Node> ReadScenario(const std::string& name_or_file) {
  return ReadAny(name_or_file, 0);
}

}  // namespace evenkeel::sim
