#include "services/actuator/core/reading.h"

namespace evenkeel::actuator {

BeforeWrite JudgeBeforeWrite(const model::Proposal& proposal, const Reading& reading,
                             bool maybe_sent) {
  if (!reading.has_value()) return BeforeWrite::kGone;
  if (*reading == proposal.old_value) return BeforeWrite::kSend;
  if (*reading == proposal.new_value && maybe_sent) return BeforeWrite::kTookEffect;
  return BeforeWrite::kChangedByOther;
}

ReadBack JudgeReadBack(const model::Proposal& proposal, const Reading& reading, bool acknowledged,
                       absl::Duration waited, int64_t attempts, const ReadBackRules& rules) {
  if (!reading.has_value()) return ReadBack::kGone;
  if (*reading == proposal.new_value) return ReadBack::kApplied;
  if (*reading != proposal.old_value) return ReadBack::kChangedByOther;
  if (waited < rules.verify_timeout) return ReadBack::kWait;
  if (acknowledged || attempts >= rules.max_attempts) return ReadBack::kNotShown;
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
