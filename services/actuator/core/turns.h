// Whose turn it is (ACT-8), and which changes go out in one call (CAP-9).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "common/model/change.h"

namespace evenkeel::actuator {

// The most memberships that one call may change.
inline constexpr size_t kMaxMembersPerCall = 100;

// Takes up to `limit` of the waiting changes, given oldest first: one of each kind in turn, so that
// a flood of one kind does not hold up another. `first` rotates which kind begins. Answers indices
// in the order of sending.
std::vector<size_t> TakeInTurn(std::span<const model::ChangeKind> waiting, size_t limit,
                               size_t first);

struct CallItem {
  model::Entity entity;
  bool dry_run = false;
  bool alone = false;  // a call with others failed: to be sent by itself
};

// Groups items into calls, as indices: memberships of one queue together, at most
// kMaxMembersPerCall; everything else, and what is to be sent alone, by itself. Calls stand in the
// order of their first items.
std::vector<std::vector<size_t>> GroupIntoCalls(std::span<const CallItem> items);

}  // namespace evenkeel::actuator
