#include "services/ingest/adapters/metrics_observer.h"

#include "common/model/quality.h"
#include "services/ingest/metrics.h"

namespace evenkeel::ingest {
namespace {

const char* StatusClass(int http_status) {
  if (http_status == 0) return "none";
  if (http_status == 429) return "429";
  if (http_status < 300) return "2xx";
  if (http_status < 400) return "3xx";
  return http_status < 500 ? "4xx" : "5xx";
}

}  // namespace

void MetricsObserver::OnAttempt(std::string_view operation, int http_status,
                                absl::Duration duration, int attempt) {
  const std::string name(operation);
  metrics_.Add(kCalls, {name, StatusClass(http_status)});
  metrics_.Observe(kCallSeconds, {name}, absl::ToDoubleSeconds(duration));
  if (attempt > 1) metrics_.Add(kRetries, {name});
}

void MetricsObserver::OnBudget(double per_minute, double left) {
  metrics_.Set(kBudgetPerMinute, {}, per_minute);
  metrics_.Set(kBudgetLeft, {}, left);
}

void MetricsObserver::OnReading(model::Section section, const absl::Status& status) {
  metrics_.Add(kReadings, {model::SectionName(section), status.ok() ? "good" : "failed"});
}

void MetricsObserver::OnSnapshot(const model::Snapshot& snapshot) {
  metrics_.Set(kSnapshotNumber, {}, static_cast<double>(snapshot.number));
}

void MetricsObserver::OnHistoryError() { metrics_.Add(kHistoryErrors); }

void MetricsObserver::Update(const std::vector<SectionStatus>& sections, bool actuator_connected,
                             absl::Time now) {
  for (const SectionStatus& status : sections) {
    const std::vector<std::string> section = {model::SectionName(status.quality.section)};
    const bool ever = status.quality.taken_at != absl::InfinitePast();
    metrics_.Set(kSectionAge, section,
                 ever ? absl::ToDoubleSeconds(now - status.quality.taken_at) : -1);
    metrics_.Set(kSectionInterval, section, absl::ToDoubleSeconds(status.real_interval));
    metrics_.Set(kSectionConfiguredInterval, section,
                 absl::ToDoubleSeconds(status.configured_interval));
    metrics_.Set(kSectionSeen, section, ever ? model::SeenRatio(status.quality) : 0);
    metrics_.Set(kSectionUnknown, section, static_cast<double>(status.quality.unknown));
    metrics_.Set(kFailuresInARow, section, status.failures_in_a_row);
  }
  metrics_.Set(kActuatorConnected, {}, actuator_connected ? 1 : 0);
}

}  // namespace evenkeel::ingest
