#include "tools/demo/report.h"

#include <absl/strings/str_cat.h>

#include <array>
#include <string_view>

#include "common/base/status_macros.h"
#include "common/json/reader.h"

namespace evenkeel::demo {
namespace {

absl::Status ReadQueue(json::Value value, QueueReport& queue) {
  static constexpr std::array<std::string_view, 10> kKeys = {"id",
                                                             "name",
                                                             "offered",
                                                             "answered",
                                                             "abandoned",
                                                             "mean_wait_seconds",
                                                             "abandonment_ratio",
                                                             "service_level_ratio",
                                                             "joined",
                                                             "inbound_capacity"};
  json::Object object(value);
  while (object.Next(kKeys)) {
    json::Value field = object.value();
    if (field.IsNull()) continue;
    absl::Status status;
    switch (object.field()) {
      case 0:
        status = field.Read(queue.id);
        break;
      case 1:
        status = field.Read(queue.name);
        break;
      case 2:
        status = field.Read(queue.offered);
        break;
      case 3:
        status = field.Read(queue.answered);
        break;
      case 4:
        status = field.Read(queue.abandoned);
        break;
      case 5:
        status = field.Read(queue.mean_wait_seconds);
        break;
      case 6:
        status = field.Read(queue.abandonment_ratio);
        break;
      case 7:
        status = field.Read(queue.service_level_ratio);
        break;
      case 8:
        status = field.Read(queue.joined);
        break;
      case 9:
        status = field.Read(queue.inbound_capacity);
        break;
    }
    EVENKEEL_RETURN_IF_ERROR(status);
  }
  return object.Finish({0, 2, 3, 4, 5, 6});
}

absl::Status ReadNumber(json::Value value, std::string_view key, int64_t& out) {
  const std::array<std::string_view, 1> keys = {key};
  json::Object object(value);
  while (object.Next(keys)) EVENKEEL_RETURN_IF_ERROR(object.value().Read(out));
  return object.Finish({0});
}

absl::Status ReadRequests(json::Value value, Report& report) {
  static constexpr std::array<std::string_view, 2> kKeys = {"total", "rate_limited"};
  json::Object object(value);
  while (object.Next(kKeys)) {
    EVENKEEL_RETURN_IF_ERROR(
        object.value().Read(object.field() == 0 ? report.requests : report.rate_limited));
  }
  return object.Finish({0, 1});
}

absl::Status ReadReport(json::Value value, Report& report) {
  static constexpr std::array<std::string_view, 5> kKeys = {"clock", "epoch", "queues", "writes",
                                                            "requests"};
  json::Object object(value);
  while (object.Next(kKeys)) {
    switch (object.field()) {
      case 0:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(report.clock));
        break;
      case 1:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(report.epoch));
        break;
      case 2: {
        json::Array array(object.value());
        while (array.Next()) {
          EVENKEEL_RETURN_IF_ERROR(ReadQueue(array.value(), report.queues.emplace_back()));
        }
        EVENKEEL_RETURN_IF_ERROR(array.Finish());
        break;
      }
      case 3:
        EVENKEEL_RETURN_IF_ERROR(ReadNumber(object.value(), "total", report.writes));
        break;
      case 4:
        EVENKEEL_RETURN_IF_ERROR(ReadRequests(object.value(), report));
        break;
    }
  }
  return object.Finish({0, 1, 2, 3, 4});
}

}  // namespace

absl::StatusOr<Report> ParseReport(const std::string& json) {
  Report report;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(
      reader.Parse(json, [&](json::Value root) { return ReadReport(root, report); }));
  return report;
}

absl::StatusOr<Report> FetchReport(http::Transport& transport, const std::string& url) {
  http::Request request;
  request.url = url + "/admin/v1/report";
  EVENKEEL_ASSIGN_OR_RETURN(const http::Response response,
                            transport.Send(request, absl::Seconds(5)));
  if (response.status != 200) {
    return absl::UnavailableError(absl::StrCat(request.url, " answered ", response.status));
  }
  return ParseReport(response.body);
}

QueueReport Total(const std::vector<QueueReport>& queues) {
  QueueReport total;
  total.name = "all";
  double wait = 0, in_target = 0, left = 0;
  for (const QueueReport& queue : queues) {
    const auto left_line = static_cast<double>(queue.answered + queue.abandoned);
    total.offered += queue.offered;
    total.answered += queue.answered;
    total.abandoned += queue.abandoned;
    total.joined += queue.joined;
    total.inbound_capacity += queue.inbound_capacity;
    wait += queue.mean_wait_seconds * left_line;
    in_target += queue.service_level_ratio * left_line;
    left += left_line;
  }
  if (left > 0) {
    total.mean_wait_seconds = wait / left;
    total.service_level_ratio = in_target / left;
    total.abandonment_ratio = static_cast<double>(total.abandoned) / left;
  }
  return total;
}

}  // namespace evenkeel::demo
