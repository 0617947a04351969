#include "services/actuator/usecase/executor.h"

#include <utility>

#include "common/base/status_macros.h"

namespace evenkeel::actuator {

using enum model::ChangeState;

Executor::Executor(const Settings& settings, CentreWriter& centre, const Clock& clock,
                   const Clock& real_clock, Journal& journal, Admission& admission, IdSource& ids,
                   std::mutex& mutex)
    : journal_(journal),
      mutex_(mutex),
      centre_(centre, clock, real_clock, settings.retry_delay),
      holds_(settings, centre_, journal, ids, mutex),
      read_back_(settings, centre_, journal, mutex),
      monitor_(settings, centre_, journal, mutex),
      sender_(settings, centre_, journal, admission, mutex) {}

absl::Status Executor::Tick(std::stop_token stop) {
  EVENKEEL_RETURN_IF_ERROR(TickRestores(stop));
  EVENKEEL_RETURN_IF_ERROR(Expire());
  EVENKEEL_RETURN_IF_ERROR(monitor_.Run(stop));
  return sender_.Run(Urgency::kPlan, stop);
}

absl::Status Executor::TickRestores(std::stop_token stop) {
  EVENKEEL_RETURN_IF_ERROR(holds_.Run(stop));
  EVENKEEL_RETURN_IF_ERROR(sender_.Run(Urgency::kRestore, stop));
  return read_back_.Run(stop);
}

absl::Status Executor::Expire() {
  std::lock_guard lock(mutex_);
  ChangeQuery query;
  query.states = {kAwaitingApproval, kAccepted};
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<ChangeRecord> waiting,
                            journal_.ledger().FindChanges(query));
  LedgerWrite write;
  for (ChangeRecord& record : waiting) {
    if (journal_.Now() < record.change.expires_at) continue;
    // What may have been sent once did start: it was tried, and had no effect.
    const bool started = record.maybe_sent;
    const bool parked = record.change.state == kAwaitingApproval;
    EVENKEEL_RETURN_IF_ERROR(
        journal_.Move(write, record, started ? kFailed : kExpired,
                      {kActuator, started  ? "expired before it could be written again"
                                  : parked ? "nobody approved it in time"
                                           : "expired before it could be written"}));
  }
  return journal_.Commit(write);
}

}  // namespace evenkeel::actuator
