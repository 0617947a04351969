// Proof that a plan of the balance model is optimal. It evaluates the plan and a lower bound from
// the group values alone, straight from the definition of the model; it shares nothing with the
// linear program or the solver, so that an error in either is found out.
#pragma once

#include <cmath>
#include <vector>

#include "services/optimizer/core/capacity/network.h"

namespace evenkeel::optimizer {

// The accepted relative gap.
inline constexpr double kCertifiedGapRatio = 1e-9;

struct Certificate {
  double objective = 0;    // of the plan, from the definition
  double lower_bound = 0;  // no plan is better
  // (objective - lower_bound) / objective, where the divisor is at least a millionth of a waiting
  // call: below that, plans do not differ.
  double gap_ratio = 0;
  // The largest breach of a bound, relative to the bound (at least 1): negative agents, more agents
  // than a group has, staff outside a queue's bounds.
  double breach_ratio = 0;

  bool holds() const {
    return std::abs(gap_ratio) <= kCertifiedGapRatio && breach_ratio <= kCertifiedGapRatio;
  }
};

// `assigned`: agents by arc. `group_values`: fall of the objective per agent added to a group; any
// values >= 0 give a valid bound, negative ones are taken as 0.
Certificate Certify(const Network& network, const std::vector<double>& assigned,
                    const std::vector<double>& group_values);

}  // namespace evenkeel::optimizer
