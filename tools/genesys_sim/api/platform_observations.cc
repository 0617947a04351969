#include <absl/strings/str_cat.h>

#include <algorithm>
#include <map>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/analytics_filter.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/platform.h"
#include "tools/genesys_sim/api/platform_json.h"

namespace evenkeel::sim {
namespace {

const std::vector<std::string>& UserMetrics() {
  static const auto& metrics =
      *new std::vector<std::string>{"oActiveUsers",  "oMemberUsers",   "oOffQueueUsers",
                                    "oOnQueueUsers", "oUserPresences", "oUserRoutingStatuses"};
  return metrics;
}

const std::vector<std::string>& QueueMetrics() {
  static const auto& metrics =
      *new std::vector<std::string>{"oActiveUsers",         "oAlerting",       "oInteracting",
                                    "oLongestInteracting",  "oLongestWaiting", "oMemberUsers",
                                    "oOffQueueUsers",       "oOnQueueUsers",   "oUserPresences",
                                    "oUserRoutingStatuses", "oWaiting"};
  return metrics;
}

// A member of a queue as analytics sees him.
struct Member {
  int agent;
  AgentState state;
  bool joined;
};

// What a user metric counts the member as; empty: not at all. Joined members only for oActiveUsers,
// oOnQueueUsers (by routing status) and oOffQueueUsers (by presence); all members for the others.
std::optional<std::string> Qualifier(const std::string& metric, const Member& member) {
  const std::string presence(NamesOf(member.state.presence).analytics);
  if (metric == "oMemberUsers") return "";
  if (metric == "oUserPresences") return presence;
  if (metric == "oUserRoutingStatuses") return std::string(RoutingStatusOf(member.state));
  if (!member.joined) return std::nullopt;
  if (metric == "oActiveUsers") return "";
  const bool on_queue = member.state.on_queue() || member.state.busy();
  if (metric == "oOnQueueUsers" && on_queue) return std::string(RoutingStatusOf(member.state));
  if (metric == "oOffQueueUsers" && !on_queue) return presence;
  return std::nullopt;
}

std::optional<std::string> DimensionOf(Api& api, int queue, const Member& member,
                                       std::string_view dimension) {
  if (dimension == "queueId") return api.scenario().queues[queue].id;
  if (dimension == "userId") return api.scenario().agents[member.agent].id;
  if (dimension == "queueMembershipStatus") return member.joined ? "active" : "inactive";
  if (dimension == "routingStatus") return std::string(RoutingStatusOf(member.state));
  const PresenceNames& names = NamesOf(member.state.presence);
  if (dimension == "systemPresence") return std::string(names.analytics);
  if (dimension == "organizationPresenceId") return std::string(names.id);
  return std::nullopt;
}

std::vector<Member> MembersOf(Api& api, int queue) {
  std::vector<Member> members;
  for (const int agent : api.engine().Members(queue)) {
    members.push_back({agent, api.engine().GetAgent(agent), *api.engine().Joined(agent, queue)});
  }
  return members;
}

absl::Time ActivityDate(const Member& member) {
  return std::max(member.state.status_since, member.state.presence_since);
}

// Members by qualifier, longest in their state first.
std::map<std::string, std::vector<Member>> ByQualifier(const std::string& metric,
                                                       const std::vector<Member>& members) {
  std::map<std::string, std::vector<Member>> groups;
  for (const Member& member : members) {
    if (const auto qualifier = Qualifier(metric, member)) groups[*qualifier].push_back(member);
  }
  for (auto& [qualifier, group] : groups) {
    std::stable_sort(group.begin(), group.end(), [](const Member& a, const Member& b) {
      return ActivityDate(a) < ActivityDate(b);
    });
  }
  return groups;
}

struct ActivityQuery {
  struct Metric {
    std::string name;
    bool details = false;
  };
  std::vector<Metric> metrics;
  std::vector<std::string> group_by;
  Filter filter;
  std::string order = "asc";
};

absl::Status ReadActivityQuery(json::Value root, ActivityQuery& query) {
  static const auto& dimensions =
      *new std::vector<std::string>{"queueId",       "userId",         "queueMembershipStatus",
                                    "routingStatus", "systemPresence", "organizationPresenceId",
                                    "teamId"};
  const auto read_metrics = [&](json::Value value) -> absl::Status {
    json::Array array(value);
    while (array.Next()) {
      ActivityQuery::Metric& metric = query.metrics.emplace_back();
      json::Value item = array.value();
      EVENKEEL_RETURN_IF_ERROR(ReadObject(
          item, {{"metric", true, Into(metric.name)}, {"details", false, Into(metric.details)}}));
      if (!IsIn(UserMetrics(), metric.name)) return item.Error("is no metric of this query");
    }
    return array.Finish();
  };
  EVENKEEL_RETURN_IF_ERROR(ReadObject(
      root, {{"metrics", true, read_metrics},
             {"groupBy", true, Into(query.group_by)},
             {"filter", false,
              [&](json::Value value) { return ReadFilter(value, dimensions, query.filter); }},
             {"order", false, Into(query.order)}}));
  Violations violations;
  if (query.metrics.empty()) violations.Add("$.metrics", "needs at least one");
  if (query.group_by != std::vector<std::string>{"queueId"}) {
    violations.Add("$.groupBy", "must be [\"queueId\"]");
  }
  if (query.order != "asc" && query.order != "desc" && query.order != "unordered") {
    violations.Add("$.order", "must be asc, desc or unordered");
  }
  return violations.ToStatus();
}

void WriteEntity(Api& api, int queue, const Member& member, json::Writer& writer) {
  const PresenceNames& names = NamesOf(member.state.presence);
  writer.BeginObject()
      .Field("activityDate", ActivityDate(member))
      .Field("userId", api.scenario().agents[member.agent].id)
      .Field("queueId", api.scenario().queues[queue].id)
      .Field("queueMembershipStatus", member.joined ? "active" : "inactive")
      .Field("routingStatus", RoutingStatusOf(member.state))
      .Field("routingStatusDate", member.state.status_since)
      .Field("systemPresence", names.analytics)
      .Field("organizationPresenceId", names.id)
      .Field("presenceDate", member.state.presence_since)
      .EndObject();
}

// One result: a queue with what was asked of its members.
void WriteActivity(Api& api, int queue, const ActivityQuery& query,
                   const std::vector<Member>& members, json::Writer& writer) {
  writer.BeginObject()
      .Key("group")
      .BeginObject()
      .Field("queueId", api.scenario().queues[queue].id)
      .EndObject()
      .Key("data")
      .BeginArray();
  bool details = false;
  for (const ActivityQuery::Metric& metric : query.metrics) {
    details = details || metric.details;
    for (const auto& [qualifier, group] : ByQualifier(metric.name, members)) {
      writer.BeginObject().Field("metric", metric.name);
      if (!qualifier.empty()) writer.Field("qualifier", qualifier);
      writer.Field("count", group.size());
      if (metric.details) {
        writer.Key("entityIds").BeginArray();
        for (const Member& member : group) {
          writer.String(api.scenario().agents[member.agent].id);
        }
        writer.EndArray();
      }
      writer.EndObject();
    }
  }
  writer.EndArray().Field("truncated", false);
  if (details) {
    writer.Key("entities").BeginArray();
    for (const Member& member : members) WriteEntity(api, queue, member, writer);
    writer.EndArray();
  }
  writer.EndObject();
}

}  // namespace

absl::StatusOr<HttpAnswer> QueryRoutingActivity(Api& api, ApiCall& call) {
  const int64_t size = call.parameters.Int("pageSize", 25, 1, 100);
  const Page page = {size, call.parameters.Int("pageNumber", 1, 1, 1'000'000)};
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  ActivityQuery query;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(
      call.request.body, [&](json::Value root) { return ReadActivityQuery(root, query); }));
  // Queues of which some member passes the filter; a page holds so many queues.
  std::vector<std::pair<int, std::vector<Member>>> found;
  for (size_t q = 0; q < api.scenario().queues.size(); ++q) {
    const int queue = static_cast<int>(q);
    std::vector<Member> members = MembersOf(api, queue);
    std::erase_if(members, [&](const Member& member) {
      return !query.filter.Passes(
          [&](std::string_view dimension) { return DimensionOf(api, queue, member, dimension); });
    });
    if (members.empty()) continue;
    std::stable_sort(members.begin(), members.end(), [&](const Member& a, const Member& b) {
      return query.order == "desc" ? ActivityDate(b) < ActivityDate(a)
                                   : ActivityDate(a) < ActivityDate(b);
    });
    found.emplace_back(queue, std::move(members));
  }
  json::Writer writer;
  writer.BeginObject().Key("results").BeginArray();
  for (size_t i = page.First(found.size()); i < page.Last(found.size()); ++i) {
    WriteActivity(api, found[i].first, query, found[i].second, writer);
  }
  writer.EndArray().Field("entityIdDimension", "userId").EndObject();
  return JsonAnswer(std::move(writer));
}

namespace {

struct ObservationQuery {
  Filter filter;
  std::vector<std::string> metrics;
  std::vector<std::string> details;
};

absl::Status ReadObservationQuery(json::Value root, ObservationQuery& query) {
  static const auto& dimensions = *new std::vector<std::string>{"queueId", "mediaType"};
  EVENKEEL_RETURN_IF_ERROR(ReadObject(
      root, {{"filter", true,
              [&](json::Value value) { return ReadFilter(value, dimensions, query.filter); }},
             {"metrics", true, Into(query.metrics)},
             {"detailMetrics", false, Into(query.details)}}));
  Violations violations;
  if (query.metrics.empty()) violations.Add("$.metrics", "needs at least one");
  if (query.filter.own.predicates.empty() && query.filter.clauses.empty()) {
    violations.Add("$.filter", "needs at least one predicate");
  }
  for (const std::string& metric : query.metrics) {
    if (!IsIn(QueueMetrics(), metric)) violations.Add("$.metrics", "there is no " + metric);
  }
  for (const std::string& metric : query.details) {
    if (!IsIn(QueueMetrics(), metric) || metric.starts_with("oLongest")) {
      violations.Add("$.detailMetrics", "there is no " + metric);
    }
  }
  return violations.ToStatus();
}

void BeginResult(Api& api, int index, bool of_contacts, json::Writer& writer) {
  const Queue& queue = api.scenario().queues[index];
  writer.BeginObject().Key("group").BeginObject().Field("queueId", queue.id);
  if (of_contacts) writer.Field("mediaType", NamesOf(queue.media).analytics);
  writer.EndObject().Key("data").BeginArray();
}

// A metric with a count; `observations` writes them when they were asked for.
template <typename WriteObservations>
void WriteCount(const std::string& metric, const std::string& qualifier, size_t count, bool details,
                WriteObservations observations, json::Writer& writer) {
  writer.BeginObject().Field("metric", metric);
  if (!qualifier.empty()) writer.Field("qualifier", qualifier);
  writer.Key("stats").BeginObject().Field("count", count).EndObject();
  if (details) {
    writer.Field("truncated", false).Key("observations").BeginArray();
    observations();
    writer.EndArray();
  }
  writer.EndObject();
}

// The metrics of contacts, by medium. A metric with nothing to count is absent.
void WriteContactMetrics(Api& api, int queue, const ObservationQuery& query, json::Writer& writer) {
  const std::vector<absl::Time> waiting = api.engine().WaitingSince(queue);
  std::vector<std::pair<absl::Time, int>> interacting;
  for (size_t a = 0; a < api.scenario().agents.size(); ++a) {
    const AgentState agent = api.engine().GetAgent(static_cast<int>(a));
    for (const InHand& contact : agent.contacts) {
      if (contact.queue == queue && contact.activity == Activity::kInteracting) {
        interacting.emplace_back(contact.since, static_cast<int>(a));
      }
    }
  }
  std::sort(interacting.begin(), interacting.end());
  const bool something =
      std::any_of(query.metrics.begin(), query.metrics.end(), [&](const std::string& metric) {
        return ((metric == "oWaiting" || metric == "oLongestWaiting") && !waiting.empty()) ||
               ((metric == "oInteracting" || metric == "oLongestInteracting") &&
                !interacting.empty());
      });
  if (!something) return;
  BeginResult(api, queue, /*of_contacts=*/true, writer);
  const auto longest = [&](const std::string& metric, absl::Time since) {
    // An instant, in milliseconds since 1970.
    writer.BeginObject()
        .Field("metric", metric)
        .Key("stats")
        .BeginObject()
        .Field("calculatedMetricValue", absl::ToUnixMillis(since))
        .EndObject()
        .EndObject();
  };
  for (const std::string& metric : query.metrics) {
    const bool details = IsIn(query.details, metric);
    if (metric == "oWaiting" && !waiting.empty()) {
      WriteCount(
          metric, "", waiting.size(), details,
          [&] {
            for (const absl::Time since : waiting) {
              writer.BeginObject()
                  .Field("observationDate", since)
                  .Field("direction", DirectionOf(api, queue))
                  .Field("routingPriority", 0)
                  .EndObject();
            }
          },
          writer);
    } else if (metric == "oInteracting" && !interacting.empty()) {
      WriteCount(
          metric, "", interacting.size(), details,
          [&] {
            for (const auto& [since, agent] : interacting) {
              writer.BeginObject()
                  .Field("observationDate", since)
                  .Field("direction", DirectionOf(api, queue))
                  .Field("userId", api.scenario().agents[agent].id)
                  .EndObject();
            }
          },
          writer);
    } else if (metric == "oLongestWaiting" && !waiting.empty()) {
      longest(metric, waiting.front());
    } else if (metric == "oLongestInteracting" && !interacting.empty()) {
      longest(metric, interacting.front().first);
    }
  }
  writer.EndArray().EndObject();
}

void WriteUserMetrics(Api& api, int queue, const ObservationQuery& query, json::Writer& writer) {
  const std::vector<Member> members = MembersOf(api, queue);
  if (members.empty()) return;
  BeginResult(api, queue, /*of_contacts=*/false, writer);
  for (const std::string& metric : query.metrics) {
    if (!IsIn(UserMetrics(), metric)) continue;
    for (const auto& entry : ByQualifier(metric, members)) {
      const std::vector<Member>& group = entry.second;
      WriteCount(
          metric, entry.first, group.size(), IsIn(query.details, metric),
          [&] {
            for (const Member& member : group) {
              writer.BeginObject()
                  .Field("observationDate", ActivityDate(member))
                  .Field("userId", api.scenario().agents[member.agent].id)
                  .EndObject();
            }
          },
          writer);
    }
  }
  writer.EndArray().EndObject();
}

}  // namespace

absl::StatusOr<HttpAnswer> QueryQueueObservations(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  ObservationQuery query;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(
      call.request.body, [&](json::Value root) { return ReadObservationQuery(root, query); }));
  const bool asks_users =
      std::any_of(query.metrics.begin(), query.metrics.end(),
                  [](const std::string& metric) { return IsIn(UserMetrics(), metric); });
  json::Writer writer;
  writer.BeginObject().Key("systemToOrganizationMappings").BeginObject();
  for (const Presence presence : kPresences) {
    writer.Key(NamesOf(presence).analytics).BeginArray().String(NamesOf(presence).id).EndArray();
  }
  writer.EndObject().Key("results").BeginArray();
  for (size_t q = 0; q < api.scenario().queues.size(); ++q) {
    const int queue = static_cast<int>(q);
    const auto passes = [&](std::optional<std::string> media) {
      return query.filter.Passes([&](std::string_view dimension) {
        return dimension == "queueId" ? std::optional(api.scenario().queues[q].id) : media;
      });
    };
    const Media media = api.scenario().queues[q].media;
    if (passes(std::string(NamesOf(media).analytics))) {
      WriteContactMetrics(api, queue, query, writer);
    }
    // Agents are of no medium: a filter by medium alone does not meet them.
    if (asks_users && passes(std::nullopt)) WriteUserMetrics(api, queue, query, writer);
  }
  writer.EndArray().EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
