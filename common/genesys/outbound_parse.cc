#include "common/genesys/outbound_parse.h"

#include <utility>

#include "common/genesys/platform_frames.h"

namespace evenkeel::genesys {
namespace {

model::DialingMode ModeOf(std::string_view text) {
  using model::DialingMode;
  static constexpr std::pair<std::string_view, DialingMode> kModes[] = {
      {"predictive", DialingMode::kPredictive},   {"power", DialingMode::kPower},
      {"progressive", DialingMode::kProgressive}, {"preview", DialingMode::kPreview},
      {"agentless", DialingMode::kAgentless},     {"external", DialingMode::kExternal}};
  for (const auto& [name, mode] : kModes) {
    if (text == name) return mode;
  }
  return DialingMode::kUnknown;
}

model::CampaignStatus StatusOf(std::string_view text) {
  using model::CampaignStatus;
  // The last four are the guides'.
  static constexpr std::pair<std::string_view, CampaignStatus> kStatuses[] = {
      {"on", CampaignStatus::kOn},
      {"stopping", CampaignStatus::kStopping},
      {"off", CampaignStatus::kOff},
      {"complete", CampaignStatus::kComplete},
      {"invalid", CampaignStatus::kInvalid},
      {"forced_off", CampaignStatus::kForcedOff},
      {"forced_stopping", CampaignStatus::kForcedStopping},
      {"running", CampaignStatus::kOn},
      {"paused", CampaignStatus::kOff},
      {"stopped", CampaignStatus::kOff},
      {"completed", CampaignStatus::kComplete}};
  for (const auto& [name, status] : kStatuses) {
    if (text == name) return status;
  }
  return CampaignStatus::kUnknown;
}

// A number from `low` to `high`, or null.
absl::Status ReadBounded(json::Value value, double low, double high, std::string_view problem,
                         std::optional<double>& out) {
  EVENKEEL_RETURN_IF_ERROR(value.Read(out));
  if (out && (*out < low || *out > high)) return value.Error(problem);
  return absl::OkStatus();
}

absl::Status ReadMaybeCount(json::Value value, int64_t& out) {
  return value.IsNull() ? absl::OkStatus() : ReadCount(value, out);
}

}  // namespace

namespace platform {
namespace {

constexpr double kMostCalls = 1000;  // an agent: far above any limit of the platform

absl::Status ReadCampaign(json::Value entity, model::Campaign& campaign) {
  static constexpr std::array<std::string_view, 9> kKeys = {
      "id",          "name",           "division",         "queue",
      "dialingMode", "campaignStatus", "maxCallsPerAgent", "maxCallsPerAgentDecimal",
      "abandonRate"};
  std::optional<std::string_view> mode, status;
  std::optional<double> whole, decimal;
  EVENKEEL_RETURN_IF_ERROR(
      ReadMembers(entity, kKeys, {0}, [&](int field, json::Value value) -> absl::Status {
        switch (field) {
          case 0:
            return ReadId(value, campaign.id);
          case 1:
            return value.Read(campaign.name);
          case 2:
            return ReadReference(value, campaign.division_id);
          case 3:
            return ReadReference(value, campaign.queue_id);
          case 4:
            return value.Read(mode);
          case 5:
            return value.Read(status);
          case 6:
          case 7:
            return ReadBounded(value, 0, kMostCalls, "must be 0 to 1000",
                               field == 6 ? whole : decimal);
          default:
            return ReadBounded(value, 0, 100, "must be 0 to 100 percent",
                               campaign.abandon_limit_percent);
        }
      }));
  campaign.mode = ModeOf(mode.value_or(""));
  campaign.status = StatusOf(status.value_or(""));
  // 0 is not set.
  if (whole.value_or(0) > 0) campaign.calls_per_agent = whole;
  if (decimal.value_or(0) > 0) campaign.calls_per_agent = decimal;
  return absl::OkStatus();
}

absl::Status ReadContactRate(json::Value value, model::CampaignStats& stats) {
  static constexpr std::array<std::string_view, 3> kKeys = {"attempts", "connects", "connectRatio"};
  if (value.IsNull()) return absl::OkStatus();
  return ReadMembers(value, kKeys, {}, [&](int field, json::Value member) -> absl::Status {
    if (field == 0) return ReadMaybeCount(member, stats.attempts);
    if (field == 1) return ReadMaybeCount(member, stats.connects);
    return ReadBounded(member, 0, 1e12, "must be 0 to 1e12", stats.connect_ratio);
  });
}

// What a conversation's sessions say of the call.
struct Session {
  bool ours = false;  // of the campaign
  bool connected = false, abandoned = false, handled = false;
  std::string_view disposition;
  std::optional<absl::Duration> talk, after_call, wrap_up_segment;
};

absl::Status ReadSessionMetric(json::Value metric, Session& session) {
  static constexpr std::array<std::string_view, 2> kKeys = {"name", "value"};
  std::string_view name;
  double number = 0;
  EVENKEEL_RETURN_IF_ERROR(
      ReadMembers(metric, kKeys, {0, 1}, [&](int field, json::Value value) -> absl::Status {
        if (field == 0) return value.Read(name);
        EVENKEEL_RETURN_IF_ERROR(value.Read(number));
        if (number < 0 || number > 1e12) return value.Error("must be 0 to 1e12");
        return absl::OkStatus();
      }));
  const absl::Duration span = absl::Milliseconds(number);
  if (name == "nOutboundConnected") session.connected = session.connected || number > 0;
  if (name == "nOutboundAbandoned") session.abandoned = session.abandoned || number > 0;
  if (name == "tHandle") session.handled = true;
  if (name == "tTalk") session.talk = session.talk.value_or(absl::ZeroDuration()) + span;
  if (name == "tAcw") session.after_call = session.after_call.value_or(absl::ZeroDuration()) + span;
  return absl::OkStatus();
}

absl::Status ReadSegment(json::Value segment, Session& session) {
  static constexpr std::array<std::string_view, 3> kKeys = {"segmentType", "segmentStart",
                                                            "segmentEnd"};
  std::optional<std::string_view> type;
  std::optional<absl::Time> start, end;
  EVENKEEL_RETURN_IF_ERROR(
      ReadMembers(segment, kKeys, {}, [&](int field, json::Value value) -> absl::Status {
        if (field == 0) return value.Read(type);
        return value.Read(field == 1 ? start : end);
      }));
  if (type != "wrapup" || !start || !end) return absl::OkStatus();
  if (*end < *start) return segment.Error("ends before it starts");
  session.wrap_up_segment = session.wrap_up_segment.value_or(absl::ZeroDuration()) + *end - *start;
  return absl::OkStatus();
}

absl::Status ReadSession(json::Value value, const std::string& campaign_id, Session& session) {
  static constexpr std::array<std::string_view, 4> kKeys = {"outboundCampaignId", "dispositionName",
                                                            "metrics", "segments"};
  return ReadMembers(value, kKeys, {}, [&](int field, json::Value member) -> absl::Status {
    if (member.IsNull()) return absl::OkStatus();
    std::string_view text;
    switch (field) {
      case 0:
        EVENKEEL_RETURN_IF_ERROR(member.Read(text));
        session.ours = session.ours || text == campaign_id;
        return absl::OkStatus();
      case 1:
        EVENKEEL_RETURN_IF_ERROR(member.Read(text));
        if (!text.empty()) session.disposition = text;
        return absl::OkStatus();
      case 2:
        return ReadEach(member, [&](json::Value m) { return ReadSessionMetric(m, session); });
      default:
        return ReadEach(member, [&](json::Value s) { return ReadSegment(s, session); });
    }
  });
}

// The agent of a call is the first who worked on it; who was only offered it gives way.
absl::Status ReadParticipant(json::Value value, model::CampaignCall& call, bool& ours,
                             bool& worked) {
  static constexpr std::array<std::string_view, 3> kKeys = {"purpose", "userId", "sessions"};
  std::optional<std::string_view> purpose, user;
  Session session;  // all of the participant's together
  EVENKEEL_RETURN_IF_ERROR(
      ReadMembers(value, kKeys, {}, [&](int field, json::Value member) -> absl::Status {
        if (field == 0) return member.Read(purpose);
        if (field == 1) return member.Read(user);
        if (member.IsNull()) return absl::OkStatus();
        return ReadEach(member,
                        [&](json::Value s) { return ReadSession(s, call.campaign_id, session); });
      }));
  ours = ours || session.ours;
  call.answered = call.answered || session.connected || session.abandoned;
  call.abandoned = call.abandoned || session.abandoned;
  if (call.disposition.empty()) call.disposition.assign(session.disposition);
  const bool agent = purpose == "agent" || purpose == "user";
  if (!agent || worked || user.value_or("").empty()) return absl::OkStatus();
  worked = session.talk || session.handled || session.after_call || session.wrap_up_segment;
  if (!worked && !call.agent_id.empty()) return absl::OkStatus();
  call.agent_id.assign(*user);
  call.talk = session.talk;
  call.wrap_up = session.after_call ? session.after_call : session.wrap_up_segment;
  call.completed = session.handled || call.wrap_up.has_value();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PageInfo> ParseCampaigns(std::string_view body,
                                        std::map<std::string, model::Campaign>& out) {
  return ParseListing(body, [&](json::Value entity) -> absl::Status {
    model::Campaign campaign;
    EVENKEEL_RETURN_IF_ERROR(ReadCampaign(entity, campaign));
    std::string id = campaign.id;
    out.insert_or_assign(std::move(id), std::move(campaign));
    return absl::OkStatus();
  });
}

absl::StatusOr<model::CampaignStats> ParseCampaignStats(std::string_view body) {
  model::CampaignStats stats;
  const absl::Status status = json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 5> kKeys = {
        "contactRate", "idleAgents", "effectiveIdleAgents", "adjustedCallsPerAgent",
        "outstandingCalls"};
    return ReadMembers(root, kKeys, {0}, [&](int field, json::Value value) -> absl::Status {
      constexpr double kMost = 1e12;
      std::optional<double> number;
      switch (field) {
        case 0:
          return ReadContactRate(value, stats);
        case 1:
          return ReadMaybeCount(value, stats.idle_agents);
        case 2:
          EVENKEEL_RETURN_IF_ERROR(ReadBounded(value, 0, kMost, "must be 0 to 1e12", number));
          stats.effective_idle_agents = number.value_or(0);
          return absl::OkStatus();
        case 3:
          return ReadBounded(value, 0, kMost, "must be 0 to 1e12", stats.adjusted_calls_per_agent);
        default:
          return ReadMaybeCount(value, stats.outstanding_calls);
      }
    });
  });
  if (!status.ok()) return status;
  return stats;
}

absl::Status ParseCampaignCalls(std::string_view body, const std::string& campaign_id,
                                std::vector<model::CampaignCall>& out) {
  const auto read = [&](json::Value conversation) -> absl::Status {
    static constexpr std::array<std::string_view, 3> kKeys = {"conversationId", "conversationStart",
                                                              "participants"};
    model::CampaignCall call;
    call.campaign_id = campaign_id;
    bool ours = false, worked = false;
    EVENKEEL_RETURN_IF_ERROR(
        ReadMembers(conversation, kKeys, {0, 1}, [&](int field, json::Value value) -> absl::Status {
          if (field == 0) return ReadId(value, call.id);
          if (field == 1) return value.Read(call.created_at);
          if (value.IsNull()) return absl::OkStatus();
          return ReadEach(
              value, [&](json::Value part) { return ReadParticipant(part, call, ours, worked); });
        }));
    // Another campaign's is what the filter must not let through.
    if (ours) out.push_back(std::move(call));
    return absl::OkStatus();
  };
  return json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 1> kKeys = {"conversations"};
    // An answer without conversations is one with nothing to report.
    return ReadMembers(root, kKeys, {}, [&](int, json::Value value) -> absl::Status {
      return value.IsNull() ? absl::OkStatus() : ReadEach(value, read);
    });
  });
}

}  // namespace platform

namespace guide {

absl::StatusOr<model::Campaign> ParseCampaign(std::string_view body) {
  model::Campaign campaign;
  // The guide's loop is for campaigns with predictive dialling enabled; the payload names no mode.
  campaign.mode = model::DialingMode::kPredictive;
  const absl::Status status = json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 4> kKeys = {"id", "name", "predictive_dial_ratio",
                                                              "state"};
    return ReadMembers(root, kKeys, {0}, [&](int field, json::Value value) -> absl::Status {
      std::optional<std::string_view> text;
      switch (field) {
        case 0:
          return ReadId(value, campaign.id);
        case 1:
          return value.Read(campaign.name);
        case 2:
          return ReadBounded(value, 0, 1000, "must be 0 to 1000", campaign.calls_per_agent);
        default:
          EVENKEEL_RETURN_IF_ERROR(value.Read(text));
          campaign.status = StatusOf(text.value_or(""));
          return absl::OkStatus();
      }
    });
  });
  if (!status.ok()) return status;
  return campaign;
}

absl::Status ParseCampaignCalls(std::string_view body, const std::string& campaign_id,
                                std::vector<model::CampaignCall>& out) {
  const auto read = [&](json::Value value) -> absl::Status {
    static constexpr std::array<std::string_view, 6> kKeys = {
        "id", "campaign_id", "disposition", "wrap_up_time", "created_time", "outcome"};
    model::CampaignCall call;
    std::string campaign = campaign_id;
    std::optional<std::string_view> disposition, outcome;
    EVENKEEL_RETURN_IF_ERROR(
        ReadMembers(value, kKeys, {0, 4}, [&](int field, json::Value member) -> absl::Status {
          switch (field) {
            case 0:
              return ReadId(member, call.id);
            case 1:
              return ReadId(member, campaign);
            case 2:
              return member.Read(disposition);
            case 3:
              if (member.IsNull()) return absl::OkStatus();
              return ReadSpan(member, absl::Seconds(1), call.wrap_up.emplace());
            case 4:
              return member.Read(call.created_at);
            default:
              return member.Read(outcome);
          }
        }));
    if (campaign != campaign_id) return value.Error("is a call of another campaign");
    call.campaign_id = campaign_id;
    call.disposition.assign(disposition.value_or(""));
    call.abandoned = disposition == "abandoned" || outcome == "abandoned";
    call.answered = disposition == "connected" || call.abandoned;
    call.completed = outcome == "completed";
    out.push_back(std::move(call));
    return absl::OkStatus();
  };
  return json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 1> kKeys = {"calls"};
    return ReadMembers(root, kKeys, {0},
                       [&](int, json::Value calls) { return ReadEach(calls, read); });
  });
}

}  // namespace guide

}  // namespace evenkeel::genesys
