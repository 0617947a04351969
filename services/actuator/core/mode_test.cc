#include "services/actuator/core/mode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/model/time_window.h"
#include "services/actuator/core/scope.h"

namespace evenkeel::actuator {
namespace {

using model::ChangeKind;
using model::MembershipEntity;
using model::QueueCapacityEntity;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

TEST(ModeTest, Act2DryRunIsTheDefault) {
  EXPECT_EQ(ModePolicy().For(ChangeKind::kCapacity, MembershipEntity{"q", "a"}), Mode::kDryRun);
  EXPECT_FALSE(ModePolicy().CanWrite());
}

TEST(ModeTest, Act15TheMostSpecificEntryWins) {
  ModePolicy policy;
  const MembershipEntity entity{"q1", "a1"};
  policy.by_kind[ChangeKind::kCapacity] = Mode::kApprove;
  EXPECT_EQ(policy.For(ChangeKind::kCapacity, entity), Mode::kApprove);
  policy.by_queue["q1"] = Mode::kLive;
  EXPECT_EQ(policy.For(ChangeKind::kCapacity, entity), Mode::kLive);
  EXPECT_EQ(policy.For(ChangeKind::kCapacity, QueueCapacityEntity{"q1"}), Mode::kLive);
  EXPECT_EQ(policy.For(ChangeKind::kCapacity, MembershipEntity{"q2", "a1"}), Mode::kApprove);
  policy.by_entity[model::EntityKey(entity)] = Mode::kDryRun;
  EXPECT_EQ(policy.For(ChangeKind::kCapacity, entity), Mode::kDryRun);
  EXPECT_EQ(policy.For(ChangeKind::kCapacity, MembershipEntity{"q1", "a2"}), Mode::kLive);
}

TEST(ModeTest, AnyEntryThatIsNotDryRunCanWrite) {
  for (int where = 0; where < 4; ++where) {
    ModePolicy policy;
    if (where == 0) policy.otherwise = Mode::kApprove;
    if (where == 1) policy.by_kind[ChangeKind::kCapacity] = Mode::kLive;
    if (where == 2) policy.by_queue["q"] = Mode::kApprove;
    if (where == 3) policy.by_entity["membership/q/a"] = Mode::kLive;
    EXPECT_TRUE(policy.CanWrite()) << where;
  }
}

model::Proposal Capacity(int64_t from, int64_t to) {
  model::Proposal proposal;
  proposal.entity = QueueCapacityEntity{"q"};
  proposal.old_value = from;
  proposal.new_value = to;
  return proposal;
}

TEST(ReplacesParkedTest, Act2OnlyByMoreThanTheMinimumChange) {
  EXPECT_FALSE(ReplacesParked(Capacity(10, 14), Capacity(10, 14), 1));
  EXPECT_FALSE(ReplacesParked(Capacity(10, 14), Capacity(10, 15), 1));
  EXPECT_FALSE(ReplacesParked(Capacity(10, 14), Capacity(10, 13), 1));
  EXPECT_TRUE(ReplacesParked(Capacity(10, 14), Capacity(10, 16), 1));
  EXPECT_TRUE(ReplacesParked(Capacity(10, 14), Capacity(10, 12), 1));
  EXPECT_FALSE(ReplacesParked(Capacity(10, 14), Capacity(10, 16), 2));
}

TEST(ReplacesParkedTest, Act2ADifferentStartReplacesBecauseTheParkedOneCouldNotBeApplied) {
  EXPECT_TRUE(ReplacesParked(Capacity(10, 14), Capacity(11, 14), 1));
}

TEST(ReplacesParkedTest, Act2OfAMembershipAnyDifferenceReplaces) {
  model::Proposal join, leave;
  join.entity = leave.entity = MembershipEntity{"q", "a"};
  join.old_value = false;
  join.new_value = true;
  leave.old_value = true;
  leave.new_value = false;
  EXPECT_FALSE(ReplacesParked(join, join, 1));
  EXPECT_TRUE(ReplacesParked(join, leave, 1));
}

TEST(ScopeTest, Act12NothingThatIsNotListed) {
  Scope scope;
  EXPECT_TRUE(OutsideScope(scope, MembershipEntity{"q", "a"}, "d").has_value());
  scope.queues = {"q"};
  EXPECT_FALSE(OutsideScope(scope, MembershipEntity{"q", "a"}, "d").has_value());
  EXPECT_FALSE(OutsideScope(scope, QueueCapacityEntity{"q"}, "").has_value());
  EXPECT_TRUE(OutsideScope(scope, MembershipEntity{"other", "a"}, "d").has_value());
}

TEST(ScopeTest, Act12ExclusionsWin) {
  Scope scope;
  scope.queues = {"q"};
  scope.divisions = {"d"};
  scope.excluded_agents = {"a"};
  EXPECT_TRUE(OutsideScope(scope, MembershipEntity{"q", "a"}, "d").has_value());
  EXPECT_FALSE(OutsideScope(scope, MembershipEntity{"q", "b"}, "d").has_value());
  scope.excluded_queues = {"q"};
  EXPECT_TRUE(OutsideScope(scope, MembershipEntity{"q", "b"}, "d").has_value());
  EXPECT_TRUE(OutsideScope(scope, QueueCapacityEntity{"q"}, "").has_value());
}

TEST(ScopeTest, Act12WhereDivisionsAreListedAnUnknownOneIsOutside) {
  Scope scope;
  scope.queues = {"q"};
  scope.divisions = {"d1", "d2"};
  EXPECT_FALSE(OutsideScope(scope, MembershipEntity{"q", "a"}, "d2").has_value());
  EXPECT_TRUE(OutsideScope(scope, MembershipEntity{"q", "a"}, "d3").has_value());
  EXPECT_TRUE(OutsideScope(scope, MembershipEntity{"q", "a"}, "").has_value());
  EXPECT_FALSE(OutsideScope(scope, QueueCapacityEntity{"q"}, "").has_value());
}

TEST(ScopeTest, Act12AnEmptyListWhereSomethingCouldBeWrittenIsAStartUpError) {
  ModePolicy policy;
  Violations dry;
  CheckScope(Scope(), policy, dry);
  EXPECT_THAT(dry.found(), IsEmpty());
  policy.otherwise = Mode::kLive;
  Violations live;
  CheckScope(Scope(), policy, live);
  EXPECT_THAT(live.found(), ElementsAre(Field(&FieldViolation::field, "scope.queues")));
  policy.by_queue["typo"] = Mode::kLive;
  Scope scope;
  scope.queues = {"q"};
  Violations typo;
  CheckScope(scope, policy, typo);
  EXPECT_THAT(typo.found(), Contains(Field(&FieldViolation::field, "mode_by_queue.typo")));
}

absl::TimeZone Berlin() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Berlin", &zone));
  return zone;
}

absl::Time At(const absl::CivilSecond& civil) { return absl::FromCivil(civil, Berlin()); }

TEST(FreezeTest, WeeklyWindowsFollowTheZonesWallClock) {
  model::TimeWindow window;
  window.name = "month end";
  window.weekdays = {absl::Weekday::monday};
  window.start = absl::Hours(8);
  window.end = absl::Hours(9) + absl::Minutes(30);
  window.zone = Berlin();
  const std::vector<model::TimeWindow> windows = {window};
  using Civil = absl::CivilSecond;
  EXPECT_EQ(model::WindowAt(windows, At(Civil(2024, 5, 13, 7, 59, 59))), std::nullopt);
  EXPECT_EQ(model::WindowAt(windows, At(Civil(2024, 5, 13, 8, 0, 0))), "month end");
  EXPECT_EQ(model::WindowAt(windows, At(Civil(2024, 5, 13, 9, 29, 59))), "month end");
  EXPECT_EQ(model::WindowAt(windows, At(Civil(2024, 5, 13, 9, 30, 0))), std::nullopt);
  EXPECT_EQ(model::WindowAt(windows, At(Civil(2024, 5, 14, 8, 30, 0))), std::nullopt);
  // In winter and in summer it is the same local time, an hour apart in UTC.
  EXPECT_EQ(
      model::WindowAt(windows, absl::FromCivil(Civil(2024, 1, 15, 7, 0, 0), absl::UTCTimeZone())),
      "month end");
  EXPECT_EQ(
      model::WindowAt(windows, absl::FromCivil(Civil(2024, 7, 15, 6, 0, 0), absl::UTCTimeZone())),
      "month end");
  EXPECT_EQ(
      model::WindowAt(windows, absl::FromCivil(Civil(2024, 1, 15, 6, 0, 0), absl::UTCTimeZone())),
      std::nullopt);
}

TEST(FreezeTest, ADayIsTheZonesDay) {
  model::TimeWindow window;
  window.name = "monday night";
  window.weekdays = {absl::Weekday::monday};
  window.start = absl::ZeroDuration();
  window.end = absl::Hours(1);
  window.zone = Berlin();
  // Monday 00:30 in Berlin is Sunday in UTC.
  EXPECT_EQ(model::WindowAt({&window, 1}, absl::FromCivil(absl::CivilSecond(2024, 5, 12, 22, 30, 0),
                                                          absl::UTCTimeZone())),
            "monday night");
}

TEST(FreezeTest, WithoutWeekdaysItIsEveryDay) {
  model::TimeWindow window;
  window.name = "lunch";
  window.start = absl::Hours(12);
  window.end = absl::Hours(13);
  window.zone = Berlin();
  for (int day = 13; day < 20; ++day) {
    EXPECT_EQ(model::WindowAt({&window, 1}, At(absl::CivilSecond(2024, 5, day, 12, 30, 0))),
              "lunch");
  }
}

TEST(FreezeTest, OneOffWindowsAreHalfOpen) {
  model::TimeWindow window;
  window.name = "release";
  const absl::Time from = absl::FromUnixSeconds(1'000'000);
  window.once = {from, from + absl::Hours(1)};
  EXPECT_EQ(model::WindowAt({&window, 1}, from - absl::Nanoseconds(1)), std::nullopt);
  EXPECT_EQ(model::WindowAt({&window, 1}, from), "release");
  EXPECT_EQ(model::WindowAt({&window, 1}, from + absl::Hours(1) - absl::Nanoseconds(1)), "release");
  EXPECT_EQ(model::WindowAt({&window, 1}, from + absl::Hours(1)), std::nullopt);
}

}  // namespace
}  // namespace evenkeel::actuator
