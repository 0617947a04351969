// What is told to people and programs when work is not spread as it should be (FAIR-4).
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace evenkeel::fairness {

enum class AlertType {
  kFairnessDegradation,  // dispersion critical
  kCapacityMisaligned,   // a queue's agents are busier than its target allows for
  kAcwVariance,          // agents' mean after-call work differs much
  kSkillOverlap,         // agents with several skills are at their mark on the first
  kThrottleWorse,        // after a throttle things got worse: the queue is left alone (FAIR-10)
};
inline constexpr AlertType kAllAlertTypes[] = {
    AlertType::kFairnessDegradation, AlertType::kCapacityMisaligned, AlertType::kAcwVariance,
    AlertType::kSkillOverlap, AlertType::kThrottleWorse};
const char* AlertTypeName(AlertType type);      // "FAIRNESS_DEGRADATION"
const char* RecommendedAction(AlertType type);  // "THROTTLE_OVERLOADED"

// A figure that the alert rests on, for people and programs: name with unit, for instance
// {"occupancy_ratio", 0.97, 0.935}.
struct AlertEvidence {
  std::string measure;
  double value = 0;
  std::optional<double> limit;

  friend bool operator==(const AlertEvidence&, const AlertEvidence&) = default;
};

// A place where people can look (FAIR-13).
struct AlertLink {
  std::string name;  // "queue", or an agent's id
  std::string url;

  friend bool operator==(const AlertLink&, const AlertLink&) = default;
};

struct Alert {
  // Unique; a delivery that is repeated has the same one.
  std::string id;
  // The id of the alert that opened it: what closes it names it too.
  std::string incident_id;
  bool closes = false;
  AlertType type = AlertType::kFairnessDegradation;
  // Exactly one names the group.
  std::string queue_id;
  std::string skill_id;
  std::optional<double> current_cv;               // of this cycle, by the figure that is configured
  std::optional<double> ema_cv;                   // smoothed
  std::vector<std::string> overloaded_agents;     // most first
  std::vector<std::string> underutilized_agents;  // least first
  absl::Time at;
  std::string text;  // one sentence for people
  std::vector<AlertEvidence> evidence;
  uint64_t snapshot_number = 0;
  std::vector<AlertLink> links;
  std::string action_token;  // redeems the group's variant (FAIR-8); empty: there is none

  friend bool operator==(const Alert&, const Alert&) = default;
  friend void PrintTo(const Alert& alert, std::ostream* out) {
    *out << AlertTypeName(alert.type) << (alert.closes ? " over: " : ": ") << alert.text;
  }
};

}  // namespace evenkeel::fairness
