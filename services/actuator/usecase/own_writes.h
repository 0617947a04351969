// Which calls of ours may explain a value that is seen in the centre.
#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>

#include "services/actuator/core/reading.h"
#include "services/actuator/usecase/journal.h"
#include "services/actuator/usecase/settings.h"

namespace evenkeel::actuator {

// The last change of each entity whose call went out, or may have, so lately that its effect may
// still come (Settings::uncertain); among the changes that `which` asks for; by entity key.
absl::StatusOr<std::map<std::string, OwnWrite>> FindOwnWrites(const Settings& settings,
                                                              Journal& journal, ChangeQuery which);

// What `value` says, seen now where `last_seen` was seen before.
Observation Observe(const Settings& settings, const Reading& last_seen, const model::Value& value,
                    const std::map<std::string, OwnWrite>& own_writes,
                    const std::string& entity_key);

}  // namespace evenkeel::actuator
