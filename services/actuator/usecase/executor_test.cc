#include "services/actuator/usecase/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error_details.h"
#include "services/actuator/testing/rig.h"

namespace evenkeel::actuator {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using enum model::ChangeState;
using model::MembershipEntity;
using model::QueueCapacityEntity;
using What = FakeCentre::Record::What;

class ExecutorTest : public testing::Test, protected Rig {
 protected:
  ExecutorTest() {
    AddAgents(10);
    Start();
    Tick();  // everything is seen once
  }
  int Writes() { return centre.Count(What::kWrite); }
};

TEST_F(ExecutorTest, Act6ReadsComparesWritesAndReadsBack) {
  centre.delay = [] { return absl::Seconds(4); };
  const std::string id = Accept(Join("q2", "a0"));
  Tick();
  EXPECT_EQ(StateOf(id), kVerifying);
  RunFor(absl::Seconds(3));
  EXPECT_EQ(StateOf(id), kVerifying);
  RunFor(absl::Seconds(3));
  EXPECT_EQ(StateOf(id), kApplied);
  std::vector<What> what;
  for (const FakeCentre::Record& record : centre.records()) {
    if (model::EntityKey(record.entity) == "membership/q2/a0") what.push_back(record.what);
  }
  // The monitor's first look; then read, write, read until it shows.
  EXPECT_THAT(what, ElementsAre(What::kRead, What::kRead, What::kWrite, What::kRead, What::kRead,
                                What::kEffect, What::kRead));
  EXPECT_EQ(actuator->GetStatus()->executor.writes_sent, 1);
}

TEST_F(ExecutorTest, Act6AnotherValueIsNeverOverwrittenAndIsLeftAlone) {
  const std::string id = Accept(Join("q2", "a0"));
  centre.Edit(MembershipEntity{"q2", "a0"}, true);  // before our first reading
  Tick();
  EXPECT_EQ(StateOf(id), kFailed);
  EXPECT_EQ(Get(id).refusal_reason, kChangedByOther);
  EXPECT_THAT(Get(id).state_reason, HasSubstr("ABORTED"));
  EXPECT_EQ(Writes(), 0);
  EXPECT_TRUE(centre.IsJoined("q2", "a0"));
  // ACT-13: left alone for an hour, and told to whoever watches.
  EXPECT_THAT(*actuator->ListLeftAlone(), SizeIs(1));
  const auto events = actuator->WaitForEvents(0, 100, absl::ZeroDuration(), {});
  EXPECT_EQ(events->back().changed_by_other->entity, model::Entity(MembershipEntity{"q2", "a0"}));
  EXPECT_EQ(events->back().changed_by_other->value, model::Value(true));
  EXPECT_EQ(Refusal(Propose(Leave("q2", "a0")).status()), "CHANGED_BY_OTHER");
  clock.Advance(absl::Hours(1));
  EXPECT_THAT(*actuator->ListLeftAlone(), IsEmpty());
  Accept(Leave("q2", "a0"));
}

TEST_F(ExecutorTest, Act13AForeignEditSeenByTheMonitorIsLeftAloneAndOursIsNot) {
  Accept(Join("q3", "a1"));
  RunFor(absl::Seconds(3));
  centre.Edit(MembershipEntity{"q2", "a0"}, true);
  RunFor(absl::Minutes(2));
  const auto left_alone = actuator->ListLeftAlone();
  ASSERT_THAT(*left_alone, SizeIs(1));
  EXPECT_EQ(left_alone->at(0).entity, model::Entity(MembershipEntity{"q2", "a0"}));
  EXPECT_EQ(left_alone->at(0).value, model::Value(true));
  EXPECT_EQ(Refusal(Propose(Leave("q2", "a0")).status()), "CHANGED_BY_OTHER");
}

TEST_F(ExecutorTest, Act13APlanMadeAfterAForeignEditDoesNotUndoItBeforeTheMonitorLooks) {
  centre.Edit(MembershipEntity{"q2", "a0"}, true);
  const std::string id = Accept(Leave("q2", "a0"));  // the planner has seen the edit, we have not
  Tick();
  EXPECT_EQ(StateOf(id), kFailed);
  EXPECT_EQ(Get(id).refusal_reason, kChangedByOther);
  EXPECT_EQ(Writes(), 0);
  EXPECT_THAT(*actuator->ListLeftAlone(), SizeIs(1));
}

TEST_F(ExecutorTest, Act13AnEditWhileTheActuatorWasDownIsFoundAfterwards) {
  centre.Edit(MembershipEntity{"q1", "a0"}, false);
  Start();
  Tick();
  EXPECT_THAT(*actuator->ListLeftAlone(), SizeIs(1));
}

TEST_F(ExecutorTest, Act13AnAcceptedChangeGivesWayToPeople) {
  ASSERT_TRUE(actuator->PauseActuation(Request(), {}, "ann", "wait").ok());
  ASSERT_TRUE(actuator->ResumeActuation(Request(), {}, "ann").ok());
  const std::string id = Accept(Join("q2", "a0"));
  const MembershipEntity entity{"q2", "a0"};
  ASSERT_TRUE(actuator->PauseActuation(Request(), {{}, entity, {}}, "ann", "wait").ok());
  centre.Edit(entity, true);
  RunFor(absl::Minutes(2));  // the monitor sees it
  centre.Edit(entity, false);
  RunFor(absl::Minutes(2));  // and back: the old value is there again
  ASSERT_TRUE(actuator->ResumeActuation(Request(), {{}, entity, {}}, "ann").ok());
  Tick();
  EXPECT_EQ(StateOf(id), kRefused);
  EXPECT_EQ(Get(id).refusal_reason, "CHANGED_BY_OTHER");
  EXPECT_EQ(Writes(), 0);
}

TEST_F(ExecutorTest, Cap9TheJoinShowsBeforeTheLeaveIsSent) {
  centre.delay = [] { return absl::Seconds(5); };
  const std::string join = Accept(Join("q2", "a0", "m"));
  const std::string leave = Accept(Leave("q1", "a0", "m"));
  while (StateOf(leave) != kApplied) {
    ASSERT_LT(clock.Now(), absl::FromUnixSeconds(1'700'000'100));
    Tick();
    ASSERT_TRUE(StateOf(leave) == kAccepted || StateOf(join) == kApplied);
    clock.Advance(absl::Seconds(1));
  }
  EXPECT_THAT(centre.stranded(), IsEmpty());
}

TEST_F(ExecutorTest, Cap9ALeaveWhoseJoinFailedIsNotSent) {
  centre.AddMember("q2", "new", false);
  centre.AddMember("q1", "new", true);
  settings.read_back.verify_timeout = absl::Seconds(10);
  Start();
  centre.delay = [] { return absl::Hours(100); };  // taken, and never shows
  const std::string join = Accept(Join("q2", "new", "m"));
  const std::string leave = Accept(Leave("q1", "new", "m"));
  RunFor(absl::Seconds(15));
  EXPECT_EQ(StateOf(join), kFailed);
  EXPECT_THAT(Get(join).state_reason, HasSubstr("DEADLINE_EXCEEDED"));
  EXPECT_EQ(StateOf(leave), kRefused);
  EXPECT_EQ(Get(leave).refusal_reason, "MOVE_BROKEN");
  EXPECT_EQ(Writes(), 1);
}

TEST_F(ExecutorTest, Cap9TheLastQueueIsAskedOfTheCentreRightBeforeTheLeave) {
  centre.AddMember("unmanaged", "a0", false);
  const std::string leave = Accept(Join("q2", "a0"));
  RunFor(absl::Seconds(3));
  const std::string id = Accept(Leave("q1", "a0"));
  centre.Edit(MembershipEntity{"q2", "a0"}, false);  // seen by nobody yet
  Tick();
  EXPECT_EQ(StateOf(id), kRefused);
  EXPECT_EQ(Get(id).refusal_reason, "LAST_QUEUE");
  EXPECT_THAT(centre.stranded(), IsEmpty());
  EXPECT_TRUE(centre.IsJoined("q1", "a0"));
}

TEST_F(ExecutorTest, Cap9AnUnmanagedQueueCountsAsAQueue) {
  centre.AddMember("q1", "solo", true);
  centre.AddMember("unmanaged", "solo", true);
  const std::string id = Accept(Leave("q1", "solo"));  // never seen: the reading decides
  RunFor(absl::Seconds(2));
  EXPECT_EQ(StateOf(id), kApplied);
}

TEST_F(ExecutorTest, Cap9TwoLeavesOfAnAgentNeverCrossEvenWhenTheyShowLate) {
  settings.read_back.verify_timeout = absl::Seconds(10);
  Start();
  Accept(Join("q2", "a0"));
  RunFor(absl::Seconds(3));
  Tick();
  centre.delay = [] { return absl::Seconds(30); };  // later than anybody waits
  const std::string first = Accept(Leave("q1", "a0"));
  RunFor(absl::Seconds(15));
  EXPECT_EQ(StateOf(first), kFailed);  // it did not show in time, but will
  const std::string second = Accept(Leave("q2", "a0"));
  RunFor(absl::Seconds(60));
  EXPECT_EQ(Get(second).refusal_reason, "LAST_QUEUE");
  EXPECT_THAT(centre.stranded(), IsEmpty());
  EXPECT_FALSE(centre.IsJoined("q1", "a0"));
  EXPECT_THAT(*actuator->ListLeftAlone(), IsEmpty());  // the late effect was ours
}

TEST_F(ExecutorTest, Cap9AtMostAHundredMembersInACall) {
  limits().moves_per_cycle = limits().writes_per_hour = 1000;
  settings.changes_per_tick = 1000;
  Start();
  for (int i = 0; i < 230; ++i) {
    centre.AddMember("q3", "b" + std::to_string(i), false);
    Accept(Join("q3", "b" + std::to_string(i)));
  }
  RunFor(absl::Seconds(5));
  EXPECT_EQ(actuator->GetStatus()->changes[kApplied], 230);
  EXPECT_EQ(actuator->GetStatus()->executor.writes_sent, 3);
  EXPECT_EQ(centre.largest_call(), 100u);
}

TEST_F(ExecutorTest, Cap9WhoIsNoMemberIsNeverWritten) {
  const std::string id = Accept(Join("q2", "stranger"));
  const std::string other = Accept(Join("q2", "a0"));
  RunFor(absl::Seconds(3));
  EXPECT_EQ(StateOf(id), kFailed);
  EXPECT_THAT(Get(id).state_reason, HasSubstr("NOT_FOUND"));
  EXPECT_EQ(StateOf(other), kApplied);
  EXPECT_EQ(Writes(), 1);
}

TEST_F(ExecutorTest, Act12OneRefusedEntityOfACallDoesNotStopTheOthers) {
  int refused_calls = 0;
  centre.refuse = [&](const std::string& call) {
    const bool refuse = call == "set_joined q2" && refused_calls < 1;
    refused_calls += refuse ? 1 : 0;
    return refuse ? absl::InvalidArgumentError("one of them is odd") : absl::OkStatus();
  };
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(Accept(Join("q2", "a" + std::to_string(i))));
  const std::string elsewhere = Accept(Join("q3", "a0"));
  RunFor(absl::Seconds(2));
  EXPECT_EQ(StateOf(elsewhere), kApplied);
  // One by one from then on: the second is refused for good.
  int single_calls = 0;
  centre.refuse = [&](const std::string& call) {
    if (call != "set_joined q2" || ++single_calls != 2) return absl::OkStatus();
    return absl::InvalidArgumentError("this one");
  };
  RunFor(absl::Seconds(30));
  EXPECT_EQ(StateOf(ids[0]), kApplied);
  EXPECT_EQ(StateOf(ids[1]), kFailed);
  EXPECT_THAT(Get(ids[1]).state_reason, HasSubstr("this one"));
  EXPECT_EQ(StateOf(ids[2]), kApplied);
  EXPECT_EQ(single_calls, 3);
}

TEST_F(ExecutorTest, Act12AQueueThatIsGoneOrSilentDoesNotStopTheOthers) {
  settings.scope.queues.insert("gone");
  Start();
  centre.refuse = [](const std::string& call) {
    return call.find("q2") != std::string::npos ? absl::UnavailableError("no answer")
                                                : absl::OkStatus();
  };
  const std::string gone = Accept(Join("gone", "a0"));
  const std::string silent = Accept(Join("q2", "a0"));
  const std::string well = Accept(Join("q3", "a0"));
  RunFor(absl::Seconds(3));
  EXPECT_EQ(StateOf(gone), kFailed);
  EXPECT_EQ(StateOf(silent), kAccepted);
  EXPECT_EQ(StateOf(well), kApplied);
  EXPECT_THAT(actuator->GetStatus()->executor.last_error, HasSubstr("no answer"));
  centre.refuse = [](const auto&) { return absl::OkStatus(); };
  RunFor(absl::Seconds(10));
  EXPECT_EQ(StateOf(silent), kApplied);
}

TEST_F(ExecutorTest, Api2ALimitRestsTheWholeClientAsLongAsItSays) {
  absl::Time until = clock.Now() + absl::Seconds(20);
  int calls = 0;
  centre.refuse = [&](const std::string& call) {
    ++calls;
    if (clock.Now() >= until) return absl::OkStatus();
    absl::Status status = absl::ResourceExhaustedError("429");
    SetRetryAfter(status, until - clock.Now());
    return status;
  };
  const std::string a = Accept(Join("q2", "a0"));
  const std::string b = Accept(Join("q3", "a0"));
  RunFor(absl::Seconds(18));
  EXPECT_EQ(calls, 1);
  RunFor(absl::Seconds(8));
  EXPECT_EQ(StateOf(a), kApplied);
  EXPECT_EQ(StateOf(b), kApplied);
  EXPECT_EQ(Get(a).state_reason, "read back: joined");
}

TEST_F(ExecutorTest, Api2AfterALimitNothingMoreIsAskedInTheSameCall) {
  for (int i = 0; i < 5; ++i) Accept(Join("q2", "a" + std::to_string(i)));
  RunFor(absl::Seconds(3));
  int calls = 0;
  centre.refuse = [&](const std::string&) {
    ++calls;
    return absl::ResourceExhaustedError("429");
  };
  for (int i = 0; i < 5; ++i) Accept(Leave("q1", "a" + std::to_string(i)));
  Tick();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(actuator->GetStatus()->changes[kAccepted], 5);
}

TEST_F(ExecutorTest, Act5ALostAnswerIsReadBackAndNotSentAgain) {
  centre.lose_answer = [](const auto&) { return absl::UnavailableError("connection lost"); };
  const std::string id = Accept(Join("q2", "a0"));
  RunFor(absl::Minutes(3));
  EXPECT_EQ(StateOf(id), kApplied);
  EXPECT_EQ(Writes(), 1);
}

TEST_F(ExecutorTest, Act5ALostCallIsSentAgainOnlyAfterItWasReadBack) {
  settings.read_back.verify_timeout = absl::Seconds(20);
  Start();
  int lost = 0;
  centre.refuse = [&](const std::string& call) {
    if (call != "set_joined q2" || lost == 1) return absl::OkStatus();
    ++lost;
    return absl::DeadlineExceededError("no answer");  // it never arrived
  };
  const std::string id = Accept(Join("q2", "a0"));
  RunFor(absl::Seconds(15));
  EXPECT_EQ(StateOf(id), kVerifying);
  EXPECT_EQ(Writes(), 0);
  RunFor(absl::Seconds(15));
  EXPECT_EQ(StateOf(id), kApplied);
  EXPECT_EQ(Writes(), 1);
}

TEST_F(ExecutorTest, Act5AnEffectThatComesBeforeItIsSentAgainIsTakenAsOurs) {
  settings.read_back.verify_timeout = absl::Seconds(20);
  Start();
  centre.delay = [] { return absl::Seconds(30); };
  centre.lose_answer = [](const auto&) { return absl::UnavailableError("connection lost"); };
  const std::string id = Accept(Join("q2", "a0"));
  Tick();
  ASSERT_TRUE(actuator->PauseActuation(Request(), {}, "ann", "wait").ok());
  RunFor(absl::Seconds(25));
  EXPECT_EQ(StateOf(id), kAccepted);  // read back in vain: to be sent again after the pause
  EXPECT_EQ(Refusal(Propose(Join("q2", "a0")).status()), "PAUSED");
  EXPECT_EQ(Refusal(actuator->Discard(Request(), id, "ann", "no").status()), "WRONG_STATE");
  RunFor(absl::Seconds(10));
  ASSERT_TRUE(actuator->ResumeActuation(Request(), {}, "ann").ok());
  Tick();
  EXPECT_EQ(StateOf(id), kApplied);
  EXPECT_EQ(Writes(), 1);
  EXPECT_THAT(*actuator->ListLeftAlone(), IsEmpty());
}

TEST_F(ExecutorTest, Act5CallsThatAreLostAgainAndAgainFail) {
  settings.read_back.verify_timeout = absl::Seconds(20);
  Start();
  centre.refuse = [](const std::string& call) {
    return call == "set_joined q2" ? absl::UnavailableError("no answer") : absl::OkStatus();
  };
  const std::string id = Accept(Join("q2", "a0"));
  RunFor(absl::Minutes(3));
  EXPECT_EQ(StateOf(id), kFailed);
  EXPECT_EQ(actuator->GetStatus()->executor.writes_failed, 3);
}

TEST_F(ExecutorTest, Api9AWriteThatIsNotAllowedFailsAtOnceWithTheReason) {
  centre.refuse = [](const std::string& call) {
    return call == "set_joined q2" ? absl::PermissionDeniedError("needs routing:queueMember:manage")
                                   : absl::OkStatus();
  };
  const std::string a = Accept(Join("q2", "a0"));
  const std::string b = Accept(Join("q2", "a1"));
  Tick();
  for (const std::string& id : {a, b}) {
    EXPECT_EQ(StateOf(id), kFailed);
    EXPECT_THAT(Get(id).state_reason, HasSubstr("routing:queueMember:manage"));
  }
  // What was not written does not count as a write.
  EXPECT_EQ(actuator->GetStatus()->writes_last_hour[model::ChangeKind::kCapacity], 0);
}

TEST_F(ExecutorTest, Act6AConflictIsSomebodyElse) {
  centre.refuse = [](const std::string& call) {
    return call == "set_joined q2" ? absl::AbortedError("409") : absl::OkStatus();
  };
  const std::string id = Accept(Join("q2", "a0"));
  Tick();
  EXPECT_EQ(StateOf(id), kFailed);
  EXPECT_EQ(Get(id).refusal_reason, "CHANGED_BY_OTHER");
  EXPECT_THAT(*actuator->ListLeftAlone(), SizeIs(1));
}

TEST_F(ExecutorTest, WhatIsNotStartedInTimeExpires) {
  ASSERT_TRUE(
      actuator->PauseActuation(Request(), {{}, MembershipEntity{"q3", "a9"}, {}}, "ann", "x").ok());
  model::Proposal proposal = Join("q2", "a0");
  proposal.expires_at = clock.Now() + absl::Seconds(30);
  centre.refuse = [](const std::string&) { return absl::UnavailableError("down"); };
  const std::string id = Accept(proposal);
  RunFor(absl::Seconds(29));
  EXPECT_EQ(StateOf(id), kAccepted);
  clock.Advance(absl::Seconds(1));
  Tick();
  EXPECT_EQ(StateOf(id), kExpired);
}

TEST_F(ExecutorTest, Act15AModeThatIsTakenBackStopsWhatWasAccepted) {
  const std::string a = Accept(Join("q2", "a0"));
  const std::string b = Accept(Join("q3", "a0"));
  settings.modes.by_queue = {{"q2", Mode::kDryRun}, {"q3", Mode::kApprove}};
  Start();
  RunFor(absl::Seconds(5));
  EXPECT_EQ(StateOf(a), kDryRun);
  EXPECT_EQ(StateOf(b), kAwaitingApproval);
  EXPECT_EQ(Writes(), 0);
}

TEST_F(ExecutorTest, Act12AScopeThatIsTakenBackStopsWhatWasAccepted) {
  const std::string id = Accept(Join("q2", "a0"));
  settings.scope.excluded_agents = {"a0"};
  Start();
  Tick();
  EXPECT_EQ(Get(id).refusal_reason, "OUT_OF_SCOPE");
  EXPECT_EQ(Writes(), 0);
}

TEST_F(ExecutorTest, Act12DivisionsAreThoseThatTheCentreTells) {
  centre.AddMember("q1", "in", true, "d1");
  centre.AddMember("q2", "in", false, "d1");
  centre.AddMember("q2", "out", false, "d2");
  settings.scope.divisions = {"d1"};
  Start();
  EXPECT_EQ(Refusal(Propose(Join("q2", "in")).status()), "OUT_OF_SCOPE");  // not known yet
  Tick();
  Accept(Join("q2", "in"));
  EXPECT_EQ(Refusal(Propose(Join("q2", "out")).status()), "OUT_OF_SCOPE");
  RunFor(absl::Seconds(3));
  Accept(Leave("q2", "in"));  // still known after our own write
}

TEST_F(ExecutorTest, AStopIsHeededBetweenCalls) {
  Accept(Join("q2", "a0"));
  std::stop_source stop;
  stop.request_stop();
  ASSERT_TRUE(actuator->Tick(stop.get_token()).ok());
  EXPECT_EQ(Writes(), 0);
  Tick();
  EXPECT_EQ(Writes(), 1);
}

TEST_F(ExecutorTest, Act6TheWindowBetweenReadAndWriteIsMeasuredFromTheReadsStart) {
  centre.refuse = [&](const std::string& call) {
    if (call == "read_members q2") real_clock.Advance(absl::Milliseconds(90));
    if (call == "set_joined q2") real_clock.Advance(absl::Milliseconds(400));  // after its start
    return absl::OkStatus();
  };
  Accept(Join("q2", "a0"));
  Tick();
  EXPECT_EQ(Writes(), 1);
  EXPECT_EQ(actuator->GetStatus()->executor.longest_window, absl::Milliseconds(90));
}

TEST_F(ExecutorTest, Act5WhatNeverLeftIsNoAttempt) {
  int calls = 0;
  centre.refuse = [&](const std::string& call) -> absl::Status {
    if (call != "set_joined q2" || ++calls > settings.read_back.max_attempts) {
      return absl::OkStatus();
    }
    absl::Status refused = absl::UnavailableError("connection refused");
    SetNotSent(refused);
    return refused;
  };
  const std::string id = Accept(Join("q2", "a0"));
  Tick();
  EXPECT_EQ(StateOf(id), kAccepted);
  EXPECT_EQ(actuator->GetStatus()->writes_last_hour[model::ChangeKind::kCapacity], 1);
  RunFor(absl::Minutes(1));
  EXPECT_EQ(StateOf(id), kApplied);
  EXPECT_EQ(Writes(), 1);
}

TEST_F(ExecutorTest, Act6AReadThatHadToWaitDoesNotShortenTheTimeToShow) {
  centre.refuse = [&](const std::string& call) {
    if (call == "read_members q2" && Writes() == 0) clock.Advance(absl::Minutes(2));
    return absl::OkStatus();
  };
  centre.delay = [] { return absl::Seconds(30); };
  const std::string id = Accept(Join("q2", "a0"));
  Tick();
  EXPECT_EQ(StateOf(id), kVerifying);
  RunFor(absl::Seconds(40));
  EXPECT_EQ(StateOf(id), kApplied);
}

TEST_F(ExecutorTest, Act6AConflictOverACallBlamesOnlyTheOneItIsAbout) {
  centre.refuse = [&](const std::string& call) {
    return call == "set_joined q2" ? absl::AbortedError("409") : absl::OkStatus();
  };
  const std::string odd = Accept(Join("q2", "a0"));
  const std::string well = Accept(Join("q2", "a1"));
  Tick();
  EXPECT_THAT(*actuator->ListLeftAlone(), IsEmpty());
  int singles = 0;
  centre.refuse = [&](const std::string& call) {
    return call == "set_joined q2" && ++singles == 1 ? absl::AbortedError("409") : absl::OkStatus();
  };
  RunFor(absl::Seconds(30));
  EXPECT_EQ(Get(odd).refusal_reason, "CHANGED_BY_OTHER");
  EXPECT_EQ(StateOf(well), kApplied);
  EXPECT_THAT(*actuator->ListLeftAlone(), SizeIs(1));
}

}  // namespace
}  // namespace evenkeel::actuator
