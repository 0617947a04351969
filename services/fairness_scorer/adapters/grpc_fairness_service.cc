#include "services/fairness_scorer/adapters/grpc_fairness_service.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <set>

#include "common/base/error_details.h"
#include "common/convert/time.h"
#include "common/rpc/status.h"

namespace evenkeel::fairness {
namespace {

constexpr size_t kExtremes = 5;

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

void CheckEnums(const v1::ScoreOptions& options, Violations& violations) {
  if (!v1::Measure_IsValid(options.measure())) {
    violations.Add("options.measure", "must be MEASURE_CONTACTS or MEASURE_LOAD");
  }
  if (!v1::Figure_IsValid(options.figure())) {
    violations.Add("options.figure", "must be FIGURE_CORRECTED or FIGURE_RAW");
  }
}

}  // namespace

GrpcFairnessService::GrpcFairnessService(const Scorer& scorer, const Clock& clock)
    : scorer_(scorer), clock_(clock) {}

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
  *response->mutable_clock_now() = convert::ToProto(clock_.Now());
  return grpc::Status::OK;
}

}  // namespace evenkeel::fairness
