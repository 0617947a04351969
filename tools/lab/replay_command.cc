#include "tools/lab/replay_command.h"

#include <cstdio>
#include <optional>

#include "common/base/error_details.h"
#include "common/base/flags.h"
#include "common/base/status_macros.h"
#include "common/config/loader.h"
#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/settings_from_config.h"
#include "tools/lab/replay/replay.h"

namespace evenkeel::lab {
namespace {

// Whether a plan differs.
absl::StatusOr<bool> Run(int argc, const char* const* argv) {
  std::string config_file;
  bool json = false;
  Flags flags(
      "evenkeel-lab replay",
      "Plans again from snapshots that `evenkeelctl snapshot --record DIR` wrote, and shows\n"
      "where the plans differ: exit code 1 when one does.\n\n"
      "usage: evenkeel-lab replay [flags] FILE...");
  flags
      .Add("config", "FILE",
           "the services' configuration; default: shipped defaults for the "
           "queues of each recorded plan",
           &config_file)
      .AddSwitch("json", "one object a file", &json);
  EVENKEEL_ASSIGN_OR_RETURN(const auto files, flags.Parse(argc, argv));
  if (flags.help_asked()) {
    std::printf("%s", flags.Help().c_str());
    return false;
  }
  std::optional<optimizer::PlannerSettings> settings;
  if (!config_file.empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(const config::v1::Config config,
                              config::LoadConfig(config_file, config::ProcessEnvironment));
    settings = optimizer::PlannerSettingsFromConfig(config);
    if (settings->queues.empty()) {
      return absl::InvalidArgumentError(config_file + ": scope.queues is empty: nothing to plan");
    }
  }
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Recording> recordings, ReadRecordings(files));
  const optimizer::GlpkSolver solver;
  bool differs = false;
  for (const Recording& recording : recordings) {
    EVENKEEL_ASSIGN_OR_RETURN(
        const Replayed replayed,
        Replay(recording, settings.value_or(DefaultSettingsFor(recording)), solver));
    const bool first = &recording == &recordings.front();
    std::printf("%s%s", first || json ? "" : "\n",
                (json ? ReplayJson(replayed) : ReplayText(replayed)).c_str());
    differs = differs || replayed.Differs();
  }
  return differs;
}

}  // namespace

int RunReplay(int argc, const char* const* argv) {
  const absl::StatusOr<bool> differs = Run(argc, argv);
  if (differs.ok()) return *differs ? 1 : 0;
  for (const std::string& line : ErrorLines(differs.status())) {
    std::fprintf(stderr, "evenkeel-lab replay: %s\n", line.c_str());
  }
  return 2;
}

}  // namespace evenkeel::lab
