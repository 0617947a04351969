// What only the guide dialect knows: its settings of queues, custom fields and pauses of agents,
// and which of the guides' stated behaviours are simulated (SIM-8).
#pragma once

#include <absl/time/time.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::sim {

struct GuideBehaviours {
  bool omitted_skills_clear = true;  // a routing strategy without skills takes them from the agents
  bool queue_puts_throttled = true;  // two PUTs to one queue within 10 s: 429
  bool rule_writes_stall = true;  // nothing is distributed for 30 to 90 s after a rule was written
};
// Names for the command line, in the order of the fields.
inline constexpr std::pair<const char*, bool GuideBehaviours::*> kGuideBehaviours[] = {
    {"omitted-skills-clear", &GuideBehaviours::omitted_skills_clear},
    {"queue-puts-throttled", &GuideBehaviours::queue_puts_throttled},
    {"rule-writes-stall", &GuideBehaviours::rule_writes_stall},
};

// Guide 5's routing strategy: an agent belongs to the first rule whose skill he has.
struct GuideStrategy {
  struct Skill {
    int skill = 0;
    int64_t priority = 0;
  };
  struct Rule {
    int skill = 0;
    int64_t wait_ms = 0;
    int64_t minimum_agents = 0;  // carried, without effect
  };
  bool enabled = true;
  std::vector<Skill> skills;
  std::vector<Rule> rules;
};

struct GuideQueue {
  // When it was last written to, and until when that write keeps others out.
  absl::Time written = absl::InfinitePast();
  absl::Time write_done = absl::InfinitePast();
  std::string name;  // empty: the scenario's
  std::string description;
  int64_t outbound_capacity = 0;  // without effect, like the rest but the algorithm
  double utilization_target = 0.8;
  double capacity_per_agent = 1.0;
  std::string wrap_up_policy = "STRICT";
  std::optional<GuideStrategy> strategy;
};

// An agent who is to come back by himself.
struct GuidePause {
  int agent = 0;
  absl::Time since;
  Presence presence = Presence::kAway;
};

struct GuideState {
  std::vector<GuideQueue> queues;                                   // by position
  std::map<int, std::map<std::string, std::string>> custom_fields;  // by agent
  std::multimap<absl::Time, GuidePause> pauses;                     // by when they end
  std::map<int, absl::Time> campaigns_updated;
};

}  // namespace evenkeel::sim
