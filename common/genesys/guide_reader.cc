#include "common/genesys/guide_reader.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/genesys/guide_parse.h"
#include "common/genesys/outbound_parse.h"
#include "common/genesys/paging.h"

namespace evenkeel::genesys {
namespace {

constexpr char kPageSize[] = "250";  // guide 1
constexpr size_t kBatch = 100;       // queue ids in one URL

const ApiRequest kWorkRequest = {{}, {{"interval", "PT5M"}, {"groupBy", "userId,queueId"}}, ""};

}  // namespace

absl::StatusOr<RosterReading> GuideReader::ReadRoster(const CallLimits& limits) {
  RosterReading reading;
  std::map<std::string, model::Agent> agents;
  EVENKEEL_ASSIGN_OR_RETURN(const Paged paged,
                            ReadPages(api_, guide::kUsers, {{}, {{"page_size", kPageSize}}, ""},
                                      PagingStyle::kContinuationToken, limits,
                                      [&](std::string_view body) -> absl::StatusOr<PageInfo> {
                                        auto info = guide::ParseUsers(body, agents);
                                        if (!info.ok())
                                          return Understood(guide::kUsers, info.status());
                                        return info;
                                      }));
  for (auto& [id, agent] : agents) reading.agents.push_back(std::move(agent));
  reading.counts.requests = paged.requests;
  reading.counts.expected = reading.counts.seen = static_cast<int64_t>(reading.agents.size());
  return reading;
}

absl::StatusOr<StatesReading> GuideReader::ReadStates(std::span<const std::string>,
                                                      const CallLimits& limits) {
  EVENKEEL_ASSIGN_OR_RETURN(const http::Response response,
                            api_.Call(guide::kUserStates, {}, limits));
  std::map<std::string, model::AgentState> states;
  EVENKEEL_RETURN_IF_ERROR(
      Understood(guide::kUserStates, guide::ParseStates(response.body, states)));
  StatesReading reading;
  for (auto& [id, state] : states) reading.states.push_back(std::move(state));
  reading.counts.requests = 1;
  return reading;
}

absl::StatusOr<QueuesReading> GuideReader::ReadQueues(std::span<const std::string> queue_ids,
                                                      const CallLimits& limits) {
  QueuesReading reading;
  for (const std::string& id : std::set<std::string>(queue_ids.begin(), queue_ids.end())) {
    const auto response = api_.Call(guide::kQueue, {{{"queueId", id}}, {}, ""}, limits);
    ++reading.counts.requests;
    if (absl::IsNotFound(response.status())) {
      reading.gone.push_back(id);
      continue;
    }
    if (!response.ok()) return response.status();
    auto queue = guide::ParseQueue(response->body);
    if (!queue.ok()) return Understood(guide::kQueue, queue.status());
    if (queue->id != id) {
      return Understood(guide::kQueue,
                        absl::InvalidArgumentError("$.id: is another queue than was asked for"));
    }
    reading.queues.push_back(*std::move(queue));
  }
  reading.counts.expected = reading.counts.seen = static_cast<int64_t>(reading.queues.size());
  return reading;
}

absl::StatusOr<LiveReading> GuideReader::ReadLive(std::span<const std::string> queue_ids,
                                                  const CallLimits& limits) {
  LiveReading reading;
  std::map<std::string, model::QueueLive> queues;
  for (size_t at = 0; at < queue_ids.size(); at += kBatch) {
    const auto batch = queue_ids.subspan(at, std::min(kBatch, queue_ids.size() - at));
    EVENKEEL_ASSIGN_OR_RETURN(
        const http::Response response,
        api_.Call(guide::kQueuesRealtime, {{}, {{"queueId", absl::StrJoin(batch, ",")}}, ""},
                  limits));
    ++reading.counts.requests;
    EVENKEEL_RETURN_IF_ERROR(
        Understood(guide::kQueuesRealtime, guide::ParseRealtime(response.body, queues)));
  }
  // This dialect names every queue that it is asked for, idle ones with zeros: one that it does not
  // name was not seen.
  const std::set<std::string> wanted(queue_ids.begin(), queue_ids.end());
  for (auto& [id, live] : queues) {
    if (wanted.contains(id)) reading.live.push_back(std::move(live));
  }
  reading.counts.expected = static_cast<int64_t>(wanted.size());
  reading.counts.seen = static_cast<int64_t>(reading.live.size());
  return reading;
}

absl::StatusOr<IntervalsReading> GuideReader::ReadIntervals(std::span<const std::string> queue_ids,
                                                            const CallLimits& limits) {
  IntervalsReading reading;
  reading.to = IntervalStart(clock_.Now()) + kIntervalLength;
  reading.from = reading.to - kHistoryWindow;
  for (const std::string& id : std::set<std::string>(queue_ids.begin(), queue_ids.end())) {
    const auto response = api_.Call(guide::kQueueMetrics, {{{"queueId", id}}, {}, ""}, limits);
    ++reading.counts.requests;
    if (absl::IsNotFound(response.status())) continue;  // ReadQueues says that it is gone
    if (!response.ok()) return response.status();
    auto intervals = guide::ParseMetrics(response->body, id);
    if (!intervals.ok()) return Understood(guide::kQueueMetrics, intervals.status());
    std::erase_if(*intervals, [&](const model::QueueInterval& interval) {
      return interval.start < reading.from || interval.start >= reading.to;
    });
    // Quiet intervals come as zeros, and only those before the centre's first call are left out: a
    // gap is something that was not seen.
    const bool whole =
        intervals->empty() || intervals->back().start - intervals->front().start ==
                                  kIntervalLength * (static_cast<int64_t>(intervals->size()) - 1);
    std::move(intervals->begin(), intervals->end(), std::back_inserter(reading.intervals));
    ++reading.counts.expected;
    reading.counts.seen += whole ? 1 : 0;
  }
  return reading;
}

absl::StatusOr<AgentWorkReading> GuideReader::ReadAgentWork(std::span<const std::string> queue_ids,
                                                            const CallLimits& limits) {
  EVENKEEL_ASSIGN_OR_RETURN(const http::Response response,
                            api_.Call(guide::kUsersRealtime, kWorkRequest, limits));
  auto answer = guide::ParseUsersRealtime(response.body);
  if (!answer.ok()) return Understood(guide::kUsersRealtime, answer.status());
  if (answer->to > clock_.Now() + kIntervalLength) {
    return Understood(guide::kUsersRealtime,
                      absl::InvalidArgumentError("$.timestamp: lies in the future"));
  }
  AgentWorkReading reading;
  reading.from = answer->from;
  reading.to = answer->to;
  reading.counts = {static_cast<int64_t>(queue_ids.size()), static_cast<int64_t>(queue_ids.size()),
                    1};
  const std::set<std::string> wanted(queue_ids.begin(), queue_ids.end());
  for (model::AgentWork& work : answer->work) {
    if (wanted.contains(work.queue_id)) reading.work.push_back(std::move(work));
  }
  std::sort(reading.work.begin(), reading.work.end(), [](const auto& a, const auto& b) {
    return std::tie(a.agent_id, a.queue_id) < std::tie(b.agent_id, b.queue_id);
  });
  return reading;
}

bool GuideReader::Has(model::Section section) const {
  return section <= model::Section::kAgentWork || section == model::Section::kCampaigns ||
         section == model::Section::kCampaignCalls;
}

absl::StatusOr<CampaignsReading> GuideReader::ReadCampaigns(
    std::span<const std::string> campaign_ids, const CallLimits& limits) {
  CampaignsReading reading;
  for (const std::string& id : std::set<std::string>(campaign_ids.begin(), campaign_ids.end())) {
    const auto response = api_.Call(guide::kCampaign, {{{"campaignId", id}}, {}, ""}, limits);
    ++reading.counts.requests;
    if (absl::IsNotFound(response.status())) {
      reading.gone.push_back(id);
      continue;
    }
    if (!response.ok()) return response.status();
    auto campaign = guide::ParseCampaign(response->body);
    if (!campaign.ok()) return Understood(guide::kCampaign, campaign.status());
    if (campaign->id != id) {
      return Understood(guide::kCampaign,
                        absl::InvalidArgumentError("$.id: is another campaign than was asked for"));
    }
    reading.campaigns.push_back(*std::move(campaign));
  }
  reading.counts.expected = reading.counts.seen = static_cast<int64_t>(reading.campaigns.size());
  return reading;
}

absl::StatusOr<CampaignCallsReading> GuideReader::ReadCampaignCalls(
    std::span<const std::string> campaign_ids, const CallLimits& limits) {
  CampaignCallsReading reading;
  const absl::Time from = clock_.Now() - kCampaignCallsWindow;
  const ApiRequest last = {
      {}, {{"limit", absl::StrCat(kCampaignCalls)}, {"sort_by", "created_time:desc"}}, ""};
  for (const std::string& id : std::set<std::string>(campaign_ids.begin(), campaign_ids.end())) {
    ApiRequest request = last;
    request.path = {{"campaignId", id}};
    const auto response = api_.Call(guide::kCampaignCalls, request, limits);
    ++reading.counts.requests;
    if (absl::IsNotFound(response.status())) continue;  // ReadCampaigns says that it is gone
    if (!response.ok()) return response.status();
    std::vector<model::CampaignCall> calls;
    EVENKEEL_RETURN_IF_ERROR(
        Understood(guide::kCampaignCalls, guide::ParseCampaignCalls(response->body, id, calls)));
    AddLastCalls(std::move(calls), from, reading.calls);
    ++reading.counts.seen;
  }
  reading.counts.expected = reading.counts.seen;
  return reading;
}

std::vector<Probe> GuideReader::Probes(std::span<const std::string> queue_ids,
                                       const OptionalReads& optional) const {
  std::vector<Probe> probes = {
      {&guide::kUsers,
       {{}, {{"page_size", "1"}}, ""},
       {"capacity", "fairness"},
       [](std::string_view body) {
         std::map<std::string, model::Agent> out;
         return guide::ParseUsers(body, out).status();
       }},
      {&guide::kUserStates,
       {},
       {"capacity", "fairness"},
       [](std::string_view body) {
         std::map<std::string, model::AgentState> out;
         return guide::ParseStates(body, out);
       }},
      {&guide::kUsersRealtime,
       kWorkRequest,
       {"fairness"},
       [](std::string_view body) { return guide::ParseUsersRealtime(body).status(); }},
  };
  if (!optional.campaign_ids.empty()) {
    const std::string& id = optional.campaign_ids[0];
    probes.push_back(
        {&guide::kCampaign, {{{"campaignId", id}}, {}, ""}, {"dialler"}, [](std::string_view body) {
           return guide::ParseCampaign(body).status();
         }});
    probes.push_back({&guide::kCampaignCalls,
                      {{{"campaignId", id}}, {{"limit", "1"}}, ""},
                      {"dialler"},
                      [id](std::string_view body) {
                        std::vector<model::CampaignCall> out;
                        return guide::ParseCampaignCalls(body, id, out);
                      }});
  }
  if (queue_ids.empty()) return probes;
  const Parameters one = {{"queueId", queue_ids[0]}};
  probes.push_back(
      {&guide::kQueue, {one, {}, ""}, {"capacity", "fairness"}, [](std::string_view body) {
         return guide::ParseQueue(body).status();
       }});
  probes.push_back(
      {&guide::kQueuesRealtime, {{}, one, ""}, {"capacity"}, [](std::string_view body) {
         std::map<std::string, model::QueueLive> out;
         return guide::ParseRealtime(body, out);
       }});
  probes.push_back({&guide::kQueueMetrics,
                    {one, {}, ""},
                    {"capacity"},
                    [id = queue_ids[0]](std::string_view body) {
                      return guide::ParseMetrics(body, id).status();
                    }});
  return probes;
}

}  // namespace evenkeel::genesys
