// External metrics: figures that a client computes and stores for users by day, such as a score.
#include <absl/strings/str_cat.h>
#include <absl/time/civil_time.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/platform.h"
#include "tools/genesys_sim/api/platform_body.h"
#include "tools/genesys_sim/api/platform_json.h"

namespace evenkeel::sim {
namespace {

constexpr size_t kMostDefinitions = 50;
constexpr size_t kMostItems = 100;

using Metric = PlatformState::ExternalMetric;

absl::StatusOr<size_t> FindMetric(Api& api, const std::string& id) {
  const std::vector<Metric>& metrics = api.platform().external_metrics;
  for (size_t m = 0; m < metrics.size(); ++m) {
    if (metrics[m].id == id) return m;
  }
  return absl::NotFoundError("there is no external metric \"" + id + "\"");
}

void WriteMetric(Api& api, const Metric& metric, json::Writer& writer) {
  writer.BeginObject().Field("id", metric.id);
  metric.properties.WriteMembers(writer);
  writer.Field("retentionMonths", 13)
      .Field("inUse", !api.platform().external_data[metric.id].empty());
  if (metric.refreshed > absl::InfinitePast()) writer.Field("dateLastRefreshed", metric.refreshed);
  writer
      .Field("selfUri",
             absl::StrCat("/api/v2/employeeperformance/externalmetrics/definitions/", metric.id))
      .EndObject();
}

HttpAnswer MetricAnswer(Api& api, const Metric& metric) {
  json::Writer writer;
  WriteMetric(api, metric, writer);
  return JsonAnswer(std::move(writer));
}

// `but` is the metric that is being changed.
absl::Status CheckDefinition(Api& api, const Json& body, std::string_view but) {
  Violations violations;
  if (body.Has("name") && body["name"].text().empty()) {
    violations.Add("$.name", "must not be empty");
  }
  if (body["precision"].number() < 0 || body["precision"].number() > 5) {
    violations.Add("$.precision", "must be from 0 to 5");
  }
  for (const Metric& metric : api.platform().external_metrics) {
    if (body.Has("name") && metric.id != but &&
        metric.properties["name"].text() == body["name"].text()) {
      violations.Add("$.name", "another metric has this name");
    }
  }
  return violations.ToStatus();
}

// An entry of the answer: what was sent, and what came of it.
void WriteItem(const Json& item, const Json& outcome, json::Writer& writer) {
  writer.BeginObject();
  item.WriteMembers(writer);
  outcome.WriteMembers(writer);
  writer.EndObject();
}

// Stores an item and answers the total, or says why it cannot be.
absl::StatusOr<PlatformState::Datum> Store(Api& api, const Json& item) {
  EVENKEEL_ASSIGN_OR_RETURN(const size_t metric, FindMetric(api, item["metricId"].text()));
  std::optional<int> agent;
  for (size_t a = 0; a < api.platform().users.size(); ++a) {
    const bool meant = item.Has("userId") ? api.scenario().agents[a].id == item["userId"].text()
                                          : api.platform().users[a].properties["email"].text() ==
                                                item["userEmail"].text();
    if (meant) agent = static_cast<int>(a);
  }
  if (!agent) return absl::NotFoundError("there is no such user");
  Metric& definition = api.platform().external_metrics[metric];
  if (!definition.properties["enabled"].truth()) {
    return absl::FailedPreconditionError("the metric is not enabled");
  }
  definition.refreshed = api.engine().now();
  auto& day = api.platform().external_data[definition.id][item["dateOccurred"].text()];
  const bool adds = item["type"].text() == "Cumulative";
  PlatformState::Datum datum;
  const auto known = day.find(*agent);
  if (adds && known != day.end()) datum = known->second;
  const double count =
      item.Has("count") ? item["count"].number() : (adds && known != day.end() ? 0 : 1);
  datum.value += item["value"].number();
  datum.count += static_cast<int64_t>(count);
  if (item["value"].is_null() || datum.count == 0) {
    day.erase(*agent);
    return PlatformState::Datum();
  }
  day[*agent] = datum;
  return datum;
}

absl::Status CheckItems(const Json& items) {
  Violations violations;
  if (items.items().empty() || items.items().size() > kMostItems) {
    violations.Add("$.items", absl::StrCat("needs 1 to ", kMostItems, " items"));
  }
  for (size_t i = 0; i < items.items().size(); ++i) {
    const Json& item = items.items()[i];
    const std::string path = absl::StrCat("$.items[", i, "]");
    if (item.Has("userId") == item.Has("userEmail")) {
      violations.Add(path, "needs either userId or userEmail");
    }
    absl::CivilDay day;
    if (!absl::ParseCivilTime(item["dateOccurred"].text(), &day) ||
        absl::FormatCivilTime(day) != item["dateOccurred"].text()) {
      violations.Add(path + ".dateOccurred", "must be like 2024-05-15");
    }
    if (item["count"].number() < 0) violations.Add(path + ".count", "is negative");
  }
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<HttpAnswer> GetExternalMetrics(Api& api, ApiCall& call) {
  const Page page = ReadPage(call.parameters, 100);
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  std::vector<const Metric*> found;
  for (const Metric& metric : api.platform().external_metrics) found.push_back(&metric);
  std::stable_sort(found.begin(), found.end(), [](const Metric* a, const Metric* b) {
    return a->properties["name"].text() < b->properties["name"].text();
  });
  return Listing(call, page, found, [&](const Metric* metric, json::Writer& writer) {
    WriteMetric(api, *metric, writer);
  });
}

absl::StatusOr<HttpAnswer> GetExternalMetric(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const size_t metric, FindMetric(api, call.path[0]));
  return MetricAnswer(api, api.platform().external_metrics[metric]);
}

absl::StatusOr<HttpAnswer> PostExternalMetric(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(Json body, ReadBody(call));
  EVENKEEL_RETURN_IF_ERROR(CheckDefinition(api, body, ""));
  std::vector<Metric>& metrics = api.platform().external_metrics;
  if (metrics.size() == kMostDefinitions) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", kMostDefinitions, " definitions: no more are allowed"));
  }
  metrics.push_back({.id = api.NewId(), .properties = std::move(body)});
  return MetricAnswer(api, metrics.back());
}

absl::StatusOr<HttpAnswer> PatchExternalMetric(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const size_t metric, FindMetric(api, call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  EVENKEEL_RETURN_IF_ERROR(CheckDefinition(api, body, call.path[0]));
  Metric& changed = api.platform().external_metrics[metric];
  for (const auto& [key, value] : body.members()) {
    if (!value.is_null()) changed.properties.Set(key, value);
  }
  return MetricAnswer(api, changed);
}

absl::StatusOr<HttpAnswer> DeleteExternalMetric(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const size_t metric, FindMetric(api, call.path[0]));
  auto& metrics = api.platform().external_metrics;
  metrics.erase(metrics.begin() + static_cast<ptrdiff_t>(metric));
  api.platform().external_data.erase(call.path[0]);
  return EmptyAnswer(204);
}

// An item that cannot be stored does not keep the others from it: the answer lists both kinds.
absl::StatusOr<HttpAnswer> PostExternalMetricData(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  EVENKEEL_RETURN_IF_ERROR(CheckItems(body["items"]));
  json::Writer processed, unprocessed;
  processed.BeginArray();
  unprocessed.BeginArray();
  for (const Json& item : body["items"].items()) {
    if (const auto stored = Store(api, item); stored.ok()) {
      WriteItem(item,
                Json::Object()
                    .Set("totalValue", Json::Number(stored->value))
                    .Set("totalCount", Json::Number(static_cast<double>(stored->count))),
                processed);
    } else {
      const bool unknown = absl::IsNotFound(stored.status());
      WriteItem(item,
                Json::Object()
                    .Set("message", Json::Text(std::string(stored.status().message())))
                    .Set("code", Json::Text(unknown ? "not.found" : "bad.request")),
                unprocessed);
    }
  }
  processed.EndArray();
  unprocessed.EndArray();
  json::Writer writer;
  writer.BeginObject()
      .Key("processedEntities")
      .Raw(processed.text())
      .Key("unprocessedEntities")
      .Raw(unprocessed.text())
      .EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
