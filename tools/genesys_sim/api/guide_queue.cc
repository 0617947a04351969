// The guide dialect's queues: capacity (guide 1), settings (guide 3), routing strategy (guide 5).
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/guide.h"

namespace evenkeel::sim {
namespace {

constexpr absl::Duration kBetweenWrites = absl::Seconds(10);
constexpr int64_t kLargestCapacity = 200;
constexpr int64_t kLongestWaitMs = 3'600'000;

struct QueueChange {
  std::optional<std::string> name, description;
  std::optional<int64_t> inbound, outbound;
  std::optional<double> utilization_target, capacity_per_agent;
  std::optional<Routing> routing;
  std::optional<std::string> wrap_up_policy;
  bool writes_rules = false;
  std::optional<GuideStrategy> strategy;
  bool has_skills = false;
};

// Bullseye has no algorithm of its own: within a ring the longest idle.
const char* AlgorithmName(Routing routing) {
  return routing == Routing::kShortestHandle ? "LAA" : "LIA";
}

absl::Status ReadAlgorithm(json::Value value, std::optional<Routing>& routing) {
  std::string name;
  EVENKEEL_RETURN_IF_ERROR(value.Read(name));
  if (name != "LAA" && name != "LIA") return value.Error("must be LAA or LIA");
  routing = name == "LAA" ? Routing::kShortestHandle : Routing::kLongestIdle;
  return absl::OkStatus();
}

absl::Status ReadSkill(Api& api, json::Value value, int& skill) {
  std::string id;
  EVENKEEL_RETURN_IF_ERROR(value.Read(id));
  const std::optional<int> found = api.FindSkill(id);
  if (!found) return value.Error("is no skill");
  skill = *found;
  return absl::OkStatus();
}

absl::Status ReadStrategy(Api& api, json::Value root, QueueChange& change) {
  GuideStrategy& strategy = change.strategy.emplace();
  const auto read_skill = [&](json::Value item) {
    GuideStrategy::Skill& skill = strategy.skills.emplace_back();
    const auto reference = [&](json::Value value) {
      return ReadObject(
          value, {{"id", true, [&](json::Value id) { return ReadSkill(api, id, skill.skill); }},
                  {"name", false, Ignore},
                  {"type", false, Ignore}});
    };
    return ReadObject(item, {{"skill", true, reference}, {"priority", true, Into(skill.priority)}});
  };
  const auto read_rule = [&](json::Value item) -> absl::Status {
    GuideStrategy::Rule& rule = strategy.rules.emplace_back();
    const auto type = [](json::Value value) -> absl::Status {
      std::string name;
      EVENKEEL_RETURN_IF_ERROR(value.Read(name));
      return name == "skill" ? absl::OkStatus() : value.Error("must be skill");
    };
    const auto wait = [&](json::Value value) -> absl::Status {
      EVENKEEL_RETURN_IF_ERROR(value.Read(rule.wait_ms));
      return rule.wait_ms >= 0 && rule.wait_ms <= kLongestWaitMs
                 ? absl::OkStatus()
                 : value.Error("must be 0 to 3600000 milliseconds");
    };
    return ReadObject(
        item, {{"type", true, type},
               {"skillId", true, [&](json::Value id) { return ReadSkill(api, id, rule.skill); }},
               {"waitTime", true, wait},
               {"minimumAgents", false, Into(rule.minimum_agents)}});
  };
  const auto type = [](json::Value value) -> absl::Status {
    std::string name;
    EVENKEEL_RETURN_IF_ERROR(value.Read(name));
    return name == "BULLSEYE" ? absl::OkStatus() : value.Error("must be BULLSEYE");
  };
  const auto skills = [&](json::Value value) {
    change.has_skills = true;
    return ReadArray(value, read_skill);
  };
  const auto rules = [&](json::Value value) -> absl::Status {
    EVENKEEL_RETURN_IF_ERROR(ReadArray(value, read_rule));
    return strategy.rules.empty() || strategy.rules.size() >= kMostRings
               ? value.Error("must be 1 to 5 rules")
               : absl::OkStatus();
  };
  return ReadObject(root, {{"type", true, type},
                           {"enabled", true, Into(strategy.enabled)},
                           {"skills", false, skills},
                           {"expansionRules", true, rules}});
}

absl::Status ReadChange(Api& api, const std::string& body, QueueChange& change) {
  const auto settings = [&](json::Value value) {
    return ReadObject(value,
                      {{"utilizationTarget", false, Into(change.utilization_target)},
                       {"capacityPerAgent", false, Into(change.capacity_per_agent)},
                       {"routingAlgorithm", false,
                        [&](json::Value name) { return ReadAlgorithm(name, change.routing); }},
                       {"wrapUpPolicy", false, Into(change.wrap_up_policy)}});
  };
  const auto rules = [&](json::Value value) {
    return ReadArray(value, [&](json::Value rule) {
      change.writes_rules = true;
      return rule.Error("is not simulated: PUT /api/v2/routing/rules");
    });
  };
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(body, [&](json::Value root) {
    return ReadObject(root, {{"inbound_capacity", false, Into(change.inbound)},
                             {"outbound_capacity", false, Into(change.outbound)},
                             {"name", false, Into(change.name)},
                             {"description", false, Into(change.description)},
                             {"routingRules", false, rules},
                             {"queueSettings", false, settings},
                             {"routingStrategy", false, [&](json::Value value) {
                                return ReadStrategy(api, value, change);
                              }}});
  }));
  Violations violations;
  if (!change.inbound && !change.outbound && !change.name && !change.description &&
      !change.strategy && !change.utilization_target && !change.capacity_per_agent &&
      !change.routing && !change.wrap_up_policy) {
    violations.Add("$", "needs something to change");
  }
  if (change.inbound && (*change.inbound < 1 || *change.inbound > kLargestCapacity)) {
    violations.Add("$.inbound_capacity", "must be 1 to 200");
  }
  if (change.outbound && (*change.outbound < 0 || *change.outbound > kLargestCapacity)) {
    violations.Add("$.outbound_capacity", "must be 0 to 200");
  }
  if (change.name && change.name->empty()) violations.Add("$.name", "must not be empty");
  const auto share = [&](const std::optional<double>& value, const char* name) {
    if (value && !(*value > 0 && *value <= 1)) {
      violations.Add(absl::StrCat("$.queueSettings.", name), "must be above 0, to 1");
    }
  };
  share(change.utilization_target, "utilizationTarget");
  if (change.capacity_per_agent && !(*change.capacity_per_agent > 0)) {
    violations.Add("$.queueSettings.capacityPerAgent", "must be above 0");
  }
  return violations.ToStatus();
}

// Who belongs to which ring: of the first rule whose skill he has; to none of them, past the last.
void ApplyStrategy(Api& api, int queue, const std::optional<GuideStrategy>& strategy) {
  Engine& engine = api.engine();
  std::vector<absl::Duration> rings;
  if (strategy && strategy->enabled) {
    for (const GuideStrategy::Rule& rule : strategy->rules) {
      rings.push_back(absl::Milliseconds(rule.wait_ms));
    }
  }
  for (const int agent : engine.Members(queue)) {
    size_t ring = rings.size();
    for (size_t r = 0; r < rings.size(); ++r) {
      const auto has = [&](const AgentSkill& own) { return own.skill == strategy->rules[r].skill; };
      const std::vector<AgentSkill>& skills = engine.Skills(agent);
      if (std::none_of(skills.begin(), skills.end(), has)) continue;
      ring = r;
      break;
    }
    engine.SetRing(agent, queue, static_cast<int>(ring) + 1);
  }
  engine.SetRings(queue, std::move(rings));
}

// SIM-8: "omitting the skills array ... clears agent skill assignments and breaks routing".
void ClearSkills(Api& api, int queue, const GuideStrategy& old) {
  Engine& engine = api.engine();
  for (const int agent : engine.Members(queue)) {
    std::vector<AgentSkill> skills = engine.Skills(agent);
    std::erase_if(skills, [&](const AgentSkill& own) {
      return std::any_of(old.skills.begin(), old.skills.end(),
                         [&](const GuideStrategy::Skill& s) { return s.skill == own.skill; });
    });
    engine.SetSkills(agent, std::move(skills));
  }
}

void WriteStrategy(const Api& api, const GuideStrategy& strategy, json::Writer& writer) {
  const std::vector<Skill>& skills = api.scenario().skills;
  writer.Key("routingStrategy")
      .BeginObject()
      .Field("type", "BULLSEYE")
      .Field("enabled", strategy.enabled)
      .Key("skills")
      .BeginArray();
  for (const GuideStrategy::Skill& skill : strategy.skills) {
    writer.BeginObject()
        .Key("skill")
        .BeginObject()
        .Field("id", skills[skill.skill].id)
        .Field("name", skills[skill.skill].name)
        .Field("type", "ROUTING")
        .EndObject()
        .Field("priority", skill.priority)
        .EndObject();
  }
  writer.EndArray().Key("expansionRules").BeginArray();
  for (const GuideStrategy::Rule& rule : strategy.rules) {
    writer.BeginObject()
        .Field("type", "skill")
        .Field("skillId", skills[rule.skill].id)
        .Field("waitTime", rule.wait_ms);
    if (rule.minimum_agents > 0) writer.Field("minimumAgents", rule.minimum_agents);
    writer.EndObject();
  }
  writer.EndArray().EndObject();
}

HttpAnswer QueueAnswer(Api& api, int index) {
  const Queue& queue = api.scenario().queues[index];
  const QueueState state = api.engine().GetQueue(index);
  const GuideQueue& own = api.guide().queues[index];
  json::Writer writer;
  writer.BeginObject()
      .Field("id", queue.id)
      .Field("name", own.name.empty() ? queue.name : own.name)
      .Field("description", own.description)
      .Key("routingRules")
      .BeginArray()
      .EndArray()
      .Key("queueSettings")
      .BeginObject()
      .Field("utilizationTarget", own.utilization_target)
      .Field("capacityPerAgent", own.capacity_per_agent)
      .Field("routingAlgorithm", AlgorithmName(api.engine().GetRouting(index)))
      .Field("wrapUpPolicy", own.wrap_up_policy)
      .EndObject();
  if (own.strategy) WriteStrategy(api, *own.strategy, writer);
  writer.Field("inbound_capacity", state.inbound_capacity.value_or(kLargestCapacity))
      .Field("outbound_capacity", own.outbound_capacity)
      .Field("memberCount", state.members)
      .EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace

absl::StatusOr<HttpAnswer> GuideGetQueue(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  return QueueAnswer(api, queue);
}

absl::StatusOr<HttpAnswer> GuidePutQueue(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  QueueChange change;
  EVENKEEL_RETURN_IF_ERROR(ReadChange(api, call.request.body, change));
  GuideQueue& state = api.guide().queues[queue];
  const GuideBehaviours& behaviours = api.options().guide_behaviours;
  const absl::Time now = api.clock().Now();
  if (now < state.write_done) {
    return absl::AbortedError("another edit of the queue is being written");
  }
  if (behaviours.queue_puts_throttled && now < state.written + kBetweenWrites) {
    absl::Status status = absl::ResourceExhaustedError("one PUT to a queue in 10 seconds");
    SetRetryAfter(status, state.written + kBetweenWrites - now);
    return status;
  }
  state.written = now;
  state.write_done = now + absl::Seconds(0.2 + 0.8 * api.write_delays().Uniform());
  if (change.inbound) api.engine().SetInboundCapacity(queue, *change.inbound);
  if (change.outbound) state.outbound_capacity = *change.outbound;
  if (change.name) state.name = *change.name;
  if (change.description) state.description = *change.description;
  if (change.utilization_target) state.utilization_target = *change.utilization_target;
  if (change.capacity_per_agent) state.capacity_per_agent = *change.capacity_per_agent;
  if (change.wrap_up_policy) state.wrap_up_policy = *change.wrap_up_policy;
  if (change.routing) api.engine().SetRouting(queue, *change.routing);
  if (change.strategy) {
    if (!change.has_skills && state.strategy) {
      if (behaviours.omitted_skills_clear) {
        ClearSkills(api, queue, *state.strategy);
      } else {
        change.strategy->skills = state.strategy->skills;
      }
    }
    state.strategy = std::move(change.strategy);
    ApplyStrategy(api, queue, state.strategy);
  }
  return QueueAnswer(api, queue);
}

// No guide gives its body; ours names the queues and what is to hold for them.
absl::StatusOr<HttpAnswer> GuidePutRules(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  struct Rule {
    int queue = 0;
    std::optional<Routing> routing;
  };
  std::vector<Rule> rules;
  const auto read_rule = [&](json::Value item) {
    Rule& rule = rules.emplace_back();
    const auto read_queue = [&](json::Value value) -> absl::Status {
      std::string id;
      EVENKEEL_RETURN_IF_ERROR(value.Read(id));
      const auto found = api.FindQueue(id);
      if (!found.ok()) return value.Error("is no queue");
      rule.queue = *found;
      return absl::OkStatus();
    };
    return ReadObject(
        item, {{"queueId", true, read_queue}, {"routingAlgorithm", true, [&](json::Value value) {
                                                 return ReadAlgorithm(value, rule.routing);
                                               }}});
  };
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(call.request.body, [&](json::Value root) {
    return ReadObject(root, {{"rules", true, [&](json::Value value) -> absl::Status {
                                EVENKEEL_RETURN_IF_ERROR(ReadArray(value, read_rule));
                                return rules.empty() ? value.Error("needs at least one rule")
                                                     : absl::OkStatus();
                              }}});
  }));
  for (const Rule& rule : rules) api.engine().SetRouting(rule.queue, *rule.routing);
  json::Writer writer;
  writer.BeginObject().Key("rules").BeginArray();
  for (const Rule& rule : rules) {
    writer.BeginObject()
        .Field("queueId", api.scenario().queues[rule.queue].id)
        .Field("routingAlgorithm", AlgorithmName(*rule.routing))
        .EndObject();
  }
  writer.EndArray().EndObject();
  if (api.options().guide_behaviours.rule_writes_stall) {
    api.engine().StallUntil(api.clock().Now() +
                            absl::Seconds(30 + 60 * api.write_delays().Uniform()));
  }
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
