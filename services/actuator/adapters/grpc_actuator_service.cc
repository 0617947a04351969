#include "services/actuator/adapters/grpc_actuator_service.h"

#include <absl/strings/str_cat.h>

#include <string>
#include <vector>

#include "common/base/error_details.h"
#include "common/convert/change.h"
#include "common/convert/time.h"
#include "common/rpc/status.h"

namespace evenkeel::actuator {
namespace {

// How long a stream waits for news before it looks whether the caller is still there; real time.
constexpr absl::Duration kWatchPatience = absl::Milliseconds(500);
constexpr int64_t kWatchBatch = 500;

// What every write must say. Violations name what it does not.
template <typename Request>
RequestHeader HeaderOf(const Request& request, Violations& violations) {
  if (request.request_id().empty()) {
    violations.Add("request_id", "is missing: a unique id, so that a retry does no harm");
  }
  return {request.request_id(), request.validate_only()};
}

template <typename Request>
void CheckDecision(const Request& request, Violations& violations) {
  if (request.change_id().empty()) violations.Add("change_id", "is missing");
  if (request.actor().empty()) violations.Add("actor", "is missing: who decides, for the audit");
}

PauseScope FromProto(const v1::PauseScope& proto, Violations& violations) {
  PauseScope scope;
  switch (proto.scope_case()) {
    case v1::PauseScope::kKind:
      if (proto.kind() != types::v1::CHANGE_KIND_CAPACITY &&
          proto.kind() != types::v1::CHANGE_KIND_THROTTLE) {
        violations.Add("scope.kind", "must be CHANGE_KIND_CAPACITY or CHANGE_KIND_THROTTLE");
      }
      scope.kind = convert::FromProto(proto.kind());
      break;
    case v1::PauseScope::kEntity:
      scope.entity = convert::FromProto(proto.entity(), "scope.entity", violations);
      break;
    case v1::PauseScope::kQueueId:
      if (proto.queue_id().empty()) violations.Add("scope.queue_id", "is empty");
      scope.queue_id = proto.queue_id();
      break;
    case v1::PauseScope::SCOPE_NOT_SET:
      break;
  }
  return scope;
}

v1::Pause ToProto(const Pause& pause) {
  v1::Pause proto;
  if (pause.scope.kind) proto.mutable_scope()->set_kind(convert::ToProto(*pause.scope.kind));
  if (pause.scope.entity) {
    *proto.mutable_scope()->mutable_entity() = convert::ToProto(*pause.scope.entity);
  }
  if (pause.scope.queue_id) proto.mutable_scope()->set_queue_id(*pause.scope.queue_id);
  *proto.mutable_since() = convert::ToProto(pause.since);
  proto.set_actor(pause.actor);
  proto.set_reason(pause.reason);
  return proto;
}

v1::AuditEntry ToProto(const AuditEntry& entry) {
  v1::AuditEntry proto;
  proto.set_sequence(entry.sequence);
  *proto.mutable_at() = convert::ToProto(entry.at);
  proto.set_actor(entry.actor);
  proto.set_action(entry.action);
  proto.set_change_id(entry.change_id);
  if (entry.entity) proto.set_entity(model::EntityKey(*entry.entity));
  proto.set_previous(entry.previous);
  proto.set_current(entry.current);
  proto.set_reason(entry.reason);
  proto.set_snapshot_number(entry.snapshot_number);
  proto.set_trigger(entry.trigger);
  return proto;
}

v1::Hold ToProto(const Hold& hold) {
  v1::Hold proto;
  proto.set_change_id(hold.id);
  *proto.mutable_entity() = convert::ToProto(hold.entity);
  *proto.mutable_old_value() = convert::ToProto(hold.old_value);
  *proto.mutable_set_value() = convert::ToProto(hold.set_value);
  *proto.mutable_begun_at() = convert::ToProto(hold.begun_at);
  *proto.mutable_ends_at() = convert::ToProto(hold.ends_at);
  proto.set_outcome(static_cast<v1::HoldOutcome>(static_cast<int>(hold.outcome) + 1));
  if (!hold.open()) *proto.mutable_ended_at() = convert::ToProto(hold.ended_at);
  return proto;
}

v1::WatchChangesResponse ToProto(const Event& event) {
  v1::WatchChangesResponse proto;
  proto.set_cursor(event.cursor);
  *proto.mutable_at() = convert::ToProto(event.at);
  if (event.change) *proto.mutable_change() = convert::ToProto(*event.change);
  if (event.hold) *proto.mutable_hold() = ToProto(*event.hold);
  if (event.changed_by_other) {
    auto& other = *proto.mutable_changed_by_other();
    *other.mutable_entity() = convert::ToProto(event.changed_by_other->entity);
    *other.mutable_value() = convert::ToProto(event.changed_by_other->value);
    *other.mutable_until() = convert::ToProto(event.changed_by_other->until);
  }
  return proto;
}

void AddMode(const std::string& subject, Mode mode, v1::GetStatusResponse& response) {
  auto& entry = *response.add_modes();
  entry.set_subject(subject);
  entry.set_mode(ModeName(mode));
}

void FillModes(const ModePolicy& modes, v1::GetStatusResponse& response) {
  AddMode("all", modes.otherwise, response);
  for (const auto& [kind, mode] : modes.by_kind) {
    AddMode(model::ChangeKindName(kind), mode, response);
  }
  for (const auto& [queue, mode] : modes.by_queue) AddMode("queue " + queue, mode, response);
  for (const auto& [entity, mode] : modes.by_entity) AddMode(entity, mode, response);
}

}  // namespace

grpc::Status GrpcActuatorService::Answer(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kInternal) {
    log_.Error("internal error", {{"error", std::string(status.message())}});
  }
  return rpc::ToGrpc(status);
}

template <typename Response>
grpc::Status GrpcActuatorService::AnswerChange(const absl::StatusOr<model::Change>& change,
                                               Response& response) {
  if (change.ok()) *response.mutable_change() = convert::ToProto(*change);
  return Answer(change.status());
}

grpc::Status GrpcActuatorService::ProposeChange(grpc::ServerContext*,
                                                const v1::ProposeChangeRequest* request,
                                                v1::ProposeChangeResponse* response) {
  Violations violations;
  const RequestHeader header = HeaderOf(*request, violations);
  const model::Proposal proposal = convert::FromProto(request->proposal(), "proposal", violations);
  if (!violations.empty()) return Answer(violations.ToStatus());
  return AnswerChange(actuator_.Propose(header, proposal), *response);
}

grpc::Status GrpcActuatorService::ApproveChange(grpc::ServerContext*,
                                                const v1::ApproveChangeRequest* request,
                                                v1::ApproveChangeResponse* response) {
  Violations violations;
  const RequestHeader header = HeaderOf(*request, violations);
  CheckDecision(*request, violations);
  if (request->revision() < 1) {
    violations.Add("revision", "is missing: the revision that the approver saw, from 1");
  }
  if (!violations.empty()) return Answer(violations.ToStatus());
  return AnswerChange(
      actuator_.Approve(header, request->change_id(), request->revision(), request->actor()),
      *response);
}

grpc::Status GrpcActuatorService::DiscardChange(grpc::ServerContext*,
                                                const v1::DiscardChangeRequest* request,
                                                v1::DiscardChangeResponse* response) {
  Violations violations;
  const RequestHeader header = HeaderOf(*request, violations);
  CheckDecision(*request, violations);
  if (!violations.empty()) return Answer(violations.ToStatus());
  return AnswerChange(
      actuator_.Discard(header, request->change_id(), request->actor(), request->reason()),
      *response);
}

grpc::Status GrpcActuatorService::RollBackChange(grpc::ServerContext*,
                                                 const v1::RollBackChangeRequest* request,
                                                 v1::RollBackChangeResponse* response) {
  Violations violations;
  const RequestHeader header = HeaderOf(*request, violations);
  CheckDecision(*request, violations);
  if (!violations.empty()) return Answer(violations.ToStatus());
  return AnswerChange(
      actuator_.RollBack(header, request->change_id(), request->actor(), request->reason()),
      *response);
}

grpc::Status GrpcActuatorService::GetChange(grpc::ServerContext*,
                                            const v1::GetChangeRequest* request,
                                            v1::GetChangeResponse* response) {
  Violations violations;
  if (request->change_id().empty()) violations.Add("change_id", "is missing");
  if (!violations.empty()) return Answer(violations.ToStatus());
  return AnswerChange(actuator_.Get(request->change_id()), *response);
}

grpc::Status GrpcActuatorService::ListChanges(grpc::ServerContext*,
                                              const v1::ListChangesRequest* request,
                                              v1::ListChangesResponse* response) {
  Violations violations;
  ListRequest list;
  for (int i = 0; i < request->states_size(); ++i) {
    if (request->states(i) == types::v1::CHANGE_STATE_UNSPECIFIED ||
        !types::v1::ChangeState_IsValid(request->states(i))) {
      violations.Add(absl::StrCat("states[", i, "]"), "is not a state of a change");
    }
    list.states.push_back(convert::FromProto(request->states(i)));
  }
  for (int i = 0; i < request->kinds_size(); ++i) {
    if (request->kinds(i) == types::v1::CHANGE_KIND_UNSPECIFIED ||
        !types::v1::ChangeKind_IsValid(request->kinds(i))) {
      violations.Add(absl::StrCat("kinds[", i, "]"), "is not a kind of change");
    }
    list.kinds.push_back(convert::FromProto(request->kinds(i)));
  }
  if (!violations.empty()) return Answer(violations.ToStatus());
  list.queue_id = request->queue_id();
  list.page_size = request->page_size();
  list.page_token = request->page_token();
  const auto page = actuator_.List(list);
  if (!page.ok()) return Answer(page.status());
  for (const model::Change& change : page->changes) {
    *response->add_changes() = convert::ToProto(change);
  }
  response->set_next_page_token(page->next_page_token);
  return grpc::Status::OK;
}

grpc::Status GrpcActuatorService::WatchChanges(
    grpc::ServerContext* context, const v1::WatchChangesRequest* request,
    grpc::ServerWriter<v1::WatchChangesResponse>* writer) {
  int64_t cursor = request->cursor();
  const auto latest = actuator_.LatestCursor();
  if (!latest.ok()) return Answer(latest.status());
  if (cursor > *latest) {
    return Answer(absl::OutOfRangeError(
        absl::StrCat("cursor ", cursor, " is past the newest, ", *latest, ": of another ledger?")));
  }
  if (cursor < 0) cursor = *latest;
  // The caller learns that it is connected before there is any news.
  context->AddInitialMetadata("watching", "changes");
  writer->SendInitialMetadata();
  while (!context->IsCancelled()) {
    if (stop_.stop_requested()) return Answer(absl::UnavailableError("the actuator is stopping"));
    const auto events =
        actuator_.WaitForEvents(cursor, kWatchBatch, kWatchPatience, stop_.get_token());
    if (!events.ok()) return Answer(events.status());
    for (const Event& event : *events) {
      if (!writer->Write(ToProto(event))) return Answer(absl::CancelledError("the caller left"));
      cursor = event.cursor;
    }
  }
  return Answer(absl::CancelledError("the caller left"));
}

grpc::Status GrpcActuatorService::ListHolds(grpc::ServerContext*,
                                            const v1::ListHoldsRequest* request,
                                            v1::ListHoldsResponse* response) {
  const auto holds = actuator_.ListHolds(request->open_only());
  if (!holds.ok()) return Answer(holds.status());
  for (const Hold& hold : *holds) *response->add_holds() = ToProto(hold);
  *response->mutable_clock_now() = convert::ToProto(actuator_.Now());
  return grpc::Status::OK;
}

grpc::Status GrpcActuatorService::ReleaseHold(grpc::ServerContext*,
                                              const v1::ReleaseHoldRequest* request,
                                              v1::ReleaseHoldResponse* response) {
  Violations violations;
  const RequestHeader header = HeaderOf(*request, violations);
  CheckDecision(*request, violations);
  if (!violations.empty()) return Answer(violations.ToStatus());
  const std::string id = request->change_id() == "-" ? "" : request->change_id();
  const auto holds = actuator_.ReleaseHolds(header, id, request->actor(), request->reason());
  if (!holds.ok()) return Answer(holds.status());
  for (const Hold& hold : *holds) *response->add_holds() = ToProto(hold);
  return grpc::Status::OK;
}

grpc::Status GrpcActuatorService::ListAudit(grpc::ServerContext*,
                                            const v1::ListAuditRequest* request,
                                            v1::ListAuditResponse* response) {
  const auto page =
      actuator_.ListAudit(request->change_id(), request->page_size(), request->page_token());
  if (!page.ok()) return Answer(page.status());
  for (const AuditEntry& entry : page->entries) *response->add_entries() = ToProto(entry);
  response->set_next_page_token(page->next_page_token);
  return grpc::Status::OK;
}

grpc::Status GrpcActuatorService::PauseActuation(grpc::ServerContext*,
                                                 const v1::PauseActuationRequest* request,
                                                 v1::PauseActuationResponse* response) {
  Violations violations;
  const RequestHeader header = HeaderOf(*request, violations);
  const PauseScope scope = FromProto(request->scope(), violations);
  if (request->actor().empty()) violations.Add("actor", "is missing: who asks, for the audit");
  if (!violations.empty()) return Answer(violations.ToStatus());
  const auto pauses = actuator_.PauseActuation(header, scope, request->actor(), request->reason());
  if (!pauses.ok()) return Answer(pauses.status());
  for (const Pause& pause : *pauses) *response->add_pauses() = ToProto(pause);
  return grpc::Status::OK;
}

grpc::Status GrpcActuatorService::ResumeActuation(grpc::ServerContext*,
                                                  const v1::ResumeActuationRequest* request,
                                                  v1::ResumeActuationResponse* response) {
  Violations violations;
  const RequestHeader header = HeaderOf(*request, violations);
  const PauseScope scope = FromProto(request->scope(), violations);
  if (request->actor().empty()) violations.Add("actor", "is missing: who asks, for the audit");
  if (!violations.empty()) return Answer(violations.ToStatus());
  const auto pauses = actuator_.ResumeActuation(header, scope, request->actor());
  if (!pauses.ok()) return Answer(pauses.status());
  for (const Pause& pause : *pauses) *response->add_pauses() = ToProto(pause);
  return grpc::Status::OK;
}

grpc::Status GrpcActuatorService::GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                                            v1::GetStatusResponse* response) {
  auto status = actuator_.GetStatus();
  if (!status.ok()) return Answer(status.status());
  FillModes(status->modes, *response);
  for (const Guardrail& guardrail : Guardrails()) {
    auto& entry = *response->add_guardrails();
    entry.set_name(guardrail.name);
    entry.set_unit(guardrail.unit);
    if (guardrail.limit != nullptr) {
      entry.set_limit(guardrail.limit(status->limits.at(model::ChangeKind::kCapacity)));
    }
    const auto refusals = status->refusals.find(guardrail.name);
    entry.set_refusals(refusals == status->refusals.end() ? 0 : refusals->second);
  }
  for (const Pause& pause : status->pauses) *response->add_pauses() = ToProto(pause);
  for (const auto& [state, count] : status->changes) {
    auto& entry = *response->add_changes();
    entry.set_state(convert::ToProto(state));
    entry.set_changes(count);
  }
  response->set_writes_last_hour(status->writes_last_hour[model::ChangeKind::kCapacity]);
  response->set_writes_counted(status->writes_counted[model::ChangeKind::kCapacity]);
  response->set_open_holds(status->open_holds);
  response->set_overdue_holds(status->overdue_holds);
  *response->mutable_longest_overdue() = convert::ToProto(status->longest_overdue);
  response->set_left_alone(status->left_alone);
  response->set_last_error(status->executor.last_error);
  *response->mutable_longest_window() = convert::ToProto(status->executor.longest_window);
  *response->mutable_clock_now() = convert::ToProto(status->now);
  return grpc::Status::OK;
}

}  // namespace evenkeel::actuator
