#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "common/base/error_details.h"
#include "common/config/defaults.h"
#include "common/config/loader.h"
#include "common/convert/time.h"

namespace evenkeel::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::SizeIs;

std::optional<std::string> Region(const char* name) {
  if (std::string(name) == "GENESYS_REGION") return "eu_west_1";
  return std::nullopt;
}

std::vector<FieldViolation> ViolationsOf(const std::string& yaml) {
  return GetViolations(ParseConfig(yaml, "x.yaml", Region).status());
}

TEST(ConfigTest, AnEmptyFileIsTheDefaults) {
  const auto config = ParseConfig("", "x.yaml", Region);
  ASSERT_TRUE(config.ok()) << config.status();
  v1::Config expected = DefaultConfig();
  expected.mutable_centre()->set_region("eu_west_1");
  EXPECT_EQ(config->DebugString(), expected.DebugString());
  EXPECT_EQ(config->actuator().mode(), v1::MODE_DRY_RUN);  // ACT-2
}

TEST(ConfigTest, ReadsEveryKindOfValue) {
  const auto config = ParseConfig(R"(
clock: {factor: 60, epoch: 2024-05-15T10:30:00.500Z}
centre: {dialect: guide, region: mypurecloud.ie, rate_share: 0.5}
scope:
  queues:
    - {id: q1, skill_id: s1, min_agents: 2, prior_handle_time: 4m30s}
    - {id: q2, skill_id: s2}
  excluded_agents: [a7]
actuator:
  mode: approve
  mode_by_queue: {q1: live, q2: dry_run}
  database: ledger.db
optimizer: {propose: false}
)",
                                  "x.yaml", Region);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->centre().dialect(), v1::DIALECT_GUIDE);
  EXPECT_EQ(convert::FromProto(config->clock().epoch()), absl::FromUnixMillis(1715769000500));
  EXPECT_EQ(config->scope().queues(0).min_agents(), 2);
  EXPECT_EQ(convert::FromProto(config->scope().queues(0).prior_handle_time()), absl::Seconds(270));
  EXPECT_EQ(config->scope().queues(1).max_agents(), 200);  // a default of each queue
  EXPECT_EQ(config->actuator().mode_by_queue().at("q1"), v1::MODE_LIVE);
  EXPECT_FALSE(config->optimizer().propose());
  EXPECT_EQ(config->optimizer().moves_per_cycle(), 20);
}

TEST(ConfigTest, NamesEveryProblemWithItsLine) {
  const auto found = ViolationsOf(R"(
optimizer:
  capacity_cyle: 60s
  moves_per_cycle: many
  horizon: 15
actuator:
  mode: turbo
  queue_limit: 0
scope:
  queues:
    - {id: q1, min_agents: 5, max_agents: 3}
    - {id: q1}
nonsense: 1
)");
  EXPECT_THAT(found,
              Contains(FieldViolation{"x.yaml:3: optimizer.capacity_cyle",
                                      "is an unknown key; did you mean \"capacity_cycle\"?"}));
  EXPECT_THAT(found, Contains(FieldViolation{"x.yaml:4: optimizer.moves_per_cycle",
                                             "must be a whole number"}));
  EXPECT_THAT(found, Contains(FieldViolation{"x.yaml:5: optimizer.horizon",
                                             "must be a duration such as 15s, 10m or 4h"}));
  EXPECT_THAT(found, Contains(FieldViolation{"x.yaml:7: actuator.mode",
                                             "must be one of dry_run, approve, live"}));
  EXPECT_THAT(found, Contains(FieldViolation{"actuator.queue_limit", "must be 1 to 1e+06, is 0"}));
  EXPECT_THAT(found, Contains(FieldViolation{"scope.queues[0].min_agents",
                                             "must be at most max_agents (3), is 5"}));
  EXPECT_THAT(found, Contains(FieldViolation{"scope.queues[1].id", "\"q1\" is listed twice"}));
  EXPECT_THAT(found, Contains(Field(&FieldViolation::field, HasSubstr("x.yaml:13: nonsense"))));
  EXPECT_THAT(found, SizeIs(8));
}

TEST(ConfigTest, ADuplicateKeyAndBrokenYamlAreErrors) {
  EXPECT_THAT(ViolationsOf("log: {level: info, level: debug}\n"), SizeIs(1));
  EXPECT_THAT(ViolationsOf("log: [unclosed\n"),
              ElementsAre(Field(&FieldViolation::description, HasSubstr("not YAML"))));
  EXPECT_THAT(ViolationsOf("just text\n"),
              ElementsAre(FieldViolation{"x.yaml:1", "must be a mapping"}));
  EXPECT_THAT(ViolationsOf("log: {}\n---\nlog: {}\n"),
              ElementsAre(FieldViolation{"x.yaml", "holds more than one YAML document"}));
}

TEST(ConfigTest, OPS9_SnapshotsKeptAreWholeCopiesAndSoFew) {
  EXPECT_THAT(ViolationsOf("ingest: {snapshots_kept: 240}\n"), SizeIs(0));
  EXPECT_THAT(ViolationsOf("ingest: {snapshots_kept: 241}\n"),
              ElementsAre(FieldViolation{"ingest.snapshots_kept", "must be 2 to 240, is 241"}));
}

TEST(ConfigTest, RegionHasNoDefault) {
  const auto config =
      ParseConfig("", "x.yaml", [](const char*) { return std::optional<std::string>(); });
  EXPECT_THAT(GetViolations(config.status()),
              Contains(Field(&FieldViolation::field, "centre.region")));
}

// ACT-12
TEST(ConfigTest, LiveModeWithoutAListOfQueuesIsAStartUpError) {
  EXPECT_THAT(ViolationsOf("actuator: {mode: live, database: l.db}\n"),
              Contains(Field(&FieldViolation::field, "scope.queues")));
  EXPECT_THAT(ViolationsOf("actuator: {mode: live}\nscope: {queues: [{id: q}]}\n"),
              Contains(Field(&FieldViolation::field, "actuator.database")));
  EXPECT_THAT(ViolationsOf("actuator: {mode_by_queue: {q9: live}, database: l.db}\n"),
              Contains(Field(&FieldViolation::field, "actuator.mode_by_queue.q9")));
}

TEST(ConfigTest, FreezeWindowsAreChecked) {
  EXPECT_TRUE(ViolationsOf(R"(
actuator:
  freeze_windows:
    - {name: release, from: 2024-05-15T10:00:00Z, to: 2024-05-15T12:00:00Z}
    - {name: peak, weekdays: [mon], start_time: "09:00", end_time: "10:30", time_zone: Europe/Berlin}
)")
                  .empty());
  EXPECT_THAT(ViolationsOf(R"(
actuator:
  freeze_windows:
    - {name: neither}
    - {name: late, start_time: "10:00", end_time: "09:00", time_zone: Mars/Base}
)"),
              SizeIs(3));
}

TEST(ConfigTest, AMissingFileIsNamed) {
  const auto config = LoadConfig("/nonexistent/evenkeel.yaml", Region);
  EXPECT_EQ(config.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("/nonexistent/evenkeel.yaml"));
}

TEST(ConfigTest, API5_OptionalReadings) {
  const auto found = ViolationsOf(
      "scope: {campaigns: [{id: c1}, {id: c1}, {id: ''}]}\n"
      "ingest: {campaigns_interval: 1s, adherence_interval: 2s, channel_work_interval: 0s,\n"
      "         channel_work_time_zone: Middle/Earth}\n");
  EXPECT_THAT(found, Contains(FieldViolation{"scope.campaigns[1].id", "\"c1\" is listed twice"}));
  EXPECT_THAT(found, Contains(FieldViolation{"scope.campaigns[2].id", "is missing"}));
  EXPECT_THAT(found, Contains(Field(&FieldViolation::field, "ingest.campaigns_interval")));
  EXPECT_THAT(found, Contains(Field(&FieldViolation::field, "ingest.adherence_interval")));
  EXPECT_THAT(found, Contains(Field(&FieldViolation::field, "ingest.channel_work_time_zone")));
  EXPECT_THAT(found, Not(Contains(Field(&FieldViolation::field, "ingest.channel_work_interval"))));
}

}  // namespace
}  // namespace evenkeel::config
