// The simulator's own account of a shift, as its /admin/v1/report gives it.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/http/transport.h"

namespace evenkeel::demo {

struct QueueReport {
  std::string id;
  std::string name;
  int64_t offered = 0;
  int64_t answered = 0;
  int64_t abandoned = 0;
  double mean_wait_seconds = 0;  // of all callers who left the line
  double abandonment_ratio = 0;
  double service_level_ratio = 0;
  int64_t joined = 0;
  int64_t inbound_capacity = 0;
};

struct Report {
  absl::Time clock;
  absl::Time epoch;
  std::vector<QueueReport> queues;
  int64_t writes = 0;
  int64_t requests = 0;
  int64_t rate_limited = 0;
};

// INVALID_ARGUMENT names the path of what is wrong.
absl::StatusOr<Report> ParseReport(const std::string& json);

// `url` is the simulator's address, without a path.
absl::StatusOr<Report> FetchReport(http::Transport& transport, const std::string& url);

// All queues as one: sums, and means weighted by callers.
QueueReport Total(const std::vector<QueueReport>& queues);

}  // namespace evenkeel::demo
