#include "tools/genesys_sim/api/guide_state.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <algorithm>

#include "common/base/error_details.h"
#include "common/base/string_bridge.h"

namespace evenkeel::sim {
namespace {

constexpr uint64_t kWriteDelays = 101;

bool HasSkill(const std::vector<AgentSkill>& skills, int skill) {
  return std::any_of(skills.begin(), skills.end(),
                     [&](const AgentSkill& has) { return has.skill == skill; });
}

// The first skill that all members of `ring` have and none of the outer rings has.
std::optional<int> TierSkill(const Engine& engine, int queue, int ring) {
  const auto all_of_ring = [&](int skill) {
    bool any = false;
    for (const int agent : engine.Members(queue)) {
      const int own = *engine.Ring(agent, queue);
      const bool has = HasSkill(engine.Skills(agent), skill);
      if ((own == ring && !has) || (own > ring && has)) return false;
      any = any || own == ring;
    }
    return any;
  };
  for (size_t skill = 0; skill < engine.scenario().skills.size(); ++skill) {
    if (all_of_ring(static_cast<int>(skill))) return static_cast<int>(skill);
  }
  return std::nullopt;
}

// How the guides would state the rings of the scenario.
GuideState::Strategy StrategyOfRings(const Engine& engine, int queue) {
  GuideState::Strategy strategy;
  const std::vector<absl::Duration>& rings = engine.Rings(queue);
  strategy.enabled = !rings.empty();
  for (size_t r = 0; r < rings.size(); ++r) {
    const std::optional<int> skill = TierSkill(engine, queue, static_cast<int>(r) + 1);
    strategy.rules.push_back({skill, rings[r]});
    if (skill) strategy.skills.push_back({*skill, static_cast<double>(rings.size() - r)});
  }
  return strategy;
}

}  // namespace

absl::Status SetBehaviours(std::string_view text, GuideBehaviours& behaviours) {
  const std::map<std::string, bool*> switches = {
      {"omitted-skills-clear", &behaviours.omitted_skills_clear},
      {"queue-writes-throttled", &behaviours.queue_writes_throttled},
      {"rule-writes-stall", &behaviours.rule_writes_stall},
      {"pauses-end", &behaviours.pauses_end},
      {"utilization-caps", &behaviours.utilization_caps}};
  Violations violations;
  const std::vector<std::string> items = absl::StrSplit(ToAbsl(text), ',', absl::SkipEmpty());
  for (const std::string& item : items) {
    const size_t equals = item.find('=');
    const auto found = switches.find(item.substr(0, equals));
    const std::string value = equals == std::string::npos ? "" : item.substr(equals + 1);
    if (found == switches.end()) {
      violations.Add(item,
                     "is no behaviour; there are omitted-skills-clear, pauses-end, "
                     "queue-writes-throttled, rule-writes-stall, utilization-caps");
    } else if (value != "on" && value != "off") {
      violations.Add(item, "must be on or off");
    } else {
      *found->second = value == "on";
    }
  }
  return violations.ToStatus();
}

GuideState::GuideState(const Engine& engine, uint64_t seed) : delays(seed, {kWriteDelays}) {
  for (size_t q = 0; q < engine.scenario().queues.size(); ++q) {
    Queue& queue = queues.emplace_back();
    queue.name = engine.scenario().queues[q].name;
    queue.inbound_capacity = engine.scenario().queues[q].inbound_capacity;
    queue.strategy = StrategyOfRings(engine, static_cast<int>(q));
  }
  campaigns.assign(engine.scenario().campaigns.size(), Campaign{engine.start(), {}});
}

void GuideState::AdvanceTo(Engine& engine, absl::Time time) {
  while (!pause_ends_.empty() && pause_ends_.begin()->first <= time) {
    const auto [until, agent] = *pause_ends_.begin();
    engine.AdvanceTo(until);
    if (engine.now() < until) return;  // the centre stands still
    const absl::Time since = pauses.at(agent).since;
    ForgetPause(agent);
    const AgentState state = engine.GetAgent(agent);
    // Whoever else changed his presence meanwhile had the last word.
    if (state.presence == Presence::kBusy && state.presence_since == since) {
      engine.SetPresence(agent, Presence::kOnQueue);
    }
  }
  engine.AdvanceTo(time);
}

void GuideState::BeginPause(int agent, absl::Time since, absl::Time until) {
  ForgetPause(agent);
  pauses[agent] = {since, until};
  pause_ends_.insert({until, agent});
}

void GuideState::ForgetPause(int agent) {
  const auto found = pauses.find(agent);
  if (found == pauses.end()) return;
  pause_ends_.erase({found->second.until, agent});
  pauses.erase(found);
}

absl::Status GuideState::CheckConflict(const Writes& writes, absl::Time now,
                                       std::string_view what) {
  if (now >= writes.done) return absl::OkStatus();
  return absl::AbortedError(
      absl::StrCat("another edit of the ", ToAbsl(what), " is being written"));
}

void GuideState::NoteWrite(Writes& writes, absl::Time now) {
  writes.written = now;
  writes.done = now + absl::Seconds(0.2 + 0.8 * delays.Uniform());
}

void GuideState::ApplyCapacity(Engine& engine, int index) const {
  const Queue& queue = queues[index];
  std::optional<int64_t> most = queue.inbound_capacity;
  if (queue.utilization_cap)
    most = std::min(most.value_or(*queue.utilization_cap), *queue.utilization_cap);
  engine.SetInboundCapacity(index, most);
}

}  // namespace evenkeel::sim
