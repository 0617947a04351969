// FairnessStore over SQLite.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "common/store/connection.h"
#include "services/fairness_scorer/ports/fairness_store.h"

namespace evenkeel::fairness {

class SqliteFairnessStore final : public FairnessStore {
 public:
  // Opens or creates `path` (":memory:" for one in memory) and brings it up to date.
  static absl::StatusOr<std::unique_ptr<SqliteFairnessStore>> Open(const std::string& path);

  absl::Status Commit(const CycleWrite& write) override;
  absl::StatusOr<std::map<std::string, GroupMemory>> LoadMemory() override;
  absl::StatusOr<std::vector<StoredAlert>> FindAlerts(int64_t cursor, int64_t limit) override;
  absl::StatusOr<int64_t> LastCursor() override;
  absl::StatusOr<int64_t> Delivered(const std::string& sink) override;
  absl::Status MarkDelivered(const std::string& sink, int64_t cursor) override;
  absl::StatusOr<std::vector<GroupFigures>> FindHistory(const std::string& group_key,
                                                        absl::Time from, absl::Time to,
                                                        HistoryStep step) override;
  absl::Status Forget(absl::Time oldest) override;

 private:
  explicit SqliteFairnessStore(std::unique_ptr<store::Database> database)
      : database_(std::move(database)) {}
  absl::StatusOr<std::vector<store::Row>> Query(const std::string& sql,
                                                const std::vector<store::Cell>& params);

  const std::unique_ptr<store::Database> database_;
};

}  // namespace evenkeel::fairness
