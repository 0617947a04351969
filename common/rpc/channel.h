// Channels to other services and the contexts of calls on them. Every unary call has a deadline,
// every call a trace.
#pragma once

#include <absl/time/time.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "common/obs/metrics.h"

namespace evenkeel::rpc {

// Connects lazily and again after failures (backoff up to 2 s real time).
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target, obs::Metrics& metrics);

// A new W3C trace context: "00-<32 hex>-<16 hex>-01".
std::string NewTraceparent();

// The trace of the call being served, as the caller gave it; empty when it gave none.
std::string TraceparentOf(const grpc::ServerContext& context);

// Prepares `context` for a unary call: `timeout` real time from now, and the trace (a new one when
// `traceparent` is empty).
void PrepareCall(grpc::ClientContext& context, absl::Duration timeout,
                 const std::string& traceparent = "");

// The same for a stream, which has no deadline.
void PrepareStream(grpc::ClientContext& context, const std::string& traceparent = "");

}  // namespace evenkeel::rpc
