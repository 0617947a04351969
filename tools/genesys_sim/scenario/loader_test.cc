// SIM-5: scenarios as YAML.
#include "tools/genesys_sim/scenario/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "common/base/error_details.h"
#include "tools/genesys_sim/engine/engine.h"

namespace evenkeel::sim {
namespace {

using testing::HasSubstr;

constexpr char kSmall[] = R"(
name: small
repeat: 2h
skills: [{id: s1, name: billing}]
queues:
  - {id: q1, name: Billing, skill: billing, inbound_capacity: 3,
     service_level: {ratio: 0.9, within: 30s}}
  - {id: q2, name: Other}
calls:
  - queue: Billing
    rates: {step: 30m, per_hour: [10, 20.5]}
    dispersion_ratio: 3
    talk: {shape: lognormal, mean: 3m, cv_ratio: 0.8}
    hold: {share_ratio: 0.5, shape: uniform, least: 10s, most: 20s}
    after_call: {shape: constant, mean: 20s}
    patience: {shape: gamma, mean: 100s, cv_ratio: 0.5}
  - {queue: Other, rates: {per_hour: [5]}, talk: {shape: exponential, mean: 60s}}
agents:
  - count: 3
    id: "agent-##"
    name: "Agent #"
    skills: [{skill: billing, proficiency: 4.5}]
    queues: [Billing, Other]
    joined: [Other]
    breaks: {every: 1h, length: 10m}
  - {id: chief, name: Chief, queues: [Other],
     schedule: [{from: 0s, presence: offline}, {from: 1h, presence: on_queue}]}
)";

TEST(LoaderTest, ReadsEveryPart) {
  const auto scenario = ParseScenario(kSmall);
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ(scenario->repeat, absl::Hours(2));
  EXPECT_EQ(scenario->queues[0].skill, 0);
  EXPECT_EQ(scenario->queues[0].inbound_capacity, 3);
  EXPECT_EQ(scenario->queues[0].target_wait, absl::Seconds(30));
  EXPECT_EQ(scenario->queues[1].skill, std::nullopt);
  EXPECT_EQ(scenario->queues[1].inbound_capacity, std::nullopt);
  const CallType& calls = scenario->call_types[0];
  EXPECT_EQ(calls.rates[1].start, absl::Minutes(30));
  EXPECT_EQ(calls.rates[1].calls_per_hour, 20.5);
  EXPECT_EQ(calls.talk, (Distribution{Shape::kLogNormal, absl::Minutes(3), 0.8}));
  EXPECT_EQ(calls.hold.Mean(), absl::Seconds(15));
  EXPECT_EQ(calls.hold_share_ratio, 0.5);
  EXPECT_EQ(calls.patience->shape, Shape::kGamma);
  EXPECT_EQ(scenario->call_types[1].patience, std::nullopt);
  ASSERT_EQ(scenario->agents.size(), 4u);
  EXPECT_EQ(scenario->agents[2].id, "agent-03");
  EXPECT_EQ(scenario->agents[2].name, "Agent 3");
  EXPECT_FALSE(scenario->agents[2].memberships[0].joined);
  EXPECT_TRUE(scenario->agents[2].memberships[1].joined);
  EXPECT_EQ(scenario->agents[3].schedule[1].start, absl::Hours(1));
  EXPECT_EQ(scenario->agents[3].schedule[0].presence, Presence::kOffline);
  // Breaks are spread over the hour: 10 minutes in each, no two agents at once.
  std::set<absl::Duration> starts;
  for (int a = 0; a < 3; ++a) {
    const auto& schedule = scenario->agents[a].schedule;
    ASSERT_EQ(schedule.size(), 5u);
    for (const int k : {1, 3}) {
      EXPECT_EQ(schedule[k].presence, Presence::kBreak);
      EXPECT_EQ(schedule[k + 1].start - schedule[k].start, absl::Minutes(10));
    }
    EXPECT_EQ(schedule[3].start - schedule[1].start, absl::Hours(1));
    starts.insert(schedule[1].start);
  }
  EXPECT_GT(*std::next(starts.begin()) - *starts.begin(), absl::Minutes(10));
}

TEST(LoaderTest, EveryProblemIsNamedWithItsPath) {
  const absl::Status status = ParseScenario(R"(
name: [a]
colour: red
queues:
  - {id: q1, name: Billing, skill: biling, service_level: {ratio: much, within: soon}}
  - {id: q2, name: Billing}
calls:
  - {queue: Biling, rates: {per_hour: [1, x]}, talk: {shape: normal, mean: 3m}}
  - rates: {per_hour: []}
agents:
  - {count: 2, id: agent, name: A, queues: [Billing, Sales], joined: [Other],
     breaks: {every: 1h, length: 50m}}
  - 7
)")
                                  .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  std::multiset<std::string> fields;
  for (const FieldViolation& violation : GetViolations(status)) fields.insert(violation.field);
  for (const char* field :
       {"name", "colour", "queues[0].skill", "queues[0].service_level.ratio",
        "queues[0].service_level.within", "queues[1].name", "calls[0].queue", "calls[0].rates.step",
        "calls[0].rates.per_hour[1]", "calls[0].talk.shape", "calls[1].queue",
        "calls[1].rates.per_hour", "calls[1].talk", "agents[0].id", "agents[0].queues[1]",
        "agents[0].joined[0]", "agents[0].breaks.length", "agents[1]"}) {
    EXPECT_TRUE(fields.contains(field)) << field << " in " << status;
  }
  EXPECT_THAT(std::string(status.message()), HasSubstr("did you mean \"Billing\""));
}

TEST(LoaderTest, WhatIsNotYamlAndWhatTheEngineRefusesAreErrors) {
  for (const char* text : {"", "[", "a: b: c", "7", "{name: x, name: y, queues: []}", "name: x"}) {
    EXPECT_EQ(ParseScenario(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  std::string negative = kSmall;
  negative.replace(negative.find("20.5"), 4, "-1");
  EXPECT_THAT(std::string(ParseScenario(negative).status().message()),
              HasSubstr("call_types[0].rates[1].calls_per_hour"));
  EXPECT_EQ(LoadScenario("/no/such/file").status().code(), absl::StatusCode::kNotFound);
}

TEST(LoaderTest, NumbersThatAnIntCannotHoldAreRefused) {
  std::string text = kSmall;
  text.replace(text.find("dispersion_ratio: 3"), 19, "priority: 4294967296");
  EXPECT_THAT(std::string(ParseScenario(text).status().message()), HasSubstr("calls[0].priority"));
}

TEST(LoaderTest, AScenarioExtendsAnother) {
  const std::string folder = testing::TempDir() + "/extends";
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder + "/" + name) << text;
    return folder + "/" + name;
  };
  write("small.yaml", kSmall);
  const std::string more = write("more.yaml", R"(
extends: small.yaml
name: more
queues:
  - {name: Another}
calls:
  - {queue: Another, rates: {per_hour: [7]}, talk: {shape: constant, mean: 1m}}
)");
  const Scenario small = *ParseScenario(kSmall);
  const auto scenario = LoadScenario(more);
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ(scenario->name, "more");
  EXPECT_EQ(scenario->agents.size(), small.agents.size());
  ASSERT_EQ(scenario->queues.size(), small.queues.size() + 1);
  EXPECT_EQ(scenario->call_types.back().queue, static_cast<int>(small.queues.size()));
  EXPECT_EQ(ParseScenario("{extends: surge, name: mine}")->queues.size(),
            LoadScenario("surge")->queues.size());

  for (const auto& [text, problem] : std::vector<std::pair<std::string, std::string>>{
           {"extends: no_such", "shipped are answer_rate_step, bank_day"},
           {"extends: [a, b]", "must be a shipped scenario's name"},
           {"extends: itself.yaml", "goes round"},
           {"{extends: small.yaml, name: a, name: b}", "name: occurs twice"},
           {"{extends: small.yaml, queues: [{name: Billing}]}", "queues["}}) {
    const auto refused = LoadScenario(write("itself.yaml", text));
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr(problem)) << text;
  }
}

TEST(LoaderTest, MutilatedTextNeverCrashes) {
  std::ifstream file(EVENKEEL_SOURCE_DIR "/tools/genesys_sim/scenarios/moving_mix.yaml");
  std::stringstream buffer;
  buffer << file.rdbuf();
  const std::string whole = buffer.str();
  Stream stream(3, {5});
  for (int i = 0; i < 300; ++i) {
    std::string text = whole.substr(0, 200 + stream.Next() % (whole.size() - 200));
    for (int k = 0; k < 3; ++k) {
      const size_t at = stream.Next() % text.size();
      if (stream.Uniform() < 0.5) {
        text.erase(at, stream.Next() % 30);
      } else {
        text.insert(at, std::vector<std::string>{"-", ":", "{", "]", "\n", "#", "&a", "*a", "!!int",
                                                 "1e400"}[stream.Next() % 10]);
      }
    }
    if (const auto scenario = ParseScenario(text); scenario.ok()) {
      EXPECT_TRUE(Validate(*scenario).ok());
    }
  }
}

double LoadErlangs(const CallType& type, size_t period) {
  return type.rates[period].calls_per_hour *
         absl::ToDoubleHours(type.talk.Mean() + type.hold_share_ratio * type.hold.Mean() +
                             type.after_call.Mean());
}

TEST(MovingMixTest, Sim5TheMixMovesWhileTheLoadStays) {
  const Scenario scenario = MovingMix();
  EXPECT_EQ(scenario.queues.size(), 5u);
  EXPECT_EQ(scenario.agents.size(), 110u);
  // An eighth is on a break.
  const double staff = 110 * (1 - 15.0 / 120);
  for (size_t period = 0; period < 8; ++period) {
    double load = 0;
    for (const CallType& type : scenario.call_types) load += LoadErlangs(type, period);
    EXPECT_GT(load / staff, 0.85);
    EXPECT_LT(load / staff, 0.90);
  }
  int up = 0, down = 0;
  for (const CallType& type : scenario.call_types) {
    EXPECT_EQ(type.dispersion_ratio, 3);
    const double change = LoadErlangs(type, 7) / LoadErlangs(type, 0);
    up += change >= 1.45 && change <= 1.8 ? 1 : 0;
    down += change >= 0.5 && change <= 0.65 ? 1 : 0;
  }
  EXPECT_EQ(up, 2);
  EXPECT_EQ(down, 2);
  std::set<std::string> ids;
  for (const Agent& agent : scenario.agents) {
    EXPECT_EQ(agent.id.size(), 36u);
    ids.insert(agent.id);
    EXPECT_GE(agent.memberships.size(), 2u);
    EXPECT_LE(agent.memberships.size(), 4u);
    int joined = 0;
    for (const Membership& membership : agent.memberships) joined += membership.joined ? 1 : 0;
    EXPECT_EQ(joined, 1);
  }
  EXPECT_EQ(ids.size(), 110u);
}

TEST(MovingMixTest, Sim5TrafficFromTheFirstSecondsAndAMixThatHurts) {
  const absl::Time start = absl::FromUnixSeconds(1'700'000'000);
  double first_half_wait = 0, second_half_wait = 0;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    Engine engine(MovingMix(), seed, start);
    engine.AdvanceTo(start + absl::Minutes(1));
    int64_t offered = 0;
    for (int q = 0; q < 5; ++q) offered += engine.Totals(q).offered;
    EXPECT_GT(offered, 3);
    engine.AdvanceTo(start + absl::Hours(4));
    const auto mean_wait = [&](absl::Duration from, absl::Duration to) {
      Tally waits;
      for (int q = 0; q < 5; ++q) {
        const Figures figures = engine.QueueFigures(q, start + from, start + to);
        waits.Add(figures.answered);
        waits.Add(figures.abandoned);
      }
      return waits.sum_seconds / static_cast<double>(waits.count);
    };
    first_half_wait += mean_wait(absl::Hours(1), absl::Hours(2));
    second_half_wait += mean_wait(absl::Hours(3), absl::Hours(4));
  }
  EXPECT_GT(second_half_wait, 1.5 * first_half_wait);
}

}  // namespace
}  // namespace evenkeel::sim
