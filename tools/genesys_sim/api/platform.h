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

// What can be changed of a user: platform_users.cc.
absl::StatusOr<HttpAnswer> PatchUser(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetUserSkills(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PostUserSkill(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PutUserSkill(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> DeleteUserSkill(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PatchUserSkills(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PutUserSkills(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetUserRoutingStatus(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetUserPresence(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PatchUserPresence(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetPresencesBulk(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PutPresencesBulk(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetPrimarySource(Api& api, ApiCall& call);

// How much an agent works on at once: platform_utilization.cc.
absl::StatusOr<HttpAnswer> GetUtilization(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PutUtilization(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> DeleteUtilization(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetUserUtilization(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PutUserUtilization(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> DeleteUserUtilization(Api& api, ApiCall& call);

// Scores from outside: platform_performance.cc.
absl::StatusOr<HttpAnswer> GetExternalMetrics(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetExternalMetric(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PostExternalMetric(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PatchExternalMetric(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> DeleteExternalMetric(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PostExternalMetricData(Api& api, ApiCall& call);

// Queues and their settings: platform_queues.cc.
absl::StatusOr<HttpAnswer> GetQueues(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetQueue(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PutQueue(Api& api, ApiCall& call);

// Who is in a queue: platform_members.cc.
absl::StatusOr<HttpAnswer> GetMembers(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PostMembers(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> DeleteMember(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PatchUserQueues(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PatchUserQueue(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PatchMembers(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PatchMember(Api& api, ApiCall& call);

// The organization itself: platform_organization.cc.
absl::StatusOr<HttpAnswer> GetOrganizationsMe(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetLimits(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetDefaultLimits(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetWrapUpCodes(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetQueueWrapUpCodes(Api& api, ApiCall& call);

// Schedules and how they are kept: platform_workforce.cc.
absl::StatusOr<HttpAnswer> GetAdherence(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetUnitAdherence(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetManagementUnits(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetManagementUnitUsers(Api& api, ApiCall& call);

// What agents do, and did: platform_agents.cc, platform_agent_history.cc.
absl::StatusOr<HttpAnswer> QueryAgentsStatus(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetAgentStatus(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> QueryUserAggregates(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> QueryUserDetails(Api& api, ApiCall& call);

// Live figures: platform_observations.cc.
absl::StatusOr<HttpAnswer> QueryRoutingActivity(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> QueryQueueObservations(Api& api, ApiCall& call);

// Single conversations: platform_conversations.cc.
absl::StatusOr<HttpAnswer> QueryConversationDetails(Api& api, ApiCall& call);

// Campaigns: platform_outbound.cc.
absl::StatusOr<HttpAnswer> GetCampaigns(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetCampaign(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PatchCampaign(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> PutCampaign(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> StartCampaign(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> StopCampaign(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetCampaignStats(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetCampaignProgress(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> QueryCampaignProgress(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetOutboundSettings(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetWrapUpCodeMappings(Api& api, ApiCall& call);
absl::StatusOr<HttpAnswer> GetCampaignRules(Api& api, ApiCall& call);

// Figures over time: platform_aggregates.cc.
absl::StatusOr<HttpAnswer> QueryConversationAggregates(Api& api, ApiCall& call);

}  // namespace evenkeel::sim
