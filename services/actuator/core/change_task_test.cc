#include "services/actuator/core/change_task.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace evenkeel::actuator {
namespace {

using model::ChangeState;
using enum model::ChangeState;

// ACT-4, written down a second time and by hand: what may follow each state.
const std::map<ChangeState, std::set<ChangeState>> kExpected = {
    {kProposed, {kAwaitingApproval, kAccepted, kRefused}},
    {kAwaitingApproval, {kAccepted, kDiscarded, kExpired, kSuperseded}},
    {kAccepted,
     {kAwaitingApproval, kApplying, kDryRun, kRefused, kDiscarded, kFailed, kExpired, kSuperseded}},
    {kApplying, {kAccepted, kVerifying, kRefused, kFailed}},
    {kVerifying, {kAccepted, kApplied, kFailed}},
    {kApplied, {kRolledBack}},
    {kDryRun, {}},
    {kRefused, {}},
    {kDiscarded, {}},
    {kFailed, {}},
    {kExpired, {}},
    {kSuperseded, {}},
    {kRolledBack, {}},
};

TEST(ChangeTaskTest, Act4EveryPairOfStatesIsLegalOrRefusedAsTheTableSays) {
  ASSERT_EQ(kExpected.size(), std::size(model::kAllChangeStates));
  for (const ChangeState from : model::kAllChangeStates) {
    for (const ChangeState to : model::kAllChangeStates) {
      const absl::Status status = CheckTransition(from, to);
      EXPECT_EQ(status.ok(), kExpected.at(from).contains(to))
          << model::ChangeStateName(from) << " -> " << model::ChangeStateName(to);
      if (status.ok()) continue;
      EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
      EXPECT_NE(status.message().find(model::ChangeStateName(from)), absl::string_view::npos);
      EXPECT_NE(status.message().find(model::ChangeStateName(to)), absl::string_view::npos);
    }
  }
}

TEST(ChangeTaskTest, Act4EachTransitionStandsOnceAndSaysWhen) {
  std::set<std::pair<ChangeState, ChangeState>> seen;
  for (const Transition& transition : LegalTransitions()) {
    EXPECT_TRUE(seen.emplace(transition.from, transition.to).second);
    EXPECT_NE(std::string(transition.when), "");
  }
}

TEST(ChangeTaskTest, Act4EveryStateIsReachedAndNothingSentIsForgotten) {
  std::set<ChangeState> reached = {kProposed};
  for (size_t i = 0; i < std::size(model::kAllChangeStates); ++i) {
    for (const Transition& transition : LegalTransitions()) {
      if (reached.contains(transition.from)) reached.insert(transition.to);
    }
  }
  EXPECT_EQ(reached.size(), std::size(model::kAllChangeStates));
  // Only a call that is going out leads to read-back, and only read-back to applied.
  for (const Transition& transition : LegalTransitions()) {
    EXPECT_TRUE(transition.to != kVerifying || transition.from == kApplying);
    EXPECT_TRUE(transition.to != kApplied || transition.from == kVerifying);
    EXPECT_TRUE(transition.to != kApplying || transition.from == kAccepted);
  }
}

TEST(ChangeTaskTest, OpenStatesAreThoseThatCanStillBeWritten) {
  for (const ChangeState state : model::kAllChangeStates) {
    const bool open = state == kAwaitingApproval || state == kAccepted || state == kApplying ||
                      state == kVerifying;
    EXPECT_EQ(IsOpen(state), open) << model::ChangeStateName(state);
    EXPECT_EQ(IsWaiting(state) || IsInFlight(state), open);
    EXPECT_FALSE(IsWaiting(state) && IsInFlight(state));
  }
}

}  // namespace
}  // namespace evenkeel::actuator
