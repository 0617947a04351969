// Carries accepted changes out, one step at a time: restores, expires, reads back, watches, sends.
// A change is in the ledger as `applying` before its call, is read and compared right before it,
// and is read back after it until it shows; so a crash at any point leaves enough to go on from
// (ACT-5). All it remembers besides the ledger is when to try something again.
#pragma once

#include <absl/status/status.h>

#include <mutex>
#include <stop_token>

#include "services/actuator/usecase/centre_access.h"
#include "services/actuator/usecase/hold_keeper.h"
#include "services/actuator/usecase/monitor.h"
#include "services/actuator/usecase/read_back.h"
#include "services/actuator/usecase/sender.h"

namespace evenkeel::actuator {

class Executor {
 public:
  // All must outlive this. `mutex` is held while the ledger is read, decided upon and written, and
  // never during a call to the centre.
  Executor(const Settings& settings, CentreWriter& centre, const Clock& clock,
           const Clock& real_clock, Journal& journal, Admission& admission, IdSource& ids,
           std::mutex& mutex);

  // One step; called by one thread. Returns early, with OK, when `stop` is requested. Errors are
  // the ledger's: nothing more was done. Those of the centre are noted and tried again.
  absl::Status Tick(std::stop_token stop);

  // Of that only what ends holds.
  absl::Status TickRestores(std::stop_token stop);

  // As HoldKeeper::Release; requires the mutex held.
  absl::StatusOr<std::vector<Hold>> ReleaseHolds(const std::string& id, const Cause& cause,
                                                 LedgerWrite& write) {
    return holds_.Release(id, cause, write);
  }

  ExecutorStatus GetStatus() const { return centre_.GetStatus(); }

 private:
  absl::Status Expire();

  Journal& journal_;
  std::mutex& mutex_;
  CentreAccess centre_;
  HoldKeeper holds_;
  ReadBackStep read_back_;
  Monitor monitor_;
  Sender sender_;
};

}  // namespace evenkeel::actuator
