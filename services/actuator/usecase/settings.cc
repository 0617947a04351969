#include "services/actuator/usecase/settings.h"

#include <absl/strings/str_cat.h>

namespace evenkeel::actuator {

absl::Status CheckSettings(const Settings& settings) {
  Violations violations;
  CheckScope(settings.scope, settings.modes, violations);
  for (const model::ChangeKind kind : model::kAllChangeKinds) {
    const auto it = settings.limits.find(kind);
    if (kind == model::ChangeKind::kRestore) continue;
    if (it == settings.limits.end()) {
      violations.Add(model::ChangeKindName(kind), "has no limits");
    } else {
      CheckLimits(it->second, model::ChangeKindName(kind), violations);
    }
  }
  for (size_t i = 0; i < settings.freeze_windows.size(); ++i) {
    const model::TimeWindow& window = settings.freeze_windows[i];
    const bool ok = window.once.has_value()
                        ? window.once->from < window.once->to
                        : window.start >= absl::ZeroDuration() && window.start < window.end &&
                              window.end <= absl::Hours(24);
    if (!ok) violations.Add(absl::StrCat("freeze_windows[", i, "]"), "must end after it starts");
  }
  const auto require = [&](bool ok, const char* field, const char* what) {
    if (!ok) violations.Add(field, what);
  };
  const absl::Duration zero = absl::ZeroDuration();
  require(settings.approval_lifetime > zero, "approval_lifetime", "must be above 0");
  require(settings.leave_alone >= zero, "leave_alone", "must be 0 or more");
  require(settings.monitor_interval > zero, "monitor_interval", "must be above 0");
  require(settings.read_back.verify_timeout > zero, "verify_timeout", "must be above 0");
  require(settings.read_back.max_attempts >= 1, "max_attempts", "must be 1 or more");
  require(settings.read_back_interval > zero, "read_back_interval", "must be above 0");
  require(settings.retry_delay > zero, "retry_delay", "must be above 0");
  require(settings.uncertain >= settings.read_back.verify_timeout, "uncertain",
          "must be at least verify_timeout");
  require(settings.queue_limit >= 1, "queue_limit", "must be 1 or more");
  require(settings.changes_per_tick >= 1, "changes_per_tick", "must be 1 or more");
  require(settings.monitor_reads_per_tick >= 1, "monitor_reads_per_tick", "must be 1 or more");
  return violations.ToStatus();
}

}  // namespace evenkeel::actuator
