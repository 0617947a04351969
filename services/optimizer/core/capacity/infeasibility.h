// Why a balance problem has no plan (CAP-6): the minimal sets of rows that contradict each other,
// and what would cure each. Rows are "group:<id>" (a group has no more agents), "min:<id>",
// "max:<id>" and "limit:<id>" (a queue's bounds).
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "services/optimizer/core/capacity/balance_problem.h"
#include "services/optimizer/core/capacity/linear_program.h"

namespace evenkeel::optimizer {

// One change that, alone, ends a conflict.
struct Cure {
  enum class Kind {
    kLowerMinimum,  // min_agents of the queue, from -> to
    kRaiseMaximum,  // max_agents of the queue, from -> to
    kRaiseLimit,    // limit_agents of the queue, from -> to
    kAddAgents,     // agents of the group, from -> to
    kAddSkill,      // let `to` agents of the group serve the queue
  };
  Kind kind = Kind::kLowerMinimum;
  std::string queue_id;  // empty for kAddAgents
  std::string group_id;  // empty but for kAddAgents, kAddSkill
  double from = 0;
  double to = 0;
  std::string text;  // one sentence for people
};

// Rows that cannot hold together, while any of them left out makes the rest hold.
struct Conflict {
  std::vector<std::string> rows;  // sorted
  double shortfall = 0;           // agents missing, at the least, if only these rows counted
  std::vector<Cure> cures;
};

struct ConflictReport {
  std::vector<Conflict> conflicts;  // sorted by rows
  bool complete = true;             // false: there may be more; the search was cut off
};

// The minimal conflicts of a valid problem; none when it is feasible. Finds all of them unless they
// are very many. Errors are the solver's.
absl::StatusOr<ConflictReport> FindConflicts(const BalanceProblem& problem,
                                             const LinearProgramSolver& solver);

}  // namespace evenkeel::optimizer
