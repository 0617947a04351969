// What a simulated contact centre consists of: skills, queues, the contacts that arrive for them or
// are dialled, and agents with their schedules. Plain data; parts refer to one another by position
// in their vectors. Times in schedules count from the start of the simulation and repeat with
// period `repeat`.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/genesys_sim/engine/distribution.h"

namespace evenkeel::sim {

struct Division {
  std::string id;
  std::string name;
};

struct Skill {
  std::string id;
  std::string name;
};

struct WrapUpCode {
  std::string id;
  std::string name;
};

enum class Media : uint8_t { kVoice, kChat, kEmail, kCallback };
inline constexpr Media kMedia[] = {Media::kVoice, Media::kChat, Media::kEmail, Media::kCallback};
inline constexpr size_t kMediaCount = 4;
inline constexpr std::string_view kMediaNames[] = {"voice", "chat", "email", "callback"};
inline std::string_view MediaName(Media media) { return kMediaNames[static_cast<size_t>(media)]; }

// Which of the free agents gets a contact.
enum class Routing : uint8_t {
  kLongestIdle,
  kRandom,          // each with the same probability
  kSkills,          // the highest mean proficiency in the skills asked for, then longest idle
  kShortestHandle,  // the least mean handle time so far, then longest idle
};

// Whether a contact keeps the ring timers that held when it came, or new ones hold at once.
enum class RingTimers : uint8_t { kAtEntry, kLive };

inline constexpr size_t kMostRings = 6;

struct Queue {
  std::string id;
  std::string name;
  Media media = Media::kVoice;
  std::optional<int> skill;  // that its agents must have
  int division = 0;
  // Service level: `target_ratio` of the calls are to be answered within `target_wait`.
  double target_ratio = 0.8;
  absl::Duration target_wait = absl::Seconds(20);
  // The most agents that may work on contacts of this queue at once; empty: any number.
  std::optional<int64_t> inbound_capacity;
  // The most contacts that may wait; one more is blocked. Empty: any number.
  std::optional<int64_t> waiting_limit;
  Routing routing = Routing::kLongestIdle;
  // Bullseye: a contact may go to agents of ring 1; after each of these waits in turn, to those of
  // one ring more. Empty: to all.
  std::vector<absl::Duration> rings;
  RingTimers ring_timers = RingTimers::kAtEntry;
};

struct RatePeriod {
  absl::Duration start;
  double calls_per_hour = 0;
};

struct DistributionPeriod {
  absl::Duration start;
  Distribution distribution;
};

struct WeightedCode {
  int code = 0;
  double weight = 1;
};

// What a contact needs of an agent.
struct Handling {
  Distribution talk;
  // In place of `talk`, by when the contact arrives; the last holds until `repeat`.
  std::vector<DistributionPeriod> talk_by_period;
  double hold_share_ratio = 0;  // share of contacts that are put on hold, once
  Distribution hold;
  Distribution after_call;
  std::vector<WeightedCode> wrap_up_codes;  // drawn by weight; empty: none is given
};

// Who was blocked or gave up comes back, with the same needs and the same patience.
struct Retrial {
  double after_abandon_ratio = 0;  // share that does
  double after_block_ratio = 0;
  Distribution delay;
};

// Contacts of one kind. They arrive as a Poisson process whose rate is that of the period times the
// day's busyness times one of their own: Gamma with mean 1, drawn anew for each `busyness_period`,
// such that the counts of a busyness period have variance / mean = `dispersion_ratio` (1: plain
// Poisson). Or as recorded: so many in each period, each at a uniform time in it.
struct CallType : Handling {
  std::string name;
  int queue = 0;
  std::vector<int> skills;        // that the agent must have
  int priority = 0;               // the higher goes first
  std::vector<RatePeriod> rates;  // ascending, the first at 0
  // Instead of `rates`, `busyness` and `dispersion_ratio`: contacts in each `count_period` since
  // the start of each repeat.
  std::vector<int64_t> counts;
  absl::Duration count_period = absl::Minutes(5);
  double dispersion_ratio = 1;
  absl::Duration busyness_period = absl::Minutes(5);
  std::optional<Distribution> patience;  // empty: nobody gives up
  std::vector<DistributionPeriod> patience_by_period;
  double balk_ratio = 0;  // share that leaves at once when nobody answers at once
  Retrial retrial;
};

enum class DialMode : uint8_t { kPredictive, kPower, kProgressive, kPreview };

// When the dialler looks whether to dial.
enum class DialTrigger : uint8_t {
  kAlways,     // whenever an agent becomes free or an attempt has ended
  kAgentFree,  // only when an agent has become free, dialling begins or its ratio changes
};

// What becomes of attempts that begin in a period; the rest is not answered.
struct DialPeriod {
  absl::Duration start;
  double answer_ratio = 0;
  double busy_ratio = 0;
  double machine_ratio = 0;
};

// Calls out. An attempt that a person answers goes to the queue and is abandoned when no agent has
// taken it within `patience` (the grace). Attempts under way are kept at
// calls_per_agent * free agents + calls_besides.
struct Campaign : Handling {
  std::string id;
  std::string name;
  int queue = 0;
  DialMode mode = DialMode::kPredictive;
  bool running = true;
  double calls_per_agent = 1;
  int64_t calls_besides = 0;
  // Dials only while so many agents of the campaign's queue are free, and so many of `test_queue`.
  int64_t least_free = 1;
  std::optional<int> test_queue;
  int64_t least_free_test = 0;
  DialTrigger trigger = DialTrigger::kAlways;
  // When it dials, in each repeat.
  absl::Duration from;
  std::optional<absl::Duration> until;
  std::optional<int64_t> contacts;   // on the list; empty: without end
  std::optional<int64_t> lines;      // attempts under way at once; empty: any number
  std::vector<DialPeriod> outcomes;  // ascending, the first at 0
  Distribution answer_after, busy_after, machine_after, no_answer_after;
  Distribution patience;
  int priority = 0;
};

enum class Presence {
  kOffline,
  kOnQueue,
  kAvailable,
  kAway,
  kBusy,
  kBreak,
  kMeal,
  kMeeting,
  kTraining,
};
inline constexpr Presence kPresences[] = {
    Presence::kOffline, Presence::kOnQueue, Presence::kAvailable,
    Presence::kAway,    Presence::kBusy,    Presence::kBreak,
    Presence::kMeal,    Presence::kMeeting, Presence::kTraining};

struct PresencePeriod {
  absl::Duration start;
  Presence presence = Presence::kOnQueue;
};

struct AgentSkill {
  int skill = 0;
  double proficiency = 0;  // 0 to 5; matters for Routing::kSkills alone
};

struct Membership {
  int queue = 0;
  bool joined = false;
  int ring = 1;  // bullseye: 1 is the innermost
  // Of the free agents those of the lowest rank get a contact; a free agent takes contacts of the
  // queue of the lowest rank first.
  int agent_rank = 0;
  int queue_rank = 0;
  double handle_factor = 1;  // on the talk, hold and after-call time of contacts of this queue
};

// How many contacts of each media an agent may have at once. While he has one of some media he gets
// none of another, except by media that may interrupt it (a bit for each, by position).
struct Utilization {
  std::array<int, kMediaCount> most = {1, 4, 1, 1};
  std::array<uint8_t, kMediaCount> interrupted_by = {};

  friend bool operator==(const Utilization&, const Utilization&) = default;
};

struct Agent {
  std::string id;
  std::string name;
  int division = 0;
  std::vector<AgentSkill> skills;
  std::vector<Membership> memberships;
  std::vector<PresencePeriod> schedule;  // ascending, the first at 0; not of a staffing group
  Utilization utilization;
};

struct Headcount {
  absl::Duration start;
  int64_t agents = 0;
};

// Agents of whom a number is on queue, by period, whoever they are. When it falls, idle ones go
// first; then whoever first ends his work.
struct StaffingGroup {
  std::string name;
  int first_agent = 0;  // the group's agents stand together
  int agents = 0;
  std::vector<Headcount> headcounts;  // ascending, the first at 0
};

struct Scenario {
  std::string name;
  absl::Duration repeat = absl::Hours(24);
  // From then on nobody calls or is called any more; empty: never.
  std::optional<absl::Duration> closes;
  // A random factor on all rates, drawn for each repeat: Gamma with mean 1; 0: none.
  double busyness_cv_ratio = 0;
  // Contacts that can be in the centre, and that can wait in it, at once; one more is blocked.
  std::optional<int64_t> lines;
  std::optional<int64_t> waiting_limit;
  // Who waits when the last agent for his queue leaves is disconnected.
  bool disconnect_unstaffed = false;
  std::vector<Division> divisions;
  std::vector<Skill> skills;
  std::vector<Queue> queues;
  std::vector<WrapUpCode> wrap_up_codes;
  std::vector<CallType> call_types;
  std::vector<Campaign> campaigns;
  std::vector<Agent> agents;
  std::vector<StaffingGroup> staffing_groups;
};

// OK, or INVALID_ARGUMENT that names every wrong field ("agents[3].memberships[0].queue").
absl::Status Validate(const Scenario& scenario);

// Queues that are for the capacity loop: with contacts that call, no campaign and no rings.
std::vector<int> QueuesToBalance(const Scenario& scenario);

}  // namespace evenkeel::sim
