#include "tools/bench/large_centre.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <random>

namespace evenkeel::bench {
namespace {

std::string Uuid(int kind, int number) {
  return absl::StrFormat("%08x-0000-4000-8000-%012x", kind, number);
}

}  // namespace

sim::Scenario LargeCentre(int agents, int queues) {
  std::mt19937 random(7);
  const auto draw = [&](int below) { return static_cast<int>(random() % below); };
  sim::Scenario scenario;
  scenario.name = absl::StrCat(agents, " agents, ", queues, " queues");
  scenario.divisions.push_back({Uuid(1, 0), "Home"});
  for (int q = 0; q < queues; ++q) {
    scenario.skills.push_back({Uuid(2, q), absl::StrCat("Skill ", q)});
    sim::Queue& queue = scenario.queues.emplace_back();
    queue.id = Uuid(3, q);
    queue.name = absl::StrCat("Queue ", q);
    queue.skill = q;
    sim::CallType& type = scenario.call_types.emplace_back();
    type.name = queue.name;
    type.queue = q;
    type.talk = {sim::Shape::kLogNormal, absl::Seconds(240), 0.8};
    type.after_call = {sim::Shape::kExponential, absl::Seconds(60)};
    type.patience = sim::Distribution{sim::Shape::kExponential, absl::Seconds(180)};
    // Nine in ten at work, each twelve contacts of five minutes an hour at most.
    type.rates.push_back({absl::ZeroDuration(), 0.75 * 0.9 * 12 * agents / queues});
  }
  for (int a = 0; a < agents; ++a) {
    sim::Agent& agent = scenario.agents.emplace_back();
    agent.id = Uuid(4, a);
    agent.name = absl::StrCat("Agent ", a);
    const int home = a % queues, own = std::min(1 + draw(5), queues);
    for (int i = 0; i < own; ++i) {
      const int queue = (home + i) % queues;
      agent.skills.push_back({queue, 1.0 + draw(5)});
      agent.memberships.push_back({queue, i == 0 || draw(4) != 0});
    }
    // A break of six minutes each hour, at a time of one's own.
    agent.schedule.push_back({absl::ZeroDuration(), sim::Presence::kOnQueue});
    const absl::Duration pause = absl::Seconds(1 + draw(3200));
    agent.schedule.push_back({pause, sim::Presence::kBreak});
    agent.schedule.push_back({pause + absl::Minutes(6), sim::Presence::kOnQueue});
  }
  scenario.repeat = absl::Hours(1);
  return scenario;
}

}  // namespace evenkeel::bench
