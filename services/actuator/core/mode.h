// How far the actuator goes, by kind, queue and entity (ACT-2, ACT-15). Set by configuration only.
#pragma once

#include <map>
#include <string>

#include "common/model/change.h"

namespace evenkeel::actuator {

enum class Mode {
  kDryRun,   // everything but the call
  kApprove,  // each change waits for somebody's approval
  kLive,     // changes are written
};
const char* ModeName(Mode mode);  // "dry_run"

// The most specific entry wins: entity, then queue, then kind, then `otherwise`.
struct ModePolicy {
  Mode otherwise = Mode::kDryRun;
  std::map<model::ChangeKind, Mode> by_kind;
  std::map<std::string, Mode> by_queue;   // by queue id
  std::map<std::string, Mode> by_entity;  // by model::EntityKey

  Mode For(model::ChangeKind kind, const model::Entity& entity) const;
  // Whether anything at all can be written.
  bool CanWrite() const;
};

// Whether `newer`, of the same entity, takes the place of `parked`, which waits for approval
// (ACT-2): its new value differs by more than `min_change`, or the value that it starts from
// differs, because then the parked one could no longer be applied. Of two states, as of a
// membership, any difference is more than the minimum.
bool ReplacesParked(const model::Proposal& parked, const model::Proposal& newer,
                    int64_t min_change);

}  // namespace evenkeel::actuator
