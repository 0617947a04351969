// HistoryStore over the SQL store.
#pragma once

#include <memory>

#include "common/store/connection.h"
#include "services/ingest/ports/history_store.h"

namespace evenkeel::ingest {

// Brings the schema of `database` up to date. FAILED_PRECONDITION when it is newer than the
// program.
absl::StatusOr<std::unique_ptr<HistoryStore>> MakeSqlHistory(
    std::unique_ptr<store::Database> database);

// Over a SQLite file; empty: a private database in memory.
absl::StatusOr<std::unique_ptr<HistoryStore>> OpenSqliteHistory(const std::string& path);

}  // namespace evenkeel::ingest
