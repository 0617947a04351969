// What PlatformReader reads only where it is asked for: campaigns, schedules, work by channel,
// presences.
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "common/genesys/outbound_parse.h"
#include "common/genesys/platform_queries.h"
#include "common/genesys/platform_reader.h"
#include "common/genesys/workforce_parse.h"
#include "common/json/writer.h"

namespace evenkeel::genesys {
namespace {

// The last that ended, so that one page holds them. By their begin it would hold too many short
// ones: of the calls of the last minutes the long ones still go on.
std::string DetailsQuery(const std::string& campaign_id, absl::Time from, absl::Time to,
                         int page_size) {
  json::Writer writer;
  writer.BeginObject()
      .Field("interval", Interval(from, to))
      .Field("order", "desc")
      .Field("orderBy", "conversationEnd")
      .Key("paging")
      .BeginObject()
      .Field("pageSize", page_size)
      .Field("pageNumber", 1)
      .EndObject();
  const auto filter = [&](const char* filters, const char* dimension, const char* op) {
    writer.Key(filters)
        .BeginArray()
        .BeginObject()
        .Field("type", "and")
        .Key("predicates")
        .BeginArray()
        .BeginObject()
        .Field("type", "dimension")
        .Field("dimension", dimension)
        .Field("operator", op);
  };
  const auto end = [&] { writer.EndObject().EndArray().EndObject().EndArray(); };
  filter("conversationFilters", "conversationEnd", "exists");
  end();
  filter("segmentFilters", "outboundCampaignId", "matches");
  writer.Field("value", campaign_id);
  end();
  return writer.EndObject().Take();
}

std::string ChannelQuery(std::span<const std::string> queue_ids, absl::Time from, absl::Time to) {
  json::Writer writer;
  writer.BeginObject().Field("interval", Interval(from, to));
  WriteStrings(writer, "groupBy", {"userId", "queueId", "mediaType"});
  WriteQueueFilter(writer, queue_ids);
  WriteStrings(writer, "metrics", {"tHandle"});
  return writer.EndObject().Take();
}

Parameters Ids(const char* name, std::span<const std::string> ids) {
  Parameters parameters;
  for (const std::string& id : ids) parameters.emplace_back(name, id);
  return parameters;
}

bool Runs(const model::Campaign& campaign) {
  return campaign.status == model::CampaignStatus::kOn ||
         campaign.status == model::CampaignStatus::kStopping;
}

}  // namespace

bool PlatformReader::Has(model::Section section) const {
  return section != model::Section::kEstimates;
}

absl::StatusOr<CampaignsReading> PlatformReader::ReadCampaigns(
    std::span<const std::string> campaign_ids, const CallLimits& limits) {
  CampaignsReading reading;
  int64_t missing = 0;
  std::map<std::string, model::Campaign> found;
  for (const auto batch : Batches(campaign_ids)) {
    ApiRequest request = {{}, Ids("id", batch), ""};
    request.query.emplace_back("pageSize", kPageSize);
    std::map<std::string, model::Campaign> in_batch;
    const auto take = [&](std::string_view body) -> absl::StatusOr<PageInfo> {
      auto info = platform::ParseCampaigns(body, in_batch);
      if (!info.ok()) return Understood(platform::kCampaigns, info.status());
      return info;
    };
    EVENKEEL_ASSIGN_OR_RETURN(const Listing listing, ReadWhole(in_batch, std::nullopt, [&] {
                                return ReadPages(api_, platform::kCampaigns, request,
                                                 PagingStyle::kPageNumber, limits, take);
                              }));
    reading.counts.requests += listing.requests;
    missing += listing.missing;
    found.merge(in_batch);
  }
  int running = 0, without_stats = 0;
  absl::Status failure;  // the first of the running campaigns'
  for (const std::string& id : std::set<std::string>(campaign_ids.begin(), campaign_ids.end())) {
    const auto it = found.find(id);
    if (it == found.end()) {
      reading.gone.push_back(id);
      continue;
    }
    model::Campaign& campaign = it->second;
    if (Runs(campaign)) {
      const absl::Status status = ReadStats(campaign, limits);
      ++reading.counts.requests;
      ++running;
      if (absl::IsCancelled(status)) return status;
      without_stats += status.ok() ? 0 : 1;
      failure.Update(status);
    }
    reading.campaigns.push_back(std::move(campaign));
  }
  // One campaign's failure is not the others'; where every one fails it is the reading's.
  if (running > 0 && without_stats == running) return failure;
  reading.counts.seen = static_cast<int64_t>(reading.campaigns.size()) - without_stats;
  reading.counts.expected = static_cast<int64_t>(reading.campaigns.size()) + missing;
  return reading;
}

absl::Status PlatformReader::ReadStats(model::Campaign& campaign, const CallLimits& limits) {
  const auto response =
      api_.Call(platform::kCampaignStats, {{{"campaignId", campaign.id}}, {}, ""}, limits);
  if (absl::IsNotFound(response.status())) return absl::OkStatus();  // none yet
  if (!response.ok()) return response.status();
  auto stats = platform::ParseCampaignStats(response->body);
  if (!stats.ok()) return Understood(platform::kCampaignStats, stats.status());
  campaign.stats = *stats;
  return absl::OkStatus();
}

absl::StatusOr<CampaignCallsReading> PlatformReader::ReadCampaignCalls(
    std::span<const std::string> campaign_ids, const CallLimits& limits) {
  CampaignCallsReading reading;
  const absl::Time to = clock_.Now(), from = to - kCampaignCallsWindow;
  for (const std::string& id : std::set<std::string>(campaign_ids.begin(), campaign_ids.end())) {
    EVENKEEL_ASSIGN_OR_RETURN(
        const http::Response response,
        api_.Call(platform::kConversationDetails,
                  {{}, {}, DetailsQuery(id, from, to, kCampaignCalls)}, limits));
    ++reading.counts.requests;
    std::vector<model::CampaignCall> calls;
    EVENKEEL_RETURN_IF_ERROR(Understood(platform::kConversationDetails,
                                        platform::ParseCampaignCalls(response.body, id, calls)));
    AddLastCalls(std::move(calls), from, reading.calls);
    ++reading.counts.seen;
  }
  reading.counts.expected = reading.counts.seen;
  return reading;
}

absl::StatusOr<AdherenceReading> PlatformReader::ReadAdherence(
    std::span<const std::string> agent_ids, const CallLimits& limits) {
  AdherenceReading reading;
  std::map<std::string, model::Adherence> found;
  for (const auto batch : Batches(agent_ids)) {
    EVENKEEL_ASSIGN_OR_RETURN(
        const http::Response response,
        api_.Call(platform::kAdherence, {{}, Ids("userId", batch), ""}, limits));
    ++reading.counts.requests;
    EVENKEEL_RETURN_IF_ERROR(
        Understood(platform::kAdherence, platform::ParseAdherence(response.body, found)));
  }
  const std::set<std::string> wanted(agent_ids.begin(), agent_ids.end());
  for (auto& [id, adherence] : found) {
    if (wanted.contains(id)) reading.adherence.push_back(std::move(adherence));
  }
  reading.counts.expected = static_cast<int64_t>(wanted.size());
  reading.counts.seen = static_cast<int64_t>(reading.adherence.size());
  return reading;
}

absl::StatusOr<ChannelWorkReading> PlatformReader::ReadChannelWork(
    std::span<const std::string> queue_ids, absl::TimeZone zone, const CallLimits& limits) {
  ChannelWorkReading reading;
  const absl::Time now = clock_.Now();
  const absl::CivilDay today = absl::ToCivilDay(now, zone);
  // Each day is a question of its own: what a granularity of a day means where the clock changes is
  // nowhere said.
  for (int ago = kChannelWorkDays - 1; ago >= 0; --ago) {
    const absl::Time from = absl::FromCivil(today - ago, zone);
    const absl::Time end = absl::FromCivil(today - ago + 1, zone);
    const absl::Time to = std::min(end, std::max(now, from + absl::Milliseconds(1)));
    const size_t first = reading.work.size();
    for (const auto batch : Batches(queue_ids)) {
      EVENKEEL_ASSIGN_OR_RETURN(const http::Response response,
                                api_.Call(platform::kConversationAggregates,
                                          {{}, {}, ChannelQuery(batch, from, to)}, limits));
      ++reading.counts.requests;
      EVENKEEL_RETURN_IF_ERROR(
          Understood(platform::kConversationAggregates,
                     platform::ParseChannelAggregates(response.body, reading.work)));
    }
    for (size_t i = first; i < reading.work.size(); ++i) {
      if (reading.work[i].start < from || reading.work[i].start >= to) {
        return Understood(platform::kConversationAggregates,
                          absl::InvalidArgumentError(
                              "$.results: an interval is of another day than was asked for"));
      }
      reading.work[i].start = from;
      reading.work[i].length = end - from;
    }
  }
  const auto key = [](const model::ChannelWork& e) {
    return std::tie(e.agent_id, e.queue_id, e.media, e.start);
  };
  std::sort(reading.work.begin(), reading.work.end(),
            [&](const auto& a, const auto& b) { return key(a) < key(b); });
  std::vector<model::ChannelWork> merged;
  for (model::ChannelWork& entry : reading.work) {
    if (merged.empty() || key(merged.back()) != key(entry)) {
      merged.push_back(std::move(entry));
    } else if (entry.media == model::Media::kUnknown) {
      // Kinds of contact that we have no name for come together.
      merged.back().handled += entry.handled;
      merged.back().handle_total += entry.handle_total;
    } else {
      return Understood(platform::kConversationAggregates,
                        absl::InvalidArgumentError(
                            absl::StrCat("$.results: agent ", entry.agent_id, " and queue ",
                                         entry.queue_id, " come twice with one media in one day")));
    }
  }
  reading.work = std::move(merged);
  reading.counts.expected = reading.counts.seen = static_cast<int64_t>(queue_ids.size());
  return reading;
}

absl::StatusOr<PresencesReading> PlatformReader::ReadPresences(const CallLimits& limits) {
  PresencesReading reading;
  EVENKEEL_ASSIGN_OR_RETURN(const http::Response response,
                            api_.Call(platform::kPresences, {}, limits));
  std::map<std::string, model::PresenceDefinition> found;
  const auto info = platform::ParsePresences(response.body, found);
  if (!info.ok()) return Understood(platform::kPresences, info.status());
  for (auto& [id, presence] : found) reading.presences.push_back(std::move(presence));
  reading.counts.requests = 1;
  reading.counts.seen = static_cast<int64_t>(reading.presences.size());
  reading.counts.expected = std::max(reading.counts.seen, info->total.value_or(0));
  return reading;
}

void PlatformReader::AddOptionalProbes(std::span<const std::string> queue_ids,
                                       const OptionalReads& optional,
                                       std::vector<Probe>& probes) const {
  const absl::Time now = clock_.Now();
  if (!optional.campaign_ids.empty()) {
    const std::string& id = optional.campaign_ids[0];
    probes.push_back({&platform::kCampaigns,
                      {{}, {{"id", id}, {"pageSize", "1"}}, ""},
                      {"dialler"},
                      Into<std::map<std::string, model::Campaign>>(platform::ParseCampaigns)});
    probes.push_back(
        {&platform::kCampaignStats,
         {{{"campaignId", id}}, {}, ""},
         {"dialler"},
         [](std::string_view body) { return platform::ParseCampaignStats(body).status(); },
         /*may_be_absent=*/true});
    const absl::Time from = now - kCampaignCallsWindow;
    probes.push_back({&platform::kConversationDetails,
                      {{}, {}, DetailsQuery(id, from, now, 1)},
                      {"dialler"},
                      [id](std::string_view body) {
                        std::vector<model::CampaignCall> out;
                        return platform::ParseCampaignCalls(body, id, out);
                      }});
  }
  if (optional.adherence && !optional.agent_ids.empty()) {
    probes.push_back({&platform::kAdherence,
                      {{}, {{"userId", optional.agent_ids[0]}}, ""},
                      {"fairness"},
                      [](std::string_view body) {
                        std::map<std::string, model::Adherence> out;
                        return platform::ParseAdherence(body, out);
                      }});
  }
  if (optional.channel_work && !queue_ids.empty()) {
    probes.push_back({&platform::kConversationAggregates,
                      {{}, {}, ChannelQuery(queue_ids.first(1), now - absl::Hours(1), now)},
                      {"leaderboard"},
                      [](std::string_view body) {
                        std::vector<model::ChannelWork> out;
                        return platform::ParseChannelAggregates(body, out);
                      }});
  }
  if (optional.presences) {
    probes.push_back(
        {&platform::kPresences,
         {},
         {"fairness"},
         Into<std::map<std::string, model::PresenceDefinition>>(platform::ParsePresences)});
  }
}

}  // namespace evenkeel::genesys
