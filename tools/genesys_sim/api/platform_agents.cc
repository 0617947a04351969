// What single agents are doing: their state with the contacts in hand.
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/analytics_filter.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/platform.h"
#include "tools/genesys_sim/api/platform_json.h"
#include "tools/genesys_sim/api/platform_workforce.h"

namespace evenkeel::sim {
namespace {

constexpr size_t kMostAgents = 50;  // of a status query, which has no pages

bool HasDimension(Api& api, int index, std::string_view dimension, const std::string* value) {
  const AgentState state = api.engine().GetAgent(index);
  const auto is = [&](std::string_view one) { return value == nullptr || *value == one; };
  if (dimension == "userId") return is(api.scenario().agents[index].id);
  if (dimension == "divisionId") {
    return is(api.scenario().divisions[api.scenario().agents[index].division].id);
  }
  if (dimension == "systemPresence") return is(NamesOf(state.presence).analytics);
  if (dimension == "organizationPresenceId") return is(NamesOf(state.presence).id);
  if (dimension == "routingStatus") return is(RoutingStatusOf(state));
  if (dimension == "isOutOfOffice") return is("false");
  if (dimension == "online") return is(state.presence == Presence::kOffline ? "false" : "true");
  if (dimension == "managementUnitId") return is(kManagementUnitId);
  if (dimension == "businessUnitId") return is(kBusinessUnitId);
  if (dimension == "assignedSkillId") {
    const auto& skills = api.engine().Skills(index);
    return std::any_of(skills.begin(), skills.end(), [&](const AgentSkill& skill) {
      return is(api.scenario().skills[skill.skill].id);
    });
  }
  if (dimension == "queueId" || dimension == "activeQueueId" || dimension == "inactiveQueueId") {
    for (size_t q = 0; q < api.scenario().queues.size(); ++q) {
      const auto joined = api.engine().Joined(index, static_cast<int>(q));
      if (joined && (dimension == "queueId" || *joined == (dimension == "activeQueueId")) &&
          is(api.scenario().queues[q].id)) {
        return true;
      }
    }
    return false;
  }
  const Adherence adherence = AdherenceOf(api, index);
  if (dimension == "adherenceState") return is(adherence.state);
  if (dimension == "adherenceImpact") return is(adherence.impact);
  if (dimension == "scheduledActivityCategory") return is(adherence.scheduled);
  if (dimension == "scheduledActivityCodeId") return is(ActivityCodeId(adherence.scheduled));
  if (dimension == "actualActivityCategory") return is(adherence.actual);
  return false;
}

void WriteAgentStatus(Api& api, int index, json::Writer& writer) {
  const Agent& agent = api.scenario().agents[index];
  const AgentState state = api.engine().GetAgent(index);
  const Adherence adherence = AdherenceOf(api, index);
  writer.BeginObject()
      .Field("userId", agent.id)
      .Field("userName", UserName(api, index))
      .Field("divisionId", api.scenario().divisions[agent.division].id)
      .Field("sessionCount", state.contacts.size())
      .Key("sessions")
      .BeginArray();
  for (const InHand& contact : state.contacts) {
    const bool talking = contact.activity == Activity::kInteracting;
    writer.BeginObject()
        .Field("segmentStart", contact.since)
        .Field("segmentType", talking ? "interact" : "wrapup")
        .Field("routedQueueId", api.scenario().queues[contact.queue].id)
        .Field("mediaType", NamesOf(contact.media).analytics)
        .EndObject();
  }
  writer.EndArray()
      .Field("systemPresence", NamesOf(state.presence).analytics)
      .Field("organizationPresenceId", NamesOf(state.presence).id)
      .Field("presenceDate", state.presence_since)
      .Field("routingStatus", RoutingStatusOf(state))
      .Field("routingStatusDate", state.status_since)
      .Field("isOutOfOffice", false)
      .Field("managementUnitId", kManagementUnitId)
      .Field("businessUnitId", kBusinessUnitId)
      .Field("adherenceState", adherence.state)
      .Field("adherenceImpact", adherence.impact)
      .Field("adherenceDate", adherence.changed)
      .Field("scheduledActivityCodeId", ActivityCodeId(adherence.scheduled))
      .Field("scheduledActivityCategory", adherence.scheduled)
      .Field("actualActivityCategory", adherence.actual)
      .EndObject();
}

struct StatusQuery {
  Filter filter;
  std::string order_by = "userName";
  std::string order = "asc";
};

absl::Status ReadStatusQuery(json::Value root, StatusQuery& query) {
  static const auto& dimensions = *new std::vector<std::string>{"activeQueueId",
                                                                "inactiveQueueId",
                                                                "queueId",
                                                                "assignedSkillId",
                                                                "divisionId",
                                                                "userId",
                                                                "systemPresence",
                                                                "organizationPresenceId",
                                                                "routingStatus",
                                                                "isOutOfOffice",
                                                                "online",
                                                                "managementUnitId",
                                                                "businessUnitId",
                                                                "adherenceState",
                                                                "adherenceImpact",
                                                                "scheduledActivityCodeId",
                                                                "scheduledActivityCategory",
                                                                "actualActivityCategory"};
  EVENKEEL_RETURN_IF_ERROR(ReadObject(
      root, {{"userFilter", false,
              [&](json::Value value) { return ReadFilter(value, dimensions, query.filter); }},
             {"sessionFilter", false, NotSimulated},
             {"userOrderBy", false, Into(query.order_by)},
             {"userOrder", false, Into(query.order)},
             {"sessionOrderBy", false, NotSimulated},
             {"sessionOrder", false, NotSimulated}}));
  Violations violations;
  static const auto& orders =
      *new std::vector<std::string>{"userName", "presenceDate", "routingStatusDate"};
  if (!IsIn(orders, query.order_by)) {
    violations.Add("$.userOrderBy",
                   "only userName, presenceDate and routingStatusDate are simulated");
  }
  if (query.order != "asc" && query.order != "desc") {
    violations.Add("$.userOrder", "must be asc or desc");
  }
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<HttpAnswer> QueryAgentsStatus(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  StatusQuery query;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(
      call.request.body, [&](json::Value root) { return ReadStatusQuery(root, query); }));
  std::vector<int> found;
  for (size_t a = 0; a < api.scenario().agents.size(); ++a) {
    const int agent = static_cast<int>(a);
    if (query.filter.PassesIf([&](std::string_view dimension, const std::string* value) {
          return HasDimension(api, agent, dimension, value);
        })) {
      found.push_back(agent);
    }
  }
  SortByUserName(api, found);
  if (query.order_by != "userName") {
    const auto date = [&](int agent) {
      const AgentState state = api.engine().GetAgent(agent);
      return query.order_by == "presenceDate" ? state.presence_since : state.status_since;
    };
    std::stable_sort(found.begin(), found.end(), [&](int a, int b) { return date(a) < date(b); });
  }
  if (query.order == "desc") std::reverse(found.begin(), found.end());
  if (found.size() > kMostAgents) found.resize(kMostAgents);
  json::Writer writer;
  writer.BeginObject().Key("entities").BeginArray();
  for (const int agent : found) WriteAgentStatus(api, agent, writer);
  writer.EndArray().EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetAgentStatus(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(call.path[0]));
  json::Writer writer;
  WriteAgentStatus(api, agent, writer);
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
