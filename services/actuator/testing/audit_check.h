// What every history must satisfy, for tests: the audit explains each write, states follow the
// table of transitions, and nothing is written twice without having been read back.
#pragma once

#include <absl/time/time.h>

#include "services/actuator/ports/ledger.h"
#include "services/actuator/testing/fake_centre.h"

namespace evenkeel::actuator {

// Fails the running test for each breach. `entries`: the whole audit, oldest first.
//  - Sequences rise by one.
//  - The lines of a change lead from "" over legal transitions to its state in the ledger.
//  - Before each write to the centre stands a line that announces that value for that entity.
//  - Between two writes of one value to one entity, without the other value being written, edited
//  or
//    read in between, lies a reading that shows another value, `verify_timeout` or more after the
//    first.
void CheckHistory(Ledger& ledger, const std::vector<AuditEntry>& entries, const FakeCentre& centre,
                  absl::Duration verify_timeout);

}  // namespace evenkeel::actuator
