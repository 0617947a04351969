#include "tools/genesys_sim/engine/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tools/genesys_sim/engine/small_centre.h"

namespace evenkeel::sim {
namespace {

TEST(ScenarioTest, Api6EveryWrongFieldIsNamed) {
  Scenario scenario = SmallCentre().Queue(100, 60).Agents(2, {0}).get();
  ASSERT_TRUE(Validate(scenario).ok()) << Validate(scenario);
  scenario.repeat = absl::ZeroDuration();
  scenario.queues[0].skill = 3;
  scenario.queues[0].target_ratio = std::numeric_limits<double>::quiet_NaN();
  scenario.call_types[0].rates = {{absl::Minutes(1), -5}};
  scenario.call_types[0].dispersion_ratio = 0.5;
  scenario.call_types[0].talk.mean = absl::ZeroDuration();
  scenario.call_types[0].patience = Distribution{Shape::kGamma, absl::Seconds(5), 0};
  scenario.agents[1].id = scenario.agents[0].id;
  scenario.agents[0].memberships.push_back({0, false});
  scenario.agents[1].memberships.push_back({7, false});
  scenario.agents[1].skills.push_back({9, 6});
  scenario.agents[0].schedule.clear();
  const absl::Status status = Validate(scenario);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : GetViolations(status)) fields.push_back(violation.field);
  EXPECT_THAT(
      fields,
      testing::UnorderedElementsAre(
          "repeat", "queues[0].skill", "queues[0].target_ratio", "call_types[0].rates",
          "call_types[0].rates[0].calls_per_hour", "call_types[0].dispersion_ratio",
          "call_types[0].talk.mean", "call_types[0].patience.cv_ratio", "agents[1].id",
          "agents[0].memberships[1].queue", "agents[0].memberships[0].queue",
          "agents[0].memberships[1].queue", "agents[1].memberships[0].queue",
          "agents[1].memberships[1].queue", "agents[1].skills[0].skill",
          "agents[1].skills[0].proficiency", "agents[0].schedule", "agents[1].schedule[0].start"));
}

}  // namespace
}  // namespace evenkeel::sim
