#include "services/actuator/core/scope.h"

namespace evenkeel::actuator {

std::optional<std::string> OutsideScope(const Scope& scope, const model::Entity& entity,
                                        const std::string& agent_division) {
  const std::string& queue = model::EntityQueue(entity);
  const std::string& agent = model::EntityAgent(entity);
  if (scope.excluded_queues.contains(queue)) return "queue " + queue + " is excluded";
  if (scope.excluded_agents.contains(agent)) return "agent " + agent + " is excluded";
  if (!scope.queues.contains(queue)) return "queue " + queue + " is not listed";
  if (agent.empty() || scope.divisions.empty()) return std::nullopt;
  if (agent_division.empty()) return "the division of agent " + agent + " is not known";
  if (!scope.divisions.contains(agent_division)) {
    return "division " + agent_division + " of agent " + agent + " is not listed";
  }
  return std::nullopt;
}

void CheckScope(const Scope& scope, const ModePolicy& modes, Violations& violations) {
  if (scope.queues.empty() && modes.CanWrite()) {
    violations.Add("scope.queues",
                   "is empty: list the queues to manage, or set the mode to "
                   "dry_run");
  }
  for (const auto& [queue, mode] : modes.by_queue) {
    if (!scope.queues.contains(queue)) {
      violations.Add("mode_by_queue." + queue, "is not a queue of scope.queues");
    }
  }
}

}  // namespace evenkeel::actuator
