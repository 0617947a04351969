#include "tools/lab/judge_command.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <cstdio>

#include "common/base/flags.h"
#include "common/base/status_macros.h"
#include "tools/lab/judge/capacity.h"
#include "tools/lab/seeds.h"

namespace evenkeel::lab {
namespace {

absl::StatusOr<bool> Run(int argc, const char* const* argv) {
  std::string seeds_text = "1000-1009", length_text = "8h";
  Flags flags("evenkeel-lab judge",
              "Runs the days that the capacity loop is judged by, in virtual time, beside settings "
              "that never change.");
  flags.Add("seeds", "N-M", "each is one day of each kind; two at least", &seeds_text)
      .Add("length", "DURATION", "of a day", &length_text);
  EVENKEEL_ASSIGN_OR_RETURN(const auto rest, flags.Parse(argc, argv));
  if (flags.help_asked()) {
    std::printf("%s", flags.Help().c_str());
    return true;
  }
  if (!rest.empty()) return absl::InvalidArgumentError("unexpected \"" + rest.front() + "\"");
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<uint64_t> seeds, ParseSeeds(seeds_text));
  if (seeds.size() < 2) return absl::InvalidArgumentError("--seeds must be two at least");
  absl::Duration length;
  if (!absl::ParseDuration(length_text, &length) || length < absl::Hours(1) ||
      length > absl::Hours(24)) {
    return absl::InvalidArgumentError("--length must be a duration of 1h to 24h");
  }
  const absl::Time begun = absl::Now();
  EVENKEEL_ASSIGN_OR_RETURN(const Judgement judgement,
                            JudgeCapacity(seeds, length, [&](const std::string& day) {
                              std::fprintf(stderr, "(%5.1f s: %s)\n",
                                           absl::ToDoubleSeconds(absl::Now() - begun), day.c_str());
                            }));
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
