#include "tests/suite/suite.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <grpc/support/log.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "common/config/defaults.h"
#include "services/actuator/app.h"
#include "services/fairness_scorer/app.h"
#include "services/ingest/app.h"
#include "services/optimizer/app.h"

namespace evenkeel::suite {
namespace {

using runtime::ServiceId;

// Threads that sleep on the clock when all is at rest: ingest's six sections and its housekeeping,
// and the cycles of the optimizer, the fairness scorer and the actuator.
constexpr size_t kSleepers = 10;

std::optional<std::string> Environment(const char* name) {
  static const std::map<std::string, std::string>& values =
      *new std::map<std::string, std::string>{{"GENESYS_CLIENT_ID", "evenkeel-readonly"},
                                              {"GENESYS_CLIENT_SECRET", "evenkeel-readonly"},
                                              {"GENESYS_WRITE_CLIENT_ID", "evenkeel-write"},
                                              {"GENESYS_WRITE_CLIENT_SECRET", "evenkeel-write"}};
  const auto it = values.find(name);
  if (it == values.end()) return std::nullopt;
  return it->second;
}

std::string Url(int port) { return absl::StrCat("http://127.0.0.1:", port); }

std::unique_ptr<sim::SimulatorServer> StartSimulator(
    const SuiteOptions& options, const Clock& clock,
    std::function<void(const sim::HttpRequest&, const sim::HttpAnswer&)> observer) {
  sim::ApiOptions api;
  api.dialect = options.dialect;
  api.seed = options.seed;
  api.epoch = kEpoch;
  api.observer = std::move(observer);
  auto simulator = sim::SimulatorServer::Start(options.scenario, api, clock);
  if (!simulator.ok()) Die("simulator", simulator.status().ToString());
  return *std::move(simulator);
}

std::unique_ptr<http::Transport> MakeTransport(int port) {
  http::CurlOptions curl;
  curl.hosts = {http::UrlHost(Url(port))};
  auto transport = http::MakeCurlTransport(curl);
  if (!transport.ok()) Die("transport", transport.status().ToString());
  return *std::move(transport);
}

demo::Report ReportOf(http::Transport& transport, int port) {
  auto report = demo::FetchReport(transport, Url(port));
  if (!report.ok()) Die("report", report.status().ToString());
  return *std::move(report);
}

}  // namespace

void Die(const std::string& what, const std::string& why) {
  std::fprintf(stderr, "suite: %s: %s\n", what.c_str(), why.c_str());
  std::abort();
}

demo::Report RunAlone(const SuiteOptions& options, absl::Duration span) {
  SimulatedClock clock(kEpoch);
  const auto simulator = StartSimulator(options, clock, {});
  clock.Advance(span);
  simulator->Advance();
  return ReportOf(*MakeTransport(simulator->port()), simulator->port());
}

Suite::Suite(SuiteOptions options)
    : step_(options.step),
      log_("suite", obs::Severity::kError, clock_, stderr),
      config_(config::DefaultConfig()) {
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
  live_ = StartSimulator(options, clock_, Observer());
  idle_ = StartSimulator(options, clock_, {});
  transport_ = MakeTransport(live_->port());

  config_.mutable_centre()->set_dialect(options.dialect == sim::Dialect::kGuide
                                            ? config::v1::DIALECT_GUIDE
                                            : config::v1::DIALECT_PLATFORM);
  config_.mutable_centre()->set_api_base_url(Url(live_->port()));
  config_.mutable_centre()->set_login_base_url(Url(live_->port()));
  config_.mutable_actuator()->set_mode(config::v1::MODE_LIVE);
  for (config::v1::ServiceConfig* service : {config_.mutable_services()->mutable_ingest(),
                                             config_.mutable_services()->mutable_optimizer(),
                                             config_.mutable_services()->mutable_fairness_scorer(),
                                             config_.mutable_services()->mutable_actuator()}) {
    service->set_listen("127.0.0.1:0");
    service->set_metrics_listen("");
  }
  for (const sim::Queue& queue : options.scenario.queues) {
    config::v1::QueueConfig& added = *config_.mutable_scope()->add_queues();
    added = config::DefaultQueue();
    added.set_id(queue.id);
    if (queue.skill) added.set_skill_id(options.scenario.skills[*queue.skill].id);
  }
  if (options.edit) options.edit(config_);

  auto process =
      runtime::Process::Start({config_, clock_, ids_, log_, metrics_, Environment},
                              {{ServiceId::kIngest, ingest::IngestApp::Make},
                               {ServiceId::kOptimizer, optimizer::OptimizerApp::Make},
                               {ServiceId::kFairnessScorer, fairness::FairnessScorerApp::Make},
                               {ServiceId::kActuator, actuator::ActuatorApp::Make}});
  if (!process.ok()) Die("services", process.status().ToString());
  process_ = *std::move(process);
  ingest_ = ingest::v1::IngestService::NewStub(process_->InProcessChannel(ServiceId::kIngest));
  optimizer_ =
      optimizer::v1::OptimizerService::NewStub(process_->InProcessChannel(ServiceId::kOptimizer));
  fairness_ = fairness::v1::FairnessService::NewStub(
      process_->InProcessChannel(ServiceId::kFairnessScorer));
  actuator_ =
      actuator::v1::ActuatorService::NewStub(process_->InProcessChannel(ServiceId::kActuator));
  clock_.WaitForSleepers(kSleepers);
}

Suite::~Suite() {
  if (process_ != nullptr) process_->Stop();
}

std::function<void(const sim::HttpRequest&, const sim::HttpAnswer&)> Suite::Observer() {
  return [this](const sim::HttpRequest& request, const sim::HttpAnswer& answer) {
    if (request.method == "GET" || !absl::StartsWith(request.target, "/api/") ||
        absl::StrContains(request.target, "/query")) {
      return;
    }
    std::lock_guard lock(mutex_);
    writes_.push_back({clock_.Now(), request.method, request.target, request.body, answer.status});
  };
}

void Suite::Run(absl::Duration span) {
  for (absl::Duration passed; passed < span; passed += step_) {
    clock_.Advance(step_);
    clock_.WaitForSleepers(kSleepers);
    Settle();
  }
}

void Suite::Settle() {
  const auto newest =
      Call(*ingest_, &ingest::v1::IngestService::Stub::GetStatus, ingest::v1::GetStatusRequest())
          .newest_snapshot();
  while (OptimizerStatus().newest_snapshot() < newest) std::this_thread::yield();
}

demo::Report Suite::Report(int port) { return ReportOf(*transport_, port); }

std::vector<Write> Suite::writes() const {
  std::lock_guard lock(mutex_);
  return writes_;
}

void Suite::Administer(const std::string& path, const std::string& body) {
  http::Request request;
  request.method = "POST";
  request.url = Url(live_->port()) + path;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = body;
  const auto response = transport_->Send(request, absl::Seconds(5));
  if (!response.ok()) Die(path, response.status().ToString());
  if (response->status >= 300) Die(path, response->body);
}

optimizer::v1::GetStatusResponse Suite::OptimizerStatus() const {
  return Call(*optimizer_, &optimizer::v1::OptimizerService::Stub::GetStatus,
              optimizer::v1::GetStatusRequest());
}

std::vector<types::v1::Change> Suite::ChangesIn(types::v1::ChangeState state) const {
  std::vector<types::v1::Change> changes;
  actuator::v1::ListChangesRequest request;
  request.add_states(state);
  request.set_page_size(1000);
  do {
    const auto page = Call(*actuator_, &actuator::v1::ActuatorService::Stub::ListChanges, request);
    changes.insert(changes.end(), page.changes().begin(), page.changes().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return changes;
}

std::map<std::pair<std::string, std::string>, bool> Suite::Memberships() const {
  ingest::v1::GetSnapshotRequest request;
  request.add_sections(types::v1::SECTION_QUEUES);
  const auto response = Call(*ingest_, &ingest::v1::IngestService::Stub::GetSnapshot, request);
  std::map<std::pair<std::string, std::string>, bool> joined;
  for (const auto& membership : response.snapshot().memberships()) {
    joined[{membership.agent_id(), membership.queue_id()}] = membership.joined();
  }
  return joined;
}

}  // namespace evenkeel::suite
