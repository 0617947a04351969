// A queue of the guide dialect: guide 1's capacity, guide 3's settings, guide 5's strategy.
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/guide.h"

namespace evenkeel::sim {
namespace {

constexpr absl::Duration kBetweenWrites = absl::Seconds(10);
constexpr int64_t kLargestCapacity = 200;
constexpr absl::Duration kLongestWait = absl::Hours(1);

void WriteStrategy(const Scenario& scenario, const GuideState::Strategy& strategy,
                   json::Writer& writer) {
  writer.BeginObject()
      .Field("type", "BULLSEYE")
      .Field("enabled", strategy.enabled)
      .Key("skills")
      .BeginArray();
  for (const GuideState::StrategySkill& item : strategy.skills) {
    writer.BeginObject()
        .Key("skill")
        .BeginObject()
        .Field("id", scenario.skills[item.skill].id)
        .Field("name", scenario.skills[item.skill].name)
        .Field("type", "ROUTING")
        .EndObject()
        .Field("priority", item.priority)
        .EndObject();
  }
  writer.EndArray().Key("expansionRules").BeginArray();
  for (const GuideState::ExpansionRule& rule : strategy.rules) {
    writer.BeginObject().Field("type", rule.skill ? "skill" : "ring");
    if (rule.skill) writer.Field("skillId", scenario.skills[*rule.skill].id);
    writer.Field("waitTime", absl::ToInt64Milliseconds(rule.wait)).EndObject();
  }
  writer.EndArray().EndObject();
}

HttpAnswer QueueAnswer(Api& api, int index) {
  const GuideState::Queue& queue = api.guide().queues[index];
  json::Writer writer;
  writer.BeginObject()
      .Field("id", api.scenario().queues[index].id)
      .Field("name", queue.name)
      .Field("description", queue.description)
      .Key("routingRules");
  WriteRules(queue.rules, writer);
  writer.Key("queueSettings")
      .BeginObject()
      .Field("utilizationTarget", queue.utilization_target_ratio)
      .Field("capacityPerAgent", queue.capacity_per_agent)
      .Field("routingAlgorithm",
             api.engine().GetRouting(index) == Routing::kShortestHandle ? "LAA" : "LIA")
      .Field("wrapUpPolicy", queue.wrap_up_policy)
      .EndObject()
      .Key("routingStrategy");
  WriteStrategy(api.scenario(), queue.strategy, writer);
  writer.Field("inbound_capacity", queue.inbound_capacity.value_or(kLargestCapacity))
      .Field("outbound_capacity", queue.outbound_capacity)
      .Field("memberCount", api.engine().GetQueue(index).members)
      .EndObject();
  return JsonAnswer(std::move(writer));
}

struct Settings {
  std::optional<double> utilization_target;
  std::optional<double> capacity_per_agent;
  std::optional<std::string> routing_algorithm;
  std::optional<std::string> wrap_up_policy;
};

// What a PUT may hold; empty: not in it.
struct QueueEdit {
  std::optional<int64_t> inbound, outbound;
  std::optional<std::string> name, description;
  std::optional<std::vector<GuideState::Rule>> rules;
  Settings settings;
  bool has_settings = false;
  std::optional<GuideState::Strategy> strategy;
  bool has_skills = false;  // in the strategy
};

// Reads a skill's identifier.
auto IntoSkill(Api& api, int& skill) {
  return [&api, &skill](json::Value value) -> absl::Status {
    std::string id;
    EVENKEEL_RETURN_IF_ERROR(value.Read(id));
    const std::optional<int> found = api.FindSkill(id);
    if (!found) return value.Error(absl::StrCat("there is no skill \"", id, "\""));
    skill = *found;
    return absl::OkStatus();
  };
}

auto OnlyText(const char* allowed) {
  return [allowed](json::Value value) -> absl::Status {
    std::string text;
    EVENKEEL_RETURN_IF_ERROR(value.Read(text));
    return text == allowed ? absl::OkStatus() : value.Error(absl::StrCat("must be ", allowed));
  };
}

absl::Status ReadStrategySkills(Api& api, json::Value value,
                                std::vector<GuideState::StrategySkill>& skills) {
  return ForEach(value, [&](json::Value item) -> absl::Status {
    GuideState::StrategySkill skill;
    std::string name;
    const auto read_skill = [&](json::Value object) {
      return ReadObject(object, {{"id", true, IntoSkill(api, skill.skill)},
                                 {"name", false, Into(name)},
                                 {"type", false, OnlyText("ROUTING")}});
    };
    EVENKEEL_RETURN_IF_ERROR(
        ReadObject(item, {{"skill", true, read_skill}, {"priority", true, Into(skill.priority)}}));
    if (skill.priority < 0) return item.Error("priority must not be negative");
    for (const GuideState::StrategySkill& other : skills) {
      if (other.skill == skill.skill) return item.Error("the skill is there twice");
    }
    skills.push_back(skill);
    return absl::OkStatus();
  });
}

absl::Status ReadExpansionRules(Api& api, json::Value value,
                                std::vector<GuideState::ExpansionRule>& rules) {
  EVENKEEL_RETURN_IF_ERROR(ForEach(value, [&](json::Value item) -> absl::Status {
    int skill = 0;
    int64_t wait_millis = 0;
    EVENKEEL_RETURN_IF_ERROR(ReadObject(item, {{"type", true, OnlyText("skill")},
                                               {"skillId", true, IntoSkill(api, skill)},
                                               {"waitTime", true, Into(wait_millis)},
                                               {"minimumAgents", false, NotSimulated}}));
    if (wait_millis < 1 || wait_millis > absl::ToInt64Milliseconds(kLongestWait)) {
      return item.Error("waitTime must be 1 to 3600000 milliseconds");
    }
    for (const GuideState::ExpansionRule& other : rules) {
      if (other.skill == skill) return item.Error("there is a rule for the skill already");
    }
    if (rules.size() == kMostRings) return item.Error("there are more than 6 rules");
    rules.push_back({skill, absl::Milliseconds(wait_millis)});
    return absl::OkStatus();
  }));
  return absl::OkStatus();
}

absl::Status ReadStrategy(Api& api, json::Value value, QueueEdit& edit) {
  GuideState::Strategy& strategy = edit.strategy.emplace();
  const auto read_skills = [&](json::Value list) {
    edit.has_skills = true;
    return ReadStrategySkills(api, list, strategy.skills);
  };
  const auto read_rules = [&](json::Value list) {
    return ReadExpansionRules(api, list, strategy.rules);
  };
  return ReadObject(value, {{"type", true, OnlyText("BULLSEYE")},
                            {"enabled", true, Into(strategy.enabled)},
                            {"skills", false, read_skills},
                            {"expansionRules", true, read_rules}});
}

absl::StatusOr<QueueEdit> ReadEdit(Api& api, const std::string& body) {
  QueueEdit edit;
  const auto read_settings = [&](json::Value settings) {
    edit.has_settings = true;
    return ReadObject(settings,
                      {{"utilizationTarget", false, Into(edit.settings.utilization_target)},
                       {"capacityPerAgent", false, Into(edit.settings.capacity_per_agent)},
                       {"routingAlgorithm", false, Into(edit.settings.routing_algorithm)},
                       {"wrapUpPolicy", false, Into(edit.settings.wrap_up_policy)}});
  };
  const auto read_rules = [&](json::Value list) {
    return ReadRules(api, list, edit.rules.emplace());
  };
  const auto read_strategy = [&](json::Value strategy) {
    return ReadStrategy(api, strategy, edit);
  };
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(body, [&](json::Value root) {
    return ReadObject(root, {{"inbound_capacity", false, Into(edit.inbound)},
                             {"outbound_capacity", false, Into(edit.outbound)},
                             {"name", false, Into(edit.name)},
                             {"description", false, Into(edit.description)},
                             {"routingRules", false, read_rules},
                             {"queueSettings", false, read_settings},
                             {"routingStrategy", false, read_strategy}});
  }));
  return edit;
}

absl::Status CheckEdit(const QueueEdit& edit) {
  Violations violations;
  const bool capacity = edit.inbound || edit.outbound;
  const bool other =
      edit.name || edit.description || edit.rules || edit.has_settings || edit.strategy;
  if (!capacity && !other) violations.Add("$", "has nothing to change");
  if (capacity && other) {
    violations.Add("$", "inbound_capacity and outbound_capacity are written without other fields");
  }
  if (edit.inbound && (*edit.inbound < 1 || *edit.inbound > kLargestCapacity)) {
    violations.Add("$.inbound_capacity", "must be 1 to 200");
  }
  if (edit.outbound && (*edit.outbound < 0 || *edit.outbound > kLargestCapacity)) {
    violations.Add("$.outbound_capacity", "must be 0 to 200");
  }
  if (edit.name && edit.name->empty()) violations.Add("$.name", "must not be empty");
  const Settings& settings = edit.settings;
  if (const auto& target = settings.utilization_target; target && !(*target > 0 && *target <= 1)) {
    violations.Add("$.queueSettings.utilizationTarget", "must be above 0, to 1");
  }
  if (const auto& each = settings.capacity_per_agent; each && !(*each > 0 && *each <= 10)) {
    violations.Add("$.queueSettings.capacityPerAgent", "must be above 0, to 10");
  }
  if (const auto& name = settings.routing_algorithm; name && *name != "LAA" && *name != "LIA") {
    violations.Add("$.queueSettings.routingAlgorithm", "must be LAA or LIA");
  }
  if (settings.wrap_up_policy && *settings.wrap_up_policy != "STRICT") {
    violations.Add("$.queueSettings.wrapUpPolicy", "must be STRICT");
  }
  return violations.ToStatus();
}

void ApplySettings(Api& api, int index, const Settings& settings) {
  GuideState::Queue& queue = api.guide().queues[index];
  if (settings.capacity_per_agent) queue.capacity_per_agent = *settings.capacity_per_agent;
  if (settings.wrap_up_policy) queue.wrap_up_policy = *settings.wrap_up_policy;
  if (settings.routing_algorithm) {
    api.engine().SetRouting(index, *settings.routing_algorithm == "LAA" ? Routing::kShortestHandle
                                                                        : Routing::kLongestIdle);
  }
  if (!settings.utilization_target) return;
  queue.utilization_target_ratio = *settings.utilization_target;
  if (!api.options().guide_behaviours.utilization_caps) return;
  const auto members = static_cast<double>(api.engine().GetQueue(index).members);
  // Short of a whole number by rounding is that number: 0.7 of 10 is 7.
  queue.utilization_cap = std::max<int64_t>(
      1, static_cast<int64_t>(std::floor(*settings.utilization_target * members + 1e-9)));
  api.guide().ApplyCapacity(api.engine(), index);
}

// Which skills of the members are assigned: those of `before` that are not in `now` are taken from
// them, those of `now` that they have by the scenario are given back.
void AssignSkills(Api& api, int index, const std::vector<GuideState::StrategySkill>& before,
                  const std::vector<GuideState::StrategySkill>& now) {
  const auto lists = [](const std::vector<GuideState::StrategySkill>& list, int skill) {
    return std::any_of(list.begin(), list.end(),
                       [&](const auto& item) { return item.skill == skill; });
  };
  for (const int agent : api.engine().Members(index)) {
    std::vector<AgentSkill> skills;
    for (const AgentSkill& own : api.scenario().agents[agent].skills) {
      const std::vector<AgentSkill>& has = api.engine().Skills(agent);
      const bool had = std::any_of(has.begin(), has.end(),
                                   [&](const AgentSkill& one) { return one.skill == own.skill; });
      const bool cleared = lists(before, own.skill) && !lists(now, own.skill);
      if ((had && !cleared) || lists(now, own.skill)) skills.push_back(own);
    }
    api.engine().SetSkills(agent, std::move(skills));
  }
}

// The first tier whose skill the agent has; one beyond the last when there is none.
int TierOf(const std::vector<AgentSkill>& skills,
           const std::vector<GuideState::ExpansionRule>& rules) {
  const auto tier = std::find_if(rules.begin(), rules.end(), [&](const auto& rule) {
    return std::any_of(skills.begin(), skills.end(),
                       [&](const AgentSkill& has) { return rule.skill == has.skill; });
  });
  return static_cast<int>(tier - rules.begin()) + 1;
}

void ApplyStrategy(Api& api, int index, GuideState::Strategy strategy, bool has_skills) {
  Engine& engine = api.engine();
  GuideState::Strategy& old = api.guide().queues[index].strategy;
  if (has_skills || api.options().guide_behaviours.omitted_skills_clear) {
    std::vector<GuideState::StrategySkill> before = old.skills;
    if (before.empty()) {  // never listed, or cleared: what the rules ask for
      for (const auto& rule : strategy.rules) before.push_back({*rule.skill, 0});
    }
    AssignSkills(api, index, before, strategy.skills);
  } else {
    strategy.skills = old.skills;
  }
  for (const int agent : engine.Members(index)) {
    engine.SetRing(agent, index, TierOf(engine.Skills(agent), strategy.rules));
  }
  std::vector<absl::Duration> waits;
  for (const auto& rule : strategy.rules) waits.push_back(rule.wait);
  engine.SetRings(index, strategy.enabled ? std::move(waits) : std::vector<absl::Duration>());
  old = std::move(strategy);
}

void Apply(Api& api, int index, QueueEdit edit) {
  GuideState::Queue& queue = api.guide().queues[index];
  if (edit.name) queue.name = *edit.name;
  if (edit.description) queue.description = *edit.description;
  if (edit.outbound) queue.outbound_capacity = *edit.outbound;
  if (edit.inbound) {
    queue.inbound_capacity = *edit.inbound;
    api.guide().ApplyCapacity(api.engine(), index);
  }
  if (edit.rules) SetRules(api, index, *std::move(edit.rules));
  ApplySettings(api, index, edit.settings);
  if (edit.strategy) ApplyStrategy(api, index, *std::move(edit.strategy), edit.has_skills);
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
  EVENKEEL_ASSIGN_OR_RETURN(QueueEdit edit, ReadEdit(api, call.request.body));
  EVENKEEL_RETURN_IF_ERROR(CheckEdit(edit));

  GuideState::Writes& writes = api.guide().queues[queue].writes;
  const absl::Time now = api.clock().Now();
  EVENKEEL_RETURN_IF_ERROR(GuideState::CheckConflict(writes, now, "queue"));
  if (api.options().guide_behaviours.queue_writes_throttled &&
      now < writes.written + kBetweenWrites) {
    absl::Status status = absl::ResourceExhaustedError("one PUT to a queue in 10 seconds");
    SetRetryAfter(status, writes.written + kBetweenWrites - now);
    return status;
  }
  api.guide().NoteWrite(writes, now);
  Apply(api, queue, std::move(edit));
  return QueueAnswer(api, queue);
}

}  // namespace evenkeel::sim
