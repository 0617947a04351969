// Callers, watchers and the executor at once: nothing is torn, lost or told out of order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "services/actuator/testing/rig.h"

namespace evenkeel::actuator {
namespace {

using enum model::ChangeState;

TEST(ThreadsTest, CallersWatchersAndTheExecutorDoNotGetInEachOthersWay) {
  constexpr int kCallers = 3;
  constexpr int kChanges = 12;
  Rig rig;
  rig.limits().moves_per_cycle = rig.limits().writes_per_hour = 1000;
  for (int i = 0; i < kCallers * kChanges; ++i) {
    rig.centre.AddMember("q1", "a" + std::to_string(i), true);
    rig.centre.AddMember("q2", "a" + std::to_string(i), false);
  }
  rig.Start();
  Actuator& actuator = *rig.actuator;

  std::stop_source stop;
  std::vector<model::ChangeState> watched;
  int64_t cursor = 0;
  std::atomic<int> applied = 0;
  std::thread watcher([&] {
    while (applied < kCallers * kChanges) {
      const auto events = actuator.WaitForEvents(cursor, 7, absl::Minutes(5), {});
      ASSERT_TRUE(events.ok());
      for (const Event& event : *events) {
        ASSERT_GT(event.cursor, cursor);
        cursor = event.cursor;
        if (event.change->state == kApplied) ++applied;
      }
    }
    stop.request_stop();
  });
  std::thread executor([&] {
    while (!stop.stop_requested()) {
      ASSERT_TRUE(actuator.Tick(stop.get_token()).ok());
      rig.clock.Advance(absl::Seconds(1));
    }
  });
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = 0; i < kChanges; ++i) {
        const int agent = caller * kChanges + i;
        const RequestHeader header{"r" + std::to_string(agent), false};
        model::Proposal proposal = rig.Join("q2", "a" + std::to_string(agent));
        proposal.expires_at = absl::InfiniteFuture();
        const auto change = actuator.Propose(header, proposal);
        ASSERT_TRUE(change.ok()) << change.status();
        EXPECT_EQ(actuator.Propose(header, proposal)->id, change->id);
        EXPECT_TRUE(actuator.List({}).ok());
        EXPECT_TRUE(actuator.GetStatus().ok());
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  watcher.join();
  executor.join();
  EXPECT_EQ(actuator.GetStatus()->changes[kApplied], kCallers * kChanges);
  EXPECT_EQ(rig.centre.Count(FakeCentre::Record::What::kWrite), kCallers * kChanges);
}

TEST(ThreadsTest, AWatcherIsWokenByNewsAndByAStop) {
  Rig rig;
  rig.centre.AddMember("q1", "a", false);
  rig.Start();
  // It waits until something happens: the wait would outlast the test.
  std::thread caller([&] { rig.Accept(rig.Join("q1", "a")); });
  const auto events = rig.actuator->WaitForEvents(0, 10, absl::Hours(1), {});
  caller.join();
  EXPECT_FALSE(events->empty());

  std::stop_source stop;
  std::thread stopper([&] { stop.request_stop(); });
  const auto none = rig.actuator->WaitForEvents(*rig.actuator->LatestCursor(), 10, absl::Hours(1),
                                                stop.get_token());
  stopper.join();
  EXPECT_TRUE(none->empty());
}

}  // namespace
}  // namespace evenkeel::actuator
