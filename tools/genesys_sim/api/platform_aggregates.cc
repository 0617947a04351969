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

// How one metric is written from the figures. Those of the line (offered, given up, waits) belong
// to a queue; those of the agents belong to a user too.
enum class Form { kCount, kDurations, kServiceLevel };

struct Metric {
  std::string_view name;
  Form form;
  bool of_agent;
  Tally (*durations)(const Figures&);
  int64_t (*count)(const Figures&);
};

Tally Left(const Figures& figures) {
  Tally left = figures.answered;
  left.Add(figures.abandoned);
  return left;
}

const Metric kMetrics[] = {
    {"nOffered", Form::kCount, false, nullptr, [](const Figures& f) { return f.offered; }},
    {"nOverSla", Form::kCount, false, nullptr, [](const Figures& f) { return f.over_target; }},
    {"tAbandon", Form::kDurations, false, [](const Figures& f) { return f.abandoned; }, nullptr},
    {"tWait", Form::kDurations, false, Left, nullptr},
    {"tAcd", Form::kDurations, false, Left, nullptr},
    {"oServiceLevel", Form::kServiceLevel, false, nullptr, nullptr},
    {"nConnected", Form::kCount, true, nullptr, [](const Figures& f) { return f.answered.count; }},
    {"tAnswered", Form::kDurations, true, [](const Figures& f) { return f.answered; }, nullptr},
    {"tTalk", Form::kDurations, true, [](const Figures& f) { return f.talk; }, nullptr},
    {"tHeld", Form::kDurations, true, [](const Figures& f) { return f.held; }, nullptr},
    {"tAcw", Form::kDurations, true, [](const Figures& f) { return f.after_call; }, nullptr},
    {"tHandle", Form::kDurations, true, [](const Figures& f) { return f.handle; }, nullptr},
};

const Metric* FindMetric(const std::string& name) {
  for (const Metric& metric : kMetrics) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

struct Query {
  Intervals intervals;
  std::vector<std::string> group_by;
  Filter filter;
  std::vector<const Metric*> metrics;

  bool Groups(const char* dimension) const {
    return std::find(group_by.begin(), group_by.end(), dimension) != group_by.end();
  }
};

absl::Status ReadQuery(json::Value root, Query& query) {
  static const auto& dimensions =
      *new std::vector<std::string>{"queueId", "userId", "mediaType", "direction"};
  std::string interval, granularity, query_type = "groupBy", alternate = "eventTime", zone;
  bool flatten = false;
  std::vector<std::string> metrics;
  EVENKEEL_RETURN_IF_ERROR(ReadObject(
      root, {{"interval", true, Into(interval)},
             {"metrics", true, Into(metrics)},
             {"granularity", false, Into(granularity)},
             {"groupBy", false, Into(query.group_by)},
             {"filter", false,
              [&](json::Value value) { return ReadFilter(value, dimensions, query.filter); }},
             {"timeZone", false, Into(zone)},
             {"flattenMultivaluedDimensions", false, Into(flatten)},
             {"views", false, NotSimulated},
             {"alternateTimeDimension", false, Into(alternate)},
             {"queryType", false, Into(query_type)},
             {"sortMetric", false, NotSimulated},
             {"limit", false, NotSimulated}}));
  Violations violations;
  query.intervals = ReadIntervals(interval, granularity, violations);
  for (const std::string& dimension : query.group_by) {
    if (dimension != "queueId" && dimension != "userId" && dimension != "mediaType") {
      violations.Add("$.groupBy", "\"" + dimension + "\" is not simulated");
    }
  }
  if (metrics.empty()) violations.Add("$.metrics", "needs at least one");
  for (const std::string& name : metrics) {
    const Metric* metric = FindMetric(name);
    if (metric == nullptr) {
      violations.Add("$.metrics", "\"" + name + "\" is not simulated");
    } else {
      query.metrics.push_back(metric);
    }
  }
  if (query_type != "groupBy") violations.Add("$.queryType", "only groupBy is simulated");
  if (alternate != "eventTime") violations.Add("$.alternateTimeDimension", "must be eventTime");
  return violations.ToStatus();
}

// What the figures of one result are summed over.
struct Group {
  struct Part {
    int queue;
    int agent;  // -1: the queue's own figures, of all its agents
  };
  std::vector<Part> parts;
  bool line_metrics;
  bool agent_metrics;
};

Figures Sum(Engine& engine, const Group& group, absl::Time from, absl::Time to) {
  Figures sum;
  for (const auto& [queue, agent] : group.parts) {
    sum.Add(agent < 0 ? engine.QueueFigures(queue, from, to)
                      : engine.AgentFigures(agent, queue, from, to));
  }
  return sum;
}

// One metric, if there is anything to say.
void WriteMetric(Api& api, const Metric& metric, const Group& group, const Figures& figures,
                 json::Writer& writer) {
  if (metric.of_agent ? !group.agent_metrics : !group.line_metrics) return;
  const auto begin = [&] {
    writer.BeginObject().Field("metric", metric.name).Key("stats").BeginObject();
  };
  if (metric.form == Form::kCount) {
    const int64_t count = metric.count(figures);
    if (count == 0) return;
    begin();
    writer.Field("count", count);
  } else if (metric.form == Form::kDurations) {
    const Tally tally = metric.durations(figures);
    if (tally.count == 0) return;
    begin();
    writer.Field("max", static_cast<double>(tally.most_seconds) * 1000)
        .Field("min", static_cast<double>(tally.least_seconds) * 1000)
        .Field("count", tally.count)
        .Field("sum", tally.sum_seconds * 1000);
  } else {
    const int64_t left = figures.answered.count + figures.abandoned.count;
    if (left == 0) return;
    const auto within = static_cast<double>(figures.answered.count - figures.over_target);
    begin();
    writer.Field("ratio", within / static_cast<double>(left))
        .Field("numerator", within)
        .Field("denominator", static_cast<double>(left));
    if (group.parts.size() == 1) {
      writer.Field("target", api.scenario().queues[group.parts[0].queue].target_ratio);
    }
  }
  writer.EndObject().EndObject();
}

void WriteGroup(Api& api, const Query& query, const Group& group, json::Writer& writer) {
  json::Writer data;
  data.BeginArray();
  bool something = false;
  for (const auto& [from, to] : query.intervals.All()) {
    if (to <= api.engine().start() || from > api.engine().now()) continue;
    const Figures figures = Sum(api.engine(), group, from, to);
    json::Writer metrics;
    metrics.BeginArray();
    for (const Metric* metric : query.metrics) WriteMetric(api, *metric, group, figures, metrics);
    metrics.EndArray();
    if (metrics.text() == "[]") continue;
    something = true;
    data.BeginObject()
        .Field("interval", IntervalText(from, to))
        .Key("metrics")
        .Raw(metrics.text())
        .EndObject();
  }
  data.EndArray();
  if (!something) return;
  writer.BeginObject().Key("group").BeginObject();
  const Group::Part& first = group.parts[0];
  if (query.Groups("mediaType")) {
    writer.Field("mediaType", NamesOf(api.scenario().queues[first.queue].media).analytics);
  }
  if (query.Groups("queueId")) writer.Field("queueId", api.scenario().queues[first.queue].id);
  if (query.Groups("userId") && first.agent >= 0) {
    writer.Field("userId", api.scenario().agents[first.agent].id);
  }
  writer.EndObject().Key("data").Raw(data.text()).EndObject();
}

std::vector<Group> GroupsOf(Api& api, const Query& query) {
  const Scenario& scenario = api.scenario();
  const auto passes = [&](int queue, std::optional<std::string> user) {
    return query.filter.Passes([&](std::string_view dimension) -> std::optional<std::string> {
      if (dimension == "queueId") return scenario.queues[queue].id;
      if (dimension == "mediaType") {
        return std::string(NamesOf(scenario.queues[queue].media).analytics);
      }
      if (dimension == "direction") return std::string(DirectionOf(api, queue));
      return user;
    });
  };
  // Queues that are summed: each alone, or those of one medium, or all.
  std::map<int, std::vector<int>> queue_sets;
  for (size_t q = 0; q < scenario.queues.size(); ++q) {
    const int queue = static_cast<int>(q);
    const int set = query.Groups("queueId")     ? queue
                    : query.Groups("mediaType") ? static_cast<int>(scenario.queues[q].media)
                                                : 0;
    queue_sets[set].push_back(queue);
  }
  const bool by_user = query.Groups("userId");
  std::vector<Group> groups;
  for (const auto& entry : queue_sets) {
    const std::vector<int>& queues = entry.second;
    // The line has no user: under a filter on users nothing of it is left.
    Group line{.parts = {}, .line_metrics = true, .agent_metrics = !by_user};
    for (const int queue : queues) {
      if (passes(queue, std::nullopt)) line.parts.push_back({queue, -1});
    }
    if (!line.parts.empty()) groups.push_back(line);
    if (!by_user && !line.parts.empty()) continue;  // the queues' figures have those of agents
    Group users{.parts = {}, .line_metrics = false, .agent_metrics = true};
    for (size_t a = 0; a < scenario.agents.size(); ++a) {
      const int agent = static_cast<int>(a);
      for (const int queue : queues) {
        if (api.engine().WasMember(agent, queue) && passes(queue, scenario.agents[a].id)) {
          users.parts.push_back({queue, agent});
        }
      }
      if (by_user && !users.parts.empty()) {
        groups.push_back(users);
        users.parts.clear();
      }
    }
    if (!users.parts.empty()) groups.push_back(users);
  }
  return groups;
}

}  // namespace

absl::StatusOr<HttpAnswer> QueryConversationAggregates(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  Query query;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(
      reader.Parse(call.request.body, [&](json::Value root) { return ReadQuery(root, query); }));
  json::Writer writer;
  writer.BeginObject().Key("results").BeginArray();
  for (const Group& group : GroupsOf(api, query)) WriteGroup(api, query, group, writer);
  writer.EndArray().EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
