// FairnessService over the scorer and its store: validates, converts, calls, converts back.
#pragma once

#include <atomic>
#include <stop_token>

#include "common/base/clock.h"
#include "common/runtime/snapshot_subscriber.h"
#include "evenkeel/fairness/v1/fairness_service.grpc.pb.h"
#include "services/fairness_scorer/ports/fairness_store.h"
#include "services/fairness_scorer/scorer.h"

namespace evenkeel::fairness {

class GrpcFairnessService final : public v1::FairnessService::Service {
 public:
  // `subscriber` may be set later, once, before the first call that needs it is served.
  GrpcFairnessService(const Scorer& scorer, FairnessStore& store, const Clock& clock);
  void set_subscriber(const runtime::SnapshotSubscriber* subscriber) { subscriber_ = subscriber; }

  grpc::Status ScoreWorkload(grpc::ServerContext* context, const v1::ScoreWorkloadRequest* request,
                             v1::ScoreWorkloadResponse* response) override;
  grpc::Status GetFairness(grpc::ServerContext* context, const v1::GetFairnessRequest* request,
                           v1::GetFairnessResponse* response) override;
  grpc::Status WatchAlerts(grpc::ServerContext* context, const v1::WatchAlertsRequest* request,
                           grpc::ServerWriter<v1::WatchAlertsResponse>* writer) override;
  grpc::Status QueryFairnessHistory(grpc::ServerContext* context,
                                    const v1::QueryFairnessHistoryRequest* request,
                                    v1::QueryFairnessHistoryResponse* response) override;
  grpc::Status GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest* request,
                         v1::GetStatusResponse* response) override;

  // Ends the streams; no new ones last.
  void Stop() { stop_.request_stop(); }

 private:
  const Scorer& scorer_;
  FairnessStore& store_;
  std::stop_source stop_;
  const Clock& clock_;
  std::atomic<const runtime::SnapshotSubscriber*> subscriber_ = nullptr;
};

}  // namespace evenkeel::fairness
