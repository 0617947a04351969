// The metrics of ingest.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "common/genesys/operations.h"
#include "common/obs/metrics.h"

namespace evenkeel::ingest {

inline constexpr char kCalls[] = "evenkeel_ingest_genesys_calls_total";
inline constexpr char kCallSeconds[] = "evenkeel_ingest_genesys_call_seconds";
inline constexpr char kRetries[] = "evenkeel_ingest_genesys_retries_total";
inline constexpr char kBudgetPerMinute[] = "evenkeel_ingest_genesys_budget_requests_per_minute";
inline constexpr char kBudgetLeft[] = "evenkeel_ingest_genesys_budget_left_requests";
inline constexpr char kReadings[] = "evenkeel_ingest_section_readings_total";
inline constexpr char kFailuresInARow[] = "evenkeel_ingest_section_failures_in_a_row";
inline constexpr char kSectionAge[] = "evenkeel_ingest_section_age_seconds";
inline constexpr char kSectionInterval[] = "evenkeel_ingest_section_interval_seconds";
inline constexpr char kSectionConfiguredInterval[] =
    "evenkeel_ingest_section_configured_interval_seconds";
inline constexpr char kSectionSeen[] = "evenkeel_ingest_section_seen_ratio";
inline constexpr char kSectionUnknown[] = "evenkeel_ingest_section_unknown_entities";
inline constexpr char kSnapshotNumber[] = "evenkeel_ingest_snapshot_number";
inline constexpr char kHistoryErrors[] = "evenkeel_ingest_history_errors_total";
inline constexpr char kActuatorConnected[] = "evenkeel_ingest_actuator_connected";

inline std::span<const obs::MetricSpec> MetricsTable() {
  using obs::MetricKind;
  static const std::vector<obs::MetricSpec>& table = *[] {
    std::vector<std::string> operations = {std::string(genesys::kTokenOperation)};
    for (const auto dialect : {genesys::Dialect::kPlatform, genesys::Dialect::kGuide}) {
      for (const genesys::Operation* row : genesys::ReadOperations(dialect)) {
        if (std::find(operations.begin(), operations.end(), row->name) == operations.end()) {
          operations.emplace_back(row->name);
        }
      }
    }
    const obs::LabelSpec operation = {"operation", operations};
    const obs::LabelSpec section = {
        "section",
        {"roster", "states", "queues", "live", "intervals", "agent_work", "campaigns",
         "campaign_calls", "adherence", "channel_work", "presences"}};
    return new std::vector<obs::MetricSpec>{
        {kCalls,
         MetricKind::kCounter,
         {operation, {"status", {"2xx", "3xx", "4xx", "429", "5xx", "none"}}},
         "Attempts of calls to the Genesys API by what came back; none: no answer."},
        {kCallSeconds,
         MetricKind::kHistogram,
         {operation},
         "Time of an attempt, real time.",
         {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30}},
        {kRetries, MetricKind::kCounter, {operation}, "Attempts after the first one of a call."},
        {kBudgetPerMinute,
         MetricKind::kGauge,
         {},
         "Requests a minute of clock time that are ours of the API's limit."},
        {kBudgetLeft, MetricKind::kGauge, {}, "Requests that could be sent at once."},
        {kReadings,
         MetricKind::kCounter,
         {section, {"outcome", {"good", "failed"}}},
         "Readings of a section by outcome."},
        {kFailuresInARow,
         MetricKind::kGauge,
         {section},
         "Readings of a section that failed since the last good one."},
        {kSectionAge,
         MetricKind::kGauge,
         {section},
         "Clock time since the reading in the newest snapshot was finished; -1: never read."},
        {kSectionInterval,
         MetricKind::kGauge,
         {section},
         "How often a section is really read, clock time."},
        {kSectionConfiguredInterval,
         MetricKind::kGauge,
         {section},
         "How often a section is to be read, clock time; less than really: the rate budget does "
         "not "
         "suffice."},
        {kSectionSeen,
         MetricKind::kGauge,
         {section},
         "Share of the expected entities that the newest snapshot has."},
        {kSectionUnknown,
         MetricKind::kGauge,
         {section},
         "Entries of the newest reading for entities that nobody knows."},
        {kSnapshotNumber, MetricKind::kGauge, {}, "Number of the newest snapshot."},
        {kHistoryErrors, MetricKind::kCounter, {}, "Writes to the history that failed."},
        {kActuatorConnected,
         MetricKind::kGauge,
         {},
         "1 while the actuator's outcomes are being received."},
    };
  }();
  return table;
}

}  // namespace evenkeel::ingest
