#include "tools/genesys_sim/engine/statistics.h"

#include <algorithm>

namespace evenkeel::sim {

void Tally::Add(double seconds) {
  const auto value = static_cast<float>(seconds);
  least_seconds = count == 0 ? value : std::min(least_seconds, value);
  most_seconds = std::max(most_seconds, value);
  sum_seconds += seconds;
  ++count;
}

void Tally::Add(const Tally& other) {
  if (other.count == 0) return;
  least_seconds = count == 0 ? other.least_seconds : std::min(least_seconds, other.least_seconds);
  most_seconds = std::max(most_seconds, other.most_seconds);
  sum_seconds += other.sum_seconds;
  count += other.count;
}

void Figures::Add(const Figures& other) {
  offered += other.offered;
  over_target += other.over_target;
  abandoned.Add(other.abandoned);
  answered.Add(other.answered);
  talk.Add(other.talk);
  held.Add(other.held);
  after_call.Add(other.after_call);
  handle.Add(other.handle);
  staffed_micros += other.staffed_micros;
  busy_micros += other.busy_micros;
}

void DialFigures::Add(const DialFigures& other) {
  attempts += other.attempts;
  answered += other.answered;
  busy += other.busy;
  machine += other.machine;
  no_answer += other.no_answer;
  connected += other.connected;
  abandoned += other.abandoned;
}

}  // namespace evenkeel::sim
