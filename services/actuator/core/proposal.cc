#include "services/actuator/core/proposal.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <utility>

#include "common/base/string_bridge.h"

namespace evenkeel::actuator {
namespace {

constexpr size_t kMaxIdLength = 200;
constexpr size_t kMaxTextLength = 2000;
constexpr int64_t kMaxAgents = 1'000'000;

// Ids are parts of keys and paths, so they hold no separators and nothing invisible.
bool IsId(const std::string& id) {
  return !id.empty() && id.size() <= kMaxIdLength &&
         std::all_of(id.begin(), id.end(),
                     [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '/'; });
}

void CheckId(const std::string& field, const std::string& id, Violations& violations) {
  if (!IsId(id)) {
    violations.Add(field, absl::StrCat("must be 1 to ", kMaxIdLength,
                                       " printable ASCII characters without space or slash"));
  }
}

void CheckThrottle(const model::Proposal& proposal, Violations& violations) {
  const bool steps_out =
      std::holds_alternative<model::AvailabilityEntity>(proposal.entity)
          ? proposal.old_value == model::Value(model::Availability::kAvailable) &&
                (proposal.new_value == model::Value(model::Availability::kPaused) ||
                 proposal.new_value == model::Value(model::Availability::kBreak))
          : proposal.old_value == model::Value(true) && IsLeave(proposal);
  if (!steps_out) {
    violations.Add("new_value",
                   "a throttle takes an agent out: from joined to not joined, or from AVAILABLE to "
                   "PAUSED or BREAK");
  }
  if (proposal.hold_for <= absl::ZeroDuration() || proposal.hold_for > kLongestHold) {
    violations.Add("hold_for", "must be above 0 to 120 s");
  }
}

void CheckKind(const model::Proposal& proposal, Violations& violations) {
  const bool is_availability = std::holds_alternative<model::AvailabilityEntity>(proposal.entity);
  switch (proposal.kind) {
    case model::ChangeKind::kCapacity:
      if (is_availability) violations.Add("entity", "an availability is changed by throttles only");
      if (proposal.hold_for != absl::ZeroDuration()) {
        violations.Add("hold_for", "is for throttles only");
      }
      return;
    case model::ChangeKind::kThrottle:
      CheckThrottle(proposal, violations);
      return;
    case model::ChangeKind::kRestore:
      violations.Add("kind", "a restore is made by the actuator itself, when a hold ends");
      return;
  }
  violations.Add("kind", "is not a kind of change");
}

void CheckValues(const model::Proposal& proposal, Violations& violations) {
  if (std::holds_alternative<model::AvailabilityEntity>(proposal.entity)) {
    for (const auto& [field, value] : {std::pair{"old_value", &proposal.old_value},
                                       std::pair{"new_value", &proposal.new_value}}) {
      if (!std::holds_alternative<model::Availability>(*value)) {
        violations.Add(field, "must be an availability");
      }
    }
    return;
  }
  const bool is_membership = std::holds_alternative<model::MembershipEntity>(proposal.entity);
  for (const auto& [field, value] :
       {std::pair{"old_value", &proposal.old_value}, std::pair{"new_value", &proposal.new_value}}) {
    const auto* agents = std::get_if<int64_t>(value);
    if (is_membership != std::holds_alternative<bool>(*value) ||
        is_membership == (agents != nullptr)) {
      violations.Add(field, is_membership ? "must be `joined`, as of a membership"
                                          : "must be `agents`, as of a queue's capacity");
    } else if (agents != nullptr && (*agents < 0 || *agents > kMaxAgents)) {
      violations.Add(field, absl::StrCat("must be 0 to ", kMaxAgents, " agents, is ", *agents));
    }
  }
}

void CheckForecasts(const model::Proposal& proposal, Violations& violations) {
  for (size_t i = 0; i < proposal.forecasts.size(); ++i) {
    const model::Forecast& forecast = proposal.forecasts[i];
    const std::string at = absl::StrCat("forecasts[", i, "]");
    CheckId(at + ".measure", forecast.measure, violations);
    CheckId(at + ".queue_id", forecast.queue_id, violations);
    if (!std::isfinite(forecast.before)) violations.Add(at + ".before", "must be a number");
    if (!std::isfinite(forecast.after)) violations.Add(at + ".after", "must be a number");
    if (forecast.horizon < absl::ZeroDuration() || forecast.horizon > absl::Hours(24 * 366)) {
      violations.Add(at + ".horizon", "must be 0 to a year");
    }
  }
}

}  // namespace

void CheckProposalForm(const model::Proposal& proposal, Violations& violations) {
  CheckKind(proposal, violations);
  CheckId("entity.queue_id", model::EntityQueue(proposal.entity), violations);
  if (!std::holds_alternative<model::QueueCapacityEntity>(proposal.entity)) {
    CheckId("entity.agent_id", model::EntityAgent(proposal.entity), violations);
  }
  CheckValues(proposal, violations);
  if (proposal.plan_id.empty()) violations.Add("plan_id", "must name the plan that it is part of");
  if (proposal.snapshot_number == 0) {
    violations.Add("snapshot_number", "must be that of the snapshot that it rests on, from 1");
  }
  if (proposal.reason.empty()) violations.Add("reason", "must say why");
  if (proposal.proposer.empty()) violations.Add("proposer", "must say who asks");
  for (const auto& [field, text] :
       {std::pair{"reason", &proposal.reason}, std::pair{"proposer", &proposal.proposer},
        std::pair{"plan_id", &proposal.plan_id}, std::pair{"move_id", &proposal.move_id}}) {
    if (text->size() > kMaxTextLength) {
      violations.Add(field, absl::StrCat("is longer than ", kMaxTextLength, " bytes"));
    }
  }
  if (proposal.trigger.size() > kMaxIdLength) {
    violations.Add("trigger", absl::StrCat("is longer than ", kMaxIdLength, " bytes"));
  }
  if (!(proposal.snapshot_age >= 0)) {  // also NaN
    violations.Add("snapshot_age_intervals", "must be a number from 0");
  }
  if (!(proposal.snapshot_seen_ratio >= 0 && proposal.snapshot_seen_ratio <= 1)) {
    violations.Add("snapshot_seen_ratio", "must be 0 to 1");
  }
  if (proposal.expires_at == absl::Time()) violations.Add("expires_at", "must be set");
  CheckForecasts(proposal, violations);
}

bool IsJoin(const model::Proposal& proposal) { return proposal.new_value == model::Value(true); }

bool IsLeave(const model::Proposal& proposal) { return proposal.new_value == model::Value(false); }

int64_t AgentsGained(const model::Proposal& proposal) {
  // Who steps out for a moment is not taken away from the queue.
  if (proposal.kind != model::ChangeKind::kCapacity) return 0;
  const auto number = [](const model::Value& value) {
    return std::visit([](auto v) { return static_cast<int64_t>(v); }, value);
  };
  return number(proposal.new_value) - number(proposal.old_value);
}

int64_t MoveCount(const model::Proposal& proposal) { return std::abs(AgentsGained(proposal)); }

int64_t CountMoves(std::span<const model::Proposal> proposals) {
  int64_t moves = 0;
  std::map<std::pair<std::string, std::string>, std::pair<int64_t, int64_t>> tied;  // joins, leaves
  for (const model::Proposal& proposal : proposals) {
    const std::string& agent = model::EntityAgent(proposal.entity);
    if (proposal.move_id.empty() || agent.empty()) {
      moves += MoveCount(proposal);
    } else {
      auto& [joins, leaves] = tied[{proposal.move_id, agent}];
      (IsJoin(proposal) ? joins : leaves) += MoveCount(proposal);
    }
  }
  for (const auto& [move, halves] : tied) moves += std::max(halves.first, halves.second);
  return moves;
}

model::Proposal Reverse(const model::Proposal& proposal, std::string actor, std::string reason,
                        absl::Time expires_at) {
  model::Proposal reverse;
  reverse.kind = proposal.kind;
  reverse.entity = proposal.entity;
  reverse.old_value = proposal.new_value;
  reverse.new_value = proposal.old_value;
  reverse.reason = std::move(reason);
  reverse.proposer = std::move(actor);
  reverse.expires_at = expires_at;
  reverse.forecasts = proposal.forecasts;
  for (model::Forecast& forecast : reverse.forecasts) std::swap(forecast.before, forecast.after);
  return reverse;
}

std::string Fingerprint(std::span<const std::string> parts) {
  // FNV-1a over 128 bits; each part is preceded by its length.
  using Wide = unsigned __int128;
  constexpr Wide kPrime = (Wide{1} << 88) + 0x13b;
  Wide hash = (Wide{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
  for (const std::string& part : parts) {
    for (const unsigned char c : absl::StrCat(part.size(), ":", part)) {
      hash = (hash ^ c) * kPrime;
    }
  }
  return absl::StrFormat("%016x%016x", static_cast<uint64_t>(hash >> 64),
                         static_cast<uint64_t>(hash));
}

std::string Fingerprint(const model::Proposal& p) {
  const auto number = [](double value) { return absl::StrFormat("%.17g", value); };
  const auto instant = [](absl::Time time) {
    return ToString(absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone()));
  };
  std::vector<std::string> parts = {model::ChangeKindName(p.kind),
                                    model::EntityKey(p.entity),
                                    model::ValueText(p.old_value),
                                    model::ValueText(p.new_value),
                                    p.reason,
                                    p.proposer,
                                    p.plan_id,
                                    p.move_id,
                                    std::to_string(p.snapshot_number),
                                    number(p.snapshot_age),
                                    number(p.snapshot_seen_ratio),
                                    instant(p.expires_at),
                                    p.needs_approval ? "needs approval" : "",
                                    std::to_string(absl::ToInt64Nanoseconds(p.hold_for)),
                                    p.trigger};
  for (const model::Forecast& f : p.forecasts) {
    parts.insert(parts.end(), {f.measure, f.queue_id, number(f.before), number(f.after),
                               std::to_string(absl::ToInt64Nanoseconds(f.horizon))});
  }
  return Fingerprint(parts);
}

}  // namespace evenkeel::actuator
