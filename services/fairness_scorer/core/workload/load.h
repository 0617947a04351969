// Load of one agent (FAIR-1): guide 3's formulas, with hold added by a switch. Where Number is a
// template's, it is a double or a stats::Pair of them.
#pragma once

namespace evenkeel::fairness {

// base * skill_modifier * (1 - utilization). Requires utilization in [0, 1], the others >= 0.
double EffectiveCapacity(double base_capacity, double skill_modifier, double utilization);

// talk + acw * acw_weight + hold; pass hold 0 to leave it out.
template <typename Number>
Number LoadSeconds(Number talk_seconds, Number acw_seconds, Number hold_seconds,
                   Number acw_weight) {
  return talk_seconds + acw_seconds * acw_weight + hold_seconds;
}

// Times an amount: its rate per hour on queue and unit of capacity.
template <typename Number>
Number PerHourAndUnit(Number on_queue_seconds, Number capacity) {
  constexpr double kSecondsPerHour = 3600;
  return kSecondsPerHour / (on_queue_seconds * capacity);
}

// LoadSeconds by capacity.
// Requires capacity > 0.
double EffectiveLoadSeconds(double talk_seconds, double acw_seconds, double hold_seconds,
                            double acw_weight, double capacity);

// (talk + acw + hold) / interval. Requires interval > 0.
double OccupancyRatio(double talk_seconds, double acw_seconds, double hold_seconds,
                      double interval_seconds);

}  // namespace evenkeel::fairness
