// Watches the groups from cycle to cycle (FAIR-3, FAIR-4): smooths their dispersion, looks for the
// conditions that deserve an alert, and says which alerts open and close. Everything it remembers
// is in GroupMemory, which its caller keeps.
#pragma once

#include <absl/time/time.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/fairness_scorer/core/alerts/alarm.h"
#include "services/fairness_scorer/core/alerts/alert.h"
#include "services/fairness_scorer/core/alerts/smoothing.h"
#include "services/fairness_scorer/core/alerts/standing.h"
#include "services/fairness_scorer/core/workload/score.h"
#include "services/fairness_scorer/core/workload/window.h"

namespace evenkeel::fairness {

struct WatchRules {
  Smoothing smoothing = Smoothing::kExponential;
  Figure figure = Figure::kCorrected;
  // With the corrected figure: chance must make such a spread more rarely than this.
  double most_chance = 0.001;
  // CAPACITY_MISALIGNED: occupancy above this times the queue's target.
  double misaligned_ratio = 1.10;
  // ACW_VARIANCE: CV of agents' mean after-call work above this, of those with so many contacts.
  // With the corrected figure less what chance makes of it, when a contact's own after-call work is
  // exponential, and only where chance makes so much more rarely than most_chance.
  double acw_cv = 0.40;
  double acw_min_contacts = 5;
  // SKILL_OVERLAP: occupancy on the primary skill (FAIR-15).
  double overload_mark = 0.80;
  // Most of a group's agents who may have come on queue or gone in the last quarter of an hour:
  // above it there is a shift change, and no alert opens (FAIR-5).
  double most_shifting = 0.30;
  StandingRules standing;
};

// 0.80, lowered with the CV of handle time: 0.80 * (1 - 0.25 * min(1, cv)) (FAIR-15).
double OverloadMark(double handle_time_cv);

// What is remembered of one group.
struct GroupMemory {
  struct Incident {
    AlarmMemory alarm;
    std::string id;  // of the open alert; empty: none is open

    friend bool operator==(const Incident&, const Incident&) = default;
  };
  SmoothingMemory smoothing;
  // Group::work_until of the last cycle: conditions of a group's work, but its dispersion, are
  // looked at when there is new work, so that three in a row are three stretches of five minutes.
  absl::Time work_until = absl::InfinitePast();
  std::map<AlertType, Incident> incidents;

  friend bool operator==(const GroupMemory&, const GroupMemory&) = default;
};

// "queue/<id>" or "skill/<id>".
std::string GroupKey(Group::Kind kind, const std::string& id);

// A group in one cycle, with its score; `options` are those of the score.
struct GroupCycle {
  const Group* group = nullptr;
  const GroupScore* score = nullptr;
  ScoreOptions options;
};

// What one cycle makes of a group.
struct GroupStanding {
  std::optional<double> current_cv;  // by the figure; absent: too little to judge
  std::optional<double> smoothed_cv;
  Band band = Band::kUnknown;             // of the smoothed figure
  std::set<AlertType> open;               // alerts
  std::optional<double> occupancy_ratio;  // of the group's agents, over all their queues
  std::optional<double> acw_cv;
  Standing standing;
};

struct WatchedCycle {
  std::vector<GroupStanding> groups;  // as given
  std::vector<Alert> alerts;          // that open or close, in the order of the groups
};

// One cycle at `now`. `new_id` gives alerts their ids. `suppressed`: inside a maintenance window;
// nothing opens, what is open stays. Memory of groups that are not given is kept.
WatchedCycle Watch(std::map<std::string, GroupMemory>& memory,
                   const std::vector<GroupCycle>& groups, const WatchRules& rules, bool suppressed,
                   uint64_t snapshot_number, absl::Time now,
                   const std::function<std::string()>& new_id);

}  // namespace evenkeel::fairness
