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
  // Of all contacts that waited, or did not have to: until an answer, giving up, being
  // disconnected, or the shift's end.
  double mean_wait_seconds = 0;
  double service_level_ratio = 0;          // answered within their queue's target / came
  double abandonment_ratio = 0;            // gave up / came
  double turned_away_ratio = 0;            // blocked or disconnected / came
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
    {"turned_away_ratio", "turned away, %", 100, 2, true, &ShiftFigures::turned_away_ratio},
    {"occupancy_ratio", "busy, %", 100, 1, true, &ShiftFigures::occupancy_ratio},
    {"unfairness_cv", "unfair, CV", 1, 3, true, &ShiftFigures::unfairness_cv},
    {"talk_minutes_per_agent_hour", "talk, min/h", 1, 1, false,
     &ShiftFigures::talk_minutes_per_agent_hour},
    {"changes", "changes", 1, 0, true, &ShiftFigures::changes},
};

// A membership that Evenkeel changed.
struct MembershipChange {
  std::string agent_id;
  std::string queue_id;
  bool joins = false;
  absl::Duration at;  // since the shift's begin
};

struct Shift {
  ShiftFigures figures;
  std::vector<MembershipChange> changes;  // in their order
  // Mean wait of the contacts that were answered or gave up in each kSeriesStep; NaN: none.
  std::vector<double> wait_series_seconds;
};
inline constexpr absl::Duration kSeriesStep = absl::Minutes(5);

// How unevenly work is spread over agents who could do the same: those with the same memberships
// and rings, in groups of five or more who had work. The CV of contacts given to each, what chance
// alone explains taken off (FAIR-2's "corrected"), as the mean over groups weighted by their
// agents.
double UnfairnessCv(const std::vector<std::vector<double>>& handled_by_group);

// `loop`: with Evenkeel's capacity loop for sim::QueuesToBalance, shipped defaults, from the
// scenario's memberships on.
// Same scenario and seed, same shift.
Shift RunShift(const std::shared_ptr<const sim::Scenario>& scenario, uint64_t seed,
               absl::Duration length, bool loop);

}  // namespace evenkeel::lab
