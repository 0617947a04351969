#include "tools/genesys_sim/api/platform_state.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

namespace evenkeel::sim {
namespace {

constexpr double kLastThresholdSeconds = 5;
constexpr double kAbandonRate = 3;
constexpr double kPriority = 5;

Json MediaSettings(const sim::Queue& queue) {
  return Json::Object()
      .Set("enableAutoAnswer", Json::Truth(true))
      .Set("alertingTimeoutSeconds", Json::Number(8))
      .Set("serviceLevel",
           Json::Object()
               .Set("percentage", Json::Number(queue.target_ratio))
               .Set("durationMs", Json::Number(absl::ToDoubleMilliseconds(queue.target_wait))));
}

Json Ring(double threshold_seconds) {
  return Json::Object().Set(
      "expansionCriteria",
      Json::Array().Append(Json::Object()
                               .Set("type", Json::Text("TIMEOUT_SECONDS"))
                               .Set("threshold", Json::Number(threshold_seconds))));
}

// Each ring with its time, and one besides that has no actions.
Json Bullseye(const sim::Queue& queue) {
  Json rings = Json::Array();
  for (const absl::Duration wait : queue.rings) {
    Json ring = Ring(absl::ToDoubleSeconds(wait));
    ring.Set("actions", Json::Object().Set("skillsToRemove", Json::Array()));
    rings.Append(std::move(ring));
  }
  rings.Append(Ring(kLastThresholdSeconds));
  return Json::Object().Set("rings", std::move(rings));
}

Json MediaOf(const Utilization& utilization) {
  Json media = Json::Object();
  for (const Media medium : kMedia) {
    const auto m = static_cast<size_t>(medium);
    Json interrupting = Json::Array();
    for (const Media other : kMedia) {
      if (utilization.interrupted_by[m] >> static_cast<size_t>(other) & 1) {
        interrupting.Append(Json::Text(std::string(NamesOf(other).settings)));
      }
    }
    media.Set(std::string(NamesOf(medium).settings),
              Json::Object()
                  .Set("maximumCapacity", Json::Number(utilization.most[m]))
                  .Set("interruptableMediaTypes", std::move(interrupting))
                  .Set("includeNonAcd", Json::Truth(false)));
  }
  return media;
}

Json Reference(std::string id, std::string name) {
  return Json::Object()
      .Set("id", Json::Text(std::move(id)))
      .Set("name", Json::Text(std::move(name)));
}

const char* ModeName(DialMode mode) {
  switch (mode) {
    case DialMode::kPredictive:
      return "predictive";
    case DialMode::kPower:
      return "power";
    case DialMode::kProgressive:
      return "progressive";
    case DialMode::kPreview:
      return "preview";
  }
  return "";
}

Json CampaignProperties(const Scenario& scenario, size_t index) {
  const sim::Campaign& campaign = scenario.campaigns[index];
  const sim::Queue& queue = scenario.queues[campaign.queue];
  const Division& division = scenario.divisions[queue.division];
  return Json::Object()
      .Set("name", Json::Text(campaign.name))
      .Set("contactList",
           Reference(absl::StrFormat("5a1e0000-0000-4000-8000-%012x", 0xc000 + index),
                     "Contacts of " + campaign.name))
      .Set("queue", Reference(queue.id, queue.name))
      .Set("dialingMode", Json::Text(ModeName(campaign.mode)))
      .Set("phoneColumns", Json::Array().Append(Json::Object()
                                                    .Set("columnName", Json::Text("phone"))
                                                    .Set("type", Json::Text("home"))))
      .Set("abandonRate", Json::Number(kAbandonRate))
      .Set("callerName", Json::Text(scenario.name))
      .Set("callerAddress", Json::Text("+15550100"))
      .Set("outboundLineCount", Json::Number(static_cast<double>(campaign.lines.value_or(0))))
      .Set("alwaysRunning", Json::Truth(false))
      .Set("priority", Json::Number(kPriority))
      .Set("division", Reference(division.id, division.name));
}

}  // namespace

const MediaNames& NamesOf(Media media) {
  static constexpr MediaNames kNames[] = {
      {"call", "voice"}, {"chat", "chat"}, {"email", "email"}, {"callback", "callback"}};
  return kNames[static_cast<size_t>(media)];
}

PlatformState::PlatformState(const Scenario& scenario) {
  for (size_t a = 0; a < scenario.agents.size(); ++a) {
    User& user = users.emplace_back();
    user.properties.Set("name", Json::Text(scenario.agents[a].name));
    user.properties.Set("email", Json::Text(absl::StrCat("user", a + 1, "@example.com")));
    const Utilization& own = scenario.agents[a].utilization;
    if (own != Utilization()) user.utilization = MediaOf(own);
  }
  for (const sim::Queue& queue : scenario.queues) {
    Queue& kept = queues.emplace_back();
    kept.name = queue.name;
    kept.settings.Set(
        "mediaSettings",
        Json::Object().Set(std::string(NamesOf(queue.media).settings), MediaSettings(queue)));
    kept.settings.Set("routingRules", Json::Array());
    kept.settings.Set("scoringMethod", Json::Text("TimestampAndPriority"));
    kept.settings.Set("skillEvaluationMethod",
                      Json::Text(queue.routing == Routing::kSkills ? "BEST" : "ALL"));
    if (!queue.rings.empty()) kept.settings.Set("bullseye", Bullseye(queue));
  }
  for (size_t c = 0; c < scenario.campaigns.size(); ++c) {
    campaigns.emplace_back().properties = CampaignProperties(scenario, c);
  }
}

}  // namespace evenkeel::sim
