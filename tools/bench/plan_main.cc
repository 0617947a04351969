// evenkeel-bench-plan: how long OptimizerService.PlanCapacity takes for an inline problem, against
// a gRPC server that sends the same request's bytes back and does nothing else.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/method_handler.h>
#include <grpcpp/impl/codegen/rpc_service_method.h>

#include <cstdio>
#include <random>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/obs/log.h"
#include "common/obs/metrics.h"
#include "common/rpc/interceptors.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/adapters/grpc_change_proposer.h"
#include "services/optimizer/adapters/grpc_optimizer_service.h"
#include "tools/bench/bench.h"

namespace evenkeel::bench {
namespace {

constexpr char kMethod[] = "/evenkeel.optimizer.v1.OptimizerService/PlanCapacity";

// A synchronous service like those that gRPC generates, but of bytes: it parses nothing.
class EchoService final : public grpc::Service {
 public:
  EchoService() {
    using Handler =
        grpc::internal::RpcMethodHandler<EchoService, grpc::ByteBuffer, grpc::ByteBuffer>;
    AddMethod(new grpc::internal::RpcServiceMethod(
        kMethod, grpc::internal::RpcMethod::NORMAL_RPC,
        new Handler(
            [](EchoService*, grpc::ServerContext*, const grpc::ByteBuffer* request,
               grpc::ByteBuffer* response) {
              *response = *request;
              return grpc::Status::OK;
            },
            this)));
  }
};

// The optimizer's service behind our server with its interceptors, as the product runs it, but with
// neither snapshots nor an actuator: inline problems need none.
class Optimizer {
 public:
  static absl::StatusOr<std::unique_ptr<Optimizer>> Start() {
    auto optimizer = std::make_unique<Optimizer>();
    optimizer->metrics_.Register(rpc::RpcMetrics());
    EVENKEEL_ASSIGN_OR_RETURN(optimizer->server_,
                              rpc::Server::Start("127.0.0.1:0", {&optimizer->service_},
                                                 optimizer->metrics_, optimizer->log_));
    return optimizer;
  }
  int port() const { return server_->port(); }

 private:
  const RealClock clock_;
  RandomIdSource ids_;
  obs::Metrics metrics_;
  obs::Logger log_{"bench", obs::Severity::kInfo, clock_, stderr};
  const optimizer::GlpkSolver solver_;
  optimizer::GrpcChangeProposer proposer_{absl::Seconds(1)};
  const optimizer::CapacityLoop loop_{{}, solver_, proposer_, ids_};
  optimizer::GrpcOptimizerService service_{loop_, solver_, clock_, log_};
  std::unique_ptr<rpc::Server> server_;  // last: stops before what it calls goes
};

// Groups serve five queues each, all queues are served, and the staff is about enough for the load.
optimizer::v1::PlanCapacityRequest MakeProblem(int queues, int groups) {
  constexpr int kQueuesOfGroup = 5;
  constexpr int kAgentsOfGroup = 12;
  constexpr double kOccupancyRatio = 0.85;
  std::mt19937_64 random(1);
  const auto between = [&random](int least, int most) {
    return least + static_cast<int>(random() % static_cast<uint64_t>(most - least + 1));
  };
  const double erlangs_of_queue = kOccupancyRatio * kAgentsOfGroup * groups / queues;
  optimizer::v1::PlanCapacityRequest request;
  optimizer::v1::BalanceProblem& problem = *request.mutable_balance();
  for (int q = 0; q < queues; ++q) {
    auto& queue = *problem.add_queues();
    queue.set_id(absl::StrFormat("queue-%02d", q));
    queue.set_handle_seconds(between(180, 420));
    queue.set_calls_per_hour(erlangs_of_queue * between(70, 130) / 100 * 3600 /
                             queue.handle_seconds());
    queue.set_patience_seconds(between(90, 240));
    queue.set_weight(between(1, 3));
    queue.set_min(between(1, 3));
    queue.set_max(4 * kAgentsOfGroup);
  }
  for (int g = 0; g < groups; ++g) {
    auto& group = *problem.add_groups();
    group.set_id(absl::StrFormat("group-%02d", g));
    group.set_agents(kAgentsOfGroup + between(-4, 4));
    for (int i = 0; i < kQueuesOfGroup; ++i) {
      group.add_queues()->set_queue_id(
          absl::StrFormat("queue-%02d", (g * queues / groups + i) % queues));
    }
  }
  return request;
}

// Calls of one server, with bytes on both sides, so that either server has the same client.
class Caller {
 public:
  explicit Caller(int port)
      : channel_(grpc::CreateChannel(absl::StrCat("127.0.0.1:", port),
                                     grpc::InsecureChannelCredentials())) {}

  absl::StatusOr<absl::Duration> Call(const grpc::ByteBuffer& request, grpc::ByteBuffer& response) {
    const SteadyTime start = stopwatch_.SteadyNow();
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    const grpc::Status status =
        grpc::internal::BlockingUnaryCall(channel_.get(), method_, &context, request, &response);
    const absl::Duration span = stopwatch_.SteadyNow() - start;
    EVENKEEL_RETURN_IF_ERROR(rpc::FromGrpc(status));
    return span;
  }

 private:
  const RealClock stopwatch_;
  const grpc::internal::RpcMethod method_{kMethod, grpc::internal::RpcMethod::NORMAL_RPC};
  const std::shared_ptr<grpc::Channel> channel_;
};

grpc::ByteBuffer BytesOf(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

// That a plan was made, so that it is not an error that is fast.
absl::Status CheckPlan(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  EVENKEEL_RETURN_IF_ERROR(rpc::FromGrpc(bytes.Dump(&slices)));
  std::string text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  optimizer::v1::PlanCapacityResponse response;
  if (!response.ParseFromString(text) ||
      response.plan().state() != optimizer::v1::PLAN_STATE_PLANNED) {
    return absl::InternalError("the problem was not planned");
  }
  return absl::OkStatus();
}

absl::Status MeasureProblem(const std::string& name, int queues, int groups, int calls,
                            Caller& optimizer, Caller& echo, std::vector<Row>& rows) {
  const grpc::ByteBuffer request = BytesOf(MakeProblem(queues, groups));
  grpc::ByteBuffer response;
  std::vector<double> ours_ms, echo_ms;
  const int warm_up = std::max(1, calls / 10);
  for (int i = -warm_up; i < calls; ++i) {
    EVENKEEL_ASSIGN_OR_RETURN(const absl::Duration ours, optimizer.Call(request, response));
    if (i == -warm_up) EVENKEEL_RETURN_IF_ERROR(CheckPlan(response));
    EVENKEEL_ASSIGN_OR_RETURN(const absl::Duration bare, echo.Call(request, response));
    if (i < 0) continue;
    ours_ms.push_back(absl::ToDoubleMilliseconds(ours));
    echo_ms.push_back(absl::ToDoubleMilliseconds(bare));
  }
  for (const auto& [label, share_ratio] : {std::pair("p50", 0.5), std::pair("p99", 0.99)}) {
    rows.push_back(
        {absl::StrFormat("plan %s, %d queues, %d groups, %s", name, queues, groups, label),
         Kind::kTime, Percentile(ours_ms, share_ratio), Percentile(echo_ms, share_ratio),
         "bare gRPC echo", "ms"});
  }
  return absl::OkStatus();
}

absl::StatusOr<Report> Measure(bool quick) {
  EVENKEEL_ASSIGN_OR_RETURN(const auto optimizer, Optimizer::Start());
  EchoService echo;
  int echo_port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &echo_port);
  builder.RegisterService(&echo);
  const std::unique_ptr<grpc::Server> echo_server = builder.BuildAndStart();
  if (echo_server == nullptr || echo_port == 0) return absl::UnavailableError("cannot listen");
  Caller optimizer_caller(optimizer->port()), echo_caller(echo_port);
  const int small_calls = quick ? 2 : 3000, medium_calls = quick ? 2 : 500;
  Report report;
  EVENKEEL_RETURN_IF_ERROR(
      MeasureProblem("small", 5, 5, small_calls, optimizer_caller, echo_caller, report.rows));
  EVENKEEL_RETURN_IF_ERROR(
      MeasureProblem("medium", 50, 40, medium_calls, optimizer_caller, echo_caller, report.rows));
  report.method = absl::StrFormat(
      "One caller over loopback, both servers in its process, called in turn after a tenth to warm "
      "up:\n%d small and %d medium problems. The echo parses nothing, so the difference is our "
      "work.\n",
      small_calls, medium_calls);
  return report;
}

}  // namespace
}  // namespace evenkeel::bench

int main(int argc, char** argv) {
  return evenkeel::bench::BenchMain(argc, argv, "evenkeel-bench-plan",
                                    "Plans inline problems over gRPC, against a bare gRPC echo",
                                    evenkeel::bench::Measure);
}
