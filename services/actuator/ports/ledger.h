// The ledger: changes, the audit, requests, pauses, and what was last seen in the centre. It is the
// actuator's whole memory; what is not in it is forgotten by a crash. Nothing is done to the centre
// before the ledger says so.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error_details.h"
#include "common/model/change.h"
#include "services/actuator/core/hold.h"

namespace evenkeel::actuator {

// A change, and what the executor must remember of it.
struct ChangeRecord {
  int64_t number = 0;  // order of arrival, given by the ledger
  model::Change change;
  bool dry_run = false;       // taken on in dry run: never sent, whatever the mode becomes
  bool maybe_sent = false;    // a call with it went out, or may have
  bool acknowledged = false;  // the centre said yes to the last such call
  int64_t attempts = 0;       // such calls
  // Of the last such call, in dry run when it would have been; it counts for an hour from then on.
  absl::Time sent_at = absl::InfinitePast();

  friend bool operator==(const ChangeRecord&, const ChangeRecord&) = default;
};

// The action of the audit's lines about holds.
inline constexpr char kHoldAction[] = "hold";

// One line of the audit. Lines about a change hold enough to tell how it stood after the line.
struct AuditEntry {
  int64_t sequence = 0;  // given by the ledger: rises by one
  absl::Time at;
  std::string actor;  // a proposer, an approver, "actuator"
  // "state", "revision", "write", "changed_by_other", "pause", "resume", "hold"
  std::string action;
  std::string change_id;  // empty: about no change
  int64_t revision = 0;
  std::optional<model::Entity> entity;
  std::string previous;
  std::string current;
  std::string reason;
  uint64_t snapshot_number = 0;
  // After a transition:
  std::string refusal_reason;
  std::string approved_by;
  std::string superseded_by;
  absl::Time expires_at = absl::InfiniteFuture();
  // With "changed_by_other": what it now is, and until when it is left alone.
  std::optional<model::Value> value;
  absl::Time until = absl::InfinitePast();
  std::string trigger;  // model::Proposal::trigger (FAIR-9)

  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

// What was answered to a request, for its repetition (ACT-5).
struct RequestRecord {
  std::string request_id;
  std::string fingerprint;  // of operation and body
  std::string change_id;    // empty: about no change
  // A refusal that was answered; OK else.
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string message;
  std::optional<Refusal> refusal;
  absl::Time at;
};

// What a pause covers; at most one is set, none: everything.
struct PauseScope {
  std::optional<model::ChangeKind> kind;
  std::optional<model::Entity> entity;
  std::optional<std::string> queue_id;  // everything of one queue

  friend bool operator==(const PauseScope&, const PauseScope&) = default;
};

struct Pause {
  PauseScope scope;
  absl::Time since;
  std::string actor;
  std::string reason;

  friend bool operator==(const Pause&, const Pause&) = default;
};

// The value that an entity had when last seen in the centre.
struct SeenValue {
  model::Entity entity;
  model::Value value;
  std::string agent_division;  // empty: not known; when written: as known before
  absl::Time at;               // since when it is seen so

  friend bool operator==(const SeenValue&, const SeenValue&) = default;
};

// Changed by somebody else: not touched before `until` (ACT-13).
struct LeftAloneEntry {
  model::Entity entity;
  model::Value value;
  absl::Time since;
  absl::Time until;

  friend bool operator==(const LeftAloneEntry&, const LeftAloneEntry&) = default;
};

// Which holds. Empty: any.
struct HoldQuery {
  std::string id;
  std::string queue_id;
  std::string agent_id;
  bool open_only = false;
  std::optional<absl::Time> ended_after;  // or open
  int64_t limit = 1'000'000;
};

// A new change, or a new version of one that must stand in the ledger as `expected` says.
struct ChangeWrite {
  struct Expected {
    model::ChangeState state;
    int64_t revision;
  };
  ChangeRecord record;
  std::optional<Expected> expected;  // absent: new
};

// Everything that happens in one step, in the order of the fields and of their elements.
struct LedgerWrite {
  std::vector<ChangeWrite> changes;
  // A further move that a change is part of (beside its proposal's own).
  std::vector<std::pair<std::string, std::string>> move_links;  // move id, change id
  std::vector<AuditEntry> audit;
  std::optional<RequestRecord> request;
  std::vector<SeenValue> seen;
  std::vector<model::Entity> gone;  // no longer seen
  std::vector<LeftAloneEntry> left_alone;
  std::vector<Pause> pauses;  // replaces one of the same scope
  std::vector<PauseScope> resumed;
  std::vector<Hold> holds;  // new, or in the place of the one with its id

  bool empty() const {
    return changes.empty() && move_links.empty() && audit.empty() && !request.has_value() &&
           seen.empty() && gone.empty() && left_alone.empty() && pauses.empty() &&
           resumed.empty() && holds.empty();
  }
};

// Which changes. Absent or empty: any.
struct ChangeQuery {
  std::vector<model::ChangeState> states;
  std::vector<model::ChangeKind> kinds;
  std::string queue_id;
  std::string agent_id;
  std::string entity_key;
  std::string plan_id;
  std::string move_id;                   // also by LedgerWrite::move_links
  std::optional<absl::Time> sent_after;  // ChangeRecord::sent_at later than this
  std::optional<int64_t> below_number;
  bool newest_first = false;  // by number
  int64_t limit = 1'000'000;
};

// How much a queue's memberships, or its capacity, were changed lately.
struct GroupFigures {
  // Agents taken away by changes that wait to be sent or are in flight, and by those sent in the
  // time.
  int64_t lost = 0;
  // Agents gained, less those lost, by changes applied in the time.
  int64_t gained = 0;
  // Joined members, or the capacity, as last seen; absent: never seen.
  std::optional<int64_t> size;
};

// Something that watchers want to know: a change after a transition, somebody else's doing, or a
// hold.
struct Event {
  int64_t cursor = 0;  // the audit line's sequence
  absl::Time at;
  std::optional<model::Change> change;
  std::optional<LeftAloneEntry> changed_by_other;
  std::optional<Hold> hold;  // after it began, or its end moved, or it ended
};

// Thread-safe. Every method may fail with UNAVAILABLE (busy or gone), RESOURCE_EXHAUSTED (full
// disk) or INTERNAL; nothing was written then.
class Ledger {
 public:
  virtual ~Ledger() = default;

  // All or nothing, durable when it returns OK. ABORTED when a change does not stand as expected;
  // ALREADY_EXISTS for a request or change id that is there, or a second open change of an entity.
  virtual absl::Status Commit(const LedgerWrite& write) = 0;

  // NOT_FOUND when there is none.
  virtual absl::StatusOr<ChangeRecord> GetChange(const std::string& id) = 0;
  // By number: oldest first unless asked otherwise.
  virtual absl::StatusOr<std::vector<ChangeRecord>> FindChanges(const ChangeQuery& query) = 0;
  virtual absl::StatusOr<std::optional<RequestRecord>> FindRequest(
      const std::string& request_id) = 0;

  // Changes of `kind` that wait to be sent, are in flight, or were sent after `since`; those in dry
  // run only if asked for.
  virtual absl::StatusOr<int64_t> CountWrites(model::ChangeKind kind, absl::Time since,
                                              bool with_dry_run) = 0;
  // Of the group that `entity` is part of: its queue's memberships, or its queue's capacity.
  // Changes of kind capacity alone count.
  virtual absl::StatusOr<GroupFigures> Group(const model::Entity& entity, absl::Time since,
                                             bool with_dry_run) = 0;
  // Changes in each of `states` (empty: any) that there are any of.
  virtual absl::StatusOr<std::map<model::ChangeState, int64_t>> CountByState(
      const std::vector<model::ChangeState>& states) = 0;

  // Values last seen, of a queue and/or an agent (empty: any), by entity key.
  virtual absl::StatusOr<std::vector<SeenValue>> FindSeen(const std::string& queue_id,
                                                          const std::string& agent_id) = 0;
  // Entries whose time is not over at `now`, of one entity (empty: any), by entity key.
  virtual absl::StatusOr<std::vector<LeftAloneEntry>> FindLeftAlone(
      absl::Time now, const std::string& entity_key) = 0;
  virtual absl::StatusOr<std::vector<Pause>> FindPauses() = 0;

  // Newest first, by begin.
  virtual absl::StatusOr<std::vector<Hold>> FindHolds(const HoldQuery& query) = 0;

  // Newest first, sequence below `below` (absent: from the newest); of one change, or all.
  virtual absl::StatusOr<std::vector<AuditEntry>> FindAudit(const std::string& change_id,
                                                            std::optional<int64_t> below,
                                                            int64_t limit) = 0;
  // Oldest first, after `cursor`.
  virtual absl::StatusOr<std::vector<Event>> FindEvents(int64_t cursor, int64_t limit) = 0;
  // The newest sequence of the audit; 0 when empty.
  virtual absl::StatusOr<int64_t> LastSequence() = 0;
};

}  // namespace evenkeel::actuator
