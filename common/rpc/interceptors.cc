#include "common/rpc/interceptors.h"

#include <chrono>
#include <string>
#include <string_view>

#include "common/rpc/status.h"

namespace evenkeel::rpc {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using SteadyClock = std::chrono::steady_clock;

// RPC latency is real time by nature, so this reads the machine's clock.
double SecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

struct Method {
  std::string service;
  std::string name;

  // "/evenkeel.ingest.v1.IngestService/GetSnapshot"
  explicit Method(std::string_view path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    const size_t slash = path.find('/');
    service = std::string(path.substr(0, slash));
    if (slash != std::string_view::npos) name = std::string(path.substr(slash + 1));
  }
};

template <typename Type>
const char* TypeLabel(Type type) {
  switch (type) {
    case Type::UNARY:
      return "unary";
    case Type::CLIENT_STREAMING:
      return "client_stream";
    case Type::SERVER_STREAMING:
      return "server_stream";
    case Type::BIDI_STREAMING:
      return "bidi_stream";
    default:
      return "unary";
  }
}

class ServerInterceptor final : public grpc::experimental::Interceptor {
 public:
  ServerInterceptor(grpc::experimental::ServerRpcInfo* info, obs::Metrics& metrics,
                    obs::Logger& log)
      : method_(info->method()),
        labels_{TypeLabel(info->type()), method_.service, method_.name},
        metrics_(metrics),
        log_(log) {
    metrics_.Add("grpc_server_started_total", labels_);
  }

  void Intercept(InterceptorBatchMethods* batch) override {
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      const auto* metadata = batch->GetRecvInitialMetadata();
      if (const auto it = metadata->find("traceparent"); it != metadata->end()) {
        trace_ = std::string(it->second.data(), it->second.size());
      }
    }
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE)) {
      metrics_.Add("grpc_server_msg_received_total", labels_);
    }
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_MESSAGE)) {
      metrics_.Add("grpc_server_msg_sent_total", labels_);
    }
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      Finish(batch->GetSendStatus());
    }
    batch->Proceed();
  }

 private:
  void Finish(const grpc::Status& status) {
    const std::string code = CodeLabel(status.error_code());
    const double seconds = SecondsSince(start_);
    metrics_.Add("grpc_server_handled_total", {labels_[0], labels_[1], labels_[2], code});
    metrics_.Observe("grpc_server_handling_seconds", labels_, seconds);
    // Probes come every second or so and say nothing.
    if (method_.service == "grpc.health.v1.Health" && status.ok()) return;
    log_.Log(status.ok() ? obs::Severity::kDebug : obs::Severity::kInfo, "rpc",
             {{"service_name", method_.service},
              {"method", method_.name},
              {"code", code},
              {"seconds", seconds},
              {"error", status.error_message()},
              {"traceparent", trace_}});
  }

  const Method method_;
  const std::vector<std::string> labels_;
  obs::Metrics& metrics_;
  obs::Logger& log_;
  const SteadyClock::time_point start_ = SteadyClock::now();
  std::string trace_;
};

class ServerFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  ServerFactory(obs::Metrics& metrics, obs::Logger& log) : metrics_(metrics), log_(log) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    return new ServerInterceptor(info, metrics_, log_);
  }

 private:
  obs::Metrics& metrics_;
  obs::Logger& log_;
};

class ClientInterceptor final : public grpc::experimental::Interceptor {
 public:
  ClientInterceptor(grpc::experimental::ClientRpcInfo* info, obs::Metrics& metrics)
      : method_(info->method()),
        labels_{TypeLabel(info->type()), method_.service, method_.name},
        metrics_(metrics) {
    metrics_.Add("grpc_client_started_total", labels_);
  }

  void Intercept(InterceptorBatchMethods* batch) override {
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_MESSAGE)) {
      metrics_.Add("grpc_client_msg_sent_total", labels_);
    }
    // The hook also runs at the end of a stream, with no message.
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE) &&
        batch->GetRecvMessage() != nullptr) {
      metrics_.Add("grpc_client_msg_received_total", labels_);
    }
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_STATUS)) {
      const grpc::Status& status = *batch->GetRecvStatus();
      metrics_.Add("grpc_client_handled_total",
                   {labels_[0], labels_[1], labels_[2], CodeLabel(status.error_code())});
      metrics_.Observe("grpc_client_handling_seconds", labels_, SecondsSince(start_));
    }
    batch->Proceed();
  }

 private:
  const Method method_;
  const std::vector<std::string> labels_;
  obs::Metrics& metrics_;
  const SteadyClock::time_point start_ = SteadyClock::now();
};

class ClientFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit ClientFactory(obs::Metrics& metrics) : metrics_(metrics) {}
  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo* info) override {
    return new ClientInterceptor(info, metrics_);
  }

 private:
  obs::Metrics& metrics_;
};

std::vector<obs::MetricSpec> MakeTable() {
  using obs::LabelSpec;
  using obs::MetricKind;
  const std::vector<LabelSpec> call = {
      {"grpc_type", {}}, {"grpc_service", {}}, {"grpc_method", {}}};
  std::vector<LabelSpec> call_code = call;
  call_code.push_back({"grpc_code", {}});
  const std::vector<double> buckets = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
  std::vector<obs::MetricSpec> table;
  for (const auto& [side, where] :
       {std::pair<std::string, std::string>("server", "the server"), {"client", "the client"}}) {
    const std::string prefix = "grpc_" + side + "_";
    table.push_back({prefix + "started_total", MetricKind::kCounter, call,
                     "Total number of RPCs started on " + where + "."});
    table.push_back(
        {prefix + "handled_total", MetricKind::kCounter, call_code,
         "Total number of RPCs completed on " + where + ", regardless of success or failure."});
    table.push_back({prefix + "msg_received_total", MetricKind::kCounter, call,
                     "Total number of RPC messages received on " + where + "."});
    table.push_back({prefix + "msg_sent_total", MetricKind::kCounter, call,
                     "Total number of RPC messages sent by " + where + "."});
    table.push_back({prefix + "handling_seconds", MetricKind::kHistogram, call,
                     "Response latency (seconds) of RPCs handled by " + where + ", real time.",
                     buckets});
  }
  return table;
}

}  // namespace

std::span<const obs::MetricSpec> RpcMetrics() {
  static const std::vector<obs::MetricSpec>& table = *new std::vector<obs::MetricSpec>(MakeTable());
  return table;
}

std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
MakeServerInterceptors(obs::Metrics& metrics, obs::Logger& log) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<ServerFactory>(metrics, log));
  return factories;
}

std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>>
MakeClientInterceptors(obs::Metrics& metrics) {
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<ClientFactory>(metrics));
  return factories;
}

}  // namespace evenkeel::rpc
