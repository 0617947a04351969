// Handlers of the guide dialect, as docs/guide_dialect.md states it.
#pragma once

#include <vector>

#include "common/base/status_macros.h"
#include "common/json/writer.h"
#include "tools/genesys_sim/api/api.h"

namespace evenkeel::sim {

// Calls `read` for each element.
template <typename Read>
absl::Status ForEach(json::Value value, Read read) {
  json::Array array(value);
  while (array.Next()) EVENKEEL_RETURN_IF_ERROR(read(array.value()));
  return array.Finish();
}

// Agents: guide_centre.cc.
absl::StatusOr<HttpAnswer> GuideGetUsers(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideGetStates(Api& api, ApiCall& call);

// What is written of agents, and routing rules: guide_agents.cc.
absl::StatusOr<HttpAnswer> GuidePutAvailability(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuidePatchUser(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuidePutRules(Api& api, ApiCall& call);
absl::Status ReadRules(Api& api, json::Value value, std::vector<GuideState::Rule>& rules);
void WriteRules(const std::vector<GuideState::Rule>& rules, json::Writer& writer);
// Stalls the distribution when they are others than before.
void SetRules(Api& api, int queue, std::vector<GuideState::Rule> rules);

// Campaigns: guide_outbound.cc.
absl::StatusOr<HttpAnswer> GuideGetCampaign(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuidePutCampaign(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideGetCampaignCalls(Api& api, ApiCall& call);

// Queues: guide_queue.cc.
absl::StatusOr<HttpAnswer> GuideGetQueue(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuidePutQueue(Api& api, ApiCall& call);

// Figures: guide_analytics.cc.
absl::StatusOr<HttpAnswer> GuideQueuesRealtime(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideQueueMetrics(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideUsersRealtime(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideInteractionMetrics(Api& api, ApiCall& call);

}  // namespace evenkeel::sim
