// The SQLite side of connection.h.
#include <absl/strings/str_cat.h>
#include <sqlite3.h>

#include <string>
#include <unordered_map>

#include "common/base/status_macros.h"
#include "common/base/string_bridge.h"
#include "common/store/connection.h"

namespace evenkeel::store {
namespace {

absl::Status ToStatus(sqlite3* db, int code, std::string_view doing) {
  const std::string message =
      absl::StrCat(ToAbsl(doing), ": ", db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db));
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT: {
      const int extended = db == nullptr ? code : sqlite3_extended_errcode(db);
      if (extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY) {
        return absl::AlreadyExistsError(message);
      }
      return absl::InternalError(message);
    }
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
      return absl::UnavailableError(message);
    default:
      return absl::InternalError(message);
  }
}

struct StatementFinalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, StatementFinalizer>;

class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(sqlite3* db) : db_(db) {}
  ~SqliteConnection() override {
    statements_.clear();
    sqlite3_close(db_);
  }

  absl::StatusOr<int64_t> Execute(std::string_view sql, std::span<const Cell> params) override {
    EVENKEEL_RETURN_IF_ERROR(Run(sql, params, nullptr));
    return sqlite3_changes64(db_);
  }

  absl::StatusOr<std::vector<Row>> Query(std::string_view sql,
                                         std::span<const Cell> params) override {
    std::vector<Row> rows;
    EVENKEEL_RETURN_IF_ERROR(Run(sql, params, &rows));
    return rows;
  }

 private:
  absl::Status Run(std::string_view sql, std::span<const Cell> params, std::vector<Row>* rows) {
    EVENKEEL_ASSIGN_OR_RETURN(sqlite3_stmt * statement, Prepare(sql));
    absl::Status status = Step(statement, sql, params, rows);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
  }

  // Statements are few and fixed, so each is compiled once.
  absl::StatusOr<sqlite3_stmt*> Prepare(std::string_view sql) {
    const std::string key(sql);
    if (const auto it = statements_.find(key); it != statements_.end()) return it->second.get();
    sqlite3_stmt* raw = nullptr;
    const int code =
        sqlite3_prepare_v2(db_, key.data(), static_cast<int>(key.size()), &raw, nullptr);
    if (code != SQLITE_OK) return ToStatus(db_, code, sql);
    return statements_.emplace(key, Statement(raw)).first->second.get();
  }

  absl::Status Step(sqlite3_stmt* statement, std::string_view sql, std::span<const Cell> params,
                    std::vector<Row>* rows) {
    for (size_t i = 0; i < params.size(); ++i) {
      const int code = Bind(statement, static_cast<int>(i) + 1, params[i]);
      if (code != SQLITE_OK) return ToStatus(db_, code, sql);
    }
    while (true) {
      const int code = sqlite3_step(statement);
      if (code == SQLITE_DONE) return absl::OkStatus();
      if (code != SQLITE_ROW) return ToStatus(db_, code, sql);
      if (rows != nullptr) rows->push_back(ReadRow(statement));
    }
  }

  static int Bind(sqlite3_stmt* statement, int index, const Cell& cell) {
    if (const auto* integer = std::get_if<int64_t>(&cell)) {
      return sqlite3_bind_int64(statement, index, *integer);
    }
    if (const auto* real = std::get_if<double>(&cell)) {
      return sqlite3_bind_double(statement, index, *real);
    }
    if (const auto* text = std::get_if<std::string>(&cell)) {
      return sqlite3_bind_text(statement, index, text->data(), static_cast<int>(text->size()),
                               SQLITE_TRANSIENT);
    }
    return sqlite3_bind_null(statement, index);
  }

  static Row ReadRow(sqlite3_stmt* statement) {
    const int columns = sqlite3_column_count(statement);
    Row row;
    row.reserve(columns);
    for (int i = 0; i < columns; ++i) {
      switch (sqlite3_column_type(statement, i)) {
        case SQLITE_INTEGER:
          row.emplace_back(int64_t{sqlite3_column_int64(statement, i)});
          break;
        case SQLITE_FLOAT:
          row.emplace_back(sqlite3_column_double(statement, i));
          break;
        case SQLITE_NULL:
          row.emplace_back(std::monostate());
          break;
        default: {
          const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
          const int size = sqlite3_column_bytes(statement, i);
          row.emplace_back(size == 0 ? std::string() : std::string(bytes, size));
        }
      }
    }
    return row;
  }

  sqlite3* const db_;
  std::unordered_map<std::string, Statement> statements_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path) {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  if (code != SQLITE_OK) {
    absl::Status status = ToStatus(db, code, absl::StrCat("open database ", path));
    sqlite3_close(db);
    return status;
  }
  std::unique_ptr<Connection> connection = std::make_unique<SqliteConnection>(db);
  for (const char* pragma : {"PRAGMA busy_timeout = 5000", "PRAGMA journal_mode = WAL",
                             "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"}) {
    if (absl::Status status = connection->Query(pragma).status(); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat("database ", path, ": ", status.message()));
    }
  }
  return std::make_unique<Database>(std::move(connection));
}

}  // namespace evenkeel::store
