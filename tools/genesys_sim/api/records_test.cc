// SIM-3: what the API remembers of contacts and agents.
#include "tools/genesys_sim/api/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::sim {
namespace {

TEST(RecordsTest, StretchesAreCutToWhatIsAskedAndHaveNoGaps) {
  Records records(2);
  records.AgentChanged(1, 100, Presence::kOnQueue, RoutingStatus::kIdle);
  records.AgentChanged(1, 250, Presence::kOnQueue, RoutingStatus::kInteracting);
  records.AgentChanged(1, 400, Presence::kBreak, RoutingStatus::kOffQueue);
  const auto all = records.Stretches(1, 0, 1000);
  ASSERT_EQ(all.size(), 4u);
  int64_t at = 0;
  for (const AgentStretch& stretch : all) {
    EXPECT_EQ(stretch.from, at);
    at = stretch.to;
  }
  EXPECT_EQ(at, 1000);
  EXPECT_EQ(all[0].presence, Presence::kOffline);
  EXPECT_EQ(all[2].status, RoutingStatus::kInteracting);
  const auto cut = records.Stretches(1, 300, 350);
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_EQ(cut[0].from, 300);
  EXPECT_EQ(cut[0].to, 350);
  EXPECT_EQ(cut[0].status, RoutingStatus::kInteracting);
  EXPECT_EQ(records.Stretches(0, 0, 10).size(), 1u);
  EXPECT_TRUE(records.Stretches(0, 10, 10).empty());
}

TEST(RecordsTest, TwoChangesAtOneInstantAreTheLast) {
  Records records(1);
  records.AgentChanged(0, 5, Presence::kOnQueue, RoutingStatus::kIdle);
  records.AgentChanged(0, 5, Presence::kOnQueue, RoutingStatus::kInteracting);
  const auto stretches = records.Stretches(0, 5, 9);
  ASSERT_EQ(stretches.size(), 1u);
  EXPECT_EQ(stretches[0].status, RoutingStatus::kInteracting);
}

TEST(RecordsTest, WhatIsOlderThanFiguresIsForgottenButNotTheStateThatStillHolds) {
  Records records(1);
  records.AgentChanged(0, 10, Presence::kOnQueue, RoutingStatus::kIdle);
  records.AgentChanged(0, 20, Presence::kMeal, RoutingStatus::kOffQueue);
  records.AgentChanged(0, 30 + kRecordsKeptMicros, Presence::kOnQueue, RoutingStatus::kIdle);
  const auto stretches = records.Stretches(0, 25, 40 + kRecordsKeptMicros);
  ASSERT_EQ(stretches.size(), 2u);
  EXPECT_EQ(stretches[0].presence, Presence::kMeal);
  Contact contact;
  contact.ended = 10;
  records.Ended(contact);
  contact.ended = 11 + kRecordsKeptMicros;
  records.Ended(contact);
  ASSERT_EQ(records.contacts().size(), 1u);
}

}  // namespace
}  // namespace evenkeel::sim
