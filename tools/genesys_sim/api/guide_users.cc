// The guide dialect's writes to agents: availability (guide 3), custom fields (guide 4).
#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/guide.h"

namespace evenkeel::sim {
namespace {

// "a maximum duration of 120 seconds. After the duration expires, the system automatically
// transitions the agent back" (guide 3).
constexpr absl::Duration kLongestPause = absl::Seconds(120);

}  // namespace

absl::StatusOr<HttpAnswer> GuidePutAvailability(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  std::string availability_id, reason_id, state, note;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(call.request.body, [&](json::Value root) {
    return ReadObject(root, {{"availabilityId", false, Into(availability_id)},
                             {"reasonId", false, Into(reason_id)},
                             {"state", true,
                              [&](json::Value value) -> absl::Status {
                                EVENKEEL_RETURN_IF_ERROR(value.Read(state));
                                return state == "AVAILABLE" || state == "PAUSED" || state == "BREAK"
                                           ? absl::OkStatus()
                                           : value.Error("must be AVAILABLE, PAUSED or BREAK");
                              }},
                             {"note", false, Into(note)}});
  }));
  if (api.engine().GetAgent(agent).presence == Presence::kOffline) {
    return absl::AbortedError("the agent is logged out");
  }
  const absl::Time now = api.engine().now();
  const bool pauses = state != "AVAILABLE";
  const Presence presence = state == "PAUSED"  ? Presence::kAway
                            : state == "BREAK" ? Presence::kBreak
                                               : Presence::kOnQueue;
  api.engine().SetPresence(agent, presence);
  std::erase_if(api.guide().pauses, [&](const auto& pause) { return pause.second.agent == agent; });
  if (pauses) {
    const absl::Time since = api.engine().GetAgent(agent).presence_since;
    api.guide().pauses.emplace(now + kLongestPause, GuidePause{agent, since, presence});
  }
  json::Writer writer;
  writer.BeginObject()
      .Field("userId", call.path[0])
      .Field("availabilityId", availability_id)
      .Field("reasonId", reason_id)
      .Field("state", state)
      .Field("note", note)
      .Field("startTime", now);
  if (pauses) writer.Field("endTime", now + kLongestPause);
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GuidePatchUser(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  std::vector<std::pair<std::string, std::string>> fields;
  const auto read_field = [&](json::Value item) {
    auto& [name, value] = fields.emplace_back();
    const auto read_name = [&name](json::Value text) -> absl::Status {
      EVENKEEL_RETURN_IF_ERROR(text.Read(name));
      return name.empty() ? text.Error("must not be empty") : absl::OkStatus();
    };
    return ReadObject(item, {{"fieldName", true, read_name}, {"value", true, Into(value)}});
  };
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(call.request.body, [&](json::Value root) {
    return ReadObject(root, {{"customFields", true, [&](json::Value value) -> absl::Status {
                                EVENKEEL_RETURN_IF_ERROR(ReadArray(value, read_field));
                                return fields.empty() ? value.Error("needs at least one field")
                                                      : absl::OkStatus();
                              }}});
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

}  // namespace evenkeel::sim
