#include "common/model/time_window.h"

namespace evenkeel::model {
namespace {

bool Covers(const TimeWindow& window, absl::Time now) {
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

std::optional<std::string> WindowAt(std::span<const TimeWindow> windows, absl::Time now) {
  for (const TimeWindow& window : windows) {
    if (Covers(window, now)) return window.name;
  }
  return std::nullopt;
}

}  // namespace evenkeel::model
