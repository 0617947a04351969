// The metrics of the optimizer.
#pragma once

#include <span>

#include "common/obs/metrics.h"

namespace evenkeel::optimizer {

inline constexpr char kCycles[] = "evenkeel_optimizer_cycles_total";
inline constexpr char kPlanSeconds[] = "evenkeel_optimizer_plan_seconds";
inline constexpr char kMoves[] = "evenkeel_optimizer_moves";
inline constexpr char kSaving[] = "evenkeel_optimizer_saving_seconds";
inline constexpr char kGap[] = "evenkeel_optimizer_certified_gap_ratio";
inline constexpr char kProposals[] = "evenkeel_optimizer_proposals";
inline constexpr char kRefusals[] = "evenkeel_optimizer_proposals_refused";
inline constexpr char kSnapshotAge[] = "evenkeel_optimizer_snapshot_age_seconds";

inline std::span<const obs::MetricSpec> MetricsTable() {
  using obs::MetricKind;
  static const std::vector<obs::MetricSpec>& table = *new std::vector<obs::MetricSpec>{
      {kCycles,
       MetricKind::kCounter,
       {{"outcome", {"changes", "no_change", "idle", "infeasible", "refused", "no_snapshot"}}},
       "Capacity cycles by outcome."},
      {kPlanSeconds,
       MetricKind::kHistogram,
       {},
       "Time of a cycle, planning and proposing, real time.",
       {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10}},
      {kMoves, MetricKind::kGauge, {}, "Moves in the newest plan."},
      {kSaving,
       MetricKind::kGauge,
       {},
       "Waiting that the newest plan is expected to save over its horizon, summed over contacts."},
      {kGap, MetricKind::kGauge, {}, "Duality gap of the newest plan, certified."},
      {kProposals, MetricKind::kGauge, {}, "Changes asked for since the start."},
      {kRefusals, MetricKind::kGauge, {}, "Of those, refused by the actuator."},
      {kSnapshotAge,
       MetricKind::kGauge,
       {},
       "Clock time since the snapshot last planned from was put together."},
  };
  return table;
}

}  // namespace evenkeel::optimizer
