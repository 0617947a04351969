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

constexpr size_t kMostRings = 7;  // six, and the one that is given back besides
constexpr double kMostThreshold = 259'200;
constexpr size_t kMostSkillsARing = 50;

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

void CheckMediaSettings(const Json& settings, Violations& violations) {
  for (const auto& [name, media] : settings.members()) {
    const std::string path = "$.mediaSettings." + name;
    if (media.Has("alertingTimeoutSeconds") && media["alertingTimeoutSeconds"].number() < 7) {
      violations.Add(path + ".alertingTimeoutSeconds", "must be at least 7");
    }
    const Json& level = media["serviceLevel"];
    if (level.Has("percentage") &&
        (level["percentage"].number() < 0 || level["percentage"].number() > 1)) {
      violations.Add(path + ".serviceLevel.percentage", "must be from 0 to 1");
    }
    if (level.Has("durationMs") && level["durationMs"].number() < 1000) {
      violations.Add(path + ".serviceLevel.durationMs", "must be at least 1000");
    }
  }
}

void CheckRings(Api& api, const Json& rings, Violations& violations) {
  if (rings.items().size() > kMostRings) {
    violations.Add("$.bullseye.rings", absl::StrCat("at most ", kMostRings));
  }
  for (size_t i = 0; i < rings.items().size(); ++i) {
    const Json& ring = rings.items()[i];
    const std::string path = absl::StrCat("$.bullseye.rings[", i, "]");
    const std::vector<Json>& criteria = ring["expansionCriteria"].items();
    if (criteria.size() != 1) {
      violations.Add(path + ".expansionCriteria", "needs one criterion");
    } else if (!criteria[0].Has("type") || !criteria[0].Has("threshold")) {
      violations.Add(path + ".expansionCriteria[0]", "needs type and threshold");
    } else if (criteria[0]["threshold"].number() < 0 ||
               criteria[0]["threshold"].number() > kMostThreshold) {
      violations.Add(path + ".expansionCriteria[0].threshold", "must be from 0 to 259200 seconds");
    }
    const std::vector<Json>& skills = ring["actions"]["skillsToRemove"].items();
    if (skills.size() > kMostSkillsARing) {
      violations.Add(path + ".actions.skillsToRemove", "at most 50");
    }
    for (const Json& skill : skills) {
      if (!api.FindSkill(skill["id"].text())) {
        violations.Add(path + ".actions.skillsToRemove",
                       "there is no skill \"" + skill["id"].text() + "\"");
      }
    }
    if (!ring["memberGroups"].items().empty()) {
      violations.Add(path + ".memberGroups", "there are no groups");
    }
  }
}

// What reads back and cannot be written is passed over.
bool IsReadOnly(std::string_view property) {
  static constexpr std::string_view kReadOnly[] = {
      "id",         "name",      "division",    "dateCreated",     "dateModified",
      "modifiedBy", "createdBy", "memberCount", "userMemberCount", "joinedMemberCount",
      "selfUri"};
  return std::find(std::begin(kReadOnly), std::end(kReadOnly), property) != std::end(kReadOnly);
}

// What of the settings the work depends on: the rings' times and whether skills decide.
void TellEngine(Api& api, int queue) {
  const Json& settings = api.platform().queues[queue].settings;
  std::vector<absl::Duration> rings;
  for (const Json& ring : settings["bullseye"]["rings"].items()) {
    rings.push_back(absl::Seconds(ring["expansionCriteria"].items()[0]["threshold"].number()));
  }
  api.engine().SetRings(queue, std::move(rings));
  const bool by_skill = settings["skillEvaluationMethod"].text() == "BEST";
  const bool was_by_skill = api.engine().GetRouting(queue) == Routing::kSkills;
  if (by_skill != was_by_skill) {
    api.engine().SetRouting(queue, by_skill ? Routing::kSkills : Routing::kLongestIdle);
  }
}

HttpAnswer QueueAnswer(Api& api, int queue) {
  json::Writer writer;
  writer.BeginObject();
  WriteQueueMembers(api, queue, writer);
  writer.EndObject();
  return JsonAnswer(std::move(writer));
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
  std::vector<int> found;
  for (const int index : ByName(api.platform().queues)) {
    const Queue& queue = api.scenario().queues[index];
    if (impossible || (!ids.empty() && !IsIn(ids, queue.id))) continue;
    if (!divisions.empty() && !IsIn(divisions, api.scenario().divisions[queue.division].id)) {
      continue;
    }
    if (name.empty() || FitsWildcard(name, api.platform().queues[index].name)) {
      found.push_back(index);
    }
  }
  if (descending) std::reverse(found.begin(), found.end());
  return Listing(call, page, found, [&](int queue, json::Writer& writer) {
    writer.BeginObject();
    WriteQueueMembers(api, queue, writer);
    writer.EndObject();
  });
}

absl::StatusOr<HttpAnswer> GetQueue(Api& api, ApiCall& call) {
  call.parameters.List("expand", {"identityresolution"});
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  return QueueAnswer(api, queue);
}

// Replaces the queue's settings: what the body does not have, the queue has not either.
absl::StatusOr<HttpAnswer> PutQueue(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  Violations violations;
  if (body["name"].text().empty()) violations.Add("$.name", "must not be empty");
  const Queue& known = api.scenario().queues[queue];
  const std::string& division = body["division"]["id"].text();
  if (body["division"].Has("id") && division != api.scenario().divisions[known.division].id) {
    violations.Add("$.division.id", "moving a queue is not simulated");
  }
  CheckMediaSettings(body["mediaSettings"], violations);
  CheckRings(api, body["bullseye"]["rings"], violations);
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  PlatformState::Queue& kept = api.platform().queues[queue];
  for (const PlatformState::Queue& other : api.platform().queues) {
    if (&other != &kept && other.name == body["name"].text()) {
      return ErrorAnswer(
          ErrorText{400, "duplicate.name", "another queue is called \"" + other.name + "\""},
          call.context_id);
    }
  }
  kept.name = body["name"].text();
  for (size_t c = 0; c < api.scenario().campaigns.size(); ++c) {
    if (api.scenario().campaigns[c].queue != queue) continue;
    Json& campaign = api.platform().campaigns[c].properties;
    campaign.Set("queue", Json(campaign["queue"]).Set("name", Json::Text(kept.name)));
  }
  kept.settings = Json::Object();
  for (const auto& [key, value] : body.members()) {
    if (!IsReadOnly(key) && !value.is_null()) kept.settings.Set(key, value);
  }
  TellEngine(api, queue);
  kept.modified = api.engine().now();
  kept.modified_by = call.client->id;
  return QueueAnswer(api, queue);
}

}  // namespace evenkeel::sim
