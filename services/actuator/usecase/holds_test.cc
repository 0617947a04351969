// Holds (FAIR-6, FAIR-7, ACT-14): throttles that always end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/actuator/testing/audit_check.h"
#include "services/actuator/testing/rig.h"

namespace evenkeel::actuator {
namespace {

using model::Availability;
using model::AvailabilityEntity;
using model::MembershipEntity;
using enum model::ChangeState;
using testing::ElementsAre;
using testing::SizeIs;
using Outcome = Hold::Outcome;
using What = FakeCentre::Record::What;

class HoldsTest : public Rig, public testing::Test {
 protected:
  HoldsTest() {
    AddAgents(12);
    settings.monitor_interval = absl::Seconds(15);
  }
  // Started, and the centre seen once.
  void Begin() {
    Start();
    RunFor(absl::Seconds(3));
  }
  std::string Held(const std::string& agent, absl::Duration hold_for = absl::Seconds(120)) {
    const std::string id = Accept(Throttle("q1", agent, hold_for));
    RunFor(absl::Seconds(3));
    EXPECT_EQ(StateOf(id), kApplied);
    EXPECT_FALSE(centre.IsJoined("q1", agent));
    return id;
  }
};

TEST_F(HoldsTest, Fair7AHoldEndsAfterItsTime) {
  Begin();
  const absl::Time asked = clock.Now();
  const std::string id = Held("a1", absl::Seconds(60));
  const Hold hold = HoldOf(id);
  EXPECT_TRUE(hold.open());
  EXPECT_EQ(hold.entity, model::Entity(MembershipEntity{"q1", "a1"}));
  EXPECT_EQ(hold.old_value, model::Value(true));
  EXPECT_EQ(hold.ends_at, asked + absl::Seconds(60));
  RunFor(absl::Seconds(56));
  EXPECT_FALSE(centre.IsJoined("q1", "a1"));
  RunFor(absl::Seconds(2));
  EXPECT_TRUE(centre.IsJoined("q1", "a1"));
  EXPECT_EQ(HoldOf(id).outcome, Outcome::kRestored);
  EXPECT_EQ(StateOf(id), kRolledBack);
  CheckHistory(*ledger, Audit(), centre, settings.read_back.verify_timeout);
}

// In the ledger before the call.
TEST_F(HoldsTest, Fair7TheHoldIsKeptBeforeItsCall) {
  Begin();
  bool kept = false;
  centre.refuse = [&](const std::string& call) {
    if (call == "set_joined q1" && !kept) {
      HoldQuery open;
      open.open_only = true;
      kept = ledger->FindHolds(open)->size() == 1;
      EXPECT_TRUE(kept);
    }
    return absl::OkStatus();
  };
  Held("a1");
  EXPECT_TRUE(kept);
}

TEST_F(HoldsTest, Fair7ACallThatCertainlyHadNoEffectIsNoHold) {
  Begin();
  centre.refuse = [](const std::string& call) {
    return call == "set_joined q1" ? absl::InvalidArgumentError("400") : absl::OkStatus();
  };
  const std::string id = Accept(Throttle("q1", "a1"));
  RunFor(absl::Seconds(2));
  EXPECT_EQ(StateOf(id), kFailed);
  EXPECT_EQ(HoldOf(id).outcome, Outcome::kNotApplied);
}

// FAIR-7: the answer is lost, the effect comes when the hold is long over: it is undone all the
// same.
TEST_F(HoldsTest, Fair7AThrottleThatTakesEffectAfterItsEndIsUndone) {
  Begin();
  centre.delay = [] { return absl::Minutes(4); };
  centre.lose_answer = [](const std::string&) { return absl::DeadlineExceededError("lost"); };
  const std::string id = Accept(Throttle("q1", "a1", absl::Seconds(30)));
  RunFor(absl::Seconds(2));
  centre.delay = [] { return absl::ZeroDuration(); };
  centre.lose_answer = [](const std::string&) { return absl::OkStatus(); };
  RunFor(absl::Minutes(3));
  EXPECT_TRUE(HoldOf(id).open());
  EXPECT_TRUE(centre.IsJoined("q1", "a1"));
  RunFor(absl::Seconds(70));
  EXPECT_TRUE(centre.IsJoined("q1", "a1"));
  EXPECT_EQ(HoldOf(id).outcome, Outcome::kRestored);
  EXPECT_EQ(centre.Count(What::kWrite), 2);
}

TEST_F(HoldsTest, Fair7ALostCallIsNotMadeAgainAndItsHoldEnds) {
  Begin();
  centre.refuse = [](const std::string& call) {
    return call == "set_joined q1" ? absl::UnavailableError("reset") : absl::OkStatus();
  };
  const std::string id = Accept(Throttle("q1", "a1", absl::Seconds(30)));
  RunFor(settings.uncertain - absl::Seconds(5));
  EXPECT_EQ(StateOf(id), kFailed);
  EXPECT_TRUE(HoldOf(id).open());
  RunFor(absl::Seconds(10));
  EXPECT_EQ(HoldOf(id).outcome, Outcome::kBackAlready);
  EXPECT_EQ(centre.Count(What::kWrite), 0);
}

TEST_F(HoldsTest, Fair7WhoIsBackAlreadyIsLeftSo) {
  Begin();
  const std::string id = Held("a1");
  centre.Edit(MembershipEntity{"q1", "a1"}, true);
  const int writes = centre.Count(What::kWrite);
  RunFor(absl::Minutes(2));
  EXPECT_EQ(HoldOf(id).outcome, Outcome::kBackAlready);
  EXPECT_EQ(centre.Count(What::kWrite), writes);
}

// The centre is down when the time is over: the restore goes out with the first answer.
TEST_F(HoldsTest, Fair7AnOutageDelaysARestoreNoLongerThanItLasts) {
  Begin();
  const std::string id = Held("a1", absl::Seconds(60));
  centre.refuse = [](const std::string&) { return absl::UnavailableError("down"); };
  RunFor(absl::Minutes(30));
  EXPECT_FALSE(centre.IsJoined("q1", "a1"));
  EXPECT_TRUE(HoldOf(id).open());
  EXPECT_EQ(actuator->GetStatus()->overdue_holds, 1);
  EXPECT_GT(actuator->GetStatus()->longest_overdue, absl::Minutes(28));
  EXPECT_LT(Audit(id).size(), 20u);  // an outage fills no ledger
  centre.refuse = [](const std::string&) { return absl::OkStatus(); };
  Tick();
  EXPECT_TRUE(centre.IsJoined("q1", "a1"));
  RunFor(settings.retry_delay + absl::Seconds(2));
  EXPECT_EQ(HoldOf(id).outcome, Outcome::kRestored);
}

// The centre goes down in the very moment between the look and the write.
TEST_F(HoldsTest, Fair7AnOutageThatBeginsWithTheRestoreFillsNoLedger) {
  Begin();
  const std::string id = Held("a1", absl::Seconds(60));
  bool down = false;
  centre.refuse = [&](const std::string& call) {
    down = down || call.rfind("set_", 0) == 0;
    absl::Status status = absl::UnavailableError("down");
    SetNotSent(status);
    return down ? status : absl::OkStatus();
  };
  RunFor(absl::Minutes(30));
  EXPECT_FALSE(centre.IsJoined("q1", "a1"));
  EXPECT_LT(Audit().size(), 40u);
  centre.refuse = [](const std::string&) { return absl::OkStatus(); };
  Tick();
  EXPECT_TRUE(centre.IsJoined("q1", "a1"));
}

// However many end at once.
TEST_F(HoldsTest, Fair7AllThatEndTogetherAreLetBackTogether) {
  settings.changes_per_tick = 1;
  settings.limits[model::ChangeKind::kThrottle].held_share = 1;
  Begin();
  std::vector<std::string> ids;
  for (int i = 0; i < 8; ++i) ids.push_back(Accept(Throttle("q1", "a" + std::to_string(i))));
  RunFor(absl::Seconds(10));
  ASSERT_TRUE(actuator->ReleaseHolds(Request(), "", "ann", "now").ok());
  Tick();
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(centre.IsJoined("q1", "a" + std::to_string(i))) << i;
}

// The write is refused for an hour, for a reason that no waiting should mend.
TEST_F(HoldsTest, Fair7ARefusedRestoreIsTriedAgainAndAgain) {
  Begin();
  const std::string id = Held("a1", absl::Seconds(60));
  centre.refuse = [](const std::string& call) {
    return call == "set_joined q1" ? absl::PermissionDeniedError("403") : absl::OkStatus();
  };
  RunFor(absl::Hours(1));
  EXPECT_TRUE(HoldOf(id).open());
  centre.refuse = [](const std::string&) { return absl::OkStatus(); };
  RunFor(settings.retry_delay + absl::Seconds(4));
  EXPECT_TRUE(centre.IsJoined("q1", "a1"));
  EXPECT_EQ(HoldOf(id).outcome, Outcome::kRestored);
}

// ACT-14, one thing after another while a hold is on: it ends all the same.
class NothingStopsARestore : public HoldsTest {
 protected:
  void ExpectRestored(const std::string& id) {
    RunFor(absl::Seconds(122));
    EXPECT_TRUE(centre.IsJoined("q1", "a1"));
    EXPECT_EQ(HoldOf(id).outcome, Outcome::kRestored);
  }
};

TEST_F(NothingStopsARestore, Act14NoPause) {
  Begin();
  const std::string id = Held("a1");
  ASSERT_TRUE(actuator->PauseActuation(Request(), {}, "ann", "storm").ok());
  ExpectRestored(id);
}

TEST_F(NothingStopsARestore, Act14NoFreeze) {
  Begin();
  const std::string id = Held("a1");
  model::TimeWindow window;
  window.name = "peak";
  window.once = {clock.Now() - absl::Hours(1), clock.Now() + absl::Hours(1)};
  settings.freeze_windows = {window};
  Start();
  ExpectRestored(id);
}

TEST_F(NothingStopsARestore, Act14NoDryRun) {
  Begin();
  const std::string id = Held("a1");
  settings.modes.otherwise = Mode::kDryRun;
  Start();
  ExpectRestored(id);
}

TEST_F(NothingStopsARestore, Act14NoApproval) {
  Begin();
  const std::string id = Held("a1");
  settings.modes.otherwise = Mode::kApprove;
  Start();
  ExpectRestored(id);
}

TEST_F(NothingStopsARestore, Act14NoScope) {
  Begin();
  const std::string id = Held("a1");
  settings.scope.queues = {"q2"};
  settings.scope.excluded_agents = {"a1"};
  Start();
  ExpectRestored(id);
}

TEST_F(NothingStopsARestore, Act14NoLimitOfWrites) {
  Begin();
  const std::string id = Held("a1");
  for (auto& [kind, limits] : settings.limits) limits.writes_per_hour = 0;
  settings.queue_limit = 1;
  Start();
  ExpectRestored(id);
}

TEST_F(NothingStopsARestore, Act14NoFlood) {
  Begin();
  const std::string id = Held("a1");
  settings.changes_per_tick = 1;
  Start();
  for (int i = 2; i < 12; ++i) Accept(Join("q2", "a" + std::to_string(i)));
  ExpectRestored(id);
}

TEST_F(HoldsTest, Fair7ReleasedEarly) {
  settings.read_back.verify_timeout = absl::Seconds(10);
  Begin();
  const std::string id = Held("a1");
  RunFor(absl::Seconds(10));
  const auto released = actuator->ReleaseHolds(Request(), id, "ann", "needed now");
  ASSERT_TRUE(released.ok()) << released.status();
  EXPECT_THAT(*released, SizeIs(1));
  RunFor(absl::Seconds(2));
  EXPECT_TRUE(centre.IsJoined("q1", "a1"));
  EXPECT_EQ(actuator->ReleaseHolds(Request(), id, "ann", "again").status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(actuator->ReleaseHolds(Request(), "nobody", "ann", "x").status().code(),
            absl::StatusCode::kNotFound);
  // Who did it stands in the audit.
  EXPECT_THAT(Audit(id),
              testing::Contains(testing::AllOf(testing::Field(&AuditEntry::action, "hold"),
                                               testing::Field(&AuditEntry::actor, "ann"),
                                               testing::Field(&AuditEntry::reason, "needed now"))));
}

TEST_F(HoldsTest, Fair7AllAreReleasedAtOnce) {
  settings.limits[model::ChangeKind::kThrottle].held_share = 1;
  Begin();
  const std::string first = Held("a1"), second = Held("a2");
  ASSERT_THAT(*actuator->ReleaseHolds(Request(), "", "drain", "stopping"), SizeIs(2));
  RunFor(absl::Seconds(3));
  EXPECT_EQ(HoldOf(first).outcome, Outcome::kRestored);
  EXPECT_EQ(HoldOf(second).outcome, Outcome::kRestored);
}

TEST_F(HoldsTest, Fair6AtMostATenthOfAGroupIsHeldAtOnce) {
  Begin();
  Accept(Throttle("q1", "a1"));
  const auto second = Propose(Throttle("q1", "a2"));  // of 12, before the first was sent
  EXPECT_EQ(Refusal(second.status()), "HELD_SHARE");
  RunFor(absl::Seconds(3));
  EXPECT_EQ(Refusal(Propose(Throttle("q1", "a2")).status()), "HELD_SHARE");
  for (int i = 12; i < 20; ++i) centre.AddMember("q1", "a" + std::to_string(i), true);
  RunFor(absl::Seconds(20));  // the monitor sees them
  EXPECT_TRUE(Propose(Throttle("q1", "a2")).ok());
}

TEST_F(HoldsTest, Fair6OneOfFewMayBeHeldButNeverBelowTheMinimum) {
  for (const char* agent : {"b1", "b2", "b3"}) centre.AddMember("q2", agent, true);
  settings.scope.bounds["q2"] = {3, 10};
  Begin();
  EXPECT_EQ(Refusal(Propose(Throttle("q2", "b1")).status()), "VALUE_BOUNDS");
  settings.scope.bounds["q2"] = {2, 10};
  Start();
  const std::string id = Accept(Throttle("q2", "b1"));
  RunFor(absl::Seconds(3));
  // Their only queue: they come back to it.
  EXPECT_EQ(StateOf(id), kApplied);
}

TEST_F(HoldsTest, Fair6AHeldAgentIsAbsentForEveryOtherKindAndThenLeftAlone) {
  Begin();
  const std::string id = Held("a1", absl::Seconds(60));
  EXPECT_EQ(Refusal(Propose(Join("q2", "a1")).status()), "AGENT_HELD");
  EXPECT_EQ(Refusal(Propose(Throttle("q1", "a1")).status()), "AGENT_HELD");
  RunFor(absl::Seconds(62));
  EXPECT_FALSE(HoldOf(id).open());
  EXPECT_EQ(Refusal(Propose(Join("q2", "a1")).status()), "COOL_DOWN");
  EXPECT_EQ(Refusal(Propose(Throttle("q1", "a1")).status()), "COOL_DOWN");
  RunFor(absl::Minutes(4));
  EXPECT_TRUE(Propose(Join("q2", "a1")).ok());
}

// A change that was taken on before the hold began does not go out during it.
TEST_F(HoldsTest, Fair6WhatWaitsForAHeldAgentIsRefusedWhenItsTurnComes) {
  Begin();
  ASSERT_TRUE(
      actuator->PauseActuation(Request(), {std::nullopt, std::nullopt, "q2"}, "ann", "wait").ok());
  const std::string throttle = Accept(Throttle("q1", "a1"));
  ASSERT_TRUE(actuator->ResumeActuation(Request(), {std::nullopt, std::nullopt, "q2"}, "ann").ok());
  const std::string join = Accept(Join("q2", "a1"));
  RunFor(absl::Seconds(4));
  EXPECT_EQ(StateOf(throttle), kApplied);
  // Whichever came first went out; the other one did not meanwhile.
  EXPECT_THAT(StateOf(join), testing::AnyOf(kRefused, kApplied));
}

TEST_F(HoldsTest, Fair6TheFormOfAThrottleIsChecked) {
  Begin();
  model::Proposal proposal = Throttle("q1", "a1", absl::Seconds(121));
  EXPECT_EQ(Propose(proposal).status().code(), absl::StatusCode::kInvalidArgument);
  proposal = Throttle("q1", "a1", absl::ZeroDuration());
  EXPECT_EQ(Propose(proposal).status().code(), absl::StatusCode::kInvalidArgument);
  proposal = Throttle("q1", "a1");
  std::swap(proposal.old_value, proposal.new_value);
  EXPECT_EQ(Propose(proposal).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Propose(Pause("q1", "a1")).status().code(), absl::StatusCode::kInvalidArgument);
  proposal = Join("q2", "a1");
  proposal.kind = model::ChangeKind::kRestore;
  EXPECT_EQ(Propose(proposal).status().code(), absl::StatusCode::kInvalidArgument);
  proposal = Join("q2", "a1");
  proposal.hold_for = absl::Seconds(1);
  EXPECT_EQ(Propose(proposal).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(HoldsTest, Fair7AHoldIsReleasedNotRolledBack) {
  Begin();
  const std::string id = Held("a1");
  const auto rolled_back = actuator->RollBack(Request(), id, "ann", "undo");
  EXPECT_EQ(rolled_back.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(rolled_back.status().message(), testing::HasSubstr("release it"));
}

TEST_F(HoldsTest, Act2InDryRunNothingIsHeld) {
  settings.modes.otherwise = Mode::kDryRun;
  Begin();
  const std::string id = Accept(Throttle("q1", "a1"));
  RunFor(absl::Minutes(3));
  EXPECT_EQ(StateOf(id), kDryRun);
  EXPECT_TRUE(actuator->ListHolds(false)->empty());
  EXPECT_EQ(centre.Count(What::kWrite), 0);
}

TEST_F(HoldsTest, Fair9WatchersAreTold) {
  Begin();
  const int64_t cursor = *actuator->LatestCursor();
  const std::string id = Held("a1", absl::Seconds(60));
  RunFor(absl::Seconds(60));
  std::vector<Hold> seen;
  const std::vector<Event> events = *ledger->FindEvents(cursor, 1000);
  for (const Event& event : events) {
    if (event.hold) seen.push_back(*event.hold);
  }
  ASSERT_THAT(seen, SizeIs(2));
  EXPECT_TRUE(seen[0].open());
  EXPECT_EQ(seen[0].ends_at, HoldOf(id).ends_at);
  EXPECT_EQ(seen[0].entity, HoldOf(id).entity);
  EXPECT_EQ(seen[1].outcome, Outcome::kRestored);
}

// The guide dialect: agents are paused.
class PausesTest : public HoldsTest {
 protected:
  PausesTest() {
    settings.capacity_lever = model::CapacityLever::kQueueCapacity;
    for (const char* queue : {"q1", "q2", "q3"}) centre.AddQueueCapacity(queue, 10);
    for (const char* agent : {"a1", "a2"}) centre.AddAgent(agent, Availability::kAvailable);
  }
};

TEST_F(PausesTest, Fair6AnAgentIsPausedAndBack) {
  Begin();
  const std::string id = Accept(Pause("q1", "a1", absl::Seconds(60)));
  RunFor(absl::Seconds(3));
  EXPECT_EQ(StateOf(id), kApplied);
  EXPECT_EQ(centre.AvailabilityOf("a1"), Availability::kPaused);
  RunFor(absl::Seconds(59));
  EXPECT_EQ(centre.AvailabilityOf("a1"), Availability::kAvailable);
  EXPECT_EQ(HoldOf(id).outcome, Outcome::kRestored);
}

TEST_F(PausesTest, Fair7WhoTookABreakMeanwhileStaysInIt) {
  Begin();
  const std::string id = Accept(Pause("q1", "a1", absl::Seconds(60)));
  RunFor(absl::Seconds(3));
  centre.Edit(AvailabilityEntity{"q1", "a1"}, Availability::kBreak);
  RunFor(absl::Minutes(3));
  EXPECT_EQ(centre.AvailabilityOf("a1"), Availability::kBreak);
  EXPECT_EQ(HoldOf(id).outcome, Outcome::kChangedByOther);
  EXPECT_THAT(*actuator->ListLeftAlone(), SizeIs(1));
}

TEST_F(PausesTest, Fair6NobodyIsPausedInAnInteraction) {
  Begin();
  centre.Edit(AvailabilityEntity{"q1", "a1"}, Availability::kInteracting);
  const std::string id = Accept(Pause("q1", "a1", absl::Seconds(60)));
  RunFor(absl::Seconds(30));
  EXPECT_EQ(StateOf(id), kAccepted);
  EXPECT_THAT(Audit(id), SizeIs(2));  // it waits without a word
  centre.Edit(AvailabilityEntity{"q1", "a1"}, Availability::kAvailable);
  RunFor(absl::Seconds(2));
  EXPECT_EQ(StateOf(id), kApplied);
}

// A call came in the very moment of the pause: what follows it is not told before it is over.
TEST_F(PausesTest, Fair7ARestoreWaitsForTheEndOfAnInteraction) {
  Begin();
  const std::string id = Accept(Pause("q1", "a1", absl::Seconds(60)));
  RunFor(absl::Seconds(3));
  centre.Edit(AvailabilityEntity{"q1", "a1"}, Availability::kInteracting);
  RunFor(absl::Hours(1));
  EXPECT_TRUE(HoldOf(id).open());
  centre.Edit(AvailabilityEntity{"q1", "a1"}, Availability::kPaused);
  RunFor(absl::Seconds(5));
  EXPECT_EQ(centre.AvailabilityOf("a1"), Availability::kAvailable);
  EXPECT_EQ(HoldOf(id).outcome, Outcome::kRestored);
}

}  // namespace
}  // namespace evenkeel::actuator
