// What single agents did: how long they were in each presence and routing status.
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

constexpr size_t kMostUserPredicates = 100;
constexpr absl::Duration kMostDetailsInterval = absl::Hours(7 * 24);

std::string_view StatusName(RoutingStatus status) {
  switch (status) {
    case RoutingStatus::kOffQueue:
      return "OFF_QUEUE";
    case RoutingStatus::kIdle:
      return "IDLE";
    case RoutingStatus::kInteracting:
      return "INTERACTING";
  }
  return "";
}

// A stretch of one presence, or of one routing status.
struct Span {
  int64_t from, to;
  int value;
};

// An agent's life in an interval as spans of equal presence (or status), in order.
std::vector<Span> Spans(Api& api, int agent, absl::Time from, absl::Time to, bool of_presence) {
  const absl::Time start = api.engine().start();
  const int64_t first = std::max<int64_t>(0, absl::ToInt64Microseconds(from - start));
  const int64_t last = absl::ToInt64Microseconds(std::min(to, api.engine().now()) - start);
  std::vector<Span> spans;
  if (first >= last) return spans;
  for (const AgentStretch& stretch : api.records().Stretches(agent, first, last)) {
    const int value =
        of_presence ? static_cast<int>(stretch.presence) : static_cast<int>(stretch.status);
    if (!spans.empty() && spans.back().value == value) {
      spans.back().to = stretch.to;
    } else {
      spans.push_back({stretch.from, stretch.to, value});
    }
  }
  return spans;
}

struct Metric {
  const char* name;
  bool of_presence;
  bool by_definition;  // qualified by the definition's id
};
constexpr Metric kMetrics[] = {{"tAgentRoutingStatus", false, false},
                               {"tSystemPresence", true, false},
                               {"tOrganizationPresence", true, true}};

std::string Qualifier(const Metric& metric, int value) {
  if (!metric.of_presence) return std::string(StatusName(static_cast<RoutingStatus>(value)));
  const PresenceNames& names = NamesOf(static_cast<Presence>(value));
  return std::string(metric.by_definition ? names.id : names.analytics);
}

struct AggregateQuery {
  Intervals intervals;
  Filter filter;
  std::vector<const Metric*> metrics;
};

size_t CountPredicates(const Filter& filter) {
  size_t count = filter.own.predicates.size();
  for (const Clause& clause : filter.clauses) count += clause.predicates.size();
  return count;
}

absl::Status ReadAggregateQuery(json::Value root, AggregateQuery& query) {
  static const auto& dimensions = *new std::vector<std::string>{"userId"};
  std::string interval, granularity, alternate = "eventTime", zone;
  std::vector<std::string> group_by, metrics;
  bool flatten = false;
  EVENKEEL_RETURN_IF_ERROR(ReadObject(
      root, {{"interval", true, Into(interval)},
             {"metrics", true, Into(metrics)},
             {"granularity", false, Into(granularity)},
             {"groupBy", false, Into(group_by)},
             {"filter", false,
              [&](json::Value value) { return ReadFilter(value, dimensions, query.filter); }},
             {"timeZone", false, Into(zone)},
             {"flattenMultivaluedDimensions", false, Into(flatten)},
             {"views", false, NotSimulated},
             {"alternateTimeDimension", false, Into(alternate)}}));
  Violations violations;
  query.intervals = ReadIntervals(interval, granularity, violations);
  if (group_by != std::vector<std::string>{"userId"}) {
    violations.Add("$.groupBy", "must be [\"userId\"]");
  }
  if (CountPredicates(query.filter) > kMostUserPredicates) {
    violations.Add("$.filter", absl::StrCat("at most ", kMostUserPredicates, " predicates"));
  }
  if (metrics.empty()) violations.Add("$.metrics", "needs at least one");
  for (const std::string& name : metrics) {
    const auto found = std::find_if(std::begin(kMetrics), std::end(kMetrics),
                                    [&](const Metric& metric) { return metric.name == name; });
    if (found == std::end(kMetrics)) {
      violations.Add("$.metrics", "there is no " + name);
    } else {
      query.metrics.push_back(found);
    }
  }
  if (alternate != "eventTime") violations.Add("$.alternateTimeDimension", "must be eventTime");
  return violations.ToStatus();
}

bool PassesUser(Api& api, const Filter& filter, int agent) {
  return filter.Passes([&](std::string_view) -> std::optional<std::string> {
    return api.scenario().agents[agent].id;
  });
}

// One user's figures; nothing when he has none.
void WriteUserFigures(Api& api, const AggregateQuery& query, int agent, json::Writer& writer) {
  json::Writer data;
  data.BeginArray();
  for (const auto& [from, to] : query.intervals.All()) {
    json::Writer metrics;
    metrics.BeginArray();
    for (const Metric* metric : query.metrics) {
      std::map<int, int64_t> sums;
      for (const Span& span : Spans(api, agent, from, to, metric->of_presence)) {
        sums[span.value] += span.to - span.from;
      }
      for (const auto& [value, micros] : sums) {
        metrics.BeginObject()
            .Field("metric", metric->name)
            .Field("qualifier", Qualifier(*metric, value))
            .Key("stats")
            .BeginObject()
            .Field("sum", static_cast<double>(micros / 1000))
            .EndObject()
            .EndObject();
      }
    }
    metrics.EndArray();
    if (metrics.text() == "[]") continue;
    data.BeginObject()
        .Field("interval", IntervalText(from, to))
        .Key("metrics")
        .Raw(metrics.text())
        .EndObject();
  }
  data.EndArray();
  if (data.text() == "[]") return;
  writer.BeginObject()
      .Key("group")
      .BeginObject()
      .Field("userId", api.scenario().agents[agent].id)
      .EndObject()
      .Key("data")
      .Raw(data.text())
      .EndObject();
}

struct DetailsQuery {
  absl::Time from, to;
  std::vector<Filter> filters;
  std::string order = "asc";
  Page page = {25, 1};
};

absl::Status ReadDetailsQuery(json::Value root, DetailsQuery& query) {
  static const auto& dimensions = *new std::vector<std::string>{"userId"};
  std::string interval;
  const auto read_filters = [&](json::Value value) -> absl::Status {
    json::Array array(value);
    while (array.Next()) {
      EVENKEEL_RETURN_IF_ERROR(ReadFilter(array.value(), dimensions, query.filters.emplace_back()));
    }
    return array.Finish();
  };
  EVENKEEL_RETURN_IF_ERROR(ReadObject(
      root, {{"interval", true, Into(interval)},
             {"userFilters", false, read_filters},
             {"presenceFilters", false, NotSimulated},
             {"routingStatusFilters", false, NotSimulated},
             {"order", false, Into(query.order)},
             {"presenceAggregations", false, NotSimulated},
             {"routingStatusAggregations", false, NotSimulated},
             {"paging", false, [&](json::Value value) { return ReadPaging(value, query.page); }}}));
  Violations violations;
  if (const auto ends = ParseInterval(interval)) {
    std::tie(query.from, query.to) = *ends;
    if (query.to - query.from > kMostDetailsInterval) {
      violations.Add("$.interval", "must be of at most 7 days");
    }
  } else {
    violations.Add("$.interval", "must be two ISO-8601 times with offset, from/to");
  }
  if (query.order != "asc" && query.order != "desc" && query.order != "unordered") {
    violations.Add("$.order", "must be asc, desc or unordered");
  }
  return violations.ToStatus();
}

// A record that still goes on has no end.
template <typename WriteValue>
void WriteSpans(Api& api, const char* key, std::vector<Span> spans, bool descending,
                WriteValue write_value, json::Writer& writer) {
  const absl::Time start = api.engine().start();
  if (descending) std::reverse(spans.begin(), spans.end());
  writer.Key(key).BeginArray();
  for (const Span& span : spans) {
    writer.BeginObject().Field("startTime", start + absl::Microseconds(span.from));
    const absl::Time end = start + absl::Microseconds(span.to);
    if (end < api.engine().now()) writer.Field("endTime", end);
    write_value(span.value);
    writer.EndObject();
  }
  writer.EndArray();
}

}  // namespace

absl::StatusOr<HttpAnswer> QueryUserAggregates(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  AggregateQuery query;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(
      call.request.body, [&](json::Value root) { return ReadAggregateQuery(root, query); }));
  json::Writer writer;
  writer.BeginObject().Key("systemToOrganizationMappings").BeginObject();
  for (const Presence presence : kPresences) {
    const PresenceNames& names = NamesOf(presence);
    writer.Key(names.analytics).BeginArray().String(names.id).EndArray();
  }
  writer.EndObject().Key("results").BeginArray();
  for (size_t a = 0; a < api.scenario().agents.size(); ++a) {
    const int agent = static_cast<int>(a);
    if (PassesUser(api, query.filter, agent)) WriteUserFigures(api, query, agent, writer);
  }
  writer.EndArray().EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> QueryUserDetails(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  DetailsQuery query;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(
      call.request.body, [&](json::Value root) { return ReadDetailsQuery(root, query); }));
  std::vector<int> found;
  for (size_t a = 0; a < api.scenario().agents.size(); ++a) {
    const int agent = static_cast<int>(a);
    const bool passes =
        std::all_of(query.filters.begin(), query.filters.end(),
                    [&](const Filter& filter) { return PassesUser(api, filter, agent); });
    if (passes && !Spans(api, agent, query.from, query.to, true).empty()) found.push_back(agent);
  }
  const bool descending = query.order == "desc";
  json::Writer writer;
  writer.BeginObject().Key("userDetails").BeginArray();
  for (size_t i = query.page.First(found.size()); i < query.page.Last(found.size()); ++i) {
    const int agent = found[i];
    writer.BeginObject().Field("userId", api.scenario().agents[agent].id);
    WriteSpans(
        api, "primaryPresence", Spans(api, agent, query.from, query.to, true), descending,
        [&](int value) {
          const PresenceNames& names = NamesOf(static_cast<Presence>(value));
          writer.Field("systemPresence", names.analytics).Field("organizationPresenceId", names.id);
        },
        writer);
    WriteSpans(
        api, "routingStatus", Spans(api, agent, query.from, query.to, false), descending,
        [&](int value) {
          writer.Field("routingStatus", StatusName(static_cast<RoutingStatus>(value)));
        },
        writer);
    writer.EndObject();
  }
  writer.EndArray().Field("totalHits", found.size()).EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
