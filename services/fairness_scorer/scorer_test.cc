#include "services/fairness_scorer/scorer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/base/error_details.h"
#include "services/fairness_scorer/adapters/sqlite_fairness_store.h"
#include "services/fairness_scorer/testing/biased_centre.h"

namespace evenkeel::fairness {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class ScorerTest : public testing::Test {
 protected:
  Scorer& Start(const ScorerSettings& settings = BiasedCentre::Settings()) {
    scorer_ = std::make_unique<Scorer>(settings, *store_, proposer_, ids_);
    EXPECT_TRUE(scorer_->Load().ok());
    return *scorer_;
  }
  std::vector<Alert> Alerts() {
    std::vector<Alert> alerts;
    const auto stored = store_->FindAlerts(0, 1000);
    EXPECT_TRUE(stored.ok()) << stored.status();
    for (const StoredAlert& alert : *stored) alerts.push_back(alert.alert);
    return alerts;
  }
  // Of the queue; the skill has its own.
  std::vector<Alert> OfQueue() {
    std::vector<Alert> alerts = Alerts();
    std::erase_if(alerts, [](const Alert& alert) { return alert.queue_id.empty(); });
    return alerts;
  }

  SimulatedClock clock_{absl::FromUnixSeconds(1'699'999'800)};
  SequentialIdSource ids_{"id-"};
  std::unique_ptr<FairnessStore> store_ = *SqliteFairnessStore::Open(":memory:");
  NotingProposer proposer_;
  BiasedCentre centre_{clock_};
  std::unique_ptr<Scorer> scorer_;
};

TEST_F(ScorerTest, Fair4ABiasIsAlarmedOnceAndItsEndToo) {
  Scorer& scorer = Start();
  ASSERT_TRUE(centre_.Run(scorer, absl::Hours(2)).ok());
  ASSERT_THAT(OfQueue(), SizeIs(1));
  const Alert alert = OfQueue()[0];
  EXPECT_EQ(alert.type, AlertType::kFairnessDegradation);
  EXPECT_THAT(alert.overloaded_agents, testing::UnorderedElementsAre("a0", "a1", "a2"));
  centre_.of_biased = 1;
  ASSERT_TRUE(centre_.Run(scorer, absl::Hours(2)).ok());
  ASSERT_THAT(OfQueue(), SizeIs(2));
  EXPECT_TRUE(OfQueue()[1].closes);
  EXPECT_EQ(OfQueue()[1].incident_id, alert.id);
}

// FAIR-3: killed just before the third critical cycle, it goes on where it was; killed while an
// alert is open, it raises no second one.
TEST_F(ScorerTest, Fair3ARestartForgetsNothing) {
  // Contacts enough that a quarter of an hour tells, for the window itself starts anew.
  centre_.of_biased = 9;
  centre_.of_others = 3;
  ASSERT_TRUE(centre_.Run(Start(), absl::Hours(2)).ok());
  const auto before = *store_->LoadMemory();
  ASSERT_TRUE(before.at("queue/q1").incidents.at(AlertType::kFairnessDegradation).alarm.open);
  Start();
  EXPECT_EQ(*store_->LoadMemory(), before);
  ASSERT_TRUE(centre_.Run(*scorer_, absl::Hours(2)).ok());
  EXPECT_THAT(OfQueue(), SizeIs(1));
  centre_.of_biased = 3;
  ASSERT_TRUE(centre_.Run(*scorer_, absl::Hours(2)).ok());
  EXPECT_EQ(OfQueue().back().incident_id, OfQueue().front().id);
}

TEST_F(ScorerTest, Fair5NoAlertOpensInAMaintenanceWindow) {
  ScorerSettings settings = BiasedCentre::Settings();
  model::TimeWindow window;
  window.name = "release";
  window.once = {clock_.Now(), clock_.Now() + absl::Hours(3)};
  settings.maintenance_windows = {window};
  Start(settings);
  ASSERT_TRUE(centre_.Run(*scorer_, absl::Hours(3)).ok());
  EXPECT_THAT(Alerts(), IsEmpty());
  ASSERT_TRUE(centre_.Run(*scorer_, absl::Minutes(5)).ok());
  EXPECT_THAT(OfQueue(), SizeIs(1));
}

TEST_F(ScorerTest, Fair13LinksAreFilledIn) {
  ScorerSettings settings = BiasedCentre::Settings();
  settings.queue_link = "https://x/queues/{queue_id}";
  settings.agent_link = "https://x/agents/{agent_id}?queue={queue_id}";
  ASSERT_TRUE(centre_.Run(Start(settings), absl::Hours(2)).ok());
  const Alert alert = OfQueue().at(0);
  ASSERT_THAT(alert.links, SizeIs(1 + alert.overloaded_agents.size()));
  EXPECT_EQ(alert.links[0], (AlertLink{"queue", "https://x/queues/q1"}));
  EXPECT_EQ(alert.links[1].url, "https://x/agents/" + alert.overloaded_agents[0] + "?queue=q1");
}

TEST_F(ScorerTest, Fair6NothingIsProposedUnlessItIsWanted) {
  ASSERT_TRUE(centre_.Run(Start(), absl::Hours(2)).ok());
  EXPECT_THAT(proposer_.proposals, IsEmpty());
}

TEST_F(ScorerTest, Fair6ThrottlesAreProposedWithWhatSetThemOff) {
  ScorerSettings settings = BiasedCentre::Settings();
  settings.propose = true;
  Start(settings);
  while (proposer_.proposals.empty() && clock_.Now() < absl::FromUnixSeconds(1'700'010'000)) {
    ASSERT_TRUE(centre_.Run(*scorer_, absl::Seconds(15)).ok() || Alerts().empty());
  }
  ASSERT_THAT(proposer_.proposals, SizeIs(2));  // a tenth of 20
  const model::Proposal& proposal = proposer_.proposals[0];
  EXPECT_EQ(proposal.kind, model::ChangeKind::kThrottle);
  EXPECT_EQ(model::EntityQueue(proposal.entity), "q1");
  EXPECT_EQ(proposal.old_value, model::Value(true));
  EXPECT_EQ(proposal.new_value, model::Value(false));
  EXPECT_EQ(proposal.hold_for, absl::Seconds(120));
  EXPECT_THAT(proposal.trigger, testing::StartsWith("smoothed_cv=0."));
  EXPECT_GT(proposal.snapshot_number, 0u);
  EXPECT_EQ(scorer_->throttle_counts().proposed, 2);
}

TEST_F(ScorerTest, Fair6AtTheGuideAgentsArePaused) {
  ScorerSettings settings = BiasedCentre::Settings();
  settings.propose = true;
  settings.lever = model::CapacityLever::kQueueCapacity;
  ASSERT_TRUE(centre_.Run(Start(settings), absl::Hours(2)).ok());
  ASSERT_FALSE(proposer_.proposals.empty());
  EXPECT_TRUE(std::holds_alternative<model::AvailabilityEntity>(proposer_.proposals[0].entity));
  EXPECT_EQ(proposer_.proposals[0].new_value, model::Value(model::Availability::kPaused));
}

TEST_F(ScorerTest, Fair6RefusalsAreCountedAndNotRemembered) {
  ScorerSettings settings = BiasedCentre::Settings();
  settings.propose = true;
  proposer_.answer = RefusalStatus(absl::StatusCode::kFailedPrecondition, "paused", {"PAUSED", {}});
  ASSERT_TRUE(centre_.Run(Start(settings), absl::Hours(1)).ok());
  EXPECT_EQ(scorer_->throttle_counts().proposed, 0);
  EXPECT_GT(scorer_->throttle_counts().refused.at("PAUSED"), 2);
}

// Throttles that do not help, because the bias is not of this queue's making, are told of once a
// verdict is in, and end for a while.
TEST_F(ScorerTest, Fair10WhatGotWorseIsToldAndLeftAlone) {
  ScorerSettings settings = BiasedCentre::Settings();
  settings.propose = true;
  settings.throttle.worse_cv = -1;  // whatever it is now
  ASSERT_TRUE(centre_.Run(Start(settings), absl::Hours(2)).ok());
  std::vector<Alert> worse = OfQueue();
  std::erase_if(worse, [](const Alert& a) { return a.type != AlertType::kThrottleWorse; });
  EXPECT_GE(worse.size(), 1u);
  EXPECT_LE(worse.size(), 4u);
  EXPECT_LE(proposer_.proposals.size(), 3 * worse.size());  // all three before the verdict
  EXPECT_GT(scorer_->throttle_counts().settled.at(Settled::kWorse), 0);
}

TEST_F(ScorerTest, Fair16HistoryByIntervalAndDay) {
  const absl::Time from = clock_.Now();
  ASSERT_TRUE(centre_.Run(Start(), absl::Hours(2)).ok());
  const auto intervals =
      *store_->FindHistory("queue/q1", from, clock_.Now(), HistoryStep::kInterval);
  ASSERT_GE(intervals.size(), 20u);
  EXPECT_EQ(intervals.back().samples, 20);
  EXPECT_EQ(intervals.back().mean_agents, 20);
  EXPECT_EQ(intervals.back().critical_samples, 20);
  EXPECT_NEAR(*intervals.back().mean_raw_cv, 0.55, 0.01);
  const auto days = *store_->FindHistory("queue/q1", from - absl::Hours(48),
                                         clock_.Now() + absl::Hours(48), HistoryStep::kDay);
  int64_t samples = 0;
  for (const GroupFigures& day : days) samples += day.samples;
  EXPECT_EQ(samples, 2 * 240);
  EXPECT_THAT(*store_->FindHistory("queue/q2", from, clock_.Now(), HistoryStep::kDay), IsEmpty());
}

TEST(FairnessStoreTest, Fair3AFileKeepsEverything) {
  const auto path = std::filesystem::path(testing::TempDir()) / "evenkeel_fairness_store.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  CycleWrite write;
  GroupMemory& memory = write.memory["queue/q1"];
  memory.smoothing = {{0.1, 1.0 / 3}, 0.7, absl::FromUnixSeconds(7)};
  memory.incidents[AlertType::kAcwVariance] = {{3, 2, true}, "id"};
  Alert& alert = write.alerts.emplace_back();
  alert.id = alert.incident_id = "id";
  alert.type = AlertType::kAcwVariance;
  alert.queue_id = "q1";
  alert.ema_cv = 0.5;
  alert.overloaded_agents = {"a"};
  alert.underutilized_agents = {"b"};
  alert.at = absl::FromUnixSeconds(100);
  alert.text = "why";
  alert.evidence = {{"acw_cv", 0.5, 0.4}, {"agents", 5, std::nullopt}};
  alert.snapshot_number = 9;
  alert.links = {{"queue", "https://x"}};
  alert.action_token = "token";
  {
    const auto store = *SqliteFairnessStore::Open(path.string());
    ASSERT_TRUE(store->Commit(write).ok());
    EXPECT_FALSE(store->Commit(write).ok());  // the id is there: nothing is written twice
    ASSERT_TRUE(store->MarkDelivered("webhook", 1).ok());
  }
  const auto store = *SqliteFairnessStore::Open(path.string());
  EXPECT_EQ(*store->LoadMemory(), write.memory);
  ASSERT_THAT(*store->FindAlerts(0, 10), SizeIs(1));
  EXPECT_EQ(store->FindAlerts(0, 10)->at(0).alert, alert);
  EXPECT_THAT(*store->FindAlerts(1, 10), IsEmpty());
  EXPECT_EQ(*store->Delivered("webhook"), 1);
  EXPECT_EQ(*store->Delivered("other"), 0);
  EXPECT_EQ(*store->LastCursor(), 1);
}

// What a sink has not got yet is kept, however old.
TEST(FairnessStoreTest, Fair4WhatIsNotDeliveredIsNotForgotten) {
  const auto store = *SqliteFairnessStore::Open(":memory:");
  CycleWrite write;
  for (int i = 0; i < 3; ++i) {
    write.alerts.emplace_back().id = "id" + std::to_string(i);
    write.alerts.back().at = absl::FromUnixSeconds(i);
  }
  ASSERT_TRUE(store->Commit(write).ok());
  ASSERT_TRUE(store->MarkDelivered("webhook", 1).ok());
  ASSERT_TRUE(store->Forget(absl::FromUnixSeconds(1000)).ok());
  EXPECT_THAT(*store->FindAlerts(0, 10), SizeIs(2));
  ASSERT_TRUE(store->MarkDelivered("webhook", 3).ok());
  ASSERT_TRUE(store->Forget(absl::FromUnixSeconds(1000)).ok());
  EXPECT_THAT(*store->FindAlerts(0, 10), IsEmpty());
  EXPECT_EQ(*store->LastCursor(), 3);  // and no cursor comes twice
}

}  // namespace
}  // namespace evenkeel::fairness
