#include "tools/bench/cycle.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstdio>
#include <limits>

#include "common/base/status_macros.h"
#include "common/config/defaults.h"
#include "common/convert/snapshot_stream.h"
#include "common/convert/time.h"
#include "common/genesys/client.h"
#include "common/genesys/platform_reader.h"
#include "common/model/quality.h"
#include "services/ingest/adapters/sqlite_history.h"
#include "services/ingest/poller.h"
#include "tools/bench/large_centre.h"
#include "tools/bench/loopback.h"
#include "tools/bench/recorded.h"
#include "tools/genesys_sim/api/api.h"

namespace evenkeel::bench {
namespace {

using model::Section;

constexpr size_t kPartBytes = 900'000;
// So many that nobody waits: the clock stands still.
constexpr int64_t kUnlimited = 1'000'000'000;

// The simulator's answers, each asked for once and then given from memory.
class Recording final : public http::Transport {
 public:
  explicit Recording(sim::Api& api) : api_(api) {}

  absl::StatusOr<http::Response> Send(const http::Request& request, absl::Duration) override {
    http::Response& known = known_[absl::StrCat(request.method, request.url, request.body)];
    if (known.status != 0) return known;
    sim::HttpAnswer answer = api_.Handle(FromClient(request));
    known = {answer.status, std::move(answer.headers), std::move(answer.body)};
    return known;
  }

 private:
  sim::Api& api_;
  std::map<std::string, http::Response> known_;
};

class Nobody final : public ingest::PollObserver {
  void OnReading(Section, const absl::Status&) override {}
  void OnSnapshot(const model::Snapshot&) override {}
  void OnHistoryError() override {}
};

ingest::PollerSettings Settings(const sim::Scenario& scenario) {
  const config::v1::Config config = config::DefaultConfig();
  const config::v1::IngestConfig& ingest = config.ingest();
  ingest::PollerSettings settings;
  settings.intervals = {
      {Section::kRoster, convert::FromProto(ingest.roster_interval())},
      {Section::kStates, convert::FromProto(ingest.states_interval())},
      {Section::kQueues, convert::FromProto(ingest.queues_interval())},
      {Section::kLive, convert::FromProto(ingest.live_interval())},
      {Section::kIntervals, convert::FromProto(ingest.intervals_interval())},
      {Section::kAgentWork, convert::FromProto(ingest.agent_work_interval())},
  };
  for (const sim::Queue& queue : scenario.queues) settings.queue_ids.push_back(queue.id);
  return settings;
}

}  // namespace

absl::StatusOr<Cycle> MeasureCycle(int agents, int queues, int passes) {
  const sim::Scenario scenario = LargeCentre(agents, queues);
  SimulatedClock clock(kEpoch);
  RandomIdSource ids;
  sim::ApiOptions api_options;
  api_options.epoch = kEpoch;
  api_options.rate_limit = kUnlimited;
  sim::Api api(scenario, api_options, clock, ids);
  clock.Advance(absl::Minutes(45));  // the history window is full
  api.Advance();

  genesys::ClientOptions client_options;
  client_options.api_base_url = client_options.login_base_url = "http://centre.invalid";
  client_options.requests_per_minute = static_cast<double>(kUnlimited);
  client_options.credentials = []() -> absl::StatusOr<genesys::Credentials> {
    return genesys::Credentials{"evenkeel-demo", Secret("evenkeel-demo")};
  };
  EVENKEEL_ASSIGN_OR_RETURN(
      const auto client,
      genesys::Client::Make(client_options, clock, nullptr, std::make_unique<Recording>(api)));
  genesys::PlatformReader reader(client->api(), clock);
  // What a client of the default share would have.
  const http::RateBudget budget({}, clock.SteadyNow());
  EVENKEEL_ASSIGN_OR_RETURN(const auto history, ingest::OpenSqliteHistory(""));
  ingest::SnapshotHub hub(2);
  Nobody observer;
  obs::Logger log("bench", obs::Severity::kError, clock, stderr);
  ingest::PollerSettings settings = Settings(scenario);
  ingest::Poller poller(
      settings, reader, [&] { return budget.per_minute(); }, clock, *history, hub, observer, log);

  Cycle cycle;
  cycle.seconds = std::numeric_limits<double>::infinity();
  cycle.budget_per_minute = budget.per_minute();
  const RealClock stopwatch;
  for (int pass = 0; pass <= passes; ++pass) {  // the first one records
    const auto before = hub.newest();
    const SteadyTime start = stopwatch.SteadyNow();
    for (const auto& [section, interval] : settings.intervals) {
      EVENKEEL_RETURN_IF_ERROR(poller.Read(section, {}));
    }
    const auto parts = convert::SplitSnapshot(before.get(), *hub.newest(), kPartBytes);
    const double seconds = absl::ToDoubleSeconds(stopwatch.SteadyNow() - start);
    if (parts.empty()) return absl::InternalError("a snapshot without parts");
    if (pass > 0) cycle.seconds = std::min(cycle.seconds, seconds);
  }
  for (const ingest::SectionStatus& status : poller.Status()) {
    cycle.wanted_per_minute +=
        status.requests_per_reading / absl::ToDoubleMinutes(status.configured_interval);
    cycle.loops.push_back({model::SectionName(status.quality.section), status.requests_per_reading,
                           status.configured_interval, status.real_interval});
  }
  return cycle;
}

}  // namespace evenkeel::bench
