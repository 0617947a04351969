#include "services/actuator/usecase/sender.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <map>
#include <utility>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "services/actuator/core/change_task.h"
#include "services/actuator/core/proposal.h"
#include "services/actuator/core/turns.h"
#include "services/actuator/usecase/own_writes.h"

namespace evenkeel::actuator {
namespace {

using enum model::ChangeState;

std::string Text(const absl::Status& status) {
  return status.ToString(absl::StatusToStringMode::kWithNoExtraData);
}

// What an answer to a write says about its effect (CentreWriter).
enum class Effect { kTaken, kNoneYet, kNoneForThis, kNoneForAny, kForeign, kUnknown };
Effect EffectOf(const absl::Status& written) {
  switch (written.code()) {
    case absl::StatusCode::kOk:
      return Effect::kTaken;
    case absl::StatusCode::kResourceExhausted:
      return Effect::kNoneYet;
    case absl::StatusCode::kAborted:
      return Effect::kForeign;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kNotFound:
      return Effect::kNoneForThis;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnimplemented:
      return Effect::kNoneForAny;
    default:
      return IsNotSent(written) ? Effect::kNoneYet : Effect::kUnknown;
  }
}

Urgency UrgencyOf(model::ChangeKind kind) {
  return kind == model::ChangeKind::kRestore ? Urgency::kRestore : Urgency::kPlan;
}

bool IsPaused(const std::vector<Pause>& pauses, const model::Proposal& proposal) {
  return UrgencyOf(proposal.kind) == Urgency::kPlan && PausedBy(pauses, proposal).has_value();
}

// A throttled agent comes back, to this queue if to no other.
bool LeavesForGood(const model::Proposal& proposal) {
  return proposal.kind == model::ChangeKind::kCapacity && IsLeave(proposal);
}

}  // namespace

absl::Status Sender::Run(Urgency urgency, std::stop_token stop) {
  if (urgency == Urgency::kPlan) {
    EVENKEEL_ASSIGN_OR_RETURN(busy_, FindBusy(stop));
  }
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<Call> calls, PlanCalls(urgency));
  for (Call& call : calls) {
    if (stop.stop_requested()) return absl::OkStatus();
    // An earlier call of this run may have run into a limit.
    if (centre_.IsResting(model::EntityQueue(call[0].record.change.proposal.entity), urgency)) {
      continue;
    }
    if (urgency == Urgency::kRestore && !Answers(call)) continue;
    EVENKEEL_RETURN_IF_ERROR(Send(std::move(call)));
  }
  return absl::OkStatus();
}

// A restore does not wait out the rest of a queue that failed, but an outage should fill no ledger
// with attempts: so the queue is asked first.
bool Sender::Answers(const Call& call) {
  const model::Entity& entity = call[0].record.change.proposal.entity;
  return !centre_.IsResting(model::EntityQueue(entity)) ||
         centre_.Read({entity}, Urgency::kRestore).ok();
}

absl::StatusOr<std::set<std::string>> Sender::FindBusy(std::stop_token stop) {
  ChangeQuery query;
  query.states = {kAccepted};
  query.kinds = {model::ChangeKind::kThrottle};
  EVENKEEL_ASSIGN_OR_RETURN(const auto waiting, journal_.ledger().FindChanges(query));
  std::map<std::string, std::vector<model::Entity>> by_queue;
  for (const ChangeRecord& record : waiting) {
    const model::Entity& entity = record.change.proposal.entity;
    if (std::holds_alternative<model::AvailabilityEntity>(entity)) {
      by_queue[model::EntityQueue(entity)].push_back(entity);
    }
  }
  std::set<std::string> busy;
  for (const auto& [queue, entities] : by_queue) {
    if (stop.stop_requested()) break;
    const auto values = centre_.Read(entities, Urgency::kPlan);
    if (!values.ok()) continue;  // noted: the queue rests
    for (const auto& [key, value] : *values) {
      if (value == model::Value(model::Availability::kInteracting)) busy.insert(key);
    }
  }
  return busy;
}

absl::StatusOr<std::vector<Sender::Call>> Sender::PlanCalls(Urgency urgency) {
  std::lock_guard lock(mutex_);
  ChangeQuery query;
  query.states = {kAccepted};
  for (const model::ChangeKind kind : model::kAllChangeKinds) {
    if (UrgencyOf(kind) == urgency) query.kinds.push_back(kind);
  }
  EVENKEEL_ASSIGN_OR_RETURN(std::vector<ChangeRecord> waiting,
                            journal_.ledger().FindChanges(query));
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Pause> pauses, journal_.ledger().FindPauses());
  if (urgency == Urgency::kPlan &&
      model::WindowAt(settings_.freeze_windows, journal_.Now()).has_value()) {
    return std::vector<Call>();
  }

  std::vector<ChangeRecord> ready;
  std::vector<model::ChangeKind> kinds;
  for (ChangeRecord& record : waiting) {
    EVENKEEL_ASSIGN_OR_RETURN(const bool is_ready, IsReady(record, pauses));
    if (!is_ready) continue;
    kinds.push_back(record.change.proposal.kind);
    ready.push_back(std::move(record));
  }

  std::vector<Item> items;
  std::vector<CallItem> call_items;
  std::set<std::string> leaving;  // one leave of an agent at a time, so that each sees the last
  for (const size_t index :
       TakeInTurn(kinds,
                  urgency == Urgency::kRestore ? kinds.size()
                                               : static_cast<size_t>(settings_.changes_per_tick),
                  turn_++)) {
    ChangeRecord& record = ready[index];
    const model::Proposal& proposal = record.change.proposal;
    if (LeavesForGood(proposal) && !leaving.insert(model::EntityAgent(proposal.entity)).second)
      continue;
    call_items.push_back({proposal.entity, record.dry_run, send_alone_.contains(record.change.id)});
    items.emplace_back().record = std::move(record);
  }
  std::vector<Call> calls;
  for (const std::vector<size_t>& indices : GroupIntoCalls(call_items)) {
    Call& call = calls.emplace_back();
    for (const size_t index : indices) call.push_back(std::move(items[index]));
  }
  return calls;
}

absl::StatusOr<bool> Sender::IsReady(ChangeRecord& record, const std::vector<Pause>& pauses) {
  const model::Proposal& proposal = record.change.proposal;
  if (UrgencyOf(proposal.kind) == Urgency::kRestore) return true;  // ACT-14
  if (PausedBy(pauses, proposal).has_value() ||
      centre_.IsResting(model::EntityQueue(proposal.entity)) ||
      busy_.contains(model::EntityKey(proposal.entity))) {
    return false;
  }
  EVENKEEL_ASSIGN_OR_RETURN(const bool is_mode_ready, IsModeReady(record));
  if (!is_mode_ready) return false;

  const absl::Status verdict = admission_.Check(Moment::kSending, proposal, record, record.dry_run);
  if (const std::optional<Refusal> refusal = GetRefusal(verdict)) {
    LedgerWrite write;
    EVENKEEL_RETURN_IF_ERROR(
        journal_.Move(write, record, record.maybe_sent ? kFailed : kRefused,
                      {kActuator, std::string(verdict.message()), refusal->reason}));
    EVENKEEL_RETURN_IF_ERROR(journal_.Commit(write));
    return false;
  }
  EVENKEEL_RETURN_IF_ERROR(verdict);
  EVENKEEL_ASSIGN_OR_RETURN(const MoveStanding move,
                            admission_.StandingOfMove(proposal, record.dry_run));
  return !move.pending;
}

absl::StatusOr<bool> Sender::IsModeReady(ChangeRecord& record) {
  if (record.dry_run) return true;
  const model::Proposal& proposal = record.change.proposal;
  const Mode mode = settings_.modes.For(proposal.kind, proposal.entity);
  if (mode == Mode::kLive || (mode == Mode::kApprove && !record.change.approved_by.empty())) {
    return true;
  }
  LedgerWrite write;
  if (record.maybe_sent) {
    EVENKEEL_RETURN_IF_ERROR(journal_.Move(
        write, record, kFailed,
        {kActuator, absl::StrCat("not sent again: the mode is now ", ModeName(mode))}));
  } else if (mode == Mode::kApprove) {
    record.change.expires_at = record.change.created_at + settings_.approval_lifetime;
    EVENKEEL_RETURN_IF_ERROR(
        journal_.Move(write, record, kAwaitingApproval, {kActuator, "the mode is now approve"}));
  } else {
    record.dry_run = true;
    EVENKEEL_RETURN_IF_ERROR(
        journal_.Move(write, record, kDryRun, {kActuator, "the mode is now dry_run: not sent"}));
  }
  EVENKEEL_RETURN_IF_ERROR(journal_.Commit(write));
  return false;
}

absl::Status Sender::Send(Call call) {
  EVENKEEL_RETURN_IF_ERROR(Begin(call));
  if (call.empty()) return absl::OkStatus();
  Read(call);
  EVENKEEL_RETURN_IF_ERROR(HoldBack(call));
  std::vector<model::Proposal> to_send;
  for (const Item& item : call) {
    if (item.read.ok() && !item.last_queue && item.verdict == BeforeWrite::kSend) {
      to_send.push_back(item.record.change.proposal);
    }
  }
  absl::Status written;
  std::string description;
  if (!to_send.empty()) {
    if (call[0].record.dry_run) {
      description = centre_.Describe(to_send);
    } else {
      // Reading may have had to wait for its turn.
      for (Item& item : call) item.record.sent_at = journal_.Now();
      written = centre_.Write(to_send, UrgencyOf(to_send[0].kind));
    }
  }
  return Finish(call, written, description);
}

absl::Status Sender::Begin(Call& call) {
  std::lock_guard lock(mutex_);
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Pause> pauses, journal_.ledger().FindPauses());
  LedgerWrite write;
  Call begun;
  for (Item& item : call) {
    EVENKEEL_ASSIGN_OR_RETURN(item.record, journal_.ledger().GetChange(item.record.change.id));
    const model::Change& change = item.record.change;
    if (change.state != kAccepted || IsPaused(pauses, change.proposal)) continue;
    EVENKEEL_RETURN_IF_ERROR(GatherSeen(item));
    EVENKEEL_RETURN_IF_ERROR(GatherQueues(item));
    item.before = item.record;
    if (!item.record.dry_run) {
      item.record.maybe_sent = true;
      item.record.acknowledged = false;
      ++item.record.attempts;
      item.record.sent_at = journal_.Now();
      EVENKEEL_RETURN_IF_ERROR(
          journal_.Move(write, item.record, kApplying,
                        {kActuator, absl::StrCat("attempt ", item.record.attempts)}));
      journal_.Announce(write, item.record);
    }
    begun.push_back(std::move(item));
  }
  call = std::move(begun);
  return journal_.Commit(write);
}

absl::Status Sender::GatherSeen(Item& item) {
  const model::Entity& entity = item.record.change.proposal.entity;
  EVENKEEL_ASSIGN_OR_RETURN(
      const std::vector<SeenValue> seen,
      journal_.ledger().FindSeen(model::EntityQueue(entity), model::EntityAgent(entity)));
  for (const SeenValue& value : seen) {
    if (value.entity == entity) item.last_seen = value.value;
  }
  ChangeQuery of_entity;
  of_entity.entity_key = model::EntityKey(entity);
  EVENKEEL_ASSIGN_OR_RETURN(item.own_writes, FindOwnWrites(settings_, journal_, of_entity));
  return absl::OkStatus();
}

absl::Status Sender::GatherQueues(Item& item) {
  const model::Proposal& proposal = item.record.change.proposal;
  if (!LeavesForGood(proposal)) return absl::OkStatus();
  // A leave may show late, or not yet in every reading; so what we took from the agent lately is
  // taken as gone, unless we have given it back since.
  ChangeQuery query;
  query.agent_id = model::EntityAgent(proposal.entity);
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<ChangeRecord> sent,
                            FindLatelySent(settings_, journal_, query));
  for (const ChangeRecord& record : sent) {
    const std::string& queue = model::EntityQueue(record.change.proposal.entity);
    if (IsLeave(record.change.proposal)) {
      item.not_to_count.insert(queue);
    } else {
      item.not_to_count.erase(queue);
    }
  }
  item.not_to_count.insert(model::EntityQueue(proposal.entity));
  if (!item.record.dry_run) return absl::OkStatus();
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<std::string> given,
                            admission_.QueuesJoinedByMove(proposal, /*dry_run=*/true));
  item.joined_in_dry_run = !given.empty();
  return absl::OkStatus();
}

// The value that is compared is read last, so that nothing but the call follows it.
void Sender::Read(Call& call) {
  std::vector<model::Entity> entities;
  for (Item& item : call) {
    if (LeavesForGood(item.record.change.proposal)) ReadOtherQueues(item);
    if (item.read.ok()) entities.push_back(item.record.change.proposal.entity);
  }
  if (entities.empty()) return;
  const auto values = centre_.Read(entities, UrgencyOf(call[0].record.change.proposal.kind));
  for (Item& item : call) {
    const model::Proposal& proposal = item.record.change.proposal;
    if (!item.read.ok()) continue;
    item.read = values.status();
    if (!values.ok()) continue;
    const std::string key = model::EntityKey(proposal.entity);
    if (const auto it = values->find(key); it != values->end()) item.reading = it->second;
    item.verdict = JudgeBeforeWrite(proposal, item.reading, item.before.maybe_sent);
    // The planner may have seen somebody else's edit before our monitor does.
    if (item.verdict == BeforeWrite::kSend && proposal.kind == model::ChangeKind::kCapacity &&
        Observe(settings_, item.last_seen, *item.reading, item.own_writes, key) ==
            Observation::kForeign) {
      item.verdict = BeforeWrite::kChangedByOther;
    } else if (item.verdict == BeforeWrite::kChangedByOther) {
      const auto own = item.own_writes.find(key);
      item.outdated = own != item.own_writes.end() && own->second.new_value == *item.reading;
    }
  }
}

absl::Status Sender::HoldBack(Call& call) {
  std::lock_guard lock(mutex_);
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Pause> pauses, journal_.ledger().FindPauses());
  const absl::Time now = journal_.Now();
  const auto frozen = model::WindowAt(settings_.freeze_windows, now);
  for (Item& item : call) {
    if (!item.read.ok() || item.record.change.proposal.kind == model::ChangeKind::kRestore)
      continue;
    if (const auto paused = PausedBy(pauses, item.record.change.proposal)) {
      item.read = absl::UnavailableError(absl::StrCat("paused meanwhile: ", *paused));
    } else if (frozen) {
      item.read = absl::UnavailableError(absl::StrCat("freeze window \"", *frozen, "\" began"));
    } else if (now >= item.record.change.expires_at) {
      item.read = absl::UnavailableError("it expired meanwhile");
    }
  }
  return absl::OkStatus();
}

void Sender::ReadOtherQueues(Item& item) {
  const model::Entity& entity = item.record.change.proposal.entity;
  const auto joined =
      centre_.ReadJoinedQueues(model::EntityAgent(entity), model::EntityQueue(entity));
  item.read = joined.status();
  item.refused_alone = !joined.ok() && EffectOf(joined.status()) != Effect::kUnknown &&
                       EffectOf(joined.status()) != Effect::kNoneYet;
  if (!joined.ok()) return;
  const bool stays = std::any_of(joined->begin(), joined->end(), [&](const std::string& queue) {
    return !item.not_to_count.contains(queue);
  });
  item.last_queue = !stays && !item.joined_in_dry_run;
}

absl::Status Sender::Finish(Call& call, const absl::Status& written,
                            const std::string& description) {
  std::lock_guard lock(mutex_);
  LedgerWrite write;
  for (Item& item : call) {
    if (item.record.dry_run) {
      // It stayed accepted meanwhile, so somebody may have moved it on.
      EVENKEEL_ASSIGN_OR_RETURN(item.record, journal_.ledger().GetChange(item.record.change.id));
      if (item.record.change.state != kAccepted) continue;
    }
    EVENKEEL_RETURN_IF_ERROR(FinishItem(write, item, written, description, call.size() == 1));
  }
  return journal_.Commit(write);
}

absl::Status Sender::FinishItem(LedgerWrite& write, Item& item, const absl::Status& written,
                                const std::string& description, bool is_alone) {
  ChangeRecord& record = item.record;
  if (item.refused_alone) {
    Restore(item);
    return journal_.Move(write, record, kFailed, {kActuator, "not sent: " + Text(item.read)});
  }
  if (!item.read.ok()) return GoBack(write, item, item.read);
  if (item.verdict == BeforeWrite::kSend && !item.last_queue) {
    if (!record.dry_run) return FinishWritten(write, item, written, is_alone);
    record.sent_at = journal_.Now();
    return journal_.Move(write, record, kDryRun, {kActuator, "would have sent " + description});
  }
  if (item.verdict == BeforeWrite::kTookEffect) {
    Restore(item);
    EVENKEEL_RETURN_IF_ERROR(
        journal_.Move(write, record, kVerifying, {kActuator, "an earlier call took effect"}));
    return SettleApplied(journal_, write, record);
  }
  Restore(item);  // nothing was sent
  if (item.outdated) {
    return journal_.Move(
        write, record, kFailed,
        {kActuator, absl::StrCat("not sent: by a change of ours the centre already has ",
                                 model::ValueText(*item.reading))});
  }
  switch (item.verdict) {
    case BeforeWrite::kChangedByOther:
      return SettleForeign(settings_, journal_, write, record, FoundForeign(item));
    case BeforeWrite::kGone:
      return SettleGone(journal_, write, record);
    case BeforeWrite::kBusy:
      return journal_.Move(
          write, record, record.maybe_sent ? kFailed : kRefused,
          {kActuator, absl::StrCat(kInInteraction, ": the agent is busy"), kInInteraction});
    default:
      break;
  }
  return journal_.Move(
      write, record, record.maybe_sent ? kFailed : kRefused,
      {kActuator, absl::StrCat(kLastQueue, ": the agent is joined to no other queue"), kLastQueue});
}

ForeignEdit Sender::FoundForeign(const Item& item) const {
  const model::Proposal& proposal = item.record.change.proposal;
  if (*item.reading != proposal.old_value) return Unexpected(proposal, *item.reading);
  return {*item.last_seen, *item.reading,
          absl::StrCat("lately seen ", model::ValueText(*item.last_seen), ", the centre has ",
                       model::ValueText(*item.reading))};
}

absl::Status Sender::FinishWritten(LedgerWrite& write, Item& item, const absl::Status& written,
                                   bool is_alone) {
  ChangeRecord& record = item.record;
  send_alone_.erase(record.change.id);
  switch (EffectOf(written)) {
    case Effect::kTaken:
      record.acknowledged = true;
      return journal_.Move(write, record, kVerifying, {kActuator, "written: reading back"});
    case Effect::kUnknown:
      return journal_.Move(
          write, record, kVerifying,
          {kActuator, absl::StrCat("may have been written: reading back (", Text(written), ")")});
    case Effect::kNoneYet:
      return GoBack(write, item, written);
    case Effect::kNoneForThis:
    case Effect::kForeign:
      if (!is_alone) {
        // One of them was refused, and the call does not say which.
        send_alone_.insert(record.change.id);
        return GoBack(write, item, written);
      }
      break;
    case Effect::kNoneForAny:
      break;
  }
  Restore(item);
  if (EffectOf(written) == Effect::kForeign) {
    return SettleForeign(settings_, journal_, write, record,
                         {*item.reading, *item.reading, Text(written)});
  }
  return journal_.Move(write, record, kFailed, {kActuator, Text(written)});
}

absl::Status Sender::GoBack(LedgerWrite& write, Item& item, const absl::Status& why) {
  if (item.record.dry_run) return absl::OkStatus();  // it never left
  Restore(item);
  return journal_.Move(write, item.record, kAccepted,
                       {kActuator, absl::StrCat("not sent, to be tried again: ", Text(why))});
}

void Sender::Restore(Item& item) const {
  item.record.maybe_sent = item.before.maybe_sent;
  item.record.acknowledged = item.before.acknowledged;
  item.record.attempts = item.before.attempts;
  item.record.sent_at = item.before.sent_at;
}

}  // namespace evenkeel::actuator
