#include "services/fairness_scorer/adapters/grpc_fairness_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error_details.h"
#include "common/convert/time.h"
#include "common/rpc/channel.h"
#include "common/rpc/interceptors.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/fairness_scorer/adapters/sqlite_fairness_store.h"
#include "services/fairness_scorer/testing/biased_centre.h"

namespace evenkeel::fairness {
namespace {

class GrpcFairnessServiceTest : public testing::Test {
 protected:
  GrpcFairnessServiceTest() {
    metrics_.Register(rpc::RpcMetrics());
    server_ = *rpc::Server::Start("", {&service_}, metrics_, log_);
    stub_ = v1::FairnessService::NewStub(server_->InProcessChannel(metrics_));
  }

  static ScorerSettings Settings() {
    ScorerSettings settings;
    settings.queues = {{"q1", "s1", 1, 0.3, 0.8}};
    return settings;
  }

  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (v1::FairnessService::Stub::*method)(grpc::ClientContext*,
                                                                      const Request&, Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    rpc::PrepareCall(context, absl::Seconds(10));
    return rpc::FromGrpc((stub_.get()->*method)(&context, request, &response));
  }

  // Five agents at work on q1 for half an hour, the first with most of the work.
  void Observe(int minutes) {
    std::vector<model::AgentWork> work;  // a snapshot shows the recent past
    for (int minute = 0; minute <= minutes; ++minute) {
      model::Snapshot snapshot;
      snapshot.number = static_cast<uint64_t>(minute) + 1;
      snapshot.taken_at = clock_.Now();
      snapshot.queues = {{"q1", "", "", "", std::nullopt, std::nullopt, {}}};
      for (int i = 0; i < 5; ++i) {
        const std::string agent = "a" + std::to_string(i);
        snapshot.memberships.push_back({"q1", agent, true});
        snapshot.states.push_back({agent, model::Activity::kIdle, true, absl::InfinitePast()});
        work.push_back({agent, "q1", snapshot.taken_at, absl::Minutes(1), absl::Seconds(30),
                        absl::ZeroDuration(), absl::ZeroDuration(), i == 0 ? 4 : 1});
      }
      snapshot.agent_work = work;
      for (const auto section :
           {model::Section::kStates, model::Section::kQueues, model::Section::kAgentWork}) {
        snapshot.quality.push_back({section, snapshot.taken_at, absl::Seconds(15), 5, 5, 0});
      }
      EXPECT_TRUE(scorer_.Score(snapshot, clock_.Now()).ok());
      clock_.Advance(absl::Minutes(1));
    }
  }

  SimulatedClock clock_{absl::FromUnixSeconds(1700000100)};
  obs::Logger log_{"test", obs::Severity::kError, clock_, stderr};
  obs::Metrics metrics_;
  std::unique_ptr<FairnessStore> store_ = *SqliteFairnessStore::Open(":memory:");
  NotingProposer proposer_;
  SequentialIdSource ids_{"id-"};
  Scorer scorer_{Settings(), *store_, proposer_, ids_};
  GrpcFairnessService service_{scorer_, *store_, clock_};
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<v1::FairnessService::Stub> stub_;
};

TEST_F(GrpcFairnessServiceTest, ScoresInline) {
  v1::ScoreWorkloadRequest request;
  for (int i = 0; i < 5; ++i) {
    auto& agent = *request.add_agents();
    agent.set_agent_id("a" + std::to_string(i));
    agent.set_contacts(i == 0 ? 40 : 10);
    agent.set_talk_seconds(600);
    agent.set_acw_seconds(200);
    agent.set_capacity(0.7);
  }
  request.mutable_options()->set_acw_weight(0.6);
  v1::ScoreWorkloadResponse response;
  ASSERT_TRUE(Call(&v1::FairnessService::Stub::ScoreWorkload, request, response).ok());
  EXPECT_DOUBLE_EQ(response.agents(0).effective_load_seconds(), 720 / 0.7);
  EXPECT_EQ(response.dispersion().band(), v1::BAND_CRITICAL);
  EXPECT_DOUBLE_EQ(response.dispersion().cv(), 12.0 / 16);
}

TEST_F(GrpcFairnessServiceTest, NamesEveryWrongField) {
  v1::ScoreWorkloadRequest request;
  request.add_agents()->set_contacts(-1);
  request.mutable_options()->set_acw_weight(7);
  v1::ScoreWorkloadResponse response;
  const absl::Status status = Call(&v1::FairnessService::Stub::ScoreWorkload, request, response);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetViolations(status).size(), 3u);
}

TEST_F(GrpcFairnessServiceTest, GetFairnessNeedsAGoodSnapshot) {
  v1::GetFairnessResponse response;
  EXPECT_EQ(Call(&v1::FairnessService::Stub::GetFairness, {}, response).code(),
            absl::StatusCode::kUnavailable);
  Observe(30);
  ASSERT_TRUE(Call(&v1::FairnessService::Stub::GetFairness, {}, response).ok());
  ASSERT_EQ(response.groups_size(), 2);
  EXPECT_EQ(response.groups(0).queue_id(), "q1");
  EXPECT_EQ(response.groups(0).dispersion().band(), v1::BAND_CRITICAL);
  EXPECT_EQ(response.groups(0).most_loaded(0).agent_id(), "a0");
  EXPECT_EQ(response.groups(1).skill_id(), "s1");

  // API-8: too old a snapshot is refused with the section and by how much.
  model::Snapshot old;
  old.number = 99;
  old.quality = {
      {model::Section::kStates, clock_.Now() - absl::Minutes(5), absl::Seconds(15), 5, 5, 0}};
  (void)scorer_.Score(old, clock_.Now());
  const absl::Status status = Call(&v1::FairnessService::Stub::GetFairness, {}, response);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetRefusal(status)->reason, "SNAPSHOT_STALE");
}

TEST_F(GrpcFairnessServiceTest, AnUnknownQueueIsNamed) {
  Observe(1);
  v1::GetFairnessRequest request;
  request.add_queue_ids("q1");
  request.add_queue_ids("q9");
  v1::GetFairnessResponse response;
  const absl::Status status = Call(&v1::FairnessService::Stub::GetFairness, request, response);
  ASSERT_EQ(GetViolations(status).size(), 1u);
  EXPECT_EQ(GetViolations(status)[0].field, "queue_ids[1]");
}

// FAIR-4: the stream resumes by cursor.
TEST_F(GrpcFairnessServiceTest, Fair4AlertsAreStreamedFromACursor) {
  for (const char* id : {"a", "b", "c"}) {
    CycleWrite write;
    write.alerts.emplace_back().id = id;
    write.alerts.back().queue_id = "q1";
    ASSERT_TRUE(store_->Commit(write).ok());
  }
  const auto read = [&](int64_t cursor, size_t count) {
    grpc::ClientContext context;
    v1::WatchAlertsRequest request;
    request.set_cursor(cursor);
    const auto stream = stub_->WatchAlerts(&context, request);
    std::vector<std::string> ids;
    v1::WatchAlertsResponse response;
    while (ids.size() < count && stream->Read(&response)) ids.push_back(response.alert().id());
    context.TryCancel();
    while (stream->Read(&response)) {
    }
    stream->Finish();
    return ids;
  };
  EXPECT_THAT(read(0, 3), testing::ElementsAre("a", "b", "c"));
  EXPECT_THAT(read(1, 2), testing::ElementsAre("b", "c"));
  grpc::ClientContext context;
  v1::WatchAlertsRequest past;
  past.set_cursor(4);
  v1::WatchAlertsResponse response;
  const auto stream = stub_->WatchAlerts(&context, past);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::OUT_OF_RANGE);
}

TEST_F(GrpcFairnessServiceTest, Fair16HistoryNamesEveryWrongField) {
  v1::QueryFairnessHistoryRequest request;
  v1::QueryFairnessHistoryResponse response;
  const absl::Status status =
      Call(&v1::FairnessService::Stub::QueryFairnessHistory, request, response);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetViolations(status).size(), 3u);
  Observe(40);
  request.set_queue_id("q1");
  *request.mutable_from() = convert::ToProto(clock_.Now() - absl::Hours(1));
  *request.mutable_to() = convert::ToProto(clock_.Now());
  ASSERT_TRUE(Call(&v1::FairnessService::Stub::QueryFairnessHistory, request, response).ok());
  EXPECT_GT(response.figures_size(), 4);
}

}  // namespace
}  // namespace evenkeel::fairness
