// The use case: what is read when, what is published, and what a failing section does.
#include "services/ingest/poller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/base/error_details.h"
#include "common/model/quality.h"
#include "services/ingest/adapters/sqlite_history.h"
#include "services/ingest/testing/fake_reader.h"
#include "services/ingest/testing/fragile_history.h"
#include "services/ingest/testing/log_text.h"

namespace evenkeel::ingest {
namespace {

using model::Section;
using testing::HasSubstr;

class CountingObserver final : public PollObserver {
 public:
  void OnReading(Section section, const absl::Status& status) override {
    ++(status.ok() ? good : bad)[section];
  }
  void OnSnapshot(const model::Snapshot&) override { ++snapshots; }
  void OnHistoryError() override { ++history_errors; }
  std::map<Section, int> good, bad;
  std::atomic<int> snapshots = 0;
  std::atomic<int> history_errors = 0;
};

PollerSettings Settings() {
  PollerSettings settings;
  settings.intervals = {
      {Section::kRoster, absl::Minutes(10)},   {Section::kStates, absl::Seconds(15)},
      {Section::kQueues, absl::Seconds(30)},   {Section::kLive, absl::Seconds(15)},
      {Section::kIntervals, absl::Minutes(1)}, {Section::kAgentWork, absl::Minutes(1)},
  };
  settings.queue_ids = {"q1", "q2"};
  return settings;
}

class PollerTest : public testing::Test {
 protected:
  // 2023-11-14T09:00:00Z
  PollerTest() { Make(Settings()); }
  void Make(PollerSettings settings) {
    poller_.reset();
    poller_ = std::make_unique<Poller>(
        std::move(settings), reader_, [this] { return budget_.load(); }, clock_, *history_, hub_,
        observer_, log_);
  }
  absl::Status Read(Section section) { return poller_->Read(section, {}); }
  void ReadAll() {
    for (const auto& [section, interval] : Settings().intervals) {
      EXPECT_TRUE(Read(section).ok());
    }
  }
  SectionStatus StatusOf(Section section) {
    for (const SectionStatus& status : poller_->Status()) {
      if (status.quality.section == section) return status;
    }
    return {};
  }

  SimulatedClock clock_{absl::FromUnixSeconds(1699952400)};
  LogText told_;
  obs::Logger log_{"test", obs::Severity::kInfo, clock_, told_.file()};
  FakeReader reader_{clock_};
  std::atomic<double> budget_ = 240;
  std::unique_ptr<FragileHistory> history_ =
      std::make_unique<FragileHistory>(*OpenSqliteHistory(""));
  SnapshotHub hub_{100};
  CountingObserver observer_;
  std::unique_ptr<Poller> poller_;
};

TEST_F(PollerTest, ASnapshotHasEverySectionWithItsQuality) {
  ReadAll();
  const auto snapshot = hub_.newest();
  ASSERT_NE(snapshot, nullptr);
  EXPECT_EQ(snapshot->number, 6u);
  EXPECT_EQ(snapshot->agents.size(), 3u);
  EXPECT_EQ(snapshot->states.size(), 3u);
  EXPECT_EQ(snapshot->memberships.size(), 4u);
  EXPECT_EQ(snapshot->live.size(), 2u);
  EXPECT_EQ(snapshot->agent_work.size(), 1u);
  ASSERT_EQ(snapshot->estimates.size(), 2u);
  // The last interval has not begun to run yet: five of ten contacts each.
  EXPECT_NEAR(snapshot->estimates[0].arrivals_per_hour, 120, 40);
  std::vector<Section> all;
  for (const auto& quality : snapshot->quality) all.push_back(quality.section);
  EXPECT_EQ(all.size(), 7u);
  EXPECT_TRUE(model::CheckQuality(*snapshot, all, {}, clock_.Now()).ok());
  EXPECT_EQ(observer_.snapshots, 6);
}

PollerSettings WithOptionalSections() {
  PollerSettings settings = Settings();
  for (const Section section : {Section::kCampaigns, Section::kCampaignCalls, Section::kAdherence,
                                Section::kChannelWork, Section::kPresences}) {
    settings.intervals[section] = absl::Seconds(30);
  }
  settings.campaign_ids = {"c1", "gone"};
  return settings;
}

TEST_F(PollerTest, API5_OptionalSectionsAreInTheSnapshotWhereTheyAreRead) {
  Make(WithOptionalSections());
  for (const auto& [section, interval] : WithOptionalSections().intervals) {
    EXPECT_TRUE(Read(section).ok()) << model::SectionName(section);
  }
  ASSERT_TRUE(Read(Section::kCampaigns).ok());
  const auto snapshot = hub_.newest();
  ASSERT_EQ(snapshot->campaigns.size(), 1u);
  EXPECT_EQ(snapshot->campaigns[0].id, "c1");
  EXPECT_EQ(snapshot->campaign_calls.size(), 1u) << "API-9: the loop of one that is gone stops";
  EXPECT_THAT(reader_.asked_for(), testing::ElementsAre("a1", "a2", "a3")) << "the members";
  EXPECT_EQ(snapshot->adherence.size(), 2u);
  EXPECT_EQ(snapshot->channel_work.size(), 2u) << "not of a queue that is none of ours";
  EXPECT_EQ(snapshot->presences.size(), 1u);
  EXPECT_EQ(snapshot->quality.size(), 12u);
  // API-8: who has no schedule is not seen; work of strangers is counted.
  EXPECT_EQ(StatusOf(Section::kAdherence).quality.expected, 3);
  EXPECT_EQ(StatusOf(Section::kAdherence).quality.seen, 2);
  EXPECT_EQ(StatusOf(Section::kChannelWork).quality.unknown, 1);
  EXPECT_EQ(told_.Count("managed campaigns do not exist"), 1);
}

TEST_F(PollerTest, API5_WhatIsNotAskedForIsNotRead) {
  poller_->Start([](std::stop_token) { return absl::OkStatus(); });
  reader_.WaitForReads(Section::kAgentWork, 1);
  clock_.WaitForSleepers(6);
  poller_->Stop();
  for (const Section section : {Section::kCampaigns, Section::kCampaignCalls, Section::kAdherence,
                                Section::kChannelWork, Section::kPresences}) {
    EXPECT_EQ(reader_.reads(section), 0) << model::SectionName(section);
  }
  EXPECT_EQ(hub_.newest()->quality.size(), 7u);
}

TEST_F(PollerTest, API5_SchedulesAreReadAsSoonAsTheMembersAreKnown) {
  Make(WithOptionalSections());
  reader_.Hold(Section::kQueues);
  poller_->Start([](std::stop_token) { return absl::OkStatus(); });
  reader_.WaitForReads(Section::kPresences, 1);
  reader_.WaitForReads(Section::kQueues, 1);
  clock_.WaitForSleepers(10);  // all but the queues
  EXPECT_EQ(reader_.reads(Section::kAdherence), 0);
  reader_.Release(Section::kQueues);
  reader_.WaitForReads(Section::kAdherence, 1);  // the clock stands still
  poller_->Stop();
}

TEST_F(PollerTest, API3_ASlowedLoopIsSaidAndWhenItIsNoMore) {
  budget_ = 1000;
  reader_.set_requests(10);
  ReadAll();
  EXPECT_EQ(told_.Count("rate budget"), 0);
  reader_.set_requests(40);
  budget_ = 240;
  ReadAll();
  EXPECT_GE(told_.Count("does not suffice"), 6);
  const int said = told_.Count("rate budget");
  ReadAll();
  EXPECT_EQ(told_.Count("rate budget"), said) << "not again while nothing changes";
  budget_ = 1e6;
  ASSERT_TRUE(Read(Section::kStates).ok());
  EXPECT_EQ(told_.Count("suffices again"), 6);
}

TEST_F(PollerTest, OneFailingSectionDoesNotStopTheOthers) {
  ReadAll();
  reader_.Fail(Section::kStates, absl::PermissionDeniedError("needs routing:x"));
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(Read(Section::kStates).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(Read(Section::kQueues).ok());
  const SectionStatus states = StatusOf(Section::kStates);
  EXPECT_EQ(states.failures_in_a_row, 1);
  EXPECT_THAT(states.last_error, HasSubstr("needs routing:x"));
  // The snapshot goes on, with an older section in it that says so.
  const auto snapshot = hub_.newest();
  EXPECT_EQ(snapshot->states.size(), 3u);
  EXPECT_EQ(StatusOf(Section::kStates).quality.taken_at, clock_.Now() - absl::Seconds(30));
  EXPECT_EQ(StatusOf(Section::kQueues).quality.taken_at, clock_.Now());
  reader_.Fail(Section::kStates, absl::OkStatus());
  EXPECT_TRUE(Read(Section::kStates).ok());
  EXPECT_EQ(StatusOf(Section::kStates).last_error, "");
}

TEST_F(PollerTest, API8_StatesAndLiveFiguresArePublishedTogether) {
  ReadAll();
  reader_.Hold(Section::kLive);
  const int before = reader_.reads(Section::kLive);
  std::jthread live([&] { (void)Read(Section::kLive); });
  reader_.WaitForReads(Section::kLive, before + 1);
  const uint64_t number = hub_.newest()->number;
  EXPECT_TRUE(Read(Section::kStates).ok());
  EXPECT_EQ(hub_.newest()->number, number);
  reader_.Release(Section::kLive);
  live.join();
  EXPECT_EQ(hub_.newest()->number, number + 1);
}

TEST_F(PollerTest, API8_ASectionIsAsOldAsItsFirstRequest) {
  ReadAll();
  for (const auto& [section, interval] : Settings().intervals) {
    const int before = reader_.reads(section);
    const absl::Time asked_at = clock_.Now();
    reader_.Hold(section);
    std::jthread reading([&, section = section] { (void)Read(section); });
    reader_.WaitForReads(section, before + 1);
    clock_.Advance(absl::Seconds(75));
    reader_.Release(section);
    reading.join();
    EXPECT_EQ(StatusOf(section).quality.taken_at, asked_at) << model::SectionName(section);
  }
}

TEST_F(PollerTest, API9_AFailingSectionIsLoggedAgainWhenTheReasonChanges) {
  const auto fail = [&](absl::Status status) {
    reader_.Fail(Section::kStates, status);
    EXPECT_EQ(Read(Section::kStates), status);
  };
  fail(absl::UnavailableError("answered 503, request 1"));
  fail(absl::UnavailableError("answered 503, request 2"));
  EXPECT_EQ(told_.Count("a section cannot be read"), 1);
  fail(absl::PermissionDeniedError("needs routing:x"));
  EXPECT_EQ(told_.Count("a section cannot be read"), 2);
  EXPECT_EQ(told_.Count("needs routing:x"), 1);
  reader_.Fail(Section::kStates, absl::OkStatus());
  ASSERT_TRUE(Read(Section::kStates).ok());
  ASSERT_TRUE(Read(Section::kStates).ok());
  EXPECT_EQ(told_.Count("the section is read again"), 1);
}

TEST_F(PollerTest, OPS8_AFailingHistoryIsLoggedOnceWithItsReason) {
  ReadAll();
  history_->Fail(absl::ResourceExhaustedError("database or disk is full"));
  ReadAll();
  ReadAll();
  EXPECT_GT(observer_.history_errors, 2);
  EXPECT_EQ(told_.Count("disk is full"), 2) << "one for intervals, one for summaries";
  history_->Fail(absl::OkStatus());
  ReadAll();
  ReadAll();
  EXPECT_EQ(told_.Count("the history is written again"), 2);
}

TEST_F(PollerTest, API3_RealIntervalsFollowTheBudget) {
  reader_.set_requests(40);
  ReadAll();
  double per_minute = 0;
  for (const SectionStatus& status : poller_->Status()) {
    EXPECT_GE(status.real_interval, status.configured_interval);
    EXPECT_EQ(status.requests_per_reading, 40);
    per_minute += 40 / absl::ToDoubleMinutes(status.real_interval);
  }
  EXPECT_NEAR(per_minute, 0.9 * 240, 1e-3);
  // The quality of a snapshot is measured in real intervals.
  ASSERT_TRUE(Read(Section::kStates).ok());
  EXPECT_EQ(StatusOf(Section::kStates).quality.interval, StatusOf(Section::kStates).real_interval);
  budget_ = 1e6;
  ASSERT_TRUE(Read(Section::kStates).ok());
  EXPECT_EQ(StatusOf(Section::kStates).real_interval, absl::Seconds(15));
}

TEST_F(PollerTest, CAP11_OutcomesReachTheSnapshotAndTheQueuesAreReadSoon) {
  poller_->Start([](std::stop_token) { return absl::OkStatus(); });
  reader_.WaitForReads(Section::kQueues, 1);
  clock_.WaitForSleepers(6);
  const int reads = reader_.reads(Section::kQueues);
  model::Change change;
  change.id = "c1";
  change.proposal.entity = model::MembershipEntity{"q1", "a2"};
  change.state = model::ChangeState::kAccepted;
  change.updated_at = clock_.Now();
  poller_->ObserveChange(change);
  reader_.set_joined(true);
  change.state = model::ChangeState::kApplied;
  poller_->ObserveChange(change);
  poller_->ObserveOther(model::MembershipEntity{"q2", "a3"}, clock_.Now() + absl::Hours(1));
  // Long before the queues' own 30 s; the wake-up may still be under way when the clock moves.
  for (int i = 0; i < 4; ++i) {
    clock_.WaitForSleepers(6);
    clock_.Advance(absl::Seconds(1));
  }
  reader_.WaitForReads(Section::kQueues, reads + 1);
  uint64_t seen = 0;
  while (true) {
    const auto snapshot = hub_.WaitNewer(seen, absl::Hours(1));
    ASSERT_NE(snapshot, nullptr);
    seen = snapshot->number;
    if (snapshot->left_alone.size() == 2 && snapshot->memberships[1].joined) break;
  }
  poller_->Stop();
  EXPECT_EQ(hub_.newest()->left_alone[0].why, model::LeftAlone::Why::kMovedRecently);
  EXPECT_EQ(hub_.newest()->left_alone[1].why, model::LeftAlone::Why::kChangedByOther);
}

TEST_F(PollerTest, CAP11_AChangeDuringAReadingIsReadAfterIt) {
  reader_.Hold(Section::kQueues);
  poller_->Start([](std::stop_token) { return absl::OkStatus(); });
  reader_.WaitForReads(Section::kQueues, 1);
  clock_.WaitForSleepers(5);
  model::Change change;
  change.id = "c1";
  change.proposal.entity = model::MembershipEntity{"q1", "a2"};
  change.state = model::ChangeState::kApplied;
  change.updated_at = clock_.Now();
  poller_->ObserveChange(change);
  clock_.Advance(absl::Seconds(3));
  reader_.Release(Section::kQueues);
  reader_.WaitForReads(Section::kQueues, 2);  // at once, 27 s before its own time
}

TEST_F(PollerTest, RunsOnItsIntervalsAndStopsAtOnce) {
  poller_->Start([](std::stop_token) { return absl::OkStatus(); });
  for (int seconds = 0; seconds < 120; ++seconds) {
    clock_.WaitForSleepers(6);
    clock_.Advance(absl::Seconds(1));
  }
  clock_.WaitForSleepers(6);
  poller_->Stop();
  poller_->Stop();
  EXPECT_EQ(reader_.reads(Section::kStates), 9);
  EXPECT_EQ(reader_.reads(Section::kLive), 9);
  EXPECT_EQ(reader_.reads(Section::kQueues), 5);
  EXPECT_EQ(reader_.reads(Section::kIntervals), 3);
  EXPECT_EQ(reader_.reads(Section::kAgentWork), 3);
  EXPECT_EQ(reader_.reads(Section::kRoster), 1);
  EXPECT_EQ(observer_.good[Section::kStates], 9);
}

TEST_F(PollerTest, API10_NothingIsReadBeforeAdmission) {
  std::atomic<int> asked = 0;
  poller_->Start([&](std::stop_token) {
    return ++asked < 3 ? absl::UnavailableError("no route") : absl::OkStatus();
  });
  clock_.WaitForSleepers(1);
  EXPECT_THAT(std::string(poller_->Ready().message()), HasSubstr("no route"));
  EXPECT_EQ(reader_.reads(Section::kQueues), 0);
  clock_.Advance(absl::Seconds(1));
  while (asked < 2) std::this_thread::yield();
  clock_.WaitForSleepers(1);
  clock_.Advance(absl::Seconds(2));
  reader_.WaitForReads(Section::kAgentWork, 1);
  clock_.WaitForSleepers(6);
  EXPECT_TRUE(poller_->Ready().ok()) << poller_->Ready();
  // Readings that get too old make it unready again.
  reader_.Fail(Section::kStates, absl::UnavailableError("answered 503"));
  for (int i = 0; i < 70; ++i) {
    clock_.Advance(absl::Seconds(1));
    clock_.WaitForSleepers(6);
  }
  EXPECT_EQ(poller_->Ready().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(poller_->Ready().message()), HasSubstr("section states"));
  EXPECT_THAT(std::string(poller_->Ready().message()), HasSubstr("answered 503"));
}

TEST_F(PollerTest, WithoutConfiguredQueuesTheListingSaysWhichThereAre) {
  PollerSettings settings = Settings();
  settings.queue_ids.clear();
  Make(std::move(settings));
  reader_.Hold(Section::kQueues);
  poller_->Start([](std::stop_token) { return absl::OkStatus(); });
  reader_.WaitForReads(Section::kQueues, 1);
  clock_.WaitForSleepers(5);
  EXPECT_EQ(reader_.reads(Section::kStates), 0);
  reader_.Release(Section::kQueues);
  reader_.WaitForReads(Section::kStates, 1);
  EXPECT_THAT(reader_.asked_for(), testing::ElementsAre("q1", "q2"));
}

TEST_F(PollerTest, HistorySurvivesARestart) {
  ReadAll();
  const uint64_t number = hub_.newest()->number;
  IntervalQuery all;
  all.from = absl::InfinitePast();
  all.to = absl::InfiniteFuture();
  const auto stored = history_->Query(all);
  EXPECT_EQ(stored->size(), 12u);
  Make(Settings());
  ASSERT_TRUE(Read(Section::kQueues).ok());
  EXPECT_EQ(hub_.newest()->number, number + 1);
  EXPECT_GT(hub_.newest()->estimates[0].evidence_seconds, 600);
}

TEST_F(PollerTest, OPS8_ARestartReadsTheHistoryToItsNewest) {
  ReadAll();
  const auto before = hub_.newest();
  history_->set_most_at_once(5);
  Make(Settings());
  ASSERT_TRUE(Read(Section::kQueues).ok());
  EXPECT_EQ(hub_.newest()->estimates, before->estimates);
}

TEST_F(PollerTest, StopsWhileASectionFails) {
  for (const auto& [section, interval] : Settings().intervals) {
    absl::Status status = absl::ResourceExhaustedError("budget");
    SetRetryAfter(status, absl::Minutes(5));
    reader_.Fail(section, status);
  }
  poller_->Start([](std::stop_token) { return absl::OkStatus(); });
  clock_.WaitForSleepers(6);
  clock_.Advance(absl::Minutes(4));
  clock_.WaitForSleepers(6);
  poller_->Stop();
  EXPECT_EQ(reader_.reads(Section::kStates), 1);  // RetryAfter is obeyed
}

}  // namespace
}  // namespace evenkeel::ingest
