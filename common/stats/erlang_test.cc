#include "common/stats/erlang.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>

#include "common/testing/reference_rows.h"

namespace evenkeel::stats {
namespace {

std::string ReadData(const std::string& name) {
  std::ifstream file(std::string(EVENKEEL_SOURCE_DIR) + "/tests/data/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The tolerance of the reference files: 1e-10 relative or 1e-14 absolute, whichever is larger.
void ExpectClose(std::optional<double> ours, std::optional<double> expected, const char* what) {
  ASSERT_EQ(ours.has_value(), expected.has_value()) << what;
  if (!ours) return;
  EXPECT_NEAR(*ours, *expected, std::max(1e-10 * std::abs(*expected), 1e-14)) << what;
}

TEST(ErlangTest, BlockingAndWaitingMatchTheReference) {
  constexpr std::array<std::string_view, 7> kKeys = {"n", "a",           "aht_s",     "B",
                                                     "C", "mean_wait_s", "mean_queue"};
  const std::string text = ReadData("erlang.json");
  const auto rows = ReadRows(text, "bc", kKeys);
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_GE(rows->size(), 30u);
  constexpr std::array<std::string_view, 1> kLevel = {"sl20"};
  const auto levels = ReadRows(text, "bc", kLevel);
  for (size_t i = 0; i < rows->size(); ++i) {
    const Row& row = (*rows)[i];
    const auto n = static_cast<int64_t>(*row[0]);
    SCOPED_TRACE(testing::Message() << "n " << n << " a " << *row[1]);
    ExpectClose(ErlangB(n, *row[1]), row[3], "B");
    const std::optional<ErlangCFigures> c = ErlangC(n, *row[1], *row[2], 20);
    ASSERT_EQ(c.has_value(), row[4].has_value());
    if (!c) continue;
    ExpectClose(c->p_wait, row[4], "C");
    ExpectClose(c->mean_wait_seconds, row[5], "mean wait");
    ExpectClose(c->mean_queue, row[6], "mean queue");
    ExpectClose(c->service_level_ratio, (*levels)[i][0], "service level");
  }
}

void CheckErlangA(const std::string& file, size_t at_least) {
  constexpr std::array<std::string_view, 16> kKeys = {"n",
                                                      "a",
                                                      "aht_s",
                                                      "patience_s",
                                                      "awt_s",
                                                      "p_wait",
                                                      "p_abandon",
                                                      "mean_wait_s",
                                                      "mean_wait_served_s",
                                                      "mean_queue",
                                                      "occupancy",
                                                      "sl_all",
                                                      "sl_served",
                                                      "sl_excl_short_abandon",
                                                      "sl_wait_all",
                                                      "sl_virtual"};
  const auto rows = ReadRows(ReadData(file), "a", kKeys);
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_GE(rows->size(), at_least);
  for (const Row& row : *rows) {
    const auto n = static_cast<int64_t>(*row[0]);
    SCOPED_TRACE(testing::Message() << "n " << n << " a " << *row[1] << " patience " << *row[3]);
    const ErlangAFigures figures = ErlangA(n, *row[1], *row[2], *row[3], *row[4]);
    ExpectClose(figures.p_wait, row[5], "p_wait");
    ExpectClose(figures.p_abandon, row[6], "p_abandon");
    ExpectClose(figures.mean_wait_seconds, row[7], "mean wait");
    ExpectClose(figures.mean_wait_served_seconds, row[8], "mean wait of the served");
    ExpectClose(figures.mean_queue, row[9], "mean queue");
    ExpectClose(figures.occupancy_ratio, row[10], "occupancy");
    ExpectClose(figures.service_levels.all_ratio, row[11], "all");
    ExpectClose(figures.service_levels.served_ratio, row[12], "served");
    ExpectClose(figures.service_levels.excl_short_abandons_ratio, row[13], "excl short");
    ExpectClose(figures.service_levels.wait_all_ratio, row[14], "wait all");
    ExpectClose(figures.service_levels.virtual_ratio, row[15], "virtual");
  }
}

TEST(ErlangTest, AbandonmentMatchesTheReference) { CheckErlangA("erlang.json", 60); }

TEST(ErlangTest, AbandonmentMatchesHighPrecisionAtTheEdges) {
  CheckErlangA("erlang_extremes.json", 36);
}

TEST(ErlangTest, EdgesOfTheContract) {
  EXPECT_EQ(ErlangB(0, 0), 1);
  EXPECT_EQ(ErlangB(5, 0), 0);
  EXPECT_FALSE(ErlangC(0, 0, 60, 20).has_value());
  const std::optional<ErlangCFigures> quiet = ErlangC(3, 0, 60, 20);
  ASSERT_TRUE(quiet.has_value());
  EXPECT_EQ(quiet->p_wait, 0);
  EXPECT_EQ(quiet->service_level_ratio, 1);

  // Nobody serves: everybody waits until patience ends.
  const ErlangAFigures nobody = ErlangA(0, 3, 60, 120, 20);
  EXPECT_EQ(nobody.p_wait, 1);
  EXPECT_EQ(nobody.p_abandon, 1);
  EXPECT_EQ(nobody.mean_wait_seconds, 120);
  EXPECT_EQ(nobody.mean_queue, 6);
  EXPECT_FALSE(nobody.mean_wait_served_seconds.has_value());
  EXPECT_FALSE(nobody.occupancy_ratio.has_value());
  EXPECT_FALSE(nobody.service_levels.served_ratio.has_value());
  EXPECT_EQ(nobody.service_levels.all_ratio, 0);
  EXPECT_EQ(nobody.service_levels.excl_short_abandons_ratio, 0);
  EXPECT_DOUBLE_EQ(nobody.service_levels.wait_all_ratio, 1 - std::exp(-1.0 / 6));

  const ErlangAFigures empty = ErlangA(4, 0, 60, 120, 20);
  EXPECT_EQ(empty.p_wait, 0);
  EXPECT_EQ(empty.mean_queue, 0);
  EXPECT_EQ(empty.service_levels.all_ratio, 1);
}

TEST(ErlangTest, QueueCurvesAgreeWithTheFormulasAndAreConvex) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int round = 0; round < 60; ++round) {
    const double load = std::exp(8 * uniform(random) - 3);
    const double handle = 20 + 900 * uniform(random);
    const double patience = handle * std::exp(12 * (uniform(random) - 0.5));
    const auto most = static_cast<int64_t>(2 * load + 12);
    const std::vector<double> impatient = ErlangAMeanQueues(most, load, handle, patience);
    const std::vector<double> patient = ErlangCMeanQueues(most, load);
    for (int64_t n = 0; n <= most; n += 1 + most / 40) {
      const auto at = static_cast<size_t>(n);
      SCOPED_TRACE(testing::Message() << "load " << load << " n " << n);
      ExpectClose(impatient[at], ErlangA(n, load, handle, patience, 20).mean_queue, "A");
      const std::optional<ErlangCFigures> c = ErlangC(n, load, handle, 20);
      if (c) {
        ExpectClose(patient[at], c->mean_queue, "C");
      } else {
        EXPECT_EQ(patient[at], std::numeric_limits<double>::infinity());
      }
    }
    for (size_t n = 0; n + 2 < impatient.size(); ++n) {
      const double rounding = 1e-12 * impatient[0];
      EXPECT_GE(impatient[n] + rounding, impatient[n + 1]);
      EXPECT_GE(impatient[n] - impatient[n + 1] + rounding, impatient[n + 1] - impatient[n + 2]);
    }
  }
}

TEST(ErlangTest, ServiceLevelsKeepTheirOrderAndAreShares) {
  std::mt19937_64 random(12);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int round = 0; round < 500; ++round) {
    const auto n = static_cast<int64_t>(std::exp(7 * uniform(random)));
    const double load = static_cast<double>(n) * std::exp(4 * (uniform(random) - 0.5));
    const ErlangAFigures f =
        ErlangA(n, load, 300, 300 * std::exp(30 * (uniform(random) - 0.5)), 60 * uniform(random));
    const ServiceLevels& s = f.service_levels;
    for (const double share :
         {f.p_wait, f.p_abandon, *f.occupancy_ratio, s.all_ratio, *s.served_ratio,
          *s.excl_short_abandons_ratio, s.wait_all_ratio, s.virtual_ratio}) {
      EXPECT_GE(share, 0);
      EXPECT_LE(share, 1);
    }
    EXPECT_LE(s.all_ratio, *s.excl_short_abandons_ratio);
    EXPECT_LE(*s.excl_short_abandons_ratio, *s.served_ratio * (1 + 1e-15));
    EXPECT_LE(s.all_ratio, s.virtual_ratio);
    EXPECT_LE(s.virtual_ratio, s.wait_all_ratio);
    EXPECT_LE(f.p_abandon, f.p_wait);
  }
}

}  // namespace
}  // namespace evenkeel::stats
