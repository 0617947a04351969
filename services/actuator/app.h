// The actuator as a process part: ledger, writer, use case, timer, gRPC service.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "common/genesys/client.h"
#include "common/runtime/app.h"
#include "common/runtime/call_metrics.h"
#include "common/runtime/periodic_task.h"
#include "services/actuator/adapters/grpc_actuator_service.h"
#include "services/actuator/ports/ledger.h"
#include "services/actuator/usecase/actuator.h"

namespace evenkeel::actuator {

// Ends every open hold from the ledger alone, where no actuator runs (FAIR-7): writes the old
// values until they show, and prints how each ended. DEADLINE_EXCEEDED when some had not after a
// quarter of an hour.
absl::Status RestoreAllHolds(const runtime::Dependencies& dependencies);

class ActuatorApp final : public runtime::App {
 public:
  static absl::StatusOr<std::unique_ptr<runtime::App>> Make(
      const runtime::Dependencies& dependencies);

  std::vector<grpc::Service*> Services() override { return {service_.get()}; }
  std::string HealthName() const override { return "evenkeel.actuator.v1.ActuatorService"; }
  absl::Status Start(const runtime::ChannelSource& channels) override;
  absl::Status Ready() override;
  void Stop() override;

 private:
  explicit ActuatorApp(const runtime::Dependencies& dependencies) : dependencies_(dependencies) {}
  absl::Status Build(const Settings& settings);
  // The client that writes, where anything may be written or is to be restored; else one that
  // reads.
  absl::Status MakeClient(bool writes, bool restores);
  // OK once the client was seen to belong to the organisation that the configuration pins (API-10).
  absl::Status Identify();
  void Tick(std::stop_token stop);
  void UpdateMetrics();
  // Ends all holds early, as far as the centre answers within a moment: nobody may be there to end
  // them later (ACT-14).
  void Drain();

  const runtime::Dependencies dependencies_;
  RealClock real_clock_;
  std::stop_source stop_;
  std::unique_ptr<runtime::CallMetrics> call_metrics_;
  std::unique_ptr<genesys::Client> client_;
  std::unique_ptr<CentreWriter> writer_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Actuator> actuator_;
  std::unique_ptr<GrpcActuatorService> service_;
  std::optional<runtime::PeriodicTask> timer_;

  bool identified_ = false;  // of Start and the timer, which follows it
  std::mutex mutex_;         // guards ticked_
  absl::Status ticked_ = absl::UnavailableError("starting");
};

}  // namespace evenkeel::actuator
