// The contact centre as ingest reads it: one method a section of the snapshot. There is one
// implementation per dialect of the API; nothing above knows which is in use.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/genesys/api_client.h"
#include "common/model/snapshot.h"

namespace evenkeel::genesys {

// How complete a reading is (API-8).
struct Counts {
  int64_t expected = 0;  // entities that the API says there are, or that were asked for
  int64_t seen = 0;      // of those, the ones that came whole
  int requests = 0;      // that the reading took

  friend bool operator==(const Counts&, const Counts&) = default;
};

struct RosterReading {
  std::vector<model::Agent> agents;      // by id
  std::set<std::string> skills_unknown;  // agents whose skills the API left out
  Counts counts;
};

struct StatesReading {
  std::vector<model::AgentState> states;  // by agent
  Counts counts;                          // only `requests`: who is expected, the members say
};

struct QueuesReading {
  std::vector<model::Queue> queues;            // by id
  std::vector<model::Membership> memberships;  // by queue, then agent; platform only
  std::vector<std::string> gone;               // asked for, and not there any more; not expected
  // Queues with native automation that moves agents too (conditional groups); by id.
  std::vector<std::string> automated;
  Counts counts;  // of queues and memberships together
};

struct LiveReading {
  std::vector<model::QueueLive> live;  // by queue
  Counts counts;
};

// What happened in [from, to): entries whose start lies in it, and there are no others.
struct IntervalsReading {
  std::vector<model::QueueInterval> intervals;  // by queue, then start
  absl::Time from, to;
  Counts counts;
};

struct AgentWorkReading {
  std::vector<model::AgentWork> work;  // by agent, then queue, then start
  absl::Time from, to;
  Counts counts;
};

struct CampaignsReading {
  std::vector<model::Campaign> campaigns;  // by id
  std::vector<std::string> gone;           // asked for, and not there; not expected
  Counts counts;
};

struct CampaignCallsReading {
  std::vector<model::CampaignCall> calls;  // by campaign, then time, then id
  Counts counts;                           // of campaigns
};

struct AdherenceReading {
  std::vector<model::Adherence> adherence;  // by agent
  Counts counts;
};

struct ChannelWorkReading {
  std::vector<model::ChannelWork> work;  // by agent, queue, media, start
  Counts counts;                         // of queues
};

struct PresencesReading {
  std::vector<model::PresenceDefinition> presences;  // by id
  Counts counts;
};

// The last calls of a campaign that are read, and how far back they may lie.
inline constexpr int kCampaignCalls = 100;
inline constexpr absl::Duration kCampaignCallsWindow = absl::Hours(4);
// Days of channel work, with the present one: late figures come up to 48 hours after (LEAD-9).
inline constexpr int kChannelWorkDays = 3;

// What is read besides only where it is asked for.
struct OptionalReads {
  std::vector<std::string> campaign_ids;
  std::vector<std::string> agent_ids;  // some whose adherence may be asked
  bool adherence = false;
  bool channel_work = false;
  bool presences = false;
};

// Lengths of the intervals that readers give, aligned to the clock, and how far back they look.
inline constexpr absl::Duration kIntervalLength = absl::Minutes(5);
inline constexpr absl::Duration kHistoryWindow = absl::Minutes(30);

// A request that shows whether an operation is permitted and answers what can be understood, and
// which loops need it.
struct Probe {
  const Operation* operation;
  ApiRequest request;
  std::vector<std::string> loops;
  std::function<absl::Status(std::string_view body)> parse;  // as the reader does
  bool may_be_absent = false;                                // 404 is an answer too
};

// Thread-safe. Every method pages to the end; on an error nothing is returned. Besides the codes of
// ApiClient::Call: DATA_LOSS when an answer cannot be understood, with the path of what is wrong.
// `limits` hold for each request of a reading.
class CentreReader {
 public:
  virtual ~CentreReader() = default;

  virtual model::CapacityLever capacity_lever() const = 0;

  // Every active agent with skills. An agent whose skills the API left out is there without any
  // and not counted as seen.
  virtual absl::StatusOr<RosterReading> ReadRoster(const CallLimits& limits) = 0;

  // What the agents of the queues do now (guide: all agents). Entries are merged by agent.
  virtual absl::StatusOr<StatesReading> ReadStates(std::span<const std::string> queue_ids,
                                                   const CallLimits& limits) = 0;

  // The queues and their members; without ids every queue (guide: there is no listing, so none).
  virtual absl::StatusOr<QueuesReading> ReadQueues(std::span<const std::string> queue_ids,
                                                   const CallLimits& limits) = 0;

  // The queues at this moment. Platform: a queue that the API says nothing of is empty. Guide: it
  // is left out and not seen.
  virtual absl::StatusOr<LiveReading> ReadLive(std::span<const std::string> queue_ids,
                                               const CallLimits& limits) = 0;

  // The figures of the last kHistoryWindow in intervals of kIntervalLength; the last one may be
  // running. Read again later, they replace what was read before.
  virtual absl::StatusOr<IntervalsReading> ReadIntervals(std::span<const std::string> queue_ids,
                                                         const CallLimits& limits) = 0;

  // Work by agent and queue in intervals of kIntervalLength: platform as ReadIntervals; guide the
  // last whole interval, so that nothing is lost or counted twice when read at least that often.
  virtual absl::StatusOr<AgentWorkReading> ReadAgentWork(std::span<const std::string> queue_ids,
                                                         const CallLimits& limits) = 0;

  // Whether the dialect has what the section is read from. The methods below answer UNIMPLEMENTED
  // where it has not.
  virtual bool Has(model::Section section) const { return section <= model::Section::kAgentWork; }

  // The campaigns, with what the diallers of those that run count (guide: nothing does). One whose
  // counts cannot be read is without them and not seen; an error when that is every one that runs.
  virtual absl::StatusOr<CampaignsReading> ReadCampaigns(std::span<const std::string> campaign_ids,
                                                         const CallLimits& limits);
  // The last kCampaignCalls calls of each, of kCampaignCallsWindow; platform: the last that ended.
  // One that is gone has none.
  virtual absl::StatusOr<CampaignCallsReading> ReadCampaignCalls(
      std::span<const std::string> campaign_ids, const CallLimits& limits);
  // What the agents are scheduled to do. Who has no schedule may be left out, and is not seen.
  virtual absl::StatusOr<AdherenceReading> ReadAdherence(std::span<const std::string> agent_ids,
                                                         const CallLimits& limits);
  // The last kChannelWorkDays days of `zone`.
  virtual absl::StatusOr<ChannelWorkReading> ReadChannelWork(std::span<const std::string> queue_ids,
                                                             absl::TimeZone zone,
                                                             const CallLimits& limits);
  virtual absl::StatusOr<PresencesReading> ReadPresences(const CallLimits& limits);

  // One small request for each operation that the methods above use, of the optional ones those
  // that `optional` asks for.
  virtual std::vector<Probe> Probes(std::span<const std::string> queue_ids,
                                    const OptionalReads& optional) const = 0;
};

// Adds calls of one campaign to `out` as CampaignCallsReading wants them: each once, none from
// before `from`, the last kCampaignCalls in order.
void AddLastCalls(std::vector<model::CampaignCall> calls, absl::Time from,
                  std::vector<model::CampaignCall>& out);

// The reader of the client's dialect; `client` and `clock` outlive it.
class Client;
std::unique_ptr<CentreReader> MakeCentreReader(Client& client, const Clock& clock);

}  // namespace evenkeel::genesys
