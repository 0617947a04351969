#include "services/fairness_scorer/core/workload/score.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "common/stats/dispersion.h"
#include "services/fairness_scorer/core/workload/load.h"

namespace evenkeel::fairness {
namespace {

constexpr double kHealthyBelow = 0.25;
constexpr double kCriticalAbove = 0.35;
constexpr double kSecondsPerHour = 3600;
// Figures beyond these are mistakes, and would end in infinities.
constexpr double kMost = 1e9;
constexpr double kLeastCapacity = 1e-6;
constexpr double kLeastSeconds = 1;  // on queue; less is none

void CheckRange(const std::string& field, double value, double low, double high,
                Violations& violations) {
  if (!(value >= low && value <= high)) {
    violations.Add(field, absl::StrCat("must be ", low, " to ", high, ", is ", value));
  }
}

absl::Status Validate(const std::vector<AgentWorkload>& agents, const ScoreOptions& options) {
  Violations violations;
  std::set<std::string> ids;
  for (size_t i = 0; i < agents.size(); ++i) {
    const AgentWorkload& agent = agents[i];
    const std::string at = absl::StrCat("agents[", i, "].");
    if (agent.agent_id.empty()) {
      violations.Add(at + "agent_id", "is missing");
    } else if (!ids.insert(agent.agent_id).second) {
      violations.Add(at + "agent_id", absl::StrCat("\"", agent.agent_id, "\" occurs twice"));
    }
    CheckRange(at + "contacts", agent.contacts, 0, kMost, violations);
    CheckRange(at + "talk_seconds", agent.talk_seconds, 0, kMost, violations);
    CheckRange(at + "hold_seconds", agent.hold_seconds, 0, kMost, violations);
    CheckRange(at + "acw_seconds", agent.acw_seconds, 0, kMost, violations);
    if (agent.on_queue_seconds) {
      CheckRange(at + "on_queue_seconds", *agent.on_queue_seconds, 0, kMost, violations);
    }
    if (agent.capacity) {
      CheckRange(at + "capacity", *agent.capacity, kLeastCapacity, kMost, violations);
      CheckRange(at + "base_capacity", agent.base_capacity, 0, kMost, violations);
      CheckRange(at + "skill_modifier", agent.skill_modifier, 0, kMost, violations);
    } else {
      CheckRange(at + "base_capacity", agent.base_capacity, kLeastCapacity, kMost, violations);
      CheckRange(at + "skill_modifier", agent.skill_modifier, kLeastCapacity, kMost, violations);
    }
    CheckRange(at + "utilization", agent.utilization, 0, 1, violations);
  }
  CheckRange("options.acw_weight", options.acw_weight, 0, 1, violations);
  CheckRange("options.interval_seconds", options.interval_seconds, 1, kMost, violations);
  CheckRange("options.min_on_queue_seconds", options.min_on_queue_seconds, 0, kMost, violations);
  CheckRange("options.contact_load_cv", options.contact_load_cv, 0, kMost, violations);
  if (options.min_group_size < 0) {
    violations.Add("options.min_group_size", "must not be negative");
  }
  return violations.ToStatus();
}

// One agent who takes part in the comparison.
struct Compared {
  double capacity = 1;
  double hours = 0;
  double contacts = 0;
  double amount_per_hour = 0;  // contacts or load per on-queue hour, not yet by capacity
};

// What chance alone adds to the squared CV of rates (capacity-weighted), when contacts come to
// agents as a Poisson process of equal rate per hour and unit of capacity. Rate i then has variance
// rate / (hours_i capacity_i), so the weighted mean of variances over the squared mean rate is
// sum(1/hours) / (rate * sum(capacity)): 1 / mean count for agents alike. For load, a contact's own
// spread adds the factor 1 + c^2.
double ChanceCvSquared(const std::vector<Compared>& compared, double factor) {
  // rate * sum(capacity) is the group's contacts per hour.
  double inverse_hours = 0, contact_rate = 0;
  for (const Compared& agent : compared) {
    inverse_hours += 1 / agent.hours;
    contact_rate += agent.contacts / agent.hours;
  }
  return factor * inverse_hours / contact_rate;
}

Dispersion Disperse(const std::vector<Compared>& compared, const ScoreOptions& options) {
  Dispersion result;
  result.agents = static_cast<int>(compared.size());
  if (compared.empty()) return result;
  std::vector<double> amounts, capacities, rates, contacts;
  for (const Compared& agent : compared) {
    amounts.push_back(agent.amount_per_hour);
    capacities.push_back(agent.capacity);
    rates.push_back(agent.amount_per_hour / agent.capacity);
    contacts.push_back(agent.contacts);
  }
  const auto weighted = stats::DispersionByCapacity(amounts, capacities);
  result.mean_rate_per_hour = weighted->mean;
  result.cv = weighted->cv;
  result.unweighted_cv = stats::CoefficientOfVariation(rates);
  result.jain = stats::JainIndex(rates);
  result.gini = stats::GiniIndex(rates);
  result.mean_contacts = stats::Mean(contacts);
  if (result.cv && *result.mean_contacts > 0) {
    const double factor = options.measure == Measure::kContacts
                              ? 1.0
                              : 1.0 + options.contact_load_cv * options.contact_load_cv;
    result.corrected_cv =
        std::sqrt(std::max(0.0, *result.cv * *result.cv - ChanceCvSquared(compared, factor)));
  }
  const auto& figure = options.figure == Figure::kRaw ? result.cv : result.corrected_cv;
  if (figure && result.agents >= options.min_group_size) result.band = BandOf(*figure);
  return result;
}

}  // namespace

const char* BandName(Band band) {
  switch (band) {
    case Band::kUnknown:
      return "unknown";
    case Band::kHealthy:
      return "healthy";
    case Band::kWarning:
      return "warning";
    case Band::kCritical:
      return "critical";
  }
  return "unknown";
}

Band BandOf(double cv) {
  if (cv < kHealthyBelow) return Band::kHealthy;
  return cv <= kCriticalAbove ? Band::kWarning : Band::kCritical;
}

absl::StatusOr<GroupScore> ScoreGroup(const std::vector<AgentWorkload>& agents,
                                      const ScoreOptions& options) {
  EVENKEEL_RETURN_IF_ERROR(Validate(agents, options));
  GroupScore result;
  std::vector<Compared> compared;
  for (const AgentWorkload& agent : agents) {
    const double capacity = agent.capacity.value_or(agent.base_capacity * agent.skill_modifier);
    const double on_queue = agent.on_queue_seconds.value_or(options.interval_seconds);
    AgentScore& score = result.agents.emplace_back();
    score.agent_id = agent.agent_id;
    score.effective_capacity =
        EffectiveCapacity(agent.base_capacity, agent.skill_modifier, agent.utilization);
    score.effective_load_seconds = EffectiveLoadSeconds(
        agent.talk_seconds, agent.acw_seconds, options.include_hold ? agent.hold_seconds : 0,
        options.acw_weight, capacity);
    score.occupancy_ratio = OccupancyRatio(agent.talk_seconds, agent.acw_seconds,
                                           agent.hold_seconds, options.interval_seconds);
    score.left_out = on_queue < std::max(kLeastSeconds, options.min_on_queue_seconds);
    if (on_queue < kLeastSeconds) continue;
    const double hours = on_queue / kSecondsPerHour;
    const double amount = options.measure == Measure::kContacts
                              ? agent.contacts
                              : score.effective_load_seconds * capacity;
    score.rate_per_hour = amount / hours / capacity;
    if (!score.left_out) {
      compared.push_back({capacity, hours, agent.contacts, amount / hours});
    }
  }
  result.dispersion = Disperse(compared, options);
  return result;
}

}  // namespace evenkeel::fairness
