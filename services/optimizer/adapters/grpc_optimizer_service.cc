#include "services/optimizer/adapters/grpc_optimizer_service.h"

#include <absl/strings/str_cat.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "common/convert/time.h"
#include "common/rpc/status.h"
#include "services/optimizer/adapters/plan_to_proto.h"
#include "services/optimizer/core/capacity/interruptible_solver.h"

namespace evenkeel::optimizer {
namespace {

// How long a stream waits for news before it looks whether the caller is still there; real time.
constexpr absl::Duration kWatchPatience = absl::Milliseconds(500);

struct InlineBalance {
  BalanceProblem problem;
  std::vector<absl::Duration> within;
};

InlineBalance FromProto(const v1::BalanceProblem& proto, Violations& violations) {
  InlineBalance result;
  for (const auto& group : proto.groups()) {
    BalanceGroup& added = result.problem.groups.emplace_back();
    added.id = group.id();
    added.agents = group.agents();
    for (const auto& queue : group.queues()) {
      added.queues.push_back(
          {queue.queue_id(), queue.has_efficiency() ? queue.efficiency() : 1.0, 0.0});
    }
  }
  for (int i = 0; i < proto.queues_size(); ++i) {
    const auto& queue = proto.queues(i);
    BalanceQueue& added = result.problem.queues.emplace_back();
    added.id = queue.id();
    added.load.calls_per_hour = queue.calls_per_hour();
    added.load.mean_handle_seconds = queue.handle_seconds();
    if (queue.has_patience_seconds()) added.load.mean_patience_seconds = queue.patience_seconds();
    added.weight = queue.has_weight() ? queue.weight() : 1.0;
    added.min_agents = queue.has_min() ? queue.min() : 1.0;
    added.max_agents = queue.has_max() ? queue.max() : 200.0;
    if (queue.has_limit()) added.limit_agents = queue.limit();
    const double within = queue.has_service_level_seconds() ? queue.service_level_seconds() : 20.0;
    if (!(within >= 0) || std::isinf(within)) {
      violations.Add(absl::StrCat("balance.queues[", i, "].service_level_seconds"),
                     "must be 0 or more and finite");
    }
    result.within.push_back(absl::Seconds(within));
  }
  return result;
}

// The core names fields in its own words; callers read the message's.
std::string ProtoField(std::string field) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"mean_handle_seconds", "handle_seconds"},
      {"mean_patience_seconds", "patience_seconds"},
      {"min_agents", "min"},
      {"max_agents", "max"},
      {"limit_agents", "limit"},
      {"efficiency_ratio", "efficiency"},
      // of the guide's model
      {"guide.queues[", "guide.queue_config["},
  };
  for (const auto& [core, message] : kNames) {
    if (const size_t at = field.find(core); at != std::string::npos) {
      field.replace(at, core.size(), message);
    }
  }
  return field;
}

GuideProblem FromProto(const v1::GuideProblem& proto) {
  GuideProblem problem;
  // The infinity of its own side is no bound; the other one is left for the model to refuse.
  const auto bound = [](double value, double none) {
    return value == none ? std::nullopt : std::optional<double>(value);
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const auto& queue : proto.queue_config()) {
    GuideQueue& added = problem.queues.emplace_back();
    added.queue_id = queue.queue_id();
    added.skill_id = queue.skill_id();
    if (queue.has_min_capacity()) added.min_capacity = bound(queue.min_capacity(), -kInfinity);
    if (queue.has_max_capacity()) added.max_capacity = bound(queue.max_capacity(), kInfinity);
  }
  for (const auto& [skill, agents] : proto.skill_availability()) {
    problem.skill_availability[skill] = static_cast<double>(agents);
  }
  if (proto.has_min_coverage_ratio()) problem.min_coverage_ratio = proto.min_coverage_ratio();
  return problem;
}

bool HasReason(const absl::Status& status, std::string_view reason) {
  const auto refusal = GetRefusal(status);
  return refusal && refusal->reason == reason;
}

}  // namespace

grpc::Status GrpcOptimizerService::PlanCapacity(grpc::ServerContext* context,
                                                const v1::PlanCapacityRequest* request,
                                                v1::PlanCapacityResponse* response) {
  const InterruptibleSolver solver(
      solver_, [&] { return context->IsCancelled() || stop_.stop_requested(); });
  absl::Status status;
  switch (request->problem_case()) {
    case v1::PlanCapacityRequest::kBalance:
      status = PlanBalance(request->balance(), solver, *response->mutable_plan());
      break;
    case v1::PlanCapacityRequest::kGuide:
      status = PlanGuide(request->guide(), solver, *response->mutable_plan());
      break;
    case v1::PlanCapacityRequest::kSnapshotNumber:
    case v1::PlanCapacityRequest::PROBLEM_NOT_SET:
      status = PlanFromSnapshot(request->snapshot_number(), solver, *response->mutable_plan());
      break;
  }
  if (status.code() == absl::StatusCode::kInternal) {
    log_.Error("internal error", {{"error", std::string(status.message())}});
  }
  return rpc::ToGrpc(status);
}

absl::Status GrpcOptimizerService::PlanFromSnapshot(uint64_t number,
                                                    const LinearProgramSolver& solver,
                                                    v1::CapacityPlan& plan) {
  runtime::SnapshotSubscriber* subscriber = subscriber_;
  if (subscriber == nullptr) return absl::UnavailableError("the optimizer is starting");
  EVENKEEL_ASSIGN_OR_RETURN(const auto snapshot, subscriber->Get(number));
  const absl::Time now = clock_.Now();
  EVENKEEL_ASSIGN_OR_RETURN(const CapacityPlan planned, loop_.Plan(*snapshot, now, solver));
  const PlannerSettings& settings = loop_.settings().planner;
  plan = ToProto(planned, settings.horizon, settings.move_cost);
  *plan.mutable_planned_at() = convert::ToProto(now);
  return absl::OkStatus();
}

absl::Status GrpcOptimizerService::PlanBalance(const v1::BalanceProblem& proto,
                                               const LinearProgramSolver& solver,
                                               v1::CapacityPlan& plan) {
  Violations violations;
  const InlineBalance balance = FromProto(proto, violations);
  const Violations malformed = Validate(balance.problem);
  for (const FieldViolation& violation : malformed.found()) {
    violations.Add("balance." + ProtoField(violation.field), violation.description);
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  EVENKEEL_ASSIGN_OR_RETURN(const BalanceAnswer answer, SolveBalance(balance.problem, solver));
  plan = ToProto(balance.problem, answer, balance.within);
  return absl::OkStatus();
}

absl::Status GrpcOptimizerService::PlanGuide(const v1::GuideProblem& proto,
                                             const LinearProgramSolver& solver,
                                             v1::CapacityPlan& plan) {
  const GuideProblem problem = FromProto(proto);
  const auto capacities = SolveGuideModel(problem, solver);
  if (capacities.ok()) {
    plan = ToProto(problem, *capacities);
    return absl::OkStatus();
  }
  // CAP-6: that there is no plan is an answer.
  const bool infeasible = HasReason(capacities.status(), "CAPACITY_INFEASIBLE");
  if (infeasible || HasReason(capacities.status(), "CAPACITY_UNBOUNDED")) {
    plan.set_model(v1::PLAN_MODEL_GUIDE);
    plan.set_state(infeasible ? v1::PLAN_STATE_INFEASIBLE : v1::PLAN_STATE_UNBOUNDED);
    return absl::OkStatus();
  }
  Violations violations;
  for (const FieldViolation& violation : GetViolations(capacities.status())) {
    violations.Add(ProtoField("guide." + violation.field), violation.description);
  }
  return violations.empty() ? capacities.status() : violations.ToStatus();
}

v1::CapacityPlan GrpcOptimizerService::Publish(const MadePlan& made) const {
  const PlannerSettings& settings = loop_.settings().planner;
  v1::CapacityPlan plan = ToProto(made.plan, settings.horizon, settings.move_cost);
  plan.set_id(made.id);
  *plan.mutable_planned_at() = convert::ToProto(made.at);
  return plan;
}

grpc::Status GrpcOptimizerService::WatchPlans(grpc::ServerContext* context,
                                              const v1::WatchPlansRequest*,
                                              grpc::ServerWriter<v1::WatchPlansResponse>* writer) {
  int64_t sequence = 0;
  while (!context->IsCancelled()) {
    if (stop_.stop_requested()) {
      return rpc::ToGrpc(absl::UnavailableError("the optimizer is stopping"));
    }
    const auto made = loop_.WaitForPlan(sequence, kWatchPatience, stop_.get_token());
    if (made == nullptr) continue;
    sequence = made->sequence;
    v1::WatchPlansResponse response;
    *response.mutable_plan() = Publish(*made);
    if (!writer->Write(response)) break;
  }
  return rpc::ToGrpc(absl::CancelledError("the caller left"));
}

grpc::Status GrpcOptimizerService::GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                                             v1::GetStatusResponse* response) {
  if (const runtime::SnapshotSubscriber* subscriber = subscriber_) {
    if (const auto newest = subscriber->newest()) response->set_newest_snapshot(newest->number);
    response->set_ingest_connected(subscriber->connected());
  }
  const LoopStatus status = loop_.status();
  if (status.newest != nullptr) {
    *response->mutable_last_plan_at() = convert::ToProto(status.newest->at);
    response->set_last_plan_state(Publish(*status.newest).state());
  }
  response->set_last_refusal(status.last_refusal);
  response->set_plans(status.plans);
  response->set_proposals(status.proposals);
  int64_t refused = 0;
  for (const auto& [reason, count] : status.refusals) {
    refused += count;
    (*response->mutable_refusals_by_reason())[reason] = count;
  }
  response->set_proposals_refused(refused);
  *response->mutable_clock_now() = convert::ToProto(clock_.Now());
  return grpc::Status::OK;
}

}  // namespace evenkeel::optimizer
