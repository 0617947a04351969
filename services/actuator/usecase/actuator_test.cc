#include "services/actuator/usecase/actuator.h"

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

class ActuatorTest : public testing::Test, protected Rig {
 protected:
  ActuatorTest() {
    for (const char* queue : {"q1", "q2", "q3"}) {
      for (int i = 0; i < 10; ++i) centre.AddMember(queue, Agent(i), queue != std::string("q3"));
    }
    Start();
  }
  static std::string Agent(int i) { return "a" + std::to_string(i); }
  void Restart(Mode mode) {
    settings.modes.otherwise = mode;
    Start();
  }
};

TEST_F(ActuatorTest, EveryWrongFieldIsNamedAtOnce) {
  model::Proposal proposal = Join("", "a0");
  proposal.reason = "";
  const auto change = actuator->Propose({"", false}, proposal);
  EXPECT_EQ(change.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(GetViolations(change.status()),
              ElementsAre(Field(&FieldViolation::field, "request_id"),
                          Field(&FieldViolation::field, "entity.queue_id"),
                          Field(&FieldViolation::field, "reason"),
                          Field(&FieldViolation::field, "forecasts[0].queue_id")));
  const auto capacity = Propose(Capacity("q1", 5, 6));
  EXPECT_THAT(GetViolations(capacity.status()),
              ElementsAre(Field(&FieldViolation::field, "entity")));
}

TEST_F(ActuatorTest, Act5TheSameRequestGetsTheSameAnswerAndAnotherBodyIsRefused) {
  const model::Proposal proposal = Join("q3", "a0");
  const auto first = actuator->Propose({"r", false}, proposal);
  ASSERT_TRUE(first.ok());
  const auto lines = Audit().size();
  for (int restart = 0; restart < 2; ++restart) {
    const auto again = actuator->Propose({"r", false}, proposal);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(*again, *first);
    model::Proposal other = proposal;
    other.reason = "something else";
    EXPECT_EQ(actuator->Propose({"r", false}, other).status().code(),
              absl::StatusCode::kAlreadyExists);
    // Another operation is another body.
    EXPECT_EQ(actuator->Discard({"r", false}, first->id, "ann", "no").status().code(),
              absl::StatusCode::kAlreadyExists);
    EXPECT_EQ(Audit().size(), lines);
    Start();
  }
}

TEST_F(ActuatorTest, Act5ARefusalIsRepeatedWithItsFigures) {
  limits().moves_per_cycle = 0;
  Start();
  const model::Proposal proposal = Join("q3", "a0", "", "plan");
  const auto first = actuator->Propose({"r", false}, proposal);
  EXPECT_EQ(Refusal(first.status()), "MOVES_PER_CYCLE");
  limits().moves_per_cycle = 20;
  Start();
  const auto again = actuator->Propose({"r", false}, proposal);
  EXPECT_EQ(again.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(again.status().message(), first.status().message());
  EXPECT_EQ(GetRefusal(again.status()), GetRefusal(first.status()));
  // The refusal is on record as a change, once.
  const auto page = actuator->List({{kRefused}, {}, "", 0, ""});
  ASSERT_THAT(page->changes, SizeIs(1));
  EXPECT_EQ(page->changes[0].refusal_reason, "MOVES_PER_CYCLE");
  EXPECT_THAT(page->changes[0].state_reason, HasSubstr("at most 0"));
  EXPECT_EQ(actuator->GetStatus()->changes[kRefused], 1);
}

TEST_F(ActuatorTest, ValidateOnlyAnswersAsIfAndKeepsNothing) {
  const auto change = actuator->Propose({"r", true}, Join("q3", "a0"));
  ASSERT_TRUE(change.ok());
  EXPECT_EQ(change->state, kAccepted);
  settings.scope.queues = {"q1"};
  Start();
  EXPECT_EQ(Refusal(actuator->Propose({"r", true}, Join("q3", "a0")).status()), "OUT_OF_SCOPE");
  EXPECT_THAT(Audit(), IsEmpty());
  EXPECT_THAT(actuator->List({})->changes, IsEmpty());
  EXPECT_THAT(actuator->GetStatus()->refusals, IsEmpty());
}

TEST_F(ActuatorTest, RefusalsAreCountedByGuardrail) {
  settings.scope.queues = {"q1"};
  Start();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(Propose(Join("q3", Agent(i))).ok());
  EXPECT_EQ(actuator->GetStatus()->refusals, (std::map<std::string, int64_t>{{"OUT_OF_SCOPE", 3}}));
}

TEST_F(ActuatorTest, Act8ABoundedQueueSaysWhenToComeBack) {
  settings.queue_limit = 2;
  Start();
  Accept(Join("q3", "a0"));
  const std::string older = Accept(Join("q3", "a1"));
  const auto full = actuator->Propose({"r", false}, Join("q3", "a2"));
  EXPECT_EQ(full.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(GetRetryAfter(full.status()).has_value());
  // What takes an older one's place does not lengthen the queue.
  Accept(Join("q3", "a1"));
  EXPECT_EQ(StateOf(older), kSuperseded);
  // Nothing was kept of the refused request, so it may come again.
  RunFor(absl::Seconds(5));
  EXPECT_TRUE(actuator->Propose({"r", false}, Join("q3", "a2")).ok());
}

TEST_F(ActuatorTest, Act8TheNewestPlanSupersedesAnUnappliedOlderOne) {
  const std::string older = Accept(Join("q3", "a0", "", "p1"));
  const std::string newer = Accept(Join("q3", "a0", "", "p2"));
  EXPECT_EQ(Get(older).superseded_by, newer);
  RunFor(absl::Seconds(5));
  EXPECT_EQ(StateOf(older), kSuperseded);
  EXPECT_EQ(StateOf(newer), kApplied);
  EXPECT_EQ(centre.Count(FakeCentre::Record::What::kWrite), 1);
}

TEST_F(ActuatorTest, Act3WhatIsInFlightDoesNotGiveWay) {
  centre.delay = [] { return absl::Seconds(10); };
  const std::string id = Accept(Join("q3", "a0"));
  Tick();
  EXPECT_EQ(StateOf(id), kVerifying);
  EXPECT_EQ(Refusal(Propose(Join("q3", "a0")).status()), "OPEN_CHANGE");
}

TEST_F(ActuatorTest, Act3MovesOfAPlanAreCountedAndALeaveWithItsJoinIsOne) {
  limits().moves_per_cycle = 2;
  Start();
  Tick();  // the monitor sees who there is
  Accept(Join("q3", "a0", "m0", "p"));
  Accept(Leave("q1", "a0", "m0", "p"));
  Accept(Join("q3", "a1", "m1", "p"));
  EXPECT_EQ(Refusal(Propose(Join("q3", "a2", "m2", "p")).status()), "MOVES_PER_CYCLE");
  Accept(Leave("q1", "a1", "m1", "p"));
  RunFor(absl::Seconds(10));  // what is applied still counts
  EXPECT_EQ(Refusal(Propose(Join("q3", "a2", "m2", "p")).status()), "MOVES_PER_CYCLE");
  Accept(Join("q3", "a2", "m2", "p2"));
}

TEST_F(ActuatorTest, Act3WritesAreCountedForAnHourFromTheirSending) {
  limits().writes_per_hour = 3;
  Start();
  for (int i = 0; i < 3; ++i) Accept(Join("q3", Agent(i)));
  EXPECT_EQ(Refusal(Propose(Join("q3", "a3")).status()), "WRITES_PER_HOUR");
  RunFor(absl::Seconds(5));
  EXPECT_EQ(actuator->GetStatus()->writes_last_hour[model::ChangeKind::kCapacity], 3);
  clock.Advance(absl::Minutes(59));
  EXPECT_EQ(Refusal(Propose(Join("q3", "a3")).status()), "WRITES_PER_HOUR");
  clock.Advance(absl::Minutes(1));
  Accept(Join("q3", "a3"));
}

TEST_F(ActuatorTest, Act3TheShareOfAQueueIsOfWhatItHadAnHourAgo) {
  limits().group_share_per_hour = 0.3;
  Start();
  Tick();  // the monitor sees ten joined members of q1
  for (int i = 0; i < 3; ++i) {
    Accept(Leave("q1", Agent(i)));
    RunFor(absl::Seconds(3));  // seven are left in the end: 30 % of those would be two
  }
  EXPECT_EQ(Refusal(Propose(Leave("q1", "a3")).status()), "GROUP_SHARE_PER_HOUR");
  Accept(Leave("q2", "a3"));  // another group
  Accept(Join("q3", "a3"));   // takes from none
  clock.Advance(absl::Hours(1) + absl::Seconds(1));
  Accept(Leave("q1", "a4"));
}

TEST_F(ActuatorTest, Cap11AMovedMembershipStays) {
  limits().dwell = absl::Minutes(10);
  Start();
  Accept(Join("q3", "a0"));
  RunFor(absl::Seconds(2));
  EXPECT_EQ(Refusal(Propose(Leave("q3", "a0")).status()), "DWELL");
  clock.Advance(absl::Minutes(10));
  Accept(Leave("q3", "a0"));
}

TEST_F(ActuatorTest, Cap9ALeaveThatLeavesNoQueueIsRefusedAtOnceWhereItIsKnown) {
  centre.AddMember("q1", "solo", true);
  centre.AddMember("q3", "solo", false);
  Tick();
  EXPECT_EQ(Refusal(Propose(Leave("q1", "solo")).status()), "LAST_QUEUE");
  Accept(Join("q3", "solo", "m"));
  Accept(Leave("q1", "solo", "m"));  // its join comes first
}

TEST_F(ActuatorTest, Act6ALeaveIsRefusedWhenItsJoinWas) {
  settings.scope.queues = {"q1", "q2"};
  Start();
  EXPECT_EQ(Refusal(Propose(Join("q3", "a0", "m")).status()), "OUT_OF_SCOPE");
  EXPECT_EQ(Refusal(Propose(Leave("q1", "a0", "m")).status()), "MOVE_BROKEN");
}

TEST_F(ActuatorTest, Act6ALeaveOfAMoveWhoseJoinWasNeverAskedForIsRefused) {
  const model::Proposal leave = Leave("q1", "a0", "m");
  EXPECT_EQ(Refusal(Propose(leave).status()), "MOVE_BROKEN");
  // A planner may ask first whether the leave would be taken on; its join is taken as coming, both
  // as the move's and as the agent's other queue.
  EXPECT_TRUE(actuator->Propose({"v", true}, leave).ok());
  limits().moves_per_cycle = 0;
  Start();
  EXPECT_EQ(Refusal(actuator->Propose({"v", true}, leave).status()), "MOVES_PER_CYCLE");
}

TEST_F(ActuatorTest, NamesAndReasonsHaveALength) {
  const std::string id = Accept(Join("q3", "a0"));
  const std::string name(201, 'x'), reason(2001, 'x');
  const auto fields = [](const absl::Status& status) {
    std::vector<std::string> names;
    for (const FieldViolation& violation : GetViolations(status)) names.push_back(violation.field);
    return names;
  };
  EXPECT_THAT(fields(actuator->Approve(Request(), id, 1, name).status()), ElementsAre("actor"));
  EXPECT_THAT(fields(actuator->Discard(Request(), name, name, reason).status()),
              ElementsAre("change_id", "actor", "reason"));
  EXPECT_THAT(fields(actuator->RollBack(Request(), id, name, reason).status()),
              ElementsAre("actor", "reason"));
  EXPECT_THAT(fields(actuator->PauseActuation(Request(), {}, name, reason).status()),
              ElementsAre("actor", "reason"));
}

TEST_F(ActuatorTest, Act15ALiveLeaveDoesNotRestOnAJoinInDryRun) {
  settings.modes.by_queue["q3"] = Mode::kDryRun;
  Start();
  Accept(Join("q3", "a0", "m"));
  EXPECT_EQ(Refusal(Propose(Leave("q1", "a0", "m")).status()), "MOVE_BROKEN");
}

TEST_F(ActuatorTest, Act2ParkedUntilApprovedAndOnlyThenWritten) {
  Restart(Mode::kApprove);
  const std::string id = Accept(Join("q3", "a0"));
  EXPECT_EQ(StateOf(id), kAwaitingApproval);
  RunFor(absl::Minutes(1));
  EXPECT_FALSE(centre.IsJoined("q3", "a0"));
  const auto approved = actuator->Approve(Request(), id, 1, "ann");
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->approved_by, "ann");
  RunFor(absl::Seconds(3));
  EXPECT_EQ(StateOf(id), kApplied);
  EXPECT_TRUE(centre.IsJoined("q3", "a0"));
  EXPECT_EQ(actuator->Approve(Request(), id, 1, "ann").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(ActuatorTest, Act2AnApprovalExpiresCountedFromTheFirst) {
  Restart(Mode::kApprove);
  const std::string id = Accept(Join("q3", "a0"));
  const absl::Time expires_at = Get(id).expires_at;
  EXPECT_EQ(expires_at, clock.Now() + settings.approval_lifetime);
  clock.Advance(absl::Minutes(14));
  model::Proposal newer = Join("q3", "a0", "", "p2");
  std::swap(newer.old_value, newer.new_value);  // the centre moved meanwhile
  EXPECT_EQ(Accept(newer), id);
  EXPECT_EQ(Get(id).revision, 2);
  EXPECT_EQ(Get(id).expires_at, expires_at);
  clock.Advance(absl::Minutes(1));
  EXPECT_EQ(Refusal(actuator->Approve(Request(), id, 2, "ann").status()), "WRONG_STATE");
  Tick();
  EXPECT_EQ(StateOf(id), kExpired);
}

class CapacityApprovalTest : public testing::Test, protected Rig {
 protected:
  CapacityApprovalTest() : Rig(Mode::kApprove) {
    settings.capacity_lever = model::CapacityLever::kQueueCapacity;
    centre.AddQueueCapacity("q1", 10);
    Start();
  }
};

TEST_F(CapacityApprovalTest, Act2ANewerPlanReplacesOnlyByMoreThanTheMinimumChange) {
  const std::string id = Accept(Capacity("q1", 10, 14));
  const auto same = Propose(Capacity("q1", 10, 15));
  EXPECT_EQ(same->id, id);
  EXPECT_EQ(same->revision, 1);
  EXPECT_EQ(same->proposal.new_value, model::Value(int64_t{14}));
  const auto replaced = Propose(Capacity("q1", 10, 16));
  EXPECT_EQ(replaced->id, id);
  EXPECT_EQ(replaced->revision, 2);
  EXPECT_EQ(replaced->state, kAwaitingApproval);

  const auto stale = actuator->Approve(Request(), id, 1, "ann");
  EXPECT_EQ(stale.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Refusal(stale.status()), "REVISION_CHANGED");
  ASSERT_TRUE(actuator->Approve(Request(), id, 2, "ann").ok());
  RunFor(absl::Seconds(2));
  EXPECT_EQ(centre.Capacity("q1"), 16);
  // The audit tells both proposals apart.
  const auto events = actuator->WaitForEvents(0, 100, absl::ZeroDuration(), {});
  std::vector<std::pair<int64_t, model::Value>> revisions;
  for (const Event& event : *events) {
    ASSERT_TRUE(event.change.has_value());
    if (event.change->state != kAwaitingApproval) continue;
    revisions.emplace_back(event.change->revision, event.change->proposal.new_value);
  }
  EXPECT_THAT(revisions, ElementsAre(std::pair{1, model::Value(int64_t{14})},
                                     std::pair{2, model::Value(int64_t{16})}));
}

TEST_F(CapacityApprovalTest, Act2TheReplayOfAnOlderPlanGetsTheChangeAsItNowStands) {
  const model::Proposal first = Capacity("q1", 10, 14);
  const auto change = actuator->Propose({"r1", false}, first);
  ASSERT_TRUE(actuator->Propose({"r2", false}, Capacity("q1", 10, 20)).ok());
  const auto again = actuator->Propose({"r1", false}, first);
  EXPECT_EQ(again->id, change->id);
  EXPECT_EQ(again->revision, 2);
}

TEST_F(CapacityApprovalTest, Act3ACapacityMovesAsManyAgentsAsItDiffers) {
  limits().moves_per_cycle = 20;
  limits().group_share_per_hour = 0.3;
  centre.AddQueueCapacity("q2", 100);
  centre.AddQueueCapacity("q3", 100);
  Start();
  Tick();
  EXPECT_EQ(Refusal(Propose(Capacity("q2", 100, 121)).status()), "MOVES_PER_CYCLE");
  EXPECT_EQ(Refusal(Propose(Capacity("q2", 100, 79)).status()), "MOVES_PER_CYCLE");
  EXPECT_TRUE(Propose(Capacity("q2", 100, 120)).ok());
  EXPECT_TRUE(Propose(Capacity("q3", 100, 80)).ok());
  EXPECT_EQ(Refusal(Propose(Capacity("q1", 10, 6)).status()), "GROUP_SHARE_PER_HOUR");
  EXPECT_TRUE(Propose(Capacity("q1", 10, 7)).ok());
}

TEST_F(ActuatorTest, Act2ADiscardedChangeIsNeverWritten) {
  Restart(Mode::kApprove);
  const std::string id = Accept(Join("q3", "a0"));
  EXPECT_EQ(actuator->Discard(Request(), "c99", "ann", "no").status().code(),
            absl::StatusCode::kNotFound);
  ASSERT_TRUE(actuator->Discard(Request(), id, "ann", "not today").ok());
  EXPECT_EQ(Get(id).approved_by, "ann");
  EXPECT_EQ(Get(id).state_reason, "not today");
  RunFor(absl::Seconds(5));
  EXPECT_EQ(StateOf(id), kDiscarded);
  EXPECT_FALSE(centre.IsJoined("q3", "a0"));
  EXPECT_EQ(Refusal(actuator->Discard(Request(), id, "ann", "no").status()), "WRONG_STATE");
}

TEST_F(ActuatorTest, Act3AnApprovalPassesTheGuardrailsOfItsTime) {
  Restart(Mode::kApprove);
  const std::string id = Accept(Join("q3", "a0"));
  ASSERT_TRUE(actuator->PauseActuation(Request(), {}, "ann", "storm").ok());
  EXPECT_EQ(Refusal(actuator->Approve(Request(), id, 1, "bob").status()), "PAUSED");
  EXPECT_EQ(StateOf(id), kAwaitingApproval);
  ASSERT_TRUE(actuator->ResumeActuation(Request(), {}, "ann").ok());
  EXPECT_TRUE(actuator->Approve(Request(), id, 1, "bob").ok());
  EXPECT_EQ(actuator->GetStatus()->refusals.at("PAUSED"), 1);
}

TEST_F(ActuatorTest, Cap6ARelaxedPlanIsWrittenOnlyAfterApproval) {
  model::Proposal proposal = Join("q3", "a0");
  proposal.needs_approval = true;
  EXPECT_EQ(Refusal(Propose(proposal).status()), "NEEDS_APPROVAL");
  Restart(Mode::kApprove);
  EXPECT_EQ(StateOf(Accept(proposal)), kAwaitingApproval);
}

TEST_F(ActuatorTest, Act10ARollbackWritesTheOldValueBack) {
  const std::string id = Accept(Join("q3", "a0"));
  EXPECT_EQ(Refusal(actuator->RollBack(Request(), id, "ann", "no good").status()), "WRONG_STATE");
  RunFor(absl::Seconds(3));
  const RequestHeader request = Request();
  const auto undo = actuator->RollBack(request, id, "ann", "no good");
  ASSERT_TRUE(undo.ok()) << undo.status();
  EXPECT_EQ(undo->rolls_back, id);
  EXPECT_EQ(undo->proposal.proposer, "ann");
  EXPECT_EQ(*actuator->RollBack(request, id, "ann", "no good"), *undo);
  EXPECT_EQ(StateOf(id), kApplied);  // until the undoing shows
  RunFor(absl::Seconds(3));
  EXPECT_EQ(StateOf(undo->id), kApplied);
  EXPECT_EQ(StateOf(id), kRolledBack);
  EXPECT_FALSE(centre.IsJoined("q3", "a0"));
  EXPECT_EQ(*actuator->RollBack(request, id, "ann", "no good"), Get(undo->id));
}

TEST_F(ActuatorTest, Act10ARollbackIsRefusedLikeAnyChange) {
  centre.AddMember("q1", "solo", true);
  centre.AddMember("q2", "solo", false);
  const std::string join = Accept(Join("q2", "solo", "m"));
  const std::string leave = Accept(Leave("q1", "solo", "m"));
  RunFor(absl::Seconds(5));
  ASSERT_EQ(StateOf(leave), kApplied);
  EXPECT_EQ(Refusal(actuator->RollBack(Request(), join, "ann", "undo").status()), "LAST_QUEUE");
}

TEST_F(ActuatorTest, Ops8PausesSurviveARestartAndCoverWhatTheySay) {
  ASSERT_TRUE(
      actuator->PauseActuation(Request(), {{}, model::MembershipEntity{"q3", "a0"}, {}}, "ann", "x")
          .ok());
  Start();
  EXPECT_EQ(Refusal(Propose(Join("q3", "a0")).status()), "PAUSED");
  Accept(Join("q3", "a1"));
  ASSERT_TRUE(
      actuator->PauseActuation(Request(), {model::ChangeKind::kCapacity, {}, {}}, "ann", "y").ok());
  EXPECT_EQ(Refusal(Propose(Join("q3", "a2")).status()), "PAUSED");
  EXPECT_THAT(actuator->GetStatus()->pauses, SizeIs(2));
  // A change that was accepted before waits for the end of the pause.
  RunFor(absl::Seconds(5));
  EXPECT_FALSE(centre.IsJoined("q3", "a1"));
  ASSERT_TRUE(
      actuator->ResumeActuation(Request(), {model::ChangeKind::kCapacity, {}, {}}, "ann").ok());
  RunFor(absl::Seconds(2));
  EXPECT_TRUE(centre.IsJoined("q3", "a1"));
  EXPECT_EQ(actuator->ResumeActuation(Request(), {}, "ann").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ActuatorTest, Act3APauseOfAQueueCoversAllOfIt) {
  const PauseScope scope{{}, {}, "q3"};
  ASSERT_TRUE(actuator->PauseActuation(Request(), scope, "ann", "x").ok());
  Start();
  EXPECT_EQ(Refusal(Propose(Join("q3", "a0")).status()), "PAUSED");
  EXPECT_EQ(Refusal(Propose(Join("q3", "a1")).status()), "PAUSED");
  ASSERT_TRUE(actuator->ResumeActuation(Request(), scope, "ann").ok());
  Accept(Join("q3", "a0"));
}

TEST_F(ActuatorTest, PausingIsIdempotentAndAudited) {
  const RequestHeader request = Request();
  ASSERT_TRUE(actuator->PauseActuation(request, {}, "ann", "storm").ok());
  clock.Advance(absl::Seconds(1));
  const auto again = actuator->PauseActuation(request, {}, "ann", "storm");
  ASSERT_THAT(*again, SizeIs(1));
  EXPECT_EQ(again->at(0).since, clock.Now() - absl::Seconds(1));
  EXPECT_THAT(Audit(), ElementsAre(Field(&AuditEntry::action, "pause")));
  const RequestHeader both{"r-both", false};
  EXPECT_EQ(actuator
                ->PauseActuation(
                    both, {model::ChangeKind::kCapacity, model::QueueCapacityEntity{"q"}, {}},
                    "ann", "storm")
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ActuatorTest, Act3NothingIsSentInAFreezeWindow) {
  const std::string id = Accept(Join("q3", "a0"));
  model::TimeWindow window;
  window.name = "month end";
  window.once = {clock.Now(), clock.Now() + absl::Minutes(5)};
  settings.freeze_windows = {window};
  Start();
  EXPECT_EQ(Refusal(Propose(Join("q3", "a1")).status()), "FROZEN");
  RunFor(absl::Minutes(4));
  EXPECT_EQ(StateOf(id), kAccepted);
  RunFor(absl::Minutes(2));
  EXPECT_EQ(StateOf(id), kApplied);
}

TEST_F(ActuatorTest, ListsFilterAndPage) {
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i) ids.push_back(Accept(Join(i % 2 == 0 ? "q3" : "q2", Agent(i))));
  std::vector<std::string> listed;
  ListRequest request;
  request.page_size = 3;
  int pages = 0;
  do {
    const auto page = actuator->List(request);
    ASSERT_TRUE(page.ok());
    for (const model::Change& change : page->changes) listed.push_back(change.id);
    request.page_token = page->next_page_token;
    ++pages;
  } while (!request.page_token.empty());
  std::reverse(ids.begin(), ids.end());
  EXPECT_EQ(listed, ids);
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(actuator->List({{kAccepted}, {model::ChangeKind::kCapacity}, "q3", 0, ""})->changes,
              SizeIs(4));
  EXPECT_THAT(actuator->List({{kApplied}, {}, "", 0, ""})->changes, IsEmpty());
  for (const ListRequest& bad :
       {ListRequest{{}, {}, "", -1, ""}, ListRequest{{}, {}, "", 1001, ""},
        ListRequest{{}, {}, "", 0, "x"}, ListRequest{{}, {}, "", 0, "-1"}}) {
    EXPECT_EQ(actuator->List(bad).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(ActuatorTest, TheAuditPagesNewestFirst) {
  for (int i = 0; i < 4; ++i) Accept(Join("q3", Agent(i)));
  std::vector<int64_t> sequences;
  std::string token;
  do {
    const auto page = actuator->ListAudit("", 3, token);
    ASSERT_TRUE(page.ok());
    for (const AuditEntry& entry : page->entries) sequences.push_back(entry.sequence);
    token = page->next_page_token;
  } while (!token.empty());
  EXPECT_THAT(sequences, ElementsAre(8, 7, 6, 5, 4, 3, 2, 1));
}

TEST_F(ActuatorTest, TheFeedTellsEveryTransitionInOrderAndResumesFromACursor) {
  const std::string id = Accept(Join("q3", "a0"));
  RunFor(absl::Seconds(3));
  std::vector<model::ChangeState> states;
  int64_t cursor = 0;
  while (true) {
    const auto events = actuator->WaitForEvents(cursor, 1, absl::ZeroDuration(), {});
    ASSERT_TRUE(events.ok());
    if (events->empty()) break;
    EXPECT_EQ(events->at(0).change->id, id);
    states.push_back(events->at(0).change->state);
    cursor = events->at(0).cursor;
  }
  EXPECT_THAT(states, ElementsAre(kProposed, kAccepted, kApplying, kVerifying, kApplied));
  EXPECT_EQ(*actuator->LatestCursor(), cursor);
  // The last event is the change as it stands.
  const auto last = actuator->WaitForEvents(cursor - 1, 1, absl::ZeroDuration(), {});
  EXPECT_EQ(*last->at(0).change, Get(id));
}

TEST_F(ActuatorTest, Act15ModesAreInTheStatus) {
  settings.modes.by_queue["q1"] = Mode::kDryRun;
  Start();
  const auto status = actuator->GetStatus();
  EXPECT_EQ(status->modes.otherwise, Mode::kLive);
  EXPECT_EQ(status->modes.by_queue.at("q1"), Mode::kDryRun);
  EXPECT_EQ(status->queues, (std::map<Mode, int64_t>{{Mode::kDryRun, 1}, {Mode::kLive, 2}}));
}

}  // namespace
}  // namespace evenkeel::actuator
