// FairnessService over the scorer: validates, converts, calls, converts back.
#pragma once

#include <atomic>

#include "common/base/clock.h"
#include "common/runtime/snapshot_subscriber.h"
#include "evenkeel/fairness/v1/fairness_service.grpc.pb.h"
#include "services/fairness_scorer/scorer.h"

namespace evenkeel::fairness {

class GrpcFairnessService final : public v1::FairnessService::Service {
 public:
  // `subscriber` may be set later, once, before the first call that needs it is served.
  GrpcFairnessService(const Scorer& scorer, const Clock& clock);
  void set_subscriber(const runtime::SnapshotSubscriber* subscriber) { subscriber_ = subscriber; }

  grpc::Status ScoreWorkload(grpc::ServerContext* context, const v1::ScoreWorkloadRequest* request,
                             v1::ScoreWorkloadResponse* response) override;
  grpc::Status GetFairness(grpc::ServerContext* context, const v1::GetFairnessRequest* request,
                           v1::GetFairnessResponse* response) override;
  grpc::Status GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest* request,
                         v1::GetStatusResponse* response) override;

 private:
  const Scorer& scorer_;
  const Clock& clock_;
  std::atomic<const runtime::SnapshotSubscriber*> subscriber_ = nullptr;
};

}  // namespace evenkeel::fairness
