// The four services in one process against simulated centres, on a clock that moves when told to:
// hours of a shift in seconds, for tests of the whole and for measuring what the loop is worth.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/config/loader.h"
#include "common/http/transport.h"
#include "common/obs/log.h"
#include "common/obs/metrics.h"
#include "common/runtime/process.h"
#include "evenkeel/actuator/v1/actuator_service.grpc.pb.h"
#include "evenkeel/fairness/v1/fairness_service.grpc.pb.h"
#include "evenkeel/ingest/v1/ingest_service.grpc.pb.h"
#include "evenkeel/optimizer/v1/optimizer_service.grpc.pb.h"
#include "tools/demo/report.h"
#include "tools/genesys_sim/api/server.h"

namespace evenkeel::suite {

inline const absl::Time kEpoch = absl::FromUnixSeconds(1'715'760'000);  // 2024-05-15T08:00:00Z

struct SuiteOptions {
  sim::Dialect dialect = sim::Dialect::kPlatform;
  sim::Scenario scenario;
  uint64_t seed = 1;
  // How far the clock is moved on at a time.
  absl::Duration step = absl::Seconds(1);
  // Changes the configuration: by default the default one, live, with every queue of the scenario.
  std::function<void(config::v1::Config&)> edit = {};
};

// Ends the program with what failed.
[[noreturn]] void Die(const std::string& what, const std::string& why);

// One answered request that was to change something.
struct Write {
  absl::Time at;
  std::string method;
  std::string path;
  std::string body;
  int status = 0;
};

// A simulator of its own that nobody steers, after `span`.
demo::Report RunAlone(const SuiteOptions& options, absl::Duration span);

class Suite {
 public:
  // Dies when something cannot be started: a fault of the test.
  explicit Suite(SuiteOptions options);
  ~Suite();

  // Lets the time pass, a step at a time; between two steps everybody comes to rest.
  void Run(absl::Duration span);

  // What the simulators say of the shift so far: with the services, and left alone.
  demo::Report WithServices() { return Report(live_->port()); }
  demo::Report LeftAlone() { return Report(idle_->port()); }
  std::vector<Write> writes() const;
  // POSTs `body` to the simulator's administration, "/admin/v1/...".
  void Administer(const std::string& path, const std::string& body);

  optimizer::v1::GetStatusResponse OptimizerStatus() const;
  // All of `state`, newest first.
  std::vector<types::v1::Change> ChangesIn(types::v1::ChangeState state) const;
  // By (agent, queue): whether joined, in the newest snapshot; platform dialect.
  std::map<std::pair<std::string, std::string>, bool> Memberships() const;

  ingest::v1::IngestService::Stub& ingest() const { return *ingest_; }
  optimizer::v1::OptimizerService::Stub& optimizer() const { return *optimizer_; }
  fairness::v1::FairnessService::Stub& fairness() const { return *fairness_; }
  actuator::v1::ActuatorService::Stub& actuator() const { return *actuator_; }
  const Clock& clock() const { return clock_; }

  // A unary call that must not fail.
  template <typename Stub, typename Request, typename Response>
  static Response Call(Stub& stub,
                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
                       const Request& request) {
    grpc::ClientContext context;
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) Die("call", status.error_message());
    return response;
  }

 private:
  std::function<void(const sim::HttpRequest&, const sim::HttpAnswer&)> Observer();
  demo::Report Report(int port);
  // Waits (in real time) until the optimizer has the newest snapshot.
  void Settle();

  const absl::Duration step_;
  SimulatedClock clock_{kEpoch};
  RandomIdSource ids_;
  obs::Metrics metrics_;
  obs::Logger log_;
  mutable std::mutex mutex_;  // guards writes_
  std::vector<Write> writes_;
  std::unique_ptr<sim::SimulatorServer> live_;
  std::unique_ptr<sim::SimulatorServer> idle_;
  std::unique_ptr<http::Transport> transport_;
  config::v1::Config config_;
  std::unique_ptr<runtime::Process> process_;
  std::unique_ptr<ingest::v1::IngestService::Stub> ingest_;
  std::unique_ptr<optimizer::v1::OptimizerService::Stub> optimizer_;
  std::unique_ptr<fairness::v1::FairnessService::Stub> fairness_;
  std::unique_ptr<actuator::v1::ActuatorService::Stub> actuator_;
};

}  // namespace evenkeel::suite
