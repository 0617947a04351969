#include "tools/genesys_sim/api/guide.h"

#include "tools/genesys_sim/api/oauth.h"

namespace evenkeel::sim {

const std::vector<Operation>& GuideOperations() {
  static const auto& operations = *new std::vector<Operation>{
      {"POST", "/oauth/token", Access::kOpen, "", GuideToken},
      {"POST", "/login/oauth2/token", Access::kOpen, "", GuideToken},
      {"GET", "/api/v2/routing/users", Access::kRead, "routing:agent:view", GuideGetUsers},
      {"GET", "/api/v2/routing/users/state", Access::kRead, "routing:agent:view", GuideGetStates},
      {"GET", "/api/v2/routing/queues/{queueId}", Access::kRead, "routing:queue:view",
       GuideGetQueue},
      {"PUT", "/api/v2/routing/queues/{queueId}", Access::kWrite, "routing:queue:write",
       GuidePutQueue},
      {"GET", "/api/v2/routing/queues/{queueId}/metrics", Access::kRead, "analytics:reports:read",
       GuideQueueMetrics},
      {"PUT", "/api/v2/routing/rules", Access::kWrite, "routing:queue:write", GuidePutRules},
      {"PUT", "/api/v2/users/{userId}/availability", Access::kWrite, "users:availability:edit",
       GuidePutAvailability},
      {"PATCH", "/api/v2/users/{userId}", Access::kWrite, "users:write", GuidePatchUser},
      {"GET", "/api/v2/outbound/campaigns/{campaignId}", Access::kRead, "outbound:campaign:read",
       GuideGetCampaign},
      {"PUT", "/api/v2/outbound/campaigns/{campaignId}", Access::kWrite, "outbound:campaign:write",
       GuidePutCampaign},
      {"GET", "/api/v2/outbound/campaigns/{campaignId}/calls", Access::kRead,
       "outbound:campaign:read", GuideGetCampaignCalls},
      {"GET", "/api/v2/analytics/queues/realtime", Access::kRead, "analytics:reports:read",
       GuideQueuesRealtime},
      {"GET", "/api/v2/analytics/users/realtime", Access::kRead, "analytics:reports:read",
       GuideUsersRealtime},
      {"GET", "/api/v2/analytics/interactions/metrics", Access::kRead, "analytics:read",
       GuideInteractionMetrics},
      {"POST", "/api/v2/analytics/interactions/metrics", Access::kRead, "analytics:read",
       GuideInteractionMetrics},
  };
  return operations;
}

}  // namespace evenkeel::sim
