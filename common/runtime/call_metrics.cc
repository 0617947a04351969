#include "common/runtime/call_metrics.h"

#include <absl/strings/str_cat.h>

#include <utility>

namespace evenkeel::runtime {
namespace {

constexpr char kCalls[] = "evenkeel_genesys_calls_total";
constexpr char kSeconds[] = "evenkeel_genesys_call_seconds";
constexpr char kRepeats[] = "evenkeel_genesys_repeats_total";
constexpr char kBudget[] = "evenkeel_genesys_budget_per_minute";
constexpr char kLeft[] = "evenkeel_genesys_budget_left";

// "2xx" ... "5xx"; 429 on its own, because it means that the budget is wrong; "none": no answer.
std::string StatusLabel(int http_status) {
  if (http_status == 0) return "none";
  if (http_status == 429) return "429";
  return absl::StrCat(http_status / 100, "xx");
}

std::span<const obs::MetricSpec> Table() {
  using obs::MetricKind;
  static const std::vector<obs::MetricSpec>& table = *[] {
    const obs::LabelSpec client = {"client", {"read", "write"}};
    return new std::vector<obs::MetricSpec>{
        {kCalls,
         MetricKind::kCounter,
         {client, {"operation", {}}, {"status", {}}},
         "Requests to the Genesys API by operation (names of the operation tables) and status."},
        {kSeconds,
         MetricKind::kHistogram,
         {client, {"operation", {}}},
         "Time of a request to the Genesys API, real time.",
         {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10}},
        {kRepeats, MetricKind::kCounter, {client}, "Requests that were second or later attempts."},
        {kBudget, MetricKind::kGauge, {client}, "Requests a minute of clock time that are ours."},
        {kLeft, MetricKind::kGauge, {client}, "Of those, left in the present minute."},
    };
  }();
  return table;
}

}  // namespace

CallMetrics::CallMetrics(obs::Metrics& metrics, std::string client)
    : metrics_(metrics), client_(std::move(client)) {
  metrics_.Register(Table());
}

void CallMetrics::OnAttempt(std::string_view operation, int http_status, absl::Duration duration,
                            int attempt) {
  const std::string name(operation);
  metrics_.Add(kCalls, {client_, name, StatusLabel(http_status)});
  metrics_.Observe(kSeconds, {client_, name}, absl::ToDoubleSeconds(duration));
  if (attempt > 1) metrics_.Add(kRepeats, {client_});
}

void CallMetrics::OnBudget(double per_minute, double left) {
  metrics_.Set(kBudget, {client_}, per_minute);
  metrics_.Set(kLeft, {client_}, left);
}

}  // namespace evenkeel::runtime
