// CAP-7: what is believed of a queue's load, judged on simulated counts.
#include "services/ingest/core/estimator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace evenkeel::ingest {
namespace {

using testing::DoubleNear;

const absl::Time kStart = absl::FromUnixSeconds(1699952400);
constexpr absl::Duration kFive = absl::Minutes(5);
const std::vector<std::string> kOne = {"q"};

model::QueueInterval Figures(absl::Time start, int64_t offered) {
  model::QueueInterval interval;
  interval.queue_id = "q";
  interval.start = start;
  interval.length = kFive;
  interval.offered = offered;
  return interval;
}

void Observe(Estimator& estimator, const model::QueueInterval& interval,
             absl::Duration after = kFive) {
  estimator.Observe(std::span(&interval, 1), interval.start + after);
}

Estimator Make(LoadPrior prior = {"q", 20, absl::Seconds(300), absl::Seconds(180)}) {
  return Estimator(EstimatorSettings(), {prior});
}

// Counts in five minutes with the given mean and variance / mean: Poisson, or Poisson whose mean is
// drawn from a Gamma distribution anew in each interval.
class Counts {
 public:
  explicit Counts(int seed) : random_(seed) {}
  int64_t Draw(double mean, double dispersion) {
    if (dispersion > 1) {
      mean = std::gamma_distribution<double>(mean / (dispersion - 1), dispersion - 1)(random_);
    }
    return std::poisson_distribution<int64_t>(std::max(mean, 1e-9))(random_);
  }

 private:
  std::mt19937 random_;
};

TEST(EstimatorTest, CAP7_ThePriorUntilSomethingIsSeen) {
  Estimator estimator = Make({"q", 33, absl::Seconds(240), absl::Seconds(90)});
  const auto estimate = estimator.Estimate(kOne, kStart)[0];
  EXPECT_EQ(estimate.queue_id, "q");
  EXPECT_THAT(estimate.arrivals_per_hour, DoubleNear(33, 1e-9));
  EXPECT_DOUBLE_EQ(estimate.mean_handle_seconds, 240);
  EXPECT_DOUBLE_EQ(*estimate.mean_patience_seconds, 90);
  EXPECT_NEAR(estimate.evidence_seconds, 0, 1e-9);
}

TEST(EstimatorTest, CAP7_AQuietQueueIsNotZero) {
  Estimator estimator = Make();
  for (int i = 0; i < 200; ++i) Observe(estimator, Figures(kStart + i * kFive, 0));
  const double rate = estimator.Estimate(kOne, kStart + 200 * kFive)[0].arrivals_per_hour;
  EXPECT_GT(rate, 0);
  EXPECT_LT(rate, 0.5);
}

TEST(EstimatorTest, CAP7_ThePriorIsGoneAfterAnHour) {
  Estimator estimator = Make({"q", 500, absl::Seconds(300), absl::Seconds(180)});
  for (int i = 0; i < 12; ++i) Observe(estimator, Figures(kStart + i * kFive, 10));
  EXPECT_NEAR(estimator.Estimate(kOne, kStart + 12 * kFive)[0].arrivals_per_hour, 120, 15);
}

TEST(EstimatorTest, CAP7_HandleTimeAndPatience) {
  Estimator estimator = Make();
  for (int i = 0; i < 24; ++i) {
    model::QueueInterval interval = Figures(kStart + i * kFive, 20);
    interval.handled = 18;
    interval.handle_total = 18 * absl::Seconds(420);
    // 18 answered after 10 s, 2 gave up after 30 s: 240 s of waiting for 2 abandonments.
    interval.answered_wait_total = 18 * absl::Seconds(10);
    interval.abandoned = 2;
    interval.abandoned_wait_total = 2 * absl::Seconds(30);
    Observe(estimator, interval);
  }
  const auto estimate = estimator.Estimate(kOne, kStart + 24 * kFive)[0];
  EXPECT_NEAR(estimate.mean_handle_seconds, 420, 5);
  EXPECT_NEAR(*estimate.mean_patience_seconds, 120, 10);
}

TEST(EstimatorTest, CAP7_LateDataReplaceAndARunningIntervalCountsForItsPart) {
  Estimator whole = Make(), late = Make();
  for (int i = 0; i < 6; ++i) {
    Observe(whole, Figures(kStart + i * kFive, 10));
    Observe(late, Figures(kStart + i * kFive, 3), absl::Minutes(1));
    Observe(late, Figures(kStart + i * kFive, 10));
  }
  EXPECT_EQ(whole.Estimate(kOne, kStart + 6 * kFive), late.Estimate(kOne, kStart + 6 * kFive));
  // Two contacts in the first minute of an interval: a rate of 120 an hour, like the others.
  const double before = whole.Estimate(kOne, kStart + 6 * kFive)[0].arrivals_per_hour;
  Observe(whole, Figures(kStart + 6 * kFive, 2), absl::Minutes(1));
  const double after =
      whole.Estimate(kOne, kStart + 6 * kFive + absl::Minutes(1))[0].arrivals_per_hour;
  EXPECT_NEAR(after, before, 3);
  // An interval that has not begun says nothing.
  Observe(whole, Figures(kStart + 7 * kFive, 0), absl::ZeroDuration());
  EXPECT_EQ(after,
            whole.Estimate(kOne, kStart + 6 * kFive + absl::Minutes(1))[0].arrivals_per_hour);
}

struct Judged {
  double relative_error = 0;        // root mean square
  double churn = 0;                 // mean relative change from one five minutes to the next
  double plain_relative_error = 0;  // the same of one average with half-life H
  double plain_churn = 0;
  double dispersion = 0;
};

Judged Judge(double per_hour, double dispersion) {
  Judged judged;
  int judged_count = 0;
  for (int seed = 1000; seed < 1060; ++seed) {
    Counts counts(seed);
    Estimator estimator = Make();
    double plain_counts = 0, plain_seconds = 0, last = 0, plain_last = 0;
    for (int i = 0; i < 72; ++i) {
      const absl::Time start = kStart + i * kFive;
      const int64_t offered = counts.Draw(per_hour / 12, dispersion);
      Observe(estimator, Figures(start, offered));
      const auto estimate = estimator.Estimate(kOne, start + kFive)[0];
      const double decay = std::exp2(-5.0 / 20);
      plain_counts = plain_counts * decay + static_cast<double>(offered);
      plain_seconds = plain_seconds * decay + 300;
      const double rate = estimate.arrivals_per_hour / per_hour;
      const double plain = 3600 * plain_counts / plain_seconds / per_hour;
      if (i >= 24) {
        judged.relative_error += (rate - 1) * (rate - 1);
        judged.plain_relative_error += (plain - 1) * (plain - 1);
        judged.churn += std::abs(rate - last);
        judged.plain_churn += std::abs(plain - plain_last);
        judged.dispersion += estimate.dispersion_ratio;
        ++judged_count;
      }
      last = rate;
      plain_last = plain;
    }
  }
  judged.relative_error = std::sqrt(judged.relative_error / judged_count);
  judged.plain_relative_error = std::sqrt(judged.plain_relative_error / judged_count);
  judged.churn /= judged_count;
  judged.plain_churn /= judged_count;
  judged.dispersion /= judged_count;
  return judged;
}

TEST(EstimatorTest, CAP7_NoiseIsNotChased) {
  for (const double per_hour : {60.0, 120.0, 300.0}) {
    for (const double dispersion : {1.0, 3.0}) {
      const Judged judged = Judge(per_hour, dispersion);
      std::printf(
          "rate %3.0f/h variance/mean %.0f: error %.3f (plain average %.3f), change in five "
          "minutes %.3f (%.3f), dispersion %.2f\n",
          per_hour, dispersion, judged.relative_error, judged.plain_relative_error, judged.churn,
          judged.plain_churn, judged.dispersion);
      EXPECT_LT(judged.relative_error, 0.8 * judged.plain_relative_error);
      EXPECT_LT(judged.churn, 0.65 * judged.plain_churn);
      // The ratio is drawn towards its prior of 2 while counts are few.
      EXPECT_NEAR(judged.dispersion, dispersion == 1 ? 1.2 : 2.5, 0.25);
    }
  }
}

TEST(EstimatorTest, CAP7_AMoveOfTheLevelIsFollowed) {
  for (const double dispersion : {1.0, 3.0}) {
    double half = 0, most = 0;
    constexpr int kRuns = 60;
    for (int seed = 1000; seed < 1000 + kRuns; ++seed) {
      Counts counts(seed);
      Estimator estimator = Make();
      int reached_half = 24, reached_most = 24;
      for (int i = 0; i < 60; ++i) {
        const absl::Time start = kStart + i * kFive;
        Observe(estimator, Figures(start, counts.Draw(i < 36 ? 10 : 18, dispersion)));
        const double rate = estimator.Estimate(kOne, start + kFive)[0].arrivals_per_hour;
        if (i < 36) continue;
        const double followed = (rate - 120) / (216 - 120);
        if (followed > 0.5) reached_half = std::min(reached_half, i - 35);
        if (followed > 0.8) reached_most = std::min(reached_most, i - 35);
      }
      half += 5.0 * reached_half / kRuns;
      most += 5.0 * reached_most / kRuns;
    }
    std::printf(
        "variance/mean %.0f, from 120/h to 216/h: half followed after %.0f min, 80 %% after "
        "%.0f min\n",
        dispersion, half, most);
    // One plain average with half-life H needs 23 and 45 minutes, and errs by a third more.
    EXPECT_LT(half, 32);
    EXPECT_LT(most, 60);
  }
}

TEST(EstimatorTest, ForgetsWhatNoLongerWeighs) {
  Estimator estimator = Make();
  Observe(estimator, Figures(kStart, 100000));
  const absl::Time later = kStart + estimator.Memory() + absl::Minutes(10);
  EXPECT_NEAR(estimator.Estimate(kOne, later)[0].arrivals_per_hour, 20, 1e-6);
}

TEST(EstimatorTest, QueuesWithoutAPriorUseTheFallback) {
  Estimator estimator = Make();
  const auto estimates = estimator.Estimate(std::vector<std::string>{"other", "q"}, kStart);
  EXPECT_EQ(estimates[0].queue_id, "other");
  EXPECT_NEAR(estimates[0].arrivals_per_hour, LoadPrior().arrivals_per_hour, 1e-9);
}

// Any figures give finite estimates in range.
TEST(EstimatorTest, CAP7_AnyFiguresGiveFiniteEstimates) {
  std::mt19937 random(9);
  for (int round = 0; round < 300; ++round) {
    Estimator estimator =
        Make({"q", static_cast<double>(random() % 3 * 1000), absl::Seconds(1), absl::Hours(1)});
    for (int i = 0; i < 30; ++i) {
      model::QueueInterval interval =
          Figures(kStart + (random() % 40) * kFive, random() % 4 == 0 ? 0 : random() % 100000);
      interval.abandoned = random() % 3;
      interval.handled = random() % 50;
      interval.handle_total = absl::Seconds(random() % 100000);
      interval.answered_wait_total = absl::Seconds(random() % 1000);
      Observe(estimator, interval, absl::Seconds(random() % 400));
    }
    const auto estimate = estimator.Estimate(kOne, kStart + 40 * kFive)[0];
    EXPECT_TRUE(std::isfinite(estimate.arrivals_per_hour) && estimate.arrivals_per_hour >= 0);
    EXPECT_TRUE(std::isfinite(estimate.mean_handle_seconds) && estimate.mean_handle_seconds > 0);
    EXPECT_TRUE(*estimate.mean_patience_seconds > 0 && *estimate.mean_patience_seconds < 1e9);
    EXPECT_GE(estimate.dispersion_ratio, 1);
    EXPECT_GE(estimate.evidence_seconds, 0);
  }
}

}  // namespace
}  // namespace evenkeel::ingest
