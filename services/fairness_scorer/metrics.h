// The metrics of the fairness scorer.
#pragma once

#include <span>

#include "common/obs/metrics.h"
#include "services/fairness_scorer/core/alerts/alert.h"

namespace evenkeel::fairness {

inline constexpr char kCycles[] = "evenkeel_fairness_cycles_total";
inline constexpr char kGroups[] = "evenkeel_fairness_groups";
inline constexpr char kOpenAlerts[] = "evenkeel_fairness_alerts_open";
inline constexpr char kAlerts[] = "evenkeel_fairness_alerts_total";
inline constexpr char kDeliveries[] = "evenkeel_fairness_deliveries_total";
inline constexpr char kThrottles[] = "evenkeel_fairness_throttles";
inline constexpr char kScoreSeconds[] = "evenkeel_fairness_score_seconds";
inline constexpr char kSnapshotAge[] = "evenkeel_fairness_snapshot_age_seconds";

inline std::span<const obs::MetricSpec> MetricsTable() {
  using obs::MetricKind;
  static const std::vector<obs::MetricSpec>& table = *[] {
    std::vector<std::string> types;
    for (const AlertType type : kAllAlertTypes) types.emplace_back(AlertTypeName(type));
    return new std::vector<obs::MetricSpec>{
        {kCycles,
         MetricKind::kCounter,
         {{"outcome", {"scored", "refused", "no_snapshot"}}},
         "Scoring cycles by outcome."},
        {kGroups,
         MetricKind::kGauge,
         {{"kind", {"queue", "skill"}}, {"band", {"healthy", "warning", "critical", "unknown"}}},
         "Groups in each band by the smoothed figure, after the last cycle."},
        {kOpenAlerts, MetricKind::kGauge, {{"type", types}}, "Alerts that are open."},
        {kAlerts,
         MetricKind::kCounter,
         {{"type", types}, {"event", {"opened", "closed"}}},
         "Alerts that opened or closed."},
        {kDeliveries,
         MetricKind::kCounter,
         {{"outcome", {"ok", "error"}}},
         "Rounds of delivery to the webhook; an error: it did not take an alert, which waits."},
        {kThrottles,
         MetricKind::kGauge,
         {{"outcome", {"proposed", "refused", "better", "unchanged", "worse"}}},
         "Throttles since the start: taken on or refused by the actuator, and what was seen 90 s "
         "later."},
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
  }();
  return table;
}

}  // namespace evenkeel::fairness
