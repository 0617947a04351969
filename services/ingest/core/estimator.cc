#include "services/ingest/core/estimator.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace evenkeel::ingest {
namespace {

constexpr double kSlowFactor = 3;  // half-life of the slow average over that of the fast one
// Of the noise that would explain the difference of the averages: believed to be noise up to here,
// to be a move from there.
constexpr double kNoiseDeviations = 1.4;
constexpr double kMoveDeviations = 2.8;
// The prior never weighs less than this share of its weight: a queue without a contact for hours
// still has a rate.
constexpr double kLeastPrior = 0.05;
// Dispersion before there are counts, and how many intervals that counts as.
constexpr double kPriorDispersion = 2;
constexpr double kPriorDispersionIntervals = 12;
constexpr double kMaxDispersion = 10;
// How many contacts, respectively abandonments, the priors of handle time and patience count as.
constexpr double kPriorContacts = 5;
constexpr double kPriorAbandonments = 3;

double Decay(absl::Duration age, absl::Duration half_life) {
  return std::exp2(-std::max(0.0, absl::FDivDuration(age, half_life)));
}

// A decayed average of a rate.
struct Average {
  double counts = 0;
  double seconds = 0;
  double squared_seconds = 0;  // for the variance: sum of weight^2 * exposure

  void Add(double count, double exposure_seconds, double weight) {
    counts += weight * count;
    seconds += weight * exposure_seconds;
    squared_seconds += weight * weight * exposure_seconds;
  }
  double per_second() const { return counts / seconds; }
};

}  // namespace

Estimator::Estimator(EstimatorSettings settings, std::vector<LoadPrior> priors)
    : settings_(std::move(settings)) {
  assert(settings_.half_life > absl::ZeroDuration());
  for (LoadPrior& prior : priors) {
    const std::string id = prior.queue_id;
    priors_[id] = std::move(prior);
  }
}

void Estimator::Observe(std::span<const model::QueueInterval> intervals, absl::Time read_at) {
  for (const model::QueueInterval& interval : intervals) {
    const absl::Duration exposure =
        std::clamp(read_at - interval.start, absl::ZeroDuration(), interval.length);
    if (exposure > absl::ZeroDuration()) {
      history_[interval.queue_id][interval.start] = {interval, exposure};
    }
  }
}

std::vector<model::QueueEstimate> Estimator::Estimate(std::span<const std::string> queue_ids,
                                                      absl::Time now) {
  for (auto it = history_.begin(); it != history_.end();) {
    History& history = it->second;
    history.erase(history.begin(), history.lower_bound(now - Memory()));
    it = history.empty() ? history_.erase(it) : std::next(it);
  }
  static const History& kNothing = *new History;
  std::vector<model::QueueEstimate> estimates;
  for (const std::string& id : queue_ids) {
    const auto prior = priors_.find(id);
    const auto history = history_.find(id);
    estimates.push_back(EstimateOne(prior == priors_.end() ? settings_.fallback : prior->second,
                                    history == history_.end() ? kNothing : history->second, now));
    estimates.back().queue_id = id;
  }
  return estimates;
}

model::QueueEstimate Estimator::EstimateOne(const LoadPrior& prior, const History& history,
                                            absl::Time now) const {
  const absl::Duration fast_life = settings_.half_life;
  const absl::Duration slow_life = kSlowFactor * settings_.half_life;
  Average fast, slow;
  double observed_seconds = 0;
  double shared = 0;  // for their covariance: sum of both weights * exposure
  double handled = 0, handle_seconds = 0, abandoned = 0, wait_seconds = 0;
  for (const auto& [start, seen] : history) {
    const model::QueueInterval& interval = seen.interval;
    const double exposure = absl::ToDoubleSeconds(seen.exposure);
    const absl::Duration age = now - (start + seen.exposure / 2);
    const auto count = static_cast<double>(interval.offered);
    const double fast_weight = Decay(age, fast_life);
    fast.Add(count, exposure, fast_weight);
    const double weight = Decay(age, slow_life);
    slow.Add(count, exposure, weight);
    shared += fast_weight * weight * exposure;
    observed_seconds += exposure;
    handled += weight * static_cast<double>(interval.handled);
    handle_seconds += weight * absl::ToDoubleSeconds(interval.handle_total);
    // Callers who were answered show patience too: they had not given up yet.
    abandoned += weight * static_cast<double>(interval.abandoned);
    wait_seconds += weight * absl::ToDoubleSeconds(interval.answered_wait_total +
                                                   interval.abandoned_wait_total);
  }

  model::QueueEstimate estimate;
  estimate.mean_handle_seconds =
      (handle_seconds + kPriorContacts * absl::ToDoubleSeconds(prior.handle_time)) /
      (handled + kPriorContacts);
  estimate.mean_patience_seconds =
      (wait_seconds + kPriorAbandonments * absl::ToDoubleSeconds(prior.patience)) /
      (abandoned + kPriorAbandonments);

  // Variance over mean from the differences of neighbours, which a slow drift hardly touches.
  const double prior_seconds =
      absl::ToDoubleSeconds(settings_.prior_weight) *
      std::max(kLeastPrior, Decay(absl::Seconds(observed_seconds), fast_life));
  const double prior_per_second = prior.arrivals_per_hour / 3600;
  for (Average* average : {&fast, &slow}) {
    average->Add(prior_per_second * prior_seconds, prior_seconds, 1);
  }
  shared += prior_seconds;
  double pairs = kPriorDispersionIntervals;
  double dispersion = kPriorDispersion * pairs;
  for (auto it = history.begin(); it != history.end(); ++it) {
    const auto next = std::next(it);
    if (next == history.end()) break;
    const Seen &a = it->second, &b = next->second;
    if (a.exposure < a.interval.length || b.exposure < b.interval.length ||
        b.interval.start != a.interval.start + a.interval.length || slow.per_second() <= 0) {
      continue;
    }
    const double mean = slow.per_second() * absl::ToDoubleSeconds(a.interval.length);
    const double difference = static_cast<double>(b.interval.offered - a.interval.offered);
    // A pair far beyond any noise is a jump of the level, not a measure of noise.
    dispersion += std::min(difference * difference / (2 * mean), kMaxDispersion);
    pairs += 1;
  }
  estimate.dispersion_ratio = std::clamp(dispersion / pairs, 1.0, kMaxDispersion);

  // Var(f - s) = Var(f) + Var(s) - 2 Cov(f, s), each over the rate: the averages share their data.
  const double variance_seconds = fast.squared_seconds / (fast.seconds * fast.seconds) +
                                  slow.squared_seconds / (slow.seconds * slow.seconds) -
                                  2 * shared / (fast.seconds * slow.seconds);
  const double deviation = std::sqrt(std::max(
      1e-12, estimate.dispersion_ratio * slow.per_second() * std::max(0.0, variance_seconds)));
  const double difference = std::abs(fast.per_second() - slow.per_second());
  const double moved = std::clamp(
      (difference / deviation - kNoiseDeviations) / (kMoveDeviations - kNoiseDeviations), 0.0, 1.0);
  estimate.arrivals_per_hour =
      3600 * (slow.per_second() + moved * (fast.per_second() - slow.per_second()));
  estimate.evidence_seconds = slow.seconds + moved * (fast.seconds - slow.seconds) - prior_seconds;
  return estimate;
}

}  // namespace evenkeel::ingest
