// How changes end once their effect is known; shared by whoever finds it out.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "services/actuator/usecase/journal.h"
#include "services/actuator/usecase/settings.h"

namespace evenkeel::actuator {

// `record`, being verified, shows in the centre: applied, and what it undoes is rolled back.
absl::Status SettleApplied(Journal& journal, LedgerWrite& write, ChangeRecord& record);

// What somebody else did to an entity.
struct ForeignEdit {
  model::Value previous;  // as far as we know
  model::Value value;
  std::string why;  // how we know
};
// The centre has `value`, which is not what `proposal` replaces.
ForeignEdit Unexpected(const model::Proposal& proposal, const model::Value& value);

// Fails `record` with CHANGED_BY_OTHER, and the entity is left alone (ACT-6, ACT-13).
absl::Status SettleForeign(const Settings& settings, Journal& journal, LedgerWrite& write,
                           ChangeRecord& record, const ForeignEdit& edit);

// The entity does not exist: failed.
absl::Status SettleGone(Journal& journal, LedgerWrite& write, ChangeRecord& record);

}  // namespace evenkeel::actuator
