#include "services/optimizer/core/capacity/balance_problem.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>

#include <cmath>

namespace evenkeel::optimizer {
namespace {

// Above these a figure is a mistake, and would only cost memory and time.
constexpr double kMostErlangs = 1e6;
constexpr int64_t kMostAgents = 1'000'000;
constexpr double kMostSeconds = 1e9;

class Checker {
 public:
  void Id(const std::string& path, const std::string& id,
          absl::flat_hash_map<std::string, std::string>& seen) {
    if (id.empty()) {
      found_.Add(path, "must not be empty");
      return;
    }
    const auto [at, is_new] = seen.emplace(id, path);
    if (!is_new) found_.Add(path, absl::StrCat("\"", id, "\" is the id of ", at->second, " too"));
  }

  void NotNegative(const std::string& path, double value, bool may_be_infinite = false) {
    if (std::isnan(value) || value < 0 || (std::isinf(value) && !may_be_infinite)) {
      found_.Add(path, absl::StrCat("must be a number of at least 0, is ", value));
    }
  }

  void Positive(const std::string& path, double value, double most) {
    if (!(value > 0 && value <= most)) {
      found_.Add(path, absl::StrCat("must be above 0 and at most ", most, ", is ", value));
    }
  }

  Violations& found() { return found_; }

 private:
  Violations found_;
};

}  // namespace

Violations Validate(const BalanceProblem& problem) {
  Checker check;
  if (problem.queues.empty()) check.found().Add("queues", "must hold at least one queue");
  absl::flat_hash_map<std::string, std::string> queue_ids;
  for (size_t i = 0; i < problem.queues.size(); ++i) {
    const BalanceQueue& queue = problem.queues[i];
    const std::string path = absl::StrCat("queues[", i, "]");
    check.Id(path + ".id", queue.id, queue_ids);
    check.NotNegative(path + ".calls_per_hour", queue.load.calls_per_hour);
    check.Positive(path + ".mean_handle_seconds", queue.load.mean_handle_seconds, kMostSeconds);
    if (queue.load.mean_patience_seconds) {
      check.Positive(path + ".mean_patience_seconds", *queue.load.mean_patience_seconds,
                     kMostSeconds);
    }
    if (queue.load.OfferedLoad() > kMostErlangs) {
      check.found().Add(path + ".calls_per_hour",
                        absl::StrCat("with the handle time this is ", queue.load.OfferedLoad(),
                                     " Erlangs, at most ", kMostErlangs));
    }
    check.NotNegative(path + ".weight", queue.weight);
    check.NotNegative(path + ".priced_from", queue.priced_from);
    check.NotNegative(path + ".price", queue.price);
    check.NotNegative(path + ".min_agents", queue.min_agents);
    check.NotNegative(path + ".max_agents", queue.max_agents, /*may_be_infinite=*/true);
    check.NotNegative(path + ".limit_agents", queue.limit_agents, /*may_be_infinite=*/true);
  }
  absl::flat_hash_map<std::string, std::string> group_ids;
  for (size_t i = 0; i < problem.groups.size(); ++i) {
    const BalanceGroup& group = problem.groups[i];
    const std::string path = absl::StrCat("groups[", i, "]");
    check.Id(path + ".id", group.id, group_ids);
    if (group.agents < 0 || group.agents > kMostAgents) {
      check.found().Add(path + ".agents",
                        absl::StrCat("must be 0 to ", kMostAgents, ", is ", group.agents));
    }
    absl::flat_hash_set<std::string> named;
    for (size_t j = 0; j < group.queues.size(); ++j) {
      const Eligibility& eligibility = group.queues[j];
      const std::string at = absl::StrCat(path, ".queues[", j, "]");
      if (!queue_ids.contains(eligibility.queue_id)) {
        check.found().Add(at + ".queue_id",
                          absl::StrCat("there is no queue \"", eligibility.queue_id, "\""));
      } else if (!named.insert(eligibility.queue_id).second) {
        check.found().Add(at + ".queue_id",
                          absl::StrCat("names \"", eligibility.queue_id, "\" a second time"));
      }
      check.Positive(at + ".efficiency_ratio", eligibility.efficiency_ratio, 1e3);
      check.NotNegative(at + ".price", eligibility.price);
    }
  }
  return check.found();
}

}  // namespace evenkeel::optimizer
