#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error_details.h"
#include "common/rpc/channel.h"
#include "common/rpc/interceptors.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "evenkeel/ingest/v1/ingest_service.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace evenkeel::rpc {
namespace {

using ingest::v1::IngestService;

TEST(StatusTest, DetailsSurviveTheWire) {
  Violations violations;
  violations.Add("balance.queues[2].max", "must be at least min");
  violations.Add("balance.queues[3].id", "is missing");
  absl::Status refused = RefusalStatus(absl::StatusCode::kResourceExhausted, "queue full",
                                       {"QUEUE_FULL", {{"limit", "1000"}}});
  SetRetryAfter(refused, absl::Milliseconds(2500));
  for (const absl::Status& status :
       {violations.ToStatus(), refused, absl::NotFoundError("no x"), absl::OkStatus()}) {
    EXPECT_EQ(FromGrpc(ToGrpc(status)), status);
  }
}

TEST(StatusTest, InternalErrorsDoNotLeak) {
  const grpc::Status status = ToGrpc(absl::InternalError("secret path /x"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), testing::Not(testing::HasSubstr("secret")));
}

class FakeIngest final : public IngestService::Service {
 public:
  grpc::Status GetStatus(grpc::ServerContext* context, const ingest::v1::GetStatusRequest*,
                         ingest::v1::GetStatusResponse* response) override {
    response->set_dialect(TraceparentOf(*context));
    return grpc::Status::OK;
  }
  grpc::Status GetSnapshot(grpc::ServerContext*, const ingest::v1::GetSnapshotRequest*,
                           ingest::v1::GetSnapshotResponse*) override {
    return ToGrpc(absl::UnavailableError("no snapshot yet"));
  }
};

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    metrics_.Register(RpcMetrics());
    auto server = Server::Start("127.0.0.1:0", {&service_}, metrics_, log_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = MakeChannel("127.0.0.1:" + std::to_string(server_->port()), metrics_);
  }

  // NOT_FOUND is -1.
  int Health(const std::string& service) {
    grpc::health::v1::HealthCheckRequest request;
    grpc::health::v1::HealthCheckResponse response;
    request.set_service(service);
    grpc::ClientContext context;
    PrepareCall(context, absl::Seconds(10));
    const auto stub = grpc::health::v1::Health::NewStub(channel_);
    return stub->Check(&context, request, &response).ok() ? response.status() : -1;
  }

  SimulatedClock clock_{absl::UnixEpoch()};
  obs::Metrics metrics_;
  obs::Logger log_{"test", obs::Severity::kError, clock_, stderr};
  FakeIngest service_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(ServerTest, CountsByTheNamesOfGoGrpcPrometheus) {
  const auto stub = IngestService::NewStub(channel_);
  ingest::v1::GetSnapshotResponse snapshot;
  grpc::ClientContext context;
  PrepareCall(context, absl::Seconds(10));
  EXPECT_EQ(stub->GetSnapshot(&context, {}, &snapshot).error_code(), grpc::StatusCode::UNAVAILABLE);
  for (const std::string side : {"server", "client"}) {
    EXPECT_EQ(
        metrics_.Value("grpc_" + side + "_handled_total",
                       {"unary", "evenkeel.ingest.v1.IngestService", "GetSnapshot", "Unavailable"}),
        1)
        << side;
    EXPECT_EQ(metrics_.Value("grpc_" + side + "_started_total",
                             {"unary", "evenkeel.ingest.v1.IngestService", "GetSnapshot"}),
              1);
  }
}

TEST_F(ServerTest, PassesTheTraceOn) {
  const auto stub = IngestService::NewStub(channel_);
  ingest::v1::GetStatusResponse response;
  grpc::ClientContext context;
  PrepareCall(context, absl::Seconds(10),
              "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ASSERT_TRUE(stub->GetStatus(&context, {}, &response).ok());
  EXPECT_EQ(response.dialect(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_THAT(NewTraceparent(), testing::MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-01"));
}

TEST_F(ServerTest, ReportsHealthPerService) {
  constexpr int kServing = 1, kNotServing = 2;
  EXPECT_EQ(Health(""), kNotServing);
  server_->SetServing("", true);
  server_->SetServing("evenkeel.ingest.v1.IngestService", true);
  EXPECT_EQ(Health(""), kServing);
  EXPECT_EQ(Health("evenkeel.ingest.v1.IngestService"), kServing);
  EXPECT_EQ(Health("nobody"), -1);
}

TEST_F(ServerTest, ATakenPortIsAnErrorThatNamesIt) {
  FakeIngest other;
  const std::string address = "127.0.0.1:" + std::to_string(server_->port());
  const auto second = Server::Start(address, {&other}, metrics_, log_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), testing::HasSubstr(address));
}

TEST_F(ServerTest, ServesInProcessToo) {
  const auto stub = IngestService::NewStub(server_->InProcessChannel(metrics_));
  ingest::v1::GetStatusResponse response;
  grpc::ClientContext context;
  PrepareCall(context, absl::Seconds(10));
  EXPECT_TRUE(stub->GetStatus(&context, {}, &response).ok());
}

}  // namespace
}  // namespace evenkeel::rpc
