// SIM-3: every answer of the platform dialect has only properties that the published API has, of
// the published types. tests/data/platform_shapes.json is cut from its definition by
// scripts/cut-platform-shapes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/contract/platform_centre.h"

namespace evenkeel::sim {
namespace {

class ShapesTest : public testing::Test {
 protected:
  ShapesTest()
      : client_({.dialect = Dialect::kPlatform, .rate_limit = 100'000}, PlatformScenario()) {
    std::ifstream file(EVENKEEL_SOURCE_DIR "/tests/data/platform_shapes.json");
    std::stringstream text;
    text << file.rdbuf();
    shapes_ = JsonTree::Parse(text.str());
    client_.Advance(absl::Minutes(25));
  }

  void Check(const JsonTree& value, const std::string& type, const std::string& path) {
    if (type.starts_with("[")) {
      ASSERT_TRUE(value.is_array()) << path;
      for (size_t i = 0; i < value.size(); ++i) {
        Check(value[i], type.substr(1, type.size() - 2), absl::StrCat(path, "[", i, "]"));
      }
    } else if (type.starts_with("{")) {
      ASSERT_TRUE(value.is_object()) << path;
      for (const auto& [key, member] : value.members()) {
        Check(member, type.substr(1, type.size() - 2), path + "." + key);
      }
    } else if (type == "string") {
      EXPECT_TRUE(value.is_text()) << path;
    } else if (type == "boolean") {
      EXPECT_TRUE(value.is_truth()) << path;
    } else if (type == "number" || type == "integer") {
      ASSERT_TRUE(value.is_number()) << path;
      if (type == "integer") {
        EXPECT_EQ(value.number(), static_cast<double>(static_cast<int64_t>(value.number())))
            << path;
      }
    } else if (type != "any") {
      const JsonTree& model = shapes_["models"][type];
      ASSERT_TRUE(model.present()) << type << " at " << path;
      ASSERT_TRUE(value.is_object()) << path << " must be of " << type;
      for (const auto& [key, member] : value.members()) {
        ASSERT_TRUE(model[key].present()) << path << "." << key << " is no property of " << type;
        Check(member, model[key].text(), path + "." + key);
      }
    }
  }

  // `path` stands for the operation's template, with a query perhaps. Answers the answer.
  JsonTree CheckOperation(const std::string& name, const std::string& path,
                          const std::string& body = "") {
    const std::string type = shapes_["answers"][name].text();
    EXPECT_NE(type, "") << name;
    const http::Response response =
        client_.Ask(name.substr(0, name.find(' ')), "/api/v2" + path, body);
    EXPECT_EQ(response.status, 200) << name << ": " << response.body;
    const JsonTree answer = JsonTree::Parse(response.body);
    EXPECT_TRUE(!answer.members().empty() || answer.size() > 0) << name << ": " << response.body;
    Check(answer, type, name + " $");
    checked_.insert(name);
    return answer;
  }

  SimClient client_;
  JsonTree shapes_;
  std::set<std::string> checked_;
};

const char kExpand[] =
    "?expand=presence,routingStatus,skills,languages,conversationSummary,station,team";

TEST_F(ShapesTest, Sim3EveryAnswerHasThePublishedShape) {
  // Users
  CheckOperation("GET /api/v2/tokens/me", "/tokens/me");
  CheckOperation("GET /api/v2/users", std::string("/users") + kExpand);
  CheckOperation("GET /api/v2/users/{userId}", std::string("/users/a010") + kExpand);
  CheckOperation("PATCH /api/v2/users/{userId}", "/users/a010",
                 R"({"version":1,"manager":"a001","title":"Lead","certifications":["x"]})");
  CheckOperation("GET /api/v2/users/{userId}/queues", "/users/a010/queues");
  CheckOperation("PATCH /api/v2/users/{userId}/queues", "/users/a010/queues",
                 R"([{"id":"q1","joined":true}])");
  CheckOperation("PATCH /api/v2/users/{userId}/queues/{queueId}", "/users/a010/queues/q1",
                 R"({"joined":true})");
  CheckOperation("GET /api/v2/users/{userId}/routingskills", "/users/a010/routingskills");
  CheckOperation("POST /api/v2/users/{userId}/routingskills", "/users/a010/routingskills",
                 R"({"id":"s1","proficiency":3.5})");
  CheckOperation("PUT /api/v2/users/{userId}/routingskills/{skillId}",
                 "/users/a010/routingskills/s1", R"({"proficiency":2})");
  CheckOperation("PATCH /api/v2/users/{userId}/routingskills/bulk",
                 "/users/a010/routingskills/bulk", R"([{"id":"s2","proficiency":1}])");
  CheckOperation("PUT /api/v2/users/{userId}/routingskills/bulk", "/users/a010/routingskills/bulk",
                 R"([{"id":"s1","proficiency":4}])");
  CheckOperation("GET /api/v2/users/{userId}/routingstatus", "/users/a010/routingstatus");
  // Presence
  CheckOperation("GET /api/v2/presence/definitions", "/presence/definitions");
  const std::string presence =
      R"({"presenceDefinition":{"id":"5a1e0000-0000-4000-8000-0000000000a7"},"message":"x"})";
  CheckOperation("PATCH /api/v2/users/{userId}/presences/purecloud",
                 "/users/a010/presences/purecloud", presence);
  CheckOperation("PATCH /api/v2/users/{userId}/presences/{sourceId}",
                 "/users/a010/presences/PURECLOUD", presence);
  CheckOperation("GET /api/v2/users/{userId}/presences/purecloud",
                 "/users/a010/presences/purecloud");
  CheckOperation("GET /api/v2/users/presences/purecloud/bulk",
                 "/users/presences/purecloud/bulk?id=a010,a011");
  CheckOperation("PUT /api/v2/users/presences/bulk", "/users/presences/bulk",
                 R"([{"id":"a010",)" + presence.substr(1) + "]");
  CheckOperation("GET /api/v2/presence/users/{userId}/primarysource",
                 "/presence/users/a010/primarysource");
  // Utilization
  const std::string utilization =
      R"({"utilization":{"call":{"maximumCapacity":2,"interruptableMediaTypes":["chat"]}},
          "maxInboundCalls":1})";
  CheckOperation("GET /api/v2/routing/utilization", "/routing/utilization");
  CheckOperation("PUT /api/v2/routing/utilization", "/routing/utilization", utilization);
  CheckOperation("GET /api/v2/routing/users/{userId}/utilization",
                 "/routing/users/a010/utilization");
  CheckOperation("PUT /api/v2/routing/users/{userId}/utilization",
                 "/routing/users/a010/utilization", utilization);
  // Queues
  CheckOperation("GET /api/v2/routing/queues", "/routing/queues");
  CheckOperation("GET /api/v2/routing/queues/{queueId}", "/routing/queues/q2");
  CheckOperation("PUT /api/v2/routing/queues/{queueId}", "/routing/queues/q2",
                 client_.Ask("GET", "/api/v2/routing/queues/q2").body);
  CheckOperation("GET /api/v2/routing/queues/{queueId}/members",
                 std::string("/routing/queues/q1/members") + kExpand + "&pageNumber=2");
  CheckOperation("GET /api/v2/routing/skills", "/routing/skills");
  CheckOperation("GET /api/v2/routing/wrapupcodes", "/routing/wrapupcodes");
  CheckOperation("GET /api/v2/routing/queues/{queueId}/wrapupcodes",
                 "/routing/queues/q1/wrapupcodes");
  // The organization and its schedules
  CheckOperation("GET /api/v2/organizations/limits/namespaces/{namespaceName}",
                 "/organizations/limits/namespaces/platform.api");
  CheckOperation("GET /api/v2/organizations/limits/namespaces/{namespaceName}/defaults",
                 "/organizations/limits/namespaces/platform.api/defaults");
  CheckOperation("GET /api/v2/workforcemanagement/adherence",
                 "/workforcemanagement/adherence?userId=a010,a011");
  const JsonTree units = CheckOperation("GET /api/v2/workforcemanagement/managementunits",
                                        "/workforcemanagement/managementunits");
  const std::string unit =
      "/workforcemanagement/managementunits/" + units["entities"][0]["id"].text();
  CheckOperation("GET /api/v2/workforcemanagement/managementunits/{managementUnitId}/adherence",
                 unit + "/adherence");
  CheckOperation("GET /api/v2/workforcemanagement/managementunits/{managementUnitId}/users",
                 unit + "/users");
  // Scores
  const JsonTree metric =
      CheckOperation("POST /api/v2/employeeperformance/externalmetrics/definitions",
                     "/employeeperformance/externalmetrics/definitions",
                     R"({"name":"score","unit":"Number","precision":2,
                         "defaultObjectiveType":"HigherIsBetter","enabled":true})");
  const std::string id = metric["id"].text();
  CheckOperation(
      "POST /api/v2/employeeperformance/externalmetrics/data",
      "/employeeperformance/externalmetrics/data",
      R"({"items":[{"userId":"a010","metricId":")" + id +
          R"(","dateOccurred":"2024-05-15","value":1.5},{"userId":"nobody","metricId":")" + id +
          R"(","dateOccurred":"2024-05-15","value":2}]})");
  CheckOperation("GET /api/v2/employeeperformance/externalmetrics/definitions",
                 "/employeeperformance/externalmetrics/definitions");
  CheckOperation("GET /api/v2/employeeperformance/externalmetrics/definitions/{metricId}",
                 "/employeeperformance/externalmetrics/definitions/" + id);
  CheckOperation("PATCH /api/v2/employeeperformance/externalmetrics/definitions/{metricId}",
                 "/employeeperformance/externalmetrics/definitions/" + id, R"({"precision":3})");
  // Analytics
  CheckOperation("POST /api/v2/analytics/routing/activity/query",
                 "/analytics/routing/activity/query", R"({"groupBy":["queueId"],"metrics":[
                   {"metric":"oUserPresences","details":true},{"metric":"oActiveUsers"},
                   {"metric":"oOnQueueUsers"}]})");
  CheckOperation("POST /api/v2/analytics/queues/observations/query",
                 "/analytics/queues/observations/query", R"({"filter":{"type":"or",
                   "predicates":[{"dimension":"queueId","value":"q1"},
                                 {"dimension":"queueId","value":"q4"}]},
                   "metrics":["oWaiting","oInteracting","oLongestInteracting","oUserPresences"],
                   "detailMetrics":["oWaiting","oInteracting","oUserPresences"]})");
  const std::string interval = R"({"interval":"2024-05-15T08:00:00Z/2024-05-15T09:00:00Z",)";
  CheckOperation("POST /api/v2/analytics/conversations/aggregates/query",
                 "/analytics/conversations/aggregates/query", interval + R"("granularity":"PT5M",
                   "groupBy":["queueId","userId","mediaType"],"metrics":["nOffered","nOverSla",
                   "tAnswered","tAbandon","tWait","tAcd","tTalk","tHeld","tAcw","tHandle",
                   "nConnected","oServiceLevel"]})");
  CheckOperation("POST /api/v2/analytics/conversations/details/query",
                 "/analytics/conversations/details/query",
                 interval + R"("paging":{"pageSize":100,"pageNumber":1}})");
  CheckOperation("POST /api/v2/analytics/agents/status/query", "/analytics/agents/status/query",
                 R"({"userOrderBy":"routingStatusDate","userOrder":"desc"})");
  CheckOperation("GET /api/v2/analytics/agents/{userId}/status", "/analytics/agents/a011/status");
  CheckOperation("POST /api/v2/analytics/users/aggregates/query",
                 "/analytics/users/aggregates/query",
                 interval + R"("granularity":"PT15M","groupBy":["userId"],"metrics":
                   ["tAgentRoutingStatus","tSystemPresence","tOrganizationPresence"]})");
  CheckOperation("POST /api/v2/analytics/users/details/query", "/analytics/users/details/query",
                 interval + R"("paging":{"pageSize":100,"pageNumber":2}})");
  // Campaigns
  CheckOperation("GET /api/v2/outbound/campaigns", "/outbound/campaigns");
  CheckOperation("GET /api/v2/outbound/campaigns/{campaignId}", "/outbound/campaigns/c1");
  CheckOperation("PUT /api/v2/outbound/campaigns/{campaignId}", "/outbound/campaigns/c1",
                 client_.Ask("GET", "/api/v2/outbound/campaigns/c1").body);
  CheckOperation("GET /api/v2/outbound/campaigns/{campaignId}/stats",
                 "/outbound/campaigns/c1/stats");
  CheckOperation("GET /api/v2/outbound/campaigns/{campaignId}/progress",
                 "/outbound/campaigns/c1/progress");
  CheckOperation("POST /api/v2/outbound/campaigns/progress", "/outbound/campaigns/progress",
                 R"(["c1"])");
  CheckOperation("GET /api/v2/outbound/settings", "/outbound/settings");
  CheckOperation("GET /api/v2/outbound/wrapupcodemappings", "/outbound/wrapupcodemappings");
  CheckOperation("GET /api/v2/outbound/campaignrules", "/outbound/campaignrules");
  // Answers without a body: it is asynchronous.
  checked_.insert("PATCH /api/v2/routing/queues/{queueId}/members");
  for (const auto& answer : shapes_["answers"].members()) {
    EXPECT_TRUE(checked_.contains(answer.first)) << answer.first;
  }
}

TEST_F(ShapesTest, Sim3ErrorsHaveThePublishedShape) {
  for (const char* path : {"/api/v2/users?pageSize=0", "/api/v2/users/nobody", "/api/v2/nothing"}) {
    const JsonTree error = JsonTree::Parse(client_.Ask("GET", path).body);
    Check(error, "ErrorBody", path);
    EXPECT_NE(error["message"].text(), "");
    EXPECT_NE(error["contextId"].text(), "");
  }
}

}  // namespace
}  // namespace evenkeel::sim
