#include "services/actuator/app.h"

#include <absl/strings/str_cat.h>

#include "common/base/status_macros.h"
#include "common/convert/time.h"
#include "common/genesys/preflight.h"
#include "common/runtime/centre_client.h"
#include "services/actuator/adapters/genesys_writer.h"
#include "services/actuator/adapters/sqlite_ledger.h"
#include "services/actuator/metrics.h"
#include "services/actuator/settings_from_config.h"

namespace evenkeel::actuator {
namespace {

constexpr absl::Duration kIdentifyTimeout = absl::Seconds(5);  // real time

}  // namespace

absl::StatusOr<std::unique_ptr<runtime::App>> ActuatorApp::Make(
    const runtime::Dependencies& dependencies) {
  EVENKEEL_ASSIGN_OR_RETURN(const Settings settings, SettingsFromConfig(dependencies.config));
  std::unique_ptr<ActuatorApp> app(new ActuatorApp(dependencies));
  EVENKEEL_RETURN_IF_ERROR(app->Build(settings));
  return app;
}

absl::Status ActuatorApp::Build(const Settings& settings) {
  const config::v1::Config& config = dependencies_.config;
  dependencies_.metrics.Register(MetricsTable());
  // Nothing can be written in dry run, so the client that reads will do.
  const bool writes = settings.modes.CanWrite();
  call_metrics_ =
      std::make_unique<runtime::CallMetrics>(dependencies_.metrics, writes ? "write" : "read");
  EVENKEEL_ASSIGN_OR_RETURN(
      client_,
      runtime::MakeCentreClient(
          config.centre(), writes ? runtime::ClientRole::kWrite : runtime::ClientRole::kRead,
          dependencies_.environment, dependencies_.clock, call_metrics_.get()));
  writer_ = MakeCentreWriter(*client_, stop_.get_token());

  const std::string& file = config.actuator().database();
  EVENKEEL_ASSIGN_OR_RETURN(ledger_, SqliteLedger::Open(file.empty() ? ":memory:" : file));
  actuator_ = std::make_unique<Actuator>(
      settings,
      Dependencies{*ledger_, *writer_, dependencies_.clock, real_clock_, dependencies_.ids});
  service_ = std::make_unique<GrpcActuatorService>(*actuator_, dependencies_.log);
  dependencies_.log.Info("actuator", {{"mode", ModeName(settings.modes.otherwise)},
                                      {"queues", settings.scope.queues.size()},
                                      {"ledger", file.empty() ? std::string("in memory") : file}});
  return absl::OkStatus();
}

absl::Status ActuatorApp::Start(const runtime::ChannelSource&) {
  // Credentials of another organisation end the process; whatever else is wrong may pass, and
  // nothing is written before it has.
  const absl::Status known = Identify();
  if (genesys::IsPinRefusal(known)) return known;
  timer_.emplace(dependencies_.clock, convert::FromProto(dependencies_.config.actuator().tick()),
                 [this](std::stop_token stop) { Tick(stop); });
  return absl::OkStatus();
}

absl::Status ActuatorApp::Ready() {
  // The centre's own troubles are the status's matter: proposals are still taken, kept and held.
  std::lock_guard lock(mutex_);
  return ticked_;
}

void ActuatorApp::Stop() {
  stop_.request_stop();
  if (service_ != nullptr) service_->Stop();
  if (timer_) timer_->Stop();
}

absl::Status ActuatorApp::Identify() {
  const config::v1::CentreConfig& centre = dependencies_.config.centre();
  const genesys::Pins pins{centre.organisation_id(), centre.organisation_name()};
  if (identified_ || pins.empty()) return absl::OkStatus();
  genesys::CallLimits limits;
  limits.max_wait = absl::ZeroDuration();
  limits.timeout = kIdentifyTimeout;
  limits.stop = stop_.get_token();
  EVENKEEL_RETURN_IF_ERROR(
      genesys::CheckIdentity(*client_, pins, dependencies_.clock, limits).status());
  identified_ = true;
  return absl::OkStatus();
}

void ActuatorApp::Tick(std::stop_token stop) {
  if (const absl::Status known = Identify(); !known.ok()) {
    dependencies_.metrics.Add(kTicks, {"error"});
    std::lock_guard lock(mutex_);
    ticked_ = absl::UnavailableError(
        absl::StrCat("the organisation is not checked yet: ", known.message()));
    return;
  }
  const absl::Status ticked = actuator_->Tick(stop);
  dependencies_.metrics.Add(kTicks, {ticked.ok() ? "ok" : "error"});
  if (ticked.ok()) UpdateMetrics();
  std::lock_guard lock(mutex_);
  if (!ticked.ok() && ticked_.ok()) {
    dependencies_.log.Error("the ledger fails", {{"error", std::string(ticked.message())}});
  }
  ticked_ =
      ticked.ok() ? ticked : absl::UnavailableError(absl::StrCat("ledger: ", ticked.message()));
}

void ActuatorApp::UpdateMetrics() {
  obs::Metrics& metrics = dependencies_.metrics;
  auto status = actuator_->GetStatus();
  if (!status.ok()) return;
  for (const model::ChangeState state : model::kAllChangeStates) {
    const auto it = status->changes.find(state);
    metrics.Set(kChanges, {model::ChangeStateName(state)},
                it == status->changes.end() ? 0.0 : static_cast<double>(it->second));
  }
  for (const auto& [guardrail, count] : status->refusals) {
    metrics.Set(kRefusals, {guardrail}, static_cast<double>(count));
  }
  for (const Mode mode : {Mode::kDryRun, Mode::kApprove, Mode::kLive}) {
    metrics.Set(kMode, {ModeName(mode)}, status->modes.otherwise == mode ? 1 : 0);
    metrics.Set(kQueues, {ModeName(mode)}, static_cast<double>(status->queues[mode]));
  }
  int64_t writes = 0;
  for (const auto& [kind, count] : status->writes_last_hour) writes += count;
  metrics.Set(kPauses, {}, static_cast<double>(status->pauses.size()));
  metrics.Set(kLeftAlone, {}, static_cast<double>(status->left_alone));
  metrics.Set(kWritesLastHour, {}, static_cast<double>(writes));
  metrics.Set(kWritesSent, {}, static_cast<double>(status->executor.writes_sent));
  metrics.Set(kWritesFailed, {}, static_cast<double>(status->executor.writes_failed));
  metrics.Set(kWindow, {}, absl::ToDoubleSeconds(status->executor.longest_window));
}

}  // namespace evenkeel::actuator
