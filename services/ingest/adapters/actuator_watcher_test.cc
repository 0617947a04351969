#include "services/ingest/adapters/actuator_watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <optional>
#include <thread>

#include "common/base/clock.h"
#include "common/convert/change.h"
#include "common/convert/time.h"
#include "common/rpc/interceptors.h"
#include "common/rpc/server.h"

namespace evenkeel::ingest {
namespace {

using testing::ElementsAre;

// Sends what it is told to; a message without event ends the stream.
class FakeActuator final : public actuator::v1::ActuatorService::Service {
 public:
  grpc::Status WatchChanges(
      grpc::ServerContext* context, const actuator::v1::WatchChangesRequest* request,
      grpc::ServerWriter<actuator::v1::WatchChangesResponse>* writer) override {
    std::unique_lock lock(mutex);
    cursors.push_back(request->cursor());
    changed.notify_all();
    context->AddInitialMetadata("watching", "changes");
    writer->SendInitialMetadata();
    while (!context->IsCancelled()) {
      if (queue.empty()) {
        changed.wait_for(lock, std::chrono::milliseconds(5));
        continue;
      }
      const auto message = queue.front();
      queue.pop_front();
      if (message.event_case() == actuator::v1::WatchChangesResponse::EVENT_NOT_SET) {
        return {static_cast<grpc::StatusCode>(message.cursor()), "going away"};
      }
      writer->Write(message);
    }
    return grpc::Status::CANCELLED;
  }
  void Send(actuator::v1::WatchChangesResponse message) {
    std::lock_guard lock(mutex);
    queue.push_back(std::move(message));
    changed.notify_all();
  }
  void EndStream(grpc::StatusCode code) {
    actuator::v1::WatchChangesResponse end;
    end.set_cursor(code);
    Send(end);
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<actuator::v1::WatchChangesResponse> queue;
  std::vector<int64_t> cursors;
};

class ActuatorWatcherTest : public testing::Test {
 protected:
  ActuatorWatcherTest() {
    metrics_.Register(rpc::RpcMetrics());
    server_ = *rpc::Server::Start("", {&actuator_}, metrics_, log_);
    watcher_ = std::make_unique<ActuatorWatcher>(
        server_->InProcessChannel(metrics_),
        [this](const model::Change& change) { Add(change.id); },
        [this](const model::Entity& entity, absl::Time) { Add(model::EntityKey(entity)); },
        [this](const std::string& id, const model::Entity& entity, bool open) {
          Add(id + (open ? " holds " : " held ") + model::EntityKey(entity));
        },
        [this] { Add("reset"); }, log_);
  }
  ~ActuatorWatcherTest() override { watcher_->Stop(); }

  void Add(const std::string& text) {
    std::lock_guard lock(mutex_);
    events_.push_back(text);
    changed_.notify_all();
  }
  std::vector<std::string> WaitForEvents(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return events_.size() >= count; });
    return events_;
  }
  void WaitForStreams(size_t count) {
    std::unique_lock lock(actuator_.mutex);
    actuator_.changed.wait(lock, [&] { return actuator_.cursors.size() >= count; });
  }
  static actuator::v1::WatchChangesResponse Change(const std::string& id, int64_t cursor) {
    model::Change change;
    change.id = id;
    change.proposal.entity = model::MembershipEntity{"q1", "a1"};
    change.proposal.old_value = false;
    change.proposal.new_value = true;
    change.proposal.reason = "a test";
    change.proposal.proposer = "test";
    change.proposal.expires_at = absl::UnixEpoch();
    actuator::v1::WatchChangesResponse message;
    message.set_cursor(cursor);
    *message.mutable_change() = convert::ToProto(change);
    return message;
  }

  SimulatedClock clock_{absl::UnixEpoch()};
  obs::Logger log_{"test", obs::Severity::kError, clock_, stderr};
  obs::Metrics metrics_;
  FakeActuator actuator_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> events_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<ActuatorWatcher> watcher_;
};

TEST_F(ActuatorWatcherTest, PassesOnWhatHappensAndResumesFromTheCursor) {
  actuator_.Send(Change("c1", 4));
  actuator::v1::WatchChangesResponse other;
  other.set_cursor(9);
  *other.mutable_changed_by_other()->mutable_entity() =
      convert::ToProto(model::Entity(model::QueueCapacityEntity{"q2"}));
  *other.mutable_changed_by_other()->mutable_until() = convert::ToProto(absl::UnixEpoch());
  actuator_.Send(other);
  EXPECT_THAT(WaitForEvents(2), ElementsAre("c1", "queue_capacity/q2"));
  EXPECT_TRUE(watcher_->connected());
  actuator_.EndStream(grpc::StatusCode::UNAVAILABLE);
  WaitForStreams(2);
  actuator_.Send(Change("c2", 10));
  WaitForEvents(3);
  actuator::v1::WatchChangesResponse hold;
  hold.set_cursor(11);
  hold.mutable_hold()->set_change_id("c3");
  *hold.mutable_hold()->mutable_entity() =
      convert::ToProto(model::Entity(model::AvailabilityEntity{"q1", "a1"}));
  hold.mutable_hold()->set_outcome(actuator::v1::HOLD_OUTCOME_OPEN);
  actuator_.Send(hold);
  EXPECT_EQ(WaitForEvents(4).back(), "c3 holds availability/a1");
  hold.mutable_hold()->set_outcome(actuator::v1::HOLD_OUTCOME_RESTORED);
  actuator_.Send(hold);
  EXPECT_EQ(WaitForEvents(5).back(), "c3 held availability/a1");
  // Changes that cannot be understood are passed over.
  actuator::v1::WatchChangesResponse bad;
  bad.mutable_changed_by_other();
  actuator_.Send(bad);
  actuator_.EndStream(grpc::StatusCode::OUT_OF_RANGE);
  WaitForStreams(3);
  watcher_->Stop();
  EXPECT_THAT(actuator_.cursors, ElementsAre(0, 9, 0));
  EXPECT_EQ(events_.back(), "reset");
  EXPECT_FALSE(watcher_->connected());
}

TEST_F(ActuatorWatcherTest, IsConnectedAndStopsWhileNothingHappens) {
  while (!watcher_->connected()) std::this_thread::yield();
  watcher_->Stop();
  EXPECT_THAT(events_, testing::IsEmpty());
}

}  // namespace
}  // namespace evenkeel::ingest
