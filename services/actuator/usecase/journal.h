// Writes into the ledger what happens to changes: the only way in which a change gets a new state.
// Each step is checked against the table of legal transitions and leaves its line in the audit.
// Wakes those who wait for news.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "services/actuator/ports/ledger.h"

namespace evenkeel::actuator {

// The actor of what the actuator does of itself.
inline constexpr char kActuator[] = "actuator";

// Who moves a change and why.
struct Cause {
  std::string actor;
  std::string reason;
  std::string refusal_reason = {};  // the guardrail, where one said no
};

// Thread-safe.
class Journal {
 public:
  Journal(Ledger& ledger, const Clock& clock) : ledger_(ledger), clock_(clock) {}

  Ledger& ledger() { return ledger_; }
  absl::Time Now() const { return clock_.Now(); }

  // Adds to `write` that `record`, in state proposed, is new.
  void Create(LedgerWrite& write, ChangeRecord& record) const;
  // Takes `record` to `to`, with whatever else of it has changed, and adds that to `write`.
  // INTERNAL when the table does not list the step. A throttle's hold begins with `applying`, in
  // the same step, and ends where it turns out that nothing was sent.
  absl::Status Move(LedgerWrite& write, ChangeRecord& record, model::ChangeState to,
                    const Cause& cause) const;
  // Adds that the new value of `record` is about to be written, for the audit alone.
  void Announce(LedgerWrite& write, const ChangeRecord& record) const;
  // Puts `newer` in the place of the proposal of `parked`, which awaits approval, as its next
  // revision.
  void Revise(LedgerWrite& write, ChangeRecord& parked, const model::Proposal& newer) const;
  // Adds that somebody else gave `entity` this value: left alone until `until`.
  void ReportForeign(LedgerWrite& write, const model::Entity& entity, const std::string& previous,
                     const model::Value& value, absl::Time until, std::string reason) const;

  // Adds that `hold`, which `change` began, now stands so.
  void WriteHold(LedgerWrite& write, const Hold& hold, const model::Change& change,
                 const Cause& cause) const;

  // Ledger::Commit; then wakes who waits. An empty write is none.
  absl::Status Commit(const LedgerWrite& write);

  // Events after `cursor`, at most `limit`; waits for up to `timeout` of real time until there is
  // one. Empty when none came, or `stop` was requested.
  absl::StatusOr<std::vector<Event>> WaitForEvents(int64_t cursor, int64_t limit,
                                                   absl::Duration timeout, std::stop_token stop);

  // Refusals since the start, by guardrail.
  void CountRefusal(const std::string& guardrail);
  std::map<std::string, int64_t> Refusals() const;

 private:
  absl::Status MoveHold(LedgerWrite& write, const ChangeRecord& record) const;
  AuditEntry Line(const ChangeRecord& record, const Cause& cause, std::string action,
                  std::string previous) const;

  Ledger& ledger_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any committed_;
  int64_t commits_ = 0;
  std::map<std::string, int64_t> refusals_;
};

}  // namespace evenkeel::actuator
