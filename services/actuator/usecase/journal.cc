#include "services/actuator/usecase/journal.h"

#include <utility>

#include "common/base/status_macros.h"
#include "services/actuator/core/change_task.h"

namespace evenkeel::actuator {

AuditEntry Journal::Line(const ChangeRecord& record, const Cause& cause, std::string action,
                         std::string previous) const {
  const model::Change& change = record.change;
  AuditEntry line;
  line.at = change.updated_at;
  line.actor = cause.actor;
  line.action = std::move(action);
  line.change_id = change.id;
  line.revision = change.revision;
  line.entity = change.proposal.entity;
  line.previous = std::move(previous);
  line.current = model::ChangeStateName(change.state);
  line.reason = cause.reason;
  line.snapshot_number = change.proposal.snapshot_number;
  line.trigger = change.proposal.trigger;
  line.refusal_reason = change.refusal_reason;
  line.approved_by = change.approved_by;
  line.superseded_by = change.superseded_by;
  line.expires_at = change.expires_at;
  return line;
}

void Journal::Create(LedgerWrite& write, ChangeRecord& record) const {
  model::Change& change = record.change;
  change.created_at = change.updated_at = Now();
  change.state_reason = change.proposal.reason;
  write.changes.push_back({record, std::nullopt});
  write.audit.push_back(Line(record, {change.proposal.proposer, change.state_reason}, "state", ""));
}

absl::Status Journal::Move(LedgerWrite& write, ChangeRecord& record, model::ChangeState to,
                           const Cause& cause) const {
  model::Change& change = record.change;
  const model::ChangeState from = change.state;
  EVENKEEL_RETURN_IF_ERROR(CheckTransition(from, to));
  change.state = to;
  change.updated_at = Now();
  change.state_reason = cause.reason;
  change.refusal_reason = cause.refusal_reason;
  if (!IsOpen(to)) change.expires_at = absl::InfiniteFuture();
  write.changes.push_back({record, ChangeWrite::Expected{from, change.revision}});
  write.audit.push_back(Line(record, cause, "state", model::ChangeStateName(from)));
  return change.proposal.kind == model::ChangeKind::kThrottle ? MoveHold(write, record)
                                                              : absl::OkStatus();
}

absl::Status Journal::MoveHold(LedgerWrite& write, const ChangeRecord& record) const {
  const model::Change& change = record.change;
  const model::Proposal& proposal = change.proposal;
  const bool begins = change.state == model::ChangeState::kApplying;
  if (!begins && record.maybe_sent) return absl::OkStatus();
  HoldQuery query;
  query.id = change.id;
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<Hold> holds, ledger_.FindHolds(query));
  const bool is_open = !holds.empty() && holds[0].open();
  if (begins == is_open) return absl::OkStatus();
  if (begins) {
    WriteHold(write,
              {change.id, proposal.entity, proposal.old_value, proposal.new_value, Now(),
               Now() + proposal.hold_for},
              change, {kActuator, proposal.reason});
  } else {
    holds[0].outcome = Hold::Outcome::kNotApplied;
    holds[0].ended_at = Now();
    WriteHold(write, holds[0], change, {kActuator, "nothing was sent"});
  }
  return absl::OkStatus();
}

void Journal::WriteHold(LedgerWrite& write, const Hold& hold, const model::Change& change,
                        const Cause& cause) const {
  write.holds.push_back(hold);
  AuditEntry line;
  line.at = Now();
  line.actor = cause.actor;
  line.action = kHoldAction;
  line.change_id = hold.id;
  line.revision = change.revision;
  line.snapshot_number = change.proposal.snapshot_number;
  line.trigger = change.proposal.trigger;
  line.entity = hold.entity;
  line.previous = model::ValueText(hold.set_value);
  line.current = HoldOutcomeName(hold.outcome);
  line.reason = cause.reason;
  line.until = hold.ends_at;
  write.audit.push_back(std::move(line));
}

void Journal::Announce(LedgerWrite& write, const ChangeRecord& record) const {
  const model::Proposal& proposal = record.change.proposal;
  AuditEntry line =
      Line(record, {kActuator, proposal.reason}, "write", model::ValueText(proposal.old_value));
  line.current = model::ValueText(proposal.new_value);
  write.audit.push_back(std::move(line));
}

void Journal::Revise(LedgerWrite& write, ChangeRecord& parked, const model::Proposal& newer) const {
  model::Change& change = parked.change;
  const ChangeWrite::Expected expected{change.state, change.revision};
  ++change.revision;
  change.proposal = newer;
  change.updated_at = Now();
  change.state_reason = newer.reason;
  write.changes.push_back({parked, expected});
  write.audit.push_back(Line(parked, {newer.proposer, newer.reason}, "revision",
                             model::ChangeStateName(change.state)));
}

void Journal::ReportForeign(LedgerWrite& write, const model::Entity& entity,
                            const std::string& previous, const model::Value& value,
                            absl::Time until, std::string reason) const {
  const absl::Time now = Now();
  write.left_alone.push_back({entity, value, now, until});
  if (!std::holds_alternative<model::AvailabilityEntity>(entity)) {
    write.seen.push_back({entity, value, "", now});
  }
  AuditEntry line;
  line.at = now;
  line.actor = "somebody else";
  line.action = "changed_by_other";
  line.entity = entity;
  line.previous = previous;
  line.current = model::ValueText(value);
  line.reason = std::move(reason);
  line.value = value;
  line.until = until;
  write.audit.push_back(std::move(line));
}

absl::Status Journal::Commit(const LedgerWrite& write) {
  if (write.empty()) return absl::OkStatus();
  EVENKEEL_RETURN_IF_ERROR(ledger_.Commit(write));
  std::lock_guard lock(mutex_);
  for (const ChangeWrite& change : write.changes) {
    if (change.record.change.state == model::ChangeState::kRefused) {
      ++refusals_[change.record.change.refusal_reason];
    }
  }
  ++commits_;
  committed_.notify_all();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Event>> Journal::WaitForEvents(int64_t cursor, int64_t limit,
                                                          absl::Duration timeout,
                                                          std::stop_token stop) {
  const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
  while (true) {
    std::unique_lock lock(mutex_);
    const int64_t commits = commits_;
    lock.unlock();
    EVENKEEL_ASSIGN_OR_RETURN(std::vector<Event> events, ledger_.FindEvents(cursor, limit));
    if (!events.empty()) return events;
    lock.lock();
    if (!committed_.wait_until(lock, stop, deadline, [&] { return commits_ != commits; })) {
      return events;
    }
  }
}

void Journal::CountRefusal(const std::string& guardrail) {
  std::lock_guard lock(mutex_);
  ++refusals_[guardrail];
}

std::map<std::string, int64_t> Journal::Refusals() const {
  std::lock_guard lock(mutex_);
  return refusals_;
}

}  // namespace evenkeel::actuator
