// evenkeel-genesys-sim: a simulated contact centre behind the HTTP API of Genesys Cloud.
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>

#include "common/base/flags.h"
#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/server.h"
#include "tools/genesys_sim/scenario/faults_reader.h"
#include "tools/genesys_sim/scenario/loader.h"

namespace evenkeel::sim {
namespace {

// A centre that begins in the past has to live through what lies between before it answers.
constexpr absl::Duration kMostCatchUp = absl::Hours(7 * 24);

struct CommandLine {
  std::string dialect = "platform";
  std::string listen = "127.0.0.1:8088";
  std::string scenario = "default";
  std::string seed = "1";
  std::string clock_factor = "1";
  std::string clock_epoch;
  std::string until;
  std::string rate_limit = "0";
  std::string token_lifetime = "24h";
  std::string guide_behaviours;
  bool verbose = false;
  bool print_scope = false;
};

struct Settings {
  ApiOptions options;
  double clock_factor = 1;
  std::string host;
  int port = 0;
};

absl::StatusOr<Settings> Interpret(const CommandLine& line) {
  Violations violations;
  Settings settings;
  ApiOptions& options = settings.options;
  if (line.dialect != "platform" && line.dialect != "guide") {
    violations.Add("--dialect", "must be platform or guide");
  }
  options.dialect = line.dialect == "guide" ? Dialect::kGuide : Dialect::kPlatform;
  const size_t colon = line.listen.rfind(':');
  if (colon == std::string::npos ||
      !absl::SimpleAtoi(line.listen.substr(colon + 1), &settings.port)) {
    violations.Add("--listen", "must be HOST:PORT");
  } else {
    settings.host = line.listen.substr(0, colon);
  }
  if (!absl::SimpleAtoi(line.seed, &options.seed)) {
    violations.Add("--seed", "must be a whole number, 0 or more");
  }
  if (!absl::SimpleAtod(line.clock_factor, &settings.clock_factor) ||
      !(settings.clock_factor > 0 && settings.clock_factor <= kMaxClockFactor)) {
    violations.Add("--clock-factor", absl::StrCat("must be above 0, to ", kMaxClockFactor));
  }
  options.epoch = RealClock().Now();
  if (std::string error;
      !line.clock_epoch.empty() &&
      !absl::ParseTime(absl::RFC3339_full, line.clock_epoch, &options.epoch, &error)) {
    violations.Add("--clock-epoch", "must be like 2024-05-15T08:00:00Z");
  }
  // All of what lies between would have to be simulated first.
  const absl::Duration behind = settings.clock_factor * (RealClock().Now() - options.epoch);
  if (line.until.empty() && behind > kMostCatchUp) {
    violations.Add(
        "--clock-epoch",
        absl::StrFormat("is so long ago that the centre would have %.0f days to catch up, "
                        "at most 7; give a later one, or --until",
                        absl::ToDoubleHours(behind) / 24));
  }
  if (!line.until.empty()) {
    absl::Duration until;
    if (!absl::ParseDuration(line.until, &until) || until <= absl::ZeroDuration()) {
      violations.Add("--until", "must be a duration such as 4h");
    }
    options.until = until;
  }
  if (!absl::SimpleAtoi(line.rate_limit, &options.rate_limit) || options.rate_limit < 0) {
    violations.Add("--rate-limit", "must be a number of requests, or 0 for the dialect's own");
  }
  if (!absl::ParseDuration(line.token_lifetime, &options.token_lifetime) ||
      options.token_lifetime < absl::Seconds(1)) {
    violations.Add("--token-lifetime", "must be a duration such as 24h");
  }
  if (const absl::Status status = SetBehaviours(line.guide_behaviours, options.guide_behaviours);
      !status.ok()) {
    violations.Add("--guide-behaviours", std::string(status.message()));
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  return settings;
}

// Queues that are not for the capacity loop stand as comments.
void PrintScope(const Scenario& scenario) {
  const std::vector<int> balanced = QueuesToBalance(scenario);
  for (size_t q = 0; q < scenario.queues.size(); ++q) {
    const Queue& queue = scenario.queues[q];
    const bool listed = std::count(balanced.begin(), balanced.end(), q) > 0;
    std::printf("    %s- {id: \"%s\"", listed ? "" : "# ", queue.id.c_str());
    if (queue.skill) std::printf(", skill_id: \"%s\"", scenario.skills[*queue.skill].id.c_str());
    std::printf("}  # %s%s\n", queue.name.c_str(), listed ? "" : ": rings, a campaign or no calls");
  }
}

int Fail(int code, const absl::Status& status) {
  std::fprintf(stderr, "evenkeel-genesys-sim: %s\n", std::string(status.message()).c_str());
  return code;
}

int Main(int argc, char** argv) {
  CommandLine line;
  Flags flags("evenkeel-genesys-sim",
              "a simulated contact centre behind the HTTP API of Genesys Cloud");
  flags
      .Add("dialect", "NAME", "platform: the published API; guide: the guides' endpoints",
           &line.dialect)
      .Add("listen", "HOST:PORT", "where to listen; port 0: any free one", &line.listen)
      .Add("scenario", "NAME", "the centre: a shipped scenario's name or a YAML file",
           &line.scenario)
      .Add("seed", "N", "decides the calls", &line.seed)
      .Add("clock-factor", "F", "centre seconds in a real second, to 120", &line.clock_factor)
      .Add("clock-epoch", "TIME", "the centre's first instant; empty: now", &line.clock_epoch)
      .Add("until", "TIME", "the centre stands still after so long; empty: never", &line.until)
      .Add("rate-limit", "N",
           "requests a token: a minute (platform), a second (guide); 0: 300, 100", &line.rate_limit)
      .Add("token-lifetime", "TIME", "how long a token is good", &line.token_lifetime)
      .Add("guide-behaviours", "LIST",
           "stated behaviours of the guides to switch, like rule-writes-stall=off,pauses-end=off",
           &line.guide_behaviours)
      .AddSwitch("verbose", "print every request", &line.verbose)
      .AddSwitch("print-scope", "print the queues for a configuration's scope.queues, and exit",
                 &line.print_scope);
  const auto rest = flags.Parse(argc, argv);
  if (!rest.ok()) return Fail(2, rest.status());
  if (flags.help_asked()) {
    std::printf("%s", flags.Help().c_str());
    return 0;
  }
  if (!rest->empty()) {
    return Fail(2, absl::InvalidArgumentError("unexpected argument \"" + (*rest)[0] + "\""));
  }
  auto settings = Interpret(line);
  if (!settings.ok()) return Fail(2, settings.status());
  auto scenario = LoadScenario(line.scenario);
  if (!scenario.ok()) return Fail(2, scenario.status());
  auto faults = LoadFaults(line.scenario);
  if (!faults.ok()) return Fail(2, faults.status());
  settings->options.faults = *std::move(faults);
  if (line.print_scope) {
    PrintScope(*scenario);
    return 0;
  }
  if (line.verbose) {
    settings->options.observer = [](const HttpRequest& request, const HttpAnswer& answer) {
      std::fprintf(stderr, "%s %s %d\n", request.method.c_str(), request.target.c_str(),
                   answer.status);
    };
  }

  // Blocked before any thread is made, so that they reach sigtimedwait and nothing else.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const std::unique_ptr<Clock> clock = MakeClock(settings->clock_factor, settings->options.epoch);
  const auto server = SimulatorServer::Start(*std::move(scenario), settings->options, *clock,
                                             settings->host, settings->port);
  if (!server.ok()) return Fail(absl::IsInvalidArgument(server.status()) ? 2 : 1, server.status());
  std::printf("listening on http://%s:%d\n", settings->host.c_str(), (*server)->port());
  std::fflush(stdout);
  const timespec pause = {0, 250'000'000};
  while (sigtimedwait(&signals, nullptr, &pause) < 0) (*server)->Advance();
  return 0;
}

}  // namespace
}  // namespace evenkeel::sim

int main(int argc, char** argv) { return evenkeel::sim::Main(argc, argv); }
