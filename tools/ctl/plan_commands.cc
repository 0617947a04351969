// Plans and fairness.
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
#include "tools/ctl/table.h"

namespace evenkeel::ctl {
namespace {

using fairness::v1::FairnessService;
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

// Names of queues for people; empty when ingest does not answer.
std::map<std::string, std::string> QueueNames(const Context& context) {
  const auto stub = IngestService::NewStub(context.Channel(ServiceId::kIngest));
  ingest::v1::GetSnapshotRequest request;
  request.add_sections(types::v1::SECTION_QUEUES);
  ingest::v1::GetSnapshotResponse response;
  std::map<std::string, std::string> names;
  if (context.Call(ServiceId::kIngest, *stub, &IngestService::Stub::GetSnapshot, request, response)
          .ok()) {
    for (const auto& queue : response.snapshot().queues()) names[queue.id()] = queue.name();
  }
  return names;
}

std::string NameOf(const std::map<std::string, std::string>& names, const std::string& id) {
  const auto it = names.find(id);
  return it == names.end() || it->second.empty() ? id : it->second;
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
  if (plan.relaxed()) std::printf("the plan below misses the minima least; it needs approval\n");
  Table table({"queue", ">agents", ">planned", ">with help", ">wait", ">wait after", ">abandon",
               ">after", ">in target", ">after", ">one more is worth"});
  for (const auto& queue : plan.queues()) {
    table.Add({NameOf(names, queue.queue_id()), absl::StrFormat("%g", queue.agents_before()),
               absl::StrFormat("%g", queue.agents_after()),
               absl::StrFormat("%.1f", queue.effective_agents_after()),
               SecondsText(queue.mean_wait_before_seconds()),
               SecondsText(queue.mean_wait_after_seconds()),
               PercentText(queue.abandonment_before_ratio()),
               PercentText(queue.abandonment_after_ratio()),
               PercentText(queue.service_level_before_ratio()),
               PercentText(queue.service_level_after_ratio()),
               absl::StrFormat("%.3g", queue.marginal_value())});
  }
  std::fputs(table.Text().c_str(), stdout);
  if (plan.snapshot_number() == 0) {
    std::printf("objective %.6g (bound %.6g, certified to %.1e)\n", plan.whole_objective(),
                plan.objective(), plan.certified_gap_ratio());
    return;
  }
  if (plan.moves().empty()) {
    std::printf("%s\n", plan.more_moves_wait() ? "moves are worth it, but none is allowed now"
                                               : "no move is worth its cost");
    return;
  }
  std::printf("%d moves, saving %s of waiting for a cost of %s%s:\n", plan.moves_size(),
              SecondsText(plan.saving_seconds()).c_str(),
              SecondsText(plan.move_cost_seconds()).c_str(),
              plan.more_moves_wait() ? "; more in the next cycle" : "");
  for (const auto& move : plan.moves()) {
    std::printf("  %s\n", ShortIds(move.reason()).c_str());
  }
}

absl::Status Plan(const Context& context, const std::vector<std::string>&) {
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

const char* BandText(fairness::v1::Band band) {
  switch (band) {
    case fairness::v1::BAND_HEALTHY:
      return "healthy";
    case fairness::v1::BAND_WARNING:
      return "warning";
    case fairness::v1::BAND_CRITICAL:
      return "critical";
    default:
      return "too little to judge";
  }
}

absl::Status Fairness(const Context& context, const std::vector<std::string>&) {
  const auto stub = FairnessService::NewStub(context.Channel(ServiceId::kFairnessScorer));
  fairness::v1::GetFairnessRequest request;
  if (!context.options.queue.empty()) request.add_queue_ids(context.options.queue);
  fairness::v1::GetFairnessResponse response;
  EVENKEEL_RETURN_IF_ERROR(context.Call(ServiceId::kFairnessScorer, *stub,
                                        &FairnessService::Stub::GetFairness, request, response));
  if (context.PrintJson(response)) return absl::OkStatus();
  const auto names = QueueNames(context);
  Table table({"group", ">agents", ">left out", ">contacts each", ">cv", ">less chance", ">jain",
               ">gini", "band"});
  const auto figure = [](bool has, double value) {
    return has ? absl::StrFormat("%.3f", value) : std::string("-");
  };
  for (const auto& group : response.groups()) {
    const auto& d = group.dispersion();
    table.Add({group.has_queue_id() ? NameOf(names, group.queue_id()) : "skill " + group.skill_id(),
               absl::StrCat(d.agents()), absl::StrCat(group.left_out()),
               figure(d.has_mean_contacts(), d.mean_contacts()), figure(d.has_cv(), d.cv()),
               figure(d.has_corrected_cv(), d.corrected_cv()), figure(d.has_jain(), d.jain()),
               figure(d.has_gini(), d.gini()), BandText(d.band())});
  }
  std::fputs(table.Text().c_str(), stdout);
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> PlanCommands() {
  return {
      {"plan", "", "what the optimizer would do: from a --snapshot, or for a --problem", 0, 0,
       Plan},
      {"fairness", "", "how evenly work is spread, by queue and skill", 0, 0, Fairness},
  };
}

}  // namespace evenkeel::ctl
