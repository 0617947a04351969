#include "common/genesys/platform_reader.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <set>

#include "common/genesys/paging.h"
#include "common/genesys/platform_queries.h"
#include "common/json/writer.h"

namespace evenkeel::genesys {
namespace {

std::string ActivityQuery(std::span<const std::string> queue_ids) {
  json::Writer writer;
  writer.BeginObject().Key("metrics").BeginArray();
  for (const char* metric : {"oUserRoutingStatuses", "oUserPresences"}) {
    writer.BeginObject().Field("metric", metric).Field("details", true).EndObject();
  }
  writer.EndArray();
  WriteStrings(writer, "groupBy", {"queueId"});
  WriteQueueFilter(writer, queue_ids);
  return writer.EndObject().Take();
}

std::string ObservationsQuery(std::span<const std::string> queue_ids) {
  json::Writer writer;
  writer.BeginObject();
  WriteQueueFilter(writer, queue_ids);
  WriteStrings(writer, "metrics", {"oWaiting", "oInteracting", "oLongestWaiting", "oOnQueueUsers"});
  return writer.EndObject().Take();
}

std::string AggregatesQuery(std::span<const std::string> queue_ids, bool by_agent, absl::Time from,
                            absl::Time to) {
  json::Writer writer;
  writer.BeginObject().Field("interval", Interval(from, to)).Field("granularity", "PT5M");
  if (by_agent) {
    WriteStrings(writer, "groupBy", {"userId", "queueId"});
  } else {
    WriteStrings(writer, "groupBy", {"queueId"});
  }
  WriteQueueFilter(writer, queue_ids);
  if (by_agent) {
    WriteStrings(writer, "metrics", {"tTalk", "tHeld", "tAcw", "tHandle"});
  } else {
    WriteStrings(writer, "metrics", {"nOffered", "tAnswered", "tAbandon", "tHandle"});
  }
  return writer.EndObject().Take();
}

}  // namespace

absl::StatusOr<Paged> ReadQueueMembers(ApiClient& api, const std::string& queue_id,
                                       const CallLimits& limits,
                                       std::map<std::string, platform::MemberEntry>& members) {
  return ReadPages(api, platform::kQueueMembers,
                   {{{"queueId", queue_id}}, {{"pageSize", kPageSize}}, ""}, PagingStyle::kNextUri,
                   limits, [&](std::string_view body) -> absl::StatusOr<PageInfo> {
                     auto info = platform::ParseMembers(body, members);
                     if (info.ok()) return info;
                     return Understood(platform::kQueueMembers, info.status());
                   });
}

absl::StatusOr<std::vector<std::string>> ReadJoinedQueues(ApiClient& api,
                                                          const std::string& user_id,
                                                          const CallLimits& limits) {
  std::vector<std::string> queues;
  EVENKEEL_RETURN_IF_ERROR(
      ReadPages(api, platform::kUserQueues,
                {{{"userId", user_id}}, {{"pageSize", kPageSize}, {"joined", "true"}}, ""},
                PagingStyle::kPageNumber, limits,
                [&](std::string_view body) -> absl::StatusOr<PageInfo> {
                  auto info = platform::ParseUserQueues(body, queues);
                  if (info.ok()) return info;
                  return Understood(platform::kUserQueues, info.status());
                })
          .status());
  return queues;
}

absl::StatusOr<RosterReading> PlatformReader::ReadRoster(const CallLimits& limits) {
  const ApiRequest request = {
      {}, {{"pageSize", kPageSize}, {"state", "active"}, {"expand", "skills"}}, ""};
  std::map<std::string, platform::RosterEntry> entries;
  const auto take = [&](std::string_view body) -> absl::StatusOr<PageInfo> {
    auto info = platform::ParseUsers(body, entries);
    if (!info.ok()) return Understood(platform::kUsers, info.status());
    return info;
  };
  EVENKEEL_ASSIGN_OR_RETURN(const Listing listing, ReadWhole(entries, std::nullopt, [&] {
                              return ReadPages(api_, platform::kUsers, request,
                                               PagingStyle::kPageNumber, limits, take);
                            }));
  RosterReading reading;
  for (auto& [id, entry] : entries) {
    if (!entry.active) continue;
    if (entry.skills_known) {
      ++reading.counts.seen;
    } else {
      reading.skills_unknown.insert(id);
    }
    reading.agents.push_back(std::move(entry.agent));
  }
  reading.counts.requests = listing.requests;
  reading.counts.expected = static_cast<int64_t>(reading.agents.size()) + listing.missing;
  return reading;
}

absl::Status PlatformReader::ReadActivity(std::span<const std::string> queue_ids,
                                          const CallLimits& limits,
                                          platform::ActivityByAgent& found, int& requests) {
  bool truncated = false;
  EVENKEEL_ASSIGN_OR_RETURN(
      const Paged paged,
      ReadPages(api_, platform::kRoutingActivity,
                {{}, {{"pageSize", kPageSize}}, ActivityQuery(queue_ids)}, PagingStyle::kUntilEmpty,
                limits, [&](std::string_view body) -> absl::StatusOr<PageInfo> {
                  auto page = platform::ParseActivity(body, found);
                  if (!page.ok()) return Understood(platform::kRoutingActivity, page.status());
                  truncated = truncated || page->truncated;
                  return page->info;
                }));
  requests += paged.requests;
  // Fewer queues at once bring what was left out; what one queue alone leaves out shows as agents
  // without a state.
  if (!truncated || queue_ids.size() == 1) return absl::OkStatus();
  const size_t half = queue_ids.size() / 2;
  EVENKEEL_RETURN_IF_ERROR(ReadActivity(queue_ids.first(half), limits, found, requests));
  return ReadActivity(queue_ids.subspan(half), limits, found, requests);
}

absl::StatusOr<StatesReading> PlatformReader::ReadStates(std::span<const std::string> queue_ids,
                                                         const CallLimits& limits) {
  StatesReading reading;
  platform::ActivityByAgent found;
  for (const auto batch : Batches(queue_ids)) {
    EVENKEEL_RETURN_IF_ERROR(ReadActivity(batch, limits, found, reading.counts.requests));
  }
  for (const auto& [agent, entry] : found) {
    reading.states.push_back(platform::StateOf(agent, entry));
  }
  std::sort(reading.states.begin(), reading.states.end(),
            [](const auto& a, const auto& b) { return a.agent_id < b.agent_id; });
  return reading;
}

absl::StatusOr<QueuesReading> PlatformReader::ReadQueues(std::span<const std::string> queue_ids,
                                                         const CallLimits& limits) {
  QueuesReading reading;
  int64_t missing = 0;
  std::map<std::string, platform::QueueEntry> queues;
  auto batches = Batches(queue_ids);
  if (batches.empty()) batches.push_back({});
  for (const auto batch : batches) {
    ApiRequest request = {{}, {{"pageSize", kPageSize}}, ""};
    for (const std::string& id : batch) request.query.emplace_back("id", id);
    std::map<std::string, platform::QueueEntry> found;
    const auto take = [&](std::string_view body) -> absl::StatusOr<PageInfo> {
      auto info = platform::ParseQueues(body, found);
      if (!info.ok()) return Understood(platform::kQueues, info.status());
      return info;
    };
    EVENKEEL_ASSIGN_OR_RETURN(const Listing listing, ReadWhole(found, std::nullopt, [&] {
                                return ReadPages(api_, platform::kQueues, request,
                                                 PagingStyle::kPageNumber, limits, take);
                              }));
    reading.counts.requests += listing.requests;
    missing += listing.missing;
    queues.merge(found);
  }
  const std::set<std::string> wanted(queue_ids.begin(), queue_ids.end());
  for (const std::string& id : wanted) {
    if (!queues.contains(id)) reading.gone.push_back(id);
  }
  for (auto& [id, entry] : queues) {
    if (!wanted.empty() && !wanted.contains(id)) continue;
    std::map<std::string, platform::MemberEntry> members;
    // The members' own pages give no total.
    const auto listing = ReadWhole(members, entry.member_count, [&, &id = id] {
      return ReadQueueMembers(api_, id, limits, members);
    });
    if (absl::IsNotFound(listing.status())) {
      ++reading.counts.requests;
      reading.gone.push_back(id);  // deleted between the two requests
      continue;
    }
    if (!listing.ok()) return listing.status();
    reading.counts.requests += listing->requests;
    missing += listing->missing;
    for (const auto& [agent, member] : members) {
      reading.memberships.push_back({id, agent, member.joined});
    }
    if (entry.automated) reading.automated.push_back(id);
    reading.queues.push_back(std::move(entry.queue));
  }
  std::sort(reading.gone.begin(), reading.gone.end());
  reading.counts.seen = static_cast<int64_t>(reading.queues.size() + reading.memberships.size());
  reading.counts.expected = reading.counts.seen + missing;
  return reading;
}

absl::StatusOr<LiveReading> PlatformReader::ReadLive(std::span<const std::string> queue_ids,
                                                     const CallLimits& limits) {
  LiveReading reading;
  std::map<std::string, model::QueueLive> queues;
  for (const std::string& id : queue_ids) queues[id].queue_id = id;
  for (const auto batch : Batches(queue_ids)) {
    EVENKEEL_ASSIGN_OR_RETURN(
        const http::Response response,
        api_.Call(platform::kQueueObservations, {{}, {}, ObservationsQuery(batch)}, limits));
    ++reading.counts.requests;
    EVENKEEL_RETURN_IF_ERROR(
        Understood(platform::kQueueObservations,
                   platform::ParseObservations(response.body, clock_.Now(), queues)));
  }
  for (auto& [id, live] : queues) reading.live.push_back(std::move(live));
  // A metric with nothing to report may be left out here, and with it an idle queue: that the
  // answer does not name one says nothing. Whoever was asked for is seen.
  reading.counts.expected = reading.counts.seen = static_cast<int64_t>(reading.live.size());
  return reading;
}

absl::Status PlatformReader::ReadAggregates(
    std::span<const std::string> queue_ids, bool by_agent, const CallLimits& limits,
    const std::function<absl::Status(std::string_view)>& parse, absl::Time& from, absl::Time& to,
    Counts& counts) {
  // Not past the present: an interval that ends in the future is nowhere said to be allowed.
  const absl::Time now = clock_.Now();
  to = IntervalStart(now) + kIntervalLength;
  from = to - kHistoryWindow;
  for (const auto batch : Batches(queue_ids)) {
    const std::string query =
        AggregatesQuery(batch, by_agent, from, std::max(now, from + absl::Milliseconds(1)));
    EVENKEEL_ASSIGN_OR_RETURN(
        const http::Response response,
        api_.Call(platform::kConversationAggregates, {{}, {}, query}, limits));
    ++counts.requests;
    EVENKEEL_RETURN_IF_ERROR(Understood(platform::kConversationAggregates, parse(response.body)));
  }
  // Here too absence is a zero.
  counts.expected = counts.seen = static_cast<int64_t>(queue_ids.size());
  return absl::OkStatus();
}

absl::StatusOr<IntervalsReading> PlatformReader::ReadIntervals(
    std::span<const std::string> queue_ids, const CallLimits& limits) {
  IntervalsReading reading;
  std::map<std::pair<std::string, absl::Time>, model::QueueInterval> found;
  EVENKEEL_RETURN_IF_ERROR(ReadAggregates(
      queue_ids, /*by_agent=*/false, limits,
      [&](std::string_view body) { return platform::ParseQueueAggregates(body, found); },
      reading.from, reading.to, reading.counts));
  // An interval with nothing to report is left out by the API; for us it is a zero that counts.
  for (const std::string& id : std::set<std::string>(queue_ids.begin(), queue_ids.end())) {
    for (absl::Time start = reading.from; start < reading.to; start += kIntervalLength) {
      model::QueueInterval empty;
      empty.queue_id = id;
      empty.start = start;
      empty.length = kIntervalLength;
      const auto it = found.find({id, start});
      reading.intervals.push_back(it == found.end() ? empty : std::move(it->second));
    }
  }
  return reading;
}

absl::StatusOr<AgentWorkReading> PlatformReader::ReadAgentWork(
    std::span<const std::string> queue_ids, const CallLimits& limits) {
  AgentWorkReading reading;
  std::vector<model::AgentWork>& work = reading.work;
  EVENKEEL_RETURN_IF_ERROR(ReadAggregates(
      queue_ids, /*by_agent=*/true, limits,
      [&](std::string_view body) { return platform::ParseAgentAggregates(body, work); },
      reading.from, reading.to, reading.counts));
  std::erase_if(work, [&](const model::AgentWork& entry) {
    return entry.start < reading.from || entry.start >= reading.to;
  });
  const auto key = [](const model::AgentWork& entry) {
    return std::tie(entry.agent_id, entry.queue_id, entry.start);
  };
  std::sort(work.begin(), work.end(),
            [&](const auto& a, const auto& b) { return key(a) < key(b); });
  const auto twice = std::adjacent_find(
      work.begin(), work.end(), [&](const auto& a, const auto& b) { return key(a) == key(b); });
  if (twice != work.end()) {
    return Understood(platform::kConversationAggregates,
                      absl::InvalidArgumentError(
                          absl::StrCat("$.results: agent ", twice->agent_id, " and queue ",
                                       twice->queue_id, " come in the answers to two requests")));
  }
  return reading;
}

std::vector<Probe> PlatformReader::Probes(std::span<const std::string> queue_ids,
                                          const OptionalReads& optional) const {
  const std::vector<std::string> one(queue_ids.begin(),
                                     queue_ids.begin() + std::min<size_t>(1, queue_ids.size()));
  const absl::Time to = IntervalStart(clock_.Now());
  const absl::Time now = clock_.Now();
  std::vector<Probe> probes = {
      {&platform::kUsers,
       {{}, {{"pageSize", "1"}, {"state", "active"}, {"expand", "skills"}}, ""},
       {"capacity"},
       Into<std::map<std::string, platform::RosterEntry>>(platform::ParseUsers)},
      {&platform::kQueues,
       {{}, {{"pageSize", "1"}}, ""},
       {"capacity", "fairness"},
       Into<std::map<std::string, platform::QueueEntry>>(platform::ParseQueues)},
  };
  AddOptionalProbes(one, optional, probes);
  // The rest asks for a queue.
  if (one.empty()) return probes;
  probes.push_back({&platform::kQueueMembers,
                    {{{"queueId", one[0]}}, {{"pageSize", "1"}}, ""},
                    {"capacity", "fairness"},
                    Into<std::map<std::string, platform::MemberEntry>>(platform::ParseMembers)});
  probes.push_back({&platform::kRoutingActivity,
                    {{}, {{"pageSize", "1"}}, ActivityQuery(one)},
                    {"capacity", "fairness"},
                    Into<platform::ActivityByAgent>(platform::ParseActivity)});
  probes.push_back({&platform::kQueueObservations,
                    {{}, {}, ObservationsQuery(one)},
                    {"capacity"},
                    [now, id = one[0]](std::string_view body) {
                      std::map<std::string, model::QueueLive> out = {{id, {}}};
                      return platform::ParseObservations(body, now, out);
                    }});
  probes.push_back({&platform::kConversationAggregates,
                    {{}, {}, AggregatesQuery(one, true, to - kIntervalLength, to)},
                    {"capacity", "fairness"},
                    [](std::string_view body) {
                      std::vector<model::AgentWork> out;
                      return platform::ParseAgentAggregates(body, out);
                    }});
  return probes;
}

}  // namespace evenkeel::genesys
