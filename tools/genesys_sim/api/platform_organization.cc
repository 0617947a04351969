// What belongs to the organization as a whole: itself, its limits, its wrap-up codes.
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <set>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/platform.h"
#include "tools/genesys_sim/api/platform_json.h"

namespace evenkeel::sim {
namespace {

constexpr char kPlatformApi[] = "platform.api";

struct LimitRow {
  const char* key;
  int64_t value;
};

absl::StatusOr<HttpAnswer> Limits(ApiCall& call, int64_t per_minute) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  if (call.path[0] != kPlatformApi) {
    return absl::NotFoundError("there is no namespace \"" + call.path[0] + "\" with limits");
  }
  const LimitRow rows[] = {{"client.credentials.token.rate.per.minute", per_minute},
                           {"token.rate.per.minute", per_minute},
                           {"org.app.user.rate.per.minute", 3000},
                           {"request.bytes.max", kMaxBodyBytes}};
  json::Writer writer;
  writer.BeginObject().Key("entities").BeginArray();
  for (const LimitRow& row : rows) {
    writer.BeginObject()
        .Field("key", row.key)
        .Field("namespace", kPlatformApi)
        .Field("value", row.value)
        .EndObject();
  }
  writer.EndArray().EndObject();
  return JsonAnswer(std::move(writer));
}

// `codes` are positions in the scenario.
HttpAnswer CodesListing(Api& api, const ApiCall& call, const Page& page,
                        const std::vector<int>& codes) {
  return Listing(call, page, codes, [&](int index, json::Writer& writer) {
    const WrapUpCode& code = api.scenario().wrap_up_codes[index];
    writer.BeginObject()
        .Field("id", code.id)
        .Field("name", code.name)
        .Field("dateCreated", api.engine().start())
        .Field("selfUri", absl::StrCat("/api/v2/routing/wrapupcodes/", code.id))
        .EndObject();
  });
}

}  // namespace

absl::StatusOr<HttpAnswer> GetOrganizationsMe(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  json::Writer writer;
  writer.BeginObject()
      .Field("id", kOrganizationId)
      .Field("name", api.scenario().name)
      .Field("domain", "simulated")
      .Field("version", 1)
      .Field("state", "active")
      .Field("selfUri", "/api/v2/organizations/me")
      .EndObject();
  return JsonAnswer(std::move(writer));
}

absl::StatusOr<HttpAnswer> GetLimits(Api& api, ApiCall& call) {
  return Limits(call, api.tokens().limit());
}

absl::StatusOr<HttpAnswer> GetDefaultLimits(Api&, ApiCall& call) { return Limits(call, 300); }

absl::StatusOr<HttpAnswer> GetWrapUpCodes(Api& api, ApiCall& call) {
  Parameters& parameters = call.parameters;
  const Page page = ReadPage(parameters, 100);
  const std::string sort_by = parameters.Choice("sortBy", "name", {"name", "id"});
  const bool descending =
      parameters.Choice("sortOrder", "ascending", {"ascending", "descending"}) == "descending";
  const std::string prefix = parameters.Text("name");
  const std::vector<std::string> ids = parameters.List("id");
  const bool by_division = !parameters.List("divisionId").empty();  // none has a division
  EVENKEEL_RETURN_IF_ERROR(parameters.Finish());
  const std::vector<WrapUpCode>& codes = api.scenario().wrap_up_codes;
  std::vector<int> found;
  for (const int index : ByName(codes)) {
    if (by_division || (!ids.empty() && !IsIn(ids, codes[index].id))) continue;
    if (absl::StartsWithIgnoreCase(codes[index].name, prefix)) found.push_back(index);
  }
  if (sort_by == "id") {
    std::stable_sort(found.begin(), found.end(),
                     [&](int a, int b) { return codes[a].id < codes[b].id; });
  }
  if (descending) std::reverse(found.begin(), found.end());
  return CodesListing(api, call, page, found);
}

// A queue has the codes that its contacts can end with.
absl::StatusOr<HttpAnswer> GetQueueWrapUpCodes(Api& api, ApiCall& call) {
  const Page page = ReadPage(call.parameters, 100);
  const std::string prefix = call.parameters.Text("name");
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  EVENKEEL_ASSIGN_OR_RETURN(const int queue, api.FindQueue(call.path[0]));
  std::set<int> given;
  const auto add = [&](int of_queue, const Handling& handling) {
    if (of_queue != queue) return;
    for (const WeightedCode& code : handling.wrap_up_codes) given.insert(code.code);
  };
  for (const CallType& type : api.scenario().call_types) add(type.queue, type);
  for (const Campaign& campaign : api.scenario().campaigns) add(campaign.queue, campaign);
  std::vector<int> found;
  for (const int index : ByName(api.scenario().wrap_up_codes)) {
    const std::string& name = api.scenario().wrap_up_codes[index].name;
    if (given.contains(index) && absl::StartsWithIgnoreCase(name, prefix)) found.push_back(index);
  }
  return CodesListing(api, call, page, found);
}

}  // namespace evenkeel::sim
