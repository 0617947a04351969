#include "tools/lab/compare/policies.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>
#include <map>

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

absl::Duration MeanTalk(const sim::CallType& type) {
  if (type.talk_by_period.empty()) return type.talk.Mean();
  absl::Duration sum;
  for (const sim::DistributionPeriod& period : type.talk_by_period) {
    sum += period.distribution.Mean();
  }
  return sum / static_cast<double>(type.talk_by_period.size());
}

}  // namespace

std::span<const PolicyName> KnownPolicies() { return kPolicies; }

double MeanRate(const sim::CallType& type, absl::Duration span) {
  double contacts = 0;
  for (size_t i = 0; i < type.rates.size(); ++i) {
    const absl::Duration end =
        i + 1 < type.rates.size() ? std::min(span, type.rates[i + 1].start) : span;
    if (end <= type.rates[i].start) break;
    contacts += type.rates[i].calls_per_hour * absl::ToDoubleHours(end - type.rates[i].start);
  }
  for (size_t i = 0; i < type.counts.size(); ++i) {
    const double share = absl::FDivDuration(span, type.count_period) - static_cast<double>(i);
    contacts += static_cast<double>(type.counts[i]) * std::clamp(share, 0.0, 1.0);
  }
  return contacts / absl::ToDoubleHours(span);
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
  // Means over a queue's call types, weighted by their contacts.
  std::map<int, double> patience;
  for (const sim::CallType& type : scenario.call_types) {
    if (!place.contains(type.queue)) continue;
    optimizer::ManagedQueue& managed = settings.queues[place[type.queue]];
    const double rate = MeanRate(type, span);
    *managed.calls_per_hour += rate;
    *managed.mean_handle_seconds +=
        rate * absl::ToDoubleSeconds(MeanTalk(type) + type.hold_share_ratio * type.hold.Mean() +
                                     type.after_call.Mean());
    if (type.patience) patience[type.queue] += rate * absl::ToDoubleSeconds(type.patience->Mean());
  }
  for (const auto& [queue, at] : place) {
    optimizer::ManagedQueue& managed = settings.queues[at];
    const double rate = *managed.calls_per_hour;
    if (rate <= 0) {
      managed.mean_handle_seconds = 300;
      continue;
    }
    *managed.mean_handle_seconds /= rate;
    if (patience[queue] > 0) managed.mean_patience_seconds = patience[queue] / rate;
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
