// Figures of what happened, kept in slices of 15 seconds aligned to the clock, so that any stretch
// between two such marks can be summed afterwards. An event counts in the slice in which it
// happened: a wait when it ended, talk and hold when the conversation ended, after-call work and
// handling when the agent was free again.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <deque>

namespace evenkeel::sim {

// All durations that occurred of one kind.
struct Tally {
  double sum_seconds = 0;
  int64_t count = 0;
  float least_seconds = 0;  // 0 when count is 0
  float most_seconds = 0;

  void Add(double seconds);
  void Add(const Tally& other);
};

// Of a queue, or of one agent's work for a queue (then only the tallies from `answered` on, without
// `abandoned`).
struct Figures {
  int64_t offered = 0;
  int64_t over_target = 0;  // answered later than the service level asks
  Tally abandoned;          // waits that ended so
  Tally answered;           // waits that ended so
  Tally talk;
  Tally held;        // of calls that were put on hold
  Tally after_call;  // of calls that had any
  Tally handle;      // talk + hold + after-call work: count is contacts completed
  // Agent-microseconds at work (on queue, or still busy) of the agents joined to the queue, and of
  // them those busy with a contact of whatever queue. Whole numbers, so that their sum does not
  // depend on where time was cut.
  int64_t staffed_micros = 0;
  int64_t busy_micros = 0;

  void Add(const Figures& other);
};

inline constexpr int64_t kSliceMicros = 15'000'000;
// Older slices are forgotten.
inline constexpr int64_t kSlicesKept = 26 * 3600 / 15;

// Of a campaign's attempts, each counted when it ended, and of the contacts that came of them.
struct DialFigures {
  int64_t attempts = 0;
  int64_t answered = 0;  // by a person
  int64_t busy = 0;
  int64_t machine = 0;
  int64_t no_answer = 0;
  int64_t connected = 0;  // to an agent
  int64_t abandoned = 0;  // answered, and left before an agent came

  void Add(const DialFigures& other);
};

// The slices of one thing that has figures: a queue, an agent's work for one, a campaign. Slices
// are numbered from the Unix epoch; one in which nothing happened takes no room.
template <typename Kept>
class SlicedHistory {
 public:
  // The figures of `slice`, the newest so far or a newer one.
  Kept& At(int64_t slice) {
    if (slices_.empty() || slices_.back().number < slice) {
      while (!slices_.empty() && slices_.front().number <= slice - kSlicesKept) {
        slices_.pop_front();
      }
      slices_.push_back({slice, {}});
    }
    assert(slices_.back().number == slice);
    return slices_.back().figures;
  }

  // Of the slices in [from, to).
  Kept Sum(int64_t from, int64_t to) const {
    Kept sum;
    auto at =
        std::lower_bound(slices_.begin(), slices_.end(), from,
                         [](const Slice& slice, int64_t number) { return slice.number < number; });
    for (; at != slices_.end() && at->number < to; ++at) sum.Add(at->figures);
    return sum;
  }

 private:
  struct Slice {
    int64_t number;
    Kept figures;
  };
  std::deque<Slice> slices_;
};

using History = SlicedHistory<Figures>;

}  // namespace evenkeel::sim
