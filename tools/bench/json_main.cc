// evenkeel-bench-json: how fast we read the Platform API's answers, against Python's json.loads on
// the same bytes. The bytes are what the simulator answers our own reader of the centre.
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
#include "common/genesys/client.h"
#include "common/genesys/platform_reader.h"
#include "tools/bench/bench.h"
#include "tools/genesys_sim/api/server.h"
#include "tools/genesys_sim/scenario/loader.h"

namespace evenkeel::bench {
namespace {

const absl::Time kEpoch = absl::FromUnixSeconds(1'715'760'000);  // 2024-05-15T08:00:00Z
// `id` with another second group of digits, so that copies of a UUID differ.
std::string CopyId(std::string id, int copy) {
  return id.replace(9, 4, absl::StrFormat("%04x", copy));
}

// The default centre, so many times side by side.
sim::Scenario Copies(int copies) {
  const sim::Scenario one = sim::DefaultScenario();
  sim::Scenario all = one;
  for (int copy = 1; copy < copies; ++copy) {
    const int first_queue = static_cast<int>(all.queues.size());
    for (sim::Queue queue : one.queues) {
      queue.id = CopyId(queue.id, copy);
      absl::StrAppend(&queue.name, " ", copy + 1);
      all.queues.push_back(std::move(queue));
    }
    for (sim::CallType type : one.call_types) {
      absl::StrAppend(&type.name, " ", copy + 1);
      type.queue += first_queue;
      all.call_types.push_back(std::move(type));
    }
    for (sim::Agent agent : one.agents) {
      agent.id = CopyId(agent.id, copy);
      for (sim::Membership& membership : agent.memberships) membership.queue += first_queue;
      all.agents.push_back(std::move(agent));
    }
  }
  return all;
}

// The first answer to each path that our reader asked for, two hours into the shift.
absl::StatusOr<std::map<std::string, std::string>> RecordAnswers(const sim::Scenario& scenario) {
  std::map<std::string, std::string> answers;
  std::vector<std::string> queues;
  for (const sim::Queue& queue : scenario.queues) queues.push_back(queue.id);
  SimulatedClock clock(kEpoch);
  sim::ApiOptions options;
  options.epoch = kEpoch;
  options.observer = [&answers](const sim::HttpRequest& request, const sim::HttpAnswer& answer) {
    answers.emplace(request.target.substr(0, request.target.find('?')), answer.body);
  };
  EVENKEEL_ASSIGN_OR_RETURN(const auto server,
                            sim::SimulatorServer::Start(scenario, options, clock));
  clock.Advance(absl::Hours(2));

  genesys::ClientOptions client_options;
  client_options.api_base_url = client_options.login_base_url =
      absl::StrCat("http://127.0.0.1:", server->port());
  client_options.credentials = [] {
    return absl::StatusOr<genesys::Credentials>({"evenkeel-demo", Secret("evenkeel-demo")});
  };
  EVENKEEL_ASSIGN_OR_RETURN(const auto client,
                            genesys::Client::Make(client_options, clock, nullptr));
  genesys::PlatformReader reader(client->api(), clock);
  EVENKEEL_RETURN_IF_ERROR(reader.ReadRoster({}).status());
  EVENKEEL_RETURN_IF_ERROR(reader.ReadStates(queues, {}).status());
  EVENKEEL_RETURN_IF_ERROR(reader.ReadLive(queues, {}).status());
  EVENKEEL_RETURN_IF_ERROR(reader.ReadAgentWork(queues, {}).status());
  return answers;
}

struct Body {
  std::string name;
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
Body MakeBody(std::string name, std::string text, Out empty, Parse parse) {
  return {std::move(name), std::move(text),
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
    bodies.push_back(
        MakeBody("users page", answer(kUsers), std::map<std::string, RosterEntry>(), ParseUsers));
  }
  bodies.push_back(MakeBody("queue observations", answer(kQueueObservations), queues,
                            [](std::string_view body, auto& out) {
                              return ParseObservations(body, kEpoch + absl::Hours(2), out);
                            }));
  bodies.push_back(MakeBody("routing activity", answer(kRoutingActivity),
                            std::map<std::string, ActivityEntry>(), ParseActivity));
  bodies.push_back(
      MakeBody("agent aggregates", answer(kConversationAggregates),
               std::map<std::tuple<std::string, std::string, absl::Time>, model::AgentWork>(),
               ParseAgentAggregates));
  return absl::OkStatus();
}

absl::StatusOr<double> BestSecondsOfOurs(const Body& body, int passes) {
  EVENKEEL_RETURN_IF_ERROR(body.parse(body.text).status());  // to warm up
  absl::Duration best = absl::InfiniteDuration();
  for (int i = 0; i < passes; ++i) {
    EVENKEEL_ASSIGN_OR_RETURN(const absl::Duration span, body.parse(body.text));
    best = std::min(best, span);
  }
  return absl::ToDoubleSeconds(best);
}

struct PeerAnswer {
  std::string version;
  double seconds = 0;
};

absl::StatusOr<PeerAnswer> AskPeer(const std::string& file, int passes) {
  const std::string command = absl::StrCat("python3 '", JSON_LOADS, "' ", passes, " '", file, "'");
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return absl::UnavailableError("cannot run " + command);
  char version[32] = "";
  double seconds = 0;
  const int read = std::fscanf(pipe, "%31s %lf", version, &seconds);
  if (pclose(pipe) != 0 || read != 2 || !(seconds > 0)) {
    return absl::UnavailableError("no figure from " + command);
  }
  return PeerAnswer{version, seconds};
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

absl::StatusOr<Report> Measure(bool quick) {
  // The passes of one round read so many bytes, but there are at least three.
  const double round_bytes = quick ? 1 : 40e6;
  const int rounds = quick ? 1 : 5;
  std::vector<Body> bodies;
  for (const int centres : {1, 20}) {
    EVENKEEL_RETURN_IF_ERROR(AddBodies(Copies(centres), bodies));
  }
  const TemporaryFolder folder;
  Report report;
  for (const Body& body : bodies) {
    const auto bytes = static_cast<double>(body.text.size());
    const std::string file = (folder.path() / "body.json").string();
    std::ofstream(file, std::ios::binary) << body.text;
    const int passes = std::max(3, static_cast<int>(round_bytes / bytes));
    double ours = std::numeric_limits<double>::infinity();
    PeerAnswer peer{"", ours};
    for (int round = 0; round < rounds; ++round) {
      EVENKEEL_ASSIGN_OR_RETURN(const double seconds, BestSecondsOfOurs(body, passes));
      ours = std::min(ours, seconds);
      EVENKEEL_ASSIGN_OR_RETURN(const PeerAnswer answer, AskPeer(file, passes));
      peer = {answer.version, std::min(peer.seconds, answer.seconds)};
    }
    report.rows.push_back({absl::StrFormat("%s, %.0f kB", body.name, bytes * 1e-3), Kind::kRate,
                           bytes / ours * 1e-6, bytes / peer.seconds * 1e-6,
                           "json.loads of Python " + peer.version, "MB/s"});
  }
  report.method = absl::StrFormat(
      "%d rounds of both in turn on one CPU, each a warm-up and the best of its passes; no gc in "
      "Python.\nOurs also checks and extracts typed fields; json.loads builds generic objects.\n",
      rounds);
  return report;
}

}  // namespace
}  // namespace evenkeel::bench

int main(int argc, char** argv) {
  return evenkeel::bench::BenchMain(argc, argv, "evenkeel-bench-json",
                                    "Reads the Platform API's answers, against Python's json.loads",
                                    evenkeel::bench::Measure);
}
