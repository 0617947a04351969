#include "services/optimizer/app.h"

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "common/convert/time.h"
#include "services/optimizer/metrics.h"
#include "services/optimizer/settings_from_config.h"

namespace evenkeel::optimizer {
namespace {

LoopSettings SettingsFrom(const config::v1::Config& config) {
  LoopSettings settings;
  settings.planner = PlannerSettingsFromConfig(config);
  settings.propose = config.optimizer().propose();
  settings.proposal_lifetime = convert::FromProto(config.optimizer().proposal_lifetime());
  return settings;
}

std::string OutcomeOf(const CapacityPlan& plan) {
  if (!plan.feasible) return "infeasible";
  switch (plan.state) {
    case CapacityPlanState::kIdle:
      return "idle";
    case CapacityPlanState::kNoChange:
      return "no_change";
    case CapacityPlanState::kChanges:
      break;
  }
  return "changes";
}

}  // namespace

absl::StatusOr<std::unique_ptr<runtime::App>> OptimizerApp::Make(
    const runtime::Dependencies& dependencies) {
  LoopSettings settings = SettingsFrom(dependencies.config);
  // With no queue to manage there is nothing to plan, but inline problems are answered.
  if (!settings.planner.queues.empty()) {
    Violations violations;
    violations.AddAll("optimizer", Validate(settings.planner).found());
    EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  }
  return std::unique_ptr<runtime::App>(new OptimizerApp(dependencies, std::move(settings)));
}

OptimizerApp::OptimizerApp(const runtime::Dependencies& dependencies, LoopSettings settings)
    : dependencies_(dependencies),
      proposer_(convert::FromProto(dependencies.config.services().call_timeout())),
      loop_(std::move(settings), solver_, proposer_, dependencies.ids),
      service_(loop_, solver_, dependencies.clock, dependencies.log) {
  dependencies_.metrics.Register(MetricsTable());
}

absl::Status OptimizerApp::Start(const runtime::ChannelSource& channels) {
  proposer_.Connect(channels(runtime::ServiceId::kActuator));
  subscriber_ = std::make_unique<runtime::SnapshotSubscriber>(
      channels(runtime::ServiceId::kIngest),
      std::set<model::Section>{model::Section::kRoster, model::Section::kStates,
                               model::Section::kQueues, model::Section::kEstimates},
      convert::FromProto(dependencies_.config.services().call_timeout()), dependencies_.log);
  service_.set_subscriber(subscriber_.get());
  if (loop_.settings().planner.queues.empty()) {
    dependencies_.log.Warning("scope.queues is empty: nothing is planned");
    loop_.Skip("scope.queues is empty: nothing is planned");
    return absl::OkStatus();
  }
  cycle_.emplace(dependencies_.clock,
                 convert::FromProto(dependencies_.config.optimizer().capacity_cycle()),
                 [this](std::stop_token stop) { RunCycle(stop); });
  return absl::OkStatus();
}

absl::Status OptimizerApp::Ready() {
  if (subscriber_ == nullptr) return absl::UnavailableError("starting");
  if (!subscriber_->connected()) return absl::UnavailableError(subscriber_->last_error());
  return absl::OkStatus();
}

void OptimizerApp::Stop() {
  service_.Stop();
  if (cycle_) cycle_->Stop();
  if (subscriber_ != nullptr) subscriber_->Stop();
}

void OptimizerApp::RunCycle(std::stop_token stop) {
  obs::Metrics& metrics = dependencies_.metrics;
  const auto snapshot = subscriber_->newest();
  if (snapshot == nullptr) {
    loop_.Skip("no snapshot yet: " + subscriber_->last_error());
    metrics.Add(kCycles, {"no_snapshot"});
    return;
  }
  const absl::Time now = dependencies_.clock.Now();
  const int64_t plans_before = loop_.status().plans;
  RealClock stopwatch;
  const SteadyTime start = stopwatch.SteadyNow();
  const absl::Status cycle = loop_.RunCycle(*snapshot, now, stop);
  const double seconds = absl::ToDoubleSeconds(stopwatch.SteadyNow() - start);
  const LoopStatus status = loop_.status();
  int64_t refused = 0;
  for (const auto& [reason, count] : status.refusals) refused += count;
  metrics.Observe(kPlanSeconds, {}, seconds);
  metrics.Set(kSnapshotAge, {}, absl::ToDoubleSeconds(now - snapshot->taken_at));
  metrics.Set(kProposals, {}, static_cast<double>(status.proposals));
  metrics.Set(kRefusals, {}, static_cast<double>(refused));
  if (status.plans == plans_before) {
    metrics.Add(kCycles, {"refused"});
    dependencies_.log.Info("not planned", {{"reason", std::string(cycle.message())}});
    return;
  }
  const CapacityPlan& plan = status.newest->plan;
  const size_t moves = plan.moves.size() + plan.capacities.size();
  metrics.Add(kCycles, {OutcomeOf(plan)});
  metrics.Set(kMoves, {}, static_cast<double>(moves));
  metrics.Set(kSaving, {}, plan.saving_seconds);
  metrics.Set(kGap, {}, plan.gap_ratio);
  dependencies_.log.Log(moves > 0 ? obs::Severity::kInfo : obs::Severity::kDebug, "planned",
                        {{"plan", status.newest->id},
                         {"snapshot", plan.snapshot_number},
                         {"outcome", OutcomeOf(plan)},
                         {"moves", moves},
                         {"saving_seconds", plan.saving_seconds},
                         {"seconds", seconds}});
  if (!cycle.ok()) {
    dependencies_.log.Warning("not every move was taken on",
                              {{"reason", std::string(cycle.message())}});
  }
}

}  // namespace evenkeel::optimizer
