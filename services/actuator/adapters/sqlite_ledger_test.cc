#include "services/actuator/adapters/sqlite_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "services/actuator/adapters/ledger_schema.h"

namespace evenkeel::actuator {
namespace {

using model::MembershipEntity;
using model::QueueCapacityEntity;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;
using enum model::ChangeState;

const absl::Time kNow = absl::FromUnixNanos(1'700'000'000'123'456'789);

// A change with every field away from its default.
ChangeRecord FullRecord(const std::string& id, model::Entity entity = MembershipEntity{"q", "a"}) {
  ChangeRecord record;
  model::Change& change = record.change;
  change.id = id;
  change.revision = 3;
  change.proposal = {.kind = model::ChangeKind::kCapacity,
                     .entity = entity,
                     .old_value = true,
                     .new_value = false,
                     .reason = "why; \"quoted\" \xc3\xa4",
                     .proposer = "optimizer",
                     .plan_id = "p",
                     .move_id = "m",
                     .snapshot_number = 0xffff'ffff'ffff'fff0,
                     .snapshot_age = 0.1,
                     .snapshot_seen_ratio = 1.0 / 3,
                     .expires_at = kNow + absl::Nanoseconds(1),
                     .needs_approval = true,
                     .forecasts = {{"wait_seconds", "q", 0.1, -1e-17, absl::Nanoseconds(17)},
                                   {"level_ratio", "r", 1e300, 2, absl::Hours(1)}},
                     .hold_for = absl::Nanoseconds(7),
                     .trigger = "cv=0.4"};
  if (std::holds_alternative<QueueCapacityEntity>(entity)) {
    change.proposal.old_value = int64_t{10};
    change.proposal.new_value = int64_t{7};
  }
  change.state = kAccepted;
  change.created_at = kNow - absl::Seconds(1);
  change.updated_at = kNow;
  change.state_reason = "state";
  change.refusal_reason = "REFUSED";
  change.approved_by = "ann";
  change.superseded_by = "c9";
  change.rolls_back = "c8";
  record.dry_run = record.maybe_sent = record.acknowledged = true;
  record.attempts = 4;
  record.sent_at = kNow - absl::Minutes(1);
  return record;
}

AuditEntry Line(const std::string& actor, const std::string& action) {
  AuditEntry line;
  line.at = kNow;
  line.actor = actor;
  line.action = action;
  return line;
}

class SqliteLedgerTest : public testing::Test {
 protected:
  SqliteLedgerTest() { Reopen(":memory:"); }
  void Reopen(const std::string& path) {
    ledger_.reset();
    auto opened = SqliteLedger::Open(path);
    ASSERT_TRUE(opened.ok()) << opened.status();
    ledger_ = *std::move(opened);
  }
  absl::Status Insert(const ChangeRecord& record) {
    LedgerWrite write;
    write.changes.push_back({record, std::nullopt});
    return ledger_->Commit(write);
  }
  std::vector<std::string> Find(const std::function<void(ChangeQuery&)>& ask) {
    ChangeQuery query;
    ask(query);
    std::vector<std::string> ids;
    const auto records = ledger_->FindChanges(query);
    EXPECT_TRUE(records.ok()) << records.status();
    for (const ChangeRecord& record : *records) ids.push_back(record.change.id);
    return ids;
  }
  std::unique_ptr<SqliteLedger> ledger_;
};

TEST_F(SqliteLedgerTest, KeepsEveryFieldOfAChange) {
  for (const model::Entity& entity :
       {model::Entity(MembershipEntity{"q", "a"}), model::Entity(QueueCapacityEntity{"q"})}) {
    ChangeRecord record = FullRecord(model::EntityKey(entity), entity);
    ASSERT_EQ(Insert(record), absl::OkStatus());
    auto found = ledger_->GetChange(record.change.id);
    ASSERT_TRUE(found.ok()) << found.status();
    record.number = found->number;
    EXPECT_EQ(*found, record);
  }
  ChangeRecord plain;
  plain.change.id = "plain";
  plain.change.proposal.entity = MembershipEntity{"q", "b"};
  plain.change.proposal.old_value = plain.change.proposal.new_value = false;
  plain.change.proposal.expires_at = absl::InfiniteFuture();
  ASSERT_EQ(Insert(plain), absl::OkStatus());
  plain.number = 3;
  EXPECT_EQ(*ledger_->GetChange("plain"), plain);
  EXPECT_EQ(ledger_->GetChange("none").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SqliteLedgerTest, Act5WhatIsCommittedIsThereAfterReopening) {
  const auto path = std::filesystem::path(testing::TempDir()) / "evenkeel_ledger.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  Reopen(path.string());
  ASSERT_EQ(Insert(FullRecord("c1")), absl::OkStatus());
  Reopen(path.string());
  EXPECT_TRUE(ledger_->GetChange("c1").ok());
}

TEST_F(SqliteLedgerTest, ACommitIsAllOrNothing) {
  ASSERT_EQ(Insert(FullRecord("c1")), absl::OkStatus());
  ChangeRecord moved = FullRecord("c1");
  moved.change.state = kApplying;
  LedgerWrite write;
  write.audit.push_back(Line("x", "state"));
  write.changes.push_back({moved, ChangeWrite::Expected{kAccepted, 3}});
  write.changes.push_back({moved, ChangeWrite::Expected{kAccepted, 3}});  // no longer so
  write.request = RequestRecord{"r", "f", "c1", absl::StatusCode::kOk, "", {}, kNow};
  write.seen.push_back({MembershipEntity{"q", "a"}, true, "", kNow});
  EXPECT_EQ(ledger_->Commit(write).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ledger_->GetChange("c1")->change.state, kAccepted);
  EXPECT_THAT(*ledger_->FindAudit("", {}, 10), IsEmpty());
  EXPECT_FALSE(ledger_->FindRequest("r")->has_value());
  EXPECT_THAT(*ledger_->FindSeen("", ""), IsEmpty());
}

TEST_F(SqliteLedgerTest, AChangeMovesOnlyFromWhereItStands) {
  ASSERT_EQ(Insert(FullRecord("c1")), absl::OkStatus());
  ChangeRecord moved = FullRecord("c1");
  moved.change.state = kApplying;
  LedgerWrite from_other_state, from_other_revision, right;
  from_other_state.changes.push_back({moved, ChangeWrite::Expected{kVerifying, 3}});
  from_other_revision.changes.push_back({moved, ChangeWrite::Expected{kAccepted, 2}});
  right.changes.push_back({moved, ChangeWrite::Expected{kAccepted, 3}});
  EXPECT_EQ(ledger_->Commit(from_other_state).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ledger_->Commit(from_other_revision).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ledger_->Commit(right), absl::OkStatus());
  EXPECT_EQ(ledger_->GetChange("c1")->change.state, kApplying);
}

TEST_F(SqliteLedgerTest, Act3TheDatabaseItselfHoldsOneOpenChangeAnEntity) {
  ASSERT_EQ(Insert(FullRecord("c1")), absl::OkStatus());
  for (const model::ChangeState state : {kAwaitingApproval, kAccepted, kApplying, kVerifying}) {
    ChangeRecord second = FullRecord("c2");
    second.change.state = state;
    EXPECT_EQ(Insert(second).code(), absl::StatusCode::kAlreadyExists);
  }
  ChangeRecord refused = FullRecord("c2");
  refused.change.state = kRefused;
  EXPECT_EQ(Insert(refused), absl::OkStatus());
  EXPECT_EQ(Insert(FullRecord("c3", MembershipEntity{"q", "b"})), absl::OkStatus());
}

TEST_F(SqliteLedgerTest, IdsOfChangesAndRequestsAreUnique) {
  ASSERT_EQ(Insert(FullRecord("c1")), absl::OkStatus());
  EXPECT_EQ(Insert(FullRecord("c1", MembershipEntity{"q", "b"})).code(),
            absl::StatusCode::kAlreadyExists);
  LedgerWrite write;
  write.request = RequestRecord{"r",  "f",
                                "c1", absl::StatusCode::kFailedPrecondition,
                                "no", Refusal{"WHY", {{"limit", "3"}, {"a", "\"b\""}}},
                                kNow};
  ASSERT_EQ(ledger_->Commit(write), absl::OkStatus());
  EXPECT_EQ(ledger_->Commit(write).code(), absl::StatusCode::kAlreadyExists);
  const RequestRecord found = **ledger_->FindRequest("r");
  EXPECT_EQ(found.fingerprint, "f");
  EXPECT_EQ(found.change_id, "c1");
  EXPECT_EQ(found.code, absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(found.message, "no");
  EXPECT_EQ(found.refusal, write.request->refusal);
  EXPECT_EQ(found.at, kNow);
}

TEST_F(SqliteLedgerTest, FindsChangesByEachOfTheirProperties) {
  for (int i = 0; i < 6; ++i) {
    ChangeRecord record =
        FullRecord("c" + std::to_string(i),
                   MembershipEntity{i % 2 == 0 ? "even" : "odd", "a" + std::to_string(i / 2)});
    record.change.state = i < 3 ? kAccepted : kFailed;
    record.change.proposal.plan_id = i < 4 ? "p1" : "p2";
    record.change.proposal.move_id = i == 5 ? "" : "m" + std::to_string(i / 2);
    record.sent_at = kNow - absl::Minutes(i);
    ASSERT_EQ(Insert(record), absl::OkStatus());
  }
  EXPECT_THAT(Find([](ChangeQuery&) {}), SizeIs(6));
  EXPECT_THAT(Find([](ChangeQuery& q) {
                q.states = {kFailed, kApplied};
              }),
              ElementsAre("c3", "c4", "c5"));
  EXPECT_THAT(Find([](ChangeQuery& q) {
                q.states = {kFailed};
                q.kinds = {model::ChangeKind::kCapacity};
                q.queue_id = "odd";
              }),
              ElementsAre("c3", "c5"));
  EXPECT_THAT(Find([](ChangeQuery& q) { q.agent_id = "a1"; }), ElementsAre("c2", "c3"));
  EXPECT_THAT(Find([](ChangeQuery& q) { q.entity_key = "membership/even/a2"; }), ElementsAre("c4"));
  EXPECT_THAT(Find([](ChangeQuery& q) { q.plan_id = "p2"; }), ElementsAre("c4", "c5"));
  EXPECT_THAT(Find([](ChangeQuery& q) { q.move_id = "m0"; }), ElementsAre("c0", "c1"));
  EXPECT_THAT(Find([](ChangeQuery& q) { q.sent_after = kNow - absl::Minutes(2); }),
              ElementsAre("c0", "c1"));
  EXPECT_THAT(Find([](ChangeQuery& q) {
                q.newest_first = true;
                q.limit = 2;
              }),
              ElementsAre("c5", "c4"));
  EXPECT_THAT(Find([](ChangeQuery& q) {
                q.below_number = 3;
                q.newest_first = true;
              }),
              ElementsAre("c1", "c0"));
  // A change may stand for another plan's move too.
  LedgerWrite link;
  link.move_links = {{"m0", "c5"}, {"m0", "c5"}};
  ASSERT_EQ(ledger_->Commit(link), absl::OkStatus());
  EXPECT_THAT(Find([](ChangeQuery& q) { q.move_id = "m0"; }), ElementsAre("c0", "c1", "c5"));
}

TEST_F(SqliteLedgerTest, Act3CountsWhatWaitsWhatIsInFlightAndWhatWasSentInTheTime) {
  int number = 0;
  const auto add = [&](model::ChangeState state, absl::Time sent_at, bool dry_run) {
    ChangeRecord record = FullRecord("c" + std::to_string(++number),
                                     MembershipEntity{"q", "a" + std::to_string(number)});
    record.change.state = state;
    record.sent_at = sent_at;
    record.dry_run = dry_run;
    ASSERT_EQ(Insert(record), absl::OkStatus());
  };
  const absl::Time since = kNow - absl::Hours(1), never = absl::InfinitePast();
  add(kAccepted, never, false);
  add(kApplying, since - absl::Minutes(1), false);
  add(kVerifying, kNow, false);
  add(kApplied, since + absl::Nanoseconds(1), false);
  add(kFailed, kNow, false);
  add(kApplied, since, false);           // an hour ago to the nanosecond: over
  add(kAwaitingApproval, never, false);  // may never be written
  add(kRefused, never, false);
  add(kDryRun, kNow, true);
  add(kAccepted, never, true);
  EXPECT_EQ(*ledger_->CountWrites(model::ChangeKind::kCapacity, since, false), 5);
  EXPECT_EQ(*ledger_->CountWrites(model::ChangeKind::kCapacity, since, true), 7);
  const auto group = ledger_->Group(MembershipEntity{"q", "x"}, since, false);
  EXPECT_EQ(group->lost, 5);
  EXPECT_EQ(group->gained, -1);
  EXPECT_EQ(group->size, std::nullopt);
  EXPECT_EQ(ledger_->Group(MembershipEntity{"q", "x"}, since, true)->lost, 7);
  EXPECT_EQ(ledger_->Group(MembershipEntity{"other", "x"}, since, true)->lost, 0);
  const std::map<model::ChangeState, int64_t> counts = {
      {kAccepted, 2}, {kApplying, 1}, {kVerifying, 1},        {kApplied, 2},
      {kFailed, 1},   {kRefused, 1},  {kAwaitingApproval, 1}, {kDryRun, 1}};
  EXPECT_EQ(*ledger_->CountByState({}), counts);
  EXPECT_EQ(*ledger_->CountByState({kAccepted, kRolledBack}),
            (std::map<model::ChangeState, int64_t>{{kAccepted, 2}}));
  // The count follows a change from state to state, and is none for what was not committed.
  ChangeRecord moved = *ledger_->GetChange("c1");
  moved.change.state = kExpired;
  LedgerWrite write;
  write.changes = {{moved, ChangeWrite::Expected{kAccepted, moved.change.revision}}};
  ASSERT_EQ(ledger_->Commit(write), absl::OkStatus());
  EXPECT_EQ(*ledger_->CountByState({kExpired, kAccepted}),
            (std::map<model::ChangeState, int64_t>{{kExpired, 1}, {kAccepted, 1}}));
  // c2 would go on, but the step as a whole fails.
  ChangeRecord other = *ledger_->GetChange("c2");
  other.change.state = kVerifying;
  write.changes.insert(write.changes.begin(),
                       {other, ChangeWrite::Expected{kApplying, other.change.revision}});
  ASSERT_NE(ledger_->Commit(write), absl::OkStatus());
  EXPECT_EQ(ledger_->CountByState({kApplying})->at(kApplying), 1);
}

TEST_F(SqliteLedgerTest, Act3AGroupIsAQueuesMembershipsOrItsCapacity) {
  LedgerWrite write;
  write.seen = {{MembershipEntity{"q", "a"}, true, "", kNow},
                {MembershipEntity{"q", "b"}, false, "", kNow},
                {MembershipEntity{"q", "c"}, true, "", kNow},
                {MembershipEntity{"r", "a"}, true, "", kNow},
                {QueueCapacityEntity{"q"}, int64_t{40}, "", kNow}};
  ASSERT_EQ(ledger_->Commit(write), absl::OkStatus());
  ASSERT_EQ(Insert(FullRecord("c1", QueueCapacityEntity{"q"})), absl::OkStatus());  // 10 to 7
  EXPECT_EQ(ledger_->Group(MembershipEntity{"q", "x"}, kNow, true)->size, 2);
  EXPECT_EQ(ledger_->Group(MembershipEntity{"q", "x"}, kNow, true)->lost, 0);
  EXPECT_EQ(ledger_->Group(QueueCapacityEntity{"q"}, kNow, true)->size, 40);
  EXPECT_EQ(ledger_->Group(QueueCapacityEntity{"q"}, kNow, true)->lost, 3);
}

TEST_F(SqliteLedgerTest, KeepsWhatWasSeenAndTheDivisionOnceKnown) {
  const MembershipEntity a{"q", "a"}, b{"q", "b"};
  LedgerWrite first, second, third;
  first.seen = {{a, true, "d1", kNow}, {b, false, "", kNow}};
  second.seen = {{a, false, "", kNow + absl::Seconds(1)}};
  third.gone = {b};
  ASSERT_EQ(ledger_->Commit(first), absl::OkStatus());
  EXPECT_EQ(*ledger_->FindSeen("q", ""), first.seen);
  ASSERT_EQ(ledger_->Commit(second), absl::OkStatus());
  ASSERT_EQ(ledger_->Commit(third), absl::OkStatus());
  const SeenValue expected{a, false, "d1", kNow + absl::Seconds(1)};
  EXPECT_THAT(*ledger_->FindSeen("", ""), ElementsAre(expected));
  EXPECT_THAT(*ledger_->FindSeen("", "a"), SizeIs(1));
  EXPECT_THAT(*ledger_->FindSeen("other", "a"), IsEmpty());
}

TEST_F(SqliteLedgerTest, Act13LeftAloneUntilTheTimeIsOver) {
  const LeftAloneEntry entry{QueueCapacityEntity{"q"}, int64_t{30}, kNow, kNow + absl::Hours(1)};
  LedgerWrite write;
  write.left_alone = {entry};
  ASSERT_EQ(ledger_->Commit(write), absl::OkStatus());
  EXPECT_THAT(*ledger_->FindLeftAlone(entry.until - absl::Nanoseconds(1), ""), ElementsAre(entry));
  EXPECT_THAT(*ledger_->FindLeftAlone(kNow, "queue_capacity/q"), SizeIs(1));
  EXPECT_THAT(*ledger_->FindLeftAlone(kNow, "queue_capacity/r"), IsEmpty());
  EXPECT_THAT(*ledger_->FindLeftAlone(entry.until, ""), IsEmpty());
}

TEST_F(SqliteLedgerTest, PausesAreOneAScope) {
  Pause all, kind, entity, queue;
  all.since = kind.since = entity.since = queue.since = kNow;
  all.actor = "ann";
  all.reason = "storm";
  kind.scope.kind = model::ChangeKind::kCapacity;
  entity.scope.entity = MembershipEntity{"q", "a"};
  queue.scope.queue_id = "q";
  LedgerWrite write, again, resume;
  write.pauses = {all, kind, entity, queue};
  ASSERT_EQ(ledger_->Commit(write), absl::OkStatus());
  EXPECT_THAT(*ledger_->FindPauses(), testing::UnorderedElementsAre(all, kind, entity, queue));
  Pause later = all;
  later.actor = "dan";
  again.pauses = {later};
  resume.resumed = {kind.scope};
  ASSERT_EQ(ledger_->Commit(again), absl::OkStatus());
  ASSERT_EQ(ledger_->Commit(resume), absl::OkStatus());
  EXPECT_THAT(*ledger_->FindPauses(), testing::UnorderedElementsAre(later, entity, queue));
}

TEST_F(SqliteLedgerTest, TheAuditKeepsEveryFieldAndTellsEventsAsTheyWere) {
  ChangeRecord record = FullRecord("c1");
  AuditEntry line = Line("optimizer", "state");
  line.change_id = "c1";
  line.revision = 3;
  line.entity = record.change.proposal.entity;
  line.previous = "proposed";
  line.current = "accepted";
  line.reason = "because";
  line.snapshot_number = 7;
  line.refusal_reason = "R";
  line.approved_by = "ann";
  line.superseded_by = "c2";
  line.expires_at = kNow + absl::Hours(1);
  AuditEntry foreign = Line("somebody else", "changed_by_other");
  foreign.entity = QueueCapacityEntity{"q"};
  foreign.previous = "10";
  foreign.current = "30";
  foreign.reason = "seen";
  foreign.value = int64_t{30};
  foreign.until = kNow + absl::Hours(1);
  AuditEntry pause = Line("ann", "pause");
  pause.current = "everything";
  LedgerWrite write;
  write.changes.push_back({record, std::nullopt});
  write.audit = {line, foreign, pause};
  ASSERT_EQ(ledger_->Commit(write), absl::OkStatus());
  // What comes later does not change what was.
  ChangeRecord moved = record;
  moved.change.state = kFailed;
  moved.change.revision = 4;
  moved.change.proposal.new_value = true;
  LedgerWrite later;
  later.changes.push_back({moved, ChangeWrite::Expected{kAccepted, 3}});
  ASSERT_EQ(ledger_->Commit(later), absl::OkStatus());

  line.sequence = 1;
  foreign.sequence = 2;
  pause.sequence = 3;
  EXPECT_THAT(*ledger_->FindAudit("", {}, 10), ElementsAre(pause, foreign, line));
  EXPECT_THAT(*ledger_->FindAudit("c1", {}, 10), ElementsAre(line));
  EXPECT_THAT(*ledger_->FindAudit("", 3, 1), ElementsAre(foreign));
  EXPECT_EQ(*ledger_->LastSequence(), 3);

  const auto events = ledger_->FindEvents(0, 10);
  ASSERT_TRUE(events.ok()) << events.status();
  ASSERT_THAT(*events, SizeIs(2));
  model::Change then = record.change;
  then.state = kAccepted;
  then.state_reason = "because";
  then.refusal_reason = "R";
  then.superseded_by = "c2";
  then.expires_at = kNow + absl::Hours(1);
  EXPECT_EQ(events->at(0).change, then);
  EXPECT_EQ(events->at(0).cursor, 1);
  const LeftAloneEntry expected{QueueCapacityEntity{"q"}, int64_t{30}, kNow, kNow + absl::Hours(1)};
  EXPECT_EQ(events->at(1).changed_by_other, expected);
  EXPECT_THAT(*ledger_->FindEvents(1, 10), SizeIs(1));
  EXPECT_THAT(*ledger_->FindEvents(0, 1), SizeIs(1));
  EXPECT_THAT(*ledger_->FindEvents(2, 10), IsEmpty());
}

TEST_F(SqliteLedgerTest, OtherPeoplesFilesAreAnErrorNotACrash) {
  EXPECT_FALSE(SqliteLedger::Open("/nonexistent/ledger.db").ok());
}

TEST(LedgerSchemaTest, MigrationsAreNumberedFromOneWithoutGaps) {
  int expected = 1;
  for (const store::Migration& migration : LedgerMigrations()) {
    EXPECT_EQ(migration.number, expected++);
  }
}

}  // namespace
}  // namespace evenkeel::actuator
