// The calls of one call type, in the order in which they arrive, with what each will need. Nothing
// here depends on what becomes of the calls: two simulations with one seed see the same ones.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/genesys_sim/engine/distribution.h"
#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::sim {

// Times are microseconds since the start of the simulation.
struct Call {
  int64_t arrival = 0;
  double talk_seconds = 0;
  double hold_seconds = 0;
  double after_call_seconds = 0;
  double patience_seconds = 0;  // infinite: never gives up
};

class Arrivals {
 public:
  // `number` tells the streams of the scenario's call types apart.
  Arrivals(const CallType& type, absl::Duration repeat, uint64_t seed, uint64_t number);

  // The next call. False when there will be none any more (all rates are zero).
  bool Next(Call& call);

 private:
  // A stretch of constant rate.
  struct Piece {
    double start_seconds;
    double rate_per_second;
  };
  double RateAt(double seconds, double& until_seconds) const;
  double ExpectedBetween(double from, double to) const;
  void DrawBusyness();

  std::vector<Piece> pieces_;
  double repeat_seconds_;
  double dispersion_ratio_;
  double busyness_seconds_;
  double hold_share_ratio_;
  bool has_calls_ = false;
  bool has_patience_;
  Sampler talk_, hold_, after_call_, patience_;

  uint64_t seed_;
  uint64_t number_;
  Stream gaps_;
  Stream busyness_stream_;
  int64_t period_ = 0;  // which busyness period `at_seconds_` lies in
  double busyness_ratio_ = 1;
  double at_seconds_ = 0;
  uint64_t calls_ = 0;
};

}  // namespace evenkeel::sim
