// The metrics of the actuator.
#pragma once

#include <algorithm>
#include <span>

#include "common/model/change.h"
#include "common/obs/metrics.h"
#include "services/actuator/core/guardrails.h"

namespace evenkeel::actuator {

inline constexpr char kTicks[] = "evenkeel_actuator_ticks_total";
inline constexpr char kChanges[] = "evenkeel_actuator_changes";
inline constexpr char kRefusals[] = "evenkeel_actuator_refusals";
inline constexpr char kMode[] = "evenkeel_actuator_mode";
inline constexpr char kQueues[] = "evenkeel_actuator_queues";
inline constexpr char kPauses[] = "evenkeel_actuator_pauses";
inline constexpr char kLeftAlone[] = "evenkeel_actuator_left_alone";
inline constexpr char kWritesLastHour[] = "evenkeel_actuator_writes_last_hour";
inline constexpr char kWritesSent[] = "evenkeel_actuator_writes_sent";
inline constexpr char kWritesFailed[] = "evenkeel_actuator_writes_failed";
inline constexpr char kOpenHolds[] = "evenkeel_actuator_holds_open";
inline constexpr char kOverdueHolds[] = "evenkeel_actuator_holds_overdue";
inline constexpr char kHoldOverdue[] = "evenkeel_actuator_hold_overdue_seconds";
inline constexpr char kWindow[] = "evenkeel_actuator_read_write_window_seconds";

inline std::span<const obs::MetricSpec> MetricsTable() {
  using obs::MetricKind;
  static const std::vector<obs::MetricSpec>& table = *[] {
    std::vector<std::string> states, guardrails;
    for (const model::ChangeState state : model::kAllChangeStates) {
      states.emplace_back(model::ChangeStateName(state));
    }
    for (const Guardrail& guardrail : Guardrails()) guardrails.emplace_back(guardrail.name);
    for (const char* name : {kLastQueue, kChangedByOther, kMoveBroken, kInInteraction}) {
      if (std::find(guardrails.begin(), guardrails.end(), name) == guardrails.end()) {
        guardrails.emplace_back(name);
      }
    }
    return new std::vector<obs::MetricSpec>{
        {kTicks,
         MetricKind::kCounter,
         {{"outcome", {"ok", "error"}}},
         "Steps of the actuator's timer; an error: the ledger failed, or the organisation is not "
         "checked."},
        {kChanges,
         MetricKind::kGauge,
         {{"state", states}},
         "Changes that the ledger holds, by state."},
        {kRefusals,
         MetricKind::kGauge,
         {{"guardrail", guardrails}},
         "Refusals since the start, by guardrail."},
        {kMode,
         MetricKind::kGauge,
         {{"mode", {"dry_run", "approve", "live"}}},
         "1 for the mode that holds where no queue has its own."},
        {kQueues,
         MetricKind::kGauge,
         {{"mode", {"dry_run", "approve", "live"}}},
         "Configured queues, by the mode that holds for them."},
        {kPauses, MetricKind::kGauge, {}, "Pauses in force."},
        {kLeftAlone,
         MetricKind::kGauge,
         {},
         "Memberships and capacities left alone because somebody else changed them."},
        {kWritesLastHour, MetricKind::kGauge, {}, "Writes of the last hour of clock time."},
        {kWritesSent, MetricKind::kGauge, {}, "Write calls sent to the centre since the start."},
        {kWritesFailed,
         MetricKind::kGauge,
         {},
         "Write calls since the start that ended in an error, sent or not."},
        {kOpenHolds, MetricKind::kGauge, {}, "Agents held out for a moment."},
        {kOverdueHolds,
         MetricKind::kGauge,
         {},
         "Holds whose time is over and that have not ended: above 0 for more than a few seconds an "
         "agent waits to be let back."},
        {kHoldOverdue,
         MetricKind::kGauge,
         {},
         "The longest that one of those is over its time, clock time."},
        {kWindow,
         MetricKind::kGauge,
         {},
         "Longest real time from the begin of a read to the begin of the write that rests on it, "
         "since the start."},
    };
  }();
  return table;
}

}  // namespace evenkeel::actuator
