// SIM-1: the engine against the formulas of queueing theory, at steady state.
#include <gtest/gtest.h>

#include <cmath>

#include "common/stats/erlang.h"
#include "tools/genesys_sim/engine/engine.h"
#include "tools/genesys_sim/engine/small_centre.h"

namespace evenkeel::sim {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

struct Case {
  int agents;
  double calls_per_hour;
  double talk_seconds;
  double patience_seconds;  // 0: none
};

class FormulasTest : public testing::TestWithParam<Case> {};

TEST_P(FormulasTest, Sim1MeansAgreeWithErlang) {
  const Case c = GetParam();
  const double load = c.calls_per_hour / 3600 * c.talk_seconds;
  Scenario scenario = SmallCentre()
                          .Queue(c.calls_per_hour, c.talk_seconds, c.patience_seconds)
                          .Agents(c.agents, {0})
                          .get();
  // Batches after a warm-up; their spread tells how far off the mean may be.
  constexpr int kBatches = 40;
  const absl::Duration batch = absl::Hours(std::ceil(24'000 / c.calls_per_hour));
  Engine engine(scenario, /*seed=*/42, kStart, {.keep_history = false});
  engine.AdvanceTo(kStart + absl::Hours(20));
  Figures before = engine.Totals(0);
  std::vector<double> waits, abandonments, levels, busy;
  for (int i = 1; i <= kBatches; ++i) {
    engine.AdvanceTo(kStart + absl::Hours(20) + i * batch);
    const Figures after = engine.Totals(0);
    const auto answered = static_cast<double>(after.answered.count - before.answered.count);
    const auto abandoned = static_cast<double>(after.abandoned.count - before.abandoned.count);
    const double wait = after.answered.sum_seconds - before.answered.sum_seconds +
                        after.abandoned.sum_seconds - before.abandoned.sum_seconds;
    waits.push_back(wait / (answered + abandoned));
    abandonments.push_back(abandoned / (answered + abandoned));
    levels.push_back((answered - static_cast<double>(after.over_target - before.over_target)) /
                     (answered + abandoned));
    busy.push_back((after.busy_seconds - before.busy_seconds) /
                   (after.staffed_seconds - before.staffed_seconds));
    before = after;
  }
  const auto check = [](const char* what, const std::vector<double>& batches, double expected) {
    double sum = 0, squares = 0;
    for (const double x : batches) sum += x;
    const double mean = sum / kBatches;
    for (const double x : batches) squares += (x - mean) * (x - mean);
    const double error = std::sqrt(squares / (kBatches - 1) / kBatches);
    EXPECT_NEAR(mean, expected, 4 * error + 1e-9) << what;
    EXPECT_LT(error, 0.06 * expected + 1e-3) << what << ": the run is too short to tell";
  };
  if (c.patience_seconds == 0) {
    const auto erlang = *stats::ErlangC(c.agents, load, c.talk_seconds, 20);
    check("wait", waits, erlang.mean_wait_seconds);
    check("service level", levels, erlang.service_level_ratio);
    check("busy", busy, load / c.agents);
  } else {
    const auto erlang = stats::ErlangA(c.agents, load, c.talk_seconds, c.patience_seconds, 20);
    check("wait", waits, erlang.mean_wait_seconds);
    check("abandonment", abandonments, erlang.p_abandon);
    check("service level", levels, erlang.service_levels.all_ratio);
    check("busy", busy, *erlang.occupancy_ratio);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, FormulasTest,
                         testing::Values(Case{1, 12, 180, 0}, Case{10, 150, 200, 0},
                                         Case{50, 500, 300, 0}, Case{10, 240, 200, 120},
                                         Case{25, 330, 250, 300}, Case{3, 30, 120, 60}));

}  // namespace
}  // namespace evenkeel::sim
