// Answers of the guide dialect as text -> model (API-6); docs/guide_dialect.md is the contract.
// Same rules as platform_parse.h.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/genesys/parse.h"
#include "common/model/snapshot.h"

namespace evenkeel::genesys::guide {

// GET routing/users; info.continuation_token is empty on the last page.
absl::StatusOr<PageInfo> ParseUsers(std::string_view body,
                                    std::map<std::string, model::Agent>& out);

// GET routing/users/state. Available, Interacting and AfterCallWork are at work (CAP-2); a code
// that is not known is an unknown activity, not at work.
absl::Status ParseStates(std::string_view body, std::map<std::string, model::AgentState>& out);

// The same answer's codes, as they are, by agent.
absl::Status ParseStateCodes(std::string_view body, std::map<std::string, std::string>& out);

// GET routing/queues/{id}. `inbound_capacity` may be absent: then the queue has none.
absl::StatusOr<model::Queue> ParseQueue(std::string_view body);

// GET analytics/queues/realtime.
absl::Status ParseRealtime(std::string_view body, std::map<std::string, model::QueueLive>& out);

// GET routing/queues/{id}/metrics; the answer must be about `queue_id`. By start, each once.
absl::StatusOr<std::vector<model::QueueInterval>> ParseMetrics(std::string_view body,
                                                               const std::string& queue_id);

struct WorkAnswer {
  std::vector<model::AgentWork> work;  // in the order of the answer; each agent and queue once
  absl::Time from, to;                 // the last whole interval before the answer's timestamp
};
// GET analytics/users/realtime?interval=PT5M&groupBy=userId,queueId.
absl::StatusOr<WorkAnswer> ParseUsersRealtime(std::string_view body);

}  // namespace evenkeel::genesys::guide
