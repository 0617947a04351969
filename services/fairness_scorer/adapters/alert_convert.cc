#include "services/fairness_scorer/adapters/alert_convert.h"

#include "common/convert/time.h"
#include "common/json/writer.h"

namespace evenkeel::fairness {
namespace {

void WriteIds(json::Writer& writer, const char* key, const std::vector<std::string>& ids) {
  writer.Key(key).BeginArray();
  for (const std::string& id : ids) writer.String(id);
  writer.EndArray();
}

void WriteFigure(json::Writer& writer, const char* key, const std::optional<double>& figure) {
  writer.Key(key);
  if (figure) {
    writer.Double(*figure);
  } else {
    writer.Null();
  }
}

}  // namespace

v1::Alert ToProto(const Alert& alert) {
  v1::Alert proto;
  proto.set_id(alert.id);
  proto.set_incident_id(alert.incident_id);
  proto.set_closes(alert.closes);
  proto.set_type(static_cast<v1::AlertType>(static_cast<int>(alert.type) + 1));
  proto.set_queue_id(alert.queue_id);
  proto.set_skill_id(alert.skill_id);
  if (alert.current_cv) proto.set_current_cv(*alert.current_cv);
  if (alert.ema_cv) proto.set_ema_cv(*alert.ema_cv);
  proto.mutable_overloaded_user_ids()->Assign(alert.overloaded_agents.begin(),
                                              alert.overloaded_agents.end());
  proto.mutable_underutilized_user_ids()->Assign(alert.underutilized_agents.begin(),
                                                 alert.underutilized_agents.end());
  *proto.mutable_at() = convert::ToProto(alert.at);
  proto.set_recommended_action(RecommendedAction(alert.type));
  proto.set_text(alert.text);
  for (const AlertEvidence& evidence : alert.evidence) {
    v1::AlertEvidence& added = *proto.add_evidence();
    added.set_measure(evidence.measure);
    added.set_value(evidence.value);
    if (evidence.limit) added.set_limit(*evidence.limit);
  }
  proto.set_snapshot_number(alert.snapshot_number);
  for (const AlertLink& link : alert.links) {
    v1::AlertLink& added = *proto.add_links();
    added.set_name(link.name);
    added.set_url(link.url);
  }
  proto.set_supervisor_action_token(alert.action_token);
  return proto;
}

Alert FromProto(const v1::Alert& proto) {
  Alert alert;
  alert.id = proto.id();
  alert.incident_id = proto.incident_id();
  alert.closes = proto.closes();
  alert.type = static_cast<AlertType>(static_cast<int>(proto.type()) - 1);
  alert.queue_id = proto.queue_id();
  alert.skill_id = proto.skill_id();
  if (proto.has_current_cv()) alert.current_cv = proto.current_cv();
  if (proto.has_ema_cv()) alert.ema_cv = proto.ema_cv();
  alert.overloaded_agents = {proto.overloaded_user_ids().begin(),
                             proto.overloaded_user_ids().end()};
  alert.underutilized_agents = {proto.underutilized_user_ids().begin(),
                                proto.underutilized_user_ids().end()};
  alert.at = convert::FromProto(proto.at());
  alert.text = proto.text();
  for (const v1::AlertEvidence& evidence : proto.evidence()) {
    alert.evidence.push_back(
        {evidence.measure(), evidence.value(),
         evidence.has_limit() ? std::optional(evidence.limit()) : std::nullopt});
  }
  alert.snapshot_number = proto.snapshot_number();
  for (const v1::AlertLink& link : proto.links()) alert.links.push_back({link.name(), link.url()});
  alert.action_token = proto.supervisor_action_token();
  return alert;
}

std::string AlertJson(const Alert& alert) {
  json::Writer writer;
  writer.BeginObject()
      .Field("alertType", AlertTypeName(alert.type))
      .Field("queueId", alert.queue_id)
      .Field("skillId", alert.skill_id);
  WriteFigure(writer, "currentCV", alert.current_cv);
  WriteFigure(writer, "emaCV", alert.ema_cv);
  WriteIds(writer, "overloadedUserIds", alert.overloaded_agents);
  WriteIds(writer, "underutilizedUserIds", alert.underutilized_agents);
  writer.Field("timestamp", alert.at)
      .Field("recommendedAction", RecommendedAction(alert.type))
      .Field("id", alert.id)
      .Field("incidentId", alert.incident_id)
      .Field("status", alert.closes ? "CLOSED" : "OPEN")
      .Field("text", alert.text)
      .Key("evidence")
      .BeginArray();
  for (const AlertEvidence& evidence : alert.evidence) {
    writer.BeginObject().Field("measure", evidence.measure).Field("value", evidence.value);
    WriteFigure(writer, "limit", evidence.limit);
    writer.EndObject();
  }
  writer.EndArray()
      .Field("snapshotNumber", static_cast<int64_t>(alert.snapshot_number))
      .Key("links")
      .BeginArray();
  for (const AlertLink& link : alert.links) {
    writer.BeginObject().Field("name", link.name).Field("url", link.url).EndObject();
  }
  return writer.EndArray().Field("supervisorActionToken", alert.action_token).EndObject().Take();
}

}  // namespace evenkeel::fairness
