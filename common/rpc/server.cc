#include "common/rpc/server.h"

#include <absl/strings/str_cat.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <chrono>
#include <mutex>

#include "common/rpc/interceptors.h"

namespace evenkeel::rpc {
namespace {

// More calls at once than this wait; each watcher of a stream holds one thread.
constexpr int kMaxThreads = 128;
// Snapshots come in parts under 1 MiB; whole ones by GetSnapshot can be larger.
constexpr int kMaxMessageBytes = 64 << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const std::string& listen,
                                                      const std::vector<grpc::Service*>& services,
                                                      obs::Metrics& metrics, obs::Logger& log) {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
  grpc::ServerBuilder builder;
  grpc::ResourceQuota quota("evenkeel");
  quota.SetMaxThreads(kMaxThreads);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  // Clients ping an idle stream every 20 s (channel.cc); by default that is taken for an attack.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10000);
  // Two processes on one port would each get half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.experimental().SetInterceptorCreators(MakeServerInterceptors(metrics, log));
  for (grpc::Service* service : services) builder.RegisterService(service);

  std::unique_ptr<Server> server(new Server);
  if (!listen.empty()) {
    builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &server->port_);
  }
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || (!listen.empty() && server->port_ == 0)) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", listen, ": the address is in use or not this machine's"));
  }
  server->server_->GetHealthCheckService()->SetServingStatus(false);
  return server;
}

Server::~Server() {
  if (server_ != nullptr) Drain(absl::ZeroDuration());
}

std::shared_ptr<grpc::Channel> Server::InProcessChannel(obs::Metrics& metrics) {
  return server_->experimental().InProcessChannelWithInterceptors(grpc::ChannelArguments(),
                                                                  MakeClientInterceptors(metrics));
}

void Server::SetServing(const std::string& service, bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(service, serving);
}

void Server::Drain(absl::Duration timeout) {
  server_->GetHealthCheckService()->Shutdown();
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout));
  server_->Wait();
}

}  // namespace evenkeel::rpc
