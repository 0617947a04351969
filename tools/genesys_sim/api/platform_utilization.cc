// How many contacts of each medium an agent works on at once: the organization's settings, and
// those of single users, which stand before them.
#include <absl/strings/str_cat.h>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/platform.h"
#include "tools/genesys_sim/api/platform_body.h"
#include "tools/genesys_sim/api/platform_json.h"

namespace evenkeel::sim {
namespace {

constexpr double kMostCapacity = 25;

struct Medium {
  const char* name;
  int capacity;  // where nothing is set
};
constexpr Medium kMediums[] = {
    {"call", 1}, {"callback", 1}, {"chat", 4}, {"email", 1}, {"message", 1}};

bool IsMedium(std::string_view name) {
  return std::any_of(std::begin(kMediums), std::end(kMediums),
                     [&](const Medium& medium) { return medium.name == name; });
}

absl::Status Check(const Json& body) {
  Violations violations;
  for (const auto& [name, medium] : body["utilization"].members()) {
    const std::string path = "$.utilization." + name;
    if (!IsMedium(name)) violations.Add(path, "is no medium");
    const Json& capacity = medium["maximumCapacity"];
    if (!capacity.is_number()) {
      violations.Add(path + ".maximumCapacity", "is missing");
    } else if (capacity.number() < 0 || capacity.number() > kMostCapacity) {
      violations.Add(path + ".maximumCapacity", "must be from 0 to 25");
    }
    for (const Json& other : medium["interruptableMediaTypes"].items()) {
      if (!IsMedium(other.text())) {
        violations.Add(path + ".interruptableMediaTypes", "\"" + other.text() + "\" is no medium");
      }
    }
  }
  for (const auto& label : body["labelUtilizations"].members()) {
    violations.Add("$.labelUtilizations." + label.first, "there is no such label");
  }
  if (body["maxInboundCalls"].number() < 0) violations.Add("$.maxInboundCalls", "is negative");
  return violations.ToStatus();
}

std::optional<int64_t> MostInboundCalls(const Json& body) {
  if (!body.Has("maxInboundCalls")) return std::nullopt;
  return static_cast<int64_t>(body["maxInboundCalls"].number());
}

// The settings of a medium: of `own` if it has them, else of `fallback`, else what holds where
// nothing is set.
void WriteMedia(const Json& own, const Json& fallback, json::Writer& writer) {
  writer.Key("utilization").BeginObject();
  for (const Medium& medium : kMediums) {
    const Json& found = own.Has(medium.name) ? own[medium.name] : fallback[medium.name];
    const Json& capacity = found["maximumCapacity"];
    const Json& interruptible = found["interruptableMediaTypes"];
    writer.Key(medium.name)
        .BeginObject()
        .Field("maximumCapacity",
               capacity.is_number() ? static_cast<int>(capacity.number()) : medium.capacity)
        .Key("interruptableMediaTypes");
    (interruptible.is_null() ? Json::Array() : interruptible).Write(writer);
    writer.Field("includeNonAcd", found["includeNonAcd"].truth()).EndObject();
  }
  writer.EndObject().Key("labelUtilizations").BeginObject().EndObject();
}

HttpAnswer OrganizationAnswer(Api& api) {
  const PlatformState& state = api.platform();
  json::Writer writer;
  writer.BeginObject();
  WriteMedia(state.utilization, Json(), writer);
  if (state.most_inbound_calls) writer.Field("maxInboundCalls", *state.most_inbound_calls);
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

HttpAnswer UserAnswer(Api& api, int agent) {
  const PlatformState& state = api.platform();
  const PlatformState::User& user = state.users[agent];
  const bool own = !user.utilization.is_null();
  const auto calls = own ? user.most_inbound_calls : state.most_inbound_calls;
  json::Writer writer;
  writer.BeginObject();
  WriteMedia(user.utilization, state.utilization, writer);
  if (calls) writer.Field("maxInboundCalls", *calls);
  writer.Field("level", own ? "Agent" : "Organization").EndObject();
  return JsonAnswer(std::move(writer));
}

// What the user may have in hand, from his own settings and the organization's.
void TellEngine(Api& api, int agent) {
  const PlatformState& state = api.platform();
  const Json& own = state.users[agent].utilization;
  Utilization utilization;
  for (const Media media : kMedia) {
    const std::string_view name = NamesOf(media).settings;
    const Json& found = own.Has(name) ? own[name] : state.utilization[name];
    if (!found.Has("maximumCapacity")) continue;
    const auto m = static_cast<size_t>(media);
    utilization.most[m] = static_cast<int>(found["maximumCapacity"].number());
    for (const Json& other : found["interruptableMediaTypes"].items()) {
      for (const Media interrupting : kMedia) {
        if (NamesOf(interrupting).settings != other.text()) continue;
        utilization.interrupted_by[m] |=
            static_cast<uint8_t>(1u << static_cast<size_t>(interrupting));
      }
    }
  }
  api.engine().SetUtilization(agent, utilization);
}

void TellEngine(Api& api) {
  for (size_t a = 0; a < api.platform().users.size(); ++a) TellEngine(api, static_cast<int>(a));
}

// The media of a body; an object, also when there are none.
Json MediaOf(const Json& body) {
  return body.Has("utilization") ? body["utilization"] : Json::Object();
}

}  // namespace

absl::StatusOr<HttpAnswer> GetUtilization(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  return OrganizationAnswer(api);
}

absl::StatusOr<HttpAnswer> PutUtilization(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  EVENKEEL_RETURN_IF_ERROR(Check(body));
  api.platform().utilization = MediaOf(body);
  api.platform().most_inbound_calls = MostInboundCalls(body);
  TellEngine(api);
  return OrganizationAnswer(api);
}

absl::StatusOr<HttpAnswer> DeleteUtilization(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  api.platform().utilization = Json::Object();
  api.platform().most_inbound_calls.reset();
  TellEngine(api);
  return EmptyAnswer(204);
}

absl::StatusOr<HttpAnswer> GetUserUtilization(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  return UserAnswer(api, agent);
}

absl::StatusOr<HttpAnswer> PutUserUtilization(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  EVENKEEL_RETURN_IF_ERROR(Check(body));
  PlatformState::User& user = api.platform().users[agent];
  user.utilization = MediaOf(body);
  user.most_inbound_calls = MostInboundCalls(body);
  TellEngine(api, agent);
  return UserAnswer(api, agent);
}

// The organization's settings hold again.
absl::StatusOr<HttpAnswer> DeleteUserUtilization(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  PlatformState::User& user = api.platform().users[agent];
  user.utilization = Json();
  user.most_inbound_calls.reset();
  TellEngine(api, agent);
  return EmptyAnswer(204);
}

}  // namespace evenkeel::sim
