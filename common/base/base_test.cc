#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <absl/time/clock.h>

#include <atomic>
#include <set>
#include <stop_token>
#include <thread>

#include "common/base/clock.h"
#include "common/base/error_details.h"
#include "common/base/flags.h"
#include "common/base/ids.h"

namespace evenkeel {
namespace {

TEST(ViolationsTest, NamesEveryField) {
  Violations violations;
  EXPECT_TRUE(violations.ToStatus().ok());
  violations.Add("queues[0].min", "must be at most max (5), is 7");
  violations.AddAll("inline", {{"groups[1].agents", "must not be negative, is -1"}});
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "queues[0].min: must be at most max (5), is 7; "
            "inline.groups[1].agents: must not be negative, is -1");
  EXPECT_EQ(GetViolations(status), violations.found());
  EXPECT_EQ(ErrorLines(status).size(), violations.found().size());
  EXPECT_EQ(ErrorLines(status)[0],
            violations.found()[0].field + " " + violations.found()[0].description);
}

TEST(ErrorDetailsTest, SurviveAnyBytes) {
  const Refusal refusal{"MOVES_PER_CYCLE", {{"limit", "20"}, {"odd", std::string("3:a\0b\n", 6)}}};
  absl::Status status =
      RefusalStatus(absl::StatusCode::kFailedPrecondition, "too many moves", refusal);
  SetRetryAfter(status, absl::Milliseconds(1500));
  EXPECT_EQ(GetRefusal(status), refusal);
  EXPECT_EQ(GetRetryAfter(status), absl::Milliseconds(1500));
  EXPECT_TRUE(GetViolations(status).empty());
  EXPECT_FALSE(GetRefusal(absl::InternalError("x")).has_value());
}

TEST(SimulatedClockTest, WakesSleepersWhenTheirTimeHasCome) {
  SimulatedClock clock(absl::UnixEpoch());
  std::atomic<bool> woken = false;
  std::jthread sleeper([&](std::stop_token stop) {
    EXPECT_TRUE(clock.SleepFor(absl::Seconds(10), stop));
    woken = true;
  });
  clock.WaitForSleepers(1);
  clock.Advance(absl::Seconds(9));
  EXPECT_FALSE(woken);
  clock.Advance(absl::Seconds(1));
  sleeper.join();
  EXPECT_TRUE(woken);
  EXPECT_EQ(clock.Now(), absl::UnixEpoch() + absl::Seconds(10));
}

TEST(ClockTest, AStopRequestEndsASleep) {
  SimulatedClock simulated(absl::UnixEpoch());
  RealClock real;
  ScaledClock scaled(absl::Now(), 60);
  for (Clock* clock : std::initializer_list<Clock*>{&simulated, &real, &scaled}) {
    std::jthread sleeper(
        [clock](std::stop_token stop) { EXPECT_FALSE(clock->SleepFor(absl::Hours(100), stop)); });
    sleeper.request_stop();
  }
}

TEST(ScaledClockTest, TwoProcessesWithOneEpochAgree) {
  const absl::Time epoch = absl::Now() - absl::Seconds(30);
  const ScaledClock a(epoch, 120);
  const ScaledClock b(epoch, 120);
  const absl::Time first = a.Now();
  const absl::Time second = b.Now();
  const absl::Time third = a.Now();
  EXPECT_GE(first, epoch + absl::Minutes(60));
  EXPECT_LE(first, second);
  EXPECT_LE(second, third);
}

TEST(RandomIdSourceTest, GivesDistinctUuids) {
  RandomIdSource source;
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = source.NewId();
    EXPECT_THAT(id, testing::MatchesRegex(
                        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 1000u);
}

TEST(FlagsTest, ReadsBothFormsAndKeepsTheRest) {
  std::string config, seed = "1";
  bool json = false;
  Flags flags("x", "does x");
  flags.Add("config", "FILE", "what to run", &config).Add("seed", "N", "seed", &seed);
  flags.AddSwitch("json", "for programs", &json);
  const char* argv[] = {"x", "plan", "--config", "a.yaml", "--json", "--seed=7", "q1"};
  const auto rest = flags.Parse(7, argv);
  ASSERT_TRUE(rest.ok());
  EXPECT_THAT(*rest, testing::ElementsAre("plan", "q1"));
  EXPECT_EQ(config, "a.yaml");
  EXPECT_EQ(seed, "7");
  EXPECT_TRUE(json);
}

TEST(FlagsTest, SaysWhatToFix) {
  std::string config;
  bool json = false;
  const auto error = [&](std::vector<const char*> argv) {
    argv.insert(argv.begin(), "x");
    Flags flags("x", "does x");
    flags.Add("config", "FILE", "what to run", &config).AddSwitch("json", "for programs", &json);
    return std::string(flags.Parse(static_cast<int>(argv.size()), argv.data()).status().message());
  };
  EXPECT_EQ(error({"--confg", "a"}), "unknown flag --confg; did you mean --config?");
  EXPECT_EQ(error({"--zzz"}), "unknown flag --zzz; --help lists the flags");
  EXPECT_EQ(error({"--config"}), "flag --config needs a value: --config FILE");
  EXPECT_EQ(error({"--json=1"}), "flag --json takes no value");
}

}  // namespace
}  // namespace evenkeel
