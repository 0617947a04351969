// A linear program as plain data, its solution, and the port through which the core has one solved.
// The core knows no solver; it checks what it gets back with certificate.h.
#pragma once

#include <absl/status/statusor.h>

#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace evenkeel::optimizer {

inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

// Minimise sum_j cost_j x_j subject to lower_i <= sum_j a_ij x_j <= upper_i for each row i and
// lower_j <= x_j <= upper_j for each column j. Bounds may be -kUnbounded or kUnbounded.
struct LinearProgram {
  struct Row {
    std::string name;  // for errors; may be empty
    double lower = -kUnbounded;
    double upper = kUnbounded;
  };
  struct Column {
    double cost = 0;
    double lower = 0;
    double upper = kUnbounded;
  };
  struct Entry {
    int row = 0;
    double value = 0;
  };

  std::vector<Row> rows;
  std::vector<Column> columns;
  std::vector<Entry> entries;       // column by column; a row at most once in a column
  std::vector<size_t> entries_end;  // of column j: entries [entries_end[j-1], entries_end[j])

  int AddRow(std::string name, double lower, double upper) {
    rows.push_back({std::move(name), lower, upper});
    return static_cast<int>(rows.size()) - 1;
  }
  // Adds the column of these entries, after those pushed to `entries` since the last column.
  int AddColumn(const Column& column, std::initializer_list<Entry> column_entries) {
    columns.push_back(column);
    entries.insert(entries.end(), column_entries);
    entries_end.push_back(entries.size());
    return static_cast<int>(columns.size()) - 1;
  }
  std::span<const Entry> ColumnEntries(size_t column) const {
    const size_t begin = column == 0 ? 0 : entries_end[column - 1];
    return std::span(entries).subspan(begin, entries_end[column] - begin);
  }
};

struct LinearSolution {
  enum class Outcome { kOptimal, kInfeasible, kUnbounded };
  Outcome outcome = Outcome::kOptimal;
  // The rest is filled when the outcome is kOptimal. The solution is basic: a vertex.
  double objective = 0;
  std::vector<double> primal;         // by column
  std::vector<double> dual;           // by row: change of the objective per unit of right-hand side
  std::vector<double> reduced_costs;  // by column: cost_j - sum_i a_ij dual_i
};

// Thread-safe. The same program gives the same answer, to the last bit.
class LinearProgramSolver {
 public:
  virtual ~LinearProgramSolver() = default;

  // INVALID_ARGUMENT: a number is NaN, a cost or coefficient infinite, or an index out of range.
  // DEADLINE_EXCEEDED: the solver's limit of time or iterations was met. INTERNAL: the solver
  // failed; its own words are in the message.
  virtual absl::StatusOr<LinearSolution> Solve(const LinearProgram& program) const = 0;
};

}  // namespace evenkeel::optimizer
