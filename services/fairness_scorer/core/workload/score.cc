#include "services/fairness_scorer/core/workload/score.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <set>
#include <span>
#include <string_view>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "services/fairness_scorer/core/workload/batch.h"
#include "services/fairness_scorer/core/workload/load.h"

namespace evenkeel::fairness {
namespace {

constexpr double kHealthyBelow = 0.25;
constexpr double kCriticalAbove = 0.35;
// Figures beyond these are mistakes, and would end in infinities.
constexpr double kMost = 1e9;
constexpr double kLeastCapacity = 1e-6;

// `path` is a function, because fields are seldom wrong.
template <typename Path>
void CheckRange(const Path& path, double value, double low, double high, Violations& violations) {
  if (value >= low && value <= high) return;
  violations.Add(path(), absl::StrCat("must be ", low, " to ", high, ", is ", value));
}

// The group may have any number of agents, nearly always in the order of their ids.
bool IdsAscend(const std::vector<AgentWorkload>& agents) {
  return std::adjacent_find(agents.begin(), agents.end(), [](const auto& a, const auto& b) {
           return a.agent_id >= b.agent_id;
         }) == agents.end();
}

absl::Status Validate(const std::vector<AgentWorkload>& agents, const ScoreOptions& options) {
  Violations violations;
  const bool distinct = IdsAscend(agents);
  std::set<std::string_view> ids;
  for (size_t i = 0; i < agents.size(); ++i) {
    const AgentWorkload& agent = agents[i];
    const auto path = [i](const char* field) { return absl::StrCat("agents[", i, "].", field); };
    const auto check = [&](const char* field, double value, double low, double high) {
      CheckRange([&] { return path(field); }, value, low, high, violations);
    };
    if (agent.agent_id.empty()) {
      violations.Add(path("agent_id"), "is missing");
    } else if (!distinct && !ids.insert(agent.agent_id).second) {
      violations.Add(path("agent_id"), absl::StrCat("\"", agent.agent_id, "\" occurs twice"));
    }
    check("contacts", agent.contacts, 0, kMost);
    check("talk_seconds", agent.talk_seconds, 0, kMost);
    check("hold_seconds", agent.hold_seconds, 0, kMost);
    check("acw_seconds", agent.acw_seconds, 0, kMost);
    if (agent.on_queue_seconds) check("on_queue_seconds", *agent.on_queue_seconds, 0, kMost);
    if (agent.capacity) check("capacity", *agent.capacity, kLeastCapacity, kMost);
    const double least_factor = agent.capacity ? 0 : kLeastCapacity;
    check("base_capacity", agent.base_capacity, least_factor, kMost);
    check("skill_modifier", agent.skill_modifier, least_factor, kMost);
    check("utilization", agent.utilization, 0, 1);
  }
  const auto check = [&](const char* field, double value, double low, double high) {
    CheckRange([&] { return absl::StrCat("options.", field); }, value, low, high, violations);
  };
  check("acw_weight", options.acw_weight, 0, 1);
  check("interval_seconds", options.interval_seconds, 1, kMost);
  check("min_on_queue_seconds", options.min_on_queue_seconds, 0, kMost);
  check("contact_load_cv", options.contact_load_cv, 0, kMost);
  if (options.min_group_size < 0) {
    violations.Add("options.min_group_size", "must not be negative");
  }
  return violations.ToStatus();
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
  const size_t size = agents.size();
  std::vector<double> figures(6 * size);
  const auto column = [&](size_t at) { return std::span(figures).subspan(at * size, size); };
  const auto contacts = column(0), talk = column(1), hold = column(2), acw = column(3);
  const auto on_queue = column(4), capacity = column(5);
  GroupScore result;
  result.agents.reserve(size);
  for (size_t i = 0; i < size; ++i) {
    const AgentWorkload& agent = agents[i];
    contacts[i] = agent.contacts;
    talk[i] = agent.talk_seconds;
    hold[i] = agent.hold_seconds;
    acw[i] = agent.acw_seconds;
    on_queue[i] = agent.on_queue_seconds.value_or(options.interval_seconds);
    capacity[i] = agent.capacity.value_or(agent.base_capacity * agent.skill_modifier);
    AgentScore& score = result.agents.emplace_back();
    score.agent_id = agent.agent_id;
    score.effective_capacity =
        EffectiveCapacity(agent.base_capacity, agent.skill_modifier, agent.utilization);
    const double counted_hold = options.include_hold ? hold[i] : 0;
    score.effective_load_seconds =
        EffectiveLoadSeconds(talk[i], acw[i], counted_hold, options.acw_weight, capacity[i]);
    score.occupancy_ratio = OccupancyRatio(talk[i], acw[i], hold[i], options.interval_seconds);
    score.left_out = on_queue[i] < LeastOnQueueSeconds(options);
    if (on_queue[i] < kLeastOnQueueSeconds) continue;
    const double amount = options.measure == Measure::kContacts
                              ? contacts[i]
                              : LoadSeconds(talk[i], acw[i], counted_hold, options.acw_weight);
    score.rate_per_hour = amount * PerHourAndUnit(on_queue[i], capacity[i]);
  }
  const GroupRows rows = {0, size, options.acw_weight};
  BatchScorer().Score({contacts, talk, hold, acw, on_queue, capacity}, {&rows, 1}, options,
                      {&result.dispersion, 1});
  return result;
}

}  // namespace evenkeel::fairness
