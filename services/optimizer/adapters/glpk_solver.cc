#include "services/optimizer/adapters/glpk_solver.h"

#include <absl/strings/str_cat.h>
#include <glpk.h>

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <cstring>
#include <limits>

#include "common/base/status_macros.h"

namespace evenkeel::optimizer {
namespace {

// GLPK numbers from 1 and wants plain arrays.
struct Arrays {
  std::vector<int> rows, columns;
  std::vector<double> values;
};

int BoundKind(double lower, double upper) {
  if (lower == upper) return GLP_FX;
  const bool has_lower = lower > -kUnbounded;
  const bool has_upper = upper < kUnbounded;
  if (has_lower && has_upper) return GLP_DB;
  if (has_lower) return GLP_LO;
  return has_upper ? GLP_UP : GLP_FR;
}

absl::Status Check(const LinearProgram& program) {
  const auto bad = [](const std::string& what) {
    return absl::InvalidArgumentError(absl::StrCat("linear program: ", what));
  };
  for (const LinearProgram::Row& row : program.rows) {
    if (std::isnan(row.lower) || std::isnan(row.upper)) {
      return bad(absl::StrCat("a bound of row ", row.name, " is NaN"));
    }
  }
  for (size_t j = 0; j < program.columns.size(); ++j) {
    const LinearProgram::Column& column = program.columns[j];
    if (std::isnan(column.lower) || std::isnan(column.upper) || !std::isfinite(column.cost)) {
      return bad(absl::StrCat("a bound or the cost of column ", j, " is not a number"));
    }
  }
  for (const LinearProgram::Entry& entry : program.entries) {
    if (entry.row < 0 || static_cast<size_t>(entry.row) >= program.rows.size() ||
        !std::isfinite(entry.value)) {
      return bad(absl::StrCat("a coefficient of row ", entry.row, " is wrong"));
    }
  }
  return absl::OkStatus();
}

bool Contradictory(const LinearProgram& program) {
  const auto crossed = [](const auto& bounds) {
    return bounds.lower > bounds.upper || bounds.lower == kUnbounded || bounds.upper == -kUnbounded;
  };
  return std::any_of(program.rows.begin(), program.rows.end(), crossed) ||
         std::any_of(program.columns.begin(), program.columns.end(), crossed);
}

// What GLPK printed last, in its own words; an array because a longjmp frees nothing.
struct LastWords {
  char text[200] = "";
};

struct SimplexResult {
  bool failed = false;  // GLPK raised a fatal error
  LastWords words;
  int code = 0;  // of glp_simplex
  int status = GLP_UNDEF;
};

// Where GLPK's fatal errors return to instead of aborting the process.
struct Rescue {
  std::jmp_buf where;
  LastWords words;
};

// GLPK prints its errors even when told to be silent.
int OnOutput(void* info, const char* text) {
  LastWords& words = static_cast<Rescue*>(info)->words;
  if (words.text[0] == '\0') {
    std::strncpy(words.text, text, sizeof(words.text) - 1);
    words.text[std::strcspn(words.text, "\n")] = '\0';
  }
  return 1;  // nothing reaches the terminal
}

void OnFatalError(void* info) { std::longjmp(static_cast<Rescue*>(info)->where, 1); }

// Everything that calls GLPK: a longjmp may leave it at any point, so it owns nothing that C++
// would have to destroy. `solution` has its sizes already.
SimplexResult RunSimplex(const LinearProgram& program, const Arrays& arrays,
                         const glp_smcp& control, LinearSolution& solution) {
  Rescue rescue;
  if (setjmp(rescue.where) != 0) {
    glp_free_env();
    return {.failed = true, .words = rescue.words};
  }
  glp_error_hook(OnFatalError, &rescue);
  glp_term_hook(OnOutput, &rescue);
  glp_prob* const problem = glp_create_prob();
  if (!program.rows.empty()) glp_add_rows(problem, static_cast<int>(program.rows.size()));
  for (size_t i = 0; i < program.rows.size(); ++i) {
    const LinearProgram::Row& row = program.rows[i];
    glp_set_row_bnds(problem, static_cast<int>(i) + 1, BoundKind(row.lower, row.upper), row.lower,
                     row.upper);
  }
  glp_add_cols(problem, static_cast<int>(program.columns.size()));
  for (size_t j = 0; j < program.columns.size(); ++j) {
    const LinearProgram::Column& column = program.columns[j];
    glp_set_col_bnds(problem, static_cast<int>(j) + 1, BoundKind(column.lower, column.upper),
                     column.lower, column.upper);
    glp_set_obj_coef(problem, static_cast<int>(j) + 1, column.cost);
  }
  glp_load_matrix(problem, static_cast<int>(arrays.values.size()) - 1, arrays.rows.data(),
                  arrays.columns.data(), arrays.values.data());
  SimplexResult result;
  result.code = glp_simplex(problem, &control);
  result.status = glp_get_status(problem);
  if (result.status == GLP_OPT) {
    solution.objective = glp_get_obj_val(problem);
    for (size_t j = 0; j < program.columns.size(); ++j) {
      solution.primal[j] = glp_get_col_prim(problem, static_cast<int>(j) + 1);
      solution.reduced_costs[j] = glp_get_col_dual(problem, static_cast<int>(j) + 1);
    }
    for (size_t i = 0; i < program.rows.size(); ++i) {
      solution.dual[i] = glp_get_row_dual(problem, static_cast<int>(i) + 1);
    }
  }
  glp_delete_prob(problem);
  glp_free_env();
  return result;
}

}  // namespace

absl::StatusOr<LinearSolution> GlpkSolver::Solve(const LinearProgram& program) const {
  EVENKEEL_RETURN_IF_ERROR(Check(program));
  LinearSolution solution;
  if (Contradictory(program)) {
    solution.outcome = LinearSolution::Outcome::kInfeasible;
    return solution;
  }
  if (program.columns.empty()) {  // GLPK wants at least one
    const bool feasible =
        std::all_of(program.rows.begin(), program.rows.end(),
                    [](const auto& row) { return row.lower <= 0 && row.upper >= 0; });
    if (!feasible) solution.outcome = LinearSolution::Outcome::kInfeasible;
    solution.dual.resize(program.rows.size());
    return solution;
  }

  Arrays arrays{{0}, {0}, {0}};
  for (size_t j = 0; j < program.columns.size(); ++j) {
    for (const LinearProgram::Entry& entry : program.ColumnEntries(j)) {
      arrays.rows.push_back(entry.row + 1);
      arrays.columns.push_back(static_cast<int>(j) + 1);
      arrays.values.push_back(entry.value);
    }
  }
  solution.primal.resize(program.columns.size());
  solution.reduced_costs.resize(program.columns.size());
  solution.dual.resize(program.rows.size());

  glp_smcp control;
  glp_init_smcp(&control);
  control.msg_lev = GLP_MSG_OFF;
  control.meth = GLP_PRIMAL;
  // Tighter than GLPK's defaults: queues that hardly wait have values of 1e-9 calls an agent.
  control.tol_dj = 1e-13;
  control.tol_bnd = 1e-9;
  control.tm_lim = static_cast<int>(std::clamp<int64_t>(
      absl::ToInt64Milliseconds(options_.time_limit), 1, std::numeric_limits<int>::max()));
  control.it_lim = static_cast<int>(
      std::clamp<int64_t>(options_.iteration_limit, 0, std::numeric_limits<int>::max()));

  const SimplexResult result = RunSimplex(program, arrays, control, solution);
  if (result.failed) {
    return absl::InternalError(absl::StrCat("GLPK failed: ", result.words.text));
  }
  switch (result.code) {
    case 0:
      break;
    case GLP_EITLIM:
      return absl::DeadlineExceededError(
          absl::StrCat("GLPK met its limit of ", options_.iteration_limit, " iterations"));
    case GLP_ETMLIM:
      return absl::DeadlineExceededError(
          absl::StrCat("GLPK met its limit of ", absl::FormatDuration(options_.time_limit)));
    default:
      return absl::InternalError(absl::StrCat("GLPK's simplex failed, code ", result.code));
  }
  switch (result.status) {
    case GLP_OPT:
      solution.outcome = LinearSolution::Outcome::kOptimal;
      return solution;
    case GLP_NOFEAS:
    case GLP_INFEAS:
      solution.outcome = LinearSolution::Outcome::kInfeasible;
      return solution;
    case GLP_UNBND:
      solution.outcome = LinearSolution::Outcome::kUnbounded;
      return solution;
    default:
      return absl::InternalError(absl::StrCat("GLPK ended in undefined status ", result.status));
  }
}

}  // namespace evenkeel::optimizer
