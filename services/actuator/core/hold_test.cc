#include "services/actuator/core/hold.h"

#include <gtest/gtest.h>

namespace evenkeel::actuator {
namespace {

using model::Availability;

constexpr absl::Duration kSettle = absl::Minutes(1);
constexpr absl::Duration kUncertain = absl::Minutes(10);

Hold Paused() {
  Hold hold;
  hold.entity = model::AvailabilityEntity{"q", "a"};
  hold.old_value = Availability::kAvailable;
  hold.set_value = Availability::kPaused;
  return hold;
}

HoldVerdict Judge(const Reading& reading, bool seen_set, absl::Duration since_sent) {
  return JudgeHold(Paused(), reading, seen_set, since_sent, kSettle, kUncertain);
}

TEST(HoldTest, Fair7WhatWeSetIsPutBack) {
  EXPECT_EQ(Judge(model::Value(Availability::kPaused), true, absl::Minutes(2)),
            HoldVerdict::kRestore);
  EXPECT_EQ(Judge(model::Value(Availability::kPaused), false, absl::Hours(5)),
            HoldVerdict::kRestore);
}

TEST(HoldTest, Fair7SomebodyElsesChoiceStands) {
  EXPECT_EQ(Judge(model::Value(Availability::kBreak), true, absl::Minutes(2)),
            HoldVerdict::kChangedByOther);
  EXPECT_EQ(Judge(model::Value(Availability::kOffline), false, absl::Minutes(2)),
            HoldVerdict::kChangedByOther);
}

// One answer without the agent is no proof that the agent is gone.
TEST(HoldTest, Fair7WhoIsMissingIsLookedForForAWhile) {
  EXPECT_EQ(Judge(std::nullopt, true, absl::Minutes(2)), HoldVerdict::kLookAgain);
  EXPECT_EQ(Judge(std::nullopt, true, kUncertain), HoldVerdict::kGone);
}

TEST(HoldTest, Fair7WhatFollowsAnInteractionIsWaitedFor) {
  EXPECT_EQ(Judge(model::Value(Availability::kInteracting), true, absl::Hours(5)),
            HoldVerdict::kLookAgain);
}

// A call that nobody heard of may take effect after the agent looked free: it is watched until it
// no longer can.
TEST(HoldTest, Fair7ACallThatMayStillArriveIsWaitedFor) {
  const Reading old = model::Value(Availability::kAvailable);
  EXPECT_EQ(Judge(old, true, kSettle), HoldVerdict::kBackAlready);
  EXPECT_EQ(Judge(old, true, kSettle - absl::Seconds(1)), HoldVerdict::kLookAgain);
  EXPECT_EQ(Judge(old, false, kUncertain - absl::Seconds(1)), HoldVerdict::kLookAgain);
  EXPECT_EQ(Judge(old, false, kUncertain), HoldVerdict::kBackAlready);
}

TEST(HoldTest, EveryOutcomeHasItsName) {
  std::set<std::string> names;
  for (const Hold::Outcome outcome : kAllHoldOutcomes) names.insert(HoldOutcomeName(outcome));
  EXPECT_EQ(names.size(), std::size(kAllHoldOutcomes));
  EXPECT_FALSE(names.contains(""));
}

}  // namespace
}  // namespace evenkeel::actuator
