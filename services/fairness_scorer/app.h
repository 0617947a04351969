// The fairness scorer as a process part: subscriber -> scorer -> gRPC service.
#pragma once

#include <memory>
#include <optional>

#include "common/runtime/app.h"
#include "common/runtime/periodic_task.h"
#include "common/runtime/snapshot_subscriber.h"
#include "services/fairness_scorer/adapters/grpc_fairness_service.h"
#include "services/fairness_scorer/scorer.h"

namespace evenkeel::fairness {

class FairnessScorerApp final : public runtime::App {
 public:
  static absl::StatusOr<std::unique_ptr<runtime::App>> Make(
      const runtime::Dependencies& dependencies);

  std::vector<grpc::Service*> Services() override { return {&service_}; }
  std::string HealthName() const override { return "evenkeel.fairness.v1.FairnessService"; }
  absl::Status Start(const runtime::ChannelSource& channels) override;
  absl::Status Ready() override;
  void Stop() override;

 private:
  explicit FairnessScorerApp(const runtime::Dependencies& dependencies);
  void RunCycle();

  const runtime::Dependencies dependencies_;
  Scorer scorer_;
  GrpcFairnessService service_;
  std::unique_ptr<runtime::SnapshotSubscriber> subscriber_;
  std::optional<runtime::PeriodicTask> cycle_;
};

}  // namespace evenkeel::fairness
