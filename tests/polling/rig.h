// Ingest reading a large simulated centre, in one process on a clock that moves when told to: how
// often each loop really asks, whether the API ever refuses, how old the snapshot gets (API-3,
// API-7). For the short form in the tests and the long one in scripts/prove.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/genesys_sim/api/api.h"

namespace evenkeel::polling {

struct Options {
  sim::Dialect dialect = sim::Dialect::kPlatform;
  sim::Scenario scenario;
  double rate_share = 0.8;
  // Clock time that each answer takes.
  absl::Duration latency = absl::Milliseconds(100);
  // Not counted: the first readings come all at once, and it goes on until every section was read.
  absl::Duration warm_up = absl::Minutes(3);
  absl::Duration span = absl::Minutes(30);
  // How far the clock moves at a time.
  absl::Duration step = absl::Milliseconds(100);
};

struct LoopFigures {
  std::string section;
  absl::Duration configured_interval;
  absl::Duration real_interval;        // as the status says at the end
  absl::Duration exported_interval;    // as the metrics say at the end
  absl::Duration exported_configured;  // as the metrics say at the end
  int requests_per_reading = 0;        // as the status says
  double requests_per_minute = 0;      // as the centre counted
  absl::Duration mean_age;             // of the section in the newest snapshot
  absl::Duration worst_age;
  int failures = 0;  // readings that failed
  double slowed() const { return absl::FDivDuration(real_interval, configured_interval); }
};

struct Figures {
  std::vector<LoopFigures> loops;  // by section
  double budget_per_minute = 0;    // as the status says
  double requests_per_minute = 0;  // of all loops, as the centre counted
  int64_t worst_minute = 0;        // most requests in a minute on the clock
  int64_t refused = 0;             // answers 429, from the start on
  absl::Duration warmed_up;        // how long it took
  int64_t snapshots = 0;
  std::vector<std::string> said;  // by ingest's log of loops that are slowed
};

// Ends the program when something cannot be started.
Figures Poll(Options options);

}  // namespace evenkeel::polling
