#include "services/fairness_scorer/core/alerts/standing.h"

#include <algorithm>
#include <cmath>

namespace evenkeel::fairness {
namespace {

constexpr double kSecondsPerHour = 3600;

double Excess(const AgentStanding& agent) { return agent.had - agent.fair; }

}  // namespace

double ChiSquareTail(double x, double degrees) {
  const double variance = 2 / (9 * degrees);
  const double deviations = (std::cbrt(x / degrees) - (1 - variance)) / std::sqrt(variance);
  return 0.5 * std::erfc(deviations / std::sqrt(2.0));
}

Standing StandingOf(const std::vector<AgentWorkload>& agents, const GroupScore& score,
                    const ScoreOptions& options, const StandingRules& rules) {
  Standing standing;
  const std::optional<double> mean_rate = score.dispersion.mean_rate_per_hour;
  if (!mean_rate || *mean_rate <= 0) return standing;
  // One contact's worth of what is compared, and how much it varies.
  double unit = 1, spread = 1;
  if (options.measure == Measure::kLoad) {
    double load = 0, contacts = 0;
    for (size_t i = 0; i < agents.size(); ++i) {
      if (score.agents[i].left_out) continue;
      load += score.agents[i].effective_load_seconds *
              agents[i].capacity.value_or(agents[i].base_capacity * agents[i].skill_modifier);
      contacts += agents[i].contacts;
    }
    if (contacts <= 0 || load <= 0) return standing;
    unit = load / contacts;
    spread = 1 + options.contact_load_cv * options.contact_load_cv;
  }
  double chi_square = 0;
  int compared = 0;
  for (size_t i = 0; i < agents.size(); ++i) {
    if (score.agents[i].left_out) continue;
    const double hours =
        agents[i].on_queue_seconds.value_or(options.interval_seconds) / kSecondsPerHour;
    AgentStanding agent;
    agent.agent_id = agents[i].agent_id;
    agent.capacity =
        agents[i].capacity.value_or(agents[i].base_capacity * agents[i].skill_modifier);
    agent.had = score.agents[i].rate_per_hour * hours * agent.capacity / unit;
    agent.fair = *mean_rate * hours * agent.capacity / unit;
    ++compared;
    chi_square += Excess(agent) * Excess(agent) / (agent.fair * spread);
    const double deviations = Excess(agent) / std::sqrt(agent.fair * spread);
    if (agent.had >= rules.overloaded_ratio * agent.fair &&
        deviations >= rules.overloaded_deviations) {
      standing.overloaded.push_back(std::move(agent));
    } else if (agent.had <= rules.underutilized_ratio * agent.fair &&
               deviations <= -rules.underutilized_deviations) {
      standing.underutilized.push_back(std::move(agent));
    }
  }
  if (compared > 1) standing.chance_probability = ChiSquareTail(chi_square, compared - 1);
  std::stable_sort(standing.overloaded.begin(), standing.overloaded.end(),
                   [](const auto& a, const auto& b) { return Excess(a) > Excess(b); });
  std::stable_sort(standing.underutilized.begin(), standing.underutilized.end(),
                   [](const auto& a, const auto& b) { return Excess(a) < Excess(b); });
  return standing;
}

absl::Duration ThrottleDuration(double current, double target, absl::Duration handle_time,
                                absl::Duration most) {
  return std::clamp((current - target) * handle_time, absl::ZeroDuration(), most);
}

}  // namespace evenkeel::fairness
