// The ledger in a SQL database, by default SQLite in WAL mode: each Commit is one transaction.
#pragma once

#include <memory>
#include <string>

#include "common/store/connection.h"
#include "services/actuator/ports/ledger.h"

namespace evenkeel::actuator {

class SqliteLedger final : public Ledger {
 public:
  // Opens `path` (":memory:" for a ledger that dies with the process) and brings its schema up to
  // date.
  static absl::StatusOr<std::unique_ptr<SqliteLedger>> Open(const std::string& path);

  absl::Status Commit(const LedgerWrite& write) override;
  absl::StatusOr<ChangeRecord> GetChange(const std::string& id) override;
  absl::StatusOr<std::vector<ChangeRecord>> FindChanges(const ChangeQuery& query) override;
  absl::StatusOr<std::optional<RequestRecord>> FindRequest(const std::string& request_id) override;
  absl::StatusOr<int64_t> CountWrites(model::ChangeKind kind, absl::Time since,
                                      bool with_dry_run) override;
  absl::StatusOr<GroupFigures> Group(const model::Entity& entity, absl::Time since,
                                     bool with_dry_run) override;
  absl::StatusOr<std::map<model::ChangeState, int64_t>> CountByState(
      const std::vector<model::ChangeState>& states) override;
  absl::StatusOr<std::vector<SeenValue>> FindSeen(const std::string& queue_id,
                                                  const std::string& agent_id) override;
  absl::StatusOr<std::vector<LeftAloneEntry>> FindLeftAlone(absl::Time now,
                                                            const std::string& entity_key) override;
  absl::StatusOr<std::vector<Pause>> FindPauses() override;
  absl::StatusOr<std::vector<Hold>> FindHolds(const HoldQuery& query) override;
  absl::StatusOr<std::vector<AuditEntry>> FindAudit(const std::string& change_id,
                                                    std::optional<int64_t> below,
                                                    int64_t limit) override;
  absl::StatusOr<std::vector<Event>> FindEvents(int64_t cursor, int64_t limit) override;
  absl::StatusOr<int64_t> LastSequence() override;

 private:
  explicit SqliteLedger(std::unique_ptr<store::Database> database)
      : database_(std::move(database)) {}

  absl::StatusOr<std::vector<store::Row>> Query(const std::string& sql,
                                                const std::vector<store::Cell>& params);

  const std::unique_ptr<store::Database> database_;
};

}  // namespace evenkeel::actuator
