// The capacity planner: from a snapshot to the few changes of memberships (or queue capacities)
// that save the most waiting. A pure function; formulation.md states the model and names its
// variables.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error_details.h"
#include "common/model/quality.h"
#include "common/model/snapshot.h"
#include "services/optimizer/core/capacity/infeasibility.h"
#include "services/optimizer/core/capacity/linear_program.h"

namespace evenkeel::optimizer {

struct ManagedQueue {
  std::string queue_id;
  double min_agents = 1;  // 0 while nobody who can be given the queue is at work: it is closed
  double max_agents = 200;
  double weight = 1;             // of a waiting contact
  double coverage_ratio = 0.85;  // staff is at most agents eligible and at work / this
  // Where set, used instead of the snapshot's estimate.
  std::optional<double> calls_per_hour = std::nullopt;
  std::optional<double> mean_handle_seconds = std::nullopt;
  std::optional<double> mean_patience_seconds = std::nullopt;
};

struct PlannerSettings {
  std::vector<ManagedQueue> queues;             // no other queue is planned or touched
  std::vector<std::string> excluded_agents;     // work, but are never moved
  int queues_per_agent = 2;                     // k: joins never take an agent above it
  absl::Duration horizon = absl::Minutes(15);   // over which savings are reckoned
  absl::Duration move_cost = absl::Seconds(5);  // of waiting; a move has to save more
  // A move has to be worth it even if the loads were wrong by this many standard errors, each
  // queue's in the worse direction: what keeps the plan from chasing noise.
  double caution = 0.25;
  int max_moves = 20;  // a plan; the planner steps towards its target
  // Of callers of a queue whose patience is unknown. Infinite: Erlang C with its last finite slope
  // continued into overload, which can starve a small queue; see formulation.md.
  absl::Duration assumed_patience = absl::Hours(1);
  model::QualityNeed quality;
};

// CAP-10: every field that makes no sense, by its path ("queues[2].min_agents").
Violations Validate(const PlannerSettings& settings);

// What a queue is expected to do with its staff: Erlang A (Erlang C where patience is unknown) at
// the effective staff, interpolated between whole numbers.
struct QueueFigures {
  double staff = 0;                // agents whose primary queue it is
  double effective_staff = 0;      // with the help of agents who have it as another queue
  double mean_wait_seconds = 0;    // over all contacts
  double abandon_ratio = 0;        // of all contacts
  double service_level_ratio = 0;  // answered within the target / all contacts
};

struct QueuePlan {
  std::string queue_id;
  std::string name;
  absl::Duration service_level_within;  // the queue's target, else 20 s
  double arrivals_per_hour = 0;
  double offered_load_erlangs = 0;
  double limit_agents = 0;  // agents eligible and at work / coverage
  QueueFigures before, after;
  // Contact-seconds of waiting that one unit of staff more would save over the horizon, weighted,
  // in the best plan (dual).
  double marginal_value_seconds = 0;
};

// Agents at work who can be given the same queues.
struct GroupPlan {
  std::string id;  // its queue ids, joined by "+"; the name in conflicts
  std::vector<std::string> queue_ids;
  int64_t agents = 0;
  double marginal_value_seconds = 0;  // of one agent more in the group (dual)
};

// An agent's queues once the plan is carried out (CAP-4).
struct AgentQueues {
  std::string agent_id;
  std::string primary_queue_id;  // empty: joined to none
  std::vector<std::string> other_queue_ids;
};

// One agent joins a queue and, where k or more are joined, leaves another for it: one move.
struct MembershipMove {
  std::string agent_id;
  std::string join_queue_id;
  std::optional<std::string> leave_queue_id;
  bool changes_primary = false;
  // Contact-seconds of waiting over the horizon, weighted; may be negative for a minimum.
  double saving_seconds = 0;
  std::string reason;        // one sentence for people
  bool for_minimum = false;  // without it a minimum would be missed by more
};

// A queue's most agents at once.
struct CapacityChange {
  std::string queue_id;
  int64_t old_capacity = 0;
  int64_t new_capacity = 0;
  double saving_seconds = 0;
  std::string reason;
};

enum class CapacityPlanState {
  kIdle,      // nobody is at work: nothing to plan, no error
  kNoChange,  // nothing is worth a move
  kChanges,
};

struct CapacityPlan {
  CapacityPlanState state = CapacityPlanState::kIdle;
  uint64_t snapshot_number = 0;
  double snapshot_age = 0;         // in intervals (spec "snapshot age")
  double snapshot_seen_ratio = 1;  // the least of the sections used
  model::CapacityLever lever = model::CapacityLever::kMemberships;

  // False: the minima cannot all be held. The plan then misses them least and may be proposed only
  // with approval (CAP-6).
  bool feasible = true;
  ConflictReport conflicts;
  double gap_ratio = 0;        // certified, of the best plan over fractions of agents
  double whole_gap_ratio = 0;  // of its whole agents

  std::vector<QueuePlan> queues;  // in the order of the settings
  std::vector<GroupPlan> groups;
  std::vector<AgentQueues> agents;         // of kMemberships; sorted by id
  std::vector<MembershipMove> moves;       // of kMemberships; the most valuable first
  std::vector<CapacityChange> capacities;  // of kQueueCapacity; in the order of the settings
  bool stopped_by_limit = false;           // more would be worth it, but for max_moves
  // Contact-seconds of waiting over the horizon, weighted: before - after.
  double saving_seconds = 0;
};

// Requires that Validate(settings) found nothing (else INVALID_ARGUMENT with what it found).
// FAILED_PRECONDITION: the snapshot is too old or thin (SNAPSHOT_STALE, SNAPSHOT_THIN), or lacks a
// managed queue, its estimate or, with kQueueCapacity, its capacity (CAPACITY_INPUT_MISSING, which
// names each). Errors of the solver, and INTERNAL when its answer is not certified.
absl::StatusOr<CapacityPlan> PlanCapacity(const model::Snapshot& snapshot,
                                          const PlannerSettings& settings, absl::Time now,
                                          const LinearProgramSolver& solver);

}  // namespace evenkeel::optimizer
