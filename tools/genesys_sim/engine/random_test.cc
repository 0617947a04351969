#include "tools/genesys_sim/engine/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tools/genesys_sim/engine/distribution.h"

namespace evenkeel::sim {
namespace {

TEST(RandomTest, StreamsAreTheSameEverywhereAndApartFromOneAnother) {
  Stream a(1, {2, 3}), same(1, {2, 3});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.Next(), same.Next());
  std::set<uint64_t> firsts;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (uint64_t x = 0; x < 20; ++x) {
      firsts.insert(Stream(seed, {x}).Next());
      firsts.insert(Stream(seed, {x, 0}).Next());
      firsts.insert(Stream(seed, {0, x + 1}).Next());
    }
  }
  EXPECT_EQ(firsts.size(), 20u * 20 * 3);
}

TEST(RandomTest, NormalQuantileAgreesWithPublishedValues) {
  // Wichura (1988), and scipy.stats.norm.ppf.
  EXPECT_NEAR(NormalQuantile(0.25), -0.6744897501960817, 1e-15);
  EXPECT_NEAR(NormalQuantile(0.001), -3.090232306167813, 1e-14);
  EXPECT_NEAR(NormalQuantile(1e-20), -9.262340089798408, 1e-13);
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-15);
  EXPECT_NEAR(NormalQuantile(0.9999), 3.719016485455709, 1e-13);
  for (double p = 0.0005; p < 1; p += 0.0005) {
    EXPECT_NEAR(0.5 * std::erfc(-NormalQuantile(p) / std::sqrt(2.0)), p, 1e-14);
  }
}

struct Moments {
  double mean = 0;
  double cv_ratio = 0;
};

Moments Measure(const Distribution& distribution, uint64_t seed) {
  const Sampler sampler(distribution);
  Stream stream(seed, {7});
  constexpr int kDraws = 200'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = sampler.DrawSeconds(stream);
    EXPECT_GE(x, 0);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  return {mean, std::sqrt(squares / kDraws - mean * mean) / mean};
}

TEST(RandomTest, DistributionsHaveTheirMeanAndVariation) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    for (const double cv : {0.3, 0.8, 1.5}) {
      for (const Shape shape : {Shape::kLogNormal, Shape::kGamma}) {
        Distribution d{shape, absl::Seconds(240), cv};
        const Moments m = Measure(d, seed);
        EXPECT_NEAR(m.mean / 240, 1, 0.015) << ShapeName(shape) << cv;
        EXPECT_NEAR(m.cv_ratio / cv, 1, 0.06) << ShapeName(shape) << cv;
      }
    }
    const Moments exponential = Measure({Shape::kExponential, absl::Seconds(60)}, seed);
    EXPECT_NEAR(exponential.mean, 60, 0.6);
    EXPECT_NEAR(exponential.cv_ratio, 1, 0.01);
    Distribution uniform{Shape::kUniform};
    uniform.least = absl::Seconds(10);
    uniform.most = absl::Seconds(50);
    const Moments u = Measure(uniform, seed);
    EXPECT_NEAR(u.mean, 30, 0.1);
    EXPECT_NEAR(u.cv_ratio, 40 / std::sqrt(12.0) / 30, 0.005);
    EXPECT_EQ(uniform.Mean(), absl::Seconds(30));
    EXPECT_EQ(Measure({Shape::kConstant, absl::Seconds(5)}, seed).mean, 5);
  }
}

TEST(RandomTest, GammaOfSmallShapeHasItsMean) {
  for (const double shape : {0.05, 0.3, 0.9, 1.0, 20.0}) {
    Stream stream(11, {1});
    double sum = 0, squares = 0;
    constexpr int kDraws = 400'000;
    for (int i = 0; i < kDraws; ++i) {
      const double x = stream.Gamma(shape);
      sum += x;
      squares += x * x;
    }
    const double mean = sum / kDraws;
    EXPECT_NEAR(mean / shape, 1, 5 / std::sqrt(shape * kDraws)) << shape;
    EXPECT_NEAR((squares / kDraws - mean * mean) / shape, 1, 0.1) << shape;
  }
}

}  // namespace
}  // namespace evenkeel::sim
