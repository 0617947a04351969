#include "services/actuator/usecase/read_back.h"

#include <absl/strings/str_cat.h>

#include <utility>

#include "common/base/status_macros.h"
#include "services/actuator/usecase/settle.h"

namespace evenkeel::actuator {

using enum model::ChangeState;

absl::Status ReadBackStep::Recover() {
  std::lock_guard lock(mutex_);
  ChangeQuery query;
  query.states = {kApplying};
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<ChangeRecord> found, journal_.ledger().FindChanges(query));
  LedgerWrite write;
  for (ChangeRecord& record : found) {
    record.sent_at = journal_.Now();  // or before, after reads of any length
    EVENKEEL_RETURN_IF_ERROR(
        journal_.Move(write, record, kVerifying,
                      {kActuator, "interrupted: may have been written, reading back"}));
  }
  return journal_.Commit(write);
}

absl::Status ReadBackStep::Run(std::stop_token stop) {
  EVENKEEL_RETURN_IF_ERROR(Recover());
  ChangeQuery query;
  query.states = {kVerifying};
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<ChangeRecord> found, journal_.ledger().FindChanges(query));
  // Memberships of a queue are read together, its capacity by itself.
  std::map<std::pair<std::string, size_t>, std::vector<ChangeRecord>> groups;
  for (ChangeRecord& record : found) {
    const model::Entity& entity = record.change.proposal.entity;
    groups[{model::EntityQueue(entity), entity.index()}].push_back(std::move(record));
  }
  for (auto& [group, records] : groups) {
    const std::string& queue = group.first;
    if (stop.stop_requested()) return absl::OkStatus();
    if (centre_.IsResting(queue) || journal_.Now() < next_[queue]) continue;
    next_[queue] = journal_.Now() + settings_.read_back_interval;

    std::vector<model::Entity> entities;
    for (const ChangeRecord& record : records) entities.push_back(record.change.proposal.entity);
    const auto values = centre_.Read(entities, Urgency::kPlan);
    if (!values.ok()) continue;  // noted; without a reading nothing is decided

    std::lock_guard lock(mutex_);
    LedgerWrite write;
    for (ChangeRecord& record : records) {
      const auto it = values->find(model::EntityKey(record.change.proposal.entity));
      const Reading reading = it == values->end() ? Reading() : Reading(it->second);
      EVENKEEL_RETURN_IF_ERROR(Settle(write, record, reading));
    }
    EVENKEEL_RETURN_IF_ERROR(journal_.Commit(write));
  }
  return absl::OkStatus();
}

absl::Status ReadBackStep::Settle(LedgerWrite& write, ChangeRecord& record,
                                  const Reading& reading) {
  const model::Proposal& proposal = record.change.proposal;
  const absl::Duration waited = journal_.Now() - record.sent_at;
  switch (JudgeReadBack(proposal, reading, record.acknowledged, waited, record.attempts,
                        settings_.read_back)) {
    case ReadBack::kWait:
      return absl::OkStatus();
    case ReadBack::kApplied:
      return SettleApplied(journal_, write, record);
    case ReadBack::kGone:
      return SettleGone(journal_, write, record);
    case ReadBack::kChangedByOther:
      return SettleForeign(settings_, journal_, write, record, Unexpected(proposal, *reading));
    case ReadBack::kSendAgain:
      return journal_.Move(write, record, kAccepted,
                           {kActuator, "read back: it had no effect, to be written again"});
    case ReadBack::kNotShown:
      break;
  }
  return journal_.Move(
      write, record, kFailed,
      {kActuator, absl::StrCat("DEADLINE_EXCEEDED: does not show ", absl::FormatDuration(waited),
                               " after it was written, attempt ", record.attempts)});
}

}  // namespace evenkeel::actuator
