#include <absl/strings/str_cat.h>

#include <algorithm>
#include <map>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/guide.h"

namespace evenkeel::sim {
namespace {

constexpr absl::Duration kInterval = absl::Minutes(5);
constexpr absl::Duration kLongestRange = absl::Hours(26);  // what the engine remembers
constexpr int64_t kMostIntervals = 10'000;

absl::Time FloorTo(absl::Time time, absl::Duration length) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), length);
}

double Ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

void WriteRealtime(Api& api, int index, json::Writer& writer) {
  Engine& engine = api.engine();
  const absl::Time now = engine.now();
  const QueueState queue = engine.GetQueue(index);
  int64_t at_work = 0, interacting_agents = 0, idle = 0;
  for (const int agent : engine.Members(index)) {
    const AgentState state = engine.GetAgent(agent);
    if (!*engine.Joined(agent, index) || !(state.on_queue() || state.busy())) continue;
    ++at_work;
    interacting_agents += state.activity == Activity::kInteracting ? 1 : 0;
    idle += state.busy() ? 0 : 1;
  }
  const Figures recent = engine.QueueFigures(index, now - kInterval, now + kInterval);
  const absl::Time longest = queue.longest_waiting_since.value_or(now);
  writer.BeginObject()
      .Field("queueId", api.scenario().queues[index].id)
      .Field("timestamp", now)
      .Field("waiting", queue.waiting)
      .Field("interacting", queue.interacting)
      .Field("longestWaitSeconds", absl::ToDoubleSeconds(now - longest))
      .Field("onQueueAgents", at_work)
      .Field("idleAgents", idle)
      .Field("utilization",
             Ratio(static_cast<double>(interacting_agents), static_cast<double>(at_work)))
      .Field("occupancy", Ratio(static_cast<double>(recent.busy_micros),
                                static_cast<double>(recent.staffed_micros)))
      .Field("acwTime",
             Ratio(recent.after_call.sum_seconds, static_cast<double>(recent.handle.count)))
      .EndObject();
}

// Contacts of a queue that ended in [from, to), by the widest tier that was asked.
void WriteTiers(Api& api, int queue, absl::Time from, absl::Time to, json::Writer& writer) {
  struct Tier {
    int64_t offered = 0;
    std::vector<int64_t> waits;  // of the answered, in microseconds
  };
  std::map<int, Tier> tiers;
  for (const Contact& contact : api.records().contacts()) {
    const absl::Time ended = api.engine().start() + absl::Microseconds(contact.ended);
    if (contact.queue != queue || ended < from || ended >= to) continue;
    Tier& tier = tiers[contact.ring];
    ++tier.offered;
    if (contact.answered >= 0) tier.waits.push_back(contact.answered - contact.arrived);
  }
  writer.BeginArray();
  for (auto& [number, tier] : tiers) {
    writer.BeginObject()
        .Field("tier", number)
        .Field("offered", tier.offered)
        .Field("answered", tier.waits.size());
    if (!tier.waits.empty()) {
      // The least wait that nine of ten did not exceed.
      const auto at = tier.waits.begin() + static_cast<int64_t>((tier.waits.size() * 9 - 1) / 10);
      std::nth_element(tier.waits.begin(), at, tier.waits.end());
      writer.Field("p90WaitSeconds", static_cast<double>(*at) / 1e6);
    }
    writer.EndObject();
  }
  writer.EndArray();
}

}  // namespace

absl::StatusOr<HttpAnswer> GuideQueuesRealtime(Api& api, ApiCall& call) {
  const std::vector<std::string> ids = call.parameters.List("queueId");
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  std::vector<int> queues;
  for (const std::string& id : ids) {
    EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(id));
    queues.push_back(queue);
  }
  for (size_t q = 0; ids.empty() && q < api.scenario().queues.size(); ++q) {
    queues.push_back(static_cast<int>(q));
  }
  json::Writer writer;
  writer.BeginObject().Key("entities").BeginArray();
  for (const int queue : queues) WriteRealtime(api, queue, writer);
  writer.EndArray().EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GuideQueueMetrics(Api& api, ApiCall& call) {
  Engine& engine = api.engine();
  const absl::Time now = engine.now();
  const absl::Time to = call.parameters.Time("to").value_or(now);
  const absl::Time from = call.parameters.Time("from").value_or(to - absl::Minutes(30));
  if (from >= to || to - from > kLongestRange) {
    call.parameters.AddViolation("from", "must be before to, by at most 26 hours");
  }
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  json::Writer writer;
  writer.BeginObject().Field("queueId", call.path[0]).Key("intervals").BeginArray();
  for (absl::Time start = FloorTo(from, kInterval); start < to; start += kInterval) {
    const absl::Time end = start + kInterval;
    if (end <= engine.start() || start >= now) continue;
    const Figures figures = engine.QueueFigures(queue, start, end);
    writer.BeginObject()
        .Field("start", start)
        .Field("lengthSeconds", absl::ToInt64Seconds(kInterval))
        .Field("offered", figures.offered)
        .Field("answered", figures.answered.count)
        .Field("answeredInTarget", figures.answered.count - figures.over_target)
        .Field("abandoned", figures.abandoned.count)
        .Field("handled", figures.handle.count)
        .Field("answeredWaitSeconds", figures.answered.sum_seconds)
        .Field("abandonedWaitSeconds", figures.abandoned.sum_seconds)
        .Field("handleSeconds", figures.handle.sum_seconds)
        .EndObject();
  }
  writer.EndArray().Key("tiers");
  WriteTiers(api, queue, from, to, writer);
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GuideUsersRealtime(Api& api, ApiCall& call) {
  const std::string interval =
      call.parameters.Choice("interval", "PT15S", {"PT15S", "PT1M", "PT5M"});
  const std::vector<std::string> group_by = call.parameters.List("groupBy");
  const bool by_queue = group_by == std::vector<std::string>{"userId", "queueId"};
  if (!by_queue && group_by != std::vector<std::string>{"userId", "skillId"}) {
    call.parameters.AddViolation("groupBy", "must be userId,queueId or userId,skillId");
  }
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  const Scenario& scenario = api.scenario();
  const absl::Time now = api.engine().now();
  const absl::Time to = FloorTo(now, *ParseIsoDuration(interval));
  const absl::Time from = to - *ParseIsoDuration(interval);
  json::Writer writer;
  writer.BeginObject()
      .Field("interval", interval)
      .Field("timestamp", now)
      .Key("metrics")
      .BeginArray();
  for (size_t a = 0; a < scenario.agents.size(); ++a) {
    std::map<std::string, Figures> groups;
    for (const Membership& membership : scenario.agents[a].memberships) {
      const Queue& queue = scenario.queues[membership.queue];
      if (!by_queue && !queue.skill) continue;
      groups[by_queue ? queue.id : scenario.skills[*queue.skill].id].Add(
          api.engine().AgentFigures(static_cast<int>(a), membership.queue, from, to));
    }
    for (const auto& [id, figures] : groups) {
      if (figures.talk.count + figures.handle.count == 0) continue;
      writer.BeginObject()
          .Field("userId", scenario.agents[a].id)
          .Field(by_queue ? "queueId" : "skillId", id)
          .Field("talkTime", figures.talk.sum_seconds)
          .Field("acwTime", figures.after_call.sum_seconds)
          .Field("holdTime", figures.held.sum_seconds)
          .Field("interactionsHandled", figures.handle.count)
          .EndObject();
    }
  }
  writer.EndArray().EndObject();
  return JsonAnswer(std::move(writer));
}

namespace {

struct Operand {
  std::string op;
  std::string field;
  std::vector<std::string> values;
};

struct InteractionQuery {
  std::vector<std::string> metrics;
  int64_t granularity_seconds = 0;
  absl::Time from, to;
  std::vector<Operand> operands;  // all must hold

  bool Allows(std::string_view field, const std::string& value) const {
    return std::all_of(operands.begin(), operands.end(), [&](const Operand& operand) {
      return operand.field != field ||
             std::find(operand.values.begin(), operand.values.end(), value) != operand.values.end();
    });
  }
  bool Names(std::string_view field) const {
    return std::any_of(operands.begin(), operands.end(),
                       [&](const Operand& operand) { return operand.field == field; });
  }
};

absl::Status ReadOperand(json::Value value, Operand& operand) {
  EVENKEEL_RETURN_IF_ERROR(ReadObject(value, {{"operator", true, Into(operand.op)},
                                              {"field", true, Into(operand.field)},
                                              {"values", true, Into(operand.values)}}));
  if (operand.field != "queueId" && operand.field != "channelType" && operand.field != "userId") {
    return value.Error("field must be queueId, channelType or userId");
  }
  if (operand.op != "IN" && (operand.op != "EQ" || operand.values.size() != 1)) {
    return value.Error("operator must be IN, or EQ with one value");
  }
  return absl::OkStatus();
}

absl::Status ReadFilterExpression(json::Value value, std::vector<Operand>& operands) {
  std::string op;
  EVENKEEL_RETURN_IF_ERROR(ReadObject(
      value, {{"operator", true, Into(op)}, {"operands", true, [&](json::Value list) {
                                               return ForEach(list, [&](json::Value operand) {
                                                 return ReadOperand(operand,
                                                                    operands.emplace_back());
                                               });
                                             }}}));
  return op == "AND" ? absl::OkStatus() : value.Error("operator must be AND");
}

absl::Status ReadInteractionQuery(json::Value root, InteractionQuery& query) {
  const auto read_metrics = [&](json::Value list) {
    return ForEach(list, [&](json::Value definition) -> absl::Status {
      std::string& id = query.metrics.emplace_back();
      EVENKEEL_RETURN_IF_ERROR(ReadObject(definition, {{"id", true, Into(id)}}));
      return id == "interactionCount" || id == "avgInteractionDuration"
                 ? absl::OkStatus()
                 : definition.Error("id must be interactionCount or avgInteractionDuration");
    });
  };
  const auto read_interval = [&](json::Value interval) {
    return ReadObject(interval, {{"granularity", true, Into(query.granularity_seconds)},
                                 {"dateFrom", true, Into(query.from)},
                                 {"dateTo", true, Into(query.to)}});
  };
  EVENKEEL_RETURN_IF_ERROR(ReadObject(root, {{"metricDefinitions", true, read_metrics},
                                             {"interval", true, read_interval},
                                             {"filterExpression", false, [&](json::Value filter) {
                                                return ReadFilterExpression(filter, query.operands);
                                              }}}));
  Violations violations;
  if (query.metrics.empty()) violations.Add("$.metricDefinitions", "needs at least one");
  if (query.granularity_seconds < 60 || query.granularity_seconds > 31 * 86400) {
    violations.Add("$.interval.granularity", "must be 60 to 2678400 seconds");
  }
  if (query.from >= query.to) {
    violations.Add("$.interval.dateTo", "must be after dateFrom");
  } else if (violations.empty() &&
             (query.to - query.from) / absl::Seconds(query.granularity_seconds) > kMostIntervals) {
    violations.Add("$.interval.granularity", "makes more than 10000 intervals");
  }
  return violations.ToStatus();
}

constexpr std::string_view kChannels[] = {"Voice", "Chat", "Email", "Callback"};  // by Media

// Of the queues of one media.
Figures InteractionFigures(Api& api, const InteractionQuery& query, Media media, absl::Time from,
                           absl::Time to) {
  const Scenario& scenario = api.scenario();
  Figures sum;
  for (size_t q = 0; q < scenario.queues.size(); ++q) {
    const int queue = static_cast<int>(q);
    if (scenario.queues[q].media != media) continue;
    if (!query.Allows("queueId", scenario.queues[q].id)) continue;
    if (!query.Names("userId")) sum.Add(api.engine().QueueFigures(queue, from, to));
    for (const int agent : api.engine().Members(queue)) {
      if (query.Names("userId") && query.Allows("userId", scenario.agents[agent].id)) {
        sum.Add(api.engine().AgentFigures(agent, queue, from, to));
      }
    }
  }
  return sum;
}

void WriteChannel(Api& api, const InteractionQuery& query, Media media, json::Writer& writer) {
  const std::string channel(kChannels[static_cast<size_t>(media)]);
  if (!query.Allows("channelType", channel)) return;
  bool any = false;
  const absl::Duration step = absl::Seconds(query.granularity_seconds);
  for (absl::Time from = query.from; from < query.to; from += step) {
    const absl::Time to = std::min(query.to, from + step);
    const Figures figures = InteractionFigures(api, query, media, from, to);
    const int64_t count = figures.handle.count;
    if (count == 0) continue;
    if (!any) writer.BeginObject().Field("channelType", channel).Key("intervals").BeginArray();
    any = true;
    writer.BeginObject().Field("dateFrom", from).Field("dateTo", to);
    for (const std::string& metric : query.metrics) {
      if (metric == "interactionCount") {
        writer.Field(metric, count);
      } else {
        writer.Field(metric, figures.handle.sum_seconds / static_cast<double>(count));
      }
    }
    writer.EndObject();
  }
  if (any) writer.EndArray().EndObject();
}

}  // namespace

absl::StatusOr<HttpAnswer> GuideInteractionMetrics(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  InteractionQuery query;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(
      call.request.body, [&](json::Value root) { return ReadInteractionQuery(root, query); }));
  json::Writer writer;
  writer.BeginObject().Key("results").BeginArray();
  for (const Media media : kMedia) WriteChannel(api, query, media, writer);
  writer.EndArray().EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
