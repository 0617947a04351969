#include "tools/genesys_sim/api/records.h"

#include <algorithm>

namespace evenkeel::sim {

void Records::Ended(const Contact& contact) {
  while (!contacts_.empty() && contacts_.front().ended < contact.ended - kRecordsKeptMicros) {
    contacts_.pop_front();
  }
  contacts_.push_back(contact);
}

void Records::AgentChanged(int agent, int64_t micros, Presence presence, RoutingStatus status) {
  std::deque<AgentChange>& changes = agents_[agent];
  // The one that holds at the beginning of what is kept stays.
  while (changes.size() > 1 && changes[1].since < micros - kRecordsKeptMicros) changes.pop_front();
  if (changes.back().since == micros) changes.pop_back();
  changes.push_back({micros, presence, status});
}

std::vector<AgentStretch> Records::Stretches(int agent, int64_t from, int64_t to) const {
  const std::deque<AgentChange>& changes = agents_[agent];
  auto at =
      std::upper_bound(changes.begin(), changes.end(), from,
                       [](int64_t time, const AgentChange& change) { return time < change.since; });
  if (at != changes.begin()) --at;
  std::vector<AgentStretch> stretches;
  for (; at != changes.end() && at->since < to; ++at) {
    const int64_t begin = std::max(at->since, from);
    const int64_t end = std::next(at) == changes.end() ? to : std::min(std::next(at)->since, to);
    if (begin < end) stretches.push_back({begin, end, at->presence, at->status});
  }
  return stretches;
}

}  // namespace evenkeel::sim
