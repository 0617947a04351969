// Test helper: small centres of one kind of agent, built in a line.
#pragma once

#include <string>

#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::sim {

inline Distribution Exponential(double mean_seconds) {
  return {Shape::kExponential, absl::Seconds(mean_seconds)};
}
inline Distribution Constant(double seconds) { return {Shape::kConstant, absl::Seconds(seconds)}; }

class SmallCentre {
 public:
  SmallCentre() {
    scenario_.name = "small";
    scenario_.divisions = {{"d0", "Home"}};
  }

  // A queue with one call type of plain Poisson arrivals; `patience_seconds` 0: nobody gives up.
  SmallCentre& Queue(double calls_per_hour, double talk_seconds, double patience_seconds = 0) {
    const int queue = static_cast<int>(scenario_.queues.size());
    sim::Queue& added = scenario_.queues.emplace_back();
    added.id = "q" + std::to_string(queue);
    added.name = added.id;
    CallType type;
    type.name = added.id;
    type.queue = queue;
    type.rates = {{absl::ZeroDuration(), calls_per_hour}};
    type.talk = Exponential(talk_seconds);
    if (patience_seconds > 0) type.patience = Exponential(patience_seconds);
    scenario_.call_types.push_back(type);
    return *this;
  }

  // Agents always on queue, joined to `joined` and members besides of `others`.
  SmallCentre& Agents(int count, std::vector<int> joined, std::vector<int> others = {}) {
    for (int i = 0; i < count; ++i) {
      Agent& agent = scenario_.agents.emplace_back();
      agent.id = "a" + std::to_string(scenario_.agents.size() - 1);
      agent.name = agent.id;
      for (const int queue : joined) agent.memberships.push_back({queue, true});
      for (const int queue : others) agent.memberships.push_back({queue, false});
      agent.schedule = {{absl::ZeroDuration(), Presence::kOnQueue}};
    }
    return *this;
  }

  Scenario& get() { return scenario_; }

 private:
  Scenario scenario_;
};

}  // namespace evenkeel::sim
