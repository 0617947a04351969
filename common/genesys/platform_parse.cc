#include "common/genesys/platform_parse.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/ascii.h>

#include <algorithm>
#include <cmath>

#include "common/base/string_bridge.h"
#include "common/genesys/centre_reader.h"
#include "common/genesys/platform_frames.h"

namespace evenkeel::genesys::platform {
namespace {

absl::Status ReadSkills(json::Value value, std::vector<model::AgentSkill>& out) {
  return ReadEach(value, [&](json::Value element) -> absl::Status {
    static constexpr std::array<std::string_view, 3> kKeys = {"id", "proficiency", "state"};
    model::AgentSkill skill;
    std::optional<std::string_view> state;
    EVENKEEL_RETURN_IF_ERROR(
        ReadMembers(element, kKeys, {0}, [&](int field, json::Value member) -> absl::Status {
          if (field == 0) return ReadId(member, skill.skill_id);
          if (field == 2) return member.Read(state);
          std::optional<double> proficiency;
          EVENKEEL_RETURN_IF_ERROR(member.Read(proficiency));
          skill.proficiency = proficiency.value_or(0);
          if (skill.proficiency < 0 || skill.proficiency > 5) return member.Error("must be 0 to 5");
          return absl::OkStatus();
        }));
    if (state.value_or("active") != "active") return absl::OkStatus();
    if (out.empty()) out.reserve(8);
    out.push_back(std::move(skill));
    return absl::OkStatus();
  });
}

// By id, the last of the same id counts.
void Normalise(std::vector<model::AgentSkill>& skills) {
  std::stable_sort(skills.begin(), skills.end(),
                   [](const auto& a, const auto& b) { return a.skill_id < b.skill_id; });
  size_t kept = 0;
  for (size_t i = 0; i < skills.size(); ++i) {
    if (i + 1 < skills.size() && skills[i].skill_id == skills[i + 1].skill_id) continue;
    if (kept != i) skills[kept] = std::move(skills[i]);
    ++kept;
  }
  skills.resize(kept);
}

absl::Status ReadServiceLevel(json::Value media, std::optional<model::ServiceLevelTarget>& out) {
  static constexpr std::array<std::string_view, 1> kMedia = {"call"};
  static constexpr std::array<std::string_view, 1> kCall = {"serviceLevel"};
  static constexpr std::array<std::string_view, 2> kLevel = {"percentage", "durationMs"};
  if (media.IsNull()) return absl::OkStatus();
  return ReadMembers(media, kMedia, {}, [&](int, json::Value call) -> absl::Status {
    if (call.IsNull()) return absl::OkStatus();
    return ReadMembers(call, kCall, {}, [&](int, json::Value level) -> absl::Status {
      if (level.IsNull()) return absl::OkStatus();
      model::ServiceLevelTarget target;
      EVENKEEL_RETURN_IF_ERROR(
          ReadMembers(level, kLevel, {0, 1}, [&](int field, json::Value value) -> absl::Status {
            if (field == 1) return ReadSpan(value, absl::Milliseconds(1), target.within);
            EVENKEEL_RETURN_IF_ERROR(value.Read(target.ratio));
            if (target.ratio < 0 || target.ratio > 1) return value.Error("must be 0 to 1");
            return absl::OkStatus();
          }));
      out = target;
      return absl::OkStatus();
    });
  });
}

// {"rings": [{"expansionCriteria": [{"type", "threshold"}], "actions": {"skillsToRemove":
// [...]}}]}; thresholds are seconds in the ring.
absl::Status ReadBullseye(json::Value value, std::vector<model::Ring>& out) {
  static constexpr std::array<std::string_view, 1> kRings = {"rings"};
  static constexpr std::array<std::string_view, 2> kRing = {"expansionCriteria", "actions"};
  static constexpr std::array<std::string_view, 2> kCriterium = {"type", "threshold"};
  static constexpr std::array<std::string_view, 1> kActions = {"skillsToRemove"};
  const auto read_criterium = [&](json::Value criterium) -> absl::Status {
    std::optional<std::string_view> type;
    std::optional<absl::Duration> threshold;
    EVENKEEL_RETURN_IF_ERROR(
        ReadMembers(criterium, kCriterium, {}, [&](int field, json::Value member) -> absl::Status {
          if (field == 0) return member.Read(type);
          if (member.IsNull()) return absl::OkStatus();
          return ReadSpan(member, absl::Seconds(1), threshold.emplace());
        }));
    if (type == "TIMEOUT_SECONDS") out.back().threshold = threshold;
    return absl::OkStatus();
  };
  const auto read_skill = [&](json::Value skill) {
    std::string id;
    EVENKEEL_RETURN_IF_ERROR(ReadReference(skill, id));
    if (!id.empty()) out.back().skills_removed.push_back(std::move(id));
    return absl::OkStatus();
  };
  if (value.IsNull()) return absl::OkStatus();
  return ReadMembers(value, kRings, {}, [&](int, json::Value rings) -> absl::Status {
    if (rings.IsNull()) return absl::OkStatus();
    return ReadEach(rings, [&](json::Value ring) {
      out.emplace_back();
      return ReadMembers(ring, kRing, {}, [&](int field, json::Value part) -> absl::Status {
        if (part.IsNull()) return absl::OkStatus();
        if (field == 0) return ReadEach(part, read_criterium);
        return ReadMembers(part, kActions, {}, [&](int, json::Value skills) -> absl::Status {
          if (skills.IsNull()) return absl::OkStatus();
          return ReadEach(skills, read_skill);
        });
      });
    });
  });
}

// Any object with something in it under `value` counts as set up.
absl::Status ReadIsSet(json::Value value, bool& out) {
  if (value.IsNull()) return absl::OkStatus();
  json::Object object(value);
  while (object.NextAny()) out = true;
  return object.Finish();
}

model::Activity ActivityOf(std::string_view routing_status) {
  if (routing_status == "OFF_QUEUE") return model::Activity::kOffQueue;
  if (routing_status == "IDLE") return model::Activity::kIdle;
  if (routing_status == "INTERACTING") return model::Activity::kInteracting;
  if (routing_status == "NOT_RESPONDING") return model::Activity::kNotResponding;
  if (routing_status == "COMMUNICATING") return model::Activity::kCommunicating;
  return model::Activity::kUnknown;
}

// "ON_QUEUE" in analytics, "OnQueue" elsewhere.
bool IsOnQueue(std::string_view presence) {
  constexpr std::string_view kOnQueue = "onqueue";
  size_t at = 0;
  for (const char c : presence) {
    if (c == '_' || c == ' ') continue;
    if (at == kOnQueue.size() || absl::ascii_tolower(c) != kOnQueue[at++]) return false;
  }
  return at == kOnQueue.size();
}

absl::Status ReadActivityEntity(json::Value entity, ActivityByAgent& out, PageInfo& info) {
  static constexpr std::array<std::string_view, 6> kKeys = {
      "userId",         "routingStatus", "routingStatusDate",
      "systemPresence", "presenceDate",  "activityDate"};
  std::string_view user;
  std::optional<std::string_view> status, presence;
  std::optional<absl::Time> status_date, presence_date, activity_date;
  EVENKEEL_RETURN_IF_ERROR(
      ReadMembers(entity, kKeys, {0}, [&](int field, json::Value value) -> absl::Status {
        switch (field) {
          case 0:
            return ReadId(value, user);
          case 1:
            return value.Read(status);
          case 2:
            return value.Read(status_date);
          case 3:
            return value.Read(presence);
          case 4:
            return value.Read(presence_date);
          default:
            return value.Read(activity_date);
        }
      }));
  ++info.entries;
  ActivityEntry& entry = out[ToAbsl(user)];
  const auto newer = [&](const std::optional<absl::Time>& date, absl::Time known) {
    return date.value_or(activity_date.value_or(absl::InfinitePast())) >= known;
  };
  if (status && newer(status_date, entry.activity_since)) {
    entry.activity = ActivityOf(*status);
    entry.activity_since = status_date.value_or(activity_date.value_or(absl::InfinitePast()));
  }
  if (presence && newer(presence_date, entry.presence_since)) {
    entry.on_queue = IsOnQueue(*presence);
    entry.presence_since = presence_date.value_or(activity_date.value_or(absl::InfinitePast()));
  }
  return absl::OkStatus();
}

// Data of an aggregate: {"interval", "metrics": [...]}; `add(entry, metric, stats)`.
template <typename Entry, typename Add>
absl::Status ReadAggregateDatum(json::Value value, std::vector<Entry>& out, Add add) {
  static constexpr std::array<std::string_view, 2> kKeys = {"interval", "metrics"};
  Entry& entry = out.emplace_back();
  entry.length = kIntervalLength;
  return ReadMembers(value, kKeys, {0}, [&](int field, json::Value member) -> absl::Status {
    if (field == 0) return ReadIntervalStart(member, entry.start);
    if (member.IsNull()) return absl::OkStatus();
    return ReadEach(member, [&](json::Value element) -> absl::Status {
      std::string_view metric, qualifier;
      Stats stats;
      EVENKEEL_RETURN_IF_ERROR(ReadMetric(element, metric, qualifier, stats));
      add(entry, metric, stats);
      return absl::OkStatus();
    });
  });
}

}  // namespace

absl::StatusOr<PageInfo> ParseUsers(std::string_view body,
                                    std::map<std::string, RosterEntry>& out) {
  return ParseListing(body, [&](json::Value entity) -> absl::Status {
    static constexpr std::array<std::string_view, 4> kKeys = {"id", "division", "state", "skills"};
    RosterEntry entry;
    std::optional<std::string_view> state;
    EVENKEEL_RETURN_IF_ERROR(
        ReadMembers(entity, kKeys, {0}, [&](int field, json::Value value) -> absl::Status {
          switch (field) {
            case 0:
              return ReadId(value, entry.agent.id);
            case 1:
              return ReadReference(value, entry.agent.division_id);
            case 2:
              return value.Read(state);
            default:
              if (value.IsNull()) return absl::OkStatus();
              entry.skills_known = true;
              return ReadSkills(value, entry.agent.skills);
          }
        }));
    entry.active = state.value_or("active") == "active";
    Normalise(entry.agent.skills);
    // The listing is in no order of ids, but most ids are new.
    const auto at = out.lower_bound(entry.agent.id);
    if (at != out.end() && at->first == entry.agent.id) {
      at->second = std::move(entry);
    } else {
      out.emplace_hint(at, entry.agent.id, std::move(entry));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<PageInfo> ParseQueues(std::string_view body,
                                     std::map<std::string, QueueEntry>& out) {
  return ParseListing(body, [&](json::Value entity) -> absl::Status {
    static constexpr std::array<std::string_view, 8> kKeys = {"id",
                                                              "name",
                                                              "division",
                                                              "mediaSettings",
                                                              "memberCount",
                                                              "bullseye",
                                                              "conditionalGroupRouting",
                                                              "conditionalGroupActivation"};
    QueueEntry entry;
    EVENKEEL_RETURN_IF_ERROR(
        ReadMembers(entity, kKeys, {0}, [&](int field, json::Value value) -> absl::Status {
          switch (field) {
            case 0:
              return ReadId(value, entry.queue.id);
            case 1:
              return value.Read(entry.queue.name);
            case 2:
              return ReadReference(value, entry.queue.division_id);
            case 3:
              return ReadServiceLevel(value, entry.queue.service_level_target);
            case 4:
              if (value.IsNull()) return absl::OkStatus();
              return ReadCount(value, entry.member_count.emplace());
            case 5:
              return ReadBullseye(value, entry.queue.rings);
            default:
              return ReadIsSet(value, entry.automated);
          }
        }));
    const std::string id = entry.queue.id;
    out.insert_or_assign(id, std::move(entry));
    return absl::OkStatus();
  });
}

absl::StatusOr<PageInfo> ParseMembers(std::string_view body,
                                      std::map<std::string, MemberEntry>& out) {
  return ParseListing(body, [&](json::Value entity) -> absl::Status {
    static constexpr std::array<std::string_view, 3> kKeys = {"id", "joined", "user"};
    static constexpr std::array<std::string_view, 1> kUser = {"division"};
    std::string id;
    MemberEntry member;
    EVENKEEL_RETURN_IF_ERROR(
        ReadMembers(entity, kKeys, {0, 1}, [&](int field, json::Value value) -> absl::Status {
          if (field == 0) return ReadId(value, id);
          if (field == 1) return value.Read(member.joined);
          if (value.IsNull()) return absl::OkStatus();
          return ReadMembers(value, kUser, {}, [&](int, json::Value division) {
            return ReadReference(division, member.division_id);
          });
        }));
    out.insert_or_assign(id, member);
    return absl::OkStatus();
  });
}

absl::StatusOr<PageInfo> ParseUserQueues(std::string_view body, std::vector<std::string>& out) {
  return ParseListing(body, [&](json::Value entity) -> absl::Status {
    static constexpr std::array<std::string_view, 2> kKeys = {"id", "joined"};
    std::string id;
    std::optional<bool> joined;
    EVENKEEL_RETURN_IF_ERROR(ReadMembers(entity, kKeys, {0}, [&](int field, json::Value value) {
      return field == 0 ? ReadId(value, id) : value.Read(joined);
    }));
    if (joined.value_or(true)) out.push_back(id);
    return absl::OkStatus();
  });
}

absl::StatusOr<ActivityPage> ParseActivity(std::string_view body, ActivityByAgent& out) {
  ActivityPage page;
  const absl::Status status = json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 1> kKeys = {"results"};
    return ReadMembers(root, kKeys, {}, [&](int, json::Value results) -> absl::Status {
      if (results.IsNull()) return absl::OkStatus();
      return ReadEach(results, [&](json::Value result) {
        static constexpr std::array<std::string_view, 3> kResult = {"truncated", "entities",
                                                                    "data"};
        return ReadMembers(result, kResult, {}, [&](int field, json::Value value) -> absl::Status {
          if (value.IsNull()) return absl::OkStatus();
          const auto entity = [&](json::Value element) {
            return ReadActivityEntity(element, out, page.info);
          };
          bool truncated = false;
          if (field == 0) {
            EVENKEEL_RETURN_IF_ERROR(value.Read(truncated));
            page.truncated = page.truncated || truncated;
            return absl::OkStatus();
          }
          if (field == 1) return ReadEach(value, entity);
          // One model has them here, another one level deeper.
          return ReadEach(value, [&](json::Value datum) {
            static constexpr std::array<std::string_view, 2> kDatum = {"truncated", "entities"};
            return ReadMembers(datum, kDatum, {}, [&](int part, json::Value inner) -> absl::Status {
              if (inner.IsNull()) return absl::OkStatus();
              if (part == 1) return ReadEach(inner, entity);
              EVENKEEL_RETURN_IF_ERROR(inner.Read(truncated));
              page.truncated = page.truncated || truncated;
              return absl::OkStatus();
            });
          });
        });
      });
    });
  });
  if (!status.ok()) return status;
  return page;
}

model::AgentState StateOf(const std::string& agent_id, const ActivityEntry& entry) {
  model::AgentState state;
  state.agent_id = agent_id;
  state.activity = entry.activity.value_or(model::Activity::kUnknown);
  state.since = entry.activity_since;
  state.at_work = entry.on_queue.value_or(state.activity != model::Activity::kOffQueue &&
                                          state.activity != model::Activity::kUnknown);
  return state;
}

absl::Status ParseObservations(std::string_view body, absl::Time now,
                               std::map<std::string, model::QueueLive>& out) {
  model::QueueLive part;
  const auto read = [&](json::Value datum) -> absl::Status {
    std::string_view metric, qualifier;
    Stats stats;
    EVENKEEL_RETURN_IF_ERROR(ReadMetric(datum, metric, qualifier, stats));
    if (metric == "oWaiting") {
      part.waiting += stats.count;
    } else if (metric == "oInteracting") {
      part.interacting += stats.count;
    } else if (metric == "oOnQueueUsers") {
      part.on_queue_agents += stats.count;
      if (qualifier == "IDLE") part.idle_agents += stats.count;
    } else if (metric == "oLongestWaiting" && stats.calculated) {
      // An instant is past 1973, a wait is shorter than three years.
      constexpr double kLeastInstant = 1e11;
      const double value = *stats.calculated;
      const absl::Duration wait = value >= kLeastInstant
                                      ? now - absl::FromUnixMillis(static_cast<int64_t>(value))
                                      : absl::Milliseconds(value);
      part.longest_wait = std::max({part.longest_wait, wait, absl::ZeroDuration()});
    }
    return absl::OkStatus();
  };
  return ParseResults(body, read, [&](json::Value, const Group& group) -> absl::Status {
    if (const auto it = out.find(std::string(group.queue)); it != out.end()) {
      model::QueueLive& live = it->second;
      live.waiting += part.waiting;
      live.interacting += part.interacting;
      live.on_queue_agents += part.on_queue_agents;
      live.idle_agents += part.idle_agents;
      live.longest_wait = std::max(live.longest_wait, part.longest_wait);
    }
    part = model::QueueLive();
    return absl::OkStatus();
  });
}

absl::Status ParseQueueAggregates(
    std::string_view body,
    std::map<std::pair<std::string, absl::Time>, model::QueueInterval>& out) {
  std::vector<model::QueueInterval> parts;
  const auto add = [](model::QueueInterval& entry, std::string_view metric, const Stats& stats) {
    if (metric == "nOffered") {
      entry.offered += stats.count;
    } else if (metric == "tAnswered") {
      entry.answered += stats.count;
      entry.answered_wait_total += stats.sum;
    } else if (metric == "tAbandon") {
      entry.abandoned += stats.count;
      entry.abandoned_wait_total += stats.sum;
    } else if (metric == "tHandle") {
      entry.handled += stats.count;
      entry.handle_total += stats.sum;
    }
  };
  return ParseResults(
      body, [&](json::Value datum) { return ReadAggregateDatum(datum, parts, add); },
      [&](json::Value result, const Group& group) -> absl::Status {
        if (group.queue.empty()) return result.Error("has no group.queueId");
        for (model::QueueInterval& part : parts) {
          part.queue_id.assign(group.queue);
          const absl::Time start = part.start;
          if (!out.try_emplace({part.queue_id, start}, std::move(part)).second) {
            return result.Error("gives an interval a second time");
          }
        }
        parts.clear();
        return absl::OkStatus();
      });
}

absl::Status ParseAgentAggregates(std::string_view body, std::vector<model::AgentWork>& out) {
  std::vector<model::AgentWork> parts;
  absl::flat_hash_set<std::pair<std::string_view, std::string_view>> groups;
  const auto add = [](model::AgentWork& entry, std::string_view metric, const Stats& stats) {
    if (metric == "tTalk") {
      entry.talk += stats.sum;
    } else if (metric == "tHeld") {
      entry.hold += stats.sum;
    } else if (metric == "tAcw") {
      entry.after_call += stats.sum;
    } else if (metric == "tHandle") {
      entry.handled += stats.count;
    }
  };
  return ParseResults(
      body, [&](json::Value datum) { return ReadAggregateDatum(datum, parts, add); },
      [&](json::Value result, const Group& group) -> absl::Status {
        if (group.queue.empty()) return result.Error("has no group.queueId");
        // What happened in the queue before any agent is nobody's work.
        if (!group.user.empty()) {
          if (!groups.insert({group.user, group.queue}).second) {
            return result.Error("gives a user and queue a second time");
          }
          for (size_t i = 0; i < parts.size(); ++i) {
            for (size_t j = 0; j < i; ++j) {
              if (parts[i].start == parts[j].start) {
                return result.Error("gives an interval a second time");
              }
            }
            parts[i].agent_id.assign(group.user);
            parts[i].queue_id.assign(group.queue);
            out.push_back(std::move(parts[i]));
          }
        }
        parts.clear();
        return absl::OkStatus();
      });
}

absl::StatusOr<Organisation> ParseTokensMe(std::string_view body) {
  Organisation organisation;
  const absl::Status status = json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 1> kKeys = {"organization"};
    return ReadMembers(root, kKeys, {0}, [&](int, json::Value value) {
      static constexpr std::array<std::string_view, 2> kParts = {"id", "name"};
      return ReadMembers(value, kParts, {0}, [&](int field, json::Value member) {
        return field == 0 ? ReadId(member, organisation.id) : member.Read(organisation.name);
      });
    });
  });
  if (!status.ok()) return status;
  return organisation;
}

}  // namespace evenkeel::genesys::platform
