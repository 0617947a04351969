// SIM-3: the platform dialect's analytics queries, compared with one another and with the report.
#include <absl/strings/str_join.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/contract/sim_client.h"

namespace evenkeel::sim {
namespace {

const char kActivity[] = "/api/v2/analytics/routing/activity/query";
const char kObservations[] = "/api/v2/analytics/queues/observations/query";
const char kAggregates[] = "/api/v2/analytics/conversations/aggregates/query";

class AnalyticsTest : public testing::Test {
 protected:
  AnalyticsTest() : client_({.dialect = Dialect::kPlatform, .rate_limit = 100'000}) {
    client_.Advance(absl::Minutes(25));  // some agents are on their break
  }

  // Value of a metric in a result's data; nothing when absent.
  static std::optional<double> Stat(const JsonTree& metrics, const std::string& metric,
                                    const std::string& stat, const std::string& qualifier = "") {
    for (const JsonTree& item : metrics.items()) {
      if (item["metric"].text() == metric && item["qualifier"].text() == qualifier) {
        const JsonTree& value = item["stats"][stat];
        if (value.present()) return value.number();
      }
    }
    return std::nullopt;
  }

  JsonTree Aggregates(const std::string& interval, const std::string& more) {
    return client_.Post(kAggregates, R"({"interval":")" + interval + R"(",)" + more + "}");
  }

  SimClient client_;
};

const char kWhole[] = "2024-05-15T08:00:00Z/2024-05-15T08:25:00.000Z";

TEST_F(AnalyticsTest, RoutingActivityShowsEveryMemberOfEachQueue) {
  std::map<std::string, int> entities, statuses;
  int page = 1;
  for (;; ++page) {  // no totals: until a page is empty
    const JsonTree answer =
        client_.Post(absl::StrCat(kActivity, "?pageSize=1&pageNumber=", page),
                     R"({"metrics":[{"metric":"oUserRoutingStatuses","details":true},
             {"metric":"oUserPresences"},{"metric":"oActiveUsers"}],"groupBy":["queueId"]})");
    EXPECT_EQ(answer["entityIdDimension"].text(), "userId");
    if (answer["results"].size() == 0) break;
    const JsonTree& result = answer["results"][0];
    const std::string queue = result["group"]["queueId"].text();
    EXPECT_FALSE(result["truncated"].truth());
    std::set<std::string> ids;
    absl::Time last = absl::InfinitePast();
    for (const JsonTree& entity : result["entities"].items()) {
      ids.insert(entity["userId"].text());
      EXPECT_EQ(entity["queueId"].text(), queue);
      for (const char* field :
           {"routingStatus", "systemPresence", "organizationPresenceId", "queueMembershipStatus"}) {
        EXPECT_NE(entity[field].text(), "") << field;
      }
      EXPECT_LE(entity["presenceDate"].time(), client_.now());
      EXPECT_LE(entity["routingStatusDate"].time(), client_.now());
      EXPECT_LE(last, entity["activityDate"].time()) << "oldest first";
      last = entity["activityDate"].time();
      ++statuses[entity["routingStatus"].text()];
    }
    entities[queue] = static_cast<int>(ids.size());
    double by_status = 0, by_presence = 0;
    for (const JsonTree& item : result["data"].items()) {
      const double count = item["count"].number();
      EXPECT_GT(count, 0);
      if (item["metric"].text() == "oUserRoutingStatuses") {
        by_status += count;
        EXPECT_EQ(static_cast<double>(item["entityIds"].size()), count);
      }
      if (item["metric"].text() == "oUserPresences") by_presence += count;
      if (item["metric"].text() == "oActiveUsers") {
        EXPECT_EQ(count, queue == "q1" ? 60 : 70);
      }
    }
    EXPECT_EQ(by_status, 130);
    EXPECT_EQ(by_presence, 130);
  }
  EXPECT_EQ(page, 3);
  EXPECT_EQ(entities, (std::map<std::string, int>{{"q1", 130}, {"q2", 130}}));
  EXPECT_GT(statuses["INTERACTING"], 20);
  EXPECT_GT(statuses["IDLE"], 20);
  EXPECT_GT(statuses["OFF_QUEUE"], 5);
}

TEST_F(AnalyticsTest, RoutingActivityFilters) {
  const auto count = [&](const std::string& filter) {
    const JsonTree answer = client_.Post(
        kActivity,
        R"({"metrics":[{"metric":"oMemberUsers"}],"groupBy":["queueId"],"filter":)" + filter + "}");
    double sum = 0;
    for (const JsonTree& result : answer["results"].items()) {
      sum += result["data"][0]["count"].number();
    }
    return sum;
  };
  const std::string q1 = R"({"dimension":"queueId","value":"q1"})";
  const std::string active = R"({"dimension":"queueMembershipStatus","value":"active"})";
  const std::string on_break = R"({"dimension":"systemPresence","value":"BREAK"})";
  EXPECT_EQ(count(R"({"type":"and","predicates":[)" + q1 + "," + active + "]}"), 60);
  EXPECT_EQ(count(R"({"type":"or","predicates":[)" + q1 + "," + active + "]}"), 130 + 70);
  EXPECT_EQ(count(R"({"type":"and","predicates":[)" + q1 + R"(],"clauses":[{"type":"or",
                  "predicates":[)" +
                  on_break + "]}]}"),
            13);
  EXPECT_EQ(count(R"({"type":"and","predicates":[{"dimension":"teamId","operator":"notExists"}]})"),
            260);
  EXPECT_EQ(count(R"({"type":"and"})"), 260);
}

TEST_F(AnalyticsTest, ObservationsAgreeWithTheMembersAndTheReport) {
  const JsonTree answer = client_.Post(kObservations, R"({"filter":{"type":"or","predicates":[
      {"type":"dimension","dimension":"queueId","operator":"matches","value":"q1"},
      {"dimension":"queueId","value":"q3"}]},
      "metrics":["oWaiting","oInteracting","oLongestWaiting","oLongestInteracting","oAlerting",
                 "oActiveUsers","oMemberUsers","oOnQueueUsers","oOffQueueUsers","oUserPresences",
                 "oUserRoutingStatuses"],
      "detailMetrics":["oInteracting","oUserPresences"]})");
  EXPECT_TRUE(answer["systemToOrganizationMappings"]["ON_QUEUE"][0].text() != "");
  ASSERT_EQ(answer["results"].size(), 2u) << "a queue without members and calls is absent";
  const JsonTree& voice = answer["results"][0];
  const JsonTree& users = answer["results"][1];
  EXPECT_EQ(voice["group"]["mediaType"].text(), "voice");
  EXPECT_EQ(users["group"]["queueId"].text(), "q1");
  EXPECT_FALSE(users["group"]["mediaType"].present());

  const JsonTree report = client_.Report();
  const double waiting = report["queues"][0]["waiting"].number();
  EXPECT_EQ(Stat(voice["data"], "oWaiting", "count").value_or(0), waiting);
  EXPECT_EQ(Stat(voice["data"], "oLongestWaiting", "calculatedMetricValue").has_value(),
            waiting > 0);
  EXPECT_EQ(Stat(voice["data"], "oAlerting", "count"), std::nullopt);
  const double interacting = *Stat(voice["data"], "oInteracting", "count");
  EXPECT_GT(interacting, 10);
  const JsonTree& details = voice["data"].Where("metric", "oInteracting")["observations"];
  EXPECT_EQ(static_cast<double>(details.size()), interacting);
  EXPECT_EQ(*Stat(voice["data"], "oLongestInteracting", "calculatedMetricValue"),
            static_cast<double>(absl::ToUnixMillis(details[0]["observationDate"].time())));

  EXPECT_EQ(Stat(users["data"], "oActiveUsers", "count"), 60);
  EXPECT_EQ(Stat(users["data"], "oMemberUsers", "count"), 130);
  EXPECT_EQ(Stat(users["data"], "oUserPresences", "count", "BREAK"), 13);
  EXPECT_EQ(Stat(users["data"], "oUserPresences", "count", "ON_QUEUE"), 117);
  const double idle = Stat(users["data"], "oOnQueueUsers", "count", "IDLE").value_or(0);
  const double busy = Stat(users["data"], "oOnQueueUsers", "count", "INTERACTING").value_or(0);
  const double off = Stat(users["data"], "oOffQueueUsers", "count", "BREAK").value_or(0);
  EXPECT_EQ(idle + busy + off, 60);
}

TEST_F(AnalyticsTest, ObservationsLeaveOutWhatThereIsNothingOf) {
  const auto results = [&](const std::string& predicates) {
    return client_
        .Post(kObservations, R"({"filter":{"type":"and","predicates":[)" + predicates +
                                 R"(]},"metrics":["oWaiting","oInteracting"]})")["results"]
        .size();
  };
  EXPECT_EQ(results(R"({"dimension":"queueId","value":"q1"})"), 1u);
  EXPECT_EQ(results(R"({"dimension":"queueId","value":"q3"})"), 0u);
  EXPECT_EQ(results(R"({"dimension":"queueId","value":"q1"},
                       {"dimension":"mediaType","value":"chat"})"),
            0u);
  EXPECT_EQ(results(R"({"dimension":"mediaType","value":"voice"})"), 2u);
}

TEST_F(AnalyticsTest, AggregatesOfTheWholeAgreeWithTheReport) {
  const JsonTree answer =
      Aggregates(kWhole, R"("groupBy":["queueId","mediaType"],"metrics":["nOffered","nConnected",
          "nOverSla","tAnswered","tAbandon","tWait","tAcd","tTalk","tHeld","tAcw","tHandle",
          "oServiceLevel"])");
  const JsonTree report = client_.Report();
  ASSERT_EQ(answer["results"].size(), 2u) << "a queue with nothing to report is absent";
  for (size_t q = 0; q < 2; ++q) {
    const JsonTree& result = answer["results"][q];
    const JsonTree& queue = report["queues"][q];
    EXPECT_EQ(result["group"]["queueId"].text(), queue["id"].text());
    EXPECT_EQ(result["group"]["mediaType"].text(), "voice");
    ASSERT_EQ(result["data"].size(), 1u);
    EXPECT_EQ(result["data"][0]["interval"].text(),
              "2024-05-15T08:00:00.000Z/2024-05-15T08:25:00.000Z");
    const JsonTree& metrics = result["data"][0]["metrics"];
    EXPECT_EQ(Stat(metrics, "nOffered", "count"), queue["offered"].number());
    EXPECT_EQ(Stat(metrics, "nConnected", "count"), queue["answered"].number());
    EXPECT_EQ(Stat(metrics, "tAnswered", "count"), queue["answered"].number());
    EXPECT_EQ(Stat(metrics, "tAbandon", "count").value_or(0), queue["abandoned"].number());
    const double left = queue["answered"].number() + queue["abandoned"].number();
    EXPECT_EQ(Stat(metrics, "tWait", "count"), left);
    EXPECT_NEAR(*Stat(metrics, "tWait", "sum") / left / 1000, queue["mean_wait_seconds"].number(),
                1e-6)
        << "milliseconds";
    EXPECT_EQ(*Stat(metrics, "tAcd", "sum"), *Stat(metrics, "tWait", "sum"));
    EXPECT_NEAR(*Stat(metrics, "oServiceLevel", "ratio"), queue["service_level_ratio"].number(),
                1e-12);
    EXPECT_NEAR(*Stat(metrics, "oServiceLevel", "numerator"),
                queue["answered"].number() - Stat(metrics, "nOverSla", "count").value_or(0), 1e-9);
    EXPECT_LE(*Stat(metrics, "tHandle", "min"), *Stat(metrics, "tHandle", "max"));
    EXPECT_LT(*Stat(metrics, "tHeld", "count"), *Stat(metrics, "tTalk", "count"));
    EXPECT_LE(*Stat(metrics, "tHandle", "sum"), *Stat(metrics, "tTalk", "sum") +
                                                    *Stat(metrics, "tHeld", "sum") +
                                                    *Stat(metrics, "tAcw", "sum"));
  }
}

TEST_F(AnalyticsTest, AggregatesAddUpHoweverTheyAreCut) {
  const std::string metrics = R"("metrics":["nOffered","tHandle","tAcw","tAbandon"])";
  const auto sum = [&](const JsonTree& answer, const std::string& metric, const std::string& stat) {
    double total = 0;
    for (const JsonTree& result : answer["results"].items()) {
      for (const JsonTree& data : result["data"].items()) {
        total += Stat(data["metrics"], metric, stat).value_or(0);
      }
    }
    return total;
  };
  const JsonTree whole = Aggregates(kWhole, metrics);
  ASSERT_EQ(whole["results"].size(), 1u);
  EXPECT_TRUE(whole["results"][0]["group"].members().empty());
  for (const char* cut :
       {R"("groupBy":["queueId"],)", R"("groupBy":["userId"],)", R"("groupBy":["mediaType"],)",
        R"("groupBy":["queueId","userId","mediaType"],)", R"("granularity":"PT1M",)",
        R"("granularity":"PT7M","groupBy":["queueId","userId"],)"}) {
    const JsonTree parts = Aggregates(kWhole, cut + metrics);
    for (const auto& [metric, stat] :
         std::vector<std::pair<std::string, std::string>>{{"nOffered", "count"},
                                                          {"tHandle", "count"},
                                                          {"tHandle", "sum"},
                                                          {"tAcw", "sum"},
                                                          {"tAbandon", "sum"}}) {
      EXPECT_NEAR(sum(parts, metric, stat), sum(whole, metric, stat), 1e-5) << cut << metric;
    }
  }
}

TEST_F(AnalyticsTest, MetricsOfTheLineHaveNoUser) {
  const JsonTree answer =
      Aggregates(kWhole, R"("groupBy":["queueId","userId"],"metrics":["nOffered","tHandle"])");
  int of_users = 0;
  for (const JsonTree& result : answer["results"].items()) {
    const bool has_user = result["group"]["userId"].present();
    of_users += has_user ? 1 : 0;
    const JsonTree& metrics = result["data"][0]["metrics"];
    EXPECT_EQ(Stat(metrics, "nOffered", "count").has_value(), !has_user);
    EXPECT_EQ(Stat(metrics, "tHandle", "count").has_value(), has_user);
  }
  EXPECT_GT(of_users, 100);
  EXPECT_EQ(answer["results"].size(), static_cast<size_t>(of_users) + 2);
}

TEST_F(AnalyticsTest, AggregatesFilterByUser) {
  const auto handled = [&](const std::string& more) {
    const JsonTree answer =
        Aggregates(kWhole, R"("metrics":["tHandle","nOffered"],"filter":{"type":"or","predicates":[
          {"dimension":"userId","value":"a001"},{"dimension":"userId","value":"a070"}]})" +
                               more);
    double sum = 0;
    for (const JsonTree& result : answer["results"].items()) {
      EXPECT_EQ(Stat(result["data"][0]["metrics"], "nOffered", "count"), std::nullopt);
      sum += *Stat(result["data"][0]["metrics"], "tHandle", "count");
    }
    return std::pair(sum, answer["results"].size());
  };
  const auto [sum, groups] = handled("");
  EXPECT_GT(sum, 0);
  EXPECT_EQ(groups, 1u);
  EXPECT_EQ(handled(R"(,"groupBy":["userId"])"), (std::pair<double, size_t>(sum, 2)));
  EXPECT_EQ(handled(R"(,"groupBy":["queueId"])"), (std::pair<double, size_t>(sum, 2)));
}

TEST_F(AnalyticsTest, IntervalsWithNothingAreAbsent) {
  const JsonTree before = Aggregates("2024-05-15T06:00:00Z/2024-05-15T08:00:00Z",
                                     R"("granularity":"PT30M","metrics":["nOffered"])");
  EXPECT_EQ(before["results"].size(), 0u);
  const JsonTree across = Aggregates("2024-05-15T07:30:00Z/2024-05-15T09:00:00Z",
                                     R"("granularity":"PT30M","metrics":["nOffered"])");
  ASSERT_EQ(across["results"].size(), 1u);
  ASSERT_EQ(across["results"][0]["data"].size(), 1u);
  EXPECT_EQ(across["results"][0]["data"][0]["interval"].text(),
            "2024-05-15T08:00:00.000Z/2024-05-15T08:30:00.000Z");
}

TEST_F(AnalyticsTest, WrongQueriesAreRefusedWithTheFieldsNames) {
  const auto fields = [&](const char* path, const std::string& body) {
    const http::Response response = client_.Ask("POST", path, body);
    EXPECT_EQ(response.status, 400) << body;
    const JsonTree error = JsonTree::Parse(response.body);
    std::vector<std::string> names;
    for (const JsonTree& detail : error["details"].items()) {
      names.push_back(detail["fieldName"].text());
    }
    return names.empty() ? error["message"].text() : absl::StrJoin(names, " ");
  };
  EXPECT_EQ(fields(kAggregates, R"({"interval":"yesterday","granularity":"PT1S",
                "groupBy":["wrapUpCode"],"metrics":["nOffered","tMagic"],"queryType":"topN"})"),
            "$.interval $.granularity $.groupBy $.metrics $.queryType");
  EXPECT_EQ(fields(kAggregates, R"({"interval":"2014-05-15T08:00:00Z/2024-05-15T09:00:00Z",
                "granularity":"PT1M","metrics":["nOffered"]})"),
            "$.granularity");
  EXPECT_EQ(fields(kActivity, R"({"metrics":[],"groupBy":["userId"],"order":"up"})"),
            "$.metrics $.groupBy $.order");
  EXPECT_EQ(fields(kObservations, R"({"metrics":["oMagic"],"filter":{"type":"and"},
                "detailMetrics":["oLongestWaiting"]})"),
            "$.filter $.metrics $.detailMetrics");
  for (const auto& [body, problem] : std::vector<std::pair<std::string, std::string>>{
           {R"({"metrics":["tWait"]})", "interval"},
           {R"({"interval":"x","metrics":["tWait"],"mood":"good"})", "$.mood"},
           {R"({"interval":"x","metrics":"tWait"})", "$.metrics"},
           {R"({"interval":"x","metrics":["tWait"],"filter":{"type":"xor"}})", "$.filter.type"},
           {R"({"interval":"x","metrics":["tWait"],"filter":{"type":"and","predicates":[
              {"dimension":"mood","value":"x"}]}})",
            "$.filter.predicates[0]"},
           {R"({"interval":"x","metrics":["tWait"],"views":[]})", "is not simulated"}}) {
    EXPECT_THAT(fields(kAggregates, body), testing::HasSubstr(problem));
  }
}

}  // namespace
}  // namespace evenkeel::sim
