// What happens between a decision to send and the call: reading takes its time, and the world goes
// on meanwhile.
#include "services/actuator/usecase/sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/actuator/testing/rig.h"

namespace evenkeel::actuator {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using enum model::ChangeState;
using model::MembershipEntity;
using What = FakeCentre::Record::What;

class SenderTest : public testing::Test, protected Rig {
 protected:
  explicit SenderTest(Mode mode = Mode::kLive) : Rig(mode) {
    AddAgents(10);
    Start();
    Tick();  // everything is seen once
  }
  int Writes() { return centre.Count(What::kWrite); }
  // While the members of `queue` are read next, `what` happens.
  void WhileReading(const std::string& queue, std::function<void()> what) {
    centre.refuse = [this, queue, what = std::move(what)](const std::string& call) {
      if (call == "read_members " + queue && !happened_) {
        happened_ = true;
        what();
      }
      return absl::OkStatus();
    };
  }

 private:
  bool happened_ = false;
};

TEST_F(SenderTest, Ops8APauseStopsAWriteWhoseReadingIsUnderWay) {
  const std::string id = Accept(Join("q2", "a0"));
  WhileReading("q2", [this] {
    ASSERT_TRUE(actuator->PauseActuation(Request(), {}, "ann", "stop everything").ok());
  });
  Tick();
  EXPECT_EQ(Writes(), 0);
  EXPECT_EQ(StateOf(id), kAccepted);
  EXPECT_THAT(Get(id).state_reason, HasSubstr("paused meanwhile"));
  RunFor(absl::Seconds(10));
  EXPECT_EQ(Writes(), 0);
  ASSERT_TRUE(actuator->ResumeActuation(Request(), {}, "ann").ok());
  RunFor(absl::Seconds(3));
  EXPECT_EQ(StateOf(id), kApplied);
  EXPECT_EQ(Writes(), 1);
}

TEST_F(SenderTest, Act2WhatExpiresDuringTheReadingIsNotSent) {
  const std::string id = Accept(Join("q2", "a0"));
  WhileReading("q2", [this] { clock.Advance(absl::Hours(1)); });
  Tick();
  Tick();
  EXPECT_EQ(Writes(), 0);
  EXPECT_EQ(StateOf(id), kExpired);
}

TEST_F(SenderTest, Act12OneAgentWhoCannotBeReadDoesNotStopTheQueuesOthers) {
  centre.refuse = [](const std::string& call) {
    return call == "read_agent a0" ? absl::PermissionDeniedError("not this one") : absl::OkStatus();
  };
  for (const char* agent : {"a0", "a1"}) centre.Edit(MembershipEntity{"q2", agent}, true);
  Start();
  RunFor(absl::Minutes(2));
  clock.Advance(settings.leave_alone);
  const std::string odd = Accept(Leave("q1", "a0"));
  const std::string well = Accept(Leave("q1", "a1"));
  const std::string join = Accept(Join("q1", "a2"));
  RunFor(absl::Seconds(5));
  EXPECT_EQ(StateOf(odd), kFailed);
  EXPECT_THAT(Get(odd).state_reason, HasSubstr("not this one"));
  EXPECT_EQ(StateOf(well), kApplied);
}

TEST_F(SenderTest, Act13OurOwnLaterChangeIsNobodyElses) {
  centre.AddQueueCapacity("q1", 10);
  settings.capacity_lever = model::CapacityLever::kQueueCapacity;
  Start();
  Tick();
  const std::string first = Accept(Capacity("q1", 10, 12));
  RunFor(absl::Seconds(3));
  ASSERT_EQ(StateOf(first), kApplied);
  // Planned from a snapshot that did not know of it yet.
  const std::string second = Accept(Capacity("q1", 10, 13));
  RunFor(absl::Seconds(3));
  EXPECT_EQ(StateOf(second), kFailed);
  EXPECT_THAT(Get(second).state_reason, HasSubstr("a change of ours"));
  EXPECT_THAT(*actuator->ListLeftAlone(), IsEmpty());
  EXPECT_EQ(centre.Capacity("q1"), 12);
}

TEST_F(SenderTest, Act10OnlyTheNewestChangeOfAnEntityIsRolledBack) {
  centre.AddQueueCapacity("q1", 10);
  settings.capacity_lever = model::CapacityLever::kQueueCapacity;
  Start();
  Tick();
  const std::string first = Accept(Capacity("q1", 10, 14));
  RunFor(absl::Seconds(3));
  const std::string second = Accept(Capacity("q1", 14, 12));
  RunFor(absl::Seconds(3));
  ASSERT_EQ(StateOf(second), kApplied);
  const auto early = actuator->RollBack(Request(), first, "ann", "undo");
  EXPECT_EQ(Refusal(early.status()), "WRONG_STATE");
  EXPECT_THAT(std::string(early.status().message()), HasSubstr(second));
  ASSERT_TRUE(actuator->RollBack(Request(), second, "ann", "undo").ok());
  RunFor(absl::Seconds(3));
  EXPECT_EQ(centre.Capacity("q1"), 14);
  ASSERT_TRUE(actuator->RollBack(Request(), first, "ann", "undo").ok());
  RunFor(absl::Seconds(3));
  EXPECT_EQ(centre.Capacity("q1"), 10);
}

class ApproveModeTest : public SenderTest {
 protected:
  ApproveModeTest() : SenderTest(Mode::kApprove) {}
};

TEST_F(ApproveModeTest, Act10AParkedRollbackDoesNotWaitOutTheDwell) {
  limits().dwell = absl::Minutes(10);
  Start();
  const std::string id = Accept(Join("q2", "a0"));
  ASSERT_TRUE(actuator->Approve(Request(), id, Get(id).revision, "ann").ok());
  RunFor(absl::Seconds(3));
  ASSERT_EQ(StateOf(id), kApplied);
  const auto undo = actuator->RollBack(Request(), id, "ann", "no good");
  ASSERT_TRUE(undo.ok()) << undo.status();
  ASSERT_EQ(undo->state, kAwaitingApproval);
  const auto approved = actuator->Approve(Request(), undo->id, undo->revision, "ann");
  ASSERT_TRUE(approved.ok()) << approved.status();
  RunFor(absl::Seconds(3));
  EXPECT_EQ(StateOf(id), kRolledBack);
}

TEST_F(ApproveModeTest, Act2WhatWasApprovedIsNotAskedAboutAgainByTheNextPlan) {
  const std::string id = Accept(Join("q2", "a0", "", "p1"));
  ASSERT_TRUE(actuator->Approve(Request(), id, 1, "ann").ok());
  EXPECT_EQ(Accept(Join("q2", "a0", "", "p2")), id);
  EXPECT_EQ(StateOf(id), kAccepted);
  EXPECT_EQ(Get(id).approved_by, "ann");
  RunFor(absl::Seconds(3));
  EXPECT_EQ(StateOf(id), kApplied);
}

TEST_F(ApproveModeTest, Act10ARollbackThatWaitsDoesNotGiveWayToAPlan) {
  const std::string id = Accept(Join("q2", "a0"));
  ASSERT_TRUE(actuator->Approve(Request(), id, 1, "ann").ok());
  RunFor(absl::Seconds(3));
  // A plan's own leave is parked; the rollback takes its place, with a time of its own.
  const std::string parked = Accept(Leave("q2", "a0"));
  clock.Advance(settings.approval_lifetime - absl::Seconds(1));
  const auto undo = actuator->RollBack(Request(), id, "ann", "no good");
  ASSERT_TRUE(undo.ok()) << undo.status();
  EXPECT_EQ(undo->id, parked);
  EXPECT_EQ(undo->revision, 2);
  EXPECT_EQ(undo->rolls_back, id);
  RunFor(absl::Minutes(1));
  EXPECT_EQ(Refusal(Propose(Leave("q2", "a0")).status()), "ROLLBACK_WAITS");
  ASSERT_TRUE(actuator->Approve(Request(), undo->id, 2, "ann").ok());
  EXPECT_EQ(Refusal(Propose(Leave("q2", "a0")).status()), "ROLLBACK_WAITS");
  RunFor(absl::Seconds(3));
  EXPECT_EQ(StateOf(id), kRolledBack);
}

TEST_F(ApproveModeTest, Act2AParkedLeaveFollowsTheJoinOfTheNewerPlan) {
  const std::string dead = Accept(Join("q2", "a0", "p1/1", "p1"));
  const std::string leave = Accept(Leave("q1", "a0", "p1/1", "p1"));
  ASSERT_TRUE(actuator->Discard(Request(), dead, "ann", "not there").ok());
  const std::string join = Accept(Join("q3", "a0", "p2/1", "p2"));
  EXPECT_EQ(Accept(Leave("q1", "a0", "p2/1", "p2")), leave);
  EXPECT_EQ(Get(leave).revision, 2);
  ASSERT_TRUE(actuator->Approve(Request(), join, 1, "ann").ok());
  ASSERT_TRUE(actuator->Approve(Request(), leave, 2, "ann").ok());
  RunFor(absl::Seconds(6));
  EXPECT_EQ(StateOf(join), kApplied);
  EXPECT_EQ(StateOf(leave), kApplied);
  EXPECT_FALSE(centre.IsJoined("q1", "a0"));
}

TEST_F(SenderTest, Act3AQueueKeepsItsLeastMembers) {
  settings.scope.bounds["q1"] = {9, 200};
  for (const char* agent : {"a0", "a1"}) centre.Edit(MembershipEntity{"q2", agent}, true);
  Start();
  RunFor(absl::Minutes(2));
  clock.Advance(settings.leave_alone);
  Accept(Leave("q1", "a0"));  // nine are left
  EXPECT_EQ(Refusal(Propose(Leave("q1", "a1")).status()), "VALUE_BOUNDS");
}

}  // namespace
}  // namespace evenkeel::actuator
