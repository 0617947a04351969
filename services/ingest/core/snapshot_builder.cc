#include "services/ingest/core/snapshot_builder.h"

#include <algorithm>

namespace evenkeel::ingest {
namespace {

using model::Section;

// By id; of two entries with one id the last counts.
template <typename Entry, typename Key>
auto ByKey(std::vector<Entry> entries, Key key) {
  std::map<decltype(key(entries.front())), Entry> by_key;
  for (Entry& entry : entries) {
    auto id = key(entry);
    by_key.insert_or_assign(std::move(id), std::move(entry));
  }
  return by_key;
}

template <typename Map>
void EraseStarts(Map& entries, absl::Time from, absl::Time to, absl::Time oldest) {
  std::erase_if(entries, [&](const auto& item) {
    const absl::Time start = item.second.start;
    return (start >= from && start < to) || start < oldest;
  });
}

}  // namespace

void SnapshotBuilder::PutRoster(std::vector<model::Agent> agents, Completeness completeness,
                                absl::Time taken_at, std::set<std::string> skills_unknown) {
  skills_unknown_ = std::move(skills_unknown);
  agents_ = ByKey(std::move(agents), [](const model::Agent& agent) { return agent.id; });
  for (auto& [id, agent] : agents_) {
    std::sort(agent.skills.begin(), agent.skills.end(),
              [](const auto& a, const auto& b) { return a.skill_id < b.skill_id; });
  }
  sections_[Section::kRoster] = {completeness, taken_at};
}

void SnapshotBuilder::PutStates(std::vector<model::AgentState> states, absl::Time taken_at) {
  states_ = ByKey(std::move(states), [](const model::AgentState& s) { return s.agent_id; });
  sections_[Section::kStates] = {{}, taken_at};
}

void SnapshotBuilder::PutQueues(std::vector<model::Queue> queues,
                                std::vector<model::Membership> memberships,
                                Completeness completeness, absl::Time taken_at) {
  for (model::Queue& queue : queues) {
    const auto skill = settings_.skill_of_queue.find(queue.id);
    if (queue.skill_id.empty() && skill != settings_.skill_of_queue.end()) {
      queue.skill_id = skill->second;
    }
  }
  queues_ = ByKey(std::move(queues), [](const model::Queue& queue) { return queue.id; });
  joined_.clear();
  for (const model::Membership& membership : memberships) {
    if (queues_.contains(membership.queue_id)) {
      joined_[{membership.queue_id, membership.agent_id}] = membership.joined;
    }
  }
  sections_[Section::kQueues] = {completeness, taken_at};
}

void SnapshotBuilder::PutLive(std::vector<model::QueueLive> live, Completeness completeness,
                              absl::Time taken_at) {
  live_ = ByKey(std::move(live), [](const model::QueueLive& queue) { return queue.queue_id; });
  sections_[Section::kLive] = {completeness, taken_at};
}

void SnapshotBuilder::PutIntervals(std::vector<model::QueueInterval> intervals, absl::Time from,
                                   absl::Time to, Completeness completeness, absl::Time taken_at) {
  EraseStarts(intervals_, from, to, taken_at - settings_.window);
  for (model::QueueInterval& interval : intervals) {
    auto key = std::pair(interval.queue_id, interval.start);
    intervals_.insert_or_assign(std::move(key), std::move(interval));
  }
  sections_[Section::kIntervals] = {completeness, taken_at};
}

void SnapshotBuilder::PutAgentWork(std::vector<model::AgentWork> work, absl::Time from,
                                   absl::Time to, absl::Time taken_at) {
  const absl::Time oldest = taken_at - settings_.window;
  EraseStarts(work_, from, to, oldest);
  for (model::AgentWork& entry : work) {
    auto key = std::tuple(entry.agent_id, entry.queue_id, entry.start);
    work_.insert_or_assign(std::move(key), std::move(entry));
  }
  for (absl::Time start = from; start < to; start += settings_.work_interval) {
    work_covered_.insert(start);
  }
  work_covered_.erase(work_covered_.begin(), work_covered_.lower_bound(oldest));
  sections_[Section::kAgentWork] = {{}, taken_at};
}

void SnapshotBuilder::PutCampaigns(std::vector<model::Campaign> campaigns,
                                   Completeness completeness, absl::Time taken_at) {
  campaigns_ = std::move(campaigns);
  sections_[Section::kCampaigns] = {completeness, taken_at};
}

void SnapshotBuilder::PutCampaignCalls(std::vector<model::CampaignCall> calls,
                                       Completeness completeness, absl::Time taken_at) {
  campaign_calls_ = std::move(calls);
  sections_[Section::kCampaignCalls] = {completeness, taken_at};
}

void SnapshotBuilder::PutAdherence(std::vector<model::Adherence> adherence,
                                   Completeness completeness, absl::Time taken_at) {
  adherence_ = std::move(adherence);
  sections_[Section::kAdherence] = {completeness, taken_at};
}

void SnapshotBuilder::PutChannelWork(std::vector<model::ChannelWork> work,
                                     Completeness completeness, absl::Time taken_at) {
  channel_work_ = std::move(work);
  sections_[Section::kChannelWork] = {completeness, taken_at};
}

void SnapshotBuilder::PutPresences(std::vector<model::PresenceDefinition> presences,
                                   Completeness completeness, absl::Time taken_at) {
  presences_ = std::move(presences);
  sections_[Section::kPresences] = {completeness, taken_at};
}

std::vector<std::string> SnapshotBuilder::MemberIds() const {
  model::Snapshot snapshot;
  FillMemberships(snapshot);
  std::set<std::string> members;
  for (const model::Membership& membership : snapshot.memberships) {
    members.insert(membership.agent_id);
  }
  return {members.begin(), members.end()};
}

std::vector<std::string> SnapshotBuilder::QueueIds() const {
  std::vector<std::string> ids;
  for (const auto& [id, queue] : queues_) ids.push_back(id);
  return ids;
}

const SnapshotBuilder::SectionReading& SnapshotBuilder::Of(model::Section section) const {
  static const SectionReading& kNever = *new SectionReading;
  const auto it = sections_.find(section);
  return it == sections_.end() ? kNever : it->second;
}

// Nobody whom the roster knows; before there is one, everybody is known.
bool SnapshotBuilder::IsStranger(const std::string& agent_id) const {
  return Of(Section::kRoster).ever() && !agents_.contains(agent_id);
}

void SnapshotBuilder::FillMemberships(model::Snapshot& snapshot) const {
  if (settings_.capacity_lever == model::CapacityLever::kMemberships) {
    for (const auto& [key, joined] : joined_) {
      snapshot.memberships.push_back({key.first, key.second, joined});
    }
    return;
  }
  for (const auto& [queue_id, queue] : queues_) {
    if (queue.skill_id.empty()) continue;
    for (const auto& [agent_id, agent] : agents_) {
      const bool holds =
          std::any_of(agent.skills.begin(), agent.skills.end(),
                      [&](const auto& skill) { return skill.skill_id == queue.skill_id; });
      if (holds) snapshot.memberships.push_back({queue_id, agent_id, true});
    }
  }
}

void SnapshotBuilder::Fill(model::Section section, const std::set<std::string>& members,
                           model::Snapshot& snapshot, model::SectionQuality& quality) const {
  const bool members_known = Of(Section::kQueues).ever() &&
                             (settings_.capacity_lever == model::CapacityLever::kMemberships ||
                              Of(Section::kRoster).ever());
  const auto matters = [&](const std::string& agent_id) {
    return !members_known || members.contains(agent_id);
  };
  switch (section) {
    case Section::kRoster: {
      for (const auto& [id, agent] : agents_) {
        if (matters(id)) snapshot.agents.push_back(agent);
      }
      if (members_known) {
        // Whom the reading missed may be a member, and is counted as if; of the others it is known
        // who they are.
        const int64_t missed = std::max<int64_t>(
            0, quality.expected - quality.seen - static_cast<int64_t>(skills_unknown_.size()));
        const int64_t whole = std::count_if(
            snapshot.agents.begin(), snapshot.agents.end(),
            [&](const model::Agent& agent) { return !skills_unknown_.contains(agent.id); });
        quality.expected = static_cast<int64_t>(members.size());
        quality.seen = std::max<int64_t>(0, whole - missed);
      }
      return;
    }
    case Section::kStates: {
      for (const auto& [id, state] : states_) {
        if (matters(id)) {
          snapshot.states.push_back(state);
        } else if (IsStranger(id)) {
          ++quality.unknown;
        }
      }
      quality.seen = static_cast<int64_t>(snapshot.states.size());
      quality.expected = members_known ? static_cast<int64_t>(members.size()) : quality.seen;
      return;
    }
    case Section::kQueues:
      for (const auto& [id, queue] : queues_) snapshot.queues.push_back(queue);
      quality.unknown = std::count_if(members.begin(), members.end(),
                                      [&](const std::string& id) { return IsStranger(id); });
      return;
    case Section::kLive:
      for (const auto& [id, live] : live_) {
        if (queues_.contains(id)) snapshot.live.push_back(live);
      }
      if (Of(Section::kQueues).ever()) {
        quality.expected = static_cast<int64_t>(queues_.size());
        quality.seen = static_cast<int64_t>(snapshot.live.size());
      }
      return;
    case Section::kIntervals:
      for (const auto& [key, interval] : intervals_) {
        if (queues_.contains(key.first)) snapshot.intervals.push_back(interval);
      }
      return;
    case Section::kAgentWork: {
      std::set<std::string> strangers;
      for (const auto& [key, work] : work_) {
        if (!queues_.contains(work.queue_id)) continue;
        snapshot.agent_work.push_back(work);
        if (IsStranger(work.agent_id)) strangers.insert(work.agent_id);
      }
      quality.unknown = static_cast<int64_t>(strangers.size());
      // Intervals between the first and the last one read: one that is missing is lost.
      if (!work_covered_.empty()) {
        quality.seen = static_cast<int64_t>(work_covered_.size());
        quality.expected =
            1 + (*work_covered_.rbegin() - *work_covered_.begin()) / settings_.work_interval;
      }
      return;
    }
    case Section::kEstimates:
      quality.expected = static_cast<int64_t>(queues_.size());
      quality.seen = static_cast<int64_t>(snapshot.estimates.size());
      return;
    case Section::kCampaigns:
      snapshot.campaigns = campaigns_;
      return;
    case Section::kCampaignCalls:
      snapshot.campaign_calls = campaign_calls_;
      return;
    case Section::kAdherence:
      for (const model::Adherence& adherence : adherence_) {
        if (matters(adherence.agent_id)) snapshot.adherence.push_back(adherence);
      }
      return;
    case Section::kChannelWork: {
      std::set<std::string> strangers;
      for (const model::ChannelWork& work : channel_work_) {
        if (!queues_.contains(work.queue_id)) continue;
        snapshot.channel_work.push_back(work);
        if (IsStranger(work.agent_id)) strangers.insert(work.agent_id);
      }
      quality.unknown = static_cast<int64_t>(strangers.size());
      return;
    }
    case Section::kPresences:
      snapshot.presences = presences_;
      return;
  }
}

std::shared_ptr<const model::Snapshot> SnapshotBuilder::Build(
    absl::Time now, const std::map<model::Section, absl::Duration>& intervals,
    std::vector<model::QueueEstimate> estimates, std::vector<model::LeftAlone> left_alone) {
  auto snapshot = std::make_shared<model::Snapshot>();
  snapshot->number = ++number_;
  snapshot->taken_at = now;
  snapshot->capacity_lever = settings_.capacity_lever;
  snapshot->estimates = std::move(estimates);
  std::sort(snapshot->estimates.begin(), snapshot->estimates.end(),
            [](const auto& a, const auto& b) { return a.queue_id < b.queue_id; });
  snapshot->left_alone = std::move(left_alone);
  FillMemberships(*snapshot);
  std::set<std::string> members;
  for (const model::Membership& membership : snapshot->memberships) {
    members.insert(membership.agent_id);
  }
  for (const auto& [section, interval] : intervals) {
    const SectionReading& reading =
        Of(section == Section::kEstimates ? Section::kIntervals : section);
    model::SectionQuality quality;
    quality.section = section;
    quality.taken_at = reading.taken_at;
    quality.interval = interval;
    quality.expected = reading.completeness.expected;
    quality.seen = reading.completeness.seen;
    Fill(section, members, *snapshot, quality);
    snapshot->quality.push_back(quality);
  }
  return snapshot;
}

}  // namespace evenkeel::ingest
