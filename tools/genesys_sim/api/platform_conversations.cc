// Single conversations: the contacts that have ended, as participants with sessions and segments.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "tools/genesys_sim/api/analytics_filter.h"
#include "tools/genesys_sim/api/answers.h"
#include "tools/genesys_sim/api/platform.h"
#include "tools/genesys_sim/api/platform_json.h"

namespace evenkeel::sim {
namespace {

struct DetailsQuery {
  absl::Time from, to;
  bool descending = false;
  bool by_end = false;
  Page page = {25, 1};
  std::vector<Filter> filters;
};

absl::Status ReadQuery(json::Value root, DetailsQuery& query) {
  static const auto& conversation =
      *new std::vector<std::string>{"conversationEnd", "conversationId", "originatingDirection"};
  static const auto& segment = *new std::vector<std::string>{
      "outboundCampaignId", "queueId", "userId", "mediaType", "direction", "wrapUpCode", "purpose"};
  std::string interval, order = "asc", order_by = "conversationStart";
  const auto read_filters = [&](const std::vector<std::string>& dimensions) {
    return [&](json::Value value) -> absl::Status {
      json::Array array(value);
      while (array.Next()) {
        EVENKEEL_RETURN_IF_ERROR(
            ReadFilter(array.value(), dimensions, query.filters.emplace_back()));
      }
      return array.Finish();
    };
  };
  EVENKEEL_RETURN_IF_ERROR(ReadObject(
      root, {{"interval", true, Into(interval)},
             {"order", false, Into(order)},
             {"orderBy", false, Into(order_by)},
             {"paging", false, [&](json::Value value) { return ReadPaging(value, query.page); }},
             {"conversationFilters", false, read_filters(conversation)},
             {"segmentFilters", false, read_filters(segment)},
             {"evaluationFilters", false, NotSimulated},
             {"surveyFilters", false, NotSimulated},
             {"resolutionFilters", false, NotSimulated},
             {"aggregations", false, NotSimulated}}));
  Violations violations;
  if (const auto ends = ParseInterval(interval)) {
    std::tie(query.from, query.to) = *ends;
  } else {
    violations.Add("$.interval", "must be two ISO-8601 times with offset, from/to");
  }
  if (!IsIn({"asc", "desc", "unordered"}, order)) {
    violations.Add("$.order", "must be asc, desc or unordered");
  }
  if (!IsIn({"conversationStart", "conversationEnd", "segmentStart", "segmentEnd"}, order_by)) {
    violations.Add("$.orderBy",
                   "must be conversationStart, conversationEnd, segmentStart or segmentEnd");
  }
  query.descending = order == "desc";
  query.by_end = order_by == "conversationEnd" || order_by == "segmentEnd";
  return violations.ToStatus();
}

// A conversation, as it was: everything about a contact that the writers need.
class Conversation {
 public:
  Conversation(Api& api, const Contact& contact, json::Writer& writer)
      : api_(api),
        contact_(contact),
        writer_(writer),
        queue_(api.scenario().queues[contact.queue]),
        campaign_(contact.campaign < 0 ? nullptr : &api.scenario().campaigns[contact.campaign]) {}

  bool Has(std::string_view dimension, const std::string* value) const {
    const auto is = [&](std::string_view one) { return value == nullptr || *value == one; };
    if (dimension == "conversationEnd") return value == nullptr;  // all have one
    if (dimension == "conversationId") return is(Id(kConversation));
    if (dimension == "originatingDirection" || dimension == "direction") return is(Direction());
    if (dimension == "outboundCampaignId") return campaign_ != nullptr && is(campaign_->id);
    if (dimension == "queueId") return reached_queue() && is(queue_.id);
    if (dimension == "mediaType") return is(NamesOf(queue_.media).analytics);
    if (dimension == "userId") {
      return answered() && is(api_.scenario().agents[contact_.agent].id);
    }
    if (dimension == "wrapUpCode") return contact_.wrap_up_code >= 0 && is(Code().id);
    if (dimension != "purpose") return false;
    return is("customer") || (reached_queue() && is("acd")) || (answered() && is("agent"));
  }

  void Write() {
    writer_.BeginObject()
        .Field("conversationId", Id(kConversation))
        .Field("conversationStart", At(contact_.begun))
        .Field("conversationEnd", At(contact_.ended))
        .Field("originatingDirection", Direction())
        .Key("divisionIds")
        .BeginArray()
        .String(api_.scenario().divisions[queue_.division].id)
        .EndArray()
        .Key("participants")
        .BeginArray();
    WriteCustomer();
    if (reached_queue()) WriteLine();
    if (answered()) WriteAgent();
    writer_.EndArray().EndObject();
  }

 private:
  enum Part { kConversation, kCustomer, kLine, kAgent, kSession, kContact };

  bool answered() const { return contact_.answered >= 0; }
  // A dial that no person answered, and who found no line, was never in a queue.
  bool reached_queue() const {
    return contact_.outcome == Outcome::kHandled || contact_.outcome == Outcome::kAbandoned ||
           contact_.outcome == Outcome::kDisconnected;
  }
  absl::Time At(int64_t micros) const { return api_.engine().start() + absl::Microseconds(micros); }
  std::string_view Direction() const { return campaign_ == nullptr ? "inbound" : "outbound"; }
  const WrapUpCode& Code() const { return api_.scenario().wrap_up_codes[contact_.wrap_up_code]; }

  // The same for the same contact, whoever asks and when.
  std::string Id(int part) const {
    const int source = campaign_ == nullptr ? contact_.call_type : contact_.campaign + 0x8000;
    return absl::StrFormat("%04x%04x-%04x-4000-8000-%012x", 0x5a1f + part, source, contact_.attempt,
                           contact_.number);
  }

  void BeginParticipant(Part part, std::string_view purpose) {
    writer_.BeginObject().Field("participantId", Id(part)).Field("purpose", purpose);
    if (part == kAgent) writer_.Field("userId", api_.scenario().agents[contact_.agent].id);
    writer_.Key("sessions")
        .BeginArray()
        .BeginObject()
        .Field("sessionId", Id(kSession + 8 * part))
        .Field("mediaType", NamesOf(queue_.media).analytics)
        .Field("direction", Direction());
    if (campaign_ != nullptr) {
      writer_.Field("outboundCampaignId", campaign_->id)
          .Field("outboundContactId", Id(kContact))
          .Field("dispositionAnalyzer", "dialer")
          .Field("dispositionName", Disposition());
    }
    writer_.Key("metrics").BeginArray();
  }

  void Metric(const char* name, int64_t value, int64_t emitted) {
    writer_.BeginObject()
        .Field("name", name)
        .Field("value", value)
        .Field("emitDate", At(emitted))
        .EndObject();
  }
  void Time(const char* name, int64_t micros, int64_t emitted) {
    Metric(name, micros / 1000, emitted);
  }

  void BeginSegments() { writer_.EndArray().Key("segments").BeginArray(); }
  void Segment(const char* type, int64_t from, int64_t to, const char* disconnect) {
    writer_.BeginObject()
        .Field("segmentType", type)
        .Field("segmentStart", At(from))
        .Field("segmentEnd", At(to));
    if (reached_queue()) writer_.Field("queueId", queue_.id);
    if (disconnect != nullptr) writer_.Field("disconnectType", disconnect);
    if (std::string_view(type) == "wrapup" && contact_.wrap_up_code >= 0) {
      writer_.Field("wrapUpCode", Code().id);
    }
    writer_.EndObject();
  }
  void EndParticipant() { writer_.EndArray().EndObject().EndArray().EndObject(); }

  const char* Disposition() const {
    switch (contact_.outcome) {
      case Outcome::kBusy:
        return "disposition.classification.callable.busy";
      case Outcome::kMachine:
        return "disposition.classification.callable.machine";
      case Outcome::kNoAnswer:
        return "disposition.classification.callable.noanswer";
      default:
        return "disposition.classification.callable.person";
    }
  }

  // When the customer's part ended: the after-call work is the agent's own.
  int64_t Left() const { return contact_.hung_up >= 0 ? contact_.hung_up : contact_.ended; }

  void WriteCustomer() {
    BeginParticipant(kCustomer, "customer");
    if (campaign_ != nullptr) {
      const bool person = reached_queue() || contact_.outcome == Outcome::kBlocked;
      Metric("nOutboundAttempted", 1, contact_.begun);
      if (person) Metric("nOutboundConnected", 1, contact_.arrived);
      if (person && !answered()) Metric("nOutboundAbandoned", 1, contact_.ended);
      Time("tContacting", contact_.arrived - contact_.begun, contact_.arrived);
    }
    BeginSegments();
    if (campaign_ != nullptr) {
      Segment("dialing", contact_.begun, contact_.arrived, reached_queue() ? nullptr : "system");
    }
    if (reached_queue()) {
      Segment("interact", contact_.arrived, Left(), answered() ? "peer" : "client");
    }
    EndParticipant();
  }

  void WriteLine() {
    const int64_t end = answered() ? contact_.answered : contact_.ended;
    BeginParticipant(kLine, "acd");
    Metric("nOffered", 1, contact_.arrived);
    Time("tWait", end - contact_.arrived, end);
    Time(answered() ? "tAnswered" : "tAbandon", end - contact_.arrived, end);
    BeginSegments();
    Segment("interact", contact_.arrived, end, answered() ? "transfer" : "client");
    EndParticipant();
  }

  void WriteAgent() {
    const auto held = static_cast<int64_t>(contact_.hold_seconds * 1e6);
    const int64_t with_customer = Left() - contact_.answered;
    const int64_t talked = std::max<int64_t>(0, with_customer - held);
    BeginParticipant(kAgent, "agent");
    Metric("nConnected", 1, contact_.answered);
    Time("tTalk", talked, Left());
    if (held > 0) Time("tHeld", held, Left());
    if (contact_.ended > Left()) Time("tAcw", contact_.ended - Left(), contact_.ended);
    Time("tHandle", contact_.ended - contact_.answered, contact_.ended);
    BeginSegments();
    Segment("interact", contact_.answered, contact_.answered + talked,
            held > 0 ? nullptr : "client");
    if (held > 0) Segment("hold", contact_.answered + talked, Left(), "client");
    if (contact_.ended > Left() || contact_.wrap_up_code >= 0) {
      Segment("wrapup", Left(), contact_.ended, nullptr);
    }
    EndParticipant();
  }

  Api& api_;
  const Contact& contact_;
  json::Writer& writer_;
  const Queue& queue_;
  const Campaign* campaign_;
};

// Those that began on a day, by UTC, that the interval touches.
std::vector<const Contact*> Find(Api& api, const DetailsQuery& query) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::Time start = api.engine().start();
  const absl::CivilDay last_day = absl::ToCivilDay(query.to - absl::Nanoseconds(1), utc);
  const int64_t from =
      absl::ToInt64Microseconds(absl::FromCivil(absl::ToCivilDay(query.from, utc), utc) - start);
  const int64_t to = absl::ToInt64Microseconds(absl::FromCivil(last_day + 1, utc) - start);
  std::vector<const Contact*> found;
  for (const Contact& contact : api.records().contacts()) {
    if (contact.begun < from || contact.begun >= to) continue;
    json::Writer unused;
    const Conversation conversation(api, contact, unused);
    const bool passes =
        std::all_of(query.filters.begin(), query.filters.end(), [&](const Filter& filter) {
          return filter.PassesIf([&](std::string_view dimension, const std::string* value) {
            return conversation.Has(dimension, value);
          });
        });
    if (passes) found.push_back(&contact);
  }
  std::stable_sort(found.begin(), found.end(), [&](const Contact* a, const Contact* b) {
    return query.by_end ? a->ended < b->ended : a->begun < b->begun;
  });
  if (query.descending) std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace

absl::StatusOr<HttpAnswer> QueryConversationDetails(Api& api, ApiCall& call) {
  EVENKEEL_RETURN_IF_ERROR(call.parameters.Finish());
  DetailsQuery query;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(
      reader.Parse(call.request.body, [&](json::Value root) { return ReadQuery(root, query); }));
  const std::vector<const Contact*> found = Find(api, query);
  json::Writer writer;
  writer.BeginObject().Key("conversations").BeginArray();
  for (size_t i = query.page.First(found.size()); i < query.page.Last(found.size()); ++i) {
    Conversation(api, *found[i], writer).Write();
  }
  writer.EndArray().Field("totalHits", found.size()).EndObject();
  return JsonAnswer(std::move(writer));
}

}  // namespace evenkeel::sim
