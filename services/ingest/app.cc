#include "services/ingest/app.h"

#include <algorithm>

#include "common/base/status_macros.h"
#include "common/convert/time.h"
#include "common/model/quality.h"
#include "common/runtime/centre_client.h"
#include "services/ingest/adapters/sqlite_history.h"
#include "services/ingest/metrics.h"

namespace evenkeel::ingest {
namespace {

using model::Section;

// The first try at the start, real time: a process that cannot reach the centre must come up soon
// and say so.
constexpr absl::Duration kFirstTry = absl::Seconds(5);
constexpr absl::Duration kHousekeepingInterval = absl::Seconds(5);
constexpr absl::Duration kPruneInterval = absl::Hours(1);

// With the sections that are asked for and that the dialect has.
PollerSettings SettingsFrom(const config::v1::Config& config, const genesys::CentreReader& reader,
                            obs::Logger& log) {
  const config::v1::IngestConfig& ingest = config.ingest();
  PollerSettings settings;
  settings.intervals = {
      {Section::kRoster, convert::FromProto(ingest.roster_interval())},
      {Section::kStates, convert::FromProto(ingest.states_interval())},
      {Section::kQueues, convert::FromProto(ingest.queues_interval())},
      {Section::kLive, convert::FromProto(ingest.live_interval())},
      {Section::kIntervals, convert::FromProto(ingest.intervals_interval())},
      {Section::kAgentWork, convert::FromProto(ingest.agent_work_interval())},
  };
  for (const config::v1::QueueConfig& queue : config.scope().queues()) {
    settings.queue_ids.push_back(queue.id());
    if (!queue.skill_id().empty()) settings.skill_of_queue[queue.id()] = queue.skill_id();
    settings.priors.push_back({queue.id(), queue.prior_calls_per_hour(),
                               convert::FromProto(queue.prior_handle_time()),
                               convert::FromProto(queue.prior_patience())});
  }
  for (const config::v1::CampaignConfig& campaign : config.scope().campaigns()) {
    settings.campaign_ids.push_back(campaign.id());
  }
  const bool campaigns = !settings.campaign_ids.empty();
  for (const auto& [section, wanted, interval] :
       {std::tuple(Section::kCampaigns, campaigns, ingest.campaigns_interval()),
        std::tuple(Section::kCampaignCalls, campaigns, ingest.campaign_calls_interval()),
        std::tuple(Section::kAdherence, true, ingest.adherence_interval()),
        std::tuple(Section::kChannelWork, true, ingest.channel_work_interval()),
        std::tuple(Section::kPresences, true, ingest.presences_interval())}) {
    const absl::Duration span = convert::FromProto(interval);
    if (!wanted || span == absl::ZeroDuration()) continue;
    if (reader.Has(section)) {
      settings.intervals[section] = span;
    } else {
      log.Warning("the section is not read: this dialect of the API does not have it",
                  {{"section", model::SectionName(section)}});
    }
  }
  // Checked with the configuration.
  (void)absl::LoadTimeZone(ingest.channel_work_time_zone(), &settings.channel_work_zone);
  settings.estimator.half_life = convert::FromProto(ingest.estimate_half_life());
  settings.estimator.prior_weight = convert::FromProto(ingest.estimate_prior_weight());
  settings.dwell = convert::FromProto(ingest.dwell());
  return settings;
}

}  // namespace

absl::StatusOr<std::unique_ptr<runtime::App>> IngestApp::Make(
    const runtime::Dependencies& dependencies) {
  auto observer = std::make_unique<MetricsObserver>(dependencies.metrics);
  const config::v1::CentreConfig& config = dependencies.config.centre();
  Centre centre;
  EVENKEEL_ASSIGN_OR_RETURN(
      centre.client,
      runtime::MakeCentreClient(config, runtime::ClientRole::kRead, dependencies.environment,
                                dependencies.clock, observer.get()));
  genesys::Client& client = *centre.client;
  centre.reader = genesys::MakeCentreReader(client, dependencies.clock);
  centre.dialect = genesys::DialectName(client.dialect());
  centre.identify = [&client, &clock = dependencies.clock,
                     pins = genesys::Pins{config.organisation_id(), config.organisation_name()}](
                        const genesys::CallLimits& limits) {
    return genesys::CheckIdentity(client, pins, clock, limits);
  };
  centre.budget_per_minute = [&client] { return client.pacer().per_minute(); };
  centre.budget_left = [&client] { return client.pacer().Left(); };
  EVENKEEL_ASSIGN_OR_RETURN(std::unique_ptr<runtime::App> app,
                            MakeWith(dependencies, std::move(observer), std::move(centre)));
  return app;
}

absl::StatusOr<std::unique_ptr<IngestApp>> IngestApp::MakeOver(
    const runtime::Dependencies& dependencies, Centre centre) {
  return MakeWith(dependencies, std::make_unique<MetricsObserver>(dependencies.metrics),
                  std::move(centre));
}

absl::StatusOr<std::unique_ptr<IngestApp>> IngestApp::MakeWith(
    const runtime::Dependencies& dependencies, std::unique_ptr<MetricsObserver> observer,
    Centre centre) {
  EVENKEEL_ASSIGN_OR_RETURN(auto history,
                            OpenSqliteHistory(dependencies.config.ingest().database()));
  dependencies.metrics.Register(MetricsTable());
  return std::unique_ptr<IngestApp>(
      new IngestApp(dependencies, std::move(observer), std::move(centre), std::move(history)));
}

IngestApp::IngestApp(const runtime::Dependencies& dependencies,
                     std::unique_ptr<MetricsObserver> observer, Centre centre,
                     std::unique_ptr<HistoryStore> history)
    : dependencies_(dependencies),
      observer_(std::move(observer)),
      centre_(std::move(centre)),
      history_(std::move(history)),
      hub_(dependencies.config.ingest().snapshots_kept()),
      poller_(SettingsFrom(dependencies.config, *centre_.reader, dependencies.log), *centre_.reader,
              centre_.budget_per_minute, dependencies.clock, *history_, hub_, *observer_,
              dependencies.log),
      service_(
          hub_, *history_, poller_, [this] { return Status(); }, dependencies.clock,
          dependencies.log) {}

absl::Status IngestApp::Start(const runtime::ChannelSource& channels) {
  // A wrong organisation must not be read at all; anything else may pass.
  const absl::Status first = Identify(absl::ZeroDuration(), {});
  if (genesys::IsPinRefusal(first)) return first;
  auto watcher = std::make_unique<ActuatorWatcher>(
      channels(runtime::ServiceId::kActuator),
      [this](const model::Change& change) { poller_.ObserveChange(change); },
      [this](const model::Entity& entity, absl::Time until) {
        poller_.ObserveOther(entity, until);
      },
      [this](const std::string& id, const model::Entity& entity, bool open) {
        poller_.ObserveHold(id, entity, open);
      },
      [this] { poller_.ForgetChanges(); }, dependencies_.log);
  {
    std::lock_guard lock(mutex_);  // GetStatus is served already
    watcher_ = std::move(watcher);
  }
  poller_.Start([this, known = first.ok()](std::stop_token stop) {
    return known ? absl::OkStatus() : Identify(absl::Minutes(1), stop);
  });
  housekeeping_.emplace(dependencies_.clock, kHousekeepingInterval,
                        [this](std::stop_token) { KeepHouse(); });
  return absl::OkStatus();
}

void IngestApp::Stop() {
  hub_.Close();
  if (housekeeping_) housekeeping_->Stop();
  poller_.Stop();
  if (watcher_ != nullptr) watcher_->Stop();
}

absl::Status IngestApp::Identify(absl::Duration max_wait, std::stop_token stop) {
  genesys::CallLimits limits;
  limits.max_wait = max_wait;
  limits.timeout = kFirstTry;
  limits.stop = stop;
  const auto identity = centre_.identify(limits);
  if (!identity.ok()) return identity.status();
  if (identity->organisation) {
    std::lock_guard lock(mutex_);
    organisation_id_ = identity->organisation->id;
  }
  if (const auto ahead = identity->clock_ahead;
      ahead && absl::AbsDuration(*ahead) > absl::Seconds(30)) {
    dependencies_.log.Warning("this machine's clock differs from the API's",
                              {{"ahead_seconds", absl::ToDoubleSeconds(*ahead)}});
  }
  return absl::OkStatus();
}

CentreStatus IngestApp::Status() const {
  CentreStatus status;
  status.dialect = centre_.dialect;
  status.budget_per_minute = centre_.budget_per_minute();
  status.budget_left = centre_.budget_left();
  std::lock_guard lock(mutex_);
  status.organisation_id = organisation_id_;
  status.actuator_connected = watcher_ != nullptr && watcher_->connected();
  return status;
}

void IngestApp::KeepHouse() {
  const absl::Time now = dependencies_.clock.Now();
  observer_->Update(poller_.Status(), watcher_->connected(), now);
  if (now - pruned_at_ < kPruneInterval) return;
  const auto retention = convert::FromProto(dependencies_.config.ingest().history_retention());
  const absl::Status pruned = history_->Prune(now - retention);
  if (pruned.ok()) {
    pruned_at_ = now;
  } else {
    observer_->OnHistoryError();
  }
  if (std::exchange(prune_said_, pruned.code()) == pruned.code() || pruned.ok()) return;
  dependencies_.log.Warning("the history cannot be pruned", {{"error", pruned.ToString()}});
}

}  // namespace evenkeel::ingest
