// The actuator in virtual time: its guardrails with shipped defaults, asked at the same moments, in
// front of a simulated centre. A move's leave goes out once its join shows. Who is joined it knows
// at once, where the service knows what was read last. Left out: approvals, pauses, other editors,
// failing writes.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/model/change.h"
#include "services/actuator/core/guardrails.h"
#include "tools/genesys_sim/engine/engine.h"

namespace evenkeel::lab {

class VirtualActuator {
 public:
  // Manages `queues` (positions). `changed` is told of every transition. `engine` outlives this.
  VirtualActuator(sim::Engine& engine, const std::vector<int>& queues,
                  std::function<void(const model::Change&)> changed);

  // What ActuatorService.ProposeChange answers with validate_only.
  absl::Status Validate(const model::Proposal& proposal, absl::Time now);
  absl::Status Propose(const model::Proposal& proposal, absl::Time now);
  int64_t WritesLeft(absl::Time now) const;

  // Sends what may be sent, and looks whether what was sent shows.
  void Tick(absl::Time now);

  int64_t applied() const { return applied_; }
  const std::map<std::string, int64_t>& refusals() const { return refusals_; }
  const actuator::KindLimits& limits() const { return limits_; }

 private:
  struct Record {
    model::Change change;
    int agent = 0;
    int queue = 0;
    bool joins = false;
    absl::Time sent_at = absl::InfiniteFuture();
  };
  absl::Status Check(actuator::Moment moment, const model::Proposal& proposal, absl::Time now,
                     const Record* self) const;
  void Move(Record& record, model::ChangeState state, absl::Time now);
  static bool IsOpen(const Record& record);

  sim::Engine& engine_;
  const std::function<void(const model::Change&)> changed_;
  const actuator::KindLimits limits_;
  actuator::Scope scope_;
  std::map<std::string, int> queues_, agents_;
  std::vector<Record> records_;  // of the last hour, and open ones; in the order of proposals
  int64_t ids_ = 0;
  int64_t applied_ = 0;
  std::map<std::string, int64_t> refusals_;
};

}  // namespace evenkeel::lab
