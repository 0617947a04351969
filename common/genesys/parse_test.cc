// API-6: answers of both dialects, whole and damaged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/genesys/centre_reader.h"
#include "common/genesys/guide_parse.h"
#include "common/genesys/platform_parse.h"
#include "common/testing/damage.h"

namespace evenkeel::genesys {
namespace {

using testing::Case;
using testing::ExpectDamageIsFound;
using testing::ExpectRandomDamageIsSurvived;
using ::testing::HasSubstr;

const absl::Time kNine = absl::FromUnixSeconds(1699952400);  // 2023-11-14T09:00:00Z

constexpr char kUsers[] = R"({"entities":[
  {"id":"u2","name":"B","division":{"id":"d1","name":"x"},"state":"active",
   "skills":[{"id":"s2","name":"n","proficiency":3.5,"state":"active"},
             {"id":"s1","proficiency":null},
             {"id":"s3","proficiency":1,"state":"inactive"}]},
  {"id":"u1","division":null,"skills":null},
  {"id":"u9","state":"deleted","skills":[]}],
  "pageSize":100,"pageNumber":1,"total":3,"pageCount":1,"nextUri":null})";

constexpr char kQueues[] = R"({"entities":[
  {"id":"q1","name":"Sales","division":{"id":"d1"},
   "mediaSettings":{"call":{"alertingTimeoutSeconds":8,
                            "serviceLevel":{"percentage":0.8,"durationMs":20000}},"chat":{}},
   "bullseye":{"rings":[
     {"expansionCriteria":[{"type":"TIMEOUT_SECONDS","threshold":12.5}],
      "actions":{"skillsToRemove":[{"id":"s1","name":"x"}]}},
     {"expansionCriteria":[{"type":"TIMEOUT_SECONDS","threshold":15}],"actions":null},{},
     {"expansionCriteria":[{"type":"NEWER"},{"threshold":4},{"type":"TIMEOUT_SECONDS"}],
      "actions":{"skillsToRemove":[null,{"name":"y"},{"id":"s2"}]}}]},
   "conditionalGroupRouting":{},"conditionalGroupActivation":null},
  {"id":"q2","name":"Help","mediaSettings":{"call":null},
   "conditionalGroupActivation":{"pilotRule":{"conditions":[]},"rules":[]}}],
  "total":2,"pageCount":1})";

constexpr char kMembers[] = R"({"entities":[
  {"id":"u1","name":"A","joined":true,"memberBy":"user","user":{"id":"u1"}},
  {"id":"u2","joined":false}],"pageNumber":1,"pageSize":100,
  "nextUri":"/api/v2/routing/queues/q1/members?pageSize=100&pageNumber=2"})";

constexpr char kActivity[] = R"({"results":[
  {"group":{"queueId":"q1"},"truncated":false,
   "entities":[
     {"activityDate":"2023-11-14T08:59:00.000Z","userId":"u1","queueId":"q1",
      "routingStatus":"IDLE","routingStatusDate":"2023-11-14T08:58:00Z",
      "systemPresence":"ON_QUEUE","presenceDate":"2023-11-14T08:00:00Z"},
     {"activityDate":"2023-11-14T08:59:00Z","userId":"u2","routingStatus":"SOMETHING_NEW"},
     {"activityDate":"2023-11-14T08:59:30Z","userId":"u2","systemPresence":"AWAY"}]},
  {"group":{"queueId":"q2"},"data":[{"metric":"oUserRoutingStatuses","truncated":true,"entities":[
     {"activityDate":"2023-11-14T08:59:10Z","userId":"u1","routingStatus":"INTERACTING"},
     {"activityDate":"2023-11-14T08:50:00Z","userId":"u3","routingStatus":"COMMUNICATING"}]}]}],
  "entityIdDimension":"userId"})";

constexpr char kObservations[] = R"({"results":[
  {"group":{"queueId":"q1","mediaType":"voice"},"data":[
    {"metric":"oWaiting","stats":{"count":3}},
    {"metric":"oInteracting","stats":{"count":7}},
    {"metric":"oLongestWaiting","stats":{"calculatedMetricValue":95000}}]},
  {"group":{"mediaType":"chat","queueId":"q1"},"data":[
    {"metric":"oWaiting","stats":{"count":2}},
    {"metric":"oLongestWaiting","stats":{"calculatedMetricValue":1699952340000}}]},
  {"data":[{"metric":"oOnQueueUsers","qualifier":"IDLE","stats":{"count":2}},
           {"metric":"oOnQueueUsers","qualifier":"INTERACTING","stats":{"count":7}},
           {"metric":"oUnheardOf","stats":{"count":99}}],"group":{"queueId":"q1"}},
  {"group":{"queueId":"other"},"data":[{"metric":"oWaiting","stats":{"count":50}}]}]})";

constexpr char kAggregates[] = R"({"results":[{"group":{"queueId":"q1","userId":"u1"},"data":[
  {"interval":"2023-11-14T08:55:00.000Z/2023-11-14T09:00:00.000Z","metrics":[
    {"metric":"nOffered","stats":{"count":12}},
    {"metric":"tAnswered","stats":{"count":9,"sum":81000,"min":1,"max":2}},
    {"metric":"tAbandon","stats":{"count":2,"sum":50000.0}},
    {"metric":"tTalk","stats":{"count":8,"sum":1200000}},
    {"metric":"tHeld","stats":{"count":1,"sum":60000}},
    {"metric":"tAcw","stats":{"count":8,"sum":240000}},
    {"metric":"tHandle","stats":{"count":8,"sum":1500000}}]},
  {"interval":"2023-11-14T09:00:00.000Z/2023-11-14T09:02:10.500Z","metrics":[]}]}]})";

TEST(PlatformParseTest, API5_UsersWithSkills) {
  std::map<std::string, platform::RosterEntry> out;
  const auto info = platform::ParseUsers(kUsers, out);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->entries, 3);
  EXPECT_EQ(info->total, 3);
  ASSERT_EQ(out.size(), 3u);
  EXPECT_TRUE(out["u2"].active);
  EXPECT_EQ(out["u2"].agent, (model::Agent{"u2", "d1", {{"s1", 0}, {"s2", 3.5}}}));
  EXPECT_TRUE(out["u2"].skills_known);
  EXPECT_FALSE(out["u1"].skills_known);
  EXPECT_EQ(std::count_if(out.begin(), out.end(), [](const auto& e) { return e.second.active; }), 2)
      << "the deleted one is none of ours";
}

TEST(PlatformParseTest, API5_QueuesAndMembers) {
  std::map<std::string, platform::QueueEntry> queues;
  ASSERT_TRUE(platform::ParseQueues(kQueues, queues).ok());
  EXPECT_EQ(queues["q1"].queue.service_level_target,
            (model::ServiceLevelTarget{0.8, absl::Seconds(20)}));
  EXPECT_EQ(queues["q1"].queue.division_id, "d1");
  EXPECT_FALSE(queues["q1"].automated);
  EXPECT_EQ(
      queues["q1"].queue.rings,
      (std::vector<model::Ring>{
          {absl::Seconds(12.5), {"s1"}}, {absl::Seconds(15), {}}, {}, {std::nullopt, {"s2"}}}));
  EXPECT_TRUE(queues["q2"].queue.rings.empty());
  EXPECT_TRUE(queues["q2"].automated);
  EXPECT_FALSE(queues["q2"].queue.service_level_target.has_value());
  std::map<std::string, platform::MemberEntry> members;
  EXPECT_THAT(platform::ParseMembers(kMembers, members)->next_uri, HasSubstr("pageNumber=2"));
  ASSERT_EQ(members.size(), 2u);
  EXPECT_TRUE(members["u1"].joined);
  EXPECT_FALSE(members["u2"].joined);
  EXPECT_TRUE(platform::ParseMembers(R"({"entities":[{"id":"u3","joined":true,)"
                                     R"("user":{"id":"u3","division":{"id":"d7"}}}]})",
                                     members)
                  .ok());
  EXPECT_EQ(members["u3"].division_id, "d7");
}

TEST(PlatformParseTest, ReadsTheQueuesOfAUser) {
  std::vector<std::string> queues;
  ASSERT_TRUE(platform::ParseUserQueues(
                  R"({"entities":[{"id":"q1","joined":true},{"id":"q2","joined":false},)"
                  R"({"id":"q3"}],"pageCount":1})",
                  queues)
                  .ok());
  EXPECT_THAT(queues, ::testing::ElementsAre("q1", "q3"));
}

TEST(PlatformParseTest, API5_ActivityMergesTheNewestOfPresenceAndRoutingStatus) {
  platform::ActivityByAgent out;
  const auto page = platform::ParseActivity(kActivity, out);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->info.entries, 5);
  EXPECT_TRUE(page->truncated);
  const model::AgentState u1 = platform::StateOf("u1", out["u1"]);
  EXPECT_EQ(u1.activity, model::Activity::kInteracting);
  EXPECT_TRUE(u1.at_work);
  const model::AgentState u2 = platform::StateOf("u2", out["u2"]);
  EXPECT_EQ(u2.activity, model::Activity::kUnknown);  // a status of a newer API is no guess
  EXPECT_FALSE(u2.at_work);
  EXPECT_TRUE(platform::StateOf("u3", out["u3"]).at_work);
  EXPECT_FALSE(platform::StateOf("u4", out["u4"]).at_work);
}

TEST(PlatformParseTest, API5_ObservationsSumMediaTypes) {
  std::map<std::string, model::QueueLive> out;
  out["q1"].queue_id = "q1";
  out["q2"].queue_id = "q2";
  ASSERT_TRUE(platform::ParseObservations(kObservations, kNine, out).ok());
  EXPECT_EQ(out["q1"], (model::QueueLive{"q1", 5, 7, absl::Seconds(95), 9, 2}));
  EXPECT_EQ(out["q2"], (model::QueueLive{"q2", 0, 0, absl::ZeroDuration(), 0, 0}));
  EXPECT_EQ(out.size(), 2u);
  // As an instant: 60 s before nine.
  out["q1"] = model::QueueLive();
  ASSERT_TRUE(platform::ParseObservations(
                  R"({"results":[{"group":{"queueId":"q1"},"data":[{"metric":"oLongestWaiting",
                      "stats":{"calculatedMetricValue":1699952340000}}]}]})",
                  kNine, out)
                  .ok());
  EXPECT_EQ(out["q1"].longest_wait, absl::Minutes(1));
  EXPECT_TRUE(platform::ParseObservations("{}", kNine, out).ok());
}

TEST(PlatformParseTest, API5_Aggregates) {
  std::map<std::pair<std::string, absl::Time>, model::QueueInterval> queues;
  ASSERT_TRUE(platform::ParseQueueAggregates(kAggregates, queues).ok());
  const absl::Time start = kNine - absl::Minutes(5);
  ASSERT_EQ(queues.size(), 2u);
  EXPECT_EQ((queues[{"q1", start}]),
            (model::QueueInterval{"q1", start, absl::Minutes(5), 12, 9, 2, 8, absl::Seconds(81),
                                  absl::Seconds(50), absl::Seconds(1500)}));
  std::vector<model::AgentWork> work;
  ASSERT_TRUE(platform::ParseAgentAggregates(kAggregates, work).ok());
  ASSERT_EQ(work.size(), 2u);
  EXPECT_EQ(work[0], (model::AgentWork{"u1", "q1", start, absl::Minutes(5), absl::Seconds(1200),
                                       absl::Seconds(60), absl::Seconds(240), 8}));
  // The same answer again would count twice.
  EXPECT_THAT(std::string(platform::ParseQueueAggregates(kAggregates, queues).message()),
              HasSubstr("a second time"));
}

TEST(PlatformParseTest, API10_TokensMe) {
  const auto me = platform::ParseTokensMe(R"({"organization":{"id":"o1","name":"Acme"},"x":[]})");
  EXPECT_EQ(me->id, "o1");
  EXPECT_EQ(me->name, "Acme");
  EXPECT_FALSE(platform::ParseTokensMe("{}").ok());
}

constexpr char kGuideUsers[] = R"({"entities":[
  {"id":"u2","name":"B","skills":[{"id":"s2","name":"x","proficiency":4},{"id":"s1"}]},
  {"id":"u1","skills":[]}],"continuation_token":"t2"})";
constexpr char kGuideStates[] = R"({"entities":[
  {"userId":"u1","stateCode":"Available","stateTime":"2023-11-14T08:58:00Z"},
  {"userId":"u2","stateCode":"AfterCallWork"},
  {"userId":"u3","stateCode":"Break","stateTime":null},
  {"userId":"u4","stateCode":"Juggling"},
  {"userId":"u1","stateCode":"Offline","stateTime":"2023-11-14T08:00:00Z"}]})";
constexpr char kGuideQueue[] =
    R"({"id":"q1","name":"Sales","queueSettings":{},"inbound_capacity":12,"memberCount":3})";
constexpr char kGuideRealtime[] = R"({"entities":[
  {"queueId":"q1","timestamp":"2023-11-14T09:00:00Z","waiting":3,"interacting":7,
   "longestWaitSeconds":42.5,"onQueueAgents":9,"idleAgents":2,"utilization":0.9,"occupancy":0.8,
   "acwTime":30}]})";
constexpr char kGuideMetrics[] = R"({"queueId":"q1","intervals":[
  {"start":"2023-11-14T09:00:00Z","lengthSeconds":300,"offered":1,"answered":0,"abandoned":0,
   "handled":0,"answeredWaitSeconds":0,"abandonedWaitSeconds":0,"handleSeconds":0},
  {"start":"2023-11-14T08:55:00Z","lengthSeconds":300,"offered":12,"answered":9,"abandoned":2,
   "handled":8,"answeredWaitSeconds":81,"abandonedWaitSeconds":50.0,"handleSeconds":1500}]})";
constexpr char kGuideWork[] = R"({"interval":"PT5M","timestamp":"2023-11-14T09:03:10Z","metrics":[
  {"userId":"u1","queueId":"q1","talkTime":1200,"acwTime":240,"holdTime":60,
   "interactionsHandled":8}]})";

TEST(GuideParseTest, API5_Sections) {
  std::map<std::string, model::Agent> agents;
  EXPECT_EQ(guide::ParseUsers(kGuideUsers, agents)->continuation_token, "t2");
  EXPECT_EQ(agents["u2"], (model::Agent{"u2", "", {{"s1", 0}, {"s2", 4}}}));

  std::map<std::string, model::AgentState> states;
  ASSERT_TRUE(guide::ParseStates(kGuideStates, states).ok());
  EXPECT_EQ(states["u1"].activity, model::Activity::kIdle);  // the later of its two
  EXPECT_TRUE(states["u1"].at_work);
  EXPECT_EQ(states["u2"].activity, model::Activity::kInteracting);
  EXPECT_FALSE(states["u3"].at_work);
  EXPECT_EQ(states["u4"].activity, model::Activity::kUnknown);

  EXPECT_EQ(guide::ParseQueue(kGuideQueue)->inbound_capacity, 12);
  EXPECT_EQ(guide::ParseQueue(R"({"id":"q1"})")->inbound_capacity, std::nullopt);

  std::map<std::string, model::QueueLive> live;
  live["q1"].queue_id = "q1";
  ASSERT_TRUE(guide::ParseRealtime(kGuideRealtime, live).ok());
  EXPECT_EQ(live["q1"], (model::QueueLive{"q1", 3, 7, absl::Milliseconds(42500), 9, 2}));

  const auto intervals = guide::ParseMetrics(kGuideMetrics, "q1");
  ASSERT_TRUE(intervals.ok()) << intervals.status();
  ASSERT_EQ(intervals->size(), 2u);
  EXPECT_EQ((*intervals)[0].start, kNine - absl::Minutes(5));
  EXPECT_EQ((*intervals)[0].handle_total, absl::Seconds(1500));
  EXPECT_FALSE(guide::ParseMetrics(kGuideMetrics, "q2").ok());

  const auto work = guide::ParseUsersRealtime(kGuideWork);
  ASSERT_TRUE(work.ok()) << work.status();
  EXPECT_EQ(work->from, kNine - absl::Minutes(5));
  EXPECT_EQ(work->work[0].hold, absl::Minutes(1));
  EXPECT_EQ(work->work[0].start, work->from);
}

// Every parser with an answer that it takes.
std::vector<Case> Cases() {
  return {
      {"users", kUsers,
       [](std::string_view text) {
         std::map<std::string, platform::RosterEntry> out;
         return platform::ParseUsers(text, out).status();
       }},
      {"queues", kQueues,
       [](std::string_view text) {
         std::map<std::string, platform::QueueEntry> out;
         return platform::ParseQueues(text, out).status();
       }},
      {"members", kMembers,
       [](std::string_view text) {
         std::map<std::string, platform::MemberEntry> out;
         return platform::ParseMembers(text, out).status();
       }},
      {"activity", kActivity,
       [](std::string_view text) {
         platform::ActivityByAgent out;
         return platform::ParseActivity(text, out).status();
       }},
      {"observations", kObservations,
       [](std::string_view text) {
         std::map<std::string, model::QueueLive> out;
         out["q1"].queue_id = "q1";
         return platform::ParseObservations(text, kNine, out);
       }},
      {"queue aggregates", kAggregates,
       [](std::string_view text) {
         std::map<std::pair<std::string, absl::Time>, model::QueueInterval> out;
         return platform::ParseQueueAggregates(text, out);
       }},
      {"agent aggregates", kAggregates,
       [](std::string_view text) {
         std::vector<model::AgentWork> out;
         return platform::ParseAgentAggregates(text, out);
       }},
      {"guide users", kGuideUsers,
       [](std::string_view text) {
         std::map<std::string, model::Agent> out;
         return guide::ParseUsers(text, out).status();
       }},
      {"guide states", kGuideStates,
       [](std::string_view text) {
         std::map<std::string, model::AgentState> out;
         return guide::ParseStates(text, out);
       }},
      {"guide queue", kGuideQueue,
       [](std::string_view text) { return guide::ParseQueue(text).status(); }},
      {"guide realtime", kGuideRealtime,
       [](std::string_view text) {
         std::map<std::string, model::QueueLive> out;
         return guide::ParseRealtime(text, out);
       }},
      {"guide metrics", kGuideMetrics,
       [](std::string_view text) { return guide::ParseMetrics(text, "q1").status(); }},
      {"guide work", kGuideWork,
       [](std::string_view text) { return guide::ParseUsersRealtime(text).status(); }},
  };
}

TEST(PlatformParseTest, API6_NumbersThatNoCentreHasAreRefused) {
  const auto metric = [](const std::string& name, const std::string& stats) {
    std::map<std::string, model::QueueLive> out;
    out["q1"];
    return platform::ParseObservations(
        R"({"results":[{"group":{"queueId":"q1"},"data":[{"metric":")" + name + R"(","stats":)" +
            stats + "}]}]}",
        kNine, out);
  };
  EXPECT_TRUE(metric("oWaiting", R"({"count":1000000000000})").ok());
  EXPECT_FALSE(metric("oWaiting", R"({"count":1000000000001})").ok());
  EXPECT_FALSE(metric("oWaiting", R"({"count":9223372036854775807})").ok());
  EXPECT_TRUE(metric("oLongestWaiting", R"({"calculatedMetricValue":1e15})").ok());
  EXPECT_FALSE(metric("oLongestWaiting", R"({"calculatedMetricValue":1e19})").ok());
  EXPECT_FALSE(metric("oLongestWaiting", R"({"calculatedMetricValue":-1e300})").ok());
}

TEST(DamageTest, API6_WhatIsNoAnswerIsAnErrorOfEveryParser) {
  for (const Case& test : Cases()) ExpectDamageIsFound(test);
}

TEST(DamageTest, API6_ErrorsNameThePath) {
  const auto fails_at = [](const Case& test, const std::string& from, const std::string& to) {
    std::string text = test.good;
    const size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return std::string(test.parse(text).message());
  };
  const std::vector<Case> cases = Cases();
  EXPECT_THAT(fails_at(cases[0], "3.5", "7"),
              ::testing::StartsWith("$.entities[0].skills[0].proficiency: must be 0 to 5"));
  EXPECT_THAT(fails_at(cases[0], "\"id\":\"u1\"", "\"id\":7"),
              ::testing::StartsWith("$.entities[1].id"));
  EXPECT_THAT(fails_at(cases[0], "\"id\":\"u1\"", "\"idd\":\"u1\""),
              ::testing::StartsWith("$.entities[1].id: is missing"));
  EXPECT_THAT(fails_at(cases[0], "\"total\":3", "\"total\":-3"), ::testing::StartsWith("$.total"));
  EXPECT_THAT(fails_at(cases[1], "0.8", "80"),
              ::testing::StartsWith("$.entities[0].mediaSettings.call.serviceLevel.percentage"));
  EXPECT_THAT(
      fails_at(cases[1], "12.5", "-1"),
      ::testing::StartsWith("$.entities[0].bullseye.rings[0].expansionCriteria[0].threshold"));
  EXPECT_THAT(fails_at(cases[2], "\"joined\":false", "\"joined\":null"),
              ::testing::StartsWith("$.entities[1].joined"));
  EXPECT_THAT(fails_at(cases[3], "2023-11-14T08:58:00Z", "yesterday"),
              ::testing::StartsWith("$.results[0].entities[0].routingStatusDate"));
  EXPECT_THAT(fails_at(cases[4], "\"count\":3", "\"count\":3.5"),
              ::testing::StartsWith("$.results[0].data[0].stats.count"));
  EXPECT_THAT(fails_at(cases[5], "81000", "-1"),
              ::testing::StartsWith("$.results[0].data[0].metrics[1].stats.sum"));
  EXPECT_THAT(fails_at(cases[5], "T08:55:00.000Z/", "T08:30:00.000Z/"),
              ::testing::StartsWith("$.results[0].data[0].interval: must be five minutes"));
  EXPECT_THAT(fails_at(cases[8], "\"userId\":\"u4\"", "\"userId\":\"\""),
              ::testing::StartsWith("$.entities[3].userId"));
  EXPECT_THAT(fails_at(cases[9], "12", "1.5"), ::testing::StartsWith("$.inbound_capacity"));
  EXPECT_THAT(fails_at(cases[11], "\"start\":\"2023-11-14T08:55:00Z\"",
                       "\"start\":\"2023-11-14T09:00:00Z\""),
              ::testing::StartsWith("$.intervals[1]: gives an interval a second time"));
  EXPECT_THAT(fails_at(cases[12], "PT5M", "PT15S"), ::testing::StartsWith("$.interval"));
}

TEST(DamageTest, API6_RandomDamageNeverCrashes) {
  for (const Case& test : Cases()) ExpectRandomDamageIsSurvived(test);
}

}  // namespace
}  // namespace evenkeel::genesys
