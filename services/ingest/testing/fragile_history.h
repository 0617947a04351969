// A history for tests that can be made to fail, and gives few intervals at a time. Thread-safe.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "services/ingest/ports/history_store.h"

namespace evenkeel::ingest {

class FragileHistory final : public HistoryStore {
 public:
  explicit FragileHistory(std::unique_ptr<HistoryStore> store) : store_(std::move(store)) {}

  // What every call returns from now on, unless it is OK.
  void Fail(absl::Status status) {
    std::lock_guard lock(mutex_);
    failure_ = std::move(status);
  }
  void set_most_at_once(int most) {
    std::lock_guard lock(mutex_);
    most_at_once_ = most;
  }

  absl::Status SaveIntervals(std::span<const model::QueueInterval> intervals,
                             absl::Time read_at) override {
    const absl::Status failure = Failure();
    return failure.ok() ? store_->SaveIntervals(intervals, read_at) : failure;
  }
  absl::StatusOr<std::vector<StoredInterval>> Query(const IntervalQuery& query) override {
    if (const absl::Status failure = Failure(); !failure.ok()) return failure;
    IntervalQuery smaller = query;
    {
      std::lock_guard lock(mutex_);
      smaller.limit = std::min(smaller.limit, most_at_once_);
    }
    return store_->Query(smaller);
  }
  absl::Status SaveSummary(const SnapshotSummary& summary) override {
    const absl::Status failure = Failure();
    return failure.ok() ? store_->SaveSummary(summary) : failure;
  }
  absl::StatusOr<uint64_t> LastSnapshotNumber() override {
    if (const absl::Status failure = Failure(); !failure.ok()) return failure;
    return store_->LastSnapshotNumber();
  }
  absl::Status Prune(absl::Time before) override {
    const absl::Status failure = Failure();
    return failure.ok() ? store_->Prune(before) : failure;
  }

 private:
  absl::Status Failure() const {
    std::lock_guard lock(mutex_);
    return failure_;
  }

  const std::unique_ptr<HistoryStore> store_;
  mutable std::mutex mutex_;
  absl::Status failure_;
  int most_at_once_ = 1000000;
};

}  // namespace evenkeel::ingest
