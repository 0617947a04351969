#include "tools/lab/compare/shift.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>

#include "common/stats/dispersion.h"
#include "services/actuator/core/proposal.h"
#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/core/capacity/planner.h"
#include "services/optimizer/core/capacity/proposals.h"
#include "tools/genesys_sim/engine/engine.h"
#include "tools/lab/compare/centre_view.h"
#include "tools/lab/compare/virtual_actuator.h"
#include "tools/lab/compare/virtual_ingest.h"

namespace evenkeel::lab {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);              // actuator.tick
constexpr absl::Duration kCycle = absl::Minutes(1);             // optimizer.capacity_cycle
constexpr absl::Duration kProposalLifetime = absl::Minutes(2);  // optimizer.proposal_lifetime
constexpr size_t kSmallestGroup = 5;                            // fairness_scorer.min_group_size
// Not on a round hour by chance; the same for all.
const absl::Time kStart = absl::FromUnixSeconds(1'700'006'400);

class Collector : public sim::Observer {
 public:
  Collector(const sim::Scenario& scenario, absl::Duration length)
      : scenario_(scenario),
        length_(absl::ToInt64Microseconds(length)),
        series_(static_cast<size_t>(absl::Ceil(length, kSeriesStep) / kSeriesStep)),
        agents_(scenario.agents.size()) {}

  void Answered(const sim::Contact& contact) override {
    ++agents_[contact.agent].handled;
    const double until_end = static_cast<double>(length_ - contact.answered) * 1e-6;
    talk_seconds_ += std::min(contact.talk_seconds, until_end);
    const double wait = Waited(contact, contact.answered);
    const absl::Duration target = scenario_.queues[contact.queue].target_wait;
    in_target_ += wait <= absl::ToDoubleSeconds(target) ? 1 : 0;
  }

  void Ended(const sim::Contact& contact) override {
    switch (contact.outcome) {
      case sim::Outcome::kAbandoned:
        gave_up_ += 1;
        Waited(contact, contact.ended);
        return;
      case sim::Outcome::kDisconnected:
        turned_away_ += 1;
        Waited(contact, contact.ended);
        return;
      case sim::Outcome::kBlocked:
        turned_away_ += 1;
        came_ += 1;
        return;
      default:  // Answered has it, or nobody came
        return;
    }
  }

  void AgentChanged(int agent, int64_t micros, sim::Presence presence,
                    sim::RoutingStatus status) override {
    Count(agents_[agent], micros);
    agents_[agent].status = status;
  }

  // At the end of the shift.
  void Finish(const sim::Engine& engine, Shift& shift) {
    for (size_t q = 0; q < scenario_.queues.size(); ++q) {
      for (const absl::Time since : engine.WaitingSince(static_cast<int>(q))) {
        wait_seconds_ += absl::ToDoubleSeconds(engine.now() - since);
        waits_ += 1;
        came_ += 1;
      }
    }
    ShiftFigures& figures = shift.figures;
    double staffed = 0, busy = 0;
    std::map<std::vector<std::pair<int, int>>, std::vector<double>> groups;
    for (size_t a = 0; a < agents_.size(); ++a) {
      Count(agents_[a], length_);
      staffed += agents_[a].staffed_micros * 1e-6;
      busy += agents_[a].busy_micros * 1e-6;
      std::vector<std::pair<int, int>> queues;  // with the ring
      for (const sim::Membership& membership : scenario_.agents[a].memberships) {
        queues.emplace_back(membership.queue, membership.ring);
      }
      std::sort(queues.begin(), queues.end());
      if (agents_[a].staffed_micros > 0) groups[queues].push_back(agents_[a].handled);
    }
    std::vector<std::vector<double>> handled;
    for (auto& [queues, counts] : groups) handled.push_back(std::move(counts));
    figures.unfairness_cv = UnfairnessCv(handled);
    if (waits_ > 0) figures.mean_wait_seconds = wait_seconds_ / waits_;
    if (came_ > 0) {
      figures.service_level_ratio = in_target_ / came_;
      figures.abandonment_ratio = gave_up_ / came_;
      figures.turned_away_ratio = turned_away_ / came_;
    }
    if (staffed > 0) {
      figures.occupancy_ratio = busy / staffed;
      figures.talk_minutes_per_agent_hour = 60 * talk_seconds_ / staffed;
    }
    for (const Step& step : series_) {
      shift.wait_series_seconds.push_back(step.wait_seconds / step.left);  // 0 / 0: NaN
    }
  }

 private:
  // Counts a contact that waited until then; how long, in seconds.
  double Waited(const sim::Contact& contact, int64_t until) {
    const double wait = static_cast<double>(until - contact.arrived) * 1e-6;
    came_ += 1;
    waits_ += 1;
    wait_seconds_ += wait;
    const auto step = static_cast<size_t>(until / absl::ToInt64Microseconds(kSeriesStep));
    if (step < series_.size()) {
      series_[step].wait_seconds += wait;
      series_[step].left += 1;
    }
    return wait;
  }

  struct Step {
    double wait_seconds = 0;
    double left = 0;
  };
  struct Agent {
    double handled = 0;
    sim::RoutingStatus status = sim::RoutingStatus::kOffQueue;
    int64_t since = 0;
    double staffed_micros = 0;
    double busy_micros = 0;
  };
  static void Count(Agent& agent, int64_t until) {
    const auto passed = static_cast<double>(until - agent.since);
    if (agent.status != sim::RoutingStatus::kOffQueue) agent.staffed_micros += passed;
    if (agent.status == sim::RoutingStatus::kInteracting) agent.busy_micros += passed;
    agent.since = until;
  }

  const sim::Scenario& scenario_;
  const int64_t length_;
  double wait_seconds_ = 0, waits_ = 0, came_ = 0;
  double in_target_ = 0, gave_up_ = 0, turned_away_ = 0, talk_seconds_ = 0;
  std::vector<Step> series_;
  std::vector<Agent> agents_;
};

// One cycle of the optimizer's loop.
void RunCycle(const model::Snapshot& snapshot, const optimizer::PlannerSettings& settings,
              absl::Time now, int64_t cycle, VirtualActuator& actuator) {
  optimizer::PlannerSettings planner = settings;
  planner.max_moves =
      static_cast<int>(std::clamp<int64_t>(actuator.WritesLeft(now) / 2, 0, settings.max_moves));
  const optimizer::GlpkSolver solver;
  const auto plan = optimizer::PlanCapacity(snapshot, planner, now, solver);
  if (!plan.ok()) return;  // too early: it has seen too little
  for (const optimizer::ProposedMove& move : optimizer::ProposalsOf(
           *plan, absl::StrCat("plan-", cycle), settings.horizon, now + kProposalLifetime)) {
    if (move.then && !actuator.Validate(*move.then, now).ok()) continue;
    if (actuator.Propose(move.first, now).ok() && move.then) {
      (void)actuator.Propose(*move.then, now);
    }
  }
}

}  // namespace

double UnfairnessCv(const std::vector<std::vector<double>>& handled_by_group) {
  double sum = 0, agents = 0;
  for (const std::vector<double>& handled : handled_by_group) {
    if (handled.size() < kSmallestGroup) continue;
    const auto cv = stats::NoiseCorrectedCv(handled);
    if (!cv) continue;
    sum += *cv * static_cast<double>(handled.size());
    agents += static_cast<double>(handled.size());
  }
  return agents > 0 ? sum / agents : 0;
}

Shift RunShift(const std::shared_ptr<const sim::Scenario>& scenario, uint64_t seed,
               absl::Duration length, bool loop) {
  Collector collector(*scenario, length);
  sim::EngineOptions options;
  options.observer = &collector;
  options.keep_history = loop;
  sim::Engine engine(scenario, seed, kStart, options);
  Shift shift;
  const std::vector<int> queues = sim::QueuesToBalance(*scenario);
  if (loop && !queues.empty()) {
    engine.AdvanceTo(kStart);
    const CentreView view(engine, queues);
    VirtualIngest ingest(view);
    absl::Time now = kStart;
    VirtualActuator actuator(engine, queues, [&](const model::Change& change) {
      ingest.ObserveChange(change, now);
      if (change.state != model::ChangeState::kApplied) return;
      const auto& entity = std::get<model::MembershipEntity>(change.proposal.entity);
      shift.changes.push_back(
          {entity.agent_id, entity.queue_id, actuator::IsJoin(change.proposal), now - kStart});
    });
    optimizer::PlannerSettings settings;
    for (const int queue : queues) {
      settings.queues.emplace_back().queue_id = scenario->queues[queue].id;
    }
    int64_t cycles = 0;
    for (now += kTick; now <= kStart + length; now += kTick) {
      engine.AdvanceTo(now);
      ingest.Tick(now);
      actuator.Tick(now);
      if ((now - kStart) % kCycle == absl::ZeroDuration()) {
        RunCycle(ingest.snapshot(), settings, now, ++cycles, actuator);
      }
    }
    shift.figures.changes = static_cast<double>(actuator.applied());
  }
  engine.AdvanceTo(kStart + length);
  collector.Finish(engine, shift);
  return shift;
}

}  // namespace evenkeel::lab
