#include "services/ingest/core/section_schedule.h"

#include <algorithm>
#include <cmath>

namespace evenkeel::ingest {

SectionSchedule::SectionSchedule(const std::map<model::Section, absl::Duration>& intervals,
                                 SteadyTime now) {
  for (const auto& [section, interval] : intervals) entries_[section] = {interval, now};
}

void SectionSchedule::Started(model::Section section) {
  Entry& entry = entries_.at(section);
  entry.reading = true;
  entry.again.reset();
}

void SectionSchedule::Succeeded(model::Section section, SteadyTime now) {
  Entry& entry = entries_.at(section);
  entry.failures = 0;
  entry.reading = false;
  entry.due = std::max(entry.due + entry.interval, now);
  if (entry.again) entry.due = std::min(entry.due, *entry.again);
}

void SectionSchedule::Failed(model::Section section, SteadyTime now,
                             std::optional<absl::Duration> retry_after) {
  Entry& entry = entries_.at(section);
  const absl::Duration longest = std::clamp(entry.interval, absl::Seconds(15), absl::Seconds(60));
  const absl::Duration backoff =
      std::min(longest, absl::Seconds(1) * std::exp2(std::min(entry.failures, 10)));
  ++entry.failures;
  entry.reading = false;
  entry.due = now + std::max(backoff, retry_after.value_or(absl::ZeroDuration()));
}

void SectionSchedule::ReadBy(model::Section section, SteadyTime at) {
  Entry& entry = entries_.at(section);
  if (entry.reading) {
    entry.again = std::min(entry.again.value_or(at), at);
  } else if (entry.failures == 0) {  // after a failure the wait is for the centre's sake
    entry.due = std::min(entry.due, at);
  }
}

void SectionSchedule::SetInterval(model::Section section, absl::Duration interval) {
  entries_.at(section).interval = interval;
}

}  // namespace evenkeel::ingest
