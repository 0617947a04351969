// The use case: take the newest snapshot each cycle, judge its quality, score every group, keep the
// result for readers.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/model/quality.h"
#include "common/model/snapshot.h"
#include "services/fairness_scorer/core/workload/score.h"
#include "services/fairness_scorer/core/workload/window.h"

namespace evenkeel::fairness {

struct ScorerSettings {
  std::vector<QueueSettings> queues;
  absl::Duration window = absl::Hours(1);
  ScoreOptions options;  // interval_seconds is that of the work, acw_weight by group
  model::QualityNeed need;
};

struct ScoredGroup {
  Group::Kind kind = Group::Kind::kQueue;
  std::string id;
  Dispersion dispersion;
  int left_out = 0;
  std::vector<AgentScore> agents;  // those not left out, highest rate first
};

struct Scores {
  uint64_t snapshot_number = 0;
  absl::Time computed_at;
  absl::Duration window;
  std::vector<ScoredGroup> groups;
};

// Thread-safe.
class Scorer {
 public:
  explicit Scorer(ScorerSettings settings);

  // One cycle at `now`. The refusal of a snapshot that is not good enough stays until a better one.
  absl::Status Score(const model::Snapshot& snapshot, absl::Time now);

  // UNAVAILABLE before the first cycle; the last cycle's refusal when it was refused.
  absl::StatusOr<std::shared_ptr<const Scores>> newest() const;
  std::optional<absl::Time> last_scored_at() const;

 private:
  const ScorerSettings settings_;
  mutable std::mutex mutex_;
  WorkloadWindow window_;
  std::shared_ptr<const Scores> newest_;
  absl::Status last_ = absl::UnavailableError("no snapshot has been scored yet");
};

}  // namespace evenkeel::fairness
