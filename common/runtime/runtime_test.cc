#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "common/base/error_details.h"
#include "common/config/defaults.h"
#include "common/rpc/channel.h"
#include "common/runtime/periodic_task.h"
#include "common/runtime/process.h"
#include "evenkeel/ingest/v1/ingest_service.grpc.pb.h"
#include "evenkeel/optimizer/v1/optimizer_service.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace evenkeel::runtime {
namespace {

TEST(PeriodicTaskTest, RunsAtOnceAndThenOnceAnInterval) {
  SimulatedClock clock(absl::UnixEpoch());
  std::atomic<int> runs = 0;
  PeriodicTask task(clock, absl::Seconds(60), [&](std::stop_token) { ++runs; });
  clock.WaitForSleepers(1);
  EXPECT_EQ(runs, 1);
  for (int i = 2; i <= 4; ++i) {
    clock.Advance(absl::Seconds(60));
    clock.WaitForSleepers(1);
    EXPECT_EQ(runs, i);
  }
  task.Stop();
}

TEST(PeriodicTaskTest, DoesNotMakeUpForMissedRuns) {
  SimulatedClock clock(absl::UnixEpoch());
  std::atomic<int> runs = 0;
  PeriodicTask task(clock, absl::Seconds(60), [&](std::stop_token) {
    // A run that takes ten minutes.
    if (++runs == 1) clock.Advance(absl::Minutes(10));
  });
  clock.WaitForSleepers(1);
  EXPECT_EQ(runs, 2);
  task.Stop();
}

// Two tiny services, one of which calls the other.
class FakeIngest final : public App, public ingest::v1::IngestService::Service {
 public:
  std::vector<grpc::Service*> Services() override { return {this}; }
  std::string HealthName() const override { return "evenkeel.ingest.v1.IngestService"; }
  absl::Status Start(const ChannelSource&) override { return absl::OkStatus(); }
  absl::Status Ready() override {
    return ready ? absl::OkStatus() : absl::UnavailableError("no snapshot yet");
  }
  void Stop() override { stopped = true; }
  grpc::Status GetStatus(grpc::ServerContext*, const ingest::v1::GetStatusRequest*,
                         ingest::v1::GetStatusResponse* response) override {
    response->set_newest_snapshot(42);
    return grpc::Status::OK;
  }
  std::atomic<bool> ready = false, stopped = false;
};

class FakeOptimizer final : public App, public optimizer::v1::OptimizerService::Service {
 public:
  std::vector<grpc::Service*> Services() override { return {this}; }
  std::string HealthName() const override { return "evenkeel.optimizer.v1.OptimizerService"; }
  absl::Status Start(const ChannelSource& channels) override {
    ingest_ = ingest::v1::IngestService::NewStub(channels(ServiceId::kIngest));
    return absl::OkStatus();
  }
  absl::Status Ready() override { return absl::OkStatus(); }
  void Stop() override {}
  grpc::Status GetStatus(grpc::ServerContext*, const optimizer::v1::GetStatusRequest*,
                         optimizer::v1::GetStatusResponse* response) override {
    grpc::ClientContext context;
    rpc::PrepareCall(context, absl::Seconds(10));
    ingest::v1::GetStatusResponse status;
    const grpc::Status result = ingest_->GetStatus(&context, {}, &status);
    response->set_newest_snapshot(status.newest_snapshot());
    return result;
  }

 private:
  std::unique_ptr<ingest::v1::IngestService::Stub> ingest_;
};

class ProcessTest : public testing::Test {
 protected:
  ProcessTest() {
    config_.mutable_services()->mutable_ingest()->set_listen("127.0.0.1:0");
    config_.mutable_services()->mutable_ingest()->set_metrics_listen("127.0.0.1:0");
    config_.mutable_services()->mutable_optimizer()->set_listen("127.0.0.1:0");
  }
  Dependencies dependencies() { return {config_, clock_, ids_, log_, metrics_}; }

  config::v1::Config config_ = config::DefaultConfig();
  SimulatedClock clock_{absl::UnixEpoch()};
  SequentialIdSource ids_{"id"};
  obs::Logger log_{"test", obs::Severity::kError, clock_, stderr};
  obs::Metrics metrics_;
};

TEST_F(ProcessTest, ConnectsNeighboursReportsHealthAndStops) {
  FakeIngest* ingest = nullptr;
  const std::vector<ServiceSpec> specs = {
      {ServiceId::kIngest,
       [&](const Dependencies&) -> absl::StatusOr<std::unique_ptr<App>> {
         auto app = std::make_unique<FakeIngest>();
         ingest = app.get();
         return app;
       }},
      {ServiceId::kOptimizer, [](const Dependencies&) -> absl::StatusOr<std::unique_ptr<App>> {
         return std::make_unique<FakeOptimizer>();
       }}};
  auto process = Process::Start(dependencies(), specs);
  ASSERT_TRUE(process.ok()) << process.status();

  const auto channel = rpc::MakeChannel(
      "127.0.0.1:" + std::to_string((*process)->port(ServiceId::kOptimizer)), metrics_);
  const auto optimizer = optimizer::v1::OptimizerService::NewStub(channel);
  optimizer::v1::GetStatusResponse status;
  grpc::ClientContext context;
  rpc::PrepareCall(context, absl::Seconds(10));
  ASSERT_TRUE(optimizer->GetStatus(&context, {}, &status).ok());
  EXPECT_EQ(status.newest_snapshot(), 42u);

  const auto health = grpc::health::v1::Health::NewStub(channel);
  const auto serving = [&](const std::string& service) {
    grpc::ClientContext call;
    rpc::PrepareCall(call, absl::Seconds(10));
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    grpc::health::v1::HealthCheckResponse response;
    return health->Check(&call, request, &response).ok() && response.status() == 1;
  };
  while (!serving("evenkeel.optimizer.v1.OptimizerService")) {
  }
  EXPECT_FALSE(serving(""));  // ingest is not ready yet
  ingest->ready = true;
  while (!serving("")) {
  }
  (*process)->Stop();
  EXPECT_TRUE(ingest->stopped);
}

TEST_F(ProcessTest, AnAppThatCannotBeMadeIsAnError) {
  const auto process = Process::Start(
      dependencies(), {{ServiceId::kIngest, [](const Dependencies&) {
                          return absl::StatusOr<std::unique_ptr<App>>(
                              absl::InvalidArgumentError("centre.region: is missing"));
                        }}});
  EXPECT_EQ(process.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace evenkeel::runtime
