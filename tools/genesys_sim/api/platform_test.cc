// SIM-3, CAP-9, API-4: the platform dialect's agents, queues and memberships.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/contract/sim_client.h"

namespace evenkeel::sim {
namespace {

std::string Patch(const std::vector<std::pair<std::string, bool>>& members) {
  std::string body;
  for (const auto& [id, joined] : members) {
    absl::StrAppend(&body, body.empty() ? "" : ",", R"({"id":")", id, R"(","joined":)",
                    joined ? "true" : "false", "}");
  }
  return "[" + body + "]";
}

class PlatformTest : public testing::Test {
 protected:
  PlatformTest() : client_({.dialect = Dialect::kPlatform, .rate_limit = 100'000}) {}

  // Follows nextUri to the end; answers the entities' ids.
  std::vector<std::string> AllPages(const std::string& first, int* pages = nullptr) {
    std::vector<std::string> ids;
    std::string path = first;
    for (int page = 1; !path.empty(); ++page) {
      const JsonTree listing = client_.Get(path);
      EXPECT_EQ(listing["pageNumber"].number(), page);
      for (const JsonTree& entity : listing["entities"].items()) {
        ids.push_back(entity["id"].text());
      }
      path = listing["nextUri"].text();
      if (pages != nullptr) *pages = page;
    }
    return ids;
  }

  std::set<std::string> JoinedTo(const std::string& queue) {
    const auto ids =
        AllPages("/api/v2/routing/queues/" + queue + "/members?joined=true&pageSize=100");
    return {ids.begin(), ids.end()};
  }

  SimClient client_;
};

TEST_F(PlatformTest, Api10TokensMeNamesTheOrganization) {
  const JsonTree me = client_.Get("/api/v2/tokens/me");
  EXPECT_EQ(me["organization"]["name"].text(), "contract");
  EXPECT_EQ(me["OAuthClient"]["id"].text(), "evenkeel-demo");
  EXPECT_EQ(me["dateTokenIdles"].time(), kEpoch + absl::Hours(24));
}

TEST_F(PlatformTest, Api4UsersArePagedToTheEnd) {
  int pages = 0;
  const auto ids = AllPages("/api/v2/users?pageSize=30&state=any&expand=skills", &pages);
  EXPECT_EQ(pages, 5);
  EXPECT_EQ(ids.size(), 130u);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 130u);
  const JsonTree last = client_.Get("/api/v2/users?pageSize=30&pageNumber=5");
  EXPECT_EQ(last["total"].number(), 130);
  EXPECT_EQ(last["pageCount"].number(), 5);
  EXPECT_FALSE(last["nextUri"].present());
  EXPECT_EQ(last["previousUri"].text(), "/api/v2/users?pageSize=30&pageNumber=4");
  EXPECT_EQ(client_.Get("/api/v2/users?pageNumber=99")["entities"].size(), 0u);
  const auto descending = AllPages("/api/v2/users?pageSize=100&sortOrder=DESC");
  EXPECT_TRUE(std::equal(ids.begin(), ids.end(), descending.rbegin()));
  EXPECT_EQ(client_.Get("/api/v2/users?state=inactive")["total"].number(), 0);
}

TEST_F(PlatformTest, Sim3QueryArraysAreTakenRepeatedAndCommaJoined) {
  const auto ids = [&](const std::string& query) { return AllPages("/api/v2/users?" + query); };
  const std::vector<std::string> three = {"a003", "a007", "a100"};
  EXPECT_EQ(ids("id=a003&id=a007&id=a100&id=nobody"), three);
  EXPECT_EQ(ids("id=a003,a007,a100"), three);
  EXPECT_EQ(ids("id=a003%2Ca007&id=a100"), three);
  const JsonTree both = client_.Get("/api/v2/users?expand=presence,skills&expand=routingStatus");
  EXPECT_TRUE(both["entities"][0]["presence"].present());
  EXPECT_TRUE(both["entities"][0]["skills"].present());
  EXPECT_TRUE(both["entities"][0]["routingStatus"].present());
  EXPECT_EQ(client_.Ask("GET", "/api/v2/users?expand=shoes").status, 400);
}

TEST_F(PlatformTest, Sim3AUserShowsWhatItsExpandsAskFor) {
  client_.Advance(absl::Minutes(21));
  const JsonTree plain = client_.Get("/api/v2/users/a010");
  EXPECT_EQ(plain["name"].text(), "Agent a010");
  EXPECT_EQ(plain["division"]["id"].text(), "d1");
  EXPECT_FALSE(plain["presence"].present());
  EXPECT_FALSE(plain["skills"].present());
  const JsonTree user = client_.Get(
      "/api/v2/users/a010?expand=presence&expand=routingStatus&expand=skills"
      "&expand=conversationSummary&expand=languages&expand=station");
  EXPECT_EQ(user["presence"]["presenceDefinition"]["systemPresence"].text(), "Break");
  EXPECT_EQ(user["presence"]["modifiedDate"].time(), kEpoch + absl::Minutes(20));
  EXPECT_EQ(user["skills"][1]["id"].text(), "s2");
  EXPECT_EQ(user["skills"][1]["proficiency"].number(), 2.5);
  EXPECT_EQ(user["skills"][1]["state"].text(), "active");
  const std::string status = user["routingStatus"]["status"].text();
  const JsonTree& call = user["conversationSummary"]["call"]["contactCenter"];
  EXPECT_EQ(status,
            call["active"].number() + call["acw"].number() > 0 ? "INTERACTING" : "OFF_QUEUE");
  EXPECT_EQ(client_.Ask("GET", "/api/v2/users/nobody").status, 404);
}

TEST_F(PlatformTest, Sim3QueuesAreListedFilteredAndRead) {
  EXPECT_EQ(AllPages("/api/v2/routing/queues?pageSize=2"),
            (std::vector<std::string>{"q1", "q2", "q3"}));
  EXPECT_EQ(AllPages("/api/v2/routing/queues?name=*EUE*2"), std::vector<std::string>{"q2"});
  EXPECT_EQ(AllPages("/api/v2/routing/queues?name=Queue"), std::vector<std::string>{});
  EXPECT_EQ(AllPages("/api/v2/routing/queues?id=q3,q1&sortOrder=desc"),
            (std::vector<std::string>{"q3", "q1"}));
  const JsonTree queue = client_.Get("/api/v2/routing/queues/q1");
  EXPECT_EQ(queue["memberCount"].number(), 130);
  EXPECT_EQ(queue["joinedMemberCount"].number(), 60);
  EXPECT_EQ(queue["mediaSettings"]["call"]["serviceLevel"]["durationMs"].number(), 20'000);
  EXPECT_FALSE(queue["inbound_capacity"].present());
}

TEST_F(PlatformTest, Api4MembersArePagedByNextUriWithoutATotal) {
  int pages = 0;
  EXPECT_EQ(AllPages("/api/v2/routing/queues/q1/members?pageSize=100&expand=skills", &pages).size(),
            130u);
  EXPECT_EQ(pages, 2);
  const JsonTree first = client_.Get("/api/v2/routing/queues/q1/members");
  EXPECT_EQ(first["entities"].size(), 25u);
  for (const char* missing : {"total", "pageCount", "lastUri"}) {
    EXPECT_FALSE(first[missing].present()) << missing;
  }
  const JsonTree& member = first["entities"][0];
  EXPECT_EQ(member["user"]["id"].text(), member["id"].text());
  EXPECT_TRUE(member["joined"].truth());
  EXPECT_EQ(client_.Ask("GET", "/api/v2/routing/queues/q1/members?pageSize=101").status, 400);
  EXPECT_EQ(JoinedTo("q1").size(), 60u);
  EXPECT_EQ(AllPages("/api/v2/routing/queues/q1/members?joined=false&pageSize=100").size(), 70u);
  client_.Advance(absl::Minutes(25));
  EXPECT_EQ(AllPages("/api/v2/routing/queues/q1/members?presence=Break&pageSize=100").size(), 13u);
  EXPECT_EQ(
      AllPages("/api/v2/routing/queues/q1/members?skills=english&skills=s2&pageSize=100").size(),
      130u);
  EXPECT_EQ(AllPages("/api/v2/routing/queues/q1/members?name=AGENT%20A01").size(), 10u);
}

TEST_F(PlatformTest, AUsersQueuesAreTheJoinedOnesUnlessAskedOtherwise) {
  EXPECT_EQ(AllPages("/api/v2/users/a000/queues"), std::vector<std::string>{"q1"});
  EXPECT_EQ(AllPages("/api/v2/users/a000/queues?joined=false"), std::vector<std::string>{"q2"});
  EXPECT_EQ(client_.Ask("GET", "/api/v2/users/nobody/queues").status, 404);
}

TEST_F(PlatformTest, Cap9JoiningAndLeavingIsAsynchronousAndSkipsStrangers) {
  const http::Response response =
      client_.Ask("PATCH", "/api/v2/routing/queues/q1/members",
                  Patch({{"a060", true}, {"a061", true}, {"a000", false}, {"nobody", true}}));
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(JoinedTo("q1").size(), 60u);
  client_.Advance(absl::Seconds(5));
  const auto joined = JoinedTo("q1");
  EXPECT_EQ(joined.size(), 61u);
  EXPECT_TRUE(joined.contains("a060") && joined.contains("a061") && !joined.contains("a000"));

  EXPECT_EQ(
      client_.Ask("PATCH", "/api/v2/routing/queues/q1/members/a000", R"({"joined":true})").status,
      202);
  // A member of the centre, but not of the queue.
  EXPECT_EQ(
      client_.Ask("PATCH", "/api/v2/routing/queues/q3/members/a000", R"({"joined":true})").status,
      202);
  client_.Advance(absl::Seconds(5));
  EXPECT_TRUE(JoinedTo("q1").contains("a000"));
  EXPECT_TRUE(JoinedTo("q3").empty());
  const JsonTree writes = client_.Report()["writes"];
  EXPECT_EQ(writes["total"].number(), 3);
  EXPECT_EQ(writes["PATCH /api/v2/routing/queues/{queueId}/members"].number(), 1);
}

TEST_F(PlatformTest, Cap9AMembersWriteTakesAtMostAHundredAndNothingOfABadOne) {
  std::vector<std::pair<std::string, bool>> members;
  for (int a = 0; a < 100; ++a) {
    members.emplace_back(absl::StrCat("a", a / 100, a / 10 % 10, a % 10), false);
  }
  const std::string path = "/api/v2/routing/queues/q1/members";
  EXPECT_EQ(client_.Ask("PATCH", path, Patch(members)).status, 202);
  client_.Advance(absl::Seconds(5));
  EXPECT_EQ(JoinedTo("q1").size(), 0u);
  members.emplace_back("a100", true);
  EXPECT_EQ(client_.Ask("PATCH", path, Patch(members)).status, 400);
  for (const char* body :
       {"[]", "{}", "[{}]", R"([{"id":"a000"}])", R"([{"joined":true}])",
        R"([{"id":"a000","joined":true},{"id":"a001","joined":"yes"}])",
        R"([{"id":"a000","joined":true,"shoe":4}])", R"([{"id":7,"joined":true}])",
        R"([{"id":"a000","joined":true,"joined":true}])",
        R"([{"id":"a000","joined":true,"ringNumber":7}])", R"([{"id":"a000","joined":true}] x)"}) {
    EXPECT_EQ(client_.Ask("PATCH", path, body).status, 400) << body;
  }
  client_.Advance(absl::Seconds(5));
  EXPECT_EQ(JoinedTo("q1").size(), 0u);
  const JsonTree error =
      JsonTree::Parse(client_.Ask("PATCH", path, R"([{"id":"a000"},{"joined":true}])").body);
  EXPECT_EQ(error["details"].size(), 2u) << "every wrong field is named";
}

TEST_F(PlatformTest, Sim4AnotherEditorChangesMembershipsAtOnce) {
  EXPECT_EQ(client_
                .Ask("POST", "/admin/v1/memberships",
                     R"({"queueId":"q1","userId":"a000","joined":false})")
                .status,
            204);
  EXPECT_FALSE(JoinedTo("q1").contains("a000"));
  EXPECT_EQ(client_.Report()["writes"]["total"].number(), 0) << "not by the API";
  EXPECT_EQ(client_
                .Ask("POST", "/admin/v1/memberships",
                     R"({"queueId":"q3","userId":"a000","joined":false})")
                .status,
            400);
  EXPECT_EQ(client_
                .Ask("POST", "/admin/v1/memberships",
                     R"({"queueId":"q9","userId":"a000","joined":false})")
                .status,
            404);
}

TEST_F(PlatformTest, PresenceDefinitionsAndSkillsAreListed) {
  const JsonTree definitions = client_.Get("/api/v2/presence/definitions");
  EXPECT_EQ(definitions["total"].number(), 9);
  EXPECT_TRUE(definitions["entities"].Where("systemPresence", "OnQueue")["id"].present());
  EXPECT_EQ(client_.Get("/api/v2/presence/definitions?deactivated=true")["entities"].size(), 0u);
  EXPECT_EQ(AllPages("/api/v2/routing/skills"), (std::vector<std::string>{"s1", "s2"}));
  EXPECT_EQ(AllPages("/api/v2/routing/skills?name=FR"), std::vector<std::string>{"s2"});
}

}  // namespace
}  // namespace evenkeel::sim
