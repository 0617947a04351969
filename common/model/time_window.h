// Windows of clock time, one-off or weekly: in a freeze window nothing is changed (ACT-3), in a
// maintenance window nothing is alarmed (FAIR-5).
#pragma once

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <optional>
#include <set>
#include <span>
#include <string>

namespace evenkeel::model {

// Either one-off, from `from` to `to`, or weekly, from `start` to `end` of the local day. Both ends
// as in [start, end).
struct TimeWindow {
  std::string name;
  struct Once {
    absl::Time from;
    absl::Time to;
  };
  std::optional<Once> once;
  // Weekly, when `once` is absent:
  std::set<absl::Weekday> weekdays;  // empty: every day
  absl::Duration start;              // time of day, 0 to 24 h
  absl::Duration end;                // time of day, after `start`
  absl::TimeZone zone;               // weekly times are this zone's local times
};

// The name of a window that `now` lies in, or nothing. A weekly window follows the zone's wall
// clock: on a day with a change of the clocks it is as much longer or shorter.
std::optional<std::string> WindowAt(std::span<const TimeWindow> windows, absl::Time now);

}  // namespace evenkeel::model
