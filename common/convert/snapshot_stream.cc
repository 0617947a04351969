#include "common/convert/snapshot_stream.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "common/convert/snapshot.h"
#include "common/convert/time.h"

namespace evenkeel::convert {
namespace {

using ingest::v1::WatchSnapshotsResponse;

// What makes an entry of each list unique, and its order.
auto Key(const model::Agent& e) { return std::tie(e.id); }
auto Key(const model::AgentState& e) { return std::tie(e.agent_id); }
auto Key(const model::Queue& e) { return std::tie(e.id); }
auto Key(const model::Membership& e) { return std::tie(e.queue_id, e.agent_id); }
auto Key(const model::QueueLive& e) { return std::tie(e.queue_id); }
auto Key(const model::QueueInterval& e) { return std::tie(e.queue_id, e.start); }
auto Key(const model::AgentWork& e) { return std::tie(e.agent_id, e.queue_id, e.start); }
auto Key(const model::QueueEstimate& e) { return std::tie(e.queue_id); }
auto Key(const model::Campaign& e) { return std::tie(e.id); }
auto Key(const model::CampaignCall& e) { return std::tie(e.campaign_id, e.created_at, e.id); }
auto Key(const model::Adherence& e) { return std::tie(e.agent_id); }
auto Key(const model::ChannelWork& e) { return std::tie(e.agent_id, e.queue_id, e.media, e.start); }
auto Key(const model::PresenceDefinition& e) { return std::tie(e.id); }

std::string KeyText(const std::string& part) { return part; }
std::string KeyText(model::Media part) { return absl::StrCat(static_cast<int>(part)); }
std::string KeyText(absl::Time part) { return absl::StrCat(absl::ToUnixNanos(part)); }

template <typename Entry>
std::string KeyOf(const Entry& entry) {
  return std::apply([](const auto&... parts) { return absl::StrJoin({KeyText(parts)...}, "/"); },
                    Key(entry));
}

// Fills parts one after another, opening a new one when the present one would be too large.
class PartWriter {
 public:
  PartWriter(const model::Snapshot* base, const model::Snapshot& snapshot, size_t max_bytes)
      : base_number_(base == nullptr ? 0 : base->number),
        number_(snapshot.number),
        taken_at_(ToProto(snapshot.taken_at)),
        max_bytes_(max_bytes) {
    Open();
    parts_.back().mutable_part()->set_capacity_lever(ToProto(snapshot.capacity_lever));
    for (const auto& quality : snapshot.quality) {
      *parts_.back().mutable_part()->add_quality() = ToProto(quality);
    }
    for (const auto& left_alone : snapshot.left_alone) {
      *parts_.back().mutable_part()->add_left_alone() = ToProto(left_alone);
    }
    bytes_ = parts_.back().ByteSizeLong();
  }

  template <typename Proto, typename Add>
  void Put(Proto entry, Add add) {
    Reserve(entry.ByteSizeLong() + kFraming);
    *add(*parts_.back().mutable_part()) = std::move(entry);
  }

  void Remove(types::v1::Section section, bool memberships, std::string key) {
    Reserve(key.size() + kFraming);
    auto& removed = *parts_.back().mutable_removed();
    if (removed.empty() || removed.rbegin()->section() != section ||
        removed.rbegin()->memberships() != memberships) {
      auto& added = *removed.Add();
      added.set_section(section);
      added.set_memberships(memberships);
    }
    removed.rbegin()->add_keys(std::move(key));
  }

  std::vector<WatchSnapshotsResponse> Finish() {
    parts_.back().set_last(true);
    return std::move(parts_);
  }

 private:
  // Tag and length of a nested message, generously.
  static constexpr size_t kFraming = 16;

  void Open() {
    WatchSnapshotsResponse part;
    part.set_base_number(base_number_);
    part.set_part_index(static_cast<int>(parts_.size()));
    part.mutable_part()->set_number(number_);
    *part.mutable_part()->mutable_taken_at() = taken_at_;
    bytes_ = part.ByteSizeLong();
    parts_.push_back(std::move(part));
  }

  void Reserve(size_t bytes) {
    if (bytes_ + bytes > max_bytes_) Open();
    bytes_ += bytes;
  }

  const uint64_t base_number_;
  const uint64_t number_;
  const google::protobuf::Timestamp taken_at_;
  const size_t max_bytes_;
  std::vector<WatchSnapshotsResponse> parts_;
  size_t bytes_ = 0;
};

// Both lists are sorted by key: one walk finds what is new, changed or gone.
template <typename Entry, typename Add>
void WriteList(const std::vector<Entry>* base, const std::vector<Entry>& now,
               types::v1::Section section, bool memberships, Add add, PartWriter& writer) {
  static const std::vector<Entry>& kNone = *new std::vector<Entry>;
  const std::vector<Entry>& before = base == nullptr ? kNone : *base;
  auto old = before.begin();
  for (const Entry& entry : now) {
    for (; old != before.end() && Key(*old) < Key(entry); ++old) {
      writer.Remove(section, memberships, KeyOf(*old));
    }
    const bool same_key = old != before.end() && Key(*old) == Key(entry);
    if (!same_key || !(*old == entry)) writer.Put(ToProto(entry), add);
    if (same_key) ++old;
  }
  for (; old != before.end(); ++old) writer.Remove(section, memberships, KeyOf(*old));
}

// Merges `changed` (sorted or not) into the sorted `list`, replacing entries with the same key.
template <typename Entry>
void Upsert(std::vector<Entry>& list, std::vector<Entry> changed) {
  if (changed.empty()) return;
  const auto by_key = [](const Entry& a, const Entry& b) { return Key(a) < Key(b); };
  std::sort(changed.begin(), changed.end(), by_key);
  std::vector<Entry> merged;
  merged.reserve(list.size() + changed.size());
  auto old = list.begin();
  for (Entry& entry : changed) {
    while (old != list.end() && by_key(*old, entry)) merged.push_back(std::move(*old++));
    if (old != list.end() && !by_key(entry, *old)) ++old;
    merged.push_back(std::move(entry));
  }
  std::move(old, list.end(), std::back_inserter(merged));
  list = std::move(merged);
}

}  // namespace

model::Snapshot SelectSections(const model::Snapshot& snapshot,
                               const std::set<model::Section>& sections) {
  if (sections.empty()) return snapshot;
  model::Snapshot selected;
  selected.number = snapshot.number;
  selected.taken_at = snapshot.taken_at;
  selected.capacity_lever = snapshot.capacity_lever;
  selected.left_alone = snapshot.left_alone;
  selected.quality = snapshot.quality;
  const auto wanted = [&](model::Section section) { return sections.contains(section); };
  if (wanted(model::Section::kRoster)) selected.agents = snapshot.agents;
  if (wanted(model::Section::kStates)) selected.states = snapshot.states;
  if (wanted(model::Section::kQueues)) {
    selected.queues = snapshot.queues;
    selected.memberships = snapshot.memberships;
  }
  if (wanted(model::Section::kLive)) selected.live = snapshot.live;
  if (wanted(model::Section::kIntervals)) selected.intervals = snapshot.intervals;
  if (wanted(model::Section::kAgentWork)) selected.agent_work = snapshot.agent_work;
  if (wanted(model::Section::kEstimates)) selected.estimates = snapshot.estimates;
  if (wanted(model::Section::kCampaigns)) selected.campaigns = snapshot.campaigns;
  if (wanted(model::Section::kCampaignCalls)) selected.campaign_calls = snapshot.campaign_calls;
  if (wanted(model::Section::kAdherence)) selected.adherence = snapshot.adherence;
  if (wanted(model::Section::kChannelWork)) selected.channel_work = snapshot.channel_work;
  if (wanted(model::Section::kPresences)) selected.presences = snapshot.presences;
  return selected;
}

std::vector<WatchSnapshotsResponse> SplitSnapshot(const model::Snapshot* base,
                                                  const model::Snapshot& snapshot,
                                                  size_t max_part_bytes) {
  PartWriter writer(base, snapshot, max_part_bytes);
  const auto list = [&](auto member, types::v1::Section section, bool memberships, auto add) {
    WriteList(base == nullptr ? nullptr : &(base->*member), snapshot.*member, section, memberships,
              add, writer);
  };
  using model::Snapshot;
  using Proto = types::v1::Snapshot;
  list(&Snapshot::agents, types::v1::SECTION_ROSTER, false,
       [](Proto& p) { return p.add_agents(); });
  list(&Snapshot::states, types::v1::SECTION_STATES, false,
       [](Proto& p) { return p.add_states(); });
  list(&Snapshot::queues, types::v1::SECTION_QUEUES, false,
       [](Proto& p) { return p.add_queues(); });
  list(&Snapshot::memberships, types::v1::SECTION_QUEUES, true,
       [](Proto& p) { return p.add_memberships(); });
  list(&Snapshot::live, types::v1::SECTION_LIVE, false, [](Proto& p) { return p.add_live(); });
  list(&Snapshot::intervals, types::v1::SECTION_INTERVALS, false,
       [](Proto& p) { return p.add_intervals(); });
  list(&Snapshot::agent_work, types::v1::SECTION_AGENT_WORK, false,
       [](Proto& p) { return p.add_agent_work(); });
  list(&Snapshot::estimates, types::v1::SECTION_ESTIMATES, false,
       [](Proto& p) { return p.add_estimates(); });
  list(&Snapshot::campaigns, types::v1::SECTION_CAMPAIGNS, false,
       [](Proto& p) { return p.add_campaigns(); });
  list(&Snapshot::campaign_calls, types::v1::SECTION_CAMPAIGN_CALLS, false,
       [](Proto& p) { return p.add_campaign_calls(); });
  list(&Snapshot::adherence, types::v1::SECTION_ADHERENCE, false,
       [](Proto& p) { return p.add_adherence(); });
  list(&Snapshot::channel_work, types::v1::SECTION_CHANNEL_WORK, false,
       [](Proto& p) { return p.add_channel_work(); });
  list(&Snapshot::presences, types::v1::SECTION_PRESENCES, false,
       [](Proto& p) { return p.add_presences(); });
  return writer.Finish();
}

absl::Status SnapshotAssembler::Take(const WatchSnapshotsResponse& part) {
  if (part.part_index() != next_part_) {
    next_part_ = 0;
    return absl::FailedPreconditionError(absl::StrCat("snapshot ", part.part().number(), ": part ",
                                                      part.part_index(), " came out of order"));
  }
  if (part.part_index() == 0) {
    if (part.base_number() == 0) {
      building_ = model::Snapshot();
    } else if (newest_ != nullptr && newest_->number == part.base_number()) {
      building_ = *newest_;
    } else {
      return absl::FailedPreconditionError(absl::StrCat("snapshot ", part.part().number(),
                                                        " builds on ", part.base_number(),
                                                        ", which is not held"));
    }
    building_.quality.clear();
    building_.left_alone.clear();
  }
  model::Snapshot changed = FromProto(part.part());
  building_.number = changed.number;
  building_.taken_at = changed.taken_at;
  if (part.part_index() == 0) {
    building_.capacity_lever = changed.capacity_lever;
    building_.quality = std::move(changed.quality);
    building_.left_alone = std::move(changed.left_alone);
  }
  for (const auto& removed : part.removed()) {
    const std::unordered_set<std::string> keys(removed.keys().begin(), removed.keys().end());
    const auto erase = [&](auto& list) {
      std::erase_if(list, [&](const auto& entry) { return keys.contains(KeyOf(entry)); });
    };
    switch (removed.section()) {
      case types::v1::SECTION_ROSTER:
        erase(building_.agents);
        break;
      case types::v1::SECTION_STATES:
        erase(building_.states);
        break;
      case types::v1::SECTION_QUEUES:
        if (removed.memberships()) {
          erase(building_.memberships);
        } else {
          erase(building_.queues);
        }
        break;
      case types::v1::SECTION_LIVE:
        erase(building_.live);
        break;
      case types::v1::SECTION_INTERVALS:
        erase(building_.intervals);
        break;
      case types::v1::SECTION_AGENT_WORK:
        erase(building_.agent_work);
        break;
      case types::v1::SECTION_ESTIMATES:
        erase(building_.estimates);
        break;
      case types::v1::SECTION_CAMPAIGNS:
        erase(building_.campaigns);
        break;
      case types::v1::SECTION_CAMPAIGN_CALLS:
        erase(building_.campaign_calls);
        break;
      case types::v1::SECTION_ADHERENCE:
        erase(building_.adherence);
        break;
      case types::v1::SECTION_CHANNEL_WORK:
        erase(building_.channel_work);
        break;
      case types::v1::SECTION_PRESENCES:
        erase(building_.presences);
        break;
      default:
        break;  // a section of a newer ingest
    }
  }
  Upsert(building_.agents, std::move(changed.agents));
  Upsert(building_.states, std::move(changed.states));
  Upsert(building_.queues, std::move(changed.queues));
  Upsert(building_.memberships, std::move(changed.memberships));
  Upsert(building_.live, std::move(changed.live));
  Upsert(building_.intervals, std::move(changed.intervals));
  Upsert(building_.agent_work, std::move(changed.agent_work));
  Upsert(building_.estimates, std::move(changed.estimates));
  Upsert(building_.campaigns, std::move(changed.campaigns));
  Upsert(building_.campaign_calls, std::move(changed.campaign_calls));
  Upsert(building_.adherence, std::move(changed.adherence));
  Upsert(building_.channel_work, std::move(changed.channel_work));
  Upsert(building_.presences, std::move(changed.presences));
  ++next_part_;
  if (part.last()) {
    next_part_ = 0;
    newest_ = std::make_shared<const model::Snapshot>(std::move(building_));
    building_ = model::Snapshot();
  }
  return absl::OkStatus();
}

}  // namespace evenkeel::convert
