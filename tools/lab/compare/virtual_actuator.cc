#include "tools/lab/compare/virtual_actuator.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "services/actuator/core/proposal.h"

namespace evenkeel::lab {
namespace {

using model::ChangeState;

constexpr absl::Duration kHour = absl::Hours(1);
constexpr absl::Duration kVerifyTimeout = absl::Minutes(1);  // actuator.verify_timeout

}  // namespace

VirtualActuator::VirtualActuator(sim::Engine& engine, const std::vector<int>& queues,
                                 std::function<void(const model::Change&)> changed)
    : engine_(engine), changed_(std::move(changed)) {
  const sim::Scenario& scenario = engine.scenario();
  for (const int queue : queues) {
    queues_[scenario.queues[queue].id] = queue;
    scope_.queues.insert(scenario.queues[queue].id);
  }
  for (size_t a = 0; a < scenario.agents.size(); ++a) {
    agents_[scenario.agents[a].id] = static_cast<int>(a);
  }
}

bool VirtualActuator::IsOpen(const Record& record) {
  const ChangeState state = record.change.state;
  return state == ChangeState::kAccepted || state == ChangeState::kVerifying;
}

absl::Status VirtualActuator::Check(actuator::Moment moment, const model::Proposal& proposal,
                                    absl::Time now, const Record* self) const {
  const int agent = agents_.at(model::EntityAgent(proposal.entity));
  const int queue = queues_.at(model::EntityQueue(proposal.entity));
  const bool leaves = actuator::IsLeave(proposal);
  actuator::GuardrailFacts facts;
  facts.now = now;
  facts.mode = actuator::Mode::kLive;
  std::vector<model::Proposal> plan = {proposal};
  int64_t lost = leaves ? 1 : 0, gained = 0, leaving = 0, joining_by_move = 0;
  std::set<int> agent_leaves;  // by open changes
  facts.writes_last_hour = 1;
  for (const Record& record : records_) {
    if (&record == self) continue;
    const bool same_queue = record.queue == queue, same_agent = record.agent == agent;
    if (same_queue && same_agent && IsOpen(record)) facts.open_state = record.change.state;
    const bool sent = record.sent_at <= now;
    // It would give way.
    if (same_queue && same_agent && record.change.state == ChangeState::kAccepted) continue;
    const bool counts = IsOpen(record) || (sent && record.sent_at > now - kHour);
    if (same_queue && same_agent && sent) {
      facts.last_moved_at = std::max(facts.last_moved_at, record.sent_at);
    }
    if (counts) {
      ++facts.writes_last_hour;
      if (same_queue && !record.joins) ++lost;
    }
    if (same_queue && record.change.state == ChangeState::kApplied &&
        record.sent_at > now - kHour) {
      gained += record.joins ? 1 : -1;
    }
    if (same_queue && !record.joins && IsOpen(record)) ++leaving;
    if (same_agent && !record.joins && IsOpen(record)) agent_leaves.insert(record.queue);
    if (same_agent && record.joins && IsOpen(record) &&
        record.change.proposal.move_id == proposal.move_id && !proposal.move_id.empty()) {
      ++joining_by_move;
    }
    if (record.change.proposal.plan_id == proposal.plan_id) plan.push_back(record.change.proposal);
  }
  facts.moves_in_plan = actuator::CountMoves(plan);
  facts.group_lost = lost;
  facts.group_size = std::max<int64_t>(0, engine_.GetQueue(queue).joined - gained);
  if (leaves) {
    int64_t others = joining_by_move;
    for (const auto& [id, other] : queues_) {
      if (other == queue || agent_leaves.contains(other)) continue;
      others += engine_.Joined(agent, other).value_or(false) ? 1 : 0;
    }
    // The plan's move may still be asked for its join.
    if (self == nullptr && others == 0 && !proposal.move_id.empty()) others = 1;
    facts.other_queues = others;
    facts.members_left = engine_.GetQueue(queue).joined - 1 - leaving;
  }
  return actuator::CheckGuardrails(moment, proposal, limits_, scope_, facts);
}

absl::Status VirtualActuator::Validate(const model::Proposal& proposal, absl::Time now) {
  return Check(actuator::Moment::kProposal, proposal, now, nullptr);
}

absl::Status VirtualActuator::Propose(const model::Proposal& proposal, absl::Time now) {
  const absl::Status status = Check(actuator::Moment::kProposal, proposal, now, nullptr);
  if (!status.ok()) {
    const auto refusal = GetRefusal(status);
    ++refusals_[refusal ? refusal->reason : "OTHER"];
    return status;
  }
  const int agent = agents_.at(model::EntityAgent(proposal.entity));
  const int queue = queues_.at(model::EntityQueue(proposal.entity));
  for (Record& older : records_) {
    if (older.agent == agent && older.queue == queue &&
        older.change.state == ChangeState::kAccepted) {
      Move(older, ChangeState::kSuperseded, now);
    }
  }
  Record& record = records_.emplace_back();
  record.change.id = absl::StrCat("change-", ++ids_);
  record.change.proposal = proposal;
  record.change.created_at = now;
  record.change.expires_at = proposal.expires_at;
  record.agent = agent;
  record.queue = queue;
  record.joins = actuator::IsJoin(proposal);
  Move(record, ChangeState::kAccepted, now);
  return absl::OkStatus();
}

int64_t VirtualActuator::WritesLeft(absl::Time now) const {
  const auto used = std::count_if(records_.begin(), records_.end(), [&](const Record& record) {
    return IsOpen(record) || (record.sent_at <= now && record.sent_at > now - kHour);
  });
  return std::max<int64_t>(0, limits_.writes_per_hour - used);
}

void VirtualActuator::Move(Record& record, ChangeState state, absl::Time now) {
  record.change.state = state;
  record.change.updated_at = now;
  if (changed_) changed_(record.change);
}

void VirtualActuator::Tick(absl::Time now) {
  for (Record& record : records_) {
    if (record.change.state == ChangeState::kVerifying) {
      if (engine_.Joined(record.agent, record.queue) == record.joins) {
        ++applied_;
        Move(record, ChangeState::kApplied, now);
      } else if (now - record.sent_at > kVerifyTimeout) {
        Move(record, ChangeState::kFailed, now);
      }
      continue;
    }
    if (record.change.state != ChangeState::kAccepted) continue;
    if (now > record.change.expires_at) {
      Move(record, ChangeState::kExpired, now);
      continue;
    }
    if (!record.joins && !record.change.proposal.move_id.empty()) {
      const auto join = std::find_if(records_.begin(), records_.end(), [&](const Record& other) {
        return other.joins && other.agent == record.agent &&
               other.change.proposal.move_id == record.change.proposal.move_id;
      });
      if (join == records_.end() ||
          (!IsOpen(*join) && join->change.state != ChangeState::kApplied)) {
        Move(record, ChangeState::kDiscarded, now);
        continue;
      }
      if (join->change.state != ChangeState::kApplied) continue;
    }
    if (!Check(actuator::Moment::kSending, record.change.proposal, now, &record).ok()) {
      Move(record, ChangeState::kRefused, now);
      continue;
    }
    engine_.SetJoined(record.agent, record.queue, record.joins);
    record.sent_at = now;
    Move(record, ChangeState::kVerifying, now);
  }
  std::erase_if(records_, [&](const Record& record) {
    return !IsOpen(record) && record.change.updated_at <= now - kHour;
  });
}

}  // namespace evenkeel::lab
