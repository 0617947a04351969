#include "services/optimizer/testing/test_centre.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <queue>

namespace evenkeel::optimizer {

std::string QueueId(size_t queue) { return absl::StrFormat("q%d", queue); }
std::string AgentId(size_t agent) { return absl::StrFormat("a%03d", agent); }
size_t IndexOf(const std::string& id) { return static_cast<size_t>(std::stoul(id.substr(1))); }

size_t TestCentre::AddQueue(double calls_per_hour, double handle_seconds, double patience_seconds) {
  // A day's evidence: the rate is known well.
  queues.push_back(
      {QueueId(queues.size()), calls_per_hour, handle_seconds, patience_seconds, 86400});
  return queues.size() - 1;
}

size_t TestCentre::AddAgent(std::vector<size_t> member, std::vector<size_t> joined) {
  std::map<size_t, bool>& memberships = agents.emplace_back();
  for (const size_t q : member) memberships[q] = false;
  for (const size_t q : joined) memberships[q] = true;
  at_work.push_back(true);
  return agents.size() - 1;
}

model::Snapshot TestCentre::Snap() const {
  model::Snapshot snapshot;
  snapshot.number = 7;
  snapshot.taken_at = now;
  snapshot.estimates = queues;
  snapshot.left_alone = left_alone;
  for (size_t q = 0; q < queues.size(); ++q) {
    model::Queue& queue = snapshot.queues.emplace_back();
    queue.id = QueueId(q);
    queue.name = absl::StrFormat("Queue %d", q);
    if (!capacities.empty()) {
      snapshot.capacity_lever = model::CapacityLever::kQueueCapacity;
      queue.inbound_capacity = capacities[q];
    }
    for (size_t a = 0; a < agents.size(); ++a) {
      const auto membership = agents[a].find(q);
      if (membership == agents[a].end()) continue;
      snapshot.memberships.push_back({QueueId(q), AgentId(a), membership->second});
    }
  }
  for (size_t a = 0; a < agents.size(); ++a) {
    snapshot.agents.push_back({AgentId(a), "", {}});
    snapshot.states.push_back({AgentId(a),
                               at_work[a] ? model::Activity::kIdle : model::Activity::kOffQueue,
                               at_work[a], absl::InfinitePast()});
  }
  for (const model::Section section : {model::Section::kRoster, model::Section::kStates,
                                       model::Section::kQueues, model::Section::kEstimates}) {
    snapshot.quality.push_back({section, now, absl::Seconds(15), 1, 1, 0});
  }
  return snapshot;
}

PlannerSettings TestCentre::Settings() const {
  PlannerSettings settings;
  for (size_t q = 0; q < queues.size(); ++q) {
    ManagedQueue& queue = settings.queues.emplace_back();
    queue.queue_id = QueueId(q);
    queue.min_agents = 0;
  }
  return settings;
}

void TestCentre::CarryOut(const CapacityPlan& plan) {
  for (const MembershipMove& move : plan.moves) {
    std::map<size_t, bool>& memberships = agents[IndexOf(move.agent_id)];
    memberships[IndexOf(move.join_queue_id)] = true;
    if (move.leave_queue_id) memberships[IndexOf(*move.leave_queue_id)] = false;
  }
  for (const CapacityChange& change : plan.capacities) {
    capacities[IndexOf(change.queue_id)] = change.new_capacity;
  }
}

size_t TestCentre::PairCount(size_t a, size_t b) const {
  return static_cast<size_t>(std::count_if(agents.begin(), agents.end(), [&](const auto& agent) {
    const auto in_a = agent.find(a), in_b = agent.find(b);
    return in_a != agent.end() && in_b != agent.end() && in_a->second && in_b->second;
  }));
}

size_t TestCentre::JoinedCount(size_t queue) const { return PairCount(queue, queue); }

double TestCentre::SimulatedWait(double hours, uint64_t seed) const {
  struct Call {
    double arrived, patience_ends;
  };
  std::mt19937_64 random(seed);
  const auto exponential = [&](double mean) {
    return -mean * std::log1p(-std::generate_canonical<double, 53>(random));
  };
  double total_rate = 0;  // per second
  for (const model::QueueEstimate& queue : queues) total_rate += queue.arrivals_per_hour / 3600;
  std::vector<std::deque<Call>> waiting(queues.size());
  std::vector<double> idle_since(agents.size(), 0.0);
  std::vector<bool> busy(agents.size(), false);
  using Completion = std::pair<double, size_t>;
  std::priority_queue<Completion, std::vector<Completion>, std::greater<>> completions;
  const double end = hours * 3600, warm_up = 3600;
  double wait = 0, calls = 0;
  const auto serves = [&](size_t agent, size_t queue) {
    const auto membership = agents[agent].find(queue);
    return at_work[agent] && membership != agents[agent].end() && membership->second;
  };
  for (double arrival = exponential(1 / total_rate);;) {
    if (completions.empty() || arrival < completions.top().first) {
      const double now_seconds = arrival;
      if (now_seconds > end) break;
      arrival += exponential(1 / total_rate);
      double pick = std::generate_canonical<double, 53>(random) * total_rate * 3600;
      size_t q = 0;
      while (q + 1 < queues.size() && pick >= queues[q].arrivals_per_hour) {
        pick -= queues[q++].arrivals_per_hour;
      }
      if (now_seconds > warm_up) ++calls;
      size_t best = agents.size();
      for (size_t a = 0; a < agents.size(); ++a) {
        if (!busy[a] && serves(a, q) &&
            (best == agents.size() || idle_since[a] < idle_since[best])) {
          best = a;
        }
      }
      if (best < agents.size()) {
        busy[best] = true;
        completions.push({now_seconds + exponential(queues[q].mean_handle_seconds), best});
      } else {
        waiting[q].push_back(
            {now_seconds, now_seconds + exponential(*queues[q].mean_patience_seconds)});
      }
      continue;
    }
    const auto [now_seconds, agent] = completions.top();
    completions.pop();
    size_t best = queues.size();
    for (size_t q = 0; q < queues.size(); ++q) {
      if (!serves(agent, q)) continue;
      while (!waiting[q].empty() && waiting[q].front().patience_ends <= now_seconds) {
        const Call& gone = waiting[q].front();
        if (gone.arrived > warm_up) wait += gone.patience_ends - gone.arrived;
        waiting[q].pop_front();
      }
      if (!waiting[q].empty() &&
          (best == queues.size() || waiting[q].front().arrived < waiting[best].front().arrived)) {
        best = q;
      }
    }
    if (best == queues.size()) {
      busy[agent] = false;
      idle_since[agent] = now_seconds;
      continue;
    }
    const Call& call = waiting[best].front();
    if (call.arrived > warm_up) wait += now_seconds - call.arrived;
    waiting[best].pop_front();
    completions.push({now_seconds + exponential(queues[best].mean_handle_seconds), agent});
  }
  return wait / calls;
}

TestCentre RandomCentre(std::mt19937_64& random) {
  const auto whole = [&](size_t low, size_t high) { return low + random() % (high - low + 1); };
  TestCentre centre;
  const size_t queues = whole(1, 6);
  const size_t agents = whole(3, 50);
  for (size_t q = 0; q < queues; ++q) {
    const double handle = 60.0 * static_cast<double>(whole(2, 8));
    const double load = static_cast<double>(agents) / static_cast<double>(queues) *
                        static_cast<double>(whole(20, 150)) / 100;
    centre.AddQueue(load * 3600 / handle, handle, 30.0 * static_cast<double>(whole(1, 20)));
    centre.queues[q].dispersion_ratio = 3;
    centre.queues[q].evidence_seconds = static_cast<double>(whole(0, 4)) * 3600;
  }
  for (size_t a = 0; a < agents; ++a) {
    std::vector<size_t> member, joined;
    for (size_t q = 0; q < queues; ++q) {
      if (whole(0, 2) == 0) continue;
      member.push_back(q);
      if (whole(0, 2) == 0) joined.push_back(q);
    }
    centre.AddAgent(member, joined);
    centre.at_work[a] = whole(0, 9) > 0;
    for (const size_t q : member) {
      if (whole(0, 9) > 0) continue;
      centre.left_alone.push_back({QueueId(q), AgentId(a), model::LeftAlone::Why::kChangedByOther,
                                   centre.now + absl::Minutes(static_cast<int64_t>(whole(0, 2)))});
    }
  }
  return centre;
}

}  // namespace evenkeel::optimizer
