// Who steps out, and for how long (FAIR-6), and whether it helped (FAIR-10). The actuator checks
// every limit again; here they keep the loop from asking for what would be refused.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/model/snapshot.h"
#include "services/fairness_scorer/core/alerts/watch.h"

namespace evenkeel::fairness {

struct ThrottleRules {
  double held_share = 0.1;                      // of a queue's agents at once; one in any case
  absl::Duration cool_down = absl::Minutes(5);  // from the begin of an agent's last throttle
  absl::Duration least = absl::Seconds(15);     // shorter ones are not worth a write
  absl::Duration most = absl::Seconds(120);
  std::map<std::string, int64_t> min_agents;  // by queue
  // After a throttle it is seen whether things got worse; if so, its queue is left alone.
  absl::Duration settle = absl::Seconds(90);
  double worse_cv = 0.02;     // the smoothed figure rose by so much
  int64_t worse_waiting = 3;  // or twice as many contacts and so many more wait
  absl::Duration leave_alone = absl::Minutes(30);
};

struct Throttle {
  std::string queue_id;
  std::string agent_id;
  absl::Duration hold_for;
  // Contacts in the window per unit of capacity: what the agent had, and what would be fair.
  double current = 0;
  double target = 0;
  double smoothed_cv = 0;  // that set it off

  friend bool operator==(const Throttle&, const Throttle&) = default;
};

// What is remembered of throttles.
struct ThrottleMemory {
  struct Watched {  // a queue whose last throttle is to be judged
    absl::Time at;
    double smoothed_cv = 0;
    int64_t waiting = 0;
  };
  std::map<std::string, absl::Time> last_of_agent;
  // Queues that were alarmed and are not healthy again: at "no longer critical" the relief would
  // end half way, and begin anew.
  std::set<std::string> relieved;
  std::map<std::string, Watched> watched;              // by queue
  std::map<std::string, absl::Time> left_alone_until;  // by queue
};

enum class Settled { kBetter, kUnchanged, kWorse };
struct ThrottleVerdict {
  std::string queue_id;
  Settled settled = Settled::kUnchanged;
  double cv_before = 0, cv_after = 0;
  int64_t waiting_before = 0, waiting_after = 0;
};

// What became of the throttles that were made `rules.settle` ago. Queues for which things got worse
// are left alone from then on. Notes which queues need relief, and which no longer do.
std::vector<ThrottleVerdict> JudgeThrottles(ThrottleMemory& memory,
                                            const std::vector<GroupCycle>& groups,
                                            const WatchedCycle& cycle,
                                            const model::Snapshot& snapshot,
                                            const ThrottleRules& rules, absl::Time now);

// Throttles for queues from their dispersion alert on until they are healthy again, most overloaded
// agents first. Nothing is
// remembered of them before NoteThrottle.
std::vector<Throttle> PlanThrottles(const ThrottleMemory& memory,
                                    const std::vector<GroupCycle>& groups,
                                    const WatchedCycle& cycle, const model::Snapshot& snapshot,
                                    const ThrottleRules& rules, absl::Time now);

// The actuator took it on.
void NoteThrottle(ThrottleMemory& memory, const Throttle& throttle, const model::Snapshot& snapshot,
                  absl::Time now);

}  // namespace evenkeel::fairness
