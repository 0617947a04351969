// The optimizer as a process part: subscriber -> capacity loop -> proposer, and the gRPC service.
#pragma once

#include <memory>
#include <optional>

#include "common/runtime/app.h"
#include "common/runtime/periodic_task.h"
#include "common/runtime/snapshot_subscriber.h"
#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/adapters/grpc_change_proposer.h"
#include "services/optimizer/adapters/grpc_optimizer_service.h"
#include "services/optimizer/capacity_loop.h"

namespace evenkeel::optimizer {

class OptimizerApp final : public runtime::App {
 public:
  static absl::StatusOr<std::unique_ptr<runtime::App>> Make(
      const runtime::Dependencies& dependencies);

  std::vector<grpc::Service*> Services() override { return {&service_}; }
  std::string HealthName() const override { return "evenkeel.optimizer.v1.OptimizerService"; }
  absl::Status Start(const runtime::ChannelSource& channels) override;
  absl::Status Ready() override;
  void Stop() override;

 private:
  OptimizerApp(const runtime::Dependencies& dependencies, LoopSettings settings);
  void RunCycle(std::stop_token stop);

  const runtime::Dependencies dependencies_;
  GlpkSolver solver_;
  GrpcChangeProposer proposer_;
  CapacityLoop loop_;
  GrpcOptimizerService service_;
  std::unique_ptr<runtime::SnapshotSubscriber> subscriber_;
  std::optional<runtime::PeriodicTask> cycle_;
};

}  // namespace evenkeel::optimizer
