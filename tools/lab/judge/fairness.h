// The judgement of the fairness loop that its specification ends with, on a model of chance:
// contacts come to a group of agents and go to each in proportion to a weight. How rarely a fair
// group is alarmed, how soon a bias is found, and what throttles make of it; beside the guide's raw
// figure and an oracle that is told whom the bias favours and how much.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/lab/judge/judgement.h"

namespace evenkeel::lab {

struct FairnessDay {
  int agents = 20;
  double contacts_per_agent_hour = 10;
  // From `bias_at` on, `favoured` agents get `bias` times the share of the others.
  int favoured = 0;
  double bias = 1;
  absl::Duration bias_at = absl::Hours(2);
  // How likely a contact brings a second one to the same agent at once: not what the figures
  // assume.
  double repeat_ratio = 0;
  absl::Duration length = absl::Hours(8);
};

enum class Detector {
  kCorrected,  // the product's defaults
  kGuide,      // raw CV, three bands, no evidence asked for
  kOracle,     // CUSUM over contacts, told whom and how much
};

struct FairnessRun {
  int64_t alarms = 0;                          // that opened
  std::optional<absl::Duration> found_after;   // first alarm since the bias began
  std::optional<absl::Duration> warned_after;  // first warning or worse, smoothed
};
// One day. `threshold`: of the oracle's CUSUM; unused by the others.
FairnessRun RunFairnessDay(const FairnessDay& day, Detector detector, uint64_t seed,
                           double threshold = 0);

// The least threshold of the oracle, to a tenth, with which it alarms in fair days of `seeds` at
// most once in 1,000 agent-hours.
double CalibrateOracle(const FairnessDay& day, const std::vector<uint64_t>& seeds);

// A day in which the loop throttles, or not.
struct ThrottleRun {
  double cv_at_90 = 0;           // corrected, 90 min after the first throttle (or alarm)
  double share_of_favoured = 0;  // of contacts, in the last 2 h, relative to a fair share
  int64_t throttles = 0;
};
ThrottleRun RunThrottledDay(const FairnessDay& day, bool throttles, uint64_t seed);

// The whole judgement. `agent_hours`: of fair days, for each size of group.
Judgement JudgeFairness(const std::vector<uint64_t>& seeds, double agent_hours,
                        const std::function<void(const std::string&)>& done);

}  // namespace evenkeel::lab
