// Whether a snapshot is good enough for a purpose (API-8). A consumer states which sections it
// needs; the answer is a reason to refuse, or none.
#pragma once

#include <absl/status/status.h>

#include <span>

#include "common/model/snapshot.h"

namespace evenkeel::model {

struct QualityNeed {
  double min_seen_ratio = 0.995;
  double max_age_intervals = 2.0;
};

// Age of a section in units of its own interval at `now`; infinite when it was never read.
double AgeInIntervals(const SectionQuality& quality, absl::Time now);

// The largest AgeInIntervals of `sections` (spec: "snapshot age"); infinite when one is missing.
double SnapshotAge(const Snapshot& snapshot, std::span<const Section> sections, absl::Time now);

// Share of expected entities seen; 1 when none were expected.
double SeenRatio(const SectionQuality& quality);

// OK, or FAILED_PRECONDITION with refusal SNAPSHOT_STALE or SNAPSHOT_THIN naming the section and by
// how much.
absl::Status CheckQuality(const Snapshot& snapshot, std::span<const Section> sections,
                          const QualityNeed& need, absl::Time now);

// "roster", "states", ...
const char* SectionName(Section section);

}  // namespace evenkeel::model
