// evenkeel-polling-figures: what ingest asks of a large centre, loop by loop, at its default share
// of the rate limit and at half of it. For scripts/prove.
#include <absl/strings/numbers.h>
#include <absl/strings/str_format.h>

#include <cstdio>

#include "common/base/flags.h"
#include "tests/polling/rig.h"
#include "tools/bench/large_centre.h"

namespace evenkeel::polling {
namespace {

std::string Text(absl::Duration span) {
  return absl::StrFormat("%.1f s", absl::ToDoubleSeconds(span));
}

void Print(const std::string& title, const Figures& figures) {
  std::printf("\n%s: %.0f requests a minute are ours.\n\n", title.c_str(),
              figures.budget_per_minute);
  std::printf(
      "| loop | requests a reading | configured | real | slowed | requests a minute | mean age | "
      "worst age | failed |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
  for (const LoopFigures& loop : figures.loops) {
    std::printf("| %s | %d | %s | %s | %.2f x | %.1f | %s | %s | %d |\n", loop.section.c_str(),
                loop.requests_per_reading, Text(loop.configured_interval).c_str(),
                Text(loop.real_interval).c_str(), loop.slowed(), loop.requests_per_minute,
                Text(loop.mean_age).c_str(), Text(loop.worst_age).c_str(), loop.failures);
  }
  std::printf(
      "\nAll loops: %.1f requests a minute, at most %d in one; %d answers 429; %d snapshots; each "
      "section was read %.0f minutes after the start.\n",
      figures.requests_per_minute, static_cast<int>(figures.worst_minute),
      static_cast<int>(figures.refused), static_cast<int>(figures.snapshots),
      absl::ToDoubleMinutes(figures.warmed_up));
  for (const LoopFigures& loop : figures.loops) {
    if (loop.slowed() <= 1) continue;
    std::printf(
        "Exported: `evenkeel_ingest_section_interval_seconds{section=\"%s\"}` %.1f, configured "
        "%.0f.\n",
        loop.section.c_str(), absl::ToDoubleSeconds(loop.exported_interval),
        absl::ToDoubleSeconds(loop.exported_configured));
  }
  if (!figures.said.empty())
    std::printf("\nThe log says, for instance:\n\n    %s\n", figures.said.front().c_str());
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  std::string agents = "3000", queues = "150", minutes = "30";
  Flags flags("evenkeel-polling-figures", "what ingest asks of a large centre, loop by loop");
  flags.Add("agents", "N", "in the centre", &agents)
      .Add("queues", "N", "in the centre", &queues)
      .Add("minutes", "N", "of the centre's time, after the first readings", &minutes);
  const auto rest = flags.Parse(argc, argv);
  int agent_count = 0, queue_count = 0, minute_count = 0;
  std::string problem;
  if (!rest.ok()) problem = std::string(rest.status().message());
  if (problem.empty() &&
      (!absl::SimpleAtoi(agents, &agent_count) || !absl::SimpleAtoi(queues, &queue_count) ||
       !absl::SimpleAtoi(minutes, &minute_count) || agent_count < 1 || queue_count < 1 ||
       minute_count < 1)) {
    problem = "--agents, --queues and --minutes must be whole numbers above 0";
  }
  if (!problem.empty()) {
    std::fprintf(stderr, "evenkeel-polling-figures: %s\n", problem.c_str());
    return 2;
  }
  bool held = true;
  for (const sim::Dialect dialect : {sim::Dialect::kPlatform, sim::Dialect::kGuide}) {
    for (const double share : {0.8, 0.4}) {
      Options options;
      options.dialect = dialect;
      options.scenario = bench::LargeCentre(agent_count, queue_count);
      options.rate_share = share;
      options.span = absl::Minutes(minute_count);
      const Figures figures = Poll(options);
      Print(absl::StrFormat("%s dialect, %s, rate_share %.1f",
                            std::string(sim::DialectName(dialect)), options.scenario.name, share),
            figures);
      held = held && figures.refused == 0;
    }
  }
  if (!held) std::fprintf(stderr, "evenkeel-polling-figures: the centre answered 429\n");
  return held ? 0 : 1;
}

}  // namespace
}  // namespace evenkeel::polling

int main(int argc, char** argv) { return evenkeel::polling::Main(argc, argv); }
