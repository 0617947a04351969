#include "services/fairness_scorer/core/workload/load.h"

namespace evenkeel::fairness {

double EffectiveCapacity(double base_capacity, double skill_modifier, double utilization) {
  return base_capacity * skill_modifier * (1 - utilization);
}

double EffectiveLoadSeconds(double talk_seconds, double acw_seconds, double hold_seconds,
                            double acw_weight, double capacity) {
  return LoadSeconds(talk_seconds, acw_seconds, hold_seconds, acw_weight) / capacity;
}

double OccupancyRatio(double talk_seconds, double acw_seconds, double hold_seconds,
                      double interval_seconds) {
  return (talk_seconds + acw_seconds + hold_seconds) / interval_seconds;
}

}  // namespace evenkeel::fairness
