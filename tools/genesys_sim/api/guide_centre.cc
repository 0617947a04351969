#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/guide.h"

namespace evenkeel::sim {
namespace {

constexpr absl::Duration kBetweenWrites = absl::Seconds(10);
constexpr int64_t kLargestCapacity = 200;

const char* StateCode(const AgentState& agent) {
  if (agent.activity == Activity::kInteracting) return "Interacting";
  if (agent.activity == Activity::kAfterCall) return "AfterCallWork";
  switch (agent.presence) {
    case Presence::kOnQueue:
      return "Available";
    case Presence::kOffline:
      return "Offline";
    case Presence::kBreak:
    case Presence::kMeal:
      return "Break";
    default:
      return "Paused";
  }
}

HttpAnswer QueueAnswer(Api& api, int index) {
  const Queue& queue = api.scenario().queues[index];
  const QueueState state = api.engine().GetQueue(index);
  json::Writer writer;
  writer.BeginObject()
      .Field("id", queue.id)
      .Field("name", queue.name)
      .Field("description", "")
      .Key("routingRules")
      .BeginArray()
      .EndArray()
      .Key("queueSettings")
      .BeginObject()
      .Field("utilizationTarget", 0.8)
      .Field("capacityPerAgent", 1.0)
      .Field("routingAlgorithm", "LIA")
      .Field("wrapUpPolicy", "STRICT")
      .EndObject()
      .Field("inbound_capacity", state.inbound_capacity.value_or(kLargestCapacity))
      .Field("outbound_capacity", api.guide_queue(index).outbound_capacity)
      .Field("memberCount", state.members)
      .EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace

absl::StatusOr<HttpAnswer> GuideGetUsers(Api& api, ApiCall& call) {
  const int64_t size = call.parameters.Int("page_size", 100, 1, 250);
  const std::string token = call.parameters.Text("continuation_token");
  const std::vector<Agent>& agents = api.scenario().agents;
  // A token is where the next page begins.
  size_t first = 0;
  if (!token.empty() && (!token.starts_with("from-") ||
                         !absl::SimpleAtoi(token.substr(5), &first) || first > agents.size())) {
    call.parameters.AddViolation("continuation_token", "is none of ours");
  }
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  const size_t last = std::min(agents.size(), first + static_cast<size_t>(size));
  json::Writer writer;
  writer.BeginObject().Key("entities").BeginArray();
  for (size_t i = first; i < last; ++i) {
    writer.BeginObject()
        .Field("id", agents[i].id)
        .Field("name", agents[i].name)
        .Key("skills")
        .BeginArray();
    for (const AgentSkill& skill : agents[i].skills) {
      writer.BeginObject()
          .Field("id", api.scenario().skills[skill.skill].id)
          .Field("name", api.scenario().skills[skill.skill].name)
          .Field("proficiency", skill.proficiency)
          .EndObject();
    }
    writer.EndArray().EndObject();
  }
  writer.EndArray();
  if (last < agents.size()) writer.Field("continuation_token", absl::StrCat("from-", last));
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GuideGetStates(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  json::Writer writer;
  writer.BeginObject().Key("entities").BeginArray();
  for (size_t a = 0; a < api.scenario().agents.size(); ++a) {
    const AgentState state = api.engine().GetAgent(static_cast<int>(a));
    const bool by_activity = state.busy();
    writer.BeginObject()
        .Field("userId", api.scenario().agents[a].id)
        .Field("stateCode", StateCode(state))
        .Field("stateTime", by_activity ? state.activity_since
                                        : std::max(state.status_since, state.presence_since))
        .EndObject();
  }
  writer.EndArray().EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GuideGetQueue(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  return QueueAnswer(api, queue);
}

absl::StatusOr<HttpAnswer> GuidePutQueue(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  std::optional<int64_t> inbound, outbound;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(call.request.body, [&](json::Value root) {
    return ReadObject(root, {{"inbound_capacity", false, Into(inbound)},
                             {"outbound_capacity", false, Into(outbound)},
                             {"name", false, NotSimulated},
                             {"description", false, NotSimulated},
                             {"routingRules", false, NotSimulated},
                             {"queueSettings", false, NotSimulated}});
  }));
  Violations violations;
  if (!inbound && !outbound) violations.Add("$", "needs inbound_capacity or outbound_capacity");
  if (inbound && (*inbound < 1 || *inbound > kLargestCapacity)) {
    violations.Add("$.inbound_capacity", "must be 1 to 200");
  }
  if (outbound && (*outbound < 0 || *outbound > kLargestCapacity)) {
    violations.Add("$.outbound_capacity", "must be 0 to 200");
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());

  Api::GuideQueue& state = api.guide_queue(queue);
  const absl::Time now = api.clock().Now();
  if (now < state.write_done) {
    return absl::AbortedError("another edit of the queue is being written");
  }
  if (now < state.written + kBetweenWrites) {
    absl::Status status = absl::ResourceExhaustedError("one PUT to a queue in 10 seconds");
    SetRetryAfter(status, state.written + kBetweenWrites - now);
    return status;
  }
  state.written = now;
  state.write_done = now + absl::Seconds(0.2 + 0.8 * api.write_delays().Uniform());
  if (inbound) api.engine().SetInboundCapacity(queue, *inbound);
  if (outbound) state.outbound_capacity = *outbound;
  return QueueAnswer(api, queue);
}

}  // namespace evenkeel::sim
