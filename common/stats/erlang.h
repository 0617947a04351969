// The Erlang formulas of queueing theory: B (blocked calls leave), C (everybody waits) and A
// (callers who wait lose patience: M/M/n+M). Figures are accurate to 1e-10 relative or 1e-14
// absolute, whichever is larger, for every argument that the contracts allow: no overflow in large
// systems, no cancellation near saturation, in deep overload, or with very short or very long
// patience.
//
// Throughout, `offered_load` is in Erlangs (arrival rate times mean handle time), `agents` counts
// servers, times are in seconds. Arguments out of range are a programming error and asserted.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace evenkeel::stats {

// Probability that a call is blocked in M/M/n/n. Requires agents >= 0, finite offered_load >= 0.
// Takes time proportional to `agents`.
double ErlangB(int64_t agents, double offered_load);

struct ErlangCFigures {
  double p_wait = 0;               // share of calls that wait at all
  double mean_wait_seconds = 0;    // over all calls
  double mean_queue = 0;           // calls waiting, on average
  double service_level_ratio = 0;  // share of calls that wait at most the given time
};

// M/M/n without abandonment; nullopt when it has no steady state (offered_load >= agents). Requires
// also mean_handle_seconds > 0, within_seconds >= 0.
std::optional<ErlangCFigures> ErlangC(int64_t agents, double offered_load,
                                      double mean_handle_seconds, double within_seconds);

// People mean different things by "service level"; all of these are shares within T seconds.
// nullopt: the denominator is zero (nobody is ever served).
struct ServiceLevels {
  double all_ratio = 0;                             // served within T / all arrivals
  std::optional<double> served_ratio;               // served within T / served
  std::optional<double> excl_short_abandons_ratio;  // served within T / (served + left after T)
  double wait_all_ratio = 0;  // waited at most T, whether served or gone / all arrivals
  double virtual_ratio = 0;   // a caller of endless patience would wait at most T
};

struct ErlangAFigures {
  double p_wait = 0;                               // an arrival finds no free agent
  double p_abandon = 0;                            // gives up / all arrivals
  double mean_wait_seconds = 0;                    // over all arrivals, served or not
  std::optional<double> mean_wait_served_seconds;  // over those served; nullopt: nobody is
  double mean_queue = 0;                           // calls waiting, on average
  std::optional<double> occupancy_ratio;           // busy agents / agents; nullopt: no agents
  ServiceLevels service_levels;
};

// M/M/n+M: as ErlangC, and callers give up after an exponential patience. Requires also finite
// mean_patience_seconds > 0. An offered load of 0 gives the limit: what a single call would meet.
ErlangAFigures ErlangA(int64_t agents, double offered_load, double mean_handle_seconds,
                       double mean_patience_seconds, double within_seconds);

// Mean queue for 0, 1, 2, ... agents: entry n is ErlangA(n, ...).mean_queue. Ends with max_agents
// or with the first entry of at most `negligible` calls.
std::vector<double> ErlangAMeanQueues(int64_t max_agents, double offered_load,
                                      double mean_handle_seconds, double mean_patience_seconds,
                                      double negligible = -1);

// The same for ErlangC: infinite where there is no steady state, 0 without load.
std::vector<double> ErlangCMeanQueues(int64_t max_agents, double offered_load,
                                      double negligible = -1);

}  // namespace evenkeel::stats
