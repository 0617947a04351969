// OptimizerService over gRPC: what callers send and what they are told.
#include "services/optimizer/adapters/grpc_optimizer_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "common/base/error_details.h"
#include "common/rpc/channel.h"
#include "common/rpc/interceptors.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/testing/test_centre.h"

namespace evenkeel::optimizer {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class NoActuator final : public ChangeProposer {
 public:
  absl::Status Propose(const std::string&, const model::Proposal&) override { return Gone(); }
  absl::Status Validate(const model::Proposal&) override { return Gone(); }
  absl::StatusOr<int64_t> WritesLeft() override { return Gone(); }

 private:
  static absl::Status Gone() { return absl::UnavailableError("no actuator"); }
};

class GrpcOptimizerServiceTest : public ::testing::Test {
 protected:
  GrpcOptimizerServiceTest() {
    metrics_.Register(rpc::RpcMetrics());
    server_ = *rpc::Server::Start("", {&service_}, metrics_, log_);
    stub_ = v1::OptimizerService::NewStub(server_->InProcessChannel(metrics_));
  }
  ~GrpcOptimizerServiceTest() override { service_.Stop(); }

  static LoopSettings Settings() {
    LoopSettings settings;
    settings.planner = Centre().Settings();
    return settings;
  }
  static TestCentre Centre() {
    TestCentre centre;
    centre.AddQueue(60, 300, 120);
    centre.AddQueue(12, 300, 120);
    for (int a = 0; a < 6; ++a) centre.AddAgent({0, 1}, {1});
    return centre;
  }
  absl::StatusOr<v1::CapacityPlan> Plan(const v1::PlanCapacityRequest& request) {
    grpc::ClientContext context;
    rpc::PrepareCall(context, absl::Seconds(30));
    v1::PlanCapacityResponse response;
    const grpc::Status status = stub_->PlanCapacity(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response.plan();
  }
  std::vector<std::string> BadFields(const v1::PlanCapacityRequest& request) {
    const absl::Status status = Plan(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    std::vector<std::string> fields;
    for (const FieldViolation& violation : GetViolations(status)) {
      fields.push_back(violation.field);
    }
    return fields;
  }
  // Two queues that one group of ten can serve.
  static v1::PlanCapacityRequest Balance() {
    v1::PlanCapacityRequest request;
    auto& problem = *request.mutable_balance();
    auto& group = *problem.add_groups();
    group.set_id("g");
    group.set_agents(10);
    for (const char* id : {"a", "b"}) {
      auto& queue = *problem.add_queues();
      queue.set_id(id);
      queue.set_calls_per_hour(id[0] == 'a' ? 60 : 20);
      queue.set_handle_seconds(300);
      queue.set_patience_seconds(120);
      group.add_queues()->set_queue_id(id);
    }
    return request;
  }

  SimulatedClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  obs::Logger log_{"test", obs::Severity::kError, clock_, stderr};
  obs::Metrics metrics_;
  SequentialIdSource ids_{"id"};
  GlpkSolver solver_;
  NoActuator proposer_;
  CapacityLoop loop_{Settings(), solver_, proposer_, ids_};
  GrpcOptimizerService service_{loop_, solver_, clock_, log_};
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<v1::OptimizerService::Stub> stub_;
};

TEST_F(GrpcOptimizerServiceTest, PlansAnInlineBalanceProblem_CAP2_CAP5) {
  const auto plan = Plan(Balance());
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->model(), v1::PLAN_MODEL_BALANCE);
  EXPECT_EQ(plan->state(), v1::PLAN_STATE_PLANNED);
  EXPECT_TRUE(plan->feasible());
  EXPECT_LE(plan->certified_gap_ratio(), 1e-9);
  ASSERT_EQ(plan->queues_size(), 2);
  EXPECT_EQ(plan->queues(0).agents_after() + plan->queues(1).agents_after(), 10);
  EXPECT_GT(plan->queues(0).agents_after(), plan->queues(1).agents_after());
  EXPECT_GT(plan->queues(0).service_level_after_ratio(), 0.5);
  EXPECT_GT(plan->groups(0).marginal_value(), 0);
  EXPECT_FALSE(plan->has_planned_at());  // the same request has the same answer
  EXPECT_EQ(Plan(Balance())->SerializeAsString(), plan->SerializeAsString());
}

TEST_F(GrpcOptimizerServiceTest, NamesEveryBadFieldInTheMessagesWords_CAP10) {
  v1::PlanCapacityRequest request = Balance();
  auto& queues = *request.mutable_balance()->mutable_queues();
  queues[0].set_calls_per_hour(-1);
  queues[0].set_handle_seconds(std::numeric_limits<double>::quiet_NaN());
  queues[0].set_service_level_seconds(-5);
  queues[1].set_id("a");
  queues[1].set_patience_seconds(0);
  request.mutable_balance()->mutable_groups(0)->set_agents(-3);
  request.mutable_balance()->mutable_groups(0)->mutable_queues(1)->set_efficiency(0);
  EXPECT_THAT(BadFields(request),
              ::testing::IsSupersetOf(
                  {"balance.queues[0].calls_per_hour", "balance.queues[0].handle_seconds",
                   "balance.queues[0].service_level_seconds", "balance.queues[1].id",
                   "balance.queues[1].patience_seconds", "balance.groups[0].agents",
                   "balance.groups[0].queues[1].efficiency"}));
  EXPECT_THAT(BadFields([] {
                v1::PlanCapacityRequest empty;
                empty.mutable_balance();
                return empty;
              }()),
              Contains("balance.queues"));
}

TEST_F(GrpcOptimizerServiceTest, AnInfeasibleProblemIsAnAnswer_CAP6) {
  v1::PlanCapacityRequest request = Balance();
  request.mutable_balance()->mutable_queues(0)->set_min(8);
  request.mutable_balance()->mutable_queues(1)->set_min(7);
  const auto plan = Plan(request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->state(), v1::PLAN_STATE_INFEASIBLE);
  EXPECT_FALSE(plan->feasible());
  EXPECT_TRUE(plan->relaxed());
  ASSERT_EQ(plan->conflicts_size(), 1);
  EXPECT_THAT(plan->conflicts(0).rows(), UnorderedElementsAre("group:g", "min:a", "min:b"));
  EXPECT_GE(plan->conflicts(0).cures_size(), 2);
  EXPECT_FALSE(plan->conflicts(0).cures(0).description().empty());
}

TEST_F(GrpcOptimizerServiceTest, NobodyAtWorkIsIdle_CAP10) {
  v1::PlanCapacityRequest request = Balance();
  request.mutable_balance()->mutable_groups(0)->set_agents(0);
  const auto plan = Plan(request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->state(), v1::PLAN_STATE_IDLE);
}

TEST_F(GrpcOptimizerServiceTest, PlansTheGuidesModel_CAP1) {
  v1::PlanCapacityRequest request;
  auto& guide = *request.mutable_guide();
  auto& queue = *guide.add_queue_config();
  queue.set_queue_id("q");
  queue.set_skill_id("s");
  queue.set_min_capacity(4);
  (*guide.mutable_skill_availability())["s"] = 17;
  auto plan = Plan(request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->model(), v1::PLAN_MODEL_GUIDE);
  EXPECT_EQ(plan->queues(0).agents_after(), 4);  // always the lower bound

  guide.mutable_queue_config(0)->set_min_capacity(50);  // above 17 / 0.85
  plan = Plan(request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->state(), v1::PLAN_STATE_INFEASIBLE);

  guide.mutable_queue_config(0)->set_min_capacity(-std::numeric_limits<double>::infinity());
  plan = Plan(request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->state(), v1::PLAN_STATE_UNBOUNDED);

  guide.set_min_coverage_ratio(0);
  EXPECT_THAT(BadFields(request), ElementsAre("guide.min_coverage_ratio"));
}

TEST_F(GrpcOptimizerServiceTest, WithoutASnapshotItSaysSo) {
  EXPECT_EQ(Plan({}).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(GrpcOptimizerServiceTest, StreamsThePlansOfTheLoop_CAP5) {
  const TestCentre centre = Centre();
  // No actuator, but a plan all the same.
  EXPECT_FALSE(loop_.RunCycle(centre.Snap(), centre.now, {}).ok());
  grpc::ClientContext context;
  const auto stream = stub_->WatchPlans(&context, v1::WatchPlansRequest());
  v1::WatchPlansResponse response;
  ASSERT_TRUE(stream->Read(&response));
  const v1::CapacityPlan& plan = response.plan();
  EXPECT_EQ(plan.id(), loop_.status().newest->id);
  ASSERT_GT(plan.moves_size(), 0);
  EXPECT_EQ(plan.moves(0).join_queue_id(), QueueId(0));
  EXPECT_GT(plan.moves(0).saving_seconds(), 0);
  EXPECT_THAT(plan.moves(0).reason(), ::testing::HasSubstr("Saves "));
  EXPECT_EQ(plan.agents_size(), 6);
  service_.Stop();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);

  grpc::ClientContext other;
  v1::GetStatusResponse status;
  ASSERT_TRUE(stub_->GetStatus(&other, v1::GetStatusRequest(), &status).ok());
  EXPECT_EQ(status.plans(), 1);
  EXPECT_EQ(status.last_plan_state(), v1::PLAN_STATE_PLANNED);
  EXPECT_THAT(status.last_refusal(), ::testing::HasSubstr("no actuator"));
  EXPECT_FALSE(status.ingest_connected());
}

}  // namespace
}  // namespace evenkeel::optimizer
