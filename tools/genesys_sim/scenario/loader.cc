#include "tools/genesys_sim/scenario/loader.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <map>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/scenario/contacts_reader.h"
#include "tools/genesys_sim/scenario/references.h"
#include "tools/genesys_sim/scenario/source.h"
#include "tools/genesys_sim/scenario/yaml_reader.h"

namespace evenkeel::sim {
namespace {

// "Agent ##" and 7 -> "Agent 07": the first run of # becomes the number, in so many digits at
// least.
std::string Numbered(const std::string& pattern, int64_t number) {
  const size_t from = pattern.find('#');
  if (from == std::string::npos) return pattern;
  const size_t to = std::min(pattern.find_first_not_of('#', from), pattern.size());
  std::string digits = absl::StrCat(number);
  if (digits.size() < to - from) digits.insert(0, to - from - digits.size(), '0');
  return pattern.substr(0, from) + digits + pattern.substr(to);
}

constexpr int64_t kMostBreaks = 2'000'000;  // of a group
constexpr std::string_view kRoutings[] = {"longest_idle", "random", "skills", "shortest_handle"};
constexpr std::string_view kRingTimers[] = {"at_entry", "live"};

class Loader {
 public:
  absl::StatusOr<Scenario> Load(const YAML::Node& root) {
    try {
      Read(root);
    } catch (const YAML::Exception& problem) {
      return absl::InvalidArgumentError(problem.what());
    }
    EVENKEEL_RETURN_IF_ERROR(violations_.ToStatus());
    EVENKEEL_RETURN_IF_ERROR(Validate(scenario_));
    return std::move(scenario_);
  }

 private:
  void Read(const YAML::Node& node) {
    YamlMap root(node, "", violations_);
    scenario_.name = root.Text("name");
    scenario_.repeat = root.Duration("repeat", scenario_.repeat);
    if (scenario_.repeat < absl::Minutes(1)) {
      root.Fail("repeat", "must be at least 1m");
      return;
    }
    root.Maps("divisions", [&](YamlMap& map) {
      scenario_.divisions.push_back({map.Text("id"), map.Text("name")});
      divisions_.Add(scenario_.divisions.back().name, map);
    });
    if (scenario_.divisions.empty()) {
      scenario_.divisions.push_back({"5a1e0000-0000-4000-8000-000000000002", "Home"});
    }
    root.Maps("skills", [&](YamlMap& map) {
      scenario_.skills.push_back({map.Text("id"), map.Text("name")});
      skills_.Add(scenario_.skills.back().name, map);
    });
    root.Maps("wrap_up_codes", [&](YamlMap& map) {
      scenario_.wrap_up_codes.push_back({map.Text("id"), map.Text("name")});
      wrap_up_codes_.Add(scenario_.wrap_up_codes.back().name, map);
    });
    if (root.Has("closes")) scenario_.closes = root.Duration("closes");
    if (root.Has("busyness")) {
      root.Map("busyness", [&](YamlMap& busyness) {
        scenario_.busyness_cv_ratio = busyness.Number("cv_ratio");
      });
    }
    scenario_.lines = root.Integer("lines");
    scenario_.waiting_limit = root.Integer("waiting_limit");
    scenario_.disconnect_unstaffed = root.Flag("disconnect_unstaffed", false);
    root.Maps("queues", [&](YamlMap& map) { ReadQueue(map); });
    const ContactNames names = {queues_, skills_, wrap_up_codes_};
    root.Maps("calls", [&](YamlMap& map) {
      scenario_.call_types.push_back(ReadCalls(map, names, scenario_));
    });
    root.Maps("campaigns",
              [&](YamlMap& map) { scenario_.campaigns.push_back(ReadCampaign(map, names)); });
    root.Maps("agents", [&](YamlMap& map) { ReadAgents(map); });
    root.Leave("faults");  // of the API: faults_reader.h
  }

  int Division(YamlMap& map) {
    const std::string name = map.Text("division", "");
    return name.empty() ? 0 : divisions_.Find(name, map, "division");
  }

  void ReadQueue(YamlMap& map) {
    Queue queue;
    queue.name = map.Text("name");
    queue.id = map.Text("id", queue.name);
    queue.media = map.Choice("media", kMediaNames, queue.media);
    if (const std::string skill = map.Text("skill", ""); !skill.empty()) {
      queue.skill = skills_.Find(skill, map, "skill");
    }
    queue.division = Division(map);
    if (map.Has("service_level")) {
      map.Map("service_level", [&](YamlMap& level) {
        queue.target_ratio = level.Number("ratio");
        queue.target_wait = level.Duration("within");
      });
    }
    queue.inbound_capacity = map.Integer("inbound_capacity");
    queue.waiting_limit = map.Integer("waiting_limit");
    queue.routing = map.Choice("routing", kRoutings, queue.routing);
    if (map.Has("rings")) {
      map.Map("rings", [&](YamlMap& rings) {
        queue.rings = rings.Durations("timeouts");
        if (queue.rings.empty()) rings.Fail("timeouts", "needs at least one");
        queue.ring_timers = rings.Choice("timers", kRingTimers, queue.ring_timers);
      });
    }
    queues_.Add(queue.name, map);
    scenario_.queues.push_back(std::move(queue));
  }

  std::vector<PresencePeriod> ReadSchedule(YamlMap& map) {
    std::vector<PresencePeriod> schedule;
    map.Maps("schedule", [&](YamlMap& period) {
      static const auto& presences = *new std::map<std::string, Presence>{
          {"offline", Presence::kOffline},     {"on_queue", Presence::kOnQueue},
          {"available", Presence::kAvailable}, {"away", Presence::kAway},
          {"busy", Presence::kBusy},           {"break", Presence::kBreak},
          {"meal", Presence::kMeal},           {"meeting", Presence::kMeeting},
          {"training", Presence::kTraining}};
      const std::string name = period.Text("presence");
      const auto found = presences.find(name);
      if (found == presences.end()) {
        period.Fail("presence",
                    "must be on_queue, break, meal, meeting, training, away, busy, "
                    "available or offline");
      }
      schedule.push_back(
          {period.Duration("from"), found == presences.end() ? Presence::kOffline : found->second});
    });
    return schedule;
  }

  // A break in each stretch of `every`, the agents' breaks spread evenly over it.
  struct Breaks {
    absl::Duration every, length;
  };
  std::vector<PresencePeriod> Spread(const Breaks& breaks, int64_t agent, int64_t count) const {
    std::vector<PresencePeriod> schedule = {{absl::ZeroDuration(), Presence::kOnQueue}};
    const double place = (static_cast<double>(agent) + 0.5) / static_cast<double>(count);
    const absl::Duration offset =
        absl::Floor(place * (breaks.every - breaks.length), absl::Seconds(1)) + absl::Seconds(1);
    for (absl::Duration cycle; cycle < scenario_.repeat; cycle += breaks.every) {
      const absl::Duration from = cycle + offset, to = from + breaks.length;
      if (to >= scenario_.repeat) break;
      schedule.push_back({from, Presence::kBreak});
      schedule.push_back({to, Presence::kOnQueue});
    }
    return schedule;
  }

  void ReadAgents(YamlMap& map) {
    const int64_t count = map.Integer("count").value_or(1);
    if (count < 1 || count > 100'000) return map.Fail("count", "must be 1 to 100000");
    const std::string name = map.Text("name"), id = map.Text("id", name);
    if (count > 1 && id.find('#') == std::string::npos) {
      map.Fail("id", "needs # signs where the agent's number goes");
    }
    Agent agent;
    agent.division = Division(map);
    map.Maps("skills", [&](YamlMap& skill) {
      agent.skills.push_back({skills_.Read(skill, "skill"), skill.Number("proficiency", 0)});
    });
    const std::vector<std::string> joined = map.Texts("joined"), queues = map.Texts("queues");
    for (size_t i = 0; i < queues.size(); ++i) {
      const int queue = queues_.Find(queues[i], map, absl::StrCat("queues[", i, "]"));
      agent.memberships.push_back(
          {queue, std::find(joined.begin(), joined.end(), queues[i]) != joined.end()});
    }
    map.Maps("memberships", [&](YamlMap& read) {
      Membership& membership = agent.memberships.emplace_back();
      membership.queue = queues_.Read(read, "queue");
      membership.joined = read.Flag("joined", true);
      membership.ring = read.SmallInteger("ring", 1);
      membership.agent_rank = read.SmallInteger("agent_rank", 0);
      membership.queue_rank = read.SmallInteger("queue_rank", 0);
      membership.handle_factor = read.Number("handle_factor", 1);
    });
    map.Maps("utilization", [&](YamlMap& read) {
      const auto media = static_cast<size_t>(read.Choice("media", kMediaNames, Media::kVoice));
      agent.utilization.most[media] = read.SmallInteger("most", agent.utilization.most[media]);
      const std::vector<std::string> by = read.Texts("interrupted_by");
      for (size_t i = 0; i < by.size(); ++i) {
        const auto at = std::find(std::begin(kMediaNames), std::end(kMediaNames), by[i]);
        if (at == std::end(kMediaNames)) {
          read.Fail(absl::StrCat("interrupted_by[", i, "]"),
                    "must be voice, chat, email or callback");
        } else {
          agent.utilization.interrupted_by[media] |=
              static_cast<uint8_t>(1 << (at - std::begin(kMediaNames)));
        }
      }
    });
    for (size_t i = 0; i < joined.size(); ++i) {
      if (std::find(queues.begin(), queues.end(), joined[i]) == queues.end()) {
        map.Fail(absl::StrCat("joined[", i, "]"), "is not among queues");
      }
    }
    std::optional<Breaks> breaks;
    if (map.Has("breaks")) {
      map.Map("breaks", [&](YamlMap& read) {
        breaks = {read.Duration("every"), read.Duration("length")};
        if (breaks->length < absl::Seconds(1) || breaks->every < 2 * breaks->length) {
          read.Fail("length", "must be at least 1s and at most half of every");
          breaks.reset();
        } else if (scenario_.repeat / breaks->every * count > kMostBreaks) {
          read.Fail("every", absl::StrCat("makes more than ", kMostBreaks, " breaks in a repeat"));
          breaks.reset();
        }
      });
      if (map.Has("schedule")) map.Fail("breaks", "cannot stand beside schedule");
    }
    agent.schedule = ReadSchedule(map);
    if (agent.schedule.empty()) agent.schedule = {{absl::ZeroDuration(), Presence::kOnQueue}};
    if (map.Has("headcount")) {
      if (breaks || map.Has("schedule")) {
        map.Fail("headcount", "cannot stand beside schedule or breaks");
      }
      StaffingGroup group;
      group.name = name;
      group.first_agent = static_cast<int>(scenario_.agents.size());
      group.agents = static_cast<int>(count);
      map.Map("headcount", [&](YamlMap& read) {
        const std::vector<int64_t> agents = read.Integers("agents");
        const absl::Duration step =
            agents.size() == 1 ? read.Duration("step", scenario_.repeat) : read.Duration("step");
        for (size_t i = 0; i < agents.size(); ++i) {
          group.headcounts.push_back({static_cast<int64_t>(i) * step, agents[i]});
        }
      });
      scenario_.staffing_groups.push_back(std::move(group));
    }
    for (int64_t k = 0; k < count; ++k) {
      agent.id = Numbered(id, k + 1);
      agent.name = Numbered(name, k + 1);
      if (breaks) agent.schedule = Spread(*breaks, k, count);
      scenario_.agents.push_back(agent);
    }
  }

  Scenario scenario_;
  Violations violations_;
  References divisions_{"division"}, skills_{"skill"}, queues_{"queue"},
      wrap_up_codes_{"wrap-up code"};
};

}  // namespace

absl::StatusOr<Scenario> ParseScenario(const std::string& yaml) {
  EVENKEEL_ASSIGN_OR_RETURN(const YAML::Node root, ReadScenarioText(yaml));
  return Loader().Load(root);
}

absl::StatusOr<Scenario> LoadScenario(const std::string& name_or_file) {
  EVENKEEL_ASSIGN_OR_RETURN(const YAML::Node root, ReadScenario(name_or_file));
  absl::StatusOr<Scenario> scenario = Loader().Load(root);
  if (scenario.ok()) return scenario;
  return absl::Status(scenario.status().code(),
                      absl::StrCat(name_or_file, ": ", scenario.status().message()));
}

Scenario DefaultScenario() { return LoadScenario("default").value(); }  // a test loads all
Scenario MovingMix() { return LoadScenario("moving_mix").value(); }

}  // namespace evenkeel::sim
