// evenkeel-bench-capacity: the optimum of the balance model (CAP-8) by ours, by GLPK and by SciPy's
// HiGHS, which are given the linear program of the very same network.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/core/capacity/certificate.h"
#include "services/optimizer/core/capacity/decomposition.h"
#include "services/optimizer/core/capacity/planner.h"
#include "services/optimizer/testing/test_centre.h"
#include "tools/bench/bench.h"

namespace evenkeel::bench {
namespace {

using optimizer::BalanceProblem;
using optimizer::LinearProgram;
using optimizer::Network;

constexpr double kSameObjective = 1e-7;  // relative

struct Size {
  int agents = 0, groups = 0, queues = 0;
  bool glpk = true;  // whether it ends in a time that anybody waits for
};

// Groups that can serve one to five queues, drawn at random or (as departments are) neighbours of
// one another; agents for about nine tenths of whom the load asks, unlike from queue to queue.
BalanceProblem MakeProblem(const Size& size, bool neighbours, double load_ratio) {
  std::mt19937_64 random(static_cast<uint64_t>(size.agents));
  const auto between = [&random](int least, int most) {
    return least + static_cast<int>(random() % static_cast<uint64_t>(most - least + 1));
  };
  BalanceProblem problem;
  for (int g = 0; g < size.groups; ++g) {
    auto& group = problem.groups.emplace_back();
    group.id = absl::StrCat("g", g);
    const int skills = between(1, 5);
    const int home = neighbours ? g * size.queues / size.groups : 0;
    for (int i = 0; static_cast<int>(group.queues.size()) < skills; ++i) {
      const int q = neighbours ? (home + i) % size.queues : between(0, size.queues - 1);
      const std::string id = absl::StrCat("q", q);
      const bool twice = std::any_of(group.queues.begin(), group.queues.end(),
                                     [&](const auto& entry) { return entry.queue_id == id; });
      if (!twice) group.queues.push_back({id});
    }
  }
  for (int a = 0; a < size.agents; ++a) ++problem.groups[between(0, size.groups - 1)].agents;
  for (int q = 0; q < size.queues; ++q) {
    auto& queue = problem.queues.emplace_back();
    queue.id = absl::StrCat("q", q);
    queue.load.mean_handle_seconds = between(180, 420);
    const double erlangs = load_ratio * size.agents / size.queues * between(40, 160) / 100;
    queue.load.calls_per_hour = erlangs * 3600 / queue.load.mean_handle_seconds;
    queue.load.mean_patience_seconds = between(90, 240);
    queue.weight = between(1, 3);
  }
  return problem;
}

template <typename Work>
double BestMilliseconds(int rounds, const Work& work) {
  RealClock stopwatch;
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) {
    const SteadyTime start = stopwatch.SteadyNow();
    work();
    best = std::min(best, absl::ToDoubleMilliseconds(stopwatch.SteadyNow() - start));
  }
  return best;
}

template <typename Number, typename Of>
void WriteNumbers(std::ofstream& file, size_t count, const Of& of) {
  for (size_t i = 0; i < count; ++i) {
    const Number number = of(i);
    file.write(reinterpret_cast<const char*>(&number), sizeof number);
  }
}

// As highs.py reads it.
void WriteProgram(const LinearProgram& program, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  const size_t columns = program.columns.size(), rows = program.rows.size();
  const size_t sizes[] = {columns, rows, program.entries.size()};
  WriteNumbers<int64_t>(file, 3, [&](size_t i) { return sizes[i]; });
  WriteNumbers<double>(file, columns, [&](size_t i) { return program.columns[i].cost; });
  WriteNumbers<double>(file, columns, [&](size_t i) { return program.columns[i].lower; });
  WriteNumbers<double>(file, columns, [&](size_t i) { return program.columns[i].upper; });
  WriteNumbers<double>(file, rows, [&](size_t i) { return program.rows[i].lower; });
  WriteNumbers<double>(file, rows, [&](size_t i) { return program.rows[i].upper; });
  WriteNumbers<int64_t>(file, columns + 1,
                        [&](size_t i) { return i == 0 ? 0 : program.entries_end[i - 1]; });
  WriteNumbers<int64_t>(file, sizes[2], [&](size_t i) { return program.entries[i].row; });
  WriteNumbers<double>(file, sizes[2], [&](size_t i) { return program.entries[i].value; });
}

struct Peer {
  std::string version;
  double milliseconds = 0;
  double objective = 0;
};

// Debian's Python, whose SciPy scripts/setup installs.
absl::StatusOr<Peer> AskHighs(const LinearProgram& program, int rounds) {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / absl::StrCat("evenkeel-bench-", getpid());
  WriteProgram(program, path);
  const std::string command =
      absl::StrCat("/usr/bin/python3 '", HIGHS, "' '", path.string(), "' ", rounds);
  FILE* const pipe = popen(command.c_str(), "r");
  char version[32] = "";
  Peer peer;
  const int read = pipe == nullptr ? 0
                                   : std::fscanf(pipe, "%31s %lf %lf", version, &peer.milliseconds,
                                                 &peer.objective);
  const int status = pipe == nullptr ? -1 : pclose(pipe);
  std::filesystem::remove(path);
  if (status != 0 || read != 3) {
    return absl::UnavailableError(
        absl::StrCat("no figure from ", command, "; is python3-scipy installed?"));
  }
  peer.milliseconds *= 1000;
  peer.version = version;
  return peer;
}

absl::Status CheckSame(double ours, double peer, const std::string& name) {
  if (std::abs(ours - peer) <= kSameObjective * std::abs(ours)) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(name, " has another optimum: ", peer, ", ours ", ours));
}

absl::Status MeasureSize(const Size& size, bool neighbours, bool quick, std::vector<Row>& rows) {
  constexpr double kLoadRatio = 0.9;
  const int rounds = quick ? 1 : 5;
  const Network network = optimizer::MakeNetwork(MakeProblem(size, neighbours, kLoadRatio));
  // Warm: from the plan for loads five percent lower.
  const auto before = optimizer::Decompose(
      optimizer::MakeNetwork(MakeProblem(size, neighbours, 0.95 * kLoadRatio)));
  std::optional<optimizer::FlowPlan> plan;
  optimizer::Certificate certificate;
  const auto solve = [&](std::span<const double> start) {
    return BestMilliseconds(rounds, [&] {
      if (!optimizer::IsFlow(network)) return;
      plan = optimizer::Decompose(network, start);
      certificate = optimizer::Certify(network, plan->assigned, plan->group_values);
    });
  };
  const double warm = solve(before->assigned);
  const bool warm_holds = certificate.holds();
  const double cold = solve({});
  if (!plan || !warm_holds || !certificate.holds()) {
    return absl::InternalError(absl::StrCat("not certified: gap ", certificate.gap_ratio));
  }
  const std::string name =
      absl::StrFormat("%d agents, %s", size.agents, neighbours ? "departments" : "mixed skills");
  const LinearProgram program = optimizer::MakeLinearProgram(network);
  // The segments count from each queue's minimum.
  double base = 0;
  for (const Network::Queue& queue : network.queues) base += queue.cost.At(queue.least);
  if (!quick) {
    EVENKEEL_ASSIGN_OR_RETURN(const Peer highs, AskHighs(program, size.glpk ? 3 : 1));
    EVENKEEL_RETURN_IF_ERROR(CheckSame(certificate.objective, base + highs.objective, "HiGHS"));
    const std::string peer = "HiGHS, SciPy " + highs.version;
    rows.push_back({name + ", cold / HiGHS", Kind::kTime, cold, highs.milliseconds, peer, "ms"});
    rows.push_back({name + ", warm / HiGHS", Kind::kTime, warm, highs.milliseconds, peer, "ms"});
  }
  if (!size.glpk) return absl::OkStatus();
  absl::StatusOr<optimizer::LinearSolution> glpk;
  const double glpk_ms =
      BestMilliseconds(1, [&] { glpk = optimizer::GlpkSolver().Solve(program); });
  EVENKEEL_RETURN_IF_ERROR(glpk.status());
  EVENKEEL_RETURN_IF_ERROR(CheckSame(certificate.objective, base + glpk->objective, "GLPK"));
  rows.push_back({name + ", cold / GLPK", Kind::kTime, cold, glpk_ms, "GLPK", "ms"});
  return absl::OkStatus();
}

// A whole plan from a snapshot: curves, three optima and the choice of the moves. Agents are joined
// to one of the three queues that each may be given.
absl::Status MeasurePlan(int agents, int queues, bool quick, std::vector<Row>& rows) {
  constexpr double kCycleMilliseconds = 60'000;  // optimizer.capacity_cycle
  std::mt19937_64 random(static_cast<uint64_t>(agents));
  optimizer::TestCentre centre;
  for (int q = 0; q < queues; ++q) {
    const double erlangs = 0.85 * agents / queues * (0.5 + random() % 100 / 100.0);
    centre.AddQueue(erlangs * 12, 300, 180);
  }
  for (int a = 0; a < agents; ++a) {
    const auto of = [queues](int q) { return static_cast<size_t>(q % queues); };
    centre.AddAgent({of(a), of(a + 1 + a / queues % 4), of(a + 7)}, {of(a)});
  }
  const model::Snapshot snapshot = centre.Snap();
  absl::StatusOr<optimizer::CapacityPlan> plan;
  const double ours = BestMilliseconds(quick ? 1 : 3, [&] {
    plan =
        optimizer::PlanCapacity(snapshot, centre.Settings(), centre.now, optimizer::GlpkSolver());
  });
  EVENKEEL_RETURN_IF_ERROR(plan.status());
  if (plan->moves.empty()) return absl::InternalError("nothing was planned");
  rows.push_back({absl::StrFormat("%d agents, plan from a snapshot", agents), Kind::kTime, ours,
                  kCycleMilliseconds, "its cycle", "ms"});
  return absl::OkStatus();
}

absl::StatusOr<Report> Measure(bool quick) {
  Report report;
  std::vector<Size> sizes = {{500, 60, 15},
                             {5'000, 300, 50},
                             {20'000, 1'200, 200},
                             {50'000, 3'000, 500},
                             {100'000, 10'000, 5'000, false}};
  if (quick) sizes = {{100, 20, 5}, {200, 30, 10}};
  for (const Size& size : sizes) {
    for (const bool neighbours : {false, true}) {
      EVENKEEL_RETURN_IF_ERROR(MeasureSize(size, neighbours, quick, report.rows));
    }
  }
  for (const auto& [agents, queues] : {std::pair(5'000, 100), std::pair(100'000, 5'000)}) {
    const int smaller = quick ? 50 : 1;
    EVENKEEL_RETURN_IF_ERROR(MeasurePlan(agents / smaller, queues / smaller, quick, report.rows));
  }
  report.method =
      "From the network with its cost curves, respectively the linear program made of it, to the\n"
      "optimum; ours with its certificate. One thread; best of five, HiGHS of three (100,000 "
      "agents:\n"
      "one), GLPK of one. "
      "Warm: from the plan for loads 5 % lower. All objectives agree within 1e-7.\n";
  return report;
}

}  // namespace
}  // namespace evenkeel::bench

int main(int argc, char** argv) {
  return evenkeel::bench::BenchMain(argc, argv, "evenkeel-bench-capacity",
                                    "Finds the best capacity plan, against GLPK and HiGHS",
                                    evenkeel::bench::Measure);
}
