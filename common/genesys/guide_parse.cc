#include "common/genesys/guide_parse.h"

#include <set>
#include <utility>

#include "common/genesys/centre_reader.h"

namespace evenkeel::genesys::guide {
namespace {

absl::Status ReadSkills(json::Value value, std::vector<model::AgentSkill>& out) {
  std::map<std::string, double> by_id;
  EVENKEEL_RETURN_IF_ERROR(ReadEach(value, [&](json::Value element) -> absl::Status {
    static constexpr std::array<std::string_view, 2> kKeys = {"id", "proficiency"};
    std::string id;
    double proficiency = 0;
    EVENKEEL_RETURN_IF_ERROR(
        ReadMembers(element, kKeys, {0}, [&](int field, json::Value member) -> absl::Status {
          if (field == 0) return ReadId(member, id);
          EVENKEEL_RETURN_IF_ERROR(member.Read(proficiency));
          if (proficiency < 0 || proficiency > 5) return member.Error("must be 0 to 5");
          return absl::OkStatus();
        }));
    by_id[id] = proficiency;
    return absl::OkStatus();
  }));
  for (const auto& [id, proficiency] : by_id) out.push_back({id, proficiency});
  return absl::OkStatus();
}

// {"entities": [...]}.
template <typename Read>
absl::Status ParseEntities(std::string_view body, Read read) {
  return json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 1> kKeys = {"entities"};
    return ReadMembers(root, kKeys, {0},
                       [&](int, json::Value value) { return ReadEach(value, read); });
  });
}

void SetCode(const std::string& code, model::AgentState& state) {
  static const std::map<std::string, std::pair<model::Activity, bool>>& kCodes =
      *new std::map<std::string, std::pair<model::Activity, bool>>{
          {"Available", {model::Activity::kIdle, true}},
          {"Interacting", {model::Activity::kInteracting, true}},
          {"AfterCallWork", {model::Activity::kInteracting, true}},
          {"Paused", {model::Activity::kOffQueue, false}},
          {"Break", {model::Activity::kOffQueue, false}},
          {"Offline", {model::Activity::kOffQueue, false}},
      };
  if (const auto it = kCodes.find(code); it != kCodes.end()) {
    state.activity = it->second.first;
    state.at_work = it->second.second;
  }
}

}  // namespace

absl::StatusOr<PageInfo> ParseUsers(std::string_view body,
                                    std::map<std::string, model::Agent>& out) {
  PageInfo info;
  const absl::Status status = json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 2> kKeys = {"entities", "continuation_token"};
    return ReadMembers(root, kKeys, {0}, [&](int field, json::Value value) -> absl::Status {
      if (field == 1) {
        std::optional<std::string> token;
        EVENKEEL_RETURN_IF_ERROR(value.Read(token));
        info.continuation_token = token.value_or("");
        return absl::OkStatus();
      }
      return ReadEach(value, [&](json::Value entity) -> absl::Status {
        static constexpr std::array<std::string_view, 2> kEntity = {"id", "skills"};
        model::Agent agent;
        EVENKEEL_RETURN_IF_ERROR(
            ReadMembers(entity, kEntity, {0, 1}, [&](int part, json::Value member) {
              return part == 0 ? ReadId(member, agent.id) : ReadSkills(member, agent.skills);
            }));
        ++info.entries;
        const std::string id = agent.id;
        out.insert_or_assign(id, std::move(agent));
        return absl::OkStatus();
      });
    });
  });
  if (!status.ok()) return status;
  return info;
}

namespace {

// Calls `take` with each agent's state; of two of one agent the later one counts.
absl::Status ReadStates(
    std::string_view body,
    const std::function<void(const std::string& agent_id, const std::string& code,
                             absl::Time since)>& take) {
  std::map<std::string, absl::Time> newest;
  return ParseEntities(body, [&](json::Value entity) -> absl::Status {
    static constexpr std::array<std::string_view, 3> kKeys = {"userId", "stateCode", "stateTime"};
    std::string agent_id, code;
    std::optional<absl::Time> since;
    EVENKEEL_RETURN_IF_ERROR(
        ReadMembers(entity, kKeys, {0, 1}, [&](int field, json::Value value) -> absl::Status {
          if (field == 0) return ReadId(value, agent_id);
          return field == 1 ? value.Read(code) : value.Read(since);
        }));
    const absl::Time at = since.value_or(absl::InfinitePast());
    const auto [it, added] = newest.try_emplace(agent_id, at);
    if (!added && at < it->second) return absl::OkStatus();
    it->second = at;
    take(agent_id, code, at);
    return absl::OkStatus();
  });
}

}  // namespace

absl::Status ParseStates(std::string_view body, std::map<std::string, model::AgentState>& out) {
  return ReadStates(body,
                    [&](const std::string& agent_id, const std::string& code, absl::Time since) {
                      model::AgentState state;
                      state.agent_id = agent_id;
                      SetCode(code, state);
                      state.since = since;
                      out[agent_id] = state;
                    });
}

absl::Status ParseStateCodes(std::string_view body, std::map<std::string, std::string>& out) {
  return ReadStates(body, [&](const std::string& agent_id, const std::string& code, absl::Time) {
    out[agent_id] = code;
  });
}

absl::StatusOr<model::Queue> ParseQueue(std::string_view body) {
  model::Queue queue;
  const absl::Status status = json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 3> kKeys = {"id", "name", "inbound_capacity"};
    return ReadMembers(root, kKeys, {0}, [&](int field, json::Value value) -> absl::Status {
      if (field == 0) return ReadId(value, queue.id);
      if (field == 1) return value.Read(queue.name);
      if (value.IsNull()) return absl::OkStatus();
      return ReadCount(value, queue.inbound_capacity.emplace());
    });
  });
  if (!status.ok()) return status;
  return queue;
}

absl::Status ParseRealtime(std::string_view body, std::map<std::string, model::QueueLive>& out) {
  return ParseEntities(body, [&](json::Value entity) -> absl::Status {
    static constexpr std::array<std::string_view, 6> kKeys = {
        "queueId", "waiting", "interacting", "longestWaitSeconds", "onQueueAgents", "idleAgents"};
    model::QueueLive live;
    EVENKEEL_RETURN_IF_ERROR(ReadMembers(
        entity, kKeys, {0, 1, 2, 3, 4, 5}, [&](int field, json::Value value) -> absl::Status {
          switch (field) {
            case 0:
              return ReadId(value, live.queue_id);
            case 1:
              return ReadCount(value, live.waiting);
            case 2:
              return ReadCount(value, live.interacting);
            case 3:
              return ReadSpan(value, absl::Seconds(1), live.longest_wait);
            case 4:
              return ReadCount(value, live.on_queue_agents);
            default:
              return ReadCount(value, live.idle_agents);
          }
        }));
    const std::string id = live.queue_id;
    out.insert_or_assign(id, std::move(live));
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<model::QueueInterval>> ParseMetrics(std::string_view body,
                                                               const std::string& queue_id) {
  std::map<absl::Time, model::QueueInterval> intervals;
  const auto read = [&](json::Value element) -> absl::Status {
    static constexpr std::array<std::string_view, 9> kKeys = {"start",
                                                              "lengthSeconds",
                                                              "offered",
                                                              "answered",
                                                              "abandoned",
                                                              "handled",
                                                              "answeredWaitSeconds",
                                                              "abandonedWaitSeconds",
                                                              "handleSeconds"};
    model::QueueInterval interval;
    interval.queue_id = queue_id;
    EVENKEEL_RETURN_IF_ERROR(ReadMembers(
        element, kKeys, {0, 1, 2, 3, 4, 5, 6, 7, 8},
        [&](int field, json::Value value) -> absl::Status {
          switch (field) {
            case 0:
              EVENKEEL_RETURN_IF_ERROR(value.Read(interval.start));
              if (interval.start != IntervalStart(interval.start)) {
                return value.Error("must lie on the clock's five minutes");
              }
              return absl::OkStatus();
            case 1:
              EVENKEEL_RETURN_IF_ERROR(ReadSpan(value, absl::Seconds(1), interval.length));
              if (interval.length != kIntervalLength) return value.Error("must be 300");
              return absl::OkStatus();
            case 2:
              return ReadCount(value, interval.offered);
            case 3:
              return ReadCount(value, interval.answered);
            case 4:
              return ReadCount(value, interval.abandoned);
            case 5:
              return ReadCount(value, interval.handled);
            case 6:
              return ReadSpan(value, absl::Seconds(1), interval.answered_wait_total);
            case 7:
              return ReadSpan(value, absl::Seconds(1), interval.abandoned_wait_total);
            default:
              return ReadSpan(value, absl::Seconds(1), interval.handle_total);
          }
        }));
    if (!intervals.emplace(interval.start, interval).second) {
      return element.Error("gives an interval a second time");
    }
    return absl::OkStatus();
  };
  const absl::Status status = json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 2> kKeys = {"queueId", "intervals"};
    return ReadMembers(root, kKeys, {0, 1}, [&](int field, json::Value value) -> absl::Status {
      if (field == 1) return ReadEach(value, read);
      std::string id;
      EVENKEEL_RETURN_IF_ERROR(ReadId(value, id));
      if (id != queue_id) return value.Error("is another queue than was asked for");
      return absl::OkStatus();
    });
  });
  if (!status.ok()) return status;
  std::vector<model::QueueInterval> sorted;
  for (auto& [start, interval] : intervals) sorted.push_back(std::move(interval));
  return sorted;
}

absl::StatusOr<WorkAnswer> ParseUsersRealtime(std::string_view body) {
  WorkAnswer answer;
  std::set<std::pair<std::string, std::string>> seen;
  const auto read = [&](json::Value element) -> absl::Status {
    static constexpr std::array<std::string_view, 6> kKeys = {
        "userId", "queueId", "talkTime", "acwTime", "holdTime", "interactionsHandled"};
    model::AgentWork work;
    work.length = kIntervalLength;
    EVENKEEL_RETURN_IF_ERROR(ReadMembers(
        element, kKeys, {0, 1, 2, 3, 4, 5}, [&](int field, json::Value value) -> absl::Status {
          switch (field) {
            case 0:
              return ReadId(value, work.agent_id);
            case 1:
              return ReadId(value, work.queue_id);
            case 2:
              return ReadSpan(value, absl::Seconds(1), work.talk);
            case 3:
              return ReadSpan(value, absl::Seconds(1), work.after_call);
            case 4:
              return ReadSpan(value, absl::Seconds(1), work.hold);
            default:
              return ReadCount(value, work.handled);
          }
        }));
    if (!seen.emplace(work.agent_id, work.queue_id).second) {
      return element.Error("gives an agent and queue a second time");
    }
    answer.work.push_back(std::move(work));
    return absl::OkStatus();
  };
  absl::Time timestamp;
  const absl::Status status = json::Reader().Parse(body, [&](json::Value root) {
    static constexpr std::array<std::string_view, 3> kKeys = {"interval", "timestamp", "metrics"};
    return ReadMembers(root, kKeys, {0, 1, 2}, [&](int field, json::Value value) -> absl::Status {
      if (field == 2) return ReadEach(value, read);
      if (field == 1) return value.Read(timestamp);
      std::string interval;
      EVENKEEL_RETURN_IF_ERROR(value.Read(interval));
      if (interval != "PT5M") return value.Error("must be PT5M, as asked for");
      return absl::OkStatus();
    });
  });
  if (!status.ok()) return status;
  answer.to = IntervalStart(timestamp);
  answer.from = answer.to - kIntervalLength;
  for (model::AgentWork& work : answer.work) work.start = answer.from;
  return answer;
}

}  // namespace evenkeel::genesys::guide
