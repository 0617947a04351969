// What the actuator is told at its start: how far it may go, over what, and by which limits. Set by
// configuration only (ACT-15).
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <vector>

#include "common/model/change.h"
#include "common/model/snapshot.h"
#include "common/model/time_window.h"
#include "services/actuator/core/guardrails.h"
#include "services/actuator/core/mode.h"
#include "services/actuator/core/reading.h"
#include "services/actuator/core/scope.h"

namespace evenkeel::actuator {

struct Settings {
  ModePolicy modes;
  Scope scope;
  // Of every kind but restore, which has none.
  std::map<model::ChangeKind, KindLimits> limits = {
      {model::ChangeKind::kCapacity, DefaultLimits(model::ChangeKind::kCapacity)},
      {model::ChangeKind::kThrottle, DefaultLimits(model::ChangeKind::kThrottle)}};
  std::vector<model::TimeWindow> freeze_windows;
  // With what this centre's capacity is set; changes of the other sort are refused as malformed.
  model::CapacityLever capacity_lever = model::CapacityLever::kMemberships;

  absl::Duration approval_lifetime = absl::Minutes(15);  // to approve, and then to start
  absl::Duration leave_alone = absl::Hours(1);           // ACT-13
  absl::Duration monitor_interval = absl::Minutes(1);
  ReadBackRules read_back;
  absl::Duration read_back_interval = absl::Seconds(2);
  // A queue whose reads or writes fail, or a client that is out of budget, rests so long, unless
  // told otherwise.
  absl::Duration retry_delay = absl::Seconds(5);
  // For so long after a call its effect may still come, or not yet show everywhere.
  absl::Duration uncertain = absl::Minutes(10);
  int64_t queue_limit = 1000;      // changes that may wait
  int64_t changes_per_tick = 200;  // sent in one tick
  int64_t monitor_reads_per_tick = 10;
};

// INVALID_ARGUMENT naming every field that makes no sense: among them an empty scope where
// something could be written (ACT-12).
absl::Status CheckSettings(const Settings& settings);

}  // namespace evenkeel::actuator
