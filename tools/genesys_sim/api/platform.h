// Handlers of the platform dialect, by group. What each answers is in docs/simulator.md.
#pragma once

#include "tools/genesys_sim/api/api.h"

namespace evenkeel::sim {

// The organization: platform_roster.cc.
absl::StatusOr<HttpAnswer> GetTokensMe(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetPresenceDefinitions(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetSkills(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetUsers(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetUser(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetUserQueues(Api& api, ApiCall& call);

// Queues and who is in them: platform_queues.cc.
absl::StatusOr<HttpAnswer> GetQueues(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetQueue(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetMembers(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PatchMembers(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PatchMember(Api& api, ApiCall& call);

// Live figures: platform_observations.cc.
absl::StatusOr<HttpAnswer> QueryRoutingActivity(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> QueryQueueObservations(Api& api, ApiCall& call);

// Figures over time: platform_aggregates.cc.
absl::StatusOr<HttpAnswer> QueryConversationAggregates(Api& api, ApiCall& call);

}  // namespace evenkeel::sim
