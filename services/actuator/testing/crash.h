// Kills an actuator at a chosen point, for tests: wraps the ledger and the centre, counts every
// ledger write and every call to the centre as two points, before and after it takes place, and
// from the fatal point on lets nothing through in either direction. Whatever the dead actuator
// still does has no effect, just as if its process were gone.
#pragma once

#include <absl/status/status.h>

#include <cstdint>

#include "services/actuator/ports/centre_writer.h"
#include "services/actuator/ports/ledger.h"

namespace evenkeel::actuator {

class CrashSwitch {
 public:
  // Dies at the `point`-th point from now on; 0: never.
  void Arm(int64_t point) {
    left_ = point;
    dead_ = false;
  }
  bool dead() const { return dead_; }
  int64_t points() const { return points_; }  // passed so far

  bool Pass() {
    if (dead_) return false;
    ++points_;
    dead_ = --left_ == 0;
    return !dead_;
  }

 private:
  int64_t left_ = 0;
  int64_t points_ = 0;
  bool dead_ = false;
};

inline absl::Status Dead() { return absl::CancelledError("the process is gone"); }

class CrashingLedger final : public Ledger {
 public:
  CrashingLedger(Ledger& ledger, CrashSwitch& crash) : ledger_(ledger), crash_(crash) {}

  absl::Status Commit(const LedgerWrite& write) override {
    if (!crash_.Pass()) return Dead();
    const absl::Status status = ledger_.Commit(write);
    return crash_.Pass() ? status : Dead();
  }
  absl::StatusOr<ChangeRecord> GetChange(const std::string& id) override {
    if (crash_.dead()) return Dead();
    return ledger_.GetChange(id);
  }
  absl::StatusOr<std::vector<ChangeRecord>> FindChanges(const ChangeQuery& query) override {
    if (crash_.dead()) return Dead();
    return ledger_.FindChanges(query);
  }
  absl::StatusOr<std::optional<RequestRecord>> FindRequest(const std::string& id) override {
    if (crash_.dead()) return Dead();
    return ledger_.FindRequest(id);
  }
  absl::StatusOr<int64_t> CountWrites(model::ChangeKind kind, absl::Time since,
                                      bool with_dry_run) override {
    if (crash_.dead()) return Dead();
    return ledger_.CountWrites(kind, since, with_dry_run);
  }
  absl::StatusOr<GroupFigures> Group(const model::Entity& entity, absl::Time since,
                                     bool with_dry_run) override {
    if (crash_.dead()) return Dead();
    return ledger_.Group(entity, since, with_dry_run);
  }
  absl::StatusOr<std::map<model::ChangeState, int64_t>> CountByState(
      const std::vector<model::ChangeState>& states) override {
    if (crash_.dead()) return Dead();
    return ledger_.CountByState(states);
  }
  absl::StatusOr<std::vector<SeenValue>> FindSeen(const std::string& queue_id,
                                                  const std::string& agent_id) override {
    if (crash_.dead()) return Dead();
    return ledger_.FindSeen(queue_id, agent_id);
  }
  absl::StatusOr<std::vector<LeftAloneEntry>> FindLeftAlone(absl::Time now,
                                                            const std::string& key) override {
    if (crash_.dead()) return Dead();
    return ledger_.FindLeftAlone(now, key);
  }
  absl::StatusOr<std::vector<Pause>> FindPauses() override {
    if (crash_.dead()) return Dead();
    return ledger_.FindPauses();
  }
  absl::StatusOr<std::vector<Hold>> FindHolds(const HoldQuery& query) override {
    if (crash_.dead()) return Dead();
    return ledger_.FindHolds(query);
  }
  absl::StatusOr<std::vector<AuditEntry>> FindAudit(const std::string& change_id,
                                                    std::optional<int64_t> below,
                                                    int64_t limit) override {
    if (crash_.dead()) return Dead();
    return ledger_.FindAudit(change_id, below, limit);
  }
  absl::StatusOr<std::vector<Event>> FindEvents(int64_t cursor, int64_t limit) override {
    if (crash_.dead()) return Dead();
    return ledger_.FindEvents(cursor, limit);
  }
  absl::StatusOr<int64_t> LastSequence() override {
    if (crash_.dead()) return Dead();
    return ledger_.LastSequence();
  }

 private:
  Ledger& ledger_;
  CrashSwitch& crash_;
};

class CrashingCentre final : public CentreWriter {
 public:
  CrashingCentre(CentreWriter& centre, CrashSwitch& crash) : centre_(centre), crash_(crash) {}

  absl::StatusOr<std::vector<MemberReading>> ReadMembers(const std::string& queue_id,
                                                         std::span<const std::string> agents,
                                                         Urgency urgency) override {
    if (!crash_.Pass()) return Dead();
    auto readings = centre_.ReadMembers(queue_id, agents, urgency);
    if (!crash_.Pass()) return Dead();
    return readings;
  }
  absl::StatusOr<std::vector<std::string>> ReadJoinedQueues(const std::string& agent_id) override {
    if (!crash_.Pass()) return Dead();
    auto readings = centre_.ReadJoinedQueues(agent_id);
    if (!crash_.Pass()) return Dead();
    return readings;
  }
  absl::StatusOr<int64_t> ReadQueueCapacity(const std::string& queue_id) override {
    if (!crash_.Pass()) return Dead();
    const auto agents = centre_.ReadQueueCapacity(queue_id);
    if (!crash_.Pass()) return Dead();
    return agents;
  }
  absl::StatusOr<std::vector<AvailabilityReading>> ReadAvailability(
      std::span<const std::string> agents, Urgency urgency) override {
    if (!crash_.Pass()) return Dead();
    auto readings = centre_.ReadAvailability(agents, urgency);
    if (!crash_.Pass()) return Dead();
    return readings;
  }
  absl::Status SetAvailability(const std::string& agent_id, model::Availability availability,
                               const std::string& note, Urgency urgency) override {
    if (!crash_.Pass()) return Dead();
    const absl::Status status = centre_.SetAvailability(agent_id, availability, note, urgency);
    return crash_.Pass() ? status : Dead();
  }
  std::string DescribeSetAvailability(const std::string& agent_id, model::Availability availability,
                                      const std::string& note) const override {
    return centre_.DescribeSetAvailability(agent_id, availability, note);
  }
  absl::Status SetJoined(const std::string& queue_id, std::span<const JoinedWrite> members,
                         Urgency urgency) override {
    if (!crash_.Pass()) return Dead();
    const absl::Status status = centre_.SetJoined(queue_id, members, urgency);
    return crash_.Pass() ? status : Dead();
  }
  absl::Status SetQueueCapacity(const std::string& queue_id, int64_t agents,
                                absl::Duration send_within) override {
    if (!crash_.Pass()) return Dead();
    const absl::Status status = centre_.SetQueueCapacity(queue_id, agents, send_within);
    return crash_.Pass() ? status : Dead();
  }
  std::string DescribeSetJoined(const std::string& queue_id,
                                std::span<const JoinedWrite> members) const override {
    return centre_.DescribeSetJoined(queue_id, members);
  }
  std::string DescribeSetQueueCapacity(const std::string& queue_id, int64_t agents) const override {
    return centre_.DescribeSetQueueCapacity(queue_id, agents);
  }

 private:
  CentreWriter& centre_;
  CrashSwitch& crash_;
};

}  // namespace evenkeel::actuator
