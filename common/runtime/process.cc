#include "common/runtime/process.h"

#include <absl/strings/ascii.h>

#include <cassert>

#include "common/base/status_macros.h"
#include "common/convert/time.h"
#include "common/rpc/channel.h"
#include "common/rpc/interceptors.h"

namespace evenkeel::runtime {
namespace {

constexpr absl::Duration kHealthInterval = absl::Milliseconds(200);

const obs::MetricSpec kProcessMetrics[] = {
    {"evenkeel_build_info",
     obs::MetricKind::kGauge,
     {{"version", {}}},
     "1; the version is the label."},
    {"evenkeel_clock_factor_ratio",
     obs::MetricKind::kGauge,
     {},
     "Clock seconds in one real second; 1 outside demonstrations."},
    {"evenkeel_ready",
     obs::MetricKind::kGauge,
     {{"service",
       {"evenkeel-ingest", "evenkeel-optimizer", "evenkeel-fairness-scorer", "evenkeel-actuator"}}},
     "1 while the service can do its work."},
};

// Reasons that differ only in numbers, or in an answer's own words with the identifier of its
// request, are the same trouble again.
std::string Kind(const std::string& reason) {
  std::string kind = reason.substr(0, reason.find('{'));
  std::erase_if(kind, [](char c) { return absl::ascii_isdigit(c); });
  return kind;
}

}  // namespace

const char* BinaryName(ServiceId id) {
  switch (id) {
    case ServiceId::kIngest:
      return "evenkeel-ingest";
    case ServiceId::kOptimizer:
      return "evenkeel-optimizer";
    case ServiceId::kFairnessScorer:
      return "evenkeel-fairness-scorer";
    case ServiceId::kActuator:
      return "evenkeel-actuator";
  }
  return "evenkeel";
}

const config::v1::ServiceConfig& ServiceAddresses(const config::v1::Config& config, ServiceId id) {
  switch (id) {
    case ServiceId::kIngest:
      return config.services().ingest();
    case ServiceId::kOptimizer:
      return config.services().optimizer();
    case ServiceId::kFairnessScorer:
      return config.services().fairness_scorer();
    case ServiceId::kActuator:
      break;
  }
  return config.services().actuator();
}

absl::StatusOr<std::unique_ptr<Process>> Process::Start(const Dependencies& dependencies,
                                                        const std::vector<ServiceSpec>& specs) {
  assert(!specs.empty());
  std::unique_ptr<Process> process(new Process(dependencies));
  obs::Metrics& metrics = dependencies.metrics;
  metrics.Register(rpc::RpcMetrics());
  metrics.Register(kProcessMetrics);
  metrics.Set("evenkeel_build_info", {EVENKEEL_VERSION}, 1);
  metrics.Set("evenkeel_clock_factor_ratio", {}, dependencies.clock.factor());

  for (const ServiceSpec& spec : specs) {
    EVENKEEL_ASSIGN_OR_RETURN(process->parts_[spec.id].app, spec.make(dependencies));
  }
  const std::string metrics_listen =
      ServiceAddresses(dependencies.config, specs.front().id).metrics_listen();
  if (!metrics_listen.empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(process->metrics_server_,
                              obs::MetricsServer::Start(metrics_listen, metrics.registry()));
    dependencies.log.Info("serving metrics", {{"address", metrics_listen},
                                              {"port", process->metrics_server_->port()}});
  }
  for (auto& [id, part] : process->parts_) {
    const std::string& listen = ServiceAddresses(dependencies.config, id).listen();
    EVENKEEL_ASSIGN_OR_RETURN(
        part.server, rpc::Server::Start(listen, part.app->Services(), metrics, dependencies.log));
    dependencies.log.Info(
        "listening",
        {{"service_name", BinaryName(id)}, {"address", listen}, {"port", part.server->port()}});
  }
  Process* self = process.get();
  const ChannelSource channels = [self](ServiceId id) -> std::shared_ptr<grpc::Channel> {
    if (const auto it = self->parts_.find(id); it != self->parts_.end()) {
      return it->second.server->InProcessChannel(self->dependencies_.metrics);
    }
    const config::v1::ServiceConfig& addresses = ServiceAddresses(self->dependencies_.config, id);
    return rpc::MakeChannel(addresses.target().empty() ? addresses.listen() : addresses.target(),
                            self->dependencies_.metrics);
  };
  for (auto& [id, part] : process->parts_) EVENKEEL_RETURN_IF_ERROR(part.app->Start(channels));
  process->health_.emplace(process->real_clock_, kHealthInterval,
                           [self](std::stop_token) { self->UpdateHealth(); });
  return process;
}

Process::~Process() { Stop(); }

int Process::port(ServiceId id) const { return parts_.at(id).server->port(); }

App& Process::app(ServiceId id) { return *parts_.at(id).app; }

std::shared_ptr<grpc::Channel> Process::InProcessChannel(ServiceId id) {
  return parts_.at(id).server->InProcessChannel(dependencies_.metrics);
}

void Process::UpdateHealth() {
  bool all = true;
  for (auto& [id, part] : parts_) all = part.app->Ready().ok() && all;
  for (auto& [id, part] : parts_) {
    const absl::Status ready = part.app->Ready();
    const std::string reason(ready.message());
    if (ready.ok() != part.serving || Kind(reason) != Kind(part.last_reason)) {
      if (ready.ok()) {
        dependencies_.log.Info("ready", {{"service_name", BinaryName(id)}});
      } else {
        dependencies_.log.Warning("not ready",
                                  {{"service_name", BinaryName(id)}, {"reason", reason}});
      }
    }
    part.serving = ready.ok();
    part.last_reason = reason;
    part.server->SetServing(part.app->HealthName(), ready.ok());
    part.server->SetServing("", all);
    dependencies_.metrics.Set("evenkeel_ready", {BinaryName(id)}, ready.ok() ? 1 : 0);
  }
}

void Process::Stop() {
  if (stopped_) return;
  stopped_ = true;
  if (health_) health_->Stop();
  for (auto& [id, part] : parts_) {
    if (part.server != nullptr) {
      part.server->SetServing("", false);
      if (part.app != nullptr) part.server->SetServing(part.app->HealthName(), false);
    }
    if (part.app != nullptr) part.app->Stop();
  }
  const absl::Duration timeout =
      convert::FromProto(dependencies_.config.services().drain_timeout());
  for (auto& [id, part] : parts_) {
    if (part.server != nullptr) part.server->Drain(timeout);
  }
}

}  // namespace evenkeel::runtime
