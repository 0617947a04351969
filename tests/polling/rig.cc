#include "tests/polling/rig.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>
#include <grpc/support/log.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <stop_token>

#include "common/config/defaults.h"
#include "common/convert/snapshot.h"
#include "common/convert/time.h"
#include "common/model/quality.h"
#include "common/runtime/process.h"
#include "evenkeel/ingest/v1/ingest_service.grpc.pb.h"
#include "services/ingest/app.h"
#include "services/ingest/metrics.h"
#include "services/ingest/testing/log_text.h"
#include "tools/bench/loopback.h"

namespace evenkeel::polling {
namespace {

const absl::Time kEpoch = absl::FromUnixSeconds(1'715'760'000);  // 2024-05-15T08:00:00Z
// Threads that sleep on the clock when all is at rest: ingest's six sections and its housekeeping.
constexpr size_t kSleepers = 7;
constexpr absl::Duration kSampleInterval = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Hours(1);

[[noreturn]] void Die(const std::string& what, const absl::Status& why) {
  std::fprintf(stderr, "polling: %s: %s\n", what.c_str(), why.ToString().c_str());
  std::abort();
}

// Which loop asks this.
std::string LoopOf(const http::Request& request) {
  const auto has = [&](const char* part) { return absl::StrContains(request.url, part); };
  if (has("/conversations/aggregates/")) {
    return absl::StrContains(request.body, "\"userId\"") ? "agent_work" : "intervals";
  }
  if (has("/analytics/users/realtime")) return "agent_work";
  if (has("/metrics")) return "intervals";
  if (has("/activity/query") || has("/users/state")) return "states";
  if (has("/queues/observations/") || has("/queues/realtime")) return "live";
  if (has("/routing/queues")) return "queues";
  if (has("/users")) return "roster";
  return "other";
}

// Requests by loop and minute on the clock, and what was refused. Thread-safe.
class Counter {
 public:
  void Count(const std::string& loop, int minute, int status) {
    std::lock_guard lock(mutex_);
    ++requests_[loop][minute];
    refused_ += status == 429 ? 1 : 0;
  }
  // In minutes [from, to).
  int64_t Requests(const std::string& loop, int from, int to) const {
    std::lock_guard lock(mutex_);
    int64_t sum = 0;
    const auto it = requests_.find(loop);
    if (it == requests_.end()) return 0;
    for (const auto& [minute, count] : it->second) sum += minute >= from && minute < to ? count : 0;
    return sum;
  }
  int64_t InMinute(int minute) const {
    int64_t sum = 0;
    for (const std::string& loop : Loops()) sum += Requests(loop, minute, minute + 1);
    return sum;
  }
  std::vector<std::string> Loops() const {
    std::lock_guard lock(mutex_);
    std::vector<std::string> loops;
    for (const auto& [loop, minutes] : requests_) loops.push_back(loop);
    return loops;
  }
  int64_t refused() const {
    std::lock_guard lock(mutex_);
    return refused_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::map<int, int64_t>> requests_;
  int64_t refused_ = 0;
};

// The simulator's API without a network: each answer takes `latency` on the clock.
class InProcessTransport final : public http::Transport {
 public:
  InProcessTransport(sim::Api& api, Clock& clock, absl::Duration latency, Counter& counter,
                     std::stop_token stop)
      : api_(api), clock_(clock), latency_(latency), counter_(counter), stop_(std::move(stop)) {}

  absl::StatusOr<http::Response> Send(const http::Request& request, absl::Duration) override {
    const sim::HttpRequest to_centre = bench::FromClient(request);
    const bool counted = absl::StartsWith(to_centre.target, "/api/");
    if (counted && !clock_.SleepFor(latency_, stop_)) return absl::UnavailableError("stopping");
    const int minute = static_cast<int>(absl::ToInt64Minutes(clock_.Now() - kEpoch));
    sim::HttpAnswer answer = api_.Handle(to_centre);
    if (counted) counter_.Count(LoopOf(request), minute, answer.status);
    return http::Response{answer.status, std::move(answer.headers), std::move(answer.body)};
  }

 private:
  sim::Api& api_;
  Clock& clock_;
  const absl::Duration latency_;
  Counter& counter_;
  const std::stop_token stop_;
};

absl::StatusOr<ingest::Centre> MakeCentre(const Options& options, SimulatedClock& clock,
                                          std::unique_ptr<http::Transport> transport) {
  const bool guide = options.dialect == sim::Dialect::kGuide;
  genesys::ClientOptions client;
  client.dialect = guide ? genesys::Dialect::kGuide : genesys::Dialect::kPlatform;
  client.api_base_url = client.login_base_url = "http://centre.invalid";
  client.rate_share = options.rate_share;
  client.credentials = []() -> absl::StatusOr<genesys::Credentials> {
    return genesys::Credentials{"evenkeel-readonly", Secret("evenkeel-readonly")};
  };
  auto made = genesys::Client::Make(client, clock, nullptr, std::move(transport));
  if (!made.ok()) return made.status();
  ingest::Centre centre;
  centre.client = *std::move(made);
  centre.reader = genesys::MakeCentreReader(*centre.client, clock);
  centre.dialect = genesys::DialectName(client.dialect);
  // Not asked: the first question must not wait for a clock that stands still.
  centre.identify = [](const genesys::CallLimits&) { return genesys::Identity(); };
  centre.budget_per_minute = [api = centre.client.get()] { return api->pacer().per_minute(); };
  centre.budget_left = [api = centre.client.get()] { return api->pacer().Left(); };
  return centre;
}

config::v1::Config MakeConfig(const Options& options) {
  config::v1::Config config = config::DefaultConfig();
  config.mutable_services()->mutable_ingest()->set_listen("127.0.0.1:0");
  config.mutable_services()->mutable_ingest()->set_metrics_listen("");
  config.mutable_services()->mutable_actuator()->set_listen("127.0.0.1:1");
  for (const sim::Queue& queue : options.scenario.queues) {
    config::v1::QueueConfig& added = *config.mutable_scope()->add_queues();
    added = config::DefaultQueue();
    added.set_id(queue.id);
    if (queue.skill) added.set_skill_id(options.scenario.skills[*queue.skill].id);
  }
  return config;
}

ingest::v1::GetStatusResponse StatusOf(ingest::v1::IngestService::Stub& stub) {
  grpc::ClientContext context;
  ingest::v1::GetStatusResponse response;
  const grpc::Status status = stub.GetStatus(&context, {}, &response);
  if (!status.ok()) Die("GetStatus", absl::InternalError(status.error_message()));
  return response;
}

bool AllRead(const ingest::v1::GetStatusResponse& status) {
  return std::all_of(status.sections().begin(), status.sections().end(),
                     [](const auto& section) { return section.quality().has_taken_at(); });
}

}  // namespace

Figures Poll(Options options) {
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
  SimulatedClock clock(kEpoch);
  RandomIdSource ids;
  obs::Metrics metrics;
  ingest::LogText told;
  obs::Logger log("ingest", obs::Severity::kInfo, clock, told.file());
  const config::v1::Config config = MakeConfig(options);
  sim::ApiOptions api_options;
  api_options.dialect = options.dialect;
  api_options.epoch = kEpoch;
  if (const absl::Status valid = sim::Validate(options.scenario); !valid.ok()) {
    Die("scenario", valid);
  }
  sim::Api api(options.scenario, api_options, clock, ids);
  Counter counter;
  std::stop_source network_down;
  auto process = runtime::Process::Start(
      {config, clock, ids, log, metrics, [](const char*) { return std::nullopt; }},
      {{runtime::ServiceId::kIngest,
        [&](const runtime::Dependencies& dependencies)
            -> absl::StatusOr<std::unique_ptr<runtime::App>> {
          auto centre =
              MakeCentre(options, clock,
                         std::make_unique<InProcessTransport>(api, clock, options.latency, counter,
                                                              network_down.get_token()));
          if (!centre.ok()) return centre.status();
          auto app = ingest::IngestApp::MakeOver(dependencies, *std::move(centre));
          if (!app.ok()) return app.status();
          return std::unique_ptr<runtime::App>(*std::move(app));
        }}});
  if (!process.ok()) Die("ingest", process.status());
  const auto stub =
      ingest::v1::IngestService::NewStub((*process)->InProcessChannel(runtime::ServiceId::kIngest));

  Figures figures;
  std::map<int, LoopFigures> loops;
  int64_t samples = 0;
  const auto move_on = [&] {
    clock.Advance(options.step);
    clock.WaitForSleepers(kSleepers);
  };
  clock.WaitForSleepers(kSleepers);
  // To a whole minute, which the counter counts by.
  for (; figures.warmed_up < options.warm_up || !AllRead(StatusOf(*stub)) ||
         figures.warmed_up % absl::Minutes(1) != absl::ZeroDuration();
       figures.warmed_up += options.step) {
    if (figures.warmed_up > kPatience) Die("not every section was read", absl::UnknownError(""));
    move_on();
  }
  const uint64_t first_snapshot = StatusOf(*stub).newest_snapshot();
  absl::Duration sampled = -kSampleInterval;
  for (absl::Duration passed; passed < options.span; passed += options.step) {
    move_on();
    if (passed - sampled < kSampleInterval) continue;
    sampled = passed;
    ++samples;
    const auto now = StatusOf(*stub);
    for (const auto& section : now.sections()) {
      LoopFigures& loop = loops[section.quality().section()];
      const absl::Duration age = clock.Now() - convert::FromProto(section.quality().taken_at());
      loop.mean_age += age;
      loop.worst_age = std::max(loop.worst_age, age);
    }
  }
  // The housekeeping, which exports the figures, comes by every five seconds.
  const auto status = StatusOf(*stub);
  figures.budget_per_minute = status.budget_per_minute();
  figures.snapshots = static_cast<int64_t>(status.newest_snapshot() - first_snapshot);
  const int from = static_cast<int>(absl::ToInt64Minutes(figures.warmed_up));
  const int to = from + static_cast<int>(absl::ToInt64Minutes(options.span));
  for (const auto& section : status.sections()) {
    LoopFigures& loop = loops[section.quality().section()];
    loop.section = model::SectionName(convert::FromProto(section.quality().section()));
    loop.configured_interval = convert::FromProto(section.configured_interval());
    loop.real_interval = convert::FromProto(section.quality().interval());
    loop.exported_interval = absl::Seconds(metrics.Value(ingest::kSectionInterval, {loop.section}));
    loop.exported_configured =
        absl::Seconds(metrics.Value(ingest::kSectionConfiguredInterval, {loop.section}));
    loop.requests_per_reading = section.requests_per_reading();
    loop.requests_per_minute =
        static_cast<double>(counter.Requests(loop.section, from, to)) / (to - from);
    loop.mean_age /= static_cast<double>(samples);
    loop.failures = static_cast<int>(metrics.Value(ingest::kReadings, {loop.section, "failed"}));
    figures.loops.push_back(loop);
  }
  for (int minute = from; minute < to; ++minute) {
    figures.worst_minute = std::max(figures.worst_minute, counter.InMinute(minute));
    figures.requests_per_minute += static_cast<double>(counter.InMinute(minute)) / (to - from);
  }
  figures.refused = counter.refused();
  network_down.request_stop();
  (*process)->Stop();
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(told.text(), '\n'))) {
    if (absl::StrContains(line, "rate budget")) figures.said.push_back(line);
  }
  return figures;
}

}  // namespace evenkeel::polling
