// SIM-3, DIAL: campaigns in the platform dialect: settings with versions, the pace that takes
// effect, and figures that fit together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/contract/platform_centre.h"

namespace evenkeel::sim {
namespace {

class CampaignsTest : public testing::Test {
 protected:
  CampaignsTest()
      : client_({.dialect = Dialect::kPlatform, .rate_limit = 100'000}, PlatformScenario()) {}

  JsonTree Write(const std::string& method, const std::string& path, const std::string& body,
                 int status = 200) {
    const http::Response response = client_.Ask(method, "/api/v2/outbound" + path, body);
    EXPECT_EQ(response.status, status) << method << " " << path << ": " << response.body;
    return JsonTree::Parse(response.body.empty() ? "{}" : response.body);
  }
  JsonTree Get(const std::string& path) { return client_.Get("/api/v2/outbound" + path); }
  static std::vector<std::string> Fields(const JsonTree& error) {
    std::vector<std::string> fields;
    for (const JsonTree& detail : error["details"].items()) {
      fields.push_back(detail["fieldName"].text());
    }
    return fields;
  }
  // The campaign as it reads, with one text in it replaced by another.
  std::string Edited(const std::string& from, const std::string& to) {
    std::string body = client_.Ask("GET", "/api/v2/outbound/campaigns/c1").body;
    const size_t at = body.find(from);
    EXPECT_NE(at, std::string::npos) << from << " in " << body;
    return at == std::string::npos ? body : body.replace(at, from.size(), to);
  }
  double Attempts() { return Get("/campaigns/c1/stats")["contactRate"]["attempts"].number(); }

  SimClient client_;
};

TEST_F(CampaignsTest, Sim3CampaignsAreListedAndRead) {
  EXPECT_EQ(Get("/campaigns")["total"].number(), 1);
  EXPECT_EQ(Get("/campaigns?name=renew&filterType=Prefix")["total"].number(), 1);
  EXPECT_EQ(Get("/campaigns?name=ewal&filterType=Contains")["total"].number(), 1);
  EXPECT_EQ(Get("/campaigns?name=ewal")["total"].number(), 0);
  EXPECT_EQ(Get("/campaigns?distributionQueueId=q5&id=c1,c2")["total"].number(), 1);
  EXPECT_EQ(Get("/campaigns?distributionQueueId=q1")["total"].number(), 0);
  const JsonTree campaign = Get("/campaigns/c1");
  EXPECT_EQ(campaign["dialingMode"].text(), "predictive");
  EXPECT_EQ(campaign["campaignStatus"].text(), "on");
  EXPECT_EQ(campaign["queue"]["id"].text(), "q5");
  EXPECT_EQ(campaign["version"].number(), 1);
  EXPECT_EQ(campaign["maxCallsPerAgentDecimal"].number(), 2);
  EXPECT_EQ(Get("/settings")["maxConfigurableCallsPerAgent"].number(), 15);
  EXPECT_EQ(Get("/wrapupcodemappings")["mapping"].members().size(), 2u);
}

TEST_F(CampaignsTest, Sim3StatsProgressAndConversationsTellTheSame) {
  client_.Advance(absl::Minutes(40));
  const JsonTree stats = Get("/campaigns/c1/stats");
  const double attempts = stats["contactRate"]["attempts"].number();
  const double connects = stats["contactRate"]["connects"].number();
  EXPECT_GT(attempts, 100);
  EXPECT_DOUBLE_EQ(stats["contactRate"]["connectRatio"].number(), connects / attempts);
  // Within three standard deviations of what the scenario says.
  EXPECT_NEAR(connects / attempts, 0.4, 3 * std::sqrt(0.4 * 0.6 / attempts));
  const JsonTree progress = Get("/campaigns/c1/progress");
  EXPECT_EQ(progress["numberOfContactsCalled"].number(),
            attempts + stats["outstandingCalls"].number());
  EXPECT_EQ(progress["totalNumberOfContacts"].number(), 5000);
  EXPECT_EQ(Write("POST", "/campaigns/progress", R"(["c1"])")[0]["numberOfContactsCalled"].number(),
            progress["numberOfContactsCalled"].number());
  Write("POST", "/campaigns/progress", R"(["c1","c2"])", 404);

  double attempted = 0, connected = 0;
  for (int page = 1;; ++page) {
    const JsonTree details =
        client_.Post("/api/v2/analytics/conversations/details/query",
                     absl::StrCat(R"({"interval":"2024-05-15T08:00:00Z/2024-05-15T09:00:00Z",
          "segmentFilters":[{"type":"and","predicates":[
            {"dimension":"outboundCampaignId","value":"c1"}]}],
          "paging":{"pageSize":100,"pageNumber":)",
                                  page, "}}"));
    if (details["conversations"].size() == 0) break;
    for (const JsonTree& conversation : details["conversations"].items()) {
      for (const JsonTree& participant : conversation["participants"].items()) {
        for (const JsonTree& metric : participant["sessions"][0]["metrics"].items()) {
          if (metric["name"].text() == "nOutboundAttempted") attempted += metric["value"].number();
          if (metric["name"].text() == "nOutboundConnected") connected += metric["value"].number();
        }
      }
    }
  }
  // Calls that have not ended yet are no conversations yet: ten agents have one each at most.
  EXPECT_LE(attempted, attempts);
  EXPECT_GE(attempted, attempts - 10);
  EXPECT_LE(connected, connects);
  EXPECT_GE(connected, connects - 10);
}

TEST_F(CampaignsTest, DialAPatchedPaceTakesEffect) {
  client_.Advance(absl::Minutes(20));
  const double before = Attempts();
  client_.Advance(absl::Minutes(20));
  const double slow = Attempts() - before;
  Write("PATCH", "/campaigns/c1", R"({"maxCallsPerAgent":7.5,"abandonRate":4})", 204);
  const JsonTree campaign = Get("/campaigns/c1");
  EXPECT_EQ(campaign["maxCallsPerAgentDecimal"].number(), 7.5);
  EXPECT_EQ(campaign["maxCallsPerAgent"].number(), 7);
  EXPECT_EQ(campaign["abandonRate"].number(), 4);
  EXPECT_EQ(campaign["version"].number(), 2);
  EXPECT_EQ(Get("/campaigns/c1/stats")["adjustedCallsPerAgent"].number(), 7.5);
  const double middle = Attempts();
  client_.Advance(absl::Minutes(20));
  EXPECT_GT(Attempts() - middle, 1.3 * slow);
}

TEST_F(CampaignsTest, DialAStoppedCampaignDialsNoMore) {
  client_.Advance(absl::Minutes(5));
  Write("POST", "/campaigns/c1/stop", "", 204);
  EXPECT_EQ(Get("/campaigns/c1")["campaignStatus"].text(), "off");
  client_.Advance(absl::Minutes(2));  // what was dialled has ended
  const double stopped = Attempts();
  client_.Advance(absl::Minutes(10));
  EXPECT_EQ(Attempts(), stopped);
  Write("POST", "/campaigns/c1/start", "", 204);
  client_.Advance(absl::Minutes(10));
  EXPECT_GT(Attempts(), stopped);
}

TEST_F(CampaignsTest, Sim3APutReplacesOnlyTheVersionThatItHas) {
  const JsonTree written =
      Write("PUT", "/campaigns/c1?useMaxCallsPerAgentDecimal=true",
            Edited(R"("maxCallsPerAgentDecimal":2)", R"("maxCallsPerAgentDecimal":2.5)"));
  EXPECT_EQ(written["version"].number(), 2);
  EXPECT_EQ(written["maxCallsPerAgentDecimal"].number(), 2.5);
  const JsonTree stale =
      Write("PUT", "/campaigns/c1", Edited(R"("version":2)", R"("version":1)"), 409);
  EXPECT_EQ(stale["code"].text(), "invalid.update.wrong.version");
  // Without the parameter the whole number counts.
  EXPECT_EQ(Write("PUT", "/campaigns/c1",
                  Edited(R"("priority":5)", R"("priority":1)"))["maxCallsPerAgentDecimal"]
                .number(),
            2);
  Write("PUT", "/campaigns/c1", Edited(R"("campaignStatus":"on")", R"("campaignStatus":"off")"));
  EXPECT_EQ(Get("/campaigns/c1")["campaignStatus"].text(), "off");
  EXPECT_EQ(
      Write("PUT", "/campaigns/c1",
            Edited(R"("campaignStatus":"off")", R"("campaignStatus":"complete")"), 400)["code"]
          .text(),
      "invalid.update.bad.status.transition");
}

TEST_F(CampaignsTest, Sim3APutWithTheLeastKeepsWhereTheCampaignBelongs) {
  const JsonTree before = Get("/campaigns/c1");
  Write("PUT", "/campaigns/c1",
        absl::StrCat(R"({"name":"Renewals","dialingMode":"predictive",
        "contactList":{"id":")",
                     before["contactList"]["id"].text(), R"("},
        "phoneColumns":[{"columnName":"phone","type":"home"}],"abandonRate":3,
        "callerName":"x","callerAddress":"+15550100","campaignStatus":"on","version":1})"));
  const JsonTree after = Get("/campaigns/c1");
  EXPECT_EQ(after["version"].number(), 2);
  for (const char* key : {"queue", "contactList", "division"}) {
    EXPECT_EQ(after[key]["id"].text(), before[key]["id"].text());
    EXPECT_EQ(after[key]["name"].text(), before[key]["name"].text());
    EXPECT_NE(after[key]["name"].text(), "");
  }
  EXPECT_THAT(Fields(Write("PUT", "/campaigns/c1",
                           Edited(before["division"]["id"].text(), "elsewhere"), 400)),
              testing::Contains("$.division.id"));
}

TEST_F(CampaignsTest, AQueuesNewNameIsReadInItsCampaignToo) {
  std::string queue = client_.Ask("GET", "/api/v2/routing/queues/q5").body;
  const std::string name = R"("name":"Queue 5")";
  ASSERT_NE(queue.find(name), std::string::npos);
  queue.replace(queue.find(name), name.size(), R"("name":"A queue")");
  EXPECT_EQ(client_.Ask("PUT", "/api/v2/routing/queues/q5", queue).status, 200);
  EXPECT_EQ(Get("/campaigns/c1")["queue"]["name"].text(), "A queue");
}

TEST_F(CampaignsTest, Sim3WrongWritesNameEveryFieldAndChangeNothing) {
  const std::string before = client_.Ask("GET", "/api/v2/outbound/campaigns/c1").body;
  EXPECT_THAT(Fields(Write("PATCH", "/campaigns/c1",
                           R"({"predictive_dial_ratio":2,"maxCallsPerAgent":"2"})", 400)),
              testing::ElementsAre("$.predictive_dial_ratio", "$.maxCallsPerAgent"));
  EXPECT_THAT(Fields(Write("PATCH", "/campaigns/c1",
                           R"({"maxCallsPerAgent":0.5,"abandonRate":101,"outboundLineCount":-1,
                               "queue":{"id":"q1"}})",
                           400)),
              testing::ElementsAre("$.queue.id", "$.abandonRate", "$.outboundLineCount",
                                   "$.maxCallsPerAgent"));
  EXPECT_THAT(
      Fields(Write("PUT", "/campaigns/c1", R"({"name":"x","dialingMode":"sometimes"})", 400)),
      testing::UnorderedElementsAre("$.dialingMode", "$.contactList", "$.phoneColumns",
                                    "$.callerName", "$.callerAddress"));
  EXPECT_THAT(Fields(Write("PUT", "/campaigns/c1",
                           R"({"name":"","dialingMode":"power","contactList":{"id":"other"},
                               "phoneColumns":[],"callerName":"a","callerAddress":"","priority":6})",
                           400)),
              testing::UnorderedElementsAre("$.priority", "$.name", "$.callerAddress", "$.version",
                                            "$.campaignStatus", "$.dialingMode", "$.abandonRate",
                                            "$.contactList.id", "$.phoneColumns"));
  EXPECT_EQ(client_.Ask("GET", "/api/v2/outbound/campaigns/c1").body, before);
}

}  // namespace
}  // namespace evenkeel::sim
