// OptimizerService over the capacity loop and the cores: validates, converts, calls, converts back.
#pragma once

#include <atomic>
#include <stop_token>

#include "common/base/clock.h"
#include "common/obs/log.h"
#include "common/runtime/snapshot_subscriber.h"
#include "evenkeel/optimizer/v1/optimizer_service.grpc.pb.h"
#include "services/optimizer/capacity_loop.h"

namespace evenkeel::optimizer {

class GrpcOptimizerService final : public v1::OptimizerService::Service {
 public:
  // All must outlive this.
  GrpcOptimizerService(const CapacityLoop& loop, const LinearProgramSolver& solver,
                       const Clock& clock, obs::Logger& log)
      : loop_(loop), solver_(solver), clock_(clock), log_(log) {}

  // Set once, when the process starts; calls before find no snapshot.
  void set_subscriber(runtime::SnapshotSubscriber* subscriber) { subscriber_ = subscriber; }
  // Ends the streams, soon.
  void Stop() { stop_.request_stop(); }

  grpc::Status PlanCapacity(grpc::ServerContext* context, const v1::PlanCapacityRequest* request,
                            v1::PlanCapacityResponse* response) override;
  grpc::Status WatchPlans(grpc::ServerContext* context, const v1::WatchPlansRequest* request,
                          grpc::ServerWriter<v1::WatchPlansResponse>* writer) override;
  grpc::Status GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest* request,
                         v1::GetStatusResponse* response) override;

 private:
  absl::Status PlanFromSnapshot(uint64_t number, const LinearProgramSolver& solver,
                                v1::CapacityPlan& plan);
  absl::Status PlanBalance(const v1::BalanceProblem& problem, const LinearProgramSolver& solver,
                           v1::CapacityPlan& plan);
  absl::Status PlanGuide(const v1::GuideProblem& problem, const LinearProgramSolver& solver,
                         v1::CapacityPlan& plan);
  v1::CapacityPlan Publish(const MadePlan& made) const;

  const CapacityLoop& loop_;
  const LinearProgramSolver& solver_;
  const Clock& clock_;
  obs::Logger& log_;
  std::atomic<runtime::SnapshotSubscriber*> subscriber_ = nullptr;
  std::stop_source stop_;
};

}  // namespace evenkeel::optimizer
