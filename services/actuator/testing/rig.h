// A whole actuator over a fake centre, a simulated clock and a ledger in memory, for tests. It can
// be stopped and started again over the same ledger and centre.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error_details.h"
#include "common/base/ids.h"
#include "services/actuator/adapters/sqlite_ledger.h"
#include "services/actuator/testing/fake_centre.h"
#include "services/actuator/usecase/actuator.h"

namespace evenkeel::actuator {

class Rig {
 public:
  explicit Rig(Mode mode = Mode::kLive) {
    settings.modes.otherwise = mode;
    settings.scope.queues = {"q1", "q2", "q3"};
    // Tests of other things are not about these limits.
    KindLimits& limits = settings.limits[model::ChangeKind::kCapacity];
    limits.group_share_per_hour = 1;
    limits.dwell = absl::ZeroDuration();
  }

  KindLimits& limits() { return settings.limits[model::ChangeKind::kCapacity]; }

  // Agents a0, a1 ... who are members of all three queues and joined to q1.
  void AddAgents(int count) {
    for (const char* queue : {"q1", "q2", "q3"}) {
      for (int i = 0; i < count; ++i) {
        centre.AddMember(queue, "a" + std::to_string(i), queue == std::string("q1"));
      }
    }
  }
  // (Re)starts over what is there. `over` and `at`: a ledger and a centre to go through instead.
  void Start(Ledger* over = nullptr, CentreWriter* at = nullptr) {
    actuator.reset();
    ASSERT_TRUE(CheckSettings(settings).ok()) << CheckSettings(settings);
    actuator = std::make_unique<Actuator>(
        settings, Dependencies{over == nullptr ? *ledger : *over, at == nullptr ? centre : *at,
                               clock, real_clock, ids});
  }

  void Tick() { ASSERT_EQ(actuator->Tick({}), absl::OkStatus()); }
  // Ticks once a second.
  void RunFor(absl::Duration span) {
    for (const absl::Time end = clock.Now() + span; clock.Now() < end;) {
      Tick();
      clock.Advance(absl::Seconds(1));
    }
    Tick();
  }

  model::Proposal Membership(const std::string& queue, const std::string& agent, bool joined,
                             const std::string& move = "", const std::string& plan = "") {
    model::Proposal proposal;
    proposal.entity = model::MembershipEntity{queue, agent};
    proposal.old_value = !joined;
    proposal.new_value = joined;
    proposal.reason = joined ? "calls wait" : "agents idle";
    proposal.proposer = "optimizer";
    proposal.plan_id = plan.empty() ? "plan " + std::to_string(++plans_) : plan;
    proposal.move_id = move;
    proposal.snapshot_number = 7;
    proposal.snapshot_age = 1;
    proposal.expires_at = clock.Now() + absl::Minutes(10);
    proposal.forecasts = {{"mean_wait_seconds", queue, 40.5, 21.25, absl::Minutes(15)}};
    return proposal;
  }
  model::Proposal Join(const std::string& queue, const std::string& agent,
                       const std::string& move = "", const std::string& plan = "") {
    return Membership(queue, agent, true, move, plan);
  }
  model::Proposal Leave(const std::string& queue, const std::string& agent,
                        const std::string& move = "", const std::string& plan = "") {
    return Membership(queue, agent, false, move, plan);
  }
  model::Proposal Capacity(const std::string& queue, int64_t from, int64_t to) {
    model::Proposal proposal = Join(queue, "");
    proposal.entity = model::QueueCapacityEntity{queue};
    proposal.old_value = from;
    proposal.new_value = to;
    return proposal;
  }

  // Takes the agent off the queue for a moment.
  model::Proposal Throttle(const std::string& queue, const std::string& agent,
                           absl::Duration hold_for = absl::Seconds(120)) {
    model::Proposal proposal = Leave(queue, agent);
    proposal.kind = model::ChangeKind::kThrottle;
    proposal.hold_for = hold_for;
    proposal.proposer = "fairness-scorer";
    proposal.reason = "too much of the work";
    proposal.trigger = "smoothed_cv=0.41";
    return proposal;
  }
  model::Proposal Pause(const std::string& queue, const std::string& agent,
                        absl::Duration hold_for = absl::Seconds(120)) {
    model::Proposal proposal = Throttle(queue, agent, hold_for);
    proposal.entity = model::AvailabilityEntity{queue, agent};
    proposal.old_value = model::Availability::kAvailable;
    proposal.new_value = model::Availability::kPaused;
    return proposal;
  }

  RequestHeader Request() { return {"r" + std::to_string(++requests_), false}; }
  absl::StatusOr<model::Change> Propose(const model::Proposal& proposal) {
    return actuator->Propose(Request(), proposal);
  }
  // The id of a change that must be taken on.
  std::string Accept(const model::Proposal& proposal) {
    const auto change = Propose(proposal);
    EXPECT_TRUE(change.ok()) << change.status();
    return change.ok() ? change->id : "";
  }
  model::Change Get(const std::string& id) {
    const auto change = actuator->Get(id);
    EXPECT_TRUE(change.ok()) << change.status();
    return change.ok() ? *change : model::Change();
  }
  model::ChangeState StateOf(const std::string& id) { return Get(id).state; }
  // The guardrail that refuses, or "".
  std::string Refusal(const absl::Status& status) {
    const auto refusal = GetRefusal(status);
    return refusal.has_value() ? refusal->reason : "";
  }
  // The hold that a change began.
  Hold HoldOf(const std::string& change_id) {
    HoldQuery query;
    query.id = change_id;
    const auto holds = *ledger->FindHolds(query);
    EXPECT_EQ(holds.size(), 1u) << change_id;
    return holds.empty() ? Hold() : holds[0];
  }
  // The audit, oldest first.
  std::vector<AuditEntry> Audit(const std::string& change_id = "") {
    auto entries = *ledger->FindAudit(change_id, std::nullopt, 1'000'000);
    std::reverse(entries.begin(), entries.end());
    return entries;
  }

  SimulatedClock clock{absl::FromUnixSeconds(1'700'000'000)};
  SimulatedClock real_clock{absl::FromUnixSeconds(0)};
  SequentialIdSource ids{"c"};
  std::unique_ptr<Ledger> ledger = *SqliteLedger::Open(":memory:");
  FakeCentre centre{clock};
  Settings settings;
  std::unique_ptr<Actuator> actuator;

 private:
  int requests_ = 0;
  std::atomic<int> plans_ = 0;  // proposals are made by many threads
};

}  // namespace evenkeel::actuator
