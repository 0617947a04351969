// What can be changed of a user: his record, his skills, his presence.
#include <absl/strings/str_cat.h>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/platform.h"
#include "tools/genesys_sim/api/platform_body.h"
#include "tools/genesys_sim/api/platform_json.h"

namespace evenkeel::sim {
namespace {

constexpr double kMostProficiency = 5;
constexpr size_t kMostPresences = 50;  // of a bulk request

HttpAnswer UserAnswer(Api& api, int agent) {
  json::Writer writer;
  WriteUser(api, agent, {}, writer);
  return JsonAnswer(std::move(writer));
}

HttpAnswer PresenceAnswer(Api& api, int agent) {
  json::Writer writer;
  WritePresence(api, agent, writer);
  return JsonAnswer(std::move(writer));
}

// The user and the source of "/users/{userId}/presences/{sourceId}"; without a source in the path
// it is purecloud, which is the only one.
absl::StatusOr<int> PresenceUser(Api& api, const ApiCall& call) {
  if (call.path.size() > 1 && call.path[1] != "purecloud" && call.path[1] != "PURECLOUD") {
    return absl::NotFoundError("there is no presence source \"" + call.path[1] + "\"");
  }
  return api.FindAgent(call.path[0]);
}

struct PresenceChange {
  int agent = 0;
  Presence presence = Presence::kOffline;
  std::optional<std::string> message;
};

// Reads a UserPresence; `path` is where it stands in the body.
PresenceChange ReadPresence(const Json& body, const std::string& path, Violations& violations) {
  PresenceChange change;
  const Json& id = body["presenceDefinition"]["id"];
  const auto presence = PresenceOfDefinition(id.text());
  if (!id.is_text()) {
    violations.Add(path + ".presenceDefinition.id", "is missing");
  } else if (!presence) {
    violations.Add(path + ".presenceDefinition.id", "there is no definition \"" + id.text() + "\"");
  } else {
    change.presence = *presence;
  }
  if (body["primary"].is_truth() && !body["primary"].truth()) {
    violations.Add(path + ".primary", "false is not simulated");
  }
  if (body["message"].is_text()) change.message = body["message"].text();
  return change;
}

void Apply(Api& api, const PresenceChange& change) {
  api.engine().SetPresence(change.agent, change.presence);
  if (change.message) api.platform().users[change.agent].presence_message = *change.message;
}

AgentSkill ReadSkill(Api& api, const Json& body, const std::string& path, Violations& violations) {
  AgentSkill read;
  if (const auto skill = api.FindSkill(body["id"].text())) {
    read.skill = *skill;
  } else {
    violations.Add(path + ".id", "there is no skill \"" + body["id"].text() + "\"");
  }
  read.proficiency = body["proficiency"].number();
  if (!body["proficiency"].is_number() ||
      !(read.proficiency >= 0 && read.proficiency <= kMostProficiency)) {
    violations.Add(path + ".proficiency", "must be a number from 0 to 5");
  }
  return read;
}

void PutSkill(std::vector<AgentSkill>& skills, const AgentSkill& skill) {
  for (AgentSkill& known : skills) {
    if (known.skill == skill.skill) {
      known = skill;
      return;
    }
  }
  skills.push_back(skill);
}

HttpAnswer SkillAnswer(Api& api, const AgentSkill& skill) {
  json::Writer writer;
  WriteSkill(api, skill, writer);
  return JsonAnswer(std::move(writer));
}

HttpAnswer SkillsListing(Api& api, const ApiCall& call, int agent, const Page& page,
                         bool descending) {
  std::vector<AgentSkill> skills = SkillsOf(api, agent);
  std::stable_sort(skills.begin(), skills.end(), [&](const AgentSkill& a, const AgentSkill& b) {
    return api.scenario().skills[a.skill].name < api.scenario().skills[b.skill].name;
  });
  if (descending) std::reverse(skills.begin(), skills.end());
  return Listing(call, page, skills, [&](const AgentSkill& skill, json::Writer& writer) {
    WriteSkill(api, skill, writer);
  });
}

// The body's skills replace those that the user has, or are added to them.
absl::StatusOr<HttpAnswer> WriteSkills(Api& api, ApiCall& call, bool replace) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  Violations violations;
  std::vector<AgentSkill> skills;
  if (!replace) skills = SkillsOf(api, agent);
  for (size_t i = 0; i < body.items().size(); ++i) {
    PutSkill(skills, ReadSkill(api, body.items()[i], absl::StrCat("$[", i, "]"), violations));
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  const Page page = {std::max<int64_t>(25, static_cast<int64_t>(skills.size())), 1};
  api.engine().SetSkills(agent, std::move(skills));
  return SkillsListing(api, call, agent, page, /*descending=*/false);
}

}  // namespace

// Another version than the user's is a conflict. What the body does not have stays.
absl::StatusOr<HttpAnswer> PatchUser(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  PlatformState::User& user = api.platform().users[agent];
  Violations violations;
  if (body.Has("state") && body["state"].text() != "active") {
    violations.Add("$.state", "other states than active are not simulated");
  }
  for (const char* property : {"groups", "locations"}) {
    if (body.Has(property)) violations.Add(absl::StrCat("$.", property), "is not simulated");
  }
  for (const char* property : {"name", "email"}) {
    if (body.Has(property) && body[property].text().empty()) {
      violations.Add(absl::StrCat("$.", property), "must not be empty");
    }
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  if (static_cast<int64_t>(body["version"].number()) != user.version) {
    return absl::AbortedError(absl::StrCat("the user has version ", user.version, ", not ",
                                           static_cast<int64_t>(body["version"].number())));
  }
  for (const auto& [key, value] : body.members()) {
    if (key == "id" || key == "version" || key == "state" || key == "selfUri" ||
        key == "primaryContactInfo" || value.is_null()) {
      continue;
    }
    if (key == "manager") {  // an id in the request, a user in the answer
      user.properties.Set(key, Json::Object().Set("id", value).Set("version", Json::Number(1)));
    } else {
      user.properties.Set(key, value);
    }
  }
  ++user.version;
  return UserAnswer(api, agent);
}

absl::StatusOr<HttpAnswer> GetUserSkills(Api& api, ApiCall& call) {
  const Page page = ReadPage(call.parameters, 100);
  const bool descending =
      call.parameters.Choice("sortOrder", "ascending", {"ascending", "descending"}) == "descending";
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  return SkillsListing(api, call, agent, page, descending);
}

absl::StatusOr<HttpAnswer> PostUserSkill(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  Violations violations;
  const AgentSkill skill = ReadSkill(api, body, "$", violations);
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  std::vector<AgentSkill> skills = SkillsOf(api, agent);
  PutSkill(skills, skill);
  api.engine().SetSkills(agent, std::move(skills));
  return SkillAnswer(api, skill);
}

// Changes a skill that the user has.
absl::StatusOr<HttpAnswer> PutUserSkill(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(Json body, ReadBody(call));
  Violations violations;
  if (body.Has("id") && body["id"].text() != call.path[1]) {
    violations.Add("$.id", "is not the skill of the path");
  }
  if (!body.Has("proficiency")) violations.Add("$.proficiency", "is missing");
  if (body.Has("state") && body["state"].text() != "active") {
    violations.Add("$.state", "other states than active are not simulated");
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  std::vector<AgentSkill> skills = SkillsOf(api, agent);
  for (AgentSkill& skill : skills) {
    if (api.scenario().skills[skill.skill].id != call.path[1]) continue;
    body.Set("id", Json::Text(call.path[1]));
    skill = ReadSkill(api, body, "$", violations);
    EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
    const AgentSkill changed = skill;
    api.engine().SetSkills(agent, std::move(skills));
    return SkillAnswer(api, changed);
  }
  return absl::NotFoundError("the user does not have the skill \"" + call.path[1] + "\"");
}

absl::StatusOr<HttpAnswer> DeleteUserSkill(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  std::vector<AgentSkill> skills = SkillsOf(api, agent);
  const size_t removed = std::erase_if(skills, [&](const AgentSkill& skill) {
    return api.scenario().skills[skill.skill].id == call.path[1];
  });
  if (removed == 0) {
    return absl::NotFoundError("the user does not have the skill \"" + call.path[1] + "\"");
  }
  api.engine().SetSkills(agent, std::move(skills));
  return EmptyAnswer(204);
}

absl::StatusOr<HttpAnswer> PatchUserSkills(Api& api, ApiCall& call) {
  return WriteSkills(api, call, /*replace=*/false);
}

absl::StatusOr<HttpAnswer> PutUserSkills(Api& api, ApiCall& call) {
  return WriteSkills(api, call, /*replace=*/true);
}

absl::StatusOr<HttpAnswer> GetUserRoutingStatus(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  json::Writer writer;
  WriteRoutingStatus(api, agent, writer);
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetUserPresence(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, PresenceUser(api, call));
  return PresenceAnswer(api, agent);
}

absl::StatusOr<HttpAnswer> PatchUserPresence(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, PresenceUser(api, call));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  Violations violations;
  PresenceChange change = ReadPresence(body, "$", violations);
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  change.agent = agent;
  Apply(api, change);
  return PresenceAnswer(api, agent);
}

// Users that do not exist are left out.
absl::StatusOr<HttpAnswer> GetPresencesBulk(Api& api, ApiCall& call) {
  const std::vector<std::string> ids = call.parameters.List("id");
  if (ids.empty() || ids.size() > kMostPresences) {
    call.parameters.AddViolation("id", absl::StrCat("needs 1 to ", kMostPresences, " users"));
  }
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  json::Writer writer;
  writer.BeginArray();
  for (const std::string& id : ids) {
    const auto agent = api.FindAgent(id);
    if (!agent.ok()) continue;
    const AgentState state = api.engine().GetAgent(*agent);
    const PresenceNames& names = NamesOf(state.presence);
    writer.BeginObject()
        .Field("id", id)
        .Field("userId", id)
        .Field("source", "PURECLOUD")
        .Key("presenceDefinition")
        .BeginObject()
        .Field("id", names.id)
        .Field("systemPresence", names.system)
        .EndObject()
        .Field("message", api.platform().users[*agent].presence_message)
        .Field("modifiedDate", state.presence_since)
        .EndObject();
  }
  writer.EndArray();
  return JsonAnswer(std::move(writer));
}

// All or nothing.
absl::StatusOr<HttpAnswer> PutPresencesBulk(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  Violations violations;
  if (body.items().empty() || body.items().size() > kMostPresences) {
    violations.Add("$", absl::StrCat("needs 1 to ", kMostPresences, " users"));
  }
  std::vector<PresenceChange> changes;
  for (size_t i = 0; i < body.items().size(); ++i) {
    const Json& item = body.items()[i];
    const std::string path = absl::StrCat("$[", i, "]");
    changes.push_back(ReadPresence(item, path, violations));
    if (const auto agent = api.FindAgent(item["id"].text()); agent.ok()) {
      changes.back().agent = *agent;
    } else {
      violations.Add(path + ".id", std::string(agent.status().message()));
    }
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  json::Writer writer;
  writer.BeginArray();
  for (const PresenceChange& change : changes) {
    Apply(api, change);
    WritePresence(api, change.agent, writer);
  }
  writer.EndArray();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetPrimarySource(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  json::Writer writer;
  writer.BeginObject()
      .Field("id", api.scenario().agents[agent].id)
      .Field("sourceId", "purecloud")
      .Field("registered", true)
      .EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
