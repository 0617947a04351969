// Answers about schedules, work by channel and presences as text -> model (API-6); Platform API v2.
// Errors are INVALID_ARGUMENT with the path of what is wrong.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/genesys/parse.h"
#include "common/model/snapshot.h"

namespace evenkeel::genesys::platform {

// GET workforcemanagement/adherence: a bare array. Of two records of one agent the last counts.
absl::Status ParseAdherence(std::string_view body, std::map<std::string, model::Adherence>& out);

// POST analytics/conversations/aggregates/query by user, queue and media, in days: adds to `out` in
// the answer's order.
absl::Status ParseChannelAggregates(std::string_view body, std::vector<model::ChannelWork>& out);

// GET presence/definitions, by id.
absl::StatusOr<PageInfo> ParsePresences(std::string_view body,
                                        std::map<std::string, model::PresenceDefinition>& out);

}  // namespace evenkeel::genesys::platform
