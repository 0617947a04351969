#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/platform.h"
#include "tools/genesys_sim/api/platform_json.h"

namespace evenkeel::sim {
namespace {

constexpr size_t kMostMembersAWrite = 100;

bool IsIn(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// Whether `text` fits `pattern`, in which asterisks stand for anything. Case is ignored. Takes time
// proportional to the product of the lengths at most: the pattern comes from outside.
bool FitsWildcard(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() &&
               absl::ascii_tolower(pattern[p]) == absl::ascii_tolower(text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

struct MemberFilter {
  std::optional<bool> joined;
  std::string name;
  std::vector<std::string> skills;
  std::vector<std::string> routing_statuses;
  std::vector<std::string> presences;
};

bool Passes(Api& api, int queue, int index, const MemberFilter& filter) {
  const Agent& agent = api.scenario().agents[index];
  const AgentState state = api.engine().GetAgent(index);
  if (filter.joined && api.engine().Joined(index, queue) != filter.joined) return false;
  if (!absl::StrContains(absl::AsciiStrToLower(agent.name), absl::AsciiStrToLower(filter.name)))
    return false;
  for (const std::string& wanted : filter.skills) {
    const bool has =
        std::any_of(agent.skills.begin(), agent.skills.end(), [&](const AgentSkill& skill) {
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

struct MemberUpdate {
  std::string id;
  std::optional<bool> joined;
};

// The other properties of QueueMember are read-only, but for the ring number.
absl::Status ReadMember(json::Value value, MemberUpdate& update) {
  return ReadObject(value, {{"id", false, Into(update.id)},
                            {"joined", false, Into(update.joined)},
                            {"ringNumber", false, NotSimulated},
                            {"name", false, Ignore},
                            {"user", false, Ignore},
                            {"memberBy", false, Ignore},
                            {"routingStatus", false, Ignore},
                            {"selfUri", false, Ignore}});
}

}  // namespace

absl::StatusOr<HttpAnswer> GetQueues(Api& api, ApiCall& call) {
  Parameters& parameters = call.parameters;
  const Page page = ReadPage(parameters, 100);
  const bool descending = parameters.Choice("sortOrder", "asc", {"asc", "desc"}) == "desc";
  const std::string name = parameters.Text("name");
  const std::vector<std::string> ids = parameters.List("id");
  const std::vector<std::string> divisions = parameters.List("divisionId");
  // Nobody has a peer or a library of canned responses.
  const bool impossible = !parameters.List("peerId").empty() ||
                          !parameters.Text("cannedResponseLibraryId").empty() ||
                          parameters.Bool("hasPeer").value_or(false);
  parameters.List("expand", {"identityresolution"});
  EVENKEEL_RETURN_IF_ERROR(parameters.Finish());
  const std::vector<Queue>& queues = api.scenario().queues;
  std::vector<int> found;
  for (size_t q = 0; q < queues.size() && !impossible; ++q) {
    if (!ids.empty() && !IsIn(ids, queues[q].id)) continue;
    if (!divisions.empty() && !IsIn(divisions, api.scenario().divisions[queues[q].division].id)) {
      continue;
    }
    if (name.empty() || FitsWildcard(name, queues[q].name)) found.push_back(static_cast<int>(q));
  }
  std::stable_sort(found.begin(), found.end(),
                   [&](int a, int b) { return queues[a].name < queues[b].name; });
  if (descending) std::reverse(found.begin(), found.end());
  json::Writer writer;
  writer.BeginObject().Key("entities").BeginArray();
  for (size_t i = page.First(found.size()); i < page.Last(found.size()); ++i) {
    writer.BeginObject();
    WriteQueueMembers(api, found[i], writer);
    writer.EndObject();
  }
  writer.EndArray();
  WritePage(call, page, found.size(), /*total=*/true, writer);
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetQueue(Api& api, ApiCall& call) {
  call.parameters.List("expand", {"identityresolution"});
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  json::Writer writer;
  writer.BeginObject();
  WriteQueueMembers(api, queue, writer);
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

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
  std::stable_sort(found.begin(), found.end(), [&](int a, int b) {
    return api.scenario().agents[a].name < api.scenario().agents[b].name;
  });
  if (descending) std::reverse(found.begin(), found.end());
  json::Writer writer;
  writer.BeginObject().Key("entities").BeginArray();
  for (size_t i = page.First(found.size()); i < page.Last(found.size()); ++i) {
    const Agent& agent = api.scenario().agents[found[i]];
    writer.BeginObject().Field("id", agent.id).Field("name", agent.name).Key("user");
    WriteUser(api, found[i], expand, writer);
    writer.Field("ringNumber", 1)
        .Field("joined", *api.engine().Joined(found[i], queue))
        .Field("memberBy", "user");
    if (IsIn(expand, "routingStatus")) {
      writer.Key("routingStatus");
      WriteRoutingStatus(api, found[i], writer);
    }
    writer
        .Field("selfUri",
               absl::StrCat("/api/v2/routing/queues/", call.path[0], "/members/", agent.id))
        .EndObject();
  }
  writer.EndArray();
  WritePage(call, page, found.size(), /*total=*/false, writer);
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

// Asynchronous; users that are no members are skipped without a word.
absl::StatusOr<HttpAnswer> PatchMembers(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  std::vector<MemberUpdate> updates;
  Violations violations;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(call.request.body, [&](json::Value root) -> absl::Status {
    json::Array array(root);
    while (array.Next()) {
      EVENKEEL_RETURN_IF_ERROR(ReadMember(array.value(), updates.emplace_back()));
    }
    return array.Finish();
  }));
  if (updates.empty()) violations.Add("$", "needs at least one member");
  if (updates.size() > kMostMembersAWrite) violations.Add("$", "at most 100 members a request");
  for (size_t i = 0; i < updates.size(); ++i) {
    if (updates[i].id.empty()) violations.Add(absl::StrCat("$[", i, "].id"), "is missing");
    if (!updates[i].joined) violations.Add(absl::StrCat("$[", i, "].joined"), "is missing");
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  for (const MemberUpdate& update : updates) {
    if (const auto agent = api.FindAgent(update.id); agent.ok()) {
      api.engine().SetJoined(*agent, queue, *update.joined);
    }
  }
  return EmptyAnswer(202);
}

absl::StatusOr<HttpAnswer> PatchMember(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[1]));
  MemberUpdate update;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(
      reader.Parse(call.request.body, [&](json::Value root) { return ReadMember(root, update); }));
  Violations violations;
  if (!update.id.empty() && update.id != call.path[1]) {
    violations.Add("$.id", "is not the member of the path");
  }
  if (!update.joined) violations.Add("$.joined", "is missing");
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  api.engine().SetJoined(agent, queue, *update.joined);
  return EmptyAnswer(202);
}

}  // namespace evenkeel::sim
