// The simulator as one object: centre, API and HTTP server. Used by the program and, in process, by
// tests of whatever talks to Genesys Cloud:
//
//   SimulatedClock clock(start);
//   auto simulator = *SimulatorServer::Start(DefaultScenario(), {.epoch = start}, clock);
//   ... "http://127.0.0.1:" + std::to_string(simulator->port())
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "tools/genesys_sim/api/api.h"
#include "tools/genesys_sim/api/http_server.h"

namespace evenkeel::sim {

class SimulatorServer {
 public:
  // Listens on `host`:`port` (0: any free port). `clock` must outlive the server; the centre begins
  // at options.epoch. INVALID_ARGUMENT: the scenario or the address is wrong. UNAVAILABLE: cannot
  // listen.
  static absl::StatusOr<std::unique_ptr<SimulatorServer>> Start(
      Scenario scenario, const ApiOptions& options, const Clock& clock,
      const std::string& host = "127.0.0.1", int port = 0);

  int port() const { return http_->port(); }
  // Lets the centre come to the clock's time without waiting for a request. Thread-safe.
  void Advance() { api_.Advance(); }

 private:
  SimulatorServer(Scenario scenario, const ApiOptions& options, const Clock& clock)
      : api_(std::move(scenario), options, clock, ids_) {}

  RandomIdSource ids_;
  Api api_;
  std::unique_ptr<HttpServer> http_;  // last: stops before what it calls goes
};

}  // namespace evenkeel::sim
