// The guide dialect's outbound campaigns (guide 2).
#include <absl/strings/str_cat.h>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/guide.h"

namespace evenkeel::sim {
namespace {

constexpr double kLeastRatio = 0.1, kMostRatio = 5.0;

HttpAnswer CampaignAnswer(Api& api, int index) {
  const Campaign& campaign = api.scenario().campaigns[index];
  const CampaignState state = api.engine().GetCampaign(index);
  const auto updated = api.guide().campaigns_updated.find(index);
  json::Writer writer;
  writer.BeginObject()
      .Field("id", campaign.id)
      .Field("name", campaign.name)
      .Field("predictive_dial_ratio", state.calls_per_agent)
      .Field("state", state.running ? "running" : "stopped")
      .Field("updated_time",
             updated == api.guide().campaigns_updated.end() ? api.options().epoch : updated->second)
      .EndObject();
  return JsonAnswer(std::move(writer));
}

const char* Disposition(Outcome outcome) {
  switch (outcome) {
    case Outcome::kHandled:
      return "connected";
    case Outcome::kBusy:
      return "busy";
    case Outcome::kMachine:
      return "machine";
    case Outcome::kNoAnswer:
      return "no_answer";
    default:
      return "abandoned";
  }
}

}  // namespace

absl::StatusOr<HttpAnswer> GuideGetCampaign(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int campaign, api.FindCampaign(call.path[0]));
  return CampaignAnswer(api, campaign);
}

absl::StatusOr<HttpAnswer> GuidePutCampaign(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int campaign, api.FindCampaign(call.path[0]));
  double ratio = 0;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(reader.Parse(call.request.body, [&](json::Value root) {
    return ReadObject(root,
                      {{"predictive_dial_ratio", true, [&](json::Value value) -> absl::Status {
                          EVENKEEL_RETURN_IF_ERROR(value.Read(ratio));
                          return ratio >= kLeastRatio && ratio <= kMostRatio
                                     ? absl::OkStatus()
                                     : value.Error("must be 0.1 to 5.0");
                        }}});
  }));
  if (!api.engine().GetCampaign(campaign).running) {
    Violations violations;
    violations.Add("$.predictive_dial_ratio", "the campaign is not running");
    return violations.ToStatus();
  }
  api.engine().SetCallsPerAgent(campaign, ratio);
  api.guide().campaigns_updated[campaign] = api.clock().Now();
  return CampaignAnswer(api, campaign);
}

absl::StatusOr<HttpAnswer> GuideGetCalls(Api& api, ApiCall& call) {
  const auto limit = static_cast<size_t>(call.parameters.Int("limit", 100, 1, 1000));
  const bool newest_first =
      call.parameters.Choice("sort_by", "created_time:desc",
                             {"created_time:desc", "created_time:asc"}) == "created_time:desc";
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int campaign, api.FindCampaign(call.path[0]));
  // Calls end in another order than they were made.
  std::vector<const Contact*> calls;
  for (const Contact& contact : api.records().contacts()) {
    if (contact.campaign == campaign) calls.push_back(&contact);
  }
  std::sort(calls.begin(), calls.end(), [&](const Contact* a, const Contact* b) {
    const auto key = [](const Contact* call) { return std::pair(call->begun, call->number); };
    return newest_first ? key(b) < key(a) : key(a) < key(b);
  });
  json::Writer writer;
  writer.BeginObject().Key("calls").BeginArray();
  for (size_t i = 0; i < calls.size() && i < limit; ++i) {
    const Contact& contact = *calls[i];
    const bool connected = contact.outcome == Outcome::kHandled;
    writer.BeginObject()
        .Field("id", absl::StrCat("call-", call.path[0], "-", contact.number))
        .Field("campaign_id", call.path[0])
        .Field("disposition", Disposition(contact.outcome))
        .Field("wrap_up_time", connected ? contact.after_call_seconds : 0.0)
        .Field("created_time", api.engine().start() + absl::Microseconds(contact.begun))
        .Field("outcome", connected ? "completed" : "failed")
        .EndObject();
  }
  writer.EndArray().Field("total", calls.size()).EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
