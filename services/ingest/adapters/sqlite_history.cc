#include "services/ingest/adapters/sqlite_history.h"

#include <absl/strings/str_cat.h>

#include <array>

#include "common/base/status_macros.h"
#include "common/json/writer.h"

namespace evenkeel::ingest {
namespace {

using store::Cell;
using store::Connection;
using store::Row;

constexpr std::array<store::Migration, 1> kMigrations = {{
    {1,
     "CREATE TABLE queue_interval ("
     "  start_ns INTEGER NOT NULL, queue_id TEXT NOT NULL, length_ns INTEGER NOT NULL,"
     "  offered INTEGER NOT NULL, answered INTEGER NOT NULL, abandoned INTEGER NOT NULL,"
     "  handled INTEGER NOT NULL, answered_wait_ns INTEGER NOT NULL,"
     "  abandoned_wait_ns INTEGER NOT NULL, handle_ns INTEGER NOT NULL,"
     "  read_at_ns INTEGER NOT NULL, PRIMARY KEY (start_ns, queue_id));"
     "CREATE TABLE snapshot_summary ("
     "  number INTEGER PRIMARY KEY, taken_at_ns INTEGER NOT NULL, agents INTEGER NOT NULL,"
     "  at_work INTEGER NOT NULL, waiting INTEGER NOT NULL, least_seen_ratio REAL NOT NULL);"
     "CREATE INDEX snapshot_summary_taken_at ON snapshot_summary (taken_at_ns);"},
}};

Cell FromSpan(absl::Duration span) { return absl::ToInt64Nanoseconds(span); }
absl::Duration AsSpan(const Cell& cell) { return absl::Nanoseconds(store::AsInt(cell)); }

class SqlHistory final : public HistoryStore {
 public:
  explicit SqlHistory(std::unique_ptr<store::Database> database) : database_(std::move(database)) {}

  absl::Status SaveIntervals(std::span<const model::QueueInterval> intervals,
                             absl::Time read_at) override {
    return database_->InTransaction([&](Connection& connection) -> absl::Status {
      for (const model::QueueInterval& i : intervals) {
        EVENKEEL_RETURN_IF_ERROR(
            connection
                .Execute("INSERT OR REPLACE INTO queue_interval VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                         {store::FromTime(i.start), i.queue_id, FromSpan(i.length), i.offered,
                          i.answered, i.abandoned, i.handled, FromSpan(i.answered_wait_total),
                          FromSpan(i.abandoned_wait_total), FromSpan(i.handle_total),
                          store::FromTime(read_at)})
                .status());
      }
      return absl::OkStatus();
    });
  }

  absl::StatusOr<std::vector<StoredInterval>> Query(const IntervalQuery& query) override {
    std::string sql =
        "SELECT start_ns, queue_id, length_ns, offered, answered, abandoned, handled,"
        " answered_wait_ns, abandoned_wait_ns, handle_ns, read_at_ns FROM queue_interval"
        " WHERE start_ns >= ? AND start_ns < ? AND (start_ns, queue_id) > (?, ?)";
    std::vector<Cell> params = {store::FromTime(query.from), store::FromTime(query.to),
                                store::FromTime(query.after_start), query.after_queue_id};
    if (!query.queue_ids.empty()) {
      // One parameter, so that there is one statement whatever the number of queues.
      absl::StrAppend(&sql, " AND queue_id IN (SELECT value FROM json_each(?))");
      params.emplace_back(JsonArray(query.queue_ids));
    }
    absl::StrAppend(&sql, " ORDER BY start_ns, queue_id LIMIT ?");
    params.emplace_back(int64_t{query.limit});
    std::vector<StoredInterval> found;
    EVENKEEL_RETURN_IF_ERROR(database_->InTransaction([&](Connection& connection) -> absl::Status {
      EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> rows, connection.Query(sql, params));
      for (const Row& row : rows) found.push_back(FromRow(row));
      return absl::OkStatus();
    }));
    return found;
  }

  absl::Status SaveSummary(const SnapshotSummary& summary) override {
    return database_->InTransaction([&](Connection& connection) {
      return connection
          .Execute("INSERT OR REPLACE INTO snapshot_summary VALUES (?,?,?,?,?,?)",
                   {static_cast<int64_t>(summary.number), store::FromTime(summary.taken_at),
                    summary.agents, summary.at_work, summary.waiting, summary.least_seen_ratio})
          .status();
    });
  }

  absl::StatusOr<uint64_t> LastSnapshotNumber() override {
    uint64_t number = 0;
    EVENKEEL_RETURN_IF_ERROR(database_->InTransaction([&](Connection& connection) -> absl::Status {
      EVENKEEL_ASSIGN_OR_RETURN(
          const std::vector<Row> rows,
          connection.Query("SELECT coalesce(max(number), 0) FROM snapshot_summary"));
      number = static_cast<uint64_t>(store::AsInt(rows[0][0]));
      return absl::OkStatus();
    }));
    return number;
  }

  absl::Status Prune(absl::Time before) override {
    return database_->InTransaction([&](Connection& connection) -> absl::Status {
      EVENKEEL_RETURN_IF_ERROR(
          connection
              .Execute("DELETE FROM queue_interval WHERE start_ns < ?", {store::FromTime(before)})
              .status());
      // The newest stays, so that numbers go on rising after any pause.
      return connection
          .Execute(
              "DELETE FROM snapshot_summary WHERE taken_at_ns < ?"
              " AND number < (SELECT max(number) FROM snapshot_summary)",
              {store::FromTime(before)})
          .status();
    });
  }

 private:
  static StoredInterval FromRow(const Row& row) {
    StoredInterval stored;
    stored.interval.start = store::AsTime(row[0]);
    stored.interval.queue_id = store::AsText(row[1]);
    stored.interval.length = AsSpan(row[2]);
    stored.interval.offered = store::AsInt(row[3]);
    stored.interval.answered = store::AsInt(row[4]);
    stored.interval.abandoned = store::AsInt(row[5]);
    stored.interval.handled = store::AsInt(row[6]);
    stored.interval.answered_wait_total = AsSpan(row[7]);
    stored.interval.abandoned_wait_total = AsSpan(row[8]);
    stored.interval.handle_total = AsSpan(row[9]);
    stored.read_at = store::AsTime(row[10]);
    return stored;
  }

  static std::string JsonArray(const std::vector<std::string>& texts) {
    json::Writer writer;
    writer.BeginArray();
    for (const std::string& text : texts) writer.String(text);
    return writer.EndArray().Take();
  }

  const std::unique_ptr<store::Database> database_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HistoryStore>> MakeSqlHistory(
    std::unique_ptr<store::Database> database) {
  EVENKEEL_RETURN_IF_ERROR(database->Migrate(kMigrations));
  return std::make_unique<SqlHistory>(std::move(database));
}

absl::StatusOr<std::unique_ptr<HistoryStore>> OpenSqliteHistory(const std::string& path) {
  EVENKEEL_ASSIGN_OR_RETURN(std::unique_ptr<store::Database> database,
                            store::OpenSqlite(path.empty() ? ":memory:" : path));
  return MakeSqlHistory(std::move(database));
}

}  // namespace evenkeel::ingest
