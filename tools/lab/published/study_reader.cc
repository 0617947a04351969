#include "tools/lab/published/study_reader.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/scenario/loader.h"
#include "tools/genesys_sim/scenario/source.h"
#include "tools/genesys_sim/scenario/yaml_reader.h"
#include "tools/lab/published/shipped_models.h"

namespace evenkeel::lab {
namespace {

constexpr std::string_view kUnits[] = {"number", "percent", "seconds", "minutes", "hours"};
constexpr double kUnitFactors[] = {1, 100, 1, 1.0 / 60, 1.0 / 3600};

// The positions in `items` of the names under `key`.
template <typename Items>
std::vector<int> Named(sim::YamlMap& map, const char* key, const std::vector<std::string>& names,
                       const Items& items, const char* what) {
  std::vector<int> positions;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto at = std::find_if(items.begin(), items.end(),
                                 [&](const auto& item) { return item.name == names[i]; });
    if (at == items.end()) {
      map.Fail(absl::StrCat(key, "[", i, "]"),
               absl::StrCat("there is no ", what, " \"", names[i], "\""));
    } else {
      positions.push_back(static_cast<int>(at - items.begin()));
    }
  }
  return positions;
}

std::vector<Counter> ReadCounters(sim::YamlMap& map, const char* key) {
  std::vector<Counter> counters;
  const std::vector<std::string> names = map.Texts(key);
  for (size_t i = 0; i < names.size(); ++i) {
    const auto at = std::find(std::begin(kCounterNames), std::end(kCounterNames), names[i]);
    if (at == std::end(kCounterNames)) {
      map.Fail(absl::StrCat(key, "[", i, "]"), "is no counter");
    } else {
      counters.push_back(static_cast<Counter>(at - std::begin(kCounterNames)));
    }
  }
  return counters;
}

void ReadMeasure(sim::YamlMap& map, Study& study) {
  Measure measure;
  measure.name = map.Text("name");
  measure.of = ReadCounters(map, "of");
  if (measure.of.empty()) map.Fail("of", "needs at least one counter");
  measure.per = ReadCounters(map, "per");
  enum class Unit {};
  measure.factor = kUnitFactors[static_cast<size_t>(map.Choice("unit", kUnits, Unit{0}))];
  const double divisor = map.Number("divide_by", 1);
  if (!(divisor > 0)) map.Fail("divide_by", "must be above 0");
  measure.factor /= divisor;
  const sim::Scenario& scenario = *study.scenario;
  measure.call_types = Named(map, "calls", map.Texts("calls"), scenario.call_types, "call type");
  measure.campaigns =
      Named(map, "campaigns", map.Texts("campaigns"), scenario.campaigns, "campaign");
  measure.groups =
      Named(map, "groups", map.Texts("groups"), scenario.staffing_groups, "group with a headcount");
  if (map.Has("period")) {
    measure.period = map.SmallInteger("period", 0);
    if (study.period_length <= absl::ZeroDuration()) {
      map.Fail("period", "needs a period_length of the study");
    } else if (scenario.closes &&
               (*measure.period < 0 || *measure.period * study.period_length >= *scenario.closes)) {
      map.Fail("period", "must be 0 or more, and begin before the scenario closes");
    }
  }
  // Agents are counted by group, contacts by what they are.
  int of_agents = 0, of_contacts = 0;
  for (const auto* counters : {&measure.of, &measure.per}) {
    for (const Counter counter : *counters) {
      ++(counter == Counter::kBusy || counter == Counter::kStaffed ? of_agents : of_contacts);
    }
  }
  if (of_agents > 0 && scenario.staffing_groups.empty()) {
    map.Fail("of", "busy and staffed need a group with a headcount");
  }
  if (of_contacts == 0 && (map.Has("calls") || map.Has("campaigns") || map.Has("period"))) {
    map.Fail("of", "busy and staffed cannot be cut by calls, campaigns or period");
  }
  if (of_agents == 0 && map.Has("groups")) map.Fail("groups", "are for busy and staffed");
  map.Map("published", [&](sim::YamlMap& published) {
    measure.published = {published.Number("mean"), published.Number("sd"),
                         published.Integer("n").value_or(0), published.Number("rounding", 0)};
    if (measure.published.n < 1) published.Fail("n", "must be given and above 0");
    if (measure.published.sd < 0) published.Fail("sd", "must not be negative");
  });
  study.measures.push_back(std::move(measure));
}

}  // namespace

absl::StatusOr<Study> ParseStudy(const std::string& text, const std::string& folder) {
  Study study;
  Violations violations;
  try {
    EVENKEEL_ASSIGN_OR_RETURN(YAML::Node root, sim::ReadScenarioText(text, folder));
    if (!root.IsMap()) return absl::InvalidArgumentError("the study must be a mapping");
    const YAML::Node part = YAML::Clone(root["study"]);
    root.remove("study");
    EVENKEEL_ASSIGN_OR_RETURN(sim::Scenario scenario, sim::ParseScenario(YAML::Dump(root)));
    study.name = scenario.name;
    if (!scenario.closes) violations.Add("closes", "must be given in a study");
    study.scenario = std::make_shared<const sim::Scenario>(std::move(scenario));
    if (!part.IsDefined() || part.IsNull()) {
      violations.Add("study", "is missing");
      return violations.ToStatus();
    }
    sim::YamlMap map(part, "study", violations);
    study.source = map.Text("source");
    study.replications = map.Integer("replications").value_or(study.replications);
    if (study.replications < 2) map.Fail("replications", "must be at least 2");
    study.period_length = map.Duration("period_length", absl::ZeroDuration());
    if (study.period_length < absl::ZeroDuration()) {
      map.Fail("period_length", "must not be negative");
    }
    if (map.Has("staffing_until")) {
      study.staffing_until = map.Duration("staffing_until");
      if (*study.staffing_until <= absl::ZeroDuration()) {
        map.Fail("staffing_until", "must be above 0");
      } else if (study.scenario->closes && *study.staffing_until > *study.scenario->closes) {
        map.Fail("staffing_until", "must not be after the scenario closes");
      }
    }
    map.Maps("measures", [&](sim::YamlMap& measure) { ReadMeasure(measure, study); });
    if (study.measures.empty()) map.Fail("measures", "needs at least one");
  } catch (const YAML::Exception& problem) {
    return absl::InvalidArgumentError(problem.what());
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  return study;
}

absl::StatusOr<Study> LoadStudy(const std::string& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream.good()) return absl::NotFoundError(absl::StrCat("\"", file, "\" cannot be read"));
  absl::StatusOr<Study> study =
      ParseStudy(text.str(), std::filesystem::path(file).parent_path().string());
  if (study.ok()) return study;
  return absl::Status(study.status().code(), absl::StrCat(file, ": ", study.status().message()));
}

std::vector<Study> ShippedStudies() {
  std::vector<Study> studies;
  for (const char* model : kShippedModels) {
    absl::StatusOr<Study> study = ParseStudy(model);
    assert(study.ok());  // a test loads them
    studies.push_back(*std::move(study));
  }
  return studies;
}

}  // namespace evenkeel::lab
