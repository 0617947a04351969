// A centre for tests: two queues, three agents, a contact every so often; any section can be made
// to fail or to wait. Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "common/base/clock.h"
#include "common/genesys/centre_reader.h"
#include "common/genesys/parse.h"

namespace evenkeel::ingest {

class FakeReader final : public genesys::CentreReader {
 public:
  // `all_reads`, if given, counts the readings of every section, and outlives the reader.
  explicit FakeReader(const Clock& clock, std::atomic<int>* all_reads = nullptr)
      : clock_(clock), all_reads_(all_reads) {}

  void Fail(model::Section section, absl::Status status) {
    std::lock_guard lock(mutex_);
    failures_[section] = std::move(status);
  }
  // Readings of the section do not end before Release.
  void Hold(model::Section section) {
    std::lock_guard lock(mutex_);
    held_.insert(section);
  }
  void Release(model::Section section) {
    std::lock_guard lock(mutex_);
    held_.erase(section);
    changed_.notify_all();
  }
  int reads(model::Section section) const {
    std::lock_guard lock(mutex_);
    const auto it = reads_.find(section);
    return it == reads_.end() ? 0 : it->second;
  }
  void WaitForReads(model::Section section, int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reads_[section] >= count; });
  }
  // Whether a2 has joined q1.
  void set_joined(bool joined) {
    std::lock_guard lock(mutex_);
    joined_ = joined;
  }
  void set_requests(int requests) {
    std::lock_guard lock(mutex_);
    requests_ = requests;
  }
  std::vector<std::string> asked_for() const {
    std::lock_guard lock(mutex_);
    return asked_for_;
  }

  model::CapacityLever capacity_lever() const override {
    return model::CapacityLever::kMemberships;
  }
  absl::StatusOr<genesys::RosterReading> ReadRoster(const genesys::CallLimits&) override {
    genesys::RosterReading reading;
    reading.agents = {{"a1", "", {}}, {"a2", "", {}}, {"a3", "", {}}};
    reading.counts = {3, 3, requests_};
    return Answer(model::Section::kRoster, std::move(reading));
  }
  absl::StatusOr<genesys::StatesReading> ReadStates(std::span<const std::string> ids,
                                                    const genesys::CallLimits&) override {
    Remember(ids);
    genesys::StatesReading reading;
    for (const char* agent : {"a1", "a2", "a3"}) {
      reading.states.push_back({agent, model::Activity::kIdle, true, absl::InfinitePast()});
    }
    reading.counts.requests = requests_;
    return Answer(model::Section::kStates, std::move(reading));
  }
  absl::StatusOr<genesys::QueuesReading> ReadQueues(std::span<const std::string>,
                                                    const genesys::CallLimits&) override {
    genesys::QueuesReading reading;
    for (const char* id : {"q1", "q2"}) {
      model::Queue queue;
      queue.id = id;
      reading.queues.push_back(queue);
      reading.memberships.push_back({id, "a1", true});
    }
    {
      std::lock_guard lock(mutex_);
      reading.memberships.push_back({"q1", "a2", joined_});
    }
    reading.memberships.push_back({"q2", "a3", true});
    reading.counts = {2, 2, requests_};
    return Answer(model::Section::kQueues, std::move(reading));
  }
  absl::StatusOr<genesys::LiveReading> ReadLive(std::span<const std::string> ids,
                                                const genesys::CallLimits&) override {
    genesys::LiveReading reading;
    for (const std::string& id : ids) {
      model::QueueLive live;
      live.queue_id = id;
      live.waiting = 1;
      reading.live.push_back(live);
    }
    reading.counts = {2, 2, requests_};
    return Answer(model::Section::kLive, std::move(reading));
  }
  absl::StatusOr<genesys::IntervalsReading> ReadIntervals(std::span<const std::string> ids,
                                                          const genesys::CallLimits&) override {
    genesys::IntervalsReading reading;
    reading.to = genesys::IntervalStart(clock_.Now()) + genesys::kIntervalLength;
    reading.from = reading.to - genesys::kHistoryWindow;
    for (const std::string& id : ids) {
      for (absl::Time at = reading.from; at < reading.to; at += genesys::kIntervalLength) {
        model::QueueInterval interval;
        interval.queue_id = id;
        interval.start = at;
        interval.length = genesys::kIntervalLength;
        interval.offered = 10;
        reading.intervals.push_back(interval);
      }
    }
    reading.counts = {2, 2, requests_};
    return Answer(model::Section::kIntervals, std::move(reading));
  }
  absl::StatusOr<genesys::AgentWorkReading> ReadAgentWork(std::span<const std::string>,
                                                          const genesys::CallLimits&) override {
    genesys::AgentWorkReading reading;
    reading.to = genesys::IntervalStart(clock_.Now());
    reading.from = reading.to - genesys::kIntervalLength;
    reading.work.push_back({"a1", "q1", reading.from, genesys::kIntervalLength, absl::Seconds(60),
                            absl::ZeroDuration(), absl::Seconds(10), 1});
    reading.counts = {2, 2, requests_};
    return Answer(model::Section::kAgentWork, std::move(reading));
  }
  bool Has(model::Section) const override { return true; }
  absl::StatusOr<genesys::CampaignsReading> ReadCampaigns(std::span<const std::string> ids,
                                                          const genesys::CallLimits&) override {
    genesys::CampaignsReading reading;
    for (const std::string& id : ids) {
      model::Campaign campaign;
      campaign.id = id;
      if (id == "gone") {
        reading.gone.push_back(id);
      } else {
        reading.campaigns.push_back(campaign);
      }
    }
    reading.counts = {1, 1, requests_};
    return Answer(model::Section::kCampaigns, std::move(reading));
  }
  absl::StatusOr<genesys::CampaignCallsReading> ReadCampaignCalls(
      std::span<const std::string> ids, const genesys::CallLimits&) override {
    genesys::CampaignCallsReading reading;
    for (const std::string& id : ids) {
      model::CampaignCall call;
      call.campaign_id = id;
      call.id = "k1";
      reading.calls.push_back(call);
    }
    reading.counts = {1, 1, requests_};
    return Answer(model::Section::kCampaignCalls, std::move(reading));
  }
  // Nothing is known of a3.
  absl::StatusOr<genesys::AdherenceReading> ReadAdherence(std::span<const std::string> ids,
                                                          const genesys::CallLimits&) override {
    Remember(ids);
    genesys::AdherenceReading reading;
    for (const std::string& id : ids) {
      model::Adherence adherence;
      adherence.agent_id = id;
      if (id != "a3") reading.adherence.push_back(adherence);
    }
    reading.counts = {static_cast<int64_t>(ids.size()),
                      static_cast<int64_t>(reading.adherence.size()), requests_};
    return Answer(model::Section::kAdherence, std::move(reading));
  }
  absl::StatusOr<genesys::ChannelWorkReading> ReadChannelWork(std::span<const std::string>,
                                                              absl::TimeZone,
                                                              const genesys::CallLimits&) override {
    genesys::ChannelWorkReading reading;
    reading.work = {{"a1", "q1", model::Media::kVoice, clock_.Now(), absl::Hours(24), 5, {}},
                    {"stranger", "q2", model::Media::kChat, clock_.Now(), absl::Hours(24), 5, {}},
                    {"a1", "other", model::Media::kChat, clock_.Now(), absl::Hours(24), 5, {}}};
    reading.counts = {2, 2, requests_};
    return Answer(model::Section::kChannelWork, std::move(reading));
  }
  absl::StatusOr<genesys::PresencesReading> ReadPresences(const genesys::CallLimits&) override {
    genesys::PresencesReading reading;
    reading.presences = {{"p1", "Break", "Pause", true}};
    reading.counts = {1, 1, requests_};
    return Answer(model::Section::kPresences, std::move(reading));
  }
  std::vector<genesys::Probe> Probes(std::span<const std::string>,
                                     const genesys::OptionalReads&) const override {
    return {};
  }

 private:
  template <typename Reading>
  absl::StatusOr<Reading> Answer(model::Section section, Reading reading) {
    std::unique_lock lock(mutex_);
    ++reads_[section];
    if (all_reads_ != nullptr) ++*all_reads_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_.contains(section); });
    if (const auto it = failures_.find(section); it != failures_.end() && !it->second.ok()) {
      return it->second;
    }
    return reading;
  }
  void Remember(std::span<const std::string> ids) {
    std::lock_guard lock(mutex_);
    asked_for_.assign(ids.begin(), ids.end());
  }

  const Clock& clock_;
  std::atomic<int>* const all_reads_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<model::Section, absl::Status> failures_;
  std::map<model::Section, int> reads_;
  std::set<model::Section> held_;
  std::vector<std::string> asked_for_;
  bool joined_ = false;
  std::atomic<int> requests_ = 1;
};

}  // namespace evenkeel::ingest
