// Follows ingest's snapshots: keeps the newest, connects again after every failure. What the
// consumers of snapshots (optimizer, fairness scorer) share.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

#include "common/model/snapshot.h"
#include "common/obs/log.h"
#include "evenkeel/ingest/v1/ingest_service.grpc.pb.h"

namespace evenkeel::runtime {

// Thread-safe.
class SnapshotSubscriber {
 public:
  // `call_timeout` (real time) is for single reads. Starts at once.
  SnapshotSubscriber(std::shared_ptr<grpc::Channel> ingest, std::set<model::Section> sections,
                     absl::Duration call_timeout, obs::Logger& log);
  ~SnapshotSubscriber() { Stop(); }

  // Null before the first.
  std::shared_ptr<const model::Snapshot> newest() const;

  // Whether the stream is open and has given a snapshot since it was opened.
  bool connected() const;
  // Why it is not; empty when it is.
  std::string last_error() const;

  // A snapshot by number, 0 for the newest; asks ingest for one that is not the newest.
  // UNAVAILABLE before the first; NOT_FOUND when ingest no longer holds it.
  absl::StatusOr<std::shared_ptr<const model::Snapshot>> Get(uint64_t number);

  void Stop();

 private:
  void Run(std::stop_token stop);
  grpc::Status WatchOnce(std::stop_token stop);

  const std::unique_ptr<ingest::v1::IngestService::Stub> stub_;
  const std::set<model::Section> sections_;
  const absl::Duration call_timeout_;
  obs::Logger& log_;

  mutable std::mutex mutex_;
  std::shared_ptr<const model::Snapshot> newest_;
  bool connected_ = false;
  std::string last_error_ = "not connected to ingest yet";

  std::jthread thread_;
};

}  // namespace evenkeel::runtime
