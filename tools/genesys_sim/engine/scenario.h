// What a simulated contact centre consists of: skills, queues, the calls that arrive for them, and
// agents with their schedules. Plain data; parts refer to one another by position in their vectors.
// Times in schedules count from the start of the simulation and repeat with period `repeat`.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

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

struct Queue {
  std::string id;
  std::string name;
  std::optional<int> skill;  // that its agents must have
  int division = 0;
  // Service level: `target_ratio` of the calls are to be answered within `target_wait`.
  double target_ratio = 0.8;
  absl::Duration target_wait = absl::Seconds(20);
  // The most agents that may work on contacts of this queue at once; empty: any number.
  std::optional<int64_t> inbound_capacity;
};

struct RatePeriod {
  absl::Duration start;
  double calls_per_hour = 0;
};

// Calls of one kind. They arrive as a Poisson process whose rate is that of the period times a
// busyness: Gamma with mean 1, drawn anew for each `busyness_period`, such that the counts of a
// busyness period have variance / mean = `dispersion_ratio` (1: plain Poisson).
struct CallType {
  std::string name;
  int queue = 0;
  std::vector<RatePeriod> rates;  // ascending, the first at 0
  double dispersion_ratio = 1;
  absl::Duration busyness_period = absl::Minutes(5);
  Distribution talk;
  double hold_share_ratio = 0;  // share of calls that are put on hold, once
  Distribution hold;
  Distribution after_call;
  std::optional<Distribution> patience;  // empty: nobody gives up
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
  double proficiency = 0;  // 0 to 5; carried, without effect on the work
};

struct Membership {
  int queue = 0;
  bool joined = false;
};

struct Agent {
  std::string id;
  std::string name;
  int division = 0;
  std::vector<AgentSkill> skills;
  std::vector<Membership> memberships;
  std::vector<PresencePeriod> schedule;  // ascending, the first at 0
};

struct Scenario {
  std::string name;
  absl::Duration repeat = absl::Hours(24);
  std::vector<Division> divisions;
  std::vector<Skill> skills;
  std::vector<Queue> queues;
  std::vector<CallType> call_types;
  std::vector<Agent> agents;
};

// OK, or INVALID_ARGUMENT that names every wrong field ("agents[3].memberships[0].queue").
absl::Status Validate(const Scenario& scenario);

}  // namespace evenkeel::sim
