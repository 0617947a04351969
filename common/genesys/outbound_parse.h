// Answers about outbound campaigns as text -> model (API-6), in both dialects. Errors are
// INVALID_ARGUMENT with the path of what is wrong.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/genesys/parse.h"
#include "common/model/snapshot.h"

namespace evenkeel::genesys {

namespace platform {

// GET outbound/campaigns, by id.
absl::StatusOr<PageInfo> ParseCampaigns(std::string_view body,
                                        std::map<std::string, model::Campaign>& out);
// GET outbound/campaigns/{id}/stats.
absl::StatusOr<model::CampaignStats> ParseCampaignStats(std::string_view body);
// POST analytics/conversations/details/query for a campaign: adds its conversations in the answer's
// order. What an agent did is of the first who worked on the call.
absl::Status ParseCampaignCalls(std::string_view body, const std::string& campaign_id,
                                std::vector<model::CampaignCall>& out);

}  // namespace platform

namespace guide {

// GET outbound/campaigns/{id}.
absl::StatusOr<model::Campaign> ParseCampaign(std::string_view body);
// GET outbound/campaigns/{id}/calls: adds those of the campaign, in the answer's order.
absl::Status ParseCampaignCalls(std::string_view body, const std::string& campaign_id,
                                std::vector<model::CampaignCall>& out);

}  // namespace guide

}  // namespace evenkeel::genesys
