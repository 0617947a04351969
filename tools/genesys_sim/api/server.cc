#include "tools/genesys_sim/api/server.h"

#include "common/base/status_macros.h"

namespace evenkeel::sim {

absl::StatusOr<std::unique_ptr<SimulatorServer>> SimulatorServer::Start(Scenario scenario,
                                                                        const ApiOptions& options,
                                                                        const Clock& clock,
                                                                        const std::string& host,
                                                                        int port) {
  EVENKEEL_RETURN_IF_ERROR(Validate(scenario));
  auto server =
      std::unique_ptr<SimulatorServer>(new SimulatorServer(std::move(scenario), options, clock));
  EVENKEEL_ASSIGN_OR_RETURN(server->http_,
                            HttpServer::Start(host, port, kMaxBodyBytes,
                                              [api = &server->api_](const HttpRequest& request) {
                                                return api->Handle(request);
                                              }));
  return server;
}

}  // namespace evenkeel::sim
