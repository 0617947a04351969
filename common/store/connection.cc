#include "common/store/connection.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <limits>

#include "common/base/status_macros.h"

namespace evenkeel::store {

int64_t AsInt(const Cell& cell) {
  const auto* value = std::get_if<int64_t>(&cell);
  return value == nullptr ? 0 : *value;
}

double AsDouble(const Cell& cell) {
  if (const auto* integer = std::get_if<int64_t>(&cell)) return static_cast<double>(*integer);
  const auto* value = std::get_if<double>(&cell);
  return value == nullptr ? 0.0 : *value;
}

const std::string& AsText(const Cell& cell) {
  static const std::string kEmpty;
  const auto* value = std::get_if<std::string>(&cell);
  return value == nullptr ? kEmpty : *value;
}

Cell FromTime(absl::Time time) {
  if (time == absl::InfinitePast()) return std::numeric_limits<int64_t>::min();
  if (time == absl::InfiniteFuture()) return std::numeric_limits<int64_t>::max();
  return absl::ToUnixNanos(time);
}

absl::Time AsTime(const Cell& cell) {
  const int64_t nanoseconds = AsInt(cell);
  if (nanoseconds == std::numeric_limits<int64_t>::min()) return absl::InfinitePast();
  if (nanoseconds == std::numeric_limits<int64_t>::max()) return absl::InfiniteFuture();
  return absl::FromUnixNanos(nanoseconds);
}

absl::Status Database::InTransaction(const std::function<absl::Status(Connection&)>& work) {
  std::lock_guard lock(mutex_);
  EVENKEEL_RETURN_IF_ERROR(connection_->Execute("BEGIN IMMEDIATE").status());
  absl::Status status = work(*connection_);
  if (status.ok()) {
    status = connection_->Execute("COMMIT").status();
    if (status.ok()) return status;
  }
  // The first error is the one to tell; a rollback that fails too has nothing to add.
  (void)connection_->Execute("ROLLBACK");
  return status;
}

absl::Status Database::Migrate(std::span<const Migration> migrations) {
  EVENKEEL_RETURN_IF_ERROR(InTransaction([](Connection& c) {
    return c.Execute("CREATE TABLE IF NOT EXISTS schema_version (number INTEGER NOT NULL)")
        .status();
  }));
  int64_t current = 0;
  EVENKEEL_RETURN_IF_ERROR(InTransaction([&](Connection& c) -> absl::Status {
    EVENKEEL_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                              c.Query("SELECT coalesce(max(number), 0) FROM schema_version"));
    current = AsInt(rows[0][0]);
    return absl::OkStatus();
  }));
  if (current > static_cast<int64_t>(migrations.size())) {
    return absl::FailedPreconditionError(
        absl::StrCat("the database has schema version ", current, ", this program knows up to ",
                     migrations.size(), ": run a newer program, or another database"));
  }
  for (const Migration& migration : migrations) {
    if (migration.number <= current) continue;
    EVENKEEL_RETURN_IF_ERROR(InTransaction([&](Connection& c) -> absl::Status {
      for (const auto statement : absl::StrSplit(migration.sql, ';', absl::SkipWhitespace())) {
        EVENKEEL_RETURN_IF_ERROR(c.Execute(std::string(statement)).status());
      }
      return c
          .Execute("INSERT INTO schema_version (number) VALUES (?)", {int64_t{migration.number}})
          .status();
    }));
  }
  return absl::OkStatus();
}

}  // namespace evenkeel::store
