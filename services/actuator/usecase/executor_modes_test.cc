// The executor in dry run, and where capacity is set by queue.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/actuator/testing/rig.h"

namespace evenkeel::actuator {
namespace {

using testing::SizeIs;
using enum model::ChangeState;
using model::MembershipEntity;
using model::QueueCapacityEntity;

class DryRunTest : public testing::Test, protected Rig {
 protected:
  DryRunTest() : Rig(Mode::kDryRun) {
    AddAgents(10);
    Start();
    Tick();
  }
  int Writes() { return centre.Count(FakeCentre::Record::What::kWrite); }
};

TEST_F(DryRunTest, Act2GoesAllTheWayExceptTheCallAndSaysWhatItWouldHaveSent) {
  const std::string join = Accept(Join("q2", "a0", "m"));
  const std::string leave = Accept(Leave("q1", "a0", "m"));
  RunFor(absl::Seconds(5));
  EXPECT_EQ(StateOf(join), kDryRun);
  EXPECT_EQ(Get(join).state_reason, "would have sent PATCH members of q2: a0=true");
  EXPECT_EQ(StateOf(leave), kDryRun);  // its join is taken as done
  EXPECT_EQ(Get(leave).proposal.forecasts, Leave("q1", "a0").forecasts);
  EXPECT_EQ(Writes(), 0);
  EXPECT_FALSE(centre.IsJoined("q2", "a0"));
}

TEST_F(DryRunTest, Act2TheSameThingsAreRefusedAsInEarnest) {
  limits().dwell = absl::Minutes(10);
  limits().writes_per_hour = 2;
  Start();
  centre.AddMember("q1", "solo", true);
  centre.Edit(MembershipEntity{"q2", "a1"}, true);
  const std::string no_queue = Accept(Leave("q1", "solo"));
  const std::string moved = Accept(Join("q2", "a1"));
  RunFor(absl::Seconds(3));
  EXPECT_EQ(Get(no_queue).refusal_reason, "LAST_QUEUE");
  EXPECT_EQ(Get(moved).refusal_reason, "CHANGED_BY_OTHER");
  Accept(Join("q2", "a0"));
  RunFor(absl::Seconds(3));
  EXPECT_EQ(Refusal(Propose(Join("q2", "a0")).status()), "DWELL");
  Accept(Join("q2", "a2"));
  RunFor(absl::Seconds(3));
  EXPECT_EQ(Refusal(Propose(Join("q2", "a3")).status()), "WRITES_PER_HOUR");
  // What a dry run would have written takes nothing from the limits of what is really written.
  settings.modes.otherwise = Mode::kLive;
  Start();
  Accept(Join("q2", "a0"));
  RunFor(absl::Seconds(3));
  EXPECT_TRUE(centre.IsJoined("q2", "a0"));
}

TEST_F(DryRunTest, WhatWasTakenOnInDryRunIsNeverWritten) {
  const std::string id = Accept(Join("q2", "a0"));
  settings.modes.otherwise = Mode::kLive;
  Start();
  RunFor(absl::Seconds(5));
  EXPECT_EQ(StateOf(id), kDryRun);
  EXPECT_EQ(Writes(), 0);
}

class CapacityExecutorTest : public testing::Test, protected Rig {
 protected:
  CapacityExecutorTest() {
    settings.capacity_lever = model::CapacityLever::kQueueCapacity;
    for (const char* queue : {"q1", "q2", "q3"}) centre.AddQueueCapacity(queue, 10);
    Start();
    Tick();
  }
};

TEST_F(CapacityExecutorTest, Cap9AQueuesCapacityIsReadWrittenAndReadBack) {
  centre.delay = [] { return absl::Seconds(3); };
  const std::string id = Accept(Capacity("q1", 10, 12));
  const std::string other = Accept(Capacity("q2", 10, 9));
  RunFor(absl::Seconds(6));
  EXPECT_EQ(StateOf(id), kApplied);
  EXPECT_EQ(StateOf(other), kApplied);
  EXPECT_EQ(centre.Capacity("q1"), 12);
  EXPECT_EQ(centre.Capacity("q2"), 9);
}

TEST_F(CapacityExecutorTest, Act6APutThatCameTooLateAfterItsReadingIsNotSent) {
  centre.refuse = [&](const std::string& call) {
    if (call == "read_capacity q1") real_clock.Advance(kLongestWindow + absl::Milliseconds(1));
    return absl::OkStatus();
  };
  const std::string id = Accept(Capacity("q1", 10, 12));
  RunFor(absl::Seconds(20));
  EXPECT_EQ(centre.Count(FakeCentre::Record::What::kWrite), 0);
  EXPECT_EQ(StateOf(id), kAccepted);
  EXPECT_THAT(Get(id).state_reason, testing::HasSubstr("too late"));
  centre.refuse = [](const auto&) { return absl::OkStatus(); };
  RunFor(absl::Seconds(10));
  EXPECT_EQ(StateOf(id), kApplied);
  EXPECT_LE(actuator->GetStatus()->executor.longest_window, kLongestWindow);
}

TEST_F(CapacityExecutorTest, Act6AThirdValueAfterTheWriteIsSomebodyElsesAndStays) {
  centre.delay = [] { return absl::Hours(1); };
  const std::string id = Accept(Capacity("q1", 10, 12));
  RunFor(absl::Seconds(2));
  EXPECT_EQ(StateOf(id), kVerifying);
  centre.Edit(QueueCapacityEntity{"q1"}, int64_t{30});
  RunFor(absl::Seconds(2));
  EXPECT_EQ(StateOf(id), kFailed);
  EXPECT_EQ(Get(id).refusal_reason, "CHANGED_BY_OTHER");
  EXPECT_THAT(*actuator->ListLeftAlone(), SizeIs(1));
}

TEST_F(CapacityExecutorTest, Act13TheMonitorSeesAForeignCapacity) {
  centre.Edit(QueueCapacityEntity{"q1"}, int64_t{30});
  RunFor(absl::Minutes(1));
  const auto left_alone = actuator->ListLeftAlone();
  ASSERT_THAT(*left_alone, SizeIs(1));
  EXPECT_EQ(left_alone->at(0).value, model::Value(int64_t{30}));
  EXPECT_EQ(Refusal(Propose(Capacity("q1", 30, 28)).status()), "CHANGED_BY_OTHER");
}

}  // namespace
}  // namespace evenkeel::actuator
