#include "services/ingest/snapshot_hub.h"

#include <gtest/gtest.h>

#include <thread>

namespace evenkeel::ingest {
namespace {

std::shared_ptr<const model::Snapshot> Numbered(uint64_t number) {
  auto snapshot = std::make_shared<model::Snapshot>();
  snapshot->number = number;
  return snapshot;
}

TEST(SnapshotHubTest, HoldsTheLastOnes) {
  SnapshotHub hub(3);
  EXPECT_EQ(hub.newest(), nullptr);
  EXPECT_EQ(hub.Get(0).status().code(), absl::StatusCode::kUnavailable);
  for (uint64_t number = 5; number < 10; ++number) hub.Publish(Numbered(number));
  EXPECT_EQ((*hub.Get(0))->number, 9u);
  EXPECT_EQ((*hub.Get(7))->number, 7u);
  EXPECT_EQ(hub.Get(6).status().message(), "snapshot 6 is not held; held are 7 to 9");
  EXPECT_EQ(hub.Get(10).status().code(), absl::StatusCode::kNotFound);
}

TEST(SnapshotHubTest, WaitersGetTheNewestOrEnd) {
  SnapshotHub hub(3);
  std::jthread publisher([&] {
    for (uint64_t number = 1; number <= 1000; ++number) hub.Publish(Numbered(number));
  });
  uint64_t last = 0;
  while (last < 1000) {
    const auto snapshot = hub.WaitNewer(last, absl::Hours(1));
    ASSERT_NE(snapshot, nullptr);
    ASSERT_GT(snapshot->number, last);
    last = snapshot->number;
  }
  EXPECT_EQ(hub.WaitNewer(1000, absl::Milliseconds(1)), nullptr);
  std::jthread closer([&] { hub.Close(); });
  EXPECT_EQ(hub.WaitNewer(1000, absl::Hours(1)), nullptr);
  EXPECT_TRUE(hub.closed());
}

}  // namespace
}  // namespace evenkeel::ingest
