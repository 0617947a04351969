#include "services/actuator/adapters/ledger_schema.h"

namespace evenkeel::actuator {
namespace {

// Instants are nanoseconds since 1970. A proposal is kept once for each revision, so that the audit
// can tell what any of its lines was about. The unique index over open changes is the last defence
// of "one open change of an entity".
constexpr char kFirst[] = R"(
CREATE TABLE changes (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  revision INTEGER NOT NULL,
  kind TEXT NOT NULL,
  entity_key TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  gained INTEGER NOT NULL,
  open INTEGER NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  state_reason TEXT NOT NULL,
  refusal_reason TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  superseded_by TEXT NOT NULL,
  dry_run INTEGER NOT NULL,
  maybe_sent INTEGER NOT NULL,
  acknowledged INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  sent_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX changes_one_open ON changes (entity_key) WHERE open = 1;
CREATE INDEX changes_by_state ON changes (state, number);
CREATE INDEX changes_by_entity ON changes (entity_key, number);
CREATE INDEX changes_by_agent ON changes (agent_id, sent_at);
CREATE INDEX changes_by_queue ON changes (queue_id, sent_at);
CREATE INDEX changes_by_plan ON changes (plan_id);
CREATE INDEX changes_by_sending ON changes (kind, sent_at);

CREATE TABLE proposals (
  change_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  kind TEXT NOT NULL,
  entity_type TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  old_value INTEGER NOT NULL,
  new_value INTEGER NOT NULL,
  reason TEXT NOT NULL,
  proposer TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  move_id TEXT NOT NULL,
  snapshot_number INTEGER NOT NULL,
  snapshot_age REAL NOT NULL,
  snapshot_seen_ratio REAL NOT NULL,
  expires_at INTEGER NOT NULL,
  needs_approval INTEGER NOT NULL,
  forecasts TEXT NOT NULL,
  rolls_back TEXT NOT NULL,
  PRIMARY KEY (change_id, revision)
);

CREATE TABLE move_links (
  move_id TEXT NOT NULL,
  change_id TEXT NOT NULL,
  PRIMARY KEY (move_id, change_id)
);

CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  change_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  entity_type TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  previous TEXT NOT NULL,
  current TEXT NOT NULL,
  reason TEXT NOT NULL,
  snapshot_number INTEGER NOT NULL,
  refusal_reason TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  superseded_by TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  value INTEGER,
  until INTEGER NOT NULL
);
CREATE INDEX audit_by_change ON audit (change_id, sequence);

CREATE TABLE requests (
  request_id TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  change_id TEXT NOT NULL,
  code INTEGER NOT NULL,
  message TEXT NOT NULL,
  refusal TEXT NOT NULL,
  at INTEGER NOT NULL
);

CREATE TABLE pauses (
  scope TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  entity_type TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  since INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL
);

CREATE TABLE seen (
  entity_key TEXT PRIMARY KEY,
  entity_type TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  value INTEGER NOT NULL,
  agent_division TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX seen_by_queue ON seen (queue_id);
CREATE INDEX seen_by_agent ON seen (agent_id);

CREATE TABLE left_alone (
  entity_key TEXT PRIMARY KEY,
  entity_type TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  value INTEGER NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL
);
)";

// How many changes are in each state: counting a ledger of years would take longer than a tick.
constexpr char kStateCounts[] = R"(
CREATE TABLE state_counts (
  state TEXT PRIMARY KEY,
  changes INTEGER NOT NULL
);
INSERT INTO state_counts SELECT state, count(*) FROM changes GROUP BY state;
)";

// A hold's row is replaced as it goes on; the audit keeps each step.
constexpr char kHolds[] = R"(
ALTER TABLE proposals ADD COLUMN hold_for INTEGER NOT NULL DEFAULT 0;
ALTER TABLE proposals ADD COLUMN trigger TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN trigger TEXT NOT NULL DEFAULT '';
CREATE TABLE holds (
  id TEXT PRIMARY KEY,
  entity_type TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  old_value INTEGER NOT NULL,
  set_value INTEGER NOT NULL,
  begun_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  ended_at INTEGER NOT NULL
);
CREATE INDEX holds_open ON holds (outcome, ends_at);
CREATE INDEX holds_by_agent ON holds (agent_id, ended_at);
)";

constexpr store::Migration kMigrations[] = {{1, kFirst}, {2, kStateCounts}, {3, kHolds}};

}  // namespace

std::span<const store::Migration> LedgerMigrations() { return kMigrations; }

}  // namespace evenkeel::actuator
