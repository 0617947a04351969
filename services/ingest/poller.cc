#include "services/ingest/poller.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "common/http/rate_budget.h"
#include "common/model/quality.h"

namespace evenkeel::ingest {
namespace {

using model::Section;

// Of our share of the rate limit, what the loops plan with; the rest is for retries and for
// readings that are made sooner.
constexpr double kPlannedShare = 0.9;
// After a change was written, the queues are read so much later, so that several changes of one
// plan cost one reading.
constexpr absl::Duration kAfterChange = absl::Seconds(2);
constexpr absl::Duration kLongestSleep = absl::Hours(1);
// How long a reading that others go before waits for the rate budget, at least.
constexpr absl::Duration kPatience = absl::Minutes(15);
constexpr int kHistoryPage = 10000;  // intervals read at once at the start

http::Priority PriorityOf(Section section) {
  switch (section) {
    case Section::kStates:
    case Section::kLive:
      return http::Priority::kState;
    // A request or two a campaign: many of them must not slow what every loop rests on.
    case Section::kCampaigns:
    case Section::kCampaignCalls:
    case Section::kQueues:
    case Section::kAdherence:
      return http::Priority::kMembers;
    default:
      return http::Priority::kHistory;
  }
}

BuilderSettings BuilderSettingsOf(const PollerSettings& settings,
                                  const genesys::CentreReader& reader) {
  BuilderSettings builder;
  builder.capacity_lever = reader.capacity_lever();
  builder.skill_of_queue = settings.skill_of_queue;
  builder.window = genesys::kHistoryWindow;
  builder.work_interval = genesys::kIntervalLength;
  return builder;
}

Completeness CompletenessOf(const genesys::Counts& counts) {
  return {counts.expected, counts.seen};
}

SnapshotSummary Summarise(const model::Snapshot& snapshot) {
  SnapshotSummary summary;
  summary.number = snapshot.number;
  summary.taken_at = snapshot.taken_at;
  summary.agents = static_cast<int64_t>(snapshot.agents.size());
  for (const model::AgentState& state : snapshot.states) summary.at_work += state.at_work ? 1 : 0;
  for (const model::QueueLive& live : snapshot.live) summary.waiting += live.waiting;
  for (const model::SectionQuality& quality : snapshot.quality) {
    summary.least_seen_ratio = std::min(summary.least_seen_ratio, model::SeenRatio(quality));
  }
  return summary;
}

}  // namespace

Poller::Poller(PollerSettings settings, genesys::CentreReader& reader,
               std::function<double()> budget_per_minute, Clock& clock, HistoryStore& history,
               SnapshotHub& hub, PollObserver& observer, obs::Logger& log)
    : settings_(std::move(settings)),
      reader_(reader),
      budget_per_minute_(std::move(budget_per_minute)),
      clock_(clock),
      history_(history),
      hub_(hub),
      observer_(observer),
      log_(log),
      schedule_(settings_.intervals, clock.SteadyNow()),
      estimator_(settings_.estimator, settings_.priors),
      outcomes_(settings_.dwell),
      builder_(BuilderSettingsOf(settings_, reader), [&] {
        // Numbers go on rising over a restart, where there is a history that survives one.
        const auto last = history.LastSnapshotNumber();
        if (!last.ok()) {
          log.Warning("the history cannot be read", {{"error", last.status().ToString()}});
        }
        return last.value_or(0);
      }()) {
  for (const auto& [section, interval] : settings_.intervals) progress_[section];
  IntervalQuery query;
  query.from = clock.Now() - estimator_.Memory();
  query.to = absl::InfiniteFuture();
  query.limit = kHistoryPage;
  while (true) {
    const auto stored = history.Query(query);
    if (!stored.ok()) {
      log.Warning("the history cannot be read", {{"error", stored.status().ToString()}});
      return;
    }
    if (stored->empty()) return;
    for (const StoredInterval& entry : *stored) {
      estimator_.Observe(std::span(&entry.interval, 1), entry.read_at);
    }
    query.after_start = stored->back().interval.start;
    query.after_queue_id = stored->back().interval.queue_id;
  }
}

Poller::~Poller() { Stop(); }

void Poller::Start(std::function<absl::Status(std::stop_token)> admit) {
  admission_ = std::jthread([this, admit = std::move(admit)] { Admit(admit, stop_.get_token()); });
}

void Poller::Stop() {
  stop_.request_stop();
  if (admission_.joinable()) admission_.join();
  {
    std::lock_guard lock(mutex_);
    for (auto& [section, progress] : progress_) progress.wake.request_stop();
  }
  for (auto& [section, progress] : progress_) {
    if (progress.thread.joinable()) progress.thread.join();
  }
}

void Poller::Admit(const std::function<absl::Status(std::stop_token)>& admit,
                   std::stop_token stop) {
  absl::Duration backoff = absl::Seconds(1);
  absl::StatusCode said = absl::StatusCode::kOk;
  while (!stop.stop_requested()) {
    const absl::Status status = admit(stop);
    if (stop.stop_requested()) return;
    {
      std::lock_guard lock(mutex_);
      admitted_ = status;
    }
    if (status.ok()) break;
    // By its code: the words of an answer hold the identifier of its request.
    if (std::exchange(said, status.code()) != status.code()) {
      log_.Warning("the centre cannot be read yet", {{"error", status.ToString()}});
    }
    const absl::Duration wait =
        std::max(backoff, GetRetryAfter(status).value_or(absl::ZeroDuration()));
    if (!clock_.SleepFor(wait, stop)) return;
    backoff = std::min(backoff * 2, absl::Seconds(30));
  }
  if (stop.stop_requested()) return;
  for (auto& [section, progress] : progress_) {
    progress.thread = std::jthread([this, section = section] { Loop(section, stop_.get_token()); });
  }
}

void Poller::Loop(Section section, std::stop_token stop) {
  while (SleepUntilDue(section, stop)) (void)Read(section, stop);
}

bool Poller::SleepUntilDue(Section section, std::stop_token stop) {
  while (!stop.stop_requested()) {
    SteadyTime until;
    std::stop_token woken;
    {
      std::lock_guard lock(mutex_);
      Progress& progress = progress_.at(section);
      if (progress.wake.stop_requested()) progress.wake = std::stop_source();
      woken = progress.wake.get_token();
      const SteadyTime now = clock_.SteadyNow();
      // Without queues there is nothing to ask for; their first reading wakes the others.
      const bool pointless = section != Section::kRoster && section != Section::kQueues &&
                             section != Section::kPresences && SubjectsOf(section).empty();
      until = pointless ? now + kLongestSleep : schedule_.Due(section);
      if (until <= now) return true;
      until = std::min(until, now + kLongestSleep);
    }
    if (stop.stop_requested()) return false;  // before this wake source was there to be told
    clock_.SleepUntil(until, woken);
  }
  return false;
}

void Poller::Wake(Section section) { progress_.at(section).wake.request_stop(); }

std::vector<std::string> Poller::QueueIds() const {
  return settings_.queue_ids.empty() ? builder_.QueueIds() : settings_.queue_ids;
}

std::vector<std::string> Poller::SubjectsOf(Section section) const {
  switch (section) {
    case Section::kCampaigns:
      return settings_.campaign_ids;
    case Section::kCampaignCalls: {
      std::vector<std::string> there;
      for (const std::string& id : settings_.campaign_ids) {
        if (!gone_campaigns_.contains(id)) there.push_back(id);
      }
      return there;
    }
    case Section::kAdherence:
      return builder_.MemberIds();
    default:
      return QueueIds();
  }
}

absl::Status Poller::Read(Section section, std::stop_token stop) {
  genesys::CallLimits limits;
  limits.stop = stop;
  {
    std::lock_guard lock(mutex_);
    progress_.at(section).in_flight = true;
    schedule_.Started(section);
    limits.max_wait = std::max(absl::Minutes(1), 2 * schedule_.Interval(section));
    if (PriorityOf(section) > http::Priority::kState) limits.max_budget_wait = kPatience;
  }
  const absl::StatusOr<int> requests = ReadAndPut(section, limits);
  const absl::Status status = requests.status();
  std::shared_ptr<const model::Snapshot> snapshot;
  {
    std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.SteadyNow();
    Progress& progress = progress_.at(section);
    progress.in_flight = false;
    progress.tried = true;
    if (status.ok()) {
      progress.requests = *requests;
      unpublished_ = true;
      schedule_.Succeeded(section, now);
      Replan();
    } else {
      schedule_.Failed(section, now, GetRetryAfter(status));
    }
    if (!stop.stop_requested()) LogOutcome(section, status);
    snapshot = PublishIfDue();
  }
  std::lock_guard lock(observer_mutex_);
  observer_.OnReading(section, status);
  if (snapshot != nullptr) {
    observer_.OnSnapshot(*snapshot);
    NoteHistory("summaries", history_.SaveSummary(Summarise(*snapshot)));
  }
  return status;
}

absl::StatusOr<int> Poller::ReadAndPut(Section section, const genesys::CallLimits& limits) {
  // API-8: a reading is as old as its first request; a long one shows what was so long ago.
  const absl::Time asked_at = clock_.Now();
  std::vector<std::string> ids;
  {
    std::lock_guard lock(mutex_);
    ids = SubjectsOf(section);
  }
  switch (section) {
    case Section::kRoster: {
      EVENKEEL_ASSIGN_OR_RETURN(auto reading, reader_.ReadRoster(limits));
      std::lock_guard lock(mutex_);
      builder_.PutRoster(std::move(reading.agents), CompletenessOf(reading.counts), asked_at,
                         std::move(reading.skills_unknown));
      return reading.counts.requests;
    }
    case Section::kStates: {
      EVENKEEL_ASSIGN_OR_RETURN(auto reading, reader_.ReadStates(ids, limits));
      std::lock_guard lock(mutex_);
      builder_.PutStates(std::move(reading.states), asked_at);
      return reading.counts.requests;
    }
    case Section::kQueues:
      return ReadQueues(settings_.queue_ids, asked_at, limits);
    case Section::kLive: {
      EVENKEEL_ASSIGN_OR_RETURN(auto reading, reader_.ReadLive(ids, limits));
      std::lock_guard lock(mutex_);
      builder_.PutLive(std::move(reading.live), CompletenessOf(reading.counts), asked_at);
      return reading.counts.requests;
    }
    case Section::kIntervals:
      return ReadIntervals(ids, asked_at, limits);
    case Section::kAgentWork: {
      EVENKEEL_ASSIGN_OR_RETURN(auto reading, reader_.ReadAgentWork(ids, limits));
      std::lock_guard lock(mutex_);
      builder_.PutAgentWork(std::move(reading.work), reading.from, reading.to, asked_at);
      return reading.counts.requests;
    }
    case Section::kCampaigns:
      return ReadCampaigns(asked_at, limits);
    case Section::kCampaignCalls: {
      EVENKEEL_ASSIGN_OR_RETURN(auto reading, reader_.ReadCampaignCalls(ids, limits));
      std::lock_guard lock(mutex_);
      builder_.PutCampaignCalls(std::move(reading.calls), CompletenessOf(reading.counts), asked_at);
      return reading.counts.requests;
    }
    case Section::kAdherence: {
      EVENKEEL_ASSIGN_OR_RETURN(auto reading, reader_.ReadAdherence(ids, limits));
      std::lock_guard lock(mutex_);
      builder_.PutAdherence(std::move(reading.adherence), CompletenessOf(reading.counts), asked_at);
      return reading.counts.requests;
    }
    case Section::kChannelWork: {
      EVENKEEL_ASSIGN_OR_RETURN(auto reading,
                                reader_.ReadChannelWork(ids, settings_.channel_work_zone, limits));
      std::lock_guard lock(mutex_);
      builder_.PutChannelWork(std::move(reading.work), CompletenessOf(reading.counts), asked_at);
      return reading.counts.requests;
    }
    case Section::kPresences: {
      EVENKEEL_ASSIGN_OR_RETURN(auto reading, reader_.ReadPresences(limits));
      std::lock_guard lock(mutex_);
      builder_.PutPresences(std::move(reading.presences), CompletenessOf(reading.counts), asked_at);
      return reading.counts.requests;
    }
    case Section::kEstimates:
      break;
  }
  return absl::InternalError("estimates are not read");
}

absl::StatusOr<int> Poller::ReadQueues(const std::vector<std::string>& ids, absl::Time asked_at,
                                       const genesys::CallLimits& limits) {
  EVENKEEL_ASSIGN_OR_RETURN(auto reading, reader_.ReadQueues(ids, limits));
  std::lock_guard lock(mutex_);
  const bool none_before =
      QueueIds().empty() ||
      (settings_.intervals.contains(Section::kAdherence) && builder_.MemberIds().empty());
  builder_.PutQueues(std::move(reading.queues), std::move(reading.memberships),
                     CompletenessOf(reading.counts), asked_at);
  if (none_before) {
    for (auto& [section, progress] : progress_) Wake(section);
  }
  // API-9: a queue that is gone is said once; the others go on.
  const std::set<std::string> gone(reading.gone.begin(), reading.gone.end());
  if (gone != gone_ && !gone.empty()) {
    log_.Warning("managed queues do not exist in the centre",
                 {{"queues", absl::StrJoin(gone, " ")}});
  }
  gone_ = gone;
  const std::set<std::string> automated(reading.automated.begin(), reading.automated.end());
  if (automated != automated_ && !automated.empty()) {
    log_.Warning("queues have conditional group routing or activation, which moves agents too",
                 {{"queues", absl::StrJoin(automated, " ")}});
  }
  automated_ = automated;
  return reading.counts.requests;
}

absl::StatusOr<int> Poller::ReadCampaigns(absl::Time asked_at, const genesys::CallLimits& limits) {
  EVENKEEL_ASSIGN_OR_RETURN(auto reading, reader_.ReadCampaigns(settings_.campaign_ids, limits));
  std::lock_guard lock(mutex_);
  builder_.PutCampaigns(std::move(reading.campaigns), CompletenessOf(reading.counts), asked_at);
  // API-9: said once; the others go on.
  const std::set<std::string> gone(reading.gone.begin(), reading.gone.end());
  if (gone != gone_campaigns_ && !gone.empty()) {
    log_.Warning("managed campaigns do not exist in the centre",
                 {{"campaigns", absl::StrJoin(gone, " ")}});
  }
  if (gone != gone_campaigns_) {
    gone_campaigns_ = gone;
    // One that has come back has calls again.
    if (progress_.contains(Section::kCampaignCalls)) Wake(Section::kCampaignCalls);
  }
  return reading.counts.requests;
}

absl::StatusOr<int> Poller::ReadIntervals(const std::vector<std::string>& ids, absl::Time asked_at,
                                          const genesys::CallLimits& limits) {
  EVENKEEL_ASSIGN_OR_RETURN(auto reading, reader_.ReadIntervals(ids, limits));
  const absl::Status saved = history_.SaveIntervals(reading.intervals, asked_at);
  {
    std::lock_guard lock(observer_mutex_);
    NoteHistory("intervals", saved);
  }
  std::lock_guard lock(mutex_);
  // The figures are as of the question: to count the time of the answer would make rates too low.
  estimator_.Observe(reading.intervals, asked_at);
  builder_.PutIntervals(std::move(reading.intervals), reading.from, reading.to,
                        CompletenessOf(reading.counts), asked_at);
  return reading.counts.requests;
}

void Poller::Replan() {
  std::vector<http::LoopDemand> loops;
  for (const auto& [section, interval] : settings_.intervals) {
    loops.push_back(
        {static_cast<double>(progress_.at(section).requests), interval, PriorityOf(section)});
  }
  const auto real = http::RealIntervals(loops, kPlannedShare * budget_per_minute_());
  size_t index = 0;
  for (const auto& [section, interval] : settings_.intervals) {
    schedule_.SetInterval(section, real[index++]);
  }
  LogSlowed();
}

void Poller::LogSlowed() {
  for (const auto& [section, progress] : progress_) {
    if (!progress.tried) return;
  }
  for (auto& [section, progress] : progress_) {
    const absl::Duration configured = settings_.intervals.at(section);
    const absl::Duration real = schedule_.Interval(section);
    const double ratio = absl::FDivDuration(real, configured);
    const double said = progress.said_slowed_ratio;
    const bool slowed = ratio > 1 + 1e-6;
    // Again only when it has changed by a quarter.
    if (slowed == (said > 1) && std::abs(ratio / said - 1) < 0.25) continue;
    progress.said_slowed_ratio = slowed ? ratio : 1;
    if (slowed) {
      log_.Warning("the rate budget does not suffice: the section is read less often",
                   {{"section", model::SectionName(section)},
                    {"configured_seconds", absl::ToDoubleSeconds(configured)},
                    {"real_seconds", absl::ToDoubleSeconds(real)},
                    {"requests_per_reading", progress.requests}});
    } else {
      log_.Info("the rate budget suffices again: the section is read as configured",
                {{"section", model::SectionName(section)}});
    }
  }
}

void Poller::LogOutcome(Section section, const absl::Status& status) {
  Progress& progress = progress_.at(section);
  progress.last_error = status.ok() ? "" : status.ToString();
  // By its code: the words of an answer hold the identifier of its request.
  if (std::exchange(progress.said, status.code()) == status.code()) return;
  if (status.ok()) {
    log_.Info("the section is read again", {{"section", model::SectionName(section)}});
  } else {
    log_.Warning("a section cannot be read",
                 {{"section", model::SectionName(section)}, {"error", progress.last_error}});
  }
}

void Poller::NoteHistory(const char* what, const absl::Status& status) {
  if (!status.ok()) observer_.OnHistoryError();
  if (std::exchange(history_said_[what], status.code()) == status.code()) return;
  if (status.ok()) {
    log_.Info("the history is written again", {{"what", what}});
  } else {
    log_.Warning("the history cannot be written", {{"what", what}, {"error", status.ToString()}});
  }
}

std::shared_ptr<const model::Snapshot> Poller::PublishIfDue() {
  // States and live figures are due together: a snapshot has both, or it would be born with one of
  // them an interval old.
  if (!unpublished_ || progress_.at(Section::kStates).in_flight ||
      progress_.at(Section::kLive).in_flight) {
    return nullptr;
  }
  unpublished_ = false;
  std::map<Section, absl::Duration> intervals;
  for (const auto& [section, interval] : settings_.intervals) {
    intervals[section] = schedule_.Interval(section);
  }
  intervals[Section::kEstimates] = intervals[Section::kIntervals];
  const absl::Time now = clock_.Now();
  auto snapshot = builder_.Build(now, intervals, estimator_.Estimate(builder_.QueueIds(), now),
                                 outcomes_.LeftAlone(now));
  hub_.Publish(snapshot);
  return snapshot;
}

void Poller::ObserveChange(const model::Change& change) {
  std::lock_guard lock(mutex_);
  unpublished_ = true;
  if (outcomes_.Observe(change)) ReadQueuesSoon();
}

void Poller::ObserveHold(const std::string& change_id, const model::Entity& entity, bool open) {
  std::lock_guard lock(mutex_);
  unpublished_ = true;
  if (outcomes_.ObserveHold(change_id, entity, open)) ReadQueuesSoon();
}

void Poller::ReadQueuesSoon() {
  schedule_.ReadBy(Section::kQueues, clock_.SteadyNow() + kAfterChange);
  Wake(Section::kQueues);
}

void Poller::ForgetChanges() {
  std::lock_guard lock(mutex_);
  unpublished_ = true;
  outcomes_.Forget();
}

void Poller::ObserveOther(const model::Entity& entity, absl::Time until) {
  std::lock_guard lock(mutex_);
  unpublished_ = true;
  outcomes_.ObserveOther(entity, until);
}

std::vector<SectionStatus> Poller::Status() const {
  const auto newest = hub_.newest();
  std::vector<SectionStatus> statuses;
  std::lock_guard lock(mutex_);
  for (const auto& [section, interval] : settings_.intervals) {
    const Progress& progress = progress_.at(section);
    SectionStatus status;
    status.quality.section = section;
    status.quality.taken_at = absl::InfinitePast();
    status.quality.interval = schedule_.Interval(section);
    if (newest != nullptr) {
      for (const model::SectionQuality& quality : newest->quality) {
        if (quality.section == section) status.quality = quality;
      }
    }
    status.configured_interval = interval;
    status.real_interval = schedule_.Interval(section);
    status.last_error = progress.last_error;
    status.failures_in_a_row = schedule_.FailuresInARow(section);
    status.requests_per_reading = progress.requests;
    statuses.push_back(std::move(status));
  }
  return statuses;
}

absl::Status Poller::Ready() const {
  {
    std::lock_guard lock(mutex_);
    if (!admitted_.ok()) return admitted_;
  }
  const absl::Time now = clock_.Now();
  for (const SectionStatus& status : Status()) {
    const Section section = status.quality.section;
    if (section != Section::kStates && section != Section::kQueues) continue;
    if (model::AgeInIntervals(status.quality, now) <= kReadyIntervals) continue;
    return absl::UnavailableError(
        absl::StrCat("section ", model::SectionName(section), " has not been read",
                     status.quality.taken_at == absl::InfinitePast() ? " yet" : " for too long",
                     status.last_error.empty() ? "" : ": ", status.last_error));
  }
  return absl::OkStatus();
}

}  // namespace evenkeel::ingest
