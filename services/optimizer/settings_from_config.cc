#include "services/optimizer/settings_from_config.h"

#include <algorithm>

#include "common/convert/time.h"

namespace evenkeel::optimizer {

PlannerSettings PlannerSettingsFromConfig(const config::v1::Config& config) {
  const config::v1::OptimizerConfig& optimizer = config.optimizer();
  PlannerSettings settings;
  for (const config::v1::QueueConfig& queue : config.scope().queues()) {
    // An excluded queue is never touched, so it is none of the planner's.
    const auto& excluded = config.scope().excluded_queues();
    if (std::find(excluded.begin(), excluded.end(), queue.id()) != excluded.end()) continue;
    ManagedQueue& managed = settings.queues.emplace_back();
    managed.queue_id = queue.id();
    managed.min_agents = queue.min_agents();
    managed.max_agents = queue.max_agents();
    managed.weight = queue.weight();
    managed.coverage_ratio = queue.coverage_ratio();
  }
  settings.excluded_agents = {config.scope().excluded_agents().begin(),
                              config.scope().excluded_agents().end()};
  settings.queues_per_agent = optimizer.queues_per_agent();
  settings.horizon = convert::FromProto(optimizer.horizon());
  settings.move_cost = convert::FromProto(optimizer.move_cost());
  settings.max_moves = optimizer.moves_per_cycle();
  settings.quality = {optimizer.min_seen_ratio(), optimizer.max_snapshot_age_intervals()};
  return settings;
}

}  // namespace evenkeel::optimizer
