#include "common/runtime/snapshot_subscriber.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>

#include "common/base/clock.h"
#include "common/convert/snapshot.h"
#include "common/convert/snapshot_stream.h"
#include "common/rpc/interceptors.h"
#include "common/rpc/server.h"

namespace evenkeel::runtime {
namespace {

model::Snapshot Numbered(uint64_t number) {
  model::Snapshot snapshot;
  snapshot.number = number;
  snapshot.taken_at = absl::FromUnixSeconds(static_cast<int64_t>(number));
  snapshot.agents = {{"a1", "", {}}, {"a" + std::to_string(number + 1), "", {}}};
  return snapshot;
}

// Sends one whole snapshot, then, when told, one more as a delta, then ends the stream.
class FakeIngest final : public ingest::v1::IngestService::Service {
 public:
  grpc::Status WatchSnapshots(
      grpc::ServerContext* context, const ingest::v1::WatchSnapshotsRequest*,
      grpc::ServerWriter<ingest::v1::WatchSnapshotsResponse>* writer) override {
    const uint64_t first = ++streams * 10;
    const model::Snapshot whole = Numbered(first);
    for (const auto& part : convert::SplitSnapshot(nullptr, whole, 1 << 20)) writer->Write(part);
    std::unique_lock lock(mutex);
    while (!next && !context->IsCancelled()) changed.wait_for(lock, std::chrono::milliseconds(5));
    if (!next) return grpc::Status::CANCELLED;
    next = false;
    const model::Snapshot second = Numbered(first + 1);
    const auto parts = bad_base ? convert::SplitSnapshot(&second, Numbered(first + 2), 1 << 20)
                                : convert::SplitSnapshot(&whole, second, 1 << 20);
    for (const auto& part : parts) writer->Write(part);
    while (!next && !context->IsCancelled()) changed.wait_for(lock, std::chrono::milliseconds(5));
    next = false;
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "going away");
  }
  grpc::Status GetSnapshot(grpc::ServerContext*, const ingest::v1::GetSnapshotRequest* request,
                           ingest::v1::GetSnapshotResponse* response) override {
    if (request->number() > 5) return {grpc::StatusCode::NOT_FOUND, "not held"};
    *response->mutable_snapshot() = convert::ToProto(Numbered(request->number()));
    return grpc::Status::OK;
  }
  void Next() {
    std::lock_guard lock(mutex);
    next = true;
    changed.notify_all();
  }
  std::atomic<int> streams = 0;
  std::atomic<bool> bad_base = false;

 private:
  std::mutex mutex;
  std::condition_variable changed;
  bool next = false;
};

class SnapshotSubscriberTest : public testing::Test {
 protected:
  SnapshotSubscriberTest() {
    metrics_.Register(rpc::RpcMetrics());
    server_ = *rpc::Server::Start("", {&ingest_}, metrics_, log_);
    subscriber_ = std::make_unique<SnapshotSubscriber>(
        server_->InProcessChannel(metrics_), std::set<model::Section>{}, absl::Seconds(10), log_);
  }
  ~SnapshotSubscriberTest() override { subscriber_->Stop(); }

  void WaitFor(uint64_t number) {
    while (subscriber_->newest() == nullptr || subscriber_->newest()->number != number) {
    }
    EXPECT_EQ(*subscriber_->newest(), Numbered(number));
  }

  SimulatedClock clock_{absl::UnixEpoch()};
  obs::Logger log_{"test", obs::Severity::kError, clock_, stderr};
  obs::Metrics metrics_;
  FakeIngest ingest_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<SnapshotSubscriber> subscriber_;
};

TEST_F(SnapshotSubscriberTest, FollowsDeltasAndConnectsAgain) {
  WaitFor(10);
  ingest_.Next();
  WaitFor(11);
  EXPECT_TRUE(subscriber_->connected());
  ingest_.Next();  // the stream breaks; the next one starts whole
  WaitFor(20);
  EXPECT_EQ(subscriber_->last_error(), "");
}

TEST_F(SnapshotSubscriberTest, ADeltaThatDoesNotFitMeansANewStream) {
  WaitFor(10);
  ingest_.bad_base = true;
  ingest_.Next();
  WaitFor(20);
}

TEST_F(SnapshotSubscriberTest, AsksForOlderOnes) {
  WaitFor(10);
  EXPECT_EQ((*subscriber_->Get(0))->number, 10u);
  EXPECT_EQ(**subscriber_->Get(3), Numbered(3));
  EXPECT_EQ(subscriber_->Get(7).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace evenkeel::runtime
