// Puts numbered snapshots together from the newest reading of each section: sorted, each entity
// once, with the quality of every section (API-8). It knows what should be there: the members of
// the queues are who must have a state; figures of entities that nobody knows are counted, not
// kept.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/model/snapshot.h"

namespace evenkeel::ingest {

struct BuilderSettings {
  model::CapacityLever capacity_lever = model::CapacityLever::kMemberships;
  // Skill that a queue asks for, where the centre itself does not tell. With the lever
  // kQueueCapacity whoever holds it is a member of the queue, joined (CAP-2).
  std::map<std::string, std::string> skill_of_queue;
  // How far back intervals and agent work are kept.
  absl::Duration window = absl::Minutes(30);
  // Length of the intervals that agent work comes in.
  absl::Duration work_interval = absl::Minutes(5);
};

// What the reading itself knows of its completeness.
struct Completeness {
  int64_t expected = 0;
  int64_t seen = 0;
};

// Not thread-safe. Each Put replaces the section's reading, begun at `taken_at`.
class SnapshotBuilder {
 public:
  // The next snapshot has the number `last_number` + 1.
  SnapshotBuilder(BuilderSettings settings, uint64_t last_number)
      : settings_(std::move(settings)), number_(last_number) {}

  // `skills_unknown` are those of `agents` that are not whole, and not counted as seen.
  void PutRoster(std::vector<model::Agent> agents, Completeness completeness, absl::Time taken_at,
                 std::set<std::string> skills_unknown = {});
  void PutStates(std::vector<model::AgentState> states, absl::Time taken_at);
  void PutQueues(std::vector<model::Queue> queues, std::vector<model::Membership> memberships,
                 Completeness completeness, absl::Time taken_at);
  void PutLive(std::vector<model::QueueLive> live, Completeness completeness, absl::Time taken_at);
  // All there is with a start in [from, to): what was known of it before is replaced.
  void PutIntervals(std::vector<model::QueueInterval> intervals, absl::Time from, absl::Time to,
                    Completeness completeness, absl::Time taken_at);
  void PutAgentWork(std::vector<model::AgentWork> work, absl::Time from, absl::Time to,
                    absl::Time taken_at);

  // What is read only where it is asked for; lists in the order that a snapshot has them in.
  void PutCampaigns(std::vector<model::Campaign> campaigns, Completeness completeness,
                    absl::Time taken_at);
  void PutCampaignCalls(std::vector<model::CampaignCall> calls, Completeness completeness,
                        absl::Time taken_at);
  void PutAdherence(std::vector<model::Adherence> adherence, Completeness completeness,
                    absl::Time taken_at);
  void PutChannelWork(std::vector<model::ChannelWork> work, Completeness completeness,
                      absl::Time taken_at);
  void PutPresences(std::vector<model::PresenceDefinition> presences, Completeness completeness,
                    absl::Time taken_at);

  // Ids of the queues last put; what the queues' other sections are to be read for.
  std::vector<std::string> QueueIds() const;
  // Ids of the agents who may work on any of them.
  std::vector<std::string> MemberIds() const;

  // The next snapshot, from what there is. `intervals` gives how often each section is really read;
  // a section without one is not read at all and has no quality. `estimates` and `left_alone` are
  // taken as they are; the estimates are as old as the figures behind them.
  std::shared_ptr<const model::Snapshot> Build(
      absl::Time now, const std::map<model::Section, absl::Duration>& intervals,
      std::vector<model::QueueEstimate> estimates, std::vector<model::LeftAlone> left_alone);

  uint64_t last_number() const { return number_; }

 private:
  struct SectionReading {
    Completeness completeness;
    absl::Time taken_at = absl::InfinitePast();
    bool ever() const { return taken_at != absl::InfinitePast(); }
  };
  const SectionReading& Of(model::Section section) const;
  // Fills the section's part of `snapshot` and says how complete it is; `members` are who works
  // on any of the queues.
  void Fill(model::Section section, const std::set<std::string>& members, model::Snapshot& snapshot,
            model::SectionQuality& quality) const;
  void FillMemberships(model::Snapshot& snapshot) const;
  bool IsStranger(const std::string& agent_id) const;

  const BuilderSettings settings_;
  uint64_t number_;
  std::map<model::Section, SectionReading> sections_;
  std::map<std::string, model::Agent> agents_;
  std::set<std::string> skills_unknown_;  // of the agents
  std::map<std::string, model::AgentState> states_;
  std::map<std::string, model::Queue> queues_;
  std::map<std::pair<std::string, std::string>, bool> joined_;  // of queue and agent
  std::map<std::string, model::QueueLive> live_;
  std::map<std::pair<std::string, absl::Time>, model::QueueInterval> intervals_;
  std::map<std::tuple<std::string, std::string, absl::Time>, model::AgentWork> work_;
  std::vector<model::Campaign> campaigns_;
  std::vector<model::CampaignCall> campaign_calls_;
  std::vector<model::Adherence> adherence_;
  std::vector<model::ChannelWork> channel_work_;
  std::vector<model::PresenceDefinition> presences_;
  std::set<absl::Time> work_covered_;  // starts of the intervals whose work was read
};

}  // namespace evenkeel::ingest
