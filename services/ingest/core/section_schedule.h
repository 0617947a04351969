// When each section is read next: on its interval in clock time, later after errors, sooner when
// something is known to have changed.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <optional>

#include "common/base/clock.h"
#include "common/model/snapshot.h"

namespace evenkeel::ingest {

// Not thread-safe. Times are readings of one clock. Sections must be those of the constructor.
class SectionSchedule {
 public:
  // Every section is due at `now`.
  SectionSchedule(const std::map<model::Section, absl::Duration>& intervals, SteadyTime now);

  SteadyTime Due(model::Section section) const { return Of(section).due; }

  // The reading that is due begins.
  void Started(model::Section section);
  // It ended well at `now`: the next is an interval after this one was due. Readings that were
  // missed are not made up for.
  void Succeeded(model::Section section, SteadyTime now);
  // It failed: tried again after 1 s, then after waits that double up to the interval, or to 15 s
  // where that is shorter, to 60 s where it is longer; never before `retry_after`.
  void Failed(model::Section section, SteadyTime now, std::optional<absl::Duration> retry_after);
  // Reads it at `at` if it would be read later. A reading that has begun is too early for that:
  // there is another one then.
  void ReadBy(model::Section section, SteadyTime at);

  // How often it is really read (API-3); holds from the next reading on.
  void SetInterval(model::Section section, absl::Duration interval);
  absl::Duration Interval(model::Section section) const { return Of(section).interval; }
  int FailuresInARow(model::Section section) const { return Of(section).failures; }

 private:
  struct Entry {
    absl::Duration interval;
    SteadyTime due;
    int failures = 0;
    bool reading = false;
    std::optional<SteadyTime> again = {};  // asked for while it is being read
  };
  const Entry& Of(model::Section section) const { return entries_.at(section); }

  std::map<model::Section, Entry> entries_;
};

}  // namespace evenkeel::ingest
