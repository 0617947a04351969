// Guide 2: a campaign's dial ratio and its recent calls.
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/guide.h"

namespace evenkeel::sim {
namespace {

constexpr double kLeastRatio = 0.1;
constexpr double kMostRatio = 5;

HttpAnswer CampaignAnswer(Api& api, int index) {
  const Campaign& campaign = api.scenario().campaigns[index];
  const CampaignState state = api.engine().GetCampaign(index);
  const bool complete = state.contacts == 0;
  json::Writer writer;
  writer.BeginObject()
      .Field("id", campaign.id)
      .Field("name", campaign.name)
      .Field("predictive_dial_enabled", campaign.mode == DialMode::kPredictive)
      .Field("predictive_dial_ratio", state.calls_per_agent)
      .Field("state", complete ? "complete" : (state.running ? "running" : "stopped"))
      .Field("updated_time", api.guide().campaigns[index].updated)
      .EndObject();
  return JsonAnswer(std::move(writer));
}

const char* Disposition(Outcome outcome) {
  switch (outcome) {
    case Outcome::kHandled:
      return "connected";
    case Outcome::kAbandoned:
    case Outcome::kDisconnected:
      return "abandoned";
    case Outcome::kBlocked:
    case Outcome::kBusy:
      return "busy";
    case Outcome::kMachine:
      return "machine";
    case Outcome::kNoAnswer:
      break;
  }
  return "no_answer";
}

void WriteCall(Api& api, const Campaign& campaign, const Contact& call, json::Writer& writer) {
  const bool connected = call.outcome == Outcome::kHandled;
  writer.BeginObject()
      .Field("id", absl::StrCat(campaign.id, "-", call.number))
      .Field("campaign_id", campaign.id)
      .Field("disposition", Disposition(call.outcome))
      .Field("wrap_up_time", connected ? call.after_call_seconds : 0.0)
      .Field("created_time", api.engine().start() + absl::Microseconds(call.begun))
      .Field("outcome", connected ? "completed" : "failed")
      .EndObject();
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
    return ReadObject(root, {{"predictive_dial_ratio", true, Into(ratio)}});
  }));
  Violations violations;
  if (!(ratio >= kLeastRatio && ratio <= kMostRatio)) {
    violations.Add("$.predictive_dial_ratio", "must be 0.1 to 5");
  }
  const CampaignState state = api.engine().GetCampaign(campaign);
  if (!state.running || state.contacts == 0) violations.Add("$", "the campaign is not running");
  if (api.scenario().campaigns[campaign].mode != DialMode::kPredictive) {
    violations.Add("$", "the campaign's predictive_dial_enabled is false");
  }
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  GuideState::Campaign& kept = api.guide().campaigns[campaign];
  const absl::Time now = api.clock().Now();
  EVENKEEL_RETURN_IF_ERROR(GuideState::CheckConflict(kept.writes, now, "campaign"));
  api.guide().NoteWrite(kept.writes, now);
  kept.updated = now;
  api.engine().SetCallsPerAgent(campaign, ratio);
  return CampaignAnswer(api, campaign);
}

absl::StatusOr<HttpAnswer> GuideGetCampaignCalls(Api& api, ApiCall& call) {
  const auto limit = static_cast<size_t>(call.parameters.Int("limit", 100, 1, 1000));
  const bool descending =
      call.parameters.Choice("sort_by", "created_time:desc",
                             {"created_time:desc", "created_time:asc"}) == "created_time:desc";
  const std::string token = call.parameters.Text("continuation_token");
  // A token names the last call of the page before: calls are numbered as they are dialled.
  uint64_t last = 0;
  if (!token.empty() &&
      (!token.starts_with("after-") || !absl::SimpleAtoi(token.substr(6), &last))) {
    call.parameters.AddViolation("continuation_token", "is none of ours");
  }
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int index, api.FindCampaign(call.path[0]));

  int64_t total = 0;
  std::vector<const Contact*> calls;
  for (const Contact& contact : api.records().contacts()) {
    if (contact.campaign != index) continue;
    ++total;
    if (token.empty() || (descending ? contact.number < last : contact.number > last)) {
      calls.push_back(&contact);
    }
  }
  std::sort(calls.begin(), calls.end(), [&](const Contact* a, const Contact* b) {
    return descending ? a->number > b->number : a->number < b->number;
  });
  const size_t count = std::min(limit, calls.size());
  json::Writer writer;
  writer.BeginObject().Key("calls").BeginArray();
  for (size_t i = 0; i < count; ++i) {
    WriteCall(api, api.scenario().campaigns[index], *calls[i], writer);
  }
  writer.EndArray().Field("total", total);
  if (count < calls.size()) {
    writer.Field("continuation_token", absl::StrCat("after-", calls[count - 1]->number));
  }
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
