// Load of one agent (FAIR-1): guide 3's formulas, with hold added by a switch.
#pragma once

namespace evenkeel::fairness {

// base * skill_modifier * (1 - utilization). Requires utilization in [0, 1], the others >= 0.
double EffectiveCapacity(double base_capacity, double skill_modifier, double utilization);

// (talk + acw * acw_weight + hold) / capacity, seconds; pass hold 0 to leave it out.
// Requires capacity > 0.
double EffectiveLoadSeconds(double talk_seconds, double acw_seconds, double hold_seconds,
                            double acw_weight, double capacity);

// (talk + acw + hold) / interval. Requires interval > 0.
double OccupancyRatio(double talk_seconds, double acw_seconds, double hold_seconds,
                      double interval_seconds);

}  // namespace evenkeel::fairness
