// The contacts of one call type, in the order in which they arrive, with what each will need.
// Nothing here depends on what becomes of the contacts: two simulations with one seed see the same
// ones.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/genesys_sim/engine/distribution.h"
#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::sim {

// Times are microseconds since the start of the simulation.
struct Call {
  int64_t arrival = 0;
  uint64_t number = 0;  // among those of its type, from 0
  double talk_seconds = 0;
  double hold_seconds = 0;
  double after_call_seconds = 0;
  double patience_seconds = 0;  // infinite: never gives up
};

// A distribution that may depend on the time within the repeat.
class TimedSampler {
 public:
  TimedSampler() = default;
  TimedSampler(const Distribution& always, const std::vector<DistributionPeriod>& by_period);

  double DrawSeconds(double seconds_in_repeat, Stream& stream) const;

 private:
  struct Period {
    double start_seconds;
    Sampler sampler;
  };
  std::vector<Period> periods_;
};

// What contacts need of an agent, ready for drawing.
class HandlingSampler {
 public:
  explicit HandlingSampler(const Handling& handling);

  // One fixed order of draws: what a contact needs does not depend on what is asked first.
  void Draw(double seconds_in_repeat, Stream& stream, Call& call) const;
  // A wrap-up code by weight; -1: there are none.
  int DrawCode(Stream& stream) const;

 private:
  TimedSampler talk_;
  Sampler hold_, after_call_;
  double hold_share_ratio_;
  std::vector<WeightedCode> codes_;
  double weight_ = 0;
};

class Arrivals {
 public:
  // `scenario` must pass Validate; `type` is a position in its call types.
  Arrivals(const Scenario& scenario, size_t type, uint64_t seed);

  // The next contact. False when there will be none any more: all rates are zero, or it closed.
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
  double DayBusyness(double seconds);
  bool NextByRate();
  bool NextByCount();

  std::vector<Piece> pieces_;
  std::vector<int64_t> counts_;
  double count_seconds_;
  double repeat_seconds_;
  double closes_seconds_;
  double dispersion_ratio_;
  double busyness_seconds_;
  double day_shape_;  // of the repeat's busyness; infinite: none
  double balk_ratio_;
  bool has_calls_ = false;
  bool has_patience_;
  HandlingSampler handling_;
  TimedSampler patience_;

  uint64_t seed_;
  uint64_t number_;
  Stream gaps_;
  Stream busyness_stream_;
  int64_t period_ = 0;  // which busyness period `at_seconds_` lies in
  double busyness_ratio_ = 1;
  int64_t day_ = -1;
  double day_busyness_ratio_ = 1;
  double at_seconds_ = 0;
  // The rate that holds up to `rate_until_`, before the period's busyness.
  double rate_ = 0;
  double rate_until_ = 0;
  std::vector<double> counted_;  // times in the running count period, latest first
  uint64_t count_periods_ = 0;   // drawn so far
  uint64_t calls_ = 0;
};

}  // namespace evenkeel::sim
