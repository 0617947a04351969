#include "services/actuator/core/guardrails.h"

#include <absl/strings/numbers.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "common/base/error_details.h"

namespace evenkeel::actuator {
namespace {

using model::MembershipEntity;
using model::Proposal;
using model::QueueCapacityEntity;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

// A proposal and facts that every guardrail lets pass; a test changes what it is about.
struct Case {
  Moment moment = Moment::kProposal;
  Proposal proposal;
  KindLimits limits;
  Scope scope;
  GuardrailFacts facts;

  Case() {
    proposal.entity = MembershipEntity{"q", "a"};
    proposal.old_value = true;
    proposal.new_value = false;
    proposal.expires_at = kNow + absl::Minutes(2);
    proposal.snapshot_number = 7;
    proposal.snapshot_age = 1;
    proposal.plan_id = "p";
    scope.queues = {"q"};
    facts.now = kNow;
    facts.mode = Mode::kLive;
    facts.other_queues = 1;
    facts.moves_in_plan = 1;
    facts.writes_last_hour = 1;
    facts.group_lost = 1;
    facts.group_size = 30;
  }
  void BeCapacity(int64_t from, int64_t to) {
    proposal.entity = QueueCapacityEntity{"q"};
    proposal.old_value = from;
    proposal.new_value = to;
  }
  absl::Status Check() const { return CheckGuardrails(moment, proposal, limits, scope, facts); }
  // "" when all pass.
  std::string Reason() const {
    const absl::Status status = Check();
    if (status.ok()) return "";
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    const auto refusal = GetRefusal(status);
    EXPECT_TRUE(refusal.has_value());
    EXPECT_EQ(std::string(status.message()).rfind(refusal->reason + ": ", 0), 0u)
        << status.message();
    return refusal->reason;
  }
  std::string Figure(const std::string& key) const {
    const auto refusal = GetRefusal(Check());
    return refusal.has_value() && refusal->metadata.contains(key) ? refusal->metadata.at(key) : "";
  }
};

TEST(GuardrailsTest, NothingIsRefusedWithoutCause) {
  for (const Moment moment :
       {Moment::kProposal, Moment::kApproval, Moment::kRollBack, Moment::kSending}) {
    Case c;
    c.moment = moment;
    EXPECT_EQ(c.Reason(), "");
  }
}

// ACT-3: each limit just inside, at and just outside.
struct Boundary {
  const char* name;
  std::function<void(Case&, double)> set;
  double inside, limit, outside;
  const char* figure;  // the limit as the refusal tells it

  friend void PrintTo(const Boundary& b, std::ostream* out) { *out << b.name; }
};

class BoundaryTest : public testing::TestWithParam<Boundary> {};

TEST_P(BoundaryTest, Act3RefusesOnlyBeyondTheLimitAndSaysByHowMuch) {
  const Boundary& boundary = GetParam();
  for (const double allowed : {boundary.inside, boundary.limit}) {
    Case c;
    boundary.set(c, allowed);
    EXPECT_EQ(c.Reason(), "") << allowed;
  }
  Case c;
  boundary.set(c, boundary.outside);
  EXPECT_EQ(c.Reason(), boundary.name) << boundary.outside;
  EXPECT_EQ(c.Figure("limit"), boundary.figure);
  double value = 0;
  EXPECT_TRUE(absl::SimpleAtod(c.Figure("value"), &value));
  EXPECT_NEAR(value, boundary.outside, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(
    Defaults, BoundaryTest,
    testing::Values(
        Boundary{"MOVES_PER_CYCLE", [](Case& c, double v) { c.facts.moves_in_plan = v; }, 19, 20,
                 21, "20"},
        Boundary{"WRITES_PER_HOUR", [](Case& c, double v) { c.facts.writes_last_hour = v; }, 199,
                 200, 201, "200"},
        Boundary{"GROUP_SHARE_PER_HOUR", [](Case& c, double v) { c.facts.group_lost = v; }, 8, 9,
                 10, "9"},  // 30 % of 30
        Boundary{"SNAPSHOT_STALE", [](Case& c, double v) { c.proposal.snapshot_age = v; }, 1.999, 2,
                 2.001, "2"},
        Boundary{"SNAPSHOT_THIN", [](Case& c, double v) { c.proposal.snapshot_seen_ratio = v; },
                 0.9951, 0.995, 0.9949, "0.995"},
        Boundary{"VALUE_BOUNDS", [](Case& c, double v) { c.BeCapacity(v - 2, v); }, 199, 200, 201,
                 "200"},
        Boundary{"VALUE_BOUNDS", [](Case& c, double v) { c.BeCapacity(v + 2, v); }, 2, 1, 0, "1"},
        Boundary{"MIN_CHANGE", [](Case& c, double v) { c.BeCapacity(10, 10 + v); }, 2, 1, 0, "1"},
        Boundary{"MIN_CHANGE",
                 [](Case& c, double v) {
                   c.limits.min_change = 5;
                   c.BeCapacity(10, 10 - v);
                 },
                 6, 5, 4, "5"},
        Boundary{"LAST_QUEUE", [](Case& c, double v) { c.facts.other_queues = v; }, 2, 1, 0, "1"}),
    [](const auto& info) { return std::string(info.param.name) + std::to_string(info.index); });

// The same for limits of time: `set` places the event `ago` before now.
struct TimeLimit {
  const char* name;
  std::function<void(Case&, absl::Duration)> set;
  absl::Duration limit;

  friend void PrintTo(const TimeLimit& l, std::ostream* out) { *out << l.name; }
};

class TimeLimitTest : public testing::TestWithParam<TimeLimit> {};

TEST_P(TimeLimitTest, Act3RefusesUntilTheTimeIsOver) {
  const TimeLimit& limit = GetParam();
  const absl::Duration hair = absl::Nanoseconds(1);
  for (const auto& [ago, refused] :
       {std::pair{limit.limit - hair, true}, {limit.limit, false}, {limit.limit + hair, false}}) {
    Case c;
    limit.set(c, ago);
    EXPECT_EQ(c.Reason(), refused ? limit.name : "") << ago;
    EXPECT_EQ(c.Figure("until").empty(), !refused);
  }
}

INSTANTIATE_TEST_SUITE_P(Defaults, TimeLimitTest,
                         testing::Values(TimeLimit{"DWELL",
                                                   [](Case& c, absl::Duration ago) {
                                                     c.facts.last_moved_at = kNow - ago;
                                                   },
                                                   absl::Minutes(10)},
                                         TimeLimit{"CHANGED_BY_OTHER",
                                                   [](Case& c, absl::Duration ago) {
                                                     c.facts.left_alone_until =
                                                         kNow - ago + absl::Hours(1);
                                                   },
                                                   absl::Hours(1)}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(GuardrailsTest, Act3AProposalIsGoodUntilItExpires) {
  Case c;
  c.proposal.expires_at = kNow + absl::Nanoseconds(1);
  EXPECT_EQ(c.Reason(), "");
  c.proposal.expires_at = kNow;
  EXPECT_EQ(c.Reason(), "PROPOSAL_EXPIRED");
}

TEST(GuardrailsTest, Act10ARollbackRestsOnNoSnapshotAndGivesWayToNoPlan) {
  Case c;
  c.facts.rollback_waits = true;
  EXPECT_EQ(c.Reason(), "ROLLBACK_WAITS");
  c.moment = Moment::kRollBack;
  c.proposal.snapshot_number = 0;
  c.proposal.snapshot_age = 50;
  c.proposal.snapshot_seen_ratio = 0;
  EXPECT_EQ(c.Reason(), "");
}

TEST(GuardrailsTest, Act3OneOpenChangeAnEntity) {
  for (const model::ChangeState state : model::kAllChangeStates) {
    Case c;
    c.facts.open_state = state;
    const bool in_flight =
        state == model::ChangeState::kApplying || state == model::ChangeState::kVerifying;
    EXPECT_EQ(c.Reason(), in_flight ? "OPEN_CHANGE" : "") << model::ChangeStateName(state);
  }
}

TEST(GuardrailsTest, Act12OutsideTheScopeIsRefusedAtEveryMoment) {
  for (const Moment moment :
       {Moment::kProposal, Moment::kApproval, Moment::kRollBack, Moment::kSending}) {
    Case c;
    c.moment = moment;
    c.scope.queues = {"other"};
    EXPECT_EQ(c.Reason(), "OUT_OF_SCOPE");
  }
}

TEST(GuardrailsTest, PauseAndFreezeRefuseWhatIsAskedButOnlyHoldWhatWasAccepted) {
  for (const Moment moment : {Moment::kProposal, Moment::kApproval, Moment::kRollBack}) {
    Case paused;
    paused.moment = moment;
    paused.facts.paused = "everything, by ann: storm";
    EXPECT_EQ(paused.Reason(), "PAUSED");
    Case frozen;
    frozen.moment = moment;
    frozen.facts.frozen = "month end";
    EXPECT_EQ(frozen.Reason(), "FROZEN");
    EXPECT_EQ(frozen.Figure("window"), "month end");
  }
  Case sending;
  sending.moment = Moment::kSending;
  sending.facts.paused = "everything, by ann: storm";
  sending.facts.frozen = "month end";
  EXPECT_EQ(sending.Reason(), "");
}

TEST(GuardrailsTest, Cap6ARelaxedPlanNeedsApproval) {
  for (const auto& [mode, refused] :
       {std::pair{Mode::kLive, true}, {Mode::kApprove, false}, {Mode::kDryRun, false}}) {
    Case c;
    c.proposal.needs_approval = true;
    c.facts.mode = mode;
    EXPECT_EQ(c.Reason(), refused ? "NEEDS_APPROVAL" : "") << ModeName(mode);
  }
}

TEST(GuardrailsTest, Act10ARollbackPassesTheSameGuardrailsButNeedNotDwell) {
  Case c;
  c.moment = Moment::kRollBack;
  c.facts.last_moved_at = kNow;
  EXPECT_EQ(c.Reason(), "");
  c.facts.writes_last_hour = 201;
  EXPECT_EQ(c.Reason(), "WRITES_PER_HOUR");
  c.facts.left_alone_until = kNow + absl::Minutes(1);
  EXPECT_EQ(c.Reason(), "CHANGED_BY_OTHER");
}

TEST(GuardrailsTest, AnApprovalIsNotRefusedForTheAgeOfWhatWasParked) {
  Case c;
  c.moment = Moment::kApproval;
  c.proposal.snapshot_age = 50;
  c.proposal.snapshot_seen_ratio = 0.5;
  c.proposal.expires_at = kNow - absl::Minutes(5);
  c.facts.open_state = model::ChangeState::kAwaitingApproval;
  EXPECT_EQ(c.Reason(), "");
  c.facts.group_lost = 10;
  EXPECT_EQ(c.Reason(), "GROUP_SHARE_PER_HOUR");
}

TEST(GuardrailsTest, Cap9OnlyALeaveCanLeaveAnAgentWithoutAQueue) {
  Case join;
  join.proposal.old_value = false;
  join.proposal.new_value = true;
  join.facts.other_queues = 0;
  join.facts.broken_move = "change 5 is refused";
  EXPECT_EQ(join.Reason(), "");
  Case never_seen;
  never_seen.facts.other_queues = std::nullopt;  // the reading right before the call decides
  EXPECT_EQ(never_seen.Reason(), "");
}

TEST(GuardrailsTest, Act6ALeaveWithoutItsJoinIsRefused) {
  for (const Moment moment : {Moment::kProposal, Moment::kApproval, Moment::kSending}) {
    Case c;
    c.moment = moment;
    c.facts.broken_move = "change 5 is refused";
    EXPECT_EQ(c.Reason(), "MOVE_BROKEN");
  }
}

TEST(GuardrailsTest, Cap11OnlyMembershipsDwell) {
  Case c;
  c.BeCapacity(10, 12);
  c.facts.last_moved_at = kNow;
  EXPECT_EQ(c.Reason(), "");
}

TEST(GuardrailsTest, Act3AQueuesOwnBoundsHoldToo) {
  Case leave;
  leave.scope.bounds["q"] = {9, 20};
  EXPECT_EQ(leave.Reason(), "");  // its members were never seen
  leave.facts.members_left = 9;
  EXPECT_EQ(leave.Reason(), "");
  leave.facts.members_left = 8;
  EXPECT_EQ(leave.Reason(), "VALUE_BOUNDS");
  EXPECT_EQ(leave.Figure("limit"), "9");
  Case capacity;
  capacity.scope.bounds["q"] = {9, 20};
  capacity.BeCapacity(12, 8);
  EXPECT_EQ(capacity.Reason(), "VALUE_BOUNDS");
  capacity.BeCapacity(12, 21);
  EXPECT_EQ(capacity.Reason(), "VALUE_BOUNDS");
  capacity.BeCapacity(12, 20);
  EXPECT_EQ(capacity.Reason(), "");
}

TEST(GuardrailsTest, GuardrailsRefuseAndNeverClip) {
  Case c;
  c.BeCapacity(190, 500);
  const Proposal before = c.proposal;
  EXPECT_EQ(c.Reason(), "VALUE_BOUNDS");
  EXPECT_EQ(c.proposal, before);
}

TEST(GuardrailsTest, Act3AMoveIsCountedInTheGroupThatItTakesFrom) {
  Case join;
  std::swap(join.proposal.old_value, join.proposal.new_value);
  join.facts.group_lost = 30;
  EXPECT_EQ(join.Reason(), "");
  Case rise, fall;
  rise.BeCapacity(30, 40);
  rise.facts.group_lost = 30;
  EXPECT_EQ(rise.Reason(), "");
  fall.BeCapacity(30, 20);
  fall.facts.group_lost = 10;
  EXPECT_EQ(fall.Reason(), "GROUP_SHARE_PER_HOUR");
}

TEST(GroupAllowanceTest, IsTheShareRoundedDownButLetsATinyQueueGiveOne) {
  EXPECT_EQ(GroupAllowance(0.3, 30), 9);
  EXPECT_EQ(GroupAllowance(0.3, 10), 3);
  EXPECT_EQ(GroupAllowance(0.3, 9), 2);
  EXPECT_EQ(GroupAllowance(0.3, 3), 1);
  EXPECT_EQ(GroupAllowance(0.3, 0), 1);
  EXPECT_EQ(GroupAllowance(0.0, 30), 0);
  EXPECT_EQ(GroupAllowance(1.0, 30), 30);
}

TEST(GuardrailTableTest, NamesAreUniqueAndFitForLabels) {
  std::set<std::string> names;
  for (const Guardrail& guardrail : Guardrails()) {
    EXPECT_THAT(guardrail.name, testing::MatchesRegex("[A-Z]+(_[A-Z]+)*"));
    EXPECT_TRUE(names.insert(guardrail.name).second) << guardrail.name;
    EXPECT_NE(std::string(guardrail.meaning), "");
    EXPECT_NE(guardrail.moments, 0u);
    EXPECT_EQ(guardrail.limit == nullptr, std::string(guardrail.unit).empty()) << guardrail.name;
  }
  for (const char* name : {kLastQueue, kChangedByOther, kMoveBroken}) {
    EXPECT_TRUE(names.contains(name));
  }
}

TEST(GuardrailTableTest, Act3TheDefaultsAreThoseOfTheSpecification) {
  const std::map<std::string, double> expected = {
      {"MOVES_PER_CYCLE", 20}, {"WRITES_PER_HOUR", 200}, {"GROUP_SHARE_PER_HOUR", 0.3},
      {"MIN_CHANGE", 1},       {"SNAPSHOT_STALE", 2},    {"SNAPSHOT_THIN", 0.995},
      {"DWELL", 600},          {"VALUE_BOUNDS", 200},    {"COOL_DOWN", 300},
      {"HELD_SHARE", 0.1}};
  std::map<std::string, double> found;
  for (const Guardrail& guardrail : Guardrails()) {
    if (guardrail.limit != nullptr) found[guardrail.name] = guardrail.limit(KindLimits());
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(DefaultLimits(model::ChangeKind::kThrottle).writes_per_hour, 60);
}

TEST(LimitsTest, EveryLimitWithoutSenseIsNamed) {
  Violations none;
  CheckLimits(KindLimits(), "capacity", none);
  EXPECT_TRUE(none.empty());
  KindLimits limits{-1, -1, 1.5, -1, -0.5, -0.1, -absl::Seconds(1), -3, -4, -absl::Seconds(1), 2};
  Violations violations;
  CheckLimits(limits, "capacity", violations);
  EXPECT_EQ(violations.found().size(), 11u);
  for (const FieldViolation& violation : violations.found()) {
    EXPECT_EQ(violation.field.rfind("capacity.", 0), 0u);
  }
}

}  // namespace
}  // namespace evenkeel::actuator
