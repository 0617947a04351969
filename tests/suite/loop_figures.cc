// evenkeel-loop-figures: what the capacity loop is worth over a shift of four hours, beside the
// centre left alone and beside the best settings that never change. For scripts/prove.
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
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
  sim::Scenario scenario = sim::DefaultScenario();
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

void JoinAll(sim::Scenario& scenario) {
  for (sim::Agent& agent : scenario.agents) {
    for (sim::Membership& membership : agent.memberships) membership.joined = true;
  }
}

// Calls an hour over the shift.
double MeanRate(const sim::CallType& type) {
  double calls = 0;
  for (size_t i = 0; i < type.rates.size(); ++i) {
    const absl::Duration end =
        std::min(kShift, i + 1 < type.rates.size() ? type.rates[i + 1].start : kShift);
    calls += type.rates[i].calls_per_hour *
             std::max(0.0, absl::ToDoubleHours(end - std::min(end, type.rates[i].start)));
  }
  return calls / absl::ToDoubleHours(kShift);
}

// The best settings that never change, as our own planner finds them when it knows the means of the
// whole shift: its moves without limit and for nothing, again and again until there are none.
void SetBestConstant(sim::Scenario& scenario, sim::Dialect dialect) {
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
    managed.calls_per_hour = *managed.calls_per_hour + MeanRate(type);
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
}

struct Outcome {
  double wait_seconds = 0;
  double abandonment_ratio = 0;
  double service_level_ratio = 0;
  double writes = 0;
};

Outcome OutcomeOf(const demo::Report& report) {
  const demo::QueueReport all = demo::Total(report.queues);
  return {all.mean_wait_seconds, all.abandonment_ratio, all.service_level_ratio,
          static_cast<double>(report.writes)};
}

// A shift that nobody steers.
Outcome Unsteered(const sim::Scenario& scenario, sim::Dialect dialect, uint64_t seed) {
  SuiteOptions options;
  options.dialect = dialect;
  options.scenario = scenario;
  options.seed = seed;
  return OutcomeOf(RunAlone(options, kShift));
}

Outcome Steered(const sim::Scenario& scenario, sim::Dialect dialect, uint64_t seed) {
  SuiteOptions options;
  options.dialect = dialect;
  options.scenario = scenario;
  options.seed = seed;
  Suite suite(std::move(options));
  suite.Run(kShift);
  return OutcomeOf(suite.WithServices());
}

struct Series {
  std::string name;
  std::vector<Outcome> outcomes;
};

void Print(const Series& series, const Series& best_constant) {
  const auto n = static_cast<double>(series.outcomes.size());
  Outcome mean;
  double squares = 0;
  int better = 0;
  for (size_t i = 0; i < series.outcomes.size(); ++i) {
    const Outcome& outcome = series.outcomes[i];
    mean.wait_seconds += outcome.wait_seconds / n;
    mean.abandonment_ratio += outcome.abandonment_ratio / n;
    mean.service_level_ratio += outcome.service_level_ratio / n;
    mean.writes += outcome.writes / n;
    squares += outcome.wait_seconds * outcome.wait_seconds;
    better += outcome.wait_seconds < best_constant.outcomes[i].wait_seconds ? 1 : 0;
  }
  const double variance = std::max(0.0, squares / n - mean.wait_seconds * mean.wait_seconds);
  std::printf("| %s | %.1f ± %.1f s | %.1f %% | %.1f %% | %.0f | %d of %d |\n", series.name.c_str(),
              mean.wait_seconds, std::sqrt(variance / n), 100 * mean.abandonment_ratio,
              100 * mean.service_level_ratio, mean.writes, better, static_cast<int>(n));
}

void Compare(const std::string& title, const sim::Scenario& scenario, sim::Dialect dialect,
             uint64_t first_seed, uint64_t seeds) {
  sim::Scenario all_joined = scenario, best = scenario;
  JoinAll(all_joined);
  for (sim::Queue& queue : all_joined.queues) queue.inbound_capacity = 200;
  SetBestConstant(best, dialect);
  Series alone{"left alone", {}}, joined{"constant: everybody everywhere, no limits", {}},
      constant{"constant: planned with the shift's means", {}}, loop{"the loop", {}};
  for (uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    alone.outcomes.push_back(Unsteered(scenario, dialect, seed));
    joined.outcomes.push_back(Unsteered(all_joined, dialect, seed));
    constant.outcomes.push_back(Unsteered(best, dialect, seed));
    loop.outcomes.push_back(Steered(scenario, dialect, seed));
  }
  std::printf("\n%s, %s dialect, seeds %d to %d:\n\n", title.c_str(),
              std::string(DialectName(dialect)).c_str(), static_cast<int>(first_seed),
              static_cast<int>(first_seed + seeds - 1));
  std::printf(
      "| policy | mean wait | abandoned | in target | writes | shorter wait than the "
      "planned constant |\n|---|---:|---:|---:|---:|---:|\n");
  for (const Series* series : {&alone, &joined, &constant, &loop}) Print(*series, constant);
  std::fflush(stdout);
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
    Compare("A moving mix", sim::DefaultScenario(), dialect, first_seed, count);
    Compare("Storms and a rush", Stormy(), dialect, first_seed, count);
  }
  return 0;
}

}  // namespace
}  // namespace evenkeel::suite

int main(int argc, char** argv) { return evenkeel::suite::Main(argc, argv); }
