// What must hold for every plan, on centres at random, and how much plans move on noise alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/core/capacity/planner.h"
#include "services/optimizer/testing/test_centre.h"

namespace evenkeel::optimizer {
namespace {

CapacityPlan Plan(const TestCentre& centre, const PlannerSettings& settings) {
  const auto plan = PlanCapacity(centre.Snap(), settings, centre.now, GlpkSolver());
  EXPECT_TRUE(plan.ok()) << plan.status();
  return plan.ok() ? *plan : CapacityPlan();
}

size_t CountJoined(const std::map<size_t, bool>& memberships) {
  return static_cast<size_t>(std::count_if(memberships.begin(), memberships.end(),
                                           [](const auto& entry) { return entry.second; }));
}

// A centre, and settings that exclude some agents and leave some queues unmanaged.
struct Scene {
  TestCentre centre;
  PlannerSettings settings;
};

Scene RandomScene(std::mt19937_64& random) {
  Scene scene{RandomCentre(random), {}};
  scene.settings = scene.centre.Settings();
  if (scene.settings.queues.size() > 2 && random() % 3 == 0) scene.settings.queues.pop_back();
  for (ManagedQueue& queue : scene.settings.queues) {
    queue.weight = 0.5 * static_cast<double>(1 + random() % 4);
    if (random() % 4 == 0) queue.min_agents = static_cast<double>(random() % 3);
    if (random() % 4 == 0) queue.max_agents = 2 + static_cast<double>(random() % 12);
  }
  for (size_t a = 0; a < scene.centre.agents.size(); ++a) {
    if (random() % 10 == 0) scene.settings.excluded_agents.push_back(AgentId(a));
  }
  scene.settings.queues_per_agent = 1 + static_cast<int>(random() % 3);
  scene.settings.max_moves = static_cast<int>(random() % 25);
  return scene;
}

// Queues that the agent has joined and the settings do not manage.
size_t CountUnmanaged(const Scene& scene, const std::map<size_t, bool>& memberships) {
  return static_cast<size_t>(
      std::count_if(memberships.begin(), memberships.end(), [&](const auto& entry) {
        return entry.second && entry.first >= scene.settings.queues.size();
      }));
}

void CheckMoves(const Scene& scene, const CapacityPlan& plan) {
  const auto& [centre, settings] = scene;
  EXPECT_LE(plan.moves.size(), static_cast<size_t>(settings.max_moves));
  std::set<std::string> managed, moved;
  for (const ManagedQueue& queue : settings.queues) managed.insert(queue.queue_id);
  const std::set<std::string> excluded(settings.excluded_agents.begin(),
                                       settings.excluded_agents.end());
  const auto is_left_alone = [&](const std::string& queue_id, const std::string& agent_id) {
    return std::any_of(centre.left_alone.begin(), centre.left_alone.end(), [&](const auto& entry) {
      return entry.queue_id == queue_id && entry.agent_id == agent_id && entry.until > centre.now;
    });
  };
  for (const MembershipMove& move : plan.moves) {
    EXPECT_TRUE(moved.insert(move.agent_id).second) << "moved twice";
    EXPECT_FALSE(excluded.contains(move.agent_id));
    const size_t agent = IndexOf(move.agent_id);
    EXPECT_TRUE(centre.at_work[agent]);
    const auto& memberships = centre.agents[agent];
    EXPECT_TRUE(managed.contains(move.join_queue_id));
    EXPECT_FALSE(memberships.at(IndexOf(move.join_queue_id)));  // a member, not joined
    EXPECT_FALSE(is_left_alone(move.join_queue_id, move.agent_id));
    if (move.leave_queue_id) {
      EXPECT_TRUE(managed.contains(*move.leave_queue_id));
      EXPECT_TRUE(memberships.at(IndexOf(*move.leave_queue_id)));
      EXPECT_FALSE(is_left_alone(*move.leave_queue_id, move.agent_id));
    }
    EXPECT_FALSE(move.reason.empty());
  }
}

TEST(PlannerPropertyTest, PlansTouchOnlyWhatTheyMay_CAP4_CAP9_ACT3_ACT12_ACT13) {
  std::mt19937_64 random(41);
  int with_moves = 0;
  for (int round = 0; round < 150; ++round) {
    SCOPED_TRACE(round);
    const Scene scene = RandomScene(random);
    const CapacityPlan plan = Plan(scene.centre, scene.settings);
    CheckMoves(scene, plan);
    with_moves += plan.moves.empty() ? 0 : 1;

    TestCentre after = scene.centre;
    after.CarryOut(plan);
    const auto k = static_cast<size_t>(scene.settings.queues_per_agent);
    for (size_t a = 0; a < after.agents.size(); ++a) {
      const size_t before_joined = CountJoined(scene.centre.agents[a]);
      const size_t after_joined = CountJoined(after.agents[a]);
      if (before_joined > 0) {
        EXPECT_GT(after_joined, 0u);
      }
      // Unmanaged queues come on top of k.
      const size_t unmanaged = CountUnmanaged(scene, scene.centre.agents[a]);
      EXPECT_LE(after_joined, std::max(k + unmanaged, before_joined));
    }
    EXPECT_TRUE(
        std::is_sorted(plan.agents.begin(), plan.agents.end(),
                       [](const auto& x, const auto& y) { return x.agent_id < y.agent_id; }));
  }
  EXPECT_GT(with_moves, 50);
}

TEST(PlannerPropertyTest, EveryMoveIsWorthItsCost_CAP11) {
  std::mt19937_64 random(42);
  int checked = 0;
  for (int round = 0; round < 100; ++round) {
    Scene scene = RandomScene(random);
    for (ManagedQueue& queue : scene.settings.queues) queue.min_agents = 0;
    const CapacityPlan plan = Plan(scene.centre, scene.settings);
    double total = 0;
    for (const MembershipMove& move : plan.moves) {
      EXPECT_GT(move.saving_seconds, absl::ToDoubleSeconds(scene.settings.move_cost));
      total += move.saving_seconds;
      ++checked;
    }
    EXPECT_GE(plan.saving_seconds, total * (1 - 1e-9) - 1e-6);
  }
  EXPECT_GT(checked, 200);
}

TEST(PlannerPropertyTest, PlanningAgainComesToRest_CAP11) {
  std::mt19937_64 random(43);
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    Scene scene = RandomScene(random);
    scene.settings.max_moves = 1000;
    int cycles = 0;
    CapacityPlan plan = Plan(scene.centre, scene.settings);
    while (!plan.moves.empty() && cycles < 6) {
      scene.centre.CarryOut(plan);
      plan = Plan(scene.centre, scene.settings);
      ++cycles;
    }
    EXPECT_THAT(plan.moves, testing::IsEmpty());
  }
}

TEST(PlannerPropertyTest, OrderOfInputDoesNotMatterAndTheSameInputGivesTheSamePlan) {
  std::mt19937_64 random(44);
  for (int round = 0; round < 40; ++round) {
    const Scene scene = RandomScene(random);
    model::Snapshot shuffled = scene.centre.Snap();
    std::shuffle(shuffled.memberships.begin(), shuffled.memberships.end(), random);
    std::shuffle(shuffled.states.begin(), shuffled.states.end(), random);
    std::shuffle(shuffled.queues.begin(), shuffled.queues.end(), random);
    std::shuffle(shuffled.estimates.begin(), shuffled.estimates.end(), random);
    const CapacityPlan a = Plan(scene.centre, scene.settings);
    const auto b = PlanCapacity(shuffled, scene.settings, scene.centre.now, GlpkSolver());
    ASSERT_TRUE(b.ok()) << b.status();
    ASSERT_EQ(a.moves.size(), b->moves.size());
    for (size_t i = 0; i < a.moves.size(); ++i) {
      EXPECT_EQ(a.moves[i].reason, b->moves[i].reason);
      EXPECT_EQ(a.moves[i].saving_seconds, b->moves[i].saving_seconds);
    }
    EXPECT_EQ(a.saving_seconds, b->saving_seconds);
  }
}

TEST(PlannerPropertyTest, ValuesAreNotNegativeAndALimitOfNoMovesChangesNothing_CAP5) {
  std::mt19937_64 random(45);
  for (int round = 0; round < 40; ++round) {
    Scene scene = RandomScene(random);
    scene.settings.max_moves = 0;
    const CapacityPlan before = Plan(scene.centre, scene.settings);
    for (const GroupPlan& group : before.groups) EXPECT_GE(group.marginal_value_seconds, 0);
    for (const QueuePlan& queue : before.queues) EXPECT_GE(queue.marginal_value_seconds, 0);
    if (before.state == CapacityPlanState::kIdle) continue;
    EXPECT_LE(std::abs(before.gap_ratio), 1e-9);
    EXPECT_THAT(before.moves, testing::IsEmpty());
    EXPECT_EQ(before.saving_seconds, 0);
  }
}

// Five-minute counts with variance 3 times the mean, smoothed with a half-life of half an hour: the
// loads are constant, only the estimates move.
class NoisyEstimates {
 public:
  explicit NoisyEstimates(TestCentre& centre) : centre_(centre), random_(5) {
    for (const model::QueueEstimate& queue : centre.queues) {
      mean_.push_back(queue.arrivals_per_hour / 12);
    }
    for (model::QueueEstimate& queue : centre.queues) {
      queue.dispersion_ratio = 3;
      queue.evidence_seconds = 300 * (2 - kShare) / kShare;
    }
  }

  void Update() {
    for (size_t q = 0; q < mean_.size(); ++q) {
      std::gamma_distribution<double> busyness(mean_[q] / 2, 2);
      std::poisson_distribution<int> count(busyness(random_));
      double& rate = centre_.queues[q].arrivals_per_hour;
      rate += kShare * (12.0 * count(random_) - rate);
    }
  }

 private:
  static constexpr double kShare = 0.1091;  // 1 - 0.5^(5/30)

  TestCentre& centre_;
  std::mt19937_64 random_;
  std::vector<double> mean_;
};

TEST(PlannerPropertyTest, DoesNotChaseOverDispersedNoise_CAP11) {
  for (const double patience : {120.0, 3000.0}) {
    TestCentre centre;
    for (int q = 0; q < 6; ++q) centre.AddQueue(84.0 / 6 * 15, 240, patience);
    for (size_t a = 0; a < 90; ++a) {
      const size_t first = a % 6;
      centre.AddAgent({0, 1, 2, 3, 4, 5}, {first, (first + 1 + a / 6 % 5) % 6});
    }
    NoisyEstimates noise(centre);
    const PlannerSettings settings = centre.Settings();
    constexpr int kHours = 6;
    size_t moves = 0;
    int reversals = 0;
    std::vector<int> direction(6, 0);
    for (int minute = 0; minute < kHours * 60; ++minute, centre.now += absl::Minutes(1)) {
      if (minute % 5 == 0) noise.Update();
      const CapacityPlan plan = Plan(centre, settings);
      std::vector<int> net(6, 0);
      for (const MembershipMove& move : plan.moves) {
        ++net[IndexOf(move.join_queue_id)];
        centre.left_alone.push_back({move.join_queue_id, move.agent_id,
                                     model::LeftAlone::Why::kMovedRecently,
                                     centre.now + absl::Minutes(10)});
        if (!move.leave_queue_id) continue;
        --net[IndexOf(*move.leave_queue_id)];
        centre.left_alone.push_back({*move.leave_queue_id, move.agent_id,
                                     model::LeftAlone::Why::kMovedRecently,
                                     centre.now + absl::Minutes(10)});
      }
      for (size_t q = 0; q < 6; ++q) {
        if (net[q] == 0) continue;
        if (direction[q] * net[q] < 0) ++reversals;
        direction[q] = net[q] > 0 ? 1 : -1;
      }
      moves += plan.moves.size();
      centre.CarryOut(plan);
    }
    EXPECT_LE(static_cast<double>(reversals) / 6 / kHours, 0.5);
    EXPECT_LE(2 * static_cast<double>(moves) / 90 / kHours, 1.0);  // a join and a leave each
  }
}

}  // namespace
}  // namespace evenkeel::optimizer
