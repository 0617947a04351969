#include "tools/lab/compare_command.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <absl/time/clock.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "common/base/flags.h"
#include "common/base/status_macros.h"
#include "tools/genesys_sim/scenario/loader.h"
#include "tools/lab/compare/comparison.h"
#include "tools/lab/seeds.h"

namespace evenkeel::lab {
namespace {

absl::Status WriteFiles(const Comparison& comparison, const std::string& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  const std::pair<const char*, std::string> files[] = {{"shifts.csv", ShiftsCsv(comparison)},
                                                       {"waits.csv", SeriesCsv(comparison)},
                                                       {"intervals.svg", IntervalsSvg(comparison)},
                                                       {"waits.svg", SeriesSvg(comparison)}};
  for (const auto& [name, text] : files) {
    std::ofstream file(std::filesystem::path(folder) / name, std::ios::binary);
    file << text;
    if (!file.flush()) {
      return absl::UnavailableError(absl::StrCat(folder, "/", name, " cannot be written"));
    }
  }
  return absl::OkStatus();
}

absl::Status Run(int argc, const char* const* argv) {
  std::string scenario_name = "moving_mix", policies_text, seeds_text = "1000-1009",
              length_text = "4h", out;
  bool json = false;
  std::string summary = "Runs policies on the same calls in virtual time.\n\nPolicies:";
  std::vector<std::string> all;
  for (const PolicyName& policy : KnownPolicies()) {
    all.push_back(policy.name);
    absl::StrAppend(&summary, "\n  ", policy.name, ": ", policy.meaning);
  }
  Flags flags("evenkeel-lab compare", summary);
  flags.Add("scenario", "NAME", "the centre: a shipped scenario's name or a file", &scenario_name)
      .Add("policies", "A,B,...", "default: all; differences are to the first", &policies_text)
      .Add("seeds", "N-M", "each is one shift", &seeds_text)
      .Add("length", "DURATION", "of a shift", &length_text)
      .Add("out", "DIR", "writes shifts.csv, waits.csv, intervals.svg, waits.svg", &out)
      .AddSwitch("json", "one object a policy and metric", &json);
  EVENKEEL_ASSIGN_OR_RETURN(const auto rest, flags.Parse(argc, argv));
  if (flags.help_asked()) {
    std::printf("%s", flags.Help().c_str());
    return absl::OkStatus();
  }
  if (!rest.empty()) return absl::InvalidArgumentError("unexpected \"" + rest.front() + "\"");
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<uint64_t> seeds, ParseSeeds(seeds_text));
  absl::Duration length;
  if (!absl::ParseDuration(length_text, &length) || length < absl::Minutes(10) ||
      length > absl::Hours(24 * 31)) {
    return absl::InvalidArgumentError("--length must be a duration of 10m to 744h");
  }
  EVENKEEL_ASSIGN_OR_RETURN(const sim::Scenario scenario, sim::LoadScenario(scenario_name));
  if (policies_text.empty()) policies_text = absl::StrJoin(all, ",");
  std::vector<Policy> policies;
  for (const absl::string_view name : absl::StrSplit(policies_text, ',')) {
    EVENKEEL_ASSIGN_OR_RETURN(Policy policy, MakePolicy(std::string(name), scenario, length));
    policies.push_back(std::move(policy));
  }
  if (sim::QueuesToBalance(scenario).empty()) {
    std::fprintf(stderr,
                 "(the scenario has no queue that calls come to without rings or a campaign: "
                 "nothing for the loop to do)\n");
  }
  const absl::Time begun = absl::Now();
  const auto seconds = [&] { return absl::ToDoubleSeconds(absl::Now() - begun); };
  const Comparison comparison =
      Compare(scenario.name, policies, seeds, length, [&](const std::string& policy) {
        std::fprintf(stderr, "(%5.1f s: %s has run)\n", seconds(), policy.c_str());
      });
  std::printf("%s", (json ? JsonLines(comparison) : TableText(comparison)).c_str());
  if (!out.empty()) EVENKEEL_RETURN_IF_ERROR(WriteFiles(comparison, out));
  return absl::OkStatus();
}

}  // namespace

int RunCompare(int argc, const char* const* argv) {
  const absl::Status status = Run(argc, argv);
  if (status.ok()) return 0;
  std::fprintf(stderr, "evenkeel-lab compare: %s\n", std::string(status.message()).c_str());
  return 2;
}

}  // namespace evenkeel::lab
