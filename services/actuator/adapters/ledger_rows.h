// How the ledger's values stand in SQL rows: lists of columns with one writer and one reader each.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/store/connection.h"
#include "services/actuator/ports/ledger.h"

namespace evenkeel::actuator::rows {

// Appends cells in the order of a column list.
using Cells = std::vector<store::Cell>;

// Reads a row's cells one after another.
class Cursor {
 public:
  explicit Cursor(const store::Row& row) : row_(row) {}
  int64_t Int() { return store::AsInt(Next()); }
  bool Bool() { return Int() != 0; }
  double Double() { return store::AsDouble(Next()); }
  std::string Text() { return store::AsText(Next()); }
  absl::Time Time() { return store::AsTime(Next()); }
  const store::Cell& Next() { return row_[at_++]; }

 private:
  const store::Row& row_;
  size_t at_ = 0;
};

// "entity_type, queue_id, agent_id"; an empty type is no entity.
void AppendEntity(Cells& cells, const model::Entity& entity);
absl::StatusOr<std::optional<model::Entity>> ReadEntity(Cursor& cursor);
inline constexpr char kHoldColumns[] =
    "id, entity_type, queue_id, agent_id, old_value, set_value, begun_at, ends_at, outcome, "
    "ended_at";
inline constexpr int kHoldColumnCount = 10;
void AppendHold(Cells& cells, const Hold& hold);
absl::StatusOr<Hold> ReadHold(Cursor& cursor);
// INTERNAL for a name that is none.
absl::StatusOr<Hold::Outcome> ReadOutcome(const std::string& name);

// An integer; of a membership 0 or 1.
store::Cell FromValue(const model::Value& value);
model::Value ReadValue(const model::Entity& entity, int64_t stored);

// Columns of `changes` after `number`, for INSERT and UPDATE, with AppendChange.
inline constexpr char kChangeColumns[] =
    "id, revision, kind, entity_key, queue_id, agent_id, plan_id, gained, open, state, "
    "created_at, updated_at, expires_at, state_reason, refusal_reason, approved_by, superseded_by, "
    "dry_run, maybe_sent, acknowledged, attempts, sent_at";
inline constexpr int kChangeColumnCount = 22;
void AppendChange(Cells& cells, const ChangeRecord& record);

inline constexpr char kProposalColumns[] =
    "change_id, revision, kind, entity_type, queue_id, agent_id, old_value, new_value, reason, "
    "proposer, plan_id, move_id, snapshot_number, snapshot_age, snapshot_seen_ratio, expires_at, "
    "needs_approval, forecasts, rolls_back, hold_for, trigger";
inline constexpr int kProposalColumnCount = 21;
void AppendProposal(Cells& cells, const model::Change& change);

// What SELECT asks for to read a record from `changes c JOIN proposals p`.
inline constexpr char kRecordSelection[] =
    "c.number, c.id, c.revision, c.state, c.created_at, c.updated_at, c.expires_at, "
    "c.state_reason, c.refusal_reason, c.approved_by, c.superseded_by, c.dry_run, "
    "c.maybe_sent, c.acknowledged, c.attempts, c.sent_at";
inline constexpr char kProposalSelection[] =
    "p.kind, p.entity_type, p.queue_id, p.agent_id, p.old_value, p.new_value, p.reason, "
    "p.proposer, p.plan_id, p.move_id, p.snapshot_number, p.snapshot_age, p.snapshot_seen_ratio, "
    "p.expires_at, p.needs_approval, p.forecasts, p.rolls_back, p.hold_for, p.trigger";
// Reads kRecordSelection, then kProposalSelection.
absl::StatusOr<ChangeRecord> ReadRecord(Cursor& cursor);
// Reads kProposalSelection into `change`.
absl::Status ReadProposal(Cursor& cursor, model::Change& change);

inline constexpr char kAuditColumns[] =
    "at, actor, action, change_id, revision, entity_type, queue_id, agent_id, previous, current, "
    "reason, snapshot_number, refusal_reason, approved_by, superseded_by, expires_at, value, "
    "until, "
    "trigger";
inline constexpr int kAuditColumnCount = 19;
void AppendAudit(Cells& cells, const AuditEntry& entry);
// Reads `sequence`, then kAuditColumns.
absl::StatusOr<AuditEntry> ReadAudit(Cursor& cursor);

// A refusal as text and back; empty text is none.
std::string RefusalText(const std::optional<Refusal>& refusal);
absl::StatusOr<std::optional<Refusal>> ReadRefusal(const std::string& text);

// INTERNAL for a name that is none: somebody wrote into the database.
absl::StatusOr<model::ChangeState> ReadState(const std::string& name);
absl::StatusOr<model::ChangeKind> ReadKind(const std::string& name);

// "?, ?, ?"
std::string Marks(size_t count);

}  // namespace evenkeel::actuator::rows
