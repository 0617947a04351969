// Handlers of the guide dialect, as docs/guide_dialect.md states it.
#pragma once

#include "tools/genesys_sim/api/api.h"

namespace evenkeel::sim {

// Agents: guide_centre.cc.
absl::StatusOr<HttpAnswer> GuideGetUsers(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideGetStates(Api& api, ApiCall& call);

// guide_queue.cc.
absl::StatusOr<HttpAnswer> GuideGetQueue(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuidePutQueue(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuidePutRules(Api& api, ApiCall& call);

// guide_users.cc.
absl::StatusOr<HttpAnswer> GuidePutAvailability(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuidePatchUser(Api& api, ApiCall& call);

// guide_outbound.cc.
absl::StatusOr<HttpAnswer> GuideGetCampaign(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuidePutCampaign(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideGetCalls(Api& api, ApiCall& call);

// Figures: guide_analytics.cc.
absl::StatusOr<HttpAnswer> GuideQueuesRealtime(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideQueueMetrics(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideUsersRealtime(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideInteractionMetrics(Api& api, ApiCall& call);

}  // namespace evenkeel::sim
