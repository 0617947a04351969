// The centre and the services themselves.
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/time/time.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>

#include "common/base/status_macros.h"
#include "common/convert/change.h"
#include "common/convert/snapshot.h"
#include "common/convert/time.h"
#include "common/model/quality.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tools/ctl/context.h"
#include "tools/ctl/doctor.h"
#include "tools/ctl/table.h"

namespace evenkeel::ctl {
namespace {

using actuator::v1::ActuatorService;
using fairness::v1::FairnessService;
using ingest::v1::IngestService;
using optimizer::v1::OptimizerService;
using runtime::ServiceId;

std::string AgeText(const google::protobuf::Timestamp& then,
                    const google::protobuf::Timestamp& now) {
  return SecondsText(absl::ToDoubleSeconds(convert::FromProto(now) - convert::FromProto(then)));
}

std::string IngestText(const Context& context) {
  const auto stub = IngestService::NewStub(context.Channel(ServiceId::kIngest));
  ingest::v1::GetStatusResponse status;
  const absl::Status called =
      context.Call(ServiceId::kIngest, *stub, &IngestService::Stub::GetStatus,
                   ingest::v1::GetStatusRequest(), status);
  if (!called.ok()) return std::string(called.message());
  std::string text = absl::StrCat(status.dialect(), " dialect");
  if (status.newest_snapshot() == 0) {
    absl::StrAppend(&text, ", no snapshot yet");
  } else {
    absl::StrAppend(&text, ", snapshot ", status.newest_snapshot(), " is ",
                    AgeText(status.newest_taken_at(), status.clock_now()), " old");
  }
  absl::StrAppend(&text, absl::StrFormat(", %.0f of %.0f requests left this minute",
                                         status.budget_left(), status.budget_per_minute()));
  for (const auto& section : status.sections()) {
    if (!section.last_error().empty()) absl::StrAppend(&text, "; ", section.last_error());
  }
  return text;
}

std::string OptimizerText(const Context& context) {
  const auto stub = OptimizerService::NewStub(context.Channel(ServiceId::kOptimizer));
  optimizer::v1::GetStatusResponse status;
  const absl::Status called =
      context.Call(ServiceId::kOptimizer, *stub, &OptimizerService::Stub::GetStatus,
                   optimizer::v1::GetStatusRequest(), status);
  if (!called.ok()) return std::string(called.message());
  std::string text = absl::StrFormat("%d plans, %d changes proposed, %d refused", status.plans(),
                                     status.proposals(), status.proposals_refused());
  if (status.has_last_plan_at()) {
    absl::StrAppend(&text, ", last ", AgeText(status.last_plan_at(), status.clock_now()), " ago");
  }
  if (!status.last_refusal().empty()) absl::StrAppend(&text, "; ", status.last_refusal());
  return text;
}

std::string FairnessText(const Context& context) {
  const auto stub = FairnessService::NewStub(context.Channel(ServiceId::kFairnessScorer));
  fairness::v1::GetStatusResponse status;
  const absl::Status called =
      context.Call(ServiceId::kFairnessScorer, *stub, &FairnessService::Stub::GetStatus,
                   fairness::v1::GetStatusRequest(), status);
  if (!called.ok()) return std::string(called.message());
  if (!status.last_refusal().empty()) return status.last_refusal();
  if (!status.has_last_scored_at()) return "no scores yet";
  return absl::StrCat("scored ", AgeText(status.last_scored_at(), status.clock_now()), " ago");
}

std::string ActuatorText(const Context& context) {
  const auto stub = ActuatorService::NewStub(context.Channel(ServiceId::kActuator));
  actuator::v1::GetStatusResponse status;
  const absl::Status called =
      context.Call(ServiceId::kActuator, *stub, &ActuatorService::Stub::GetStatus,
                   actuator::v1::GetStatusRequest(), status);
  if (!called.ok()) return std::string(called.message());
  std::string text;
  for (const auto& mode : status.modes()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", mode.subject(), " ", mode.mode());
  }
  for (const auto& count : status.changes()) {
    absl::StrAppend(&text, "; ", count.changes(), " ",
                    model::ChangeStateName(convert::FromProto(count.state())));
  }
  absl::StrAppend(&text, "; ", status.writes_last_hour(), " writes in the last hour");
  if (status.left_alone() > 0) absl::StrAppend(&text, "; ", status.left_alone(), " left alone");
  if (!status.pauses().empty()) absl::StrAppend(&text, "; PAUSED");
  if (!status.last_error().empty()) absl::StrAppend(&text, "; ", status.last_error());
  return text;
}

ServiceState StateOf(const Context& context, ServiceId id,
                     std::string (*describe)(const Context&)) {
  ServiceState state{runtime::BinaryName(id), context.Address(id)};
  const auto stub = grpc::health::v1::Health::NewStub(context.Channel(id));
  grpc::health::v1::HealthCheckResponse response;
  const absl::Status called = context.Call(id, *stub, &grpc::health::v1::Health::Stub::Check,
                                           grpc::health::v1::HealthCheckRequest(), response);
  state.running = called.ok();
  state.ready = called.ok() && response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
  state.detail = called.ok() ? describe(context) : "";
  return state;
}

std::vector<ServiceState> States(const Context& context) {
  return {StateOf(context, ServiceId::kIngest, IngestText),
          StateOf(context, ServiceId::kOptimizer, OptimizerText),
          StateOf(context, ServiceId::kFairnessScorer, FairnessText),
          StateOf(context, ServiceId::kActuator, ActuatorText)};
}

absl::Status Status(const Context& context, const std::vector<std::string>&) {
  const std::vector<ServiceState> states = States(context);
  std::fputs((context.options.json ? ServicesJson(states) : ServicesText(states)).c_str(), stdout);
  return std::all_of(states.begin(), states.end(), [](const auto& state) { return state.ready; })
             ? absl::OkStatus()
             : absl::UnavailableError("not every service is ready");
}

absl::Status Doctor(const Context& context, const std::vector<std::string>&) {
  DoctorReport report = Examine(context.config, config::ProcessEnvironment, context.clock);
  report.services = States(context);
  std::fputs((context.options.json ? DoctorJson(report) : DoctorText(report)).c_str(), stdout);
  if (!report.Problems().empty()) return absl::FailedPreconditionError(Verdict(report));
  if (!context.options.json) std::printf("%s\n", Verdict(report).c_str());
  return absl::OkStatus();
}

absl::Status WriteFile(const std::filesystem::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  if (stream.flush()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(file.string(), " cannot be written"));
}

// Writes the snapshot, and beside it what the optimizer plans from it, as evenkeel-lab replay reads
// them.
absl::Status Record(const Context& context, const ingest::v1::GetSnapshotResponse& snapshot) {
  optimizer::v1::PlanCapacityRequest request;
  request.set_snapshot_number(snapshot.snapshot().number());
  const auto stub = OptimizerService::NewStub(context.Channel(ServiceId::kOptimizer));
  optimizer::v1::PlanCapacityResponse plan;
  EVENKEEL_RETURN_IF_ERROR(context.Call(ServiceId::kOptimizer, *stub,
                                        &OptimizerService::Stub::PlanCapacity, request, plan));
  const std::filesystem::path folder(context.options.record);
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  const std::string name = absl::StrCat("snapshot-", snapshot.snapshot().number());
  EVENKEEL_RETURN_IF_ERROR(WriteFile(folder / (name + ".plan.json"), JsonText(plan)));
  EVENKEEL_RETURN_IF_ERROR(WriteFile(folder / (name + ".json"), JsonText(snapshot)));
  if (context.options.json) return absl::OkStatus();
  std::printf("%s\n", (folder / (name + ".json")).c_str());
  return absl::OkStatus();
}

absl::Status Snapshot(const Context& context, const std::vector<std::string>& arguments) {
  ingest::v1::GetSnapshotRequest request;
  uint64_t number = 0;
  if (!arguments.empty() && !absl::SimpleAtoi(arguments[0], &number)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the snapshot must be a number, is \"", arguments[0], "\""));
  }
  request.set_number(number);
  const auto stub = IngestService::NewStub(context.Channel(ServiceId::kIngest));
  ingest::v1::GetSnapshotResponse response;
  EVENKEEL_RETURN_IF_ERROR(context.Call(ServiceId::kIngest, *stub,
                                        &IngestService::Stub::GetSnapshot, request, response));
  if (!context.options.record.empty()) EVENKEEL_RETURN_IF_ERROR(Record(context, response));
  if (context.PrintJson(response)) return absl::OkStatus();
  if (!context.options.record.empty()) return absl::OkStatus();
  const types::v1::Snapshot& snapshot = response.snapshot();
  std::printf("snapshot %lu of %s\n\n", static_cast<unsigned long>(snapshot.number()),
              absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", convert::FromProto(snapshot.taken_at()),
                               absl::UTCTimeZone())
                  .c_str());

  struct Counts {
    int members = 0, joined = 0, joined_at_work = 0;
  };
  std::map<std::string, bool> at_work;
  for (const auto& state : snapshot.states()) at_work[state.agent_id()] = state.at_work();
  std::map<std::string, Counts> counts;
  for (const auto& membership : snapshot.memberships()) {
    Counts& count = counts[membership.queue_id()];
    ++count.members;
    count.joined += membership.joined();
    count.joined_at_work += membership.joined() && at_work[membership.agent_id()];
  }
  std::map<std::string, types::v1::QueueLive> live;
  for (const auto& entry : snapshot.live()) live[entry.queue_id()] = entry;
  std::map<std::string, types::v1::QueueEstimate> estimates;
  for (const auto& entry : snapshot.estimates()) estimates[entry.queue_id()] = entry;
  Table queues({"queue", ">members", ">joined", ">at work", ">capacity", ">waiting", ">longest",
                ">contacts/h", ">handle", ">patience"});
  for (const auto& queue : snapshot.queues()) {
    const Counts& count = counts[queue.id()];
    const auto& estimate = estimates[queue.id()];
    queues.Add(
        {queue.name().empty() ? queue.id() : queue.name(), absl::StrCat(count.members),
         absl::StrCat(count.joined), absl::StrCat(count.joined_at_work),
         queue.has_inbound_capacity() ? absl::StrCat(queue.inbound_capacity()) : "-",
         absl::StrCat(live[queue.id()].waiting()),
         SecondsText(absl::ToDoubleSeconds(convert::FromProto(live[queue.id()].longest_wait()))),
         absl::StrFormat("%.1f", estimate.arrivals_per_hour()),
         SecondsText(estimate.mean_handle_seconds()),
         estimate.has_mean_patience_seconds() ? SecondsText(estimate.mean_patience_seconds())
                                              : "-"});
  }
  std::fputs(queues.Text().c_str(), stdout);
  std::printf("\n");
  Table sections({"section", ">seen", ">expected", ">unknown", ">age", ">interval"});
  for (const auto& quality : snapshot.quality()) {
    sections.Add(
        {model::SectionName(convert::FromProto(quality.section())), absl::StrCat(quality.seen()),
         absl::StrCat(quality.expected()), absl::StrCat(quality.unknown()),
         quality.has_taken_at() ? AgeText(quality.taken_at(), snapshot.taken_at()) : "never",
         SecondsText(absl::ToDoubleSeconds(convert::FromProto(quality.interval())))});
  }
  std::fputs(sections.Text().c_str(), stdout);
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> CentreCommands() {
  return {
      {"doctor", "", "what would keep the loops from running, tried once; writes nothing", 0, 0,
       Doctor},
      {"status", "", "how the four services are", 0, 0, Status},
      {"snapshot", "[NUMBER]", "the centre as ingest sees it", 0, 1, Snapshot},
  };
}

}  // namespace evenkeel::ctl
