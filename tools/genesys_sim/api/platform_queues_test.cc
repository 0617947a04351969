// SIM-3, BULL: what the platform dialect can change of queues and of who is in them, and that the
// simulated work follows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/platform_centre.h"

namespace evenkeel::sim {
namespace {

class QueuesTest : public testing::Test {
 protected:
  explicit QueuesTest(Scenario scenario = PlatformScenario())
      : client_({.dialect = Dialect::kPlatform, .rate_limit = 100'000}, std::move(scenario)) {}

  JsonTree Write(const std::string& method, const std::string& path, const std::string& body,
                 int status = 200) {
    const http::Response response = client_.Ask(method, "/api/v2" + path, body);
    EXPECT_EQ(response.status, status) << method << " " << path << ": " << response.body;
    return JsonTree::Parse(response.body.empty() ? "{}" : response.body);
  }
  JsonTree Get(const std::string& path) { return client_.Get("/api/v2" + path); }
  static std::vector<std::string> Fields(const JsonTree& error) {
    std::vector<std::string> fields;
    for (const JsonTree& detail : error["details"].items()) {
      fields.push_back(detail["fieldName"].text());
    }
    return fields;
  }
  const JsonTree& Member(const std::string& queue, const std::string& user) {
    listing_ = Get("/routing/queues/" + queue + "/members?pageSize=100&name=" + user);
    return listing_["entities"].Where("id", user);
  }

  SimClient client_;
  JsonTree listing_;
};

// A body that has of everything: what PUT stores it gives back.
const char kWhole[] = R"({"name":"Queue 1","description":"first","mediaSettings":{
  "call":{"alertingTimeoutSeconds":9,"serviceLevel":{"percentage":0.9,"durationMs":15000}},
  "callback":{"mode":"AgentFirst","pacingModifier":1.5},
  "message":{"subTypeSettings":{"sms":{"enableAutoAnswer":true}}}},
  "routingRules":[{"operator":"MEETS_THRESHOLD","threshold":9,"waitSeconds":2.5}],
  "conditionalGroupRouting":{"rules":[{"metric":"EstimatedWaitTime","operator":"GreaterThan",
    "conditionValue":30,"waitSeconds":10,"groups":[]}]},
  "bullseye":{"rings":[{"expansionCriteria":[{"type":"TIMEOUT_SECONDS","threshold":7.5}],
    "actions":{"skillsToRemove":[{"id":"s1"}]},"memberGroups":[]},
    {"expansionCriteria":[{"type":"TIMEOUT_SECONDS","threshold":5}]}]},
  "scoringMethod":"PriorityOnly","lastAgentRoutingMode":"AnyAgent",
  "acwSettings":{"wrapupPrompt":"OPTIONAL"},"skillEvaluationMethod":"BEST",
  "agentOwnedRouting":{"enableAgentOwnedCallbacks":true,"maxOwnedCallbackHours":2},
  "directRouting":{"waitForAgent":true,"agentWaitSeconds":60},"enableTranscription":true,
  "callingPartyName":"us","outboundEmailAddress":{"domain":{"id":"d"}},
  "autoAnswerOnly":false,"suppressInQueueCallRecording":true})";

TEST_F(QueuesTest, Sim3APutStoresAllThatAQueueHasAndGivesItBack) {
  client_.Advance(absl::Minutes(3));
  const JsonTree written = Write("PUT", "/routing/queues/q1", kWhole);
  const std::string read = client_.Ask("GET", "/api/v2/routing/queues/q1").body;
  const JsonTree queue = JsonTree::Parse(read);
  EXPECT_EQ(queue["dateModified"].time(), client_.now());
  EXPECT_EQ(queue["modifiedBy"].text(), "evenkeel-demo");
  EXPECT_EQ(queue["memberCount"].number(), 110);
  EXPECT_EQ(queue["bullseye"]["rings"][0]["expansionCriteria"][0]["threshold"].number(), 7.5);
  EXPECT_EQ(queue["callingPartyName"].text(), "us");
  const JsonTree sent = JsonTree::Parse(kWhole);
  for (const auto& property : sent.members()) {
    EXPECT_TRUE(queue[property.first].present()) << property.first;
  }
  const JsonTree of_user = Get("/users/a000/queues")["entities"][0];
  EXPECT_EQ(of_user["callingPartyName"].text(), "us");
  EXPECT_FALSE(of_user["autoAnswerOnly"].present()) << "which a user's queue does not have";
  // What is read can be written, and changes nothing.
  Write("PUT", "/routing/queues/q1", read);
  EXPECT_EQ(client_.Ask("GET", "/api/v2/routing/queues/q1").body, read);
  // What is left out is gone.
  Write("PUT", "/routing/queues/q1", R"({"name":"Queue 1"})");
  EXPECT_FALSE(Get("/routing/queues/q1")["bullseye"].present());
}

TEST_F(QueuesTest, Sim3AWrongPutNamesEveryFieldAndChangesNothing) {
  const std::string before = client_.Ask("GET", "/api/v2/routing/queues/q2").body;
  EXPECT_THAT(Fields(Write("PUT", "/routing/queues/q2",
                           R"({"description":7,"shoe":1,"acwSettings":{"wrapupPrompt":"SOMETIMES"},
                       "bullseye":{"rings":[{"waitTime":15000}]},"inbound_capacity":5})",
                           400)),
              testing::UnorderedElementsAre("$.description", "$.shoe", "$.acwSettings.wrapupPrompt",
                                            "$.bullseye.rings[0].waitTime", "$.inbound_capacity",
                                            "$.name"));
  EXPECT_THAT(
      Fields(Write("PUT", "/routing/queues/q2",
                   R"({"name":"x","division":{"id":"d9"},"mediaSettings":{"call":{
                       "alertingTimeoutSeconds":6,"serviceLevel":{"percentage":80,"durationMs":20}}},
                       "bullseye":{"rings":[
                       {"expansionCriteria":[{"type":"TIMEOUT_SECONDS","threshold":-1}],
                        "actions":{"skillsToRemove":[{"id":"s9"}]}},
                       {"expansionCriteria":[]},{"memberGroups":[{"id":"g"}],
                        "expansionCriteria":[{"type":"TIMEOUT_SECONDS"}]}]}})",
                   400)),
      testing::UnorderedElementsAre(
          "$.division.id", "$.mediaSettings.call.alertingTimeoutSeconds",
          "$.mediaSettings.call.serviceLevel.percentage",
          "$.mediaSettings.call.serviceLevel.durationMs",
          "$.bullseye.rings[0].expansionCriteria[0].threshold",
          "$.bullseye.rings[0].actions.skillsToRemove", "$.bullseye.rings[1].expansionCriteria",
          "$.bullseye.rings[2].expansionCriteria[0]", "$.bullseye.rings[2].memberGroups"));
  std::string numbers = "1";
  for (int i = 0; i < 100'000; ++i) numbers += ",1";
  const http::Response many = client_.Ask("PUT", "/api/v2/routing/queues/q2",
                                          R"({"name":"x","routingRules":[)" + numbers + "]}");
  EXPECT_EQ(many.status, 400);
  EXPECT_LT(many.body.size(), 50'000u) << "an answer is not larger than what was asked";
  std::string deep(200'000, '[');
  Write("PUT", "/routing/queues/q2", deep, 400);
  deep.clear();
  for (int i = 0; i < 50'000; ++i) deep += R"({"a":)";
  Write("PUT", "/routing/queues/q2", deep, 400);
  Write("PUT", "/routing/queues/q2", std::string(1000, '[') + std::string(1000, ']'), 400);
  const JsonTree twice = Write("PUT", "/routing/queues/q2", R"({"name":"Queue 3"})", 400);
  EXPECT_EQ(twice["code"].text(), "duplicate.name");
  EXPECT_EQ(client_.Ask("GET", "/api/v2/routing/queues/q2").body, before);
}

TEST_F(QueuesTest, Sim3AQueueOfTheScenarioShowsItsRingsAndOneMore) {
  const JsonTree queue = Get("/routing/queues/q2");
  const JsonTree& rings = queue["bullseye"]["rings"];
  ASSERT_EQ(rings.size(), 3u);
  EXPECT_EQ(rings[0]["expansionCriteria"][0]["threshold"].number(), 15);
  EXPECT_EQ(rings[1]["expansionCriteria"][0]["threshold"].number(), 10);
  EXPECT_FALSE(rings[2]["actions"].present());
  EXPECT_FALSE(Get("/routing/queues/q1")["bullseye"].present());
}

TEST_F(QueuesTest, Sim3MembersComeAndGo) {
  EXPECT_FALSE(Member("q5", "a000").present());
  Write("POST", "/routing/queues/q5/members", R"([{"id":"a000"},{"id":"a001"}])", 204);
  EXPECT_FALSE(Member("q5", "a000")["joined"].truth()) << "a new member is not joined";
  Write("PATCH", "/routing/queues/q5/members", R"([{"id":"a000","joined":true}])", 202);
  client_.Advance(absl::Seconds(5));
  EXPECT_TRUE(Member("q5", "a000")["joined"].truth());
  Write("POST", "/routing/queues/q5/members?delete=true", R"([{"id":"a000"}])", 204);
  EXPECT_FALSE(Member("q5", "a000").present());
  Write("DELETE", "/routing/queues/q5/members/a001", "", 204);
  Write("DELETE", "/routing/queues/q5/members/a001", "", 404);
  EXPECT_EQ(Get("/routing/queues/q5")["memberCount"].number(), 10);
  EXPECT_THAT(Fields(Write("POST", "/routing/queues/q5/members",
                           R"([{"id":"a000"},{"id":"nobody"},{}])", 400)),
              testing::ElementsAre("$[1].id", "$[2].id"));
  EXPECT_FALSE(Member("q5", "a000").present()) << "all or nothing";
}

TEST_F(QueuesTest, Sim3UsersJoinAndLeaveFromTheirSideToo) {
  const JsonTree answer = Write("PATCH", "/users/a000/queues",
                                R"([{"id":"q2","joined":true},{"id":"q3","joined":true}])");
  EXPECT_EQ(answer["entities"].size(), 1u) << "he is no member of q3";
  client_.Advance(absl::Seconds(5));
  EXPECT_TRUE(Member("q2", "a000")["joined"].truth());
  EXPECT_FALSE(Member("q3", "a000").present());
  Write("PATCH", "/users/a000/queues/q2", R"({"joined":false})");
  client_.Advance(absl::Seconds(5));
  EXPECT_FALSE(Member("q2", "a000")["joined"].truth());
  Write("PATCH", "/users/a000/queues/q3", R"({"joined":true})", 404);
  EXPECT_THAT(Fields(Write("PATCH", "/users/a000/queues", R"([{"id":"q9"}])", 400)),
              testing::UnorderedElementsAre("$[0].joined", "$[0].id"));
}

// One queue, calls enough for everybody; half the agents in ring 1, half in ring 2.
Scenario RingScenario() {
  Scenario scenario = ContractScenario();
  scenario.queues.resize(1);
  scenario.queues[0].rings = {absl::Minutes(60)};
  scenario.queues[0].ring_timers = RingTimers::kLive;
  scenario.call_types.resize(1);
  scenario.agents.resize(20);
  for (size_t a = 0; a < scenario.agents.size(); ++a) {
    scenario.agents[a].memberships = {{.queue = 0, .joined = true, .ring = a < 10 ? 1 : 2}};
  }
  return scenario;
}

class RingsTest : public QueuesTest {
 protected:
  RingsTest() : QueuesTest(RingScenario()) {}

  // How many agents of ring 2 are with a contact.
  int BusyInRing2() {
    int busy = 0;
    const JsonTree members = Get("/routing/queues/q1/members?pageSize=100&expand=routingStatus");
    for (const JsonTree& member : members["entities"].items()) {
      if (member["ringNumber"].number() == 2 &&
          member["routingStatus"]["status"].text() == "INTERACTING") {
        ++busy;
      }
    }
    return busy;
  }
};

TEST_F(RingsTest, BullRingsThatAreWrittenHoldInTheCentre) {
  client_.Advance(absl::Minutes(15));
  EXPECT_EQ(BusyInRing2(), 0) << "nobody waits for an hour";
  Write("PUT", "/routing/queues/q1",
        R"({"name":"Queue 1","bullseye":{"rings":[
            {"expansionCriteria":[{"type":"TIMEOUT_SECONDS","threshold":4}]},
            {"expansionCriteria":[{"type":"TIMEOUT_SECONDS","threshold":5}]}]}})");
  client_.Advance(absl::Minutes(5));
  EXPECT_GT(BusyInRing2(), 5);
}

TEST_F(RingsTest, BullAMembersRingIsWrittenAndRead) {
  client_.Advance(absl::Minutes(15));
  Write("PATCH", "/routing/queues/q1/members/a015", R"({"ringNumber":1})", 202);
  EXPECT_EQ(Member("q1", "a015")["ringNumber"].number(), 1);
  client_.Advance(absl::Minutes(10));
  EXPECT_EQ(Get("/users/a015/routingstatus")["status"].text(), "INTERACTING");
  EXPECT_EQ(BusyInRing2(), 0);
  EXPECT_THAT(Fields(Write("PATCH", "/routing/queues/q1/members/a015", R"({"ringNumber":0})", 400)),
              testing::ElementsAre("$.ringNumber"));
}

}  // namespace
}  // namespace evenkeel::sim
