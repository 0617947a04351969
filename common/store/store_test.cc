#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/store/connection.h"

namespace evenkeel::store {
namespace {

constexpr Migration kMigrations[] = {
    {1,
     "CREATE TABLE t (id TEXT PRIMARY KEY, n INTEGER, x REAL, b BLOB); CREATE INDEX t_n ON t (n)"},
    {2, "ALTER TABLE t ADD COLUMN at INTEGER NOT NULL DEFAULT 0"},
};

std::string TempPath(const std::string& name) {
  const auto path = std::filesystem::path(testing::TempDir()) / ("evenkeel_store_" + name + ".db");
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  return path.string();
}

TEST(SqliteTest, KeepsEveryTypeAcrossReopening) {
  const std::string path = TempPath("types");
  const std::string bytes("a\0b\xff", 4);
  const absl::Time time = absl::FromUnixNanos(1715769000123456789);
  for (int round = 0; round < 2; ++round) {
    auto db = OpenSqlite(path);
    ASSERT_TRUE(db.ok()) << db.status();
    ASSERT_TRUE((*db)->Migrate(kMigrations).ok());
    ASSERT_TRUE((*db)
                    ->InTransaction([&](Connection& c) -> absl::Status {
                      if (round == 0) {
                        return c
                            .Execute("INSERT INTO t VALUES (?, ?, ?, ?, ?)",
                                     {std::string("a"), int64_t{-5}, 0.1, bytes, FromTime(time)})
                            .status();
                      }
                      const auto rows = c.Query("SELECT id, n, x, b, at, NULL FROM t");
                      EXPECT_EQ(rows->size(), 1u);
                      const Row& row = rows->at(0);
                      EXPECT_EQ(AsText(row[0]), "a");
                      EXPECT_EQ(AsInt(row[1]), -5);
                      EXPECT_EQ(AsDouble(row[2]), 0.1);
                      EXPECT_EQ(AsText(row[3]), bytes);
                      EXPECT_EQ(AsTime(row[4]), time);
                      EXPECT_TRUE(std::holds_alternative<std::monostate>(row[5]));
                      return absl::OkStatus();
                    })
                    .ok());
  }
}

TEST(SqliteTest, AFailedTransactionLeavesNothing) {
  auto db = *OpenSqlite(":memory:");
  ASSERT_TRUE(db->Migrate(kMigrations).ok());
  const absl::Status status = db->InTransaction([](Connection& c) -> absl::Status {
    EXPECT_TRUE(c.Execute("INSERT INTO t (id) VALUES ('a')").ok());
    return absl::AbortedError("changed my mind");
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(db->InTransaction([](Connection& c) -> absl::Status {
                  EXPECT_TRUE(c.Query("SELECT * FROM t")->empty());
                  return absl::OkStatus();
                }).ok());
}

TEST(SqliteTest, NamesItsErrors) {
  auto db = *OpenSqlite(":memory:");
  ASSERT_TRUE(db->Migrate(kMigrations).ok());
  ASSERT_TRUE(db->InTransaction([](Connection& c) -> absl::Status {
                  EXPECT_TRUE(c.Execute("INSERT INTO t (id) VALUES ('a')").ok());
                  EXPECT_EQ(c.Execute("INSERT INTO t (id) VALUES ('a')").status().code(),
                            absl::StatusCode::kAlreadyExists);
                  EXPECT_EQ(c.Execute("SELEKT").status().code(), absl::StatusCode::kInternal);
                  return absl::OkStatus();
                }).ok());
  const auto missing = OpenSqlite("/nonexistent/folder/x.db");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(std::string(missing.status().message()).find("/nonexistent/folder/x.db"),
            std::string::npos);
}

TEST(SqliteTest, AFileThatIsNoDatabaseIsAnErrorNotACrash) {
  const std::string path = TempPath("garbage");
  std::ofstream(path) << std::string(4096, 'x');
  EXPECT_FALSE(OpenSqlite(path).ok());
}

TEST(MigrateTest, RefusesADatabaseNewerThanTheProgram) {
  auto db = *OpenSqlite(":memory:");
  ASSERT_TRUE(db->Migrate(kMigrations).ok());
  EXPECT_TRUE(db->Migrate(kMigrations).ok());  // nothing left to do
  EXPECT_EQ(db->Migrate(std::span(kMigrations).first(1)).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(TimeCellTest, KeepsInfinities) {
  for (const absl::Time time : {absl::InfinitePast(), absl::InfiniteFuture(), absl::UnixEpoch()}) {
    EXPECT_EQ(AsTime(FromTime(time)), time);
  }
}

}  // namespace
}  // namespace evenkeel::store
