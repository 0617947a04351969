#include "services/actuator/usecase/admission.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "common/base/status_macros.h"
#include "services/actuator/core/change_task.h"
#include "services/actuator/core/proposal.h"

namespace evenkeel::actuator {
namespace {

using enum model::ChangeState;

// An hour of the hourly limits.
constexpr absl::Duration kWindow = absl::Hours(1);

bool IsOrWillBeDone(const ChangeRecord& join, bool dry_run) {
  if (join.dry_run && !dry_run) return false;
  const model::ChangeState state = join.change.state;
  return IsOpen(state) || state == kApplied || state == kDryRun;
}

// Agents taken away from the queue.
int64_t Lost(const model::Proposal& proposal) {
  return std::max<int64_t>(0, -AgentsGained(proposal));
}

}  // namespace

std::string ScopeText(const PauseScope& scope) {
  if (scope.queue_id.has_value()) return "queue " + *scope.queue_id;
  if (scope.entity.has_value()) return model::EntityKey(*scope.entity);
  return scope.kind.has_value() ? model::ChangeKindName(*scope.kind) : "everything";
}

std::optional<std::string> PausedBy(const std::vector<Pause>& pauses,
                                    const model::Proposal& proposal) {
  for (const Pause& pause : pauses) {
    const PauseScope& scope = pause.scope;
    if (scope.kind.value_or(proposal.kind) != proposal.kind) continue;
    if (scope.entity.value_or(proposal.entity) != proposal.entity) continue;
    const std::string& queue_id = model::EntityQueue(proposal.entity);
    if (scope.queue_id.value_or(queue_id) != queue_id) continue;
    return absl::StrCat(ScopeText(scope), ", by ", pause.actor, ": ", pause.reason);
  }
  return std::nullopt;
}

absl::Status Admission::Check(Moment moment, const model::Proposal& proposal,
                              const std::optional<ChangeRecord>& open, bool dry_run,
                              bool join_to_come) {
  GuardrailFacts facts;
  facts.now = journal_.Now();
  facts.mode = settings_.modes.For(proposal.kind, proposal.entity);
  EVENKEEL_RETURN_IF_ERROR(GatherHistory(proposal, dry_run, facts));
  // A parked rollback need not wait out the dwell of the move that it undoes either.
  if (open.has_value() && !open->change.rolls_back.empty()) {
    facts.last_moved_at = absl::InfinitePast();
  }
  EVENKEEL_RETURN_IF_ERROR(GatherAgent(proposal, dry_run, join_to_come, facts));
  EVENKEEL_RETURN_IF_ERROR(GatherHolds(moment, proposal, open, facts));
  if (moment != Moment::kSending) {
    EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Pause> pauses, journal_.ledger().FindPauses());
    facts.paused = PausedBy(pauses, proposal);
    facts.frozen = model::WindowAt(settings_.freeze_windows, facts.now);
    // What may have been sent already does not give way to a newer change.
    if (open.has_value()) facts.open_state = open->maybe_sent ? kVerifying : open->change.state;
    facts.rollback_waits = open.has_value() && !open->change.rolls_back.empty();
    EVENKEEL_RETURN_IF_ERROR(GatherCounts(proposal, open, dry_run, facts));
    EVENKEEL_RETURN_IF_ERROR(GatherMembers(proposal, dry_run, facts));
  }
  return CheckGuardrails(moment, proposal, LimitsOf(proposal.kind), settings_.scope, facts);
}

absl::StatusOr<std::optional<ChangeRecord>> Admission::FindOpen(const model::Entity& entity) {
  ChangeQuery query;
  query.entity_key = model::EntityKey(entity);
  query.states = {kAwaitingApproval, kAccepted, kApplying, kVerifying};
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<ChangeRecord> found, journal_.ledger().FindChanges(query));
  if (found.empty()) return std::nullopt;
  return std::move(found[0]);
}

absl::Status Admission::GatherCounts(const model::Proposal& proposal,
                                     const std::optional<ChangeRecord>& open, bool dry_run,
                                     GuardrailFacts& facts) {
  Ledger& ledger = journal_.ledger();
  const absl::Time since = facts.now - kWindow;
  // The open change counts no more once this one takes its place.
  const bool counted =
      open.has_value() && open->change.state == kAccepted && (dry_run || !open->dry_run);

  EVENKEEL_ASSIGN_OR_RETURN(const int64_t writes,
                            ledger.CountWrites(proposal.kind, since, dry_run));
  facts.writes_last_hour = writes + 1 - (counted ? 1 : 0);

  EVENKEEL_ASSIGN_OR_RETURN(const GroupFigures group,
                            ledger.Group(proposal.entity, since, dry_run));
  facts.group_lost = group.lost + Lost(proposal) - (counted ? Lost(open->change.proposal) : 0);
  const auto* capacity = std::get_if<int64_t>(&proposal.old_value);
  const int64_t size_now = group.size.value_or(capacity == nullptr ? 0 : *capacity);
  facts.group_size = std::max<int64_t>(0, size_now - group.gained);

  std::vector<model::Proposal> plan = {proposal};
  if (!proposal.plan_id.empty()) {
    ChangeQuery query;
    query.plan_id = proposal.plan_id;
    EVENKEEL_ASSIGN_OR_RETURN(const std::vector<ChangeRecord> records, ledger.FindChanges(query));
    for (const ChangeRecord& record : records) {
      if (record.change.state == kRefused || (record.dry_run && !dry_run)) continue;
      if (open.has_value() && open->change.id == record.change.id) continue;
      plan.push_back(record.change.proposal);
    }
  }
  facts.moves_in_plan = CountMoves(plan);
  return absl::OkStatus();
}

absl::Status Admission::GatherHistory(const model::Proposal& proposal, bool dry_run,
                                      GuardrailFacts& facts) {
  Ledger& ledger = journal_.ledger();
  const std::string key = model::EntityKey(proposal.entity);
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<LeftAloneEntry> left_alone,
                            ledger.FindLeftAlone(facts.now, key));
  if (!left_alone.empty()) facts.left_alone_until = left_alone[0].until;

  ChangeQuery query;
  query.entity_key = key;
  query.kinds = {proposal.kind};
  query.states = {kApplied, kRolledBack};
  if (dry_run) query.states.push_back(kDryRun);
  query.sent_after = facts.now - LimitsOf(proposal.kind).dwell;
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<ChangeRecord> moved, ledger.FindChanges(query));
  for (const ChangeRecord& record : moved) {
    facts.last_moved_at = std::max(facts.last_moved_at, record.sent_at);
  }
  return absl::OkStatus();
}

// At sending `open` is the change itself: its own hold, of a call that had no effect, is none.
absl::Status Admission::GatherHolds(Moment moment, const model::Proposal& proposal,
                                    const std::optional<ChangeRecord>& open,
                                    GuardrailFacts& facts) {
  const std::string& agent = model::EntityAgent(proposal.entity);
  if (agent.empty()) return absl::OkStatus();
  const KindLimits& throttle = LimitsOf(model::ChangeKind::kThrottle);
  HoldQuery of_agent;
  of_agent.agent_id = agent;
  of_agent.ended_after = facts.now - throttle.cool_down - kWindow;
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Hold> holds, journal_.ledger().FindHolds(of_agent));
  for (const Hold& hold : holds) {
    if (hold.outcome == Hold::Outcome::kNotApplied) continue;
    if (open.has_value() && hold.id == open->change.id) continue;
    if (hold.open()) facts.held_by = hold.id;
    facts.last_throttled_at = std::max(facts.last_throttled_at, hold.begun_at);
  }
  if (proposal.kind != model::ChangeKind::kThrottle) return absl::OkStatus();

  const std::string& queue = model::EntityQueue(proposal.entity);
  HoldQuery of_queue;
  of_queue.queue_id = queue;
  of_queue.open_only = true;
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Hold> held, journal_.ledger().FindHolds(of_queue));
  std::set<std::string> agents = {agent};
  for (const Hold& hold : held) agents.insert(model::EntityAgent(hold.entity));
  // At sending those that wait behind it do not count yet.
  if (moment != Moment::kSending) {
    ChangeQuery waiting;
    waiting.queue_id = queue;
    waiting.kinds = {model::ChangeKind::kThrottle};
    waiting.states = {kAccepted};
    EVENKEEL_ASSIGN_OR_RETURN(const auto records, journal_.ledger().FindChanges(waiting));
    for (const ChangeRecord& record : records) {
      agents.insert(model::EntityAgent(record.change.proposal.entity));
    }
  }
  facts.held = std::ssize(agents);
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<SeenValue> seen,
                            journal_.ledger().FindSeen(queue, ""));
  for (const SeenValue& value : seen) {
    if (value.value == model::Value(true)) agents.insert(model::EntityAgent(value.entity));
  }
  facts.holdable = std::ssize(agents);
  return absl::OkStatus();
}

absl::Status Admission::GatherAgent(const model::Proposal& proposal, bool dry_run,
                                    bool join_to_come, GuardrailFacts& facts) {
  const std::string& agent = model::EntityAgent(proposal.entity);
  if (agent.empty()) return absl::OkStatus();
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<SeenValue> seen,
                            journal_.ledger().FindSeen("", agent));
  std::set<std::string> joined;
  for (const SeenValue& value : seen) {
    if (!value.agent_division.empty()) facts.agent_division = value.agent_division;
    if (value.value == model::Value(true)) joined.insert(model::EntityQueue(value.entity));
  }
  if (!IsLeave(proposal)) return absl::OkStatus();

  EVENKEEL_ASSIGN_OR_RETURN(const MoveStanding move, StandingOfMove(proposal, dry_run));
  facts.broken_move = move.broken;
  if (move.unknown && !join_to_come) facts.broken_move = "it was not asked for";
  if (seen.empty()) return absl::OkStatus();

  ChangeQuery of_agent;
  of_agent.agent_id = agent;
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<model::Entity> leaving,
                            OpenLeaves(of_agent, dry_run));
  for (const model::Entity& entity : leaving) joined.erase(model::EntityQueue(entity));
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<std::string> joined_by_move,
                            QueuesJoinedByMove(proposal, dry_run));
  joined.insert(joined_by_move.begin(), joined_by_move.end());
  joined.erase(model::EntityQueue(proposal.entity));
  facts.other_queues = std::ssize(joined) + (move.unknown && join_to_come ? 1 : 0);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<model::Entity>> Admission::OpenLeaves(ChangeQuery query, bool dry_run) {
  query.states = {kAwaitingApproval, kAccepted, kApplying, kVerifying};
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<ChangeRecord> open,
                            journal_.ledger().FindChanges(query));
  std::vector<model::Entity> leaves;
  for (const ChangeRecord& record : open) {
    const model::Proposal& proposal = record.change.proposal;
    if (IsLeave(proposal) && (dry_run || !record.dry_run)) leaves.push_back(proposal.entity);
  }
  return leaves;
}

absl::Status Admission::GatherMembers(const model::Proposal& proposal, bool dry_run,
                                      GuardrailFacts& facts) {
  if (!IsLeave(proposal)) return absl::OkStatus();
  const std::string& queue = model::EntityQueue(proposal.entity);
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<SeenValue> seen,
                            journal_.ledger().FindSeen(queue, ""));
  if (seen.empty()) return absl::OkStatus();
  std::set<std::string> joined;
  for (const SeenValue& value : seen) {
    if (value.value == model::Value(true)) joined.insert(model::EntityAgent(value.entity));
  }
  ChangeQuery of_queue;
  of_queue.queue_id = queue;
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<model::Entity> leaving,
                            OpenLeaves(of_queue, dry_run));
  for (const model::Entity& entity : leaving) joined.erase(model::EntityAgent(entity));
  joined.erase(model::EntityAgent(proposal.entity));
  facts.members_left = static_cast<int64_t>(joined.size());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ChangeRecord>> Admission::JoinsOfMove(const model::Proposal& proposal) {
  std::vector<ChangeRecord> joins;
  if (!IsLeave(proposal) || proposal.move_id.empty()) return joins;
  ChangeQuery query;
  query.move_id = proposal.move_id;
  query.agent_id = model::EntityAgent(proposal.entity);
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<ChangeRecord> records,
                            journal_.ledger().FindChanges(query));
  std::map<std::string, const ChangeRecord*> newest;
  for (const ChangeRecord& record : records) {
    if (IsJoin(record.change.proposal)) {
      newest[model::EntityQueue(record.change.proposal.entity)] = &record;
    }
  }
  for (const auto& [queue, record] : newest) joins.push_back(*record);
  return joins;
}

absl::StatusOr<MoveStanding> Admission::StandingOfMove(const model::Proposal& proposal,
                                                       bool dry_run) {
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<ChangeRecord> joins, JoinsOfMove(proposal));
  MoveStanding standing;
  standing.unknown = joins.empty() && IsLeave(proposal) && !proposal.move_id.empty();
  for (const ChangeRecord& join : joins) {
    if (!IsOrWillBeDone(join, dry_run)) {
      standing.broken =
          absl::StrCat("change ", join.change.id, " is ", model::ChangeStateName(join.change.state),
                       join.dry_run ? ", in dry run" : "");
    } else if (IsOpen(join.change.state)) {
      standing.pending = true;
    }
  }
  return standing;
}

absl::StatusOr<std::vector<std::string>> Admission::QueuesJoinedByMove(
    const model::Proposal& proposal, bool dry_run) {
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<ChangeRecord> joins, JoinsOfMove(proposal));
  std::vector<std::string> queues;
  for (const ChangeRecord& join : joins) {
    if (IsOrWillBeDone(join, dry_run)) {
      queues.push_back(model::EntityQueue(join.change.proposal.entity));
    }
  }
  return queues;
}

}  // namespace evenkeel::actuator
