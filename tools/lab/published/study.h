// Published models: a scenario, what to measure in it, and the figures that somebody else's
// simulator printed for it. A study runs the scenario many times from empty and compares (SIM-2).
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::lab {

// What is added up in a replication. Of contacts, each attempt of a caller counts as one; its wait
// is the one of all its attempts so far. Times are in seconds.
enum class Counter {
  kArrived,  // that ended in whatever way; dialled ones: that a person answered
  kDialled,  // attempts
  kServed,
  kAbandoned,
  kBlocked,
  kDisconnected,
  kRetried,        // that came back
  kWaited,         // did not get an agent at once, blocked ones included
  kInTarget,       // served after less than the queue's target
  kInTime,         // waited less than the target and were not blocked, served or not
  kLate,           // the other way round
  kAbandonedLate,  // abandoned after the target or later
  kWaitServed,     // time
  kWaitAll,        // time
  kInQueue,        // time that contacts spent waiting
  kBusy,           // agents' time
  kStaffed,        // agents' time on queue or still busy
};
inline constexpr std::string_view kCounterNames[] = {
    "arrived",     "dialled",  "served",    "abandoned", "blocked", "disconnected",
    "retried",     "waited",   "in_target", "in_time",   "late",    "abandoned_late",
    "wait_served", "wait_all", "in_queue",  "busy",      "staffed"};

struct Published {
  double mean = 0;
  double sd = 0;        // of a replication; of a ratio of means by the delta method
  int64_t n = 0;        // replications
  double rounding = 0;  // half a unit of the last digit
};

// The mean of sum(of) * factor, or the ratio of the means of sum(of) and sum(per), times factor.
struct Measure {
  std::string name;
  std::vector<Counter> of;
  std::vector<Counter> per;
  double factor = 1;
  // Contacts of these call types and campaigns (positions); all when both are empty.
  std::vector<int> call_types, campaigns;
  std::optional<int> period;  // contacts that arrived in it
  std::vector<int> groups;    // kBusy and kStaffed; all when empty
  Published published;
};

struct Study {
  std::string name;
  std::string source;
  std::shared_ptr<const sim::Scenario> scenario;  // one that closes
  int64_t replications = 1000;
  absl::Duration period_length;  // zero: one period
  // How long agents' time is added up; empty: until the last contact has left.
  std::optional<absl::Duration> staffing_until;
  std::vector<Measure> measures;
};

struct Result {
  double mean = 0;
  double sd = 0;
  // The measured mean's distance from the published one, rounding taken off, in standard errors of
  // their difference: |m - mean| <= z * sqrt(s^2 / r + sd^2 / n) + rounding.
  double z = 0;
};

struct StudyRun {
  std::vector<Result> results;  // by measure
  int64_t contacts = 0;
  int64_t events = 0;
  int64_t never_empty = 0;  // replications with contacts still there a week after closing
};

// Same study and seed, same results. `replications` 0: the study's.
StudyRun RunStudy(const Study& study, uint64_t seed, int64_t replications = 0);

}  // namespace evenkeel::lab
