// What every command needs: the configuration, stubs of the four services, and how to answer.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/config/loader.h"
#include "common/obs/metrics.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/runtime/app.h"
#include "evenkeel/actuator/v1/actuator_service.grpc.pb.h"
#include "evenkeel/fairness/v1/fairness_service.grpc.pb.h"
#include "evenkeel/ingest/v1/ingest_service.grpc.pb.h"
#include "evenkeel/optimizer/v1/optimizer_service.grpc.pb.h"

namespace evenkeel::ctl {

// The values of all flags; each command reads its own.
struct Options {
  std::string config;
  std::string snapshot = "0";
  std::string problem;
  std::string state;
  std::string queue;
  std::string change;
  std::string kind;
  std::string limit = "20";
  std::string revision;
  std::string actor;
  std::string reason;
  std::string record;
  bool json = false;
  bool csv = false;
};

struct Context {
  const Options& options;
  const config::v1::Config& config;
  obs::Metrics& metrics;
  IdSource& ids;
  Clock& clock;

  std::string Address(runtime::ServiceId id) const;
  std::shared_ptr<grpc::Channel> Channel(runtime::ServiceId id) const;

  // Calls `method` of `stub` with a deadline; an error names the service and its address.
  template <typename Stub, typename Request, typename Response>
  absl::Status Call(runtime::ServiceId id, Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response) const {
    grpc::ClientContext context;
    rpc::PrepareCall(context, absl::Seconds(10));
    return Explain(id, (stub.*method)(&context, request, &response));
  }
  absl::Status Explain(runtime::ServiceId id, const grpc::Status& status) const;

  // With --json prints `message` as JSON and returns true.
  bool PrintJson(const google::protobuf::Message& message) const;
};

// As --json prints it: fields by their names in the proto files, none left out.
std::string JsonText(const google::protobuf::Message& message);

// A command: its name, its arguments and what it does.
struct Command {
  std::string name;
  std::string arguments;
  std::string help;
  size_t min_arguments = 0;
  size_t max_arguments = 0;
  std::function<absl::Status(const Context&, const std::vector<std::string>&)> run;
};

// The commands, by what they are about.
std::vector<Command> CentreCommands();    // doctor, status, snapshot
std::vector<Command> PlanCommands();      // plan
std::vector<Command> FairnessCommands();  // fairness, alerts
std::vector<Command>
ChangeCommands();  // changes, change, approve, discard, rollback, pause, resume, holds, audit

}  // namespace evenkeel::ctl
