// evenkeel-demo-report: watches two simulated centres of one seed, one with the loop and one
// without, and prints what came of them. For scripts/demo.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <grpc/support/log.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "common/base/clock.h"
#include "common/base/flags.h"
#include "common/base/status_macros.h"
#include "common/config/loader.h"
#include "common/convert/time.h"
#include "common/http/transport.h"
#include "common/rpc/channel.h"
#include "common/rpc/interceptors.h"
#include "common/rpc/status.h"
#include "common/runtime/process.h"
#include "evenkeel/actuator/v1/actuator_service.grpc.pb.h"
#include "evenkeel/optimizer/v1/optimizer_service.grpc.pb.h"
#include "tools/ctl/table.h"
#include "tools/demo/report.h"

namespace evenkeel::demo {
namespace {

using actuator::v1::ActuatorService;
using optimizer::v1::OptimizerService;

// What the services did, by their own account.
struct Doings {
  int64_t plans = 0;
  int64_t proposed = 0;
  std::map<types::v1::ChangeState, int64_t> changes;
  std::map<std::string, int64_t> done_by_queue;  // applied, or would have been in dry run
};

class Demo {
 public:
  Demo(const config::v1::Config& config, std::string live, std::string idle, absl::Duration length)
      : config_(config), live_(std::move(live)), idle_(std::move(idle)), length_(length) {
    metrics_.Register(rpc::RpcMetrics());
    optimizer_ = OptimizerService::NewStub(
        rpc::MakeChannel(config.services().optimizer().listen(), metrics_));
    actuator_ =
        ActuatorService::NewStub(rpc::MakeChannel(config.services().actuator().listen(), metrics_));
    http::CurlOptions options;
    options.hosts = {http::UrlHost(live_), http::UrlHost(idle_)};
    transport_ = *http::MakeCurlTransport(options);
  }

  absl::Status Run() {
    EVENKEEL_ASSIGN_OR_RETURN(const Report start, FetchReport(*transport_, live_));
    for (const QueueReport& queue : start.queues) before_[queue.id] = queue;
    EVENKEEL_RETURN_IF_ERROR(Watch());
    EVENKEEL_ASSIGN_OR_RETURN(const Report live, FetchReport(*transport_, live_));
    EVENKEEL_ASSIGN_OR_RETURN(const Report idle, FetchReport(*transport_, idle_));
    EVENKEEL_ASSIGN_OR_RETURN(const Doings doings, Ask());
    Print(live, idle, doings);
    return Judge(live, doings);
  }

 private:
  bool dry_run() const { return config_.actuator().mode() != config::v1::MODE_LIVE; }
  bool guide() const { return config_.centre().dialect() == config::v1::DIALECT_GUIDE; }
  types::v1::ChangeState done_state() const {
    return dry_run() ? types::v1::CHANGE_STATE_DRY_RUN : types::v1::CHANGE_STATE_APPLIED;
  }

  template <typename Stub, typename Request, typename Response>
  static absl::Status Call(Stub& stub,
                           grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                        Response*),
                           const Request& request, Response& response) {
    grpc::ClientContext context;
    rpc::PrepareCall(context, absl::Seconds(10));
    return rpc::FromGrpc((stub.*method)(&context, request, &response));
  }

  absl::StatusOr<Doings> Ask() {
    Doings doings;
    optimizer::v1::GetStatusResponse optimizer;
    EVENKEEL_RETURN_IF_ERROR(Call(*optimizer_, &OptimizerService::Stub::GetStatus,
                                  optimizer::v1::GetStatusRequest(), optimizer));
    doings.plans = optimizer.plans();
    doings.proposed = optimizer.proposals();
    actuator::v1::GetStatusResponse actuator;
    EVENKEEL_RETURN_IF_ERROR(Call(*actuator_, &ActuatorService::Stub::GetStatus,
                                  actuator::v1::GetStatusRequest(), actuator));
    for (const auto& count : actuator.changes()) doings.changes[count.state()] = count.changes();
    actuator::v1::ListChangesRequest request;
    request.add_states(done_state());
    request.set_page_size(1000);
    do {
      actuator::v1::ListChangesResponse page;
      EVENKEEL_RETURN_IF_ERROR(
          Call(*actuator_, &ActuatorService::Stub::ListChanges, request, page));
      for (const auto& change : page.changes()) {
        const auto& entity = change.proposal().entity();
        ++doings.done_by_queue[entity.has_membership() ? entity.membership().queue_id()
                                                       : entity.queue_capacity().queue_id()];
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return doings;
  }

  // Shows progress until both centres have come to the end of the shift.
  absl::Status Watch() {
    RealClock real;
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    int shown_tenths = -1;
    while (true) {
      EVENKEEL_ASSIGN_OR_RETURN(const Report live, FetchReport(*transport_, live_));
      EVENKEEL_ASSIGN_OR_RETURN(const Report idle, FetchReport(*transport_, idle_));
      const absl::Duration passed = live.clock - live.epoch;
      if (std::min(passed, idle.clock - idle.epoch) >= length_) break;
      const int tenths = static_cast<int>(10 * absl::FDivDuration(passed, length_));
      if (terminal || tenths > shown_tenths) {
        shown_tenths = tenths;
        const auto doings = Ask();
        const int64_t done = doings.ok() && doings->changes.contains(done_state())
                                 ? doings->changes.at(done_state())
                                 : 0;
        const double left = absl::ToDoubleSeconds(length_ - passed) / config_.clock().factor();
        std::printf("%s  shift %s of %s  plans %d  changes %s %d  about %.0f s left%s",
                    terminal ? "\r" : "",
                    absl::FormatDuration(Minutes(std::max(passed, absl::ZeroDuration()))).c_str(),
                    absl::FormatDuration(length_).c_str(),
                    static_cast<int>(doings.ok() ? doings->plans : 0),
                    dry_run() ? "noted" : "applied", static_cast<int>(done), left > 0 ? left : 0,
                    terminal ? "   " : "\n");
        std::fflush(stdout);
      }
      real.SleepFor(absl::Seconds(1), std::stop_token());
    }
    if (terminal) std::printf("\r%-90s\r", "");
    return absl::OkStatus();
  }

  static absl::Duration Minutes(absl::Duration span) { return absl::Floor(span, absl::Minutes(1)); }

  std::string CapacityText(const QueueReport& before, const QueueReport& after) const {
    const int64_t from = guide() ? before.inbound_capacity : before.joined;
    const int64_t to = guide() ? after.inbound_capacity : after.joined;
    return from == to ? absl::StrCat(to) : absl::StrCat(from, " -> ", to);
  }

  void Print(const Report& live, const Report& idle, const Doings& doings) {
    std::map<std::string, QueueReport> alone;
    for (const QueueReport& queue : idle.queues) alone[queue.id] = queue;
    ctl::Table table({"queue", ">calls", ">wait alone", ">with loop", ">abandon alone",
                      ">with loop", ">capacity",
                      dry_run() ? ">changes noted" : ">changes applied"});
    const auto row = [&](const std::string& name, const QueueReport& without,
                         const QueueReport& with, const std::string& capacity, int64_t changes) {
      table.Add({name, absl::StrCat(with.offered), ctl::SecondsText(without.mean_wait_seconds),
                 ctl::SecondsText(with.mean_wait_seconds),
                 ctl::PercentText(without.abandonment_ratio),
                 ctl::PercentText(with.abandonment_ratio), capacity, absl::StrCat(changes)});
    };
    std::set<std::string> managed;
    for (const auto& queue : config_.scope().queues()) managed.insert(queue.id());
    int64_t all_done = 0;
    std::vector<QueueReport> befores, withouts, withs;
    std::vector<std::string> others;
    for (const QueueReport& queue : live.queues) {
      if (!managed.contains(queue.id)) {
        others.push_back(queue.name);
        continue;
      }
      const auto done = doings.done_by_queue.find(queue.id);
      const int64_t count = done == doings.done_by_queue.end() ? 0 : done->second;
      all_done += count;
      befores.push_back(before_[queue.id]);
      withouts.push_back(alone[queue.id]);
      withs.push_back(queue);
      row(queue.name, alone[queue.id], queue, CapacityText(before_[queue.id], queue), count);
    }
    row("all", Total(withouts), Total(withs), CapacityText(Total(befores), Total(withs)), all_done);
    std::printf("\n%scapacity: %s\n", table.Text().c_str(),
                guide() ? "agents who may work on the queue's contacts at once"
                        : "agents joined to the queue");
    if (!others.empty()) {
      std::printf("not in scope.queues, so not touched: %s\n", absl::StrJoin(others, ", ").c_str());
    }
    std::printf("\n");
    std::string states;
    for (const auto& [state, count] : doings.changes) {
      std::string name = types::v1::ChangeState_Name(state).substr(sizeof("CHANGE_STATE_") - 1);
      for (char& c : name) c = c == '_' ? ' ' : static_cast<char>(std::tolower(c));
      absl::StrAppend(&states, states.empty() ? "" : ", ", count, " ", name);
    }
    std::printf("%d plans, %d changes proposed: %s\n", static_cast<int>(doings.plans),
                static_cast<int>(doings.proposed), states.empty() ? "none" : states.c_str());
    std::printf("the simulator counted %d writes in %d requests, %d of them over its rate limit\n",
                static_cast<int>(live.writes), static_cast<int>(live.requests),
                static_cast<int>(live.rate_limited));
  }

  absl::Status Judge(const Report& live, const Doings& doings) const {
    if (dry_run() && live.writes != 0) {
      return absl::InternalError(
          absl::StrCat("dry run, but the simulator counted ", live.writes, " writes"));
    }
    if (doings.plans == 0) return absl::InternalError("the optimizer made no plan");
    return absl::OkStatus();
  }

  const config::v1::Config& config_;
  const std::string live_;
  const std::string idle_;
  const absl::Duration length_;
  obs::Metrics metrics_;
  std::unique_ptr<OptimizerService::Stub> optimizer_;
  std::unique_ptr<ActuatorService::Stub> actuator_;
  std::unique_ptr<http::Transport> transport_;
  std::map<std::string, QueueReport> before_;
};

int Main(int argc, char** argv) {
  gpr_set_log_function([](gpr_log_func_args*) {});
  std::string config_file, live, idle, length = "4h";
  Flags flags("evenkeel-demo-report", "watches two centres of one seed, with the loop and without");
  flags.Add("config", "FILE", "the services' configuration", &config_file)
      .Add("live", "URL", "the simulator that the services manage", &live)
      .Add("idle", "URL", "the simulator of the same seed that is left alone", &idle)
      .Add("length", "TIME", "length of the shift", &length);
  const auto rest = flags.Parse(argc, argv);
  absl::Duration shift;
  std::string problem;
  if (!rest.ok()) problem = std::string(rest.status().message());
  if (problem.empty() && !absl::ParseDuration(length, &shift)) problem = "--length is no time";
  if (!problem.empty()) {
    std::fprintf(stderr, "evenkeel-demo-report: %s\n", problem.c_str());
    return 2;
  }
  const auto config = config::LoadConfig(config_file, config::ProcessEnvironment);
  absl::Status status = config.status();
  if (status.ok()) status = Demo(*config, live, idle, shift).Run();
  if (status.ok()) return 0;
  std::fprintf(stderr, "evenkeel-demo-report: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace
}  // namespace evenkeel::demo

int main(int argc, char** argv) { return evenkeel::demo::Main(argc, argv); }
