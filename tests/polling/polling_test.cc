// API-3, API-7: ingest in front of a centre whose members cost more requests than the budget has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/polling/rig.h"
#include "tools/bench/large_centre.h"

namespace evenkeel::polling {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

const LoopFigures& Loop(const Figures& figures, const std::string& section) {
  for (const LoopFigures& loop : figures.loops) {
    if (loop.section == section) return loop;
  }
  ADD_FAILURE() << "no section " << section;
  return figures.loops[0];
}

Figures Short(sim::Scenario scenario, double rate_share) {
  Options options;
  options.scenario = std::move(scenario);
  options.rate_share = rate_share;
  options.span = absl::Minutes(10);
  options.step = absl::Milliseconds(500);
  return Poll(options);
}

TEST(PollingTest, API3_WhereTheBudgetSufficesEveryLoopIsReadAsConfigured) {
  const Figures figures = Short(bench::LargeCentre(200, 20), 0.8);
  EXPECT_EQ(figures.refused, 0);
  EXPECT_TRUE(figures.said.empty()) << figures.said[0];
  for (const LoopFigures& loop : figures.loops) {
    EXPECT_EQ(loop.real_interval, loop.configured_interval) << loop.section;
    EXPECT_EQ(loop.exported_interval, loop.exported_configured) << loop.section;
    EXPECT_EQ(loop.failures, 0) << loop.section;
    EXPECT_GT(loop.requests_per_reading, 0) << loop.section;
    EXPECT_LE(loop.worst_age, 2 * loop.configured_interval) << loop.section;
  }
}

TEST(PollingTest, API3_UnderPressureLoopsSlowInTheirOrderAndNothingFails) {
  const sim::Scenario scenario = bench::LargeCentre(900, 150);
  double queues_slowed = 0, history_slowed = 0;
  for (const double share : {0.8, 0.4}) {
    SCOPED_TRACE(share);
    const Figures figures = Short(scenario, share);
    EXPECT_EQ(figures.refused, 0);
    EXPECT_LE(figures.worst_minute, 300 * share);
    for (const LoopFigures& loop : figures.loops) {
      SCOPED_TRACE(loop.section);
      EXPECT_EQ(loop.failures, 0);
      EXPECT_NEAR(absl::ToDoubleSeconds(loop.exported_interval),
                  absl::ToDoubleSeconds(loop.real_interval), 1e-3);
      EXPECT_EQ(loop.exported_configured, loop.configured_interval);
      if (loop.slowed() > 1.01) {
        EXPECT_THAT(figures.said, Contains(AllOf(HasSubstr("does not suffice"),
                                                 HasSubstr("\"" + loop.section + "\""))));
      }
    }
    // History before state; of the state only what is dear.
    EXPECT_EQ(Loop(figures, "states").slowed(), 1);
    EXPECT_EQ(Loop(figures, "live").slowed(), 1);
    EXPECT_GT(Loop(figures, "queues").slowed(), 1.2);
    for (const char* history : {"roster", "intervals", "agent_work"}) {
      EXPECT_GT(Loop(figures, history).slowed(), Loop(figures, "queues").slowed()) << history;
    }
    EXPECT_LE(Loop(figures, "states").worst_age, absl::Seconds(45));
    EXPECT_GT(Loop(figures, "queues").slowed(), queues_slowed);
    EXPECT_GT(Loop(figures, "intervals").slowed(), history_slowed);
    queues_slowed = Loop(figures, "queues").slowed();
    history_slowed = Loop(figures, "intervals").slowed();
  }
}

}  // namespace
}  // namespace evenkeel::polling
