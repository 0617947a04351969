// The metrics of the fairness scorer.
#pragma once

#include <span>

#include "common/obs/metrics.h"

namespace evenkeel::fairness {

inline constexpr char kCycles[] = "evenkeel_fairness_cycles_total";
inline constexpr char kGroups[] = "evenkeel_fairness_groups";
inline constexpr char kScoreSeconds[] = "evenkeel_fairness_score_seconds";
inline constexpr char kSnapshotAge[] = "evenkeel_fairness_snapshot_age_seconds";

inline std::span<const obs::MetricSpec> MetricsTable() {
  using obs::MetricKind;
  static const std::vector<obs::MetricSpec>& table = *new std::vector<obs::MetricSpec>{
      {kCycles,
       MetricKind::kCounter,
       {{"outcome", {"scored", "refused", "no_snapshot"}}},
       "Scoring cycles by outcome."},
      {kGroups,
       MetricKind::kGauge,
       {{"kind", {"queue", "skill"}}, {"band", {"healthy", "warning", "critical", "unknown"}}},
       "Groups in each band after the last cycle."},
      {kScoreSeconds,
       MetricKind::kHistogram,
       {},
       "Time to score all groups, real time.",
       {0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1}},
      {kSnapshotAge,
       MetricKind::kGauge,
       {},
       "Clock time since the snapshot last scored was put together."},
  };
  return table;
}

}  // namespace evenkeel::fairness
