// Reads a centre over the published Platform API v2.
#pragma once

#include "common/base/clock.h"
#include "common/genesys/centre_reader.h"
#include "common/genesys/paging.h"
#include "common/genesys/platform_parse.h"

namespace evenkeel::genesys {

class PlatformReader final : public CentreReader {
 public:
  // Both outlive the reader.
  PlatformReader(ApiClient& api, const Clock& clock) : api_(api), clock_(clock) {}

  model::CapacityLever capacity_lever() const override {
    return model::CapacityLever::kMemberships;
  }
  absl::StatusOr<RosterReading> ReadRoster(const CallLimits& limits) override;
  absl::StatusOr<StatesReading> ReadStates(std::span<const std::string> queue_ids,
                                           const CallLimits& limits) override;
  absl::StatusOr<QueuesReading> ReadQueues(std::span<const std::string> queue_ids,
                                           const CallLimits& limits) override;
  absl::StatusOr<LiveReading> ReadLive(std::span<const std::string> queue_ids,
                                       const CallLimits& limits) override;
  absl::StatusOr<IntervalsReading> ReadIntervals(std::span<const std::string> queue_ids,
                                                 const CallLimits& limits) override;
  absl::StatusOr<AgentWorkReading> ReadAgentWork(std::span<const std::string> queue_ids,
                                                 const CallLimits& limits) override;
  bool Has(model::Section section) const override;
  absl::StatusOr<CampaignsReading> ReadCampaigns(std::span<const std::string> campaign_ids,
                                                 const CallLimits& limits) override;
  absl::StatusOr<CampaignCallsReading> ReadCampaignCalls(std::span<const std::string> campaign_ids,
                                                         const CallLimits& limits) override;
  absl::StatusOr<AdherenceReading> ReadAdherence(std::span<const std::string> agent_ids,
                                                 const CallLimits& limits) override;
  absl::StatusOr<ChannelWorkReading> ReadChannelWork(std::span<const std::string> queue_ids,
                                                     absl::TimeZone zone,
                                                     const CallLimits& limits) override;
  absl::StatusOr<PresencesReading> ReadPresences(const CallLimits& limits) override;
  std::vector<Probe> Probes(std::span<const std::string> queue_ids,
                            const OptionalReads& optional) const override;

 private:
  absl::Status ReadActivity(std::span<const std::string> queue_ids, const CallLimits& limits,
                            platform::ActivityByAgent& found, int& requests);
  // One aggregates query for each batch of queues over the history window; `parse` takes an answer.
  absl::Status ReadAggregates(std::span<const std::string> queue_ids, bool by_agent,
                              const CallLimits& limits,
                              const std::function<absl::Status(std::string_view)>& parse,
                              absl::Time& from, absl::Time& to, Counts& counts);

  // Puts what the campaign's dialler counts into it; it has nothing to tell before it has dialled.
  absl::Status ReadStats(model::Campaign& campaign, const CallLimits& limits);

  void AddOptionalProbes(std::span<const std::string> queue_ids, const OptionalReads& optional,
                         std::vector<Probe>& probes) const;

  ApiClient& api_;
  const Clock& clock_;
};

// Single readings that the actuator needs too. Errors as of CentreReader.
// The members of a queue, joined or not, by user id.
absl::StatusOr<Paged> ReadQueueMembers(ApiClient& api, const std::string& queue_id,
                                       const CallLimits& limits,
                                       std::map<std::string, platform::MemberEntry>& members);
// Ids of the queues that a user is joined to.
absl::StatusOr<std::vector<std::string>> ReadJoinedQueues(ApiClient& api,
                                                          const std::string& user_id,
                                                          const CallLimits& limits);

}  // namespace evenkeel::genesys
