#include "tools/lab/judge/capacity.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <tuple>

#include "common/base/status_macros.h"
#include "tools/ctl/table.h"
#include "tools/lab/compare/policies.h"

namespace evenkeel::lab {
namespace {

constexpr double kLoads[] = {77.4, 84};
constexpr std::array<double, kTypes> kEqual = {1, 1, 1, 1, 1, 1};
constexpr double kHandleSeconds = 300, kPatienceSeconds = 300;
// The bars.
constexpr double kLeastWayToPooled = 0.9, kLeastGapClosed = 0.5;
constexpr double kMostReversals = 0.5;  // a queue and hour
constexpr double kMostChanges = 1;      // joins and leaves, an agent and hour

sim::Scenario Joined(sim::Scenario scenario, const sim::Scenario& memberships) {
  for (size_t a = 0; a < scenario.agents.size(); ++a) {
    scenario.agents[a].memberships = memberships.agents[a].memberships;
  }
  return scenario;
}

const PolicyRun& RunOf(const Comparison& comparison, const std::string& name) {
  return *std::find_if(comparison.policies.begin(), comparison.policies.end(),
                       [&](const PolicyRun& run) { return run.name == name; });
}

// Mean wait over the seeds but `left_out`.
double MeanWait(const PolicyRun& run, size_t left_out) {
  double sum = 0, count = 0;
  for (size_t s = 0; s < run.shifts.size(); ++s) {
    if (s == left_out) continue;
    sum += run.shifts[s].figures.mean_wait_seconds;
    count += 1;
  }
  return sum / count;
}

std::string Percent(const Estimate& estimate) {
  return absl::StrFormat("%.0f ±%.0f", 100 * estimate.mean, 100 * estimate.half_width);
}

std::string Verdict(const std::string& what, bool met) {
  return absl::StrCat(met ? "met     " : "NOT MET ", what, "\n");
}

}  // namespace

std::vector<CapacityDay> ShiftedDays() {
  std::vector<CapacityDay> days;
  for (const double load : kLoads) {
    days.push_back({absl::StrFormat("%.1f Erlangs, strong shift", load),
                    load,
                    {1.8, 1.3, 1.0, 0.8, 0.6, 0.5},
                    true});
    days.push_back(
        {absl::StrFormat("%.1f Erlangs, +-40 %%", load), load, {1.4, 0.6, 1.4, 0.6, 1.4, 0.6}});
  }
  days.push_back(
      {absl::StrFormat("%.1f Erlangs, strong shift, variance 3 times the mean, lognormal",
                       kLoads[0]),
       kLoads[0],
       {1.8, 1.3, 1.0, 0.8, 0.6, 0.5},
       true,
       3,
       true});
  return days;
}

std::vector<CapacityDay> ConstantDays() {
  std::vector<CapacityDay> days;
  for (const double load : kLoads) {
    days.push_back({absl::StrFormat("%.1f Erlangs, as yesterday, variance 3 times the mean", load),
                    load, kEqual, false, 3});
  }
  return days;
}

sim::Scenario SixTypes(const CapacityDay& day) {
  sim::Scenario scenario;
  scenario.name = day.name;
  scenario.divisions.push_back({"d1", "Home"});

  for (int t = 0; t < kTypes; ++t) {
    sim::Queue& queue = scenario.queues.emplace_back();
    queue.id = queue.name = absl::StrCat("q", t);
    sim::CallType& type = scenario.call_types.emplace_back();
    type.name = queue.name;
    type.queue = t;
    type.rates = {
        {absl::ZeroDuration(), day.mix[t] * day.erlangs / kTypes * 3600 / kHandleSeconds}};
    type.dispersion_ratio = day.dispersion_ratio;
    const sim::Shape shape = day.lognormal ? sim::Shape::kLogNormal : sim::Shape::kExponential;
    type.talk = {.shape = shape, .mean = absl::Seconds(kHandleSeconds), .cv_ratio = 0.8};
    type.patience = {.shape = shape, .mean = absl::Seconds(kPatienceSeconds), .cv_ratio = 1.5};
  }
  for (int a = 0; a < kTypes * kAgentsOfType; ++a) {
    sim::Agent& agent = scenario.agents.emplace_back();
    agent.id = agent.name = absl::StrFormat("a%02d", a);
    for (int t = 0; t < kTypes; ++t) {
      sim::Membership& membership = agent.memberships.emplace_back();
      membership.queue = t;
      membership.joined = t == a / kAgentsOfType;
    }
    agent.schedule = {{absl::ZeroDuration(), sim::Presence::kOnQueue}};
  }
  return scenario;
}

absl::StatusOr<DayRun> RunDay(const CapacityDay& day, const std::vector<uint64_t>& seeds,
                              absl::Duration length) {
  const sim::Scenario one = SixTypes(day);
  CapacityDay yesterday = day;
  yesterday.mix = kEqual;
  EVENKEEL_ASSIGN_OR_RETURN(const sim::Scenario planned, BestConstant(SixTypes(yesterday), length));
  EVENKEEL_ASSIGN_OR_RETURN(const sim::Scenario best, BestConstant(one, length));
  sim::Scenario all = one;
  for (sim::Agent& agent : all.agents) {
    for (sim::Membership& membership : agent.memberships) membership.joined = true;
  }
  const sim::Scenario pooled = std::move(all), two = Joined(one, planned);
  std::vector<Policy> policies;
  for (const auto& [name, scenario] :
       {std::tuple("static_one", &one), std::tuple("static_two", &two),
        std::tuple("best_two", &best), std::tuple("pooled", &pooled),
        std::tuple("loop_from_one", &one), std::tuple("loop", &two)}) {
    policies.push_back({name, std::make_shared<const sim::Scenario>(*scenario),
                        std::string_view(name).starts_with("loop")});
  }
  return DayRun{day, Compare(day.name, policies, seeds, length)};
}

Estimate WayGone(const Comparison& comparison, const std::string& from, const std::string& to,
                 const std::string& policy) {
  const PolicyRun &first = RunOf(comparison, from), &last = RunOf(comparison, to);
  const PolicyRun& run = RunOf(comparison, policy);
  const auto ratio = [&](size_t left_out) {
    const double begin = MeanWait(first, left_out);
    return (begin - MeanWait(run, left_out)) / (begin - MeanWait(last, left_out));
  };
  const size_t n = run.shifts.size();
  Estimate estimate{ratio(n), 0};
  double mean = 0, squares = 0;
  for (size_t s = 0; s < n; ++s) mean += ratio(s) / static_cast<double>(n);
  for (size_t s = 0; s < n; ++s) squares += (ratio(s) - mean) * (ratio(s) - mean);
  estimate.half_width = StudentT975(static_cast<int>(n) - 1) *
                        std::sqrt(squares * static_cast<double>(n - 1) / static_cast<double>(n));
  return estimate;
}

Churn ChurnOf(const PolicyRun& run, absl::Duration length) {
  const double hours = absl::ToDoubleHours(length) * static_cast<double>(run.shifts.size());
  Churn churn;
  for (const Shift& shift : run.shifts) {
    std::map<std::pair<std::string, std::string>, bool> last;
    std::map<std::tuple<std::string, bool, int64_t>, int64_t> of_agent;
    for (const MembershipChange& change : shift.changes) {
      const auto [earlier, first] =
          last.try_emplace({change.agent_id, change.queue_id}, change.joins);
      if (!first && earlier->second != change.joins) churn.reversals_per_queue_hour += 1;
      earlier->second = change.joins;
      churn.changes_per_agent_hour += 1;
      const int64_t count = ++of_agent[{change.agent_id, change.joins, change.at / absl::Hours(1)}];
      churn.most_of_an_agent = std::max(churn.most_of_an_agent, count);
    }
  }
  churn.reversals_per_queue_hour /= hours * kTypes;
  churn.changes_per_agent_hour /= hours * kTypes * kAgentsOfType;
  return churn;
}

absl::StatusOr<Judgement> JudgeCapacity(const std::vector<uint64_t>& seeds, absl::Duration length,
                                        const std::function<void(const std::string&)>& done) {
  Judgement judgement;
  std::string verdicts;
  judgement.met = true;
  const auto judge = [&](const std::string& what, bool met) {
    absl::StrAppend(&verdicts, Verdict(what, met));
    judgement.met = judgement.met && met;
  };
  for (const CapacityDay& day : ShiftedDays()) {
    EVENKEEL_ASSIGN_OR_RETURN(const DayRun run, RunDay(day, seeds, length));
    const Comparison& comparison = run.comparison;
    ctl::Table table({"policy", ">wait, s", ">gave up, %", ">from one to pooled, %",
                      ">of static_two's gap, %", ">changes"});
    for (const PolicyRun& policy : comparison.policies) {
      const Estimate wait = MeanOf(policy, &ShiftFigures::mean_wait_seconds);
      table.Add(
          {policy.name, absl::StrFormat("%.2f ±%.2f", wait.mean, wait.half_width),
           absl::StrFormat("%.2f", 100 * MeanOf(policy, &ShiftFigures::abandonment_ratio).mean),
           Percent(WayGone(comparison, "static_one", "pooled", policy.name)),
           policy.name == "static_one"
               ? ""
               : Percent(WayGone(comparison, "static_two", "pooled", policy.name)),
           absl::StrFormat("%.0f", MeanOf(policy, &ShiftFigures::changes).mean)});
    }
    absl::StrAppend(&judgement.text, day.name, "\n\n", table.Text(), "\n");
    const double way = WayGone(comparison, "static_one", "pooled", "loop").mean;
    judge(absl::StrFormat("%s: the loop goes %.0f %% of the way to pooled, at least %.0f %%",
                          day.name, 100 * way, 100 * kLeastWayToPooled),
          way >= kLeastWayToPooled);
    if (day.strong_shift) {
      const double gap = WayGone(comparison, "static_two", "pooled", "loop").mean;
      judge(absl::StrFormat("%s: the loop closes %.0f %% of the gap static_two leaves, at least "
                            "%.0f %%",
                            day.name, 100 * gap, 100 * kLeastGapClosed),
            gap >= kLeastGapClosed);
    }
    if (done) done(day.name);
  }
  for (const CapacityDay& day : ConstantDays()) {
    EVENKEEL_ASSIGN_OR_RETURN(const DayRun run, RunDay(day, seeds, length));
    ctl::Table table(
        {"policy", ">wait, s", ">reversals/queue/h", ">changes/agent/h", ">most of one in 1 h"});
    for (const PolicyRun& policy : run.comparison.policies) {
      const Churn churn = ChurnOf(policy, length);
      const Estimate wait = MeanOf(policy, &ShiftFigures::mean_wait_seconds);
      table.Add({policy.name, absl::StrFormat("%.2f ±%.2f", wait.mean, wait.half_width),
                 absl::StrFormat("%.2f", churn.reversals_per_queue_hour),
                 absl::StrFormat("%.2f", churn.changes_per_agent_hour),
                 absl::StrCat(churn.most_of_an_agent)});
      if (!policy.name.starts_with("loop")) continue;
      judge(absl::StrFormat("%s, %s: %.2f reversals a queue and hour, at most %.1f", day.name,
                            policy.name, churn.reversals_per_queue_hour, kMostReversals),
            churn.reversals_per_queue_hour <= kMostReversals);
      judge(absl::StrFormat("%s, %s: %.2f joins and leaves an agent and hour, at most %.0f",
                            day.name, policy.name, churn.changes_per_agent_hour, kMostChanges),
            churn.changes_per_agent_hour <= kMostChanges);
    }
    absl::StrAppend(&judgement.text, day.name, "\n\n", table.Text(), "\n");
    if (done) done(day.name);
  }
  absl::StrAppend(&judgement.text, verdicts);
  return judgement;
}

}  // namespace evenkeel::lab
