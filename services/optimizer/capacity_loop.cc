#include "services/optimizer/capacity_loop.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "services/optimizer/core/capacity/interruptible_solver.h"
#include "services/optimizer/core/capacity/proposals.h"

namespace evenkeel::optimizer {
namespace {

// Refusals that speak of one entity or agent only: the next move may well be taken on. Any other
// refusal (a pause, a freeze, a limit of the cycle or hour, a stale snapshot) would meet every
// further move of the plan, so the cycle ends there.
bool ConcernsOneMove(const absl::Status& answer) {
  static constexpr std::array<std::string_view, 12> kReasons = {
      "CHANGED_BY_OTHER",     "DWELL",          "OPEN_CHANGE",  "LAST_QUEUE",
      "MOVE_BROKEN",          "MIN_CHANGE",     "VALUE_BOUNDS", "OUT_OF_SCOPE",
      "GROUP_SHARE_PER_HOUR", "ROLLBACK_WAITS", "AGENT_HELD",   "COOL_DOWN"};
  const auto refusal = GetRefusal(answer);
  return refusal && std::find(kReasons.begin(), kReasons.end(), refusal->reason) != kReasons.end();
}

}  // namespace

absl::Status CapacityLoop::RunCycle(const model::Snapshot& snapshot, absl::Time now,
                                    std::stop_token stop) {
  // Planners read the guardrails and step towards their target: a move takes up to two writes.
  PlannerSettings planner = settings_.planner;
  absl::Status reachable;
  if (settings_.propose) {
    const auto writes_left = proposer_.WritesLeft();
    if (writes_left.ok()) {
      planner.max_moves =
          static_cast<int>(std::clamp<int64_t>(*writes_left / 2, 0, planner.max_moves));
    } else {
      reachable = writes_left.status();
    }
  }
  const InterruptibleSolver solver(solver_, [&stop] { return stop.stop_requested(); });
  auto plan = PlanCapacity(snapshot, planner, now, solver);
  if (!plan.ok()) {
    Skip(std::string(plan.status().message()));
    return plan.status();
  }
  auto made = std::make_shared<MadePlan>();
  made->id = ids_.NewId();
  made->at = now;
  made->plan = *std::move(plan);
  {
    std::lock_guard lock(mutex_);
    made->sequence = ++status_.plans;
    status_.newest = made;
    status_.last_refusal.clear();
    changed_.notify_all();
  }
  absl::Status proposed = reachable;
  if (settings_.propose && reachable.ok()) proposed = Propose(*made, stop);
  if (!proposed.ok()) Skip(std::string(proposed.message()));
  return proposed;
}

absl::Status CapacityLoop::Propose(const MadePlan& made, std::stop_token stop) {
  for (const ProposedMove& move : ProposalsOf(made.plan, made.id, settings_.planner.horizon,
                                              made.at + settings_.proposal_lifetime)) {
    if (stop.stop_requested()) return absl::OkStatus();
    // A join whose leave will be refused would leave the agent with a queue too many.
    if (move.then) {
      const absl::Status answer = proposer_.Validate(*move.then);
      if (!answer.ok()) {
        const absl::Status counted = Count(answer);
        if (ConcernsOneMove(counted)) continue;
        return counted;
      }
    }
    for (const model::Proposal* proposal : {&move.first, move.then ? &*move.then : nullptr}) {
      if (proposal == nullptr) continue;
      const absl::Status answer = Count(proposer_.Propose(ids_.NewId(), *proposal));
      if (answer.ok()) continue;
      if (ConcernsOneMove(answer)) break;
      return answer;
    }
  }
  return absl::OkStatus();
}

absl::Status CapacityLoop::Count(const absl::Status& answer) {
  std::lock_guard lock(mutex_);
  ++status_.proposals;
  if (!answer.ok()) {
    const auto refusal = GetRefusal(answer);
    ++status_.refusals[refusal ? refusal->reason : "OTHER"];
  }
  return answer;
}

void CapacityLoop::Skip(const std::string& why) {
  std::lock_guard lock(mutex_);
  status_.last_refusal = why;
}

LoopStatus CapacityLoop::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

std::shared_ptr<const MadePlan> CapacityLoop::WaitForPlan(int64_t sequence, absl::Duration patience,
                                                          std::stop_token stop) const {
  std::unique_lock lock(mutex_);
  const auto there = [&] {
    return status_.newest != nullptr && status_.newest->sequence > sequence;
  };
  changed_.wait_for(lock, stop, absl::ToChronoNanoseconds(patience), there);
  return there() ? status_.newest : nullptr;
}

}  // namespace evenkeel::optimizer
