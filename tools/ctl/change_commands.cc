// Changes and their life: what the actuator knows and can be told.
#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_replace.h>
#include <absl/time/time.h>

#include <algorithm>
#include <cstdio>

#include "common/base/status_macros.h"
#include "common/convert/change.h"
#include "common/convert/time.h"
#include "tools/ctl/context.h"
#include "tools/ctl/table.h"

namespace evenkeel::ctl {
namespace {

using actuator::v1::ActuatorService;
using runtime::ServiceId;

std::unique_ptr<ActuatorService::Stub> Actuator(const Context& context) {
  return ActuatorService::NewStub(context.Channel(ServiceId::kActuator));
}

absl::StatusOr<int32_t> Number(const std::string& flag, const std::string& text) {
  int32_t number = 0;
  if (!absl::SimpleAtoi(text, &number) || number < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag, " must be a whole number, is \"", text, "\""));
  }
  return number;
}

std::string TimeOfDay(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%m-%d %H:%M:%S", convert::FromProto(time), absl::UTCTimeZone());
}

std::string EntityText(const types::v1::Entity& entity) {
  if (entity.has_membership()) {
    return absl::StrCat("agent ", entity.membership().agent_id(), " in queue ",
                        entity.membership().queue_id());
  }
  if (entity.has_availability()) {
    return absl::StrCat("availability of agent ", entity.availability().agent_id());
  }
  return absl::StrCat("capacity of queue ", entity.queue_capacity().queue_id());
}

std::string ValueText(const types::v1::Value& value) {
  if (value.value_case() == types::v1::Value::kAvailability) {
    return types::v1::Availability_Name(value.availability()).substr(sizeof("AVAILABILITY_") - 1);
  }
  return value.value_case() == types::v1::Value::kAgents ? absl::StrCat(value.agents())
         : value.joined()                                ? "joined"
                                                         : "left";
}

// "AGENT joins QUEUE", "QUEUE: 26 -> 28", "AGENT steps out of QUEUE for 120s", "AGENT: PAUSED ->
// AVAILABLE".
std::string WhatText(const types::v1::Proposal& proposal) {
  const auto& entity = proposal.entity();
  if (proposal.kind() == types::v1::CHANGE_KIND_THROTTLE) {
    const bool of_queue = entity.has_membership();
    return absl::StrCat(
        of_queue ? entity.membership().agent_id() : entity.availability().agent_id(), " steps out",
        of_queue ? " of " + entity.membership().queue_id() : "", " for ",
        absl::FormatDuration(convert::FromProto(proposal.hold_for())));
  }
  if (entity.has_availability()) {
    return absl::StrCat(entity.availability().agent_id(), ": ", ValueText(proposal.old_value()),
                        " -> ", ValueText(proposal.new_value()));
  }
  if (entity.has_membership()) {
    return absl::StrCat(entity.membership().agent_id(),
                        proposal.new_value().joined() ? " joins " : " leaves ",
                        entity.membership().queue_id());
  }
  return absl::StrCat(entity.queue_capacity().queue_id(), ": ", ValueText(proposal.old_value()),
                      " -> ", ValueText(proposal.new_value()));
}

std::string StateText(types::v1::ChangeState state) {
  return model::ChangeStateName(convert::FromProto(state));
}

absl::StatusOr<types::v1::ChangeState> ParseState(const std::string& name) {
  types::v1::ChangeState state;
  if (!types::v1::ChangeState_Parse("CHANGE_STATE_" + absl::AsciiStrToUpper(name), &state) ||
      state == types::v1::CHANGE_STATE_UNSPECIFIED) {
    std::string known;
    for (int i = types::v1::ChangeState_MIN + 1; i <= types::v1::ChangeState_MAX; ++i) {
      absl::StrAppend(&known, known.empty() ? "" : ", ",
                      StateText(static_cast<types::v1::ChangeState>(i)));
    }
    return absl::InvalidArgumentError(
        absl::StrCat("--state must be one of ", known, ", is \"", name, "\""));
  }
  return state;
}

absl::Status Changes(const Context& context, const std::vector<std::string>&) {
  actuator::v1::ListChangesRequest request;
  actuator::v1::ListChangesResponse response;
  EVENKEEL_ASSIGN_OR_RETURN(const int32_t limit, Number("limit", context.options.limit));
  request.set_page_size(limit);
  request.set_queue_id(context.options.queue);
  if (!context.options.state.empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(const auto state, ParseState(context.options.state));
    request.add_states(state);
  }
  const auto stub = Actuator(context);
  EVENKEEL_RETURN_IF_ERROR(context.Call(ServiceId::kActuator, *stub,
                                        &ActuatorService::Stub::ListChanges, request, response));
  if (context.PrintJson(response)) return absl::OkStatus();
  if (response.changes().empty()) {
    std::printf("no changes\n");
    return absl::OkStatus();
  }
  Table table({"id", "at", "state", "what", "why"});
  for (const auto& change : response.changes()) {
    const bool settled =
        change.state() == types::v1::CHANGE_STATE_APPLIED || change.state_reason().empty();
    table.Add({change.id().substr(0, 8), TimeOfDay(change.updated_at()), StateText(change.state()),
               ShortIds(WhatText(change.proposal())),
               ShortIds(settled ? change.proposal().reason() : change.state_reason())});
  }
  std::fputs(table.Text().c_str(), stdout);
  if (!response.next_page_token().empty()) std::printf("there are more; see --limit\n");
  return absl::OkStatus();
}

// People type the first characters of an id; the newest thousand changes are searched for it.
absl::StatusOr<types::v1::Change> FindChange(const Context& context, const std::string& id) {
  const auto stub = Actuator(context);
  actuator::v1::GetChangeRequest get;
  actuator::v1::GetChangeResponse got;
  get.set_change_id(id);
  const absl::Status exact =
      context.Call(ServiceId::kActuator, *stub, &ActuatorService::Stub::GetChange, get, got);
  if (exact.ok()) return got.change();
  if (exact.code() != absl::StatusCode::kNotFound) return exact;
  actuator::v1::ListChangesRequest list;
  actuator::v1::ListChangesResponse listed;
  list.set_page_size(1000);
  EVENKEEL_RETURN_IF_ERROR(
      context.Call(ServiceId::kActuator, *stub, &ActuatorService::Stub::ListChanges, list, listed));
  const types::v1::Change* found = nullptr;
  for (const auto& change : listed.changes()) {
    if (!change.id().starts_with(id)) continue;
    if (found != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", id, "\" fits more than one change; give more of the id"));
    }
    found = &change;
  }
  if (found == nullptr) return exact;
  return *found;
}

void PrintChange(const types::v1::Change& change) {
  const auto& proposal = change.proposal();
  std::printf("%s\n  %s: %s -> %s\n  %s, since %s%s\n  why: %s\n", change.id().c_str(),
              EntityText(proposal.entity()).c_str(), ValueText(proposal.old_value()).c_str(),
              ValueText(proposal.new_value()).c_str(), StateText(change.state()).c_str(),
              TimeOfDay(change.updated_at()).c_str(),
              change.state_reason().empty() ? "" : (": " + change.state_reason()).c_str(),
              proposal.reason().c_str());
}

// RFC 4180: quoted, quotes doubled.
std::string CsvLine(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) {
    absl::StrAppend(&line, line.empty() ? "\"" : ",\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}),
                    "\"");
  }
  return line + "\r\n";
}

// Oldest first (FAIR-9).
void PrintAuditCsv(const actuator::v1::ListAuditResponse& response) {
  std::fputs(CsvLine({"sequence", "at", "actor", "action", "change_id", "entity", "previous",
                      "current", "trigger", "snapshot_number", "reason"})
                 .c_str(),
             stdout);
  for (auto it = response.entries().rbegin(); it != response.entries().rend(); ++it) {
    std::fputs(
        CsvLine({absl::StrCat(it->sequence()),
                 absl::FormatTime(absl::RFC3339_full, convert::FromProto(it->at()),
                                  absl::UTCTimeZone()),
                 it->actor(), it->action(), it->change_id(), it->entity(), it->previous(),
                 it->current(), it->trigger(), absl::StrCat(it->snapshot_number()), it->reason()})
            .c_str(),
        stdout);
  }
}

absl::Status PrintAudit(const Context& context, const actuator::v1::ListAuditRequest& request) {
  actuator::v1::ListAuditResponse response;
  const auto stub = Actuator(context);
  EVENKEEL_RETURN_IF_ERROR(context.Call(ServiceId::kActuator, *stub,
                                        &ActuatorService::Stub::ListAudit, request, response));
  if (context.options.csv) {
    PrintAuditCsv(response);
    return absl::OkStatus();
  }
  if (context.PrintJson(response)) return absl::OkStatus();
  Table table({">#", "at", "who", "did", "change", "from", "to", "why"});
  for (auto it = response.entries().rbegin(); it != response.entries().rend(); ++it) {
    table.Add({absl::StrCat(it->sequence()), TimeOfDay(it->at()), it->actor(), it->action(),
               it->change_id().substr(0, 8), ShortIds(it->previous()), ShortIds(it->current()),
               ShortIds(it->reason())});
  }
  std::fputs(table.Text(140).c_str(), stdout);
  return absl::OkStatus();
}

absl::Status ShowChange(const Context& context, const std::vector<std::string>& arguments) {
  EVENKEEL_ASSIGN_OR_RETURN(const types::v1::Change change, FindChange(context, arguments[0]));
  if (context.PrintJson(change)) return absl::OkStatus();
  PrintChange(change);
  std::printf("\n");
  actuator::v1::ListAuditRequest request;
  request.set_change_id(change.id());
  return PrintAudit(context, request);
}

absl::Status Audit(const Context& context, const std::vector<std::string>&) {
  actuator::v1::ListAuditRequest request;
  EVENKEEL_ASSIGN_OR_RETURN(const int32_t limit, Number("limit", context.options.limit));
  request.set_page_size(limit);
  if (!context.options.change.empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(const types::v1::Change change,
                              FindChange(context, context.options.change));
    request.set_change_id(change.id());
  }
  return PrintAudit(context, request);
}

template <typename Request>
Request Decision(const Context& context, const types::v1::Change& change) {
  Request request;
  request.set_request_id(context.ids.NewId());
  request.set_change_id(change.id());
  request.set_actor(context.options.actor);
  return request;
}

template <typename Request, typename Response>
absl::Status Decide(const Context& context,
                    grpc::Status (ActuatorService::Stub::*method)(grpc::ClientContext*,
                                                                  const Request&, Response*),
                    const Request& request) {
  Response response;
  const auto stub = Actuator(context);
  EVENKEEL_RETURN_IF_ERROR(context.Call(ServiceId::kActuator, *stub, method, request, response));
  if (!context.PrintJson(response)) PrintChange(response.change());
  return absl::OkStatus();
}

absl::Status Approve(const Context& context, const std::vector<std::string>& arguments) {
  EVENKEEL_ASSIGN_OR_RETURN(const types::v1::Change change, FindChange(context, arguments[0]));
  auto request = Decision<actuator::v1::ApproveChangeRequest>(context, change);
  request.set_revision(change.revision());
  if (!context.options.revision.empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(const int32_t revision, Number("revision", context.options.revision));
    request.set_revision(revision);
  }
  return Decide(context, &ActuatorService::Stub::ApproveChange, request);
}

absl::Status Discard(const Context& context, const std::vector<std::string>& arguments) {
  EVENKEEL_ASSIGN_OR_RETURN(const types::v1::Change change, FindChange(context, arguments[0]));
  auto request = Decision<actuator::v1::DiscardChangeRequest>(context, change);
  request.set_reason(context.options.reason);
  return Decide(context, &ActuatorService::Stub::DiscardChange, request);
}

absl::Status RollBack(const Context& context, const std::vector<std::string>& arguments) {
  EVENKEEL_ASSIGN_OR_RETURN(const types::v1::Change change, FindChange(context, arguments[0]));
  auto request = Decision<actuator::v1::RollBackChangeRequest>(context, change);
  request.set_reason(context.options.reason);
  return Decide(context, &ActuatorService::Stub::RollBackChange, request);
}

absl::StatusOr<actuator::v1::PauseScope> Scope(const Options& options) {
  actuator::v1::PauseScope scope;
  if (!options.queue.empty() && !options.kind.empty()) {
    return absl::InvalidArgumentError("--queue and --kind do not go together: pause one of them");
  }
  if (!options.queue.empty()) {
    scope.set_queue_id(options.queue);
  } else if (options.kind == "capacity") {
    scope.set_kind(types::v1::CHANGE_KIND_CAPACITY);
  } else if (options.kind == "throttle") {
    scope.set_kind(types::v1::CHANGE_KIND_THROTTLE);
  } else if (!options.kind.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--kind must be capacity or throttle, is \"", options.kind, "\""));
  }
  return scope;
}

std::string ScopeText(const actuator::v1::PauseScope& scope) {
  switch (scope.scope_case()) {
    case actuator::v1::PauseScope::kKind:
      return absl::StrCat("all changes of kind ",
                          model::ChangeKindName(convert::FromProto(scope.kind())));
    case actuator::v1::PauseScope::kEntity:
      return EntityText(scope.entity());
    case actuator::v1::PauseScope::kQueueId:
      return absl::StrCat("queue ", scope.queue_id());
    case actuator::v1::PauseScope::SCOPE_NOT_SET:
      break;
  }
  return "everything";
}

template <typename Response>
void PrintPauses(const Response& response) {
  if (response.pauses().empty()) std::printf("nothing is paused\n");
  for (const auto& pause : response.pauses()) {
    std::printf("paused: %s, since %s by %s%s\n", ScopeText(pause.scope()).c_str(),
                TimeOfDay(pause.since()).c_str(), pause.actor().c_str(),
                pause.reason().empty() ? "" : (": " + pause.reason()).c_str());
  }
}

absl::Status Pause(const Context& context, const std::vector<std::string>&) {
  actuator::v1::PauseActuationRequest request;
  actuator::v1::PauseActuationResponse response;
  request.set_request_id(context.ids.NewId());
  EVENKEEL_ASSIGN_OR_RETURN(*request.mutable_scope(), Scope(context.options));
  request.set_actor(context.options.actor);
  request.set_reason(context.options.reason);
  const auto stub = Actuator(context);
  EVENKEEL_RETURN_IF_ERROR(context.Call(ServiceId::kActuator, *stub,
                                        &ActuatorService::Stub::PauseActuation, request, response));
  if (!context.PrintJson(response)) PrintPauses(response);
  return absl::OkStatus();
}

absl::Status Resume(const Context& context, const std::vector<std::string>&) {
  actuator::v1::ResumeActuationRequest request;
  actuator::v1::ResumeActuationResponse response;
  request.set_request_id(context.ids.NewId());
  EVENKEEL_ASSIGN_OR_RETURN(*request.mutable_scope(), Scope(context.options));
  request.set_actor(context.options.actor);
  const auto stub = Actuator(context);
  EVENKEEL_RETURN_IF_ERROR(context.Call(
      ServiceId::kActuator, *stub, &ActuatorService::Stub::ResumeActuation, request, response));
  if (!context.PrintJson(response)) PrintPauses(response);
  return absl::OkStatus();
}

std::string OutcomeText(actuator::v1::HoldOutcome outcome) {
  std::string name = actuator::v1::HoldOutcome_Name(outcome).substr(sizeof("HOLD_OUTCOME_") - 1);
  std::replace(name.begin(), name.end(), '_', ' ');
  return absl::AsciiStrToLower(name);
}

void PrintHolds(const google::protobuf::RepeatedPtrField<actuator::v1::Hold>& holds,
                absl::Time now) {
  Table table({"change", "what", "held as", "begun", "ends", ">left", "stands"});
  for (const auto& hold : holds) {
    const bool open = hold.outcome() == actuator::v1::HOLD_OUTCOME_OPEN;
    const absl::Duration left = convert::FromProto(hold.ends_at()) - now;
    table.Add({hold.change_id().substr(0, 8), ShortIds(EntityText(hold.entity())),
               absl::StrCat(ValueText(hold.set_value()), ", was ", ValueText(hold.old_value())),
               TimeOfDay(hold.begun_at()), TimeOfDay(hold.ends_at()),
               !open ? ""
               : left < absl::ZeroDuration()
                   ? "over"
                   : absl::StrFormat("%.0f s", absl::ToDoubleSeconds(left)),
               OutcomeText(hold.outcome())});
  }
  std::fputs(table.Text(140).c_str(), stdout);
}

absl::Status ListHolds(const Context& context) {
  actuator::v1::ListHoldsRequest request;
  actuator::v1::ListHoldsResponse response;
  const auto stub = Actuator(context);
  EVENKEEL_RETURN_IF_ERROR(context.Call(ServiceId::kActuator, *stub,
                                        &ActuatorService::Stub::ListHolds, request, response));
  if (context.PrintJson(response)) return absl::OkStatus();
  if (response.holds().empty()) {
    std::printf("nobody is held, and nobody was\n");
    return absl::OkStatus();
  }
  EVENKEEL_ASSIGN_OR_RETURN(const int32_t limit, Number("limit", context.options.limit));
  const int shown = limit > 0 ? limit : 20;
  auto& holds = *response.mutable_holds();
  if (holds.size() > shown) holds.DeleteSubrange(shown, holds.size() - shown);
  PrintHolds(holds, convert::FromProto(response.clock_now()));
  return absl::OkStatus();
}

// holds | holds release ID | holds restore: all that are open.
absl::Status Holds(const Context& context, const std::vector<std::string>& arguments) {
  if (arguments.empty()) return ListHolds(context);
  const bool release = arguments[0] == "release" && arguments.size() == 2;
  if (!release && !(arguments[0] == "restore" && arguments.size() == 1)) {
    return absl::InvalidArgumentError("say holds, holds release ID, or holds restore");
  }
  actuator::v1::ReleaseHoldRequest request;
  actuator::v1::ReleaseHoldResponse response;
  request.set_request_id(context.ids.NewId());
  request.set_change_id("-");
  if (release) {
    EVENKEEL_ASSIGN_OR_RETURN(const types::v1::Change change, FindChange(context, arguments[1]));
    request.set_change_id(change.id());
  }
  request.set_actor(context.options.actor);
  request.set_reason(context.options.reason.empty() ? "asked for" : context.options.reason);
  const auto stub = Actuator(context);
  EVENKEEL_RETURN_IF_ERROR(context.Call(ServiceId::kActuator, *stub,
                                        &ActuatorService::Stub::ReleaseHold, request, response));
  if (context.PrintJson(response)) return absl::OkStatus();
  std::printf("%d %s now\n", response.holds_size(), response.holds_size() == 1 ? "ends" : "end");
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> ChangeCommands() {
  return {
      {"changes", "", "what was proposed, and what became of it", 0, 0, Changes},
      {"change", "ID", "one change and its audit; the first characters of the id will do", 1, 1,
       ShowChange},
      {"approve", "ID", "approve a change that awaits it", 1, 1, Approve},
      {"discard", "ID", "say no to a change that has not started", 1, 1, Discard},
      {"rollback", "ID", "undo an applied change, through the same guardrails", 1, 1, RollBack},
      {"pause", "", "stop writing: all, a --kind or a --queue; survives restarts", 0, 0, Pause},
      {"resume", "", "end a pause of the same scope", 0, 0, Resume},
      {"holds", "[release ID | restore]",
       "who is held and until when; release one, or restore all that are open", 0, 2, Holds},
      {"audit", "", "who did what, when and why", 0, 0, Audit},
  };
}

}  // namespace evenkeel::ctl
