// Who is in a queue: listings, who becomes or ceases to be a member, who joins and leaves.
#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/platform.h"
#include "tools/genesys_sim/api/platform_body.h"
#include "tools/genesys_sim/api/platform_json.h"

namespace evenkeel::sim {
namespace {

constexpr size_t kMostMembersAWrite = 100;
constexpr int64_t kMostRing = 6;

struct MemberFilter {
  std::optional<bool> joined;
  std::string name;
  std::vector<std::string> skills;
  std::vector<std::string> routing_statuses;
  std::vector<std::string> presences;
};

bool Passes(Api& api, int queue, int index, const MemberFilter& filter) {
  const AgentState state = api.engine().GetAgent(index);
  if (filter.joined && api.engine().Joined(index, queue) != filter.joined) return false;
  if (!absl::StrContains(absl::AsciiStrToLower(UserName(api, index)),
                         absl::AsciiStrToLower(filter.name))) {
    return false;
  }
  const std::vector<AgentSkill>& skills = SkillsOf(api, index);
  for (const std::string& wanted : filter.skills) {
    const bool has = std::any_of(skills.begin(), skills.end(), [&](const AgentSkill& skill) {
      const Skill& known = api.scenario().skills[skill.skill];
      return known.id == wanted || known.name == wanted;
    });
    if (!has) return false;
  }
  if (!filter.routing_statuses.empty() && !IsIn(filter.routing_statuses, RoutingStatusOf(state))) {
    return false;
  }
  const PresenceNames& presence = NamesOf(state.presence);
  return filter.presences.empty() || IsIn(filter.presences, presence.system) ||
         IsIn(filter.presences, presence.id);
}

// What a QueueMember may change; the other properties are read-only.
struct MemberUpdate {
  std::string id;
  std::optional<bool> joined;
  std::optional<int> ring;
};

MemberUpdate ReadMember(const Json& body, const std::string& path, Violations& violations) {
  MemberUpdate update;
  update.id = body["id"].text();
  if (body.Has("joined")) update.joined = body["joined"].truth();
  if (body.Has("ringNumber")) {
    update.ring = static_cast<int>(body["ringNumber"].number());
    if (*update.ring < 1 || *update.ring > kMostRing) {
      violations.Add(path + ".ringNumber", "must be from 1 to 6");
    }
  }
  if (!update.joined && !update.ring) violations.Add(path + ".joined", "is missing");
  return update;
}

void Apply(Api& api, int agent, int queue, const MemberUpdate& update) {
  if (update.ring) api.engine().SetRing(agent, queue, *update.ring);
  if (update.joined) api.engine().SetJoined(agent, queue, *update.joined);
}

absl::Status CheckCount(const Json& body) {
  Violations violations;
  if (body.items().empty()) violations.Add("$", "needs at least one member");
  if (body.items().size() > kMostMembersAWrite)
    violations.Add("$", "at most 100 members a request");
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<HttpAnswer> GetMembers(Api& api, ApiCall& call) {
  Parameters& parameters = call.parameters;
  const Page page = ReadPage(parameters, 100);
  const bool descending = parameters.Choice("sortOrder", "asc", {"asc", "desc"}) == "desc";
  const std::vector<std::string> expand = parameters.List("expand", UserExpands());
  MemberFilter filter;
  filter.name = parameters.Text("name");
  filter.skills = parameters.List("skills");
  filter.routing_statuses = parameters.List(
      "routingStatus", {"OFF_QUEUE", "IDLE", "INTERACTING", "NOT_RESPONDING", "COMMUNICATING"});
  filter.presences = parameters.List("presence");
  filter.joined = parameters.Bool("joined");
  // All members are so as users; nobody has languages or profile skills.
  const bool impossible = parameters.Choice("memberBy", "user", {"user", "group"}) == "group" ||
                          !parameters.List("languages").empty() ||
                          !parameters.List("profileSkills").empty();
  EVENKEEL_RETURN_IF_ERROR(parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  std::vector<int> found;
  for (const int agent : api.engine().Members(queue)) {
    if (!impossible && Passes(api, queue, agent, filter)) found.push_back(agent);
  }
  SortByUserName(api, found);
  if (descending) std::reverse(found.begin(), found.end());
  const auto write = [&](int agent, json::Writer& writer) {
    const std::string& id = api.scenario().agents[agent].id;
    writer.BeginObject().Field("id", id).Field("name", UserName(api, agent)).Key("user");
    WriteUser(api, agent, expand, writer);
    writer.Field("ringNumber", *api.engine().Ring(agent, queue))
        .Field("joined", *api.engine().Joined(agent, queue))
        .Field("memberBy", "user");
    if (IsIn(expand, "routingStatus")) {
      writer.Key("routingStatus");
      WriteRoutingStatus(api, agent, writer);
    }
    writer.Field("selfUri", absl::StrCat("/api/v2/routing/queues/", call.path[0], "/members/", id))
        .EndObject();
  };
  return Listing(call, page, found, write, /*total=*/false);
}

// Makes users members, who are then not joined, or with `delete` ends that. All or nothing.
absl::StatusOr<HttpAnswer> PostMembers(Api& api, ApiCall& call) {
  const bool remove = call.parameters.Bool("delete").value_or(false);
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  EVENKEEL_RETURN_IF_ERROR(CheckCount(body));
  std::vector<int> agents;
  Violations violations;
  for (size_t i = 0; i < body.items().size(); ++i) {
    const auto agent = api.FindAgent(body.items()[i]["id"].text());
    if (agent.ok()) {
      agents.push_back(*agent);
    } else {
      violations.Add(absl::StrCat("$[", i, "].id"), std::string(agent.status().message()));
    }
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  for (const int agent : agents) api.engine().SetMember(agent, queue, !remove);
  return EmptyAnswer(204);
}

absl::StatusOr<HttpAnswer> DeleteMember(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[1]));
  if (!api.engine().SetMember(agent, queue, false)) {
    return absl::NotFoundError("the user is no member of the queue");
  }
  return EmptyAnswer(204);
}

// Asynchronous; users that are no members are skipped without a word.
absl::StatusOr<HttpAnswer> PatchMembers(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  EVENKEEL_RETURN_IF_ERROR(CheckCount(body));
  std::vector<MemberUpdate> updates;
  Violations violations;
  for (size_t i = 0; i < body.items().size(); ++i) {
    const std::string path = absl::StrCat("$[", i, "]");
    updates.push_back(ReadMember(body.items()[i], path, violations));
    if (updates.back().id.empty()) violations.Add(path + ".id", "is missing");
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  for (const MemberUpdate& update : updates) {
    if (const auto agent = api.FindAgent(update.id); agent.ok()) Apply(api, *agent, queue, update);
  }
  return EmptyAnswer(202);
}

absl::StatusOr<HttpAnswer> PatchMember(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[1]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  Violations violations;
  const MemberUpdate update = ReadMember(body, "$", violations);
  if (!update.id.empty() && update.id != call.path[1]) {
    violations.Add("$.id", "is not the member of the path");
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  Apply(api, agent, queue, update);
  return EmptyAnswer(202);
}

// Joining and leaving from the user's side; queues that he is no member of are skipped.
absl::StatusOr<HttpAnswer> PatchUserQueues(Api& api, ApiCall& call) {
  const std::vector<std::string> divisions = call.parameters.List("divisionId");
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  EVENKEEL_RETURN_IF_ERROR(CheckCount(body));
  Violations violations;
  std::vector<std::pair<int, bool>> found;
  for (size_t i = 0; i < body.items().size(); ++i) {
    const Json& item = body.items()[i];
    const std::string path = absl::StrCat("$[", i, "]");
    if (!item.Has("joined")) violations.Add(path + ".joined", "is missing");
    const auto queue = api.FindQueue(item["id"].text());
    if (!queue.ok()) {
      violations.Add(path + ".id", std::string(queue.status().message()));
      continue;
    }
    const Division& division = api.scenario().divisions[api.scenario().queues[*queue].division];
    if (!divisions.empty() && !IsIn(divisions, division.id)) continue;
    found.emplace_back(*queue, item["joined"].truth());
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  std::erase_if(found, [&](const std::pair<int, bool>& item) {
    return !api.engine().SetJoined(agent, item.first, item.second);
  });
  const Page page = {static_cast<int64_t>(kMostMembersAWrite), 1};
  return Listing(call, page, found, [&](const std::pair<int, bool>& item, json::Writer& writer) {
    WriteUserQueue(api, item.first, item.second, writer);
  });
}

absl::StatusOr<HttpAnswer> PatchUserQueue(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[1]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  Violations violations;
  if (!body.Has("joined")) violations.Add("$.joined", "is missing");
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  if (!api.engine().SetJoined(agent, queue, body["joined"].truth())) {
    return absl::NotFoundError("the user is no member of the queue");
  }
  json::Writer writer;
  WriteUserQueue(api, queue, body["joined"].truth(), writer);
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
