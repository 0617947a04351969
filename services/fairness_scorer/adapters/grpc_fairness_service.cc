#include "services/fairness_scorer/adapters/grpc_fairness_service.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <set>

#include "common/base/error_details.h"
#include "common/convert/time.h"
#include "common/rpc/status.h"
#include "services/fairness_scorer/adapters/alert_convert.h"

namespace evenkeel::fairness {
namespace {

constexpr size_t kExtremes = 5;
constexpr int64_t kWatchBatch = 100;
constexpr absl::Duration kWatchPatience = absl::Milliseconds(500);  // real time

AgentWorkload FromProto(const v1::AgentWorkload& proto) {
  AgentWorkload agent;
  agent.agent_id = proto.agent_id();
  agent.contacts = proto.contacts();
  agent.talk_seconds = proto.talk_seconds();
  agent.hold_seconds = proto.hold_seconds();
  agent.acw_seconds = proto.acw_seconds();
  if (proto.has_on_queue_seconds()) agent.on_queue_seconds = proto.on_queue_seconds();
  if (proto.has_capacity()) agent.capacity = proto.capacity();
  if (proto.has_base_capacity()) agent.base_capacity = proto.base_capacity();
  if (proto.has_skill_modifier()) agent.skill_modifier = proto.skill_modifier();
  if (proto.has_utilization()) agent.utilization = proto.utilization();
  return agent;
}

ScoreOptions FromProto(const v1::ScoreOptions& proto) {
  ScoreOptions options;
  if (proto.measure() == v1::MEASURE_LOAD) options.measure = Measure::kLoad;
  if (proto.figure() == v1::FIGURE_RAW) options.figure = Figure::kRaw;
  if (proto.has_acw_weight()) options.acw_weight = proto.acw_weight();
  if (proto.has_include_hold()) options.include_hold = proto.include_hold();
  if (proto.has_interval_seconds()) options.interval_seconds = proto.interval_seconds();
  if (proto.has_min_on_queue_seconds()) options.min_on_queue_seconds = proto.min_on_queue_seconds();
  if (proto.has_min_group_size()) options.min_group_size = proto.min_group_size();
  if (proto.has_contact_load_cv()) options.contact_load_cv = proto.contact_load_cv();
  return options;
}

v1::AgentScore ToProto(const AgentScore& score) {
  v1::AgentScore proto;
  proto.set_agent_id(score.agent_id);
  proto.set_effective_capacity(score.effective_capacity);
  proto.set_effective_load_seconds(score.effective_load_seconds);
  proto.set_occupancy_ratio(score.occupancy_ratio);
  proto.set_rate_per_hour(score.rate_per_hour);
  proto.set_left_out(score.left_out);
  return proto;
}

v1::Dispersion ToProto(const Dispersion& dispersion) {
  v1::Dispersion proto;
  proto.set_agents(dispersion.agents);
  if (dispersion.mean_rate_per_hour) proto.set_mean_rate_per_hour(*dispersion.mean_rate_per_hour);
  if (dispersion.cv) proto.set_cv(*dispersion.cv);
  if (dispersion.unweighted_cv) proto.set_unweighted_cv(*dispersion.unweighted_cv);
  if (dispersion.jain) proto.set_jain(*dispersion.jain);
  if (dispersion.gini) proto.set_gini(*dispersion.gini);
  if (dispersion.corrected_cv) proto.set_corrected_cv(*dispersion.corrected_cv);
  if (dispersion.mean_contacts) proto.set_mean_contacts(*dispersion.mean_contacts);
  // The two enumerations share their numbers.
  proto.set_band(static_cast<v1::Band>(dispersion.band));
  return proto;
}

void AddStanding(const GroupStanding& standing, v1::GroupFairness& proto) {
  if (standing.current_cv) proto.set_current_cv(*standing.current_cv);
  if (standing.smoothed_cv) proto.set_ema_cv(*standing.smoothed_cv);
  proto.set_ema_band(static_cast<v1::Band>(standing.band));
  for (const AlertType type : standing.open) {
    proto.add_open_alerts(static_cast<v1::AlertType>(static_cast<int>(type) + 1));
  }
  if (standing.occupancy_ratio) proto.set_occupancy_ratio(*standing.occupancy_ratio);
  if (standing.acw_cv) proto.set_acw_cv(*standing.acw_cv);
  if (standing.standing.chance_probability) {
    proto.set_chance_probability(*standing.standing.chance_probability);
  }
}

v1::FairnessFigures ToProto(const GroupFigures& figures) {
  v1::FairnessFigures proto;
  *proto.mutable_start() = convert::ToProto(figures.start);
  proto.set_samples(figures.samples);
  if (figures.mean_cv) proto.set_mean_cv(*figures.mean_cv);
  if (figures.highest_cv) proto.set_highest_ema_cv(*figures.highest_cv);
  if (figures.mean_raw_cv) proto.set_mean_raw_cv(*figures.mean_raw_cv);
  if (figures.mean_occupancy_ratio) proto.set_mean_occupancy_ratio(*figures.mean_occupancy_ratio);
  proto.set_critical_samples(figures.critical_samples);
  proto.set_mean_agents(figures.mean_agents);
  return proto;
}

void CheckEnums(const v1::ScoreOptions& options, Violations& violations) {
  if (!v1::Measure_IsValid(options.measure())) {
    violations.Add("options.measure", "must be MEASURE_CONTACTS or MEASURE_LOAD");
  }
  if (!v1::Figure_IsValid(options.figure())) {
    violations.Add("options.figure", "must be FIGURE_CORRECTED or FIGURE_RAW");
  }
}

}  // namespace

GrpcFairnessService::GrpcFairnessService(const Scorer& scorer, FairnessStore& store,
                                         const Clock& clock)
    : scorer_(scorer), store_(store), clock_(clock) {}

grpc::Status GrpcFairnessService::ScoreWorkload(grpc::ServerContext*,
                                                const v1::ScoreWorkloadRequest* request,
                                                v1::ScoreWorkloadResponse* response) {
  std::vector<AgentWorkload> agents;
  for (const auto& agent : request->agents()) agents.push_back(FromProto(agent));
  Violations violations;
  CheckEnums(request->options(), violations);
  const auto score = ScoreGroup(agents, FromProto(request->options()));
  violations.AddAll("", GetViolations(score.status()));
  if (!violations.empty()) return rpc::ToGrpc(violations.ToStatus());
  for (const AgentScore& agent : score->agents) *response->add_agents() = ToProto(agent);
  *response->mutable_dispersion() = ToProto(score->dispersion);
  return grpc::Status::OK;
}

grpc::Status GrpcFairnessService::GetFairness(grpc::ServerContext*,
                                              const v1::GetFairnessRequest* request,
                                              v1::GetFairnessResponse* response) {
  const auto scores = scorer_.newest();
  if (!scores.ok()) return rpc::ToGrpc(scores.status());
  const std::set<std::string> wanted(request->queue_ids().begin(), request->queue_ids().end());
  std::set<std::string> found;
  response->set_snapshot_number((*scores)->snapshot_number);
  *response->mutable_computed_at() = convert::ToProto((*scores)->computed_at);
  *response->mutable_window() = convert::ToProto((*scores)->window);
  for (const ScoredGroup& group : (*scores)->groups) {
    const bool is_queue = group.kind == Group::Kind::kQueue;
    if (!wanted.empty() && !(is_queue && wanted.contains(group.id))) continue;
    found.insert(group.id);
    v1::GroupFairness& proto = *response->add_groups();
    if (is_queue) {
      proto.set_queue_id(group.id);
    } else {
      proto.set_skill_id(group.id);
    }
    *proto.mutable_dispersion() = ToProto(group.dispersion);
    proto.set_left_out(group.left_out);
    AddStanding(group.standing, proto);
    const size_t count = std::min(kExtremes, group.agents.size());
    for (size_t i = 0; i < count; ++i) {
      *proto.add_most_loaded() = ToProto(group.agents[i]);
      *proto.add_least_loaded() = ToProto(group.agents[group.agents.size() - 1 - i]);
    }
  }
  Violations violations;
  for (int i = 0; i < request->queue_ids_size(); ++i) {
    if (!found.contains(request->queue_ids(i))) {
      violations.Add(absl::StrCat("queue_ids[", i, "]"),
                     absl::StrCat("\"", request->queue_ids(i), "\" is not a managed queue"));
    }
  }
  return rpc::ToGrpc(violations.ToStatus());
}

grpc::Status GrpcFairnessService::WatchAlerts(grpc::ServerContext* context,
                                              const v1::WatchAlertsRequest* request,
                                              grpc::ServerWriter<v1::WatchAlertsResponse>* writer) {
  const auto newest = store_.LastCursor();
  if (!newest.ok()) return rpc::ToGrpc(newest.status());
  int64_t cursor = request->cursor();
  if (cursor > *newest) {
    return rpc::ToGrpc(absl::OutOfRangeError(
        absl::StrCat("cursor ", cursor, " is past the newest, ", *newest, ": of another store?")));
  }
  if (cursor < 0) cursor = *newest;
  context->AddInitialMetadata("watching", "alerts");
  writer->SendInitialMetadata();
  RealClock patience;
  while (!context->IsCancelled() && !stop_.stop_requested()) {
    const auto alerts = store_.FindAlerts(cursor, kWatchBatch);
    if (!alerts.ok()) return rpc::ToGrpc(alerts.status());
    for (const StoredAlert& alert : *alerts) {
      v1::WatchAlertsResponse response;
      response.set_cursor(alert.cursor);
      *response.mutable_alert() = ToProto(alert.alert);
      if (!writer->Write(response)) return grpc::Status::CANCELLED;
      cursor = alert.cursor;
    }
    // Alerts come once a cycle of seconds: a look twice a second is soon enough.
    if (alerts->empty()) patience.SleepFor(kWatchPatience, stop_.get_token());
  }
  return rpc::ToGrpc(stop_.stop_requested() ? absl::UnavailableError("the scorer is stopping")
                                            : absl::CancelledError("the caller left"));
}

grpc::Status GrpcFairnessService::QueryFairnessHistory(
    grpc::ServerContext*, const v1::QueryFairnessHistoryRequest* request,
    v1::QueryFairnessHistoryResponse* response) {
  Violations violations;
  std::string key;
  switch (request->group_case()) {
    case v1::QueryFairnessHistoryRequest::kQueueId:
      key = GroupKey(Group::Kind::kQueue, request->queue_id());
      break;
    case v1::QueryFairnessHistoryRequest::kSkillId:
      key = GroupKey(Group::Kind::kSkill, request->skill_id());
      break;
    case v1::QueryFairnessHistoryRequest::GROUP_NOT_SET:
      violations.Add("group", "is missing: give a queue_id or a skill_id");
      break;
  }
  if (!v1::HistoryStep_IsValid(request->step())) {
    violations.Add("step", "must be HISTORY_STEP_INTERVAL or HISTORY_STEP_DAY");
  }
  const bool by_day = request->step() == v1::HISTORY_STEP_DAY;
  const absl::Time from = convert::FromProto(request->from());
  const absl::Time to = convert::FromProto(request->to());
  if (!request->has_from()) violations.Add("from", "is missing");
  if (!request->has_to()) {
    violations.Add("to", "is missing");
  } else if (to <= from) {
    violations.Add("to", "must be after from");
  } else if (to - from > (by_day ? 400 : 7) * absl::Hours(24)) {
    violations.Add("to", by_day ? "must be at most 400 days after from"
                                : "must be at most 7 days after from, or ask by day");
  }
  if (!violations.empty()) return rpc::ToGrpc(violations.ToStatus());
  const auto history =
      store_.FindHistory(key, from, to, by_day ? HistoryStep::kDay : HistoryStep::kInterval);
  if (!history.ok()) return rpc::ToGrpc(history.status());
  for (const GroupFigures& figures : *history) *response->add_figures() = ToProto(figures);
  return grpc::Status::OK;
}

grpc::Status GrpcFairnessService::GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                                            v1::GetStatusResponse* response) {
  if (const runtime::SnapshotSubscriber* subscriber = subscriber_) {
    if (const auto newest = subscriber->newest()) response->set_newest_snapshot(newest->number);
    response->set_ingest_connected(subscriber->connected());
  }
  if (const auto at = scorer_.last_scored_at()) {
    *response->mutable_last_scored_at() = convert::ToProto(*at);
  }
  response->set_last_refusal(std::string(scorer_.newest().status().message()));
  if (const auto cursor = store_.LastCursor(); cursor.ok()) {
    response->set_newest_alert_cursor(*cursor);
  }
  const ThrottleCounts throttles = scorer_.throttle_counts();
  response->set_throttles_proposed(throttles.proposed);
  for (const auto& [reason, count] : throttles.refused) {
    response->set_throttles_refused(response->throttles_refused() + count);
  }
  *response->mutable_clock_now() = convert::ToProto(clock_.Now());
  return grpc::Status::OK;
}

}  // namespace evenkeel::fairness
