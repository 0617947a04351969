// Ends holds (FAIR-7): when the time of one is over, reads what is there and, where it is still
// what was set, makes the change of kind restore that the sender then writes. A hold stays open
// until the old value shows, or somebody else chose another. Nothing stops or delays it (ACT-14):
// no mode, no pause, no freeze, no guardrail, no rest after an error.
#pragma once

#include <absl/status/status.h>

#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "services/actuator/ports/ledger.h"
#include "services/actuator/usecase/centre_access.h"
#include "services/actuator/usecase/journal.h"
#include "services/actuator/usecase/settings.h"

namespace evenkeel::actuator {

class HoldKeeper {
 public:
  // All must outlive this. `mutex` guards decisions over the ledger.
  HoldKeeper(const Settings& settings, CentreAccess& centre, Journal& journal, IdSource& ids,
             std::mutex& mutex)
      : settings_(settings), centre_(centre), journal_(journal), ids_(ids), mutex_(mutex) {}

  // Takes every hold whose time is over one step on. Errors are the ledger's; where the centre does
  // not answer, the next run asks again.
  absl::Status Run(std::stop_token stop);

  // Lets holds end now: all that are open, or the one with `id`. Answers those. NOT_FOUND where
  // there is none with the id; FAILED_PRECONDITION where it has ended. Requires `mutex` held.
  absl::StatusOr<std::vector<Hold>> Release(const std::string& id, const Cause& cause,
                                            LedgerWrite& write);

 private:
  // Those whose time is over and which wait for nothing else; what began them is brought to an end.
  absl::StatusOr<std::vector<Hold>> FindDue();
  // Whether a hold whose restore was tried has ended, or is being restored.
  absl::StatusOr<bool> FollowRestore(LedgerWrite& write, Hold& hold);
  absl::Status Judge(const std::vector<Hold>& holds,
                     const std::map<std::string, model::Value>& values);
  absl::Status MakeRestore(LedgerWrite& write, const Hold& hold, const ChangeRecord& throttle);
  absl::Status End(LedgerWrite& write, Hold hold, const model::Change& change,
                   Hold::Outcome outcome, std::string reason);

  const Settings& settings_;
  CentreAccess& centre_;
  Journal& journal_;
  IdSource& ids_;
  std::mutex& mutex_;
  std::map<std::string, absl::Time> look_again_at_;  // by hold
};

}  // namespace evenkeel::actuator
