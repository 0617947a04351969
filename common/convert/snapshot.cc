#include "common/convert/snapshot.h"

#include "common/convert/time.h"

namespace evenkeel::convert {
namespace {

// Proto enums have "unspecified" before the values that model enums share with them in order.
template <typename Proto, typename Model>
Proto EnumToProto(Model value) {
  return static_cast<Proto>(static_cast<int>(value) + 1);
}
template <typename Model, typename Proto>
Model EnumFromProto(Proto value, Model unspecified) {
  return static_cast<int>(value) == 0 ? unspecified
                                      : static_cast<Model>(static_cast<int>(value) - 1);
}

template <typename Models, typename Protos>
void AllToProto(const Models& models, Protos& protos) {
  protos.Reserve(static_cast<int>(models.size()));
  for (const auto& entry : models) *protos.Add() = ToProto(entry);
}
template <typename Protos, typename Models>
void AllFromProto(const Protos& protos, Models& models) {
  models.reserve(protos.size());
  for (const auto& entry : protos) models.push_back(FromProto(entry));
}

}  // namespace

types::v1::Agent ToProto(const model::Agent& agent) {
  types::v1::Agent proto;
  proto.set_id(agent.id);
  proto.set_division_id(agent.division_id);
  for (const model::AgentSkill& skill : agent.skills) {
    auto& added = *proto.add_skills();
    added.set_skill_id(skill.skill_id);
    added.set_proficiency(skill.proficiency);
  }
  return proto;
}

model::Agent FromProto(const types::v1::Agent& proto) {
  model::Agent agent{proto.id(), proto.division_id(), {}};
  for (const auto& skill : proto.skills()) {
    agent.skills.push_back({skill.skill_id(), skill.proficiency()});
  }
  return agent;
}

types::v1::AgentState ToProto(const model::AgentState& state) {
  types::v1::AgentState proto;
  proto.set_agent_id(state.agent_id);
  // The model's kUnknown is the proto's "unspecified", so these two share their numbers.
  proto.set_activity(static_cast<types::v1::Activity>(state.activity));
  proto.set_at_work(state.at_work);
  if (state.since != absl::InfinitePast()) *proto.mutable_since() = ToProto(state.since);
  return proto;
}

model::AgentState FromProto(const types::v1::AgentState& proto) {
  return {proto.agent_id(), static_cast<model::Activity>(proto.activity()), proto.at_work(),
          proto.has_since() ? FromProto(proto.since()) : absl::InfinitePast()};
}

types::v1::Queue ToProto(const model::Queue& queue) {
  types::v1::Queue proto;
  proto.set_id(queue.id);
  proto.set_name(queue.name);
  proto.set_division_id(queue.division_id);
  proto.set_skill_id(queue.skill_id);
  if (queue.service_level_target) {
    proto.mutable_service_level_target()->set_ratio(queue.service_level_target->ratio);
    *proto.mutable_service_level_target()->mutable_within() =
        ToProto(queue.service_level_target->within);
  }
  if (queue.inbound_capacity) proto.set_inbound_capacity(*queue.inbound_capacity);
  for (const model::Ring& ring : queue.rings) {
    types::v1::Ring& added = *proto.add_rings();
    if (ring.threshold) *added.mutable_threshold() = ToProto(*ring.threshold);
    for (const std::string& skill : ring.skills_removed) added.add_skills_removed(skill);
  }
  return proto;
}

model::Queue FromProto(const types::v1::Queue& proto) {
  model::Queue queue;
  queue.id = proto.id();
  queue.name = proto.name();
  queue.division_id = proto.division_id();
  queue.skill_id = proto.skill_id();
  if (proto.has_service_level_target()) {
    queue.service_level_target = {proto.service_level_target().ratio(),
                                  FromProto(proto.service_level_target().within())};
  }
  if (proto.has_inbound_capacity()) queue.inbound_capacity = proto.inbound_capacity();
  for (const types::v1::Ring& ring : proto.rings()) {
    model::Ring& added = queue.rings.emplace_back();
    if (ring.has_threshold()) added.threshold = FromProto(ring.threshold());
    added.skills_removed.assign(ring.skills_removed().begin(), ring.skills_removed().end());
  }
  return queue;
}

types::v1::Membership ToProto(const model::Membership& membership) {
  types::v1::Membership proto;
  proto.set_queue_id(membership.queue_id);
  proto.set_agent_id(membership.agent_id);
  proto.set_joined(membership.joined);
  return proto;
}

model::Membership FromProto(const types::v1::Membership& proto) {
  return {proto.queue_id(), proto.agent_id(), proto.joined()};
}

types::v1::QueueLive ToProto(const model::QueueLive& live) {
  types::v1::QueueLive proto;
  proto.set_queue_id(live.queue_id);
  proto.set_waiting(live.waiting);
  proto.set_interacting(live.interacting);
  *proto.mutable_longest_wait() = ToProto(live.longest_wait);
  proto.set_on_queue_agents(live.on_queue_agents);
  proto.set_idle_agents(live.idle_agents);
  return proto;
}

model::QueueLive FromProto(const types::v1::QueueLive& proto) {
  return {proto.queue_id(),        proto.waiting(),
          proto.interacting(),     FromProto(proto.longest_wait()),
          proto.on_queue_agents(), proto.idle_agents()};
}

types::v1::QueueInterval ToProto(const model::QueueInterval& interval) {
  types::v1::QueueInterval proto;
  proto.set_queue_id(interval.queue_id);
  *proto.mutable_start() = ToProto(interval.start);
  *proto.mutable_length() = ToProto(interval.length);
  proto.set_offered(interval.offered);
  proto.set_answered(interval.answered);
  proto.set_abandoned(interval.abandoned);
  proto.set_handled(interval.handled);
  *proto.mutable_answered_wait_total() = ToProto(interval.answered_wait_total);
  *proto.mutable_abandoned_wait_total() = ToProto(interval.abandoned_wait_total);
  *proto.mutable_handle_total() = ToProto(interval.handle_total);
  return proto;
}

model::QueueInterval FromProto(const types::v1::QueueInterval& proto) {
  model::QueueInterval interval;
  interval.queue_id = proto.queue_id();
  interval.start = FromProto(proto.start());
  interval.length = FromProto(proto.length());
  interval.offered = proto.offered();
  interval.answered = proto.answered();
  interval.abandoned = proto.abandoned();
  interval.handled = proto.handled();
  interval.answered_wait_total = FromProto(proto.answered_wait_total());
  interval.abandoned_wait_total = FromProto(proto.abandoned_wait_total());
  interval.handle_total = FromProto(proto.handle_total());
  return interval;
}

types::v1::AgentWork ToProto(const model::AgentWork& work) {
  types::v1::AgentWork proto;
  proto.set_agent_id(work.agent_id);
  proto.set_queue_id(work.queue_id);
  *proto.mutable_start() = ToProto(work.start);
  *proto.mutable_length() = ToProto(work.length);
  *proto.mutable_talk() = ToProto(work.talk);
  *proto.mutable_hold() = ToProto(work.hold);
  *proto.mutable_after_call() = ToProto(work.after_call);
  proto.set_handled(work.handled);
  return proto;
}

model::AgentWork FromProto(const types::v1::AgentWork& proto) {
  model::AgentWork work;
  work.agent_id = proto.agent_id();
  work.queue_id = proto.queue_id();
  work.start = FromProto(proto.start());
  work.length = FromProto(proto.length());
  work.talk = FromProto(proto.talk());
  work.hold = FromProto(proto.hold());
  work.after_call = FromProto(proto.after_call());
  work.handled = proto.handled();
  return work;
}

types::v1::QueueEstimate ToProto(const model::QueueEstimate& estimate) {
  types::v1::QueueEstimate proto;
  proto.set_queue_id(estimate.queue_id);
  proto.set_arrivals_per_hour(estimate.arrivals_per_hour);
  proto.set_mean_handle_seconds(estimate.mean_handle_seconds);
  if (estimate.mean_patience_seconds) {
    proto.set_mean_patience_seconds(*estimate.mean_patience_seconds);
  }
  proto.set_evidence_seconds(estimate.evidence_seconds);
  proto.set_dispersion_ratio(estimate.dispersion_ratio);
  return proto;
}

model::QueueEstimate FromProto(const types::v1::QueueEstimate& proto) {
  model::QueueEstimate estimate;
  estimate.queue_id = proto.queue_id();
  estimate.arrivals_per_hour = proto.arrivals_per_hour();
  estimate.mean_handle_seconds = proto.mean_handle_seconds();
  if (proto.has_mean_patience_seconds()) {
    estimate.mean_patience_seconds = proto.mean_patience_seconds();
  }
  estimate.evidence_seconds = proto.evidence_seconds();
  estimate.dispersion_ratio = proto.dispersion_ratio();
  return estimate;
}

types::v1::Campaign ToProto(const model::Campaign& campaign) {
  types::v1::Campaign proto;
  proto.set_id(campaign.id);
  proto.set_name(campaign.name);
  proto.set_division_id(campaign.division_id);
  proto.set_queue_id(campaign.queue_id);
  // Here and below the model's kUnknown is the proto's "unspecified".
  proto.set_mode(static_cast<types::v1::DialingMode>(campaign.mode));
  proto.set_status(static_cast<types::v1::CampaignStatus>(campaign.status));
  if (campaign.calls_per_agent) proto.set_calls_per_agent(*campaign.calls_per_agent);
  if (campaign.abandon_limit_percent) {
    proto.set_abandon_limit_percent(*campaign.abandon_limit_percent);
  }
  if (campaign.stats) {
    types::v1::CampaignStats& stats = *proto.mutable_stats();
    stats.set_attempts(campaign.stats->attempts);
    stats.set_connects(campaign.stats->connects);
    if (campaign.stats->connect_ratio) stats.set_connect_ratio(*campaign.stats->connect_ratio);
    stats.set_idle_agents(campaign.stats->idle_agents);
    stats.set_effective_idle_agents(campaign.stats->effective_idle_agents);
    if (campaign.stats->adjusted_calls_per_agent) {
      stats.set_adjusted_calls_per_agent(*campaign.stats->adjusted_calls_per_agent);
    }
    stats.set_outstanding_calls(campaign.stats->outstanding_calls);
  }
  return proto;
}

model::Campaign FromProto(const types::v1::Campaign& proto) {
  model::Campaign campaign;
  campaign.id = proto.id();
  campaign.name = proto.name();
  campaign.division_id = proto.division_id();
  campaign.queue_id = proto.queue_id();
  campaign.mode = static_cast<model::DialingMode>(proto.mode());
  campaign.status = static_cast<model::CampaignStatus>(proto.status());
  if (proto.has_calls_per_agent()) campaign.calls_per_agent = proto.calls_per_agent();
  if (proto.has_abandon_limit_percent()) {
    campaign.abandon_limit_percent = proto.abandon_limit_percent();
  }
  if (proto.has_stats()) {
    const types::v1::CampaignStats& from = proto.stats();
    model::CampaignStats& stats = campaign.stats.emplace();
    stats.attempts = from.attempts();
    stats.connects = from.connects();
    if (from.has_connect_ratio()) stats.connect_ratio = from.connect_ratio();
    stats.idle_agents = from.idle_agents();
    stats.effective_idle_agents = from.effective_idle_agents();
    if (from.has_adjusted_calls_per_agent()) {
      stats.adjusted_calls_per_agent = from.adjusted_calls_per_agent();
    }
    stats.outstanding_calls = from.outstanding_calls();
  }
  return campaign;
}

types::v1::CampaignCall ToProto(const model::CampaignCall& call) {
  types::v1::CampaignCall proto;
  proto.set_campaign_id(call.campaign_id);
  proto.set_id(call.id);
  *proto.mutable_created_at() = ToProto(call.created_at);
  proto.set_disposition(call.disposition);
  proto.set_answered(call.answered);
  proto.set_abandoned(call.abandoned);
  proto.set_completed(call.completed);
  proto.set_agent_id(call.agent_id);
  if (call.talk) *proto.mutable_talk() = ToProto(*call.talk);
  if (call.wrap_up) *proto.mutable_wrap_up() = ToProto(*call.wrap_up);
  return proto;
}

model::CampaignCall FromProto(const types::v1::CampaignCall& proto) {
  model::CampaignCall call;
  call.campaign_id = proto.campaign_id();
  call.id = proto.id();
  call.created_at = FromProto(proto.created_at());
  call.disposition = proto.disposition();
  call.answered = proto.answered();
  call.abandoned = proto.abandoned();
  call.completed = proto.completed();
  call.agent_id = proto.agent_id();
  if (proto.has_talk()) call.talk = FromProto(proto.talk());
  if (proto.has_wrap_up()) call.wrap_up = FromProto(proto.wrap_up());
  return call;
}

types::v1::Adherence ToProto(const model::Adherence& adherence) {
  types::v1::Adherence proto;
  proto.set_agent_id(adherence.agent_id);
  proto.set_scheduled(static_cast<types::v1::ActivityCategory>(adherence.scheduled));
  proto.set_state(static_cast<types::v1::AdherenceState>(adherence.state));
  if (adherence.changed_at) *proto.mutable_changed_at() = ToProto(*adherence.changed_at);
  proto.set_next(static_cast<types::v1::ActivityCategory>(adherence.next));
  if (adherence.next_at) *proto.mutable_next_at() = ToProto(*adherence.next_at);
  return proto;
}

model::Adherence FromProto(const types::v1::Adherence& proto) {
  model::Adherence adherence;
  adherence.agent_id = proto.agent_id();
  adherence.scheduled = static_cast<model::ActivityCategory>(proto.scheduled());
  adherence.state = static_cast<model::AdherenceState>(proto.state());
  if (proto.has_changed_at()) adherence.changed_at = FromProto(proto.changed_at());
  adherence.next = static_cast<model::ActivityCategory>(proto.next());
  if (proto.has_next_at()) adherence.next_at = FromProto(proto.next_at());
  return adherence;
}

types::v1::ChannelWork ToProto(const model::ChannelWork& work) {
  types::v1::ChannelWork proto;
  proto.set_agent_id(work.agent_id);
  proto.set_queue_id(work.queue_id);
  proto.set_media(static_cast<types::v1::Media>(work.media));
  *proto.mutable_start() = ToProto(work.start);
  *proto.mutable_length() = ToProto(work.length);
  proto.set_handled(work.handled);
  *proto.mutable_handle_total() = ToProto(work.handle_total);
  return proto;
}

model::ChannelWork FromProto(const types::v1::ChannelWork& proto) {
  return {proto.agent_id(),
          proto.queue_id(),
          static_cast<model::Media>(proto.media()),
          FromProto(proto.start()),
          FromProto(proto.length()),
          proto.handled(),
          FromProto(proto.handle_total())};
}

types::v1::PresenceDefinition ToProto(const model::PresenceDefinition& presence) {
  types::v1::PresenceDefinition proto;
  proto.set_id(presence.id);
  proto.set_system_presence(presence.system_presence);
  proto.set_name(presence.name);
  proto.set_active(presence.active);
  return proto;
}

model::PresenceDefinition FromProto(const types::v1::PresenceDefinition& proto) {
  return {proto.id(), proto.system_presence(), proto.name(), proto.active()};
}

types::v1::SectionQuality ToProto(const model::SectionQuality& quality) {
  types::v1::SectionQuality proto;
  proto.set_section(ToProto(quality.section));
  if (quality.taken_at != absl::InfinitePast()) {
    *proto.mutable_taken_at() = ToProto(quality.taken_at);
  }
  *proto.mutable_interval() = ToProto(quality.interval);
  proto.set_expected(quality.expected);
  proto.set_seen(quality.seen);
  proto.set_unknown(quality.unknown);
  return proto;
}

model::SectionQuality FromProto(const types::v1::SectionQuality& proto) {
  model::SectionQuality quality;
  quality.section = FromProto(proto.section());
  quality.taken_at = proto.has_taken_at() ? FromProto(proto.taken_at()) : absl::InfinitePast();
  quality.interval = FromProto(proto.interval());
  quality.expected = proto.expected();
  quality.seen = proto.seen();
  quality.unknown = proto.unknown();
  return quality;
}

types::v1::LeftAlone ToProto(const model::LeftAlone& left_alone) {
  types::v1::LeftAlone proto;
  proto.set_queue_id(left_alone.queue_id);
  proto.set_agent_id(left_alone.agent_id);
  proto.set_why(EnumToProto<types::v1::LeftAlone::Why>(left_alone.why));
  if (left_alone.until != absl::InfiniteFuture()) {
    *proto.mutable_until() = ToProto(left_alone.until);
  }
  return proto;
}

model::LeftAlone FromProto(const types::v1::LeftAlone& proto) {
  return {proto.queue_id(), proto.agent_id(),
          EnumFromProto(proto.why(), model::LeftAlone::Why::kChangedByOther),
          proto.has_until() ? FromProto(proto.until()) : absl::InfiniteFuture()};
}

types::v1::Section ToProto(model::Section section) {
  return EnumToProto<types::v1::Section>(section);
}
model::Section FromProto(types::v1::Section section) {
  return EnumFromProto(section, model::Section::kRoster);
}
types::v1::CapacityLever ToProto(model::CapacityLever lever) {
  return EnumToProto<types::v1::CapacityLever>(lever);
}
model::CapacityLever FromProto(types::v1::CapacityLever lever) {
  return EnumFromProto(lever, model::CapacityLever::kMemberships);
}

types::v1::Snapshot ToProto(const model::Snapshot& snapshot) {
  types::v1::Snapshot proto;
  proto.set_number(snapshot.number);
  *proto.mutable_taken_at() = ToProto(snapshot.taken_at);
  proto.set_capacity_lever(ToProto(snapshot.capacity_lever));
  AllToProto(snapshot.agents, *proto.mutable_agents());
  AllToProto(snapshot.states, *proto.mutable_states());
  AllToProto(snapshot.queues, *proto.mutable_queues());
  AllToProto(snapshot.memberships, *proto.mutable_memberships());
  AllToProto(snapshot.live, *proto.mutable_live());
  AllToProto(snapshot.intervals, *proto.mutable_intervals());
  AllToProto(snapshot.agent_work, *proto.mutable_agent_work());
  AllToProto(snapshot.estimates, *proto.mutable_estimates());
  AllToProto(snapshot.left_alone, *proto.mutable_left_alone());
  AllToProto(snapshot.quality, *proto.mutable_quality());
  AllToProto(snapshot.campaigns, *proto.mutable_campaigns());
  AllToProto(snapshot.campaign_calls, *proto.mutable_campaign_calls());
  AllToProto(snapshot.adherence, *proto.mutable_adherence());
  AllToProto(snapshot.channel_work, *proto.mutable_channel_work());
  AllToProto(snapshot.presences, *proto.mutable_presences());
  return proto;
}

model::Snapshot FromProto(const types::v1::Snapshot& proto) {
  model::Snapshot snapshot;
  snapshot.number = proto.number();
  snapshot.taken_at = FromProto(proto.taken_at());
  snapshot.capacity_lever = FromProto(proto.capacity_lever());
  AllFromProto(proto.agents(), snapshot.agents);
  AllFromProto(proto.states(), snapshot.states);
  AllFromProto(proto.queues(), snapshot.queues);
  AllFromProto(proto.memberships(), snapshot.memberships);
  AllFromProto(proto.live(), snapshot.live);
  AllFromProto(proto.intervals(), snapshot.intervals);
  AllFromProto(proto.agent_work(), snapshot.agent_work);
  AllFromProto(proto.estimates(), snapshot.estimates);
  AllFromProto(proto.left_alone(), snapshot.left_alone);
  AllFromProto(proto.quality(), snapshot.quality);
  AllFromProto(proto.campaigns(), snapshot.campaigns);
  AllFromProto(proto.campaign_calls(), snapshot.campaign_calls);
  AllFromProto(proto.adherence(), snapshot.adherence);
  AllFromProto(proto.channel_work(), snapshot.channel_work);
  AllFromProto(proto.presences(), snapshot.presences);
  return snapshot;
}

}  // namespace evenkeel::convert
