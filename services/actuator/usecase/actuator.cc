#include "services/actuator/usecase/actuator.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "services/actuator/core/change_task.h"
#include "services/actuator/core/proposal.h"

namespace evenkeel::actuator {
namespace {

using enum model::ChangeState;

constexpr int64_t kDefaultPageSize = 100;
constexpr int64_t kMaxPageSize = 1000;
constexpr size_t kMaxIdLength = 200;
constexpr size_t kMaxReasonLength = 2000;

void CheckText(const char* field, const std::string& text, size_t most, Violations& violations) {
  if (text.empty() || text.size() > most) {
    violations.Add(field, absl::StrCat("must be 1 to ", most, " bytes"));
  }
}

void CheckHeader(const RequestHeader& header, Violations& violations) {
  CheckText("request_id", header.request_id, kMaxIdLength, violations);
}

// What a decision over a change names; `reason` null: none is asked for.
void CheckDecision(const std::string& change_id, const std::string& actor,
                   const std::string* reason, Violations& violations) {
  CheckText("change_id", change_id, kMaxIdLength, violations);
  CheckText("actor", actor, kMaxIdLength, violations);
  if (reason != nullptr) CheckText("reason", *reason, kMaxReasonLength, violations);
}

absl::Status WrongState(const ChangeRecord& record, const std::string& problem) {
  return RefusalStatus(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("change ", record.change.id, problem),
                       {"WRONG_STATE", {{"state", model::ChangeStateName(record.change.state)}}});
}

// What a page asks for, checked: its size, and the number that it goes on below.
struct PageRequest {
  int64_t size = kDefaultPageSize;
  std::optional<int64_t> below;
};
absl::StatusOr<PageRequest> ReadPage(int64_t page_size, const std::string& page_token) {
  PageRequest page;
  Violations violations;
  if (page_size < 0 || page_size > kMaxPageSize) {
    violations.Add("page_size", absl::StrCat("must be 0 to ", kMaxPageSize));
  } else if (page_size > 0) {
    page.size = page_size;
  }
  int64_t below = 0;
  if (!page_token.empty()) {
    if (absl::SimpleAtoi(page_token, &below) && below > 0) {
      page.below = below;
    } else {
      violations.Add("page_token", "is not a token of an earlier answer");
    }
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  return page;
}

AuditEntry PauseLine(absl::Time at, const std::string& actor, const char* action,
                     const PauseScope& scope, const std::string& reason) {
  AuditEntry line;
  line.at = at;
  line.actor = actor;
  line.action = action;
  line.entity = scope.entity;
  line.current = ScopeText(scope);
  line.reason = reason;
  return line;
}

}  // namespace

Actuator::Actuator(Settings settings, const Dependencies& dependencies)
    : settings_(std::move(settings)),
      ids_(dependencies.ids),
      journal_(dependencies.ledger, dependencies.clock),
      admission_(settings_, journal_),
      executor_(settings_, dependencies.centre, dependencies.clock, dependencies.real_clock,
                journal_, admission_, dependencies.ids, mutex_) {}

absl::StatusOr<std::optional<RequestRecord>> Actuator::FindAnswer(const RequestHeader& header,
                                                                  const std::string& fingerprint) {
  if (header.validate_only) return std::nullopt;
  EVENKEEL_ASSIGN_OR_RETURN(std::optional<RequestRecord> answered,
                            journal_.ledger().FindRequest(header.request_id));
  if (answered.has_value() && answered->fingerprint != fingerprint) {
    return absl::AlreadyExistsError(
        absl::StrCat("request id ", header.request_id, " came before with another body"));
  }
  return answered;
}

absl::StatusOr<model::Change> Actuator::Repeat(const RequestRecord& answered) {
  if (answered.code != absl::StatusCode::kOk) {
    if (!answered.refusal.has_value()) return absl::Status(answered.code, answered.message);
    return RefusalStatus(answered.code, answered.message, *answered.refusal);
  }
  EVENKEEL_ASSIGN_OR_RETURN(ChangeRecord record, journal_.ledger().GetChange(answered.change_id));
  return std::move(record.change);
}

RequestRecord Actuator::Answer(const RequestHeader& header, const std::string& fingerprint,
                               const std::string& change_id, const absl::Status& status) const {
  return {
      header.request_id,  fingerprint,   change_id, status.code(), std::string(status.message()),
      GetRefusal(status), journal_.Now()};
}

absl::StatusOr<model::Change> Actuator::Propose(const RequestHeader& header,
                                                const model::Proposal& proposal) {
  Violations violations;
  CheckHeader(header, violations);
  CheckProposalForm(proposal, violations);
  const bool is_membership = std::holds_alternative<model::MembershipEntity>(proposal.entity);
  if (is_membership != (settings_.capacity_lever == model::CapacityLever::kMemberships)) {
    const bool is_throttle = proposal.kind == model::ChangeKind::kThrottle;
    violations.Add("entity", is_throttle
                                 ? (is_membership ? "agents are throttled by availability here"
                                                  : "agents are throttled by membership here")
                             : is_membership ? "capacity is set by queue here, not by membership"
                                             : "capacity is set by membership here, not by queue");
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  const std::string parts[] = {"propose", Fingerprint(proposal)};
  const std::string fingerprint = Fingerprint(parts);
  std::lock_guard lock(mutex_);
  EVENKEEL_ASSIGN_OR_RETURN(const auto answered, FindAnswer(header, fingerprint));
  if (answered.has_value()) return Repeat(*answered);
  return Ask(header, {Moment::kProposal, fingerprint, proposal, ""});
}

absl::StatusOr<model::Change> Actuator::RollBack(const RequestHeader& header,
                                                 const std::string& change_id,
                                                 const std::string& actor,
                                                 const std::string& reason) {
  Violations violations;
  CheckHeader(header, violations);
  CheckDecision(change_id, actor, &reason, violations);
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  const std::string parts[] = {"roll back", change_id, actor, reason};
  const std::string fingerprint = Fingerprint(parts);

  std::lock_guard lock(mutex_);
  EVENKEEL_ASSIGN_OR_RETURN(const auto answered, FindAnswer(header, fingerprint));
  if (answered.has_value()) return Repeat(*answered);
  EVENKEEL_ASSIGN_OR_RETURN(const ChangeRecord record, GetInState(change_id, {kApplied}));
  if (record.change.proposal.kind == model::ChangeKind::kThrottle) {
    return WrongState(record, " is a hold: release it");
  }
  ChangeQuery later;
  later.entity_key = model::EntityKey(record.change.proposal.entity);
  later.states = {kApplied};
  later.sent_after = record.sent_at;
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<ChangeRecord> newer,
                            journal_.ledger().FindChanges(later));
  for (const ChangeRecord& change : newer) {
    if (!change.change.rolls_back.empty()) continue;  // that took its own change away again
    return WrongState(record, absl::StrCat(" was followed by change ", change.change.id,
                                           " of the same entity: roll that back first"));
  }
  const model::Proposal reverse =
      Reverse(record.change.proposal, actor, reason, journal_.Now() + settings_.approval_lifetime);
  return Ask(header, {Moment::kRollBack, fingerprint, reverse, change_id});
}

absl::StatusOr<model::Change> Actuator::Ask(const RequestHeader& header, const Asked& asked) {
  const model::Proposal& proposal = asked.proposal;
  const Mode mode = settings_.modes.For(proposal.kind, proposal.entity);
  EVENKEEL_ASSIGN_OR_RETURN(std::optional<ChangeRecord> open, admission_.FindOpen(proposal.entity));
  const absl::Status verdict = admission_.Check(asked.moment, proposal, open, mode == Mode::kDryRun,
                                                /*join_to_come=*/header.validate_only);
  if (!verdict.ok() && (!GetRefusal(verdict).has_value() || header.validate_only)) return verdict;
  if (verdict.ok() && mode == Mode::kApprove && open.has_value()) {
    const bool parked = open->change.state == kAwaitingApproval;
    const bool approved = !open->change.approved_by.empty() && !open->dry_run;
    EVENKEEL_ASSIGN_OR_RETURN(const bool replaces, Replaces(asked, *open));
    // What was approved is not asked about again for nearly the same.
    if (open->change.proposal.kind == proposal.kind && (parked || (approved && !replaces))) {
      return AskOver(header, asked, *std::move(open), replaces);
    }
  }
  return AskAnew(header, asked, verdict, mode, std::move(open));
}

absl::StatusOr<bool> Actuator::Replaces(const Asked& asked, const ChangeRecord& open) {
  if (asked.rolls_back != open.change.rolls_back) return true;
  const model::Proposal& proposal = open.change.proposal;
  if (ReplacesParked(proposal, asked.proposal, admission_.LimitsOf(proposal.kind).min_change)) {
    return true;
  }
  // A leave that waits for another join, or for one that will not come, is another leave.
  EVENKEEL_ASSIGN_OR_RETURN(const auto before,
                            admission_.QueuesJoinedByMove(proposal, open.dry_run));
  EVENKEEL_ASSIGN_OR_RETURN(const auto after,
                            admission_.QueuesJoinedByMove(asked.proposal, open.dry_run));
  return before != after;
}

absl::StatusOr<model::Change> Actuator::AskOver(const RequestHeader& header, const Asked& asked,
                                                ChangeRecord open, bool replaces) {
  LedgerWrite write;
  if (replaces) {
    if (asked.rolls_back != open.change.rolls_back) {
      // A person's request has its own time; a plan's counts from the first (ACT-2).
      open.change.rolls_back = asked.rolls_back;
      open.change.expires_at = asked.proposal.expires_at;
    }
    journal_.Revise(write, open, asked.proposal);
  } else if (!asked.proposal.move_id.empty()) {
    // It stands for its twin in the newer plan's move.
    write.move_links.emplace_back(asked.proposal.move_id, open.change.id);
  }
  if (header.validate_only) return open.change;
  write.request = Answer(header, asked.fingerprint, open.change.id, absl::OkStatus());
  EVENKEEL_RETURN_IF_ERROR(journal_.Commit(write));
  return open.change;
}

absl::StatusOr<model::Change> Actuator::AskAnew(const RequestHeader& header, const Asked& asked,
                                                const absl::Status& verdict, Mode mode,
                                                std::optional<ChangeRecord> open) {
  ChangeRecord record;
  model::Change& change = record.change;
  change.id = header.validate_only ? "" : ids_.NewId();
  change.proposal = asked.proposal;
  change.rolls_back = asked.rolls_back;
  record.dry_run = mode == Mode::kDryRun;
  LedgerWrite write;
  journal_.Create(write, record);
  if (!verdict.ok()) {
    EVENKEEL_RETURN_IF_ERROR(
        journal_.Move(write, record, kRefused,
                      {kActuator, std::string(verdict.message()), GetRefusal(verdict)->reason}));
  } else {
    if (open.has_value()) {
      open->change.superseded_by = change.id;
      EVENKEEL_RETURN_IF_ERROR(
          journal_.Move(write, *open, kSuperseded,
                        {asked.proposal.proposer, "a newer change of it came: " + change.id}));
    } else {
      EVENKEEL_ASSIGN_OR_RETURN(auto counts,
                                journal_.ledger().CountByState({kAccepted, kAwaitingApproval}));
      if (counts[kAccepted] + counts[kAwaitingApproval] >= settings_.queue_limit) {
        absl::Status full =
            RefusalStatus(absl::StatusCode::kResourceExhausted,
                          absl::StrCat(settings_.queue_limit, " changes wait already"),
                          {"QUEUE_FULL", {{"limit", absl::StrCat(settings_.queue_limit)}}});
        SetRetryAfter(full, settings_.retry_delay);
        return full;
      }
    }
    const bool parks = mode == Mode::kApprove;
    change.expires_at =
        parks ? journal_.Now() + settings_.approval_lifetime : asked.proposal.expires_at;
    EVENKEEL_RETURN_IF_ERROR(
        journal_.Move(write, record, parks ? kAwaitingApproval : kAccepted,
                      {kActuator, absl::StrCat("guardrails passed, mode ", ModeName(mode))}));
  }
  if (header.validate_only) return change;
  write.request = Answer(header, asked.fingerprint, change.id, verdict);
  EVENKEEL_RETURN_IF_ERROR(journal_.Commit(write));
  if (!verdict.ok()) return verdict;
  return change;
}

absl::StatusOr<ChangeRecord> Actuator::GetInState(const std::string& change_id,
                                                  const std::vector<model::ChangeState>& states) {
  EVENKEEL_ASSIGN_OR_RETURN(ChangeRecord record, journal_.ledger().GetChange(change_id));
  if (std::find(states.begin(), states.end(), record.change.state) == states.end()) {
    std::string problem = absl::StrCat(" is ", model::ChangeStateName(record.change.state));
    for (const model::ChangeState state : states) {
      absl::StrAppend(&problem, state == states[0] ? ", not " : " or ",
                      model::ChangeStateName(state));
    }
    return WrongState(record, problem);
  }
  return record;
}

absl::StatusOr<model::Change> Actuator::Approve(const RequestHeader& header,
                                                const std::string& change_id, int64_t revision,
                                                const std::string& actor) {
  Violations violations;
  CheckHeader(header, violations);
  CheckDecision(change_id, actor, nullptr, violations);
  if (revision < 1) violations.Add("revision", "must be the one that was seen, from 1");
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  const std::string parts[] = {"approve", change_id, absl::StrCat(revision), actor};
  const std::string fingerprint = Fingerprint(parts);

  std::lock_guard lock(mutex_);
  EVENKEEL_ASSIGN_OR_RETURN(const auto answered, FindAnswer(header, fingerprint));
  if (answered.has_value()) return Repeat(*answered);
  EVENKEEL_ASSIGN_OR_RETURN(ChangeRecord record, GetInState(change_id, {kAwaitingApproval}));
  model::Change& change = record.change;
  if (revision != change.revision) {
    return RefusalStatus(absl::StatusCode::kAborted,
                         absl::StrCat("change ", change_id, " is now in revision ", change.revision,
                                      ", the approval names ", revision),
                         {"REVISION_CHANGED", {{"revision", absl::StrCat(change.revision)}}});
  }
  if (journal_.Now() >= change.expires_at) {
    return WrongState(record, " is past the time in which it could be approved");
  }
  const Mode mode = settings_.modes.For(change.proposal.kind, change.proposal.entity);
  record.dry_run = mode == Mode::kDryRun;
  const absl::Status verdict =
      admission_.Check(Moment::kApproval, change.proposal, record, record.dry_run);
  if (!verdict.ok()) {
    const std::optional<Refusal> refusal = GetRefusal(verdict);
    if (refusal.has_value() && !header.validate_only) journal_.CountRefusal(refusal->reason);
    return verdict;
  }
  change.approved_by = actor;
  change.expires_at = journal_.Now() + settings_.approval_lifetime;
  LedgerWrite write;
  EVENKEEL_RETURN_IF_ERROR(journal_.Move(write, record, kAccepted,
                                         {actor, absl::StrCat("approved revision ", revision)}));
  if (header.validate_only) return change;
  write.request = Answer(header, fingerprint, change_id, absl::OkStatus());
  EVENKEEL_RETURN_IF_ERROR(journal_.Commit(write));
  return change;
}

absl::StatusOr<model::Change> Actuator::Discard(const RequestHeader& header,
                                                const std::string& change_id,
                                                const std::string& actor,
                                                const std::string& reason) {
  Violations violations;
  CheckHeader(header, violations);
  CheckDecision(change_id, actor, &reason, violations);
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  const std::string parts[] = {"discard", change_id, actor, reason};
  const std::string fingerprint = Fingerprint(parts);

  std::lock_guard lock(mutex_);
  EVENKEEL_ASSIGN_OR_RETURN(const auto answered, FindAnswer(header, fingerprint));
  if (answered.has_value()) return Repeat(*answered);
  EVENKEEL_ASSIGN_OR_RETURN(ChangeRecord record,
                            GetInState(change_id, {kAwaitingApproval, kAccepted}));
  if (record.maybe_sent) return WrongState(record, " may have been written already");
  record.change.approved_by = actor;
  LedgerWrite write;
  EVENKEEL_RETURN_IF_ERROR(journal_.Move(write, record, kDiscarded, {actor, reason}));
  if (header.validate_only) return record.change;
  write.request = Answer(header, fingerprint, change_id, absl::OkStatus());
  EVENKEEL_RETURN_IF_ERROR(journal_.Commit(write));
  return record.change;
}

absl::StatusOr<std::vector<Pause>> Actuator::PauseActuation(const RequestHeader& header,
                                                            const PauseScope& scope,
                                                            const std::string& actor,
                                                            const std::string& reason) {
  Violations violations;
  CheckHeader(header, violations);
  CheckText("actor", actor, kMaxIdLength, violations);
  CheckText("reason", reason, kMaxReasonLength, violations);
  if (scope.kind.has_value() + scope.entity.has_value() + scope.queue_id.has_value() > 1) {
    violations.Add("scope", "must be everything, a kind, an entity or a queue");
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  const std::string parts[] = {"pause", ScopeText(scope), actor, reason};
  const std::string fingerprint = Fingerprint(parts);

  std::lock_guard lock(mutex_);
  EVENKEEL_ASSIGN_OR_RETURN(const auto answered, FindAnswer(header, fingerprint));
  if (!answered.has_value() && !header.validate_only) {
    LedgerWrite write;
    write.pauses.push_back({scope, journal_.Now(), actor, reason});
    write.audit.push_back(PauseLine(journal_.Now(), actor, "pause", scope, reason));
    write.request = Answer(header, fingerprint, "", absl::OkStatus());
    EVENKEEL_RETURN_IF_ERROR(journal_.Commit(write));
  }
  return journal_.ledger().FindPauses();
}

absl::StatusOr<std::vector<Pause>> Actuator::ResumeActuation(const RequestHeader& header,
                                                             const PauseScope& scope,
                                                             const std::string& actor) {
  Violations violations;
  CheckHeader(header, violations);
  CheckText("actor", actor, kMaxIdLength, violations);
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  const std::string parts[] = {"resume", ScopeText(scope), actor};
  const std::string fingerprint = Fingerprint(parts);

  std::lock_guard lock(mutex_);
  EVENKEEL_ASSIGN_OR_RETURN(const auto answered, FindAnswer(header, fingerprint));
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Pause> pauses, journal_.ledger().FindPauses());
  if (answered.has_value()) return pauses;
  if (std::none_of(pauses.begin(), pauses.end(),
                   [&](const Pause& pause) { return pause.scope == scope; })) {
    return absl::NotFoundError("there is no pause of " + ScopeText(scope));
  }
  if (header.validate_only) return pauses;
  LedgerWrite write;
  write.resumed.push_back(scope);
  write.audit.push_back(PauseLine(journal_.Now(), actor, "resume", scope, ""));
  write.request = Answer(header, fingerprint, "", absl::OkStatus());
  EVENKEEL_RETURN_IF_ERROR(journal_.Commit(write));
  return journal_.ledger().FindPauses();
}

absl::StatusOr<model::Change> Actuator::Get(const std::string& change_id) {
  EVENKEEL_ASSIGN_OR_RETURN(ChangeRecord record, journal_.ledger().GetChange(change_id));
  return std::move(record.change);
}

absl::StatusOr<ChangePage> Actuator::List(const ListRequest& request) {
  EVENKEEL_ASSIGN_OR_RETURN(const PageRequest page,
                            ReadPage(request.page_size, request.page_token));
  ChangeQuery query;
  query.states = request.states;
  query.kinds = request.kinds;
  query.queue_id = request.queue_id;
  query.below_number = page.below;
  query.newest_first = true;
  query.limit = page.size + 1;
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<ChangeRecord> records,
                            journal_.ledger().FindChanges(query));
  ChangePage answer;
  if (std::ssize(records) > page.size) {
    records.pop_back();
    answer.next_page_token = absl::StrCat(records.back().number);
  }
  for (ChangeRecord& record : records) answer.changes.push_back(std::move(record.change));
  return answer;
}

absl::StatusOr<AuditPage> Actuator::ListAudit(const std::string& change_id, int64_t page_size,
                                              const std::string& page_token) {
  EVENKEEL_ASSIGN_OR_RETURN(const PageRequest page, ReadPage(page_size, page_token));
  AuditPage answer;
  EVENKEEL_ASSIGN_OR_RETURN(answer.entries,
                            journal_.ledger().FindAudit(change_id, page.below, page.size + 1));
  if (std::ssize(answer.entries) > page.size) {
    answer.entries.pop_back();
    answer.next_page_token = absl::StrCat(answer.entries.back().sequence);
  }
  return answer;
}

absl::StatusOr<std::vector<Hold>> Actuator::ListHolds(bool open_only) {
  HoldQuery query;
  query.open_only = open_only;
  query.limit = kMaxPageSize;
  return journal_.ledger().FindHolds(query);
}

absl::StatusOr<std::vector<Hold>> Actuator::ReleaseHolds(const RequestHeader& header,
                                                         const std::string& hold_id,
                                                         const std::string& actor,
                                                         const std::string& reason) {
  Violations violations;
  CheckHeader(header, violations);
  CheckText("actor", actor, kMaxIdLength, violations);
  CheckText("reason", reason, kMaxReasonLength, violations);
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  const std::string parts[] = {"release", hold_id, actor, reason};
  const std::string fingerprint = Fingerprint(parts);

  std::lock_guard lock(mutex_);
  EVENKEEL_ASSIGN_OR_RETURN(const auto answered, FindAnswer(header, fingerprint));
  if (answered.has_value()) {
    HoldQuery query;
    query.id = hold_id;
    query.open_only = hold_id.empty();
    return journal_.ledger().FindHolds(query);
  }
  LedgerWrite write;
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<Hold> released,
                            executor_.ReleaseHolds(hold_id, {actor, reason}, write));
  if (header.validate_only) return released;
  write.request = Answer(header, fingerprint, hold_id, absl::OkStatus());
  EVENKEEL_RETURN_IF_ERROR(journal_.Commit(write));
  return released;
}

absl::StatusOr<std::vector<LeftAloneEntry>> Actuator::ListLeftAlone() {
  return journal_.ledger().FindLeftAlone(journal_.Now(), "");
}

absl::StatusOr<ActuatorStatus> Actuator::GetStatus() {
  Ledger& ledger = journal_.ledger();
  ActuatorStatus status;
  status.now = journal_.Now();
  status.modes = settings_.modes;
  status.limits = settings_.limits;
  for (const std::string& queue : settings_.scope.queues) {
    const model::Entity entity = model::QueueCapacityEntity{queue};
    ++status.queues[settings_.modes.For(model::ChangeKind::kCapacity, entity)];
  }
  EVENKEEL_ASSIGN_OR_RETURN(status.pauses, ledger.FindPauses());
  EVENKEEL_ASSIGN_OR_RETURN(status.changes, ledger.CountByState({}));
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Hold> holds, ListHolds(/*open_only=*/true));
  status.open_holds = std::ssize(holds);
  for (const Hold& hold : holds) {
    status.overdue_holds += status.now > hold.ends_at;
    status.longest_overdue = std::max(status.longest_overdue, status.now - hold.ends_at);
  }
  for (const model::ChangeKind kind : model::kAllChangeKinds) {
    if (kind == model::ChangeKind::kRestore) continue;  // uncounted (ACT-3)
    EVENKEEL_ASSIGN_OR_RETURN(
        status.writes_last_hour[kind],
        ledger.CountWrites(kind, status.now - absl::Hours(1), /*with_dry_run=*/false));
    EVENKEEL_ASSIGN_OR_RETURN(status.writes_counted[kind],
                              ledger.CountWrites(kind, status.now - absl::Hours(1),
                                                 /*with_dry_run=*/!settings_.modes.CanWrite()));
  }
  status.refusals = journal_.Refusals();
  EVENKEEL_ASSIGN_OR_RETURN(const auto left_alone, ledger.FindLeftAlone(status.now, ""));
  status.left_alone = std::ssize(left_alone);
  status.executor = executor_.GetStatus();
  return status;
}

absl::StatusOr<std::vector<Event>> Actuator::WaitForEvents(int64_t cursor, int64_t limit,
                                                           absl::Duration timeout,
                                                           std::stop_token stop) {
  return journal_.WaitForEvents(cursor, limit, timeout, std::move(stop));
}

absl::StatusOr<int64_t> Actuator::LatestCursor() { return journal_.ledger().LastSequence(); }

absl::Status Actuator::Tick(std::stop_token stop) { return executor_.Tick(std::move(stop)); }

absl::Status Actuator::TickRestores(std::stop_token stop) {
  return executor_.TickRestores(std::move(stop));
}

}  // namespace evenkeel::actuator
