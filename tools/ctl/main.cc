// evenkeelctl: what people ask of a running Evenkeel.
#include <absl/strings/str_format.h>
#include <google/protobuf/util/json_util.h>
#include <grpc/support/log.h>

#include <cstdio>
#include <cstdlib>

#include "common/base/error_details.h"
#include "common/base/flags.h"
#include "common/convert/time.h"
#include "common/rpc/interceptors.h"
#include "common/runtime/process.h"
#include "tools/ctl/context.h"

namespace evenkeel::ctl {

std::string Context::Address(runtime::ServiceId id) const {
  const config::v1::ServiceConfig& addresses = runtime::ServiceAddresses(config, id);
  return addresses.target().empty() ? addresses.listen() : addresses.target();
}

std::shared_ptr<grpc::Channel> Context::Channel(runtime::ServiceId id) const {
  return rpc::MakeChannel(Address(id), metrics);
}

absl::Status Context::Explain(runtime::ServiceId id, const grpc::Status& status) const {
  if (status.ok()) return absl::OkStatus();
  const absl::Status cause = rpc::FromGrpc(status);
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE && status.error_details().empty()) {
    return absl::Status(cause.code(), absl::StrFormat("%s at %s: %s", runtime::BinaryName(id),
                                                      Address(id), status.error_message()));
  }
  return cause;
}

std::string JsonText(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions print;
  print.add_whitespace = true;
  print.always_print_primitive_fields = true;
  print.preserve_proto_field_names = true;
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(message, &text, print);
  return text;
}

bool Context::PrintJson(const google::protobuf::Message& message) const {
  if (options.json) std::fputs(JsonText(message).c_str(), stdout);
  return options.json;
}

namespace {

constexpr int kFailed = 1;
constexpr int kMisused = 2;

int Complain(const std::string& message, int code) {
  std::fprintf(stderr, "evenkeelctl: %s\n", message.c_str());
  return code;
}

std::string Summary(const std::vector<Command>& commands) {
  std::string text = "asks a running Evenkeel, and tells it\nusage: evenkeelctl COMMAND [flags]\n";
  for (const Command& command : commands) {
    text += absl::StrFormat(
        "  %-28s %s\n", command.name + (command.arguments.empty() ? "" : " " + command.arguments),
        command.help);
  }
  return text + "flags:";
}

int Main(int argc, char** argv) {
  gpr_set_log_function([](gpr_log_func_args*) {});
  std::vector<Command> commands;
  for (auto source : {CentreCommands, PlanCommands, FairnessCommands, ChangeCommands}) {
    for (Command& command : source()) commands.push_back(std::move(command));
  }
  Options options;
  const char* user = std::getenv("USER");
  options.actor = user == nullptr ? "operator" : user;
  const char* config_variable = std::getenv("EVENKEEL_CONFIG");
  options.config = config_variable == nullptr ? "" : config_variable;
  Flags flags("evenkeelctl", Summary(commands));
  flags
      .Add("config", "FILE", "the services' configuration; environment EVENKEEL_CONFIG",
           &options.config)
      .Add("snapshot", "N", "plan: from this snapshot, 0 is the newest", &options.snapshot)
      .Add("problem", "FILE", "plan: a PlanCapacityRequest as JSON", &options.problem)
      .Add("state", "STATE", "changes: only in this state, for instance awaiting_approval",
           &options.state)
      .Add("queue", "ID", "changes, alerts, pause, resume: only this queue", &options.queue)
      .Add("kind", "KIND", "pause, resume: only this kind (capacity, throttle)", &options.kind)
      .Add("change", "ID", "audit: only this change", &options.change)
      .Add("limit", "N", "changes, alerts, holds, audit: at most so many", &options.limit)
      .Add("revision", "N", "approve: the revision seen; default: the newest", &options.revision)
      .Add("actor", "NAME", "who asks, for the audit", &options.actor)
      .Add("reason", "TEXT", "why, for the audit", &options.reason)
      .Add("record", "DIR", "snapshot: write it and its plan there, for evenkeel-lab replay",
           &options.record)
      .AddSwitch("csv", "audit: print CSV with every column", &options.csv)
      .AddSwitch("json", "print the answer as JSON", &options.json);
  const auto rest = flags.Parse(argc, argv);
  if (!rest.ok()) return Complain(std::string(rest.status().message()), kMisused);
  if (flags.help_asked() || rest->empty()) {
    std::fputs(flags.Help().c_str(), flags.help_asked() ? stdout : stderr);
    return flags.help_asked() ? 0 : kMisused;
  }
  const Command* command = nullptr;
  std::vector<std::string> names;
  for (const Command& candidate : commands) {
    names.push_back(candidate.name);
    if (candidate.name == rest->front()) command = &candidate;
  }
  if (command == nullptr) {
    const std::string meant = NearestName(rest->front(), names);
    return Complain(
        "unknown command \"" + rest->front() + "\"" +
            (meant.empty() ? "; --help lists the commands" : "; did you mean " + meant + "?"),
        kMisused);
  }
  const std::vector<std::string> arguments(rest->begin() + 1, rest->end());
  if (arguments.size() < command->min_arguments || arguments.size() > command->max_arguments) {
    return Complain("usage: evenkeelctl " + command->name + " " + command->arguments, kMisused);
  }
  if (options.config.empty()) {
    return Complain("--config FILE (or EVENKEEL_CONFIG) is needed: it says where the services are",
                    kMisused);
  }
  const auto config = config::LoadConfig(options.config, config::ProcessEnvironment);
  if (!config.ok()) {
    for (const std::string& line : ErrorLines(config.status())) Complain(line, kMisused);
    return kMisused;
  }
  obs::Metrics metrics;
  metrics.Register(rpc::RpcMetrics());
  RandomIdSource ids;
  const std::unique_ptr<Clock> clock =
      MakeClock(config->clock().factor(), convert::FromProto(config->clock().epoch()));
  const absl::Status status = command->run({options, *config, metrics, ids, *clock}, arguments);
  if (status.ok()) return 0;
  std::string message(status.message());
  if (const auto refusal = GetRefusal(status)) message += " [" + refusal->reason + "]";
  return Complain(message,
                  status.code() == absl::StatusCode::kInvalidArgument ? kMisused : kFailed);
}

}  // namespace
}  // namespace evenkeel::ctl

int main(int argc, char** argv) { return evenkeel::ctl::Main(argc, argv); }
