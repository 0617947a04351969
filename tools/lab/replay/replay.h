// Plans a recorded snapshot again, with today's planner at the instant of the recorded plan, and
// says where the two plans differ: in their state, in what a queue is given and expected to do, and
// in the moves.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "evenkeel/optimizer/v1/optimizer_service.pb.h"
#include "services/optimizer/core/capacity/linear_program.h"
#include "services/optimizer/core/capacity/planner.h"
#include "tools/lab/replay/recording.h"

namespace evenkeel::lab {

// A figure of both plans; NaN where a plan does not have the queue.
struct BothPlans {
  double recorded = 0;
  double today = 0;
  bool Differ() const;  // by more than what summing in another order may do (1e-6, relative)
};

struct ReplayedQueue {
  std::string queue_id;
  std::string name;
  BothPlans now;           // agents whose first queue it is, before any move
  BothPlans planned;       // the same after the moves
  BothPlans wait_seconds;  // expected, after the moves
  bool Differs() const { return now.Differ() || planned.Differ() || wait_seconds.Differ(); }
};

struct Replayed {
  std::string file;
  uint64_t snapshot_number = 0;
  absl::Time planned_at;
  BothPlans moves;             // how many
  std::string recorded_state;  // "planned", "idle", "infeasible"
  std::string state;           // or "refused: ..." where today's planner wants a better snapshot
  std::vector<ReplayedQueue> queues;
  std::vector<optimizer::v1::Move> only_recorded;
  std::vector<optimizer::v1::Move> only_today;

  bool Differs() const;
};

// Shipped defaults for the queues of the recorded plan; one that found nobody at work names none,
// then for those of the snapshot.
optimizer::PlannerSettings DefaultSettingsFor(const Recording& recording);

// Errors of PlanCapacity, but for FAILED_PRECONDITION, which is a difference.
absl::StatusOr<Replayed> Replay(const Recording& recording,
                                const optimizer::PlannerSettings& settings,
                                const optimizer::LinearProgramSolver& solver);

// For people: a heading that says whether the plans differ, a table by queue, the moves that
// differ.
std::string ReplayText(const Replayed& replayed);
// One object, with a newline.
std::string ReplayJson(const Replayed& replayed);

}  // namespace evenkeel::lab
