#include "common/genesys/centre_reader.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>
#include <tuple>

namespace evenkeel::genesys {
namespace {

absl::Status HasNone(const char* what) {
  return absl::UnimplementedError(absl::StrCat("this dialect of the API has no ", what));
}

}  // namespace

absl::StatusOr<CampaignsReading> CentreReader::ReadCampaigns(std::span<const std::string>,
                                                             const CallLimits&) {
  return HasNone("campaigns");
}
absl::StatusOr<CampaignCallsReading> CentreReader::ReadCampaignCalls(std::span<const std::string>,
                                                                     const CallLimits&) {
  return HasNone("calls of campaigns");
}
absl::StatusOr<AdherenceReading> CentreReader::ReadAdherence(std::span<const std::string>,
                                                             const CallLimits&) {
  return HasNone("schedules");
}
absl::StatusOr<ChannelWorkReading> CentreReader::ReadChannelWork(std::span<const std::string>,
                                                                 absl::TimeZone,
                                                                 const CallLimits&) {
  return HasNone("work by agent and channel");
}
absl::StatusOr<PresencesReading> CentreReader::ReadPresences(const CallLimits&) {
  return HasNone("presence definitions");
}

void AddLastCalls(std::vector<model::CampaignCall> calls, absl::Time from,
                  std::vector<model::CampaignCall>& out) {
  const auto key = [](const model::CampaignCall& e) { return std::tie(e.created_at, e.id); };
  std::erase_if(calls, [&](const auto& call) { return call.created_at < from; });
  std::stable_sort(calls.begin(), calls.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  calls.erase(std::unique(calls.begin(), calls.end(),
                          [&](const auto& a, const auto& b) { return key(a) == key(b); }),
              calls.end());
  const auto kept = std::min<ptrdiff_t>(std::ssize(calls), kCampaignCalls);
  std::move(calls.end() - kept, calls.end(), std::back_inserter(out));
}

}  // namespace evenkeel::genesys
