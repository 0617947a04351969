// Apps, their servers and their health, without flags or signals: what service_main and the tests
// of the whole suite share.
#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/rpc/server.h"
#include "common/runtime/app.h"
#include "common/runtime/periodic_task.h"
#include "common/runtime/service_main.h"

namespace evenkeel::runtime {

// The addresses of a service in the configuration.
const config::v1::ServiceConfig& ServiceAddresses(const config::v1::Config& config, ServiceId id);

class Process {
 public:
  // Makes the apps, listens, connects neighbours (in-process when both are here), starts.
  static absl::StatusOr<std::unique_ptr<Process>> Start(const Dependencies& dependencies,
                                                        const std::vector<ServiceSpec>& specs);
  ~Process();

  // The port a service listens on.
  int port(ServiceId id) const;
  App& app(ServiceId id);
  std::shared_ptr<grpc::Channel> InProcessChannel(ServiceId id);

  // Ends loops, drains calls; idempotent.
  void Stop();

 private:
  struct Part {
    std::unique_ptr<App> app;
    std::unique_ptr<rpc::Server> server;
    std::string last_reason;
    bool serving = false;
  };
  explicit Process(const Dependencies& dependencies) : dependencies_(dependencies) {}
  void UpdateHealth();

  const Dependencies dependencies_;
  std::map<ServiceId, Part> parts_;
  std::unique_ptr<obs::MetricsServer> metrics_server_;
  RealClock real_clock_;  // health is a matter of real time
  std::optional<PeriodicTask> health_;
  bool stopped_ = false;
};

}  // namespace evenkeel::runtime
