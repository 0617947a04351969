#include "services/fairness_scorer/core/alerts/watch.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/stats/dispersion.h"

namespace evenkeel::fairness {
namespace {

// An agent's work on everything together.
struct AgentTotal {
  double busy_seconds = 0;      // over the queues
  double on_queue_seconds = 0;  // on any of them: the longest on one
  std::map<std::string, double> occupancy_by_skill;
  std::map<std::string, double> busy_by_skill;
};

double BusySeconds(const AgentWorkload& agent) {
  return agent.talk_seconds + agent.hold_seconds + agent.acw_seconds;
}

std::map<std::string, AgentTotal> Totals(const std::vector<GroupCycle>& groups) {
  std::map<std::string, AgentTotal> totals;
  for (const GroupCycle& cycle : groups) {
    for (size_t i = 0; i < cycle.group->agents.size(); ++i) {
      const AgentWorkload& agent = cycle.group->agents[i];
      AgentTotal& total = totals[agent.agent_id];
      const double on_queue = agent.on_queue_seconds.value_or(cycle.options.interval_seconds);
      if (cycle.group->kind == Group::Kind::kQueue) {
        total.busy_seconds += BusySeconds(agent);
        total.on_queue_seconds = std::max(total.on_queue_seconds, on_queue);
      } else if (!cycle.score->agents[i].left_out) {
        total.busy_by_skill[cycle.group->id] = BusySeconds(agent);
        total.occupancy_by_skill[cycle.group->id] = BusySeconds(agent) / on_queue;
      }
    }
  }
  return totals;
}

// The agents of the group that are compared, weighted by their time.
std::optional<double> Occupancy(const GroupCycle& cycle,
                                const std::map<std::string, AgentTotal>& totals) {
  double busy = 0, on_queue = 0;
  for (size_t i = 0; i < cycle.group->agents.size(); ++i) {
    if (cycle.score->agents[i].left_out) continue;
    const AgentTotal& total = totals.at(cycle.group->agents[i].agent_id);
    busy += total.busy_seconds;
    on_queue += total.on_queue_seconds;
  }
  if (on_queue <= 0) return std::nullopt;
  return busy / on_queue;
}

struct AcwSpread {
  std::optional<double> cv;  // by the figure
  bool beyond_chance = true;
  std::vector<std::string> longest;  // agents at 1.5 times the mean and more
};

AcwSpread SpreadOfAcw(const GroupCycle& cycle, const WatchRules& rules) {
  std::vector<double> means, contacts;
  std::vector<std::pair<double, std::string>> agents;
  for (size_t i = 0; i < cycle.group->agents.size(); ++i) {
    const AgentWorkload& agent = cycle.group->agents[i];
    if (cycle.score->agents[i].left_out || agent.contacts < rules.acw_min_contacts) continue;
    means.push_back(agent.acw_seconds / agent.contacts);
    contacts.push_back(agent.contacts);
    agents.emplace_back(-means.back(), agent.agent_id);
  }
  AcwSpread spread;
  if (std::ssize(means) < std::max(2, cycle.options.min_group_size)) return spread;
  spread.cv = stats::CoefficientOfVariation(means);
  std::sort(agents.begin(), agents.end());
  const double mean = *stats::Mean(means);
  if (spread.cv && rules.figure == Figure::kCorrected) {
    // The mean of k exponential times has a squared CV of 1 / k.
    double chance = 0, chi_square = 0;
    for (size_t i = 0; i < means.size(); ++i) {
      chance += 1 / contacts[i] / static_cast<double>(means.size());
      chi_square += contacts[i] * (means[i] / mean - 1) * (means[i] / mean - 1);
    }
    spread.cv = std::sqrt(std::max(0.0, *spread.cv * *spread.cv - chance));
    spread.beyond_chance =
        ChiSquareTail(chi_square, static_cast<double>(means.size() - 1)) <= rules.most_chance;
  }
  for (const auto& [negative, id] : agents) {
    if (-negative >= 1.5 * mean) spread.longest.push_back(id);
  }
  return spread;
}

// Agents of the skill who have another, have this as their first, and are at the mark on it.
std::vector<std::string> AtMark(const GroupCycle& cycle, const WatchRules& rules,
                                const std::map<std::string, AgentTotal>& totals) {
  std::vector<std::string> ids;
  for (const AgentWorkload& agent : cycle.group->agents) {
    const AgentTotal& total = totals.at(agent.agent_id);
    if (total.busy_by_skill.size() < 2) continue;
    const auto primary =
        std::max_element(total.busy_by_skill.begin(), total.busy_by_skill.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (primary->first == cycle.group->id &&
        total.occupancy_by_skill.at(primary->first) >= rules.overload_mark) {
      ids.push_back(agent.agent_id);
    }
  }
  return ids;
}

std::vector<std::string> Ids(const std::vector<AgentStanding>& standing) {
  std::vector<std::string> ids;
  for (const AgentStanding& agent : standing) ids.push_back(agent.agent_id);
  return ids;
}

bool IsShiftChange(const GroupCycle& cycle, const WatchRules& rules) {
  const double agents = static_cast<double>(cycle.group->agents.size());
  return cycle.group->shifting > rules.most_shifting * agents;
}

// What a condition is in this cycle, and what an alert of it would say.
struct Condition {
  std::optional<bool> holds;
  std::vector<std::string> overloaded, underutilized;
  std::string text;
  std::vector<AlertEvidence> evidence;
};

Condition Degradation(const GroupStanding& now, const GroupCycle& cycle, const WatchRules& rules) {
  Condition condition;
  if (!now.smoothed_cv) return condition;
  const auto& chance = now.standing.chance_probability;
  const bool is_raw = rules.figure == Figure::kRaw;
  condition.holds =
      now.band == Band::kCritical && (is_raw || (chance && *chance <= rules.most_chance));
  condition.overloaded = Ids(now.standing.overloaded);
  condition.underutilized = Ids(now.standing.underutilized);
  const Dispersion& d = cycle.score->dispersion;
  condition.text = absl::StrFormat(
      "Work is spread unevenly over %d agents: %s CV %.2f, smoothed %.2f, critical above 0.35; %d "
      "carry too much, %d too little.",
      d.agents, is_raw ? "raw" : "noise-corrected", *now.current_cv, *now.smoothed_cv,
      condition.overloaded.size(), condition.underutilized.size());
  condition.evidence = {{"smoothed_cv", *now.smoothed_cv, 0.35},
                        {"agents", static_cast<double>(d.agents), std::nullopt}};
  if (d.cv) condition.evidence.push_back({"raw_cv", *d.cv, std::nullopt});
  if (d.mean_contacts) {
    condition.evidence.push_back({"mean_contacts", *d.mean_contacts, std::nullopt});
  }
  if (chance) condition.evidence.push_back({"chance_probability", *chance, rules.most_chance});
  return condition;
}

Condition Misaligned(const GroupStanding& now, const GroupCycle& cycle, const WatchRules& rules) {
  Condition condition;
  const bool is_queue = cycle.group->kind == Group::Kind::kQueue;
  if (!is_queue || !now.occupancy_ratio ||
      cycle.score->dispersion.agents < cycle.options.min_group_size) {
    return condition;
  }
  const double limit = rules.misaligned_ratio * cycle.group->utilization_target;
  condition.holds = *now.occupancy_ratio > limit;
  condition.text = absl::StrFormat(
      "Its agents are busy %.0f%% of their time, the target is %.0f%%: capacity factor, target or "
      "staffing no longer fit the work.",
      100 * *now.occupancy_ratio, 100 * cycle.group->utilization_target);
  condition.evidence = {{"occupancy_ratio", *now.occupancy_ratio, limit}};
  return condition;
}

Condition Acw(const AcwSpread& spread, const WatchRules& rules) {
  Condition condition;
  if (!spread.cv) return condition;
  condition.holds = *spread.cv > rules.acw_cv && spread.beyond_chance;
  condition.overloaded = spread.longest;
  condition.text = absl::StrFormat(
      "Agents' mean after-call work differs by a CV of %.2f, at most %.2f is usual: %d agents take "
      "half as long again as the mean.",
      *spread.cv, rules.acw_cv, spread.longest.size());
  condition.evidence = {{"acw_cv", *spread.cv, rules.acw_cv}};
  return condition;
}

Condition Overlap(const GroupCycle& cycle, const WatchRules& rules,
                  const std::map<std::string, AgentTotal>& totals) {
  Condition condition;
  if (cycle.group->kind != Group::Kind::kSkill) return condition;
  condition.overloaded = AtMark(cycle, rules, totals);
  condition.holds = !condition.overloaded.empty();
  condition.text = absl::StrFormat(
      "%d agents with further skills are busy %.0f%% of their time and more with this one: give "
      "them half capacity on the others.",
      condition.overloaded.size(), 100 * rules.overload_mark);
  condition.evidence = {{"agents_at_mark", static_cast<double>(condition.overloaded.size()), 0.0},
                        {"secondary_capacity_ratio", 0.5, std::nullopt}};
  return condition;
}

}  // namespace

const char* AlertTypeName(AlertType type) {
  switch (type) {
    case AlertType::kFairnessDegradation:
      return "FAIRNESS_DEGRADATION";
    case AlertType::kCapacityMisaligned:
      return "CAPACITY_MISALIGNED";
    case AlertType::kAcwVariance:
      return "ACW_VARIANCE";
    case AlertType::kSkillOverlap:
      return "SKILL_OVERLAP";
    case AlertType::kThrottleWorse:
      return "THROTTLE_WORSE";
  }
  return "";
}

const char* RecommendedAction(AlertType type) {
  switch (type) {
    case AlertType::kFairnessDegradation:
      return "THROTTLE_OVERLOADED";
    case AlertType::kCapacityMisaligned:
      return "RECALIBRATE_CAPACITY";
    case AlertType::kAcwVariance:
      return "STANDARDIZE_WRAP_UP";
    case AlertType::kSkillOverlap:
      return "HALVE_SECONDARY_CAPACITY";
    case AlertType::kThrottleWorse:
      return "REVIEW_QUEUE";
  }
  return "";
}

double OverloadMark(double handle_time_cv) {
  return 0.80 * (1 - 0.25 * std::min(1.0, handle_time_cv));
}

std::string GroupKey(Group::Kind kind, const std::string& id) {
  return (kind == Group::Kind::kQueue ? "queue/" : "skill/") + id;
}

WatchedCycle Watch(std::map<std::string, GroupMemory>& memory,
                   const std::vector<GroupCycle>& groups, const WatchRules& rules, bool suppressed,
                   uint64_t snapshot_number, absl::Time now,
                   const std::function<std::string()>& new_id) {
  WatchedCycle watched;
  const std::map<std::string, AgentTotal> totals = Totals(groups);
  for (const GroupCycle& cycle : groups) {
    // A skill of one queue is that queue once more: it is told of once.
    const bool is_twin = cycle.group->kind == Group::Kind::kSkill && cycle.group->queues == 1;
    const Dispersion& dispersion = cycle.score->dispersion;
    GroupMemory& kept = memory[GroupKey(cycle.group->kind, cycle.group->id)];
    GroupStanding& standing = watched.groups.emplace_back();
    if (dispersion.agents >= cycle.options.min_group_size) {
      standing.current_cv = rules.figure == Figure::kRaw ? dispersion.cv : dispersion.corrected_cv;
    }
    standing.smoothed_cv = Smooth(kept.smoothing, rules.smoothing, standing.current_cv, now);
    if (standing.smoothed_cv) standing.band = BandOf(*standing.smoothed_cv);
    standing.standing =
        StandingOf(cycle.group->agents, *cycle.score, cycle.options, rules.standing);
    standing.occupancy_ratio = Occupancy(cycle, totals);
    const AcwSpread acw = SpreadOfAcw(cycle, rules);
    standing.acw_cv = acw.cv;

    const bool quiet = suppressed || IsShiftChange(cycle, rules);
    const bool has_news =
        std::exchange(kept.work_until, cycle.group->work_until) != cycle.group->work_until;
    std::vector<std::pair<AlertType, Condition>> conditions;
    if (!is_twin) {
      conditions.emplace_back(AlertType::kFairnessDegradation, Degradation(standing, cycle, rules));
    }
    if (has_news) {
      if (!is_twin) {
        conditions.emplace_back(AlertType::kCapacityMisaligned, Misaligned(standing, cycle, rules));
        conditions.emplace_back(AlertType::kAcwVariance, Acw(acw, rules));
      }
      conditions.emplace_back(AlertType::kSkillOverlap, Overlap(cycle, rules, totals));
    }
    for (const auto& [type, condition] : conditions) {
      GroupMemory::Incident& incident = kept.incidents[type];
      const AlarmStep step = Step(incident.alarm, quiet ? std::nullopt : condition.holds);
      if (step.opens || step.closes) {
        Alert& alert = watched.alerts.emplace_back();
        alert.id = new_id();
        if (step.opens) incident.id = alert.id;
        alert.incident_id = incident.id;
        alert.closes = step.closes;
        alert.type = type;
        (cycle.group->kind == Group::Kind::kQueue ? alert.queue_id : alert.skill_id) =
            cycle.group->id;
        alert.current_cv = standing.current_cv;
        alert.ema_cv = standing.smoothed_cv;
        alert.overloaded_agents = condition.overloaded;
        alert.underutilized_agents = condition.underutilized;
        alert.at = now;
        alert.text = step.closes ? "Over: it was not so three times in a row." : condition.text;
        alert.evidence = condition.evidence;
        alert.snapshot_number = snapshot_number;
        if (step.closes) incident.id.clear();
      }
    }
    for (const auto& [type, incident] : kept.incidents) {
      if (incident.alarm.open) standing.open.insert(type);
    }
  }
  return watched;
}

}  // namespace evenkeel::fairness
