// Answers of the published Platform API v2 as text -> model (API-6). Each function takes one answer
// and adds what it holds to maps, so that pages and batches merge and duplicates fall away. Errors
// are INVALID_ARGUMENT with the path of what is wrong. Units and spellings follow the SDKs' models;
// statistics of time are milliseconds by the API's long-standing convention.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/genesys/parse.h"
#include "common/model/snapshot.h"

namespace evenkeel::genesys::platform {

struct RosterEntry {
  model::Agent agent;
  bool active = true;
  bool skills_known = false;  // expands are best effort: an absent list is unknown, not none
};
// GET users, expand=skills. Skills whose state is not active are left out.
absl::StatusOr<PageInfo> ParseUsers(std::string_view body, std::map<std::string, RosterEntry>& out);

struct QueueEntry {
  model::Queue queue;
  bool automated = false;  // conditional group routing or activation is set
  std::optional<int64_t> member_count;
};
// GET routing/queues.
absl::StatusOr<PageInfo> ParseQueues(std::string_view body, std::map<std::string, QueueEntry>& out);

struct MemberEntry {
  bool joined = false;
  std::string division_id;  // of the user; empty when the answer does not say
};
// GET routing/queues/{id}/members, by user id.
absl::StatusOr<PageInfo> ParseMembers(std::string_view body,
                                      std::map<std::string, MemberEntry>& out);
// GET users/{id}/queues: ids of the queues that the answer says are joined. An entry without
// `joined` counts as the request asked.
absl::StatusOr<PageInfo> ParseUserQueues(std::string_view body, std::vector<std::string>& out);

// Presence and routing status come in entries of their own; the newest of each counts.
struct ActivityEntry {
  std::optional<model::Activity> activity;
  absl::Time activity_since = absl::InfinitePast();
  std::optional<bool> on_queue;  // by presence
  absl::Time presence_since = absl::InfinitePast();
};
using ActivityByAgent = absl::flat_hash_map<std::string, ActivityEntry>;
struct ActivityPage {
  PageInfo info;
  bool truncated = false;  // some entities were left out: ask for fewer queues at once
};
// POST analytics/routing/activity/query with details.
absl::StatusOr<ActivityPage> ParseActivity(std::string_view body, ActivityByAgent& out);
// At work is presence On Queue (CAP-2); without a presence, any routing status but OFF_QUEUE.
model::AgentState StateOf(const std::string& agent_id, const ActivityEntry& entry);

// POST analytics/queues/observations/query, into queues that are in `out` already (others are
// passed over). oLongestWaiting may be a span or an instant, both in milliseconds: `now` tells them
// apart.
absl::Status ParseObservations(std::string_view body, absl::Time now,
                               std::map<std::string, model::QueueLive>& out);

// POST analytics/conversations/aggregates/query grouped by queue, respectively by user and queue,
// which adds to `out` in the answer's order. An interval that comes twice is an error.
absl::Status ParseQueueAggregates(
    std::string_view body, std::map<std::pair<std::string, absl::Time>, model::QueueInterval>& out);
absl::Status ParseAgentAggregates(std::string_view body, std::vector<model::AgentWork>& out);

struct Organisation {
  std::string id;
  std::string name;
};
// GET tokens/me.
absl::StatusOr<Organisation> ParseTokensMe(std::string_view body);

}  // namespace evenkeel::genesys::platform
