#include "tools/lab/compare/virtual_ingest.h"

namespace evenkeel::lab {
namespace {

using model::Section;

constexpr absl::Duration kDwell = absl::Minutes(10);  // ingest.dwell
// After a change was written, the queues are read so much later.
constexpr absl::Duration kAfterChange = absl::Seconds(2);

}  // namespace

VirtualIngest::VirtualIngest(const CentreView& view)
    : view_(view), builder_({}, 0), estimator_({}, {}), outcomes_(kDwell) {
  for (const auto& [section, interval] : DefaultIntervals()) due_[section] = view.engine().now();
  Tick(view.engine().now());
}

void VirtualIngest::Tick(absl::Time now) {
  bool read = false;
  for (auto& [section, due] : due_) {
    if (due > now) continue;
    Read(section, now);
    due += DefaultIntervals().at(section);
    read = true;
  }
  if (!read) return;
  std::map<Section, absl::Duration> intervals = DefaultIntervals();
  intervals[Section::kEstimates] = intervals[Section::kIntervals];
  snapshot_ = builder_.Build(now, intervals, estimator_.Estimate(builder_.QueueIds(), now),
                             outcomes_.LeftAlone(now));
}

void VirtualIngest::Read(Section section, absl::Time now) {
  const auto whole = [](const auto& items) {
    const auto count = static_cast<int64_t>(items.size());
    return ingest::Completeness{count, count};
  };
  switch (section) {
    case Section::kRoster: {
      std::vector<model::Agent> agents = view_.Agents();
      const ingest::Completeness complete = whole(agents);
      return builder_.PutRoster(std::move(agents), complete, now);
    }
    case Section::kStates:
      return builder_.PutStates(view_.States(), now);
    case Section::kQueues: {
      std::vector<model::Queue> queues = view_.Queues();
      const ingest::Completeness complete = whole(queues);
      return builder_.PutQueues(std::move(queues), view_.Memberships(), complete, now);
    }
    case Section::kLive: {
      std::vector<model::QueueLive> live = view_.Live();
      const ingest::Completeness complete = whole(live);
      return builder_.PutLive(std::move(live), complete, now);
    }
    case Section::kIntervals: {
      std::vector<model::QueueInterval> intervals = view_.Intervals(now);
      estimator_.Observe(intervals, now);
      const ingest::Completeness complete = whole(intervals);
      return builder_.PutIntervals(std::move(intervals), CentreView::IntervalsFrom(now),
                                   CentreView::IntervalsTo(now), complete, now);
    }
    default:
      return;  // not needed by the capacity loop
  }
}

void VirtualIngest::ObserveChange(const model::Change& change, absl::Time now) {
  if (outcomes_.Observe(change)) {
    due_[Section::kQueues] = std::min(due_[Section::kQueues], now + kAfterChange);
  }
}

}  // namespace evenkeel::lab
