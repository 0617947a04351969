#include "services/optimizer/core/capacity/staff.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "common/base/status_macros.h"

namespace evenkeel::optimizer {
namespace {

// An estimate is never taken for worse than this: with no evidence yet, its prior still says
// something.
constexpr double kMostRateError = 0.3;

// Counts vary by dispersion_ratio times what Poisson counts do.
double RateError(const model::QueueEstimate& estimate) {
  const double expected = estimate.arrivals_per_hour * estimate.evidence_seconds / 3600;
  const double variance = std::max(1.0, estimate.dispersion_ratio);
  return std::sqrt(std::min(variance / std::max(expected, 1e-9), kMostRateError * kMostRateError));
}

using Index = absl::flat_hash_map<std::string, size_t>;

absl::StatusOr<std::vector<StaffQueue>> ReadQueues(const model::Snapshot& snapshot,
                                                   const PlannerSettings& settings) {
  absl::flat_hash_map<std::string, const model::Queue*> known;
  for (const model::Queue& queue : snapshot.queues) known[queue.id] = &queue;
  absl::flat_hash_map<std::string, const model::QueueEstimate*> estimates;
  for (const model::QueueEstimate& estimate : snapshot.estimates) {
    estimates[estimate.queue_id] = &estimate;
  }
  std::vector<std::string> missing;
  std::vector<StaffQueue> queues;
  for (const ManagedQueue& managed : settings.queues) {
    StaffQueue& queue = queues.emplace_back();
    queue.balance.id = managed.queue_id;
    queue.balance.weight = managed.weight;
    queue.balance.min_agents = managed.min_agents;
    queue.balance.max_agents = managed.max_agents;
    const auto at = known.find(managed.queue_id);
    if (at == known.end()) {
      missing.push_back(absl::StrCat("queue ", managed.queue_id));
      continue;
    }
    queue.name = at->second->name;
    queue.service_level_within =
        at->second->service_level_target.value_or(model::ServiceLevelTarget()).within;
    queue.capacity = at->second->inbound_capacity;
    if (snapshot.capacity_lever == model::CapacityLever::kQueueCapacity && !queue.capacity) {
      missing.push_back(absl::StrCat("the inbound capacity of queue ", managed.queue_id));
    }
    QueueLoad& load = queue.balance.load;
    const auto estimate = estimates.find(managed.queue_id);
    if (estimate != estimates.end()) {
      load = {estimate->second->arrivals_per_hour, estimate->second->mean_handle_seconds,
              estimate->second->mean_patience_seconds};
      if (!managed.calls_per_hour) queue.rate_error_ratio = RateError(*estimate->second);
    } else if (!managed.calls_per_hour || !managed.mean_handle_seconds) {
      missing.push_back(absl::StrCat("the estimate of queue ", managed.queue_id));
    }
    load.calls_per_hour = managed.calls_per_hour.value_or(load.calls_per_hour);
    load.mean_handle_seconds = managed.mean_handle_seconds.value_or(load.mean_handle_seconds);
    if (managed.mean_patience_seconds) load.mean_patience_seconds = managed.mean_patience_seconds;
    if (!load.mean_patience_seconds && settings.assumed_patience < absl::InfiniteDuration()) {
      load.mean_patience_seconds = absl::ToDoubleSeconds(settings.assumed_patience);
    }
  }
  if (!missing.empty()) {
    const std::string list = absl::StrJoin(missing, ", ");
    return RefusalStatus(absl::StatusCode::kFailedPrecondition,
                         absl::StrCat("snapshot ", snapshot.number, " does not hold: ", list),
                         {"CAPACITY_INPUT_MISSING", {{"missing", list}}});
  }
  return queues;
}

}  // namespace

size_t StaffType::JoinedCount() const {
  return static_cast<size_t>(std::count_if(options.begin(), options.end(),
                                           [](const Option& option) { return option.joined; }));
}

bool StaffType::MayJoin(int queues_per_agent) const {
  return JoinedCount() < static_cast<size_t>(queues_per_agent) ||
         std::any_of(options.begin(), options.end(),
                     [](const Option& option) { return option.joined && !option.left_alone; });
}

absl::StatusOr<Staff> ReadStaff(const model::Snapshot& snapshot, const PlannerSettings& settings,
                                absl::Time now) {
  Staff staff;
  EVENKEEL_ASSIGN_OR_RETURN(staff.queues, ReadQueues(snapshot, settings));
  Index queue_index;
  for (size_t q = 0; q < staff.queues.size(); ++q) queue_index[staff.queues[q].balance.id] = q;

  const absl::flat_hash_set<std::string> excluded(settings.excluded_agents.begin(),
                                                  settings.excluded_agents.end());
  absl::flat_hash_set<std::string> at_work;
  for (const model::AgentState& state : snapshot.states) {
    if (state.at_work) at_work.insert(state.agent_id);
  }
  absl::flat_hash_set<std::pair<std::string, size_t>> left_alone;
  absl::flat_hash_set<std::pair<std::string, std::string>> held_from;  // agent, queue
  absl::flat_hash_set<std::string> held;  // agents whom nothing else touches meanwhile (FAIR-6)
  for (const model::LeftAlone& entry : snapshot.left_alone) {
    const bool of_all_queues = entry.why == model::LeftAlone::Why::kHeld || entry.queue_id.empty();
    if (of_all_queues && entry.until > now) held.insert(entry.agent_id);
    // Who is held for a moment counts where they will be again.
    if (entry.why == model::LeftAlone::Why::kHeld) {
      held_from.emplace(entry.agent_id, entry.queue_id);
      if (entry.queue_id.empty()) at_work.insert(entry.agent_id);
    }
    const auto q = queue_index.find(entry.queue_id);
    if (entry.until <= now || q == queue_index.end()) continue;
    if (entry.agent_id.empty()) {
      staff.queues[q->second].capacity_left_alone = true;
    } else {
      left_alone.emplace(entry.agent_id, q->second);
    }
  }

  std::map<std::string, std::vector<Option>> options;  // by agent, so that types list them in order
  std::vector<double> eligible(staff.queues.size(), 0.0);
  for (const model::Membership& membership : snapshot.memberships) {
    const auto q = queue_index.find(membership.queue_id);
    if (q == queue_index.end() || !at_work.contains(membership.agent_id)) continue;
    eligible[q->second] += 1;
    const bool alone = excluded.contains(membership.agent_id) ||
                       held.contains(membership.agent_id) ||
                       left_alone.contains({membership.agent_id, q->second});
    const bool joined =
        membership.joined || held_from.contains({membership.agent_id, membership.queue_id});
    if (joined || !alone) {
      options[membership.agent_id].push_back({q->second, joined, alone});
    }
  }
  std::map<std::vector<Option>, std::vector<std::string>> types;
  for (auto& [agent_id, choices] : options) {
    std::sort(choices.begin(), choices.end());
    types[std::move(choices)].push_back(agent_id);
  }
  for (auto& [choices, agents] : types) staff.types.push_back({choices, std::move(agents)});
  for (size_t q = 0; q < staff.queues.size(); ++q) {
    BalanceQueue& balance = staff.queues[q].balance;
    balance.limit_agents = eligible[q] / settings.queues[q].coverage_ratio;
    // Closed: a minimum that nobody could hold would make every plan infeasible, every night.
    if (eligible[q] == 0) balance.min_agents = 0;
  }
  return staff;
}

}  // namespace evenkeel::optimizer
