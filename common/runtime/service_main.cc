#include "common/runtime/service_main.h"

#include <absl/strings/str_cat.h>
#include <grpc/support/log.h>
#include <csignal>

#include <cstdio>
#include <deque>
#include <thread>

#include "common/base/error_details.h"
#include "common/base/flags.h"
#include "common/convert/time.h"
#include "common/rpc/channel.h"
#include "common/rpc/interceptors.h"
#include "common/runtime/process.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace evenkeel::runtime {
namespace {

constexpr int kFailed = 1;
constexpr int kMisused = 2;

// One line for people; every wrong field has its own where there are several.
int Complain(const std::string& program, const absl::Status& status) {
  for (const std::string& line : ErrorLines(status)) {
    std::fprintf(stderr, "%s: %s\n", program.c_str(), line.c_str());
  }
  return status.code() == absl::StatusCode::kInvalidArgument ||
                 status.code() == absl::StatusCode::kNotFound
             ? kMisused
             : kFailed;
}

// What gRPC itself has to say is for those who set GRPC_VERBOSITY.
void QuietGrpc() {
  if (!config::ProcessEnvironment("GRPC_VERBOSITY")) {
    gpr_set_log_function([](gpr_log_func_args*) {});
  }
}

int CheckHealth(const config::v1::Config& config, ServiceId id, const std::string& program) {
  obs::Metrics metrics;
  metrics.Register(rpc::RpcMetrics());
  const auto stub = grpc::health::v1::Health::NewStub(
      rpc::MakeChannel(ServiceAddresses(config, id).listen(), metrics));
  grpc::ClientContext context;
  rpc::PrepareCall(context, absl::Seconds(3));
  grpc::health::v1::HealthCheckResponse response;
  const grpc::Status status = stub->Check(&context, {}, &response);
  if (status.ok() && response.status() == grpc::health::v1::HealthCheckResponse::SERVING) return 0;
  std::fprintf(stderr, "%s: not serving%s\n", program.c_str(),
               status.ok() ? "" : absl::StrCat(": ", status.error_message()).c_str());
  return kFailed;
}

}  // namespace

int ServiceMain(int argc, char** argv, const std::string& program, const std::string& summary,
                const std::vector<ServiceSpec>& specs, const std::vector<Errand>& errands) {
  // Threads inherit the mask, so that the signals wait for sigwait below.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  QuietGrpc();

  std::string config_file;
  bool health_check = false, version = false, check_config = false;
  Flags flags(program, summary);
  flags.Add("config", "FILE", "the configuration (YAML); needed", &config_file)
      .AddSwitch("check-config", "read the configuration, say what is wrong with it, and end",
                 &check_config)
      .AddSwitch("health-check", "ask the running service for its health, and end", &health_check)
      .AddSwitch("version", "print the version, and end", &version);
  std::deque<bool> asked(errands.size(), false);
  for (size_t i = 0; i < errands.size(); ++i) {
    flags.AddSwitch(errands[i].flag, errands[i].help, &asked[i]);
  }
  const auto rest = flags.Parse(argc, argv);
  if (!rest.ok()) return Complain(program, rest.status());
  if (flags.help_asked()) {
    std::fputs(flags.Help().c_str(), stdout);
    return 0;
  }
  if (version) {
    std::printf("%s %s\n", program.c_str(), EVENKEEL_VERSION);
    return 0;
  }
  if (!rest->empty()) {
    return Complain(program,
                    absl::InvalidArgumentError(absl::StrCat("unexpected argument \"", rest->front(),
                                                            "\"; --help lists the flags")));
  }
  if (config_file.empty()) {
    return Complain(program, absl::InvalidArgumentError("--config FILE is needed"));
  }
  const auto config = config::LoadConfig(config_file, config::ProcessEnvironment);
  if (!config.ok()) return Complain(program, config.status());
  if (check_config) {
    std::printf("%s: %s is valid\n", program.c_str(), config_file.c_str());
    return 0;
  }
  if (health_check) return CheckHealth(*config, specs.front().id, program);

  const std::unique_ptr<Clock> clock =
      MakeClock(config->clock().factor(), convert::FromProto(config->clock().epoch()));
  RandomIdSource ids;
  obs::Metrics metrics;
  obs::Logger log(program, obs::ParseSeverity(config->log().level()), *clock, stderr);
  for (size_t i = 0; i < errands.size(); ++i) {
    if (!asked[i]) continue;
    metrics.Register(rpc::RpcMetrics());
    const absl::Status done = errands[i].run({*config, *clock, ids, log, metrics});
    return done.ok() ? 0 : Complain(program, done);
  }
  const auto process = Process::Start({*config, *clock, ids, log, metrics}, specs);
  if (!process.ok()) return Complain(program, process.status());

  int signal = 0;
  sigwait(&signals, &signal);
  log.Info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  (*process)->Stop();
  log.Info("stopped");
  return 0;
}

}  // namespace evenkeel::runtime
