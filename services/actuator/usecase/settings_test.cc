#include "services/actuator/usecase/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error_details.h"

namespace evenkeel::actuator {
namespace {

using testing::ElementsAre;
using testing::Field;

TEST(SettingsTest, Act12LiveWithoutAScopeDoesNotStart) {
  Settings settings;
  EXPECT_TRUE(CheckSettings(settings).ok());
  settings.modes.by_kind[model::ChangeKind::kCapacity] = Mode::kLive;
  EXPECT_THAT(GetViolations(CheckSettings(settings)),
              ElementsAre(Field(&FieldViolation::field, "scope.queues")));
}

TEST(SettingsTest, EverySettingWithoutSenseIsNamed) {
  Settings settings;
  settings.limits.clear();
  settings.freeze_windows.emplace_back();
  settings.approval_lifetime = settings.monitor_interval = absl::ZeroDuration();
  settings.read_back = {absl::ZeroDuration(), 0};
  settings.uncertain = -absl::Seconds(1);
  settings.queue_limit = 0;
  std::vector<std::string> fields;
  for (const FieldViolation& violation : GetViolations(CheckSettings(settings))) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ElementsAre("capacity", "throttle", "freeze_windows[0]", "approval_lifetime",
                                  "monitor_interval", "verify_timeout", "max_attempts", "uncertain",
                                  "queue_limit"));
}

}  // namespace
}  // namespace evenkeel::actuator
