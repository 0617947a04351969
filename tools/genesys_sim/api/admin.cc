// The simulator's own operations, under /admin/v1, without a token: what happened in the centre,
// and what a test does to it behind the API's back.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <iterator>

#include <limits>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/api.h"

namespace evenkeel::sim {
namespace {

double Ratio(double part, int64_t whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN()  // written as null
                    : part / static_cast<double>(whole);
}

void WriteQueue(const Api& api, Engine& engine, int index, json::Writer& writer) {
  const Queue& queue = api.scenario().queues[index];
  const QueueState state = engine.GetQueue(index);
  const Figures& totals = engine.Totals(index);
  const int64_t left = totals.answered.count + totals.abandoned.count;
  writer.BeginObject()
      .Field("id", queue.id)
      .Field("name", queue.name)
      .Field("offered", totals.offered)
      .Field("answered", totals.answered.count)
      .Field("abandoned", totals.abandoned.count)
      .Field("waiting", state.waiting)
      .Field("mean_wait_seconds",
             Ratio(totals.answered.sum_seconds + totals.abandoned.sum_seconds, left))
      .Field("mean_wait_answered_seconds",
             Ratio(totals.answered.sum_seconds, totals.answered.count))
      .Field("abandonment_ratio", Ratio(static_cast<double>(totals.abandoned.count), left))
      .Field("service_level_ratio",
             Ratio(static_cast<double>(totals.answered.count - totals.over_target), left))
      .Field("members", state.members)
      .Field("joined", state.joined)
      .Key("inbound_capacity");
  if (state.inbound_capacity) {
    writer.Int(*state.inbound_capacity);
  } else {
    writer.Null();
  }
  writer.EndObject();
}

absl::StatusOr<HttpAnswer> GetReport(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  const Api::Counts& counts = api.counts();
  json::Writer writer;
  writer.BeginObject()
      .Field("clock", api.clock().Now())
      .Field("epoch", api.engine().start())
      .Key("seed")
      .Raw(absl::StrCat(api.options().seed))  // may be beyond what Int takes
      .Field("dialect", DialectName(api.options().dialect))
      .Field("finished", api.finished())
      .Key("queues")
      .BeginArray();
  for (size_t q = 0; q < api.scenario().queues.size(); ++q) {
    WriteQueue(api, api.engine(), static_cast<int>(q), writer);
  }
  writer.EndArray().Key("writes").BeginObject().Field("total", counts.writes);
  for (const auto& [name, count] : counts.writes_by_operation) writer.Field(name, count);
  writer.EndObject()
      .Key("requests")
      .BeginObject()
      .Field("total", counts.requests)
      .Field("rate_limited", counts.rate_limited)
      .Key("operations")
      .BeginObject();
  for (const auto& [name, by_status] : counts.by_operation) {
    writer.Key(name).BeginObject();
    for (const auto& [status, count] : by_status) writer.Field(absl::StrCat(status), count);
    writer.EndObject();
  }
  writer.EndObject().EndObject().EndObject();
  return JsonAnswer(std::move(writer));
}

template <typename Read>
absl::Status ParseBody(ApiCall& call, Read read) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  json::Reader reader;
  return reader.Parse(call.request.body, read);
}

absl::StatusOr<HttpAnswer> PostMemberships(Api& api, ApiCall& call) {
  std::string queue_id, user_id;
  bool joined = false;
  EVENKEEL_RETURN_IF_ERROR(ParseBody(call, [&](json::Value root) {
    return ReadObject(root, {{"queueId", true, Into(queue_id)},
                             {"userId", true, Into(user_id)},
                             {"joined", true, Into(joined)}});
  }));
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(queue_id));
  EVENKEEL_ASSIGN_OR_RETURN(const int agent, api.FindAgent(user_id));
  if (!api.engine().SetJoinedNow(agent, queue, joined)) {
    return absl::InvalidArgumentError("the user is no member of the queue");
  }
  return EmptyAnswer(204);
}

absl::StatusOr<HttpAnswer> PostQueues(Api& api, ApiCall& call) {
  std::string queue_id;
  int64_t capacity = 0;
  EVENKEEL_RETURN_IF_ERROR(ParseBody(call, [&](json::Value root) {
    return ReadObject(
        root, {{"queueId", true, Into(queue_id)}, {"inboundCapacity", true, Into(capacity)}});
  }));
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(queue_id));
  if (api.options().dialect != Dialect::kGuide) {
    return absl::InvalidArgumentError("there is no inboundCapacity in this dialect");
  }
  if (capacity < 0) return absl::InvalidArgumentError("inboundCapacity must not be negative");
  api.guide().queues[queue].inbound_capacity = capacity;
  api.guide().ApplyCapacity(api.engine(), queue);
  return EmptyAnswer(204);
}

// What a field of Fault is called here.
std::string JsonName(std::string_view field) {
  for (const auto& [ours, name] :
       {std::pair<std::string_view, std::string_view>{"retry_after", "retryAfterSeconds"},
        {"latency", "latencyMs"},
        {"age", "ageSeconds"},
        {"skew", "skewSeconds"},
        {"every", "everySeconds"},
        {"from", "fromSeconds"},
        {"until", "untilSeconds"},
        {"share_ratio", "shareRatio"}}) {
    if (field == ours) return std::string(name);
  }
  return std::string(field);
}

absl::Status ReadFault(json::Value value, Fault& fault) {
  std::string kind;
  int64_t status = fault.status;
  std::optional<double> retry_after, latency_ms, age, skew, every, from, until, share;
  std::optional<int64_t> count;
  EVENKEEL_RETURN_IF_ERROR(ReadObject(value, {{"pathPrefix", false, Into(fault.path_prefix)},
                                              {"method", false, Into(fault.method)},
                                              {"kind", true, Into(kind)},
                                              {"status", false, Into(status)},
                                              {"retryAfterSeconds", false, Into(retry_after)},
                                              {"latencyMs", false, Into(latency_ms)},
                                              {"ageSeconds", false, Into(age)},
                                              {"skewSeconds", false, Into(skew)},
                                              {"everySeconds", false, Into(every)},
                                              {"fromSeconds", false, Into(from)},
                                              {"untilSeconds", false, Into(until)},
                                              {"shareRatio", false, Into(share)},
                                              {"count", false, Into(count)}}));
  const auto known = std::find(std::begin(kFaultKinds), std::end(kFaultKinds), kind);
  if (known == std::end(kFaultKinds)) {
    return value.Error("kind must be " + absl::StrJoin(kFaultKinds, ", ",
                                                       [](std::string* out, std::string_view name) {
                                                         out->append(name);
                                                       }));
  }
  fault.kind = static_cast<FaultKind>(known - std::begin(kFaultKinds));
  if (IsOfRequests(fault.kind) && fault.path_prefix.empty()) {
    return value.Error("pathPrefix is missing");
  }
  fault.status = static_cast<int>(status);
  const auto span = [](const std::optional<double>& seconds, absl::Duration& out) {
    if (seconds) out = absl::Seconds(*seconds);
  };
  if (retry_after) fault.retry_after = absl::Seconds(*retry_after);
  if (latency_ms) fault.latency = absl::Milliseconds(*latency_ms);
  span(age, fault.age);
  span(skew, fault.skew);
  span(every, fault.every);
  span(from, fault.from);
  span(until, fault.until);
  fault.share_ratio = share.value_or(1);
  // In a window of time all of it, and what needs more than one request or edit without end, unless
  // a count is given.
  const bool lasts = fault.kind == FaultKind::kEditor || fault.kind == FaultKind::kStale;
  fault.count = count.value_or(until || lasts ? 0 : 1);
  Violations violations;
  CheckFault(fault, JsonName, violations);
  if (count && *count < 1) violations.Add("count", "must be at least 1");
  const absl::Status wrong = violations.ToStatus();
  return wrong.ok() ? wrong : value.Error(std::string(wrong.message()));
}

absl::StatusOr<HttpAnswer> PostFaults(Api& api, ApiCall& call) {
  std::vector<Fault> faults;
  EVENKEEL_RETURN_IF_ERROR(ParseBody(call, [&](json::Value root) -> absl::Status {
    json::Array array(root);
    while (array.Next()) EVENKEEL_RETURN_IF_ERROR(ReadFault(array.value(), faults.emplace_back()));
    return array.Finish();
  }));
  const absl::Duration passed = api.clock().Now() - api.options().epoch;
  Violations violations;
  for (size_t i = 0; i < faults.size(); ++i) {
    if (faults[i].until <= passed) {
      violations.Add(absl::StrCat("$[", i, "].untilSeconds"), "is past");
    }
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  for (Fault& fault : faults) api.faults().Add(std::move(fault), passed);
  return EmptyAnswer(204);
}

absl::StatusOr<HttpAnswer> DeleteFaults(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  api.faults().Clear();
  return EmptyAnswer(204);
}

absl::StatusOr<HttpAnswer> RevokeTokens(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  json::Writer writer;
  writer.BeginObject().Field("revoked", api.tokens().RevokeAll()).EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace

const std::vector<Operation>& AdminOperations() {
  static const auto& operations = *new std::vector<Operation>{
      {"GET", "/admin/v1/report", Access::kOpen, "", GetReport},
      {"POST", "/admin/v1/memberships", Access::kOpen, "", PostMemberships},
      {"POST", "/admin/v1/queues", Access::kOpen, "", PostQueues},
      {"POST", "/admin/v1/faults", Access::kOpen, "", PostFaults},
      {"DELETE", "/admin/v1/faults", Access::kOpen, "", DeleteFaults},
      {"POST", "/admin/v1/tokens/revoke", Access::kOpen, "", RevokeTokens},
  };
  return operations;
}

}  // namespace evenkeel::sim
