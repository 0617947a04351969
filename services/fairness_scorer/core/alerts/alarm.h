// When a condition that is looked at each cycle is worth an alert (FAIR-3): it must hold three
// times in a row, and the alert stays open until it has not held three times in a row. A cycle in
// which nothing is known counts for neither; it breaks the first run and lets the second stand.
#pragma once

#include <optional>

namespace evenkeel::fairness {

inline constexpr int kSustainedCycles = 3;

// What is remembered of a condition between cycles.
struct AlarmMemory {
  int run = 0;        // cycles that it has held in a row, at most kSustainedCycles
  int calm = 0;       // known cycles that it has not held in a row, while open
  bool open = false;  // an alert of it is open

  friend bool operator==(const AlarmMemory&, const AlarmMemory&) = default;
};

struct AlarmStep {
  bool sustained =
      false;           // holds now and in the two cycles before (the reference's alert_sustained)
  bool fires = false;  // the rising edge of that (alert_fires)
  bool opens = false;  // fires, and no alert was open
  bool closes = false;
};

// Takes what is known of the condition in this cycle; absent: nothing.
AlarmStep Step(AlarmMemory& memory, std::optional<bool> holds);

}  // namespace evenkeel::fairness
