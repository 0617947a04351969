#include "services/ingest/adapters/sqlite_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace evenkeel::ingest {
namespace {

using testing::ElementsAre;

const absl::Time kNine = absl::FromUnixSeconds(1699952400);

model::QueueInterval Figures(const std::string& queue, int five_minutes, int64_t offered) {
  return {queue,
          kNine + five_minutes * absl::Minutes(5),
          absl::Minutes(5),
          offered,
          offered - 1,
          1,
          offered - 2,
          absl::Seconds(12.5),
          absl::Seconds(30),
          absl::Seconds(900)};
}

class SqliteHistoryTest : public testing::Test {
 protected:
  std::vector<model::QueueInterval> Query(IntervalQuery query) {
    std::vector<model::QueueInterval> found;
    const auto rows = history_->Query(query);
    for (const StoredInterval& stored : *rows) found.push_back(stored.interval);
    return found;
  }
  static IntervalQuery All() {
    IntervalQuery query;
    query.from = kNine - absl::Hours(1);
    query.to = kNine + absl::Hours(24);
    return query;
  }
  std::unique_ptr<HistoryStore> history_ = *OpenSqliteHistory("");
};

TEST_F(SqliteHistoryTest, FindsByTimeAndQueueInPages) {
  std::vector<model::QueueInterval> all;
  for (int i = 0; i < 4; ++i) {
    for (const char* queue : {"a", "b", "c\"'"}) all.push_back(Figures(queue, i, 10 + i));
  }
  ASSERT_TRUE(history_->SaveIntervals(all, kNine + absl::Minutes(7)).ok());
  EXPECT_EQ(Query(All()), all);
  EXPECT_EQ((*history_->Query(All()))[0].read_at, kNine + absl::Minutes(7));

  IntervalQuery some = All();
  some.queue_ids = {"c\"'", "a", "unknown"};
  some.from = kNine + absl::Minutes(5);
  some.to = kNine + absl::Minutes(15);
  EXPECT_THAT(Query(some), ElementsAre(all[3], all[5], all[6], all[8]));

  std::vector<model::QueueInterval> paged;
  IntervalQuery page = All();
  page.limit = 5;
  while (true) {
    const auto found = Query(page);
    if (found.empty()) break;
    paged.insert(paged.end(), found.begin(), found.end());
    page.after_start = found.back().start;
    page.after_queue_id = found.back().queue_id;
  }
  EXPECT_EQ(paged, all);
}

TEST_F(SqliteHistoryTest, LateFiguresReplace) {
  ASSERT_TRUE(history_->SaveIntervals(std::vector{Figures("a", 0, 3)}, kNine).ok());
  ASSERT_TRUE(history_->SaveIntervals(std::vector{Figures("a", 0, 9)}, kNine).ok());
  EXPECT_THAT(Query(All()), ElementsAre(Figures("a", 0, 9)));
}

TEST_F(SqliteHistoryTest, OPS10_KeepsWhatRetentionKeepsAndTheNumbersRising) {
  EXPECT_EQ(*history_->LastSnapshotNumber(), 0u);
  ASSERT_TRUE(
      history_->SaveIntervals(std::vector{Figures("a", 0, 3), Figures("a", 2, 4)}, kNine).ok());
  ASSERT_TRUE(history_->SaveSummary({7, kNine, 3, 2, 1, 0.9}).ok());
  ASSERT_TRUE(history_->SaveSummary({8, kNine + absl::Minutes(1), 3, 2, 1, 0.9}).ok());
  ASSERT_TRUE(history_->Prune(kNine + absl::Minutes(9)).ok());
  EXPECT_THAT(Query(All()), ElementsAre(Figures("a", 2, 4)));
  EXPECT_EQ(*history_->LastSnapshotNumber(), 8u);
}

TEST_F(SqliteHistoryTest, AFileSurvivesARestart) {
  const std::string path = testing::TempDir() + "ingest_history_test_" +
                           std::to_string(testing::UnitTest::GetInstance()->random_seed()) + ".db";
  std::filesystem::remove(path);
  {
    auto file = *OpenSqliteHistory(path);
    ASSERT_TRUE(file->SaveIntervals(std::vector{Figures("a", 0, 3)}, kNine).ok());
  }
  history_ = *OpenSqliteHistory(path);
  EXPECT_THAT(Query(All()), ElementsAre(Figures("a", 0, 3)));
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
  EXPECT_EQ(OpenSqliteHistory("/nonexistent/x.db").status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace evenkeel::ingest
