// Collects what each agent did over a sliding window, from one snapshot after another: contacts and
// times from the snapshots' agent work, on-queue time from how long the agent was seen at work and
// joined. Both are compared over the same stretches of five minutes: those that were watched from
// end to end and whose work has been read. So after a start, or a silence, the window fills up
// first, and agents with little on-queue time are left out by the score.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <optional>
#include <set>
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
  double utilization_target = 0.8;
  std::vector<AgentWorkload> agents;  // by agent id
  int off_queue = 0;                  // members seen in the window who are not on queue now
  int queues = 1;                     // whose work it is
  absl::Time work_until = absl::InfinitePast();  // the end of the newest work that counts
  int shifting = 0;  // who came on queue or went off it in the last quarter of an hour
};

// Not thread-safe.
class WorkloadWindow {
 public:
  WorkloadWindow(std::vector<QueueSettings> queues, absl::Duration window);
  WorkloadWindow(const WorkloadWindow&) = delete;
  WorkloadWindow& operator=(const WorkloadWindow&) = delete;

  // Takes the next snapshot, whose states and memberships must be good; one that is not newer than
  // the last is passed over. Whom a hold of ours keeps from a queue counts as on queue there: the
  // agent would be, and the relief must show. After more than `max_gap` since the last nothing is
  // known of the time between. `work_is_good`: whether its agent work is, too.
  void Observe(const model::Snapshot& snapshot, absl::Duration max_gap, bool work_is_good);

  // By queue in the order of the settings, then by skill id. Groups nobody worked for are there,
  // empty.
  std::vector<Group> Groups() const;

  // The time in the window that is compared.
  absl::Duration Compared() const;

 private:
  // One agent in a group.
  struct Seen {
    std::map<absl::Time, double> on_queue_seconds;  // by bucket
    // Work by the start of its interval and queue: an interval seen again replaces what was known.
    std::map<std::pair<absl::Time, std::string>, model::AgentWork> work;
    bool on_queue_now = false;
    absl::Time changed_at = absl::InfinitePast();  // of on_queue_now, as far as it was watched
  };
  // A group, and everybody seen in it.
  struct Watched {
    Group::Kind kind = Group::Kind::kQueue;
    std::string id;
    std::map<std::string, const QueueSettings*> queues;  // those whose work it is
    std::map<std::string, Seen> agents;
  };
  void LearnSkills(const model::Snapshot& snapshot);
  void AddToSkill(const QueueSettings& queue, const std::string& skill_id);
  void ObserveTime(Watched& group, const std::map<std::string, std::vector<std::string>>& on_queue,
                   std::optional<absl::Time> since);
  void ObserveWork(const model::Snapshot& snapshot);
  void Forget(Watched& group) const;
  bool IsCompared(absl::Time bucket) const;
  Group Collect(const Watched& watched) const;
  template <typename What>
  void ForEachGroup(const What& what);

  const std::vector<QueueSettings> queues_;
  const absl::Duration window_;
  std::vector<Watched> by_queue_;
  std::map<std::string, Watched> by_skill_;
  std::set<std::string> skill_known_;  // queues whose skill is known
  std::set<absl::Time> blind_;         // buckets of which some time was not watched
  std::set<absl::Time> worked_;        // buckets whose work has been read, all of it
  std::optional<absl::Time> last_;
};

}  // namespace evenkeel::fairness
