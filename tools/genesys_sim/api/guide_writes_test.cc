// SIM-3, SIM-8: what guides 2 to 4 write, and their stated behaviours, as docs/guide_dialect.md
// says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/contract/guide_centre.h"

namespace evenkeel::sim {
namespace {

using testing::HasSubstr;

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

}  // namespace
}  // namespace evenkeel::sim
