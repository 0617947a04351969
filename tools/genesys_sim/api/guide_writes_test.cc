// SIM-3, SIM-8: what the guides write, and their stated behaviours, as docs/guide_dialect.md says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "tests/contract/sim_client.h"

namespace evenkeel::sim {
namespace {

using testing::HasSubstr;

constexpr char kQueue[] = "/api/v2/routing/queues/q1";
constexpr char kCampaign[] = "/api/v2/outbound/campaigns/c1";
constexpr char kSkills[] = R"("skills":[
    {"skill":{"id":"t1","name":"Tier1_Specialist","type":"ROUTING"},"priority":10},
    {"skill":{"id":"t2","name":"Tier2_CrossTrained","type":"ROUTING"},"priority":5},
    {"skill":{"id":"t3","name":"Tier3_Generalist","type":"ROUTING"},"priority":1}],)";
constexpr char kRules[] = R"("expansionRules":[
    {"type":"skill","skillId":"t1","waitTime":15000},
    {"type":"skill","skillId":"t2","waitTime":30000},
    {"type":"skill","skillId":"t3","waitTime":60000}])";

std::string Strategy(const std::string& skills, const std::string& rules = kRules) {
  return absl::StrCat(R"({"routingStrategy":{"type":"BULLSEYE","enabled":true,)", skills, rules,
                      "}}");
}

// q1: 40 agents in tiers 1 (a00 to a09), 2 (a10 to a19), 3 (a20 to a29) and none (a30 to a39).
// q2: ten agents, a predictive campaign c1 and a progressive one c2. q3: chats, one agent.
Scenario GuideScenario() {
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
    EXPECT_THAT(response.body, HasSubstr(problem)) << body;
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

// --- Guide 2

TEST_F(GuideWritesTest, Sim3ACampaignShowsAndTakesItsDialRatio) {
  const JsonTree before = client_->Get(kCampaign);
  EXPECT_EQ(before["id"].text(), "c1");
  EXPECT_EQ(before["name"].text(), "Campaign 1");
  EXPECT_EQ(before["state"].text(), "running");
  EXPECT_EQ(before["predictive_dial_ratio"].number(), 1);
  EXPECT_TRUE(before["predictive_dial_enabled"].truth());
  client_->Advance(absl::Minutes(5));
  const JsonTree after = Put(kCampaign, R"({"predictive_dial_ratio":1.35})");
  EXPECT_EQ(after["predictive_dial_ratio"].number(), 1.35);
  EXPECT_EQ(after["updated_time"].time(), client_->now());
  EXPECT_EQ(client_->Get(kCampaign)["predictive_dial_ratio"].number(), 1.35);
  EXPECT_EQ(client_->Ask("PUT", kCampaign, R"({"predictive_dial_ratio":1.5})").status, 409);
  client_->Advance(absl::Seconds(1));
  EXPECT_EQ(Put(kCampaign, R"({"predictive_dial_ratio":5})")["predictive_dial_ratio"].number(), 5);
  client_->Advance(absl::Seconds(1));
  for (const char* body : {R"({"predictive_dial_ratio":0.09})", R"({"predictive_dial_ratio":5.01})",
                           R"({"predictive_dial_ratio":"1"})", "{}"}) {
    ExpectRefused("PUT", kCampaign, body, "predictive_dial_ratio");
  }
  ExpectRefused("PUT", kCampaign, R"({"predictive_dial_ratio":1,"dial":2})", "dial");
  ExpectRefused("PUT", "/api/v2/outbound/campaigns/c2", R"({"predictive_dial_ratio":1})",
                "not running");
  ExpectRefused("PUT", "/api/v2/outbound/campaigns/c2", R"({"predictive_dial_ratio":1})",
                "predictive_dial_enabled");
  EXPECT_EQ(client_->Ask("GET", "/api/v2/outbound/campaigns/c9").status, 404);
}

TEST_F(GuideWritesTest, Sim8AGreaterDialRatioDialsMoreAndAbandonsMore) {
  const auto run = [&](const std::string& ratio) {
    Start({});
    Put(kCampaign, absl::StrCat(R"({"predictive_dial_ratio":)", ratio, "}"));
    client_->Advance(absl::Hours(1));
    std::map<std::string, double> count;
    const JsonTree calls = client_->Get(absl::StrCat(kCampaign, "/calls?limit=1000"));
    count["total"] = calls["total"].number();
    for (const JsonTree& call : calls["calls"].items()) ++count[call["disposition"].text()];
    return count;
  };
  std::map<std::string, double> low = run("0.5"), high = run("4");
  EXPECT_GT(high["total"], low["total"] * 1.2);
  EXPECT_GT(high["abandoned"] / high["total"], low["abandoned"] / low["total"] + 0.02);
}

TEST_F(GuideWritesTest, Sim3CallsOfACampaignHaveWrapUpTimesAndArePaged) {
  client_->Advance(absl::Minutes(30));
  const JsonTree all = client_->Get(absl::StrCat(kCampaign, "/calls?limit=1000"));
  const double total = all["total"].number();
  ASSERT_EQ(all["calls"].size(), total);
  ASSERT_GT(total, 100);
  EXPECT_FALSE(all["continuation_token"].present());
  double connected = 0, wrap_up = 0;
  std::set<std::string> kinds, ids;
  absl::Time last = absl::InfiniteFuture();
  for (const JsonTree& call : all["calls"].items()) {
    const std::string kind = call["disposition"].text();
    kinds.insert(kind);
    ids.insert(call["id"].text());
    EXPECT_EQ(call["campaign_id"].text(), "c1");
    EXPECT_EQ(call["outcome"].text(), kind == "connected" ? "completed" : "failed");
    EXPECT_EQ(call["wrap_up_time"].number() > 0, kind == "connected");
    EXPECT_LE(call["created_time"].time(), last);
    last = call["created_time"].time();
    if (kind == "connected") ++connected;
    wrap_up += call["wrap_up_time"].number();
  }
  EXPECT_EQ(ids.size(), total);
  for (const char* kind : {"connected", "no_answer", "busy", "machine"}) {
    EXPECT_TRUE(kinds.contains(kind)) << kind;
  }
  EXPECT_NEAR(wrap_up / connected, 30, 8);  // 30 s, cv 0.7
  EXPECT_NEAR(connected / total, 0.45, 0.15);

  // By pages, of which none repeats or misses a call although new ones end meanwhile.
  std::vector<std::string> paged;
  std::string token;
  do {
    const JsonTree page =
        client_->Get(absl::StrCat(kCampaign, "/calls?limit=30&sort_by=created_time:desc",
                                  token.empty() ? "" : "&continuation_token=" + token));
    EXPECT_LE(page["calls"].size(), 30u);
    if (token.empty()) {
      EXPECT_EQ(page["calls"][0]["id"].text(), all["calls"][0]["id"].text());
    }
    for (const JsonTree& call : page["calls"].items()) paged.push_back(call["id"].text());
    token = page["continuation_token"].text();
    client_->Advance(absl::Seconds(10));
  } while (!token.empty());
  const std::set<std::string> seen(paged.begin(), paged.end());
  EXPECT_EQ(seen.size(), paged.size());
  for (const std::string& id : ids) EXPECT_TRUE(seen.contains(id)) << id;
  const JsonTree first =
      client_->Get(absl::StrCat(kCampaign, "/calls?limit=1&sort_by=created_time:asc"));
  EXPECT_EQ(first["calls"][0]["id"].text(), "c1-0");
  for (const char* query :
       {"limit=0", "limit=1001", "sort_by=name", "continuation_token=after-x", "page=2"}) {
    EXPECT_EQ(client_->Ask("GET", absl::StrCat(kCampaign, "/calls?", query)).status, 400) << query;
  }
}

// --- Guide 3

TEST_F(GuideWritesTest, Sim3APausedAgentComesBackByHimselfAtTwoMinutes) {
  const std::string path = "/api/v2/users/a40/availability";
  const JsonTree paused = Put("/api/v2/users/a50/availability",
                              R"({"availabilityId":"availability-paused-fairness",
      "reasonId":"reason-temporary-throttle","state":"PAUSED",
      "note":"Automated fairness throttle: CV exceeded 0.35 for 3 intervals"})");
  EXPECT_EQ(paused["state"].text(), "PAUSED");
  EXPECT_EQ(paused["previousState"].text(), "AVAILABLE");
  EXPECT_EQ(paused["reasonId"].text(), "reason-temporary-throttle");
  EXPECT_EQ(paused["until"].time(), client_->now() + absl::Seconds(120));
  client_->Advance(absl::Seconds(119));
  EXPECT_EQ(StateOf("a50"), "Paused");
  client_->Advance(absl::Seconds(1));
  EXPECT_NE(StateOf("a50"), "Paused");
  // Asked again, the pause begins anew.
  Put(path, R"({"state":"PAUSED"})");
  client_->Advance(absl::Seconds(100));
  EXPECT_EQ(Put(path, R"({"state":"PAUSED"})")["previousState"].text(), "PAUSED");
  client_->Advance(absl::Seconds(119));
  EXPECT_EQ(StateOf("a40"), "Paused");
  client_->Advance(absl::Seconds(2));
  EXPECT_NE(StateOf("a40"), "Paused");
}

TEST_F(GuideWritesTest, ABreakAndAnotherHandOutliveThePause) {
  Put("/api/v2/users/a50/availability", R"({"state":"PAUSED"})");
  Put("/api/v2/users/a50/availability", R"({"state":"BREAK"})");
  client_->Advance(absl::Minutes(10));
  EXPECT_EQ(StateOf("a50"), "Break");
  EXPECT_EQ(
      Put("/api/v2/users/a50/availability", R"({"state":"AVAILABLE"})")["previousState"].text(),
      "BREAK");
  client_->Advance(absl::Hours(11));
  ExpectRefused("PUT", "/api/v2/users/a50/availability", R"({"state":"ASLEEP"})", "$.state");
  ExpectRefused("PUT", "/api/v2/users/a50/availability", R"({"state":"PAUSED","until":1})",
                "until");
  ExpectRefused("PUT", "/api/v2/users/a50/availability", "{}", "state");
  EXPECT_EQ(client_->Ask("PUT", "/api/v2/users/x/availability", R"({"state":"PAUSED"})").status,
            404);
  client_->Advance(absl::Hours(9));
  EXPECT_EQ(client_->Ask("PUT", "/api/v2/users/a50/availability", R"({"state":"PAUSED"})").status,
            409)
      << "offline";
}

TEST_F(GuideWritesTest, Sim8PausesStayWhenSwitchedOff) {
  Start({.pauses_end = false});
  EXPECT_FALSE(Put("/api/v2/users/a50/availability", R"({"state":"PAUSED"})")["until"].present());
  client_->Advance(absl::Minutes(30));
  EXPECT_EQ(StateOf("a50"), "Paused");
}

TEST_F(GuideWritesTest, Sim8ARuleWriteStallsDistributionThirtyToNinetySeconds) {
  const std::string body =
      R"({"queueId":"q1","routingRules":[{"skillId":"t1","priority":2,"capacityOverride":0.5}]})";
  client_->Advance(absl::Minutes(10));
  const JsonTree answer = Put("/api/v2/routing/rules", body);
  EXPECT_EQ(answer["routingRules"][0]["capacityOverride"].number(), 0.5);
  EXPECT_EQ(client_->Get(kQueue)["routingRules"][0]["skillId"].text(), "t1");
  const double before = Answered("q1");
  client_->Advance(absl::Seconds(29.9));
  EXPECT_EQ(Answered("q1"), before);
  client_->Advance(absl::Seconds(60.1));
  EXPECT_GT(Answered("q1"), before + 2) << "400 an hour, and the line of the stall";
  // The same rules again change nothing, and stall nothing.
  const double then = Answered("q1");
  Put("/api/v2/routing/rules", body);
  client_->Advance(absl::Seconds(29.9));
  EXPECT_GT(Answered("q1"), then);
  ExpectRefused("PUT", "/api/v2/routing/rules", R"({"queueId":"q1"})", "routingRules");
  ExpectRefused("PUT", "/api/v2/routing/rules",
                R"({"queueId":"q1","routingRules":[{"skillId":"zz","priority":1}]})", "zz");
  ExpectRefused("PUT", "/api/v2/routing/rules", R"({"queueId":"q1","routingRules":[],"a":1})", "a");

  Start({.rule_writes_stall = false});
  client_->Advance(absl::Minutes(10));
  const double free = Answered("q1");
  Put("/api/v2/routing/rules", body);
  client_->Advance(absl::Seconds(29.9));
  EXPECT_GT(Answered("q1"), free);
}

TEST_F(GuideWritesTest, Sim3QueueSettingsAreWrittenAsGuide3GivesThem) {
  const JsonTree before = client_->Get(kQueue);
  EXPECT_EQ(before["queueSettings"]["routingAlgorithm"].text(), "LIA");
  EXPECT_EQ(before["queueSettings"]["utilizationTarget"].number(), 0.8);
  const JsonTree after = Put(kQueue, R"({"name":"Tier-3-Engineering-Support",
      "description":"High-complexity technical resolution queue","routingRules":[],
      "queueSettings":{"utilizationTarget":0.6,"capacityPerAgent":0.7,"routingAlgorithm":"LAA",
                       "wrapUpPolicy":"STRICT"}})");
  EXPECT_EQ(after["name"].text(), "Tier-3-Engineering-Support");
  EXPECT_EQ(after["description"].text(), "High-complexity technical resolution queue");
  EXPECT_EQ(after["queueSettings"]["utilizationTarget"].number(), 0.6);
  EXPECT_EQ(after["queueSettings"]["capacityPerAgent"].number(), 0.7);
  EXPECT_EQ(after["queueSettings"]["routingAlgorithm"].text(), "LAA");
  EXPECT_EQ(after["inbound_capacity"].number(), 200) << "not what utilizationTarget makes of it";
  client_->Advance(absl::Seconds(10));
  ExpectRefused("PUT", kQueue, R"({"queueSettings":{"utilizationTarget":1.2}})",
                "utilizationTarget");
  ExpectRefused("PUT", kQueue, R"({"queueSettings":{"routingAlgorithm":"FIFO"}})",
                "routingAlgorithm");
  ExpectRefused("PUT", kQueue, R"({"queueSettings":{"acw_weight":1}})", "acw_weight");
}

TEST_F(GuideWritesTest, Sim8AUtilizationTargetLimitsWhoWorksAtOnce) {
  // Some 24 of 40 work at once; 0.4 of 40 is 16.
  const auto most_interacting = [&](bool caps) {
    Start({.utilization_caps = caps});
    Put(kQueue, R"({"queueSettings":{"utilizationTarget":0.4}})");
    double most = 0;
    for (int minute = 0; minute < 60; ++minute) {
      client_->Advance(absl::Minutes(1));
      const JsonTree live = client_->Get("/api/v2/analytics/queues/realtime?queueId=q1");
      most = std::max(most, live["entities"][0]["interacting"].number());
    }
    return most;
  };
  EXPECT_LE(most_interacting(true), 16);
  EXPECT_GT(most_interacting(false), 18);
}

TEST_F(GuideWritesTest, Sim8LaaPrefersWhoIsFastWhereLiaDoesNot) {
  // How unevenly contacts fall: by the share of the ten busiest of 40.
  const auto top_share = [&](const std::string& algorithm) {
    Start({});
    Put(kQueue, absl::StrCat(R"({"queueSettings":{"routingAlgorithm":")", algorithm, "\"}}"));
    std::map<std::string, double> handled;
    for (int i = 0; i < 36; ++i) {
      client_->Advance(absl::Minutes(5));
      const JsonTree work =
          client_->Get("/api/v2/analytics/users/realtime?interval=PT5M&groupBy=userId,queueId");
      for (const JsonTree& one : work["metrics"].items()) {
        if (one["queueId"].text() == "q1") {
          handled[one["userId"].text()] += one["interactionsHandled"].number();
        }
      }
    }
    std::vector<double> counts;
    double sum = 0, top = 0;
    for (const auto& [agent, count] : handled) counts.push_back(count), sum += count;
    std::sort(counts.rbegin(), counts.rend());
    for (size_t i = 0; i < 10 && i < counts.size(); ++i) top += counts[i];
    EXPECT_GT(sum, 800);
    return top / sum;
  };
  const double lia = top_share("LIA"), laa = top_share("LAA");
  EXPECT_LT(lia, 0.33);
  EXPECT_GT(laa, lia + 0.05);
}

// --- Guide 4

TEST_F(GuideWritesTest, Sim3CustomFieldsAreMergedByName) {
  const auto patch = [&](const std::string& body) {
    const http::Response response = client_->Ask("PATCH", "/api/v2/users/a07", body);
    EXPECT_EQ(response.status, 200) << response.body;
    return JsonTree::Parse(response.body);
  };
  const JsonTree first =
      patch(R"({"customFields":[{"fieldName":"FairnessWeightedScore","value":"1.05"}]})");
  EXPECT_EQ(first["id"].text(), "a07");
  EXPECT_EQ(first["customFields"][0]["value"].text(), "1.05");
  const JsonTree second = patch(
      R"({"customFields":[{"fieldName":"FairnessWeightedScore","value":"0.98"},
                          {"fieldName":"Team","value":"B"}]})");
  ASSERT_EQ(second["customFields"].size(), 2u);
  EXPECT_EQ(second["customFields"][0]["value"].text(), "0.98");
  EXPECT_EQ(patch(R"({"customFields":[]})")["customFields"].size(), 2u);
  for (const auto& [body, problem] : std::vector<std::pair<std::string, std::string>>{
           {R"({"customFields":[{"fieldName":"a"}]})", "value"},
           {R"({"customFields":[{"fieldName":"a","value":1}]})", "value"},
           {R"({"customFields":[{"fieldName":"a","value":"1"},{"fieldName":"a","value":"2"}]})",
            "twice"},
           {R"({"name":"x","customFields":[]})", "name"}}) {
    ExpectRefused("PATCH", "/api/v2/users/a07", body, problem);
  }
  client_->LogIn("evenkeel-readonly");
  const http::Response refused =
      client_->Ask("PATCH", "/api/v2/users/a07", R"({"customFields":[]})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("users:write"));
}

TEST_F(GuideWritesTest, Api11ChannelsAreThoseOfTheQueuesMedia) {
  client_->Advance(absl::Hours(1));
  const JsonTree answer = client_->Post(
      "/api/v2/analytics/interactions/metrics",
      R"({"metricDefinitions":[{"id":"interactionCount"}],"interval":{"granularity":3600,
          "dateFrom":"2024-05-15T08:00:00Z","dateTo":"2024-05-15T09:00:00Z"}})");
  ASSERT_EQ(answer["results"].size(), 2u);
  EXPECT_EQ(answer["results"][0]["channelType"].text(), "Voice");
  EXPECT_EQ(answer["results"][1]["channelType"].text(), "Chat");
  double chats = 0;
  const JsonTree q3 = client_->Get(
      "/api/v2/routing/queues/q3/metrics?from=2024-05-15T08:00:00Z&to=2024-05-15T09:00:00Z");
  for (const JsonTree& interval : q3["intervals"].items()) chats += interval["handled"].number();
  EXPECT_GT(chats, 5);
  EXPECT_EQ(answer["results"][1]["intervals"][0]["interactionCount"].number(), chats);
}

// --- Guide 5

TEST_F(GuideWritesTest, Sim3ABullseyeStrategyRoutesByTiers) {
  EXPECT_FALSE(client_->Get(kQueue)["routingStrategy"]["enabled"].truth());
  const JsonTree after = Put(kQueue, Strategy(kSkills));
  const JsonTree& strategy = after["routingStrategy"];
  EXPECT_EQ(strategy["type"].text(), "BULLSEYE");
  ASSERT_EQ(strategy["skills"].size(), 3u);
  EXPECT_EQ(strategy["skills"][0]["skill"]["name"].text(), "Tier1_Specialist");
  EXPECT_EQ(strategy["skills"][0]["priority"].number(), 10);
  EXPECT_EQ(strategy["expansionRules"][2]["waitTime"].number(), 60000);
  client_->Advance(absl::Hours(1));
  // 24.4 Erlangs for ten specialists: most calls reach tier 2, 15 s after they came, some tier 3 at
  // 45 s; none of the rest has to be asked.
  std::map<int, double> tiers = Tiers(kEpoch);
  EXPECT_GT(tiers[1], 30);
  EXPECT_GT(tiers[2], 30);
  EXPECT_GT(tiers[3], 10);
  EXPECT_LT(tiers[4], tiers[3]);
  const JsonTree metrics = client_->Get(absl::StrCat(kQueue, "/metrics"));
  for (const JsonTree& tier : metrics["tiers"].items()) {
    const double opens[] = {0, 0, 15, 45, 105};
    const int number = static_cast<int>(tier["tier"].number());
    EXPECT_GE(tier["p90WaitSeconds"].number() + 1e-9, opens[number]) << number;
    if (number < 4) {
      EXPECT_LE(tier["p90WaitSeconds"].number(), opens[number + 1]) << number;
    }
    EXPECT_EQ(tier["offered"].number(), tier["answered"].number()) << "nobody gives up";
  }
  // Shorter waits open the outer tiers more often.
  Put(kQueue, Strategy(kSkills, R"("expansionRules":[
      {"type":"skill","skillId":"t1","waitTime":1000},{"type":"skill","skillId":"t2","waitTime":1000},
      {"type":"skill","skillId":"t3","waitTime":60000}])"));
  const absl::Time changed = client_->now();
  client_->Advance(absl::Hours(1));
  std::map<int, double> faster = Tiers(changed);
  EXPECT_GT(faster[3] / (faster[1] + faster[2] + faster[3]),
            tiers[3] / (tiers[1] + tiers[2] + tiers[3]) + 0.1);
}

TEST_F(GuideWritesTest, Sim8OmittedSkillsClearAssignmentsUntilTheyAreSentAgain) {
  ASSERT_EQ(AgentsWithSkills(), 30u);
  Put(kQueue, Strategy(kSkills));
  EXPECT_EQ(AgentsWithSkills(), 30u);
  client_->Advance(absl::Minutes(10));
  const JsonTree cleared = Put(kQueue, Strategy(""));
  EXPECT_EQ(cleared["routingStrategy"]["skills"].size(), 0u);
  EXPECT_EQ(AgentsWithSkills(), 0u);
  // Nobody is of a tier: contacts that come now are answered by those beyond, after all waits.
  client_->Advance(absl::Minutes(20));
  const absl::Time broken = client_->now();
  client_->Advance(absl::Minutes(20));
  std::map<int, double> tiers = Tiers(broken);
  EXPECT_GT(tiers[4], 50);
  EXPECT_EQ(tiers[1] + tiers[2] + tiers[3], 0);
  Put(kQueue, Strategy(kSkills));
  EXPECT_EQ(AgentsWithSkills(), 30u);
  client_->Advance(absl::Minutes(20));
  const absl::Time repaired = client_->now();
  client_->Advance(absl::Minutes(20));
  EXPECT_GT(Tiers(repaired)[1], 5);

  Start({.omitted_skills_clear = false});
  Put(kQueue, Strategy(kSkills));
  client_->Advance(absl::Seconds(10));
  EXPECT_EQ(Put(kQueue, Strategy(""))["routingStrategy"]["skills"].size(), 3u);
  EXPECT_EQ(AgentsWithSkills(), 30u);
}

TEST_F(GuideWritesTest, WrongStrategiesAreRefusedAndChangeNothing) {
  const std::string rule = R"({"type":"skill","skillId":"t1","waitTime":1000})";
  for (const auto& [body, problem] : std::vector<std::pair<std::string, std::string>>{
           {Strategy(kSkills, R"("expansionRules":[{"type":"skill","skillId":"t9","waitTime":1}])"),
            "t9"},
           {Strategy(kSkills, R"("expansionRules":[{"type":"skill","skillId":"t1","waitTime":0}])"),
            "waitTime"},
           {Strategy(kSkills, R"("expansionRules":[{"type":"group","skillId":"t1","waitTime":1}])"),
            "type"},
           {Strategy(kSkills, absl::StrCat(R"("expansionRules":[)", rule, ",", rule, "]")),
            "already"},
           {Strategy(R"("skills":[{"skill":{"id":"t1"},"priority":-1}],)"), "priority"},
           {Strategy(R"("skills":[{"skill":{"id":"t1","kind":"x"},"priority":1}],)"), "kind"},
           {Strategy(R"("rings":[],)"), "rings"},
           {R"({"routingStrategy":{"type":"LINEAR","enabled":true,"expansionRules":[]}})",
            "BULLSEYE"},
           {R"({"routingStrategy":{"enabled":true,"expansionRules":[]}})", "type"}}) {
    ExpectRefused("PUT", kQueue, body, problem);
  }
  const JsonTree queue = client_->Get(kQueue);
  EXPECT_FALSE(queue["routingStrategy"]["enabled"].truth());
  EXPECT_EQ(AgentsWithSkills(), 30u);
}

TEST_F(GuideWritesTest, Sim8QueueWritesAreThrottledUnlessSwitchedOff) {
  Start({.queue_writes_throttled = false});
  Put(kQueue, Strategy(kSkills));
  client_->Advance(absl::Seconds(1));
  Put(kQueue, Strategy(kSkills));
  Start({});
  Put(kQueue, Strategy(kSkills));
  client_->Advance(absl::Seconds(1));
  EXPECT_EQ(client_->Ask("PUT", kQueue, Strategy(kSkills)).status, 429);
}

TEST(GuideBehavioursTest, Sim8AreSwitchedByName) {
  GuideBehaviours behaviours;
  EXPECT_TRUE(SetBehaviours("", behaviours).ok());
  EXPECT_TRUE(SetBehaviours("rule-writes-stall=off,pauses-end=off,pauses-end=on", behaviours).ok());
  EXPECT_FALSE(behaviours.rule_writes_stall);
  EXPECT_TRUE(behaviours.pauses_end);
  EXPECT_TRUE(behaviours.omitted_skills_clear);
  const absl::Status status = SetBehaviours("stall=off,pauses-end=maybe,pauses-end", behaviours);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("stall=off"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("pauses-end=maybe"));
}

}  // namespace
}  // namespace evenkeel::sim
