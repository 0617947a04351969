#include "services/fairness_scorer/app.h"

#include <map>

#include "common/convert/time.h"
#include "services/fairness_scorer/metrics.h"

namespace evenkeel::fairness {
namespace {

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
  return std::unique_ptr<runtime::App>(new FairnessScorerApp(dependencies));
}

FairnessScorerApp::FairnessScorerApp(const runtime::Dependencies& dependencies)
    : dependencies_(dependencies),
      scorer_(SettingsFrom(dependencies.config)),
      service_(scorer_, dependencies.clock) {
  dependencies_.metrics.Register(MetricsTable());
  WarnOfUniformTargets(dependencies_.config, dependencies_.log);
}

absl::Status FairnessScorerApp::Start(const runtime::ChannelSource& channels) {
  subscriber_ = std::make_unique<runtime::SnapshotSubscriber>(
      channels(runtime::ServiceId::kIngest),
      std::set<model::Section>{model::Section::kStates, model::Section::kQueues,
                               model::Section::kAgentWork},
      convert::FromProto(dependencies_.config.services().call_timeout()), dependencies_.log);
  service_.set_subscriber(subscriber_.get());
  cycle_.emplace(dependencies_.clock,
                 convert::FromProto(dependencies_.config.fairness_scorer().cycle()),
                 [this](std::stop_token) { RunCycle(); });
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
  if (cycle_) cycle_->Stop();
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
  std::map<std::pair<std::string, std::string>, int> counts;
  for (const char* kind : {"queue", "skill"}) {
    for (const Band band : {Band::kUnknown, Band::kHealthy, Band::kWarning, Band::kCritical}) {
      counts[{kind, BandName(band)}] = 0;
    }
  }
  for (const ScoredGroup& group : (*scorer_.newest())->groups) {
    ++counts[{group.kind == Group::Kind::kQueue ? "queue" : "skill",
              BandName(group.dispersion.band)}];
  }
  for (const auto& [labels, count] : counts) {
    metrics.Set(kGroups, {labels.first, labels.second}, count);
  }
}

}  // namespace evenkeel::fairness
