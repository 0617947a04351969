// API-4, API-5, API-8, API-10: reading whole sections over a scripted API, in both dialects.
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/genesys/centre_reader.h"
#include "common/genesys/client.h"
#include "common/genesys/paging.h"
#include "common/genesys/preflight.h"
#include "common/testing/fake_transport.h"

namespace evenkeel::genesys {
namespace {

using testing::Answer;
using ::testing::ElementsAre;
using testing::FakeTransport;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The value of a query parameter; empty when absent.
std::string Query(const http::Request& request, const std::string& name) {
  const std::vector<std::string> halves = absl::StrSplit(request.url, absl::MaxSplits('?', 1));
  if (halves.size() < 2) return "";
  for (const std::string& pair : std::vector<std::string>(absl::StrSplit(halves[1], '&'))) {
    if (absl::StartsWith(pair, name + "=")) return pair.substr(name.size() + 1);
  }
  return "";
}

class ReaderTest : public ::testing::Test {
 protected:
  explicit ReaderTest(Dialect dialect = Dialect::kPlatform) {
    ClientOptions options;
    options.dialect = dialect;
    options.region = "mypurecloud.ie";
    options.requests_per_minute = 1e6;
    options.credentials = []() -> absl::StatusOr<Credentials> {
      return Credentials{"id", Secret("s")};
    };
    auto transport = std::make_unique<FakeTransport>([this](const http::Request& request) {
      if (testing::IsLogin(request)) return testing::TokenAnswer("t");
      requests_.push_back(request);
      const size_t path = request.url.find("/api/v2/");
      const std::string target = request.url.substr(path);
      return answer_(target.substr(0, target.find('?')), request);
    });
    client_ = *Client::Make(options, clock_, nullptr, std::move(transport));
    reader_ = MakeCentreReader(*client_, clock_);
    limits_.max_wait = absl::ZeroDuration();
  }

  // 2023-11-14T09:02:10Z
  SimulatedClock clock_{absl::FromUnixSeconds(1699952530)};
  const absl::Time kNine = absl::FromUnixSeconds(1699952400);
  std::function<http::Response(const std::string& path, const http::Request&)> answer_;
  std::vector<http::Request> requests_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<CentreReader> reader_;
  CallLimits limits_;
  const std::vector<std::string> one_queue_ = {"q1"};
};

// Users "u<from>" ... on a page of a listing that says `total`.
std::string UsersPage(int from, int to, int total, int pages) {
  std::string entities;
  for (int i = from; i < to; ++i) {
    absl::StrAppend(&entities, i == from ? "" : ",", "{\"id\":\"u", i, "\",\"skills\":[]}");
  }
  return absl::StrCat("{\"entities\":[", entities, "],\"total\":", total, ",\"pageCount\":", pages,
                      "}");
}

TEST_F(ReaderTest, API4_PageNumbersToTheEnd) {
  answer_ = [](const std::string&, const http::Request& request) {
    const int page = std::stoi(Query(request, "pageNumber"));
    return Answer(200, UsersPage((page - 1) * 100, std::min(page * 100, 250), 250, 3));
  };
  const auto reading = reader_->ReadRoster(limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_EQ(reading->agents.size(), 250u);
  EXPECT_EQ(reading->counts, (Counts{250, 250, 3}));
  EXPECT_EQ(Query(requests_[0], "expand"), "skills");
}

TEST_F(ReaderTest, API4_PagesThatMoveAreReadAgain) {
  // Somebody is added in front while page 2 is fetched: u199 comes twice, and one is never seen.
  int reads = 0;
  answer_ = [&](const std::string&, const http::Request& request) {
    const int page = std::stoi(Query(request, "pageNumber"));
    if (page == 1) ++reads;
    const int shift = reads == 1 && page > 1 ? 1 : 0;
    return Answer(200, UsersPage((page - 1) * 100 - shift, std::min(page * 100 - shift, 250),
                                 250 + shift, 3));
  };
  const auto reading = reader_->ReadRoster(limits_);
  EXPECT_EQ(reads, 2);
  EXPECT_EQ(reading->counts, (Counts{250, 250, 6}));
}

TEST_F(ReaderTest, API8_AListingThatKeepsMovingShowsWhatItMisses) {
  answer_ = [](const std::string&, const http::Request&) {
    return Answer(200, UsersPage(0, 90, 100, 1));
  };
  const auto reading = reader_->ReadRoster(limits_);
  EXPECT_EQ(reading->counts.expected, 100);
  EXPECT_EQ(reading->counts.seen, 90);
  EXPECT_EQ(reading->counts.requests, 2) << "the same twice does not move";
}

TEST_F(ReaderTest, API8_AgentsWhoseSkillsAreLeftOutAreNotSeen) {
  answer_ = [](const std::string&, const http::Request&) {
    return Answer(200, R"({"entities":[{"id":"u1"},{"id":"u2","skills":[]}],"total":2})");
  };
  const auto reading = reader_->ReadRoster(limits_);
  EXPECT_EQ(reading->agents.size(), 2u);
  EXPECT_EQ(reading->counts, (Counts{2, 1, 1}));
  EXPECT_THAT(reading->skills_unknown, ElementsAre("u1"));
}

TEST_F(ReaderTest, API4_NextUriIsFollowedOnOurOwnHost) {
  answer_ = [](const std::string& path, const http::Request& request) {
    if (path == "/api/v2/routing/queues") {
      return Answer(
          200, R"({"entities":[{"id":"q1","name":"n","memberCount":3}],"total":1,"pageCount":1})");
    }
    const std::string page = Query(request, "pageNumber");
    if (page.empty()) {
      return Answer(200, R"({"entities":[{"id":"u1","joined":true},{"id":"u2","joined":true}],
        "nextUri":"https://evil.example/api/v2/routing/queues/q1/members?pageSize=100&pageNumber=2"})");
    }
    return Answer(200, R"({"entities":[{"id":"u2","joined":false},{"id":"u3","joined":false}]})");
  };
  const auto reading = reader_->ReadQueues(one_queue_, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_THAT(reading->memberships,
              ElementsAre(model::Membership{"q1", "u1", true}, model::Membership{"q1", "u2", false},
                          model::Membership{"q1", "u3", false}));
  EXPECT_EQ(reading->counts, (Counts{4, 4, 3}));
  for (const auto& request : requests_) {
    EXPECT_TRUE(absl::StartsWith(request.url, "https://api.mypurecloud.ie/"));
  }
}

// Two pages of a queue's members, the second as `second` says, time for time.
class MovingMembersTest : public ReaderTest {
 protected:
  MovingMembersTest() {
    answer_ = [this](const std::string& path, const http::Request& request) {
      if (path == "/api/v2/routing/queues") {
        return Answer(200, absl::StrCat(R"({"entities":[{"id":"q1","name":"n")", count_,
                                        R"(}],"total":1,"pageCount":1})"));
      }
      if (Query(request, "pageNumber").empty()) {
        return Answer(200, R"({"entities":[{"id":"u1","joined":true},{"id":"u2","joined":true}],
          "nextUri":"/api/v2/routing/queues/q1/members?pageSize=100&pageNumber=2"})");
      }
      const std::string id = second_[std::min(readings_++, second_.size() - 1)];
      return Answer(200, absl::StrCat(R"({"entities":[{"id":")", id, R"(","joined":true}]})"));
    };
  }
  std::string count_;
  std::vector<std::string> second_;
  size_t readings_ = 0;
};

TEST_F(MovingMembersTest, API4_AreReadAgain) {
  second_ = {"u2", "u3"};  // somebody came in front, and u2 slipped to the second page
  for (const char* count : {"", R"(,"memberCount":3)"}) {
    count_ = count;
    readings_ = 0;
    const auto reading = reader_->ReadQueues(one_queue_, limits_);
    ASSERT_TRUE(reading.ok()) << reading.status();
    EXPECT_EQ(reading->memberships.size(), 3u);
    EXPECT_EQ(reading->counts, (Counts{4, 4, 5}));
  }
}

TEST_F(MovingMembersTest, API8_WhoDoesNotComeIsNotSeen) {
  second_ = {"u2"};
  EXPECT_EQ(reader_->ReadQueues(one_queue_, limits_)->counts, (Counts{4, 3, 5}));
  count_ = R"(,"memberCount":12)";
  second_ = {"u3"};
  EXPECT_EQ(reader_->ReadQueues(one_queue_, limits_)->counts, (Counts{13, 4, 5}));
  count_ = R"(,"memberCount":2)";  // one has joined since
  EXPECT_EQ(reader_->ReadQueues(one_queue_, limits_)->counts, (Counts{4, 4, 3}));
}

TEST_F(ReaderTest, API4_QueuesWhosePagesMoveAreReadAgain) {
  int lists = 0;
  answer_ = [&](const std::string& path, const http::Request& request) {
    if (path != "/api/v2/routing/queues") return Answer(200, R"({"entities":[]})");
    const bool second = Query(request, "pageNumber") == "2";
    lists += second ? 1 : 0;
    return Answer(200, absl::StrCat(R"({"entities":[{"id":"q)", second && lists > 1 ? 2 : 1,
                                    R"(","name":"n"}],"total":2,"pageCount":2})"));
  };
  const auto reading = reader_->ReadQueues({}, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_EQ(reading->counts, (Counts{2, 2, 6}));
  lists = -100;
  EXPECT_EQ(reader_->ReadQueues({}, limits_)->counts, (Counts{2, 1, 5}));
}

TEST_F(ReaderTest, API4_ListingsThatDoNotEndAreErrors) {
  for (const char* next : {"/api/v2/routing/queues/q1/members?pageNumber=1",
                           "/api/v2/routing/queues/q2/members?pageNumber=1", "nonsense"}) {
    answer_ = [next](const std::string& path, const http::Request&) {
      if (path == "/api/v2/routing/queues") {
        return Answer(200, R"({"entities":[{"id":"q1","name":"n"}],"pageCount":1})");
      }
      return Answer(
          200, absl::StrCat(R"({"entities":[{"id":"u1","joined":true}],"nextUri":")", next, "\"}"));
    };
    EXPECT_EQ(reader_->ReadQueues(one_queue_, limits_).status().code(),
              absl::StatusCode::kDataLoss);
  }
  // What came back is told, but not all of it.
  answer_ = [](const std::string& path, const http::Request&) {
    if (path == "/api/v2/routing/queues") {
      return Answer(200, R"({"entities":[{"id":"q1","name":"n"}],"pageCount":1})");
    }
    return Answer(200, R"({"entities":[],"nextUri":"/elsewhere?)" + std::string(5000, 'x') + "\"}");
  };
  EXPECT_LT(reader_->ReadQueues(one_queue_, limits_).status().message().size(), 400u);
  // A page count that is always one more.
  int pages = 0;
  const auto endless = ReadPages(client_->api(), platform::kUsers, {}, PagingStyle::kPageNumber,
                                 limits_, [&](std::string_view) -> absl::StatusOr<PageInfo> {
                                   PageInfo info;
                                   info.entries = 1;
                                   info.page_count = ++pages + 1;
                                   return info;
                                 });
  EXPECT_EQ(endless.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(pages, kMaxPages);
}

TEST_F(ReaderTest, API9_AQueueThatIsGoneDoesNotStopTheOthers) {
  answer_ = [](const std::string& path, const http::Request&) {
    if (path == "/api/v2/routing/queues") {
      return Answer(200, R"({"entities":[{"id":"q1","name":"a"},{"id":"q2","name":"b"}],
                             "pageCount":1})");
    }
    if (absl::StrContains(path, "/q2/")) return Answer(404);
    return Answer(200, R"({"entities":[{"id":"u1","joined":true}]})");
  };
  const std::vector<std::string> ids = {"q1", "q2", "q3"};
  const auto reading = reader_->ReadQueues(ids, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_THAT(reading->gone, ElementsAre("q2", "q3"));
  EXPECT_EQ(reading->queues.size(), 1u);
  EXPECT_EQ(reading->counts, (Counts{2, 2, 3}));
  EXPECT_THAT(requests_[0].url, HasSubstr("id=q1&id=q2&id=q3"));
}

// Sends the states of the agents of a queue, two of them a page, with "truncated" for more than one
// queue at once.
TEST_F(ReaderTest, API5_TruncatedStatesAreAskedForInSmallerParts) {
  answer_ = [](const std::string&, const http::Request& request) {
    const bool both =
        absl::StrContains(request.body, "\"q1\"") && absl::StrContains(request.body, "\"q2\"");
    if (Query(request, "pageNumber") != "1") return Answer(200, "{\"results\":[]}");
    std::string agents = absl::StrContains(request.body, "\"q1\"") ? "u1" : "u2";
    return Answer(200, absl::StrCat(R"({"results":[{"group":{"queueId":"q"},"truncated":)",
                                    both ? "true" : "false", R"(,"entities":[{"userId":")", agents,
                                    R"(","routingStatus":"IDLE","systemPresence":"ON_QUEUE",
                                    "activityDate":"2023-11-14T09:00:00Z"}]}]})"));
  };
  const std::vector<std::string> ids = {"q1", "q2"};
  const auto reading = reader_->ReadStates(ids, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  ASSERT_EQ(reading->states.size(), 2u);
  EXPECT_EQ(reading->states[1].agent_id, "u2");
  EXPECT_TRUE(reading->states[1].at_work);
  EXPECT_EQ(reading->counts.requests, 6);
}

TEST_F(ReaderTest, API4_AnApiThatIgnoresThePageNumberIsNotReadForEver) {
  answer_ = [](const std::string&, const http::Request&) {
    return Answer(200, R"({"results":[{"group":{},"entities":[{"userId":"u1"}]}]})");
  };
  EXPECT_EQ(reader_->ReadStates(one_queue_, limits_)->counts.requests, 2);
}

TEST_F(ReaderTest, API5_IntervalsCoverTheWindowAndAreZeroWhereNothingHappened) {
  answer_ = [](const std::string&, const http::Request&) {
    return Answer(200, R"({"results":[{"group":{"queueId":"q1"},"data":[
      {"interval":"2023-11-14T09:00:00.000Z/2023-11-14T09:02:10.000Z",
       "metrics":[{"metric":"nOffered","stats":{"count":4}}]}]}]})");
  };
  const auto reading = reader_->ReadIntervals(one_queue_, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_EQ(reading->from, kNine - absl::Minutes(25));
  EXPECT_EQ(reading->to, kNine + absl::Minutes(5));
  ASSERT_EQ(reading->intervals.size(), 6u);
  EXPECT_EQ(reading->intervals[0].offered, 0);
  EXPECT_EQ(reading->intervals[5].offered, 4);
  EXPECT_EQ(reading->intervals[5].start, kNine);
  EXPECT_THAT(requests_[0].body,
              HasSubstr("\"2023-11-14T08:35:00.000Z/2023-11-14T09:02:10.000Z\""));
  EXPECT_THAT(requests_[0].body, HasSubstr("\"granularity\":\"PT5M\""));
}

TEST_F(ReaderTest, API6_AnAnswerThatCannotBeUnderstoodNamesOperationAndPath) {
  answer_ = [](const std::string&, const http::Request&) {
    return Answer(200, R"({"results":[{"group":{"queueId":"q1"},"data":[{"metric":7}]}]})");
  };
  const absl::Status status = reader_->ReadLive(one_queue_, limits_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()),
              ::testing::StartsWith("queues.observations: the answer cannot be understood: "
                                    "$.results[0].data[0].metric"));
}

TEST_F(ReaderTest, ManyQueuesAreAskedForInBatches) {
  answer_ = [](const std::string&, const http::Request&) { return Answer(200, "{}"); };
  std::vector<std::string> ids;
  for (int i = 0; i < 250; ++i) ids.push_back("q" + std::to_string(i));
  const auto reading = reader_->ReadLive(ids, limits_);
  EXPECT_EQ(reading->counts, (Counts{250, 250, 3}));
  EXPECT_EQ(reading->live.size(), 250u);
}

TEST_F(ReaderTest, API10_PinsAreChecked) {
  answer_ = [](const std::string&, const http::Request&) {
    return Answer(200, R"({"organization":{"id":"o1","name":"Staging"}})");
  };
  EXPECT_TRUE(CheckIdentity(*client_, {"o1", "Staging"}, clock_, limits_).ok());
  EXPECT_EQ(CheckIdentity(*client_, {}, clock_, limits_)->organisation->id, "o1");
  const absl::Status wrong = CheckIdentity(*client_, {"", "Production"}, clock_, limits_).status();
  EXPECT_EQ(wrong.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(IsPinRefusal(wrong));
  EXPECT_EQ(wrong.message(),
            "centre.organisation_name is \"Production\", but these credentials belong to the "
            "organisation with the name \"Staging\"");
}

TEST_F(ReaderTest, API10_PreflightNamesWhatIsMissingByLoop) {
  answer_ = [](const std::string& path, const http::Request&) {
    if (path == "/api/v2/tokens/me") return Answer(200, R"({"organization":{"id":"o1"}})");
    if (absl::StrContains(path, "aggregates")) return Answer(403, "{}");
    if (path == "/api/v2/routing/queues") {
      return Answer(200, R"({"entities":[{"id":"q1","name":"n","conditionalGroupRouting":
                            {"rules":[]}}],"pageCount":1})");
    }
    return Answer(200, R"({"entities":[]})");
  };
  const std::vector<std::string> ids = {"q1", "q2"};
  const PreflightReport report = RunPreflight(*client_, *reader_, {}, ids, clock_, limits_);
  EXPECT_FALSE(report.ok());
  EXPECT_THAT(report.MissingPermissions("fairness"),
              ElementsAre("analytics:conversationAggregate:view"));
  EXPECT_THAT(report.MissingPermissions("dialler"), IsEmpty());
  EXPECT_THAT(report.gone, ElementsAre("q2"));
  EXPECT_THAT(report.automated, ElementsAre("q1"));
  EXPECT_EQ(report.warnings.size(), 1u);
  EXPECT_EQ(report.probes.size(), 6u);
}

TEST_F(ReaderTest, API10_AnswersThatCannotBeUnderstoodAreNotWell) {
  std::string damaged;
  answer_ = [&](const std::string& path, const http::Request&) {
    if (path == damaged) return Answer(200, "<html>come in</html>");
    if (path == "/api/v2/tokens/me") return Answer(200, R"({"organization":{"id":"o1"}})");
    if (path == "/api/v2/routing/queues") {
      return Answer(200, R"({"entities":[{"id":"q1","name":"n"}],"pageCount":1})");
    }
    return Answer(200, R"({"entities":[]})");
  };
  const auto examine = [&] {
    return RunPreflight(*client_, *reader_, {}, one_queue_, clock_, limits_);
  };
  EXPECT_TRUE(examine().ok());
  std::set<std::string> paths;
  for (const http::Request& request : requests_) {
    const std::string target = request.url.substr(request.url.find("/api/v2/"));
    paths.insert(target.substr(0, target.find('?')));
  }
  EXPECT_EQ(paths.size(), 7u);
  for (const std::string& path : paths) {
    damaged = path;
    EXPECT_FALSE(examine().ok()) << path;
  }
  damaged = "/api/v2/routing/queues/q1/members";
  const PreflightReport report = examine();
  EXPECT_EQ(report.queues_status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(report.queues_status.message()),
              HasSubstr("queues.members: the answer cannot be understood"));
}

TEST_F(ReaderTest, API10_WithoutAnAnswerNothingElseIsTried) {
  answer_ = [](const std::string&, const http::Request&) { return Answer(503); };
  const PreflightReport report = RunPreflight(*client_, *reader_, {}, one_queue_, clock_, limits_);
  EXPECT_EQ(report.identity_status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(report.probes, IsEmpty());
  EXPECT_EQ(requests_.size(), 1u);
}

class GuideReaderTest : public ReaderTest {
 protected:
  GuideReaderTest() : ReaderTest(Dialect::kGuide) {}
};

TEST_F(GuideReaderTest, API4_ContinuationTokensToTheEnd) {
  answer_ = [](const std::string& path, const http::Request& request) {
    EXPECT_EQ(path, "/api/v2/routing/users");
    EXPECT_EQ(Query(request, "page_size"), "250");
    const std::string token = Query(request, "continuation_token");
    if (token.empty()) {
      return Answer(200, R"({"entities":[{"id":"u1","skills":[]}],"continuation_token":"a b"})");
    }
    EXPECT_EQ(token, "a%20b");
    return Answer(200, R"({"entities":[{"id":"u1","skills":[]},{"id":"u2","skills":[]}]})");
  };
  const auto reading = reader_->ReadRoster(limits_);
  EXPECT_EQ(reading->counts, (Counts{2, 2, 2}));
}

TEST_F(GuideReaderTest, API4_ATokenThatComesTwiceIsAnError) {
  answer_ = [](const std::string&, const http::Request&) {
    return Answer(200, R"({"entities":[{"id":"u1","skills":[]}],"continuation_token":"x"})");
  };
  EXPECT_EQ(reader_->ReadRoster(limits_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(GuideReaderTest, API5_ReadsEverySection) {
  answer_ = [](const std::string& path, const http::Request& request) {
    if (path == "/api/v2/routing/users/state") {
      return Answer(200, R"({"entities":[{"userId":"u1","stateCode":"Interacting"}]})");
    }
    if (path == "/api/v2/routing/queues/q1") {
      return Answer(200, R"({"id":"q1","name":"n","inbound_capacity":7})");
    }
    if (path == "/api/v2/routing/queues/q1/metrics") {
      return Answer(200, R"({"queueId":"q1","intervals":[
        {"start":"2023-11-14T09:00:00Z","lengthSeconds":300,"offered":1,"answered":1,"abandoned":0,
         "handled":0,"answeredWaitSeconds":5,"abandonedWaitSeconds":0,"handleSeconds":0},
        {"start":"2023-11-14T07:00:00Z","lengthSeconds":300,"offered":1,"answered":1,"abandoned":0,
         "handled":0,"answeredWaitSeconds":5,"abandonedWaitSeconds":0,"handleSeconds":0}]})");
    }
    if (path == "/api/v2/analytics/queues/realtime") {
      EXPECT_EQ(Query(request, "queueId"), "q1");
      return Answer(200, R"({"entities":[{"queueId":"q1","waiting":2,"interacting":3,
        "longestWaitSeconds":4,"onQueueAgents":5,"idleAgents":0}]})");
    }
    if (path == "/api/v2/analytics/users/realtime") {
      EXPECT_EQ(Query(request, "interval"), "PT5M");
      return Answer(200, R"({"interval":"PT5M","timestamp":"2023-11-14T09:02:10Z","metrics":[
        {"userId":"u1","queueId":"q9","talkTime":1,"acwTime":1,"holdTime":1,"interactionsHandled":1},
        {"userId":"u1","queueId":"q1","talkTime":9,"acwTime":1,"holdTime":1,"interactionsHandled":2}
        ]})");
    }
    return Answer(404);
  };
  EXPECT_TRUE(reader_->ReadStates(one_queue_, limits_)->states[0].at_work);
  const std::vector<std::string> ids = {"q1", "q2"};
  const auto queues = reader_->ReadQueues(ids, limits_);
  ASSERT_TRUE(queues.ok()) << queues.status();
  EXPECT_EQ(queues->queues[0].inbound_capacity, 7);
  EXPECT_THAT(queues->gone, ElementsAre("q2"));
  EXPECT_EQ(reader_->ReadLive(one_queue_, limits_)->live[0].waiting, 2);
  const auto intervals = reader_->ReadIntervals(ids, limits_);
  EXPECT_EQ(intervals->intervals.size(), 1u);  // the one outside the window is none of ours
  EXPECT_EQ(intervals->counts, (Counts{1, 1, 2}));
  const auto work = reader_->ReadAgentWork(one_queue_, limits_);
  ASSERT_EQ(work->work.size(), 1u);
  EXPECT_EQ(work->work[0].start, kNine - absl::Minutes(5));
  EXPECT_EQ(work->from, kNine - absl::Minutes(5));
  EXPECT_EQ(work->to, kNine);
}

TEST_F(GuideReaderTest, API8_AQueueThatTheAnswerDoesNotNameIsNotSeen) {
  answer_ = [](const std::string&, const http::Request&) {
    return Answer(200, R"({"entities":[
      {"queueId":"q1","waiting":0,"interacting":0,"longestWaitSeconds":0,"onQueueAgents":0,
       "idleAgents":0},
      {"queueId":"q9","waiting":0,"interacting":0,"longestWaitSeconds":0,"onQueueAgents":0,
       "idleAgents":0}]})");
  };
  const std::vector<std::string> ids = {"q1", "q2"};
  const auto reading = reader_->ReadLive(ids, limits_);
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_EQ(reading->live.size(), 1u);
  EXPECT_EQ(reading->counts, (Counts{2, 1, 1}));
}

TEST_F(GuideReaderTest, API8_AGapInAQueuesFiguresShows) {
  std::vector<std::string> starts = {"08:55", "09:00"};
  answer_ = [&](const std::string&, const http::Request&) {
    std::string intervals;
    for (const std::string& start : starts) {
      absl::StrAppend(&intervals, intervals.empty() ? "" : ",", R"({"start":"2023-11-14T)", start,
                      R"(:00Z","lengthSeconds":300,"offered":1,"answered":1,"abandoned":0,)",
                      R"("handled":0,"answeredWaitSeconds":5,"abandonedWaitSeconds":0,)",
                      R"("handleSeconds":0})");
    }
    return Answer(200, absl::StrCat(R"({"queueId":"q1","intervals":[)", intervals, "]}"));
  };
  EXPECT_EQ(reader_->ReadIntervals(one_queue_, limits_)->counts, (Counts{1, 1, 1}));
  starts = {"08:45", "08:55", "09:00"};
  EXPECT_EQ(reader_->ReadIntervals(one_queue_, limits_)->counts, (Counts{1, 0, 1}));
  starts.clear();  // the centre has just opened
  EXPECT_EQ(reader_->ReadIntervals(one_queue_, limits_)->counts, (Counts{1, 1, 1}));
}

TEST_F(GuideReaderTest, API6_WorkFromTheFutureIsRefused) {
  std::string timestamp = "2023-11-14T09:07:10Z";  // a clock may be a little ahead
  answer_ = [&](const std::string&, const http::Request&) {
    return Answer(
        200, absl::StrCat(R"({"interval":"PT5M","timestamp":")", timestamp, R"(","metrics":[]})"));
  };
  EXPECT_TRUE(reader_->ReadAgentWork(one_queue_, limits_).ok());
  timestamp = "2032-11-14T09:02:10Z";
  const absl::Status status = reader_->ReadAgentWork(one_queue_, limits_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("$.timestamp: lies in the future"));
}

TEST_F(GuideReaderTest, API10_APinThatCannotBeCheckedIsRefused) {
  answer_ = [](const std::string&, const http::Request&) { return Answer(200, "{}"); };
  EXPECT_TRUE(IsPinRefusal(CheckIdentity(*client_, {"o1", ""}, clock_, limits_).status()));
  EXPECT_TRUE(CheckIdentity(*client_, {}, clock_, limits_).ok());
}

}  // namespace
}  // namespace evenkeel::genesys
