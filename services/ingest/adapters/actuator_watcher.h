// Follows the actuator's changes on a thread of its own, with reconnection: from the oldest that it
// keeps, then on from the last one received.
#pragma once

#include <absl/time/time.h>

#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "common/model/change.h"
#include "common/obs/log.h"
#include "evenkeel/actuator/v1/actuator_service.grpc.pb.h"

namespace evenkeel::ingest {

class ActuatorWatcher {
 public:
  // All are called on the watcher's thread, in the actuator's order.
  using OnChange = std::function<void(const model::Change&)>;
  using OnOther = std::function<void(const model::Entity&, absl::Time until)>;
  // A hold, by the change that began it.
  using OnHold = std::function<void(const std::string& change_id, const model::Entity&, bool open)>;
  // The actuator's ledger is another one: what was heard counts no more, and all of it comes anew.
  using OnReset = std::function<void()>;

  ActuatorWatcher(std::shared_ptr<grpc::Channel> actuator, OnChange on_change, OnOther on_other,
                  OnHold on_hold, OnReset on_reset, obs::Logger& log);
  ~ActuatorWatcher() { Stop(); }

  // Whether the actuator's stream stands.
  bool connected() const;

  // Ends the stream and waits for the thread; idempotent.
  void Stop();

 private:
  void Run(std::stop_token stop);
  grpc::Status WatchOnce(std::stop_token stop);
  void Take(const actuator::v1::WatchChangesResponse& response);

  const std::unique_ptr<actuator::v1::ActuatorService::Stub> stub_;
  const OnChange on_change_;
  const OnOther on_other_;
  const OnHold on_hold_;
  const OnReset on_reset_;
  obs::Logger& log_;
  mutable std::mutex mutex_;
  bool connected_ = false;
  int64_t cursor_ = 0;
  std::jthread thread_;
};

}  // namespace evenkeel::ingest
