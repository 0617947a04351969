// SIM-3 and SIM-4 over real HTTP: what every operation has in common.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/contract/sim_client.h"
#include "tools/genesys_sim/engine/random.h"

namespace evenkeel::sim {
namespace {

using testing::HasSubstr;

class EachDialect : public testing::TestWithParam<Dialect> {
 protected:
  bool platform() const { return GetParam() == Dialect::kPlatform; }
  ApiOptions Options() const { return {.dialect = GetParam()}; }
  // Something to read and something to write in this dialect.
  std::string ReadPath() const { return platform() ? "/api/v2/users" : "/api/v2/routing/users"; }
  http::Request Write(const SimClient& client) const {
    return platform()
               ? client.Request("PATCH", "/api/v2/routing/queues/q1/members",
                                R"([{"id":"a000","joined":false}])")
               : client.Request("PUT", "/api/v2/routing/queues/q1", R"({"inbound_capacity":50})");
  }
};

INSTANTIATE_TEST_SUITE_P(Dialects, EachDialect,
                         testing::Values(Dialect::kPlatform, Dialect::kGuide),
                         [](const auto& info) { return std::string(DialectName(info.param)); });

TEST_P(EachDialect, Sim3TokensAreNeededAndExpire) {
  ApiOptions options = Options();
  options.token_lifetime = absl::Minutes(10);
  SimClient client(options);
  const JsonTree token = client.Token("evenkeel-demo", "evenkeel-demo");
  EXPECT_EQ(token["token_type"].text(), "bearer");
  EXPECT_EQ(token["expires_in"].number(), 600);
  EXPECT_EQ(client.Token("evenkeel-demo", "wrong")["error"].text(), "invalid_client");
  EXPECT_EQ(client.Ask("GET", ReadPath()).status, 200);
  client.Advance(absl::Minutes(10));
  http::Response response = client.Ask("GET", ReadPath());
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(JsonTree::Parse(response.body)["code"].text(), "bad.credentials");
  response = client.Send({"GET", client.url() + ReadPath(), {}, ""});
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(JsonTree::Parse(response.body)["code"].text(), "authentication.required");
  client.LogIn("evenkeel-demo");
  EXPECT_EQ(client.Ask("GET", ReadPath()).status, 200);
  EXPECT_EQ(client.Post("/admin/v1/tokens/revoke", "")["revoked"].number(), 1);
  EXPECT_EQ(client.Ask("GET", ReadPath()).status, 401);
}

TEST_P(EachDialect, Sim3WritingNeedsPermissionWhichTheErrorNames) {
  SimClient client(Options());
  client.LogIn("evenkeel-readonly");
  EXPECT_EQ(client.Ask("GET", ReadPath()).status, 200);
  const http::Response response = client.Send(Write(client));
  EXPECT_EQ(response.status, 403);
  const JsonTree error = JsonTree::Parse(response.body);
  EXPECT_EQ(error["code"].text(), "missing.any.permissions");
  EXPECT_THAT(error["message"].text(),
              HasSubstr(platform() ? "routing:queueMember:manage" : "routing:queue:write"));
  EXPECT_EQ(error["contextId"].text(), std::string(response.Header("ININ-Correlation-Id")));
  EXPECT_EQ(client.Report()["writes"]["total"].number(), 0);
  client.LogIn("evenkeel-write");
  EXPECT_LT(client.Send(Write(client)).status, 300);
  EXPECT_EQ(client.Report()["writes"]["total"].number(), 1);
}

TEST_P(EachDialect, Sim3WhatIsNotThereIs404) {
  SimClient client(Options());
  for (const auto& [method, path] : std::vector<std::pair<std::string, std::string>>{
           {"GET", "/"},
           {"GET", "/api/v2/nothing"},
           {"DELETE", ReadPath()},  // no such method there
           {"GET", ReadPath() + "/"},
           {"GET", "/api/v2/routing/queues/nope"},
           {"GET", "/api/v2/routing/queues/%"},
           {"GET", "/admin/v1/nothing"},
           // Of the other dialect.
           {"GET", platform() ? "/api/v2/routing/users" : "/api/v2/users"},
           {"GET", platform() ? "/api/v2/routing/users/state" : "/api/v2/tokens/me"},
           {"GET",
            platform() ? "/api/v2/routing/queues/q1/metrics" : "/api/v2/routing/queues/q1/members"},
       }) {
    const http::Response response = client.Ask(method, path);
    EXPECT_EQ(response.status, 404) << method << " " << path;
    EXPECT_EQ(JsonTree::Parse(response.body)["code"].text(), "not.found");
  }
}

TEST_P(EachDialect, Sim3TheRateLimitIsCountedPerTokenInClockTime) {
  ApiOptions options = Options();
  options.rate_limit = 5;
  SimClient client(options);
  const absl::Duration window = platform() ? absl::Minutes(1) : absl::Seconds(1);
  for (int i = 1; i <= 5; ++i) {
    const http::Response response = client.Ask("GET", ReadPath());
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.Header("inin-ratelimit-count"), std::to_string(i));
    EXPECT_EQ(response.Header("inin-ratelimit-allowed"), "5");
    EXPECT_EQ(response.Header("inin-ratelimit-reset"), platform() ? "60" : "1");
  }
  client.Advance(window / 2);
  const http::Response refused = client.Ask("GET", ReadPath());
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.Header("Retry-After"), platform() ? "30" : "1");
  EXPECT_EQ(JsonTree::Parse(refused.body)["code"].text(), "too.many.requests.retry.after");
  client.LogIn("evenkeel-write");  // another token, another window
  EXPECT_EQ(client.Ask("GET", ReadPath()).status, 200);
  client.LogIn("evenkeel-demo");
  client.Advance(window / 2);
  EXPECT_EQ(client.Ask("GET", ReadPath()).status, 200);
  EXPECT_EQ(client.Report()["requests"]["rate_limited"].number(), 1);
}

TEST_P(EachDialect, Sim3TheDialectsOwnRateLimits) {
  SimClient client(Options());
  EXPECT_EQ(client.Ask("GET", ReadPath()).Header("inin-ratelimit-allowed"),
            platform() ? "300" : "100");
}

TEST_P(EachDialect, Sim3BodiesThatAreTooLargeOrOfAnotherTypeAreRefused) {
  SimClient client(Options());
  http::Request request = Write(client);
  const std::string good = request.body;
  request.body = good + std::string(512'000 - good.size(), ' ');
  EXPECT_LT(client.Send(request).status, 300) << "exactly the limit";
  client.Advance(absl::Seconds(20));
  request.body = good + std::string(512'001 - good.size(), ' ');
  EXPECT_EQ(client.Send(request).status, 413);
  request.body = good;
  request.headers.back().second = "text/plain";
  EXPECT_EQ(client.Send(request).status, 415);
}

TEST_P(EachDialect, Sim3UnknownAndWrongParametersAreNamedAllAtOnce) {
  SimClient client(Options());
  const std::string size = platform() ? "pageSize" : "page_size";
  const http::Response response =
      client.Ask("GET", ReadPath() + "?" + size + "=9999&colour=red&" + size + "=2&x=%zz");
  EXPECT_EQ(response.status, 400);
  const JsonTree error = JsonTree::Parse(response.body);
  std::vector<std::string> fields;
  for (const JsonTree& detail : error["details"].items()) {
    fields.push_back(detail["fieldName"].text());
  }
  EXPECT_THAT(fields, testing::UnorderedElementsAre(size, "colour", "x=%zz"));
  EXPECT_THAT(error["message"].text(), HasSubstr("colour"));
}

TEST_P(EachDialect, Sim4FaultsAreServedAsOftenAsAsked) {
  SimClient client(Options());
  const auto inject = [&](const std::string& fault) {
    EXPECT_EQ(client.Ask("POST", "/admin/v1/faults", "[" + fault + "]").status, 204);
  };
  inject(R"({"pathPrefix":"/api/v2","method":"GET","kind":"status","status":503,
             "retryAfterSeconds":7,"count":2})");
  for (int i = 0; i < 2; ++i) {
    const http::Response response = client.Ask("GET", ReadPath());
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.Header("Retry-After"), "7");
  }
  EXPECT_EQ(client.Ask("GET", ReadPath()).status, 200);

  inject(R"({"pathPrefix":"/api/v2","kind":"status","status":504})");
  EXPECT_THAT(client.Ask("GET", ReadPath()).body, HasSubstr("<html>"));

  inject(R"({"pathPrefix":"/api/v2","kind":"malformed"})");
  const http::Response malformed = client.Ask("GET", ReadPath());
  EXPECT_EQ(malformed.status, 200);
  json::Reader reader;
  const auto ignore = [](json::Value value) {
    json::Object object(value);
    while (object.NextAny()) {
    }
    return object.Finish();
  };
  EXPECT_FALSE(reader.Parse(malformed.body, ignore).ok());

  for (const char* kind : {"truncate", "drop"}) {
    inject(absl::StrCat(R"({"pathPrefix":"/api/v2","kind":")", kind, R"("})"));
    client.Reconnect();
    const auto broken = client.TrySend(client.Request("GET", ReadPath()));
    EXPECT_EQ(broken.status().code(), absl::StatusCode::kUnavailable) << kind;
    EXPECT_EQ(client.Ask("GET", ReadPath()).status, 200);
  }

  // A late answer holds nobody else up, and comes.
  inject(R"({"pathPrefix":"/api/v2","kind":"latency","latencyMs":400})");
  std::thread late([&] {
    const absl::Time begun = RealClock().Now();
    EXPECT_EQ(client.Ask("GET", ReadPath()).status, 200);
    EXPECT_GE(RealClock().Now() - begun, absl::Milliseconds(390));
  });
  late.join();
  inject(R"({"pathPrefix":"/api/v2","kind":"latency","latencyMs":600000})");
  EXPECT_EQ(
      client.TrySend(client.Request("GET", ReadPath()), absl::Milliseconds(200)).status().code(),
      absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(client.Ask("GET", ReadPath()).status, 200);

  inject(R"({"pathPrefix":"/api/v2","kind":"status","count":1000})");
  EXPECT_EQ(client.Ask("GET", ReadPath()).status, 500);
  EXPECT_EQ(client.Ask("DELETE", "/admin/v1/faults").status, 204);
  EXPECT_EQ(client.Ask("GET", ReadPath()).status, 200);
}

TEST_P(EachDialect, Sim4ADroppedWriteWasDone) {
  SimClient client(Options());
  client.Ask("POST", "/admin/v1/faults", R"([{"pathPrefix":"/api/v2/routing","kind":"drop"}])");
  client.Reconnect();
  EXPECT_FALSE(client.TrySend(Write(client)).ok());
  EXPECT_EQ(client.Report()["writes"]["total"].number(), 1);
}

TEST_P(EachDialect, Sim4WrongFaultsAreRefused) {
  SimClient client(Options());
  for (const char* body : {R"([{"pathPrefix":"/","kind":"meteor"}])", R"([{"kind":"drop"}])",
                           R"({})", "", "[1]", R"([{"pathPrefix":"/","kind":"drop","count":0}])",
                           R"([{"pathPrefix":"/","kind":"status","status":42}])",
                           R"([{"pathPrefix":"/","kind":"drop","colour":1}])"}) {
    EXPECT_EQ(client.Ask("POST", "/admin/v1/faults", body).status, 400) << body;
  }
}

TEST_P(EachDialect, TheReportAccountsForEveryCallAndRequest) {
  ApiOptions options = Options();
  options.seed = 18'446'744'073'709'551'615u;
  options.until = absl::Hours(1);
  SimClient client(options);
  client.Advance(absl::Minutes(30));
  client.Ask("GET", ReadPath());
  client.Ask("GET", "/api/v2/nothing");
  const JsonTree half = client.Report();
  EXPECT_EQ(half["dialect"].text(), DialectName(GetParam()));
  EXPECT_EQ(half["epoch"].time(), kEpoch);
  EXPECT_EQ(half["clock"].time(), kEpoch + absl::Minutes(30));
  EXPECT_FALSE(half["finished"].truth());
  EXPECT_EQ(half["requests"]["total"].number(), 3);  // with the one for the token
  EXPECT_EQ(half["requests"]["operations"]["GET " + ReadPath()]["200"].number(), 1);
  EXPECT_EQ(half["requests"]["operations"]["unknown"]["404"].number(), 1);
  ASSERT_EQ(half["queues"].size(), 3u);
  for (const JsonTree& queue : half["queues"].items()) {
    EXPECT_GE(queue["offered"].number() + 1e-9,
              queue["answered"].number() + queue["abandoned"].number());
    EXPECT_EQ(queue["offered"].number(),
              queue["answered"].number() + queue["abandoned"].number() + queue["waiting"].number());
  }
  EXPECT_GT(half["queues"][0]["offered"].number(), 300);
  EXPECT_TRUE(half["queues"][2]["mean_wait_seconds"].is_null());
  EXPECT_EQ(half["queues"][0]["members"].number(), 130);
  EXPECT_EQ(half["queues"][0]["joined"].number(), platform() ? 60 : 130);
  EXPECT_EQ(half["queues"][0]["inbound_capacity"].is_null(), platform());

  // At the end everything stands still, to the call.
  client.Advance(absl::Minutes(30));
  const JsonTree end = client.Report();
  EXPECT_TRUE(end["finished"].truth());
  EXPECT_EQ(end["seed"].number(), 18'446'744'073'709'551'615.0);
  client.Send(Write(client));
  client.Ask("POST", "/admin/v1/memberships", R"({"queueId":"q1","userId":"a070","joined":true})");
  client.Ask("POST", "/admin/v1/queues", R"({"queueId":"q1","inboundCapacity":130})");
  client.Advance(absl::Hours(5));
  const JsonTree later = client.Report();
  for (size_t q = 0; q < 3; ++q) {
    for (const char* field : {"offered", "answered", "abandoned", "waiting"}) {
      EXPECT_EQ(end["queues"][q][field].number(), later["queues"][q][field].number());
    }
  }
}

TEST_P(EachDialect, Sim1SameSeedSameReport) {
  std::vector<std::string> bodies;
  for (int run = 0; run < 2; ++run) {
    SimClient client(Options());
    for (int i = 0; i < 60; ++i) {
      // However often one looks.
      client.Advance(absl::Minutes(1));
      if (run == 0) client.Report();
    }
    bodies.push_back(client.Ask("GET", "/admin/v1/report").body);
  }
  EXPECT_EQ(bodies[0], bodies[1]);
}

// Mutilates good requests and sends what is left: every answer is a sane one.
TEST_P(EachDialect, Api6GarbageIsAnsweredAndHurtsNothing) {
  ApiOptions options = Options();
  options.rate_limit = 1'000'000;
  SimClient client(options);
  client.Advance(absl::Minutes(10));
  const std::vector<std::pair<std::string, std::string>> platform_bodies = {
      {"/api/v2/analytics/routing/activity/query",
       R"({"metrics":[{"metric":"oUserPresences","details":true}],"groupBy":["queueId"],
           "filter":{"type":"or","predicates":[{"dimension":"queueId","value":"q1"}]}})"},
      {"/api/v2/analytics/queues/observations/query",
       R"({"filter":{"type":"or","predicates":[{"type":"dimension","dimension":"queueId",
           "operator":"matches","value":"q1"}]},"metrics":["oWaiting","oOnQueueUsers"]})"},
      {"/api/v2/analytics/conversations/aggregates/query",
       R"({"interval":"2024-05-15T08:00:00.000Z/2024-05-15T08:10:00.000Z","granularity":"PT1M",
           "groupBy":["queueId","userId"],"metrics":["nOffered","tHandle"]})"},
      {"/api/v2/routing/queues/q1/members", R"([{"id":"a000","joined":true}])"}};
  const std::vector<std::pair<std::string, std::string>> guide_bodies = {
      {"/api/v2/analytics/interactions/metrics",
       R"({"metricDefinitions":[{"id":"interactionCount"}],"interval":{"granularity":60,
           "dateFrom":"2024-05-15T08:00:00Z","dateTo":"2024-05-15T08:10:00Z"}})"},
      {"/api/v2/routing/queues/q1", R"({"inbound_capacity":50})"}};
  const auto& bodies = platform() ? platform_bodies : guide_bodies;
  Stream stream(platform() ? 1 : 2, {77});
  const auto below = [&](size_t n) { return stream.Next() % n; };
  for (int i = 0; i < 2000; ++i) {
    auto [path, body] = bodies[below(bodies.size())];
    if (below(2) == 0) absl::StrAppend(&path, "?pageSize=", stream.Next() % 300, "&q=%4");
    for (size_t cuts = below(4); cuts-- > 0;) {
      const size_t at = below(body.size());
      switch (below(4)) {
        case 0:
          body.erase(at, below(20));
          break;
        case 1:
          body[at] = static_cast<char>(below(256));
          break;
        case 2:
          body.insert(at, body.substr(below(body.size()), below(40)));
          break;
        default:
          body.insert(at, std::vector<std::string>{"null", "1e999", "[[[[", "\"", "{}", "-1",
                                                   "\\u0000"}[below(7)]);
      }
      if (body.empty()) body = " ";
    }
    const char* methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    const auto response = client.TrySend(client.Request(methods[below(5)], path, body));
    ASSERT_TRUE(response.ok()) << response.status() << " " << path << " " << body;
    ASSERT_THAT(response->status, testing::AnyOf(200, 202, 400, 404, 409, 429)) << body;
    if (response->status >= 400) JsonTree::Parse(response->body);
  }
  EXPECT_EQ(client.Ask("GET", ReadPath()).status, 200);
  EXPECT_EQ(client.Report()["requests"]["total"].number(), 2002);
}

TEST(ServerTest, AWrongScenarioAndATakenPortAreErrors) {
  SimulatedClock clock(kEpoch);
  Scenario broken = ContractScenario();
  broken.agents[3].memberships[0].queue = 17;
  const auto refused = SimulatorServer::Start(broken, {.epoch = kEpoch}, clock);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("agents[3].memberships[0].queue"));

  const auto first = SimulatorServer::Start(ContractScenario(), {.epoch = kEpoch}, clock);
  ASSERT_TRUE(first.ok());
  const auto second = SimulatorServer::Start(ContractScenario(), {.epoch = kEpoch}, clock,
                                             "127.0.0.1", (*first)->port());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(SimulatorServer::Start(ContractScenario(), {.epoch = kEpoch}, clock, "nowhere", 0)
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace evenkeel::sim
