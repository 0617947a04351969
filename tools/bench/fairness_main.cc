// evenkeel-bench-fairness: the fairness of all queues at once (FAIR-11), against code of numpy that
// takes the queues one by one and is given the very same agents.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "services/fairness_scorer/core/workload/batch.h"
#include "tools/bench/bench.h"

namespace evenkeel::bench {
namespace {

using fairness::AgentColumns;
using fairness::AgentWorkload;
using fairness::Dispersion;
using fairness::GroupRows;
using fairness::ScoreOptions;

constexpr double kSame = 1e-9;           // relative
constexpr double kBarMilliseconds = 20;  // for 100,000 agents

struct Centre {
  std::vector<double> contacts, talk, hold, acw, on_queue, capacity;
  std::vector<GroupRows> groups;
  AgentColumns columns() const { return {contacts, talk, hold, acw, on_queue, capacity}; }
};

// Queues of unlike sizes; agents of unlike capacity, luck and share of work, of whom about one in
// ten was on queue for too short a time to be compared.
Centre MakeCentre(int agents, int queues) {
  std::mt19937_64 random(static_cast<uint64_t>(agents));
  std::uniform_real_distribution<double> share(0, 1);
  Centre centre;
  std::vector<double> ends;
  for (int q = 0; q < queues; ++q) {
    ends.push_back((ends.empty() ? 0 : ends.back()) + 0.5 + share(random));
  }
  for (int q = 0; q < queues; ++q) {
    const size_t begin = q == 0 ? 0 : centre.groups.back().end;
    const auto end =
        static_cast<size_t>(std::lround(agents * ends[static_cast<size_t>(q)] / ends.back()));
    centre.groups.push_back({begin, end, q % 2 == 0 ? 0.3 : 0.5});
  }
  for (int a = 0; a < agents; ++a) {
    const double on_queue = 600 + static_cast<double>(random() % 3001);
    const double capacity = 0.5 + static_cast<double>(random() % 1001) / 1000;
    const double mean = 12 * (0.6 + 0.8 * share(random)) * on_queue / 3600 * capacity;
    const double contacts = std::poisson_distribution<int>(mean)(random);
    centre.contacts.push_back(contacts);
    centre.talk.push_back(contacts * (120 + 100 * share(random)));
    centre.hold.push_back(contacts * 20 * share(random));
    centre.acw.push_back(contacts * (20 + 40 * share(random)));
    centre.on_queue.push_back(on_queue);
    centre.capacity.push_back(capacity);
  }
  return centre;
}

// The same agents as the workload window hands them to the scorer, with ids as long as Genesys's.
std::vector<std::vector<AgentWorkload>> AsWorkloads(const Centre& centre) {
  std::vector<std::vector<AgentWorkload>> groups;
  for (const GroupRows& rows : centre.groups) {
    auto& agents = groups.emplace_back();
    for (size_t i = rows.begin; i < rows.end; ++i) {
      AgentWorkload& agent = agents.emplace_back();
      agent.agent_id = absl::StrFormat("%08d-0000-4000-8000-000000000000", i);
      agent.contacts = centre.contacts[i];
      agent.talk_seconds = centre.talk[i];
      agent.hold_seconds = centre.hold[i];
      agent.acw_seconds = centre.acw[i];
      agent.on_queue_seconds = centre.on_queue[i];
      agent.capacity = centre.capacity[i];
    }
  }
  return groups;
}

template <typename Work>
double MedianMilliseconds(int rounds, const Work& work) {
  const RealClock stopwatch;
  std::vector<double> samples;
  for (int round = 0; round < rounds; ++round) {
    const SteadyTime start = stopwatch.SteadyNow();
    work();
    samples.push_back(absl::ToDoubleMilliseconds(stopwatch.SteadyNow() - start));
  }
  return Percentile(samples, 0.5);
}

template <typename Number, typename From>
void WriteNumbers(std::ofstream& file, const std::vector<From>& numbers) {
  const std::vector<Number> same(numbers.begin(), numbers.end());
  file.write(reinterpret_cast<const char*>(same.data()),
             static_cast<std::streamsize>(same.size() * sizeof(Number)));
}

// As fairness_numpy.py reads it.
void WriteCentre(const Centre& centre, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  std::vector<size_t> begins = {0};
  std::vector<double> acw_weights;
  for (const GroupRows& rows : centre.groups) {
    begins.push_back(rows.end);
    acw_weights.push_back(rows.acw_weight);
  }
  WriteNumbers<int64_t>(file, std::vector<size_t>{centre.contacts.size(), centre.groups.size()});
  WriteNumbers<int64_t>(file, begins);
  WriteNumbers<double>(file, acw_weights);
  for (const auto* column : {&centre.contacts, &centre.talk, &centre.hold, &centre.acw,
                             &centre.on_queue, &centre.capacity}) {
    WriteNumbers<double>(file, *column);
  }
}

absl::Status CheckSame(const Dispersion& ours, const double (&peer)[9]) {
  const auto square = [](double x) { return x * x; };
  // What chance explains is subtracted from squares.
  const double squared_cv = square(ours.cv.value_or(NAN));
  const double pairs[][3] = {
      {static_cast<double>(ours.agents), peer[0], peer[0]},
      {ours.mean_rate_per_hour.value_or(NAN), peer[1], peer[1]},
      {ours.cv.value_or(NAN), peer[2], peer[2]},
      {ours.unweighted_cv.value_or(NAN), peer[3], peer[3]},
      {ours.jain.value_or(NAN), peer[4], peer[4]},
      {ours.gini.value_or(NAN), peer[5], peer[5]},
      {square(ours.corrected_cv.value_or(NAN)), square(peer[6]), squared_cv},
      {ours.mean_contacts.value_or(NAN), peer[7], peer[7]},
      {static_cast<double>(ours.band), peer[8], 0},
  };
  for (const auto& [figure, expected, scale] : pairs) {
    if (std::abs(figure - expected) <= kSame * scale) continue;
    return absl::InternalError(
        absl::StrFormat("numpy has another figure: %.17g, ours %.17g", expected, figure));
  }
  return absl::OkStatus();
}

struct Peer {
  std::string version;
  double milliseconds = 0;
};

// Debian's Python, whose numpy comes with the SciPy that scripts/setup installs.
absl::StatusOr<Peer> AskNumpy(const std::string& centre_path, const std::string& measure,
                              const std::string& how, int rounds,
                              const std::vector<Dispersion>& ours) {
  const std::string command = absl::StrCat("/usr/bin/python3 '", FAIRNESS_NUMPY, "' '", centre_path,
                                           "' ", measure, " ", how, " ", rounds);
  FILE* const pipe = popen(command.c_str(), "r");
  char version[32] = "";
  Peer peer;
  const int read = pipe == nullptr ? 0 : std::fscanf(pipe, "%31s %lf", version, &peer.milliseconds);
  const int status = pipe == nullptr ? -1 : pclose(pipe);
  if (status != 0 || read != 2) {
    return absl::UnavailableError(
        absl::StrCat("no figure from ", command, "; is python3-numpy installed?"));
  }
  std::ifstream answer(centre_path + ".answer", std::ios::binary);
  for (const Dispersion& dispersion : ours) {
    double figures[9];
    if (!answer.read(reinterpret_cast<char*>(figures), sizeof figures)) {
      return absl::UnavailableError("numpy's answer is too short");
    }
    EVENKEEL_RETURN_IF_ERROR(CheckSame(dispersion, figures));
  }
  peer.milliseconds *= 1000;
  peer.version = version;
  return peer;
}

// A directory that goes with its files.
class ScratchDirectory {
 public:
  ScratchDirectory()
      : path_(std::filesystem::temp_directory_path() / absl::StrCat("evenkeel-bench-", getpid())) {
    std::filesystem::create_directory(path_);
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  std::string path(const std::string& name) const { return path_ / name; }

 private:
  const std::filesystem::path path_;
};

absl::Status MeasureSize(int agents, int queues, bool quick, std::vector<Row>& rows,
                         std::string& numpy_version) {
  const Centre centre = MakeCentre(agents, queues);
  const std::string size = absl::StrFormat("%d agents in %d queues", agents, queues);
  std::vector<Dispersion> results(centre.groups.size());
  const auto score = [&](fairness::Measure measure) {
    ScoreOptions options;
    options.measure = measure;
    fairness::BatchScorer scorer;
    return MedianMilliseconds(quick ? 3 : 30'000'000 / agents, [&] {
      scorer.Score(centre.columns(), centre.groups, options, results);
    });
  };

  // From a window's groups: checked, with the score of each agent.
  const auto workloads = AsWorkloads(centre);
  absl::Status status;
  const double checked = MedianMilliseconds(quick ? 3 : 3'000'000 / agents, [&] {
    for (size_t g = 0; g < workloads.size(); ++g) {
      ScoreOptions options;
      options.acw_weight = centre.groups[g].acw_weight;
      const auto scored = ScoreGroup(workloads[g], options);
      if (!scored.ok()) status = scored.status();
    }
  });
  EVENKEEL_RETURN_IF_ERROR(status);
  rows.push_back({"check and score " + size, Kind::kTime, checked,
                  kBarMilliseconds * agents / 100'000, "20 ms by 100000", "ms"});
  if (quick) return absl::OkStatus();

  const ScratchDirectory scratch;
  const std::string path = scratch.path("centre");
  WriteCentre(centre, path);
  for (const fairness::Measure measure : {fairness::Measure::kContacts, fairness::Measure::kLoad}) {
    const bool contacts = measure == fairness::Measure::kContacts;
    const std::string what = contacts ? "contacts" : "load";
    const std::string name = absl::StrCat("score ", size, contacts ? "" : " by load");
    const double ours = score(measure);
    EVENKEEL_ASSIGN_OR_RETURN(const Peer slices, AskNumpy(path, what, "slices", 21, results));
    numpy_version = slices.version;
    rows.push_back({name, Kind::kTime, ours, slices.milliseconds, "numpy, slices", "ms"});
    if (!contacts) continue;
    rows.push_back({"check and " + name + " / numpy", Kind::kTime, checked, slices.milliseconds,
                    "numpy, slices", "ms"});
    EVENKEEL_ASSIGN_OR_RETURN(const Peer masks, AskNumpy(path, what, "masks", 3, results));
    rows.push_back(
        {name + " / masks", Kind::kTime, ours, masks.milliseconds, "numpy, masks", "ms"});
  }
  return absl::OkStatus();
}

absl::StatusOr<Report> Measure(bool quick) {
  Report report;
  std::string numpy_version;
  for (const auto& [agents, queues] :
       {std::pair(5'000, 25), std::pair(20'000, 100), std::pair(100'000, 500)}) {
    EVENKEEL_RETURN_IF_ERROR(MeasureSize(agents / (quick ? 50 : 1), queues / (quick ? 5 : 1), quick,
                                         report.rows, numpy_version));
  }
  report.method =
      "Score: from columns to the figures of each queue; numpy loops over the queues, whose\n"
      "agents it has as slices or looks for with masks. All figures agree within 1e-9. Check\n"
      "and score: from the window's groups, with the score of each agent. One thread; medians,\n"
      "of 100,000 agents of 300 and 30, numpy's of 21, with masks 3.\n";
  if (!numpy_version.empty()) report.method += "numpy: " + numpy_version + "\n";
  return report;
}

}  // namespace
}  // namespace evenkeel::bench

int main(int argc, char** argv) {
  return evenkeel::bench::BenchMain(argc, argv, "evenkeel-bench-fairness",
                                    "Scores the fairness of many queues, against numpy",
                                    evenkeel::bench::Measure);
}
