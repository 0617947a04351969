#include "tools/lab/judge_command.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <cstdio>

#include "common/base/flags.h"
#include "common/base/status_macros.h"
#include "tools/lab/judge/capacity.h"
#include "tools/lab/judge/fairness.h"
#include "tools/lab/seeds.h"

namespace evenkeel::lab {
namespace {

absl::StatusOr<bool> Run(int argc, const char* const* argv) {
  std::string seeds_text, length_text = "8h", agent_hours_text = "100000";
  Flags flags(
      "evenkeel-lab judge",
      "Runs the days that a loop is judged by, in virtual time, beside what never changes.\n"
      "usage: evenkeel-lab judge [capacity|fairness] [flags]");
  flags
      .Add("seeds", "N-M",
           "each is one day of each kind; two at least; default: 1000-1009, for fairness 1000-1399",
           &seeds_text)
      .Add("length", "DURATION", "capacity: of a day", &length_text)
      .Add("agent-hours", "N", "fairness: fair agent-hours for each size of group",
           &agent_hours_text);
  EVENKEEL_ASSIGN_OR_RETURN(const auto rest, flags.Parse(argc, argv));
  if (flags.help_asked()) {
    std::printf("%s", flags.Help().c_str());
    return true;
  }
  const std::string what = rest.empty() ? "capacity" : rest.front();
  if (rest.size() > 1 || (what != "capacity" && what != "fairness")) {
    return absl::InvalidArgumentError("unexpected \"" + rest.back() +
                                      "\": there is capacity and fairness");
  }
  if (seeds_text.empty()) seeds_text = what == "fairness" ? "1000-1399" : "1000-1009";
  double agent_hours = 0;
  if (!absl::SimpleAtod(agent_hours_text, &agent_hours) || !(agent_hours >= 1) ||
      agent_hours > 1e7) {
    return absl::InvalidArgumentError("--agent-hours must be 1 to 10000000");
  }
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<uint64_t> seeds, ParseSeeds(seeds_text));
  if (seeds.size() < 2) return absl::InvalidArgumentError("--seeds must be two at least");
  absl::Duration length;
  if (!absl::ParseDuration(length_text, &length) || length < absl::Hours(1) ||
      length > absl::Hours(24)) {
    return absl::InvalidArgumentError("--length must be a duration of 1h to 24h");
  }
  const absl::Time begun = absl::Now();
  const auto done = [&](const std::string& day) {
    std::fprintf(stderr, "(%5.1f s: %s)\n", absl::ToDoubleSeconds(absl::Now() - begun),
                 day.c_str());
  };
  if (what == "fairness") {
    const Judgement judgement = JudgeFairness(seeds, agent_hours, done);
    std::printf(
        "10 contacts an agent and hour, days of 8h, %d biased days of each kind (seeds %d to "
        "%d)\n\n%s",
        static_cast<int>(seeds.size()), static_cast<int>(seeds.front()),
        static_cast<int>(seeds.back()), judgement.text.c_str());
    return judgement.met;
  }
  EVENKEEL_ASSIGN_OR_RETURN(const Judgement judgement, JudgeCapacity(seeds, length, done));
  std::printf("days of %s, %d seeds (%d to %d), mean and 95 %% interval\n\n%s",
              absl::FormatDuration(length).c_str(), static_cast<int>(seeds.size()),
              static_cast<int>(seeds.front()), static_cast<int>(seeds.back()),
              judgement.text.c_str());
  return judgement.met;
}

}  // namespace

int RunJudge(int argc, const char* const* argv) {
  const absl::StatusOr<bool> met = Run(argc, argv);
  if (met.ok()) return *met ? 0 : 1;
  std::fprintf(stderr, "evenkeel-lab judge: %s\n", std::string(met.status().message()).c_str());
  return 2;
}

}  // namespace evenkeel::lab
