#include "services/optimizer/core/capacity/infeasibility.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "common/base/status_macros.h"

namespace evenkeel::optimizer {
namespace {

// A shortfall below this, relative to the largest minimum, is rounding.
constexpr double kTolerance = 1e-10;
// Where the search for conflicts is cut off: a problem with so many has one cause, said many times.
// A node costs a linear program over the arcs (pairs of group and queue).
constexpr size_t kMostConflicts = 32;
constexpr size_t kMostNodes = 400;
constexpr size_t kMostNodeArcs = 2'000'000;
constexpr size_t kMostSkillCures = 3;

enum class Kind { kGroup, kMin, kMax, kLimit };

struct RowId {
  Kind kind;
  size_t index;  // of the group or the queue
};

using RowSet = std::vector<size_t>;  // ascending indices into Search::rows_

class Search {
 public:
  Search(const BalanceProblem& problem, const LinearProgramSolver& solver)
      : problem_(problem), solver_(solver) {
    // Minima first, groups last: MinimalConflict relies on it.
    for (size_t q = 0; q < problem.queues.size(); ++q) {
      queue_index_[problem.queues[q].id] = q;
      tolerance_ = std::max(tolerance_, kTolerance * problem.queues[q].min_agents);
      if (problem.queues[q].min_agents > 0) rows_.push_back({Kind::kMin, q});
    }
    for (size_t q = 0; q < problem.queues.size(); ++q) {
      if (problem.queues[q].max_agents < kUnbounded) rows_.push_back({Kind::kMax, q});
      if (problem.queues[q].limit_agents < kUnbounded) rows_.push_back({Kind::kLimit, q});
    }
    size_t arcs = 1;
    for (size_t g = 0; g < problem.groups.size(); ++g) {
      rows_.push_back({Kind::kGroup, g});
      arcs += problem.groups[g].queues.size();
    }
    most_nodes_ = std::clamp<size_t>(kMostNodeArcs / arcs, 16, kMostNodes);
  }

  // Reiter's hitting-set tree: a node is a set of rows left out; its conflict is one that uses none
  // of them; its children leave out one row of that conflict more. Every minimal conflict occurs.
  absl::StatusOr<ConflictReport> Run() {
    std::vector<RowSet> found;
    std::vector<RowSet> open = {{}};
    std::set<RowSet> seen = {{}};
    bool complete = true;
    for (size_t at = 0; at < open.size(); ++at) {
      if (at >= most_nodes_ || found.size() >= kMostConflicts) {
        complete = false;
        break;
      }
      const RowSet left_out = open[at];
      const auto usable = [&](const RowSet& conflict) { return Disjoint(conflict, left_out); };
      auto conflict = std::find_if(found.begin(), found.end(), usable);
      if (conflict == found.end()) {
        EVENKEEL_ASSIGN_OR_RETURN(const RowSet minimal, MinimalConflict(left_out));
        if (minimal.empty()) continue;
        conflict = found.insert(found.end(), minimal);
      }
      for (const size_t row : *conflict) {
        RowSet child = left_out;
        child.insert(std::upper_bound(child.begin(), child.end(), row), row);
        if (seen.insert(child).second) open.push_back(std::move(child));
      }
    }
    ConflictReport report;
    report.complete = complete;
    for (const RowSet& rows : found) {
      EVENKEEL_ASSIGN_OR_RETURN(Conflict conflict, Describe(rows));
      report.conflicts.push_back(std::move(conflict));
    }
    std::sort(report.conflicts.begin(), report.conflicts.end(),
              [](const Conflict& a, const Conflict& b) { return a.rows < b.rows; });
    return report;
  }

 private:
  struct Elastic {
    double shortfall = 0;  // least total of staff missing
    RowSet support;        // rows that prove it
  };

  static bool Disjoint(const RowSet& a, const RowSet& b) {
    return std::none_of(a.begin(), a.end(),
                        [&](size_t row) { return std::binary_search(b.begin(), b.end(), row); });
  }

  // What is the least shortfall when only the `active` rows count? All minima may be missed, unless
  // one minimum or one group is named that alone may give way.
  struct Question {
    std::vector<bool> active;  // by row
    std::optional<size_t> elastic_minimum;
    std::optional<size_t> elastic_group;
  };

  absl::StatusOr<Elastic> Ask(const Question& question) const {
    LinearProgram program;
    std::vector<int> lp_row(rows_.size(), -1);
    std::vector<std::vector<int>> queue_rows(problem_.queues.size());
    std::vector<int> group_row(problem_.groups.size(), -1);
    for (size_t r = 0; r < rows_.size(); ++r) {
      if (!question.active[r]) continue;
      lp_row[r] = AddRow(program, rows_[r]);
      if (rows_[r].kind == Kind::kGroup) {
        group_row[rows_[r].index] = lp_row[r];
      } else {
        queue_rows[rows_[r].index].push_back(lp_row[r]);
      }
    }
    for (size_t g = 0; g < problem_.groups.size(); ++g) {
      for (const Eligibility& eligibility : problem_.groups[g].queues) {
        const std::vector<int>& rows = queue_rows[queue_index_.at(eligibility.queue_id)];
        if (rows.empty()) continue;
        if (group_row[g] >= 0) program.entries.push_back({group_row[g], 1});
        for (const int row : rows) program.entries.push_back({row, eligibility.efficiency_ratio});
        program.AddColumn({}, {});
      }
    }
    const bool only_one = question.elastic_group || question.elastic_minimum;
    for (size_t r = 0; r < rows_.size(); ++r) {
      if (lp_row[r] < 0) continue;
      const auto [kind, index] = rows_[r];
      if (kind == Kind::kMin && (!only_one || question.elastic_minimum == index)) {
        program.AddColumn({.cost = 1}, {{lp_row[r], 1}});
      } else if (kind == Kind::kGroup && question.elastic_group == index) {
        program.AddColumn({.cost = 1}, {{lp_row[r], -1}});
      }
    }
    EVENKEEL_ASSIGN_OR_RETURN(const LinearSolution solution, solver_.Solve(program));
    if (solution.outcome != LinearSolution::Outcome::kOptimal) {
      return absl::InternalError("the least shortfall of a conflict has no solution");
    }
    Elastic elastic{solution.objective, {}};
    for (size_t r = 0; r < rows_.size(); ++r) {
      if (lp_row[r] >= 0 && std::abs(solution.dual[static_cast<size_t>(lp_row[r])]) > 1e-9) {
        elastic.support.push_back(r);
      }
    }
    return elastic;
  }

  int AddRow(LinearProgram& program, const RowId& row) const {
    switch (row.kind) {
      case Kind::kGroup:
        return program.AddRow("", -kUnbounded,
                              static_cast<double>(problem_.groups[row.index].agents));
      case Kind::kMin:
        return program.AddRow("", problem_.queues[row.index].min_agents, kUnbounded);
      case Kind::kMax:
        return program.AddRow("", -kUnbounded, problem_.queues[row.index].max_agents);
      case Kind::kLimit:
        break;
    }
    return program.AddRow("", -kUnbounded, problem_.queues[row.index].limit_agents);
  }

  Question Only(const RowSet& rows) const {
    Question question{std::vector<bool>(rows_.size(), false), {}, {}};
    for (const size_t row : rows) question.active[row] = true;
    return question;
  }

  // A minimal conflict that uses none of `left_out`; empty when there is none. Starts from the rows
  // that prove the shortfall and drops each where a conflict remains without it.
  absl::StatusOr<RowSet> MinimalConflict(const RowSet& left_out) const {
    Question all{std::vector<bool>(rows_.size(), true), {}, {}};
    for (const size_t row : left_out) all.active[row] = false;
    EVENKEEL_ASSIGN_OR_RETURN(Elastic elastic, Ask(all));
    if (elastic.shortfall <= tolerance_) return RowSet();
    RowSet conflict = std::move(elastic.support);
    for (size_t i = 0; i < conflict.size() && rows_[conflict[i]].kind != Kind::kGroup;) {
      RowSet fewer = conflict;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      EVENKEEL_ASSIGN_OR_RETURN(Elastic rest, Ask(Only(fewer)));
      if (rest.shortfall <= tolerance_) {
        ++i;  // needed
      } else {
        conflict = std::move(fewer);
      }
    }
    // Without a group that serves one of the minima left, this conflict is gone, and none remains:
    // another would have fewer minima. So those groups are needed, and no others.
    std::vector<bool> short_queue(problem_.queues.size(), false);
    for (const size_t row : conflict) {
      if (rows_[row].kind == Kind::kMin) short_queue[rows_[row].index] = true;
    }
    const bool is_bound = HasBound(conflict);
    std::erase_if(conflict, [&](size_t row) {
      if (rows_[row].kind != Kind::kGroup) return false;
      const auto& queues = problem_.groups[rows_[row].index].queues;
      return is_bound || std::none_of(queues.begin(), queues.end(), [&](const auto& eligibility) {
               return short_queue[queue_index_.at(eligibility.queue_id)];
             });
    });
    return conflict;
  }

  // A maximum or limit can contradict nothing but the minimum of its own queue.
  bool HasBound(const RowSet& rows) const {
    return std::any_of(rows.begin(), rows.end(), [&](size_t row) {
      return rows_[row].kind == Kind::kMax || rows_[row].kind == Kind::kLimit;
    });
  }

  std::string RowName(const RowId& row) const {
    switch (row.kind) {
      case Kind::kGroup:
        return absl::StrCat("group:", problem_.groups[row.index].id);
      case Kind::kMin:
        return absl::StrCat("min:", problem_.queues[row.index].id);
      case Kind::kMax:
        return absl::StrCat("max:", problem_.queues[row.index].id);
      case Kind::kLimit:
        break;
    }
    return absl::StrCat("limit:", problem_.queues[row.index].id);
  }

  absl::StatusOr<Conflict> Describe(const RowSet& rows) const {
    Conflict conflict;
    EVENKEEL_ASSIGN_OR_RETURN(const Elastic elastic, Ask(Only(rows)));
    conflict.shortfall = elastic.shortfall;
    for (const size_t row : rows) {
      conflict.rows.push_back(RowName(rows_[row]));
      EVENKEEL_ASSIGN_OR_RETURN(Cure cure, CureOf(rows, rows_[row]));
      conflict.cures.push_back(std::move(cure));
    }
    if (!HasBound(rows)) AddSkillCures(rows, conflict);
    std::sort(conflict.rows.begin(), conflict.rows.end());
    return conflict;
  }

  // How far one row has to give way for the others of its conflict to hold.
  absl::StatusOr<Cure> CureOf(const RowSet& rows, const RowId& row) const {
    Question question = Only(rows);
    Cure cure;
    if (row.kind == Kind::kGroup) {
      const BalanceGroup& group = problem_.groups[row.index];
      question.elastic_group = row.index;
      EVENKEEL_ASSIGN_OR_RETURN(const Elastic more, Ask(question));
      cure.kind = Cure::Kind::kAddAgents;
      cure.group_id = group.id;
      cure.from = static_cast<double>(group.agents);
      cure.to = std::ceil(cure.from + more.shortfall - 1e-9);
      cure.text = absl::StrFormat("Put %.0f more agents of group %s on queue (%.0f now).",
                                  cure.to - cure.from, group.id, cure.from);
      return cure;
    }
    const BalanceQueue& queue = problem_.queues[row.index];
    cure.queue_id = queue.id;
    if (row.kind == Kind::kMin) {
      question.elastic_minimum = row.index;
      EVENKEEL_ASSIGN_OR_RETURN(const Elastic less, Ask(question));
      cure.kind = Cure::Kind::kLowerMinimum;
      cure.from = queue.min_agents;
      cure.to = std::max(0.0, std::floor(cure.from - less.shortfall + 1e-9));
      cure.text = absl::StrFormat("Lower the minimum of queue %s from %g to %g.", queue.id,
                                  cure.from, cure.to);
    } else if (row.kind == Kind::kMax) {
      cure.kind = Cure::Kind::kRaiseMaximum;
      cure.from = queue.max_agents;
      cure.to = queue.min_agents;
      cure.text = absl::StrFormat("Raise the maximum of queue %s from %g to %g.", queue.id,
                                  cure.from, cure.to);
    } else {
      cure.kind = Cure::Kind::kRaiseLimit;
      cure.from = queue.limit_agents;
      cure.to = queue.min_agents;
      cure.text = absl::StrFormat(
          "Raise the limit of queue %s from %g to %g: lower its coverage ratio, or have more "
          "agents on queue who can serve it.",
          queue.id, cure.from, cure.to);
    }
    return cure;
  }

  // Groups outside the conflict that have enough agents to end it, the largest first.
  void AddSkillCures(const RowSet& rows, Conflict& conflict) const {
    std::vector<bool> inside(problem_.groups.size(), false);
    std::string queue_id;
    for (const size_t row : rows) {
      if (rows_[row].kind == Kind::kGroup) inside[rows_[row].index] = true;
      if (rows_[row].kind == Kind::kMin && queue_id.empty()) {
        queue_id = problem_.queues[rows_[row].index].id;
      }
    }
    const double needed = std::ceil(conflict.shortfall - 1e-9);
    std::vector<const BalanceGroup*> helpers;
    for (size_t g = 0; g < problem_.groups.size(); ++g) {
      const BalanceGroup& group = problem_.groups[g];
      if (!inside[g] && static_cast<double>(group.agents) >= needed) helpers.push_back(&group);
    }
    std::stable_sort(helpers.begin(), helpers.end(),
                     [](const auto* a, const auto* b) { return a->agents > b->agents; });
    if (helpers.size() > kMostSkillCures) helpers.resize(kMostSkillCures);
    for (const BalanceGroup* group : helpers) {
      conflict.cures.push_back({Cure::Kind::kAddSkill, queue_id, group->id, 0, needed,
                                absl::StrFormat("Let %.0f agents of group %s serve queue %s.",
                                                needed, group->id, queue_id)});
    }
  }

  const BalanceProblem& problem_;
  const LinearProgramSolver& solver_;
  std::vector<RowId> rows_;
  size_t most_nodes_ = 0;
  double tolerance_ = kTolerance;
  absl::flat_hash_map<std::string, size_t> queue_index_;
};

}  // namespace

absl::StatusOr<ConflictReport> FindConflicts(const BalanceProblem& problem,
                                             const LinearProgramSolver& solver) {
  return Search(problem, solver).Run();
}

}  // namespace evenkeel::optimizer
