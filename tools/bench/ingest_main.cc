// evenkeel-bench-ingest: API-7. How fast we read the Platform API's answers, against simdjson's own
// on-demand parser visiting the same fields and against Python's json.loads, on the same bytes:
// what the simulator answers our own reader of the centre. And a whole cycle of a large centre,
// polled, parsed and published, against its interval and the rate budget.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/genesys/operations.h"
#include "common/genesys/platform_parse.h"
#include "tools/bench/bench.h"
#include "tools/bench/cycle.h"
#include "tools/bench/python_peer.h"
#include "tools/bench/recorded.h"
#include "tools/bench/simdjson_peer.h"

namespace evenkeel::bench {
namespace {

struct Body {
  std::string name;
  SimdjsonPeer::Answer answer;
  std::string text;
  // Parses the text once, as ingest does; what it made is freed outside the time it returns.
  std::function<absl::StatusOr<absl::Duration>(std::string_view text)> parse;
};

absl::Status StatusOf(const absl::Status& status) { return status; }
template <typename T>
absl::Status StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// `parse` adds to an `Out`, at first like `empty`.
template <typename Out, typename Parse>
Body MakeBody(std::string name, SimdjsonPeer::Answer answer, std::string text, Out empty,
              Parse parse) {
  return {std::move(name), answer, std::move(text),
          [empty, parse](std::string_view body) -> absl::StatusOr<absl::Duration> {
            const RealClock stopwatch;
            Out out = empty;
            const SteadyTime start = stopwatch.SteadyNow();
            const absl::Status status = StatusOf(parse(body, out));
            const absl::Duration span = stopwatch.SteadyNow() - start;
            EVENKEEL_RETURN_IF_ERROR(status);
            if (out.empty()) return absl::InternalError("an answer with nothing in it");
            return span;
          }};
}

// Adds what ingest reads of a centre of so many queues.
absl::Status AddBodies(const sim::Scenario& scenario, std::vector<Body>& bodies) {
  using namespace genesys::platform;
  EVENKEEL_ASSIGN_OR_RETURN(auto answers, RecordAnswers(scenario));
  const auto answer = [&](const genesys::Operation& operation) {
    return answers[std::string(operation.path)];
  };
  std::map<std::string, model::QueueLive> queues;
  for (const sim::Queue& queue : scenario.queues) queues[queue.id].queue_id = queue.id;
  if (bodies.empty()) {  // a page holds 100 users in a larger centre too
    bodies.push_back(MakeBody("users page", SimdjsonPeer::Answer::kUsers, answer(kUsers),
                              std::map<std::string, RosterEntry>(), ParseUsers));
  }
  bodies.push_back(MakeBody(
      "queue observations", SimdjsonPeer::Answer::kObservations, answer(kQueueObservations), queues,
      [](std::string_view body, auto& out) { return ParseObservations(body, kAsked, out); }));
  bodies.push_back(MakeBody("routing activity", SimdjsonPeer::Answer::kActivity,
                            answer(kRoutingActivity), ActivityByAgent(), ParseActivity));
  bodies.push_back(MakeBody("agent aggregates", SimdjsonPeer::Answer::kAggregates,
                            answer(kConversationAggregates), std::vector<model::AgentWork>(),
                            ParseAgentAggregates));
  return absl::OkStatus();
}

// The best of the passes, after one to warm up.
absl::StatusOr<double> BestSeconds(int passes,
                                   const std::function<absl::StatusOr<absl::Duration>()>& pass) {
  EVENKEEL_RETURN_IF_ERROR(pass().status());
  absl::Duration best = absl::InfiniteDuration();
  for (int i = 0; i < passes; ++i) {
    EVENKEEL_ASSIGN_OR_RETURN(const absl::Duration span, pass());
    best = std::min(best, span);
  }
  return absl::ToDoubleSeconds(best);
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "evenkeel-bench-XXXXXX").string();
    if (mkdtemp(path.data()) != nullptr) path_ = path;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }  // empty: could not be made

 private:
  std::filesystem::path path_;
};

absl::Status AddParsing(bool quick, Report& report) {
  // The passes of one round read so many bytes, but there are at least three.
  const double round_bytes = quick ? 1 : 40e6;
  const int rounds = quick ? 1 : 5;
  std::vector<Body> bodies;
  for (const int centres : {1, 20}) {
    EVENKEEL_RETURN_IF_ERROR(AddBodies(Copies(centres), bodies));
  }
  const TemporaryFolder folder;
  for (const Body& body : bodies) {
    const auto bytes = static_cast<double>(body.text.size());
    const std::string file = (folder.path() / "body.json").string();
    std::ofstream(file, std::ios::binary) << body.text;
    const int passes = std::max(3, static_cast<int>(round_bytes / bytes));
    double ours = std::numeric_limits<double>::infinity(), bare = ours;
    PythonAnswer python{"", ours};
    SimdjsonPeer simdjson;
    const auto visit = [&]() -> absl::StatusOr<absl::Duration> {
      const RealClock stopwatch;
      const SteadyTime start = stopwatch.SteadyNow();
      EVENKEEL_ASSIGN_OR_RETURN(const Visited visited, simdjson.Visit(body.answer, body.text));
      const absl::Duration span = stopwatch.SteadyNow() - start;
      if (visited.values == 0) return absl::InternalError("an answer with nothing in it");
      return span;
    };
    for (int round = 0; round < rounds; ++round) {
      EVENKEEL_ASSIGN_OR_RETURN(const double seconds,
                                BestSeconds(passes, [&] { return body.parse(body.text); }));
      ours = std::min(ours, seconds);
      EVENKEEL_ASSIGN_OR_RETURN(const double bare_seconds, BestSeconds(passes, visit));
      bare = std::min(bare, bare_seconds);
      EVENKEEL_ASSIGN_OR_RETURN(const PythonAnswer answer, AskPython(file, passes));
      python = {answer.version, std::min(python.seconds, answer.seconds)};
    }
    const std::string name = absl::StrFormat("%s, %.0f kB", body.name, bytes * 1e-3);
    report.rows.push_back({name + ", fields", Kind::kRate, bytes / ours * 1e-6, bytes / bare * 1e-6,
                           "simdjson, same fields", "MB/s"});
    report.rows.push_back({name + ", whole", Kind::kRate, bytes / ours * 1e-6,
                           bytes / python.seconds * 1e-6,
                           "Python " + python.version + " json.loads", "MB/s"});
  }
  absl::StrAppend(
      &report.method,
      absl::StrFormat("%d rounds of all in turn on one CPU, each a warm-up and the best of its "
                      "passes; no gc in Python.\nOurs checks, and keeps typed fields by their ids; "
                      "simdjson\nalone keeps nothing, json.loads builds generic objects.\n",
                      rounds));
  return absl::OkStatus();
}

absl::Status AddCycle(bool quick, Report& report) {
  const int agents = quick ? 100 : 10'000, queues = quick ? 3 : 300;
  EVENKEEL_ASSIGN_OR_RETURN(const Cycle cycle, MeasureCycle(agents, queues, quick ? 1 : 5));
  const std::string centre = absl::StrFormat("%d agents, %d queues", agents, queues);
  report.rows.push_back(
      {"cycle, " + centre, Kind::kTime, cycle.seconds, 15, "the interval of 15 s", "s"});
  report.rows.push_back({"wanted, " + centre, Kind::kTime, cycle.wanted_per_minute,
                         cycle.budget_per_minute, "what is ours of 300/min", "1/min"});
  for (const Cycle::Loop& loop : cycle.loops) {
    report.rows.push_back({absl::StrFormat("%s every, %s", loop.section, centre), Kind::kTime,
                           absl::ToDoubleSeconds(loop.real), absl::ToDoubleSeconds(loop.configured),
                           absl::StrFormat("configured; %d requests", loop.requests), "s"});
  }
  report.method +=
      "Cycle: every section read once (pages of 100), parsed, merged, published, and cut into the\n"
      "parts of a stream; the answers are in memory. Every: the interval that API-3 gives.\n";
  return absl::OkStatus();
}

absl::StatusOr<Report> Measure(bool quick) {
  Report report;
  EVENKEEL_RETURN_IF_ERROR(AddParsing(quick, report));
  EVENKEEL_RETURN_IF_ERROR(AddCycle(quick, report));
  return report;
}

}  // namespace
}  // namespace evenkeel::bench

int main(int argc, char** argv) {
  return evenkeel::bench::BenchMain(
      argc, argv, "evenkeel-bench-ingest",
      "Reads the Platform API's answers, against simdjson and Python's json.loads",
      evenkeel::bench::Measure);
}
