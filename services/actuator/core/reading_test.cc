#include "services/actuator/core/reading.h"

#include <gtest/gtest.h>

#include "services/actuator/core/turns.h"

namespace evenkeel::actuator {
namespace {

using model::Value;

model::Proposal Capacity(int64_t from, int64_t to) {
  model::Proposal proposal;
  proposal.entity = model::QueueCapacityEntity{"q"};
  proposal.old_value = from;
  proposal.new_value = to;
  return proposal;
}
Reading Seen(int64_t value) { return Value(value); }

TEST(BeforeWriteTest, Act6OnlyTheOldValueIsReplaced) {
  const model::Proposal change = Capacity(10, 14);
  for (const bool maybe_sent : {false, true}) {
    EXPECT_EQ(JudgeBeforeWrite(change, Seen(10), maybe_sent), BeforeWrite::kSend);
    EXPECT_EQ(JudgeBeforeWrite(change, Seen(12), maybe_sent), BeforeWrite::kChangedByOther);
    EXPECT_EQ(JudgeBeforeWrite(change, std::nullopt, maybe_sent), BeforeWrite::kGone);
  }
  // The new value is there: by an earlier call of ours, or else by somebody else.
  EXPECT_EQ(JudgeBeforeWrite(change, Seen(14), true), BeforeWrite::kTookEffect);
  EXPECT_EQ(JudgeBeforeWrite(change, Seen(14), false), BeforeWrite::kChangedByOther);
}

TEST(ReadBackTest, Act6WaitsUntilItShowsOrTheDeadlinePasses) {
  const model::Proposal change = Capacity(10, 14);
  const ReadBackRules rules{absl::Seconds(60), 3};
  const absl::Duration just_before = absl::Seconds(60) - absl::Nanoseconds(1);
  const auto judge = [&](Reading reading, bool acknowledged, absl::Duration waited,
                         int64_t attempts) {
    return JudgeReadBack(change, reading, acknowledged, waited, attempts, rules);
  };
  EXPECT_EQ(judge(Seen(14), true, absl::ZeroDuration(), 1), ReadBack::kApplied);
  EXPECT_EQ(judge(Seen(14), false, absl::Hours(5), 9), ReadBack::kApplied);
  EXPECT_EQ(judge(Seen(10), true, just_before, 1), ReadBack::kWait);
  EXPECT_EQ(judge(Seen(10), false, just_before, 1), ReadBack::kWait);
  EXPECT_EQ(judge(Seen(10), true, absl::Seconds(60), 1), ReadBack::kNotShown);
  EXPECT_EQ(judge(Seen(12), true, absl::ZeroDuration(), 1), ReadBack::kChangedByOther);
  EXPECT_EQ(judge(std::nullopt, true, absl::ZeroDuration(), 1), ReadBack::kGone);
}

TEST(ReadBackTest, Act5OnlyWhatMayHaveBeenLostIsSentAgain) {
  const model::Proposal change = Capacity(10, 14);
  const ReadBackRules rules{absl::Seconds(60), 3};
  EXPECT_EQ(JudgeReadBack(change, Seen(10), false, absl::Seconds(60), 2, rules),
            ReadBack::kSendAgain);
  EXPECT_EQ(JudgeReadBack(change, Seen(10), false, absl::Seconds(60), 3, rules),
            ReadBack::kNotShown);
  EXPECT_EQ(JudgeReadBack(change, Seen(10), true, absl::Seconds(60), 1, rules),
            ReadBack::kNotShown);
}

class ObservationTest : public testing::Test {
 protected:
  static constexpr absl::Duration kSettle = absl::Seconds(60);
  static constexpr absl::Duration kUncertain = absl::Minutes(10);
  Observation Judge(Reading last, int64_t value, std::optional<OwnWrite> own) {
    return JudgeObservation(last, Value(value), own, kSettle, kUncertain);
  }
  OwnWrite Own(absl::Duration age, bool in_flight = false) {
    return {Value(int64_t{10}), Value(int64_t{14}), in_flight, age};
  }
};

TEST_F(ObservationTest, Act13WhatWeDidNotChangeSomebodyElseDid) {
  EXPECT_EQ(Judge(Seen(10), 12, std::nullopt), Observation::kForeign);
  EXPECT_EQ(Judge(Seen(14), 12, Own(absl::Seconds(1))), Observation::kForeign);
}

TEST_F(ObservationTest, FirstSightAndNoChangeAreNoNews) {
  EXPECT_EQ(Judge(std::nullopt, 12, std::nullopt), Observation::kNothingNew);
  EXPECT_EQ(Judge(Seen(12), 12, std::nullopt), Observation::kNothingNew);
}

TEST_F(ObservationTest, OurOwnLateEffectIsOursAsLongAsItMayCome) {
  EXPECT_EQ(Judge(Seen(10), 14, Own(kUncertain - absl::Nanoseconds(1))), Observation::kOurs);
  EXPECT_EQ(Judge(Seen(10), 14, Own(kUncertain)), Observation::kForeign);
}

TEST_F(ObservationTest, AnOldReadingRightAfterOurWriteIsNotHeldAgainstAnybody) {
  EXPECT_EQ(Judge(Seen(14), 10, Own(kSettle - absl::Nanoseconds(1))), Observation::kNothingNew);
  EXPECT_EQ(Judge(Seen(14), 10, Own(kSettle)), Observation::kForeign);
}

TEST_F(ObservationTest, WhatIsInFlightIsJudgedByReadBack) {
  for (const int64_t value : {12, 14}) {
    EXPECT_EQ(Judge(Seen(10), value, Own(absl::Seconds(1), true)), Observation::kNothingNew);
  }
}

TEST_F(ObservationTest, WhatIsInFlightDidNotBringAboutTheValueThatItReplaces) {
  EXPECT_EQ(Judge(Seen(9), 10, Own(kSettle, true)), Observation::kForeign);
}

constexpr auto kCapacity = model::ChangeKind::kCapacity;
constexpr auto kLater = static_cast<model::ChangeKind>(1);  // a kind that comes later

TEST(TakeInTurnTest, Act8AFloodOfOneKindDoesNotHoldUpAnother) {
  std::vector<model::ChangeKind> waiting(50, kCapacity);
  waiting.push_back(kLater);
  waiting.push_back(kLater);
  EXPECT_EQ(TakeInTurn(waiting, 6, 0), (std::vector<size_t>{0, 50, 1, 51, 2, 3}));
  EXPECT_EQ(TakeInTurn(waiting, 3, 1), (std::vector<size_t>{50, 0, 51}));
}

TEST(TakeInTurnTest, Act8OldestFirstWithinAKindAndNeverMoreThanThereIs) {
  EXPECT_EQ(TakeInTurn(std::vector(3, kCapacity), 10, 5), (std::vector<size_t>{0, 1, 2}));
  EXPECT_TRUE(TakeInTurn({}, 10, 5).empty());
  EXPECT_TRUE(TakeInTurn(std::vector(3, kCapacity), 0, 0).empty());
}

CallItem Member(const std::string& queue, int agent) {
  return {model::MembershipEntity{queue, "a" + std::to_string(agent)}, false, false};
}

TEST(GroupIntoCallsTest, Cap9AtMostAHundredMembersOfOneQueueInACall) {
  std::vector<CallItem> items;
  for (int i = 0; i < 250; ++i) items.push_back(Member(i % 2 == 0 ? "p" : "q", i));
  for (int i = 0; i < 100; ++i) items.push_back(Member("p", 1000 + i));
  const auto calls = GroupIntoCalls(items);
  std::vector<int> times(items.size());
  for (const auto& call : calls) {
    ASSERT_LE(call.size(), kMaxMembersPerCall);
    for (const size_t index : call) {
      ++times[index];
      EXPECT_EQ(model::EntityQueue(items[index].entity), model::EntityQueue(items[call[0]].entity));
    }
  }
  EXPECT_EQ(times, std::vector<int>(items.size(), 1));
  EXPECT_EQ(calls.size(), 5u);  // 225 of p in 3, 125 of q in 2
}

TEST(GroupIntoCallsTest, DryRunsCapacitiesAndOutcastsGoByThemselves) {
  std::vector<CallItem> items = {Member("p", 1),
                                 Member("p", 2),
                                 Member("p", 3),
                                 Member("p", 4),
                                 {model::QueueCapacityEntity{"p"}, false, false},
                                 {model::QueueCapacityEntity{"q"}, false, false}};
  items[1].dry_run = true;
  items[2].alone = true;
  const std::vector<std::vector<size_t>> expected = {{0, 3}, {1}, {2}, {4}, {5}};
  EXPECT_EQ(GroupIntoCalls(items), expected);
}

}  // namespace
}  // namespace evenkeel::actuator
