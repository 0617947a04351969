#include "services/actuator/usecase/settle.h"

#include <absl/strings/str_cat.h>

#include "common/base/status_macros.h"
#include "services/actuator/core/guardrails.h"

namespace evenkeel::actuator {

using enum model::ChangeState;

absl::Status SettleApplied(Journal& journal, LedgerWrite& write, ChangeRecord& record) {
  const model::Proposal& proposal = record.change.proposal;
  EVENKEEL_RETURN_IF_ERROR(journal.Move(
      write, record, kApplied, {kActuator, "read back: " + model::ValueText(proposal.new_value)}));
  // What agents make of their own availability is theirs, and not kept.
  if (!std::holds_alternative<model::AvailabilityEntity>(proposal.entity)) {
    write.seen.push_back({proposal.entity, proposal.new_value, "", journal.Now()});
  }
  const std::string& undone = record.change.rolls_back;
  if (undone.empty()) return absl::OkStatus();
  EVENKEEL_ASSIGN_OR_RETURN(ChangeRecord original, journal.ledger().GetChange(undone));
  // Undone twice: a second undoing that was already on its way finds it so.
  if (original.change.state != kApplied) return absl::OkStatus();
  return journal.Move(write, original, kRolledBack,
                      {proposal.proposer, "undone by change " + record.change.id});
}

ForeignEdit Unexpected(const model::Proposal& proposal, const model::Value& value) {
  return {proposal.old_value, value,
          absl::StrCat("expected ", model::ValueText(proposal.old_value), ", the centre has ",
                       model::ValueText(value))};
}

absl::Status SettleForeign(const Settings& settings, Journal& journal, LedgerWrite& write,
                           ChangeRecord& record, const ForeignEdit& edit) {
  EVENKEEL_RETURN_IF_ERROR(
      journal.Move(write, record, kFailed,
                   {kActuator, "ABORTED: somebody else changed it: " + edit.why, kChangedByOther}));
  journal.ReportForeign(write, record.change.proposal.entity, model::ValueText(edit.previous),
                        edit.value, journal.Now() + settings.leave_alone, edit.why);
  return absl::OkStatus();
}

absl::Status SettleGone(Journal& journal, LedgerWrite& write, ChangeRecord& record) {
  write.gone.push_back(record.change.proposal.entity);
  return journal.Move(write, record, kFailed,
                      {kActuator, "NOT_FOUND: the queue is gone, or the agent is no member of it"});
}

}  // namespace evenkeel::actuator
