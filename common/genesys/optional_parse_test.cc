// API-5, API-6: campaigns, their calls, schedules, work by channel and presences, whole and
// damaged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "common/genesys/outbound_parse.h"
#include "common/genesys/workforce_parse.h"
#include "common/testing/damage.h"

namespace evenkeel::genesys {
namespace {

using testing::Case;
using ::testing::StartsWith;

const absl::Time kNine = absl::FromUnixSeconds(1699952400);  // 2023-11-14T09:00:00Z

constexpr char kCampaigns[] = R"({"entities":[
  {"id":"c2","name":"Renewals","division":{"id":"d1"},"queue":{"id":"q3","name":"x"},
   "dialingMode":"predictive","campaignStatus":"on","abandonRate":3.0,"maxCallsPerAgent":2,
   "maxCallsPerAgentDecimal":2.5,"version":4,"contactList":{"id":"l1"}},
  {"id":"c1","name":"Old","queue":null,"dialingMode":"telepathic","campaignStatus":"forced_off",
   "maxCallsPerAgent":3,"abandonRate":null}],"total":2,"pageCount":1})";
constexpr char kStats[] = R"({"contactRate":{"attempts":120,"connects":30,"connectRatio":0.25},
  "idleAgents":4,"effectiveIdleAgents":5.5,"adjustedCallsPerAgent":2.25,"outstandingCalls":7,
  "scheduledCalls":0,"linesUtilization":{}})";
constexpr char kDetails[] = R"({"conversations":[
 {"conversationId":"k2","conversationStart":"2023-11-14T08:59:00.000Z",
  "conversationEnd":"2023-11-14T09:01:30.000Z","participants":[
   {"purpose":"customer","sessions":[{"outboundCampaignId":"c1","dispositionName":"person",
     "metrics":[{"name":"nOutboundAttempted","value":1},{"name":"nOutboundConnected","value":1}],
     "segments":[{"segmentType":"dialing","segmentStart":"2023-11-14T08:59:00.000Z"}]}]},
   {"purpose":"agent","userId":"u1","sessions":[{"outboundCampaignId":"c1",
     "metrics":[{"name":"tTalk","value":60000},{"name":"tAcw","value":30000},
                {"name":"tHandle","value":90000}],
     "segments":[{"segmentType":"wrapup","segmentStart":"2023-11-14T09:01:00.000Z",
                  "segmentEnd":"2023-11-14T09:01:31.000Z"}]}]}]},
 {"conversationId":"k1","conversationStart":"2023-11-14T08:58:00.000Z","participants":[
   {"purpose":"customer","sessions":[{"outboundCampaignId":"c1","dispositionName":"person",
     "metrics":[{"name":"nOutboundConnected","value":1},{"name":"nOutboundAbandoned","value":1}]}]}]},
 {"conversationId":"k0","conversationStart":"2023-11-14T08:57:00.000Z","participants":[
   {"purpose":"agent","userId":"u2","sessions":[{"outboundCampaignId":"c1","metrics":null,
     "segments":[{"segmentType":"wrapup","segmentStart":"2023-11-14T08:58:00.000Z",
                  "segmentEnd":"2023-11-14T08:58:12.500Z"}]}]}]},
 {"conversationId":"k9","conversationStart":"2023-11-14T08:59:30.000Z","participants":[
   {"purpose":"customer","sessions":[{"outboundCampaignId":"c7","metrics":[]}]}]},
 {"conversationId":"k8","conversationStart":"2023-11-14T08:50:00.000Z","participants":[
   {"purpose":"customer","sessions":[{"outboundCampaignId":"c7","metrics":[]}]}]}],
 "totalHits":5})";
constexpr char kAdherence[] = R"([
 {"user":{"id":"u1"},"scheduledActivityCategory":"OnQueueWork","adherenceState":"InAdherence",
  "timeOfAdherenceChange":"2023-11-14T08:00:00Z","nextActivityReminders":[
    {"activityCategory":"Meal","startDate":"2023-11-14T12:00:00Z"},
    {"activityCategory":"Break","startDate":"2023-11-14T10:00:00Z"}]},
 {"user":{"id":"u2"},"scheduledActivityCategory":"Juggling","adherenceState":null,
  "timeOfAdherenceChange":null,"nextActivityReminders":null},
 {"user":{"id":"u3"}}])";
constexpr char kChannels[] = R"({"results":[
 {"group":{"userId":"u1","queueId":"q1","mediaType":"voice"},"data":[
  {"interval":"2023-11-14T00:00:00.000Z/2023-11-14T09:00:00.000Z","metrics":[
   {"metric":"tHandle","stats":{"count":9,"sum":1800000}},
   {"metric":"tTalk","stats":{"count":9,"sum":1}}]}]},
 {"group":{"userId":"u1","queueId":"q1","mediaType":"email"},"data":[
  {"interval":"2023-11-14T00:00:00.000Z/2023-11-14T09:00:00.000Z","metrics":[
   {"metric":"tHandle","stats":{"count":0,"sum":0}}]}]},
 {"data":[{"interval":"2023-11-14T00:00:00.000Z/2023-11-14T09:00:00.000Z","metrics":[
   {"metric":"tHandle","stats":{"count":2,"sum":60000}}]}],
  "group":{"userId":"u2","queueId":"q1","mediaType":"hologram"}},
 {"group":{"queueId":"q1","mediaType":"voice"},"data":[
  {"interval":"2023-11-14T00:00:00.000Z/2023-11-14T09:00:00.000Z","metrics":[
   {"metric":"tHandle","stats":{"count":5,"sum":1}}]}]}]})";
constexpr char kPresences[] = R"({"total":2,"entities":[
 {"id":"p1","systemPresence":"Break","languageLabels":{"de":"Pause","en_US":"Fairness pause"}},
 {"id":"p2","systemPresence":"Away","languageLabels":null,"deactivated":true}]})";
constexpr char kGuideCampaign[] =
    R"({"id":"c1","name":"Q3","predictive_dial_ratio":1.35,"state":"running"})";
// As guide 2 prints it.
constexpr char kGuideCalls[] = R"({"calls":[
 {"id":"call-1","campaign_id":"c1","disposition":"connected","wrap_up_time":45.2,
  "created_time":"2024-05-15T10:30:00.000Z","outcome":"completed"},
 {"id":"call-2","campaign_id":"c1","disposition":"no_answer","wrap_up_time":0.0,
  "created_time":"2024-05-15T10:29:45.000Z","outcome":"failed"}],"total":2})";

TEST(OutboundParseTest, API5_Campaigns) {
  std::map<std::string, model::Campaign> out;
  const auto info = platform::ParseCampaigns(kCampaigns, out);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->entries, 2);
  ASSERT_EQ(out.size(), 2u);
  const model::Campaign& c2 = out["c2"];
  EXPECT_EQ(c2.name, "Renewals");
  EXPECT_EQ(c2.division_id, "d1");
  EXPECT_EQ(c2.queue_id, "q3");
  EXPECT_EQ(c2.mode, model::DialingMode::kPredictive);
  EXPECT_EQ(c2.status, model::CampaignStatus::kOn);
  EXPECT_EQ(c2.calls_per_agent, 2.5);  // the finer of both
  EXPECT_EQ(c2.abandon_limit_percent, 3);
  EXPECT_EQ(out["c1"].mode, model::DialingMode::kUnknown);  // of a newer API: no guess
  EXPECT_EQ(out["c1"].status, model::CampaignStatus::kForcedOff);
  EXPECT_EQ(out["c1"].calls_per_agent, 3);
  EXPECT_FALSE(out["c1"].abandon_limit_percent.has_value());
}

TEST(OutboundParseTest, DIAL4_NoCallsAnAgentIsNotSet) {
  const auto parse = [](const std::string& members) {
    std::map<std::string, model::Campaign> out;
    EXPECT_TRUE(platform::ParseCampaigns(R"({"entities":[{"id":"c")" + members + "}]}", out).ok());
    return out["c"].calls_per_agent;
  };
  EXPECT_EQ(parse(R"(,"maxCallsPerAgent":2,"maxCallsPerAgentDecimal":0)"), 2);
  EXPECT_EQ(parse(R"(,"maxCallsPerAgent":0,"maxCallsPerAgentDecimal":1.5)"), 1.5);
  EXPECT_EQ(parse(R"(,"maxCallsPerAgent":0)"), std::nullopt);
  EXPECT_EQ(parse(""), std::nullopt);
}

TEST(OutboundParseTest, API5_CampaignStats) {
  EXPECT_EQ(platform::ParseCampaignStats(kStats).value(),
            (model::CampaignStats{120, 30, 0.25, 4, 5.5, 2.25, 7}));
  EXPECT_EQ(platform::ParseCampaignStats(R"({"contactRate":null,"idleAgents":null})").value(),
            model::CampaignStats());
  EXPECT_FALSE(platform::ParseCampaignStats("{}").ok());
}

TEST(OutboundParseTest, API5_CallsOfACampaignFromConversations) {
  std::vector<model::CampaignCall> out;
  const absl::Status status = platform::ParseCampaignCalls(kDetails, "c1", out);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(out.size(), 3u) << "another campaign's is not asked for";
  EXPECT_EQ(out[0], (model::CampaignCall{"c1", "k2", kNine - absl::Minutes(1), "person", true,
                                         false, true, "u1", absl::Minutes(1), absl::Seconds(30)}))
      << "the metric goes before the segment";
  EXPECT_EQ(out[1], (model::CampaignCall{"c1", "k1", kNine - absl::Minutes(2), "person", true, true,
                                         false, "", std::nullopt, std::nullopt}));
  EXPECT_EQ(out[2].wrap_up, absl::Seconds(12.5));
  EXPECT_TRUE(out[2].completed);
  EXPECT_TRUE(platform::ParseCampaignCalls("{}", "c1", out).ok());
}

TEST(OutboundParseTest, API5_TheAgentOfACallIsWhoWorkedOnItNotWhoWasOnlyOfferedIt) {
  const auto parse = [](const std::string& participants) {
    std::vector<model::CampaignCall> out;
    const absl::Status status = platform::ParseCampaignCalls(
        R"({"conversations":[{"conversationId":"k","conversationStart":"2023-11-14T08:59:00Z",
            "participants":[)" +
            participants + "]}]}",
        "c1", out);
    EXPECT_TRUE(status.ok()) << status;
    return out.at(0);
  };
  const std::string offered = R"({"purpose":"agent","userId":"u1","sessions":[
      {"outboundCampaignId":"c1","metrics":[{"name":"tAlert","value":8000}]}]})";
  const auto worked = [](const std::string& agent) {
    return R"({"purpose":"agent","userId":")" + agent + R"(","sessions":[
      {"outboundCampaignId":"c1","metrics":[{"name":"tTalk","value":60000},
                                            {"name":"tAcw","value":9000}]}]})";
  };
  const model::CampaignCall call = parse(offered + "," + worked("u2") + "," + worked("u3"));
  EXPECT_EQ(call.agent_id, "u2");
  EXPECT_EQ(call.wrap_up, absl::Seconds(9));
  EXPECT_TRUE(call.completed);
  EXPECT_EQ(parse(offered).agent_id, "u1");
  EXPECT_FALSE(parse(offered).completed);
  EXPECT_EQ(parse(worked("u2") + "," + offered).agent_id, "u2");
}

TEST(OutboundParseTest, DIAL4_AnAbandonedCallWasAnsweredByAPerson) {
  std::vector<model::CampaignCall> out;
  ASSERT_TRUE(guide::ParseCampaignCalls(
                  R"({"calls":[{"id":"k","created_time":"2024-05-15T10:30:00Z",
                      "disposition":"abandoned"},
                     {"id":"l","created_time":"2024-05-15T10:30:00Z","outcome":"abandoned"}]})",
                  "c1", out)
                  .ok());
  ASSERT_TRUE(platform::ParseCampaignCalls(
                  R"({"conversations":[{"conversationId":"m","conversationStart":
                      "2023-11-14T08:59:00Z","participants":[{"purpose":"customer","sessions":[
                      {"outboundCampaignId":"c1","metrics":[
                        {"name":"nOutboundAbandoned","value":1}]}]}]}]})",
                  "c1", out)
                  .ok());
  ASSERT_EQ(out.size(), 3u);
  for (const model::CampaignCall& call : out) {
    EXPECT_TRUE(call.abandoned && call.answered) << call.id;
  }
}

TEST(OutboundParseTest, API5_TheGuidesCampaignAndCalls) {
  const auto campaign = guide::ParseCampaign(kGuideCampaign);
  ASSERT_TRUE(campaign.ok()) << campaign.status();
  EXPECT_EQ(campaign->calls_per_agent, 1.35);
  EXPECT_EQ(campaign->status, model::CampaignStatus::kOn);
  EXPECT_EQ(campaign->mode, model::DialingMode::kPredictive);
  std::vector<model::CampaignCall> out;
  ASSERT_TRUE(guide::ParseCampaignCalls(kGuideCalls, "c1", out).ok());
  ASSERT_EQ(out.size(), 2u);
  EXPECT_TRUE(out[0].answered && out[0].completed);
  EXPECT_EQ(out[0].wrap_up, absl::Seconds(45.2));
  EXPECT_FALSE(out[1].answered || out[1].completed);
  EXPECT_EQ(out[1].wrap_up, absl::ZeroDuration());
  EXPECT_EQ(out[1].disposition, "no_answer");
  EXPECT_FALSE(guide::ParseCampaignCalls(kGuideCalls, "c2", out).ok());
}

TEST(WorkforceParseTest, API5_Adherence) {
  std::map<std::string, model::Adherence> out;
  ASSERT_TRUE(platform::ParseAdherence(kAdherence, out).ok());
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out["u1"],
            (model::Adherence{"u1", model::ActivityCategory::kOnQueueWork,
                              model::AdherenceState::kInAdherence, kNine - absl::Hours(1),
                              model::ActivityCategory::kBreak, kNine + absl::Hours(1)}))
      << "the next of the reminders";
  EXPECT_EQ(out["u2"].scheduled, model::ActivityCategory::kUnknown);
  EXPECT_FALSE(out["u3"].next_at.has_value());
  EXPECT_TRUE(platform::ParseAdherence("[]", out).ok());
  EXPECT_THAT(std::string(platform::ParseAdherence(R"([{"user":null}])", out).message()),
              StartsWith("$[0]: has no user.id"));
}

TEST(WorkforceParseTest, API5_WorkByChannel) {
  std::vector<model::ChannelWork> out;
  const absl::Status status = platform::ParseChannelAggregates(kChannels, out);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(out.size(), 2u) << "nothing handled, and nobody's work, are left out";
  EXPECT_EQ(out[0], (model::ChannelWork{"u1", "q1", model::Media::kVoice, kNine - absl::Hours(9),
                                        absl::Hours(9), 9, absl::Minutes(30)}));
  EXPECT_EQ(out[1].agent_id, "u2");
  EXPECT_EQ(out[1].media, model::Media::kUnknown);
}

TEST(WorkforceParseTest, API5_Presences) {
  std::map<std::string, model::PresenceDefinition> out;
  ASSERT_TRUE(platform::ParsePresences(kPresences, out).ok());
  EXPECT_EQ(out["p1"], (model::PresenceDefinition{"p1", "Break", "Fairness pause", true}));
  EXPECT_EQ(out["p2"], (model::PresenceDefinition{"p2", "Away", "", false}));
}

std::vector<Case> Cases() {
  return {
      {"campaigns", kCampaigns,
       [](std::string_view text) {
         std::map<std::string, model::Campaign> out;
         return platform::ParseCampaigns(text, out).status();
       }},
      {"campaign stats", kStats,
       [](std::string_view text) { return platform::ParseCampaignStats(text).status(); }},
      {"conversations", kDetails,
       [](std::string_view text) {
         std::vector<model::CampaignCall> out;
         return platform::ParseCampaignCalls(text, "c1", out);
       }},
      {"adherence", kAdherence,
       [](std::string_view text) {
         std::map<std::string, model::Adherence> out;
         return platform::ParseAdherence(text, out);
       },
       true},
      {"channels", kChannels,
       [](std::string_view text) {
         std::vector<model::ChannelWork> out;
         return platform::ParseChannelAggregates(text, out);
       }},
      {"presences", kPresences,
       [](std::string_view text) {
         std::map<std::string, model::PresenceDefinition> out;
         return platform::ParsePresences(text, out).status();
       }},
      {"guide campaign", kGuideCampaign,
       [](std::string_view text) { return guide::ParseCampaign(text).status(); }},
      {"guide calls", kGuideCalls,
       [](std::string_view text) {
         std::vector<model::CampaignCall> out;
         return guide::ParseCampaignCalls(text, "c1", out);
       }},
  };
}

TEST(OptionalDamageTest, API6_WhatIsNoAnswerIsAnErrorOfEveryParser) {
  for (const Case& test : Cases()) testing::ExpectDamageIsFound(test);
}

TEST(OptionalDamageTest, API6_RandomDamageNeverCrashes) {
  for (const Case& test : Cases()) testing::ExpectRandomDamageIsSurvived(test);
}

TEST(OptionalDamageTest, API6_ErrorsNameThePath) {
  const std::vector<Case> cases = Cases();
  const auto fails_at = [&](int at_case, const std::string& from, const std::string& to) {
    std::string text = cases[at_case].good;
    const size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return std::string(cases[at_case].parse(text).message());
  };
  EXPECT_THAT(fails_at(0, "\"id\":\"c2\"", "\"id\":\"\""), StartsWith("$.entities[0].id"));
  EXPECT_THAT(fails_at(0, "3.0", "103"), StartsWith("$.entities[0].abandonRate"));
  EXPECT_THAT(fails_at(0, "2.5", "-2.5"), StartsWith("$.entities[0].maxCallsPerAgentDecimal"));
  EXPECT_THAT(fails_at(0, "\"predictive\"", "7"), StartsWith("$.entities[0].dialingMode"));
  EXPECT_THAT(fails_at(1, "0.25", "-0.25"), StartsWith("$.contactRate.connectRatio"));
  EXPECT_THAT(fails_at(1, "120", "1.5"), StartsWith("$.contactRate.attempts"));
  EXPECT_THAT(fails_at(1, "contactRate", "contactrate"), StartsWith("$.contactRate: is missing"));
  EXPECT_THAT(fails_at(2, "2023-11-14T08:59:00.000Z", "yesterday"),
              StartsWith("$.conversations[0].conversationStart"));
  EXPECT_THAT(fails_at(2, "30000", "-1"),
              StartsWith("$.conversations[0].participants[1].sessions[0].metrics[1].value"));
  EXPECT_THAT(
      fails_at(2, "09:01:31", "09:00:31"),
      StartsWith("$.conversations[0].participants[1].sessions[0].segments[0]: ends before"));
  EXPECT_THAT(fails_at(2, "\"conversationId\":\"k1\",", ""),
              StartsWith("$.conversations[1].conversationId: is missing"));
  EXPECT_THAT(fails_at(3, "\"2023-11-14T08:00:00Z\"", "8"),
              StartsWith("$[0].timeOfAdherenceChange"));
  EXPECT_THAT(fails_at(3, "\"user\":{\"id\":\"u2\"},", ""), StartsWith("$[1].user: is missing"));
  EXPECT_THAT(fails_at(4, "2023-11-14T00:00", "2023-11-12T00:00"),
              StartsWith("$.results[0].data[0].interval: must be a day at most"));
  EXPECT_THAT(fails_at(4, ",\"mediaType\":\"voice\"", ""),
              StartsWith("$.results[0]: has no group.mediaType"));
  EXPECT_THAT(fails_at(5, "\"systemPresence\":\"Break\",", ""),
              StartsWith("$.entities[0].systemPresence: is missing"));
  EXPECT_THAT(fails_at(6, "1.35", "NaN"), StartsWith("$.predictive_dial_ratio"));
  EXPECT_THAT(fails_at(7, "45.2", "-45.2"), StartsWith("$.calls[0].wrap_up_time"));
}

}  // namespace
}  // namespace evenkeel::genesys
