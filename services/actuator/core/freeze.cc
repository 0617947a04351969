#include "services/actuator/core/freeze.h"

namespace evenkeel::actuator {
namespace {

bool Covers(const FreezeWindow& window, absl::Time now) {
  if (window.once.has_value()) return window.once->from <= now && now < window.once->to;
  const absl::TimeZone::CivilInfo local = window.zone.At(now);
  if (!window.weekdays.empty() && !window.weekdays.contains(absl::GetWeekday(local.cs))) {
    return false;
  }
  const absl::Duration time_of_day = absl::Hours(local.cs.hour()) +
                                     absl::Minutes(local.cs.minute()) +
                                     absl::Seconds(local.cs.second()) + local.subsecond;
  return window.start <= time_of_day && time_of_day < window.end;
}

}  // namespace

std::optional<std::string> FrozenBy(std::span<const FreezeWindow> windows, absl::Time now) {
  for (const FreezeWindow& window : windows) {
    if (Covers(window, now)) return window.name;
  }
  return std::nullopt;
}

}  // namespace evenkeel::actuator
