// What the actuator reads out of a proposal: whether it is well formed, how much it moves, its
// reverse, and a fingerprint by which a repeated request is recognised (ACT-5).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error_details.h"
#include "common/model/change.h"

namespace evenkeel::actuator {

// Adds everything that is wrong with the form of `proposal`, whatever the centre's state: empty or
// odd ids, values of another type than the entity's, figures that are no numbers or out of range,
// no expiry.
void CheckProposalForm(const model::Proposal& proposal, Violations& violations);

// Requires a well-formed proposal from here on.

bool IsJoin(const model::Proposal& proposal);
bool IsLeave(const model::Proposal& proposal);

// The longest that a throttle holds (FAIR-6).
inline constexpr absl::Duration kLongestHold = absl::Seconds(120);

// How many agents it gives to the queue (join 1, leave -1, capacity: new - old; throttle and
// restore: 0).
int64_t AgentsGained(const model::Proposal& proposal);
// How many moves it counts as: |AgentsGained|, 0 for a throttle or restore.
int64_t MoveCount(const model::Proposal& proposal);

// The moves that a plan's proposals make: a leave counts together with a join of the same agent and
// move_id once; everything else by MoveCount.
int64_t CountMoves(std::span<const model::Proposal> proposals);

// The same change read backwards (ACT-10): values and forecasts swapped, from no snapshot, part of
// no plan, asked for by `actor`.
model::Proposal Reverse(const model::Proposal& proposal, std::string actor, std::string reason,
                        absl::Time expires_at);

// 32 hexadecimal digits that differ, for all practical purposes, when any part differs.
std::string Fingerprint(std::span<const std::string> parts);
std::string Fingerprint(const model::Proposal& proposal);

}  // namespace evenkeel::actuator
