// The use case of ingest: read each section of the centre when it is due, put snapshots together,
// hand them to the hub and the history. A section that fails does not stop the others.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "common/genesys/centre_reader.h"
#include "common/obs/log.h"
#include "services/ingest/core/estimator.h"
#include "services/ingest/core/outcome_tracker.h"
#include "services/ingest/core/section_schedule.h"
#include "services/ingest/core/snapshot_builder.h"
#include "services/ingest/ports/history_store.h"
#include "services/ingest/ports/poll_observer.h"
#include "services/ingest/snapshot_hub.h"

namespace evenkeel::ingest {

struct PollerSettings {
  // How often each section is to be read: all but the estimates, which are not read, and of those
  // that are optional the ones that are asked for.
  std::map<model::Section, absl::Duration> intervals;
  std::vector<std::string> queue_ids;  // the managed queues; empty: all that the centre lists
  std::vector<std::string> campaign_ids;
  absl::TimeZone channel_work_zone = absl::UTCTimeZone();
  std::map<std::string, std::string> skill_of_queue;
  EstimatorSettings estimator;
  std::vector<LoadPrior> priors;
  absl::Duration dwell = absl::Minutes(10);
};

// How one section is read.
struct SectionStatus {
  model::SectionQuality quality;  // in the newest snapshot
  absl::Duration configured_interval;
  absl::Duration real_interval;
  std::string last_error;  // empty: the last reading was good
  int failures_in_a_row = 0;
  int requests_per_reading = 0;  // of the last good one
};

// Thread-safe. Everything passed by reference outlives it.
class Poller {
 public:
  // Estimates start from what `history` holds; one that cannot be read is logged and done without.
  // `budget_per_minute` tells how many requests a minute are ours.
  Poller(PollerSettings settings, genesys::CentreReader& reader,
         std::function<double()> budget_per_minute, Clock& clock, HistoryStore& history,
         SnapshotHub& hub, PollObserver& observer, obs::Logger& log);
  ~Poller();

  // Reads on threads of its own, one a section, as soon as `admit` says OK; it is asked again with
  // backoff until then.
  void Start(std::function<absl::Status(std::stop_token)> admit);
  // Ends them; idempotent.
  void Stop();

  // One reading of `section`, now, and a snapshot when one is due. Returns the reading's error.
  absl::Status Read(model::Section section, std::stop_token stop);

  // What the actuator tells of its changes.
  void ObserveChange(const model::Change& change);
  void ObserveOther(const model::Entity& entity, absl::Time until);
  void ObserveHold(const std::string& change_id, const model::Entity& entity, bool open);
  // The actuator tells everything anew.
  void ForgetChanges();

  std::vector<SectionStatus> Status() const;
  // OK when queues and states have been read and the newest readings are no older than
  // kReadyIntervals of their intervals; else why not.
  absl::Status Ready() const;
  static constexpr double kReadyIntervals = 4;

 private:
  // Requires mutex_ held.
  void ReadQueuesSoon();
  struct Progress {
    bool in_flight = false;
    std::string last_error;
    absl::StatusCode said = absl::StatusCode::kOk;  // what was logged last
    int requests = 0;
    bool tried = false;
    double said_slowed_ratio = 1;  // real / configured interval, as logged last
    std::stop_source wake;         // ends the section's sleep
    std::jthread thread;
  };

  void Admit(const std::function<absl::Status(std::stop_token)>& admit, std::stop_token stop);
  void Loop(model::Section section, std::stop_token stop);
  // False when `stop` was requested.
  bool SleepUntilDue(model::Section section, std::stop_token stop);
  // Reads and files it; how many requests it took.
  absl::StatusOr<int> ReadAndPut(model::Section section, const genesys::CallLimits& limits);
  absl::StatusOr<int> ReadQueues(const std::vector<std::string>& ids, absl::Time asked_at,
                                 const genesys::CallLimits& limits);
  absl::StatusOr<int> ReadIntervals(const std::vector<std::string>& ids, absl::Time asked_at,
                                    const genesys::CallLimits& limits);
  absl::StatusOr<int> ReadCampaigns(absl::Time asked_at, const genesys::CallLimits& limits);
  // What the section is read for: queues, campaigns or agents; with `mutex_` held.
  std::vector<std::string> SubjectsOf(model::Section section) const;
  // Ids of the queues that sections other than the roster are read for; with `mutex_` held.
  std::vector<std::string> QueueIds() const;
  void Replan();                      // real intervals; with `mutex_` held
  void Wake(model::Section section);  // with `mutex_` held
  // API-3: says which sections the rate budget slows, once all have been tried; with `mutex_` held.
  void LogSlowed();
  void LogOutcome(model::Section section, const absl::Status& status);
  // How writing to the history went; with `observer_mutex_` held.
  void NoteHistory(const char* what, const absl::Status& status);
  // The snapshot that is due after a reading; null: none. With `mutex_` held.
  std::shared_ptr<const model::Snapshot> PublishIfDue();

  const PollerSettings settings_;
  genesys::CentreReader& reader_;
  const std::function<double()> budget_per_minute_;
  Clock& clock_;
  HistoryStore& history_;
  SnapshotHub& hub_;
  PollObserver& observer_;
  obs::Logger& log_;

  mutable std::mutex mutex_;
  SectionSchedule schedule_;
  Estimator estimator_;
  OutcomeTracker outcomes_;
  SnapshotBuilder builder_;
  std::map<model::Section, Progress> progress_;
  bool unpublished_ = false;  // something was read, or became known, since the last snapshot
  absl::Status admitted_ = absl::UnavailableError("starting");
  std::set<std::string> gone_, automated_;  // queues, as last told
  std::set<std::string> gone_campaigns_;

  std::mutex observer_mutex_;
  std::map<std::string, absl::StatusCode> history_said_;  // by what was written: logged last
  std::stop_source stop_;
  std::jthread admission_;
};

}  // namespace evenkeel::ingest
