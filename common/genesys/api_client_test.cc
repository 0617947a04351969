// API-2, API-3, API-9: calls and what becomes of them.
#include "common/genesys/api_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <thread>

#include "common/base/error_details.h"
#include "common/genesys/client.h"
#include "common/genesys/paging.h"
#include "common/testing/fake_transport.h"

namespace evenkeel::genesys {
namespace {

using testing::Answer;
using ::testing::ElementsAre;
using testing::FakeTransport;
using ::testing::HasSubstr;

constexpr Operation kRead = {
    "things.list",          "GET", "/api/v2/things/{thingId}/parts", "thing:view",
    http::Priority::kState, true};
constexpr Operation kWrite = {"things.put",          "PUT", "/api/v2/things", "thing:edit",
                              http::Priority::kPlan, false};
const ApiRequest kRequest = {{{"thingId", "a/b"}}, {{"id", "1"}, {"id", "2 3"}}, ""};

// Real time, because that is the time of timeouts.
void LetTimePass(absl::Duration duration) {
  RealClock real;
  const SteadyTime start = real.SteadyNow();
  while (real.SteadyNow() - start < duration) {
  }
}

class Recorder final : public CallObserver {
 public:
  void OnAttempt(std::string_view operation, int status, absl::Duration, int attempt) override {
    seen.push_back(std::string(operation) + " " + std::to_string(status) + " " +
                   std::to_string(attempt));
  }
  void OnBudget(double per_minute, double) override { budget_per_minute = per_minute; }
  std::vector<std::string> seen;
  double budget_per_minute = 0;
};

class ApiClientTest : public ::testing::Test {
 protected:
  ApiClientTest() {
    ClientOptions options;
    options.region = "mypurecloud.ie";
    options.credentials = []() -> absl::StatusOr<Credentials> {
      return Credentials{"id", Secret("secret")};
    };
    auto transport = std::make_unique<FakeTransport>([this](const http::Request& request) {
      if (testing::IsLogin(request)) {
        return absl::StatusOr<http::Response>(
            testing::TokenAnswer("t" + std::to_string(++logins_)));
      }
      if (answers_.empty()) return absl::StatusOr<http::Response>(Answer(200, "{}"));
      auto answer = answers_.front();
      if (answers_.size() > 1) answers_.pop_front();
      return answer;
    });
    transport_ = transport.get();
    client_ = *Client::Make(options, clock_, &recorder_, std::move(transport));
  }

  // Runs `work` on a thread of its own and moves the clock on, by `step`, whenever it sleeps.
  void WhileTimePasses(absl::Duration step, const std::function<void()>& work) {
    std::atomic<bool> done = false;
    std::jthread worker([&](std::stop_token stop) {
      work();
      done = true;
      clock_.SleepFor(absl::Hours(100000), stop);  // lets WaitForSleepers end
    });
    while (true) {
      clock_.WaitForSleepers(1);
      if (done) return;
      clock_.Advance(step);
    }
  }
  absl::StatusOr<http::Response> CallWhileTimePasses(const Operation& operation,
                                                     const ApiRequest& request,
                                                     absl::Duration max_wait) {
    absl::StatusOr<http::Response> result;
    WhileTimePasses(absl::Milliseconds(100), [&] {
      CallLimits limits;
      limits.max_wait = max_wait;
      result = client_->api().Call(operation, request, limits);
    });
    return result;
  }
  // Without time: fails where it would have to wait.
  absl::StatusOr<http::Response> Call(const Operation& operation, const ApiRequest& request) {
    CallLimits limits;
    limits.max_wait = absl::ZeroDuration();
    return client_->api().Call(operation, request, limits);
  }
  int api_requests() const {
    int count = 0;
    for (const auto& request : transport_->sent()) count += testing::IsLogin(request) ? 0 : 1;
    return count;
  }

  SimulatedClock clock_{absl::UnixEpoch()};
  std::deque<absl::StatusOr<http::Response>> answers_;
  int logins_ = 0;
  Recorder recorder_;
  FakeTransport* transport_ = nullptr;
  std::unique_ptr<Client> client_;
};

TEST_F(ApiClientTest, SendsWhatTheOperationSays) {
  ASSERT_TRUE(Call(kRead, kRequest).ok());
  const http::Request sent = transport_->sent().back();
  EXPECT_EQ(sent.method, "GET");
  EXPECT_EQ(sent.url, "https://api.mypurecloud.ie/api/v2/things/a%2Fb/parts?id=1&id=2%203");
  EXPECT_THAT(sent.headers, ::testing::Contains(::testing::Pair("Authorization", "Bearer t1")));
  ASSERT_TRUE(Call(kRead, kRequest).ok());
  EXPECT_THAT(recorder_.seen,
              ElementsAre("oauth.token 200 1", "things.list 200 1", "things.list 200 1"));
}

TEST_F(ApiClientTest, API9_EachRefusalHasItsCode) {
  const std::vector<std::pair<int, absl::StatusCode>> table = {
      {400, absl::StatusCode::kInvalidArgument},  {401, absl::StatusCode::kUnauthenticated},
      {403, absl::StatusCode::kPermissionDenied}, {404, absl::StatusCode::kNotFound},
      {405, absl::StatusCode::kInvalidArgument},  {408, absl::StatusCode::kInvalidArgument},
      {409, absl::StatusCode::kAborted},          {413, absl::StatusCode::kInvalidArgument},
      {415, absl::StatusCode::kInvalidArgument},  {429, absl::StatusCode::kResourceExhausted},
      {500, absl::StatusCode::kUnavailable},      {503, absl::StatusCode::kUnavailable},
      {302, absl::StatusCode::kUnavailable},
  };
  for (const auto& [status, code] : table) {
    answers_ = {Answer(status, R"({"message":"why","code":"x.y"})")};
    const absl::Status result = Call(kRead, kRequest).status();
    EXPECT_EQ(result.code(), code) << status;
    EXPECT_THAT(std::string(result.message()), HasSubstr("things.list: answered"));
    EXPECT_THAT(std::string(result.message()), HasSubstr("x.y"));
    clock_.Advance(absl::Minutes(1));  // a 429 holds the next call back
  }
}

TEST_F(ApiClientTest, API9_A400ShowsWhatWasSentAndWhatCameBackAndIsNotRepeated) {
  answers_ = {Answer(400, R"({"message":"bad","entityName":"Ann"})")};
  const absl::Status status =
      CallWhileTimePasses(kWrite, {{}, {}, R"([{"id":"u1","name":"Ann"}])"}, absl::Minutes(5))
          .status();
  EXPECT_EQ(status.message(),
            "things.put: answered 400 {\"message\":\"bad\",\"entityName\": \"***\"}; sent PUT "
            "/api/v2/things [{\"id\":\"u1\",\"name\": \"***\"}]");
  EXPECT_EQ(api_requests(), 1);
}

TEST_F(ApiClientTest, API9_A403NamesThePermission) {
  answers_ = {Answer(403, "{}")};
  EXPECT_THAT(std::string(Call(kRead, kRequest).status().message()), HasSubstr("needs thing:view"));
}

TEST_F(ApiClientTest, API1_OnceMoreOn401WithANewToken) {
  answers_ = {Answer(401), Answer(200, "{}")};
  ASSERT_TRUE(Call(kWrite, {}).ok());  // a refused request had no effect: a write too
  EXPECT_THAT(transport_->sent().back().headers,
              ::testing::Contains(::testing::Pair("Authorization", "Bearer t2")));
  answers_ = {Answer(401)};
  EXPECT_EQ(Call(kRead, kRequest).status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(logins_, 3);
  EXPECT_EQ(api_requests(), 4);
}

TEST_F(ApiClientTest, API2_RetryAfterIsWaitedForInClockTime) {
  answers_ = {Answer(429, "{}", {{"Retry-After", "20"}}), Answer(200, "{}")};
  ASSERT_TRUE(CallWhileTimePasses(kRead, kRequest, absl::Minutes(1)).ok());
  EXPECT_GE(clock_.Now() - absl::UnixEpoch(), absl::Seconds(20));
  EXPECT_EQ(api_requests(), 2);
}

TEST_F(ApiClientTest, API3_ACallThatWaitedForTheBudgetHasItsAttemptsAllTheSame) {
  client_->pacer().Limited(absl::Minutes(3));
  answers_ = {Answer(503), Answer(200, "{}")};
  CallLimits limits;
  limits.max_wait = absl::Minutes(1);
  limits.max_budget_wait = absl::Minutes(15);
  absl::StatusOr<http::Response> response;
  WhileTimePasses(absl::Milliseconds(100),
                  [&] { response = client_->api().Call(kRead, kRequest, limits); });
  EXPECT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(api_requests(), 2);
}

TEST_F(ApiClientTest, API2_ARetryAfterPastTheLimitFailsAtOnceAndHoldsTheOthersBack) {
  answers_ = {Answer(429, "{}", {{"Retry-After", "90"}}), Answer(200, "{}")};
  absl::Status status = CallWhileTimePasses(kRead, kRequest, absl::Minutes(1)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetRetryAfter(status), absl::Seconds(90));
  EXPECT_THAT(std::string(status.message()), HasSubstr("not tried again: the wait of 1m30s"));
  const absl::Status next = Call(kRead, kRequest).status();
  EXPECT_EQ(next.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(next.message()), HasSubstr("things.list: not sent"));
  EXPECT_EQ(api_requests(), 1);
}

TEST_F(ApiClientTest, API2_FourAttemptsAndThenTheLastError) {
  answers_ = {Answer(503, "busy")};
  const absl::Status status = CallWhileTimePasses(kRead, kRequest, absl::Minutes(5)).status();
  EXPECT_EQ(status.message(), "things.list: answered 503 busy; given up after 4 attempts");
  EXPECT_EQ(api_requests(), 4);
}

TEST_F(ApiClientTest, API2_AWriteThatMayHaveHadItsEffectIsNotSentAgain) {
  answers_ = {absl::UnavailableError("connection reset")};
  const absl::Status status = CallWhileTimePasses(kWrite, {}, absl::Minutes(5)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("may have had its effect"));
  EXPECT_EQ(api_requests(), 1);
}

TEST_F(ApiClientTest, Act5WhatCertainlyNeverLeftIsKnown) {
  absl::Status refused = absl::UnavailableError("connection refused");
  SetNotSent(refused);
  answers_ = {refused};
  EXPECT_TRUE(IsNotSent(Call(kWrite, {}).status()));
  answers_ = {absl::UnavailableError("connection reset")};
  EXPECT_FALSE(IsNotSent(Call(kWrite, {}).status()));
  // A read that broke off once may be asked again; that the second try did not leave says nothing.
  answers_ = {Answer(503, ""), refused};
  EXPECT_FALSE(IsNotSent(CallWhileTimePasses(kRead, kRequest, absl::Minutes(5)).status()));
  answers_ = {absl::UnavailableError("gone")};
  for (int i = 0; i < 8; ++i) (void)Call(kRead, kRequest);
  EXPECT_TRUE(IsNotSent(Call(kWrite, {}).status())) << "the circuit is open";
}

TEST_F(ApiClientTest, Act6WhatIsTooLateStaysUnsent) {
  CallLimits limits;
  limits.send_within = absl::Nanoseconds(-1);
  const absl::Status late = client_->api().Call(kWrite, {}, limits).status();
  EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(IsNotSent(late));
  EXPECT_EQ(api_requests(), 0);
}

TEST_F(ApiClientTest, API2_ADeadHostIsLeftAloneForAWhile) {
  answers_ = {absl::UnavailableError("connection refused")};
  for (int i = 0; i < 8; ++i) (void)Call(kRead, kRequest);
  EXPECT_EQ(api_requests(), 8);
  const absl::Status open = Call(kRead, kRequest).status();
  EXPECT_THAT(std::string(open.message()), HasSubstr("failed 8 times in a row"));
  EXPECT_EQ(api_requests(), 8);
  answers_ = {Answer(200, "{}")};
  clock_.Advance(absl::Seconds(30));
  EXPECT_TRUE(Call(kRead, kRequest).ok());
}

// API-3: the planned load, sent as fast as the pacer lets it, against an API that counts.
TEST_F(ApiClientTest, API3_No429AtFullSpeed) {
  const absl::Time start = clock_.Now();
  int in_window = 0, refused = 0;
  int64_t window = -1;
  transport_->set_handler([&](const http::Request& request) -> absl::StatusOr<http::Response> {
    if (testing::IsLogin(request)) return testing::TokenAnswer("t");
    const int64_t now = absl::ToInt64Seconds(clock_.Now() - start);
    if (now / 60 != window) in_window = 0;
    window = now / 60;
    ++in_window;
    if (in_window > 180) ++refused;
    return Answer(in_window > 180 ? 429 : 200, "{}",
                  {{"inin-ratelimit-count", std::to_string(in_window)},
                   {"inin-ratelimit-allowed", "180"},
                   {"inin-ratelimit-reset", std::to_string(60 - now % 60)}});
  });
  WhileTimePasses(absl::Milliseconds(50), [&] {
    CallLimits limits;
    limits.max_wait = absl::Hours(1);
    for (int i = 0; i < 700; ++i) (void)client_->api().Call(kRead, kRequest, limits);
  });
  EXPECT_EQ(refused, 0);
  EXPECT_NEAR(recorder_.budget_per_minute, 115.2, 1e-9);
}

TEST_F(ApiClientTest, OPS8_AStopEndsAReadingThatHasBudgetLeft) {
  std::stop_source stop;
  answers_ = {Answer(200, R"({"entities":[],"continuation_token":"more"})")};
  CallLimits limits;
  limits.stop = stop.get_token();
  int pages = 0;
  const absl::Status status =
      ReadPages(client_->api(), kRead, kRequest, PagingStyle::kUntilEmpty, limits,
                [&](std::string_view) -> absl::StatusOr<PageInfo> {
                  if (++pages == 2) stop.request_stop();
                  answers_ = {Answer(200, std::to_string(pages))};
                  PageInfo info;
                  info.entries = 1;
                  return info;
                })
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(IsNotSent(status));
  EXPECT_EQ(api_requests(), 2);
}

TEST_F(ApiClientTest, API9_TokenAndRequestShareOneTimeout) {
  transport_->set_handler([](const http::Request& request) -> absl::StatusOr<http::Response> {
    if (!testing::IsLogin(request)) return Answer(200, "{}");
    LetTimePass(absl::Nanoseconds(1));
    return testing::TokenAnswer("t");
  });
  CallLimits limits;
  limits.timeout = absl::Seconds(10);
  ASSERT_TRUE(client_->api().Call(kRead, kRequest, limits).ok());
  const auto timeouts = transport_->timeouts();
  ASSERT_EQ(timeouts.size(), 2u);
  EXPECT_LE(timeouts[0], absl::Seconds(10));
  EXPECT_LT(timeouts[1], timeouts[0]);
}

TEST_F(ApiClientTest, API9_WhenTheTokenTookAllTheTimeNothingIsSent) {
  CallLimits limits;
  limits.timeout = absl::Milliseconds(1);
  transport_->set_handler([&](const http::Request& request) -> absl::StatusOr<http::Response> {
    if (!testing::IsLogin(request)) return Answer(200, "{}");
    LetTimePass(limits.timeout);
    return testing::TokenAnswer("t");
  });
  const absl::Status status = client_->api().Call(kRead, kRequest, limits).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(IsNotSent(status));
  EXPECT_EQ(api_requests(), 0);
}

TEST_F(ApiClientTest, API9_A401AfterTheCallsTimeIsNotTriedAgain) {
  ASSERT_TRUE(Call(kRead, kRequest).ok());
  CallLimits limits;
  limits.timeout = absl::Milliseconds(1);
  transport_->set_handler([&](const http::Request& request) -> absl::StatusOr<http::Response> {
    if (testing::IsLogin(request)) return testing::TokenAnswer("t" + std::to_string(++logins_));
    LetTimePass(limits.timeout);
    return Answer(401);
  });
  const absl::Status status = client_->api().Call(kRead, kRequest, limits).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(IsNotSent(status));
  EXPECT_EQ(logins_, 1);
}

TEST_F(ApiClientTest, StopsWaiting) {
  client_->pacer().Limited(absl::Hours(1));
  absl::Status status;
  std::jthread caller([&](std::stop_token stop) {
    CallLimits limits;
    limits.max_wait = absl::Hours(2);
    limits.stop = stop;
    status = client_->api().Call(kRead, kRequest, limits).status();
  });
  clock_.WaitForSleepers(1);
  caller.request_stop();
  caller.join();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
}

TEST(ClientTest, API3_AGuideLimitBelowOneASecondIsKept) {
  SimulatedClock clock(absl::UnixEpoch());
  ClientOptions options;
  options.dialect = Dialect::kGuide;
  options.region = "mypurecloud.ie";
  for (const double per_minute : {30.0, 90.0, 6000.0}) {
    options.requests_per_minute = per_minute;
    const auto client = *Client::Make(
        options, clock, nullptr,
        std::make_unique<FakeTransport>([](const http::Request&) { return Answer(200, "{}"); }));
    EXPECT_NEAR(client->pacer().per_minute(), 0.8 * 0.8 * per_minute, 1e-6);
  }
}

TEST(ClientTest, WhatCannotWorkIsRefusedAtOnce) {
  SimulatedClock clock(absl::UnixEpoch());
  ClientOptions options;
  options.region = "foo";
  EXPECT_EQ(Client::Make(options, clock, nullptr).status().code(),
            absl::StatusCode::kInvalidArgument);
  options.api_base_url = options.login_base_url = "nonsense";
  EXPECT_EQ(Client::Make(options, clock, nullptr).status().code(),
            absl::StatusCode::kInvalidArgument);
  options.api_base_url = options.login_base_url = "http://127.0.0.1:1/";
  EXPECT_EQ((*Client::Make(options, clock, nullptr))->urls().api, "http://127.0.0.1:1");
  options.ca_file = "/nonexistent";
  EXPECT_FALSE(Client::Make(options, clock, nullptr).ok());
}

}  // namespace
}  // namespace evenkeel::genesys
