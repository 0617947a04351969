// A gRPC server as every binary of ours runs it: health v1 per service, reflection, interceptors,
// graceful drain.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "common/obs/log.h"
#include "common/obs/metrics.h"

namespace evenkeel::rpc {

class Server {
 public:
  // Listens on `listen` ("host:port", port 0: any; empty: in-process channels only). The services
  // must outlive the server. UNAVAILABLE when it cannot listen. All services start NOT_SERVING.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const std::string& listen,
                                                       const std::vector<grpc::Service*>& services,
                                                       obs::Metrics& metrics, obs::Logger& log);
  ~Server();

  int port() const { return port_; }
  // What a caller in the same process uses.
  std::shared_ptr<grpc::Channel> InProcessChannel(obs::Metrics& metrics);

  // Health of one service by its full name; "" is the whole server.
  void SetServing(const std::string& service, bool serving);

  // Refuses new calls, waits up to `timeout` (real time) for those in flight, then cancels them.
  // Streams must have been told to end before.
  void Drain(absl::Duration timeout);

 private:
  Server() = default;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace evenkeel::rpc
