// The fairness scorer as a process part: subscriber -> scorer -> store -> gRPC service and webhook;
// throttles go to the actuator.
#pragma once

#include <memory>
#include <optional>

#include "common/runtime/app.h"
#include "common/runtime/periodic_task.h"
#include "common/runtime/snapshot_subscriber.h"
#include "services/fairness_scorer/adapters/grpc_change_proposer.h"
#include "services/fairness_scorer/adapters/grpc_fairness_service.h"
#include "services/fairness_scorer/adapters/webhook_sink.h"
#include "services/fairness_scorer/ports/fairness_store.h"
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
  FairnessScorerApp(const runtime::Dependencies& dependencies, std::unique_ptr<FairnessStore> store,
                    std::unique_ptr<WebhookSink> webhook);
  void RunCycle();
  void UpdateMetrics(const Scores& scores);
  void Deliver(std::stop_token stop);
  void KeepHouse();

  const runtime::Dependencies dependencies_;
  const std::unique_ptr<FairnessStore> store_;
  const std::unique_ptr<WebhookSink> webhook_;  // null: none
  GrpcChangeProposer proposer_;
  Scorer scorer_;
  GrpcFairnessService service_;
  std::unique_ptr<runtime::SnapshotSubscriber> subscriber_;
  std::optional<runtime::PeriodicTask> cycle_, delivery_, housekeeping_;
  bool delivered_ = true;       // of Deliver: whether the last run went well
  int64_t alerts_counted_ = 0;  // of UpdateMetrics: the cursor up to which they are
};

}  // namespace evenkeel::fairness
