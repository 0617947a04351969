// Collects what each agent did for each queue over a sliding window, from one snapshot after
// another: contacts and times from the snapshots' agent work, on-queue time from how long the agent
// was seen at work and joined. What was not watched is not counted, so after a start the window
// fills up first, and agents with little on-queue time are left out by the score.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/model/snapshot.h"
#include "services/fairness_scorer/core/workload/score.h"

namespace evenkeel::fairness {

// How a queue's work is judged; Genesys has no such fields, they come from the configuration.
struct QueueSettings {
  std::string queue_id;
  std::string skill_id;  // empty: the queue's own, if it has one
  double capacity_factor = 1.0;
  double acw_weight = 0.3;
  double utilization_target = 0.8;
};

// A queue's agents, or the agents who work for the queues that ask for a skill.
struct Group {
  enum class Kind { kQueue, kSkill };
  Kind kind = Kind::kQueue;
  std::string id;
  double acw_weight = 0.3;
  std::vector<AgentWorkload> agents;  // by agent id
  int off_queue = 0;                  // members seen in the window who are not on queue now
};

// Not thread-safe.
class WorkloadWindow {
 public:
  WorkloadWindow(std::vector<QueueSettings> queues, absl::Duration window);

  // Takes the next snapshot; one that is not newer than the last is passed over. Time between
  // snapshots counts as on queue up to `max_gap`: a longer silence is not work.
  void Observe(const model::Snapshot& snapshot, absl::Duration max_gap);

  // By queue in the order of the settings, then by skill id. Groups nobody worked for are there,
  // empty.
  std::vector<Group> Groups() const;

 private:
  using Key = std::pair<std::string, std::string>;  // agent, queue
  struct Seen {
    // On-queue seconds by the start of five-minute buckets.
    std::map<absl::Time, double> on_queue_seconds;
    // Work by the start of its interval: an interval seen again replaces what was known of it.
    std::map<absl::Time, model::AgentWork> work;
    bool on_queue_now = false;
  };
  void Forget(absl::Time before);
  void AddTo(Group& group, const QueueSettings& settings, const Key& key, const Seen& seen) const;

  const std::vector<QueueSettings> queues_;
  const absl::Duration window_;
  std::map<Key, Seen> seen_;
  std::map<std::string, std::string> skill_of_queue_;
  std::optional<absl::Time> watching_since_;
  absl::Time last_;
};

}  // namespace evenkeel::fairness
