// Runs a function every `interval` of clock time on a thread of its own. A run that takes longer
// than the interval delays the next; missed runs are not made up for.
#pragma once

#include <absl/time/time.h>

#include <functional>
#include <stop_token>
#include <thread>

#include "common/base/clock.h"

namespace evenkeel::runtime {

class PeriodicTask {
 public:
  // The first run is at once. `run` must come to an end soon after its stop token says so.
  PeriodicTask(Clock& clock, absl::Duration interval, std::function<void(std::stop_token)> run)
      : thread_([&clock, interval, run = std::move(run)](std::stop_token stop) {
          SteadyTime next = clock.SteadyNow();
          while (!stop.stop_requested()) {
            run(stop);
            const SteadyTime now = clock.SteadyNow();
            next = next + interval;
            if (next < now) next = now;
            if (!clock.SleepUntil(next, stop)) return;
          }
        }) {}

  // Ends the task and waits for it; the destructor does the same.
  void Stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::jthread thread_;
};

}  // namespace evenkeel::runtime
