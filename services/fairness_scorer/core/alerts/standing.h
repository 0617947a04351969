// Whom a group's unevenness is about, and whether chance could have made it. Contacts that come at
// random are spread unevenly too: 20 agents with 8 contacts each exceed a CV of 0.35 in 42 % of
// cases. So before anybody is alarmed (FAIR-5) the spread must be one that chance makes in fewer
// than one case in a thousand, and an agent is named only whose own figure stands out.
#pragma once

#include <absl/time/time.h>

#include <optional>
#include <string>
#include <vector>

#include "services/fairness_scorer/core/workload/score.h"

namespace evenkeel::fairness {

struct StandingRules {
  // Named as overloaded: at least so many times their share, and so many standard deviations of
  // chance above it.
  double overloaded_ratio = 1.25;
  double overloaded_deviations = 2;
  // Named as underutilized.
  double underutilized_ratio = 0.75;
  double underutilized_deviations = 1;
};

struct AgentStanding {
  std::string agent_id;
  // What the agent had, and what would have been a fair share of it for the agent's time and
  // capacity: contacts, or load in units of one contact's mean load.
  double had = 0;
  double fair = 0;
  double capacity = 1;

  friend bool operator==(const AgentStanding&, const AgentStanding&) = default;
};

struct Standing {
  // How likely chance alone spreads so much or more; absent for fewer than two compared, or nothing
  // to compare.
  std::optional<double> chance_probability;
  std::vector<AgentStanding> overloaded;     // most in excess of their share first
  std::vector<AgentStanding> underutilized;  // most short of it first
};

// Of those that `score`, made of `agents` with `options`, did not leave out.
Standing StandingOf(const std::vector<AgentWorkload>& agents, const GroupScore& score,
                    const ScoreOptions& options, const StandingRules& rules);

// Upper tail of the chi-square distribution by Wilson and Hilferty's cube root: P(X >= x). Within
// 0.002 for 5 degrees of freedom and more, and a tenth of itself where it is 0.001. Requires x >=
// 0, degrees >= 1.
double ChiSquareTail(double x, double degrees);

// How long an overloaded agent steps out (FAIR-6): min(most, (current - target) * handle time), 0
// where that is negative. `current` and `target` are contacts in the window per unit of capacity.
absl::Duration ThrottleDuration(double current, double target, absl::Duration handle_time,
                                absl::Duration most = absl::Seconds(120));

}  // namespace evenkeel::fairness
