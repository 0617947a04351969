// The use case: take the newest snapshot each cycle, judge its quality, score every group, watch
// for what deserves an alert, put what must not be forgotten into the store, and propose throttles
// where they are wanted. Keeps the result for readers.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/model/quality.h"
#include "common/model/snapshot.h"
#include "common/model/time_window.h"
#include "services/fairness_scorer/core/alerts/throttle.h"
#include "services/fairness_scorer/core/alerts/watch.h"
#include "services/fairness_scorer/core/workload/score.h"
#include "services/fairness_scorer/core/workload/window.h"
#include "services/fairness_scorer/ports/change_proposer.h"
#include "services/fairness_scorer/ports/fairness_store.h"

namespace evenkeel::fairness {

struct ScorerSettings {
  std::vector<QueueSettings> queues;
  absl::Duration window = absl::Hours(1);
  ScoreOptions options;  // interval_seconds is that of the work, acw_weight by group
  model::QualityNeed need;
  WatchRules watch;
  std::vector<model::TimeWindow> maintenance_windows;
  // Templates with {queue_id} and {agent_id} (FAIR-13); empty: no links.
  std::string queue_link, agent_link;
  // Throttles (FAIR-6).
  bool propose = false;
  ThrottleRules throttle;
  model::CapacityLever lever = model::CapacityLever::kMemberships;  // decides how agents step out
  absl::Duration proposal_lifetime = absl::Minutes(1);
};

struct ScoredGroup {
  Group::Kind kind = Group::Kind::kQueue;
  std::string id;
  Dispersion dispersion;
  int left_out = 0;
  std::vector<AgentScore> agents;  // those not left out, highest rate first
  GroupStanding standing;
};

// What the loop did since the start.
struct ThrottleCounts {
  int64_t proposed = 0;                    // taken on by the actuator
  std::map<std::string, int64_t> refused;  // by guardrail, or "UNREACHABLE"
  std::map<Settled, int64_t> settled;      // verdicts (FAIR-10)
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
  // All must outlive it. `store` is read once, by Load.
  Scorer(ScorerSettings settings, FairnessStore& store, ChangeProposer& proposer, IdSource& ids);

  // Goes on from what the store remembers; before the first cycle.
  absl::Status Load();

  // One cycle at `now`, by one thread. The refusal of a snapshot that is not good enough stays
  // until a better one. An error of the store: nothing was remembered, no alert raised, no throttle
  // asked for.
  absl::Status Score(const model::Snapshot& snapshot, absl::Time now);

  const ScorerSettings& settings() const { return settings_; }
  ThrottleCounts throttle_counts() const;

  // UNAVAILABLE before the first cycle; the last cycle's refusal when it was refused.
  absl::StatusOr<std::shared_ptr<const Scores>> newest() const;
  std::optional<absl::Time> last_scored_at() const;

 private:
  // Requires mutex_ held. Fills in what is to be proposed.
  absl::Status ScoreLocked(const model::Snapshot& snapshot, absl::Time now,
                           std::vector<Throttle>& throttles);
  Alert AlertOfWorse(const ThrottleVerdict& verdict, uint64_t snapshot_number, absl::Time now);
  void AddLinks(Alert& alert) const;
  void Propose(const std::vector<Throttle>& throttles, const model::Snapshot& snapshot,
               absl::Time now);

  const ScorerSettings settings_;
  FairnessStore& store_;
  ChangeProposer& proposer_;
  IdSource& ids_;
  mutable std::mutex mutex_;
  WorkloadWindow window_;
  std::map<std::string, GroupMemory> memory_;
  ThrottleMemory throttles_;
  ThrottleCounts counts_;
  std::shared_ptr<const Scores> newest_;
  absl::Status last_ = absl::UnavailableError("no snapshot has been scored yet");
};

}  // namespace evenkeel::fairness
