#include "services/ingest/core/outcome_tracker.h"

#include <algorithm>

namespace evenkeel::ingest {
namespace {

// Not so a change that waits for a person: it may wait for long, and a newer plan takes its place.
bool IsUnderWay(model::ChangeState state) {
  switch (state) {
    case model::ChangeState::kProposed:
    case model::ChangeState::kAccepted:
    case model::ChangeState::kApplying:
    case model::ChangeState::kVerifying:
      return true;
    default:
      return false;
  }
}

}  // namespace

OutcomeTracker::Key OutcomeTracker::KeyOf(const model::Entity& entity) {
  // An agent's availability is a matter of all queues.
  const bool of_all = std::holds_alternative<model::AvailabilityEntity>(entity);
  return {of_all ? "" : model::EntityQueue(entity), model::EntityAgent(entity)};
}

bool OutcomeTracker::Observe(const model::Change& change) {
  Held& held = held_[KeyOf(change.proposal.entity)];
  if (IsUnderWay(change.state)) {
    held.open.insert(change.id);
    return false;
  }
  const bool was_open = held.open.erase(change.id) > 0;
  if (change.state == model::ChangeState::kApplied) {
    // A throttle and its end move nobody for good.
    if (change.proposal.kind != model::ChangeKind::kCapacity) return true;
    held.moved_until = std::max(held.moved_until, change.updated_at + dwell_);
    return true;
  }
  return change.state == model::ChangeState::kFailed && was_open;
}

bool OutcomeTracker::ObserveHold(const std::string& id, const model::Entity& entity, bool open) {
  Held& held = held_[KeyOf(entity)];
  if (open) {
    held.holds.insert(id);
    return false;
  }
  return held.holds.erase(id) > 0;
}

void OutcomeTracker::ObserveOther(const model::Entity& entity, absl::Time until) {
  Held& held = held_[KeyOf(entity)];
  held.other_until = std::max(held.other_until, until);
}

std::vector<model::LeftAlone> OutcomeTracker::LeftAlone(absl::Time now) {
  std::vector<model::LeftAlone> left_alone;
  for (auto it = held_.begin(); it != held_.end();) {
    const auto& [key, held] = *it;
    model::LeftAlone entry{key.first, key.second, model::LeftAlone::Why::kChangeOpen,
                           absl::InfiniteFuture()};
    if (!held.holds.empty()) {
      entry.why = model::LeftAlone::Why::kHeld;
    } else if (held.open.empty()) {
      const bool other = held.other_until >= held.moved_until;
      entry.why =
          other ? model::LeftAlone::Why::kChangedByOther : model::LeftAlone::Why::kMovedRecently;
      entry.until = std::max(held.other_until, held.moved_until);
      if (entry.until <= now) {
        it = held_.erase(it);
        continue;
      }
    }
    left_alone.push_back(std::move(entry));
    ++it;
  }
  return left_alone;
}

}  // namespace evenkeel::ingest
