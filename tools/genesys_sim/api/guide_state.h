// What only the guide dialect knows of a centre: settings that the guides name and the engine has
// no place for, pauses that end by themselves, and which of the guides' stated behaviours hold.
// docs/guide_dialect.md says what is stated and what is assumed.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/genesys_sim/engine/engine.h"
#include "tools/genesys_sim/engine/random.h"

namespace evenkeel::sim {

// SIM-8. All hold unless they are switched off.
struct GuideBehaviours {
  bool omitted_skills_clear = true;    // omitted-skills-clear
  bool queue_writes_throttled = true;  // queue-writes-throttled
  bool rule_writes_stall = true;       // rule-writes-stall
  bool pauses_end = true;              // pauses-end
  bool utilization_caps = true;        // utilization-caps
};

// Applies "rule-writes-stall=off,pauses-end=on". INVALID_ARGUMENT names every wrong item.
absl::Status SetBehaviours(std::string_view text, GuideBehaviours& behaviours);

struct GuideState {
  // Keeps two edits of one thing apart.
  struct Writes {
    absl::Time written = absl::InfinitePast();
    absl::Time done = absl::InfinitePast();  // until then others are told of a conflict
  };
  struct Rule {
    std::string skill_id;
    double priority = 0;
    std::optional<double> capacity_override;
    friend bool operator==(const Rule&, const Rule&) = default;
  };
  struct StrategySkill {
    int skill = 0;
    double priority = 0;
  };
  struct ExpansionRule {
    std::optional<int> skill;  // empty: a ring of the scenario that no skill tells from the others
    absl::Duration wait;
  };
  struct Strategy {
    bool enabled = false;
    std::vector<StrategySkill> skills;
    std::vector<ExpansionRule> rules;
  };
  struct Queue {
    std::string name;
    std::string description;
    std::vector<Rule> rules;
    double utilization_target_ratio = 0.8;
    double capacity_per_agent = 1;
    std::string wrap_up_policy = "STRICT";
    std::optional<int64_t> inbound_capacity;  // as written; the engine's may be less
    std::optional<int64_t> utilization_cap;   // that a written utilizationTarget makes
    int64_t outbound_capacity = 0;
    Strategy strategy;
    Writes writes;
  };
  struct Campaign {
    absl::Time updated;
    Writes writes;
  };
  struct Pause {
    absl::Time since;
    absl::Time until;
  };

  GuideState(const Engine& engine, uint64_t seed);

  // Lets the engine come to `time`, ending pauses on the way.
  void AdvanceTo(Engine& engine, absl::Time time);
  void BeginPause(int agent, absl::Time since, absl::Time until);
  void ForgetPause(int agent);

  // ABORTED while another edit is written; else the edit is under way for 0.2 to 1 s.
  static absl::Status CheckConflict(const Writes& writes, absl::Time now, std::string_view what);
  void NoteWrite(Writes& writes, absl::Time now);
  // Lets the engine know how many may work on the queue's contacts.
  void ApplyCapacity(Engine& engine, int queue) const;

  std::vector<Queue> queues;
  std::vector<Campaign> campaigns;
  std::map<int, Pause> pauses;  // by agent
  std::map<int, std::map<std::string, std::string>> custom_fields;
  Stream delays;

 private:
  std::set<std::pair<absl::Time, int>> pause_ends_;
};

}  // namespace evenkeel::sim
