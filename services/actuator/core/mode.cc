#include "services/actuator/core/mode.h"

#include <algorithm>
#include <cstdlib>

namespace evenkeel::actuator {

const char* ModeName(Mode mode) {
  switch (mode) {
    case Mode::kDryRun:
      return "dry_run";
    case Mode::kApprove:
      return "approve";
    case Mode::kLive:
      return "live";
  }
  return "unknown";
}

Mode ModePolicy::For(model::ChangeKind kind, const model::Entity& entity) const {
  if (const auto it = by_entity.find(model::EntityKey(entity)); it != by_entity.end()) {
    return it->second;
  }
  if (const auto it = by_queue.find(model::EntityQueue(entity)); it != by_queue.end()) {
    return it->second;
  }
  if (const auto it = by_kind.find(kind); it != by_kind.end()) return it->second;
  return otherwise;
}

bool ModePolicy::CanWrite() const {
  const auto writes = [](const auto& entry) { return entry.second != Mode::kDryRun; };
  return otherwise != Mode::kDryRun || std::any_of(by_kind.begin(), by_kind.end(), writes) ||
         std::any_of(by_queue.begin(), by_queue.end(), writes) ||
         std::any_of(by_entity.begin(), by_entity.end(), writes);
}

bool ReplacesParked(const model::Proposal& parked, const model::Proposal& newer,
                    int64_t min_change) {
  if (parked.old_value != newer.old_value) return true;
  const auto* a = std::get_if<int64_t>(&parked.new_value);
  const auto* b = std::get_if<int64_t>(&newer.new_value);
  if (a != nullptr && b != nullptr) return std::abs(*a - *b) > min_change;
  return parked.new_value != newer.new_value;
}

}  // namespace evenkeel::actuator
