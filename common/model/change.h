// A change to the centre: old value, new value, reason, the snapshot it came from, who asked, and
// when it expires. Read backwards it is its own rollback.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace evenkeel::model {

// Later loops add their kinds here; every table keyed by kind grows with it.
enum class ChangeKind {
  kCapacity,  // who works on which queue, or how many may
  kThrottle,  // an agent steps out for a moment: a hold (FAIR-6)
  kRestore,   // the end of a hold: only the actuator makes it (ACT-14)
};
inline constexpr ChangeKind kAllChangeKinds[] = {ChangeKind::kCapacity, ChangeKind::kThrottle,
                                                 ChangeKind::kRestore};

// Whether an agent who is a member of a queue takes its work. Value: joined (bool).
struct MembershipEntity {
  std::string queue_id;
  std::string agent_id;

  friend auto operator<=>(const MembershipEntity&, const MembershipEntity&) = default;
};

// The most agents that may work on a queue at once. Value: agents (int64).
struct QueueCapacityEntity {
  std::string queue_id;

  friend auto operator<=>(const QueueCapacityEntity&, const QueueCapacityEntity&) = default;
};

// Whether an agent takes work at all (guide dialect). Value: Availability. The queue is the one on
// whose behalf it is changed, and is no part of the key.
struct AvailabilityEntity {
  std::string queue_id;
  std::string agent_id;

  friend auto operator<=>(const AvailabilityEntity&, const AvailabilityEntity&) = default;
};
enum class Availability {
  kAvailable,
  kPaused,
  kBreak,
  kOffline,      // only read
  kInteracting,  // only read: in a contact or its after-call work; what follows is not told
};
inline constexpr Availability kAllAvailabilities[] = {
    Availability::kAvailable, Availability::kPaused, Availability::kBreak, Availability::kOffline,
    Availability::kInteracting};
const char* AvailabilityName(Availability availability);  // "AVAILABLE"

using Entity = std::variant<MembershipEntity, QueueCapacityEntity, AvailabilityEntity>;
using Value = std::variant<bool, int64_t, Availability>;

// "membership/<queue>/<agent>", "queue_capacity/<queue>" or "availability/<agent>": unique, for
// keys and logs.
std::string EntityKey(const Entity& entity);
const std::string& EntityQueue(const Entity& entity);
// Empty when the entity is about no agent.
const std::string& EntityAgent(const Entity& entity);
// "joined" / "not joined", the number, or the availability's name.
std::string ValueText(const Value& value);

// What the proposer expects of the change (ACT-2, ACT-11).
struct Forecast {
  std::string measure;   // "mean_wait_seconds"
  std::string queue_id;  // whose measure
  double before = 0;
  double after = 0;
  absl::Duration horizon;  // over which the saving was reckoned

  friend bool operator==(const Forecast&, const Forecast&) = default;
};

// What a proposer asks for.
struct Proposal {
  ChangeKind kind = ChangeKind::kCapacity;
  Entity entity;
  Value old_value;
  Value new_value;
  std::string reason;    // one sentence for people
  std::string proposer;  // "optimizer", or who asked
  // The plan (cycle) that it belongs to; guardrails per cycle count by it.
  std::string plan_id;
  // Ties a join to the leave that follows it: one move of one agent; empty: stands alone.
  std::string move_id;
  uint64_t snapshot_number = 0;    // 0: none (a person asked)
  double snapshot_age = 0;         // in intervals, when planned (spec/README "snapshot age")
  double snapshot_seen_ratio = 1;  // the least of the sections used
  absl::Time expires_at;           // not started by then: expired
  // True for a relaxed plan of an infeasible problem (CAP-6): needs approval.
  bool needs_approval = false;
  std::vector<Forecast> forecasts;
  // Of a throttle, above 0: so long it holds, then the old value is restored. 0 for other kinds.
  absl::Duration hold_for;
  // The figure that set it off, with its name, for the audit: "smoothed_cv=0.41" (FAIR-9).
  std::string trigger;

  friend bool operator==(const Proposal&, const Proposal&) = default;
};

// ACT-4.
enum class ChangeState {
  kProposed,
  kAwaitingApproval,
  kAccepted,
  kApplying,
  kVerifying,
  kApplied,
  kDryRun,
  kRefused,
  kDiscarded,
  kFailed,
  kExpired,
  kSuperseded,
  kRolledBack,
};
inline constexpr ChangeState kAllChangeStates[] = {
    ChangeState::kProposed,  ChangeState::kAwaitingApproval, ChangeState::kAccepted,
    ChangeState::kApplying,  ChangeState::kVerifying,        ChangeState::kApplied,
    ChangeState::kDryRun,    ChangeState::kRefused,          ChangeState::kDiscarded,
    ChangeState::kFailed,    ChangeState::kExpired,          ChangeState::kSuperseded,
    ChangeState::kRolledBack};
const char* ChangeStateName(ChangeState state);  // "awaiting_approval"
const char* ChangeKindName(ChangeKind kind);     // "capacity"

// A proposal and what became of it.
struct Change {
  std::string id;
  int64_t revision = 1;  // rises when a newer plan replaces one that awaits approval (ACT-2)
  Proposal proposal;
  ChangeState state = ChangeState::kProposed;
  absl::Time created_at;
  absl::Time updated_at;
  std::string state_reason;    // why it is in this state: the guardrail, the error
  std::string refusal_reason;  // the guardrail's name (UPPER_SNAKE_CASE) when refused
  std::string approved_by;     // who approved or discarded it
  std::string superseded_by;   // id of the change that took its place
  std::string rolls_back;      // id of the change that this one undoes
  // It expires if it still waits then; infinite future once it is no longer open.
  absl::Time expires_at = absl::InfiniteFuture();

  friend bool operator==(const Change&, const Change&) = default;
};

}  // namespace evenkeel::model
