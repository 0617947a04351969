#include "services/actuator/adapters/ledger_rows.h"

#include <absl/strings/str_cat.h>

#include <array>

#include "common/base/status_macros.h"
#include "common/json/reader.h"
#include "common/json/writer.h"
#include "services/actuator/core/change_task.h"
#include "services/actuator/core/hold.h"
#include "services/actuator/core/proposal.h"

namespace evenkeel::actuator::rows {
namespace {

using store::Cell;
using store::FromTime;

constexpr char kMembership[] = "membership";
constexpr char kQueueCapacity[] = "queue_capacity";
constexpr char kAvailability[] = "availability";

Cell Flag(bool value) { return int64_t{value}; }
Cell Number(uint64_t value) { return static_cast<int64_t>(value); }

absl::Status Broken(const std::string& what) {
  return absl::InternalError("the ledger's database is damaged: " + what);
}

std::string ForecastsText(const std::vector<model::Forecast>& forecasts) {
  json::Writer writer;
  writer.BeginArray();
  for (const model::Forecast& forecast : forecasts) {
    writer.BeginObject()
        .Field("measure", forecast.measure)
        .Field("queue_id", forecast.queue_id)
        .Field("before", forecast.before)
        .Field("after", forecast.after)
        .Field("horizon_ns", absl::ToInt64Nanoseconds(forecast.horizon))
        .EndObject();
  }
  return writer.EndArray().Take();
}

absl::Status ReadForecast(json::Value value, model::Forecast& forecast) {
  static constexpr std::array<std::string_view, 5> kKeys = {"measure", "queue_id", "before",
                                                            "after", "horizon_ns"};
  json::Object object(value);
  while (object.Next(kKeys)) {
    int64_t horizon_ns = 0;
    switch (object.field()) {
      case 0:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(forecast.measure));
        break;
      case 1:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(forecast.queue_id));
        break;
      case 2:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(forecast.before));
        break;
      case 3:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(forecast.after));
        break;
      case 4:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(horizon_ns));
        forecast.horizon = absl::Nanoseconds(horizon_ns);
        break;
    }
  }
  return object.Finish({0, 1, 2, 3, 4});
}

absl::StatusOr<std::vector<model::Forecast>> ReadForecasts(const std::string& text) {
  std::vector<model::Forecast> forecasts;
  json::Reader reader;
  const absl::Status status = reader.Parse(text, [&](json::Value root) -> absl::Status {
    json::Array array(root);
    while (array.Next()) {
      EVENKEEL_RETURN_IF_ERROR(ReadForecast(array.value(), forecasts.emplace_back()));
    }
    return array.Finish();
  });
  if (!status.ok()) return Broken(absl::StrCat("forecasts: ", status.message()));
  return forecasts;
}

}  // namespace

void AppendEntity(Cells& cells, const model::Entity& entity) {
  cells.emplace_back(std::holds_alternative<model::MembershipEntity>(entity)      ? kMembership
                     : std::holds_alternative<model::QueueCapacityEntity>(entity) ? kQueueCapacity
                                                                                  : kAvailability);
  cells.emplace_back(model::EntityQueue(entity));
  cells.emplace_back(model::EntityAgent(entity));
}

absl::StatusOr<std::optional<model::Entity>> ReadEntity(Cursor& cursor) {
  const std::string type = cursor.Text();
  std::string queue_id = cursor.Text();
  std::string agent_id = cursor.Text();
  if (type.empty()) return std::nullopt;
  if (type == kMembership) {
    return model::MembershipEntity{std::move(queue_id), std::move(agent_id)};
  }
  if (type == kQueueCapacity) return model::QueueCapacityEntity{std::move(queue_id)};
  if (type == kAvailability) {
    return model::AvailabilityEntity{std::move(queue_id), std::move(agent_id)};
  }
  return Broken("entity type \"" + type + "\"");
}

Cell FromValue(const model::Value& value) {
  return std::visit([](auto v) { return Cell(static_cast<int64_t>(v)); }, value);
}

model::Value ReadValue(const model::Entity& entity, int64_t stored) {
  if (std::holds_alternative<model::MembershipEntity>(entity)) return stored != 0;
  if (std::holds_alternative<model::AvailabilityEntity>(entity)) {
    return static_cast<model::Availability>(stored);
  }
  return stored;
}

void AppendChange(Cells& cells, const ChangeRecord& record) {
  const model::Change& change = record.change;
  const model::Proposal& proposal = change.proposal;
  cells.insert(cells.end(), {change.id,
                             change.revision,
                             model::ChangeKindName(proposal.kind),
                             model::EntityKey(proposal.entity),
                             model::EntityQueue(proposal.entity),
                             model::EntityAgent(proposal.entity),
                             proposal.plan_id,
                             AgentsGained(proposal),
                             Flag(IsOpen(change.state)),
                             model::ChangeStateName(change.state),
                             FromTime(change.created_at),
                             FromTime(change.updated_at),
                             FromTime(change.expires_at),
                             change.state_reason,
                             change.refusal_reason,
                             change.approved_by,
                             change.superseded_by,
                             Flag(record.dry_run),
                             Flag(record.maybe_sent),
                             Flag(record.acknowledged),
                             record.attempts,
                             FromTime(record.sent_at)});
}

void AppendProposal(Cells& cells, const model::Change& change) {
  const model::Proposal& proposal = change.proposal;
  cells.insert(cells.end(), {change.id, change.revision, model::ChangeKindName(proposal.kind)});
  AppendEntity(cells, proposal.entity);
  cells.insert(
      cells.end(),
      {FromValue(proposal.old_value), FromValue(proposal.new_value), proposal.reason,
       proposal.proposer, proposal.plan_id, proposal.move_id, Number(proposal.snapshot_number),
       proposal.snapshot_age, proposal.snapshot_seen_ratio, FromTime(proposal.expires_at),
       Flag(proposal.needs_approval), ForecastsText(proposal.forecasts), change.rolls_back,
       absl::ToInt64Nanoseconds(proposal.hold_for), proposal.trigger});
}

absl::Status ReadProposal(Cursor& cursor, model::Change& change) {
  model::Proposal& proposal = change.proposal;
  EVENKEEL_ASSIGN_OR_RETURN(proposal.kind, ReadKind(cursor.Text()));
  EVENKEEL_ASSIGN_OR_RETURN(const std::optional<model::Entity> entity, ReadEntity(cursor));
  if (!entity.has_value()) return Broken("a proposal without entity");
  proposal.entity = *entity;
  proposal.old_value = ReadValue(*entity, cursor.Int());
  proposal.new_value = ReadValue(*entity, cursor.Int());
  proposal.reason = cursor.Text();
  proposal.proposer = cursor.Text();
  proposal.plan_id = cursor.Text();
  proposal.move_id = cursor.Text();
  proposal.snapshot_number = static_cast<uint64_t>(cursor.Int());
  proposal.snapshot_age = cursor.Double();
  proposal.snapshot_seen_ratio = cursor.Double();
  proposal.expires_at = cursor.Time();
  proposal.needs_approval = cursor.Bool();
  EVENKEEL_ASSIGN_OR_RETURN(proposal.forecasts, ReadForecasts(cursor.Text()));
  change.rolls_back = cursor.Text();
  proposal.hold_for = absl::Nanoseconds(cursor.Int());
  proposal.trigger = cursor.Text();
  return absl::OkStatus();
}

absl::StatusOr<ChangeRecord> ReadRecord(Cursor& cursor) {
  ChangeRecord record;
  model::Change& change = record.change;
  record.number = cursor.Int();
  change.id = cursor.Text();
  change.revision = cursor.Int();
  EVENKEEL_ASSIGN_OR_RETURN(change.state, ReadState(cursor.Text()));
  change.created_at = cursor.Time();
  change.updated_at = cursor.Time();
  change.expires_at = cursor.Time();
  change.state_reason = cursor.Text();
  change.refusal_reason = cursor.Text();
  change.approved_by = cursor.Text();
  change.superseded_by = cursor.Text();
  record.dry_run = cursor.Bool();
  record.maybe_sent = cursor.Bool();
  record.acknowledged = cursor.Bool();
  record.attempts = cursor.Int();
  record.sent_at = cursor.Time();
  EVENKEEL_RETURN_IF_ERROR(ReadProposal(cursor, change));
  return record;
}

void AppendHold(Cells& cells, const Hold& hold) {
  cells.emplace_back(hold.id);
  AppendEntity(cells, hold.entity);
  cells.insert(cells.end(),
               {FromValue(hold.old_value), FromValue(hold.set_value), FromTime(hold.begun_at),
                FromTime(hold.ends_at), HoldOutcomeName(hold.outcome), FromTime(hold.ended_at)});
}

absl::StatusOr<Hold::Outcome> ReadOutcome(const std::string& name) {
  for (const Hold::Outcome outcome : kAllHoldOutcomes) {
    if (name == HoldOutcomeName(outcome)) return outcome;
  }
  return Broken("outcome \"" + name + "\" of a hold");
}

absl::StatusOr<Hold> ReadHold(Cursor& cursor) {
  Hold hold;
  hold.id = cursor.Text();
  EVENKEEL_ASSIGN_OR_RETURN(const auto entity, ReadEntity(cursor));
  if (!entity.has_value()) return Broken("a hold without entity");
  hold.entity = *entity;
  hold.old_value = ReadValue(*entity, cursor.Int());
  hold.set_value = ReadValue(*entity, cursor.Int());
  hold.begun_at = cursor.Time();
  hold.ends_at = cursor.Time();
  EVENKEEL_ASSIGN_OR_RETURN(hold.outcome, ReadOutcome(cursor.Text()));
  hold.ended_at = cursor.Time();
  return hold;
}

void AppendAudit(Cells& cells, const AuditEntry& entry) {
  cells.insert(cells.end(),
               {FromTime(entry.at), entry.actor, entry.action, entry.change_id, entry.revision});
  if (entry.entity.has_value()) {
    AppendEntity(cells, *entry.entity);
  } else {
    cells.insert(cells.end(), {std::string(), std::string(), std::string()});
  }
  cells.insert(
      cells.end(),
      {entry.previous, entry.current, entry.reason, Number(entry.snapshot_number),
       entry.refusal_reason, entry.approved_by, entry.superseded_by, FromTime(entry.expires_at),
       entry.value.has_value() ? FromValue(*entry.value) : Cell(std::monostate()),
       FromTime(entry.until), entry.trigger});
}

absl::StatusOr<AuditEntry> ReadAudit(Cursor& cursor) {
  AuditEntry entry;
  entry.sequence = cursor.Int();
  entry.at = cursor.Time();
  entry.actor = cursor.Text();
  entry.action = cursor.Text();
  entry.change_id = cursor.Text();
  entry.revision = cursor.Int();
  EVENKEEL_ASSIGN_OR_RETURN(entry.entity, ReadEntity(cursor));
  entry.previous = cursor.Text();
  entry.current = cursor.Text();
  entry.reason = cursor.Text();
  entry.snapshot_number = static_cast<uint64_t>(cursor.Int());
  entry.refusal_reason = cursor.Text();
  entry.approved_by = cursor.Text();
  entry.superseded_by = cursor.Text();
  entry.expires_at = cursor.Time();
  const Cell& value = cursor.Next();
  if (entry.entity.has_value() && !std::holds_alternative<std::monostate>(value)) {
    entry.value = ReadValue(*entry.entity, store::AsInt(value));
  }
  entry.until = cursor.Time();
  entry.trigger = cursor.Text();
  return entry;
}

std::string RefusalText(const std::optional<Refusal>& refusal) {
  if (!refusal.has_value()) return "";
  json::Writer writer;
  writer.BeginArray().String(refusal->reason);
  for (const auto& [key, value] : refusal->metadata) writer.String(key).String(value);
  return writer.EndArray().Take();
}

absl::StatusOr<std::optional<Refusal>> ReadRefusal(const std::string& text) {
  if (text.empty()) return std::nullopt;
  std::vector<std::string> parts;
  json::Reader reader;
  const absl::Status status = reader.Parse(text, [&](json::Value root) -> absl::Status {
    json::Array array(root);
    while (array.Next()) EVENKEEL_RETURN_IF_ERROR(array.value().Read(parts.emplace_back()));
    return array.Finish();
  });
  if (!status.ok() || parts.size() % 2 == 0) return Broken("refusal " + text);
  Refusal refusal{parts[0], {}};
  for (size_t i = 1; i < parts.size(); i += 2) refusal.metadata[parts[i]] = parts[i + 1];
  return refusal;
}

absl::StatusOr<model::ChangeState> ReadState(const std::string& name) {
  for (const model::ChangeState state : model::kAllChangeStates) {
    if (name == model::ChangeStateName(state)) return state;
  }
  return Broken("state \"" + name + "\"");
}

absl::StatusOr<model::ChangeKind> ReadKind(const std::string& name) {
  for (const model::ChangeKind kind : model::kAllChangeKinds) {
    if (name == model::ChangeKindName(kind)) return kind;
  }
  return Broken("kind \"" + name + "\"");
}

std::string Marks(size_t count) {
  std::string marks;
  for (size_t i = 0; i < count; ++i) marks += i == 0 ? "?" : ", ?";
  return marks;
}

}  // namespace evenkeel::actuator::rows
