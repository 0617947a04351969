#include "tools/genesys_sim/api/platform_state.h"

#include <absl/strings/str_cat.h>

namespace evenkeel::sim {
namespace {

Json MediaSettings(const sim::Queue& queue) {
  return Json::Object()
      .Set("enableAutoAnswer", Json::Truth(true))
      .Set("alertingTimeoutSeconds", Json::Number(8))
      .Set("serviceLevel",
           Json::Object()
               .Set("percentage", Json::Number(queue.target_ratio))
               .Set("durationMs", Json::Number(absl::ToDoubleMilliseconds(queue.target_wait))));
}

}  // namespace

PlatformState::PlatformState(const Scenario& scenario) {
  for (size_t a = 0; a < scenario.agents.size(); ++a) {
    User& user = users.emplace_back();
    user.properties.Set("name", Json::Text(scenario.agents[a].name));
    user.properties.Set("email", Json::Text(absl::StrCat("user", a + 1, "@example.com")));
    user.skills = scenario.agents[a].skills;
  }
  for (const sim::Queue& queue : scenario.queues) {
    Queue& kept = queues.emplace_back();
    kept.name = queue.name;
    kept.settings.Set("mediaSettings", Json::Object().Set("call", MediaSettings(queue)));
    kept.settings.Set("routingRules", Json::Array());
    kept.settings.Set("scoringMethod", Json::Text("TimestampAndPriority"));
    kept.settings.Set("skillEvaluationMethod", Json::Text("ALL"));
  }
}

}  // namespace evenkeel::sim
