#include "services/actuator/core/guardrails.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>

#include "services/actuator/core/proposal.h"

namespace evenkeel::actuator {
namespace {

using model::Proposal;
using Facts = GuardrailFacts;
using Result = std::optional<Breach>;

std::string Figure(double value) { return absl::StrFormat("%.10g", value); }

Breach Exceeds(std::string message, double value, double limit) {
  return {std::move(message), {{"value", Figure(value)}, {"limit", Figure(limit)}}};
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

Breach Until(std::string message, absl::Time until, absl::Time now) {
  return {
      std::move(message),
      {{"until", TimeText(until)}, {"seconds_left", Figure(absl::ToDoubleSeconds(until - now))}}};
}

Result CheckInScope(const Proposal& p, const KindLimits&, const Scope& scope, const Facts& f) {
  const auto outside = OutsideScope(scope, p.entity, f.agent_division);
  if (!outside.has_value()) return std::nullopt;
  return Breach{*outside, {}};
}

Result CheckPause(const Proposal&, const KindLimits&, const Scope&, const Facts& f) {
  if (!f.paused.has_value()) return std::nullopt;
  return Breach{"actuation is paused: " + *f.paused, {}};
}

Result CheckFreeze(const Proposal&, const KindLimits&, const Scope&, const Facts& f) {
  if (!f.frozen.has_value()) return std::nullopt;
  return Breach{"nothing is changed during freeze window \"" + *f.frozen + "\"",
                {{"window", *f.frozen}}};
}

Result CheckApprovalNeeded(const Proposal& p, const KindLimits&, const Scope&, const Facts& f) {
  if (!p.needs_approval || f.mode != Mode::kLive) return std::nullopt;
  return Breach{
      "the plan is a relaxed one: minima cannot all be held, so each of its changes needs "
      "approval (mode approve)",
      {}};
}

Result CheckExpiry(const Proposal& p, const KindLimits&, const Scope&, const Facts& f) {
  if (f.now < p.expires_at) return std::nullopt;
  return Breach{"the proposal expired at " + TimeText(p.expires_at),
                {{"expired_at", TimeText(p.expires_at)},
                 {"seconds_over", Figure(absl::ToDoubleSeconds(f.now - p.expires_at))}}};
}

Result CheckBounds(const Proposal& p, const KindLimits& limits, const Scope& scope,
                   const Facts& f) {
  const auto queue = scope.bounds.find(model::EntityQueue(p.entity));
  const AgentBounds bounds = queue == scope.bounds.end() ? AgentBounds() : queue->second;
  const auto* value = std::get_if<int64_t>(&p.new_value);
  if (value == nullptr) {
    if (!f.members_left.has_value() || *f.members_left >= bounds.least) return std::nullopt;
    return Exceeds(absl::StrCat("the queue would keep ", *f.members_left,
                                " joined members, at least ", bounds.least, " are needed"),
                   *f.members_left, bounds.least);
  }
  const int64_t least = std::max(limits.min_value, bounds.least);
  const int64_t most = std::min(limits.max_value, bounds.most);
  if (*value >= least && *value <= most) return std::nullopt;
  return Exceeds(absl::StrCat("a capacity of ", *value, " agents is outside ", least, " to ", most),
                 *value, *value < least ? least : most);
}

Result CheckMinChange(const Proposal& p, const KindLimits& limits, const Scope&, const Facts&) {
  if (p.kind == model::ChangeKind::kThrottle) return std::nullopt;  // out or not, for a while
  const int64_t change = MoveCount(p);
  // Of two states there is no smaller step than from one to the other.
  const int64_t least = std::holds_alternative<bool>(p.new_value) ? 1 : limits.min_change;
  if (change >= least && change > 0) return std::nullopt;
  return Exceeds(absl::StrCat("a change by ", change, " is below the least of ", least), change,
                 least);
}

Result CheckSnapshotAge(const Proposal& p, const KindLimits& limits, const Scope&, const Facts&) {
  if (p.snapshot_age <= limits.max_snapshot_age_intervals) return std::nullopt;
  return Exceeds(
      absl::StrFormat("snapshot %d was %.2f intervals old, at most %.2f are allowed",
                      p.snapshot_number, p.snapshot_age, limits.max_snapshot_age_intervals),
      p.snapshot_age, limits.max_snapshot_age_intervals);
}

Result CheckSnapshotSeen(const Proposal& p, const KindLimits& limits, const Scope&, const Facts&) {
  if (p.snapshot_seen_ratio >= limits.min_seen_ratio) return std::nullopt;
  return Exceeds(
      absl::StrFormat("snapshot %d held %.2f%% of the expected entities, at least "
                      "%.2f%% are needed",
                      p.snapshot_number, 100 * p.snapshot_seen_ratio, 100 * limits.min_seen_ratio),
      p.snapshot_seen_ratio, limits.min_seen_ratio);
}

// A person's undoing does not give way to a plan.
Result CheckRollBackWaits(const Proposal&, const KindLimits&, const Scope&, const Facts& f) {
  if (!f.rollback_waits) return std::nullopt;
  return Breach{"a rollback of it waits", {}};
}

Result CheckOpenChange(const Proposal&, const KindLimits&, const Scope&, const Facts& f) {
  // One that still waits gives way to the newer (ACT-8); one in flight does not.
  if (!f.open_state.has_value() || (*f.open_state != model::ChangeState::kApplying &&
                                    *f.open_state != model::ChangeState::kVerifying)) {
    return std::nullopt;
  }
  return Breach{absl::StrCat("another change of it is ", model::ChangeStateName(*f.open_state)),
                {{"state", model::ChangeStateName(*f.open_state)}}};
}

Result CheckLeftAlone(const Proposal&, const KindLimits&, const Scope&, const Facts& f) {
  if (f.now >= f.left_alone_until) return std::nullopt;
  return Until(
      absl::StrCat("somebody else changed it: left alone until ", TimeText(f.left_alone_until)),
      f.left_alone_until, f.now);
}

Result CheckDwell(const Proposal& p, const KindLimits& limits, const Scope&, const Facts& f) {
  if (!std::holds_alternative<model::MembershipEntity>(p.entity)) return std::nullopt;
  const absl::Time until = f.last_moved_at + limits.dwell;
  if (f.now >= until) return std::nullopt;
  return Until(
      absl::StrFormat("moved at %s: it stays until %s", TimeText(f.last_moved_at), TimeText(until)),
      until, f.now);
}

Result CheckLastQueue(const Proposal& p, const KindLimits&, const Scope&, const Facts& f) {
  // Who steps out for a moment comes back to this queue.
  if (!IsLeave(p) || p.kind == model::ChangeKind::kThrottle || f.other_queues.value_or(1) > 0) {
    return std::nullopt;
  }
  return Exceeds("it would leave the agent without a queue", 0, 1);
}

Result CheckMove(const Proposal& p, const KindLimits&, const Scope&, const Facts& f) {
  if (!IsLeave(p) || !f.broken_move.has_value()) return std::nullopt;
  return Breach{"the join that it follows will not happen: " + *f.broken_move,
                {{"move_id", p.move_id}}};
}

Result CheckCycle(const Proposal& p, const KindLimits& limits, const Scope&, const Facts& f) {
  if (f.moves_in_plan <= limits.moves_per_cycle) return std::nullopt;
  return Exceeds(absl::StrCat("plan ", p.plan_id, " would make ", f.moves_in_plan,
                              " moves, at most ", limits.moves_per_cycle, " are allowed"),
                 f.moves_in_plan, limits.moves_per_cycle);
}

// A move is counted once, in the group that it takes an agent from; a join or a rise takes from
// none, and is bounded by cycle and hour.
Result CheckGroupShare(const Proposal& p, const KindLimits& limits, const Scope&, const Facts& f) {
  const int64_t allowed = GroupAllowance(limits.group_share_per_hour, f.group_size);
  if (AgentsGained(p) >= 0 || f.group_lost <= allowed) return std::nullopt;
  return Exceeds(absl::StrFormat("queue %s had %d agents an hour ago and would lose %d, at most %d "
                                 "(%.0f%%) may be taken",
                                 model::EntityQueue(p.entity), f.group_size, f.group_lost, allowed,
                                 100 * limits.group_share_per_hour),
                 f.group_lost, allowed);
}

Result CheckHour(const Proposal& p, const KindLimits& limits, const Scope&, const Facts& f) {
  if (f.writes_last_hour <= limits.writes_per_hour) return std::nullopt;
  return Exceeds(
      absl::StrFormat("%d writes of kind %s in an hour, at most %d are allowed", f.writes_last_hour,
                      model::ChangeKindName(p.kind), limits.writes_per_hour),
      f.writes_last_hour, limits.writes_per_hour);
}

// FAIR-6: an agent under a hold is absent for everything else.
Result CheckHeld(const Proposal&, const KindLimits&, const Scope&, const Facts& f) {
  if (!f.held_by.has_value()) return std::nullopt;
  return Breach{"the agent is held by change " + *f.held_by, {{"hold", *f.held_by}}};
}

Result CheckCoolDown(const Proposal&, const KindLimits& limits, const Scope&, const Facts& f) {
  const absl::Time until = f.last_throttled_at + limits.cool_down;
  if (f.now >= until) return std::nullopt;
  return Until(absl::StrFormat("the agent was throttled at %s and is left alone until %s",
                               TimeText(f.last_throttled_at), TimeText(until)),
               until, f.now);
}

Result CheckHeldShare(const Proposal& p, const KindLimits& limits, const Scope&, const Facts& f) {
  if (p.kind != model::ChangeKind::kThrottle) return std::nullopt;
  const int64_t allowed = GroupAllowance(limits.held_share, f.holdable);
  if (f.held <= allowed) return std::nullopt;
  return Exceeds(absl::StrFormat("%d of queue %s's %d agents would be held at once, at most %d "
                                 "(%.0f%%) may be",
                                 f.held, model::EntityQueue(p.entity), f.holdable, allowed,
                                 100 * limits.held_share),
                 f.held, allowed);
}

constexpr unsigned M(Moment moment) { return static_cast<unsigned>(moment); }
constexpr unsigned kAsked = M(Moment::kProposal) | M(Moment::kRollBack);
constexpr unsigned kDecided = kAsked | M(Moment::kApproval);
constexpr unsigned kAlways = kDecided | M(Moment::kSending);

template <auto kMember>
double Limit(const KindLimits& limits) {
  return static_cast<double>(limits.*kMember);
}
double DwellSeconds(const KindLimits& limits) { return absl::ToDoubleSeconds(limits.dwell); }
double CoolDownSeconds(const KindLimits& limits) { return absl::ToDoubleSeconds(limits.cool_down); }

// What a person parked, approved or asked to undo is not refused for the age of a snapshot, and a
// rollback need not wait out the dwell of the move that it undoes. A pause or freeze that begins
// after acceptance holds the change back until it ends or the change expires, so neither is asked
// at sending.
const Guardrail kGuardrails[] = {
    {"OUT_OF_SCOPE", "", "only listed queues and divisions; exclusions win", kAlways, nullptr,
     CheckInScope},
    {"PAUSED", "", "nothing while actuation, the kind or the entity is paused", kDecided, nullptr,
     CheckPause},
    {"FROZEN", "", "nothing inside a freeze window", kDecided, nullptr, CheckFreeze},
    {"NEEDS_APPROVAL", "", "no relaxed plan without approval", M(Moment::kProposal), nullptr,
     CheckApprovalNeeded},
    {"PROPOSAL_EXPIRED", "", "nothing past its own expiry", M(Moment::kProposal), nullptr,
     CheckExpiry},
    {"VALUE_BOUNDS", "agents",
     "a queue's capacity, and its joined members after a leave, stay inside its bounds (limit: the "
     "upper)",
     kDecided, Limit<&KindLimits::max_value>, CheckBounds},
    {"MIN_CHANGE", "agents", "no smaller change", kAsked, Limit<&KindLimits::min_change>,
     CheckMinChange},
    {"SNAPSHOT_STALE", "intervals", "no older snapshot", M(Moment::kProposal),
     Limit<&KindLimits::max_snapshot_age_intervals>, CheckSnapshotAge},
    {"SNAPSHOT_THIN", "ratio", "no snapshot with a smaller share of the expected entities",
     M(Moment::kProposal), Limit<&KindLimits::min_seen_ratio>, CheckSnapshotSeen},
    {"OPEN_CHANGE", "", "one change of an entity in flight at a time", kAsked, nullptr,
     CheckOpenChange},
    {"ROLLBACK_WAITS", "", "nothing in the place of a rollback that waits", M(Moment::kProposal),
     nullptr, CheckRollBackWaits},
    {kChangedByOther, "", "what somebody else changed is left alone", kAlways, nullptr,
     CheckLeftAlone},
    {"DWELL", "seconds", "a moved membership stays so long",
     M(Moment::kProposal) | M(Moment::kApproval), DwellSeconds, CheckDwell},
    {"AGENT_HELD", "", "nothing else while a hold is on the agent", kAlways, nullptr, CheckHeld},
    {"COOL_DOWN", "seconds", "after a throttle its agent is left alone so long", kDecided,
     CoolDownSeconds, CheckCoolDown},
    {"HELD_SHARE", "ratio",
     "of a queue's agents at most this share, but one in any case, is held at once", kAlways,
     Limit<&KindLimits::held_share>, CheckHeldShare},
    {kLastQueue, "", "an agent is never left without a queue", kDecided, nullptr, CheckLastQueue},
    {kMoveBroken, "", "no leave without the join that it belongs to", kAlways, nullptr, CheckMove},
    {"MOVES_PER_CYCLE", "moves", "at most so many in one plan; a leave with its join is one",
     kAsked, Limit<&KindLimits::moves_per_cycle>, CheckCycle},
    {"GROUP_SHARE_PER_HOUR", "ratio",
     "of a queue's joined members at most this share is taken away in an hour", kDecided,
     Limit<&KindLimits::group_share_per_hour>, CheckGroupShare},
    {"WRITES_PER_HOUR", "writes", "at most so many an hour; one entity is one write", kDecided,
     Limit<&KindLimits::writes_per_hour>, CheckHour},
};

}  // namespace

std::span<const Guardrail> Guardrails() { return kGuardrails; }

KindLimits DefaultLimits(model::ChangeKind kind) {
  KindLimits limits;
  if (kind == model::ChangeKind::kThrottle) {
    limits.writes_per_hour = 60;
    limits.dwell = absl::ZeroDuration();
  }
  return limits;
}

void CheckLimits(const KindLimits& limits, const std::string& prefix, Violations& violations) {
  const auto require = [&](bool ok, const char* field, const char* what) {
    if (!ok) violations.Add(absl::StrCat(prefix, ".", field), what);
  };
  const auto is_ratio = [](double value) { return value >= 0 && value <= 1; };
  require(limits.moves_per_cycle >= 0, "moves_per_cycle", "must be 0 or more");
  require(limits.writes_per_hour >= 0, "writes_per_hour", "must be 0 or more");
  require(is_ratio(limits.group_share_per_hour), "group_share_per_hour", "must be 0 to 1");
  require(limits.min_change >= 0, "min_change", "must be 0 or more");
  require(limits.max_snapshot_age_intervals >= 0, "max_snapshot_age_intervals",
          "must be 0 or more");
  require(is_ratio(limits.min_seen_ratio), "min_seen_ratio", "must be 0 to 1");
  require(limits.dwell >= absl::ZeroDuration(), "dwell", "must be 0 or more");
  require(limits.cool_down >= absl::ZeroDuration(), "cool_down", "must be 0 or more");
  require(is_ratio(limits.held_share), "held_share", "must be 0 to 1");
  require(limits.min_value >= 0, "min_capacity", "must be 0 or more");
  require(limits.min_value <= limits.max_value, "max_capacity", "must be at least min_capacity");
}

absl::Status CheckGuardrails(Moment moment, const Proposal& proposal, const KindLimits& limits,
                             const Scope& scope, const GuardrailFacts& facts) {
  for (const Guardrail& guardrail : kGuardrails) {
    if ((guardrail.moments & M(moment)) == 0) continue;
    const Result breach = guardrail.check(proposal, limits, scope, facts);
    if (breach.has_value()) return GuardrailStatus(guardrail.name, *breach);
  }
  return absl::OkStatus();
}

absl::Status GuardrailStatus(const std::string& name, const Breach& breach) {
  return RefusalStatus(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat(name, ": ", breach.message), {name, breach.metadata});
}

int64_t GroupAllowance(double share, int64_t size) {
  // A hair is added so that 0.3 * 10 is 3.
  return std::max<int64_t>(
      share > 0 ? 1 : 0,
      static_cast<int64_t>(std::floor(share * static_cast<double>(size) + 1e-9)));
}

}  // namespace evenkeel::actuator
