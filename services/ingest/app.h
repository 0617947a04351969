// Ingest as a process part: API client -> reader -> poller -> hub -> gRPC service, and the
// actuator's outcomes into the poller.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/genesys/preflight.h"
#include "common/runtime/app.h"
#include "common/runtime/periodic_task.h"
#include "services/ingest/adapters/actuator_watcher.h"
#include "services/ingest/adapters/grpc_ingest_service.h"
#include "services/ingest/adapters/metrics_observer.h"
#include "services/ingest/poller.h"

namespace evenkeel::ingest {

// The way to the contact centre; tests give their own.
struct Centre {
  std::unique_ptr<genesys::Client> client;  // behind the rest; null in tests
  std::unique_ptr<genesys::CentreReader> reader;
  std::string dialect;
  // Who we are, checked against the configuration's pins (API-10).
  std::function<absl::StatusOr<genesys::Identity>(const genesys::CallLimits&)> identify;
  std::function<double()> budget_per_minute;
  std::function<double()> budget_left;
};

class IngestApp final : public runtime::App {
 public:
  // INVALID_ARGUMENT or NOT_FOUND for a region, credentials or files that cannot be used.
  static absl::StatusOr<std::unique_ptr<runtime::App>> Make(
      const runtime::Dependencies& dependencies);
  // Over another way to the centre. The metrics of this app must not be registered yet.
  static absl::StatusOr<std::unique_ptr<IngestApp>> MakeOver(
      const runtime::Dependencies& dependencies, Centre centre);

  std::vector<grpc::Service*> Services() override { return {&service_}; }
  std::string HealthName() const override { return "evenkeel.ingest.v1.IngestService"; }
  // INVALID_ARGUMENT when the credentials are another organisation's than the pinned one. A centre
  // that cannot be reached is no error: it is tried again, and Ready says why not.
  absl::Status Start(const runtime::ChannelSource& channels) override;
  absl::Status Ready() override { return poller_.Ready(); }
  void Stop() override;

 private:
  IngestApp(const runtime::Dependencies& dependencies, std::unique_ptr<MetricsObserver> observer,
            Centre centre, std::unique_ptr<HistoryStore> history);
  static absl::StatusOr<std::unique_ptr<IngestApp>> MakeWith(
      const runtime::Dependencies& dependencies, std::unique_ptr<MetricsObserver> observer,
      Centre centre);
  absl::Status Identify(absl::Duration max_wait, std::stop_token stop);
  CentreStatus Status() const;
  void KeepHouse();

  const runtime::Dependencies dependencies_;
  const std::unique_ptr<MetricsObserver> observer_;
  const Centre centre_;
  const std::unique_ptr<HistoryStore> history_;
  SnapshotHub hub_;
  Poller poller_;
  GrpcIngestService service_;
  mutable std::mutex mutex_;
  std::string organisation_id_;
  std::unique_ptr<ActuatorWatcher> watcher_;
  // Of the housekeeping alone.
  absl::Time pruned_at_ = absl::InfinitePast();
  absl::StatusCode prune_said_ = absl::StatusCode::kOk;  // what was logged last
  std::optional<runtime::PeriodicTask> housekeeping_;
};

}  // namespace evenkeel::ingest
