#include "services/ingest/adapters/actuator_watcher.h"

#include <algorithm>

#include "common/base/clock.h"
#include "common/base/error_details.h"
#include "common/convert/change.h"
#include "common/convert/time.h"
#include "common/rpc/channel.h"

namespace evenkeel::ingest {
namespace {

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(100);
constexpr absl::Duration kMaxBackoff = absl::Seconds(2);

}  // namespace

ActuatorWatcher::ActuatorWatcher(std::shared_ptr<grpc::Channel> actuator, OnChange on_change,
                                 OnOther on_other, OnHold on_hold, OnReset on_reset,
                                 obs::Logger& log)
    : stub_(actuator::v1::ActuatorService::NewStub(actuator)),
      on_change_(std::move(on_change)),
      on_other_(std::move(on_other)),
      on_hold_(std::move(on_hold)),
      on_reset_(std::move(on_reset)),
      log_(log),
      thread_([this](std::stop_token stop) { Run(stop); }) {}

bool ActuatorWatcher::connected() const {
  std::lock_guard lock(mutex_);
  return connected_;
}

void ActuatorWatcher::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void ActuatorWatcher::Run(std::stop_token stop) {
  RealClock clock;  // reconnecting is a matter of real time
  absl::Duration backoff = kFirstBackoff;
  std::string last_error;
  while (!stop.stop_requested()) {
    const grpc::Status status = WatchOnce(stop);
    // The actuator does not know the cursor: from the beginning.
    const bool reset = status.error_code() == grpc::StatusCode::OUT_OF_RANGE;
    bool was_connected;
    {
      std::lock_guard lock(mutex_);
      was_connected = connected_;
      connected_ = false;
      if (reset) cursor_ = 0;
    }
    if (reset) on_reset_();
    if (stop.stop_requested()) return;
    if (was_connected) {
      backoff = kFirstBackoff;
      last_error.clear();
    }
    const std::string error =
        status.error_message().empty() ? "the stream ended" : status.error_message();
    if (error != last_error) log_.Warning("lost the actuator's changes", {{"error", error}});
    last_error = error;
    clock.SleepFor(backoff, stop);
    backoff = std::min(backoff * 2, kMaxBackoff);
  }
}

grpc::Status ActuatorWatcher::WatchOnce(std::stop_token stop) {
  grpc::ClientContext context;
  rpc::PrepareStream(context);
  const std::stop_callback cancel(stop, [&context] { context.TryCancel(); });
  actuator::v1::WatchChangesRequest request;
  {
    std::lock_guard lock(mutex_);
    request.set_cursor(cursor_);
  }
  const auto stream = stub_->WatchChanges(&context, request);
  // The actuator says at once that it watches: there may be no news for hours.
  stream->WaitForInitialMetadata();
  if (context.GetServerInitialMetadata().contains("watching")) {
    std::lock_guard lock(mutex_);
    connected_ = true;
  }
  actuator::v1::WatchChangesResponse response;
  while (stream->Read(&response)) Take(response);
  return stream->Finish();
}

void ActuatorWatcher::Take(const actuator::v1::WatchChangesResponse& response) {
  if (response.has_change()) {
    const auto change = convert::FromProto(response.change());
    if (change.ok()) {
      on_change_(*change);
    } else {
      log_.Warning("a change of the actuator cannot be understood",
                   {{"error", change.status().ToString()}});
    }
  } else if (response.has_changed_by_other()) {
    const auto& other = response.changed_by_other();
    Violations violations;
    const model::Entity entity =
        convert::FromProto(other.entity(), "changed_by_other.entity", violations);
    if (violations.empty()) {
      on_other_(entity, convert::FromProto(other.until()));
    } else {
      log_.Warning("a change of the actuator cannot be understood",
                   {{"error", violations.ToStatus().ToString()}});
    }
  }
  if (response.has_hold()) {
    const auto& hold = response.hold();
    Violations violations;
    const model::Entity entity = convert::FromProto(hold.entity(), "hold.entity", violations);
    if (violations.empty()) {
      on_hold_(hold.change_id(), entity, hold.outcome() == actuator::v1::HOLD_OUTCOME_OPEN);
    } else {
      log_.Warning("a hold of the actuator cannot be understood",
                   {{"error", violations.ToStatus().ToString()}});
    }
  }
  std::lock_guard lock(mutex_);
  cursor_ = std::max(cursor_, response.cursor());
}

}  // namespace evenkeel::ingest
