#include "services/actuator/core/reading.h"

namespace evenkeel::actuator {
namespace {

const model::Value kInteracting = model::Availability::kInteracting;

}  // namespace

BeforeWrite JudgeBeforeWrite(const model::Proposal& proposal, const Reading& reading,
                             bool maybe_sent) {
  if (!reading.has_value()) return BeforeWrite::kGone;
  if (*reading == proposal.old_value) return BeforeWrite::kSend;
  const bool is_restore = proposal.kind == model::ChangeKind::kRestore;
  if (*reading == proposal.new_value && (maybe_sent || is_restore)) return BeforeWrite::kTookEffect;
  if (*reading == kInteracting) return BeforeWrite::kBusy;
  return BeforeWrite::kChangedByOther;
}

ReadBack JudgeReadBack(const model::Proposal& proposal, const Reading& reading, bool acknowledged,
                       absl::Duration waited, int64_t attempts, const ReadBackRules& rules) {
  if (!reading.has_value()) return ReadBack::kGone;
  if (*reading == proposal.new_value) return ReadBack::kApplied;
  const bool is_busy = *reading == kInteracting;
  if (*reading != proposal.old_value && !is_busy) return ReadBack::kChangedByOther;
  const bool is_restore = proposal.kind == model::ChangeKind::kRestore;
  if (is_restore && !acknowledged && !is_busy) return ReadBack::kSendAgain;
  if (waited < rules.verify_timeout) return ReadBack::kWait;
  // A throttle that comes late is none.
  if (acknowledged || attempts >= rules.max_attempts || is_busy ||
      proposal.kind == model::ChangeKind::kThrottle) {
    return ReadBack::kNotShown;
  }
  return ReadBack::kSendAgain;
}

Observation JudgeObservation(const Reading& last_seen, const model::Value& value,
                             const std::optional<OwnWrite>& own, absl::Duration settle,
                             absl::Duration uncertain) {
  if (!last_seen.has_value() || *last_seen == value) return Observation::kNothingNew;
  if (own.has_value()) {
    // What is in flight is read back and judged there; but it did not bring about its old value.
    if (own->in_flight && value != own->old_value) return Observation::kNothingNew;
    if (value == own->new_value && own->age < uncertain) return Observation::kOurs;
    if (value == own->old_value && own->age < settle) return Observation::kNothingNew;
  }
  return Observation::kForeign;
}

}  // namespace evenkeel::actuator
