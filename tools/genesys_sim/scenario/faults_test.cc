// SIM-4: every fault, asked for by the admin operation and by a scenario.
#include "tools/genesys_sim/api/faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/sim_client.h"
#include "tools/genesys_sim/scenario/faults_reader.h"

namespace evenkeel::sim {
namespace {

using ::testing::HasSubstr;

constexpr char kUsers[] = "/api/v2/users?pageSize=100";
constexpr char kMembers[] = "/api/v2/routing/queues/q1/members?pageSize=100";

// A client of a centre with a fault: as JSON by the admin operation, or as YAML by its scenario.
class ByEither : public testing::TestWithParam<bool> {
 protected:
  SimClient& With(const std::string& json, const std::string& yaml,
                  Dialect dialect = Dialect::kPlatform) {
    ApiOptions options{.dialect = dialect};
    if (!GetParam()) {
      const auto faults = ParseFaults("faults:\n  - {" + yaml + "}\n");
      EXPECT_TRUE(faults.ok()) << faults.status();
      options.faults = *faults;
      // The token is got before the fault begins to hold, or the fault leaves it alone.
    }
    client_ = std::make_unique<SimClient>(options);
    if (GetParam()) {
      EXPECT_EQ(client_->Ask("POST", "/admin/v1/faults", "[{" + json + "}]").status, 204) << json;
    }
    return *client_;
  }
  std::unique_ptr<SimClient> client_;
};
INSTANTIATE_TEST_SUITE_P(Faults, ByEither, testing::Bool(), [](const auto& info) {
  return info.param ? std::string("Admin") : std::string("Scenario");
});

TEST_P(ByEither, Sim4AStormOf429InItsWindow) {
  SimClient& client =
      With(R"("pathPrefix":"/api/v2/users","kind":"status","status":429,"retryAfterSeconds":5,
              "fromSeconds":60,"untilSeconds":120)",
           "kind: status, path_prefix: /api/v2/users, status: 429, retry_after: 5s, from: 1m, "
           "until: 2m");
  EXPECT_EQ(client.Ask("GET", kUsers).status, 200);
  client.Advance(absl::Seconds(61));
  for (int i = 0; i < 20; ++i) {
    const http::Response response = client.Ask("GET", kUsers);
    EXPECT_EQ(response.status, 429);
    EXPECT_EQ(response.Header("Retry-After"), "5");
  }
  EXPECT_EQ(client.Ask("GET", kMembers).status, 200);
  client.Advance(absl::Seconds(60));
  EXPECT_EQ(client.Ask("GET", kUsers).status, 200);
}

TEST_P(ByEither, Sim4AShareOfTheRequestsFails) {
  SimClient& client = With(
      R"("pathPrefix":"/api/v2/users","kind":"status","status":503,"shareRatio":0.3,"count":1000)",
      "kind: status, path_prefix: /api/v2/users, status: 503, share_ratio: 0.3");
  int failed = 0;
  for (int i = 0; i < 200; ++i) failed += client.Ask("GET", kUsers).status == 503 ? 1 : 0;
  EXPECT_NEAR(failed, 60, 25);
}

TEST_P(ByEither, Sim4DroppedTruncatedMalformedAndLateAnswers) {
  for (const char* kind : {"drop", "truncate"}) {
    SimClient& client = With(absl::StrCat(R"("pathPrefix":"/api/v2/users","kind":")", kind, "\""),
                             absl::StrCat("count: 1, path_prefix: /api/v2/users, kind: ", kind));
    client.Reconnect();
    EXPECT_FALSE(client.TrySend(client.Request("GET", kUsers)).ok()) << kind;
    EXPECT_EQ(client.Ask("GET", kUsers).status, 200);
  }
  SimClient& malformed = With(R"("pathPrefix":"/api/v2/users","kind":"malformed")",
                              "count: 1, path_prefix: /api/v2/users, kind: malformed");
  const size_t length = malformed.Ask("GET", kUsers).body.size();
  EXPECT_EQ(length, malformed.Ask("GET", kUsers).body.size() / 2);
  SimClient& late = With(R"("pathPrefix":"/api/v2/users","kind":"latency","latencyMs":600000)",
                         "count: 1, path_prefix: /api/v2/users, kind: latency, latency: 10m");
  EXPECT_EQ(late.TrySend(late.Request("GET", kUsers), absl::Milliseconds(200)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_P(ByEither, Sim4PartialPagesLoseEntriesWhileTheTotalStays) {
  SimClient& client = With(R"("pathPrefix":"/api/v2/users","kind":"partial")",
                           "count: 1, path_prefix: /api/v2/users, kind: partial");
  const JsonTree part = client.Get(kUsers);
  const JsonTree whole = client.Get(kUsers);
  EXPECT_EQ(whole["entities"].size(), 100u);
  EXPECT_EQ(part["entities"].size(), 50u);
  EXPECT_EQ(part["total"].number(), whole["total"].number());
  EXPECT_EQ(part["entities"][49]["id"].text(), whole["entities"][49]["id"].text());
}

TEST_P(ByEither, Sim4StaleReadsAreOldUpToTheirAge) {
  SimClient& client =
      With(R"("pathPrefix":"/api/v2/routing","kind":"stale","ageSeconds":60,"untilSeconds":7200)",
           "path_prefix: /api/v2/routing, kind: stale, age: 60s, until: 2h");
  const auto joined = [&] {
    int64_t count = 0;
    const JsonTree members = client.Get(kMembers);
    for (const JsonTree& member : members["entities"].items()) {
      count += member["joined"].truth() ? 1 : 0;
    }
    return count;
  };
  const int64_t before = joined();
  client.Ask("POST", "/admin/v1/memberships", R"({"queueId":"q1","userId":"a000","joined":false})");
  client.Advance(absl::Seconds(59));
  EXPECT_EQ(joined(), before);
  client.Advance(absl::Seconds(2));
  EXPECT_EQ(joined(), before - 1);
}

TEST_P(ByEither, Sim4TheSkewedClockHoldsForEncodedInstantsAndThoseWithAnOffset) {
  SimClient& client = With(R"("pathPrefix":"/api/v2","kind":"skew","skewSeconds":3600,"count":9)",
                           "path_prefix: /api/v2, kind: skew, skew: 1h, count: 9", Dialect::kGuide);
  client.Advance(absl::Minutes(30));  // the API's clock: 9:30
  for (const char* from :
       {"2024-05-15T09:00:00Z", "2024-05-15T09%3A00%3A00Z", "2024-05-15T11%3A00%3A00%2B02%3A00"}) {
    const http::Response response =
        client.Ask("GET", absl::StrCat("/api/v2/routing/queues/q1/metrics?from=", from));
    EXPECT_EQ(response.status, 200) << from << response.body;
    EXPECT_THAT(response.body, HasSubstr("2024-05-15T09:")) << from;
  }
}

TEST_P(ByEither, Sim4AStaleReadLeavesWritesToTheFaultsBehindIt) {
  SimClient& client = With(R"("pathPrefix":"/api/","kind":"stale","ageSeconds":60)",
                           "path_prefix: /api/, kind: stale, age: 60s");
  client.Ask("POST", "/admin/v1/faults",
             R"([{"pathPrefix":"/api/","kind":"status","status":503}])");
  const char* body = R"([{"id":"a000","joined":false}])";
  EXPECT_EQ(client.Ask("PATCH", "/api/v2/routing/queues/q1/members", body).status, 503);
  EXPECT_EQ(client.Ask("PATCH", "/api/v2/routing/queues/q1/members", body).status, 202);
}

TEST(FaultsTest, WhatWasKeptGoesWithItsFault) {
  Faults faults(1);
  Fault stale;
  stale.kind = FaultKind::kStale;
  stale.path_prefix = "/";
  stale.until = absl::Seconds(10);
  stale.count = 0;
  faults.Add(stale);
  int asked = 0;
  const auto answer = [&](absl::Duration passed) {
    const auto fault = faults.Take("GET", "/x", true, passed);
    EXPECT_TRUE(fault);
    return faults
        .Stale(*fault, "/x", passed,
               [&] {
                 HttpAnswer fresh;
                 fresh.body = absl::StrCat(++asked);
                 return fresh;
               })
        .body;
  };
  EXPECT_EQ(answer(absl::Seconds(1)), "1");
  EXPECT_EQ(answer(absl::Seconds(2)), "1");
  stale.until = absl::Seconds(30);
  faults.Add(stale);
  EXPECT_EQ(answer(absl::Seconds(11)), "2") << "another fault";
}

TEST_P(ByEither, Sim4AnswersWithoutABodyAreSpoiltToo) {
  const std::string path = "/api/v2/routing/queues/q1/members?delete=true";
  for (const std::string kind : {"truncate", "malformed"}) {
    SimClient& client = With(absl::StrCat(R"("pathPrefix":"/api/v2/routing","kind":")", kind, "\""),
                             "count: 1, path_prefix: /api/v2/routing, kind: " + kind);
    client.Reconnect();
    const auto response = client.TrySend(client.Request("POST", path, R"x([{"id":"a000"}])x"));
    if (kind == "truncate") {
      EXPECT_FALSE(response.ok());
    } else {
      EXPECT_EQ(response->body, "{");
    }
  }
}

TEST(FaultsTest, WhatCanHaveNoEffectIsRefused) {
  SimClient client({.dialect = Dialect::kPlatform});
  client.Advance(absl::Minutes(1));
  const auto ask = [&](const char* fault) {
    return client.Ask("POST", "/admin/v1/faults", absl::StrCat("[", fault, "]"));
  };
  EXPECT_THAT(ask(R"({"pathPrefix":"/","kind":"drop","untilSeconds":5})").body,
              HasSubstr("$[0].untilSeconds"));
  EXPECT_THAT(ask(R"({"pathPrefix":"/","kind":"drop","method":"patch"})").body,
              HasSubstr("method"));
  EXPECT_EQ(
      client.Ask("POST", "/admin/v1/queues", R"({"queueId":"q1","inboundCapacity":0})").status,
      400);
}

TEST_P(ByEither, Sim4ARevokedTokenIsRefusedFromThenOn) {
  SimClient& client = With(R"("kind":"revoke","fromSeconds":90)", "kind: revoke, from: 90s");
  client.Advance(absl::Seconds(80));
  EXPECT_EQ(client.Ask("GET", kUsers).status, 200);
  client.Advance(absl::Seconds(11));
  EXPECT_EQ(client.Ask("GET", kUsers).status, 401);
  client.LogIn("evenkeel-demo");
  EXPECT_EQ(client.Ask("GET", kUsers).status, 200);
}

TEST_P(ByEither, Sim4AnotherEditorChangesMembershipsOrCapacities) {
  const std::string json = R"("kind":"editor","everySeconds":10,"untilSeconds":301)";
  const std::string yaml = "kind: editor, every: 10s, until: 301s";
  SimClient& platform = With(json, yaml);
  const auto memberships = [&] {
    std::map<std::string, bool> all;
    for (const char* page : {"1", "2"}) {
      const JsonTree members = platform.Get(std::string(kMembers) + "&pageNumber=" + page);
      for (const JsonTree& member : members["entities"].items()) {
        all[member["id"].text()] = member["joined"].truth();
      }
    }
    return all;
  };
  const auto before = memberships();
  platform.Advance(absl::Minutes(6));
  const auto after = memberships();
  EXPECT_NE(before, after);
  platform.Advance(absl::Minutes(30));
  EXPECT_EQ(after, memberships());  // the window is over
  // Nobody asked the API.
  EXPECT_EQ(platform.Report()["writes"]["total"].number(), 0);

  SimClient& guide = With(json, yaml, Dialect::kGuide);
  guide.Advance(absl::Minutes(6));
  double moved = 0;
  for (const char* queue : {"q1", "q2", "q3"}) {
    const double capacity =
        guide.Get(std::string("/api/v2/routing/queues/") + queue)["inbound_capacity"].number();
    const double at_first = queue[1] == '1' ? 60 : 70;
    moved += std::abs(capacity - at_first);
  }
  EXPECT_GT(moved, 0);
}

TEST_P(ByEither, Sim4TheClockOfTheAnswersIsSkewed) {
  SimClient& client = With(R"("pathPrefix":"/api/v2","kind":"skew","skewSeconds":-300)",
                           "path_prefix: /api/v2, kind: skew, skew: -5m");
  const http::Response response = client.Ask("GET", kUsers);
  absl::Time date;
  std::string error;
  ASSERT_TRUE(absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", std::string(response.Header("Date")),
                              &date, &error))
      << error;
  EXPECT_EQ(client.now() - date, absl::Minutes(5));
}

TEST_P(ByEither, Sim4TheInstantsOfRequestsAndAnswersAreThoseOfTheSkewedClock) {
  SimClient& client = With(R"("pathPrefix":"/api/v2/analytics","kind":"skew","skewSeconds":600)",
                           "path_prefix: /api/v2/analytics, kind: skew, skew: 10m, count: 1");
  client.Advance(absl::Minutes(10));
  const auto ask = [&] {
    return client.Post("/api/v2/analytics/conversations/aggregates/query",
                       R"({"interval":"2024-05-15T08:10:00.000Z/2024-05-15T08:20:00.000Z",
                           "groupBy":["queueId"],"metrics":["nOffered"]})");
  };
  // What came from 8:00 to 8:10 came from 8:10 to 8:20 by a clock that is ten minutes fast.
  const JsonTree skewed = ask();
  ASSERT_GT(skewed["results"].size(), 0u);
  EXPECT_EQ(skewed["results"][0]["data"][0]["interval"].text(),
            "2024-05-15T08:10:00.000Z/2024-05-15T08:20:00.000Z");
  EXPECT_GT(skewed["results"][0]["data"][0]["metrics"][0]["stats"]["count"].number(), 0);
  EXPECT_EQ(ask()["results"].size(), 0u) << "nothing has come yet";
}

TEST_P(ByEither, Sim4AStaleReadStillNeedsItsTokenAndCountsAsARequest) {
  SimClient& client =
      With(R"("pathPrefix":"/api/v2","kind":"stale","ageSeconds":60)", "kind: stale, age: 60s");
  EXPECT_EQ(client.Ask("GET", kUsers).Header("inin-ratelimit-count"), "1");
  EXPECT_EQ(client.Ask("GET", kUsers).Header("inin-ratelimit-count"), "2");
  client.Post("/admin/v1/tokens/revoke", "");
  EXPECT_EQ(client.Ask("GET", kUsers).status, 401);
}

TEST(FaultsTest, AnotherEditorBeginsWhenHeIsAskedFor) {
  SimClient client({.dialect = Dialect::kPlatform});
  const auto joined = [&] {
    std::vector<double> all;
    const JsonTree report = client.Report();
    for (const JsonTree& queue : report["queues"].items()) all.push_back(queue["joined"].number());
    return all;
  };
  client.Advance(absl::Hours(10));
  const std::vector<double> before = joined();
  EXPECT_EQ(
      client.Ask("POST", "/admin/v1/faults", R"([{"kind":"editor","everySeconds":7}])").status,
      204);
  client.Advance(absl::Seconds(6));
  double moved = 0;
  for (int step = 0; step < 2; ++step) {
    const std::vector<double> after = joined();
    for (size_t q = 0; q < after.size(); ++q) moved += std::abs(after[q] - before[q]);
    if (step == 0) client.Advance(absl::Seconds(1));
  }
  EXPECT_LE(moved, 2) << "not all that ten hours would have brought";
  client.Advance(absl::Minutes(10));
  EXPECT_NE(joined(), before);
}

TEST(FaultsTest, AnotherEditorDoesTheSameWhateverIsAsked) {
  std::vector<std::string> reports;
  for (const int requests : {0, 7}) {
    ApiOptions options{.dialect = Dialect::kPlatform};
    options.faults =
        *ParseFaults("faults: [{kind: editor, every: 10s}, {kind: latency, share_ratio: 0.5}]");
    SimClient client(options);
    for (int i = 0; i < requests; ++i) client.Ask("GET", kUsers);
    client.Advance(absl::Minutes(10));
    const JsonTree report = client.Report();
    std::string& text = reports.emplace_back();
    for (const JsonTree& queue : report["queues"].items()) {
      absl::StrAppend(&text, queue["joined"].number(), " ", queue["answered"].number(), ", ");
    }
  }
  EXPECT_EQ(reports[0], reports[1]);
}

TEST(FaultsTest, WrongFieldsOfTheAdminOperationHaveItsNames) {
  SimClient client({.dialect = Dialect::kPlatform});
  const http::Response response = client.Ask(
      "POST", "/admin/v1/faults",
      R"([{"pathPrefix":"/","kind":"status","latencyMs":-1,"shareRatio":7,"untilSeconds":-2,
           "ageSeconds":-1,"skewSeconds":1e9,"everySeconds":0,"fromSeconds":-1,
           "retryAfterSeconds":-1,"count":0,"status":42}])");
  EXPECT_EQ(response.status, 400);
  for (const char* field :
       {"latencyMs", "shareRatio", "untilSeconds", "ageSeconds", "skewSeconds", "everySeconds",
        "fromSeconds", "retryAfterSeconds", "count", "status"}) {
    EXPECT_THAT(response.body, HasSubstr(absl::StrCat(field, ": must be")));
  }
}

TEST(FaultsTest, InstantsAreShifted) {
  const auto later = [](const char* text) { return ShiftInstants(text, absl::Minutes(2)); };
  EXPECT_EQ(later("{\"interval\":\"2024-05-15T23:59:00.000Z/2024-05-16T08:10:00Z\"}"),
            "{\"interval\":\"2024-05-16T00:01:00.000Z/2024-05-16T08:12:00Z\"}");
  EXPECT_EQ(later("2024-05-15T08:00:00.12Z"), "2024-05-15T08:02:00.12Z");
  EXPECT_EQ(later("2024-05-15T08:00:00+02:00"), "2024-05-15T08:02:00+02:00");
  EXPECT_EQ(later("2024-05-15T08:00:00.5%2B02:00"), "2024-05-15T08:02:00.5%2B02:00");
  for (const char* text :
       {"", "2024", "2024-05-15", "2024-05-15T08:00:00", "2024-99-15T08:00:00Z",
        "12024-05-15T08:00:00Z", "2024-05-15T08:00:00.", "xxxx-05-15T08:00:00Z"}) {
    EXPECT_EQ(later(text), text);
  }
}

TEST(FaultsTest, EveryWrongFieldIsNamed) {
  const auto faults = ParseFaults(R"(
faults:
  - {kind: meteor}
  - {kind: status, status: 42, share_ratio: 2, from: 2m, until: 1m, colour: red}
  - {path_prefix: /}
  - {kind: editor, every: 0s, count: -1}
)");
  EXPECT_EQ(faults.status().code(), absl::StatusCode::kInvalidArgument);
  for (const char* field :
       {"faults[0].kind", "faults[1].status", "faults[1].share_ratio", "faults[1].until",
        "faults[1].colour", "faults[2].kind", "faults[3].every", "faults[3].count"}) {
    EXPECT_THAT(std::string(faults.status().message()), HasSubstr(field));
  }
  EXPECT_TRUE(ParseFaults("name: x")->empty());
  EXPECT_EQ(ParseFaults(R"(
faults:
  - {kind: status, path_prefix: /api/v2/analytics, status: 429, retry_after: 5s, from: 10m, until: 12m}
  - {kind: latency, latency: 800ms, share_ratio: 0.05}
  - {kind: editor, every: 20m}
)")
                ->size(),
            3u);
  EXPECT_EQ(LoadFaults("/no/such").status().code(), absl::StatusCode::kNotFound);
}

TEST(FaultsTest, HalfOfAListingIsStillJson) {
  EXPECT_EQ(HalfOfListing(R"({"entities":[{"a":"]},{"},{"b":[1,2]},3,4],"total":4})"),
            R"({"entities":[{"a":"]},{"},{"b":[1,2]}],"total":4})");
  EXPECT_EQ(HalfOfListing(R"([1,"a\"b,",3])"), R"([1])");
  EXPECT_EQ(HalfOfListing(R"({"results":[7]})"), R"({"results":[]})");
  // The listing is at the root: lists in its entries, or beside them, are whole.
  EXPECT_EQ(HalfOfListing(R"({"map":{"a":["b"]},"results":[{"entities":[1,2]},{"entities":[3]}]})"),
            R"({"map":{"a":["b"]},"results":[{"entities":[1,2]}]})");
  EXPECT_EQ(HalfOfListing(R"({"queueId":"a:b","intervals":[1,2,3,4]})"),
            R"({"queueId":"a:b","intervals":[1,2]})");
  EXPECT_EQ(HalfOfListing(R"({"userDetails":[1,2],"total":2})"),
            R"({"userDetails":[1],"total":2})");
  for (const char* whole : {"", "{}", "[]", R"({"entities":[]})", R"({"entities":[1)",
                            R"({"queue":{"entities":[1,2]}})", R"({"entities")", R"({"entities":)",
                            R"({"a":1)", R"({1,"entities":[1,2]})"}) {
    EXPECT_EQ(HalfOfListing(whole), whole);
  }
}

}  // namespace
}  // namespace evenkeel::sim
