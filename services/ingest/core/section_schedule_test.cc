#include "services/ingest/core/section_schedule.h"

#include <gtest/gtest.h>

namespace evenkeel::ingest {
namespace {

using model::Section;

SteadyTime At(double seconds) { return SteadyTime(absl::Seconds(seconds)); }

class SectionScheduleTest : public testing::Test {
 protected:
  SectionSchedule schedule_{
      {{Section::kStates, absl::Seconds(15)}, {Section::kRoster, absl::Minutes(10)}}, At(100)};
};

TEST_F(SectionScheduleTest, KeepsToItsIntervalWithoutDrift) {
  EXPECT_EQ(schedule_.Due(Section::kStates), At(100));
  schedule_.Succeeded(Section::kStates, At(103));
  EXPECT_EQ(schedule_.Due(Section::kStates), At(115));
  schedule_.Succeeded(Section::kStates, At(116));
  EXPECT_EQ(schedule_.Due(Section::kStates), At(130));
  // Missed readings are not made up for.
  schedule_.Succeeded(Section::kStates, At(200));
  EXPECT_EQ(schedule_.Due(Section::kStates), At(200));
  schedule_.SetInterval(Section::kStates, absl::Seconds(40));
  schedule_.Succeeded(Section::kStates, At(201));
  EXPECT_EQ(schedule_.Due(Section::kStates), At(240));
  EXPECT_EQ(schedule_.Interval(Section::kStates), absl::Seconds(40));
}

TEST_F(SectionScheduleTest, API2_BacksOffAfterErrors) {
  double now = 100, wait = 1;
  for (int i = 0; i < 12; ++i) {
    schedule_.Failed(Section::kRoster, At(now), std::nullopt);
    EXPECT_EQ(schedule_.Due(Section::kRoster), At(now + wait));
    EXPECT_EQ(schedule_.FailuresInARow(Section::kRoster), i + 1);
    now += wait;
    wait = std::min(60.0, wait * 2);
  }
  schedule_.Failed(Section::kRoster, At(now), absl::Minutes(3));
  EXPECT_EQ(schedule_.Due(Section::kRoster), At(now + 180));
  schedule_.ReadBy(Section::kRoster, At(now + 1));  // not while the centre wants peace
  EXPECT_EQ(schedule_.Due(Section::kRoster), At(now + 180));
  schedule_.Succeeded(Section::kRoster, At(now + 181));
  EXPECT_EQ(schedule_.FailuresInARow(Section::kRoster), 0);
  for (int i = 0; i < 10; ++i) schedule_.Failed(Section::kStates, At(5000), std::nullopt);
  EXPECT_EQ(schedule_.Due(Section::kStates), At(5015));
}

TEST_F(SectionScheduleTest, CAP11_WhatIsAskedForDuringAReadingIsReadAfterIt) {
  schedule_.Started(Section::kRoster);
  schedule_.ReadBy(Section::kRoster, At(130));
  schedule_.ReadBy(Section::kRoster, At(120));
  schedule_.ReadBy(Section::kRoster, At(140));
  schedule_.Succeeded(Section::kRoster, At(175));
  EXPECT_EQ(schedule_.Due(Section::kRoster), At(120));
  schedule_.Started(Section::kRoster);
  schedule_.Succeeded(Section::kRoster, At(180));
  EXPECT_EQ(schedule_.Due(Section::kRoster), At(720));
  schedule_.ReadBy(Section::kRoster, At(182));
  EXPECT_EQ(schedule_.Due(Section::kRoster), At(182));
}

TEST_F(SectionScheduleTest, ReadsSoonerWhenAsked) {
  schedule_.Succeeded(Section::kRoster, At(100));
  schedule_.ReadBy(Section::kRoster, At(105));
  EXPECT_EQ(schedule_.Due(Section::kRoster), At(105));
  schedule_.ReadBy(Section::kRoster, At(300));
  EXPECT_EQ(schedule_.Due(Section::kRoster), At(105));
}

}  // namespace
}  // namespace evenkeel::ingest
