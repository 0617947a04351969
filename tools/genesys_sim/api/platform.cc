#include "tools/genesys_sim/api/platform.h"

#include "tools/genesys_sim/api/oauth.h"

namespace evenkeel::sim {

// Paths and permissions as API_MAP has them: "ANY" of those named.
const std::vector<Operation>& PlatformOperations() {
  static const auto& operations = *new std::vector<Operation>{
      {"POST", "/oauth/token", Access::kOpen, "", PlatformToken},
      {"GET", "/api/v2/tokens/me", Access::kRead, "", GetTokensMe},
      {"GET", "/api/v2/presence/definitions", Access::kRead, "presence:presenceDefinition:view",
       GetPresenceDefinitions},
      {"GET", "/api/v2/routing/skills", Access::kRead, "routing:skill:view", GetSkills},
      {"GET", "/api/v2/users", Access::kRead, "", GetUsers},
      {"GET", "/api/v2/users/{userId}", Access::kRead, "", GetUser},
      {"GET", "/api/v2/users/{userId}/queues", Access::kRead, "routing:queue:view", GetUserQueues},
      {"GET", "/api/v2/routing/queues", Access::kRead, "routing:queue:view", GetQueues},
      {"GET", "/api/v2/routing/queues/{queueId}", Access::kRead, "routing:queue:view", GetQueue},
      {"GET", "/api/v2/routing/queues/{queueId}/members", Access::kRead, "routing:queue:view",
       GetMembers},
      {"PATCH", "/api/v2/routing/queues/{queueId}/members", Access::kWrite,
       "routing:queue:edit, routing:queueMember:manage", PatchMembers},
      {"PATCH", "/api/v2/routing/queues/{queueId}/members/{memberId}", Access::kWrite,
       "routing:queue:edit, routing:queueMember:manage", PatchMember},
      {"POST", "/api/v2/analytics/routing/activity/query", Access::kRead,
       "analytics:queueObservation:view", QueryRoutingActivity},
      {"POST", "/api/v2/analytics/queues/observations/query", Access::kRead,
       "analytics:queueObservation:view", QueryQueueObservations},
      {"POST", "/api/v2/analytics/conversations/aggregates/query", Access::kRead,
       "analytics:conversationAggregate:view", QueryConversationAggregates},
  };
  return operations;
}

}  // namespace evenkeel::sim
