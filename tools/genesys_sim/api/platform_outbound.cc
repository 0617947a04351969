// Campaigns: their settings, of which the pace has an effect, and how they go.
#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/platform.h"
#include "tools/genesys_sim/api/platform_body.h"
#include "tools/genesys_sim/api/platform_json.h"

namespace evenkeel::sim {
namespace {

constexpr double kMostCallsPerAgent = 15;
constexpr size_t kMostNameLength = 64;

using Kept = PlatformState::Campaign;

void WriteCampaign(Api& api, int index, json::Writer& writer) {
  const Campaign& campaign = api.scenario().campaigns[index];
  const Kept& kept = api.platform().campaigns[index];
  const CampaignState state = api.engine().GetCampaign(index);
  writer.BeginObject()
      .Field("id", campaign.id)
      .Field("dateCreated", api.engine().start())
      .Field("version", kept.version);
  if (kept.modified > absl::InfinitePast()) writer.Field("dateModified", kept.modified);
  kept.properties.WriteMembers(writer);
  const bool complete = state.contacts == 0;
  writer.Field("campaignStatus", complete ? "complete" : (state.running ? "on" : "off"))
      .Field("maxCallsPerAgent", static_cast<int64_t>(state.calls_per_agent))
      .Field("maxCallsPerAgentDecimal", state.calls_per_agent)
      .Key("errors")
      .BeginArray()
      .EndArray()
      .Field("selfUri", absl::StrCat("/api/v2/outbound/campaigns/", campaign.id))
      .EndObject();
}

HttpAnswer CampaignAnswer(Api& api, int campaign) {
  json::Writer writer;
  WriteCampaign(api, campaign, writer);
  return JsonAnswer(std::move(writer));
}

bool NameFits(const std::string& filter_type, const std::string& wanted, const std::string& name) {
  if (filter_type == "Equals") return absl::EqualsIgnoreCase(wanted, name);
  if (filter_type == "Contains") {
    return absl::StrContains(absl::AsciiStrToLower(name), absl::AsciiStrToLower(wanted));
  }
  if (filter_type == "EndsWith") return absl::EndsWithIgnoreCase(name, wanted);
  return absl::StartsWithIgnoreCase(name, wanted);
}

void CheckRange(const Json& body, const char* key, double least, double most,
                Violations& violations) {
  const double value = body[key].number();
  if (body.Has(key) && !(value >= least && value <= most)) {
    violations.Add(absl::StrCat("$.", key), absl::StrCat("must be from ", least, " to ", most));
  }
}

// What a PATCH and a PUT may not do.
void CheckChanges(const Campaign& campaign, Api& api, const Json& body, Violations& violations) {
  const std::string& queue = api.scenario().queues[campaign.queue].id;
  if (body["queue"].Has("id") && body["queue"]["id"].text() != queue) {
    violations.Add("$.queue.id", "moving a campaign to another queue is not simulated");
  }
  CheckRange(body, "abandonRate", 0, 100, violations);
  CheckRange(body, "outboundLineCount", 0, 1e9, violations);
  CheckRange(body, "maxCallsPerAgent", 1, kMostCallsPerAgent, violations);
  CheckRange(body, "maxCallsPerAgentDecimal", 1, kMostCallsPerAgent, violations);
}

// The figures of a campaign.
void WriteProgress(Api& api, int index, json::Writer& writer) {
  const Campaign& campaign = api.scenario().campaigns[index];
  const CampaignState state = api.engine().GetCampaign(index);
  const int64_t called = api.engine().CampaignTotals(index).attempts + state.dialling;
  writer.BeginObject();
  WriteNamed("campaign", campaign.id, api.platform().campaigns[index].properties["name"].text(),
             writer);
  writer.Key("contactList");
  api.platform().campaigns[index].properties["contactList"].Write(writer);
  writer.Field("numberOfContactsCalled", called);
  if (campaign.contacts) {
    writer.Field("totalNumberOfContacts", *campaign.contacts)
        .Field("percentage", *campaign.contacts > 0 ? 100 * called / *campaign.contacts : 100);
  }
  writer.Key("numberOfContactsSkipped").BeginObject().EndObject().EndObject();
}

// Members of the queue who are joined and wait for a contact.
int64_t IdleAgents(Api& api, int queue) {
  int64_t idle = 0;
  for (const int agent : api.engine().Members(queue)) {
    const AgentState state = api.engine().GetAgent(agent);
    if (api.engine().Joined(agent, queue) == true && state.on_queue() && !state.busy()) ++idle;
  }
  return idle;
}

absl::StatusOr<HttpAnswer> SetRunning(Api& api, ApiCall& call, bool running) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int campaign, api.FindCampaign(call.path[0]));
  api.engine().SetRunning(campaign, running);
  ++api.platform().campaigns[campaign].version;
  return EmptyAnswer(204);
}

void Touch(Api& api, Kept& kept) {
  ++kept.version;
  kept.modified = api.engine().now();
}

bool IsReadOnly(std::string_view property) {
  static constexpr std::string_view kReadOnly[] = {
      "id",     "dateCreated",    "dateModified",     "version",
      "errors", "campaignStatus", "maxCallsPerAgent", "maxCallsPerAgentDecimal",
      "selfUri"};
  return std::find(std::begin(kReadOnly), std::end(kReadOnly), property) != std::end(kReadOnly);
}

// Beyond what a PATCH may not do.
void CheckPut(Api& api, int index, const Json& body, Violations& violations) {
  const Json& known = api.platform().campaigns[index].properties;
  CheckChanges(api.scenario().campaigns[index], api, body, violations);
  CheckRange(body, "priority", 1, 5, violations);
  for (const char* key : {"name", "callerName", "callerAddress"}) {
    if (body[key].text().empty()) violations.Add(absl::StrCat("$.", key), "must not be empty");
  }
  if (body["name"].text().size() > kMostNameLength) {
    violations.Add("$.name", "is longer than 64");
  }
  for (const char* key : {"version", "campaignStatus"}) {
    if (!body.Has(key)) violations.Add(absl::StrCat("$.", key), "is missing");
  }
  const std::string& mode = body["dialingMode"].text();
  if (mode != known["dialingMode"].text()) {
    violations.Add("$.dialingMode", "another mode is not simulated");
  }
  if ((mode == "predictive" || mode == "power") && !body.Has("abandonRate")) {
    violations.Add("$.abandonRate", "is missing");
  }
  if (body["contactList"]["id"].text() != known["contactList"]["id"].text()) {
    violations.Add("$.contactList.id", "another list is not simulated");
  }
  if (body["division"].Has("id") &&
      body["division"]["id"].text() != known["division"]["id"].text()) {
    violations.Add("$.division.id", "another division is not simulated");
  }
  if (body["phoneColumns"].items().empty()) violations.Add("$.phoneColumns", "needs at least one");
}

}  // namespace

absl::StatusOr<HttpAnswer> GetCampaigns(Api& api, ApiCall& call) {
  Parameters& parameters = call.parameters;
  const Page page = ReadPage(parameters, 100);
  const std::string filter_type = parameters.Choice(
      "filterType", "Prefix", {"Equals", "Contains", "Prefix", "BeginsWith", "EndsWith"});
  const std::string name = parameters.Text("name");
  const std::vector<std::string> ids = parameters.List("id");
  const std::string list = parameters.Text("contactListId");
  const std::string queue = parameters.Text("distributionQueueId");
  const std::vector<std::string> divisions = parameters.List("divisionId");
  // No campaign has such a thing.
  const bool impossible = !parameters.Text("dncListIds").empty() ||
                          !parameters.Text("edgeGroupId").empty() ||
                          !parameters.Text("callAnalysisResponseSetId").empty();
  parameters.Choice("sortBy", "name", {"name"});
  const bool descending =
      parameters.Choice("sortOrder", "ascending", {"a", "ascending", "descending"}) == "descending";
  EVENKEEL_RETURN_IF_ERROR(parameters.Finish());
  std::vector<int> found;
  for (size_t c = 0; c < api.scenario().campaigns.size() && !impossible; ++c) {
    const Campaign& campaign = api.scenario().campaigns[c];
    const Json& properties = api.platform().campaigns[c].properties;
    if (!ids.empty() && !IsIn(ids, campaign.id)) continue;
    if (!queue.empty() && api.scenario().queues[campaign.queue].id != queue) continue;
    if (!list.empty() && properties["contactList"]["id"].text() != list) continue;
    if (!divisions.empty() && !IsIn(divisions, properties["division"]["id"].text())) continue;
    if (NameFits(filter_type, name, properties["name"].text()))
      found.push_back(static_cast<int>(c));
  }
  std::stable_sort(found.begin(), found.end(), [&](int a, int b) {
    const std::vector<Kept>& kept = api.platform().campaigns;
    return kept[a].properties["name"].text() < kept[b].properties["name"].text();
  });
  if (descending) std::reverse(found.begin(), found.end());
  return Listing(call, page, found,
                 [&](int campaign, json::Writer& writer) { WriteCampaign(api, campaign, writer); });
}

absl::StatusOr<HttpAnswer> GetCampaign(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int campaign, api.FindCampaign(call.path[0]));
  return CampaignAnswer(api, campaign);
}

absl::StatusOr<HttpAnswer> PatchCampaign(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int campaign, api.FindCampaign(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  Violations violations;
  CheckChanges(api.scenario().campaigns[campaign], api, body, violations);
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  Kept& kept = api.platform().campaigns[campaign];
  for (const char* key : {"outboundLineCount", "abandonRate", "dynamicLineBalancingSettings"}) {
    if (body.Has(key)) kept.properties.Set(key, body[key]);
  }
  if (body.Has("maxCallsPerAgent")) {
    api.engine().SetCallsPerAgent(campaign, body["maxCallsPerAgent"].number());
  }
  Touch(api, kept);
  return EmptyAnswer(204);
}

// Replaces the campaign's settings; only the version that it has may be replaced.
absl::StatusOr<HttpAnswer> PutCampaign(Api& api, ApiCall& call) {
  const bool decimal = call.parameters.Bool("useMaxCallsPerAgentDecimal").value_or(false);
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int campaign, api.FindCampaign(call.path[0]));
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  Violations violations;
  CheckPut(api, campaign, body, violations);
  EVENKEEL_RETURN_IF_ERROR(violations.ToStatus());
  Kept& kept = api.platform().campaigns[campaign];
  const auto refuse = [&](int status, const char* code, std::string message) {
    return ErrorAnswer(ErrorText{status, code, std::move(message)}, call.context_id);
  };
  if (static_cast<int64_t>(body["version"].number()) != kept.version) {
    return refuse(409, "invalid.update.wrong.version",
                  absl::StrCat("the campaign has version ", kept.version, ", not ",
                               static_cast<int64_t>(body["version"].number())));
  }
  const std::string& status = body["campaignStatus"].text();
  if (status != "on" && status != "off" && status != "stopping") {
    return refuse(400, "invalid.update.bad.status.transition",
                  "a campaign cannot be made " + status);
  }
  for (const Kept& other : api.platform().campaigns) {
    if (&other != &kept && other.properties["name"].text() == body["name"].text()) {
      return refuse(400, "duplicate.name", "another campaign has this name");
    }
  }
  const Json before = std::exchange(kept.properties, Json::Object());
  for (const auto& [key, value] : body.members()) {
    if (!IsReadOnly(key) && !value.is_null()) kept.properties.Set(key, value);
  }
  // Where a reference needs no more than an id, or nothing, the campaign has the whole one.
  for (const char* key : {"queue", "contactList", "division"}) {
    kept.properties.Set(key, before[key]);
  }
  const Json& pace = body[decimal ? "maxCallsPerAgentDecimal" : "maxCallsPerAgent"];
  if (pace.is_number()) api.engine().SetCallsPerAgent(campaign, pace.number());
  api.engine().SetRunning(campaign, status == "on");
  Touch(api, kept);
  return CampaignAnswer(api, campaign);
}

absl::StatusOr<HttpAnswer> StartCampaign(Api& api, ApiCall& call) {
  return SetRunning(api, call, true);
}

absl::StatusOr<HttpAnswer> StopCampaign(Api& api, ApiCall& call) {
  return SetRunning(api, call, false);
}

// Counts from the start of the centre.
absl::StatusOr<HttpAnswer> GetCampaignStats(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int index, api.FindCampaign(call.path[0]));
  const Campaign& campaign = api.scenario().campaigns[index];
  const DialFigures& totals = api.engine().CampaignTotals(index);
  const CampaignState state = api.engine().GetCampaign(index);
  const int64_t idle = IdleAgents(api, campaign.queue);
  json::Writer writer;
  writer.BeginObject()
      .Key("contactRate")
      .BeginObject()
      .Field("attempts", totals.attempts)
      .Field("connects", totals.answered)
      .Field("connectRatio", totals.attempts > 0 ? static_cast<double>(totals.answered) /
                                                       static_cast<double>(totals.attempts)
                                                 : 0.0)
      .EndObject()
      .Field("idleAgents", idle)
      .Field("effectiveIdleAgents", static_cast<double>(idle))
      .Field("adjustedCallsPerAgent", state.running ? state.calls_per_agent : 0.0)
      .Field("outstandingCalls", state.dialling)
      .Field("scheduledCalls", 0)
      .Field("timeZoneRescheduledCalls", 0)
      .Field("filteredOutContactsCount", 0)
      .Field("rightPartyContactsCount", totals.connected)
      .Field("validAttempts", totals.attempts);
  if (campaign.lines) {
    writer.Key("linesUtilization")
        .BeginObject()
        .Field("assignedOutboundLines", *campaign.lines)
        .Field("totalAvailableOutboundLines", *campaign.lines)
        .EndObject();
  }
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetCampaignProgress(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int campaign, api.FindCampaign(call.path[0]));
  json::Writer writer;
  WriteProgress(api, campaign, writer);
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> QueryCampaignProgress(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const Json body, ReadBody(call));
  json::Writer writer;
  writer.BeginArray();
  for (const Json& id : body.items()) {
    EVENKEEL_ASSIGN_OR_RETURN(const int campaign, api.FindCampaign(id.text()));
    WriteProgress(api, campaign, writer);
  }
  writer.EndArray();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetOutboundSettings(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  json::Writer writer;
  writer.BeginObject()
      .Field("dateCreated", api.engine().start())
      .Field("version", 1)
      .Field("maxCallsPerAgent", static_cast<int64_t>(kMostCallsPerAgent))
      .Field("maxCallsPerAgentDecimal", kMostCallsPerAgent)
      .Field("maxConfigurableCallsPerAgent", static_cast<int64_t>(kMostCallsPerAgent))
      .Field("maxLineUtilization", 1.0)
      .Field("abandonSeconds", 2.0)
      .Field("complianceAbandonRateDenominator", "ALL_CALLS")
      .Field("selfUri", "/api/v2/outbound/settings")
      .EndObject();
  return JsonAnswer(std::move(writer));
}

// Who gets a code has been talked to; whether that was good for the business is not known.
absl::StatusOr<HttpAnswer> GetWrapUpCodeMappings(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  json::Writer writer;
  writer.BeginObject()
      .Field("version", 1)
      .Key("defaultSet")
      .BeginArray()
      .String("RIGHT_PARTY_CONTACT")
      .EndArray()
      .Key("mapping")
      .BeginObject();
  for (const WrapUpCode& code : api.scenario().wrap_up_codes) {
    writer.Key(code.id).BeginArray().String("RIGHT_PARTY_CONTACT").EndArray();
  }
  writer.EndObject().Field("selfUri", "/api/v2/outbound/wrapupcodemappings").EndObject();
  return JsonAnswer(std::move(writer));
}

// There are none.
absl::StatusOr<HttpAnswer> GetCampaignRules(Api&, ApiCall& call) {
  Parameters& parameters = call.parameters;
  const Page page = ReadPage(parameters, 100);
  parameters.Bool("allowEmptyResult");
  parameters.Choice("filterType", "Prefix",
                    {"Equals", "Contains", "Prefix", "BeginsWith", "EndsWith"});
  parameters.Text("name");
  parameters.Choice("sortBy", "name", {"name"});
  parameters.Choice("sortOrder", "ascending", {"a", "ascending", "descending"});
  EVENKEEL_RETURN_IF_ERROR(parameters.Finish());
  return Listing(call, page, std::vector<int>(), [](int, json::Writer&) {});
}

}  // namespace evenkeel::sim
