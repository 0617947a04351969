#include "services/fairness_scorer/scorer.h"

#include <absl/strings/str_format.h>
#include <absl/strings/str_replace.h>

#include <algorithm>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"

namespace evenkeel::fairness {
namespace {

constexpr model::Section kOfTime[] = {model::Section::kStates, model::Section::kQueues};
constexpr model::Section kOfWork[] = {model::Section::kAgentWork};

// After a longer silence between snapshots nothing is known of the time between.
constexpr absl::Duration kMaxGap = absl::Minutes(2);

constexpr size_t kLinkedAgents = 20;

ScoredGroup Present(const Group& group, GroupScore score, GroupStanding standing) {
  ScoredGroup scored{group.kind,      group.id, score.dispersion,
                     group.off_queue, {},       std::move(standing)};
  for (AgentScore& agent : score.agents) {
    if (agent.left_out) {
      ++scored.left_out;
    } else {
      scored.agents.push_back(std::move(agent));
    }
  }
  std::stable_sort(
      scored.agents.begin(), scored.agents.end(),
      [](const AgentScore& a, const AgentScore& b) { return a.rate_per_hour > b.rate_per_hour; });
  return scored;
}

GroupSample SampleOf(const GroupCycle& cycle, const GroupStanding& standing, absl::Time now) {
  GroupSample sample;
  sample.group_key = GroupKey(cycle.group->kind, cycle.group->id);
  sample.at = now;
  sample.cv = standing.current_cv;
  sample.smoothed_cv = standing.smoothed_cv;
  sample.raw_cv = cycle.score->dispersion.cv;
  sample.occupancy_ratio = standing.occupancy_ratio;
  sample.critical = standing.band == Band::kCritical;
  sample.agents = cycle.score->dispersion.agents;
  return sample;
}

// How far the snapshot's sections are past, and how much of them was seen, as a proposal states it.
void SetQuality(const model::Snapshot& snapshot, absl::Time now, model::Proposal& proposal) {
  const model::Section used[] = {model::Section::kStates, model::Section::kQueues,
                                 model::Section::kAgentWork};
  for (const model::SectionQuality& quality : snapshot.quality) {
    if (std::find(std::begin(used), std::end(used), quality.section) == std::end(used)) continue;
    proposal.snapshot_age = std::max(proposal.snapshot_age,
                                     absl::FDivDuration(now - quality.taken_at, quality.interval));
    if (quality.expected > 0) {
      proposal.snapshot_seen_ratio =
          std::min(proposal.snapshot_seen_ratio,
                   static_cast<double>(quality.seen) / static_cast<double>(quality.expected));
    }
  }
}

}  // namespace

Scorer::Scorer(ScorerSettings settings, FairnessStore& store, ChangeProposer& proposer,
               IdSource& ids)
    : settings_(std::move(settings)),
      store_(store),
      proposer_(proposer),
      ids_(ids),
      window_(settings_.queues, settings_.window) {}

absl::Status Scorer::Load() {
  std::lock_guard lock(mutex_);
  EVENKEEL_ASSIGN_OR_RETURN(memory_, store_.LoadMemory());
  return absl::OkStatus();
}

absl::Status Scorer::Score(const model::Snapshot& snapshot, absl::Time now) {
  std::vector<Throttle> throttles;
  {
    std::lock_guard lock(mutex_);
    last_ = ScoreLocked(snapshot, now, throttles);
    if (!last_.ok()) return last_;
  }
  // Asking the actuator may take its time, and nobody waits for it.
  if (settings_.propose) Propose(throttles, snapshot, now);
  return absl::OkStatus();
}

absl::Status Scorer::ScoreLocked(const model::Snapshot& snapshot, absl::Time now,
                                 std::vector<Throttle>& throttles) {
  EVENKEEL_RETURN_IF_ERROR(model::CheckQuality(snapshot, kOfTime, settings_.need, now));
  const absl::Status work = model::CheckQuality(snapshot, kOfWork, settings_.need, now);
  window_.Observe(snapshot, kMaxGap, work.ok());
  EVENKEEL_RETURN_IF_ERROR(work);
  // Work is held against the time that it was done in, be it the whole window or not yet.
  ScoreOptions options = settings_.options;
  options.interval_seconds = std::max(1.0, absl::ToDoubleSeconds(window_.Compared()));
  const std::vector<Group> groups = window_.Groups();
  std::vector<GroupScore> group_scores;
  std::vector<GroupCycle> cycles;
  group_scores.reserve(groups.size());
  for (const Group& group : groups) {
    options.acw_weight = group.acw_weight;
    EVENKEEL_ASSIGN_OR_RETURN(GroupScore score, ScoreGroup(group.agents, options));
    group_scores.push_back(std::move(score));
    cycles.push_back({&group, &group_scores.back(), options});
  }

  CycleWrite write;
  write.memory = memory_;
  WatchedCycle watched = Watch(write.memory, cycles, settings_.watch,
                               model::WindowAt(settings_.maintenance_windows, now).has_value(),
                               snapshot.number, now, [this] { return ids_.NewId(); });
  ThrottleMemory throttle_memory = throttles_;
  const std::vector<ThrottleVerdict> verdicts =
      JudgeThrottles(throttle_memory, cycles, watched, snapshot, settings_.throttle, now);
  write.alerts = std::move(watched.alerts);
  for (const ThrottleVerdict& verdict : verdicts) {
    if (verdict.settled == Settled::kWorse) {
      write.alerts.push_back(AlertOfWorse(verdict, snapshot.number, now));
    }
  }
  for (Alert& alert : write.alerts) AddLinks(alert);
  for (size_t g = 0; g < cycles.size(); ++g) {
    write.samples.push_back(SampleOf(cycles[g], watched.groups[g], now));
  }
  EVENKEEL_RETURN_IF_ERROR(store_.Commit(write));

  memory_ = std::move(write.memory);
  throttles_ = std::move(throttle_memory);
  for (const ThrottleVerdict& verdict : verdicts) ++counts_.settled[verdict.settled];
  throttles = PlanThrottles(throttles_, cycles, watched, snapshot, settings_.throttle, now);
  auto scores = std::make_shared<Scores>();
  scores->snapshot_number = snapshot.number;
  scores->computed_at = now;
  scores->window = settings_.window;
  for (size_t g = 0; g < groups.size(); ++g) {
    scores->groups.push_back(
        Present(groups[g], std::move(group_scores[g]), std::move(watched.groups[g])));
  }
  newest_ = std::move(scores);
  return absl::OkStatus();
}

Alert Scorer::AlertOfWorse(const ThrottleVerdict& verdict, uint64_t snapshot_number,
                           absl::Time now) {
  Alert alert;
  alert.id = alert.incident_id = ids_.NewId();
  alert.type = AlertType::kThrottleWorse;
  alert.queue_id = verdict.queue_id;
  alert.ema_cv = verdict.cv_after;
  alert.at = now;
  alert.snapshot_number = snapshot_number;
  alert.text = absl::StrFormat(
      "After a throttle things got worse (smoothed CV %.2f, was %.2f; %d contacts wait, %d did): "
      "nobody of the queue is throttled for %s.",
      verdict.cv_after, verdict.cv_before, verdict.waiting_after, verdict.waiting_before,
      absl::FormatDuration(settings_.throttle.leave_alone));
  alert.evidence = {{"smoothed_cv", verdict.cv_after, verdict.cv_before},
                    {"waiting_contacts", static_cast<double>(verdict.waiting_after),
                     static_cast<double>(verdict.waiting_before)}};
  return alert;
}

void Scorer::AddLinks(Alert& alert) const {
  const auto fill = [&](const std::string& link, const std::string& agent_id) {
    return absl::StrReplaceAll(link, {{"{queue_id}", alert.queue_id}, {"{agent_id}", agent_id}});
  };
  if (!settings_.queue_link.empty() && !alert.queue_id.empty()) {
    alert.links.push_back({"queue", fill(settings_.queue_link, "")});
  }
  if (settings_.agent_link.empty()) return;
  for (const auto* agents : {&alert.overloaded_agents, &alert.underutilized_agents}) {
    for (size_t i = 0; i < std::min(agents->size(), kLinkedAgents); ++i) {
      alert.links.push_back({(*agents)[i], fill(settings_.agent_link, (*agents)[i])});
    }
  }
}

void Scorer::Propose(const std::vector<Throttle>& throttles, const model::Snapshot& snapshot,
                     absl::Time now) {
  const std::string plan_id = ids_.NewId();
  for (const Throttle& throttle : throttles) {
    model::Proposal proposal;
    proposal.kind = model::ChangeKind::kThrottle;
    if (settings_.lever == model::CapacityLever::kMemberships) {
      proposal.entity = model::MembershipEntity{throttle.queue_id, throttle.agent_id};
      proposal.old_value = true;
      proposal.new_value = false;
    } else {
      proposal.entity = model::AvailabilityEntity{throttle.queue_id, throttle.agent_id};
      proposal.old_value = model::Availability::kAvailable;
      proposal.new_value = model::Availability::kPaused;
    }
    proposal.hold_for = throttle.hold_for;
    proposal.reason = absl::StrFormat(
        "Fairness throttle: %.1f contacts in the window per unit of capacity, %.1f would be fair; "
        "smoothed CV %.2f above 0.35 for 3 intervals",
        throttle.current, throttle.target, throttle.smoothed_cv);
    proposal.trigger = absl::StrFormat("smoothed_cv=%.4f", throttle.smoothed_cv);
    proposal.proposer = "fairness-scorer";
    proposal.plan_id = plan_id;
    proposal.snapshot_number = snapshot.number;
    SetQuality(snapshot, now, proposal);
    proposal.expires_at = now + settings_.proposal_lifetime;
    const absl::Status answer = proposer_.Propose(ids_.NewId(), proposal);
    const auto refusal = GetRefusal(answer);
    std::lock_guard lock(mutex_);
    if (answer.ok()) {
      ++counts_.proposed;
      NoteThrottle(throttles_, throttle, snapshot, now);
    } else {
      ++counts_.refused[refusal ? refusal->reason : "UNREACHABLE"];
      if (!refusal) return;  // the next one would not reach it either
    }
  }
}

ThrottleCounts Scorer::throttle_counts() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

absl::StatusOr<std::shared_ptr<const Scores>> Scorer::newest() const {
  std::lock_guard lock(mutex_);
  EVENKEEL_RETURN_IF_ERROR(last_);
  return newest_;
}

std::optional<absl::Time> Scorer::last_scored_at() const {
  std::lock_guard lock(mutex_);
  if (newest_ == nullptr) return std::nullopt;
  return newest_->computed_at;
}

}  // namespace evenkeel::fairness
