// One shift of a simulated centre under a policy, and what came of it.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::lab {

// Of all queues together.
struct ShiftFigures {
  double mean_wait_seconds = 0;            // of all contacts that left the line
  double service_level_ratio = 0;          // answered within their queue's target / left the line
  double abandonment_ratio = 0;            // gave up / left the line
  double occupancy_ratio = 0;              // agents' time busy / on queue or still busy
  double unfairness_cv = 0;                // see UnfairnessCv
  double talk_minutes_per_agent_hour = 0;  // of an hour on queue or still busy
  double changes = 0;                      // memberships that Evenkeel changed
};

// In the order in which reports show them.
struct Metric {
  const char* key;      // of CSV and JSON
  const char* heading;  // of tables
  double scale;         // to the unit of the table
  int digits;
  bool less_is_better;
  double ShiftFigures::*value;
};
inline constexpr Metric kMetrics[] = {
    {"mean_wait_seconds", "wait, s", 1, 2, true, &ShiftFigures::mean_wait_seconds},
    {"service_level_ratio", "in target, %", 100, 1, false, &ShiftFigures::service_level_ratio},
    {"abandonment_ratio", "gave up, %", 100, 2, true, &ShiftFigures::abandonment_ratio},
    {"occupancy_ratio", "busy, %", 100, 1, true, &ShiftFigures::occupancy_ratio},
    {"unfairness_cv", "unfair, CV", 1, 3, true, &ShiftFigures::unfairness_cv},
    {"talk_minutes_per_agent_hour", "talk, min/h", 1, 1, false,
     &ShiftFigures::talk_minutes_per_agent_hour},
    {"changes", "changes", 1, 0, true, &ShiftFigures::changes},
};

struct Shift {
  ShiftFigures figures;
  // Mean wait of the contacts that left the line in each kSeriesStep; 0 where none did.
  std::vector<double> wait_series_seconds;
  std::map<std::string, int64_t> refusals;  // by guardrail, of the loop
  int64_t most_lost_in_an_hour = 0;         // memberships that any queue lost to the loop
};
inline constexpr absl::Duration kSeriesStep = absl::Minutes(5);

// How unevenly work is spread over agents who could do the same: those with the same memberships,
// in groups of five or more who had work. The CV of contacts handled by agent, what chance alone
// explains taken off (FAIR-2's "corrected"), as the mean over groups weighted by their agents.
double UnfairnessCv(const std::vector<std::vector<double>>& handled_by_group);

// `loop`: with Evenkeel's capacity loop for sim::QueuesToBalance, shipped defaults, from the
// scenario's memberships on.
// Same scenario and seed, same shift.
Shift RunShift(const std::shared_ptr<const sim::Scenario>& scenario, uint64_t seed,
               absl::Duration length, bool loop);

}  // namespace evenkeel::lab
