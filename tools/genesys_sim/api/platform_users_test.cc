// SIM-3: what the platform dialect can change of users: records, skills, presence, utilization, and
// the external metrics that scores are stored in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/platform_centre.h"

namespace evenkeel::sim {
namespace {

const char kOnQueue[] = "5a1e0000-0000-4000-8000-0000000000a1";
const char kMeeting[] = "5a1e0000-0000-4000-8000-0000000000a7";

class UsersTest : public testing::Test {
 protected:
  UsersTest()
      : client_({.dialect = Dialect::kPlatform, .rate_limit = 100'000}, PlatformScenario()) {}

  JsonTree Write(const std::string& method, const std::string& path, const std::string& body,
                 int status = 200) {
    const http::Response response = client_.Ask(method, "/api/v2" + path, body);
    EXPECT_EQ(response.status, status) << method << " " << path << ": " << response.body;
    return JsonTree::Parse(response.body.empty() ? "{}" : response.body);
  }
  JsonTree Get(const std::string& path) { return client_.Get("/api/v2" + path); }

  // The fields that an error names.
  static std::vector<std::string> Fields(const JsonTree& error) {
    std::vector<std::string> fields;
    for (const JsonTree& detail : error["details"].items()) {
      fields.push_back(detail["fieldName"].text());
    }
    return fields;
  }

  std::vector<std::string> Skills(const std::string& user) {
    std::vector<std::string> skills;
    const JsonTree listing = Get("/users/" + user + "/routingskills");
    for (const JsonTree& skill : listing["entities"].items()) {
      skills.push_back(absl::StrCat(skill["id"].text(), "=", skill["proficiency"].number()));
    }
    return skills;
  }

  SimClient client_;
};

TEST_F(UsersTest, Sim3ARecordIsChangedOnlyFromTheVersionThatItHas) {
  const JsonTree changed = Write("PATCH", "/users/a010",
                                 R"({"version":1,"name":"Zoe","department":"Night",
                                     "addresses":[{"address":"x","mediaType":"EMAIL"}]})");
  EXPECT_EQ(changed["version"].number(), 2);
  EXPECT_EQ(changed["department"].text(), "Night");
  const JsonTree conflict = Write("PATCH", "/users/a010", R"({"version":1,"name":"Yan"})", 409);
  EXPECT_EQ(conflict["code"].text(), "general.conflict");
  EXPECT_THAT(conflict["message"].text(), testing::HasSubstr("version 2, not 1"));
  const JsonTree read = Get("/users/a010");
  EXPECT_EQ(read["name"].text(), "Zoe");
  EXPECT_EQ(read["addresses"][0]["address"].text(), "x") << "what is stored is given back";
  EXPECT_EQ(read["email"].text(), "user11@example.com") << "what was not sent stays";
  EXPECT_EQ(Get("/users?sortOrder=DESC&pageSize=1")["entities"][0]["id"].text(), "a010")
      << "listings go by the new name";
  EXPECT_EQ(Get("/routing/queues/q1/members?name=zo")["entities"][0]["id"].text(), "a010");
  EXPECT_THAT(Fields(Write("PATCH", "/users/a010", R"({"name":7,"state":"gone","shoe":1})", 400)),
              testing::UnorderedElementsAre("$.version", "$.name", "$.state", "$.shoe"));
  EXPECT_THAT(Fields(Write("PATCH", "/users/a010", R"({"version":2,"state":"inactive"})", 400)),
              testing::ElementsAre("$.state"));
}

TEST_F(UsersTest, Sim3SkillsAreAddedReplacedAndRemoved) {
  EXPECT_THAT(Skills("a010"), testing::ElementsAre("s1=4", "s2=2.5"));
  Write("PATCH", "/users/a010/routingskills/bulk", R"([{"id":"s2","proficiency":5}])");
  EXPECT_THAT(Skills("a010"), testing::ElementsAre("s1=4", "s2=5"));
  Write("PUT", "/users/a010/routingskills/bulk", R"([{"id":"s1","proficiency":0.5}])");
  EXPECT_THAT(Skills("a010"), testing::ElementsAre("s1=0.5"));
  Write("POST", "/users/a010/routingskills", R"({"id":"s2","proficiency":1})");
  Write("PUT", "/users/a010/routingskills/s2", R"({"proficiency":3})");
  Write("DELETE", "/users/a010/routingskills/s1", "", 204);
  EXPECT_THAT(Skills("a010"), testing::ElementsAre("s2=3"));
  Write("DELETE", "/users/a010/routingskills/s1", "", 404);
  Write("PUT", "/users/a010/routingskills/s1", R"({"proficiency":3})", 404);
  EXPECT_EQ(Get("/routing/queues/q1/members?skills=s1&pageSize=100&name=a010")["entities"].size(),
            0u)
      << "filters go by the new skills";
  const JsonTree error = Write("PUT", "/users/a010/routingskills/bulk",
                               R"([{"id":"s1","proficiency":5.1},{"id":"s9","proficiency":1},
                                   {"proficiency":1},{"id":"s1"}])",
                               400);
  EXPECT_THAT(Fields(error), testing::ElementsAre("$[2].id", "$[3].proficiency"));
  EXPECT_THAT(Fields(Write("PUT", "/users/a010/routingskills/bulk",
                           R"([{"id":"s1","proficiency":5.1},{"id":"s9","proficiency":1}])", 400)),
              testing::ElementsAre("$[0].proficiency", "$[1].id"));
  EXPECT_THAT(Skills("a010"), testing::ElementsAre("s2=3")) << "nothing of a bad write is done";
}

TEST_F(UsersTest, Sim3APresenceTakesTheAgentOffTheQueueAndBack) {
  const std::string body =
      absl::StrCat(R"({"presenceDefinition":{"id":")", kMeeting, R"("},"message":"coaching"})");
  const JsonTree set = Write("PATCH", "/users/a011/presences/purecloud", body);
  EXPECT_EQ(set["presenceDefinition"]["systemPresence"].text(), "Meeting");
  EXPECT_EQ(set["modifiedDate"].time(), client_.now());
  client_.Advance(absl::Minutes(30));  // whatever he had in hand has ended
  EXPECT_EQ(Get("/users/a011/routingstatus")["status"].text(), "OFF_QUEUE");
  EXPECT_EQ(Get("/users/a011/presences/purecloud")["message"].text(), "coaching");
  const JsonTree bulk = Get("/users/presences/purecloud/bulk?id=a011&id=a012,nobody");
  ASSERT_EQ(bulk.size(), 2u);
  EXPECT_EQ(bulk[0]["userId"].text(), "a011");
  EXPECT_EQ(bulk[1]["presenceDefinition"]["systemPresence"].text(), "OnQueue");
  Write("PUT", "/users/presences/bulk",
        absl::StrCat(R"([{"id":"a011","presenceDefinition":{"id":")", kOnQueue, R"("}}])"));
  EXPECT_NE(Get("/users/a011/routingstatus")["status"].text(), "OFF_QUEUE");
  EXPECT_EQ(Get("/users/a011?expand=presence")["presence"]["presenceDefinition"]["id"].text(),
            kOnQueue);
}

TEST_F(UsersTest, Sim3APresenceThatIsWrongIsRefusedWhole) {
  EXPECT_THAT(Fields(Write("PATCH", "/users/a011/presences/purecloud", "{}", 400)),
              testing::ElementsAre("$.presenceDefinition.id"));
  EXPECT_THAT(Fields(Write("PATCH", "/users/a011/presences/purecloud",
                           R"({"presenceDefinition":{"id":"nope"},"primary":false})", 400)),
              testing::ElementsAre("$.presenceDefinition.id", "$.primary"));
  const JsonTree error =
      Write("PUT", "/users/presences/bulk",
            absl::StrCat(R"([{"id":"a011","presenceDefinition":{"id":")", kMeeting,
                         R"("}},{"id":"nobody","presenceDefinition":{"id":")", kMeeting, R"("}}])"),
            400);
  EXPECT_THAT(Fields(error), testing::ElementsAre("$[1].id"));
  EXPECT_EQ(Get("/users/a011?expand=presence")["presence"]["presenceDefinition"]["id"].text(),
            kOnQueue);
  std::string ids = "a000";
  for (int i = 1; i <= 50; ++i) absl::StrAppend(&ids, ",a0", i / 10, i % 10);
  EXPECT_EQ(client_.Ask("GET", "/api/v2/users/presences/purecloud/bulk?id=" + ids).status, 400)
      << "more than 50";
  EXPECT_EQ(client_.Ask("GET", "/api/v2/users/presences/purecloud/bulk").status, 400);
}

TEST_F(UsersTest, Sim3UtilizationIsHisOwnOrTheOrganizations) {
  const std::string path = "/routing/users/a011/utilization";
  const JsonTree before = Get(path);
  EXPECT_EQ(before["level"].text(), "Organization");
  EXPECT_EQ(before["utilization"]["call"]["maximumCapacity"].number(), 1);
  EXPECT_EQ(before["utilization"]["chat"]["maximumCapacity"].number(), 4);
  Write("PUT", path, R"({"utilization":{"call":{"maximumCapacity":3}}})");
  Write("PUT", "/routing/utilization", R"({"utilization":{"chat":{"maximumCapacity":2}}})");
  const JsonTree own = Get(path);
  EXPECT_EQ(own["level"].text(), "Agent");
  EXPECT_EQ(own["utilization"]["call"]["maximumCapacity"].number(), 3);
  EXPECT_EQ(own["utilization"]["chat"]["maximumCapacity"].number(), 2)
      << "a medium left out is the organization's";
  Write("DELETE", path, "", 204);
  EXPECT_EQ(Get(path)["utilization"]["call"]["maximumCapacity"].number(), 1);
  Write("DELETE", "/routing/utilization", "", 204);
  EXPECT_EQ(Get("/routing/utilization")["utilization"]["chat"]["maximumCapacity"].number(), 4);
  EXPECT_THAT(Fields(Write("PUT", path, R"({"utilization":{"call":{"maximumCapacity":26},
                "fax":{"maximumCapacity":1},"chat":{"interruptableMediaTypes":["fax"]}},
                "labelUtilizations":{"x":{"maximumCapacity":1}},"maxInboundCalls":-1})",
                           400)),
              testing::ElementsAre("$.utilization.call.maximumCapacity", "$.utilization.fax",
                                   "$.utilization.chat.maximumCapacity",
                                   "$.utilization.chat.interruptableMediaTypes",
                                   "$.labelUtilizations.x", "$.maxInboundCalls"));
}

// How many contacts agents 110 to 119, who alone serve chats, have in hand.
TEST_F(UsersTest, Sim3UtilizationLimitsWhatAnAgentGets) {
  const auto most_chats = [&] {
    double most = 0;
    for (int minute = 0; minute < 30; ++minute) {
      client_.Advance(absl::Minutes(1));
      for (int a = 110; a < 120; ++a) {
        const JsonTree user =
            Get(absl::StrCat("/users/a", a, "?expand=conversationSummary"))["conversationSummary"];
        most = std::max(most, user["chat"]["contactCenter"]["active"].number());
      }
    }
    return most;
  };
  EXPECT_EQ(most_chats(), 4);
  Write("PUT", "/routing/utilization", R"({"utilization":{"chat":{"maximumCapacity":2}}})");
  client_.Advance(absl::Hours(1));  // what is in hand is finished
  EXPECT_EQ(most_chats(), 2);
  for (int a = 110; a < 120; ++a) {
    Write("PUT", absl::StrCat("/routing/users/a", a, "/utilization"),
          R"({"utilization":{"chat":{"maximumCapacity":0}}})");
  }
  client_.Advance(absl::Hours(1));
  EXPECT_EQ(most_chats(), 0);
}

class MetricsTest : public UsersTest {
 protected:
  static constexpr char kDefinitions[] = "/employeeperformance/externalmetrics/definitions";
  static constexpr char kData[] = "/employeeperformance/externalmetrics/data";

  std::string Define(const std::string& name) {
    return Write("POST", kDefinitions, R"({"name":")" + name + R"(","unit":"Number","precision":2,
                     "defaultObjectiveType":"HigherIsBetter","enabled":true})")["id"]
        .text();
  }
  std::string Item(const std::string& metric, const std::string& more) {
    return R"({"items":[{"metricId":")" + metric + R"(","dateOccurred":"2024-05-15",)" + more +
           "}]}";
  }
};

TEST_F(MetricsTest, Sim3DefinitionsAreMadeChangedAndDeleted) {
  const std::string b = Define("b"), a = Define("a");
  const JsonTree listing = Get(kDefinitions);
  EXPECT_EQ(listing["total"].number(), 2);
  EXPECT_EQ(listing["entities"][0]["id"].text(), a) << "by name";
  Write("PATCH", absl::StrCat(kDefinitions, "/", a), R"({"enabled":false,"name":"c"})");
  const JsonTree changed = Get(absl::StrCat(kDefinitions, "/", a));
  EXPECT_EQ(changed["name"].text(), "c");
  EXPECT_EQ(changed["unit"].text(), "Number");
  Write("PATCH", absl::StrCat(kDefinitions, "/", a), R"({"unit":"Percent"})", 400);
  Write("PATCH", absl::StrCat(kDefinitions, "/", a), R"({"name":"b"})", 400);
  const JsonTree off = Write("POST", kData, Item(a, R"("userId":"a001","value":1)"));
  EXPECT_EQ(off["processedEntities"].size(), 0u);
  EXPECT_THAT(off["unprocessedEntities"][0]["message"].text(), testing::HasSubstr("not enabled"));
  Write("DELETE", absl::StrCat(kDefinitions, "/", a), "", 204);
  Write("GET", absl::StrCat(kDefinitions, "/", a), "", 404);
  EXPECT_THAT(
      Fields(Write("POST", kDefinitions, R"({"name":"","unit":"Miles","precision":6})", 400)),
      testing::UnorderedElementsAre("$.unit", "$.defaultObjectiveType", "$.enabled"));
  for (int i = 1; i < 50; ++i) Define(absl::StrCat("m", i));
  Write("POST", kDefinitions,
        R"({"name":"one more","unit":"Number","precision":2,
            "defaultObjectiveType":"HigherIsBetter","enabled":true})",
        400);
}

TEST_F(MetricsTest, Sim3ATotalOverwritesAndACumulativeAdds) {
  const std::string metric = Define("score");
  const auto total = [&](const std::string& more) {
    const JsonTree answer = Write("POST", kData, Item(metric, R"("userId":"a001",)" + more));
    const JsonTree& item = answer["processedEntities"][0];
    return std::pair(item["totalValue"].number(), item["totalCount"].number());
  };
  EXPECT_EQ(total(R"("value":87.25)"), std::pair(87.25, 1.0));
  EXPECT_EQ(total(R"("value":80,"count":4,"type":"Total")"), std::pair(80.0, 4.0));
  EXPECT_EQ(total(R"("value":80,"count":4,"type":"Total")"), std::pair(80.0, 4.0)) << "idempotent";
  EXPECT_EQ(total(R"("value":5,"count":1,"type":"Cumulative")"), std::pair(85.0, 5.0));
  EXPECT_EQ(total(R"("value":5,"type":"Cumulative")"), std::pair(90.0, 5.0));
  EXPECT_TRUE(Get(absl::StrCat(kDefinitions, "/", metric))["inUse"].truth());
  EXPECT_EQ(total(R"("value":null)"), std::pair(0.0, 0.0)) << "deletes";
}

TEST_F(MetricsTest, Sim3A2xxCanHideWhatWasNotStored) {
  const std::string metric = Define("score");
  const JsonTree answer = Write("POST", kData,
                                R"({"items":[{"userId":"a001","metricId":")" + metric +
                                    R"(","dateOccurred":"2024-05-15","value":1},
                {"userEmail":"user3@example.com","metricId":")" +
                                    metric + R"(","dateOccurred":"2024-05-15","value":2},
                {"userId":"nobody","metricId":")" +
                                    metric + R"(","dateOccurred":"2024-05-15","value":3},
                {"userId":"a001","metricId":"none","dateOccurred":"2024-05-15","value":4}]})");
  EXPECT_EQ(answer["processedEntities"].size(), 2u);
  ASSERT_EQ(answer["unprocessedEntities"].size(), 2u);
  EXPECT_EQ(answer["unprocessedEntities"][0]["userId"].text(), "nobody");
  EXPECT_EQ(answer["unprocessedEntities"][1]["code"].text(), "not.found");
  EXPECT_THAT(Fields(Write("POST", kData,
                           R"({"items":[{"metricId":"m","dateOccurred":"15.5.","value":1},
                               {"userId":"a","userEmail":"b","metricId":"m",
                                "dateOccurred":"2024-05-15","value":1,"count":-1}]})",
                           400)),
              testing::ElementsAre("$.items[0]", "$.items[0].dateOccurred", "$.items[1]",
                                   "$.items[1].count"));
  EXPECT_THAT(Fields(Write("POST", kData, R"({"items":[]})", 400)),
              testing::ElementsAre("$.items"));
}

}  // namespace
}  // namespace evenkeel::sim
