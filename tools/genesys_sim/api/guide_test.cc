// SIM-3, SIM-8: the guide dialect, as docs/guide_dialect.md states it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/contract/sim_client.h"

namespace evenkeel::sim {
namespace {

class GuideTest : public testing::Test {
 protected:
  GuideTest() : client_({.dialect = Dialect::kGuide}) {}
  int Put(const std::string& queue, const std::string& body) {
    return client_.Ask("PUT", "/api/v2/routing/queues/" + queue, body).status;
  }
  SimClient client_;
};

TEST_F(GuideTest, Api1TokensComeFromEitherPath) {
  for (const char* path : {"/oauth/token", "/login/oauth2/token"}) {
    http::Request request{"POST",
                          client_.url() + path,
                          {{"Content-Type", "application/x-www-form-urlencoded"}},
                          "grant_type=client_credentials&client_id=evenkeel-demo"
                          "&client_secret=evenkeel-demo"};
    http::Response response = client_.Send(request);
    EXPECT_EQ(response.status, 200);
    client_.UseToken(JsonTree::Parse(response.body)["access_token"].text());
    client_.Get("/api/v2/routing/users/state");
    request.body = "grant_type=password&client_id=evenkeel-demo&client_secret=evenkeel-demo";
    response = client_.Send(request);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(JsonTree::Parse(response.body)["error"].text(), "unsupported_grant_type");
  }
}

TEST_F(GuideTest, Api4AgentsArePagedByContinuationToken) {
  std::vector<std::string> ids;
  std::string token;
  int pages = 0;
  do {
    const JsonTree page = client_.Get("/api/v2/routing/users?page_size=50" +
                                      (token.empty() ? "" : "&continuation_token=" + token));
    for (const JsonTree& agent : page["entities"].items()) {
      ids.push_back(agent["id"].text());
      EXPECT_EQ(agent["skills"][0]["id"].text(), "s1");
      EXPECT_EQ(agent["skills"][0]["proficiency"].number(), 4);
    }
    token = page["continuation_token"].text();
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 130u);
  EXPECT_EQ(ids.size(), 130u);
  EXPECT_EQ(client_.Get("/api/v2/routing/users")["entities"].size(), 100u);
  EXPECT_EQ(client_.Get("/api/v2/routing/users?page_size=250")["entities"].size(), 130u);
  for (const char* query :
       {"page_size=251", "page_size=0", "continuation_token=next", "continuation_token=from-131"}) {
    EXPECT_EQ(client_.Ask("GET", std::string("/api/v2/routing/users?") + query).status, 400);
  }
}

TEST_F(GuideTest, StatesOfAllAgentsComeAtOnce) {
  client_.Advance(absl::Minutes(25));
  const JsonTree states = client_.Get("/api/v2/routing/users/state");
  std::map<std::string, int> counts;
  for (const JsonTree& state : states["entities"].items()) {
    ++counts[state["stateCode"].text()];
    EXPECT_LE(state["stateTime"].time(), client_.now());
    EXPECT_GE(state["stateTime"].time(), kEpoch);
  }
  EXPECT_EQ(states["entities"].size(), 130u);
  EXPECT_GT(counts["Available"], 5);
  EXPECT_GT(counts["Interacting"], 20);
  EXPECT_GT(counts["AfterCallWork"], 3);
  EXPECT_GT(counts["Break"], 5);
  EXPECT_EQ(counts.size(), 4u);
}

TEST_F(GuideTest, Cap9InboundCapacityIsWrittenAloneAndAnsweredWithTheQueue) {
  const JsonTree before = client_.Get("/api/v2/routing/queues/q1");
  EXPECT_EQ(before["inbound_capacity"].number(), 60);
  EXPECT_EQ(before["memberCount"].number(), 130);
  EXPECT_EQ(before["queueSettings"]["routingAlgorithm"].text(), "LIA");
  const http::Response response =
      client_.Ask("PUT", "/api/v2/routing/queues/q1", R"({"inbound_capacity":5})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(JsonTree::Parse(response.body)["inbound_capacity"].number(), 5);
  EXPECT_EQ(JsonTree::Parse(response.body)["name"].text(), "Queue 1");
  // SIM-8: no more than so many work on the queue at once.
  client_.Advance(absl::Minutes(30));
  for (int i = 0; i < 60; ++i) {
    client_.Advance(absl::Seconds(10));
    EXPECT_LE(
        client_.Get("/api/v2/analytics/queues/realtime?queueId=q1")["entities"][0]["interacting"]
            .number(),
        5);
  }
  EXPECT_EQ(Put("q1", R"({"inbound_capacity":40,"outbound_capacity":3})"), 200);
  EXPECT_EQ(client_.Get("/api/v2/routing/queues/q1")["outbound_capacity"].number(), 3);
  EXPECT_EQ(client_.Report()["writes"]["PUT /api/v2/routing/queues/{queueId}"].number(), 2);
}

TEST_F(GuideTest, WrongCapacitiesAreRefused) {
  for (const char* body :
       {R"({"inbound_capacity":0})", R"({"inbound_capacity":201})", R"({"inbound_capacity":2.5})",
        R"({"inbound_capacity":"7"})", R"({"inbound_capacity":7,"colour":1})", "{}", "[]", "",
        R"({"inbound_capacity":7,"inbound_capacity":8})", R"({"outbound_capacity":-1})",
        R"({"inbound_capacity":7,"name":"x"})"}) {
    EXPECT_EQ(Put("q1", body), 400) << body;
  }
  EXPECT_EQ(client_.Get("/api/v2/routing/queues/q1")["inbound_capacity"].number(), 60);
  EXPECT_EQ(Put("q9", R"({"inbound_capacity":7})"), 404);
}

TEST_F(GuideTest, Sim8WritesToOneQueueConflictThenAreThrottled) {
  const std::string body = R"({"inbound_capacity":7})";
  EXPECT_EQ(Put("q1", body), 200);
  EXPECT_EQ(Put("q1", body), 409) << "the first is still being written";
  EXPECT_EQ(Put("q2", body), 200) << "another queue";
  client_.Advance(absl::Seconds(1));
  const http::Response throttled = client_.Ask("PUT", "/api/v2/routing/queues/q1", body);
  EXPECT_EQ(throttled.status, 429);
  EXPECT_EQ(throttled.Header("Retry-After"), "9");
  EXPECT_EQ(client_.Report()["requests"]["rate_limited"].number(), 0) << "not the token's limit";
  client_.Advance(absl::Seconds(8.9));
  EXPECT_EQ(Put("q1", body), 429);
  client_.Advance(absl::Seconds(0.1));
  EXPECT_EQ(Put("q1", body), 200);
}

TEST_F(GuideTest, AnotherEditorSetsACapacityAtOnce) {
  EXPECT_EQ(
      client_.Ask("POST", "/admin/v1/queues", R"({"queueId":"q1","inboundCapacity":9})").status,
      204);
  EXPECT_EQ(client_.Get("/api/v2/routing/queues/q1")["inbound_capacity"].number(), 9);
  EXPECT_EQ(client_.Report()["writes"]["total"].number(), 0);
}

TEST_F(GuideTest, LiveFiguresAgreeWithTheReport) {
  client_.Advance(absl::Minutes(40));
  const JsonTree live = client_.Get("/api/v2/analytics/queues/realtime?queueId=q2,q1");
  const JsonTree report = client_.Report();
  ASSERT_EQ(live["entities"].size(), 2u);
  for (const auto& [entity, queue] : {std::pair(&live["entities"][0], &report["queues"][1]),
                                      std::pair(&live["entities"][1], &report["queues"][0])}) {
    const JsonTree& figures = *entity;
    EXPECT_EQ(figures["queueId"].text(), (*queue)["id"].text());
    EXPECT_EQ(figures["timestamp"].time(), client_.now());
    EXPECT_EQ(figures["waiting"].number(), (*queue)["waiting"].number());
    EXPECT_EQ(figures["longestWaitSeconds"].number() > 0, figures["waiting"].number() > 0);
    EXPECT_GT(figures["onQueueAgents"].number(), 100);
    EXPECT_GT(figures["utilization"].number(), 0.4);
    EXPECT_LT(figures["utilization"].number(), figures["occupancy"].number() + 0.15);
    EXPECT_LE(figures["occupancy"].number(), 1);
    EXPECT_GT(figures["acwTime"].number(), 25);
    EXPECT_LT(figures["acwTime"].number(), 60);
  }
  const JsonTree all = client_.Get("/api/v2/analytics/queues/realtime");
  EXPECT_EQ(all["entities"].size(), 3u);
  EXPECT_EQ(all["entities"][2]["occupancy"].number(), 0);
  EXPECT_EQ(client_.Ask("GET", "/api/v2/analytics/queues/realtime?queueId=q7").status, 404);
}

TEST_F(GuideTest, AQueuesIntervalsAreOnTheClockAndAddUp) {
  client_.Advance(absl::Minutes(62));
  const JsonTree recent = client_.Get("/api/v2/routing/queues/q1/metrics");
  ASSERT_EQ(recent["intervals"].size(), 7u);  // 08:30 to 08:60, and two minutes of the running one
  EXPECT_EQ(recent["intervals"][0]["start"].time(), kEpoch + absl::Minutes(30));
  EXPECT_EQ(recent["intervals"][0]["lengthSeconds"].number(), 300);
  EXPECT_EQ(recent["intervals"][6]["lengthSeconds"].number(), 300);
  const JsonTree whole = client_.Get(
      "/api/v2/routing/queues/q1/metrics?from=2024-05-15T07:00:00Z&to=2024-05-15T10:00:00Z");
  std::map<std::string, double> sums;
  for (const JsonTree& interval : whole["intervals"].items()) {
    for (const auto& [key, value] : interval.members()) {
      if (key != "start") sums[key] += value.number();
    }
  }
  const JsonTree queue = client_.Report()["queues"][0];
  for (const char* field : {"offered", "answered", "abandoned"}) {
    EXPECT_EQ(sums[field], queue[field].number()) << field;
  }
  EXPECT_NEAR((sums["answeredWaitSeconds"] + sums["abandonedWaitSeconds"]) /
                  (sums["answered"] + sums["abandoned"]),
              queue["mean_wait_seconds"].number(), 1e-6);
  EXPECT_GT(sums["handleSeconds"] / sums["handled"], 150);
  for (const char* query :
       {"from=yesterday", "from=2024-05-15T10:00:00Z&to=2024-05-15T09:00:00Z",
        "from=2024-05-01T10:00:00Z&to=2024-05-15T09:00:00Z", "granularity=PT1M"}) {
    EXPECT_EQ(client_.Ask("GET", std::string("/api/v2/routing/queues/q1/metrics?") + query).status,
              400);
  }
}

TEST_F(GuideTest, WorkOfAgentsComesInWholeIntervalsThatAddUp) {
  client_.Advance(absl::Minutes(10));
  std::map<std::string, double> by_quarter_minutes, by_skill;
  for (int i = 0; i < 20; ++i) {
    client_.Advance(absl::Seconds(15));
    const JsonTree work =
        client_.Get("/api/v2/analytics/users/realtime?interval=PT15S&groupBy=userId,queueId");
    EXPECT_EQ(work["timestamp"].time(), client_.now());
    for (const JsonTree& item : work["metrics"].items()) {
      EXPECT_TRUE(item["queueId"].present());
      for (const char* field : {"talkTime", "acwTime", "holdTime", "interactionsHandled"}) {
        by_quarter_minutes[item["userId"].text() + field] += item[field].number();
      }
    }
  }
  const JsonTree work =
      client_.Get("/api/v2/analytics/users/realtime?interval=PT5M&groupBy=userId&groupBy=skillId");
  for (const JsonTree& item : work["metrics"].items()) {
    EXPECT_TRUE(item["skillId"].present());
    for (const char* field : {"talkTime", "acwTime", "holdTime", "interactionsHandled"}) {
      by_skill[item["userId"].text() + field] += item[field].number();
    }
  }
  ASSERT_GT(by_skill.size(), 200u);
  ASSERT_EQ(by_skill.size(), by_quarter_minutes.size());
  for (const auto& [key, value] : by_skill) EXPECT_NEAR(value, by_quarter_minutes[key], 1e-6);
  for (const char* query : {"interval=PT15S", "interval=PT15S&groupBy=queueId,userId",
                            "interval=PT2M&groupBy=userId,queueId"}) {
    EXPECT_EQ(client_.Ask("GET", std::string("/api/v2/analytics/users/realtime?") + query).status,
              400);
  }
}

TEST_F(GuideTest, Api11Guide4sQueryIsAGetWithABodyOrAPost) {
  client_.Advance(absl::Minutes(65));
  const std::string path = "/api/v2/analytics/interactions/metrics";
  const auto body = [](const std::string& operands, int granularity_seconds) {
    return absl::StrCat(
        R"({"metricDefinitions":[{"id":"interactionCount"},{"id":"avgInteractionDuration"}],
            "interval":{"granularity":)",
        granularity_seconds,
        R"(,"dateFrom":"2024-05-15T08:00:00Z","dateTo":"2024-05-15T09:05:00Z"},
            "filterExpression":{"operator":"AND","operands":[)",
        operands, "]}}");
  };
  const std::string q1 = R"({"operator":"EQ","field":"queueId","values":["q1"]})";
  const std::string channels =
      R"({"operator":"IN","field":"channelType","values":["Voice","Chat","Email"]})";
  const http::Response got = client_.Ask("GET", path, body(q1 + "," + channels, 3600));
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, client_.Ask("POST", path, body(q1 + "," + channels, 3600)).body);
  const JsonTree answer = JsonTree::Parse(got.body);
  ASSERT_EQ(answer["results"].size(), 1u);
  EXPECT_EQ(answer["results"][0]["channelType"].text(), "Voice");
  const JsonTree& intervals = answer["results"][0]["intervals"];
  ASSERT_EQ(intervals.size(), 2u);
  EXPECT_EQ(intervals[1]["dateFrom"].time(), kEpoch + absl::Hours(1));
  EXPECT_EQ(intervals[1]["dateTo"].time(), kEpoch + absl::Minutes(65));

  const JsonTree handled = client_.Get(
      "/api/v2/routing/queues/q1/metrics?from=2024-05-15T08:00:00Z&to=2024-05-15T09:00:00Z");
  double count = 0, seconds = 0;
  for (const JsonTree& interval : handled["intervals"].items()) {
    count += interval["handled"].number();
    seconds += interval["handleSeconds"].number();
  }
  EXPECT_EQ(intervals[0]["interactionCount"].number(), count);
  EXPECT_NEAR(intervals[0]["avgInteractionDuration"].number(), seconds / count, 1e-6);

  // By agent: all agents together are the queue.
  double by_agents = 0;
  for (int a = 0; a < 130; ++a) {
    if (a % 50 == 0) client_.Advance(absl::Seconds(1));  // the rate limit
    const JsonTree one = client_.Post(
        path, body(absl::StrCat(q1, R"(,{"operator":"EQ","field":"userId","values":["a)", a / 100,
                                a / 10 % 10, a % 10, "\"]}"),
                   3900));
    const JsonTree& part = one["results"][0]["intervals"][0];
    if (part.present()) by_agents += part["interactionCount"].number();
  }
  EXPECT_EQ(by_agents, count + intervals[1]["interactionCount"].number());

  EXPECT_EQ(client_
                .Post(path, body(R"({"operator":"EQ","field":"channelType",
                                       "values":["Chat"]})",
                                 3600))["results"]
                .size(),
            0u);
  // Guide 4's own filterExpression is not JSON; what comes nearest to it is refused.
  for (const std::string& operands :
       {std::string(R"({"operator":"EQ","values":["queueId"]})"),
        std::string(R"({"operator":"EQ","field":"queueId","values":["q1","q2"]})"),
        std::string(R"({"operator":"LIKE","field":"queueId","values":["q1"]})"),
        std::string(R"({"operator":"IN","field":"mood","values":["good"]})")}) {
    EXPECT_EQ(client_.Ask("POST", path, body(operands, 3600)).status, 400) << operands;
  }
  EXPECT_EQ(client_.Ask("POST", path, body(q1, 15)).status, 400);
  EXPECT_EQ(client_.Ask("GET", path).status, 400) << "without a body";
}

}  // namespace
}  // namespace evenkeel::sim
