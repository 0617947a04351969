// The judgement of the capacity loop that its specification ends with: six call types, fifteen
// agents each who can all serve all six and may be joined to two, on days that are unlike
// yesterday; beside what never changes.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "tools/genesys_sim/engine/scenario.h"
#include "tools/lab/compare/comparison.h"
#include "tools/lab/judge/judgement.h"

namespace evenkeel::lab {

inline constexpr int kTypes = 6, kAgentsOfType = 15;

struct CapacityDay {
  std::string name;
  double erlangs = 0;                   // of all types together, for kTypes * kAgentsOfType agents
  std::array<double, kTypes> mix = {};  // load of each type, relative to the mean of all
  bool strong_shift = false;
  double dispersion_ratio = 1;  // of counts in five minutes
  // Handle times and patience are lognormal, the latter wide: not what the model of waiting
  // assumes.
  bool lognormal = false;
};
// Days that differ from yesterday, whose mix was equal; the last breaks the model's assumptions.
std::vector<CapacityDay> ShiftedDays();
// Days like yesterday, but over-dispersed: nothing to chase.
std::vector<CapacityDay> ConstantDays();

// Six queues with handle times and patience of 5 min in the mean, exponential unless the day says
// otherwise; each type's agents joined to their own.
sim::Scenario SixTypes(const CapacityDay& day);

struct DayRun {
  CapacityDay day;
  Comparison comparison;  // policies by name, see kJudgedPolicies
};
// Ways of giving out queues. static_two: the best two for yesterday; best_two: for today, which
// nobody can know; pooled: all six. The loops begin as static_one and static_two.
inline constexpr const char* kJudgedPolicies[] = {"static_one", "static_two",    "best_two",
                                                  "pooled",     "loop_from_one", "loop"};

absl::StatusOr<DayRun> RunDay(const CapacityDay& day, const std::vector<uint64_t>& seeds,
                              absl::Duration length);

// How far `policy` comes from the mean wait of `from` to that of `to`: 1 is all the way. A ratio of
// means with its 95 % interval by the jackknife over seeds.
Estimate WayGone(const Comparison& comparison, const std::string& from, const std::string& to,
                 const std::string& policy);

// What the loop changed.
struct Churn {
  double reversals_per_queue_hour = 0;  // of an earlier change of the same membership
  double changes_per_agent_hour = 0;
  int64_t most_of_an_agent = 0;  // joins, or leaves, of one agent in one hour of a day
};
Churn ChurnOf(const PolicyRun& run, absl::Duration length);

// The whole judgement.
absl::StatusOr<Judgement> JudgeCapacity(const std::vector<uint64_t>& seeds, absl::Duration length,
                                        const std::function<void(const std::string&)>& done);

}  // namespace evenkeel::lab
