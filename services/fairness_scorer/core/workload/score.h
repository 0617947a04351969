// Fairness of one group of agents (FAIR-2): what is compared is work per on-queue hour and unit of
// capacity; how it is spread decides the band. Readings of the guide as in the reference vectors:
// all variances are population variances; capacity-weighted figures weight by capacity.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

namespace evenkeel::fairness {

enum class Measure { kContacts, kLoad };
enum class Figure { kCorrected, kRaw };
enum class Band { kUnknown, kHealthy, kWarning, kCritical };

// "healthy", "warning", "critical", "unknown"
const char* BandName(Band band);

// Below 0.25 healthy, to 0.35 warning (both ends), above critical.
Band BandOf(double cv);

// An agent's work in the window. All figures 0 to 1e9.
struct AgentWorkload {
  std::string agent_id;
  double contacts = 0;
  double talk_seconds = 0;
  double hold_seconds = 0;
  double acw_seconds = 0;
  std::optional<double> on_queue_seconds;  // absent: the whole interval
  std::optional<double> capacity;          // from 1e-6; absent: base_capacity * skill_modifier
  double base_capacity = 1.0;
  double skill_modifier = 1.0;
  double utilization = 0.8;  // 0 to 1
};

struct ScoreOptions {
  Measure measure = Measure::kContacts;
  Figure figure = Figure::kCorrected;
  double acw_weight = 0.3;  // 0 to 1
  bool include_hold = true;
  double interval_seconds = 3600;     // from 1
  double min_on_queue_seconds = 900;  // 0 or more
  int min_group_size = 5;
  double contact_load_cv = 1.0;  // CV of one contact's load, 0 or more (measure load)
};

struct AgentScore {
  std::string agent_id;
  double effective_capacity = 0;
  double effective_load_seconds = 0;
  double occupancy_ratio = 0;
  double rate_per_hour = 0;
  bool left_out = false;

  friend bool operator==(const AgentScore&, const AgentScore&) = default;
};

// Absent figures are undefined: nobody was compared, or the mean is 0.
struct Dispersion {
  int agents = 0;
  std::optional<double> mean_rate_per_hour;
  std::optional<double> cv;  // capacity-weighted
  std::optional<double> unweighted_cv;
  std::optional<double> jain;
  std::optional<double> gini;
  std::optional<double> corrected_cv;
  std::optional<double> mean_contacts;
  // By the figure chosen; kUnknown below min_group_size or when the figure is undefined.
  Band band = Band::kUnknown;

  friend bool operator==(const Dispersion&, const Dispersion&) = default;
};

struct GroupScore {
  std::vector<AgentScore> agents;  // in the order given
  Dispersion dispersion;           // of those not left out
};

// INVALID_ARGUMENT names every wrong field by its path in `agents[i]` and `options`. No agents is
// no error: every figure is absent.
absl::StatusOr<GroupScore> ScoreGroup(const std::vector<AgentWorkload>& agents,
                                      const ScoreOptions& options);

}  // namespace evenkeel::fairness
