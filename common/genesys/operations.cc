#include "common/genesys/operations.h"

#include <array>

namespace evenkeel::genesys {
namespace {

constexpr std::array<const Operation*, 7> kPlatformReads = {
    &platform::kConversationAggregates,
    &platform::kQueues,
    &platform::kQueueMembers,
    &platform::kQueueObservations,
    &platform::kRoutingActivity,
    &platform::kTokensMe,
    &platform::kUsers,
};

constexpr std::array<const Operation*, 6> kGuideReads = {
    &guide::kQueue, &guide::kQueueMetrics,  &guide::kQueuesRealtime,
    &guide::kUsers, &guide::kUsersRealtime, &guide::kUserStates,
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
