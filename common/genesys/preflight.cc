#include "common/genesys/preflight.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <set>

#include "common/base/error_details.h"
#include "common/genesys/guide_reader.h"
#include "common/genesys/platform_reader.h"

namespace evenkeel::genesys {
namespace {

// The API's Date has whole seconds, and the answer took its time.
constexpr absl::Duration kClockTolerance = absl::Seconds(5);
constexpr char kPinRefusal[] = "WRONG_ORGANISATION";

std::optional<absl::Duration> ClockAhead(const http::Response& response, const Clock& clock) {
  // A clock that runs at another rate than the API's server has nothing to compare.
  if (clock.factor() != 1.0) return std::nullopt;
  absl::Time date;
  std::string problem;
  if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", std::string(response.Header("Date")), &date,
                       &problem)) {
    return std::nullopt;
  }
  return clock.Now() - date;
}

absl::Status PinRefusal(std::string message) {
  return RefusalStatus(absl::StatusCode::kInvalidArgument, std::move(message), {kPinRefusal, {}});
}

absl::Status CheckPins(const platform::Organisation& organisation, const Pins& pins) {
  for (const auto& [what, pinned, found] :
       {std::tuple("id", &pins.organisation_id, &organisation.id),
        std::tuple("name", &pins.organisation_name, &organisation.name)}) {
    if (!pinned->empty() && *pinned != *found) {
      return PinRefusal(
          absl::StrCat("centre.organisation_", what, " is \"", *pinned,
                       "\", but these credentials belong to the organisation with the ", what,
                       " \"", *found, "\""));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::unique_ptr<CentreReader> MakeCentreReader(Client& client, const Clock& clock) {
  if (client.dialect() == Dialect::kGuide) {
    return std::make_unique<GuideReader>(client.api(), clock);
  }
  return std::make_unique<PlatformReader>(client.api(), clock);
}

absl::StatusOr<Identity> CheckIdentity(Client& client, const Pins& pins, const Clock& clock,
                                       const CallLimits& limits) {
  if (client.dialect() == Dialect::kGuide) {
    if (!pins.empty()) {
      return PinRefusal(
          "centre.organisation_id and organisation_name cannot be checked: the guide dialect does "
          "not tell the organisation; remove them or use the platform dialect");
    }
    EVENKEEL_RETURN_IF_ERROR(client.tokens().Get(limits.timeout).status());
    return Identity();
  }
  EVENKEEL_ASSIGN_OR_RETURN(const http::Response response,
                            client.api().Call(platform::kTokensMe, {}, limits));
  auto organisation = platform::ParseTokensMe(response.body);
  if (!organisation.ok()) return Understood(platform::kTokensMe, organisation.status());
  EVENKEEL_RETURN_IF_ERROR(CheckPins(*organisation, pins));
  return Identity{*std::move(organisation), ClockAhead(response, clock)};
}

bool IsPinRefusal(const absl::Status& status) {
  const auto refusal = GetRefusal(status);
  return refusal && refusal->reason == kPinRefusal;
}

bool PreflightReport::ok() const {
  return identity_status.ok() && queues_status.ok() && campaigns_status.ok() && gone.empty() &&
         gone_campaigns.empty() &&
         std::all_of(probes.begin(), probes.end(),
                     [](const ProbeResult& probe) { return probe.status.ok(); });
}

std::vector<std::string> PreflightReport::MissingPermissions(const std::string& loop) const {
  std::set<std::string> missing;
  for (const ProbeResult& probe : probes) {
    if (absl::IsPermissionDenied(probe.status) && probe.operation->permission[0] != '\0' &&
        std::find(probe.loops.begin(), probe.loops.end(), loop) != probe.loops.end()) {
      missing.insert(probe.operation->permission);
    }
  }
  return {missing.begin(), missing.end()};
}

PreflightReport RunPreflight(Client& client, CentreReader& reader, const Pins& pins,
                             std::span<const std::string> queue_ids, const Clock& clock,
                             const CallLimits& limits, OptionalReads optional) {
  PreflightReport report;
  auto identity = CheckIdentity(client, pins, clock, limits);
  report.identity_status = identity.status();
  // Without a token, or as the wrong client, nothing more is to be learnt.
  if (!identity.ok()) return report;
  report.identity = *std::move(identity);
  std::vector<std::string> there(queue_ids.begin(), queue_ids.end());
  if (!there.empty()) {
    auto queues = reader.ReadQueues(queue_ids, limits);
    report.queues_status = queues.status();
    if (queues.ok()) {
      report.gone = std::move(queues->gone);
      report.automated = std::move(queues->automated);
      if (!queues->memberships.empty() && optional.agent_ids.empty()) {
        optional.agent_ids.push_back(queues->memberships[0].agent_id);
      }
    }
  }
  if (!optional.campaign_ids.empty()) {
    auto campaigns = reader.ReadCampaigns(optional.campaign_ids, limits);
    report.campaigns_status = campaigns.status();
    if (campaigns.ok()) report.gone_campaigns = std::move(campaigns->gone);
  }
  // A probe of something that is not there would tell nothing of the operation.
  const auto without = [](std::vector<std::string>& ids, const std::vector<std::string>& gone) {
    std::erase_if(ids, [&](const std::string& id) {
      return std::find(gone.begin(), gone.end(), id) != gone.end();
    });
  };
  without(there, report.gone);
  without(optional.campaign_ids, report.gone_campaigns);
  for (Probe& probe : reader.Probes(there, optional)) {
    const auto response = client.api().Call(*probe.operation, probe.request, limits);
    absl::Status status = response.ok() ? Understood(*probe.operation, probe.parse(response->body))
                                        : response.status();
    if (probe.may_be_absent && absl::IsNotFound(status)) status = absl::OkStatus();
    report.probes.push_back({probe.operation, std::move(probe.loops), std::move(status)});
  }
  report.requests_per_minute = client.pacer().per_minute();
  if (const auto ahead = report.identity.clock_ahead;
      ahead && absl::AbsDuration(*ahead) > kClockTolerance) {
    report.warnings.push_back(
        absl::StrCat("this machine's clock is ", absl::FormatDuration(absl::AbsDuration(*ahead)),
                     *ahead > absl::ZeroDuration() ? " ahead of" : " behind", " the API's"));
  }
  if (there.empty()) {
    report.warnings.emplace_back("the reads of single queues were not tried: the scope has none");
  }
  if (optional.adherence && optional.agent_ids.empty()) {
    report.warnings.emplace_back(
        "the read of adherence was not tried: no member of the scope's queues is known");
  }
  if (!report.automated.empty()) {
    report.warnings.push_back(absl::StrCat(
        "queues with conditional group routing or activation, which moves agents too: ",
        absl::StrJoin(report.automated, ", ")));
  }
  return report;
}

}  // namespace evenkeel::genesys
