// Handlers of the guide dialect, as docs/guide_dialect.md states it.
#pragma once

#include "tools/genesys_sim/api/api.h"

namespace evenkeel::sim {

// Agents and queues: guide_centre.cc.
absl::StatusOr<HttpAnswer> GuideGetUsers(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideGetStates(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideGetQueue(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuidePutQueue(Api& api, ApiCall& call);

// Figures: guide_analytics.cc.
absl::StatusOr<HttpAnswer> GuideQueuesRealtime(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideQueueMetrics(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideUsersRealtime(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GuideInteractionMetrics(Api& api, ApiCall& call);

}  // namespace evenkeel::sim
