#include "services/fairness_scorer/adapters/sqlite_fairness_store.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>

#include "common/base/status_macros.h"
#include "services/fairness_scorer/adapters/alert_convert.h"

namespace evenkeel::fairness {
namespace {

using store::AsDouble;
using store::AsInt;
using store::AsText;
using store::AsTime;
using store::Cell;
using store::Connection;
using store::FromTime;
using store::Row;

constexpr absl::Duration kInterval = absl::Minutes(5);

// Sums and counts, from which means of any stretch follow. An alert is kept as protobuf, in the
// bytes of a text.
constexpr char kFirst[] = R"(
CREATE TABLE smoothing (
  group_key TEXT PRIMARY KEY,
  recent TEXT NOT NULL,
  average REAL,
  at INTEGER NOT NULL,
  work_until INTEGER NOT NULL
);
CREATE TABLE incidents (
  group_key TEXT NOT NULL,
  type TEXT NOT NULL,
  run INTEGER NOT NULL,
  calm INTEGER NOT NULL,
  open INTEGER NOT NULL,
  alert_id TEXT NOT NULL,
  PRIMARY KEY (group_key, type)
);
CREATE TABLE alerts (
  cursor INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  alert BLOB NOT NULL
);
CREATE TABLE deliveries (
  sink TEXT PRIMARY KEY,
  cursor INTEGER NOT NULL
);
CREATE TABLE figures (
  group_key TEXT NOT NULL,
  start INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  cvs INTEGER NOT NULL,
  cv_sum REAL NOT NULL,
  highest_cv REAL,
  raw_cvs INTEGER NOT NULL,
  raw_cv_sum REAL NOT NULL,
  occupancies INTEGER NOT NULL,
  occupancy_sum REAL NOT NULL,
  critical INTEGER NOT NULL,
  agents_sum INTEGER NOT NULL,
  PRIMARY KEY (group_key, start)
);
CREATE INDEX figures_by_start ON figures (start);
)";
constexpr store::Migration kMigrations[] = {{1, kFirst}};

std::string NumbersText(const std::vector<double>& numbers) {
  std::string text;
  for (const double number : numbers) absl::StrAppendFormat(&text, "%.17g ", number);
  return text;
}

absl::StatusOr<std::vector<double>> ReadNumbers(const std::string& text) {
  std::vector<double> numbers;
  for (const absl::string_view part : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!absl::SimpleAtod(part, &numbers.emplace_back())) {
      return absl::InternalError("the fairness store is damaged: averages");
    }
  }
  return numbers;
}

Cell FromOptional(const std::optional<double>& value) {
  return value ? Cell(*value) : Cell(std::monostate());
}
std::optional<double> ToOptional(const Cell& cell) {
  if (std::holds_alternative<std::monostate>(cell)) return std::nullopt;
  return AsDouble(cell);
}

absl::Status WriteMemory(Connection& c, const std::string& key, const GroupMemory& memory) {
  EVENKEEL_RETURN_IF_ERROR(
      c.Execute("INSERT OR REPLACE INTO smoothing (group_key, recent, average, at, work_until) "
                "VALUES (?, ?, ?, ?, ?)",
                {key, NumbersText(memory.smoothing.recent), FromOptional(memory.smoothing.average),
                 FromTime(memory.smoothing.at), FromTime(memory.work_until)})
          .status());
  for (const auto& [type, incident] : memory.incidents) {
    EVENKEEL_RETURN_IF_ERROR(
        c.Execute("INSERT OR REPLACE INTO incidents (group_key, type, run, calm, open, alert_id) "
                  "VALUES (?, ?, ?, ?, ?, ?)",
                  {key, AlertTypeName(type), int64_t{incident.alarm.run},
                   int64_t{incident.alarm.calm}, int64_t{incident.alarm.open}, incident.id})
            .status());
  }
  return absl::OkStatus();
}

absl::Status AddSample(Connection& c, const GroupSample& sample) {
  const absl::Time start =
      absl::UnixEpoch() + absl::Floor(sample.at - absl::UnixEpoch(), kInterval);
  const auto count = [](const std::optional<double>& value) {
    return Cell(int64_t{value.has_value()});
  };
  return c
      .Execute(
          "INSERT INTO figures (group_key, start, samples, cvs, cv_sum, highest_cv, raw_cvs, "
          "raw_cv_sum, occupancies, occupancy_sum, critical, agents_sum) VALUES (?, ?, 1, ?, ?, ?, "
          "?, ?, ?, ?, ?, ?) ON CONFLICT (group_key, start) DO UPDATE SET samples = samples + 1, "
          "cvs = cvs + excluded.cvs, cv_sum = cv_sum + excluded.cv_sum, highest_cv = "
          "max(coalesce(highest_cv, excluded.highest_cv), coalesce(excluded.highest_cv, "
          "highest_cv)), raw_cvs = raw_cvs + excluded.raw_cvs, raw_cv_sum = raw_cv_sum + "
          "excluded.raw_cv_sum, occupancies = occupancies + excluded.occupancies, occupancy_sum = "
          "occupancy_sum + excluded.occupancy_sum, critical = critical + excluded.critical, "
          "agents_sum = agents_sum + excluded.agents_sum",
          {sample.group_key, FromTime(start), count(sample.cv), sample.cv.value_or(0),
           FromOptional(sample.smoothed_cv), count(sample.raw_cv), sample.raw_cv.value_or(0),
           count(sample.occupancy_ratio), sample.occupancy_ratio.value_or(0),
           int64_t{sample.critical}, sample.agents})
      .status();
}

std::optional<double> Mean(const Cell& sum, const Cell& count) {
  const int64_t n = AsInt(count);
  if (n == 0) return std::nullopt;
  return AsDouble(sum) / static_cast<double>(n);
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteFairnessStore>> SqliteFairnessStore::Open(
    const std::string& path) {
  EVENKEEL_ASSIGN_OR_RETURN(std::unique_ptr<store::Database> database, store::OpenSqlite(path));
  EVENKEEL_RETURN_IF_ERROR(database->Migrate(kMigrations));
  return std::unique_ptr<SqliteFairnessStore>(new SqliteFairnessStore(std::move(database)));
}

absl::StatusOr<std::vector<Row>> SqliteFairnessStore::Query(const std::string& sql,
                                                            const std::vector<Cell>& params) {
  std::vector<Row> rows;
  EVENKEEL_RETURN_IF_ERROR(database_->InTransaction([&](Connection& c) -> absl::Status {
    EVENKEEL_ASSIGN_OR_RETURN(rows, c.Query(sql, params));
    return absl::OkStatus();
  }));
  return rows;
}

absl::Status SqliteFairnessStore::Commit(const CycleWrite& write) {
  return database_->InTransaction([&](Connection& c) -> absl::Status {
    for (const auto& [key, memory] : write.memory) {
      EVENKEEL_RETURN_IF_ERROR(WriteMemory(c, key, memory));
    }
    for (const Alert& alert : write.alerts) {
      EVENKEEL_RETURN_IF_ERROR(
          c.Execute("INSERT INTO alerts (id, at, alert) VALUES (?, ?, ?)",
                    {alert.id, FromTime(alert.at), ToProto(alert).SerializeAsString()})
              .status());
    }
    for (const GroupSample& sample : write.samples) {
      EVENKEEL_RETURN_IF_ERROR(AddSample(c, sample));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::map<std::string, GroupMemory>> SqliteFairnessStore::LoadMemory() {
  std::map<std::string, GroupMemory> memory;
  EVENKEEL_ASSIGN_OR_RETURN(
      const std::vector<Row> smoothing,
      Query("SELECT group_key, recent, average, at, work_until FROM smoothing", {}));
  for (const Row& row : smoothing) {
    SmoothingMemory& kept = memory[AsText(row[0])].smoothing;
    EVENKEEL_ASSIGN_OR_RETURN(kept.recent, ReadNumbers(AsText(row[1])));
    kept.average = ToOptional(row[2]);
    kept.at = AsTime(row[3]);
    memory[AsText(row[0])].work_until = AsTime(row[4]);
  }
  EVENKEEL_ASSIGN_OR_RETURN(
      const std::vector<Row> incidents,
      Query("SELECT group_key, type, run, calm, open, alert_id FROM incidents", {}));
  for (const Row& row : incidents) {
    for (const AlertType type : kAllAlertTypes) {
      if (AsText(row[1]) != AlertTypeName(type)) continue;
      memory[AsText(row[0])].incidents[type] = {
          {static_cast<int>(AsInt(row[2])), static_cast<int>(AsInt(row[3])), AsInt(row[4]) != 0},
          AsText(row[5])};
    }
  }
  return memory;
}

absl::StatusOr<std::vector<StoredAlert>> SqliteFairnessStore::FindAlerts(int64_t cursor,
                                                                         int64_t limit) {
  EVENKEEL_ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      Query("SELECT cursor, alert FROM alerts WHERE cursor > ? ORDER BY cursor LIMIT ?",
            {cursor, limit}));
  std::vector<StoredAlert> alerts;
  for (const Row& row : rows) {
    v1::Alert proto;
    if (!proto.ParseFromString(AsText(row[1]))) {
      return absl::InternalError("the fairness store is damaged: an alert");
    }
    alerts.push_back({AsInt(row[0]), FromProto(proto)});
  }
  return alerts;
}

absl::StatusOr<int64_t> SqliteFairnessStore::LastCursor() {
  // Also when the newest have been forgotten.
  EVENKEEL_ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      Query("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'alerts'", {}));
  return AsInt(rows[0][0]);
}

absl::StatusOr<int64_t> SqliteFairnessStore::Delivered(const std::string& sink) {
  EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                            Query("SELECT cursor FROM deliveries WHERE sink = ?", {sink}));
  return rows.empty() ? 0 : AsInt(rows[0][0]);
}

absl::Status SqliteFairnessStore::MarkDelivered(const std::string& sink, int64_t cursor) {
  return database_->InTransaction([&](Connection& c) {
    return c
        .Execute(
            "INSERT INTO deliveries (sink, cursor) VALUES (?, ?) ON CONFLICT (sink) DO UPDATE "
            "SET cursor = max(cursor, excluded.cursor)",
            {sink, cursor})
        .status();
  });
}

absl::StatusOr<std::vector<GroupFigures>> SqliteFairnessStore::FindHistory(
    const std::string& group_key, absl::Time from, absl::Time to, HistoryStep step) {
  const int64_t length =
      absl::ToInt64Nanoseconds(step == HistoryStep::kDay ? absl::Hours(24) : kInterval);
  EVENKEEL_ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      Query("SELECT start / ? * ? AS stretch, sum(samples), sum(cv_sum), sum(cvs), "
            "max(highest_cv), sum(raw_cv_sum), sum(raw_cvs), sum(occupancy_sum), "
            "sum(occupancies), sum(critical), sum(agents_sum) FROM figures WHERE group_key = ? AND "
            "start >= ? AND start < ? GROUP BY stretch ORDER BY stretch",
            {length, length, group_key, FromTime(from), FromTime(to)}));
  std::vector<GroupFigures> history;
  for (const Row& row : rows) {
    GroupFigures& figures = history.emplace_back();
    figures.group_key = group_key;
    figures.start = AsTime(row[0]);
    figures.samples = AsInt(row[1]);
    figures.mean_cv = Mean(row[2], row[3]);
    figures.highest_cv = ToOptional(row[4]);
    figures.mean_raw_cv = Mean(row[5], row[6]);
    figures.mean_occupancy_ratio = Mean(row[7], row[8]);
    figures.critical_samples = AsInt(row[9]);
    figures.mean_agents =
        static_cast<double>(AsInt(row[10])) / static_cast<double>(figures.samples);
  }
  return history;
}

absl::Status SqliteFairnessStore::Forget(absl::Time oldest) {
  return database_->InTransaction([&](Connection& c) -> absl::Status {
    EVENKEEL_RETURN_IF_ERROR(
        c.Execute("DELETE FROM alerts WHERE at < ? AND cursor <= (SELECT coalesce(min(cursor), "
                  "9223372036854775807) FROM deliveries)",
                  {FromTime(oldest)})
            .status());
    return c.Execute("DELETE FROM figures WHERE start < ?", {FromTime(oldest)}).status();
  });
}

}  // namespace evenkeel::fairness
