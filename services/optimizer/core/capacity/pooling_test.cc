#include "services/optimizer/core/capacity/pooling.h"

#include <gtest/gtest.h>

#include <random>

#include "common/stats/erlang.h"

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
    const double rise = staff.RiseOf(changes).waiting;
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

// Two equal queues whose agents have all joined both are one queue of twice the load and staff:
// half of its waiting is that of each queue with the help that the model gives it, nearly.
TEST(PooledStaffTest, HelpOfAPairIsNearWhatOneQueueOfBothWouldWait) {
  for (const double patience : {120.0, 600.0}) {
    for (const auto& [agents, erlangs] :
         std::vector<std::pair<int64_t, double>>{{6, 4.8}, {15, 12.9}, {40, 36}, {100, 92}}) {
      const BalanceQueue queue{"q", {erlangs * 15, 240, patience}};
      const double usual = static_cast<double>(agents);
      PooledStaff staff({2, MakePooledQueue(queue, 2 * usual + 1, usual, 0)});
      const Placement here{0, {1}}, there{1, {0}};
      for (int64_t i = 0; i < agents; ++i) {
        staff.Apply({nullptr, &here});
        staff.Apply({nullptr, &there});
      }
      const double both = stats::ErlangA(2 * agents, 2 * erlangs, 240, patience, 20).mean_queue;
      const double help = staff.effective_staff(0) - usual;
      const CostCurve curve = CostCurve::ForLoad(queue.load, 2 * usual);
      EXPECT_GT(curve.At(usual + 0.9 * help), both / 2) << agents << " " << patience;
      EXPECT_LT(curve.At(usual + 1.2 * help), both / 2) << agents << " " << patience;
    }
  }
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
  EXPECT_LT(sure.waiting, 0);
  EXPECT_EQ(sure.cautious, sure.waiting);
  EXPECT_NEAR(unsure.waiting, sure.waiting, 1e-12);
  EXPECT_GT(unsure.cautious, unsure.waiting);
}

TEST(PooledStaffTest, MissedMinimaCost) {
  std::vector<PooledQueue> queues = SixQueues();
  for (PooledQueue& queue : queues) queue.shortfall_price = 1000;
  queues[3].minimum = 2;
  PooledStaff staff(queues);
  const Placement there{3, {}};
  const PlacementChange change{nullptr, &there};
  const PooledStaff::Rise first = staff.RiseOf({&change, 1});
  EXPECT_EQ(first.missed, -1000);
  EXPECT_EQ(first.cautious, first.waiting - 1000);
  staff.Apply(change);
  staff.Apply(change);
  EXPECT_EQ(staff.RiseOf({&change, 1}).missed, 0);
}

}  // namespace
}  // namespace evenkeel::optimizer
