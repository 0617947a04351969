#include "tools/genesys_sim/engine/scenario.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "common/base/error_details.h"

namespace evenkeel::sim {
namespace {

constexpr int kMostRank = 1000;
constexpr double kLeastRate = 0.001;  // an hour; less, and looking for the next call takes for ever

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
    Ids(scenario_.wrap_up_codes, "wrap_up_codes");
    Ids(scenario_.campaigns, "campaigns");
    if (scenario_.closes && *scenario_.closes <= absl::ZeroDuration()) {
      Add("closes", "must be above 0");
    }
    if (!(scenario_.busyness_cv_ratio >= 0 && scenario_.busyness_cv_ratio <= 3)) {
      Add("busyness_cv_ratio", "must be 0 to 3");
    }
    NotNegative(scenario_.lines, "lines");
    NotNegative(scenario_.waiting_limit, "waiting_limit");
    for (size_t i = 0; i < scenario_.queues.size(); ++i) CheckQueue(i);
    for (size_t i = 0; i < scenario_.call_types.size(); ++i) CheckCallType(i);
    for (size_t i = 0; i < scenario_.campaigns.size(); ++i) CheckCampaign(i);
    for (size_t i = 0; i < scenario_.agents.size(); ++i) CheckAgent(i);
    for (size_t i = 0; i < scenario_.staffing_groups.size(); ++i) CheckGroup(i);
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

  void NotNegative(const std::optional<int64_t>& number, const std::string& path) {
    if (number && *number < 0) Add(path, "must not be negative");
  }

  void Ratio(double ratio, const std::string& path) {
    if (!(ratio >= 0 && ratio <= 1)) Add(path, "must be 0 to 1");
  }

  void CheckQueue(size_t i) {
    const Queue& queue = scenario_.queues[i];
    const std::string path = At("queues", i);
    if (queue.skill) Refers(*queue.skill, scenario_.skills, path + ".skill", "skill");
    Refers(queue.division, scenario_.divisions, path + ".division", "division");
    Ratio(queue.target_ratio, path + ".target_ratio");
    if (queue.target_wait < absl::ZeroDuration() || queue.target_wait > absl::Hours(24)) {
      Add(path + ".target_wait", "must be 0 to 24h");
    }
    NotNegative(queue.inbound_capacity, path + ".inbound_capacity");
    NotNegative(queue.waiting_limit, path + ".waiting_limit");
    if (queue.rings.size() > kMostRings) Add(path + ".rings", "must be 6 at most");
    for (size_t k = 0; k < queue.rings.size(); ++k) {
      if (queue.rings[k] < absl::ZeroDuration() || queue.rings[k] > absl::Hours(24)) {
        Add(absl::StrCat(path, ".rings[", k, "]"), "must be 0 to 24h");
      }
    }
  }

  void CheckPeriods(const std::vector<DistributionPeriod>& periods, const std::string& path) {
    if (!periods.empty()) CheckStarts(periods, path);
    for (size_t k = 0; k < periods.size(); ++k) {
      Check(periods[k].distribution, absl::StrCat(path, "[", k, "]"), violations_);
    }
  }

  void CheckHandling(const Handling& handling, const std::string& path) {
    Ratio(handling.hold_share_ratio, path + ".hold_share_ratio");
    Check(handling.talk, path + ".talk", violations_);
    CheckPeriods(handling.talk_by_period, path + ".talk_by_period");
    Check(handling.hold, path + ".hold", violations_);
    Check(handling.after_call, path + ".after_call", violations_);
    double weights = 0;
    for (size_t k = 0; k < handling.wrap_up_codes.size(); ++k) {
      const std::string at = absl::StrCat(path, ".wrap_up_codes[", k, "]");
      Refers(handling.wrap_up_codes[k].code, scenario_.wrap_up_codes, at, "wrap-up code");
      const double weight = handling.wrap_up_codes[k].weight;
      if (!(weight >= 0 && weight <= 1e6)) Add(at + ".weight", "must be 0 to 1e6");
      weights += weight;
    }
    if (!handling.wrap_up_codes.empty() && !(weights > 0)) {
      Add(path + ".wrap_up_codes", "need a weight above 0");
    }
  }

  void CheckPriority(int priority, const std::string& path) {
    if (std::abs(priority) > kMostRank) Add(path + ".priority", "must be -1000 to 1000");
  }

  void CheckCallType(size_t i) {
    const CallType& type = scenario_.call_types[i];
    const std::string path = At("call_types", i);
    Refers(type.queue, scenario_.queues, path + ".queue", "queue");
    for (size_t k = 0; k < type.skills.size(); ++k) {
      Refers(type.skills[k], scenario_.skills, absl::StrCat(path, ".skills[", k, "]"), "skill");
    }
    if (type.rates.empty() == type.counts.empty()) {
      Add(path + ".rates", "must be given, or counts, not both");
    } else if (type.counts.empty()) {
      CheckStarts(type.rates, path + ".rates");
    } else {
      CheckCounts(type, path);
    }
    for (size_t k = 0; k < type.rates.size(); ++k) {
      const double rate = type.rates[k].calls_per_hour;
      if (rate != 0 && !(rate >= kLeastRate && rate <= 1e6)) {
        Add(absl::StrCat(path, ".rates[", k, "].calls_per_hour"), "must be 0, or 0.001 to 1e6");
      }
    }
    if (!(type.dispersion_ratio >= 1 && type.dispersion_ratio <= 1000)) {
      Add(path + ".dispersion_ratio", "must be 1 to 1000");
    }
    if (type.busyness_period < absl::Seconds(1) || type.busyness_period > absl::Hours(24)) {
      Add(path + ".busyness_period", "must be 1s to 24h");
    }
    CheckHandling(type, path);
    CheckPriority(type.priority, path);
    if (type.patience) Check(*type.patience, path + ".patience", violations_);
    CheckPeriods(type.patience_by_period, path + ".patience_by_period");
    if (!type.patience && (!type.patience_by_period.empty() || type.balk_ratio > 0)) {
      Add(path + ".patience", "must be given where some have one");
    }
    Ratio(type.balk_ratio, path + ".balk_ratio");
    Ratio(type.retrial.after_abandon_ratio, path + ".retrial.after_abandon_ratio");
    Ratio(type.retrial.after_block_ratio, path + ".retrial.after_block_ratio");
    Check(type.retrial.delay, path + ".retrial.delay", violations_);
    const bool retries = type.retrial.after_abandon_ratio > 0 || type.retrial.after_block_ratio > 0;
    if (retries && type.retrial.delay.Mean() < absl::Seconds(1)) {
      Add(path + ".retrial.delay", "must be at least 1s in the mean");
    }
  }

  void CheckCounts(const CallType& type, const std::string& path) {
    if (type.count_period < absl::Seconds(1) ||
        type.count_period * static_cast<int64_t>(type.counts.size()) > scenario_.repeat ||
        scenario_.repeat % type.count_period != absl::ZeroDuration()) {
      Add(path + ".count_period", "must be at least 1s, divide repeat, and all must end in it");
    }
    if (type.dispersion_ratio > 1) {
      Add(path + ".dispersion_ratio", "cannot stand beside counts");
    }
    for (size_t k = 0; k < type.counts.size(); ++k) {
      if (type.counts[k] < 0 || type.counts[k] > 1'000'000) {
        Add(absl::StrCat(path, ".counts[", k, "]"), "must be 0 to 1e6");
      }
    }
  }

  void CheckCampaign(size_t i) {
    const Campaign& campaign = scenario_.campaigns[i];
    const std::string path = At("campaigns", i);
    Refers(campaign.queue, scenario_.queues, path + ".queue", "queue");
    if (campaign.test_queue) {
      Refers(*campaign.test_queue, scenario_.queues, path + ".test_queue", "queue");
    }
    if (!(campaign.calls_per_agent >= 0 && campaign.calls_per_agent <= 100)) {
      Add(path + ".calls_per_agent", "must be 0 to 100");
    }
    if (campaign.calls_besides < 0 || campaign.calls_besides > 10'000) {
      Add(path + ".calls_besides", "must be 0 to 10000");
    }
    if (campaign.least_free < 0) Add(path + ".least_free", "must not be negative");
    if (campaign.least_free_test < 0) Add(path + ".least_free_test", "must not be negative");
    NotNegative(campaign.contacts, path + ".contacts");
    NotNegative(campaign.lines, path + ".lines");
    if (campaign.from < absl::ZeroDuration() || campaign.from >= scenario_.repeat) {
      Add(path + ".from", "must be 0 or more and before repeat");
    }
    if (campaign.until &&
        (*campaign.until <= campaign.from || *campaign.until > scenario_.repeat)) {
      Add(path + ".until", "must be after from, to repeat");
    }
    CheckStarts(campaign.outcomes, path + ".outcomes");
    for (size_t k = 0; k < campaign.outcomes.size(); ++k) {
      const DialPeriod& period = campaign.outcomes[k];
      const double sum = period.answer_ratio + period.busy_ratio + period.machine_ratio;
      if (!(period.answer_ratio >= 0 && period.busy_ratio >= 0 && period.machine_ratio >= 0 &&
            sum <= 1 + 1e-12)) {
        Add(absl::StrCat(path, ".outcomes[", k, "]"), "must be 0 to 1, and not above 1 together");
      }
    }
    Check(campaign.answer_after, path + ".answer_after", violations_);
    Check(campaign.busy_after, path + ".busy_after", violations_);
    Check(campaign.machine_after, path + ".machine_after", violations_);
    Check(campaign.no_answer_after, path + ".no_answer_after", violations_);
    // Or a campaign that looks after each attempt would dial without end at one instant.
    if (campaign.trigger == DialTrigger::kAlways &&
        std::min({campaign.answer_after.Mean(), campaign.busy_after.Mean(),
                  campaign.machine_after.Mean(), campaign.no_answer_after.Mean()}) <
            absl::Milliseconds(1)) {
      Add(path + ".trigger", "always needs all of answer_after ... no_answer_after, 1ms or more");
    }
    Check(campaign.patience, path + ".patience", violations_);
    CheckPriority(campaign.priority, path);
    CheckHandling(campaign, path);
  }

  void CheckGroup(size_t i) {
    const StaffingGroup& group = scenario_.staffing_groups[i];
    const std::string path = At("staffing_groups", i);
    const auto agents = static_cast<int64_t>(scenario_.agents.size());
    if (group.first_agent < 0 || group.agents < 0 || group.first_agent > agents - group.agents) {
      Add(path + ".agents", "are not all there");
    }
    CheckStarts(group.headcounts, path + ".headcounts");
    for (size_t k = 0; k < group.headcounts.size(); ++k) {
      if (group.headcounts[k].agents < 0 || group.headcounts[k].agents > group.agents) {
        Add(absl::StrCat(path, ".headcounts[", k, "].agents"), "must be 0 to the group's agents");
      }
    }
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
      const int ring = agent.memberships[k].ring;
      const size_t timers = scenario_.queues[queue].rings.size();
      const size_t rings = timers == 0 ? kMostRings : std::min(kMostRings, timers + 1);
      if (ring < 1 || ring > static_cast<int>(rings)) {
        Add(absl::StrCat(path, ".memberships[", k, "].ring"),
            absl::StrCat("must be 1 to ", rings, ", the queue's rings"));
      }
      for (const auto& [name, rank] : {std::pair("agent_rank", agent.memberships[k].agent_rank),
                                       std::pair("queue_rank", agent.memberships[k].queue_rank)}) {
        if (std::abs(rank) > kMostRank) {
          Add(absl::StrCat(path, ".memberships[", k, "].", name), "must be -1000 to 1000");
        }
      }
      const double factor = agent.memberships[k].handle_factor;
      if (!(factor >= 0.01 && factor <= 100)) {
        Add(absl::StrCat(path, ".memberships[", k, "].handle_factor"), "must be 0.01 to 100");
      }
    }
    for (size_t m = 0; m < kMediaCount; ++m) {
      if (agent.utilization.most[m] < 0 || agent.utilization.most[m] > 25) {
        Add(absl::StrCat(path, ".utilization.most[", m, "]"), "must be 0 to 25");
      }
    }
  }

  const Scenario& scenario_;
  Violations violations_;
};

}  // namespace

absl::Status Validate(const Scenario& scenario) { return Checker(scenario).Run(); }

std::vector<int> QueuesToBalance(const Scenario& scenario) {
  std::set<int> queues;
  for (const CallType& type : scenario.call_types) {
    if (scenario.queues[type.queue].rings.empty()) queues.insert(type.queue);
  }
  for (const Campaign& campaign : scenario.campaigns) queues.erase(campaign.queue);
  return {queues.begin(), queues.end()};
}

}  // namespace evenkeel::sim
