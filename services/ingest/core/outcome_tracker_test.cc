// CAP-11, ACT-13: what planners leave alone.
#include "services/ingest/core/outcome_tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::ingest {
namespace {

using model::ChangeState;
using testing::ElementsAre;
using testing::IsEmpty;
using Why = model::LeftAlone::Why;

const absl::Time kNow = absl::FromUnixSeconds(1699952400);

model::Change Change(const std::string& id, ChangeState state, absl::Time at = kNow,
                     model::Entity entity = model::MembershipEntity{"q1", "a1"}) {
  model::Change change;
  change.id = id;
  change.state = state;
  change.updated_at = at;
  change.proposal.entity = std::move(entity);
  return change;
}

class OutcomeTrackerTest : public testing::Test {
 protected:
  OutcomeTracker tracker_{absl::Minutes(10)};
};

TEST_F(OutcomeTrackerTest, CAP11_AMovedMembershipStaysForTheDwell) {
  EXPECT_FALSE(tracker_.Observe(Change("c1", ChangeState::kAccepted)));
  EXPECT_THAT(tracker_.LeftAlone(kNow),
              ElementsAre(model::LeftAlone{"q1", "a1", Why::kChangeOpen, absl::InfiniteFuture()}));
  EXPECT_FALSE(tracker_.Observe(Change("c1", ChangeState::kVerifying)));
  EXPECT_TRUE(tracker_.Observe(Change("c1", ChangeState::kApplied)));
  const absl::Time until = kNow + absl::Minutes(10);
  EXPECT_THAT(tracker_.LeftAlone(kNow),
              ElementsAre(model::LeftAlone{"q1", "a1", Why::kMovedRecently, until}));
  EXPECT_THAT(tracker_.LeftAlone(until - absl::Seconds(1)), testing::SizeIs(1));
  EXPECT_THAT(tracker_.LeftAlone(until), IsEmpty());
}

TEST_F(OutcomeTrackerTest, WhatWasNeverWrittenHoldsNothing) {
  for (const ChangeState end :
       {ChangeState::kDryRun, ChangeState::kRefused, ChangeState::kDiscarded, ChangeState::kExpired,
        ChangeState::kSuperseded, ChangeState::kFailed}) {
    (void)tracker_.Observe(Change("c1", ChangeState::kAccepted));
    // A change that failed under way may have been written all the same: worth a look.
    EXPECT_EQ(tracker_.Observe(Change("c1", end)), end == ChangeState::kFailed);
    EXPECT_THAT(tracker_.LeftAlone(kNow), IsEmpty());
  }
  (void)tracker_.Observe(Change("c2", ChangeState::kAwaitingApproval));
  EXPECT_THAT(tracker_.LeftAlone(kNow), IsEmpty());
}

TEST_F(OutcomeTrackerTest, ACT13_WhatSomebodyElseChangedIsLeftAlone) {
  tracker_.ObserveOther(model::QueueCapacityEntity{"q2"}, kNow + absl::Hours(1));
  tracker_.ObserveOther(model::QueueCapacityEntity{"q2"}, kNow + absl::Minutes(1));
  EXPECT_THAT(tracker_.LeftAlone(kNow),
              ElementsAre(model::LeftAlone{"q2", "", Why::kChangedByOther, kNow + absl::Hours(1)}));
}

TEST_F(OutcomeTrackerTest, OneEntryAnEntityInOrderWithTheLongestReason) {
  (void)tracker_.Observe(
      Change("c1", ChangeState::kApplied, kNow, model::MembershipEntity{"q2", "a1"}));
  tracker_.ObserveOther(model::MembershipEntity{"q2", "a1"}, kNow + absl::Minutes(5));
  (void)tracker_.Observe(
      Change("c2", ChangeState::kAccepted, kNow, model::MembershipEntity{"q1", "a2"}));
  (void)tracker_.Observe(
      Change("c3", ChangeState::kApplying, kNow, model::MembershipEntity{"q1", "a2"}));
  tracker_.ObserveOther(model::MembershipEntity{"q1", "a2"}, kNow + absl::Minutes(5));
  (void)tracker_.Observe(
      Change("c2", ChangeState::kRefused, kNow, model::MembershipEntity{"q1", "a2"}));
  EXPECT_THAT(
      tracker_.LeftAlone(kNow),
      ElementsAre(model::LeftAlone{"q1", "a2", Why::kChangeOpen, absl::InfiniteFuture()},
                  model::LeftAlone{"q2", "a1", Why::kMovedRecently, kNow + absl::Minutes(10)}));
}

// FAIR-6: whom a hold is on is left alone by everybody until it has ended.
TEST_F(OutcomeTrackerTest, FAIR6_WhoIsHeldIsLeftAloneUntilTheHoldHasEnded) {
  model::Change throttle = Change("c1", ChangeState::kAccepted);
  throttle.proposal.kind = model::ChangeKind::kThrottle;
  (void)tracker_.Observe(throttle);
  EXPECT_FALSE(tracker_.ObserveHold("c1", throttle.proposal.entity, true));
  throttle.state = ChangeState::kApplied;
  EXPECT_TRUE(tracker_.Observe(throttle));
  const model::LeftAlone held{"q1", "a1", Why::kHeld, absl::InfiniteFuture()};
  EXPECT_THAT(tracker_.LeftAlone(kNow), ElementsAre(held));
  EXPECT_THAT(tracker_.LeftAlone(kNow + absl::Hours(5)), ElementsAre(held));
  EXPECT_TRUE(tracker_.ObserveHold("c1", throttle.proposal.entity, false));
  EXPECT_FALSE(tracker_.ObserveHold("c1", throttle.proposal.entity, false));
  EXPECT_THAT(tracker_.LeftAlone(kNow), IsEmpty());  // nobody was moved
}

TEST_F(OutcomeTrackerTest, FAIR6_APausedAgentIsHeldFromAllQueues) {
  (void)tracker_.ObserveHold("c1", model::AvailabilityEntity{"q1", "a1"}, true);
  EXPECT_THAT(tracker_.LeftAlone(kNow),
              ElementsAre(model::LeftAlone{"", "a1", Why::kHeld, absl::InfiniteFuture()}));
}

TEST_F(OutcomeTrackerTest, WhatAnotherLedgerHeldIsForgotten) {
  (void)tracker_.Observe(Change("c1", ChangeState::kAccepted));
  tracker_.Forget();
  EXPECT_THAT(tracker_.LeftAlone(kNow), IsEmpty());
}

TEST_F(OutcomeTrackerTest, HearingAllOfItAgainChangesNothing) {
  for (int i = 0; i < 2; ++i) {
    (void)tracker_.Observe(Change("c1", ChangeState::kAccepted));
    (void)tracker_.Observe(Change("c1", ChangeState::kApplied));
    (void)tracker_.Observe(Change("c1", ChangeState::kRolledBack, kNow + absl::Minutes(2)));
    EXPECT_THAT(
        tracker_.LeftAlone(kNow),
        ElementsAre(model::LeftAlone{"q1", "a1", Why::kMovedRecently, kNow + absl::Minutes(10)}));
  }
}

}  // namespace
}  // namespace evenkeel::ingest
