// One small port in front of a SQL database. A Connection runs statements with bound parameters;
// InTransaction groups them; Migrate brings a schema up to date by numbered steps. SQLite is the
// embedded default.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace evenkeel::store {

// NULL, integer, real, text or blob (as bytes).
using Cell = std::variant<std::monostate, int64_t, double, std::string>;
using Row = std::vector<Cell>;

// Reads of a cell; a cell of another type gives the zero value, as SQL's coercion does for NULL.
int64_t AsInt(const Cell& cell);
double AsDouble(const Cell& cell);
const std::string& AsText(const Cell& cell);

// Instants are stored as integer nanoseconds since 1970; infinities keep their sign.
Cell FromTime(absl::Time time);
absl::Time AsTime(const Cell& cell);

// Not thread-safe; see Database.
class Connection {
 public:
  virtual ~Connection() = default;

  // Runs one statement with parameters bound to its `?`s; returns how many rows it changed.
  // ALREADY_EXISTS for a violated uniqueness, RESOURCE_EXHAUSTED for a full disk, UNAVAILABLE for
  // a database that is busy, locked or gone, INTERNAL else.
  virtual absl::StatusOr<int64_t> Execute(std::string_view sql, std::span<const Cell> params) = 0;
  virtual absl::StatusOr<std::vector<Row>> Query(std::string_view sql,
                                                 std::span<const Cell> params) = 0;

  absl::StatusOr<int64_t> Execute(std::string_view sql, std::initializer_list<Cell> params = {}) {
    return Execute(sql, std::span<const Cell>(params.begin(), params.size()));
  }
  absl::StatusOr<std::vector<Row>> Query(std::string_view sql,
                                         std::initializer_list<Cell> params = {}) {
    return Query(sql, std::span<const Cell>(params.begin(), params.size()));
  }
};

// A numbered step of a schema; `sql` may hold several statements separated by semicolons.
struct Migration {
  int number;  // from 1, without gaps
  const char* sql;
};

// A database of its own schema. Thread-safe: transactions run one after another.
class Database {
 public:
  explicit Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  // Runs `work` inside one transaction: committed when it returns OK, rolled back else.
  absl::Status InTransaction(const std::function<absl::Status(Connection&)>& work);

  // Applies the migrations that the database has not seen, each in its transaction.
  // FAILED_PRECONDITION when the database is newer than the program.
  absl::Status Migrate(std::span<const Migration> migrations);

 private:
  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;
};

// Opens or creates `path` (":memory:" for a private database in memory) in WAL mode with full
// synchronisation: what was committed survives the loss of power.
absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path);

}  // namespace evenkeel::store
