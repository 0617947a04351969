#include "tools/lab/compare/policies.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "common/base/flags.h"
#include "common/base/status_macros.h"
#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/core/capacity/planner.h"
#include "tools/genesys_sim/engine/engine.h"
#include "tools/lab/compare/centre_view.h"
#include "tools/lab/compare/shift.h"
#include "tools/lab/compare/virtual_ingest.h"

namespace evenkeel::lab {
namespace {

constexpr PolicyName kPolicies[] = {
    {"left_alone", "the scenario's memberships, never changed"},
    {"constant_yesterday", "planned for the mean loads of the first half hour, never changed"},
    {"best_constant", "planned for the mean loads of the whole shift, in hindsight; never changed"},
    {"everybody_everywhere", "every member joined to all his queues, never changed"},
    {"loop", "Evenkeel's capacity loop with shipped defaults, begun as left_alone"},
    {"loop_from_yesterday", "the same, begun as constant_yesterday"},
};

// Of a list by `start`, the one that holds at `in_repeat`; null: there are none.
template <typename Period>
const Period* Holding(const std::vector<Period>& periods, absl::Duration in_repeat) {
  const Period* holding = nullptr;
  for (const Period& period : periods) {
    if (period.start <= in_repeat) holding = &period;
  }
  return holding;
}

double MeanSeconds(const sim::Distribution& always,
                   const std::vector<sim::DistributionPeriod>& by_period,
                   absl::Duration in_repeat) {
  const sim::DistributionPeriod* period = Holding(by_period, in_repeat);
  return absl::ToDoubleSeconds((period == nullptr ? always : period->distribution).Mean());
}

}  // namespace

std::span<const PolicyName> KnownPolicies() { return kPolicies; }

MeanLoad LoadOf(const sim::Scenario& scenario, const sim::CallType& type, absl::Duration span) {
  // Nothing changes between these.
  std::set<absl::Duration> changes = {absl::ZeroDuration(), scenario.repeat};
  for (const sim::RatePeriod& period : type.rates) changes.insert(period.start);
  for (const sim::DistributionPeriod& period : type.talk_by_period) changes.insert(period.start);
  for (const sim::DistributionPeriod& period : type.patience_by_period) {
    changes.insert(period.start);
  }
  for (size_t i = 0; i <= type.counts.size(); ++i) {
    changes.insert(std::min(scenario.repeat, static_cast<int64_t>(i) * type.count_period));
  }
  const absl::Duration end = std::min(span, scenario.closes.value_or(absl::InfiniteDuration()));
  const double besides_talk = type.hold_share_ratio * absl::ToDoubleSeconds(type.hold.Mean()) +
                              absl::ToDoubleSeconds(type.after_call.Mean());
  double contacts = 0, handle_seconds = 0, patience_seconds = 0;
  for (absl::Duration cycle; cycle < end; cycle += scenario.repeat) {
    for (auto at = changes.begin(); std::next(at) != changes.end(); ++at) {
      const absl::Duration from = cycle + *at, to = std::min(end, cycle + *std::next(at));
      if (to <= from) break;
      double per_hour = 0;
      if (const sim::RatePeriod* rate = Holding(type.rates, *at)) per_hour = rate->calls_per_hour;
      if (!type.counts.empty()) {
        const auto step = static_cast<size_t>(*at / type.count_period);
        per_hour = step < type.counts.size() ? static_cast<double>(type.counts[step]) /
                                                   absl::ToDoubleHours(type.count_period)
                                             : 0;
      }
      const double came = per_hour * absl::ToDoubleHours(to - from);
      contacts += came;
      handle_seconds += came * (besides_talk + MeanSeconds(type.talk, type.talk_by_period, *at));
      if (type.patience) {
        patience_seconds += came * MeanSeconds(*type.patience, type.patience_by_period, *at);
      }
    }
  }
  MeanLoad load;
  if (contacts <= 0) return load;
  load.calls_per_hour = contacts / absl::ToDoubleHours(span);
  load.handle_seconds = handle_seconds / contacts;
  if (type.patience) load.patience_seconds = patience_seconds / contacts;
  return load;
}

absl::StatusOr<sim::Scenario> BestConstant(sim::Scenario scenario, absl::Duration span) {
  const std::vector<int> queues = sim::QueuesToBalance(scenario);
  if (queues.empty()) return scenario;
  // The centre two minutes after its start: who is there, and what may they be given?
  sim::Engine engine(scenario, 1, absl::UnixEpoch());
  engine.AdvanceTo(absl::UnixEpoch());
  const CentreView view(engine, queues);
  VirtualIngest ingest(view);
  engine.AdvanceTo(absl::UnixEpoch() + absl::Minutes(2));
  ingest.Tick(engine.now());
  model::Snapshot snapshot = ingest.snapshot();

  optimizer::PlannerSettings settings;
  std::map<int, size_t> place;
  for (const int queue : queues) {
    place[queue] = settings.queues.size();
    optimizer::ManagedQueue& managed = settings.queues.emplace_back();
    managed.queue_id = scenario.queues[queue].id;
    managed.calls_per_hour = 0;
    managed.mean_handle_seconds = 0;
  }
  // Means over a queue's call types, weighted by their contacts; patience over those that have one.
  std::map<int, double> patience, impatient;
  for (const sim::CallType& type : scenario.call_types) {
    if (!place.contains(type.queue)) continue;
    optimizer::ManagedQueue& managed = settings.queues[place[type.queue]];
    const MeanLoad load = LoadOf(scenario, type, span);
    *managed.calls_per_hour += load.calls_per_hour;
    *managed.mean_handle_seconds += load.calls_per_hour * load.handle_seconds;
    if (load.patience_seconds) {
      patience[type.queue] += load.calls_per_hour * *load.patience_seconds;
      impatient[type.queue] += load.calls_per_hour;
    }
  }
  for (const auto& [queue, at] : place) {
    optimizer::ManagedQueue& managed = settings.queues[at];
    const double rate = *managed.calls_per_hour;
    if (rate <= 0) {
      managed.mean_handle_seconds = 300;
      continue;
    }
    *managed.mean_handle_seconds /= rate;
    if (impatient[queue] > 0) managed.mean_patience_seconds = patience[queue] / impatient[queue];
  }
  settings.move_cost = absl::ZeroDuration();
  settings.caution = 0;
  settings.max_moves = 1000;
  const optimizer::GlpkSolver solver;
  for (int round = 0; round < 20; ++round) {
    EVENKEEL_ASSIGN_OR_RETURN(
        const optimizer::CapacityPlan plan,
        optimizer::PlanCapacity(snapshot, settings, snapshot.taken_at, solver));
    for (const optimizer::MembershipMove& move : plan.moves) {
      for (model::Membership& membership : snapshot.memberships) {
        if (membership.agent_id != move.agent_id) continue;
        if (membership.queue_id == move.join_queue_id) membership.joined = true;
        if (membership.queue_id == move.leave_queue_id) membership.joined = false;
      }
    }
    if (plan.moves.empty()) break;
  }
  std::map<std::pair<std::string, std::string>, bool> planned;
  for (const model::Membership& membership : snapshot.memberships) {
    planned[{membership.agent_id, membership.queue_id}] = membership.joined;
  }
  for (sim::Agent& agent : scenario.agents) {
    for (sim::Membership& membership : agent.memberships) {
      const auto found = planned.find({agent.id, scenario.queues[membership.queue].id});
      if (found != planned.end()) membership.joined = found->second;
    }
  }
  return scenario;
}

absl::StatusOr<Policy> MakePolicy(const std::string& name, const sim::Scenario& scenario,
                                  absl::Duration length) {
  const auto known = std::find_if(std::begin(kPolicies), std::end(kPolicies),
                                  [&](const PolicyName& policy) { return policy.name == name; });
  if (known == std::end(kPolicies)) {
    std::vector<std::string> names;
    for (const PolicyName& policy : kPolicies) names.push_back(policy.name);
    const std::string nearest = NearestName(name, names);
    return absl::InvalidArgumentError(
        absl::StrCat("there is no policy \"", name, "\"",
                     nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
  }
  sim::Scenario begun = scenario;
  // Of the guide dialect; here the lever is memberships.
  for (sim::Queue& queue : begun.queues) queue.inbound_capacity.reset();
  if (name == "constant_yesterday" || name == "loop_from_yesterday") {
    EVENKEEL_ASSIGN_OR_RETURN(begun, BestConstant(begun, absl::Minutes(30)));
  } else if (name == "best_constant") {
    EVENKEEL_ASSIGN_OR_RETURN(begun, BestConstant(begun, length));
  } else if (name == "everybody_everywhere") {
    for (sim::Agent& agent : begun.agents) {
      for (sim::Membership& membership : agent.memberships) membership.joined = true;
    }
  }
  return Policy{name, std::make_shared<const sim::Scenario>(std::move(begun)),
                name.starts_with("loop")};
}

}  // namespace evenkeel::lab
