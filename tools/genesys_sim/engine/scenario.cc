#include "tools/genesys_sim/engine/scenario.h"

#include <absl/strings/str_cat.h>

#include <cmath>
#include <set>

#include "common/base/error_details.h"

namespace evenkeel::sim {
namespace {

template <typename T>
std::string At(const char* list, const T& index) {
  return absl::StrCat(list, "[", index, "]");
}

class Checker {
 public:
  explicit Checker(const Scenario& scenario) : scenario_(scenario) {}

  absl::Status Run() {
    if (scenario_.repeat < absl::Minutes(1) || scenario_.repeat > absl::Hours(24 * 7)) {
      Add("repeat", "must be 1m to 168h");
    }
    if (scenario_.divisions.empty()) Add("divisions", "needs at least one");
    if (scenario_.queues.empty()) Add("queues", "needs at least one");
    Ids(scenario_.divisions, "divisions");
    Ids(scenario_.skills, "skills");
    Ids(scenario_.queues, "queues");
    Ids(scenario_.agents, "agents");
    for (size_t i = 0; i < scenario_.queues.size(); ++i) CheckQueue(i);
    for (size_t i = 0; i < scenario_.call_types.size(); ++i) CheckCallType(i);
    for (size_t i = 0; i < scenario_.agents.size(); ++i) CheckAgent(i);
    return violations_.ToStatus();
  }

 private:
  void Add(std::string field, std::string problem) {
    violations_.Add(std::move(field), std::move(problem));
  }

  template <typename Items>
  void Ids(const Items& items, const char* list) {
    std::set<std::string> seen;
    for (size_t i = 0; i < items.size(); ++i) {
      const std::string path = At(list, i) + ".id";
      if (items[i].id.empty()) Add(path, "must not be empty");
      if (!seen.insert(items[i].id).second) Add(path, "occurs twice: " + items[i].id);
    }
  }

  template <typename Items>
  bool Refers(int index, const Items& items, const std::string& path, const char* what) {
    if (index >= 0 && static_cast<size_t>(index) < items.size()) return true;
    Add(path, absl::StrCat("is no ", what));
    return false;
  }

  // `Period` has a `start`.
  template <typename Period>
  void CheckStarts(const std::vector<Period>& periods, const std::string& path) {
    if (periods.empty() || periods[0].start != absl::ZeroDuration()) {
      Add(path, "must begin at 0");
      return;
    }
    for (size_t i = 1; i < periods.size(); ++i) {
      if (periods[i].start <= periods[i - 1].start) {
        Add(absl::StrCat(path, "[", i, "].start"), "must be after the one before");
      }
    }
    if (periods.back().start >= scenario_.repeat) {
      Add(absl::StrCat(path, "[", periods.size() - 1, "].start"), "must be before repeat");
    }
  }

  void CheckQueue(size_t i) {
    const Queue& queue = scenario_.queues[i];
    const std::string path = At("queues", i);
    if (queue.skill) Refers(*queue.skill, scenario_.skills, path + ".skill", "skill");
    Refers(queue.division, scenario_.divisions, path + ".division", "division");
    if (!(queue.target_ratio >= 0 && queue.target_ratio <= 1)) {
      Add(path + ".target_ratio", "must be 0 to 1");
    }
    if (queue.target_wait < absl::ZeroDuration() || queue.target_wait > absl::Hours(24)) {
      Add(path + ".target_wait", "must be 0 to 24h");
    }
    if (queue.inbound_capacity && *queue.inbound_capacity < 0) {
      Add(path + ".inbound_capacity", "must not be negative");
    }
  }

  void CheckCallType(size_t i) {
    const CallType& type = scenario_.call_types[i];
    const std::string path = At("call_types", i);
    Refers(type.queue, scenario_.queues, path + ".queue", "queue");
    CheckStarts(type.rates, path + ".rates");
    for (size_t k = 0; k < type.rates.size(); ++k) {
      const double rate = type.rates[k].calls_per_hour;
      if (!(rate >= 0 && rate <= 1e6)) {
        Add(absl::StrCat(path, ".rates[", k, "].calls_per_hour"), "must be 0 to 1e6");
      }
    }
    if (!(type.dispersion_ratio >= 1 && type.dispersion_ratio <= 1000)) {
      Add(path + ".dispersion_ratio", "must be 1 to 1000");
    }
    if (type.busyness_period < absl::Seconds(1) || type.busyness_period > absl::Hours(24)) {
      Add(path + ".busyness_period", "must be 1s to 24h");
    }
    if (!(type.hold_share_ratio >= 0 && type.hold_share_ratio <= 1)) {
      Add(path + ".hold_share_ratio", "must be 0 to 1");
    }
    Check(type.talk, path + ".talk", violations_);
    Check(type.hold, path + ".hold", violations_);
    Check(type.after_call, path + ".after_call", violations_);
    if (type.patience) Check(*type.patience, path + ".patience", violations_);
  }

  void CheckAgent(size_t i) {
    const Agent& agent = scenario_.agents[i];
    const std::string path = At("agents", i);
    Refers(agent.division, scenario_.divisions, path + ".division", "division");
    CheckStarts(agent.schedule, path + ".schedule");
    std::set<int> skills, queues;
    for (size_t k = 0; k < agent.skills.size(); ++k) {
      const AgentSkill& skill = agent.skills[k];
      const std::string at = absl::StrCat(path, ".skills[", k, "]");
      Refers(skill.skill, scenario_.skills, at + ".skill", "skill");
      if (!skills.insert(skill.skill).second) Add(at + ".skill", "occurs twice");
      if (!(skill.proficiency >= 0 && skill.proficiency <= 5)) {
        Add(at + ".proficiency", "must be 0 to 5");
      }
    }
    for (size_t k = 0; k < agent.memberships.size(); ++k) {
      const int queue = agent.memberships[k].queue;
      const std::string at = absl::StrCat(path, ".memberships[", k, "].queue");
      if (!Refers(queue, scenario_.queues, at, "queue")) continue;
      if (!queues.insert(queue).second) Add(at, "occurs twice");
      const std::optional<int> needed = scenario_.queues[queue].skill;
      if (needed && !skills.contains(*needed)) Add(at, "asks for a skill that the agent lacks");
    }
  }

  const Scenario& scenario_;
  Violations violations_;
};

}  // namespace

absl::Status Validate(const Scenario& scenario) { return Checker(scenario).Run(); }

}  // namespace evenkeel::sim
