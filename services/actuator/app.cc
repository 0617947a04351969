#include "services/actuator/app.h"

#include <absl/strings/str_cat.h>

#include <cstdio>
#include <thread>

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

// Real time.
constexpr absl::Duration kIdentifyTimeout = absl::Seconds(5);
constexpr absl::Duration kDrainTimeout = absl::Seconds(10);
constexpr absl::Duration kRestoreTimeout = absl::Minutes(15);

// Ends all open holds now, and ticks until they have ended or `stop` is requested. How many are
// left.
absl::StatusOr<int64_t> EndHolds(Actuator& actuator, Clock& clock, IdSource& ids,
                                 const std::string& actor, std::stop_token stop) {
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<Hold> open, actuator.ListHolds(/*open_only=*/true));
  if (open.empty()) return 0;
  EVENKEEL_RETURN_IF_ERROR(
      actuator.ReleaseHolds({ids.NewId(), false}, "", actor, "nobody may be there to end it later")
          .status());
  while (true) {
    EVENKEEL_RETURN_IF_ERROR(actuator.TickRestores(stop));
    EVENKEEL_ASSIGN_OR_RETURN(open, actuator.ListHolds(/*open_only=*/true));
    if (open.empty() || !clock.SleepFor(absl::Seconds(1), stop)) return std::ssize(open);
  }
}

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
  const std::string& file = config.actuator().database();
  EVENKEEL_ASSIGN_OR_RETURN(ledger_, SqliteLedger::Open(file.empty() ? ":memory:" : file));
  HoldQuery open;
  open.open_only = true;
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Hold> holds, ledger_->FindHolds(open));
  // Nothing is written in dry run, so the client that reads will do; but for holds of an earlier
  // mode, which end all the same (ACT-14).
  EVENKEEL_RETURN_IF_ERROR(MakeClient(settings.modes.CanWrite(), !holds.empty()));
  writer_ = MakeCentreWriter(*client_, stop_.get_token());
  actuator_ = std::make_unique<Actuator>(
      settings,
      Dependencies{*ledger_, *writer_, dependencies_.clock, real_clock_, dependencies_.ids});
  service_ = std::make_unique<GrpcActuatorService>(*actuator_, dependencies_.log);
  dependencies_.log.Info("actuator", {{"mode", ModeName(settings.modes.otherwise)},
                                      {"queues", settings.scope.queues.size()},
                                      {"ledger", file.empty() ? std::string("in memory") : file}});
  return absl::OkStatus();
}

absl::Status ActuatorApp::MakeClient(bool writes, bool restores) {
  const config::v1::CentreConfig& centre = dependencies_.config.centre();
  call_metrics_ = std::make_unique<runtime::CallMetrics>(dependencies_.metrics,
                                                         writes || restores ? "write" : "read");
  const auto make = [&](runtime::ClientRole role) {
    return runtime::MakeCentreClient(centre, role, dependencies_.environment, dependencies_.clock,
                                     call_metrics_.get());
  };
  if (writes || restores) {
    auto client = make(runtime::ClientRole::kWrite);
    if (client.ok()) {
      client_ = *std::move(client);
      return absl::OkStatus();
    }
    if (writes) return client.status();
    dependencies_.log.Error("holds are open, and there is no client that may end them",
                            {{"error", std::string(client.status().message())}});
  }
  EVENKEEL_ASSIGN_OR_RETURN(client_, make(runtime::ClientRole::kRead));
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
  if (service_ != nullptr) service_->Stop();
  if (timer_) {
    timer_->Stop();
    Drain();
  }
  stop_.request_stop();
}

void ActuatorApp::Drain() {
  if (const absl::Status known = Identify(); !known.ok()) return;  // no tick has written either
  std::jthread timeout([this](std::stop_token done) {
    if (real_clock_.SleepFor(kDrainTimeout, done)) stop_.request_stop();
  });
  const auto left =
      EndHolds(*actuator_, dependencies_.clock, dependencies_.ids, "drain", stop_.get_token());
  if (!left.ok() || *left > 0) {
    dependencies_.log.Error(
        "stopped with open holds: the next actuator on this ledger, or "
        "evenkeel-actuator --restore-all-holds, ends them",
        {{"holds", left.ok() ? *left : -1}, {"error", std::string(left.status().message())}});
  }
}

absl::Status RestoreAllHolds(const runtime::Dependencies& dependencies) {
  EVENKEEL_ASSIGN_OR_RETURN(Settings settings, SettingsFromConfig(dependencies.config));
  const std::string& file = dependencies.config.actuator().database();
  if (file.empty()) {
    return absl::InvalidArgumentError("actuator.database is empty: there is no ledger with holds");
  }
  EVENKEEL_ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, SqliteLedger::Open(file));
  HoldQuery open;
  open.open_only = true;
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Hold> holds, ledger->FindHolds(open));
  if (holds.empty()) {
    std::printf("no hold is open\n");
    return absl::OkStatus();
  }
  // Only the holds are ended: whatever else waits in the ledger is left to the next actuator.
  settings.modes = ModePolicy();
  settings.freeze_windows.clear();
  runtime::CallMetrics calls(dependencies.metrics, "write");
  EVENKEEL_ASSIGN_OR_RETURN(
      const auto client,
      runtime::MakeCentreClient(dependencies.config.centre(), runtime::ClientRole::kWrite,
                                dependencies.environment, dependencies.clock, &calls));
  const config::v1::CentreConfig& centre = dependencies.config.centre();
  if (const genesys::Pins pins{centre.organisation_id(), centre.organisation_name()};
      !pins.empty()) {
    EVENKEEL_RETURN_IF_ERROR(
        genesys::CheckIdentity(*client, pins, dependencies.clock, {}).status());
  }
  RealClock real_clock;
  std::stop_source stop;
  const auto writer = MakeCentreWriter(*client, stop.get_token());
  Actuator actuator(settings, {*ledger, *writer, dependencies.clock, real_clock, dependencies.ids});
  std::jthread timeout([&](std::stop_token done) {
    if (real_clock.SleepFor(kRestoreTimeout, done)) stop.request_stop();
  });
  EVENKEEL_ASSIGN_OR_RETURN(const int64_t left,
                            EndHolds(actuator, dependencies.clock, dependencies.ids,
                                     "restore-all-holds", stop.get_token()));
  for (const Hold& hold : holds) {
    HoldQuery query;
    query.id = hold.id;
    EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Hold> now, ledger->FindHolds(query));
    std::printf("%s: %s\n", model::EntityKey(hold.entity).c_str(), HoldOutcomeName(now[0].outcome));
  }
  if (left == 0) return absl::OkStatus();
  return absl::DeadlineExceededError(absl::StrCat(
      left, " holds are still open; last error: ", actuator.GetStatus()->executor.last_error));
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
  metrics.Set(kOpenHolds, {}, static_cast<double>(status->open_holds));
  metrics.Set(kOverdueHolds, {}, static_cast<double>(status->overdue_holds));
  metrics.Set(kHoldOverdue, {}, absl::ToDoubleSeconds(status->longest_overdue));
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
