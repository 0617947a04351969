#include "services/optimizer/core/capacity/cost_curve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "common/stats/erlang.h"

namespace evenkeel::optimizer {
namespace {

void ExpectConvexAndFalling(const CostCurve& curve) {
  const auto corners = curve.corners();
  ASSERT_FALSE(corners.empty());
  EXPECT_EQ(corners[0].staff, 0);
  for (size_t i = 0; i + 1 < corners.size(); ++i) {
    EXPECT_LT(corners[i].staff, corners[i + 1].staff);
    const double gain = curve.GainAbove(corners[i].staff);
    EXPECT_GE(gain, 0);
    EXPECT_GE(gain, curve.GainAbove(corners[i + 1].staff));
    EXPECT_DOUBLE_EQ(gain, curve.GainBelow(corners[i + 1].staff));
  }
  EXPECT_EQ(curve.GainAbove(corners.back().staff), 0);
}

TEST(CostCurveTest, IsTheMeanQueueAtWholeStaffAndStraightBetween_CAP2) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 40; ++round) {
    const QueueLoad load{10.0 + static_cast<double>(random() % 400),
                         60.0 + static_cast<double>(random() % 600),
                         20.0 + static_cast<double>(random() % 900)};
    const CostCurve curve = CostCurve::ForLoad(load, 40);
    ExpectConvexAndFalling(curve);
    for (int n = 0; n <= 40; ++n) {
      const double queue = stats::ErlangA(n, load.OfferedLoad(), load.mean_handle_seconds,
                                          *load.mean_patience_seconds, 20)
                               .mean_queue;
      EXPECT_NEAR(curve.At(n), queue, 1e-12 * std::max(queue, 1e-5));
      EXPECT_NEAR(curve.At(n + 0.25), 0.75 * curve.At(n) + 0.25 * curve.At(n + 1), 1e-12);
    }
  }
}

TEST(CostCurveTest, UnknownPatienceContinuesTheLastFiniteSlope_CAP2) {
  const QueueLoad load{60, 330, std::nullopt};  // 5.5 Erlangs
  const CostCurve curve = CostCurve::ForLoad(load, 20);
  ExpectConvexAndFalling(curve);
  const double at_6 = stats::ErlangC(6, 5.5, 330, 20)->mean_queue;
  const double at_7 = stats::ErlangC(7, 5.5, 330, 20)->mean_queue;
  EXPECT_DOUBLE_EQ(curve.At(6), at_6);
  EXPECT_DOUBLE_EQ(curve.At(7), at_7);
  EXPECT_NEAR(curve.At(5), at_6 + (at_6 - at_7), 1e-12);
  EXPECT_NEAR(curve.At(0), at_6 + 6 * (at_6 - at_7), 1e-12);
  // Also where the curve ends inside the overload.
  EXPECT_NEAR(CostCurve::ForLoad(load, 3).At(2), curve.At(2), 1e-12);
}

TEST(CostCurveTest, NoLoadCostsNothingAndEverythingIsFlatBeyondTheEnd) {
  const CostCurve none = CostCurve::ForLoad({0, 300, 60}, 10);
  EXPECT_EQ(none.At(0), 0);
  EXPECT_EQ(none.At(1e6), 0);
  EXPECT_EQ(CostCurve::ForLoad({0, 300, std::nullopt}, 10).At(0), 0);
  const CostCurve some = CostCurve::ForLoad({30, 300, 60}, 4);
  EXPECT_EQ(some.At(5), some.At(4));
  // Far beyond the load nothing waits: the curve ends by itself.
  EXPECT_LT(CostCurve::ForLoad({30, 300, 60}, 1e6).corners().size(), 60u);
}

TEST(CostCurveTest, TakesTheLowerHull) {
  const CostCurve curve(std::vector<CostCurve::Corner>{{0, 10}, {1, 9}, {2, 2}, {3, 1.5}, {4, 0}});
  ASSERT_EQ(curve.corners().size(), 3u);
  EXPECT_DOUBLE_EQ(curve.At(1), 6);
  EXPECT_DOUBLE_EQ(curve.At(3), 1);
}

TEST(CostCurveTest, PenaltyCountsMissingAgents) {
  const CostCurve curve(std::vector<CostCurve::Corner>{{0, 4}, {2, 1}, {5, 0}});
  const CostCurve penalised = curve.WithPenaltyBelow(3, 100);
  EXPECT_DOUBLE_EQ(penalised.At(0), 304);
  EXPECT_DOUBLE_EQ(penalised.At(2.5), curve.At(2.5) + 50);
  EXPECT_DOUBLE_EQ(penalised.At(3), curve.At(3));
  EXPECT_DOUBLE_EQ(penalised.At(4), curve.At(4));
  ExpectConvexAndFalling(penalised);
  // A minimum beyond the curve's end.
  EXPECT_DOUBLE_EQ(curve.WithPenaltyBelow(7, 1).At(6), 1);
  EXPECT_DOUBLE_EQ(curve.WithPenaltyBelow(0, 1).At(0), 4);
}

}  // namespace
}  // namespace evenkeel::optimizer
