// Solves linear programs with GLPK's simplex method. The only code that includes GLPK.
#pragma once

#include <absl/time/time.h>

#include <cstdint>

#include "services/optimizer/core/capacity/linear_program.h"

namespace evenkeel::optimizer {

struct GlpkOptions {
  absl::Duration time_limit = absl::Seconds(30);  // real time, per solve
  int64_t iteration_limit = 1'000'000;            // at most what an int holds
};

// GLPK keeps its state per thread; each call uses and frees the calling thread's. Nothing else in
// the process may use GLPK.
class GlpkSolver final : public LinearProgramSolver {
 public:
  explicit GlpkSolver(const GlpkOptions& options = {}) : options_(options) {}

  absl::StatusOr<LinearSolution> Solve(const LinearProgram& program) const override;

 private:
  GlpkOptions options_;
};

}  // namespace evenkeel::optimizer
