// What every RPC goes through, on both sides: metrics by the names of go-grpc-prometheus, an access
// log line, and the W3C trace context. Server side: install with MakeServerInterceptors. Client
// side: channels of channel.h have them.
#pragma once

#include <grpcpp/support/client_interceptor.h>
#include <grpcpp/support/server_interceptor.h>

#include <memory>
#include <span>
#include <vector>

#include "common/obs/log.h"
#include "common/obs/metrics.h"

namespace evenkeel::rpc {

// grpc_server_* and grpc_client_*; register them once per Metrics.
std::span<const obs::MetricSpec> RpcMetrics();

std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
MakeServerInterceptors(obs::Metrics& metrics, obs::Logger& log);

std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>>
MakeClientInterceptors(obs::Metrics& metrics);

}  // namespace evenkeel::rpc
