// What a service is to the process that runs it. `service_main` runs one alone; the suite runs all
// four in one process; tests run any of them with fakes.
#pragma once

#include <absl/status/status.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/config/loader.h"
#include "common/obs/log.h"
#include "common/obs/metrics.h"

namespace evenkeel::runtime {

enum class ServiceId { kIngest, kOptimizer, kFairnessScorer, kActuator };

// "evenkeel-ingest" ...
const char* BinaryName(ServiceId id);

// Everything that an app takes from outside. All outlive the app.
struct Dependencies {
  const config::v1::Config& config;
  Clock& clock;
  IdSource& ids;
  obs::Logger& log;
  obs::Metrics& metrics;  // shared by the apps of a process
  config::Environment environment = config::ProcessEnvironment;
};

// Gives the channel to a neighbour.
using ChannelSource = std::function<std::shared_ptr<grpc::Channel>(ServiceId)>;

class App {
 public:
  virtual ~App() = default;

  // The gRPC services to serve; valid as long as the app.
  virtual std::vector<grpc::Service*> Services() = 0;

  // Full name of the service whose health is this app's.
  virtual std::string HealthName() const = 0;

  // Starts the loops; called once, when the server listens. An error ends the process.
  virtual absl::Status Start(const ChannelSource& channels) = 0;

  // OK when the service can do its work now; else why not. Called often; must not block.
  virtual absl::Status Ready() = 0;

  // Ends loops and streams; returns when they have ended. Calls in flight may still finish.
  virtual void Stop() = 0;
};

}  // namespace evenkeel::runtime
