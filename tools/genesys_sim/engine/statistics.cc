#include "tools/genesys_sim/engine/statistics.h"

#include <algorithm>
#include <cassert>

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
  staffed_seconds += other.staffed_seconds;
  busy_seconds += other.busy_seconds;
}

Figures& History::At(int64_t slice) {
  if (slices_.empty() || slices_.back().number < slice) {
    while (!slices_.empty() && slices_.front().number <= slice - kSlicesKept) slices_.pop_front();
    slices_.push_back({slice, {}});
  }
  assert(slices_.back().number == slice);
  return slices_.back().figures;
}

Figures History::Sum(int64_t from, int64_t to) const {
  Figures sum;
  auto at =
      std::lower_bound(slices_.begin(), slices_.end(), from,
                       [](const Slice& slice, int64_t number) { return slice.number < number; });
  for (; at != slices_.end() && at->number < to; ++at) sum.Add(at->figures);
  return sum;
}

}  // namespace evenkeel::sim
