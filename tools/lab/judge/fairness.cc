#include "tools/lab/judge/fairness.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>

#include "services/fairness_scorer/core/alerts/throttle.h"
#include "services/fairness_scorer/core/alerts/watch.h"
#include "tools/ctl/table.h"
#include "tools/genesys_sim/engine/random.h"

namespace evenkeel::lab {
namespace {

using fairness::Group;
using fairness::GroupCycle;
using fairness::WatchedCycle;

constexpr absl::Duration kStep = absl::Seconds(15);
constexpr absl::Duration kInterval = absl::Minutes(5);
constexpr int kStepsOfInterval = 20;
constexpr int kIntervalsOfWindow = 12;
// A stretch's work is read a minute after it ended, at the latest.
constexpr int kReadingSteps = 4;
constexpr double kHandleSeconds = 180;

// The bars.
constexpr double kMostAlarms = 1;  // in 1,000 fair agent-hours
constexpr absl::Duration kFoundWithin = absl::Minutes(60);
constexpr absl::Duration kWarnedWithin = absl::Minutes(150);
constexpr double kSettledCv = 0.25;

const absl::Time kBegin = absl::FromUnixSeconds(1'700'000'400);

int Poisson(sim::Stream& random, double mean) {
  int count = 0;
  for (double sum = random.Exponential(); sum < mean; sum += random.Exponential()) ++count;
  return count;
}

// Contacts of a group, 15 s after 15 s.
class Contacts {
 public:
  Contacts(const FairnessDay& day, uint64_t seed) : day_(day), random_(seed, {1}) {
    weights_.resize(day.agents);
  }
  // By agent, in the next step; who is `out` gets none.
  const std::vector<int>& Next(absl::Duration now, const std::vector<bool>& out) {
    double sum = 0;
    for (int a = 0; a < day_.agents; ++a) {
      const bool favoured = a < day_.favoured && now >= day_.bias_at;
      weights_[a] = out[a] ? 0 : favoured ? day_.bias : 1;
      sum += weights_[a];
    }
    counts_.assign(day_.agents, 0);
    const double mean = day_.contacts_per_agent_hour * day_.agents * absl::ToDoubleHours(kStep) /
                        (1 + day_.repeat_ratio);
    for (int left = Poisson(random_, mean); left > 0 && sum > 0; --left) {
      double at = random_.Uniform() * sum;
      int agent = 0;
      while (agent + 1 < day_.agents && (at -= weights_[agent]) > 0) ++agent;
      counts_[agent] += random_.Uniform() < day_.repeat_ratio ? 2 : 1;
    }
    return counts_;
  }

 private:
  const FairnessDay day_;
  sim::Stream random_;
  std::vector<double> weights_;
  std::vector<int> counts_;
};

// What the product's window would hold: contacts of the last hour's whole stretches that were read.
class Window {
 public:
  explicit Window(int agents) : stretch_(agents, 0) {
    group_.id = "q";
    group_.agents.resize(agents);
    for (int a = 0; a < agents; ++a) group_.agents[a].agent_id = "a" + std::to_string(a);
    group_.utilization_target = 10;  // how busy they are is not judged here
  }
  // Whether the group has changed.
  bool Add(const std::vector<int>& contacts, int step) {
    for (size_t a = 0; a < contacts.size(); ++a) stretch_[a] += contacts[a];
    if ((step + 1) % kStepsOfInterval == 0) {
      unread_ = stretch_;
      std::fill(stretch_.begin(), stretch_.end(), 0);
    }
    if (step < kStepsOfInterval || (step + 1) % kStepsOfInterval != kReadingSteps) return false;
    stretches_.push_back(unread_);
    if (stretches_.size() > kIntervalsOfWindow) stretches_.pop_front();
    const double seconds =
        static_cast<double>(stretches_.size()) * absl::ToDoubleSeconds(kInterval);
    for (size_t a = 0; a < group_.agents.size(); ++a) {
      int sum = 0;
      for (const std::vector<int>& stretch : stretches_) sum += stretch[a];
      group_.agents[a].contacts = sum;
      group_.agents[a].talk_seconds = kHandleSeconds * sum;
      group_.agents[a].on_queue_seconds = seconds;
    }
    return true;
  }
  const Group& group() const { return group_; }

 private:
  Group group_;
  std::vector<int> stretch_, unread_;
  std::deque<std::vector<int>> stretches_;
};

// The product's own cores, cycle by cycle.
class Product {
 public:
  explicit Product(bool guide) {
    if (!guide) return;
    options_.figure = rules_.figure = fairness::Figure::kRaw;
    rules_.smoothing = fairness::Smoothing::kThreeBand;
  }
  const WatchedCycle& Step(const Group& group, bool changed, absl::Time now) {
    if (changed || score_.agents.empty()) score_ = *fairness::ScoreGroup(group.agents, options_);
    cycles_ = {{&group, &score_, options_}};
    watched_ = Watch(memory_, cycles_, rules_, false, 1, now, [] { return std::string("id"); });
    return watched_;
  }
  const std::vector<GroupCycle>& cycles() const { return cycles_; }

 private:
  fairness::ScoreOptions options_;
  fairness::WatchRules rules_;
  fairness::GroupScore score_;
  std::map<std::string, fairness::GroupMemory> memory_;
  std::vector<GroupCycle> cycles_;
  WatchedCycle watched_;
};

// Page's CUSUM of the log likelihood ratio: each contact goes to one of the favoured with
// probability p1 under the bias and p0 without.
class Oracle {
 public:
  Oracle(const FairnessDay& day, double threshold)
      : favoured_(day.favoured), threshold_(threshold) {
    const double n = day.agents, k = day.favoured;
    const double p0 = k / n, p1 = k * day.bias / (k * day.bias + n - k);
    gain_ = std::log(p1 / p0);
    loss_ = std::log((1 - p1) / (1 - p0));
  }
  // Whether it alarms; it begins anew then.
  bool Step(const std::vector<int>& contacts) {
    int of_favoured = 0, all = 0;
    for (size_t a = 0; a < contacts.size(); ++a) {
      all += contacts[a];
      if (static_cast<int>(a) < favoured_) of_favoured += contacts[a];
    }
    sum_ = std::max(0.0, sum_ + of_favoured * gain_ + (all - of_favoured) * loss_);
    highest_ = std::max(highest_, sum_);
    if (sum_ < threshold_) return false;
    sum_ = 0;
    return true;
  }

 private:
  const int favoured_;
  const double threshold_;
  double gain_ = 0, loss_ = 0, sum_ = 0, highest_ = 0;
};

bool IsDegradation(const fairness::Alert& alert) {
  return alert.type == fairness::AlertType::kFairnessDegradation && !alert.closes;
}

double Quantile(std::vector<double> values, double p) {
  if (values.empty()) return std::nan("");
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<size_t>(p * values.size()))];
}

std::string Minutes(double minutes) {
  return std::isfinite(minutes) ? absl::StrFormat("%.0f", minutes) : "not found";
}

}  // namespace

FairnessRun RunFairnessDay(const FairnessDay& day, Detector detector, uint64_t seed,
                           double threshold) {
  FairnessRun run;
  Contacts contacts(day, seed);
  Window window(day.agents);
  Product product(detector == Detector::kGuide);
  Oracle oracle(day, threshold);
  const std::vector<bool> out(day.agents, false);
  const int steps = static_cast<int>(day.length / kStep);
  for (int step = 0; step < steps; ++step) {
    const absl::Duration now = step * kStep;
    const std::vector<int>& next = contacts.Next(now, out);
    bool alarms = false, warns = false;
    if (detector == Detector::kOracle) {
      alarms = oracle.Step(next);
    } else {
      const bool changed = window.Add(next, step);
      const WatchedCycle& cycle = product.Step(window.group(), changed, kBegin + now);
      alarms = std::any_of(cycle.alerts.begin(), cycle.alerts.end(), IsDegradation);
      warns = cycle.groups[0].band >= fairness::Band::kWarning;
    }
    run.alarms += alarms;
    if (now < day.bias_at) continue;
    if (alarms && !run.found_after) run.found_after = now - day.bias_at;
    if (warns && !run.warned_after) run.warned_after = now - day.bias_at;
  }
  return run;
}

double CalibrateOracle(const FairnessDay& day, const std::vector<uint64_t>& seeds) {
  const double agent_hours =
      static_cast<double>(seeds.size()) * day.agents * absl::ToDoubleHours(day.length);
  for (double threshold = 1;; threshold += 0.1) {
    int64_t alarms = 0;
    for (const uint64_t seed : seeds) {
      // Whom it watches is favoured by nobody.
      FairnessDay fair = day;
      fair.bias_at = day.length;
      alarms += RunFairnessDay(fair, Detector::kOracle, seed, threshold).alarms;
    }
    if (static_cast<double>(alarms) <= kMostAlarms * agent_hours / 1000) return threshold;
  }
}

ThrottleRun RunThrottledDay(const FairnessDay& day, bool throttles, uint64_t seed) {
  ThrottleRun run;
  Contacts contacts(day, seed);
  Window window(day.agents);
  Product product(false);
  fairness::ThrottleMemory memory;
  const fairness::ThrottleRules rules;
  std::vector<absl::Time> out_until(day.agents, absl::InfinitePast());
  std::vector<bool> out(day.agents, false);
  std::optional<absl::Time> acted;
  int64_t of_favoured = 0, all = 0;
  const int steps = static_cast<int>(day.length / kStep);
  for (int step = 0; step < steps; ++step) {
    const absl::Time now = kBegin + step * kStep;
    for (int a = 0; a < day.agents; ++a) out[a] = now < out_until[a];
    const std::vector<int>& next = contacts.Next(now - kBegin, out);
    if (now >= kBegin + day.length - absl::Hours(2)) {
      for (int a = 0; a < day.agents; ++a) {
        all += next[a];
        if (a < day.favoured) of_favoured += next[a];
      }
    }
    const bool changed = window.Add(next, step);
    const WatchedCycle& cycle = product.Step(window.group(), changed, now);
    if (cycle.groups[0].open.contains(fairness::AlertType::kFairnessDegradation) && !acted) {
      acted = now;
    }
    if (acted && now == *acted + absl::Minutes(90))
      run.cv_at_90 = cycle.groups[0].current_cv.value_or(0);
    if (!throttles) continue;
    model::Snapshot snapshot;
    for (int a = 0; a < day.agents; ++a) {
      if (out[a]) {
        snapshot.left_alone.push_back(
            {"q", "a" + std::to_string(a), model::LeftAlone::Why::kHeld, absl::InfiniteFuture()});
      }
    }
    (void)JudgeThrottles(memory, product.cycles(), cycle, snapshot, rules, now);
    for (const fairness::Throttle& throttle :
         PlanThrottles(memory, product.cycles(), cycle, snapshot, rules, now)) {
      NoteThrottle(memory, throttle, snapshot, now);
      out_until[std::stoi(throttle.agent_id.substr(1))] = now + throttle.hold_for;
      ++run.throttles;
    }
  }
  if (all > 0) {
    run.share_of_favoured = static_cast<double>(of_favoured) / static_cast<double>(all) *
                            day.agents / std::max(1, day.favoured);
  }
  return run;
}

Judgement JudgeFairness(const std::vector<uint64_t>& seeds, double agent_hours,
                        const std::function<void(const std::string&)>& done) {
  Judgement judgement{"", true};
  std::string verdicts;
  const auto judge = [&](const std::string& what, bool met, bool counts = true) {
    absl::StrAppend(&verdicts, met ? "met     " : counts ? "MISSED  " : "beyond  ", what, "\n");
    judgement.met = judgement.met && (met || !counts);
  };
  std::vector<uint64_t> tuning(400);
  std::iota(tuning.begin(), tuning.end(), 1);

  ctl::Table fair({"fair groups of", "contacts", ">agent-hours", ">alarms in 1,000 agent-hours",
                   ">the guide's raw CV"});
  for (const int agents : {10, 20, 50}) {
    for (const double repeat : {0.0, 0.3}) {
      FairnessDay day{.agents = agents, .repeat_ratio = repeat};
      const double of_day = agents * absl::ToDoubleHours(day.length);
      const int days = std::max(1, static_cast<int>(std::ceil(agent_hours / of_day)));
      int64_t ours = 0, guide = 0;
      for (int d = 0; d < days; ++d) {
        const uint64_t seed = seeds[d % seeds.size()] + 100'000 * (d / seeds.size());
        ours += RunFairnessDay(day, Detector::kCorrected, seed).alarms;
        guide += RunFairnessDay(day, Detector::kGuide, seed).alarms;
      }
      const double thousands = days * of_day / 1000;
      fair.Add({absl::StrCat(agents, " agents"), repeat == 0 ? "by chance" : "3 of 10 come twice",
                absl::StrFormat("%.0f", days * of_day), absl::StrFormat("%.2f", ours / thousands),
                absl::StrFormat("%.1f", guide / thousands)});
      judge(absl::StrFormat("%d agents%s: %.2f alarms in 1,000 fair agent-hours, at most %.0f",
                            agents, repeat == 0 ? "" : ", contacts that come twice",
                            ours / thousands, kMostAlarms),
            ours / thousands <= kMostAlarms, agents == 20 && repeat == 0);
      done(absl::StrCat(agents, " fair agents"));
    }
  }
  absl::StrAppend(&judgement.text, fair.Text(), "\n");

  ctl::Table found({"biased groups", "bias", ">found after, min", ">9 of 10 within",
                    ">the guide's raw CV", ">the oracle", ">warned within, 9 of 10"});
  for (const int agents : {10, 20, 50}) {
    for (const double bias : {3.0, 2.0}) {
      FairnessDay day{.agents = agents, .favoured = std::max(1, agents * 3 / 20), .bias = bias};
      const double threshold = CalibrateOracle(day, tuning);
      std::vector<double> ours, guide, oracle, warned;
      const auto minutes = [](const std::optional<absl::Duration>& after) {
        return after ? absl::ToDoubleMinutes(*after) : std::numeric_limits<double>::infinity();
      };
      for (const uint64_t seed : seeds) {
        const FairnessRun run = RunFairnessDay(day, Detector::kCorrected, seed);
        ours.push_back(minutes(run.found_after));
        warned.push_back(minutes(run.warned_after));
        guide.push_back(minutes(RunFairnessDay(day, Detector::kGuide, seed).found_after));
        oracle.push_back(
            minutes(RunFairnessDay(day, Detector::kOracle, seed, threshold).found_after));
      }
      found.Add({absl::StrFormat("%d of %d agents", day.favoured, agents),
                 absl::StrFormat("%.0fx", bias), Minutes(Quantile(ours, 0.5)),
                 Minutes(Quantile(ours, 0.9)), Minutes(Quantile(guide, 0.9)),
                 Minutes(Quantile(oracle, 0.9)), Minutes(Quantile(warned, 0.9))});
      const double p90 = Quantile(bias == 3 ? ours : warned, 0.9);
      const absl::Duration within = bias == 3 ? kFoundWithin : kWarnedWithin;
      judge(absl::StrFormat(
                "%.0fx on %d of %d agents %s within %s min at the 90th percentile, bar %.0f", bias,
                day.favoured, agents, bias == 3 ? "found" : "shown as warning", Minutes(p90),
                absl::ToDoubleMinutes(within)),
            p90 <= absl::ToDoubleMinutes(within), agents == 20);
      done(absl::StrCat(bias, "x on ", agents));
    }
  }
  absl::StrAppend(&judgement.text, found.Text(), "\n");

  ctl::Table settled({"throttled groups", "bias", ">corrected CV after 90 min, median",
                      ">days below 0.25, %", ">without throttles",
                      ">share of the favoured, fair is 1", ">without", ">throttles an hour"});
  for (const double bias : {3.0, 2.0}) {
    FairnessDay day{.agents = 20, .favoured = 3, .bias = bias};
    std::vector<double> with, without;
    double share = 0, share_without = 0, throttles = 0, below = 0;
    for (const uint64_t seed : seeds) {
      const ThrottleRun on = RunThrottledDay(day, true, seed),
                        off = RunThrottledDay(day, false, seed);
      with.push_back(on.cv_at_90);
      without.push_back(off.cv_at_90);
      below += on.cv_at_90 < kSettledCv;
      share += on.share_of_favoured;
      share_without += off.share_of_favoured;
      throttles +=
          static_cast<double>(on.throttles) / absl::ToDoubleHours(day.length - day.bias_at);
    }
    const double n = static_cast<double>(seeds.size());
    settled.Add(
        {"3 of 20 agents", absl::StrFormat("%.0fx", bias),
         absl::StrFormat("%.2f", Quantile(with, 0.5)), absl::StrFormat("%.0f", 100 * below / n),
         absl::StrFormat("%.2f", Quantile(without, 0.5)), absl::StrFormat("%.2f", share / n),
         absl::StrFormat("%.2f", share_without / n), absl::StrFormat("%.1f", throttles / n)});
    judge(absl::StrFormat(
              "%.0fx: corrected CV %.2f in the median 90 min after the first throttle, bar "
              "%.2f",
              bias, Quantile(with, 0.5), kSettledCv),
          Quantile(with, 0.5) < kSettledCv, false);
    // A favoured agent who is out 120 s in each 300 s has 0.6 of the weight: what is then left.
    const double weight = 0.6 * bias, mean = (17 + 3 * weight) / 20;
    const double spread =
        (17 * (1 - mean) * (1 - mean) + 3 * (weight - mean) * (weight - mean)) / 20;
    absl::StrAppend(&verdicts,
                    absl::StrFormat("        no throttles inside the limits (120 s, then "
                                    "left alone to 300 s) can bring %.0fx below %.2f\n",
                                    bias, std::sqrt(spread) / mean));
    done(absl::StrCat("throttles against ", bias, "x"));
  }
  absl::StrAppend(&judgement.text, settled.Text(), "\n", verdicts);
  return judgement;
}

}  // namespace evenkeel::lab
