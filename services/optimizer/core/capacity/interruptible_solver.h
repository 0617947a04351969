// A solver that stops answering once nobody waits for it: a plan of a large problem takes many
// linear programs.
#pragma once

#include <functional>
#include <utility>

#include "services/optimizer/core/capacity/linear_program.h"

namespace evenkeel::optimizer {

class InterruptibleSolver final : public LinearProgramSolver {
 public:
  // `solver` must outlive this. `interrupted` is asked before each program.
  InterruptibleSolver(const LinearProgramSolver& solver, std::function<bool()> interrupted)
      : solver_(solver), interrupted_(std::move(interrupted)) {}

  // CANCELLED when interrupted; else as the solver.
  absl::StatusOr<LinearSolution> Solve(const LinearProgram& program) const override {
    if (interrupted_()) return absl::CancelledError("nobody waits for this plan any more");
    return solver_.Solve(program);
  }

 private:
  const LinearProgramSolver& solver_;
  const std::function<bool()> interrupted_;
};

}  // namespace evenkeel::optimizer
