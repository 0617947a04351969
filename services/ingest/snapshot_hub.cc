#include "services/ingest/snapshot_hub.h"

#include <absl/strings/str_cat.h>

#include <cassert>
#include <chrono>

namespace evenkeel::ingest {

void SnapshotHub::Publish(std::shared_ptr<const model::Snapshot> snapshot) {
  std::lock_guard lock(mutex_);
  assert(snapshots_.empty() || snapshot->number > snapshots_.back()->number);
  snapshots_.push_back(std::move(snapshot));
  while (static_cast<int>(snapshots_.size()) > kept_) snapshots_.pop_front();
  changed_.notify_all();
}

std::shared_ptr<const model::Snapshot> SnapshotHub::newest() const {
  std::lock_guard lock(mutex_);
  return snapshots_.empty() ? nullptr : snapshots_.back();
}

absl::StatusOr<std::shared_ptr<const model::Snapshot>> SnapshotHub::Get(uint64_t number) const {
  std::lock_guard lock(mutex_);
  if (snapshots_.empty()) return absl::UnavailableError("no snapshot has been taken yet");
  if (number == 0) return snapshots_.back();
  for (const auto& snapshot : snapshots_) {
    if (snapshot->number == number) return snapshot;
  }
  return absl::NotFoundError(absl::StrCat("snapshot ", number, " is not held; held are ",
                                          snapshots_.front()->number, " to ",
                                          snapshots_.back()->number));
}

std::shared_ptr<const model::Snapshot> SnapshotHub::WaitNewer(uint64_t number,
                                                              absl::Duration timeout) {
  std::unique_lock lock(mutex_);
  const auto newer = [&] { return !snapshots_.empty() && snapshots_.back()->number > number; };
  changed_.wait_for(lock, absl::ToChronoNanoseconds(timeout), [&] { return closed_ || newer(); });
  return !closed_ && newer() ? snapshots_.back() : nullptr;
}

void SnapshotHub::Close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool SnapshotHub::closed() const {
  std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace evenkeel::ingest
