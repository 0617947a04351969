#include "services/fairness_scorer/scorer.h"

#include <algorithm>

#include "common/base/status_macros.h"

namespace evenkeel::fairness {
namespace {

constexpr model::Section kOfTime[] = {model::Section::kStates, model::Section::kQueues};
constexpr model::Section kOfWork[] = {model::Section::kAgentWork};

// After a longer silence between snapshots nothing is known of the time between.
constexpr absl::Duration kMaxGap = absl::Minutes(2);

absl::StatusOr<ScoredGroup> ScoreOne(const Group& group, ScoreOptions options) {
  options.acw_weight = group.acw_weight;
  EVENKEEL_ASSIGN_OR_RETURN(GroupScore score, ScoreGroup(group.agents, options));
  ScoredGroup scored{group.kind, group.id, score.dispersion, group.off_queue, {}};
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

}  // namespace

Scorer::Scorer(ScorerSettings settings)
    : settings_(std::move(settings)), window_(settings_.queues, settings_.window) {}

absl::Status Scorer::Score(const model::Snapshot& snapshot, absl::Time now) {
  std::lock_guard lock(mutex_);
  last_ = model::CheckQuality(snapshot, kOfTime, settings_.need, now);
  if (!last_.ok()) return last_;
  last_ = model::CheckQuality(snapshot, kOfWork, settings_.need, now);
  window_.Observe(snapshot, kMaxGap, last_.ok());
  if (!last_.ok()) return last_;
  // Work is held against the time that it was done in, be it the whole window or not yet.
  ScoreOptions options = settings_.options;
  options.interval_seconds = std::max(1.0, absl::ToDoubleSeconds(window_.Compared()));
  auto scores = std::make_shared<Scores>();
  scores->snapshot_number = snapshot.number;
  scores->computed_at = now;
  scores->window = settings_.window;
  for (const Group& group : window_.Groups()) {
    auto scored = ScoreOne(group, options);
    if (!scored.ok()) return last_ = scored.status();
    scores->groups.push_back(*std::move(scored));
  }
  newest_ = std::move(scores);
  return last_;
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
