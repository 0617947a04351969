// Plans.
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <google/protobuf/util/json_util.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "common/base/status_macros.h"
#include "tools/ctl/context.h"
#include "tools/ctl/names.h"
#include "tools/ctl/table.h"

namespace evenkeel::ctl {
namespace {

using ingest::v1::IngestService;
using optimizer::v1::OptimizerService;
using runtime::ServiceId;

absl::Status ReadProblem(const std::string& file, optimizer::v1::PlanCapacityRequest& request) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream.good()) {
    return absl::InvalidArgumentError(absl::StrCat("--problem ", file, " cannot be read"));
  }
  const auto parsed = google::protobuf::util::JsonStringToMessage(text.str(), &request);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--problem ", file, " is not a PlanCapacityRequest: ", std::string(parsed.message())));
  }
  return absl::OkStatus();
}

// The guide's model knows capacities and nothing else.
void PrintGuidePlan(const optimizer::v1::CapacityPlan& plan) {
  if (plan.state() == optimizer::v1::PLAN_STATE_INFEASIBLE) {
    std::printf("infeasible: no capacities hold all the bounds\n");
    return;
  }
  Table table({"queue", ">capacity"});
  for (const auto& queue : plan.queues()) {
    table.Add({queue.queue_id(), absl::StrFormat("%g", queue.agents_after())});
  }
  std::fputs(table.Text().c_str(), stdout);
}

// "3 join, 1 leaves", "capacity 12 to 14"; empty: nothing is done.
std::string DoneTo(const optimizer::v1::CapacityPlan& plan, const std::string& queue_id) {
  int joins = 0, leaves = 0;
  for (const auto& move : plan.moves()) {
    if (move.agent_id().empty() && move.join_queue_id() == queue_id) {
      return absl::StrFormat("capacity %d to %d", move.capacity_before(), move.capacity_after());
    }
    joins += move.join_queue_id() == queue_id ? 1 : 0;
    leaves += move.leave_queue_id() == queue_id ? 1 : 0;
  }
  const auto count = [](int n, const char* verb) {
    return absl::StrCat(n, verb, n == 1 ? "s" : "");
  };
  std::string text = joins > 0 ? count(joins, " join") : "";
  if (leaves > 0) absl::StrAppend(&text, text.empty() ? "" : ", ", count(leaves, " leave"));
  return text;
}

// Of one agent more: calls waiting less, so seconds of waiting in each second.
std::string WorthText(const optimizer::v1::CapacityPlan& plan, double marginal_value) {
  return plan.relaxed() ? "-" : SecondsText(3600 * marginal_value) + " an hour";
}

// A problem as somebody wrote it: there is no present to compare with.
void PrintAnswer(const optimizer::v1::CapacityPlan& plan) {
  Table table({"queue", ">agents", ">wait", ">give up", ">in target", ">one more saves"});
  for (const auto& queue : plan.queues()) {
    table.Add(
        {queue.queue_id(), absl::StrFormat("%g", queue.agents_after()),
         SecondsText(queue.mean_wait_after_seconds()), PercentText(queue.abandonment_after_ratio()),
         PercentText(queue.service_level_after_ratio()), WorthText(plan, queue.marginal_value())});
  }
  std::printf("%s\nobjective %.6g (bound %.6g, certified to %.1e)\n", table.Text().c_str(),
              plan.whole_objective(), plan.objective(), plan.certified_gap_ratio());
}

void PrintQueues(const optimizer::v1::CapacityPlan& plan,
                 const std::map<std::string, std::string>& names) {
  Table agents({"queue", ">now", ">proposed", ">wait now", ">expected", ">one more saves", "done"});
  Table figures(
      {"queue", ">with help now", ">then", ">give up now", ">then", ">in target now", ">then"});
  for (const auto& queue : plan.queues()) {
    const std::string name = NameOf(names, queue.queue_id());
    agents.Add({name, absl::StrFormat("%g", queue.agents_before()),
                absl::StrFormat("%g", queue.agents_after()),
                SecondsText(queue.mean_wait_before_seconds()),
                SecondsText(queue.mean_wait_after_seconds()),
                WorthText(plan, queue.marginal_value()), DoneTo(plan, queue.queue_id())});
    figures.Add({name, absl::StrFormat("%.1f", queue.effective_agents_before()),
                 absl::StrFormat("%.1f", queue.effective_agents_after()),
                 PercentText(queue.abandonment_before_ratio()),
                 PercentText(queue.abandonment_after_ratio()),
                 PercentText(queue.service_level_before_ratio()),
                 PercentText(queue.service_level_after_ratio())});
  }
  std::printf("%s\n%s", agents.Text().c_str(), figures.Text().c_str());
}

void PrintMoves(const optimizer::v1::CapacityPlan& plan) {
  std::printf("\n%d move%s, saving %s of waiting for a cost of %s%s:\n\n", plan.moves_size(),
              plan.moves_size() == 1 ? "" : "s", SecondsText(plan.saving_seconds()).c_str(),
              SecondsText(plan.move_cost_seconds()).c_str(),
              plan.more_moves_wait() ? "; more in the next cycle" : "");
  for (const auto& move : plan.moves()) {
    std::printf("  %s\n", ShortIds(move.reason()).c_str());
  }
}

void PrintPlan(const optimizer::v1::CapacityPlan& plan,
               const std::map<std::string, std::string>& names) {
  switch (plan.state()) {
    case optimizer::v1::PLAN_STATE_IDLE:
      std::printf("nobody is at work: nothing to plan\n");
      return;
    case optimizer::v1::PLAN_STATE_UNBOUNDED:
      std::printf("unbounded: a queue has no lower bound\n");
      return;
    default:
      break;
  }
  if (plan.model() == optimizer::v1::PLAN_MODEL_GUIDE) return PrintGuidePlan(plan);
  for (const auto& conflict : plan.conflicts()) {
    std::string rows;
    for (const auto& row : conflict.rows()) absl::StrAppend(&rows, rows.empty() ? "" : ", ", row);
    std::printf("cannot hold together: %s\n", rows.c_str());
    for (const auto& cure : conflict.cures())
      std::printf("  cure: %s\n", cure.description().c_str());
  }
  if (plan.relaxed()) std::printf("the plan below misses the minima least; it needs approval\n\n");
  if (plan.snapshot_number() == 0) return PrintAnswer(plan);
  PrintQueues(plan, names);
  if (plan.moves().empty()) {
    std::printf("\n%s\n", plan.more_moves_wait() ? "moves are worth it, but none is allowed now"
                                                 : "no move is worth its cost");
    return;
  }
  PrintMoves(plan);
}

absl::Status Plan(const Context& context, const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments[0] != "capacity") {
    return absl::InvalidArgumentError(
        absl::StrCat("plan knows \"capacity\" alone, not \"", arguments[0], "\""));
  }
  optimizer::v1::PlanCapacityRequest request;
  if (!context.options.problem.empty()) {
    EVENKEEL_RETURN_IF_ERROR(ReadProblem(context.options.problem, request));
  } else {
    uint64_t number = 0;
    if (!absl::SimpleAtoi(context.options.snapshot, &number)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--snapshot must be a number, is \"", context.options.snapshot, "\""));
    }
    request.set_snapshot_number(number);
  }
  const auto stub = OptimizerService::NewStub(context.Channel(ServiceId::kOptimizer));
  optimizer::v1::PlanCapacityResponse response;
  EVENKEEL_RETURN_IF_ERROR(context.Call(ServiceId::kOptimizer, *stub,
                                        &OptimizerService::Stub::PlanCapacity, request, response));
  if (context.PrintJson(response)) return absl::OkStatus();
  const bool from_snapshot = response.plan().snapshot_number() > 0;
  PrintPlan(response.plan(),
            from_snapshot ? QueueNames(context) : std::map<std::string, std::string>());
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> PlanCommands() {
  return {
      {"plan", "[capacity]", "what the optimizer would do: from a --snapshot, or for a --problem",
       0, 1, Plan},
  };
}

}  // namespace evenkeel::ctl
