// The one harness of every service binary: flags, configuration, log, metrics, health, signals,
// drain. Exit codes: 0 asked to stop and drained, 1 failed while running or not healthy
// (--health-check), 2 wrong flags or configuration.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/runtime/app.h"

namespace evenkeel::runtime {

// INVALID_ARGUMENT (exit 2) when the configuration does not allow the app.
using AppFactory = std::function<absl::StatusOr<std::unique_ptr<App>>(const Dependencies&)>;

struct ServiceSpec {
  ServiceId id;
  AppFactory make;
};

// Something that a program can do once instead of running its services.
struct Errand {
  std::string flag;  // "restore-all-holds"
  std::string help;
  std::function<absl::Status(const Dependencies&)> run;
};

// Runs the services of `specs` in this process until SIGTERM or SIGINT. Services in one process
// reach each other by in-process channels.
int ServiceMain(int argc, char** argv, const std::string& program, const std::string& summary,
                const std::vector<ServiceSpec>& specs, const std::vector<Errand>& errands = {});

}  // namespace evenkeel::runtime
