// The use case: each cycle plan from the newest snapshot, keep the plan for readers, and ask the
// actuator for its moves.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "common/base/ids.h"
#include "common/model/snapshot.h"
#include "services/optimizer/core/capacity/planner.h"
#include "services/optimizer/ports/change_proposer.h"

namespace evenkeel::optimizer {

struct LoopSettings {
  PlannerSettings planner;
  bool propose = true;
  absl::Duration proposal_lifetime = absl::Minutes(2);
};

// A plan of the loop.
struct MadePlan {
  std::string id;
  int64_t sequence = 0;  // from 1
  absl::Time at;
  CapacityPlan plan;
};

struct LoopStatus {
  int64_t plans = 0;
  int64_t proposals = 0;                    // asked for
  std::map<std::string, int64_t> refusals;  // by guardrail; "OTHER" for other errors
  std::string last_refusal;                 // why the last cycle planned or proposed nothing
  std::shared_ptr<const MadePlan> newest;   // null: none yet
};

// Thread-safe; RunCycle is called by one thread.
class CapacityLoop {
 public:
  // All must outlive this.
  CapacityLoop(LoopSettings settings, const LinearProgramSolver& solver, ChangeProposer& proposer,
               IdSource& ids)
      : settings_(std::move(settings)), solver_(solver), proposer_(proposer), ids_(ids) {}

  // One cycle at `now`. The plan is kept even when the actuator cannot be asked. Errors are those
  // of PlanCapacity, or the first of the actuator that was not a refusal of one move.
  absl::Status RunCycle(const model::Snapshot& snapshot, absl::Time now, std::stop_token stop);

  // Plans without any effect (what-if).
  absl::StatusOr<CapacityPlan> Plan(const model::Snapshot& snapshot, absl::Time now,
                                    const LinearProgramSolver& solver) const {
    return PlanCapacity(snapshot, settings_.planner, now, solver);
  }

  // Notes that a cycle had nothing to plan from.
  void Skip(const std::string& why);

  LoopStatus status() const;

  // The newest plan, as soon as its sequence is above `sequence`; null after `patience` (real time)
  // or when `stop` was requested.
  std::shared_ptr<const MadePlan> WaitForPlan(int64_t sequence, absl::Duration patience,
                                              std::stop_token stop) const;

  const LoopSettings& settings() const { return settings_; }

 private:
  absl::Status Propose(const MadePlan& made, std::stop_token stop);
  // Counts one answer of the actuator and passes it on.
  absl::Status Count(const absl::Status& answer);

  const LoopSettings settings_;
  const LinearProgramSolver& solver_;
  ChangeProposer& proposer_;
  IdSource& ids_;

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  LoopStatus status_;
};

}  // namespace evenkeel::optimizer
