// Figures of what happened, kept in slices of 15 seconds aligned to the clock, so that any stretch
// between two such marks can be summed afterwards. An event counts in the slice in which it
// happened: a wait when it ended, talk and hold when the conversation ended, after-call work and
// handling when the agent was free again.
#pragma once

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
  // Agent-seconds at work (on queue, or still busy) of the agents joined to the queue, and of them
  // those busy with a contact of whatever queue.
  double staffed_seconds = 0;
  double busy_seconds = 0;

  void Add(const Figures& other);
};

inline constexpr int64_t kSliceMicros = 15'000'000;
// Older slices are forgotten.
inline constexpr int64_t kSlicesKept = 26 * 3600 / 15;

// The slices of one queue, or of one agent's work for one. Slices are numbered from the Unix epoch;
// one in which nothing happened takes no room.
class History {
 public:
  // The figures of `slice`, the newest so far or a newer one.
  Figures& At(int64_t slice);
  // Of the slices in [from, to).
  Figures Sum(int64_t from, int64_t to) const;

 private:
  struct Slice {
    int64_t number;
    Figures figures;
  };
  std::deque<Slice> slices_;
};

}  // namespace evenkeel::sim
