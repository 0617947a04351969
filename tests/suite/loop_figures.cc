// evenkeel-loop-figures: what the capacity loop is worth over a shift of four hours, beside the
// centre left alone and beside the best settings that never change. For scripts/prove.
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <vector>

#include "common/base/flags.h"
#include "common/convert/snapshot.h"
#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/core/capacity/planner.h"
#include "tests/suite/suite.h"
#include "tools/genesys_sim/scenario/loader.h"

namespace evenkeel::suite {
namespace {

constexpr absl::Duration kShift = absl::Hours(4);

// The default scenario made to break what the planner assumes: calls that come in storms (variance
// / mean 12 instead of 3), callers of whom many hang up at once and some never, and a rush that no
// estimate foresees: from 1h30 for half an hour one queue gets twice its calls.
sim::Scenario Stormy() {
  sim::Scenario scenario = sim::MovingMix();
  for (sim::CallType& type : scenario.call_types) {
    type.dispersion_ratio = 12;
    type.patience = sim::Distribution{sim::Shape::kLogNormal, absl::Seconds(90), 2.0};
  }
  std::vector<sim::RatePeriod>& rates = scenario.call_types[1].rates;
  for (sim::RatePeriod& rate : rates) {
    if (rate.start == absl::Minutes(90)) rate.calls_per_hour *= 2;
  }
  return scenario;
}

// The mix stays yesterday's: whatever the loop does here is noise.
sim::Scenario ConstantMix() {
  sim::Scenario scenario = sim::MovingMix();
  for (sim::CallType& type : scenario.call_types) type.rates.resize(1);
  return scenario;
}

void JoinAll(sim::Scenario& scenario) {
  for (sim::Queue& queue : scenario.queues) queue.inbound_capacity = 200;
  for (sim::Agent& agent : scenario.agents) {
    for (sim::Membership& membership : agent.memberships) membership.joined = true;
  }
}

// Calls an hour, over the first `span` of the shift.
double MeanRate(const sim::CallType& type, absl::Duration span) {
  double calls = 0;
  for (size_t i = 0; i < type.rates.size(); ++i) {
    const absl::Duration end =
        std::min(span, i + 1 < type.rates.size() ? type.rates[i + 1].start : span);
    calls += type.rates[i].calls_per_hour *
             std::max(0.0, absl::ToDoubleHours(end - std::min(end, type.rates[i].start)));
  }
  return calls / absl::ToDoubleHours(span);
}

// The best settings that never change for the calls of the first `span`, as our own planner finds
// them when it knows their means: its moves without limit and for nothing, again and again until
// there are none. At most two queues an agent.
sim::Scenario BestConstant(sim::Scenario scenario, sim::Dialect dialect, absl::Duration span) {
  SuiteOptions options;
  options.dialect = dialect;
  options.scenario = scenario;
  options.edit = [](config::v1::Config& config) {
    config.mutable_actuator()->set_mode(config::v1::MODE_DRY_RUN);
    config.mutable_optimizer()->set_propose(false);
  };
  Suite suite(std::move(options));
  suite.Run(absl::Minutes(2));
  model::Snapshot snapshot =
      convert::FromProto(Suite::Call(suite.ingest(), &ingest::v1::IngestService::Stub::GetSnapshot,
                                     ingest::v1::GetSnapshotRequest())
                             .snapshot());
  optimizer::PlannerSettings settings;
  for (const sim::Queue& queue : scenario.queues) {
    optimizer::ManagedQueue& managed = settings.queues.emplace_back();
    managed.queue_id = queue.id;
    managed.calls_per_hour = 0;
  }
  for (const sim::CallType& type : scenario.call_types) {
    optimizer::ManagedQueue& managed = settings.queues[type.queue];
    managed.calls_per_hour = *managed.calls_per_hour + MeanRate(type, span);
    managed.mean_handle_seconds = absl::ToDoubleSeconds(
        type.talk.Mean() + type.hold_share_ratio * type.hold.Mean() + type.after_call.Mean());
    managed.mean_patience_seconds = absl::ToDoubleSeconds(type.patience->Mean());
  }
  settings.move_cost = absl::ZeroDuration();
  settings.caution = 0;
  settings.max_moves = 1000;
  const optimizer::GlpkSolver solver;
  for (int round = 0; round < 20; ++round) {
    const auto plan = PlanCapacity(snapshot, settings, snapshot.taken_at, solver);
    if (!plan.ok()) {
      std::fprintf(stderr, "evenkeel-loop-figures: %s\n", plan.status().ToString().c_str());
      std::exit(1);
    }
    for (const optimizer::MembershipMove& move : plan->moves) {
      for (model::Membership& membership : snapshot.memberships) {
        if (membership.agent_id != move.agent_id) continue;
        if (membership.queue_id == move.join_queue_id) membership.joined = true;
        if (membership.queue_id == move.leave_queue_id) membership.joined = false;
      }
    }
    for (const optimizer::CapacityChange& change : plan->capacities) {
      for (model::Queue& queue : snapshot.queues) {
        if (queue.id == change.queue_id) queue.inbound_capacity = change.new_capacity;
      }
    }
    if (plan->moves.empty() && plan->capacities.empty()) break;
  }
  for (size_t q = 0; q < scenario.queues.size(); ++q) {
    for (const model::Queue& queue : snapshot.queues) {
      if (queue.id == scenario.queues[q].id && queue.inbound_capacity) {
        scenario.queues[q].inbound_capacity = queue.inbound_capacity;
      }
    }
  }
  for (sim::Agent& agent : scenario.agents) {
    for (sim::Membership& membership : agent.memberships) {
      for (const model::Membership& planned : snapshot.memberships) {
        if (planned.agent_id == agent.id &&
            planned.queue_id == scenario.queues[membership.queue].id) {
          membership.joined = planned.joined;
        }
      }
    }
  }
  return scenario;
}

struct Outcome {
  demo::QueueReport all;
  double changes = 0;
  double reversals = 0;  // of an earlier change of the same entity
};

// A shift that nobody steers.
Outcome Unsteered(const sim::Scenario& scenario, sim::Dialect dialect, uint64_t seed) {
  SuiteOptions options;
  options.dialect = dialect;
  options.scenario = scenario;
  options.seed = seed;
  return {demo::Total(RunAlone(options, kShift).queues), 0, 0};
}

Outcome Steered(const sim::Scenario& scenario, sim::Dialect dialect, uint64_t seed) {
  SuiteOptions options;
  options.dialect = dialect;
  options.scenario = scenario;
  options.seed = seed;
  options.step = absl::Seconds(5);
  options.edit = [](config::v1::Config& config) {
    config.mutable_actuator()->mutable_tick()->set_seconds(5);
  };
  Suite suite(std::move(options));
  suite.Run(kShift);
  Outcome outcome{demo::Total(suite.WithServices().queues), 0, 0};
  std::map<std::string, bool> rose;  // by entity: whether the change after this one did
  for (const types::v1::Change& change : suite.ChangesIn(types::v1::CHANGE_STATE_APPLIED)) {
    const auto& proposal = change.proposal();
    const bool rises = proposal.new_value().joined() ||
                       proposal.new_value().agents() > proposal.old_value().agents();
    const auto [later, first] = rose.try_emplace(proposal.entity().SerializeAsString(), rises);
    outcome.changes += 1;
    outcome.reversals += !first && later->second != rises ? 1 : 0;
    later->second = rises;
  }
  return outcome;
}

// One row: means over the seeds, with the standard error of the wait.
void Print(const std::string& name, const std::vector<Outcome>& outcomes, double queues) {
  const auto n = static_cast<double>(outcomes.size());
  double wait = 0, squares = 0, abandonment = 0, service_level = 0, changes = 0, reversals = 0;
  for (const Outcome& outcome : outcomes) {
    wait += outcome.all.mean_wait_seconds / n;
    squares += outcome.all.mean_wait_seconds * outcome.all.mean_wait_seconds / n;
    abandonment += outcome.all.abandonment_ratio / n;
    service_level += outcome.all.service_level_ratio / n;
    changes += outcome.changes / n;
    reversals += outcome.reversals / n;
  }
  const double error = std::sqrt(std::max(0.0, squares - wait * wait) / std::max(1.0, n - 1));
  std::printf("| %s | %.1f ± %.1f s | %.1f %% | %.1f %% | %.0f | %.2f |\n", name.c_str(), wait,
              error, 100 * abandonment, 100 * service_level, changes,
              reversals / queues / absl::ToDoubleHours(kShift));
  std::fflush(stdout);
}

void Compare(const std::string& title, const sim::Scenario& scenario, sim::Dialect dialect,
             uint64_t first_seed, uint64_t seeds) {
  const sim::Scenario yesterday = BestConstant(scenario, dialect, absl::Minutes(30));
  const sim::Scenario best = BestConstant(scenario, dialect, kShift);
  sim::Scenario everybody = scenario;
  JoinAll(everybody);
  std::printf("\n%s, %s dialect, seeds %d to %d:\n\n", title.c_str(),
              std::string(DialectName(dialect)).c_str(), static_cast<int>(first_seed),
              static_cast<int>(first_seed + seeds - 1));
  std::printf(
      "| policy | mean wait | abandoned | in target | changes | reversals a queue and hour "
      "|\n|---|---:|---:|---:|---:|---:|\n");
  const auto run = [&](const std::string& name, const sim::Scenario& policy, auto shift) {
    std::vector<Outcome> outcomes;
    for (uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
      outcomes.push_back(shift(policy, dialect, seed));
    }
    Print(name, outcomes, static_cast<double>(scenario.queues.size()));
  };
  run("left alone: one queue an agent", scenario, Unsteered);
  run("constant: planned for yesterday's mix", yesterday, Unsteered);
  run("constant: planned with today's means", best, Unsteered);
  run("constant: everybody everywhere", everybody, Unsteered);
  run("the loop, begun as left alone", scenario, Steered);
  run("the loop, begun as planned for yesterday", yesterday, Steered);
}

int Main(int argc, char** argv) {
  std::string first = "1000", seeds = "10";
  Flags flags("evenkeel-loop-figures", "what the capacity loop is worth over a shift");
  flags.Add("first_seed", "N", "the first seed", &first).Add("seeds", "N", "how many", &seeds);
  const auto rest = flags.Parse(argc, argv);
  uint64_t first_seed = 0, count = 0;
  std::string problem;
  if (!rest.ok()) problem = std::string(rest.status().message());
  if (problem.empty() &&
      (!absl::SimpleAtoi(first, &first_seed) || !absl::SimpleAtoi(seeds, &count) || count == 0)) {
    problem = "--first_seed and --seeds must be whole numbers";
  }
  if (!problem.empty()) {
    std::fprintf(stderr, "evenkeel-loop-figures: %s\n", problem.c_str());
    return 2;
  }
  for (const sim::Dialect dialect : {sim::Dialect::kPlatform, sim::Dialect::kGuide}) {
    Compare("A moving mix", sim::MovingMix(), dialect, first_seed, count);
    Compare("Storms and a rush", Stormy(), dialect, first_seed, count);
    Compare("A constant mix", ConstantMix(), dialect, first_seed, count);
  }
  return 0;
}

}  // namespace
}  // namespace evenkeel::suite

int main(int argc, char** argv) { return evenkeel::suite::Main(argc, argv); }
