#include "common/rpc/channel.h"

#include <absl/strings/str_format.h>

#include <chrono>
#include <random>

#include "common/rpc/interceptors.h"

namespace evenkeel::rpc {
namespace {

constexpr char kTraceparent[] = "traceparent";
constexpr int kMaxMessageBytes = 64 << 20;

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target, obs::Metrics& metrics) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  // A peer that vanished without a word is noticed on an idle stream.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // no end to pings (default: 2)
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  return grpc::experimental::CreateCustomChannelWithInterceptors(
      target, grpc::InsecureChannelCredentials(), arguments, MakeClientInterceptors(metrics));
}

std::string NewTraceparent() {
  thread_local std::random_device device;
  return absl::StrFormat("00-%08x%08x%08x%08x-%08x%08x-01", device(), device(), device(), device(),
                         device(), device() | 1u);
}

std::string TraceparentOf(const grpc::ServerContext& context) {
  const auto it = context.client_metadata().find(kTraceparent);
  if (it == context.client_metadata().end()) return "";
  return std::string(it->second.data(), it->second.size());
}

void PrepareStream(grpc::ClientContext& context, const std::string& traceparent) {
  context.AddMetadata(kTraceparent, traceparent.empty() ? NewTraceparent() : traceparent);
}

void PrepareCall(grpc::ClientContext& context, absl::Duration timeout,
                 const std::string& traceparent) {
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoNanoseconds(timeout));
  PrepareStream(context, traceparent);
}

}  // namespace evenkeel::rpc
