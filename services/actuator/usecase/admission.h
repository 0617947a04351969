// Gathers from the ledger what the guardrails need to know about a change, and asks them.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "services/actuator/ports/ledger.h"
#include "services/actuator/usecase/journal.h"
#include "services/actuator/usecase/settings.h"

namespace evenkeel::actuator {

// How the joins that a leave follows (those of its move) stand.
struct MoveStanding {
  bool unknown = false;               // it is part of a move of which no join was asked for
  std::optional<std::string> broken;  // one will not happen: why
  bool pending = false;               // one has not happened yet
};

class Admission {
 public:
  // Both must outlive this.
  Admission(const Settings& settings, Journal& journal) : settings_(settings), journal_(journal) {}

  // OK, or the refusal of a guardrail. `open`: the entity's open change, if any: at approval and
  // sending the change itself, else one that would give way to `proposal`. `dry_run`: whether it is
  // counted among all changes, or only among those that are really made. `join_to_come`: a leave's
  // move may still be asked for its join, so the leave is judged as if it had been.
  absl::Status Check(Moment moment, const model::Proposal& proposal,
                     const std::optional<ChangeRecord>& open, bool dry_run,
                     bool join_to_come = false);

  // The open change of an entity.
  absl::StatusOr<std::optional<ChangeRecord>> FindOpen(const model::Entity& entity);

  // Of a leave; a join or capacity waits for nothing.
  absl::StatusOr<MoveStanding> StandingOfMove(const model::Proposal& proposal, bool dry_run);
  // Queues that the joins of the leave's move give the agent, or will give.
  absl::StatusOr<std::vector<std::string>> QueuesJoinedByMove(const model::Proposal& proposal,
                                                              bool dry_run);

  const KindLimits& LimitsOf(model::ChangeKind kind) const { return settings_.limits.at(kind); }

 private:
  absl::Status GatherCounts(const model::Proposal& proposal,
                            const std::optional<ChangeRecord>& open, bool dry_run,
                            GuardrailFacts& facts);
  absl::Status GatherHistory(const model::Proposal& proposal, bool dry_run, GuardrailFacts& facts);
  absl::Status GatherHolds(Moment moment, const model::Proposal& proposal,
                           const std::optional<ChangeRecord>& open, GuardrailFacts& facts);
  absl::Status GatherAgent(const model::Proposal& proposal, bool dry_run, bool join_to_come,
                           GuardrailFacts& facts);
  // Of the changes that `query` asks for: what leaves that are not done yet will take.
  absl::StatusOr<std::vector<model::Entity>> OpenLeaves(ChangeQuery query, bool dry_run);
  absl::Status GatherMembers(const model::Proposal& proposal, bool dry_run, GuardrailFacts& facts);
  // The newest join of each queue in the leave's move; empty for anything but a leave.
  absl::StatusOr<std::vector<ChangeRecord>> JoinsOfMove(const model::Proposal& proposal);

  const Settings& settings_;
  Journal& journal_;
};

// "everything", "capacity", "queue <id>" or an entity's key.
std::string ScopeText(const PauseScope& scope);

// A pause that covers the change, as text; absent: none does.
std::optional<std::string> PausedBy(const std::vector<Pause>& pauses,
                                    const model::Proposal& proposal);

}  // namespace evenkeel::actuator
