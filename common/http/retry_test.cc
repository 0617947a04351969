// API-2: retries and the circuit breaker.
#include "common/http/retry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error_details.h"

namespace evenkeel::http {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1445412420);  // Wed, 21 Oct 2015 07:27:00 GMT

AttemptResult Answer(int status, std::string_view retry_after = "") {
  return {status, absl::StatusCode::kOk, retry_after};
}
AttemptResult NoAnswer(absl::StatusCode code) { return {0, code, ""}; }

RetryDecision Decide(const AttemptResult& result, int made = 1, bool repeat_safe = true,
                     absl::Duration left = absl::Minutes(5), double jitter = 1.0 - 1e-9) {
  return DecideRetry(RetryOptions(), result, made, repeat_safe, left, kNow, jitter);
}

TEST(RetryTest, API2_RetryAfterIsObeyedInBothForms) {
  EXPECT_EQ(Decide(Answer(429, "7")).wait, absl::Seconds(7));
  EXPECT_EQ(Decide(Answer(429, " 1.5 ")).wait, absl::Milliseconds(1500));
  EXPECT_EQ(Decide(Answer(429, "Wed, 21 Oct 2015 07:28:00 GMT")).wait, absl::Minutes(1));
  EXPECT_EQ(Decide(Answer(429, "Wed, 21 Oct 2015 07:00:00 GMT")).wait, absl::ZeroDuration());
  EXPECT_EQ(Decide(Answer(503, "9")).wait, absl::Seconds(9));
}

TEST(RetryTest, API2_ARetryAfterThatCannotBeReadFallsBackToTheBackoff) {
  for (const char* text : {"soon", "-3", "nan", "21 Oct 2015", "7s"}) {
    EXPECT_EQ(ParseRetryAfter(text, kNow), std::nullopt) << text;
    const RetryDecision decision = Decide(Answer(429, text));
    EXPECT_TRUE(decision.retry);
    EXPECT_NEAR(absl::ToDoubleSeconds(decision.wait), 1, 1e-6) << text;
  }
  EXPECT_EQ(ParseRetryAfter("1e300", kNow), absl::Hours(1));
  EXPECT_EQ(ParseRetryAfter("inf", kNow), absl::Hours(1));
}

TEST(RetryTest, API2_BacksOffExponentiallyWithJitterAndACap) {
  RetryOptions options;
  options.max_attempts = 100;
  double ceiling = 1;
  for (int made = 1; made < 99; ++made) {
    for (const double jitter : {0.0, 0.3, 1.0 - 1e-9}) {
      const RetryDecision decision =
          DecideRetry(options, Answer(502), made, true, absl::Hours(1), kNow, jitter);
      ASSERT_TRUE(decision.retry);
      EXPECT_NEAR(absl::ToDoubleSeconds(decision.wait), ceiling * (0.5 + jitter / 2), 1e-6);
    }
    ceiling = std::min(30.0, ceiling * 2);
  }
}

TEST(RetryTest, API2_WhatIsRetriedAndWhatIsNot) {
  for (const int status : {429, 502, 503, 504}) EXPECT_TRUE(Decide(Answer(status)).retry) << status;
  for (const int status : {200, 204, 301, 400, 401, 403, 404, 409, 413, 500, 501}) {
    EXPECT_FALSE(Decide(Answer(status)).retry) << status;
  }
  EXPECT_TRUE(Decide(NoAnswer(absl::StatusCode::kUnavailable)).retry);
  EXPECT_TRUE(Decide(NoAnswer(absl::StatusCode::kDeadlineExceeded)).retry);
  EXPECT_FALSE(Decide(NoAnswer(absl::StatusCode::kPermissionDenied)).retry);
  EXPECT_FALSE(Decide(NoAnswer(absl::StatusCode::kResourceExhausted)).retry);
}

TEST(RetryTest, API2_AWriteIsSentAgainOnlyWhereRepeatingIsHarmless) {
  for (const auto& result :
       {Answer(502), Answer(503, "1"), NoAnswer(absl::StatusCode::kUnavailable),
        NoAnswer(absl::StatusCode::kDeadlineExceeded)}) {
    const RetryDecision decision = Decide(result, 1, /*repeat_safe=*/false);
    EXPECT_FALSE(decision.retry);
    EXPECT_THAT(decision.reason, testing::HasSubstr("may have had its effect"));
  }
  // A refusal for its rate had no effect.
  EXPECT_TRUE(Decide(Answer(429, "1"), 1, /*repeat_safe=*/false).retry);
}

TEST(RetryTest, API2_FourAttemptsAtMost) {
  EXPECT_TRUE(Decide(Answer(429), 3).retry);
  const RetryDecision decision = Decide(Answer(429), 4);
  EXPECT_FALSE(decision.retry);
  EXPECT_THAT(decision.reason, testing::HasSubstr("4 attempts"));
}

TEST(RetryTest, API2_AWaitPastTheDeadlineFailsAtOnceWithTheReason) {
  const RetryDecision decision = Decide(Answer(429, "60"), 1, true, absl::Seconds(59));
  EXPECT_FALSE(decision.retry);
  EXPECT_EQ(decision.reason,
            "not tried again: the wait of 1m is longer than the 59s that are left");
  EXPECT_TRUE(Decide(Answer(429, "60"), 1, true, absl::Seconds(60)).retry);
}

class BreakerTest : public testing::Test {
 protected:
  SteadyTime At(double seconds) { return SteadyTime(absl::Seconds(seconds)); }
  void FailUntilOpen(const std::string& host) {
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(breakers_.Allow(host, At(i)).ok());
      breakers_.Record(host, true, At(i));
    }
  }
  CircuitBreakers breakers_{{3, absl::Seconds(30)}};
};

TEST_F(BreakerTest, API2_OpensAfterFailuresInARowAndTriesOnceAfterTheCoolDown) {
  FailUntilOpen("api");
  const absl::Status open = breakers_.Allow("api", At(12));
  EXPECT_EQ(open.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetRetryAfter(open), absl::Seconds(20));
  EXPECT_TRUE(breakers_.Allow("login", At(12)).ok());  // one circuit a host

  EXPECT_TRUE(breakers_.Allow("api", At(32)).ok());
  EXPECT_FALSE(breakers_.Allow("api", At(33)).ok());  // the probe is out
  breakers_.Record("api", true, At(34));
  EXPECT_FALSE(breakers_.Allow("api", At(63)).ok());  // a failed probe starts the next cool-down
  EXPECT_TRUE(breakers_.Allow("api", At(64)).ok());
  breakers_.Record("api", false, At(64));
  EXPECT_TRUE(breakers_.Allow("api", At(64)).ok());
  EXPECT_TRUE(breakers_.Allow("api", At(64)).ok());
}

TEST_F(BreakerTest, API2_ASuccessBetweenFailuresKeepsItClosed) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(breakers_.Allow("api", At(i)).ok());
    breakers_.Record("api", i % 3 != 0, At(i));
  }
}

TEST_F(BreakerTest, AProbeThatIsNeverReportedDoesNotCloseTheRoadForEver) {
  FailUntilOpen("api");
  EXPECT_TRUE(breakers_.Allow("api", At(40)).ok());
  EXPECT_FALSE(breakers_.Allow("api", At(60)).ok());
  EXPECT_TRUE(breakers_.Allow("api", At(70)).ok());
}

}  // namespace
}  // namespace evenkeel::http
