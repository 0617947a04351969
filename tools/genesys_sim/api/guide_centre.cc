#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/guide.h"

namespace evenkeel::sim {
namespace {

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
    for (const AgentSkill& skill : api.engine().Skills(static_cast<int>(i))) {
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

}  // namespace evenkeel::sim
