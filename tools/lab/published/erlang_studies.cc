#include "tools/lab/published/erlang_studies.h"

#include <absl/strings/str_cat.h>

#include <cassert>
#include <limits>

#include "common/stats/erlang.h"

namespace evenkeel::lab {
namespace {

// The first half of the time is for becoming steady.
constexpr absl::Duration kHalf = absl::Hours(30);

struct Case {
  const char* formula;  // "B", "C" or "A"
  int agents;
  double load;  // Erlangs
  double handle_seconds;
  double patience_seconds = 0;  // A only
};

constexpr Case kCases[] = {
    {"B", 14, 10, 180},     {"B", 5, 4, 180},       {"C", 10, 8, 180},       {"C", 25, 20, 300},
    {"A", 10, 9, 180, 120}, {"A", 20, 24, 240, 90}, {"A", 50, 50, 240, 300},
};

Study StudyOf(const Case& one) {
  auto scenario = std::make_shared<sim::Scenario>();
  scenario->name =
      absl::StrCat("Erlang ", one.formula, ", ", one.agents, " agents, ", one.load, " Erlangs");
  scenario->closes = 2 * kHalf;
  scenario->repeat = absl::Hours(168);
  scenario->divisions = {{"d", "Home"}};
  sim::Queue& queue = scenario->queues.emplace_back();
  queue.id = queue.name = "queue";
  queue.target_wait = absl::Seconds(20);
  const std::string formula = one.formula;
  if (formula == "B") queue.waiting_limit = 0;
  sim::CallType& type = scenario->call_types.emplace_back();
  type.name = "calls";
  type.rates = {{absl::ZeroDuration(), one.load / one.handle_seconds * 3600}};
  type.talk = {sim::Shape::kExponential, absl::Seconds(one.handle_seconds)};
  if (formula == "A") {
    type.patience = {{sim::Shape::kExponential, absl::Seconds(one.patience_seconds)}};
  }
  for (int a = 0; a < one.agents; ++a) {
    sim::Agent& agent = scenario->agents.emplace_back();
    agent.id = agent.name = absl::StrCat("a", a);
    sim::Membership& membership = agent.memberships.emplace_back();
    membership.joined = true;
    agent.schedule = {{absl::ZeroDuration(), sim::Presence::kOnQueue}};
  }
  assert(sim::Validate(*scenario).ok());

  Study study;
  study.name = scenario->name;
  study.source = "formula, see common/stats/erlang.h";
  study.replications = 200;
  study.period_length = kHalf;
  study.scenario = scenario;
  // Exact: as if of endlessly many replications.
  const auto add = [&](std::string name, Counter of, double value) {
    Measure measure;
    measure.name = std::move(name);
    measure.of = {of};
    measure.per = {Counter::kArrived};
    measure.period = 1;
    measure.published = {value, 0, 1, 0};
    study.measures.push_back(std::move(measure));
  };
  if (formula == "B") {
    add("Blocked", Counter::kBlocked, stats::ErlangB(one.agents, one.load));
  } else if (formula == "C") {
    const auto exact = stats::ErlangC(one.agents, one.load, one.handle_seconds, 20);
    add("Wait at all", Counter::kWaited, exact->p_wait);
    add("Mean wait, seconds", Counter::kWaitAll, exact->mean_wait_seconds);
    add("Answered within 20 s", Counter::kInTarget, exact->service_level_ratio);
  } else {
    const auto exact =
        stats::ErlangA(one.agents, one.load, one.handle_seconds, one.patience_seconds, 20);
    add("Wait at all", Counter::kWaited, exact.p_wait);
    add("Give up", Counter::kAbandoned, exact.p_abandon);
    add("Mean wait, seconds", Counter::kWaitAll, exact.mean_wait_seconds);
    add("Answered within 20 s", Counter::kInTarget, exact.service_levels.all_ratio);
  }
  return study;
}

}  // namespace

std::vector<Study> ErlangStudies() {
  std::vector<Study> studies;
  for (const Case& one : kCases) studies.push_back(StudyOf(one));
  return studies;
}

}  // namespace evenkeel::lab
