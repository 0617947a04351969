#include "services/fairness_scorer/core/alerts/alarm.h"

#include <algorithm>

namespace evenkeel::fairness {

AlarmStep Step(AlarmMemory& memory, std::optional<bool> holds) {
  AlarmStep step;
  const bool was_sustained = memory.run == kSustainedCycles;
  memory.run = holds.value_or(false) ? std::min(memory.run + 1, kSustainedCycles) : 0;
  step.sustained = memory.run == kSustainedCycles;
  step.fires = step.sustained && !was_sustained;
  if (!memory.open) {
    memory.open = step.opens = step.fires;
    memory.calm = 0;
  } else if (holds) {
    memory.calm = *holds ? 0 : memory.calm + 1;
    step.closes = memory.calm == kSustainedCycles;
    if (step.closes) memory = {};
  }
  return step;
}

}  // namespace evenkeel::fairness
