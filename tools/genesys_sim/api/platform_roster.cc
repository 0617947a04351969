#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/platform.h"
#include "tools/genesys_sim/api/platform_json.h"

namespace evenkeel::sim {
absl::StatusOr<HttpAnswer> GetTokensMe(Api& api, ApiCall& call) {
  call.parameters.Bool("preserveIdleTTL");
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  json::Writer writer;
  writer.BeginObject();
  WriteNamed("organization", kOrganizationId, api.scenario().name, writer);
  WriteNamed("homeOrganization", kOrganizationId, api.scenario().name, writer);
  writer.Key("authorizedScope").BeginArray().EndArray();
  writer.Field("dateTokenIdles", api.tokens().Expiry(call.token));
  WriteNamed("OAuthClient", call.client->id, call.client->id, writer);
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetPresenceDefinitions(Api&, ApiCall& call) {
  // All definitions are the system's, none of a division and none deactivated.
  const std::string deactivated =
      call.parameters.Choice("deactivated", "false", {"true", "false", "any"});
  const std::vector<std::string> divisions = call.parameters.List("divisionId");
  call.parameters.Text("localeCode");
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  const bool none = deactivated == "true";
  json::Writer writer;
  writer.BeginObject().Key("entities").BeginArray();
  int64_t total = 0;
  for (const Presence presence : kPresences) {
    if (none) break;
    ++total;
    const PresenceNames& names = NamesOf(presence);
    writer.BeginObject()
        .Field("id", names.id)
        .Field("type", "System")
        .Key("languageLabels")
        .BeginObject()
        .Field("en_US", names.system)
        .EndObject()
        .Field("systemPresence", names.system)
        .Field("divisionId", "*")
        .Field("deactivated", false)
        .Field("selfUri", absl::StrCat("/api/v2/presence/definitions/", std::string(names.id)))
        .EndObject();
  }
  writer.EndArray()
      .Field("total", total)
      .Field("selfUri", "/api/v2/presence/definitions")
      .EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetSkills(Api& api, ApiCall& call) {
  const Page page = ReadPage(call.parameters, 100);
  const std::string prefix = call.parameters.Text("name");
  const std::vector<std::string> ids = call.parameters.List("id");
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  std::vector<int> found;
  for (const int skill : ByName(api.scenario().skills)) {
    const Skill& candidate = api.scenario().skills[skill];
    if (!ids.empty() && !IsIn(ids, candidate.id)) continue;
    if (absl::StartsWithIgnoreCase(candidate.name, prefix)) found.push_back(skill);
  }
  return Listing(call, page, found, [&](int index, json::Writer& writer) {
    const Skill& skill = api.scenario().skills[index];
    writer.BeginObject()
        .Field("id", skill.id)
        .Field("name", skill.name)
        .Field("state", "active")
        .Field("version", "1")
        .Field("selfUri", absl::StrCat("/api/v2/routing/skills/", skill.id))
        .EndObject();
  });
}

absl::StatusOr<HttpAnswer> GetUsers(Api& api, ApiCall& call) {
  Parameters& parameters = call.parameters;
  const Page page = ReadPage(parameters, 100);
  const std::vector<std::string> ids = parameters.List("id");
  const bool by_jabber = !parameters.List("jabberId").empty();  // nobody has one
  const std::string order =
      parameters.Choice("sortOrder", "ASC", {"ASC", "DESC", "ascending", "descending"});
  const std::vector<std::string> expand = parameters.List("expand", UserExpands());
  parameters.Choice("integrationPresenceSource", "",
                    {"MicrosoftTeams", "ZoomPhone", "EightByEight", "RingCentral"});
  if (parameters.List("userCustomAttributeSchemaIds").size() > 5) {
    parameters.AddViolation("userCustomAttributeSchemaIds", "at most 5");
  }
  const std::string state =
      parameters.Choice("state", "active", {"active", "inactive", "deleted", "any"});
  EVENKEEL_RETURN_IF_ERROR(parameters.Finish());

  std::vector<int> found;
  for (size_t a = 0; a < api.scenario().agents.size(); ++a) {
    if (by_jabber || (state != "active" && state != "any")) break;
    if (ids.empty() || IsIn(ids, api.scenario().agents[a].id)) found.push_back(static_cast<int>(a));
  }
  SortByUserName(api, found);
  if (order == "DESC" || order == "descending") std::reverse(found.begin(), found.end());
  return Listing(call, page, found,
                 [&](int agent, json::Writer& writer) { WriteUser(api, agent, expand, writer); });
}

absl::StatusOr<HttpAnswer> GetUser(Api& api, ApiCall& call) {
  Parameters& parameters = call.parameters;
  const std::vector<std::string> expand = parameters.List("expand", UserExpands());
  parameters.Choice("integrationPresenceSource", "",
                    {"MicrosoftTeams", "ZoomPhone", "EightByEight", "RingCentral"});
  parameters.List("userCustomAttributeSchemaIds");
  const std::string state = parameters.Choice("state", "active", {"active", "deleted"});
  EVENKEEL_RETURN_IF_ERROR(parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  if (state == "deleted") return absl::NotFoundError("there is no such deleted user");
  json::Writer writer;
  WriteUser(api, agent, expand, writer);
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetUserQueues(Api& api, ApiCall& call) {
  const Page page = ReadPage(call.parameters, 100);
  const bool joined = call.parameters.Bool("joined").value_or(true);
  const std::vector<std::string> divisions = call.parameters.List("divisionId");
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  std::vector<int> found;
  for (const int queue : ByName(api.platform().queues)) {
    const Division& division = api.scenario().divisions[api.scenario().queues[queue].division];
    if (!divisions.empty() && !IsIn(divisions, division.id)) continue;
    if (api.engine().Joined(agent, queue) == joined) found.push_back(queue);
  }
  return Listing(call, page, found, [&](int queue, json::Writer& writer) {
    WriteUserQueue(api, queue, joined, writer);
  });
}

}  // namespace evenkeel::sim
