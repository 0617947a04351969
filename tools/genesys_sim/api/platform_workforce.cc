#include "tools/genesys_sim/api/platform_workforce.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "common/base/string_bridge.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/platform.h"
#include "tools/genesys_sim/api/platform_json.h"

namespace evenkeel::sim {
namespace {

constexpr size_t kMostUsers = 100;

// What a presence is as an activity. Who is scheduled to be offline is not scheduled.
std::string_view CategoryOf(Presence presence) {
  switch (presence) {
    case Presence::kOnQueue:
      return "OnQueueWork";
    case Presence::kBreak:
      return "Break";
    case Presence::kMeal:
      return "Meal";
    case Presence::kMeeting:
      return "Meeting";
    case Presence::kTraining:
      return "Training";
    case Presence::kAvailable:
    case Presence::kBusy:
      return "OffQueueWork";
    case Presence::kAway:
    case Presence::kOffline:
      break;
  }
  return "Unavailable";
}

std::string_view ScheduledCategory(Presence presence) {
  return presence == Presence::kOffline ? "Unscheduled" : CategoryOf(presence);
}

// Where the schedule stands, and what comes that is something else.
void ReadSchedule(Api& api, const std::vector<PresencePeriod>& schedule, Adherence& adherence) {
  if (schedule.empty()) {
    adherence.scheduled = "Unscheduled";
    adherence.changed = api.engine().start();
    return;
  }
  const absl::Duration repeat = api.scenario().repeat;
  const absl::Duration elapsed = api.engine().now() - api.engine().start();
  absl::Duration in_repeat;
  const int64_t cycle = absl::IDivDuration(elapsed, repeat, &in_repeat);
  const absl::Time cycle_start = api.engine().start() + cycle * repeat;
  size_t at = schedule.size() - 1;
  while (at > 0 && schedule[at].start > in_repeat) --at;
  adherence.scheduled = ScheduledCategory(schedule[at].presence);
  adherence.changed = cycle_start + schedule[at].start;
  for (size_t ahead = 1; ahead <= schedule.size(); ++ahead) {
    const size_t next = (at + ahead) % schedule.size();
    const absl::Time start =
        cycle_start + schedule[next].start + (next <= at ? repeat : absl::ZeroDuration());
    if (ScheduledCategory(schedule[next].presence) == adherence.scheduled) continue;
    adherence.next = ScheduledCategory(schedule[next].presence);
    adherence.next_start = start;
    break;
  }
}

void WriteAdherence(Api& api, int agent, json::Writer& writer) {
  const Adherence adherence = AdherenceOf(api, agent);
  const AgentState state = api.engine().GetAgent(agent);
  const std::string& id = api.scenario().agents[agent].id;
  const auto reference = [&](const char* key, std::string_view of) {
    writer.Key(key).BeginObject().Field("id", of).EndObject();
  };
  writer.BeginObject().Field("id", id);
  reference("user", id);
  reference("businessUnit", kBusinessUnitId);
  reference("managementUnit", kManagementUnitId);
  writer.Field("scheduledActivityCategory", adherence.scheduled);
  WriteNamed("scheduledActivityCode", ActivityCodeId(adherence.scheduled), adherence.scheduled,
             writer);
  writer.Field("systemPresence", NamesOf(state.presence).system)
      .Field("routingStatus", RoutingStatusOf(state))
      .Field("actualActivityCategory", adherence.actual)
      .Field("isOutOfOffice", false)
      .Field("adherenceState", adherence.state)
      .Field("impact", adherence.impact)
      .Field("timeOfAdherenceChange", adherence.changed)
      .Field("presenceUpdateTime", state.presence_since)
      .Key("activeQueues")
      .BeginArray();
  for (size_t q = 0; q < api.scenario().queues.size(); ++q) {
    if (api.engine().Joined(agent, static_cast<int>(q)).value_or(false)) {
      writer.BeginObject().Field("id", api.scenario().queues[q].id).EndObject();
    }
  }
  writer.EndArray()
      .Field("removedFromManagementUnit", false)
      .Key("nextActivityReminders")
      .BeginArray();
  if (adherence.next_start) {
    writer.BeginObject()
        .Field("activityCategory", adherence.next)
        .Field("startDate", *adherence.next_start)
        .EndObject();
  }
  writer.EndArray().EndObject();
}

absl::Status CheckManagementUnit(const ApiCall& call) {
  if (call.path[0] == kManagementUnitId) return absl::OkStatus();
  return absl::NotFoundError("there is no management unit \"" + call.path[0] + "\"");
}

}  // namespace

std::string ActivityCodeId(std::string_view category) {
  static constexpr std::string_view kCategories[] = {"OnQueueWork", "Break",        "Meal",
                                                     "Meeting",     "OffQueueWork", "TimeOff",
                                                     "Training",    "Unavailable",  "Unscheduled"};
  const auto at = std::find(std::begin(kCategories), std::end(kCategories), category);
  return absl::StrCat(at - std::begin(kCategories));
}

Adherence AdherenceOf(Api& api, int agent) {
  const AgentState state = api.engine().GetAgent(agent);
  Adherence adherence;
  ReadSchedule(api, api.scenario().agents[agent].schedule, adherence);
  adherence.changed = std::max(adherence.changed, state.presence_since);
  adherence.actual = CategoryOf(state.presence);
  const bool asked = adherence.scheduled == "OnQueueWork";
  if (adherence.scheduled == "Unscheduled") {
    adherence.state = "Unscheduled";
    adherence.impact = state.on_queue() ? "Positive" : "Neutral";
  } else if (adherence.actual == adherence.scheduled) {
    adherence.state = "InAdherence";
    adherence.impact = "Neutral";
  } else {
    adherence.state = "OutOfAdherence";
    adherence.impact = asked ? "Negative" : (state.on_queue() ? "Positive" : "Neutral");
  }
  return adherence;
}

// Users that do not exist are left out.
absl::StatusOr<HttpAnswer> GetAdherence(Api& api, ApiCall& call) {
  const std::vector<std::string> ids = call.parameters.List("userId");
  if (ids.empty() || ids.size() > kMostUsers) {
    call.parameters.AddViolation("userId", absl::StrCat("needs 1 to ", kMostUsers, " users"));
  }
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  json::Writer writer;
  writer.BeginArray();
  for (const std::string& id : ids) {
    if (const auto agent = api.FindAgent(id); agent.ok()) WriteAdherence(api, *agent, writer);
  }
  writer.EndArray();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetUnitAdherence(Api& api, ApiCall& call) {
  call.parameters.Bool("forceDownloadService");
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_RETURN_IF_ERROR(CheckManagementUnit(call));
  json::Writer writer;
  writer.BeginObject().Key("entities").BeginArray();
  for (size_t a = 0; a < api.scenario().agents.size(); ++a) {
    WriteAdherence(api, static_cast<int>(a), writer);
  }
  writer.EndArray().EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetManagementUnits(Api& api, ApiCall& call) {
  Parameters& parameters = call.parameters;
  // The paging parameters are deprecated: there is one page.
  parameters.Int("pageSize", 25, 1, 100);
  parameters.Int("pageNumber", 1, 1, 1'000'000);
  parameters.Text("expand");
  parameters.Text("feature");
  parameters.Text("divisionId");
  EVENKEEL_RETURN_IF_ERROR(parameters.Finish());
  json::Writer writer;
  writer.BeginObject().Key("entities").BeginArray().BeginObject();
  writer.Field("id", kManagementUnitId)
      .Field("name", api.scenario().name)
      .Key("businessUnit")
      .BeginObject()
      .Field("id", kBusinessUnitId)
      .EndObject()
      .Field("startDayOfWeek", "Monday")
      .Field("timeZone", "Etc/UTC")
      .EndObject()
      .EndArray()
      .EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetManagementUnitUsers(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_RETURN_IF_ERROR(CheckManagementUnit(call));
  json::Writer writer;
  writer.BeginObject().Key("entities").BeginArray();
  for (const Agent& agent : api.scenario().agents) {
    writer.BeginObject().Field("id", agent.id).EndObject();
  }
  writer.EndArray().EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
