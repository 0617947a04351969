// What ingest remembers beyond the snapshots it holds: the figures of queues by interval, and one
// line about each snapshot.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/model/snapshot.h"

namespace evenkeel::ingest {

struct StoredInterval {
  model::QueueInterval interval;
  absl::Time read_at;  // the figures are as of then

  friend bool operator==(const StoredInterval&, const StoredInterval&) = default;
};

struct IntervalQuery {
  std::vector<std::string> queue_ids;  // empty: all
  absl::Time from;                     // starts in [from, to)
  absl::Time to;
  // Only what comes after this interval in the order of the answer.
  absl::Time after_start = absl::InfinitePast();
  std::string after_queue_id;
  int limit = 1000;
};

// One line about a snapshot.
struct SnapshotSummary {
  uint64_t number = 0;
  absl::Time taken_at;
  int64_t agents = 0;
  int64_t at_work = 0;
  int64_t waiting = 0;
  double least_seen_ratio = 1;  // of its sections

  friend bool operator==(const SnapshotSummary&, const SnapshotSummary&) = default;
};

// Thread-safe. UNAVAILABLE when the store cannot be reached now, RESOURCE_EXHAUSTED when it is
// full, INTERNAL for other faults of it.
class HistoryStore {
 public:
  virtual ~HistoryStore() = default;

  // Replaces what is known of the same queues and starts. All or nothing.
  virtual absl::Status SaveIntervals(std::span<const model::QueueInterval> intervals,
                                     absl::Time read_at) = 0;
  // By start, then queue.
  virtual absl::StatusOr<std::vector<StoredInterval>> Query(const IntervalQuery& query) = 0;

  virtual absl::Status SaveSummary(const SnapshotSummary& summary) = 0;
  // The number of the newest snapshot ever saved; 0: none.
  virtual absl::StatusOr<uint64_t> LastSnapshotNumber() = 0;

  // Forgets intervals that start before `before`, and snapshots taken before it.
  virtual absl::Status Prune(absl::Time before) = 0;
};

}  // namespace evenkeel::ingest
