#include "services/actuator/adapters/genesys_writer.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <map>
#include <utility>

#include "common/base/status_macros.h"
#include "common/genesys/guide_parse.h"
#include "common/genesys/platform_reader.h"
#include "common/json/writer.h"
#include "services/actuator/adapters/write_operations.h"

namespace evenkeel::actuator {
namespace {

// Reads wait for their turn in the rate budget; clock time. A write does not wait: it rests on a
// read right before it, and the time between the two is time for another editor to slip in (ACT-6).
// Without budget it is refused at once, and the executor reads again later.
constexpr absl::Duration kReadWait = absl::Seconds(20);
// One attempt; writes are not repeated, the executor reads back instead. Real time.
constexpr absl::Duration kTimeout = absl::Seconds(15);

absl::Status NotInThisDialect(const char* what, genesys::Dialect dialect) {
  return absl::UnimplementedError(
      absl::StrCat("the ", genesys::DialectName(dialect), " dialect has no ", what));
}

std::string Describe(const genesys::Operation& operation, const genesys::Parameters& path,
                     const std::string& body) {
  return absl::StrCat(operation.method, " ", genesys::RequestTarget(operation, {path, {}, ""}), " ",
                      body);
}

// docs/guide_dialect.md. A code that is not known tells nothing: as if busy.
model::Availability AvailabilityFrom(const std::string& code) {
  if (code == "Available") return model::Availability::kAvailable;
  if (code == "Paused") return model::Availability::kPaused;
  if (code == "Break") return model::Availability::kBreak;
  if (code == "Offline") return model::Availability::kOffline;
  return model::Availability::kInteracting;
}

std::optional<http::Priority> PriorityOf(Urgency urgency) {
  if (urgency == Urgency::kRestore) return http::Priority::kRestore;
  return std::nullopt;
}

class GenesysWriter : public CentreWriter {
 public:
  GenesysWriter(genesys::Client& client, std::stop_token stop)
      : client_(client), stop_(std::move(stop)) {}

 protected:
  // Of a read.
  genesys::CallLimits Limits(Urgency urgency = Urgency::kPlan) const {
    return {
        .max_wait = kReadWait, .timeout = kTimeout, .stop = stop_, .priority = PriorityOf(urgency)};
  }

  absl::Status Write(const genesys::Operation& operation, const genesys::Parameters& path,
                     const std::string& body, absl::Duration send_within,
                     Urgency urgency = Urgency::kPlan) {
    return client_.api()
        .Call(operation, {path, {}, body},
              {.max_wait = urgency == Urgency::kRestore ? kReadWait : absl::ZeroDuration(),
               .timeout = kTimeout,
               .send_within = send_within,
               .stop = stop_,
               .priority = PriorityOf(urgency)})
        .status();
  }

  genesys::Client& client_;
  const std::stop_token stop_;
};

class PlatformWriter final : public GenesysWriter {
 public:
  using GenesysWriter::GenesysWriter;

  absl::StatusOr<std::vector<MemberReading>> ReadMembers(const std::string& queue_id,
                                                         std::span<const std::string> agents,
                                                         Urgency urgency) override {
    std::map<std::string, genesys::platform::MemberEntry> members;
    EVENKEEL_RETURN_IF_ERROR(
        genesys::ReadQueueMembers(client_.api(), queue_id, Limits(urgency), members).status());
    std::vector<MemberReading> readings;
    for (const auto& [id, member] : members) {
      if (agents.empty() || std::find(agents.begin(), agents.end(), id) != agents.end()) {
        readings.push_back({id, member.joined, member.division_id});
      }
    }
    return readings;
  }

  absl::StatusOr<std::vector<std::string>> ReadJoinedQueues(const std::string& agent_id) override {
    return genesys::ReadJoinedQueues(client_.api(), agent_id, Limits());
  }

  absl::StatusOr<int64_t> ReadQueueCapacity(const std::string&) override {
    return NotInThisDialect("queue capacity", client_.dialect());
  }

  absl::StatusOr<std::vector<AvailabilityReading>> ReadAvailability(std::span<const std::string>,
                                                                    Urgency urgency) override {
    return NotInThisDialect("availability", client_.dialect());
  }

  absl::Status SetAvailability(const std::string&, model::Availability, const std::string&,
                               Urgency urgency) override {
    return NotInThisDialect("availability", client_.dialect());
  }

  std::string DescribeSetAvailability(const std::string& agent_id, model::Availability availability,
                                      const std::string&) const override {
    return absl::StrCat("availability of ", agent_id, " = ", AvailabilityName(availability),
                        ", not in this dialect");
  }

  absl::Status SetJoined(const std::string& queue_id, std::span<const JoinedWrite> members,
                         Urgency urgency) override {
    return Write(platform::kPatchQueueMembers, {{"queueId", queue_id}}, MembersBody(members),
                 absl::InfiniteDuration(), urgency);
  }

  absl::Status SetQueueCapacity(const std::string&, int64_t, absl::Duration) override {
    return NotInThisDialect("queue capacity", client_.dialect());
  }

  std::string DescribeSetJoined(const std::string& queue_id,
                                std::span<const JoinedWrite> members) const override {
    return Describe(platform::kPatchQueueMembers, {{"queueId", queue_id}}, MembersBody(members));
  }

  std::string DescribeSetQueueCapacity(const std::string& queue_id, int64_t agents) const override {
    return absl::StrCat("capacity of queue ", queue_id, " = ", agents, ", not in this dialect");
  }
};

class GuideWriter final : public GenesysWriter {
 public:
  using GenesysWriter::GenesysWriter;

  absl::StatusOr<std::vector<MemberReading>> ReadMembers(const std::string&,
                                                         std::span<const std::string>,
                                                         Urgency) override {
    return NotInThisDialect("queue members", client_.dialect());
  }

  absl::StatusOr<std::vector<std::string>> ReadJoinedQueues(const std::string&) override {
    return NotInThisDialect("queue members", client_.dialect());
  }

  absl::StatusOr<int64_t> ReadQueueCapacity(const std::string& queue_id) override {
    EVENKEEL_ASSIGN_OR_RETURN(
        const http::Response response,
        client_.api().Call(genesys::guide::kQueue, {{{"queueId", queue_id}}, {}, ""}, Limits()));
    const auto queue = genesys::guide::ParseQueue(response.body);
    EVENKEEL_RETURN_IF_ERROR(genesys::Understood(genesys::guide::kQueue, queue.status()));
    if (!queue->inbound_capacity) {
      return absl::NotFoundError(absl::StrCat("queue ", queue_id, " has no inbound_capacity"));
    }
    return *queue->inbound_capacity;
  }

  absl::StatusOr<std::vector<AvailabilityReading>> ReadAvailability(
      std::span<const std::string> agents, Urgency urgency) override {
    EVENKEEL_ASSIGN_OR_RETURN(const http::Response response,
                              client_.api().Call(genesys::guide::kUserStates, {}, Limits(urgency)));
    std::map<std::string, std::string> codes;
    EVENKEEL_RETURN_IF_ERROR(genesys::Understood(
        genesys::guide::kUserStates, genesys::guide::ParseStateCodes(response.body, codes)));
    std::vector<AvailabilityReading> readings;
    for (const std::string& agent : agents) {
      const auto it = codes.find(agent);
      if (it != codes.end()) readings.push_back({agent, AvailabilityFrom(it->second)});
    }
    return readings;
  }

  absl::Status SetAvailability(const std::string& agent_id, model::Availability availability,
                               const std::string& note, Urgency urgency) override {
    return Write(guide::kPutAvailability, {{"userId", agent_id}},
                 AvailabilityBody(availability, note), absl::InfiniteDuration(), urgency);
  }

  std::string DescribeSetAvailability(const std::string& agent_id, model::Availability availability,
                                      const std::string& note) const override {
    return Describe(guide::kPutAvailability, {{"userId", agent_id}},
                    AvailabilityBody(availability, note));
  }

  absl::Status SetJoined(const std::string&, std::span<const JoinedWrite>,
                         Urgency urgency) override {
    return NotInThisDialect("queue members", client_.dialect());
  }

  absl::Status SetQueueCapacity(const std::string& queue_id, int64_t agents,
                                absl::Duration send_within) override {
    return Write(guide::kPutQueue, {{"queueId", queue_id}}, CapacityBody(agents), send_within);
  }

  std::string DescribeSetJoined(const std::string& queue_id,
                                std::span<const JoinedWrite> members) const override {
    return absl::StrCat(members.size(), " members of queue ", queue_id, ", not in this dialect");
  }

  std::string DescribeSetQueueCapacity(const std::string& queue_id, int64_t agents) const override {
    return Describe(guide::kPutQueue, {{"queueId", queue_id}}, CapacityBody(agents));
  }
};

}  // namespace

std::unique_ptr<CentreWriter> MakeCentreWriter(genesys::Client& client, std::stop_token stop) {
  if (client.dialect() == genesys::Dialect::kGuide) {
    return std::make_unique<GuideWriter>(client, std::move(stop));
  }
  return std::make_unique<PlatformWriter>(client, std::move(stop));
}

std::string MembersBody(std::span<const JoinedWrite> members) {
  json::Writer writer;
  writer.BeginArray();
  for (const JoinedWrite& member : members) {
    writer.BeginObject().Field("id", member.agent_id).Field("joined", member.joined).EndObject();
  }
  return writer.EndArray().Take();
}

std::string AvailabilityBody(model::Availability availability, const std::string& note) {
  json::Writer writer;
  writer.BeginObject();
  if (availability != model::Availability::kAvailable) {
    writer.Field("availabilityId", "availability-paused-fairness")
        .Field("reasonId", "reason-temporary-throttle");
  }
  return writer.Field("state", AvailabilityName(availability))
      .Field("note", note)
      .EndObject()
      .Take();
}

std::string CapacityBody(int64_t agents) {
  json::Writer writer;
  return writer.BeginObject().Field("inbound_capacity", agents).EndObject().Take();
}

}  // namespace evenkeel::actuator
