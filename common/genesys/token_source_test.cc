// API-1: tokens.
#include "common/genesys/token_source.h"

#include <absl/strings/escaping.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "common/base/error_details.h"
#include "common/testing/fake_transport.h"

namespace evenkeel::genesys {
namespace {

using testing::Answer;
using testing::FakeTransport;
using ::testing::HasSubstr;
using TokenReply = http::Response;

class TokenSourceTest : public ::testing::Test {
 protected:
  TokenSource Make(Dialect dialect) {
    return TokenSource(
        dialect, "https://login.example.test",
        [this]() -> absl::StatusOr<Credentials> {
          return Credentials{"client one", Secret(secret_)};
        },
        transport_, breakers_, clock_, nullptr);
  }
  static std::string Value(const absl::StatusOr<Token>& token) {
    return token.ok() ? token->value.Reveal() : std::string(token.status().message());
  }
  // Tokens "t1", "t2", ...
  FakeTransport::Handler Counting(int lifetime_seconds = 86400) {
    return [this, lifetime_seconds](const http::Request&) {
      return testing::TokenAnswer("t" + std::to_string(++fetches_), lifetime_seconds);
    };
  }
  absl::StatusOr<Token> Get(TokenSource& source) { return source.Get(absl::Seconds(10)); }

  SimulatedClock clock_{absl::UnixEpoch()};
  std::string secret_ = "s&1";
  std::atomic<int> fetches_ = 0;
  FakeTransport transport_{Counting()};
  http::CircuitBreakers breakers_{http::BreakerOptions()};
};

TEST_F(TokenSourceTest, API1_PlatformSendsTheCredentialsInTheHeader) {
  TokenSource source = Make(Dialect::kPlatform);
  EXPECT_EQ(Value(Get(source)), "t1");
  const http::Request sent = transport_.sent().at(0);
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.url, "https://login.example.test/oauth/token");
  EXPECT_EQ(sent.body, "grant_type=client_credentials");
  EXPECT_THAT(sent.headers, ::testing::Contains(::testing::Pair(
                                "Authorization", "Basic " + absl::Base64Escape("client one:s&1"))));
}

TEST_F(TokenSourceTest, API1_GuideSendsThemInTheFormOnEitherPath) {
  TokenSource source = Make(Dialect::kGuide);
  transport_.set_handler([](const http::Request& request) {
    if (request.url.ends_with("/login/oauth2/token")) return testing::TokenAnswer("second");
    return Answer(404);
  });
  EXPECT_EQ(Value(Get(source)), "second");
  ASSERT_EQ(transport_.sent().size(), 2u);
  EXPECT_EQ(transport_.sent()[0].url, "https://login.example.test/oauth/token");
  EXPECT_EQ(transport_.sent()[1].body,
            "grant_type=client_credentials&client_id=client%20one&client_secret=s%261");
}

TEST_F(TokenSourceTest, API1_CachedAndRefreshedBeforeTheEnd) {
  EXPECT_EQ(RefreshMargin(absl::Hours(24)), absl::Seconds(300));
  EXPECT_EQ(RefreshMargin(absl::Seconds(600)), absl::Seconds(60));
  TokenSource source = Make(Dialect::kPlatform);
  transport_.set_handler(Counting(600));
  EXPECT_EQ(Value(Get(source)), "t1");
  clock_.Advance(absl::Seconds(539));
  EXPECT_EQ(Value(Get(source)), "t1");
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(Value(Get(source)), "t2");
  EXPECT_EQ(fetches_, 2);
}

TEST_F(TokenSourceTest, API1_SingleFlight) {
  TokenSource source = Make(Dialect::kPlatform);
  std::latch release(1);
  std::atomic<int> inside = 0;
  transport_.set_handler([&](const http::Request&) {
    ++inside;
    release.wait();
    return testing::TokenAnswer("only");
  });
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 8; ++i) {
      callers.emplace_back([&] { right += Value(Get(source)) == "only" ? 1 : 0; });
    }
    while (inside == 0) std::this_thread::yield();
    release.count_down();
  }
  EXPECT_EQ(right, 8);
  EXPECT_EQ(inside, 1);
}

TEST_F(TokenSourceTest, API1_OthersUseTheOldTokenWhileOneFetches) {
  TokenSource source = Make(Dialect::kPlatform);
  transport_.set_handler(Counting(600));
  ASSERT_EQ(Value(Get(source)), "t1");
  clock_.Advance(absl::Seconds(550));
  std::latch inside(1), release(1);
  transport_.set_handler([&](const http::Request&) {
    inside.count_down();
    release.wait();
    return testing::TokenAnswer("new");
  });
  std::string fetched;
  std::jthread fetcher([&] { fetched = Value(Get(source)); });
  inside.wait();
  EXPECT_EQ(Value(Get(source)), "t1");
  release.count_down();
  fetcher.join();
  EXPECT_EQ(fetched, "new");
}

TEST_F(TokenSourceTest, API1_ARefreshThatFailsLeavesTheOldTokenInUse) {
  TokenSource source = Make(Dialect::kPlatform);
  transport_.set_handler(Counting(600));
  ASSERT_EQ(Value(Get(source)), "t1");
  transport_.set_handler([](const http::Request&) { return Answer(503); });
  clock_.Advance(absl::Seconds(545));
  EXPECT_EQ(Value(Get(source)), "t1");
  EXPECT_EQ(Value(Get(source)), "t1");
  EXPECT_EQ(transport_.sent().size(), 2u);  // not tried again at once
  clock_.Advance(absl::Seconds(56));
  EXPECT_EQ(Get(source).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(TokenSourceTest, API1_ARejectedTokenIsFetchedAgainOnce) {
  TokenSource source = Make(Dialect::kPlatform);
  const uint64_t first = Get(source)->generation;
  source.Reject(first);
  secret_ = "changed";
  const auto second = Get(source);
  EXPECT_EQ(Value(second), "t2");
  EXPECT_THAT(transport_.sent().back().headers,
              ::testing::Contains(::testing::Pair(
                  "Authorization", "Basic " + absl::Base64Escape("client one:changed"))));
  source.Reject(first);  // somebody late
  EXPECT_EQ(Value(Get(source)), "t2");
}

TEST_F(TokenSourceTest, API1_RefusedCredentialsAreNotTriedAllTheTime) {
  TokenSource source = Make(Dialect::kPlatform);
  transport_.set_handler([](const http::Request&) {
    return Answer(400, R"({"error":"invalid_client","description":"client not found"})");
  });
  for (int i = 0; i < 10; ++i) {
    const absl::Status status = Get(source).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
    EXPECT_THAT(std::string(status.message()), HasSubstr("invalid_client, client not found"));
    EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("s&1")));
  }
  EXPECT_EQ(transport_.sent().size(), 1u);
  clock_.Advance(absl::Seconds(1));
  (void)Get(source);
  clock_.Advance(absl::Seconds(1));
  (void)Get(source);
  EXPECT_EQ(transport_.sent().size(), 2u);
  transport_.set_handler(Counting());
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Value(Get(source)), "t1");
}

TEST_F(TokenSourceTest, API2_TheLoginsRetryAfterIsObeyed) {
  TokenSource source = Make(Dialect::kPlatform);
  transport_.set_handler([](const http::Request&) {
    return Answer(429, "{}", {{"Retry-After", "40"}});
  });
  EXPECT_EQ(GetRetryAfter(Get(source).status()), absl::Seconds(40));
  transport_.set_handler(Counting());
  clock_.Advance(absl::Seconds(39));
  const absl::Status status = Get(source).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetRetryAfter(status), absl::Seconds(1));
  EXPECT_EQ(transport_.sent().size(), 1u);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Value(Get(source)), "t1");
}

TEST_F(TokenSourceTest, API9_WhoeverWaitsForAnothersFetchHasATimeoutToo) {
  TokenSource source = Make(Dialect::kPlatform);
  std::latch inside(1), release(1);
  transport_.set_handler([&](const http::Request&) {
    inside.count_down();
    release.wait();
    return testing::TokenAnswer("late");
  });
  std::jthread fetcher([&] { (void)Get(source); });
  inside.wait();
  EXPECT_EQ(source.Get(absl::Milliseconds(1)).status().code(), absl::StatusCode::kDeadlineExceeded);
  release.count_down();
}

TEST_F(TokenSourceTest, API9_WhoeverHasNoTimeLeftSpoilsNothingForTheOthers) {
  TokenSource source = Make(Dialect::kPlatform);
  EXPECT_EQ(source.Get(absl::ZeroDuration()).status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Value(Get(source)), "t1");
}

TEST_F(TokenSourceTest, API9_BothPathsOfTheGuideShareOneTimeout) {
  TokenSource source = Make(Dialect::kGuide);
  transport_.set_handler([](const http::Request& request) {
    RealClock real;
    for (const SteadyTime start = real.SteadyNow(); real.SteadyNow() == start;) {
    }
    return request.url.ends_with("/login/oauth2/token") ? testing::TokenAnswer("t") : Answer(404);
  });
  ASSERT_TRUE(Get(source).ok());
  EXPECT_LT(transport_.timeouts().at(1), transport_.timeouts().at(0));
}

TEST_F(TokenSourceTest, API9_WhatTheLoginSaysIsShortAndPrintable) {
  TokenSource source = Make(Dialect::kPlatform);
  transport_.set_handler([](const http::Request&) {
    return Answer(401, R"({"error":"x\nforged","description":")" + std::string(5000, 'y') + "\"}");
  });
  const std::string message(Get(source).status().message());
  EXPECT_THAT(message, HasSubstr("x forged, yyy"));
  EXPECT_LT(message.size(), 400u);
}

TEST_F(TokenSourceTest, API1_WhatTheLoginMayAnswer) {
  for (const auto& [reply, code] : {
           std::pair(Answer(401, "<html>no</html>"), absl::StatusCode::kUnauthenticated),
           std::pair(Answer(429), absl::StatusCode::kResourceExhausted),
           std::pair(Answer(502, "<html>"), absl::StatusCode::kUnavailable),
           std::pair(Answer(302), absl::StatusCode::kUnavailable),
           std::pair(Answer(200, "<html>"), absl::StatusCode::kDataLoss),
       }) {
    TokenSource source = Make(Dialect::kPlatform);
    transport_.set_handler([reply = reply](const http::Request&) { return reply; });
    EXPECT_EQ(Get(source).status().code(), code) << reply.status;
  }
}

TEST(TokenAnswerTest, API6_DamagedAnswersAreNamed) {
  for (const char* body :
       {"", "{}", "[]", R"({"access_token":"t"})", R"({"expires_in":5})",
        R"({"access_token":7,"expires_in":5})", R"({"access_token":"","expires_in":5})",
        R"({"access_token":"a\r\nX: y","expires_in":5})", R"({"access_token":"t","expires_in":0})",
        R"({"access_token":"t","expires_in":-5})", R"({"access_token":"t","expires_in":"5"})",
        R"({"access_token":"t","expires_in":1e999})",
        R"({"access_token":"t","access_token":"u","expires_in":5})"}) {
    EXPECT_EQ(ParseTokenAnswer(body).status().code(), absl::StatusCode::kDataLoss) << body;
  }
  EXPECT_EQ(ParseTokenAnswer(R"({"access_token":"t","expires_in":1e9,"x":1})")->lifetime,
            absl::Hours(48));
}

}  // namespace
}  // namespace evenkeel::genesys
