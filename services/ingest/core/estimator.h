// What a queue's load is believed to be, from the figures of its past (CAP-7): arrivals an hour,
// mean handle time, mean patience. Averages decay, and start from a prior, so that a quiet queue is
// not an empty one.
//
// Real counts vary more than a Poisson process (variance / mean about 3 in five minutes), and a
// plan must not chase that. So two decayed averages are kept, a fast one (half-life H) and a slow
// one (3 H). Their difference is held against what noise would make of it, with the variance / mean
// that the counts themselves show: within 1.4 standard deviations the slow average is believed,
// beyond 2.8 the fast one, between them a blend. A level that has moved is followed with the fast
// average's speed, noise is smoothed with the slow one's.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "common/model/snapshot.h"

namespace evenkeel::ingest {

// What is believed of a queue before anything was seen.
struct LoadPrior {
  std::string queue_id;
  double arrivals_per_hour = 20;  // 0 or more
  absl::Duration handle_time = absl::Seconds(300);
  absl::Duration patience = absl::Seconds(180);
};

struct EstimatorSettings {
  absl::Duration half_life = absl::Minutes(20);     // H, above zero
  absl::Duration prior_weight = absl::Minutes(10);  // of observation, that the prior counts as
  LoadPrior fallback;                               // for queues without a prior of their own
};

// Not thread-safe. Pure: the same calls give the same answers.
class Estimator {
 public:
  Estimator(EstimatorSettings settings, std::vector<LoadPrior> priors);

  // Takes figures read at `read_at`. An interval that is known already is replaced: late data
  // count. One that was still running counts for the part that had passed.
  void Observe(std::span<const model::QueueInterval> intervals, absl::Time read_at);

  // The belief at `now` about each of `queue_ids`, in their order. Intervals older than Memory()
  // before `now` are forgotten.
  std::vector<model::QueueEstimate> Estimate(std::span<const std::string> queue_ids,
                                             absl::Time now);

  // How far back figures still weigh: what history is worth reading again after a restart.
  absl::Duration Memory() const { return 12 * settings_.half_life; }

 private:
  struct Seen {
    model::QueueInterval interval;
    absl::Duration exposure;  // how much of the interval had passed when it was read
  };
  using History = std::map<absl::Time, Seen>;  // by start

  model::QueueEstimate EstimateOne(const LoadPrior& prior, const History& history,
                                   absl::Time now) const;

  const EstimatorSettings settings_;
  std::map<std::string, LoadPrior> priors_;
  std::map<std::string, History> history_;
};

}  // namespace evenkeel::ingest
