// API-5, API-8, API-9: readings that are made only where they are asked for, over a scripted API.
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/genesys/centre_reader.h"
#include "common/genesys/client.h"
#include "common/genesys/preflight.h"
#include "common/testing/fake_transport.h"

namespace evenkeel::genesys {
namespace {

using testing::Answer;
using ::testing::ElementsAre;
using testing::FakeTransport;
using ::testing::HasSubstr;

class OptionalReaderTest : public ::testing::TestWithParam<Dialect> {
 protected:
  OptionalReaderTest() {
    ClientOptions options;
    options.dialect = GetParam();
    options.region = "mypurecloud.ie";
    options.requests_per_minute = 1e6;
    options.credentials = []() -> absl::StatusOr<Credentials> {
      return Credentials{"id", Secret("s")};
    };
    auto transport = std::make_unique<FakeTransport>([this](const http::Request& request) {
      if (testing::IsLogin(request)) return testing::TokenAnswer("t");
      requests_.push_back(request);
      const std::string target = request.url.substr(request.url.find("/api/v2/"));
      return answer_(target.substr(0, target.find('?')), request);
    });
    client_ = *Client::Make(options, clock_, nullptr, std::move(transport));
    reader_ = MakeCentreReader(*client_, clock_);
    limits_.max_wait = absl::ZeroDuration();
  }
  bool platform() const { return GetParam() == Dialect::kPlatform; }

  SimulatedClock clock_{absl::FromUnixSeconds(1699952530)};  // 2023-11-14T09:02:10Z
  std::function<http::Response(const std::string& path, const http::Request&)> answer_;
  std::vector<http::Request> requests_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<CentreReader> reader_;
  CallLimits limits_;
  const std::vector<std::string> campaigns_ = {"c2", "c1", "gone"};
};

INSTANTIATE_TEST_SUITE_P(Dialects, OptionalReaderTest,
                         ::testing::Values(Dialect::kPlatform, Dialect::kGuide),
                         [](const auto& info) { return std::string(DialectName(info.param)); });

TEST_P(OptionalReaderTest, API9_ACampaignThatIsGoneDoesNotStopTheOthers) {
  answer_ = [this](const std::string& path, const http::Request& request) {
    if (path == "/api/v2/outbound/campaigns") {
      EXPECT_THAT(request.url, HasSubstr("id=c2&id=c1&id=gone"));
      return Answer(200, R"({"entities":[{"id":"c1","campaignStatus":"on"},
                             {"id":"c2","campaignStatus":"off"}],"total":2,"pageCount":1})");
    }
    if (absl::EndsWith(path, "/stats")) return Answer(200, R"({"contactRate":{"attempts":5}})");
    if (absl::StrContains(path, "gone")) return Answer(404, R"({"code":"not.found"})");
    return Answer(200, absl::StrCat("{\"id\":\"", path.substr(path.rfind('/') + 1),
                                    "\",\"state\":\"running\",\"predictive_dial_ratio\":1.2}"));
  };
  const auto reading = reader_->ReadCampaigns(campaigns_, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_THAT(reading->gone, ElementsAre("gone"));
  ASSERT_EQ(reading->campaigns.size(), 2u);
  EXPECT_EQ(reading->campaigns[0].id, "c1");
  EXPECT_EQ(reading->counts.expected, 2);
  // Only a campaign that runs is asked what its dialler counts.
  EXPECT_EQ(reading->counts.requests, platform() ? 2 : 3);
  EXPECT_EQ(reading->campaigns[0].stats.has_value(), platform());
  EXPECT_FALSE(reading->campaigns[1].stats.has_value());
}

TEST_P(OptionalReaderTest, API9_ACampaignWhoseCountsCannotBeReadDoesNotStopTheOthers) {
  if (!platform()) return;
  std::set<std::string> failing = {"c2", "c4"};
  answer_ = [&](const std::string& path, const http::Request&) {
    if (!absl::EndsWith(path, "/stats")) {
      return Answer(200, R"({"entities":[{"id":"c1","campaignStatus":"on"},
          {"id":"c2","campaignStatus":"on"},{"id":"c3","campaignStatus":"on"},
          {"id":"c4","campaignStatus":"stopping"},{"id":"c5","campaignStatus":"off"}],
          "total":5,"pageCount":1})");
    }
    const std::string id = path.substr(path.size() - 8, 2);
    if (id == "c3") return Answer(404);  // has not dialled yet
    if (!failing.contains(id)) return Answer(200, R"({"contactRate":{"attempts":5}})");
    return id == "c2" ? Answer(500) : Answer(200, R"({"contactRate":{"attempts":"many"}})");
  };
  const std::vector<std::string> ids = {"c1", "c2", "c3", "c4", "c5"};
  const auto reading = reader_->ReadCampaigns(ids, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  ASSERT_EQ(reading->campaigns.size(), 5u);
  EXPECT_EQ(reading->counts.expected, 5);
  EXPECT_EQ(reading->counts.seen, 3);
  for (const model::Campaign& campaign : reading->campaigns) {
    EXPECT_EQ(campaign.stats.has_value(), campaign.id == "c1") << campaign.id;
  }
  failing = {"c1", "c2", "c3", "c4"};
  answer_ = [answer = answer_](const std::string& path, const http::Request& request) {
    if (absl::EndsWith(path, "/stats")) return Answer(403);
    return answer(path, request);
  };
  EXPECT_EQ(reader_->ReadCampaigns(ids, limits_).status().code(),
            absl::StatusCode::kPermissionDenied)
      << "where every one fails";
}

TEST_P(OptionalReaderTest, API4_CampaignsThatTheListingCountsAndDoesNotHoldAreMissing) {
  if (!platform()) return;
  answer_ = [](const std::string&, const http::Request&) {
    return Answer(200, R"({"entities":[{"id":"c1"},{"id":"c1"}],"total":2,"pageCount":1})");
  };
  const std::vector<std::string> ids = {"c1", "c2"};
  const auto reading = reader_->ReadCampaigns(ids, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_EQ(reading->counts, (Counts{2, 1, 2})) << "it is read again before it is believed";
}

TEST_P(OptionalReaderTest, DIAL9_NoMoreThanTheLastCallsOfTheWindowWhateverTheApiSends) {
  answer_ = [this](const std::string& path, const http::Request&) {
    std::string calls;
    for (int i = 0; i < 300; ++i) {
      const std::string at = absl::FormatTime(
          "%Y-%m-%dT%H:%M:%SZ", clock_.Now() - i * absl::Minutes(2), absl::UTCTimeZone());
      absl::StrAppend(
          &calls, i == 0 ? "" : ",",
          platform() ? absl::StrCat("{\"conversationId\":\"k", i, "\",\"conversationStart\":\"", at,
                                    "\",\"participants\":[{\"sessions\":[{\"outboundCampaignId\":"
                                    "\"c1\"},{\"outboundCampaignId\":\"c2\"}]}]}")
                     : absl::StrCat("{\"id\":\"k", i, "\",\"created_time\":\"", at, "\"}"));
    }
    return Answer(200, absl::StrCat("{\"conversations\":[", calls, "],\"calls\":[", calls, "]}"));
  };
  const std::vector<std::string> two = {"c1", "c2"};
  const auto reading = reader_->ReadCampaignCalls(two, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  ASSERT_EQ(reading->calls.size(), 200u);
  EXPECT_EQ(reading->calls[0].campaign_id, "c1");
  EXPECT_EQ(reading->calls[0].id, "k99");
  EXPECT_EQ(reading->calls[99].id, "k0");
  EXPECT_EQ(reading->calls[100].campaign_id, "c2");
}

TEST_P(OptionalReaderTest, API5_CallsAreAskedForNewestFirstAndComeInOrder) {
  answer_ = [this](const std::string& path, const http::Request& request) {
    if (!platform()) {
      EXPECT_THAT(request.url, HasSubstr("/c1/calls?limit=100&sort_by=created_time%3Adesc"));
      return Answer(200, R"({"calls":[{"id":"k2","created_time":"2023-11-14T09:00:00Z"},
                                      {"id":"k1","created_time":"2023-11-14T08:00:00Z"},
                                      {"id":"k0","created_time":"2023-11-14T01:00:00Z"},
                                      {"id":"k2","created_time":"2023-11-14T09:00:00Z"}]})");
    }
    EXPECT_EQ(path, "/api/v2/analytics/conversations/details/query");
    // Of those that ended: the others would be missing by their length.
    EXPECT_THAT(request.body, HasSubstr(R"("order":"desc","orderBy":"conversationEnd")"));
    EXPECT_THAT(request.body, HasSubstr(R"("dimension":"conversationEnd","operator":"exists")"));
    EXPECT_THAT(request.body, HasSubstr("\"pageSize\":100"));
    EXPECT_THAT(request.body, HasSubstr("2023-11-14T05:02:10.000Z/2023-11-14T09:02:10.000Z"));
    EXPECT_THAT(request.body, HasSubstr("\"value\":\"c1\""));
    const auto call = [](const char* id, const char* at) {
      return absl::StrCat(
          "{\"conversationId\":\"", id, "\",\"conversationStart\":\"", at,
          "\",\"participants\":[{\"sessions\":[{\"outboundCampaignId\":\"c1\"}]}]}");
    };
    // One from before the window, of a day that it touches.
    return Answer(200, absl::StrCat("{\"conversations\":[", call("k2", "2023-11-14T09:00:00Z"), ",",
                                    call("k1", "2023-11-14T08:00:00Z"), ",",
                                    call("k2", "2023-11-14T09:00:00Z"), ",",
                                    call("k0", "2023-11-14T01:00:00Z"), "]}"));
  };
  const std::vector<std::string> one = {"c1"};
  const auto reading = reader_->ReadCampaignCalls(one, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  ASSERT_EQ(reading->calls.size(), 2u);
  EXPECT_EQ(reading->calls[0].id, "k1");
  EXPECT_EQ(reading->calls[1].id, "k2");
  EXPECT_EQ(reading->counts, (Counts{1, 1, 1}));
}

TEST_P(OptionalReaderTest, API6_WhatCannotBeUnderstoodIsDataLossWithThePath) {
  answer_ = [](const std::string&, const http::Request&) {
    return Answer(200, R"({"entities":[7],"conversations":[7],"calls":[7],"id":7,"results":[7]})");
  };
  const std::vector<std::string> one = {"c1"};
  for (const absl::Status& status : {reader_->ReadCampaigns(one, limits_).status(),
                                     reader_->ReadCampaignCalls(one, limits_).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("$."));
  }
  for (const absl::Status& status :
       {reader_->ReadAdherence(one, limits_).status(),
        reader_->ReadChannelWork(one, absl::UTCTimeZone(), limits_).status(),
        reader_->ReadPresences(limits_).status()}) {
    EXPECT_EQ(status.code(),
              platform() ? absl::StatusCode::kDataLoss : absl::StatusCode::kUnimplemented)
        << status;
  }
  for (const auto section :
       {model::Section::kAdherence, model::Section::kChannelWork, model::Section::kPresences}) {
    EXPECT_EQ(reader_->Has(section), platform());
  }
  EXPECT_TRUE(reader_->Has(model::Section::kCampaigns));
  EXPECT_FALSE(reader_->Has(model::Section::kEstimates));
}

TEST_P(OptionalReaderTest, API8_AgentsWithoutAScheduleAreNotSeen) {
  if (!platform()) return;
  answer_ = [](const std::string&, const http::Request& request) {
    // 100 agents a request.
    const bool first = absl::StrContains(request.url, "userId=u000&");
    EXPECT_EQ(first, absl::StrContains(request.url, "userId=u099"));
    return Answer(200, first ? R"([{"user":{"id":"u007"}},{"user":{"id":"stranger"}}])" : "[]");
  };
  std::vector<std::string> agents;
  for (int i = 0; i < 150; ++i) {
    agents.push_back(absl::StrCat("u", i / 100, i / 10 % 10, i % 10));
  }
  const auto reading = reader_->ReadAdherence(agents, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  ASSERT_EQ(reading->adherence.size(), 1u);
  EXPECT_EQ(reading->counts, (Counts{150, 1, 2}));
}

TEST_P(OptionalReaderTest, LEAD1_WorkByChannelIsAskedForByTheDaysOfTheZone) {
  if (!platform()) return;
  std::vector<std::string> intervals;
  std::string second = "y";
  answer_ = [&](const std::string&, const http::Request& request) {
    const size_t at = request.body.find("\"interval\":\"") + 12;
    intervals.push_back(request.body.substr(at, 49));
    const std::string datum = absl::StrCat(
        "{\"interval\":\"", intervals.back(),
        "\",\"metrics\":[{\"metric\":\"tHandle\",\"stats\":{\"count\":2,\"sum\":60000}}]}");
    const auto result = [&](const std::string& media) {
      return absl::StrCat("{\"group\":{\"userId\":\"u\",\"queueId\":\"q1\",\"mediaType\":\"", media,
                          "\"},\"data\":[", datum, "]}");
    };
    // Two media that we have no name for come as one.
    return Answer(200, absl::StrCat("{\"results\":[", result("x"), ",", result(second), "]}"));
  };
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("America/New_York", &zone));
  const std::vector<std::string> queues = {"q1"};
  const auto reading = reader_->ReadChannelWork(queues, zone, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_THAT(intervals, ElementsAre("2023-11-12T05:00:00.000Z/2023-11-13T05:00:00.000Z",
                                     "2023-11-13T05:00:00.000Z/2023-11-14T05:00:00.000Z",
                                     "2023-11-14T05:00:00.000Z/2023-11-14T09:02:10.000Z"));
  ASSERT_EQ(reading->work.size(), 3u);
  EXPECT_EQ(reading->work[2].handled, 4);
  EXPECT_EQ(reading->work[2].length, absl::Hours(24));
  EXPECT_EQ(reading->counts.requests, 3);
  // The same work twice would be counted twice.
  answer_ = [&, answer = answer_](const std::string& path, const http::Request& request) {
    http::Response response = answer(path, request);
    for (size_t at; (at = response.body.find("\"x\"")) != std::string::npos;) {
      response.body.replace(at, 3, "\"voice\"");
    }
    return response;
  };
  second = "voice";
  const absl::Status twice = reader_->ReadChannelWork(queues, zone, limits_).status();
  EXPECT_EQ(twice.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(twice.message()), HasSubstr("agent u and queue q1 come twice"));
}

TEST_P(OptionalReaderTest, API10_ProbesAreMadeOfWhatIsAskedForAlone) {
  const std::vector<std::string> queues = {"q1"};
  const auto names = [&](const OptionalReads& optional) {
    std::set<std::string> names;
    for (const Probe& probe : reader_->Probes(queues, optional)) {
      names.insert(probe.operation->name);
    }
    return names;
  };
  const auto without = names({});
  OptionalReads all;
  all.campaign_ids = {"c1"};
  all.agent_ids = {"u1"};
  all.adherence = all.channel_work = all.presences = true;
  std::vector<std::string> more;
  for (const std::string& name : names(all)) {
    if (!without.contains(name)) more.push_back(name);
  }
  if (platform()) {
    EXPECT_THAT(more, ElementsAre("campaigns.list", "campaigns.stats", "conversations.details",
                                  "presence.definitions", "workforce.adherence"));
  } else {
    EXPECT_THAT(more, ElementsAre("campaigns.calls", "campaigns.get"));
  }
}

TEST_P(OptionalReaderTest, API10_PreflightNamesCampaignsThatAreGoneAndTriesTheOthers) {
  if (!platform()) return;
  answer_ = [](const std::string& path, const http::Request&) {
    if (absl::EndsWith(path, "/tokens/me")) {
      return Answer(200, R"({"organization":{"id":"o","name":"O"}})");
    }
    if (path == "/api/v2/outbound/campaigns") {
      return Answer(200, R"({"entities":[{"id":"c1","campaignStatus":"off"}],"total":1})");
    }
    if (absl::EndsWith(path, "/stats")) return Answer(404);  // it has never dialled
    return Answer(200, R"({"entities":[]})");
  };
  OptionalReads optional;
  optional.campaign_ids = {"gone", "c1"};
  optional.adherence = true;
  const PreflightReport report =
      RunPreflight(*client_, *reader_, {}, {}, clock_, limits_, optional);
  EXPECT_TRUE(report.identity_status.ok()) << report.identity_status;
  EXPECT_TRUE(report.campaigns_status.ok()) << report.campaigns_status;
  EXPECT_THAT(report.gone_campaigns, ElementsAre("gone"));
  EXPECT_FALSE(report.ok());
  for (const ProbeResult& probe : report.probes) {
    EXPECT_TRUE(probe.status.ok()) << probe.operation->name << ": " << probe.status;
  }
  for (const http::Request& request : requests_) {
    EXPECT_THAT(request.url, ::testing::Not(HasSubstr("gone/stats")));
  }
  // What could not be tried is said.
  EXPECT_THAT(report.warnings, ::testing::Contains(HasSubstr("single queues were not tried")));
  EXPECT_THAT(report.warnings, ::testing::Contains(HasSubstr("adherence was not tried")));
}

}  // namespace
}  // namespace evenkeel::genesys
