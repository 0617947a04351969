// Snapshots as a stream of parts under 1 MiB: whole ones, or only what changed since one that the
// reader has. Used by ingest to send and by consumers to put together again.
#pragma once

#include <absl/status/status.h>

#include <memory>
#include <set>
#include <vector>

#include "common/model/snapshot.h"
#include "evenkeel/ingest/v1/ingest_service.pb.h"

namespace evenkeel::convert {

// `snapshot` with only `sections` (empty: all); quality and left_alone always stay.
model::Snapshot SelectSections(const model::Snapshot& snapshot,
                               const std::set<model::Section>& sections);

// The parts that turn `base` into `snapshot`; without a base the whole of it. Each part's size is
// below `max_part_bytes`, unless a single entry is larger.
std::vector<ingest::v1::WatchSnapshotsResponse> SplitSnapshot(const model::Snapshot* base,
                                                              const model::Snapshot& snapshot,
                                                              size_t max_part_bytes);

// Puts snapshots together from parts.
class SnapshotAssembler {
 public:
  // Takes the next part. After the last part of a snapshot, newest() is that snapshot.
  // FAILED_PRECONDITION when a part builds on a snapshot that this does not hold, or parts are out
  // of order: watch again from a whole snapshot.
  absl::Status Take(const ingest::v1::WatchSnapshotsResponse& part);

  // Null before the first; shared and immutable.
  const std::shared_ptr<const model::Snapshot>& newest() const { return newest_; }

 private:
  std::shared_ptr<const model::Snapshot> newest_;
  model::Snapshot building_;
  int next_part_ = 0;
};

}  // namespace evenkeel::convert
