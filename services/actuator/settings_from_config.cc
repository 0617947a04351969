#include "services/actuator/settings_from_config.h"

#include <string>

#include "common/base/status_macros.h"
#include "common/convert/time.h"
#include "common/convert/time_window.h"

namespace evenkeel::actuator {
namespace {

Mode ModeFrom(config::v1::Mode mode) {
  switch (mode) {
    case config::v1::MODE_LIVE:
      return Mode::kLive;
    case config::v1::MODE_APPROVE:
      return Mode::kApprove;
    default:
      return Mode::kDryRun;
  }
}

}  // namespace

absl::StatusOr<Settings> SettingsFromConfig(const config::v1::Config& config) {
  const config::v1::ActuatorConfig& actuator = config.actuator();
  Settings settings;
  settings.modes.otherwise = ModeFrom(actuator.mode());
  for (const auto& [queue, mode] : actuator.mode_by_queue()) {
    settings.modes.by_queue[queue] = ModeFrom(mode);
  }
  for (const model::ChangeKind kind : model::kAllChangeKinds) {
    const auto it = actuator.mode_by_kind().find(model::ChangeKindName(kind));
    if (it != actuator.mode_by_kind().end()) settings.modes.by_kind[kind] = ModeFrom(it->second);
  }
  for (const auto& queue : config.scope().queues()) {
    settings.scope.queues.insert(queue.id());
    settings.scope.bounds[queue.id()] = {queue.min_agents(), queue.max_agents()};
  }
  settings.scope.divisions = {config.scope().divisions().begin(), config.scope().divisions().end()};
  settings.scope.excluded_queues = {config.scope().excluded_queues().begin(),
                                    config.scope().excluded_queues().end()};
  settings.scope.excluded_agents = {config.scope().excluded_agents().begin(),
                                    config.scope().excluded_agents().end()};

  const config::v1::CapacityGuardrails& guardrails = actuator.capacity();
  KindLimits& limits = settings.limits[model::ChangeKind::kCapacity];
  limits.moves_per_cycle = guardrails.moves_per_cycle();
  limits.writes_per_hour = guardrails.writes_per_hour();
  limits.group_share_per_hour = guardrails.group_share_per_hour();
  limits.min_change = guardrails.min_change();
  limits.max_snapshot_age_intervals = guardrails.max_snapshot_age_intervals();
  limits.min_seen_ratio = guardrails.min_seen_ratio();
  limits.dwell = convert::FromProto(guardrails.dwell());
  limits.min_value = guardrails.min_capacity();
  limits.max_value = guardrails.max_capacity();

  // A cool-down is after throttles, and holds for every kind.
  const config::v1::ThrottleGuardrails& of_throttles = actuator.throttle();
  KindLimits& throttle = settings.limits[model::ChangeKind::kThrottle];
  throttle.writes_per_hour = of_throttles.writes_per_hour();
  throttle.held_share = limits.held_share = of_throttles.held_share();
  throttle.cool_down = limits.cool_down = convert::FromProto(of_throttles.cool_down());
  throttle.max_snapshot_age_intervals = of_throttles.max_snapshot_age_intervals();
  throttle.min_seen_ratio = of_throttles.min_seen_ratio();
  settings.freeze_windows = convert::WindowsFrom(actuator.freeze_windows());
  settings.capacity_lever = config.centre().dialect() == config::v1::DIALECT_GUIDE
                                ? model::CapacityLever::kQueueCapacity
                                : model::CapacityLever::kMemberships;
  settings.approval_lifetime = convert::FromProto(actuator.approval_lifetime());
  settings.leave_alone = convert::FromProto(actuator.leave_alone());
  settings.monitor_interval = convert::FromProto(actuator.monitor_interval());
  settings.read_back.verify_timeout = convert::FromProto(actuator.verify_timeout());
  // What may still show up is waited for at least as long as it is verified.
  settings.uncertain = std::max(settings.uncertain, settings.read_back.verify_timeout);
  settings.queue_limit = actuator.queue_limit();
  EVENKEEL_RETURN_IF_ERROR(CheckSettings(settings));
  return settings;
}

}  // namespace evenkeel::actuator
