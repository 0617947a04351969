// Reads back what was written until it shows or its time is over (ACT-6), and after a restart
// everything that may have been written (ACT-5).
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "services/actuator/core/reading.h"
#include "services/actuator/usecase/centre_access.h"
#include "services/actuator/usecase/journal.h"
#include "services/actuator/usecase/settings.h"

namespace evenkeel::actuator {

class ReadBackStep {
 public:
  // All must outlive this. `mutex` guards decisions over the ledger.
  ReadBackStep(const Settings& settings, CentreAccess& centre, Journal& journal, std::mutex& mutex)
      : settings_(settings), centre_(centre), journal_(journal), mutex_(mutex) {}

  // To be called while no call is going out: what is still `applying` then was interrupted by a
  // crash or a failing ledger, and is read back like everything written. Errors are the ledger's.
  absl::Status Run(std::stop_token stop);

 private:
  absl::Status Recover();
  absl::Status Settle(LedgerWrite& write, ChangeRecord& record, const Reading& reading);

  const Settings& settings_;
  CentreAccess& centre_;
  Journal& journal_;
  std::mutex& mutex_;
  std::map<std::string, absl::Time> next_;  // by queue
};

}  // namespace evenkeel::actuator
