#include "services/actuator/core/hold.h"

namespace evenkeel::actuator {

const char* HoldOutcomeName(Hold::Outcome outcome) {
  switch (outcome) {
    case Hold::Outcome::kOpen:
      return "open";
    case Hold::Outcome::kRestored:
      return "restored";
    case Hold::Outcome::kBackAlready:
      return "back_already";
    case Hold::Outcome::kChangedByOther:
      return "changed_by_other";
    case Hold::Outcome::kGone:
      return "gone";
    case Hold::Outcome::kNotApplied:
      return "not_applied";
  }
  return "";
}

HoldVerdict JudgeHold(const Hold& hold, const Reading& reading, bool seen_set,
                      absl::Duration since_sent, absl::Duration settle, absl::Duration uncertain) {
  const auto once = [](bool sure, HoldVerdict verdict) {
    return sure ? verdict : HoldVerdict::kLookAgain;
  };
  if (!reading.has_value()) return once(since_sent >= uncertain, HoldVerdict::kGone);
  if (*reading == hold.set_value) return HoldVerdict::kRestore;
  if (*reading == model::Value(model::Availability::kInteracting)) return HoldVerdict::kLookAgain;
  if (*reading != hold.old_value) return HoldVerdict::kChangedByOther;
  return once(since_sent >= (seen_set ? settle : uncertain), HoldVerdict::kBackAlready);
}

}  // namespace evenkeel::actuator
