// Test helper: a centre for what the guides write, and a test fixture that asks it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "tests/contract/sim_client.h"

namespace evenkeel::sim {

inline constexpr char kQueue[] = "/api/v2/routing/queues/q1";
inline constexpr char kCampaign[] = "/api/v2/outbound/campaigns/c1";
inline constexpr char kSkills[] = R"("skills":[
    {"skill":{"id":"t1","name":"Tier1_Specialist","type":"ROUTING"},"priority":10},
    {"skill":{"id":"t2","name":"Tier2_CrossTrained","type":"ROUTING"},"priority":5},
    {"skill":{"id":"t3","name":"Tier3_Generalist","type":"ROUTING"},"priority":1}],)";
inline constexpr char kRules[] = R"("expansionRules":[
    {"type":"skill","skillId":"t1","waitTime":15000},
    {"type":"skill","skillId":"t2","waitTime":30000},
    {"type":"skill","skillId":"t3","waitTime":60000}])";

inline std::string Strategy(const std::string& skills, const std::string& rules = kRules) {
  return absl::StrCat(R"({"routingStrategy":{"type":"BULLSEYE","enabled":true,)", skills, rules,
                      "}}");
}

// q1: 40 agents in tiers 1 (a00 to a09), 2 (a10 to a19), 3 (a20 to a29) and none (a30 to a39).
// q2: ten agents, a predictive campaign c1 and a progressive one c2. q3: chats, one agent.
inline Scenario GuideScenario() {
  Scenario scenario;
  scenario.name = "guide";
  scenario.divisions = {{"d1", "Home"}};
  scenario.skills = {{"t1", "Tier1_Specialist"}, {"t2", "Tier2_CrossTrained"}, {"t3", "Tier3"}};
  const double rates[] = {400, 0, 20};
  for (int q = 0; q < 3; ++q) {
    Queue& queue = scenario.queues.emplace_back();
    queue.id = absl::StrCat("q", q + 1);
    queue.name = absl::StrCat("Queue ", q + 1);
    if (q == 2) queue.media = Media::kChat;
    CallType& type = scenario.call_types.emplace_back();
    type.name = queue.name;
    type.queue = q;
    type.rates = {{absl::ZeroDuration(), rates[q]}};
    type.talk = Spread(Shape::kLogNormal, 180, 0.8);
    type.after_call = Spread(Shape::kGamma, 40, 0.7);
  }
  for (int a = 0; a < 51; ++a) {
    Agent& agent = scenario.agents.emplace_back();
    agent.id = absl::StrCat("a", a / 10, a % 10);
    agent.name = absl::StrCat("Agent ", agent.id);
    if (a < 30) agent.skills = {{a / 10, 3}};
    agent.memberships = {{a < 40 ? 0 : (a < 50 ? 1 : 2), true}};
    agent.schedule = {{absl::ZeroDuration(), Presence::kOnQueue}};
  }
  scenario.agents[50].schedule.push_back({absl::Hours(20), Presence::kOffline});
  for (int c = 0; c < 2; ++c) {
    Campaign& campaign = scenario.campaigns.emplace_back();
    campaign.id = absl::StrCat("c", c + 1);
    campaign.name = absl::StrCat("Campaign ", c + 1);
    campaign.queue = 1;
    campaign.running = c == 0;
    if (c == 1) campaign.mode = DialMode::kProgressive;
    campaign.outcomes = {{absl::ZeroDuration(), 0.5, 0.1, 0.1}};
    campaign.answer_after = campaign.no_answer_after = Spread(Shape::kExponential, 15);
    campaign.busy_after = campaign.machine_after = Spread(Shape::kExponential, 10);
    campaign.patience = Spread(Shape::kConstant, 2);
    campaign.talk = Spread(Shape::kLogNormal, 120, 0.8);
    campaign.after_call = Spread(Shape::kGamma, 30, 0.7);
  }
  return scenario;
}

class GuideWritesTest : public testing::Test {
 protected:
  void Start(GuideBehaviours behaviours) {
    client_ = std::make_unique<SimClient>(
        ApiOptions{.dialect = Dialect::kGuide, .guide_behaviours = behaviours}, GuideScenario());
  }
  GuideWritesTest() { Start({}); }
  JsonTree Put(const std::string& path, const std::string& body) {
    const http::Response response = client_->Ask("PUT", path, body);
    EXPECT_EQ(response.status, 200) << response.body;
    return JsonTree::Parse(response.body);
  }
  void ExpectRefused(const std::string& method, const std::string& path, const std::string& body,
                     const std::string& problem) {
    const http::Response response = client_->Ask(method, path, body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body, testing::HasSubstr(problem)) << body;
  }
  std::string StateOf(const std::string& agent) {
    const JsonTree states = client_->Get("/api/v2/routing/users/state");
    for (const JsonTree& state : states["entities"].items()) {
      if (state["userId"].text() == agent) return state["stateCode"].text();
    }
    return "";
  }
  // Skills by agent.
  size_t AgentsWithSkills() {
    size_t count = 0;
    const JsonTree users = client_->Get("/api/v2/routing/users?page_size=250");
    for (const JsonTree& user : users["entities"].items()) count += user["skills"].size();
    return count;
  }
  double Answered(const std::string& queue) {
    const JsonTree report = client_->Report();
    for (const JsonTree& one : report["queues"].items()) {
      if (one["id"].text() == queue) return one["answered"].number();
    }
    return -1;
  }
  // Contacts of q1 that ended since `from`, by the widest tier that was asked.
  std::map<int, double> Tiers(absl::Time from) {
    const JsonTree metrics = client_->Get(absl::StrCat(
        kQueue,
        "/metrics?from=", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", from, absl::UTCTimeZone())));
    std::map<int, double> tiers;
    for (const JsonTree& tier : metrics["tiers"].items()) {
      tiers[static_cast<int>(tier["tier"].number())] = tier["answered"].number();
    }
    return tiers;
  }
  std::unique_ptr<SimClient> client_;
};

}  // namespace evenkeel::sim
