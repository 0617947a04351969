#include "services/fairness_scorer/adapters/webhook_sink.h"

#include <absl/strings/str_cat.h>

#include "common/base/status_macros.h"
#include "services/fairness_scorer/adapters/alert_convert.h"

namespace evenkeel::fairness {
namespace {

constexpr char kSink[] = "webhook";
constexpr int64_t kBatch = 100;
constexpr absl::Duration kTimeout = absl::Seconds(10);  // real time

}  // namespace

absl::StatusOr<std::unique_ptr<WebhookSink>> WebhookSink::Make(const std::string& url,
                                                               FairnessStore& store) {
  http::CurlOptions options;
  options.hosts = {http::UrlHost(url)};
  if (options.hosts[0].empty()) {
    return absl::InvalidArgumentError("fairness_scorer.webhook_url has no host");
  }
  EVENKEEL_ASSIGN_OR_RETURN(auto transport, http::MakeCurlTransport(options));
  return std::make_unique<WebhookSink>(url, std::move(transport), store);
}

absl::StatusOr<int64_t> WebhookSink::Run(std::stop_token stop) {
  int64_t taken = 0;
  EVENKEEL_ASSIGN_OR_RETURN(int64_t cursor, store_.Delivered(kSink));
  // From the first run on, so that nothing is forgotten before it was delivered.
  EVENKEEL_RETURN_IF_ERROR(store_.MarkDelivered(kSink, cursor));
  while (true) {
    EVENKEEL_ASSIGN_OR_RETURN(const std::vector<StoredAlert> alerts,
                              store_.FindAlerts(cursor, kBatch));
    if (alerts.empty()) return taken;
    for (const StoredAlert& alert : alerts) {
      if (stop.stop_requested()) return taken;
      EVENKEEL_ASSIGN_OR_RETURN(
          const http::Response response,
          transport_->Send(
              {"POST", url_, {{"Content-Type", "application/json"}}, AlertJson(alert.alert)},
              kTimeout));
      if (response.status / 100 != 2) {
        return absl::UnavailableError(
            absl::StrCat("the webhook answered ", response.status, " to alert ", alert.alert.id));
      }
      cursor = alert.cursor;
      EVENKEEL_RETURN_IF_ERROR(store_.MarkDelivered(kSink, cursor));
      ++taken;
    }
  }
}

}  // namespace evenkeel::fairness
