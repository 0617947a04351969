// What the guides write of agents and rules: guide 3's availability and routing rules, guide 4's
// custom fields.
#include <absl/strings/str_cat.h>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/guide.h"

namespace evenkeel::sim {
namespace {

constexpr absl::Duration kLongestPause = absl::Seconds(120);
constexpr absl::Duration kLeastStall = absl::Seconds(30);
constexpr absl::Duration kMostStall = absl::Seconds(90);

const char* AvailabilityOf(Presence presence) {
  switch (presence) {
    case Presence::kOnQueue:
      return "AVAILABLE";
    case Presence::kOffline:
      return "OFFLINE";
    case Presence::kBreak:
    case Presence::kMeal:
      return "BREAK";
    default:
      return "PAUSED";
  }
}

}  // namespace

absl::StatusOr<HttpAnswer> GuidePutAvailability(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  std::string state;
  std::optional<std::string> availability_id, reason_id, note;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(call.request.body, [&](json::Value root) {
    return ReadObject(root, {{"availabilityId", false, Into(availability_id)},
                             {"reasonId", false, Into(reason_id)},
                             {"state", true, Into(state)},
                             {"note", false, Into(note)}});
  }));
  Violations violations;
  if (state != "AVAILABLE" && state != "PAUSED" && state != "BREAK") {
    violations.Add("$.state", "must be AVAILABLE, PAUSED or BREAK");
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  Engine& engine = api.engine();
  const Presence before = engine.GetAgent(agent).presence;
  if (before == Presence::kOffline) return absl::AbortedError("the user is offline");

  const bool pause = state == "PAUSED";
  engine.SetPresence(
      agent, pause ? Presence::kBusy : (state == "BREAK" ? Presence::kBreak : Presence::kOnQueue));
  const absl::Time since = engine.GetAgent(agent).presence_since;
  const absl::Time until = engine.now() + kLongestPause;
  const bool ends = pause && api.options().guide_behaviours.pauses_end;
  api.guide().ForgetPause(agent);
  if (ends) api.guide().BeginPause(agent, since, until);

  json::Writer writer;
  writer.BeginObject()
      .Field("userId", call.path[0])
      .Field("state", state)
      .Field("previousState", AvailabilityOf(before))
      .Field("since", since);
  if (ends) writer.Field("until", until);
  if (availability_id) writer.Field("availabilityId", *availability_id);
  if (reason_id) writer.Field("reasonId", *reason_id);
  if (note) writer.Field("note", *note);
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GuidePatchUser(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  std::map<std::string, std::string> fields;
  const auto read_fields = [&](json::Value list) {
    return ForEach(list, [&](json::Value item) -> absl::Status {
      std::string name, value;
      EVENKEEL_RETURN_IF_ERROR(
          ReadObject(item, {{"fieldName", true, Into(name)}, {"value", true, Into(value)}}));
      if (name.empty()) return item.Error("fieldName must not be empty");
      if (!fields.emplace(name, value).second) return item.Error("fieldName is there twice");
      return absl::OkStatus();
    });
  };
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(call.request.body, [&](json::Value root) {
    return ReadObject(root, {{"customFields", true, read_fields}});
  }));
  std::map<std::string, std::string>& kept = api.guide().custom_fields[agent];
  for (const auto& [name, value] : fields) kept[name] = value;
  json::Writer writer;
  writer.BeginObject()
      .Field("id", call.path[0])
      .Field("name", api.scenario().agents[agent].name)
      .Key("customFields")
      .BeginArray();
  for (const auto& [name, value] : kept) {
    writer.BeginObject().Field("fieldName", name).Field("value", value).EndObject();
  }
  writer.EndArray().EndObject();
  return JsonAnswer(std::move(writer));
}

absl::Status ReadRules(Api& api, json::Value value, std::vector<GuideState::Rule>& rules) {
  return ForEach(value, [&](json::Value item) -> absl::Status {
    GuideState::Rule& rule = rules.emplace_back();
    EVENKEEL_RETURN_IF_ERROR(
        ReadObject(item, {{"skillId", true, Into(rule.skill_id)},
                          {"priority", true, Into(rule.priority)},
                          {"capacityOverride", false, Into(rule.capacity_override)}}));
    if (!api.FindSkill(rule.skill_id)) {
      return item.Error(absl::StrCat("there is no skill \"", rule.skill_id, "\""));
    }
    if (rule.capacity_override && !(*rule.capacity_override > 0)) {
      return item.Error("capacityOverride must be above 0");
    }
    return absl::OkStatus();
  });
}

void WriteRules(const std::vector<GuideState::Rule>& rules, json::Writer& writer) {
  writer.BeginArray();
  for (const GuideState::Rule& rule : rules) {
    writer.BeginObject().Field("skillId", rule.skill_id).Field("priority", rule.priority);
    if (rule.capacity_override) writer.Field("capacityOverride", *rule.capacity_override);
    writer.EndObject();
  }
  writer.EndArray();
}

void SetRules(Api& api, int queue, std::vector<GuideState::Rule> rules) {
  std::vector<GuideState::Rule>& kept = api.guide().queues[queue].rules;
  if (kept == rules) return;
  kept = std::move(rules);
  if (!api.options().guide_behaviours.rule_writes_stall) return;
  api.engine().StallUntil(api.engine().now() + kLeastStall +
                          (kMostStall - kLeastStall) * api.guide().delays.Uniform());
}

absl::StatusOr<HttpAnswer> GuidePutRules(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  std::string queue_id;
  std::vector<GuideState::Rule> rules;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(call.request.body, [&](json::Value root) {
    return ReadObject(
        root, {{"queueId", true, Into(queue_id)}, {"routingRules", true, [&](json::Value list) {
                                                     return ReadRules(api, list, rules);
                                                   }}});
  }));
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(queue_id));
  SetRules(api, queue, std::move(rules));
  json::Writer writer;
  writer.BeginObject().Field("queueId", queue_id).Key("routingRules");
  WriteRules(api.guide().queues[queue].rules, writer);
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
