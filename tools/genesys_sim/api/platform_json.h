// The platform dialect's JSON shapes that several operations share: users, queues, pages.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error_details.h"
#include "common/json/reader.h"
#include "common/json/writer.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/api.h"

namespace evenkeel::sim {

bool IsIn(const std::vector<std::string>& list, std::string_view item);

// Positions of `items` sorted by name.
template <typename Items>
std::vector<int> ByName(const Items& items) {
  std::vector<int> order(items.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return items[a].name < items[b].name; });
  return order;
}

struct PresenceNames {
  Presence presence;
  std::string_view system;     // "OnQueue"
  std::string_view analytics;  // "ON_QUEUE"
  std::string_view id;         // of the organization's definition
};
const PresenceNames& NamesOf(Presence presence);
// Empty: no such definition.
std::optional<Presence> PresenceOfDefinition(std::string_view id);

inline constexpr std::string_view kOrganizationId = "5a1e0000-0000-4000-8000-000000000001";

// "OFF_QUEUE", "IDLE", "INTERACTING".
std::string_view RoutingStatusOf(const AgentState& agent);

// What `expand` may ask for in user listings. What the simulator does not have is left out of the
// answer, as Genesys Cloud reserves the right to do.
const std::vector<std::string>& UserExpands();

const std::vector<AgentSkill>& SkillsOf(Api& api, int agent);
// What the user is called now.
const std::string& UserName(Api& api, int agent);
void SortByUserName(Api& api, std::vector<int>& agents);
void WriteUser(Api& api, int agent, const std::vector<std::string>& expand, json::Writer& writer);
// The properties of a queue, without the braces. One of a user's queues has all but one of them.
void WriteQueueMembers(Api& api, int queue, json::Writer& writer, bool of_user = false);
// As one of a user's queues.
void WriteUserQueue(Api& api, int queue, bool joined, json::Writer& writer);
// Of a queue's contacts as a whole: "outbound" where only campaigns feed it, else "inbound".
std::string_view DirectionOf(Api& api, int queue);
void WriteRoutingStatus(Api& api, int agent, json::Writer& writer);
void WritePresence(Api& api, int agent, json::Writer& writer);
void WriteSkill(Api& api, const AgentSkill& skill, json::Writer& writer);
void WriteNamed(std::string_view key, std::string_view id, std::string_view name,
                json::Writer& writer);

// A page of a listing.
struct Page {
  int64_t size;
  int64_t number;  // from 1

  // The part of `count` items that this page shows: [first, last).
  size_t First(size_t count) const;
  size_t Last(size_t count) const;
};
// Reads pageSize (default 25) and pageNumber.
Page ReadPage(Parameters& parameters, int64_t largest);
// Writes pageSize, pageNumber, and the addresses of this page and its neighbours. With `total`
// also total, pageCount and lastUri, which the listing of members does not have.
void WritePage(const ApiCall& call, const Page& page, size_t count, bool total,
               json::Writer& writer);

// Reads the {"pageSize", "pageNumber"} of a query's body.
absl::Status ReadPaging(json::Value value, Page& page);

// The intervals that a query asks about: one, or one after another.
struct Intervals {
  absl::Time from, to;
  absl::Duration granularity;

  std::vector<std::pair<absl::Time, absl::Time>> All() const;
};
// `interval` is "from/to"; without a `granularity` it is one.
Intervals ReadIntervals(const std::string& interval, const std::string& granularity,
                        Violations& violations);
std::string IntervalText(absl::Time from, absl::Time to);

// An answer with the page's part of `found`, each item written by `write(item, writer)`.
template <typename Item, typename Write>
HttpAnswer Listing(const ApiCall& call, const Page& page, const std::vector<Item>& found,
                   Write write, bool total = true) {
  json::Writer writer;
  writer.BeginObject().Key("entities").BeginArray();
  for (size_t i = page.First(found.size()); i < page.Last(found.size()); ++i) {
    write(found[i], writer);
  }
  writer.EndArray();
  WritePage(call, page, found.size(), total, writer);
  writer.EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
