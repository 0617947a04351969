// What callers can ask of the actuator: propose a change, decide on one, undo one, look, pause. It
// trusts no caller: every guardrail is checked here. Whatever is answered is in the ledger first;
// the executor does the rest.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "services/actuator/ports/centre_writer.h"
#include "services/actuator/ports/ledger.h"
#include "services/actuator/usecase/admission.h"
#include "services/actuator/usecase/executor.h"
#include "services/actuator/usecase/journal.h"
#include "services/actuator/usecase/settings.h"

namespace evenkeel::actuator {

// Everything that the actuator stands on; must outlive it.
struct Dependencies {
  Ledger& ledger;
  CentreWriter& centre;
  const Clock& clock;       // the centre's time
  const Clock& real_clock;  // measures the window between read and write
  IdSource& ids;            // of changes
};

// Every write has a request id. The same id with the same body gets the same answer again and has
// no further effect; with another body it is ALREADY_EXISTS. `validate_only` checks and answers as
// if, and keeps nothing.
struct RequestHeader {
  std::string request_id;
  bool validate_only = false;
};

struct ListRequest {
  std::vector<model::ChangeState> states;  // empty: any
  std::vector<model::ChangeKind> kinds;    // empty: any
  std::string queue_id;                    // empty: any
  int64_t page_size = 0;                   // 0: 100; at most 1000
  std::string page_token;
};
struct ChangePage {
  std::vector<model::Change> changes;  // newest first
  std::string next_page_token;         // empty on the last page
};
struct AuditPage {
  std::vector<AuditEntry> entries;  // newest first
  std::string next_page_token;
};

struct ActuatorStatus {
  ModePolicy modes;
  std::map<Mode, int64_t> queues;  // of the scope, by the mode that holds for them
  std::map<model::ChangeKind, KindLimits> limits;
  std::vector<Pause> pauses;
  std::map<model::ChangeState, int64_t> changes;          // all that the ledger holds
  std::map<model::ChangeKind, int64_t> writes_last_hour;  // sent, or waiting to be; no dry run
  std::map<model::ChangeKind, int64_t>
      writes_counted;                       // with dry run, where nothing can be written
  std::map<std::string, int64_t> refusals;  // since the start, by guardrail
  int64_t left_alone = 0;
  int64_t open_holds = 0;
  int64_t overdue_holds = 0;       // of those, the ones whose time is over
  absl::Duration longest_overdue;  // of those
  ExecutorStatus executor;
  absl::Time now;
};

// Thread-safe.
class Actuator {
 public:
  // Requires CheckSettings(settings).ok().
  Actuator(Settings settings, const Dependencies& dependencies);

  // A change to make. Answers the change as it now stands: accepted, awaiting approval, or an older
  // one that awaits approval and wants the same (ACT-2).
  //   INVALID_ARGUMENT    every wrong field
  //   FAILED_PRECONDITION a guardrail refuses, with its Refusal; the refusal is kept as a change
  //   ALREADY_EXISTS      the request id came with another body
  //   RESOURCE_EXHAUSTED  too many changes wait, with RetryAfter; nothing is kept
  // Joins are to be proposed before the leaves of their move.
  absl::StatusOr<model::Change> Propose(const RequestHeader& header,
                                        const model::Proposal& proposal);

  // Approves `revision` of a change that awaits it. FAILED_PRECONDITION when it does not, or a
  // guardrail refuses now; ABORTED when the revision is no longer the newest; NOT_FOUND.
  absl::StatusOr<model::Change> Approve(const RequestHeader& header, const std::string& change_id,
                                        int64_t revision, const std::string& actor);

  // Says no to a change that waits. FAILED_PRECONDITION when it does not; NOT_FOUND.
  absl::StatusOr<model::Change> Discard(const RequestHeader& header, const std::string& change_id,
                                        const std::string& actor, const std::string& reason);

  // Proposes the reverse of an applied change (ACT-10); errors as of Propose, and
  // FAILED_PRECONDITION when it is not applied; NOT_FOUND. Answers the new change.
  absl::StatusOr<model::Change> RollBack(const RequestHeader& header, const std::string& change_id,
                                         const std::string& actor, const std::string& reason);

  // Stops writing until resumed, over restarts too. Answer the pauses in force. Resume is NOT_FOUND
  // when no pause has just this scope.
  absl::StatusOr<std::vector<Pause>> PauseActuation(const RequestHeader& header,
                                                    const PauseScope& scope,
                                                    const std::string& actor,
                                                    const std::string& reason);
  absl::StatusOr<std::vector<Pause>> ResumeActuation(const RequestHeader& header,
                                                     const PauseScope& scope,
                                                     const std::string& actor);

  absl::StatusOr<model::Change> Get(const std::string& change_id);
  // INVALID_ARGUMENT for a page size or token that is none.
  absl::StatusOr<ChangePage> List(const ListRequest& request);
  absl::StatusOr<AuditPage> ListAudit(const std::string& change_id, int64_t page_size,
                                      const std::string& page_token);
  // Newest first, at most a thousand.
  absl::StatusOr<std::vector<Hold>> ListHolds(bool open_only);
  // Lets a hold end now, or with an empty id all that are open; the next ticks restore. Answers
  // those. NOT_FOUND; FAILED_PRECONDITION when it has ended.
  absl::StatusOr<std::vector<Hold>> ReleaseHolds(const RequestHeader& header,
                                                 const std::string& hold_id,
                                                 const std::string& actor,
                                                 const std::string& reason);
  absl::StatusOr<std::vector<LeftAloneEntry>> ListLeftAlone();
  absl::StatusOr<ActuatorStatus> GetStatus();
  absl::Time Now() const { return journal_.Now(); }

  // Transitions and foreign edits after `cursor` (0: from the oldest), as Journal::WaitForEvents.
  absl::StatusOr<std::vector<Event>> WaitForEvents(int64_t cursor, int64_t limit,
                                                   absl::Duration timeout, std::stop_token stop);
  // The cursor from which only news follows.
  absl::StatusOr<int64_t> LatestCursor();

  // One step of the executor; called by one thread, about once a second. An error is the ledger's:
  // nothing more was done.
  absl::Status Tick(std::stop_token stop);
  // Of that step only what ends holds: for a process that stops.
  absl::Status TickRestores(std::stop_token stop);

 private:
  struct Asked {  // what a Propose or RollBack comes down to
    Moment moment;
    std::string fingerprint;
    model::Proposal proposal;
    std::string rolls_back;
  };
  absl::StatusOr<model::Change> Ask(const RequestHeader& header, const Asked& asked);
  // Whether what is asked takes the place of `open`, for which somebody's approval is asked or was
  // given (ACT-2).
  absl::StatusOr<bool> Replaces(const Asked& asked, const ChangeRecord& open);
  // Revises `open`, which awaits approval, or answers that it stands for what is asked.
  absl::StatusOr<model::Change> AskOver(const RequestHeader& header, const Asked& asked,
                                        ChangeRecord open, bool replaces);
  absl::StatusOr<model::Change> AskAnew(const RequestHeader& header, const Asked& asked,
                                        const absl::Status& verdict, Mode mode,
                                        std::optional<ChangeRecord> open);
  // The answer given to the request before, if it was; ALREADY_EXISTS for another body.
  absl::StatusOr<std::optional<RequestRecord>> FindAnswer(const RequestHeader& header,
                                                          const std::string& fingerprint);
  absl::StatusOr<model::Change> Repeat(const RequestRecord& answered);
  RequestRecord Answer(const RequestHeader& header, const std::string& fingerprint,
                       const std::string& change_id, const absl::Status& status) const;
  // FAILED_PRECONDITION when the change is in none of `states`.
  absl::StatusOr<ChangeRecord> GetInState(const std::string& change_id,
                                          const std::vector<model::ChangeState>& states);

  const Settings settings_;
  IdSource& ids_;
  // Held while the ledger is read, decided upon and written; never during a call to the centre.
  std::mutex mutex_;
  Journal journal_;
  Admission admission_;
  Executor executor_;
};

}  // namespace evenkeel::actuator
