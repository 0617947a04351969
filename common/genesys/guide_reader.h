// Reads a centre over the endpoints that the five guides name; docs/guide_dialect.md is the
// contract.
#pragma once

#include "common/base/clock.h"
#include "common/genesys/centre_reader.h"

namespace evenkeel::genesys {

class GuideReader final : public CentreReader {
 public:
  // Both outlive the reader.
  GuideReader(ApiClient& api, const Clock& clock) : api_(api), clock_(clock) {}

  model::CapacityLever capacity_lever() const override {
    return model::CapacityLever::kQueueCapacity;
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
  std::vector<Probe> Probes(std::span<const std::string> queue_ids,
                            const OptionalReads& optional) const override;

 private:
  ApiClient& api_;
  const Clock& clock_;
};

}  // namespace evenkeel::genesys
