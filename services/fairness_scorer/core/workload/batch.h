// Scores many groups from columns (FAIR-11): the arithmetic of ScoreGroup for agents whose figures
// stand in arrays, group after group, with no allocation per group. Nothing is checked here.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "common/stats/spread.h"
#include "services/fairness_scorer/core/workload/score.h"

namespace evenkeel::fairness {

// Figures by agent, in the ranges of AgentWorkload; all columns of one length.
struct AgentColumns {
  std::span<const double> contacts;
  std::span<const double> talk_seconds;  // this and the next two may be empty but for measure load
  std::span<const double> hold_seconds;
  std::span<const double> acw_seconds;
  std::span<const double> on_queue_seconds;
  std::span<const double> capacity;
};

// The agents of a group: rows `begin` to before `end`.
struct GroupRows {
  size_t begin = 0;
  size_t end = 0;
  double acw_weight = 0.3;
};

// Less on queue is none: there is no rate.
inline constexpr double kLeastOnQueueSeconds = 1;

// Who was on queue for less is left out of the comparison.
double LeastOnQueueSeconds(const ScoreOptions& options);

// Keeps its memory from call to call. Not thread-safe.
class BatchScorer {
 public:
  // What ScoreGroup answers as `dispersion` for each group, with the group's own weight of
  // after-call work instead of the options'. Requires valid figures and options, rows within the
  // columns, and as many results as groups.
  void Score(const AgentColumns& agents, std::span<const GroupRows> groups,
             const ScoreOptions& options, std::span<Dispersion> results);

 private:
  template <Measure measure>
  Dispersion ScoreRows(const AgentColumns& agents, const GroupRows& rows,
                       const ScoreOptions& options);

  std::vector<double> rates_;
  stats::SpreadMeter spread_;
};

}  // namespace evenkeel::fairness
