#include "tools/genesys_sim/scenario/loader.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <fstream>
#include <map>
#include <sstream>

#include "common/base/flags.h"
#include "common/base/status_macros.h"
#include "tools/genesys_sim/scenario/default_scenario.h"
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

class Loader {
 public:
  absl::StatusOr<Scenario> Load(const std::string& yaml) {
    YAML::Node root;
    try {
      root = YAML::Load(yaml);
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
      Name(divisions_, map, scenario_.divisions);
    });
    if (scenario_.divisions.empty()) {
      scenario_.divisions.push_back({"5a1e0000-0000-4000-8000-000000000002", "Home"});
    }
    root.Maps("skills", [&](YamlMap& map) {
      scenario_.skills.push_back({map.Text("id"), map.Text("name")});
      Name(skills_, map, scenario_.skills);
    });
    root.Maps("queues", [&](YamlMap& map) { ReadQueue(map); });
    root.Maps("calls", [&](YamlMap& map) { ReadCalls(map); });
    root.Maps("agents", [&](YamlMap& map) { ReadAgents(map); });
  }

  // Remembers the newest item by its name, by which the rest of the file refers to it.
  template <typename Items>
  void Name(std::map<std::string, int>& names, YamlMap& map, const Items& items) {
    const int index = static_cast<int>(items.size()) - 1;
    if (!names.emplace(items.back().name, index).second) map.Fail("name", "occurs twice");
  }

  int Refer(const std::map<std::string, int>& names, YamlMap& map, const std::string& key,
            const std::string& name, const char* what) {
    const auto found = names.find(name);
    if (found != names.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& entry : names) known.push_back(entry.first);
    const std::string nearest = NearestName(name, known);
    map.Fail(key, absl::StrCat("there is no ", what, " \"", name, "\"",
                               nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
    return 0;
  }

  int Division(YamlMap& map) {
    const std::string name = map.Text("division", "");
    return name.empty() ? 0 : Refer(divisions_, map, "division", name, "division");
  }

  void ReadQueue(YamlMap& map) {
    Queue queue;
    queue.id = map.Text("id");
    queue.name = map.Text("name");
    if (const std::string skill = map.Text("skill", ""); !skill.empty()) {
      queue.skill = Refer(skills_, map, "skill", skill, "skill");
    }
    queue.division = Division(map);
    if (map.Has("service_level")) {
      map.Map("service_level", [&](YamlMap& level) {
        queue.target_ratio = level.Number("ratio");
        queue.target_wait = level.Duration("within");
      });
    }
    queue.inbound_capacity = map.Integer("inbound_capacity");
    scenario_.queues.push_back(std::move(queue));
    Name(queues_, map, scenario_.queues);
  }

  void ReadDistribution(YamlMap& map, Distribution& distribution) {
    static constexpr Shape kShapes[] = {Shape::kConstant, Shape::kExponential, Shape::kLogNormal,
                                        Shape::kGamma, Shape::kUniform};
    const std::string name = map.Text("shape");
    const auto shape = std::find_if(std::begin(kShapes), std::end(kShapes),
                                    [&](Shape known) { return ShapeName(known) == name; });
    if (shape == std::end(kShapes)) {
      map.Fail("shape", "must be constant, exponential, lognormal, gamma or uniform");
      return;
    }
    distribution.shape = *shape;
    if (*shape == Shape::kUniform) {
      distribution.least = map.Duration("least");
      distribution.most = map.Duration("most");
      return;
    }
    distribution.mean = map.Duration("mean");
    if (*shape == Shape::kLogNormal || *shape == Shape::kGamma) {
      distribution.cv_ratio = map.Number("cv_ratio");
    }
  }

  void ReadCalls(YamlMap& map) {
    CallType type;
    type.queue = Refer(queues_, map, "queue", map.Text("queue"), "queue");
    type.name = map.Text("name", scenario_.queues.empty() ? "" : scenario_.queues[type.queue].name);
    map.Map("rates", [&](YamlMap& rates) {
      const std::vector<double> per_hour = rates.Numbers("per_hour");
      const absl::Duration step =
          per_hour.size() == 1 ? rates.Duration("step", scenario_.repeat) : rates.Duration("step");
      for (size_t i = 0; i < per_hour.size(); ++i) {
        type.rates.push_back({static_cast<int64_t>(i) * step, per_hour[i]});
      }
    });
    type.dispersion_ratio = map.Number("dispersion_ratio", 1);
    type.busyness_period = map.Duration("busyness_period", type.busyness_period);
    map.Map("talk", [&](YamlMap& talk) { ReadDistribution(talk, type.talk); });
    if (map.Has("hold")) {
      map.Map("hold", [&](YamlMap& hold) {
        type.hold_share_ratio = hold.Number("share_ratio");
        ReadDistribution(hold, type.hold);
      });
    }
    if (map.Has("after_call")) {
      map.Map("after_call", [&](YamlMap& after) { ReadDistribution(after, type.after_call); });
    }
    if (map.Has("patience")) {
      map.Map("patience",
              [&](YamlMap& patience) { ReadDistribution(patience, type.patience.emplace()); });
    }
    scenario_.call_types.push_back(std::move(type));
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
    const std::string id = map.Text("id"), name = map.Text("name");
    if (count > 1 && id.find('#') == std::string::npos) {
      map.Fail("id", "needs # signs where the agent's number goes");
    }
    Agent agent;
    agent.division = Division(map);
    map.Maps("skills", [&](YamlMap& skill) {
      agent.skills.push_back({Refer(skills_, skill, "skill", skill.Text("skill"), "skill"),
                              skill.Number("proficiency", 0)});
    });
    const std::vector<std::string> joined = map.Texts("joined"), queues = map.Texts("queues");
    for (size_t i = 0; i < queues.size(); ++i) {
      const int queue = Refer(queues_, map, absl::StrCat("queues[", i, "]"), queues[i], "queue");
      agent.memberships.push_back(
          {queue, std::find(joined.begin(), joined.end(), queues[i]) != joined.end()});
    }
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
        }
      });
      if (map.Has("schedule")) map.Fail("breaks", "cannot stand beside schedule");
    }
    agent.schedule = ReadSchedule(map);
    if (agent.schedule.empty()) agent.schedule = {{absl::ZeroDuration(), Presence::kOnQueue}};
    for (int64_t k = 0; k < count; ++k) {
      agent.id = Numbered(id, k + 1);
      agent.name = Numbered(name, k + 1);
      if (breaks) agent.schedule = Spread(*breaks, k, count);
      scenario_.agents.push_back(agent);
    }
  }

  Scenario scenario_;
  Violations violations_;
  std::map<std::string, int> divisions_, skills_, queues_;
};

}  // namespace

absl::StatusOr<Scenario> ParseScenario(const std::string& yaml) { return Loader().Load(yaml); }

absl::StatusOr<Scenario> LoadScenario(const std::string& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream.good()) {
    return absl::NotFoundError(absl::StrCat("scenario \"", file, "\" cannot be read"));
  }
  absl::StatusOr<Scenario> scenario = ParseScenario(text.str());
  if (scenario.ok()) return scenario;
  return absl::Status(scenario.status().code(),
                      absl::StrCat(file, ": ", scenario.status().message()));
}

Scenario DefaultScenario() {
  absl::StatusOr<Scenario> scenario = ParseScenario(kDefaultScenario);
  assert(scenario.ok());  // a test loads it
  return *std::move(scenario);
}

}  // namespace evenkeel::sim
