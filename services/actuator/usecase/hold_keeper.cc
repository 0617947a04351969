#include "services/actuator/usecase/hold_keeper.h"

#include <absl/strings/str_cat.h>

#include <utility>

#include "common/base/status_macros.h"
#include "services/actuator/core/change_task.h"
#include "services/actuator/core/guardrails.h"

namespace evenkeel::actuator {

using enum model::ChangeState;

absl::Status HoldKeeper::Run(std::stop_token stop) {
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<Hold> due, FindDue());
  // Memberships of a queue are read together.
  std::map<std::pair<std::string, size_t>, std::vector<Hold>> groups;
  for (Hold& hold : due) {
    groups[{model::EntityQueue(hold.entity), hold.entity.index()}].push_back(std::move(hold));
  }
  for (const auto& [group, holds] : groups) {
    if (stop.stop_requested()) return absl::OkStatus();
    std::vector<model::Entity> entities;
    for (const Hold& hold : holds) entities.push_back(hold.entity);
    const auto values = centre_.Read(entities, Urgency::kRestore);
    if (values.ok()) EVENKEEL_RETURN_IF_ERROR(Judge(holds, *values));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Hold>> HoldKeeper::FindDue() {
  std::lock_guard lock(mutex_);
  const absl::Time now = journal_.Now();
  HoldQuery query;
  query.open_only = true;
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<Hold> open, journal_.ledger().FindHolds(query));
  std::vector<Hold> due;
  LedgerWrite write;
  for (Hold& hold : open) {
    const auto again = look_again_at_.find(hold.id);
    if (now < hold.ends_at || (again != look_again_at_.end() && now < again->second)) continue;
    EVENKEEL_ASSIGN_OR_RETURN(const bool followed, FollowRestore(write, hold));
    if (followed) continue;
    EVENKEEL_ASSIGN_OR_RETURN(ChangeRecord throttle, journal_.ledger().GetChange(hold.id));
    if (throttle.change.state == kApplying) {
      // Interrupted in the middle of its call.
      EVENKEEL_RETURN_IF_ERROR(
          journal_.Move(write, throttle, kVerifying, {kActuator, "interrupted: its hold is over"}));
    }
    if (IsOpen(throttle.change.state)) {
      EVENKEEL_RETURN_IF_ERROR(
          journal_.Move(write, throttle, kFailed,
                        {kActuator, "not seen in the centre before its hold was over"}));
    }
    due.push_back(std::move(hold));
  }
  EVENKEEL_RETURN_IF_ERROR(journal_.Commit(write));
  return due;
}

absl::StatusOr<bool> HoldKeeper::FollowRestore(LedgerWrite& write, Hold& hold) {
  ChangeQuery query;
  query.entity_key = model::EntityKey(hold.entity);
  query.kinds = {model::ChangeKind::kRestore};
  query.newest_first = true;
  query.limit = 1;
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<ChangeRecord> restores,
                            journal_.ledger().FindChanges(query));
  if (restores.empty() || restores[0].change.rolls_back != hold.id) return false;
  const model::Change& restore = restores[0].change;
  if (restore.state == kApplying) {
    // Interrupted: a restore does no harm twice, and is read before it is written again.
    ChangeRecord again = restores[0];
    EVENKEEL_RETURN_IF_ERROR(
        journal_.Move(write, again, kAccepted, {kActuator, "interrupted: to be written again"}));
    return true;
  }
  if (IsOpen(restore.state)) return true;
  EVENKEEL_ASSIGN_OR_RETURN(const ChangeRecord throttle, journal_.ledger().GetChange(hold.id));
  if (restore.state == kApplied) {
    EVENKEEL_RETURN_IF_ERROR(
        End(write, hold, throttle.change, Hold::Outcome::kRestored, restore.state_reason));
    return true;
  }
  if (restore.refusal_reason == kChangedByOther) {
    EVENKEEL_RETURN_IF_ERROR(
        End(write, hold, throttle.change, Hold::Outcome::kChangedByOther, restore.state_reason));
    return true;
  }
  // It failed: read and judged anew, after a pause if that was a moment ago.
  return journal_.Now() < restore.updated_at + settings_.retry_delay;
}

absl::Status HoldKeeper::Judge(const std::vector<Hold>& holds,
                               const std::map<std::string, model::Value>& values) {
  std::lock_guard lock(mutex_);
  const absl::Time now = journal_.Now();
  LedgerWrite write;
  for (const Hold& hold : holds) {
    EVENKEEL_ASSIGN_OR_RETURN(const ChangeRecord throttle, journal_.ledger().GetChange(hold.id));
    const model::ChangeState state = throttle.change.state;
    const auto it = values.find(model::EntityKey(hold.entity));
    const Reading reading = it == values.end() ? Reading() : Reading(it->second);
    switch (JudgeHold(hold, reading, state == kApplied || state == kRolledBack,
                      now - throttle.sent_at, settings_.read_back.verify_timeout,
                      settings_.uncertain)) {
      case HoldVerdict::kRestore:
        EVENKEEL_RETURN_IF_ERROR(MakeRestore(write, hold, throttle));
        break;
      case HoldVerdict::kBackAlready:
        EVENKEEL_RETURN_IF_ERROR(End(write, hold, throttle.change, Hold::Outcome::kBackAlready,
                                     "the centre has " + model::ValueText(*reading)));
        break;
      case HoldVerdict::kLookAgain:
        look_again_at_[hold.id] = now + settings_.read_back_interval;
        break;
      case HoldVerdict::kChangedByOther:
        journal_.ReportForeign(write, hold.entity, model::ValueText(hold.set_value), *reading,
                               now + settings_.leave_alone, "found when its hold was over");
        EVENKEEL_RETURN_IF_ERROR(End(write, hold, throttle.change, Hold::Outcome::kChangedByOther,
                                     "the centre has " + model::ValueText(*reading)));
        break;
      case HoldVerdict::kGone:
        EVENKEEL_RETURN_IF_ERROR(End(write, hold, throttle.change, Hold::Outcome::kGone,
                                     "the queue is gone, or the agent is no member of it"));
        break;
    }
  }
  return journal_.Commit(write);
}

absl::Status HoldKeeper::MakeRestore(LedgerWrite& write, const Hold& hold,
                                     const ChangeRecord& throttle) {
  // Whatever else waits for the entity gives way.
  ChangeQuery query;
  query.entity_key = model::EntityKey(hold.entity);
  query.states = {kAwaitingApproval, kAccepted, kApplying, kVerifying};
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<ChangeRecord> open, journal_.ledger().FindChanges(query));
  for (ChangeRecord& record : open) {
    if (!IsWaiting(record.change.state)) return absl::OkStatus();  // in flight: the next run
    EVENKEEL_RETURN_IF_ERROR(
        journal_.Move(write, record, kSuperseded, {kActuator, "a hold of it ends"}));
  }
  ChangeRecord restore;
  model::Change& change = restore.change;
  change.id = ids_.NewId();
  change.rolls_back = hold.id;
  model::Proposal& proposal = change.proposal;
  proposal.kind = model::ChangeKind::kRestore;
  proposal.entity = hold.entity;
  proposal.old_value = hold.set_value;
  proposal.new_value = hold.old_value;
  proposal.reason = "the hold of change " + hold.id + " is over";
  proposal.proposer = kActuator;
  proposal.snapshot_number = throttle.change.proposal.snapshot_number;
  proposal.expires_at = absl::InfiniteFuture();
  journal_.Create(write, restore);
  return journal_.Move(write, restore, kAccepted, {kActuator, "nothing stops a restore"});
}

absl::Status HoldKeeper::End(LedgerWrite& write, Hold hold, const model::Change& change,
                             Hold::Outcome outcome, std::string reason) {
  hold.outcome = outcome;
  hold.ended_at = journal_.Now();
  look_again_at_.erase(hold.id);
  journal_.WriteHold(write, hold, change, {kActuator, std::move(reason)});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Hold>> HoldKeeper::Release(const std::string& id, const Cause& cause,
                                                      LedgerWrite& write) {
  HoldQuery query;
  query.id = id;
  query.open_only = id.empty();
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<Hold> holds, journal_.ledger().FindHolds(query));
  if (!id.empty() && holds.empty()) {
    return absl::NotFoundError(absl::StrCat("there is no hold ", id));
  }
  for (Hold& hold : holds) {
    if (!hold.open()) {
      return RefusalStatus(absl::StatusCode::kFailedPrecondition,
                           absl::StrCat("hold ", id, " has ended: ", HoldOutcomeName(hold.outcome)),
                           {"WRONG_STATE", {{"outcome", HoldOutcomeName(hold.outcome)}}});
    }
    if (hold.ends_at <= journal_.Now()) continue;  // it is ending
    hold.ends_at = journal_.Now();
    EVENKEEL_ASSIGN_OR_RETURN(const ChangeRecord throttle, journal_.ledger().GetChange(hold.id));
    journal_.WriteHold(write, hold, throttle.change, cause);
  }
  return holds;
}

}  // namespace evenkeel::actuator
