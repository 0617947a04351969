#include "common/config/defaults.h"

namespace evenkeel::config {
namespace {

google::protobuf::Duration Span(int64_t seconds) {
  google::protobuf::Duration duration;
  duration.set_seconds(seconds);
  return duration;
}

}  // namespace

v1::Config DefaultConfig() {
  constexpr int64_t kMinute = 60;
  constexpr int64_t kHour = 60 * kMinute;
  constexpr int64_t kDay = 24 * kHour;
  v1::Config config;

  config.mutable_clock()->set_factor(1.0);

  v1::CentreConfig& centre = *config.mutable_centre();
  centre.set_dialect(v1::DIALECT_PLATFORM);
  centre.set_rate_share(0.8);
  centre.set_requests_per_minute(0);
  *centre.mutable_connect_timeout() = Span(5);
  *centre.mutable_request_timeout() = Span(15);

  v1::ServicesConfig& services = *config.mutable_services();
  services.mutable_ingest()->set_listen("127.0.0.1:7101");
  services.mutable_ingest()->set_metrics_listen("127.0.0.1:7201");
  services.mutable_optimizer()->set_listen("127.0.0.1:7102");
  services.mutable_optimizer()->set_metrics_listen("127.0.0.1:7202");
  services.mutable_fairness_scorer()->set_listen("127.0.0.1:7103");
  services.mutable_fairness_scorer()->set_metrics_listen("127.0.0.1:7203");
  services.mutable_actuator()->set_listen("127.0.0.1:7104");
  services.mutable_actuator()->set_metrics_listen("127.0.0.1:7204");
  *services.mutable_drain_timeout() = Span(10);
  *services.mutable_call_timeout() = Span(5);

  v1::IngestConfig& ingest = *config.mutable_ingest();
  *ingest.mutable_roster_interval() = Span(10 * kMinute);
  *ingest.mutable_states_interval() = Span(15);
  *ingest.mutable_queues_interval() = Span(30);
  *ingest.mutable_live_interval() = Span(15);
  *ingest.mutable_intervals_interval() = Span(kMinute);
  *ingest.mutable_agent_work_interval() = Span(kMinute);
  *ingest.mutable_estimate_half_life() = Span(20 * kMinute);
  *ingest.mutable_estimate_prior_weight() = Span(10 * kMinute);
  ingest.set_database("");
  *ingest.mutable_history_retention() = Span(7 * kDay);
  *ingest.mutable_dwell() = Span(10 * kMinute);
  ingest.set_snapshots_kept(20);
  *ingest.mutable_campaigns_interval() = Span(30);
  *ingest.mutable_campaign_calls_interval() = Span(30);
  *ingest.mutable_adherence_interval() = Span(0);
  *ingest.mutable_channel_work_interval() = Span(0);
  ingest.set_channel_work_time_zone("UTC");
  *ingest.mutable_presences_interval() = Span(0);

  v1::OptimizerConfig& optimizer = *config.mutable_optimizer();
  *optimizer.mutable_capacity_cycle() = Span(kMinute);
  optimizer.set_propose(true);
  *optimizer.mutable_horizon() = Span(15 * kMinute);
  *optimizer.mutable_move_cost() = Span(5);
  optimizer.set_queues_per_agent(2);
  optimizer.set_moves_per_cycle(20);
  *optimizer.mutable_proposal_lifetime() = Span(2 * kMinute);
  optimizer.set_min_seen_ratio(0.995);
  optimizer.set_max_snapshot_age_intervals(2.0);

  v1::FairnessScorerConfig& fairness = *config.mutable_fairness_scorer();
  *fairness.mutable_cycle() = Span(15);
  *fairness.mutable_window() = Span(kHour);
  fairness.set_measure("contacts");
  fairness.set_figure("corrected");
  *fairness.mutable_min_on_queue() = Span(15 * kMinute);
  fairness.set_min_group_size(5);
  fairness.set_min_seen_ratio(0.995);
  fairness.set_max_snapshot_age_intervals(2.0);
  fairness.set_propose(false);
  fairness.set_handle_time_cv(0);
  *fairness.mutable_retention() = Span(90 * 24 * kHour);

  v1::ActuatorConfig& actuator = *config.mutable_actuator();
  actuator.set_mode(v1::MODE_DRY_RUN);
  actuator.set_database("");
  *actuator.mutable_tick() = Span(1);
  *actuator.mutable_approval_lifetime() = Span(15 * kMinute);
  *actuator.mutable_verify_timeout() = Span(kMinute);
  *actuator.mutable_leave_alone() = Span(kHour);
  *actuator.mutable_monitor_interval() = Span(kMinute);
  actuator.set_queue_limit(1000);
  v1::CapacityGuardrails& capacity = *actuator.mutable_capacity();
  capacity.set_moves_per_cycle(20);
  capacity.set_writes_per_hour(200);
  capacity.set_group_share_per_hour(0.3);
  capacity.set_min_change(1);
  capacity.set_max_snapshot_age_intervals(2.0);
  capacity.set_min_seen_ratio(0.995);
  *capacity.mutable_dwell() = Span(10 * kMinute);
  capacity.set_min_capacity(1);
  capacity.set_max_capacity(200);
  v1::ThrottleGuardrails& throttle = *actuator.mutable_throttle();
  throttle.set_writes_per_hour(60);
  throttle.set_held_share(0.1);
  *throttle.mutable_cool_down() = Span(5 * kMinute);
  throttle.set_max_snapshot_age_intervals(2.0);
  throttle.set_min_seen_ratio(0.995);

  config.mutable_log()->set_level("info");
  return config;
}

v1::QueueConfig DefaultQueue() {
  v1::QueueConfig queue;
  queue.set_min_agents(1);
  queue.set_max_agents(200);
  queue.set_weight(1.0);
  queue.set_coverage_ratio(0.85);
  queue.set_prior_calls_per_hour(20);
  *queue.mutable_prior_handle_time() = Span(300);
  *queue.mutable_prior_patience() = Span(180);
  queue.set_capacity_factor(1.0);
  queue.set_acw_weight(0.3);
  queue.set_utilization_target(0.8);
  return queue;
}

}  // namespace evenkeel::config
