// What may be managed at all (ACT-12): nothing that is not listed, and an exclusion goes before
// every list.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/base/error_details.h"
#include "common/model/change.h"
#include "services/actuator/core/mode.h"

namespace evenkeel::actuator {

// Fewest and most agents of a queue.
struct AgentBounds {
  int64_t least = 0;
  int64_t most = std::numeric_limits<int64_t>::max();
};

struct Scope {
  std::set<std::string> queues;
  std::map<std::string, AgentBounds> bounds;  // of queues that have some
  std::set<std::string> divisions;            // of agents; empty: agents of any division
  std::set<std::string> excluded_queues;
  std::set<std::string> excluded_agents;
};

// Why `entity` may not be changed, or nothing. `agent_division`: of the entity's agent; empty: not
// known, which is outside where divisions are listed.
std::optional<std::string> OutsideScope(const Scope& scope, const model::Entity& entity,
                                        const std::string& agent_division);

// What is wrong with a scope at the start: nothing listed although something may be written, or a
// mode for a queue that is not listed.
void CheckScope(const Scope& scope, const ModePolicy& modes, Violations& violations);

}  // namespace evenkeel::actuator
