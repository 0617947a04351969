#include "services/optimizer/core/capacity/pooling.h"

#include <gtest/gtest.h>

#include <random>

namespace evenkeel::optimizer {
namespace {

std::vector<PooledQueue> SixQueues(double load_error_ratio = 0) {
  std::vector<PooledQueue> queues;
  for (int q = 0; q < 6; ++q) {
    const BalanceQueue queue{"q", {180, 240, 200}};  // 12 Erlangs
    queues.push_back(MakePooledQueue(queue, 100, 15, load_error_ratio));
  }
  return queues;
}

Placement RandomPlacement(std::mt19937_64& random) {
  std::vector<size_t> order = {0, 1, 2, 3, 4, 5};
  std::shuffle(order.begin(), order.end(), random);
  order.resize(1 + random() % 4);
  return {order[0], {order.begin() + 1, order.end()}};
}

TEST(PooledStaffTest, RiseIsWhatApplyingChanges) {
  std::mt19937_64 random(51);
  PooledStaff staff(SixQueues());
  std::vector<Placement> agents;
  for (int i = 0; i < 80; ++i) {
    agents.push_back(RandomPlacement(random));
    staff.Apply({nullptr, &agents.back()});
  }
  for (int round = 0; round < 200; ++round) {
    std::vector<Placement> next = {RandomPlacement(random), RandomPlacement(random)};
    const size_t a = random() % 40, b = 40 + random() % 40;
    const std::vector<PlacementChange> changes = {{&agents[a], &next[0]}, {&agents[b], &next[1]}};
    const double rise = staff.RiseOf(changes).expected;
    const double before = staff.Waiting();
    for (const PlacementChange& change : changes) staff.Apply(change);
    EXPECT_NEAR(staff.Waiting() - before, rise, 1e-9);
    agents[a] = next[0];
    agents[b] = next[1];
  }
}

TEST(PooledStaffTest, WithoutSecondQueuesItIsTheBalanceModel) {
  const std::vector<PooledQueue> queues = SixQueues();
  PooledStaff staff(queues);
  const Placement alone{2, {}};
  for (int i = 0; i < 14; ++i) staff.Apply({nullptr, &alone});
  EXPECT_DOUBLE_EQ(staff.effective_staff(2), 14);
  EXPECT_NEAR(staff.Waiting(), 5 * queues[0].cost.At(0) + queues[2].cost.At(14), 1e-9);
}

TEST(PooledStaffTest, SpreadHelpIsWorthMoreThanThatOfOnePair) {
  PooledStaff paired(SixQueues()), spread(SixQueues());
  for (size_t q = 0; q < 6; ++q) {
    for (size_t i = 0; i < 15; ++i) {
      const Placement pair{q, {q ^ 1}};
      const Placement wide{q, {(q + 1 + i % 5) % 6}};
      paired.Apply({nullptr, &pair});
      spread.Apply({nullptr, &wide});
    }
  }
  EXPECT_GT(paired.effective_staff(0), 15);
  EXPECT_GT(spread.effective_staff(0), paired.effective_staff(0));
  EXPECT_LT(spread.Waiting(), paired.Waiting());
}

TEST(PooledStaffTest, WhichOfTheTwoQueuesIsPrimaryChangesNothingElse) {
  // The same agents with the same queues, told apart differently: equal numbers, equal waiting.
  PooledStaff a(SixQueues()), b(SixQueues());
  const Placement p01{0, {1}}, p12{1, {2}}, p20{2, {0}};
  const Placement p10{1, {0}}, p21{2, {1}}, p02{0, {2}};
  for (int i = 0; i < 10; ++i) {
    for (const Placement* placement : {&p01, &p12, &p20}) a.Apply({nullptr, placement});
    for (const Placement* placement : {&p10, &p21, &p02}) b.Apply({nullptr, placement});
  }
  for (size_t q = 0; q < 3; ++q) {
    EXPECT_NEAR(a.effective_staff(q), b.effective_staff(q), 1e-9);
  }
}

TEST(PooledStaffTest, CautionTakesTheWorseLoadOfEachQueue) {
  PooledStaff certain(SixQueues()), doubtful(SixQueues(0.2));
  const Placement from{0, {}}, to{1, {}};
  for (PooledStaff* staff : {&certain, &doubtful}) {
    for (int i = 0; i < 17; ++i) staff->Apply({nullptr, &from});
    for (int i = 0; i < 10; ++i) staff->Apply({nullptr, &to});
  }
  const PlacementChange change{&from, &to};
  const PooledStaff::Rise sure = certain.RiseOf({&change, 1});
  const PooledStaff::Rise unsure = doubtful.RiseOf({&change, 1});
  EXPECT_LT(sure.expected, 0);
  EXPECT_EQ(sure.cautious, sure.expected);
  EXPECT_NEAR(unsure.expected, sure.expected, 1e-12);
  EXPECT_GT(unsure.cautious, unsure.expected);
}

TEST(PooledStaffTest, MissedMinimaCost) {
  std::vector<PooledQueue> queues = SixQueues();
  for (PooledQueue& queue : queues) queue.shortfall_price = 1000;
  queues[3].minimum = 2;
  PooledStaff staff(queues);
  const Placement there{3, {}};
  const PlacementChange change{nullptr, &there};
  EXPECT_LT(staff.RiseOf({&change, 1}).expected, -999);
  staff.Apply(change);
  staff.Apply(change);
  EXPECT_GT(staff.RiseOf({&change, 1}).expected, -10);
}

}  // namespace
}  // namespace evenkeel::optimizer
