#include "tools/lab/published/study.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tools/genesys_sim/engine/engine.h"

namespace evenkeel::lab {
namespace {

constexpr size_t kCounters = std::size(kCounterNames);

struct Counts {
  double of[kCounters] = {};

  double& operator[](Counter counter) { return of[static_cast<size_t>(counter)]; }
  double operator[](Counter counter) const { return of[static_cast<size_t>(counter)]; }
};

// Counts the contacts of one replication by source (call types, then campaigns) and period.
class Collector : public sim::Observer {
 public:
  explicit Collector(const Study& study) : scenario_(*study.scenario) {
    period_micros_ = absl::ToInt64Microseconds(study.period_length);
    const int64_t closes = absl::ToInt64Microseconds(*scenario_.closes);
    periods_ = period_micros_ <= 0 ? 1 : static_cast<size_t>((closes - 1) / period_micros_) + 2;
    counts_.resize((scenario_.call_types.size() + scenario_.campaigns.size()) * periods_);
    for (const sim::Queue& queue : scenario_.queues) {
      targets_.push_back(absl::ToInt64Microseconds(queue.target_wait));
    }
  }

  void Clear() {
    std::fill(counts_.begin(), counts_.end(), Counts());
    contacts_ = 0;
  }
  int64_t contacts() const { return contacts_; }

  void Ended(const sim::Contact& contact) override {
    ++contacts_;
    const size_t source = contact.campaign < 0
                              ? static_cast<size_t>(contact.call_type)
                              : scenario_.call_types.size() + static_cast<size_t>(contact.campaign);
    const size_t period =
        period_micros_ <= 0
            ? 0
            : std::min(periods_ - 1, static_cast<size_t>(contact.arrived / period_micros_));
    Counts& counts = counts_[source * periods_ + period];
    if (contact.campaign >= 0) ++counts[Counter::kDialled];
    using sim::Outcome;
    const Outcome outcome = contact.outcome;
    if (outcome == Outcome::kBusy || outcome == Outcome::kMachine ||
        outcome == Outcome::kNoAnswer) {
      return;
    }
    ++counts[Counter::kArrived];
    if (contact.attempt > 0) ++counts[Counter::kRetried];
    const bool late = contact.waited >= targets_[contact.queue];
    const double wait = static_cast<double>(contact.waited) * 1e-6;
    counts[Counter::kWaitAll] += wait;
    counts[Counter::kInQueue] +=
        static_cast<double>((contact.answered >= 0 ? contact.answered : contact.ended) -
                            contact.arrived) *
        1e-6;
    if (contact.waited > 0 || outcome != Outcome::kHandled) ++counts[Counter::kWaited];
    switch (outcome) {
      case Outcome::kHandled:
        ++counts[Counter::kServed];
        counts[Counter::kWaitServed] += wait;
        if (!late) ++counts[Counter::kInTarget];
        break;
      case Outcome::kAbandoned:
        ++counts[Counter::kAbandoned];
        if (late) ++counts[Counter::kAbandonedLate];
        break;
      case Outcome::kBlocked:
        ++counts[Counter::kBlocked];
        break;
      default:
        ++counts[Counter::kDisconnected];
        break;
    }
    ++counts[late || outcome == Outcome::kBlocked ? Counter::kLate : Counter::kInTime];
  }

  double Sum(Counter counter, const Measure& measure) const {
    double sum = 0;
    const auto add = [&](size_t source) {
      const size_t first = measure.period ? static_cast<size_t>(*measure.period) : 0;
      const size_t end = measure.period ? first + 1 : periods_;
      for (size_t p = first; p < std::min(end, periods_); ++p) {
        sum += counts_[source * periods_ + p][counter];
      }
    };
    const size_t types = scenario_.call_types.size();
    if (measure.call_types.empty() && measure.campaigns.empty()) {
      for (size_t s = 0; s < types + scenario_.campaigns.size(); ++s) add(s);
    }
    for (const int type : measure.call_types) add(static_cast<size_t>(type));
    for (const int campaign : measure.campaigns) add(types + static_cast<size_t>(campaign));
    return sum;
  }

 private:
  const sim::Scenario& scenario_;
  int64_t period_micros_;
  size_t periods_;
  std::vector<Counts> counts_;
  std::vector<int64_t> targets_;
  int64_t contacts_ = 0;
};

double AgentSeconds(const std::vector<sim::GroupTotals>& groups, Counter counter,
                    const Measure& measure) {
  double sum = 0;
  for (size_t g = 0; g < groups.size(); ++g) {
    const auto wanted = static_cast<int>(g);
    if (!measure.groups.empty() &&
        std::find(measure.groups.begin(), measure.groups.end(), wanted) == measure.groups.end()) {
      continue;
    }
    sum += static_cast<double>(counter == Counter::kBusy ? groups[g].busy_micros
                                                         : groups[g].staffed_micros) *
           1e-6;
  }
  return sum;
}

// Sums over the replications of a measure's two parts.
struct Moments {
  double n = 0, a = 0, b = 0, aa = 0, ab = 0, bb = 0;

  void Add(double x, double y) {
    ++n;
    // Running means and centred products (Welford), which do not cancel.
    const double dx = x - a, dy = y - b;
    a += dx / n;
    b += dy / n;
    aa += dx * (x - a);
    ab += dx * (y - b);
    bb += dy * (y - b);
  }
};

Result Judge(const Measure& measure, const Moments& sums) {
  Result result;
  const double free = std::max(1.0, sums.n - 1);
  if (measure.per.empty()) {
    result.mean = sums.a * measure.factor;
    result.sd = std::sqrt(sums.aa / free) * measure.factor;
  } else if (sums.b != 0) {
    const double ratio = sums.a / sums.b;
    const double variance = (sums.aa - 2 * ratio * sums.ab + ratio * ratio * sums.bb) / free;
    result.mean = ratio * measure.factor;
    result.sd = std::sqrt(std::max(0.0, variance)) / sums.b * measure.factor;
  }
  const Published& published = measure.published;
  const double error = std::sqrt(result.sd * result.sd / sums.n +
                                 published.sd * published.sd / static_cast<double>(published.n));
  const double distance =
      std::max(0.0, std::abs(result.mean - published.mean) - published.rounding);
  result.z = distance == 0 ? 0
             : error > 0   ? distance / error
                           : std::numeric_limits<double>::infinity();
  return result;
}

}  // namespace

StudyRun RunStudy(const Study& study, uint64_t seed, int64_t replications) {
  const sim::Scenario& scenario = *study.scenario;
  const absl::Time start = absl::UnixEpoch();
  Collector collector(study);
  sim::EngineOptions options;
  options.keep_history = false;
  options.observer = &collector;
  std::vector<Moments> moments(study.measures.size());
  std::vector<sim::GroupTotals> groups(scenario.staffing_groups.size());
  StudyRun run;
  if (replications <= 0) replications = study.replications;
  // Studies have nothing in common but the seed.
  uint64_t name = 0;
  for (const char c : study.name) name = name * 131 + static_cast<unsigned char>(c);
  sim::Stream seeds(seed, {name});
  for (int64_t r = 0; r < replications; ++r) {
    collector.Clear();
    sim::Engine engine(study.scenario, seeds.Next(), start, options);
    const auto read_groups = [&] {
      for (size_t g = 0; g < groups.size(); ++g) {
        groups[g] = engine.StaffingTotals(static_cast<int>(g));
      }
    };
    if (study.staffing_until) {
      engine.AdvanceTo(start + *study.staffing_until);
      read_groups();
    }
    engine.AdvanceTo(start + *scenario.closes);
    if (!engine.RunUntilEmpty()) ++run.never_empty;
    if (!study.staffing_until) read_groups();
    run.contacts += collector.contacts();
    run.events += engine.events();
    for (size_t m = 0; m < moments.size(); ++m) {
      const Measure& measure = study.measures[m];
      const auto sum = [&](const std::vector<Counter>& counters) {
        double total = 0;
        for (const Counter counter : counters) {
          total += counter == Counter::kBusy || counter == Counter::kStaffed
                       ? AgentSeconds(groups, counter, measure)
                       : collector.Sum(counter, measure);
        }
        return total;
      };
      moments[m].Add(sum(measure.of), sum(measure.per));
    }
  }
  for (size_t m = 0; m < moments.size(); ++m) {
    run.results.push_back(Judge(study.measures[m], moments[m]));
  }
  return run;
}

}  // namespace evenkeel::lab
