#include "services/actuator/adapters/sqlite_ledger.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "services/actuator/adapters/ledger_rows.h"
#include "services/actuator/adapters/ledger_schema.h"

namespace evenkeel::actuator {
namespace {

using rows::Cells;
using rows::Cursor;
using rows::Marks;
using store::Connection;
using store::FromTime;
using store::Row;

// States in which a change may still be sent, or is being sent: it counts as a write.
constexpr char kCounts[] = "state IN ('accepted', 'applying', 'verifying')";

absl::Status LinkMove(Connection& c, const std::string& move_id, const std::string& change_id) {
  return c
      .Execute(
          "INSERT INTO move_links (move_id, change_id) VALUES (?, ?) "
          "ON CONFLICT DO NOTHING",
          {move_id, change_id})
      .status();
}

absl::Status CountState(Connection& c, model::ChangeState state, int64_t by) {
  return c
      .Execute(
          "INSERT INTO state_counts (state, changes) VALUES (?, ?) ON CONFLICT (state) DO UPDATE "
          "SET changes = changes + excluded.changes",
          {model::ChangeStateName(state), by})
      .status();
}

absl::Status WriteChange(Connection& c, const ChangeWrite& write) {
  const model::Change& change = write.record.change;
  Cells cells;
  rows::AppendChange(cells, write.record);
  if (write.expected.has_value()) {
    cells.insert(cells.end(), {change.id, model::ChangeStateName(write.expected->state),
                               write.expected->revision});
    EVENKEEL_ASSIGN_OR_RETURN(
        const int64_t updated,
        c.Execute(absl::StrCat("UPDATE changes SET (", rows::kChangeColumns, ") = (",
                               Marks(rows::kChangeColumnCount),
                               ") WHERE id = ? AND state = ? AND revision = ?"),
                  cells));
    if (updated != 1) {
      return absl::AbortedError(absl::StrCat("change ", change.id, " is no longer ",
                                             model::ChangeStateName(write.expected->state),
                                             " in revision ", write.expected->revision));
    }
  } else {
    EVENKEEL_RETURN_IF_ERROR(
        c.Execute(absl::StrCat("INSERT INTO changes (", rows::kChangeColumns, ") VALUES (",
                               Marks(rows::kChangeColumnCount), ")"),
                  cells)
            .status());
  }
  if (write.expected.has_value()) {
    EVENKEEL_RETURN_IF_ERROR(CountState(c, write.expected->state, -1));
  }
  EVENKEEL_RETURN_IF_ERROR(CountState(c, change.state, 1));
  if (write.expected.has_value() && write.expected->revision == change.revision) {
    return absl::OkStatus();
  }
  Cells proposal;
  rows::AppendProposal(proposal, change);
  EVENKEEL_RETURN_IF_ERROR(
      c.Execute(absl::StrCat("INSERT INTO proposals (", rows::kProposalColumns, ") VALUES (",
                             Marks(rows::kProposalColumnCount), ")"),
                proposal)
          .status());
  if (change.proposal.move_id.empty()) return absl::OkStatus();
  return LinkMove(c, change.proposal.move_id, change.id);
}

absl::Status WriteRequest(Connection& c, const RequestRecord& request) {
  return c
      .Execute(
          "INSERT INTO requests (request_id, fingerprint, change_id, code, message, "
          "refusal, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
          {request.request_id, request.fingerprint, request.change_id,
           static_cast<int64_t>(request.code), request.message, rows::RefusalText(request.refusal),
           FromTime(request.at)})
      .status();
}

absl::Status WriteSeen(Connection& c, const SeenValue& seen) {
  Cells cells = {model::EntityKey(seen.entity)};
  rows::AppendEntity(cells, seen.entity);
  cells.insert(cells.end(), {rows::FromValue(seen.value), seen.agent_division, FromTime(seen.at)});
  return c
      .Execute(
          "INSERT INTO seen (entity_key, entity_type, queue_id, agent_id, value, agent_division, "
          "at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (entity_key) DO UPDATE SET "
          "value = excluded.value, at = excluded.at, agent_division = "
          "coalesce(nullif(excluded.agent_division, ''), agent_division)",
          cells)
      .status();
}

absl::Status WriteLeftAlone(Connection& c, const LeftAloneEntry& entry) {
  Cells cells = {model::EntityKey(entry.entity)};
  rows::AppendEntity(cells, entry.entity);
  cells.insert(cells.end(),
               {rows::FromValue(entry.value), FromTime(entry.since), FromTime(entry.until)});
  return c
      .Execute(
          "INSERT OR REPLACE INTO left_alone (entity_key, entity_type, queue_id, "
          "agent_id, value, since, until) VALUES (?, ?, ?, ?, ?, ?, ?)",
          cells)
      .status();
}

absl::Status WriteHold(Connection& c, const Hold& hold) {
  Cells cells;
  rows::AppendHold(cells, hold);
  return c
      .Execute(absl::StrCat("INSERT OR REPLACE INTO holds (", rows::kHoldColumns, ") VALUES (",
                            Marks(rows::kHoldColumnCount), ")"),
               cells)
      .status();
}

// In the place of an entity's type where a whole queue is paused.
constexpr char kWholeQueue[] = "queue";

std::string ScopeKey(const PauseScope& scope) {
  if (scope.queue_id.has_value()) return absl::StrCat("queue|", *scope.queue_id);
  return absl::StrCat(scope.kind.has_value() ? model::ChangeKindName(*scope.kind) : "", "|",
                      scope.entity.has_value() ? model::EntityKey(*scope.entity) : "");
}

absl::Status WritePause(Connection& c, const Pause& pause) {
  Cells cells = {ScopeKey(pause.scope),
                 pause.scope.kind.has_value() ? model::ChangeKindName(*pause.scope.kind) : ""};
  if (pause.scope.entity.has_value()) {
    rows::AppendEntity(cells, *pause.scope.entity);
  } else {
    const bool queue = pause.scope.queue_id.has_value();
    cells.insert(cells.end(), {std::string(queue ? kWholeQueue : ""),
                               pause.scope.queue_id.value_or(""), std::string()});
  }
  cells.insert(cells.end(), {FromTime(pause.since), pause.actor, pause.reason});
  return c
      .Execute(
          "INSERT OR REPLACE INTO pauses (scope, kind, entity_type, queue_id, agent_id, "
          "since, actor, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          cells)
      .status();
}

absl::Status WriteAll(Connection& c, const LedgerWrite& write) {
  for (const ChangeWrite& change : write.changes) {
    EVENKEEL_RETURN_IF_ERROR(WriteChange(c, change));
  }
  for (const auto& [move_id, change_id] : write.move_links) {
    EVENKEEL_RETURN_IF_ERROR(LinkMove(c, move_id, change_id));
  }
  for (const AuditEntry& entry : write.audit) {
    Cells cells;
    rows::AppendAudit(cells, entry);
    EVENKEEL_RETURN_IF_ERROR(
        c.Execute(absl::StrCat("INSERT INTO audit (", rows::kAuditColumns, ") VALUES (",
                               Marks(rows::kAuditColumnCount), ")"),
                  cells)
            .status());
  }
  if (write.request.has_value()) EVENKEEL_RETURN_IF_ERROR(WriteRequest(c, *write.request));
  for (const SeenValue& seen : write.seen) EVENKEEL_RETURN_IF_ERROR(WriteSeen(c, seen));
  for (const model::Entity& entity : write.gone) {
    EVENKEEL_RETURN_IF_ERROR(
        c.Execute("DELETE FROM seen WHERE entity_key = ?", {model::EntityKey(entity)}).status());
  }
  for (const LeftAloneEntry& entry : write.left_alone) {
    EVENKEEL_RETURN_IF_ERROR(WriteLeftAlone(c, entry));
  }
  for (const Pause& pause : write.pauses) EVENKEEL_RETURN_IF_ERROR(WritePause(c, pause));
  for (const Hold& hold : write.holds) EVENKEEL_RETURN_IF_ERROR(WriteHold(c, hold));
  for (const PauseScope& scope : write.resumed) {
    EVENKEEL_RETURN_IF_ERROR(
        c.Execute("DELETE FROM pauses WHERE scope = ?", {ScopeKey(scope)}).status());
  }
  return absl::OkStatus();
}

// The WHERE clause of a query, with its parameters appended.
std::string Where(const ChangeQuery& query, Cells& params) {
  std::vector<std::string> terms;
  const auto add = [&](std::string term, store::Cell param) {
    terms.push_back(std::move(term));
    params.push_back(std::move(param));
  };
  if (!query.states.empty()) {
    terms.push_back("c.state IN (" + Marks(query.states.size()) + ")");
    for (const model::ChangeState state : query.states) {
      params.emplace_back(model::ChangeStateName(state));
    }
  }
  if (!query.kinds.empty()) {
    terms.push_back("c.kind IN (" + Marks(query.kinds.size()) + ")");
    for (const model::ChangeKind kind : query.kinds) {
      params.emplace_back(model::ChangeKindName(kind));
    }
  }
  if (!query.queue_id.empty()) add("c.queue_id = ?", query.queue_id);
  if (!query.agent_id.empty()) add("c.agent_id = ?", query.agent_id);
  if (!query.entity_key.empty()) add("c.entity_key = ?", query.entity_key);
  if (!query.plan_id.empty()) add("c.plan_id = ?", query.plan_id);
  if (!query.move_id.empty()) {
    add("c.id IN (SELECT change_id FROM move_links WHERE move_id = ?)", query.move_id);
  }
  if (query.sent_after.has_value()) add("c.sent_at > ?", FromTime(*query.sent_after));
  if (query.below_number.has_value()) add("c.number < ?", *query.below_number);
  return terms.empty() ? "" : absl::StrCat(" WHERE ", absl::StrJoin(terms, " AND "));
}

std::string SelectRecords() {
  return absl::StrCat("SELECT ", rows::kRecordSelection, ", ", rows::kProposalSelection,
                      " FROM changes c JOIN proposals p "
                      "ON p.change_id = c.id AND p.revision = c.revision");
}

// An event from an audit line, and for a transition the change's columns that never change and the
// proposal of the line's revision: how the change stood right after the line.
absl::StatusOr<Event> ReadEvent(const Row& row) {
  Cursor cursor(row);
  EVENKEEL_ASSIGN_OR_RETURN(const AuditEntry entry, rows::ReadAudit(cursor));
  Event event{entry.sequence, entry.at, std::nullopt, std::nullopt, std::nullopt};
  if (entry.change_id.empty()) {
    if (!entry.entity.has_value() || !entry.value.has_value()) {
      return absl::InternalError("the ledger's audit is damaged");
    }
    event.changed_by_other = {*entry.entity, *entry.value, entry.at, entry.until};
    return event;
  }
  model::Change& change = event.change.emplace();
  change.id = entry.change_id;
  change.revision = entry.revision;
  change.created_at = cursor.Time();
  EVENKEEL_RETURN_IF_ERROR(rows::ReadProposal(cursor, change));
  if (entry.action == kHoldAction) {
    EVENKEEL_ASSIGN_OR_RETURN(const Hold::Outcome outcome, rows::ReadOutcome(entry.current));
    const model::Proposal& proposal = change.proposal;
    Hold& hold = event.hold.emplace();
    hold = {change.id,   proposal.entity, proposal.old_value,    proposal.new_value, entry.at,
            entry.until, outcome,         absl::InfiniteFuture()};
    if (!hold.open()) hold.ended_at = entry.at;
    event.change.reset();
    return event;
  }
  EVENKEEL_ASSIGN_OR_RETURN(change.state, rows::ReadState(entry.current));
  change.updated_at = entry.at;
  change.state_reason = entry.reason;
  change.refusal_reason = entry.refusal_reason;
  change.approved_by = entry.approved_by;
  change.superseded_by = entry.superseded_by;
  change.expires_at = entry.expires_at;
  return event;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteLedger>> SqliteLedger::Open(const std::string& path) {
  EVENKEEL_ASSIGN_OR_RETURN(std::unique_ptr<store::Database> database, store::OpenSqlite(path));
  EVENKEEL_RETURN_IF_ERROR(database->Migrate(LedgerMigrations()));
  return std::unique_ptr<SqliteLedger>(new SqliteLedger(std::move(database)));
}

absl::Status SqliteLedger::Commit(const LedgerWrite& write) {
  return database_->InTransaction([&](Connection& c) { return WriteAll(c, write); });
}

absl::StatusOr<std::vector<Row>> SqliteLedger::Query(const std::string& sql,
                                                     const std::vector<store::Cell>& params) {
  std::vector<Row> result;
  EVENKEEL_RETURN_IF_ERROR(database_->InTransaction([&](Connection& c) -> absl::Status {
    EVENKEEL_ASSIGN_OR_RETURN(result, c.Query(sql, params));
    return absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<ChangeRecord> SqliteLedger::GetChange(const std::string& id) {
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> found,
                            Query(SelectRecords() + " WHERE c.id = ?", {id}));
  if (found.empty()) return absl::NotFoundError(absl::StrCat("there is no change ", id));
  Cursor cursor(found[0]);
  return rows::ReadRecord(cursor);
}

absl::StatusOr<std::vector<ChangeRecord>> SqliteLedger::FindChanges(const ChangeQuery& query) {
  Cells params;
  const std::string where = Where(query, params);
  params.emplace_back(query.limit);
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> found,
                            Query(absl::StrCat(SelectRecords(), where, " ORDER BY c.number ",
                                               query.newest_first ? "DESC" : "ASC", " LIMIT ?"),
                                  params));
  std::vector<ChangeRecord> records;
  records.reserve(found.size());
  for (const Row& row : found) {
    Cursor cursor(row);
    EVENKEEL_ASSIGN_OR_RETURN(records.emplace_back(), rows::ReadRecord(cursor));
  }
  return records;
}

absl::StatusOr<std::optional<RequestRecord>> SqliteLedger::FindRequest(
    const std::string& request_id) {
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> found,
                            Query("SELECT request_id, fingerprint, change_id, code, message, "
                                  "refusal, at FROM requests WHERE request_id = ?",
                                  {request_id}));
  if (found.empty()) return std::nullopt;
  Cursor cursor(found[0]);
  RequestRecord request;
  request.request_id = cursor.Text();
  request.fingerprint = cursor.Text();
  request.change_id = cursor.Text();
  request.code = static_cast<absl::StatusCode>(cursor.Int());
  request.message = cursor.Text();
  EVENKEEL_ASSIGN_OR_RETURN(request.refusal, rows::ReadRefusal(cursor.Text()));
  request.at = cursor.Time();
  return request;
}

absl::StatusOr<int64_t> SqliteLedger::CountWrites(model::ChangeKind kind, absl::Time since,
                                                  bool with_dry_run) {
  // Two counts, each by an index; one with OR would go through the whole ledger.
  const std::string count = "(SELECT count(*) FROM changes WHERE kind = ? AND dry_run <= ? AND ";
  const store::Cell name = model::ChangeKindName(kind), most = int64_t{with_dry_run};
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> found,
                            Query(absl::StrCat("SELECT ", count, kCounts, ") + ", count,
                                               "sent_at > ? AND NOT ", kCounts, ")"),
                                  {name, most, name, most, FromTime(since)}));
  return store::AsInt(found[0][0]);
}

absl::StatusOr<GroupFigures> SqliteLedger::Group(const model::Entity& entity, absl::Time since,
                                                 bool with_dry_run) {
  const bool of_members = std::holds_alternative<model::MembershipEntity>(entity);
  const std::string& queue = model::EntityQueue(entity);
  // An agent's id is empty exactly for a queue's capacity.
  const std::string member_test = of_members ? "agent_id <> ''" : "agent_id = ''";
  EVENKEEL_ASSIGN_OR_RETURN(
      const std::vector<Row> moves,
      Query(absl::StrCat(
                "SELECT coalesce(sum(CASE WHEN dry_run <= ? AND gained < 0 THEN -gained END), 0), "
                "coalesce(sum(CASE WHEN state IN ('applied', 'rolled_back') THEN gained "
                "END), 0) FROM changes WHERE queue_id = ? AND ",
                member_test, " AND (", kCounts, " OR sent_at > ?)"),
            {int64_t{with_dry_run}, queue, FromTime(since)}));
  EVENKEEL_ASSIGN_OR_RETURN(
      const std::vector<Row> seen,
      Query(absl::StrCat("SELECT count(*), coalesce(sum(value), 0) FROM seen WHERE queue_id = ? "
                         "AND ",
                         member_test),
            {queue}));
  GroupFigures figures{store::AsInt(moves[0][0]), store::AsInt(moves[0][1]), std::nullopt};
  if (store::AsInt(seen[0][0]) > 0) figures.size = store::AsInt(seen[0][1]);
  return figures;
}

absl::StatusOr<std::map<model::ChangeState, int64_t>> SqliteLedger::CountByState(
    const std::vector<model::ChangeState>& states) {
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> found,
                            Query("SELECT state, changes FROM state_counts WHERE changes > 0", {}));
  std::map<model::ChangeState, int64_t> counts;
  for (const Row& row : found) {
    EVENKEEL_ASSIGN_OR_RETURN(const model::ChangeState state,
                              rows::ReadState(store::AsText(row[0])));
    if (states.empty() || std::find(states.begin(), states.end(), state) != states.end()) {
      counts[state] = store::AsInt(row[1]);
    }
  }
  return counts;
}

absl::StatusOr<std::vector<SeenValue>> SqliteLedger::FindSeen(const std::string& queue_id,
                                                              const std::string& agent_id) {
  std::string sql = "SELECT entity_type, queue_id, agent_id, value, agent_division, at FROM seen";
  Cells params;
  for (const auto& [column, id] : {std::pair{"queue_id", &queue_id}, {"agent_id", &agent_id}}) {
    if (id->empty()) continue;
    absl::StrAppend(&sql, params.empty() ? " WHERE " : " AND ", column, " = ?");
    params.emplace_back(*id);
  }
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> found,
                            Query(sql + " ORDER BY entity_key", params));
  std::vector<SeenValue> values;
  for (const Row& row : found) {
    Cursor cursor(row);
    EVENKEEL_ASSIGN_OR_RETURN(const auto entity, rows::ReadEntity(cursor));
    if (!entity.has_value()) continue;
    SeenValue& value = values.emplace_back();
    value.entity = *entity;
    value.value = rows::ReadValue(*entity, cursor.Int());
    value.agent_division = cursor.Text();
    value.at = cursor.Time();
  }
  return values;
}

absl::StatusOr<std::vector<LeftAloneEntry>> SqliteLedger::FindLeftAlone(
    absl::Time now, const std::string& entity_key) {
  std::string sql =
      "SELECT entity_type, queue_id, agent_id, value, since, until FROM left_alone WHERE until > ?";
  Cells params = {FromTime(now)};
  if (!entity_key.empty()) {
    sql += " AND entity_key = ?";
    params.emplace_back(entity_key);
  }
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> found,
                            Query(sql + " ORDER BY entity_key", params));
  std::vector<LeftAloneEntry> entries;
  for (const Row& row : found) {
    Cursor cursor(row);
    EVENKEEL_ASSIGN_OR_RETURN(const auto entity, rows::ReadEntity(cursor));
    if (!entity.has_value()) continue;
    LeftAloneEntry& entry = entries.emplace_back();
    entry.entity = *entity;
    entry.value = rows::ReadValue(*entity, cursor.Int());
    entry.since = cursor.Time();
    entry.until = cursor.Time();
  }
  return entries;
}

absl::StatusOr<std::vector<Pause>> SqliteLedger::FindPauses() {
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> found,
                            Query("SELECT kind, entity_type, queue_id, agent_id, since, actor, "
                                  "reason FROM pauses ORDER BY scope",
                                  {}));
  std::vector<Pause> pauses;
  for (const Row& row : found) {
    Cursor cursor(row);
    Pause& pause = pauses.emplace_back();
    if (const std::string kind = cursor.Text(); !kind.empty()) {
      EVENKEEL_ASSIGN_OR_RETURN(pause.scope.kind, rows::ReadKind(kind));
    }
    if (store::AsText(row[1]) == kWholeQueue) {
      cursor.Text();
      pause.scope.queue_id = cursor.Text();
      cursor.Text();
    } else {
      EVENKEEL_ASSIGN_OR_RETURN(pause.scope.entity, rows::ReadEntity(cursor));
    }
    pause.since = cursor.Time();
    pause.actor = cursor.Text();
    pause.reason = cursor.Text();
  }
  return pauses;
}

absl::StatusOr<std::vector<Hold>> SqliteLedger::FindHolds(const HoldQuery& query) {
  std::vector<std::string> terms;
  Cells params;
  for (const auto& [column, id] :
       {std::pair{"id", &query.id}, {"queue_id", &query.queue_id}, {"agent_id", &query.agent_id}}) {
    if (id->empty()) continue;
    terms.push_back(absl::StrCat(column, " = ?"));
    params.emplace_back(*id);
  }
  if (query.open_only) terms.push_back("outcome = 'open'");
  if (query.ended_after.has_value()) {
    terms.push_back("ended_at > ?");
    params.push_back(FromTime(*query.ended_after));
  }
  params.emplace_back(query.limit);
  EVENKEEL_ASSIGN_OR_RETURN(
      const std::vector<Row> found,
      Query(
          absl::StrCat("SELECT ", rows::kHoldColumns, " FROM holds", terms.empty() ? "" : " WHERE ",
                       absl::StrJoin(terms, " AND "), " ORDER BY begun_at DESC, id LIMIT ?"),
          params));
  std::vector<Hold> holds;
  for (const Row& row : found) {
    Cursor cursor(row);
    EVENKEEL_ASSIGN_OR_RETURN(holds.emplace_back(), rows::ReadHold(cursor));
  }
  return holds;
}

absl::StatusOr<std::vector<AuditEntry>> SqliteLedger::FindAudit(const std::string& change_id,
                                                                std::optional<int64_t> below,
                                                                int64_t limit) {
  std::string sql = absl::StrCat("SELECT sequence, ", rows::kAuditColumns, " FROM audit");
  Cells params;
  if (!change_id.empty()) {
    sql += " WHERE change_id = ?";
    params.emplace_back(change_id);
  }
  if (below.has_value()) {
    absl::StrAppend(&sql, params.empty() ? " WHERE " : " AND ", "sequence < ?");
    params.emplace_back(*below);
  }
  params.emplace_back(limit);
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> found,
                            Query(sql + " ORDER BY sequence DESC LIMIT ?", params));
  std::vector<AuditEntry> entries;
  for (const Row& row : found) {
    Cursor cursor(row);
    EVENKEEL_ASSIGN_OR_RETURN(entries.emplace_back(), rows::ReadAudit(cursor));
  }
  return entries;
}

absl::StatusOr<std::vector<Event>> SqliteLedger::FindEvents(int64_t cursor, int64_t limit) {
  const std::string audit_columns =
      absl::StrCat("a.sequence, a.", absl::StrReplaceAll(rows::kAuditColumns, {{", ", ", a."}}));
  EVENKEEL_ASSIGN_OR_RETURN(
      const std::vector<Row> found,
      Query(absl::StrCat(
                "SELECT ", audit_columns, ", c.created_at, ", rows::kProposalSelection,
                " FROM audit a LEFT JOIN changes c ON c.id = a.change_id "
                "LEFT JOIN proposals p ON p.change_id = a.change_id "
                "AND p.revision = a.revision WHERE a.sequence > ? AND a.action IN "
                "('state', 'revision', 'changed_by_other', 'hold') ORDER BY a.sequence LIMIT ?"),
            {cursor, limit}));
  std::vector<Event> events;
  for (const Row& row : found) {
    EVENKEEL_ASSIGN_OR_RETURN(events.emplace_back(), ReadEvent(row));
  }
  return events;
}

absl::StatusOr<int64_t> SqliteLedger::LastSequence() {
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> found,
                            Query("SELECT coalesce(max(sequence), 0) FROM audit", {}));
  return store::AsInt(found[0][0]);
}

}  // namespace evenkeel::actuator
