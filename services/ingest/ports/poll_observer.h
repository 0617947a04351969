// Who wants to know how the reading goes: metrics. Called from the poller's threads, one call at a
// time; must be quick.
#pragma once

#include <absl/status/status.h>

#include "common/model/snapshot.h"

namespace evenkeel::ingest {

class PollObserver {
 public:
  virtual ~PollObserver() = default;

  // A reading of the section ended.
  virtual void OnReading(model::Section section, const absl::Status& status) = 0;
  virtual void OnSnapshot(const model::Snapshot& snapshot) = 0;
  // Something could not be written to the history; reading goes on.
  virtual void OnHistoryError() = 0;
};

}  // namespace evenkeel::ingest
