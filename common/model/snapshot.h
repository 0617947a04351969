// The contact centre as ingest saw it: a numbered, immutable value in the domain's words, with the
// age and completeness of each section. Nothing here knows a dialect of the API; the reader
// translates (for instance "at work" is presence On Queue on one dialect, and Available or in an
// interaction on the other). Agents have ids, never names.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/model/outbound.h"
#include "common/model/workforce.h"

namespace evenkeel::model {

// An agent's skill. Proficiency is 0 to 5.
struct AgentSkill {
  std::string skill_id;
  double proficiency = 0;

  friend bool operator==(const AgentSkill&, const AgentSkill&) = default;
};

struct Agent {
  std::string id;
  std::string division_id;         // empty: none known
  std::vector<AgentSkill> skills;  // by skill id, active ones only

  friend bool operator==(const Agent&, const Agent&) = default;
};

// What an agent does now.
enum class Activity {
  kUnknown,
  kOffQueue,       // not taking work: away, in a break, logged out
  kIdle,           // ready for the next interaction
  kInteracting,    // in an interaction or its after-call work
  kNotResponding,  // was offered an interaction and did not answer
  kCommunicating,  // busy with something that did not come from a queue
};

struct AgentState {
  std::string agent_id;
  Activity activity = Activity::kUnknown;
  // Counts as staff of the queues: platform: presence On Queue; guide: Available or in an
  // interaction (CAP-2).
  bool at_work = false;
  absl::Time since;  // start of the activity; infinite past when the API does not say

  friend bool operator==(const AgentState&, const AgentState&) = default;
};

// The share of contacts to be answered within a time.
struct ServiceLevelTarget {
  double ratio = 0.8;  // 0 to 1
  absl::Duration within = absl::Seconds(20);

  friend bool operator==(const ServiceLevelTarget&, const ServiceLevelTarget&) = default;
};

// A bullseye ring: what happens after a contact has waited so long in it.
struct Ring {
  std::optional<absl::Duration> threshold;  // absent: none set
  std::vector<std::string> skills_removed;  // ids, in the API's order

  friend bool operator==(const Ring&, const Ring&) = default;
};

struct Queue {
  std::string id;
  std::string name;
  std::string division_id;
  std::string skill_id;  // the skill that the queue asks for; empty: none known
  std::optional<ServiceLevelTarget> service_level_target;
  // Most agents that may work on the queue at once; absent where the dialect has no such field.
  std::optional<int64_t> inbound_capacity;
  std::vector<Ring> rings;  // in order; empty: no bullseye routing

  friend bool operator==(const Queue&, const Queue&) = default;
};

// That an agent can be given work of a queue at all, and whether it now is. Platform: membership,
// joined or not. Guide: holds the queue's skill; always joined.
struct Membership {
  std::string queue_id;
  std::string agent_id;
  bool joined = false;

  friend bool operator==(const Membership&, const Membership&) = default;
};

// A queue at this moment.
struct QueueLive {
  std::string queue_id;
  int64_t waiting = 0;
  int64_t interacting = 0;
  absl::Duration longest_wait;
  int64_t on_queue_agents = 0;
  int64_t idle_agents = 0;

  friend bool operator==(const QueueLive&, const QueueLive&) = default;
};

// What happened to a queue's contacts in [start, start + length).
struct QueueInterval {
  std::string queue_id;
  absl::Time start;
  absl::Duration length;
  int64_t offered = 0;
  int64_t answered = 0;
  int64_t abandoned = 0;
  int64_t handled = 0;                  // handle times completed
  absl::Duration answered_wait_total;   // waits of the answered
  absl::Duration abandoned_wait_total;  // waits of those who gave up
  absl::Duration handle_total;          // talk + hold + after-call work of the handled

  friend bool operator==(const QueueInterval&, const QueueInterval&) = default;
};

// An agent's work for a queue in [start, start + length).
struct AgentWork {
  std::string agent_id;
  std::string queue_id;
  absl::Time start;
  absl::Duration length;
  absl::Duration talk;
  absl::Duration hold;
  absl::Duration after_call;
  int64_t handled = 0;

  friend bool operator==(const AgentWork&, const AgentWork&) = default;
};

// What the queue's load is believed to be (CAP-7).
struct QueueEstimate {
  std::string queue_id;
  double arrivals_per_hour = 0;
  double mean_handle_seconds = 0;
  std::optional<double> mean_patience_seconds;  // absent: patience unknown
  // Clock seconds of observation that stand behind the rate; the prior is not counted.
  double evidence_seconds = 0;
  // Variance / mean of counts in five minutes; 1 for a Poisson process.
  double dispersion_ratio = 1;

  friend bool operator==(const QueueEstimate&, const QueueEstimate&) = default;
};

enum class Section {
  kRoster,
  kStates,
  kQueues,
  kLive,
  kIntervals,
  kAgentWork,
  kEstimates,
  // Read only where they are asked for.
  kCampaigns,
  kCampaignCalls,
  kAdherence,
  kChannelWork,
  kPresences,
};
inline constexpr int kSectionCount = 12;

// How good a section is (API-8).
struct SectionQuality {
  Section section = Section::kRoster;
  absl::Time taken_at;      // when its reading began; infinite past: never
  absl::Duration interval;  // how often it is really read (API-3)
  int64_t expected = 0;     // entities that should be there
  int64_t seen = 0;         // of those, the ones that are
  int64_t unknown = 0;      // entries for entities that are not expected

  friend bool operator==(const SectionQuality&, const SectionQuality&) = default;
};

// Who changed a membership or capacity lately, as the actuator reports it: planners leave those
// alone until `until` (ACT-13: somebody else did; CAP-11: we did, a moment ago).
struct LeftAlone {
  enum class Why { kChangedByOther, kMovedRecently, kChangeOpen, kHeld };
  std::string queue_id;
  std::string agent_id;  // empty: the queue's capacity
  Why why = Why::kChangedByOther;
  absl::Time until;  // infinite future while a change is open

  friend bool operator==(const LeftAlone&, const LeftAlone&) = default;
};

// With what a centre's queue capacity is set.
enum class CapacityLever {
  kMemberships,    // agents join and leave queues
  kQueueCapacity,  // a number per queue
};

// All lists are sorted by their ids and hold no id twice.
struct Snapshot {
  uint64_t number = 0;  // from 1, one more for each
  absl::Time taken_at;
  CapacityLever capacity_lever = CapacityLever::kMemberships;
  std::vector<Agent> agents;
  std::vector<AgentState> states;
  std::vector<Queue> queues;
  std::vector<Membership> memberships;  // by queue, then agent
  std::vector<QueueLive> live;
  std::vector<QueueInterval> intervals;  // by queue, then start; the recent past
  std::vector<AgentWork> agent_work;     // by agent, then queue, then start; the recent past
  std::vector<QueueEstimate> estimates;
  std::vector<Campaign> campaigns;
  std::vector<CampaignCall> campaign_calls;  // by campaign, then time, then id; the last of each
  std::vector<Adherence> adherence;          // by agent
  std::vector<ChannelWork> channel_work;     // by agent, queue, media, start; the last days
  std::vector<PresenceDefinition> presences;
  std::vector<LeftAlone> left_alone;    // by queue, then agent
  std::vector<SectionQuality> quality;  // by section; sections that are read at all

  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

}  // namespace evenkeel::model
