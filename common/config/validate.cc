// Ranges and relations of configuration values; see loader.h.
#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <absl/time/time.h>

#include <set>

#include "common/base/clock.h"
#include "common/base/error_details.h"
#include "common/config/loader.h"
#include "common/convert/time.h"

namespace evenkeel::config {
namespace {

constexpr absl::Duration kCompareDelay = absl::Minutes(10);

class Checker {
 public:
  void Range(const std::string& field, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      violations_.Add(field, absl::StrFormat("must be %g to %g, is %g", low, high, value));
    }
  }
  void Above(const std::string& field, double value, double low) {
    if (!(value > low))
      violations_.Add(field, absl::StrFormat("must be above %g, is %g", low, value));
  }
  void AtLeast(const std::string& field, double value, double low) {
    if (!(value >= low)) {
      violations_.Add(field, absl::StrFormat("must be at least %g, is %g", low, value));
    }
  }
  void Span(const std::string& field, const google::protobuf::Duration& value, absl::Duration low,
            absl::Duration high) {
    const absl::Duration span = convert::FromProto(value);
    if (span < low || span > high) {
      violations_.Add(
          field, absl::StrCat("must be ", absl::FormatDuration(low), " to ",
                              absl::FormatDuration(high), ", is ", absl::FormatDuration(span)));
    }
  }
  void OneOf(const std::string& field, const std::string& value,
             const std::vector<std::string>& allowed) {
    for (const std::string& candidate : allowed) {
      if (value == candidate) return;
    }
    violations_.Add(field, absl::StrCat("must be one of ", absl::StrJoin(allowed, ", "), ", is \"",
                                        value, "\""));
  }
  void Address(const std::string& field, const std::string& value, bool may_be_empty) {
    if (value.empty() && may_be_empty) return;
    const size_t colon = value.rfind(':');
    int port = -1;
    if (colon == std::string::npos || colon == 0 ||
        !absl::SimpleAtoi(value.substr(colon + 1), &port) || port < 0 || port > 65535) {
      violations_.Add(field, absl::StrCat("must be host:port, is \"", value, "\""));
    }
  }
  Violations& violations() { return violations_; }

 private:
  Violations violations_;
};

constexpr absl::Duration kSecond = absl::Seconds(1);
constexpr absl::Duration kDay = absl::Hours(24);

void CheckCentre(const v1::Config& config, Checker& check) {
  const v1::CentreConfig& centre = config.centre();
  if (centre.region().empty() &&
      (centre.api_base_url().empty() || centre.login_base_url().empty())) {
    check.violations().Add(
        "centre.region",
        "is missing: name the region (eu_west_1) or domain (mypurecloud.ie), set "
        "GENESYS_REGION, or give api_base_url and login_base_url");
  }
  for (const auto& [field, url] : {std::pair("centre.api_base_url", centre.api_base_url()),
                                   std::pair("centre.login_base_url", centre.login_base_url())}) {
    if (!url.empty() && !absl::StartsWith(url, "http://") && !absl::StartsWith(url, "https://")) {
      check.violations().Add(field, absl::StrCat("must start with https://, is \"", url, "\""));
    }
  }
  check.Above("centre.rate_share", centre.rate_share(), 0);
  check.Range("centre.rate_share", centre.rate_share(), 0, 1);
  check.Range("centre.requests_per_minute", centre.requests_per_minute(), 0, 1e6);
  check.Span("centre.connect_timeout", centre.connect_timeout(), absl::Milliseconds(100),
             absl::Minutes(1));
  check.Span("centre.request_timeout", centre.request_timeout(), absl::Milliseconds(100),
             absl::Minutes(2));
}

void CheckQueues(const v1::Config& config, Checker& check) {
  std::set<std::string> ids;
  int index = 0;
  for (const v1::QueueConfig& queue : config.scope().queues()) {
    const std::string at = absl::StrCat("scope.queues[", index++, "]");
    if (queue.id().empty()) {
      check.violations().Add(at + ".id", "is missing");
    } else if (!ids.insert(queue.id()).second) {
      check.violations().Add(at + ".id", absl::StrCat("\"", queue.id(), "\" is listed twice"));
    }
    if (config.centre().dialect() == v1::DIALECT_GUIDE && queue.skill_id().empty()) {
      check.violations().Add(at + ".skill_id",
                             "is missing: the guide dialect finds a queue's "
                             "agents by the skill that it asks for");
    }
    check.Range(at + ".min_agents", queue.min_agents(), 0, 1e6);
    check.Range(at + ".max_agents", queue.max_agents(), 0, 1e6);
    if (queue.min_agents() > queue.max_agents()) {
      check.violations().Add(at + ".min_agents",
                             absl::StrCat("must be at most max_agents (", queue.max_agents(),
                                          "), is ", queue.min_agents()));
    }
    check.Range(at + ".weight", queue.weight(), 0, 1e6);
    check.Above(at + ".coverage_ratio", queue.coverage_ratio(), 0);
    check.AtLeast(at + ".prior_calls_per_hour", queue.prior_calls_per_hour(), 0);
    check.Span(at + ".prior_handle_time", queue.prior_handle_time(), kSecond, kDay);
    check.Span(at + ".prior_patience", queue.prior_patience(), kSecond, kDay);
    check.Range(at + ".capacity_factor", queue.capacity_factor(), 0.001, 1000);
    check.Range(at + ".acw_weight", queue.acw_weight(), 0, 1);
    check.Range(at + ".utilization_target", queue.utilization_target(), 0, 1);
  }
}

void CheckCampaigns(const v1::Config& config, Checker& check) {
  std::set<std::string> ids;
  int index = 0;
  for (const v1::CampaignConfig& campaign : config.scope().campaigns()) {
    const std::string at = absl::StrCat("scope.campaigns[", index++, "].id");
    if (campaign.id().empty()) {
      check.violations().Add(at, "is missing");
    } else if (!ids.insert(campaign.id()).second) {
      check.violations().Add(at, absl::StrCat("\"", campaign.id(), "\" is listed twice"));
    }
  }
}

void CheckServices(const v1::Config& config, Checker& check) {
  const v1::ServicesConfig& services = config.services();
  for (const auto& [name, service] :
       {std::pair<std::string, const v1::ServiceConfig&>("ingest", services.ingest()),
        {"optimizer", services.optimizer()},
        {"fairness_scorer", services.fairness_scorer()},
        {"actuator", services.actuator()}}) {
    check.Address("services." + name + ".listen", service.listen(), false);
    check.Address("services." + name + ".metrics_listen", service.metrics_listen(), true);
  }
  check.Span("services.drain_timeout", services.drain_timeout(), absl::ZeroDuration(),
             absl::Minutes(10));
  check.Span("services.call_timeout", services.call_timeout(), absl::Milliseconds(10),
             absl::Minutes(1));
}

bool IsTimeOfDay(const std::string& text) {
  absl::Time ignored;
  std::string problem;
  return text.size() == 5 && absl::ParseTime("%H:%M", text, &ignored, &problem);
}

void CheckWindows(const std::string& field,
                  const google::protobuf::RepeatedPtrField<v1::TimeWindow>& windows,
                  Checker& check) {
  int index = 0;
  for (const v1::TimeWindow& window : windows) {
    const std::string at = absl::StrCat(field, "[", index++, "]");
    const bool one_off = window.has_from() || window.has_to();
    const bool weekly = !window.start_time().empty() || !window.end_time().empty();
    if (one_off == weekly) {
      check.violations().Add(at, "needs either from and to, or start_time and end_time");
      continue;
    }
    if (one_off) {
      if (!window.has_from() || !window.has_to() ||
          convert::FromProto(window.from()) >= convert::FromProto(window.to())) {
        check.violations().Add(at + ".to", "must be after from");
      }
      continue;
    }
    if (!IsTimeOfDay(window.start_time())) {
      check.violations().Add(at + ".start_time", "must be HH:MM");
    }
    if (!IsTimeOfDay(window.end_time()) || window.end_time() <= window.start_time()) {
      check.violations().Add(at + ".end_time", "must be HH:MM after start_time");
    }
    absl::TimeZone zone;
    if (window.time_zone().empty() || !absl::LoadTimeZone(window.time_zone(), &zone)) {
      check.violations().Add(at + ".time_zone", "must be an IANA zone such as Europe/Berlin");
    }
    for (const std::string& day : window.weekdays()) {
      check.OneOf(at + ".weekdays", day, {"mon", "tue", "wed", "thu", "fri", "sat", "sun"});
    }
  }
}

void CheckLoops(const v1::Config& config, Checker& check) {
  const v1::IngestConfig& ingest = config.ingest();
  check.Span("ingest.roster_interval", ingest.roster_interval(), absl::Seconds(5), kDay);
  check.Span("ingest.states_interval", ingest.states_interval(), absl::Seconds(5), kDay);
  check.Span("ingest.queues_interval", ingest.queues_interval(), absl::Seconds(5), kDay);
  check.Span("ingest.live_interval", ingest.live_interval(), absl::Seconds(5), kDay);
  check.Span("ingest.intervals_interval", ingest.intervals_interval(), absl::Seconds(5), kDay);
  check.Span("ingest.agent_work_interval", ingest.agent_work_interval(), absl::Seconds(5), kDay);
  check.Span("ingest.campaigns_interval", ingest.campaigns_interval(), absl::Seconds(5), kDay);
  check.Span("ingest.campaign_calls_interval", ingest.campaign_calls_interval(), absl::Seconds(5),
             kDay);
  for (const auto& [name, interval] :
       {std::pair("ingest.adherence_interval", ingest.adherence_interval()),
        std::pair("ingest.channel_work_interval", ingest.channel_work_interval()),
        std::pair("ingest.presences_interval", ingest.presences_interval())}) {
    if (convert::FromProto(interval) == absl::ZeroDuration()) continue;  // not read
    check.Span(name, interval, absl::Seconds(5), kDay);
  }
  if (absl::TimeZone zone; !absl::LoadTimeZone(ingest.channel_work_time_zone(), &zone)) {
    check.violations().Add("ingest.channel_work_time_zone",
                           absl::StrCat("\"", ingest.channel_work_time_zone(),
                                        "\" is no time zone such as Europe/Berlin or UTC"));
  }
  check.Span("ingest.estimate_half_life", ingest.estimate_half_life(), absl::Minutes(1), kDay);
  check.Span("ingest.estimate_prior_weight", ingest.estimate_prior_weight(), kSecond, kDay);
  check.Span("ingest.history_retention", ingest.history_retention(), absl::Hours(1), 400 * kDay);
  check.Span("ingest.dwell", ingest.dwell(), absl::ZeroDuration(), kDay);
  check.Range("ingest.snapshots_kept", ingest.snapshots_kept(), 2, 240);

  const v1::OptimizerConfig& optimizer = config.optimizer();
  check.Span("optimizer.capacity_cycle", optimizer.capacity_cycle(), absl::Seconds(5), kDay);
  check.Span("optimizer.horizon", optimizer.horizon(), absl::Minutes(1), kDay);
  check.Span("optimizer.move_cost", optimizer.move_cost(), absl::ZeroDuration(), kDay);
  check.Range("optimizer.queues_per_agent", optimizer.queues_per_agent(), 1, 100);
  check.Range("optimizer.moves_per_cycle", optimizer.moves_per_cycle(), 0, 1e6);
  check.Span("optimizer.proposal_lifetime", optimizer.proposal_lifetime(), kSecond, kDay);
  check.Range("optimizer.min_seen_ratio", optimizer.min_seen_ratio(), 0, 1);
  check.Above("optimizer.max_snapshot_age_intervals", optimizer.max_snapshot_age_intervals(), 0);

  const v1::FairnessScorerConfig& fairness = config.fairness_scorer();
  check.Span("fairness_scorer.cycle", fairness.cycle(), absl::Seconds(5), kDay);
  check.Span("fairness_scorer.window", fairness.window(), absl::Minutes(1), kDay);
  check.OneOf("fairness_scorer.measure", fairness.measure(), {"contacts", "load"});
  check.OneOf("fairness_scorer.figure", fairness.figure(), {"corrected", "raw"});
  check.Span("fairness_scorer.min_on_queue", fairness.min_on_queue(), absl::ZeroDuration(), kDay);
  // What is compared ends with the last five minutes whose work has been read.
  const absl::Duration most_needed = convert::FromProto(fairness.window()) - kCompareDelay;
  if (convert::FromProto(fairness.min_on_queue()) > most_needed) {
    check.violations().Add(
        "fairness_scorer.min_on_queue",
        absl::StrCat("must be at least ", absl::FormatDuration(kCompareDelay),
                     " shorter than fairness_scorer.window (",
                     absl::FormatDuration(convert::FromProto(fairness.window())), "), is ",
                     absl::FormatDuration(convert::FromProto(fairness.min_on_queue()))));
  }
  check.Range("fairness_scorer.min_group_size", fairness.min_group_size(), 2, 1e6);
  check.Range("fairness_scorer.min_seen_ratio", fairness.min_seen_ratio(), 0, 1);
  check.Above("fairness_scorer.max_snapshot_age_intervals", fairness.max_snapshot_age_intervals(),
              0);
  check.Range("fairness_scorer.handle_time_cv", fairness.handle_time_cv(), 0, 100);
  check.Span("fairness_scorer.retention", fairness.retention(), absl::Hours(1), 400 * kDay);
  CheckWindows("fairness_scorer.maintenance_windows", fairness.maintenance_windows(), check);
  const std::string& webhook = fairness.webhook_url();
  if (!webhook.empty() && webhook.rfind("http://", 0) != 0 && webhook.rfind("https://", 0) != 0) {
    check.violations().Add("fairness_scorer.webhook_url", "must begin with http:// or https://");
  }
}

void CheckActuator(const v1::Config& config, Checker& check) {
  const v1::ActuatorConfig& actuator = config.actuator();
  bool writes = actuator.mode() != v1::MODE_DRY_RUN;
  std::set<std::string> managed;
  for (const v1::QueueConfig& queue : config.scope().queues()) managed.insert(queue.id());
  for (const auto& [queue, mode] : actuator.mode_by_queue()) {
    writes = writes || mode != v1::MODE_DRY_RUN;
    if (!managed.contains(queue)) {
      check.violations().Add("actuator.mode_by_queue." + queue, "is not a queue of scope.queues");
    }
  }
  for (const auto& [kind, mode] : actuator.mode_by_kind()) {
    writes = writes || mode != v1::MODE_DRY_RUN;
    check.OneOf("actuator.mode_by_kind", kind, {"capacity", "throttle"});
  }
  // ACT-12: what is not listed is never changed, so a live actuator without a list is a mistake.
  if (writes && managed.empty()) {
    check.violations().Add("scope.queues",
                           "is empty: list the queues to manage, or set "
                           "actuator.mode to dry_run");
  }
  if (writes && actuator.database().empty()) {
    check.violations().Add("actuator.database",
                           "is missing: changes that are written need a ledger "
                           "that survives a restart");
  }
  check.Span("actuator.tick", actuator.tick(), absl::Milliseconds(100), absl::Minutes(1));
  check.Span("actuator.approval_lifetime", actuator.approval_lifetime(), kSecond, kDay);
  check.Span("actuator.verify_timeout", actuator.verify_timeout(), kSecond, absl::Hours(1));
  check.Span("actuator.leave_alone", actuator.leave_alone(), absl::ZeroDuration(), 7 * kDay);
  check.Span("actuator.monitor_interval", actuator.monitor_interval(), absl::Seconds(5), kDay);
  check.Range("actuator.queue_limit", actuator.queue_limit(), 1, 1e6);
  const v1::CapacityGuardrails& capacity = actuator.capacity();
  check.Range("actuator.capacity.moves_per_cycle", capacity.moves_per_cycle(), 0, 1e6);
  check.Range("actuator.capacity.writes_per_hour", capacity.writes_per_hour(), 0, 1e6);
  check.Range("actuator.capacity.group_share_per_hour", capacity.group_share_per_hour(), 0, 1);
  check.Range("actuator.capacity.min_change", capacity.min_change(), 1, 1e6);
  check.Above("actuator.capacity.max_snapshot_age_intervals", capacity.max_snapshot_age_intervals(),
              0);
  check.Range("actuator.capacity.min_seen_ratio", capacity.min_seen_ratio(), 0, 1);
  check.Span("actuator.capacity.dwell", capacity.dwell(), absl::ZeroDuration(), kDay);
  check.Range("actuator.capacity.min_capacity", capacity.min_capacity(), 0, 1e6);
  check.Range("actuator.capacity.max_capacity", capacity.max_capacity(), 1, 1e6);
  const v1::ThrottleGuardrails& throttle = actuator.throttle();
  check.Range("actuator.throttle.writes_per_hour", throttle.writes_per_hour(), 0, 1e6);
  check.Range("actuator.throttle.held_share", throttle.held_share(), 0, 1);
  check.Span("actuator.throttle.cool_down", throttle.cool_down(), absl::ZeroDuration(), kDay);
  check.Above("actuator.throttle.max_snapshot_age_intervals", throttle.max_snapshot_age_intervals(),
              0);
  check.Range("actuator.throttle.min_seen_ratio", throttle.min_seen_ratio(), 0, 1);
  CheckWindows("actuator.freeze_windows", actuator.freeze_windows(), check);
}

}  // namespace

absl::Status ValidateConfig(const v1::Config& config) {
  Checker check;
  const double factor = config.clock().factor();
  check.Above("clock.factor", factor, 0);
  check.Range("clock.factor", factor, 0, kMaxClockFactor);
  if (factor != 1.0 && !config.clock().has_epoch()) {
    check.violations().Add("clock.epoch",
                           "is missing: a factor other than 1 needs an epoch that "
                           "all processes share");
  }
  CheckCentre(config, check);
  CheckQueues(config, check);
  CheckCampaigns(config, check);
  CheckServices(config, check);
  CheckLoops(config, check);
  CheckActuator(config, check);
  check.OneOf("log.level", config.log().level(), {"debug", "info", "warning", "error"});
  return check.violations().ToStatus();
}

}  // namespace evenkeel::config
