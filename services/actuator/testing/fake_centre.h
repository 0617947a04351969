// A contact centre in memory behind the CentreWriter port, for tests: joins take effect in their
// own time, calls can be refused or lose their answers, somebody else can edit, and everything that
// happens is on record.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/model/change.h"
#include "services/actuator/ports/centre_writer.h"

namespace evenkeel::actuator {

class FakeCentre final : public CentreWriter {
 public:
  explicit FakeCentre(const Clock& clock) : clock_(clock) {}

  void AddMember(const std::string& queue, const std::string& agent, bool joined,
                 const std::string& division = "");
  void AddQueueCapacity(const std::string& queue, int64_t agents) { capacities_[queue] = agents; }
  void AddAgent(const std::string& agent, model::Availability availability) {
    availabilities_[agent] = availability;
  }
  model::Availability AvailabilityOf(const std::string& agent);
  bool IsJoined(const std::string& queue, const std::string& agent);
  int64_t Capacity(const std::string& queue);
  // Every entity and its value, once all effects under way are in.
  std::map<std::string, model::Value> FinalState();
  // Somebody else changes something, at once.
  void Edit(const model::Entity& entity, const model::Value& value);
  // Whether the agent would have a queue without `queue`, once all effects under way are in.
  bool HasOtherQueue(const std::string& agent, const std::string& queue);
  bool HasMember(const std::string& queue, const std::string& agent) const;

  // How long a write takes to show.
  std::function<absl::Duration()> delay = [] { return absl::ZeroDuration(); };
  // Asked before each call ("set_joined q1"): an error is answered and nothing done.
  std::function<absl::Status(const std::string& call)> refuse = [](const auto&) {
    return absl::OkStatus();
  };
  // Asked after each write was taken: an error is answered all the same.
  std::function<absl::Status(const std::string& call)> lose_answer = refuse;

  struct Record {
    enum class What { kRead, kWrite, kEffect, kEdit };
    absl::Time at;
    What what;
    model::Entity entity;
    model::Value value;
  };
  const std::vector<Record>& records() const { return records_; }
  int Count(Record::What what) const;
  // Agents whom an effect of a write took from their last queue.
  const std::vector<std::string>& stranded() const { return stranded_; }
  size_t largest_call() const { return largest_call_; }

  absl::StatusOr<std::vector<MemberReading>> ReadMembers(const std::string& queue_id,
                                                         std::span<const std::string> agents,
                                                         Urgency urgency) override;
  absl::StatusOr<std::vector<std::string>> ReadJoinedQueues(const std::string& agent_id) override;
  absl::StatusOr<int64_t> ReadQueueCapacity(const std::string& queue_id) override;
  absl::StatusOr<std::vector<AvailabilityReading>> ReadAvailability(
      std::span<const std::string> agents, Urgency urgency) override;
  absl::Status SetAvailability(const std::string& agent_id, model::Availability availability,
                               const std::string& note, Urgency urgency) override;
  std::string DescribeSetAvailability(const std::string& agent_id, model::Availability availability,
                                      const std::string& note) const override;
  absl::Status SetJoined(const std::string& queue_id, std::span<const JoinedWrite> members,
                         Urgency urgency) override;
  absl::Status SetQueueCapacity(const std::string& queue_id, int64_t agents,
                                absl::Duration send_within) override;
  std::string DescribeSetJoined(const std::string& queue_id,
                                std::span<const JoinedWrite> members) const override;
  std::string DescribeSetQueueCapacity(const std::string& queue_id, int64_t agents) const override;

 private:
  struct Member {
    bool joined = false;
    std::string division;
  };
  struct Effect {
    absl::Time at;
    model::Entity entity;
    model::Value value;
  };

  // Lets every effect whose time has come happen.
  void Settle();
  void Apply(const model::Entity& entity, const model::Value& value);
  bool HasAnyQueue(const std::string& agent) const;

  const Clock& clock_;
  std::map<std::string, std::map<std::string, Member>> members_;  // by queue, agent
  std::map<std::string, int64_t> capacities_;
  std::map<std::string, model::Availability> availabilities_;  // by agent
  std::vector<Effect> under_way_;                              // by time
  std::vector<Record> records_;
  std::vector<std::string> stranded_;
  size_t largest_call_ = 0;
};

}  // namespace evenkeel::actuator
