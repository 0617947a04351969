// For tests: a contact centre as the planner sees it (a snapshot), which can carry out a plan, and
// a small simulation of what callers then wait. The simulation knows nothing of the planner's
// model: a call goes to the agent who has been idle longest among those who have joined its queue,
// an agent takes the call that has waited longest in the joined queues.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "common/model/snapshot.h"
#include "services/optimizer/core/capacity/planner.h"

namespace evenkeel::optimizer {

class TestCentre {
 public:
  // Adds queue "q<n>" or agent "a<nnn>", numbered from 0.
  size_t AddQueue(double calls_per_hour, double handle_seconds, double patience_seconds);
  // `member`: queues that the agent can be given; `joined`: of those, the ones that he has.
  size_t AddAgent(std::vector<size_t> member, std::vector<size_t> joined);

  model::Snapshot Snap() const;
  // Settings that manage every queue, without a minimum.
  PlannerSettings Settings() const;
  void CarryOut(const CapacityPlan& plan);
  size_t PairCount(size_t a, size_t b) const;  // agents who have joined both
  size_t JoinedCount(size_t queue) const;

  // Mean wait of all calls, served or given up, over `hours` after a warm-up.
  double SimulatedWait(double hours, uint64_t seed) const;

  absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  std::vector<model::QueueEstimate> queues;
  std::vector<std::map<size_t, bool>> agents;  // queue -> joined
  std::vector<bool> at_work;                   // by agent
  std::vector<model::LeftAlone> left_alone;
  // 0: memberships; else the lever is this capacity of each queue.
  std::vector<int64_t> capacities;
};

std::string QueueId(size_t queue);
std::string AgentId(size_t agent);
size_t IndexOf(const std::string& id);  // of either

// Up to 6 queues and 50 agents with memberships, joins, absences and left-alone entries at random.
TestCentre RandomCentre(std::mt19937_64& random);

}  // namespace evenkeel::optimizer
