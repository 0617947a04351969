// SIM-3, API-5: conversations, agents' states and their past, and schedules, compared with one
// another and with the figures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/contract/platform_centre.h"

namespace evenkeel::sim {
namespace {

const char kDetails[] = "/api/v2/analytics/conversations/details/query";
const char kHour[] = R"({"interval":"2024-05-15T08:00:00Z/2024-05-15T09:00:00Z")";

class HistoryTest : public testing::Test {
 protected:
  HistoryTest()
      : client_({.dialect = Dialect::kPlatform, .rate_limit = 100'000}, PlatformScenario()) {
    client_.Advance(absl::Minutes(30));
  }

  std::vector<JsonTree> Conversations(const std::string& more) {
    std::vector<JsonTree> all;
    for (int page = 1;; ++page) {
      const JsonTree answer = client_.Post(
          kDetails,
          absl::StrCat(kHour, more, R"(,"paging":{"pageSize":100,"pageNumber":)", page, "}}"));
      for (const JsonTree& one : answer["conversations"].items()) all.push_back(one);
      if (answer["conversations"].size() == 0) {
        EXPECT_EQ(answer["totalHits"].number(), static_cast<double>(all.size()));
        return all;
      }
    }
  }
  static std::string Filter(const std::string& dimension, const std::string& value) {
    return R"(,"segmentFilters":[{"type":"or","predicates":[{"dimension":")" + dimension +
           R"(","value":")" + value + R"("}]}])";
  }
  static const JsonTree& Part(const JsonTree& conversation, const std::string& purpose) {
    return conversation["participants"].Where("purpose", purpose);
  }
  static double Metric(const JsonTree& part, const std::string& name) {
    const JsonTree& metric = part["sessions"][0]["metrics"].Where("name", name);
    return metric.present() ? metric["value"].number() : -1;
  }

  SimClient client_;
};

TEST_F(HistoryTest, Sim3ConversationsAddUpToTheAggregates) {
  double handled = 0, talk = 0, acw = 0, abandoned = 0;
  std::set<std::string> ids, codes;
  for (const JsonTree& one : Conversations(Filter("queueId", "q1"))) {
    EXPECT_TRUE(ids.insert(one["conversationId"].text()).second);
    EXPECT_LE(one["conversationStart"].time(), one["conversationEnd"].time());
    const JsonTree& agent = Part(one, "agent");
    if (!agent.present()) {
      EXPECT_GE(Metric(Part(one, "acd"), "tAbandon"), 0);
      ++abandoned;
      continue;
    }
    ++handled;
    talk += Metric(agent, "tTalk");
    acw += std::max(0.0, Metric(agent, "tAcw"));
    double segments = 0;
    for (const JsonTree& segment : agent["sessions"][0]["segments"].items()) {
      segments +=
          absl::ToDoubleMilliseconds(segment["segmentEnd"].time() - segment["segmentStart"].time());
      if (segment["wrapUpCode"].present()) codes.insert(segment["wrapUpCode"].text());
    }
    EXPECT_NEAR(segments, Metric(agent, "tHandle"), 4);
  }
  EXPECT_THAT(codes, testing::ElementsAre("w1", "w2"));
  const JsonTree aggregates =
      client_.Post("/api/v2/analytics/conversations/aggregates/query",
                   std::string(kHour) +
                       R"(,"groupBy":["queueId"],"metrics":["tHandle","tTalk","tAcw","tAbandon"],
      "filter":{"type":"and","predicates":[{"dimension":"queueId","value":"q1"}]}})");
  const JsonTree& metrics = aggregates["results"][0]["data"][0]["metrics"];
  const auto stat = [&](const char* metric, const char* name) {
    return metrics.Where("metric", metric)["stats"][name].number();
  };
  EXPECT_GT(handled, 300);
  EXPECT_EQ(handled, stat("tHandle", "count"));
  EXPECT_EQ(abandoned,
            metrics.Where("metric", "tAbandon").present() ? stat("tAbandon", "count") : 0);
  // The aggregates also know talks whose after-call work goes on.
  EXPECT_LE(talk, stat("tTalk", "sum") + 2 * handled);
  EXPECT_NEAR(acw, stat("tAcw", "sum"), 2 * handled);
}

TEST_F(HistoryTest, Sim3ConversationsAreFilteredSortedAndPaged) {
  const auto all = Conversations("");
  const auto chats = Conversations(Filter("mediaType", "chat"));
  const auto dialled = Conversations(Filter("outboundCampaignId", "c1"));
  const auto of_agent = Conversations(Filter("userId", "a111"));
  EXPECT_GT(chats.size(), 50u);
  EXPECT_GT(dialled.size(), 50u);
  EXPECT_GT(of_agent.size(), 2u);
  EXPECT_GT(all.size(), chats.size() + dialled.size());
  for (const JsonTree& one : of_agent) EXPECT_EQ(Part(one, "agent")["userId"].text(), "a111");
  std::map<std::string, int> dispositions;
  for (const JsonTree& one : dialled) {
    EXPECT_EQ(one["originatingDirection"].text(), "outbound");
    ++dispositions[Part(one, "customer")["sessions"][0]["dispositionName"].text()];
    // After-call work of the campaign is constant.
    if (Part(one, "agent").present()) {
      EXPECT_EQ(Metric(Part(one, "agent"), "tAcw"), 25000);
    }
  }
  EXPECT_EQ(dispositions.size(), 4u);
  const auto ends = Conversations(R"(,"order":"desc","orderBy":"conversationEnd")");
  ASSERT_EQ(ends.size(), all.size());
  for (size_t i = 1; i < ends.size(); ++i) {
    EXPECT_GE(ends[i - 1]["conversationEnd"].time(), ends[i]["conversationEnd"].time());
    EXPECT_LE(all[i - 1]["conversationStart"].time(), all[i]["conversationStart"].time());
  }
  const std::string id = all[5]["conversationId"].text();
  const auto one = Conversations(
      R"(,"conversationFilters":[{"type":"and","predicates":[{"dimension":"conversationId",
          "value":")" +
      id + R"("}]}])");
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(Conversations(R"(,"conversationFilters":[{"type":"and","predicates":[
                {"dimension":"conversationEnd","operator":"exists"}]}])")
                .size(),
            all.size());
  // By days that the interval touches: not the day before.
  const JsonTree yesterday =
      client_.Post(kDetails, R"({"interval":"2024-05-14T08:00:00Z/2024-05-15T00:00:00Z"})");
  EXPECT_EQ(yesterday["totalHits"].number(), 0);
  for (const char* body :
       {R"(,"orderBy":"shoe"})", R"(,"paging":{"pageSize":101,"pageNumber":1}})",
        R"(,"paging":{"pageSize":10}})", R"(,"aggregations":[]})",
        R"(,"segmentFilters":[{"type":"and","predicates":[{"dimension":"shoe","value":"1"}]}]})"}) {
    EXPECT_EQ(client_.Ask("POST", kDetails, kHour + std::string(body)).status, 400) << body;
  }
}

TEST_F(HistoryTest, Sim3AgentsTimesAddUpToTheInterval) {
  const std::string query = std::string(kHour) + R"(,"granularity":"PT15M","groupBy":["userId"],
      "metrics":["tAgentRoutingStatus","tSystemPresence","tOrganizationPresence"],
      "filter":{"type":"or","predicates":[{"dimension":"userId","value":"a010"},
                                          {"dimension":"userId","value":"a011"}]}})";
  const JsonTree answer = client_.Post("/api/v2/analytics/users/aggregates/query", query);
  ASSERT_EQ(answer["results"].size(), 2u);
  for (const JsonTree& result : answer["results"].items()) {
    ASSERT_EQ(result["data"].size(), 2u) << "what has not been is absent";
    for (const JsonTree& data : result["data"].items()) {
      std::map<std::string, double> sums;
      for (const JsonTree& metric : data["metrics"].items()) {
        sums[metric["metric"].text()] += metric["stats"]["sum"].number();
      }
      for (const auto& [metric, sum] : sums) EXPECT_NEAR(sum, 900'000, 50) << metric;
      EXPECT_EQ(sums.size(), 3u);
    }
  }
  // a010 goes on his break after 20 minutes: 10 of the second 15.
  const JsonTree& second = answer["results"][0]["data"][1]["metrics"];
  EXPECT_EQ(second.Where("qualifier", "BREAK")["stats"]["sum"].number(), 600'000);
  EXPECT_EQ(answer["systemToOrganizationMappings"].members().size(), 9u);
}

TEST_F(HistoryTest, Sim3AgentsDetailsHaveNoGaps) {
  const JsonTree answer =
      client_.Post("/api/v2/analytics/users/details/query",
                   std::string(kHour) + R"(,"userFilters":[{"type":"or","predicates":[
        {"dimension":"userId","value":"a010"}]}]})");
  ASSERT_EQ(answer["totalHits"].number(), 1);
  const JsonTree& user = answer["userDetails"][0];
  ASSERT_EQ(user["primaryPresence"].size(), 2u);
  EXPECT_EQ(user["primaryPresence"][1]["systemPresence"].text(), "BREAK");
  EXPECT_EQ(user["primaryPresence"][1]["startTime"].time(), kEpoch + absl::Minutes(20));
  const JsonTree& statuses = user["routingStatus"];
  EXPECT_GT(statuses.size(), 3u);
  for (size_t i = 0; i < statuses.size(); ++i) {
    EXPECT_EQ(statuses[i]["endTime"].present(), i + 1 < statuses.size()) << "the last goes on";
    if (i == 0) continue;
    EXPECT_EQ(statuses[i]["startTime"].time(), statuses[i - 1]["endTime"].time());
    EXPECT_NE(statuses[i]["routingStatus"].text(), statuses[i - 1]["routingStatus"].text());
  }
  EXPECT_EQ(client_
                .Ask("POST", "/api/v2/analytics/users/details/query",
                     R"({"interval":"2024-05-01T00:00:00Z/2024-05-15T00:00:00Z"})")
                .status,
            400)
      << "more than 7 days";
}

TEST_F(HistoryTest, Sim3AnAgentsStatusShowsHisContacts) {
  const auto query = [&](const std::string& filter) {
    return client_.Post("/api/v2/analytics/agents/status/query",
                        R"({"userFilter":{"type":"and","predicates":[)" + filter + "]}}");
  };
  const JsonTree busy = query(R"({"dimension":"queueId","value":"q4"},
                                 {"dimension":"routingStatus","value":"INTERACTING"})");
  ASSERT_GT(busy["entities"].size(), 2u);
  for (const JsonTree& agent : busy["entities"].items()) {
    EXPECT_EQ(agent["sessions"].size(), static_cast<size_t>(agent["sessionCount"].number()));
    ASSERT_GT(agent["sessions"].size(), 0u);
    for (const JsonTree& session : agent["sessions"].items()) {
      EXPECT_EQ(session["mediaType"].text(), "chat");
      EXPECT_EQ(session["routedQueueId"].text(), "q4");
      EXPECT_LE(session["segmentStart"].time(), client_.now());
    }
    const JsonTree one =
        client_.Get("/api/v2/analytics/agents/" + agent["userId"].text() + "/status");
    EXPECT_EQ(one["sessionCount"].number(), agent["sessionCount"].number());
  }
  EXPECT_EQ(query(R"({"dimension":"inactiveQueueId","value":"q1"})")["entities"].size(), 50u)
      << "no more than 50, without pages";
  EXPECT_EQ(query(R"({"dimension":"systemPresence","value":"BREAK"})")["entities"].size(), 13u);
  EXPECT_EQ(query(R"({"dimension":"assignedSkillId","value":"s9"})")["entities"].size(), 0u);
}

TEST_F(HistoryTest, Sim3AdherenceComparesTheScheduleWithWhatIsDone) {
  const auto adherence = [&](const std::string& user) {
    return client_.Get("/api/v2/workforcemanagement/adherence?userId=" + user)[0];
  };
  const JsonTree on_break = adherence("a010");
  EXPECT_EQ(on_break["scheduledActivityCategory"].text(), "Break");
  EXPECT_EQ(on_break["actualActivityCategory"].text(), "Break");
  EXPECT_EQ(on_break["adherenceState"].text(), "InAdherence");
  EXPECT_EQ(on_break["timeOfAdherenceChange"].time(), kEpoch + absl::Minutes(20));
  EXPECT_EQ(on_break["nextActivityReminders"][0]["activityCategory"].text(), "OnQueueWork");
  EXPECT_EQ(on_break["nextActivityReminders"][0]["startDate"].time(), kEpoch + absl::Hours(24));
  EXPECT_EQ(adherence("a011")["nextActivityReminders"].size(), 0u) << "always on queue";
  EXPECT_EQ(adherence("a011")["activeQueues"][0]["id"].text(), "q1");
  // Off queue against the schedule.
  client_.Ask("PATCH", "/api/v2/users/a011/presences/purecloud",
              R"({"presenceDefinition":{"id":"5a1e0000-0000-4000-8000-0000000000a6"}})");
  const JsonTree out = adherence("a011");
  EXPECT_EQ(out["adherenceState"].text(), "OutOfAdherence");
  EXPECT_EQ(out["impact"].text(), "Negative");
  EXPECT_EQ(out["timeOfAdherenceChange"].time(), client_.now());
  EXPECT_EQ(
      client_.Get("/api/v2/workforcemanagement/adherence?userId=a010,nobody&userId=a012").size(),
      2u);
  EXPECT_EQ(client_.Ask("GET", "/api/v2/workforcemanagement/adherence").status, 400);
  const std::string unit =
      client_.Get("/api/v2/workforcemanagement/managementunits")["entities"][0]["id"].text();
  EXPECT_EQ(
      client_.Get("/api/v2/workforcemanagement/managementunits/" + unit + "/adherence")["entities"]
          .size(),
      130u);
}

TEST_F(HistoryTest, Sim3ObservationsTellTheMedium) {
  const JsonTree answer =
      client_.Post("/api/v2/analytics/queues/observations/query",
                   R"({"filter":{"type":"or","predicates":[{"dimension":"queueId","value":"q4"},
          {"dimension":"queueId","value":"q1"}]},"metrics":["oInteracting"]})");
  std::map<std::string, std::string> media;
  for (const JsonTree& result : answer["results"].items()) {
    media[result["group"]["queueId"].text()] = result["group"]["mediaType"].text();
  }
  EXPECT_EQ(media["q1"], "voice");
  EXPECT_EQ(media["q4"], "chat");
  const JsonTree by_medium =
      client_.Post("/api/v2/analytics/conversations/aggregates/query",
                   std::string(kHour) + R"(,"groupBy":["mediaType"],"metrics":["tHandle"]})");
  std::set<std::string> found;
  for (const JsonTree& result : by_medium["results"].items()) {
    found.insert(result["group"]["mediaType"].text());
  }
  EXPECT_THAT(found, testing::ElementsAre("chat", "voice"));
  const JsonTree outbound = client_.Post(
      "/api/v2/analytics/conversations/aggregates/query",
      std::string(kHour) + R"(,"groupBy":["queueId"],"metrics":["tHandle"],"filter":{"type":"and",
        "predicates":[{"dimension":"direction","value":"outbound"}]}})");
  ASSERT_EQ(outbound["results"].size(), 1u);
  EXPECT_EQ(outbound["results"][0]["group"]["queueId"].text(), "q5");
}

TEST_F(HistoryTest, Sim3ObservationsAreFilteredByTheQueuesMedium) {
  for (const auto& [media, queues] : std::vector<std::pair<std::string, std::set<std::string>>>{
           {"chat", {"q4"}}, {"voice", {"q1", "q2", "q5"}}, {"email", {}}}) {
    const JsonTree answer = client_.Post(
        "/api/v2/analytics/queues/observations/query",
        R"({"metrics":["oInteracting"],"filter":{"type":"and","predicates":[{"dimension":"mediaType","value":")" +
            media + R"("}]}})");
    std::set<std::string> found;
    for (const JsonTree& result : answer["results"].items()) {
      found.insert(result["group"]["queueId"].text());
      EXPECT_EQ(result["group"]["mediaType"].text(), media);
    }
    EXPECT_EQ(found, queues) << media;
  }
}

TEST_F(HistoryTest, Sim3WhoIsNoMemberAnyMoreKeepsHisPast) {
  const auto handled = [&](const char* group) {
    const JsonTree answer = client_.Post(
        "/api/v2/analytics/conversations/aggregates/query",
        absl::StrCat(R"({"interval":"2024-05-15T08:00:00Z/2024-05-15T08:20:00Z","groupBy":[")",
                     group,
                     R"("],"metrics":["tHandle"],"filter":{"type":"and","predicates":[
                        {"dimension":"queueId","value":"q1"}]}})"));
    double count = 0;
    for (const JsonTree& result : answer["results"].items()) {
      count += result["data"][0]["metrics"][0]["stats"]["count"].number();
    }
    return count;
  };
  const double by_queue = handled("queueId");
  EXPECT_GT(by_queue, 10);
  EXPECT_EQ(handled("userId"), by_queue);
  client_.Ask("POST", "/api/v2/routing/queues/q1/members?delete=true",
              R"([{"id":"a000"},{"id":"a001"},{"id":"a002"}])");
  EXPECT_EQ(handled("userId"), by_queue);
}

TEST_F(HistoryTest, InstantsWithoutEndAreRefused) {
  for (const char* interval :
       {"infinite-past/infinite-future", "2024-05-15T08:00:00Z/infinite-future",
        "-250000-01-01T00:00:00Z/250000-01-01T00:00:00Z"}) {
    for (const char* path : {"/api/v2/analytics/conversations/aggregates/query",
                             "/api/v2/analytics/users/aggregates/query",
                             "/api/v2/analytics/conversations/details/query"}) {
      EXPECT_EQ(client_
                    .Ask("POST", path,
                         absl::StrCat(R"({"interval":")", interval, R"(","metrics":["tHandle"]})"))
                    .status,
                400)
          << path << " " << interval;
    }
  }
}

TEST_F(HistoryTest, Sim3LimitsAreThoseThatHold) {
  const JsonTree limits =
      client_.Get("/api/v2/organizations/limits/namespaces/platform.api")["entities"];
  EXPECT_EQ(limits.Where("key", "client.credentials.token.rate.per.minute")["value"].number(),
            100'000);
  const JsonTree defaults =
      client_.Get("/api/v2/organizations/limits/namespaces/platform.api/defaults")["entities"];
  EXPECT_EQ(defaults.Where("key", "token.rate.per.minute")["value"].number(), 300);
  const JsonTree organization = client_.Get("/api/v2/organizations/me");
  EXPECT_EQ(organization["id"].text(),
            client_.Get("/api/v2/tokens/me")["organization"]["id"].text());
  EXPECT_EQ(client_.Get("/api/v2/routing/wrapupcodes?name=SO")["entities"][0]["id"].text(), "w1");
  EXPECT_EQ(client_.Get("/api/v2/routing/queues/q2/wrapupcodes")["total"].number(), 0);
}

}  // namespace
}  // namespace evenkeel::sim
