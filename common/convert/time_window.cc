#include "common/convert/time_window.h"

#include <absl/strings/numbers.h>

#include <array>
#include <string>

#include "common/convert/time.h"

namespace evenkeel::convert {
namespace {

// "HH:MM", checked by ValidateConfig.
absl::Duration TimeOfDay(const std::string& text) {
  int hours = 0, minutes = 0;
  (void)absl::SimpleAtoi(text.substr(0, 2), &hours);
  (void)absl::SimpleAtoi(text.substr(3, 2), &minutes);
  return absl::Hours(hours) + absl::Minutes(minutes);
}

model::TimeWindow WindowFrom(const config::v1::TimeWindow& proto) {
  static constexpr std::array<std::pair<const char*, absl::Weekday>, 7> kDays = {{
      {"mon", absl::Weekday::monday},
      {"tue", absl::Weekday::tuesday},
      {"wed", absl::Weekday::wednesday},
      {"thu", absl::Weekday::thursday},
      {"fri", absl::Weekday::friday},
      {"sat", absl::Weekday::saturday},
      {"sun", absl::Weekday::sunday},
  }};
  model::TimeWindow window;
  window.name = proto.name();
  if (proto.has_from()) {
    window.once = {convert::FromProto(proto.from()), convert::FromProto(proto.to())};
    return window;
  }
  for (const std::string& day : proto.weekdays()) {
    for (const auto& [name, weekday] : kDays) {
      if (day == name) window.weekdays.insert(weekday);
    }
  }
  window.start = TimeOfDay(proto.start_time());
  window.end = TimeOfDay(proto.end_time());
  (void)absl::LoadTimeZone(proto.time_zone(), &window.zone);
  return window;
}

}  // namespace

std::vector<model::TimeWindow> WindowsFrom(
    const google::protobuf::RepeatedPtrField<config::v1::TimeWindow>& windows) {
  std::vector<model::TimeWindow> result;
  for (const config::v1::TimeWindow& window : windows) result.push_back(WindowFrom(window));
  return result;
}

}  // namespace evenkeel::convert
