// IngestService over the hub, the history and the poller: validates, converts, calls, converts
// back.
#pragma once

#include <functional>

#include "common/base/clock.h"
#include "common/obs/log.h"
#include "evenkeel/ingest/v1/ingest_service.grpc.pb.h"
#include "services/ingest/poller.h"
#include "services/ingest/ports/history_store.h"
#include "services/ingest/snapshot_hub.h"

namespace evenkeel::ingest {

// What GetStatus tells besides the poller's own.
struct CentreStatus {
  std::string dialect;
  std::string organisation_id;
  double budget_per_minute = 0;
  double budget_left = 0;
  bool actuator_connected = false;
};

class GrpcIngestService final : public v1::IngestService::Service {
 public:
  // All outlive the service. Streams end when the hub is closed.
  GrpcIngestService(SnapshotHub& hub, HistoryStore& history, const Poller& poller,
                    std::function<CentreStatus()> centre, const Clock& clock, obs::Logger& log);

  grpc::Status GetSnapshot(grpc::ServerContext* context, const v1::GetSnapshotRequest* request,
                           v1::GetSnapshotResponse* response) override;
  grpc::Status WatchSnapshots(grpc::ServerContext* context,
                              const v1::WatchSnapshotsRequest* request,
                              grpc::ServerWriter<v1::WatchSnapshotsResponse>* writer) override;
  grpc::Status QueryHistory(grpc::ServerContext* context, const v1::QueryHistoryRequest* request,
                            v1::QueryHistoryResponse* response) override;
  grpc::Status GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest* request,
                         v1::GetStatusResponse* response) override;

  // Of the snapshots of a stream, every so manieth is whole.
  static constexpr int kWholeEvery = 40;
  static constexpr size_t kMaxPartBytes = 1 << 20;

 private:
  SnapshotHub& hub_;
  HistoryStore& history_;
  const Poller& poller_;
  const std::function<CentreStatus()> centre_;
  const Clock& clock_;
  obs::Logger& log_;
};

}  // namespace evenkeel::ingest
