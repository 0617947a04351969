// The operations of the Genesys API that read (API-11), per dialect: one row each, with the path,
// the permission that it needs, what it counts as in the rate budget, and whether sending it twice
// does no harm. Operations that write are rows of the actuator's adapters, so that no other program
// holds one.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/http/rate_budget.h"

namespace evenkeel::genesys {

enum class Dialect { kPlatform, kGuide };
const char* DialectName(Dialect dialect);  // "platform"

struct Operation {
  const char* name;  // stable: a metric label, and how messages call it
  const char* method;
  const char* path;        // "/api/v2/routing/queues/{queueId}/members"
  const char* permission;  // what a 403 names; empty: needs none
  http::Priority priority;
  bool repeat_safe;
};

namespace platform {
inline constexpr Operation kTokensMe = {
    "tokens.me", "GET", "/api/v2/tokens/me", "", http::Priority::kState, true};
inline constexpr Operation kUsers = {
    "users.list", "GET", "/api/v2/users", "", http::Priority::kHistory, true};
inline constexpr Operation kQueues = {
    "queues.list", "GET", "/api/v2/routing/queues", "routing:queue:view", http::Priority::kMembers,
    true};
inline constexpr Operation kQueueMembers = {"queues.members",
                                            "GET",
                                            "/api/v2/routing/queues/{queueId}/members",
                                            "routing:queue:view",
                                            http::Priority::kMembers,
                                            true};
// The queues that a user is joined to; the actuator asks before it lets an agent leave one.
inline constexpr Operation kUserQueues = {
    "users.queues",        "GET", "/api/v2/users/{userId}/queues", "routing:queue:view",
    http::Priority::kPlan, true};
inline constexpr Operation kRoutingActivity = {"routing.activity",
                                               "POST",
                                               "/api/v2/analytics/routing/activity/query",
                                               "analytics:queueObservation:view",
                                               http::Priority::kState,
                                               true};
inline constexpr Operation kQueueObservations = {"queues.observations",
                                                 "POST",
                                                 "/api/v2/analytics/queues/observations/query",
                                                 "analytics:queueObservation:view",
                                                 http::Priority::kState,
                                                 true};
inline constexpr Operation kConversationAggregates = {
    "conversations.aggregates",
    "POST",
    "/api/v2/analytics/conversations/aggregates/query",
    "analytics:conversationAggregate:view",
    http::Priority::kHistory,
    true};
// A listing of 100, where they are named; and one for each campaign that runs.
inline constexpr Operation kCampaigns = {
    "campaigns.list",         "GET", "/api/v2/outbound/campaigns", "outbound:campaign:view",
    http::Priority::kMembers, true};
inline constexpr Operation kCampaignStats = {"campaigns.stats",
                                             "GET",
                                             "/api/v2/outbound/campaigns/{campaignId}/stats",
                                             "outbound:campaign:view",
                                             http::Priority::kMembers,
                                             true};
inline constexpr Operation kConversationDetails = {"conversations.details",
                                                   "POST",
                                                   "/api/v2/analytics/conversations/details/query",
                                                   "analytics:conversationDetail:view",
                                                   http::Priority::kMembers,
                                                   true};
inline constexpr Operation kAdherence = {"workforce.adherence",
                                         "GET",
                                         "/api/v2/workforcemanagement/adherence",
                                         "wfm:realtimeAdherence:view",
                                         http::Priority::kMembers,
                                         true};
inline constexpr Operation kPresences = {
    "presence.definitions",         "GET",
    "/api/v2/presence/definitions", "presence:presenceDefinition:view",
    http::Priority::kHistory,       true};
}  // namespace platform

namespace guide {
inline constexpr Operation kUsers = {
    "users.list", "GET", "/api/v2/routing/users", "routing:agent:view", http::Priority::kHistory,
    true};
inline constexpr Operation kUserStates = {
    "users.states",         "GET", "/api/v2/routing/users/state", "routing:agent:view",
    http::Priority::kState, true};
inline constexpr Operation kQueue = {"queues.get",
                                     "GET",
                                     "/api/v2/routing/queues/{queueId}",
                                     "routing:queue:view",
                                     http::Priority::kMembers,
                                     true};
inline constexpr Operation kQueuesRealtime = {
    "queues.realtime",      "GET", "/api/v2/analytics/queues/realtime", "analytics:reports:read",
    http::Priority::kState, true};
inline constexpr Operation kQueueMetrics = {"queues.metrics",
                                            "GET",
                                            "/api/v2/routing/queues/{queueId}/metrics",
                                            "analytics:reports:read",
                                            http::Priority::kHistory,
                                            true};
inline constexpr Operation kUsersRealtime = {
    "users.realtime",         "GET", "/api/v2/analytics/users/realtime", "analytics:reports:read",
    http::Priority::kHistory, true};
inline constexpr Operation kCampaign = {"campaigns.get",
                                        "GET",
                                        "/api/v2/outbound/campaigns/{campaignId}",
                                        "outbound:campaign:read",
                                        http::Priority::kMembers,
                                        true};
inline constexpr Operation kCampaignCalls = {"campaigns.calls",
                                             "GET",
                                             "/api/v2/outbound/campaigns/{campaignId}/calls",
                                             "outbound:campaign:read",
                                             http::Priority::kMembers,
                                             true};
}  // namespace guide

// Every row of a dialect, by name.
std::span<const Operation* const> ReadOperations(Dialect dialect);

// How fetching a token is called in metrics and messages.
inline constexpr std::string_view kTokenOperation = "oauth.token";

}  // namespace evenkeel::genesys
