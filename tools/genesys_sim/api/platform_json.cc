#include "tools/genesys_sim/api/platform_json.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <cassert>

#include "common/base/status_macros.h"
#include "common/base/string_bridge.h"

namespace evenkeel::sim {
namespace {

constexpr int64_t kMostPageSize = 100;
constexpr int64_t kMostPageNumber = 1'000'000;
constexpr int64_t kMostIntervals = 10'000;  // of one result

void WriteConversationSummary(Api& api, int agent, json::Writer& writer) {
  const AgentState state = api.engine().GetAgent(agent);
  writer.BeginObject().Field("userId", api.scenario().agents[agent].id);
  for (const char* media : {"call", "callback", "email", "message", "chat"}) {
    int active = 0, after_call = 0;
    for (const InHand& contact : state.contacts) {
      if (NamesOf(contact.media).settings != media) continue;
      ++(contact.activity == Activity::kInteracting ? active : after_call);
    }
    writer.Key(media).BeginObject();
    writer.Key("contactCenter")
        .BeginObject()
        .Field("active", active)
        .Field("acw", after_call)
        .EndObject();
    writer.Key("enterprise").BeginObject().Field("active", 0).Field("acw", 0).EndObject();
    writer.EndObject();
  }
  writer.EndObject();
}

void WriteSkills(Api& api, int agent, json::Writer& writer) {
  writer.BeginArray();
  for (const AgentSkill& skill : SkillsOf(api, agent)) {
    WriteSkill(api, skill, writer);
  }
  writer.EndArray();
}

constexpr PresenceNames kNames[] = {
    {Presence::kOffline, "Offline", "OFFLINE", "5a1e0000-0000-4000-8000-0000000000a0"},
    {Presence::kOnQueue, "OnQueue", "ON_QUEUE", "5a1e0000-0000-4000-8000-0000000000a1"},
    {Presence::kAvailable, "Available", "AVAILABLE", "5a1e0000-0000-4000-8000-0000000000a2"},
    {Presence::kAway, "Away", "AWAY", "5a1e0000-0000-4000-8000-0000000000a3"},
    {Presence::kBusy, "Busy", "BUSY", "5a1e0000-0000-4000-8000-0000000000a4"},
    {Presence::kBreak, "Break", "BREAK", "5a1e0000-0000-4000-8000-0000000000a5"},
    {Presence::kMeal, "Meal", "MEAL", "5a1e0000-0000-4000-8000-0000000000a6"},
    {Presence::kMeeting, "Meeting", "MEETING", "5a1e0000-0000-4000-8000-0000000000a7"},
    {Presence::kTraining, "Training", "TRAINING", "5a1e0000-0000-4000-8000-0000000000a8"},
};

}  // namespace

bool IsIn(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

const PresenceNames& NamesOf(Presence presence) {
  for (const PresenceNames& names : kNames) {
    if (names.presence == presence) return names;
  }
  assert(false);
  return kNames[0];
}

std::optional<Presence> PresenceOfDefinition(std::string_view id) {
  for (const PresenceNames& names : kNames) {
    if (names.id == id) return names.presence;
  }
  return std::nullopt;
}

std::string_view RoutingStatusOf(const AgentState& agent) {
  if (agent.busy()) return "INTERACTING";
  return agent.on_queue() ? "IDLE" : "OFF_QUEUE";
}

const std::vector<std::string>& UserExpands() {
  static const auto& expands = *new std::vector<std::string>{"routingStatus",
                                                             "presence",
                                                             "integrationPresence",
                                                             "conversationSummary",
                                                             "outOfOffice",
                                                             "geolocation",
                                                             "station",
                                                             "authorization",
                                                             "lasttokenissued",
                                                             "authorization.unusedRoles",
                                                             "team",
                                                             "workPlanBidRanks",
                                                             "externalContactsSettings",
                                                             "groups",
                                                             "customAttributes",
                                                             "profileSkills",
                                                             "certifications",
                                                             "locations",
                                                             "skills",
                                                             "languages",
                                                             "languagePreference",
                                                             "employerInfo",
                                                             "biography",
                                                             "dateLastLogin",
                                                             "dateWelcomeSent"};
  return expands;
}

void WriteNamed(std::string_view key, std::string_view id, std::string_view name,
                json::Writer& writer) {
  writer.Key(key).BeginObject().Field("id", id).Field("name", name).EndObject();
}

std::string_view DirectionOf(Api& api, int queue) {
  const Scenario& scenario = api.scenario();
  const auto feeds = [&](const auto& source) { return source.queue == queue; };
  const bool called = std::any_of(scenario.call_types.begin(), scenario.call_types.end(), feeds);
  const bool calls = std::any_of(scenario.campaigns.begin(), scenario.campaigns.end(), feeds);
  return calls && !called ? "outbound" : "inbound";
}

void WriteRoutingStatus(Api& api, int agent, json::Writer& writer) {
  const AgentState state = api.engine().GetAgent(agent);
  writer.BeginObject()
      .Field("userId", api.scenario().agents[agent].id)
      .Field("status", RoutingStatusOf(state))
      .Field("startTime", state.status_since)
      .EndObject();
}

void WritePresence(Api& api, int agent, json::Writer& writer) {
  const AgentState state = api.engine().GetAgent(agent);
  const PresenceNames& names = NamesOf(state.presence);
  const std::string& id = api.scenario().agents[agent].id;
  writer.BeginObject()
      .Field("id", id)
      .Field("source", "PURECLOUD")
      .Field("primary", true)
      .Key("presenceDefinition")
      .BeginObject()
      .Field("id", names.id)
      .Field("systemPresence", names.system)
      .EndObject()
      .Field("message", api.platform().users[agent].presence_message)
      .Field("modifiedDate", state.presence_since)
      .Field("selfUri", absl::StrCat("/api/v2/users/", id, "/presences/PURECLOUD"))
      .EndObject();
}

void WriteSkill(Api& api, const AgentSkill& skill, json::Writer& writer) {
  const Skill& known = api.scenario().skills[skill.skill];
  writer.BeginObject()
      .Field("id", known.id)
      .Field("name", known.name)
      .Field("proficiency", skill.proficiency)
      .Field("state", "active")
      .Field("skillUri", absl::StrCat("/api/v2/routing/skills/", known.id))
      .EndObject();
}

const std::vector<AgentSkill>& SkillsOf(Api& api, int agent) { return api.engine().Skills(agent); }

const std::string& UserName(Api& api, int agent) {
  return api.platform().users[agent].properties["name"].text();
}

void SortByUserName(Api& api, std::vector<int>& agents) {
  std::vector<std::pair<std::string_view, int>> named;
  for (const int agent : agents) named.emplace_back(UserName(api, agent), agent);
  std::stable_sort(named.begin(), named.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < named.size(); ++i) agents[i] = named[i].second;
}

void WriteUser(Api& api, int index, const std::vector<std::string>& expand, json::Writer& writer) {
  const Agent& agent = api.scenario().agents[index];
  const Division& division = api.scenario().divisions[agent.division];
  const PlatformState::User& user = api.platform().users[index];
  writer.BeginObject().Field("id", agent.id);
  WriteNamed("division", division.id, division.name, writer);
  user.properties.WriteMembers(writer);
  writer.Field("state", "active").Field("version", user.version);
  if (IsIn(expand, "routingStatus")) {
    writer.Key("routingStatus");
    WriteRoutingStatus(api, index, writer);
  }
  if (IsIn(expand, "presence")) {
    writer.Key("presence");
    WritePresence(api, index, writer);
  }
  if (IsIn(expand, "conversationSummary")) {
    writer.Key("conversationSummary");
    WriteConversationSummary(api, index, writer);
  }
  if (IsIn(expand, "skills")) {
    writer.Key("skills");
    WriteSkills(api, index, writer);
  }
  if (IsIn(expand, "languages")) writer.Key("languages").BeginArray().EndArray();
  writer.Field("selfUri", absl::StrCat("/api/v2/users/", agent.id)).EndObject();
}

void WriteQueueMembers(Api& api, int index, json::Writer& writer, bool of_user) {
  const Queue& queue = api.scenario().queues[index];
  const PlatformState::Queue& kept = api.platform().queues[index];
  const Division& division = api.scenario().divisions[queue.division];
  const QueueState state = api.engine().GetQueue(index);
  writer.Field("id", queue.id).Field("name", kept.name);
  WriteNamed("division", division.id, division.name, writer);
  writer.Field("dateCreated", api.engine().start());
  if (kept.modified > absl::InfinitePast()) {
    writer.Field("dateModified", kept.modified).Field("modifiedBy", kept.modified_by);
  }
  writer.Field("memberCount", state.members)
      .Field("userMemberCount", state.members)
      .Field("joinedMemberCount", state.joined);
  if (of_user && kept.settings.Has("autoAnswerOnly")) {
    Json settings = kept.settings;
    settings.Remove("autoAnswerOnly");
    settings.WriteMembers(writer);
  } else {
    kept.settings.WriteMembers(writer);
  }
  writer.Field("selfUri", absl::StrCat("/api/v2/routing/queues/", queue.id));
}

void WriteUserQueue(Api& api, int queue, bool joined, json::Writer& writer) {
  writer.BeginObject();
  WriteQueueMembers(api, queue, writer, /*of_user=*/true);
  writer.Field("joined", joined).EndObject();
}

size_t Page::First(size_t count) const {
  return std::min(count, static_cast<size_t>((number - 1) * size));
}

size_t Page::Last(size_t count) const {
  return std::min(count, static_cast<size_t>(number * size));
}

Page ReadPage(Parameters& parameters, int64_t largest) {
  const int64_t size = parameters.Int("pageSize", 25, 1, largest);
  return {size, parameters.Int("pageNumber", 1, 1, kMostPageNumber)};
}

void WritePage(const ApiCall& call, const Page& page, size_t count, bool total,
               json::Writer& writer) {
  const std::vector<std::string> target =
      absl::StrSplit(call.request.target, absl::MaxSplits('?', 1));
  const auto uri = [&](int64_t number) {
    std::string text = absl::StrCat(target[0], "?pageSize=", page.size, "&pageNumber=", number);
    if (target.size() == 1) return text;
    for (const absl::string_view part : absl::StrSplit(target[1], '&', absl::SkipEmpty())) {
      const std::string_view parameter = ToStd(part);
      if (parameter.starts_with("pageSize=") || parameter.starts_with("pageNumber=")) continue;
      absl::StrAppend(&text, "&", part);
    }
    return text;
  };
  const auto items = static_cast<int64_t>(count);
  const int64_t pages = (items + page.size - 1) / page.size;
  writer.Field("pageSize", page.size).Field("pageNumber", page.number);
  writer.Field("firstUri", uri(1)).Field("selfUri", uri(page.number));
  if (page.number < pages) writer.Field("nextUri", uri(page.number + 1));
  if (page.number > 1 && page.number <= pages + 1) {
    writer.Field("previousUri", uri(page.number - 1));
  }
  if (total) {
    writer.Field("total", items).Field("pageCount", pages);
    writer.Field("lastUri", uri(std::max<int64_t>(1, pages)));
  }
}

absl::Status ReadPaging(json::Value value, Page& page) {
  EVENKEEL_RETURN_IF_ERROR(ReadObject(
      value, {{"pageSize", true, Into(page.size)}, {"pageNumber", true, Into(page.number)}}));
  if (page.size < 1 || page.size > kMostPageSize || page.number < 1 ||
      page.number > kMostPageNumber) {
    return value.Error(
        absl::StrCat("pageSize must be from 1 to ", kMostPageSize, ", pageNumber at least 1"));
  }
  return absl::OkStatus();
}

std::vector<std::pair<absl::Time, absl::Time>> Intervals::All() const {
  std::vector<std::pair<absl::Time, absl::Time>> all;
  for (absl::Time at = from; at < to; at += granularity) {
    all.emplace_back(at, std::min(to, at + granularity));
  }
  return all;
}

Intervals ReadIntervals(const std::string& interval, const std::string& granularity,
                        Violations& violations) {
  Intervals read;
  if (const auto ends = ParseInterval(interval)) {
    std::tie(read.from, read.to) = *ends;
  } else {
    violations.Add("$.interval", "must be two ISO-8601 times with offset, from/to");
  }
  read.granularity = read.to - read.from;
  if (granularity.empty()) return read;
  const auto length = ParseIsoDuration(granularity);
  if (!length || *length < absl::Minutes(1)) {
    violations.Add("$.granularity", "must be an ISO-8601 duration of at least PT1M");
  } else if ((read.to - read.from) / *length > kMostIntervals) {
    violations.Add("$.granularity", absl::StrCat("makes more than ", kMostIntervals, " intervals"));
  } else {
    read.granularity = *length;
  }
  return read;
}

std::string IntervalText(absl::Time from, absl::Time to) {
  const auto text = [](absl::Time time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  };
  return text(from) + "/" + text(to);
}

}  // namespace evenkeel::sim
