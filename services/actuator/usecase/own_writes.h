// Which calls of ours may explain a value that is seen in the centre.
#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "services/actuator/core/reading.h"
#include "services/actuator/usecase/journal.h"
#include "services/actuator/usecase/settings.h"

namespace evenkeel::actuator {

// The changes that `which` asks for whose calls went out, or may have, so lately that their effects
// may still come (Settings::uncertain): in the order of their calls.
absl::StatusOr<std::vector<ChangeRecord>> FindLatelySent(const Settings& settings, Journal& journal,
                                                         ChangeQuery which);

// Of those, the last of each entity, by entity key.
absl::StatusOr<std::map<std::string, OwnWrite>> FindOwnWrites(const Settings& settings,
                                                              Journal& journal, ChangeQuery which);

// What `value` says, seen now where `last_seen` was seen before.
Observation Observe(const Settings& settings, const Reading& last_seen, const model::Value& value,
                    const std::map<std::string, OwnWrite>& own_writes,
                    const std::string& entity_key);

}  // namespace evenkeel::actuator
