#include "common/genesys/operations.h"

#include <array>

namespace evenkeel::genesys {
namespace {

constexpr std::array<const Operation*, 13> kPlatformReads = {
    &platform::kAdherence,
    &platform::kCampaigns,
    &platform::kCampaignStats,
    &platform::kConversationAggregates,
    &platform::kConversationDetails,
    &platform::kPresences,
    &platform::kQueues,
    &platform::kQueueMembers,
    &platform::kQueueObservations,
    &platform::kRoutingActivity,
    &platform::kTokensMe,
    &platform::kUsers,
    &platform::kUserQueues,
};

constexpr std::array<const Operation*, 8> kGuideReads = {
    &guide::kCampaign,       &guide::kCampaignCalls, &guide::kQueue,         &guide::kQueueMetrics,
    &guide::kQueuesRealtime, &guide::kUsers,         &guide::kUsersRealtime, &guide::kUserStates,
};

}  // namespace

const char* DialectName(Dialect dialect) {
  return dialect == Dialect::kGuide ? "guide" : "platform";
}

std::span<const Operation* const> ReadOperations(Dialect dialect) {
  if (dialect == Dialect::kGuide) return kGuideReads;
  return kPlatformReads;
}

}  // namespace evenkeel::genesys
