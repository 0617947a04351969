// What the fairness scorer must not forget over a restart: the averages and alarms of groups, the
// alerts that were raised (its outbox), how far each sink has got, and the groups' figures over
// time.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/fairness_scorer/core/alerts/alert.h"
#include "services/fairness_scorer/core/alerts/watch.h"

namespace evenkeel::fairness {

struct StoredAlert {
  int64_t cursor = 0;  // rises with each alert
  Alert alert;
};

// A group's figures in one stretch of time (FAIR-16). Absent: not known in it.
struct GroupFigures {
  std::string group_key;  // GroupKey
  absl::Time start;
  int64_t samples = 0;               // cycles with figures
  std::optional<double> mean_cv;     // of the figure that is configured
  std::optional<double> highest_cv;  // smoothed
  std::optional<double> mean_raw_cv;
  std::optional<double> mean_occupancy_ratio;
  int64_t critical_samples = 0;  // cycles in which the smoothed figure was critical
  double mean_agents = 0;        // compared

  friend bool operator==(const GroupFigures&, const GroupFigures&) = default;
};

// One cycle's figures of one group, to be added to its stretch.
struct GroupSample {
  std::string group_key;
  absl::Time at;
  std::optional<double> cv, smoothed_cv, raw_cv, occupancy_ratio;
  bool critical = false;
  int64_t agents = 0;
};

// Everything that one cycle leaves behind.
struct CycleWrite {
  std::map<std::string, GroupMemory> memory;  // by group key
  std::vector<Alert> alerts;                  // new
  std::vector<GroupSample> samples;
};

enum class HistoryStep { kInterval, kDay };  // five minutes, or a UTC day

// Thread-safe. Every method may fail with UNAVAILABLE, RESOURCE_EXHAUSTED or INTERNAL; nothing was
// written then.
class FairnessStore {
 public:
  virtual ~FairnessStore() = default;

  // All or nothing, durable when it returns OK.
  virtual absl::Status Commit(const CycleWrite& write) = 0;
  virtual absl::StatusOr<std::map<std::string, GroupMemory>> LoadMemory() = 0;

  // Oldest first, after `cursor`.
  virtual absl::StatusOr<std::vector<StoredAlert>> FindAlerts(int64_t cursor, int64_t limit) = 0;
  // The newest; 0 when there is none.
  virtual absl::StatusOr<int64_t> LastCursor() = 0;
  // How far `sink` has got: every alert up to there was delivered to it.
  virtual absl::StatusOr<int64_t> Delivered(const std::string& sink) = 0;
  virtual absl::Status MarkDelivered(const std::string& sink, int64_t cursor) = 0;

  // Oldest first, of one group, stretches that begin in [from, to).
  virtual absl::StatusOr<std::vector<GroupFigures>> FindHistory(const std::string& group_key,
                                                                absl::Time from, absl::Time to,
                                                                HistoryStep step) = 0;

  // Forgets alerts and figures from before `oldest`; what a sink has not got yet stays.
  virtual absl::Status Forget(absl::Time oldest) = 0;
};

}  // namespace evenkeel::fairness
