#include "services/fairness_scorer/app.h"

#include <map>

#include "common/base/status_macros.h"
#include "common/convert/time.h"
#include "common/convert/time_window.h"
#include "services/fairness_scorer/adapters/sqlite_fairness_store.h"
#include "services/fairness_scorer/metrics.h"

namespace evenkeel::fairness {
namespace {

constexpr absl::Duration kDeliveryInterval = absl::Seconds(5);
constexpr absl::Duration kHousekeepingInterval = absl::Hours(1);

ScorerSettings SettingsFrom(const config::v1::Config& config) {
  const config::v1::FairnessScorerConfig& fairness = config.fairness_scorer();
  ScorerSettings settings;
  for (const config::v1::QueueConfig& queue : config.scope().queues()) {
    settings.queues.push_back({queue.id(), queue.skill_id(), queue.capacity_factor(),
                               queue.acw_weight(), queue.utilization_target()});
  }
  settings.window = convert::FromProto(fairness.window());
  settings.options.measure = fairness.measure() == "load" ? Measure::kLoad : Measure::kContacts;
  settings.options.figure = fairness.figure() == "raw" ? Figure::kRaw : Figure::kCorrected;
  // FAIR-1: hold counts as load outside the guide's own mode.
  settings.options.include_hold = config.centre().dialect() != config::v1::DIALECT_GUIDE;
  settings.options.min_on_queue_seconds =
      absl::ToDoubleSeconds(convert::FromProto(fairness.min_on_queue()));
  settings.options.min_group_size = fairness.min_group_size();
  settings.need = {fairness.min_seen_ratio(), fairness.max_snapshot_age_intervals()};
  // FAIR-3: the guide's average goes with the guide's figure.
  settings.watch.figure = settings.options.figure;
  settings.watch.smoothing =
      settings.options.figure == Figure::kRaw ? Smoothing::kThreeBand : Smoothing::kExponential;
  settings.watch.overload_mark = OverloadMark(fairness.handle_time_cv());
  settings.maintenance_windows = convert::WindowsFrom(fairness.maintenance_windows());
  settings.queue_link = fairness.queue_link();
  settings.agent_link = fairness.agent_link();
  settings.propose = fairness.propose();
  const config::v1::ThrottleGuardrails& guardrails = config.actuator().throttle();
  settings.throttle.held_share = guardrails.held_share();
  settings.throttle.cool_down = convert::FromProto(guardrails.cool_down());
  for (const config::v1::QueueConfig& queue : config.scope().queues()) {
    settings.throttle.min_agents[queue.id()] = queue.min_agents();
  }
  if (config.centre().dialect() == config::v1::DIALECT_GUIDE) {
    settings.lever = model::CapacityLever::kQueueCapacity;
  }
  return settings;
}

// FAIR-1: one target over unlike queues makes quick agents look fair and slow ones idle.
void WarnOfUniformTargets(const config::v1::Config& config, obs::Logger& log) {
  const auto& queues = config.scope().queues();
  bool same_target = queues.size() > 1, same_work = true;
  for (const auto& queue : queues) {
    same_target = same_target && queue.utilization_target() == queues[0].utilization_target();
    same_work = same_work && queue.capacity_factor() == queues[0].capacity_factor() &&
                queue.acw_weight() == queues[0].acw_weight();
  }
  if (same_target && !same_work) {
    log.Warning("all queues have one utilization_target though their work differs",
                {{"utilization_target", queues[0].utilization_target()}});
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<runtime::App>> FairnessScorerApp::Make(
    const runtime::Dependencies& dependencies) {
  const config::v1::FairnessScorerConfig& fairness = dependencies.config.fairness_scorer();
  EVENKEEL_ASSIGN_OR_RETURN(
      std::unique_ptr<FairnessStore> store,
      SqliteFairnessStore::Open(fairness.database().empty() ? ":memory:" : fairness.database()));
  std::unique_ptr<WebhookSink> webhook;
  if (!fairness.webhook_url().empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(webhook, WebhookSink::Make(fairness.webhook_url(), *store));
  }
  std::unique_ptr<FairnessScorerApp> app(
      new FairnessScorerApp(dependencies, std::move(store), std::move(webhook)));
  EVENKEEL_RETURN_IF_ERROR(app->scorer_.Load());
  return app;
}

FairnessScorerApp::FairnessScorerApp(const runtime::Dependencies& dependencies,
                                     std::unique_ptr<FairnessStore> store,
                                     std::unique_ptr<WebhookSink> webhook)
    : dependencies_(dependencies),
      store_(std::move(store)),
      webhook_(std::move(webhook)),
      proposer_(convert::FromProto(dependencies.config.services().call_timeout())),
      scorer_(SettingsFrom(dependencies.config), *store_, proposer_, dependencies.ids),
      service_(scorer_, *store_, dependencies.clock) {
  dependencies_.metrics.Register(MetricsTable());
  WarnOfUniformTargets(dependencies_.config, dependencies_.log);
}

absl::Status FairnessScorerApp::Start(const runtime::ChannelSource& channels) {
  proposer_.Connect(channels(runtime::ServiceId::kActuator));
  if (const auto newest = store_->LastCursor(); newest.ok()) alerts_counted_ = *newest;
  subscriber_ = std::make_unique<runtime::SnapshotSubscriber>(
      channels(runtime::ServiceId::kIngest),
      std::set<model::Section>{model::Section::kStates, model::Section::kQueues,
                               model::Section::kLive, model::Section::kAgentWork},
      convert::FromProto(dependencies_.config.services().call_timeout()), dependencies_.log);
  service_.set_subscriber(subscriber_.get());
  cycle_.emplace(dependencies_.clock,
                 convert::FromProto(dependencies_.config.fairness_scorer().cycle()),
                 [this](std::stop_token) { RunCycle(); });
  if (webhook_ != nullptr) {
    delivery_.emplace(dependencies_.clock, kDeliveryInterval,
                      [this](std::stop_token stop) { Deliver(stop); });
  }
  housekeeping_.emplace(dependencies_.clock, kHousekeepingInterval,
                        [this](std::stop_token) { KeepHouse(); });
  return absl::OkStatus();
}

absl::Status FairnessScorerApp::Ready() {
  // ScoreWorkload needs nobody; GetFairness says itself when it has nothing.
  if (subscriber_ == nullptr || !subscriber_->connected()) {
    return absl::UnavailableError(subscriber_ == nullptr ? "starting" : subscriber_->last_error());
  }
  return absl::OkStatus();
}

void FairnessScorerApp::Stop() {
  service_.Stop();
  for (auto* task : {&cycle_, &delivery_, &housekeeping_}) {
    if (*task) (*task)->Stop();
  }
  if (subscriber_ != nullptr) subscriber_->Stop();
}

void FairnessScorerApp::RunCycle() {
  obs::Metrics& metrics = dependencies_.metrics;
  const auto snapshot = subscriber_->newest();
  if (snapshot == nullptr) {
    metrics.Add(kCycles, {"no_snapshot"});
    return;
  }
  const absl::Time now = dependencies_.clock.Now();
  metrics.Set(kSnapshotAge, {}, absl::ToDoubleSeconds(now - snapshot->taken_at));
  RealClock stopwatch;
  const SteadyTime start = stopwatch.SteadyNow();
  const absl::Status scored = scorer_.Score(*snapshot, now);
  metrics.Observe(kScoreSeconds, {}, absl::ToDoubleSeconds(stopwatch.SteadyNow() - start));
  metrics.Add(kCycles, {scored.ok() ? "scored" : "refused"});
  if (!scored.ok()) {
    dependencies_.log.Info("not scored", {{"reason", std::string(scored.message())}});
    return;
  }
  UpdateMetrics(**scorer_.newest());
}

void FairnessScorerApp::UpdateMetrics(const Scores& scores) {
  obs::Metrics& metrics = dependencies_.metrics;
  std::map<std::pair<std::string, std::string>, int> counts;
  std::map<AlertType, int> open;
  for (const char* kind : {"queue", "skill"}) {
    for (const Band band : {Band::kUnknown, Band::kHealthy, Band::kWarning, Band::kCritical}) {
      counts[{kind, BandName(band)}] = 0;
    }
  }
  for (const ScoredGroup& group : scores.groups) {
    ++counts[{group.kind == Group::Kind::kQueue ? "queue" : "skill",
              BandName(group.standing.band)}];
    for (const AlertType type : group.standing.open) ++open[type];
  }
  for (const auto& [labels, count] : counts) {
    metrics.Set(kGroups, {labels.first, labels.second}, count);
  }
  for (const AlertType type : kAllAlertTypes) {
    metrics.Set(kOpenAlerts, {AlertTypeName(type)}, open[type]);
  }
  const auto raised = store_->FindAlerts(alerts_counted_, 1000);
  if (raised.ok()) {
    for (const StoredAlert& stored : *raised) {
      const Alert& alert = stored.alert;
      alerts_counted_ = stored.cursor;
      metrics.Add(kAlerts, {AlertTypeName(alert.type), alert.closes ? "closed" : "opened"});
      dependencies_.log.Warning(alert.closes ? "alert is over" : "alert",
                                {{"type", AlertTypeName(alert.type)},
                                 {"id", alert.id},
                                 {"queue", alert.queue_id},
                                 {"skill", alert.skill_id},
                                 {"text", alert.text}});
    }
  }
  const ThrottleCounts throttles = scorer_.throttle_counts();
  int64_t refused = 0;
  for (const auto& [reason, count] : throttles.refused) refused += count;
  metrics.Set(kThrottles, {"proposed"}, static_cast<double>(throttles.proposed));
  metrics.Set(kThrottles, {"refused"}, static_cast<double>(refused));
  for (const auto& [settled, name] :
       {std::pair(Settled::kBetter, "better"), std::pair(Settled::kUnchanged, "unchanged"),
        std::pair(Settled::kWorse, "worse")}) {
    const auto it = throttles.settled.find(settled);
    metrics.Set(kThrottles, {name},
                it == throttles.settled.end() ? 0.0 : static_cast<double>(it->second));
  }
}

void FairnessScorerApp::Deliver(std::stop_token stop) {
  const auto taken = webhook_->Run(stop);
  dependencies_.metrics.Add(kDeliveries, {taken.ok() ? "ok" : "error"});
  if (!taken.ok() && delivered_) {
    dependencies_.log.Error("alerts wait for the webhook",
                            {{"error", std::string(taken.status().message())}});
  }
  delivered_ = taken.ok();
}

void FairnessScorerApp::KeepHouse() {
  const absl::Duration retention =
      convert::FromProto(dependencies_.config.fairness_scorer().retention());
  const absl::Status forgotten = store_->Forget(dependencies_.clock.Now() - retention);
  if (!forgotten.ok()) {
    dependencies_.log.Error("old alerts and figures are not deleted",
                            {{"error", std::string(forgotten.message())}});
  }
}

}  // namespace evenkeel::fairness
