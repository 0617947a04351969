// The guardrails (ACT-3): named, pure checks of a proposal against limits and facts. They refuse,
// they never clip; a refusal says which rule and by how much. One table holds their names, units
// and defaults, for the checks, metrics, documents and tests alike.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "common/model/change.h"
#include "services/actuator/core/mode.h"
#include "services/actuator/core/scope.h"

namespace evenkeel::actuator {

// Limits of one kind of change; the defaults are those of `capacity`.
struct KindLimits {
  int64_t moves_per_cycle = 20;
  int64_t writes_per_hour = 200;
  double group_share_per_hour = 0.3;  // 0 to 1
  int64_t min_change = 1;             // agents
  double max_snapshot_age_intervals = 2.0;
  double min_seen_ratio = 0.995;  // 0 to 1
  absl::Duration dwell = absl::Minutes(10);
  int64_t min_value = 1;    // of a queue's capacity, agents
  int64_t max_value = 200;  // of a queue's capacity, agents
  // Of a throttle: after one, its agent is left alone so long, by every kind (FAIR-6).
  absl::Duration cool_down = absl::Minutes(5);
  // Of a throttle: at most this share of a queue's agents is held at once, but one in any case.
  double held_share = 0.1;  // 0 to 1
};
// The defaults of a kind.
KindLimits DefaultLimits(model::ChangeKind kind);

// When a guardrail is asked.
enum class Moment {
  kProposal = 1,  // a change arrives
  kApproval = 2,  // somebody approves one that was parked
  kRollBack = 4,  // somebody asks for the reverse of an applied one
  kSending = 8,   // its turn has come
};

// What the ledger knows that a check may need. Counts contain the change in question itself.
struct GuardrailFacts {
  absl::Time now;
  Mode mode = Mode::kDryRun;
  std::string agent_division;                    // empty: not known
  std::optional<std::string> paused;             // by whom and why; absent: not
  std::optional<std::string> frozen;             // the window; absent: none
  std::optional<model::ChangeState> open_state;  // of another open change of the entity
  bool rollback_waits = false;  // that one was asked for by somebody, as an undoing
  absl::Time left_alone_until = absl::InfinitePast();
  absl::Time last_moved_at = absl::InfinitePast();  // when our last change of it was sent
  // Other queues that the agent works on, of those seen; absent: the agent was never seen.
  std::optional<int64_t> other_queues;
  // Members of the queue that a leave would leave joined, of those seen; absent: none was seen yet.
  std::optional<int64_t> members_left;
  std::optional<std::string> broken_move;  // why the join that a leave follows will not happen
  int64_t moves_in_plan = 0;
  int64_t writes_last_hour = 0;  // of the kind
  // Of the queue: joined members (or agents of its capacity) that we took away in the last hour or
  // are about to, and how many there were an hour ago but for our doing.
  int64_t group_lost = 0;
  int64_t group_size = 0;
  std::optional<std::string>
      held_by;  // an open hold of the agent, but for one of the change itself
  absl::Time last_throttled_at = absl::InfinitePast();  // the agent, likewise
  // Agents of the queue held, or about to be, with this one; and its agents, held or joined.
  int64_t held = 0;
  int64_t holdable = 0;
};

// A breach: a sentence, and where there are figures, what was asked for and what is allowed.
struct Breach {
  std::string message;
  std::map<std::string, std::string> metadata;
};

struct Guardrail {
  const char* name;     // UPPER_SNAKE_CASE: the refusal's reason and the metric's label
  const char* unit;     // of its limit; empty: it has none
  const char* meaning;  // one line for the documents
  unsigned moments;     // of Moment, or-ed
  double (*limit)(const KindLimits&);  // null: it has none
  std::optional<Breach> (*check)(const model::Proposal&, const KindLimits&, const Scope&,
                                 const GuardrailFacts&);
};

// In the order in which they are asked: the first that refuses gives the reason.
std::span<const Guardrail> Guardrails();

// Limits outside sense, under the field names of `prefix`.
void CheckLimits(const KindLimits& limits, const std::string& prefix, Violations& violations);

// OK, or FAILED_PRECONDITION with a Refusal: the guardrail's name and its figures. Requires a
// well-formed proposal.
absl::Status CheckGuardrails(Moment moment, const model::Proposal& proposal,
                             const KindLimits& limits, const Scope& scope,
                             const GuardrailFacts& facts);

// The status of a refusal by the guardrail `name`.
absl::Status GuardrailStatus(const std::string& name, const Breach& breach);

// Names that the executor uses itself, on what it reads right before a call.
inline constexpr char kLastQueue[] = "LAST_QUEUE";
inline constexpr char kChangedByOther[] = "CHANGED_BY_OTHER";
inline constexpr char kMoveBroken[] = "MOVE_BROKEN";
// Found on what is read right before the call.
inline constexpr char kInInteraction[] = "IN_INTERACTION";

// How many joined members (agents of capacity) a group of `size` may lose to us in an hour:
// floor(share * size), and unless the share is 0 at least 1, so that a
// tiny queue can give an agent at all.
int64_t GroupAllowance(double share, int64_t size);

}  // namespace evenkeel::actuator
