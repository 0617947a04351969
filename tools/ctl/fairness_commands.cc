// Fairness: how evenly work is spread, and what was alarmed.
#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include <cstdio>
#include <set>

#include "common/base/status_macros.h"
#include "common/convert/time.h"
#include "tools/ctl/context.h"
#include "tools/ctl/names.h"
#include "tools/ctl/table.h"

namespace evenkeel::ctl {
namespace {

using fairness::v1::FairnessService;
using runtime::ServiceId;

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

// "fairness degradation"
std::string TypeText(fairness::v1::AlertType type) {
  std::string name = fairness::v1::AlertType_Name(type).substr(sizeof("ALERT_TYPE_") - 1);
  for (char& c : name) c = c == '_' ? ' ' : absl::ascii_tolower(c);
  return name;
}

std::string Figure(bool has, double value) {
  return has ? absl::StrFormat("%.3f", value) : std::string("-");
}

std::unique_ptr<FairnessService::Stub> Scorer(const Context& context) {
  return FairnessService::NewStub(context.Channel(ServiceId::kFairnessScorer));
}

absl::Status Fairness(const Context& context, const std::vector<std::string>&) {
  const auto stub = Scorer(context);
  fairness::v1::GetFairnessRequest request;
  if (!context.options.queue.empty()) request.add_queue_ids(context.options.queue);
  fairness::v1::GetFairnessResponse response;
  EVENKEEL_RETURN_IF_ERROR(context.Call(ServiceId::kFairnessScorer, *stub,
                                        &FairnessService::Stub::GetFairness, request, response));
  if (context.PrintJson(response)) return absl::OkStatus();
  const auto names = QueueNames(context);
  Table table({"group", ">agents", ">left out", ">contacts", ">raw cv", ">cv", ">smoothed",
               ">chance", ">busy", "band", "open alerts"});
  for (const auto& group : response.groups()) {
    const auto& d = group.dispersion();
    std::vector<std::string> open;
    for (const int type : group.open_alerts()) {
      open.push_back(TypeText(static_cast<fairness::v1::AlertType>(type)));
    }
    table.Add(
        {group.has_queue_id() ? NameOf(names, group.queue_id()) : "skill " + group.skill_id(),
         absl::StrCat(d.agents()), absl::StrCat(group.left_out()),
         d.has_mean_contacts() ? absl::StrFormat("%.1f", d.mean_contacts()) : "-",
         Figure(d.has_cv(), d.cv()), Figure(group.has_current_cv(), group.current_cv()),
         Figure(group.has_ema_cv(), group.ema_cv()),
         group.has_chance_probability() ? absl::StrFormat("%.1g", group.chance_probability()) : "-",
         group.has_occupancy_ratio() ? absl::StrFormat("%.0f%%", 100 * group.occupancy_ratio())
                                     : "-",
         BandText(group.ema_band()), absl::StrJoin(open, ", ")});
  }
  std::fputs(table.Text(140).c_str(), stdout);
  return absl::OkStatus();
}

// Everything that is kept, oldest first.
absl::StatusOr<std::vector<fairness::v1::WatchAlertsResponse>> ReadAlerts(const Context& context) {
  const auto stub = Scorer(context);
  fairness::v1::GetStatusResponse status;
  EVENKEEL_RETURN_IF_ERROR(context.Call(ServiceId::kFairnessScorer, *stub,
                                        &FairnessService::Stub::GetStatus,
                                        fairness::v1::GetStatusRequest(), status));
  std::vector<fairness::v1::WatchAlertsResponse> alerts;
  if (status.newest_alert_cursor() == 0) return alerts;
  grpc::ClientContext call;
  rpc::PrepareCall(call, absl::Seconds(10));
  const auto stream = stub->WatchAlerts(&call, fairness::v1::WatchAlertsRequest());
  fairness::v1::WatchAlertsResponse response;
  while (stream->Read(&response)) {
    alerts.push_back(response);
    if (response.cursor() >= status.newest_alert_cursor()) break;
  }
  call.TryCancel();
  const bool whole = !alerts.empty() && alerts.back().cursor() >= status.newest_alert_cursor();
  const grpc::Status end = stream->Finish();
  if (!whole && end.error_code() != grpc::StatusCode::CANCELLED &&
      end.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED) {
    return context.Explain(ServiceId::kFairnessScorer, end);
  }
  return alerts;
}

absl::Status Alerts(const Context& context, const std::vector<std::string>&) {
  int32_t limit = 0;
  if (!absl::SimpleAtoi(context.options.limit, &limit) || limit < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--limit must be a whole number, is \"", context.options.limit, "\""));
  }
  EVENKEEL_ASSIGN_OR_RETURN(auto alerts, ReadAlerts(context));
  std::erase_if(alerts, [&](const auto& alert) {
    return !context.options.queue.empty() && alert.alert().queue_id() != context.options.queue;
  });
  if (limit > 0 && std::ssize(alerts) > limit) alerts.erase(alerts.begin(), alerts.end() - limit);
  if (context.options.json) {
    for (const auto& alert : alerts) context.PrintJson(alert);
    return absl::OkStatus();
  }
  if (alerts.empty()) {
    std::printf("no alerts\n");
    return absl::OkStatus();
  }
  std::set<std::string> closed;
  for (const auto& alert : alerts) {
    if (alert.alert().closes()) closed.insert(alert.alert().incident_id());
  }
  const auto names = QueueNames(context);
  Table table({">#", "at", "alert", "stands", "group", ">too much", ">too little", "what"});
  for (const auto& response : alerts) {
    const auto& alert = response.alert();
    const bool momentary = alert.type() == fairness::v1::ALERT_TYPE_THROTTLE_WORSE;
    table.Add(
        {absl::StrCat(response.cursor()),
         absl::FormatTime("%m-%d %H:%M:%S", convert::FromProto(alert.at()), absl::UTCTimeZone()),
         TypeText(alert.type()),
         alert.closes()                         ? "over"
         : momentary                            ? "told"
         : closed.contains(alert.incident_id()) ? "was open"
                                                : "open",
         alert.queue_id().empty() ? "skill " + alert.skill_id() : NameOf(names, alert.queue_id()),
         absl::StrCat(alert.overloaded_user_ids_size()),
         absl::StrCat(alert.underutilized_user_ids_size()), alert.text()});
  }
  std::fputs(table.Text(160).c_str(), stdout);
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> FairnessCommands() {
  return {
      {"fairness", "", "how evenly work is spread, by queue and skill", 0, 0, Fairness},
      {"alerts", "", "what was alarmed, the newest last", 0, 0, Alerts},
  };
}

}  // namespace evenkeel::ctl
