// What the API client and the poller tell, as metrics.
#pragma once

#include "common/genesys/call_observer.h"
#include "common/obs/metrics.h"
#include "services/ingest/poller.h"
#include "services/ingest/ports/poll_observer.h"

namespace evenkeel::ingest {

// Thread-safe. MetricsTable() must be registered.
class MetricsObserver final : public genesys::CallObserver, public PollObserver {
 public:
  explicit MetricsObserver(obs::Metrics& metrics) : metrics_(metrics) {}

  void OnAttempt(std::string_view operation, int http_status, absl::Duration duration,
                 int attempt) override;
  void OnBudget(double per_minute, double left) override;
  void OnReading(model::Section section, const absl::Status& status) override;
  void OnSnapshot(const model::Snapshot& snapshot) override;
  void OnHistoryError() override;

  // Figures that change with time alone; to be called every few seconds.
  void Update(const std::vector<SectionStatus>& sections, bool actuator_connected, absl::Time now);

 private:
  obs::Metrics& metrics_;
};

}  // namespace evenkeel::ingest
