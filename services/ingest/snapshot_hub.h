// The snapshots that ingest holds: the newest, the last ones by number, and waiting for a newer
// one.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

#include "common/model/snapshot.h"

namespace evenkeel::ingest {

// Thread-safe.
class SnapshotHub {
 public:
  // Holds the last `kept` snapshots (at least 1).
  explicit SnapshotHub(int kept) : kept_(kept) {}

  // Its number must be above that of the newest.
  void Publish(std::shared_ptr<const model::Snapshot> snapshot);

  // Null before the first.
  std::shared_ptr<const model::Snapshot> newest() const;
  // `number` 0: the newest. UNAVAILABLE before the first; NOT_FOUND when not, or no longer, held.
  absl::StatusOr<std::shared_ptr<const model::Snapshot>> Get(uint64_t number) const;

  // The newest, once its number is above `number`; null when `timeout` (real time) is over before,
  // or after Close.
  std::shared_ptr<const model::Snapshot> WaitNewer(uint64_t number, absl::Duration timeout);

  // Ends every wait, now and later.
  void Close();
  bool closed() const;

 private:
  const int kept_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<const model::Snapshot>> snapshots_;
  bool closed_ = false;
};

}  // namespace evenkeel::ingest
