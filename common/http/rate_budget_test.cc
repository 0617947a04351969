// API-3: the rate budget.
#include "common/http/rate_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <map>
#include <random>
#include <thread>

#include "common/base/error_details.h"

namespace evenkeel::http {
namespace {

SteadyTime At(double seconds) { return SteadyTime(absl::Seconds(seconds)); }

// An API that counts requests in fixed windows that start at `phase`, and one in sliding windows.
struct Limits {
  explicit Limits(double limit, double window) : limit(limit), window(window) {}
  double limit, window;
  std::deque<double> sent;
  bool Count(double at) {
    sent.push_back(at);
    while (sent.front() <= at - window) sent.pop_front();
    return static_cast<double>(sent.size()) <= limit;
  }
};

class BudgetProperty : public testing::TestWithParam<std::tuple<double, double, double>> {};

// At any demand no window of the API, however placed, sees more than our share of the limit.
TEST_P(BudgetProperty, API3_NoWindowEverExceedsOurShare) {
  const auto [limit, window, share] = GetParam();
  std::mt19937 random(7);
  for (int run = 0; run < 5; ++run) {
    RateBudget budget({limit, absl::Seconds(window), share}, At(0));
    Limits api(std::max(1.0, share * limit), window);
    double now = 0;
    int sent = 0;
    const double end = 20 * window;
    const auto mean_gap = std::array{0.0, 0.2, 1.0, 3.0, 10.0}[run] * window / limit;
    while (now < end) {
      now += mean_gap * std::exponential_distribution<double>(1)(random);
      const auto priority = static_cast<Priority>(random() % 5);
      const absl::Duration wait = budget.Take(priority, At(now));
      if (wait == absl::ZeroDuration()) {
        ++sent;
        ASSERT_TRUE(api.Count(now)) << "limit " << limit << " share " << share << " at " << now;
      } else if (mean_gap == 0 || random() % 2 == 0) {
        now += absl::ToDoubleSeconds(wait);
      }
    }
    // Nor does it waste what is ours.
    if (run == 0) {
      EXPECT_GE(sent, 0.8 * (share * limit - 1) * 20 - 2);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Limits, BudgetProperty,
                         testing::Values(std::tuple(300.0, 60.0, 0.8), std::tuple(100.0, 1.0, 0.8),
                                         std::tuple(300.0, 60.0, 1.0), std::tuple(300.0, 60.0, 0.1),
                                         std::tuple(5.0, 60.0, 0.5), std::tuple(20.0, 1.0, 1.0),
                                         std::tuple(5.0, 60.0, 0.25), std::tuple(3.0, 60.0, 0.1)));

// Six loops ask for more than there is: what they get falls with their patience.
TEST(RateBudgetTest, API3_UnderPressureThePatientSlowDownFirst) {
  RateBudget budget({300, absl::Minutes(1), 0.8}, At(0));
  std::map<Priority, int> asked, got;
  std::mt19937 random(3);
  const std::array<double, 6> per_minute = {16, 16, 48, 72, 60, 96};  // 308 against 192
  for (int tick = 0; tick < 60 * 60 * 10; ++tick) {
    const double now = tick * 0.1;
    for (int p = 0; p < 6; ++p) {
      if (std::uniform_real_distribution<>(0, 600)(random) > per_minute[p]) continue;
      const auto priority = static_cast<Priority>(p);
      ++asked[priority];
      if (budget.Take(priority, At(now)) == absl::ZeroDuration()) ++got[priority];
    }
  }
  const auto ratio = [&](Priority p) { return static_cast<double>(got[p]) / asked[p]; };
  EXPECT_GT(ratio(Priority::kRestore), 0.999);
  EXPECT_GT(ratio(Priority::kThrottle), 0.999);
  EXPECT_GT(ratio(Priority::kPlan), 0.99);
  EXPECT_GT(ratio(Priority::kState), 0.95);
  EXPECT_GT(ratio(Priority::kMembers), ratio(Priority::kHistory) + 0.2);
  EXPECT_LT(ratio(Priority::kMembers), 0.9);
  EXPECT_LT(ratio(Priority::kHistory), 0.3);
}

TEST(RateBudgetTest, API3_LearnsTheLimitAndWhatOthersTook) {
  RateBudget budget({300, absl::Minutes(1), 0.8}, At(0));
  EXPECT_DOUBLE_EQ(budget.per_minute(), 192);
  EXPECT_DOUBLE_EQ(budget.Left(At(0)), 48);
  budget.Learn({1, 180, absl::Seconds(61)}, At(0));
  EXPECT_NEAR(budget.per_minute(), 115.2, 1e-9);
  EXPECT_NEAR(budget.Left(At(0)), 28.8, 1e-9);
  budget.Learn({175, 180, absl::Seconds(30)}, At(1));
  EXPECT_NEAR(budget.Left(At(1)), 5, 1e-9);
  budget.Learn({180, 180, absl::Seconds(29)}, At(2));
  EXPECT_EQ(budget.Take(Priority::kRestore, At(3)), absl::Seconds(28));
  EXPECT_EQ(budget.Take(Priority::kRestore, At(31)), absl::ZeroDuration());
}

TEST(RateBudgetTest, API3_ARefusalHoldsEveryCallBack) {
  RateBudget budget({300, absl::Minutes(1), 0.8}, At(0));
  budget.Limited(absl::Seconds(12), At(1));
  EXPECT_EQ(budget.Take(Priority::kRestore, At(1)), absl::Seconds(12));
  EXPECT_EQ(budget.Left(At(5)), 0);
  EXPECT_EQ(budget.Take(Priority::kRestore, At(13)), absl::ZeroDuration());
}

TEST(RateBudgetTest, ReadsHeadersOrNothing) {
  Response response;
  EXPECT_EQ(ReadRateHeaders(response).has_value(), false);
  response.headers = {{"ININ-RateLimit-Count", "3"},
                      {"inin-ratelimit-allowed", "300"},
                      {"inin-ratelimit-reset", "42"}};
  EXPECT_EQ(ReadRateHeaders(response)->reset, absl::Seconds(42));
  for (const char* bad : {"", "many", "-1", "nan", "0", "1e300"}) {
    response.headers[1].second = bad;
    EXPECT_FALSE(ReadRateHeaders(response).has_value()) << bad;
  }
}

TEST(PacerTest, API3_WaitsInClockTimeAndKeepsToTheBudget) {
  SimulatedClock clock(absl::UnixEpoch());
  Pacer pacer({40, absl::Seconds(32), 0.5}, clock);  // one each 2 s, four at once
  std::atomic<int> sent = 0;
  std::jthread caller([&](std::stop_token stop) {
    while (pacer.Acquire(Priority::kRestore, absl::Hours(1), stop).ok()) ++sent;
  });
  clock.WaitForSleepers(1);
  EXPECT_EQ(sent, 4);
  for (int i = 1; i <= 10; ++i) {
    clock.Advance(absl::Seconds(2));
    while (sent < 4 + i) std::this_thread::yield();
    clock.WaitForSleepers(1);
    EXPECT_EQ(sent, 4 + i);
  }
}

TEST(PacerTest, API3_AWaitPastTheDeadlineFailsAtOnceWithTheReason) {
  SimulatedClock clock(absl::UnixEpoch());
  Pacer pacer({300, absl::Minutes(1), 0.8}, clock);
  pacer.Limited(absl::Seconds(40));
  const absl::Status status = pacer.Acquire(Priority::kState, absl::Seconds(39), {});
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetRetryAfter(status), absl::Seconds(40));
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("192 requests a minute"));
}

TEST(PacerTest, OPS8_GivesNothingOutWhenToldToStop) {
  SimulatedClock clock(absl::UnixEpoch());
  Pacer pacer({300, absl::Minutes(1), 0.8}, clock);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(pacer.Acquire(Priority::kRestore, absl::Minutes(5), stop.get_token()).code(),
            absl::StatusCode::kCancelled);
}

TEST(PacerTest, StopsWaitingWhenToldTo) {
  SimulatedClock clock(absl::UnixEpoch());
  Pacer pacer({300, absl::Minutes(1), 0.8}, clock);
  pacer.Limited(absl::Seconds(40));
  absl::Status status;
  std::jthread caller([&](std::stop_token stop) {
    status = pacer.Acquire(Priority::kState, absl::Minutes(5), stop);
  });
  clock.WaitForSleepers(1);
  caller.request_stop();
  caller.join();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
}

double PerMinute(std::span<const LoopDemand> loops, const std::vector<absl::Duration>& intervals) {
  double total = 0;
  for (size_t i = 0; i < loops.size(); ++i) {
    total += loops[i].requests / absl::ToDoubleMinutes(intervals[i]);
  }
  return total;
}

TEST(RealIntervalsTest, API3_AsConfiguredWhereTheBudgetSuffices) {
  const std::vector<LoopDemand> loops = {{2, absl::Seconds(15), Priority::kState},
                                         {12, absl::Seconds(30), Priority::kState},
                                         {3, absl::Minutes(10), Priority::kHistory}};
  EXPECT_THAT(RealIntervals(loops, 240),
              testing::ElementsAre(absl::Seconds(15), absl::Seconds(30), absl::Minutes(10)));
}

TEST(RealIntervalsTest, API3_StretchesHistoryFirstAndFillsTheBudget) {
  // API-7's centre: 10,000 agents, 300 queues.
  const std::vector<LoopDemand> loops = {{5, absl::Seconds(15), Priority::kState},
                                         {310, absl::Seconds(30), Priority::kPlan},
                                         {3, absl::Minutes(1), Priority::kHistory},
                                         {100, absl::Minutes(10), Priority::kHistory}};
  const auto intervals = RealIntervals(loops, 240);
  EXPECT_NEAR(PerMinute(loops, intervals), 240, 1e-6);
  for (size_t i = 0; i < loops.size(); ++i) EXPECT_GE(intervals[i], loops[i].interval);
  // The urgent one is stretched least, loops of one priority alike.
  EXPECT_LT(intervals[1] / absl::Seconds(30), intervals[0] / absl::Seconds(15));
  EXPECT_EQ(intervals[2] / absl::Minutes(1), intervals[3] / absl::Minutes(10));
}

TEST(RealIntervalsTest, API3_ADearLoopDoesNotSlowTheCheapOnesBesideIt) {
  // States and live figures, members queue by queue, figures of the past.
  const std::vector<LoopDemand> loops = {{4, absl::Seconds(15), Priority::kState},
                                         {152, absl::Seconds(30), Priority::kState},
                                         {2, absl::Seconds(15), Priority::kState},
                                         {2, absl::Minutes(1), Priority::kHistory}};
  for (const double budget : {173.0, 86.0}) {
    const auto intervals = RealIntervals(loops, budget);
    EXPECT_EQ(intervals[0], absl::Seconds(15)) << budget;
    EXPECT_EQ(intervals[2], absl::Seconds(15)) << budget;
    EXPECT_GT(intervals[1], absl::Seconds(30)) << budget;
    EXPECT_GT(intervals[3] / absl::Minutes(1), intervals[1] / absl::Seconds(30)) << budget;
    EXPECT_NEAR(PerMinute(loops, intervals), budget, 1e-6);
  }
  // So little that it ends within the cheap ones: all are slowed.
  const auto least = RealIntervals(loops, 10);
  EXPECT_GT(least[0], absl::Seconds(15));
  EXPECT_GT(least[2], absl::Seconds(15));
  EXPECT_NEAR(PerMinute(loops, least), 10, 1e-6);
}

TEST(RealIntervalsTest, API3_PropertiesOnRandomLoops) {
  std::mt19937 random(11);
  for (int round = 0; round < 500; ++round) {
    std::vector<LoopDemand> loops(1 + random() % 8);
    for (LoopDemand& loop : loops) {
      loop = {static_cast<double>(random() % 400), absl::Seconds(1 + random() % 600),
              static_cast<Priority>(random() % 5)};
    }
    const double budget = 1 + static_cast<double>(random() % 2000);
    const auto intervals = RealIntervals(loops, budget);
    EXPECT_LE(PerMinute(loops, intervals), budget * (1 + 1e-9));
    for (size_t i = 0; i < loops.size(); ++i) {
      EXPECT_GE(intervals[i], loops[i].interval);
      EXPECT_LT(intervals[i], absl::InfiniteDuration());
      for (size_t j = 0; j < loops.size(); ++j) {
        if (loops[i].priority < loops[j].priority) {
          EXPECT_LE(absl::FDivDuration(intervals[i], loops[i].interval),
                    absl::FDivDuration(intervals[j], loops[j].interval) * (1 + 1e-9));
        }
      }
    }
  }
}

}  // namespace
}  // namespace evenkeel::http
