#include "common/runtime/snapshot_subscriber.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/clock.h"
#include "common/convert/snapshot.h"
#include "common/convert/snapshot_stream.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"

namespace evenkeel::runtime {
namespace {

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(100);
constexpr absl::Duration kMaxBackoff = absl::Seconds(2);

}  // namespace

SnapshotSubscriber::SnapshotSubscriber(std::shared_ptr<grpc::Channel> ingest,
                                       std::set<model::Section> sections,
                                       absl::Duration call_timeout, obs::Logger& log)
    : stub_(ingest::v1::IngestService::NewStub(ingest)),
      sections_(std::move(sections)),
      call_timeout_(call_timeout),
      log_(log),
      thread_([this](std::stop_token stop) { Run(stop); }) {}

std::shared_ptr<const model::Snapshot> SnapshotSubscriber::newest() const {
  std::lock_guard lock(mutex_);
  return newest_;
}

bool SnapshotSubscriber::connected() const {
  std::lock_guard lock(mutex_);
  return connected_;
}

std::string SnapshotSubscriber::last_error() const {
  std::lock_guard lock(mutex_);
  return last_error_;
}

absl::StatusOr<std::shared_ptr<const model::Snapshot>> SnapshotSubscriber::Get(uint64_t number) {
  std::shared_ptr<const model::Snapshot> held = newest();
  if (held == nullptr) {
    return absl::UnavailableError(absl::StrCat("no snapshot yet: ", last_error()));
  }
  if (number == 0 || held->number == number) return held;
  ingest::v1::GetSnapshotRequest request;
  request.set_number(number);
  for (const model::Section section : sections_) request.add_sections(convert::ToProto(section));
  ingest::v1::GetSnapshotResponse response;
  grpc::ClientContext context;
  rpc::PrepareCall(context, call_timeout_);
  const grpc::Status status = stub_->GetSnapshot(&context, request, &response);
  if (!status.ok()) return rpc::FromGrpc(status);
  return std::make_shared<const model::Snapshot>(convert::FromProto(response.snapshot()));
}

void SnapshotSubscriber::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void SnapshotSubscriber::Run(std::stop_token stop) {
  RealClock clock;  // reconnecting is a matter of real time
  absl::Duration backoff = kFirstBackoff;
  while (!stop.stop_requested()) {
    const grpc::Status status = WatchOnce(stop);
    if (stop.stop_requested()) return;
    bool was_connected;
    const std::string error = absl::StrCat(
        "ingest: ", status.error_message().empty() ? "the stream ended" : status.error_message());
    {
      std::lock_guard lock(mutex_);
      was_connected = connected_;
      connected_ = false;
      last_error_ = error;
    }
    if (was_connected) {
      backoff = kFirstBackoff;
      log_.Warning("lost ingest's snapshots", {{"error", error}});
    }
    clock.SleepFor(backoff, stop);
    backoff = std::min(backoff * 2, kMaxBackoff);
  }
}

grpc::Status SnapshotSubscriber::WatchOnce(std::stop_token stop) {
  grpc::ClientContext context;
  rpc::PrepareStream(context);
  const std::stop_callback cancel(stop, [&context] { context.TryCancel(); });
  ingest::v1::WatchSnapshotsRequest request;
  for (const model::Section section : sections_) request.add_sections(convert::ToProto(section));
  const auto stream = stub_->WatchSnapshots(&context, request);
  convert::SnapshotAssembler assembler;
  ingest::v1::WatchSnapshotsResponse part;
  while (stream->Read(&part)) {
    if (const absl::Status taken = assembler.Take(part); !taken.ok()) {
      context.TryCancel();
      stream->Finish();
      return rpc::ToGrpc(taken);
    }
    if (!part.last()) continue;
    std::lock_guard lock(mutex_);
    newest_ = assembler.newest();
    if (!connected_) log_.Info("receiving ingest's snapshots", {{"number", newest_->number}});
    connected_ = true;
    last_error_.clear();
  }
  return stream->Finish();
}

}  // namespace evenkeel::runtime
