// One whole cycle of ingest for a centre of a given size, from answers that are in memory: every
// section read, parsed, merged, published and cut into the parts of a stream. What it costs, and
// how often the rate budget lets each loop run (API-3, API-7).
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <string>
#include <vector>

namespace evenkeel::bench {

struct Cycle {
  struct Loop {
    std::string section;
    int requests = 0;  // a reading
    absl::Duration configured;
    absl::Duration real;
  };
  double seconds = 0;            // the best of the passes
  double wanted_per_minute = 0;  // requests, were each loop to run as configured
  double budget_per_minute = 0;  // that are ours, by the default share of the published limit
  std::vector<Loop> loops;
};

// Platform dialect, default intervals and share.
absl::StatusOr<Cycle> MeasureCycle(int agents, int queues, int passes);

}  // namespace evenkeel::bench
