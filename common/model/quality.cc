#include "common/model/quality.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <limits>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"

namespace evenkeel::model {
namespace {

const SectionQuality* Find(const Snapshot& snapshot, Section section) {
  for (const SectionQuality& quality : snapshot.quality) {
    if (quality.section == section) return &quality;
  }
  return nullptr;
}

}  // namespace

double AgeInIntervals(const SectionQuality& quality, absl::Time now) {
  if (quality.taken_at == absl::InfinitePast() || quality.interval <= absl::ZeroDuration()) {
    return std::numeric_limits<double>::infinity();
  }
  return absl::FDivDuration(now - quality.taken_at, quality.interval);
}

double SnapshotAge(const Snapshot& snapshot, std::span<const Section> sections, absl::Time now) {
  double age = 0;
  for (const Section section : sections) {
    const SectionQuality* quality = Find(snapshot, section);
    age = std::max(age, quality == nullptr ? std::numeric_limits<double>::infinity()
                                           : AgeInIntervals(*quality, now));
  }
  return age;
}

double SeenRatio(const SectionQuality& quality) {
  if (quality.expected <= 0) return 1.0;
  return static_cast<double>(quality.seen) / static_cast<double>(quality.expected);
}

absl::Status CheckQuality(const Snapshot& snapshot, std::span<const Section> sections,
                          const QualityNeed& need, absl::Time now) {
  for (const Section section : sections) {
    const SectionQuality* quality = Find(snapshot, section);
    const std::string name = SectionName(section);
    const double age = quality == nullptr ? std::numeric_limits<double>::infinity()
                                          : AgeInIntervals(*quality, now);
    if (!(age <= need.max_age_intervals)) {
      return RefusalStatus(
          absl::StatusCode::kFailedPrecondition,
          absl::StrFormat("snapshot %d: section %s is %.1f intervals old, at most %.1f are allowed",
                          snapshot.number, name, age, need.max_age_intervals),
          {"SNAPSHOT_STALE",
           {{"section", name},
            {"age_intervals", absl::StrFormat("%.2f", age)},
            {"limit", absl::StrFormat("%.2f", need.max_age_intervals)}}});
    }
    const double seen = SeenRatio(*quality);
    if (seen < need.min_seen_ratio) {
      return RefusalStatus(
          absl::StatusCode::kFailedPrecondition,
          absl::StrFormat("snapshot %d: section %s holds %d of %d expected entities (%.2f%%), at "
                          "least %.2f%% are needed",
                          snapshot.number, name, quality->seen, quality->expected, 100 * seen,
                          100 * need.min_seen_ratio),
          {"SNAPSHOT_THIN",
           {{"section", name},
            {"seen", absl::StrCat(quality->seen)},
            {"expected", absl::StrCat(quality->expected)}}});
    }
  }
  return absl::OkStatus();
}

const char* SectionName(Section section) {
  switch (section) {
    case Section::kRoster:
      return "roster";
    case Section::kStates:
      return "states";
    case Section::kQueues:
      return "queues";
    case Section::kLive:
      return "live";
    case Section::kIntervals:
      return "intervals";
    case Section::kAgentWork:
      return "agent_work";
    case Section::kEstimates:
      return "estimates";
    case Section::kCampaigns:
      return "campaigns";
    case Section::kCampaignCalls:
      return "campaign_calls";
    case Section::kAdherence:
      return "adherence";
    case Section::kChannelWork:
      return "channel_work";
    case Section::kPresences:
      return "presences";
  }
  return "unknown";
}

}  // namespace evenkeel::model
