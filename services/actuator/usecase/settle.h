// How changes end once their effect is known; shared by whoever finds it out.
#pragma once

#include <absl/status/status.h>

#include "services/actuator/usecase/journal.h"
#include "services/actuator/usecase/settings.h"

namespace evenkeel::actuator {

// `record`, being verified, shows in the centre: applied, and what it undoes is rolled back.
absl::Status SettleApplied(Journal& journal, LedgerWrite& write, ChangeRecord& record);

// Somebody else was there, as `why` says; the centre has `value`. Fails with CHANGED_BY_OTHER, and
// the entity is left alone (ACT-6, ACT-13).
absl::Status SettleForeign(const Settings& settings, Journal& journal, LedgerWrite& write,
                           ChangeRecord& record, const model::Value& value, const std::string& why);
// The usual `why`: another value than the change expects, or the expected one, lately set.
std::string UnexpectedValue(const model::Proposal& proposal, const model::Value& value);

// The entity does not exist: failed.
absl::Status SettleGone(Journal& journal, LedgerWrite& write, ChangeRecord& record);

}  // namespace evenkeel::actuator
