#include "services/fairness_scorer/core/workload/batch.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "common/stats/lanes.h"
#include "services/fairness_scorer/core/workload/load.h"

namespace evenkeel::fairness {
namespace {

using stats::Both;
using stats::LoadPair;
using stats::Pair;
using stats::PairMask;
using stats::Sum;
using stats::Where;
using stats::WhereOr;

// What is summed over the agents compared, in two halves.
struct Sums {
  Pair contacts = {}, inverse_hours = {}, contacts_per_hour = {};
  Pair rates = {}, amounts = {}, capacities = {};
  Pair least = Both(std::numeric_limits<double>::infinity()), most = {};
  PairMask count = {};
};

// What chance alone adds to the squared CV of rates (capacity-weighted), when contacts come to
// agents as a Poisson process of equal rate per hour and unit of capacity. Rate i then has variance
// rate / (hours_i capacity_i), so the weighted mean of variances over the squared mean rate is
// sum(1/hours) / (rate * sum(capacity)): 1 / mean count for agents alike. For load, a contact's own
// spread adds the factor 1 + c^2. rate * sum(capacity) is the group's contacts per hour.
double ChanceCvSquared(const Sums& sums, const ScoreOptions& options) {
  const double factor = options.measure == Measure::kContacts
                            ? 1.0
                            : 1.0 + options.contact_load_cv * options.contact_load_cv;
  return factor * Sum(sums.inverse_hours) / Sum(sums.contacts_per_hour);
}

// Two agents at a time. `rates`: room for one more than there are rows; kNoRate for who is left
// out.
template <Measure measure>
Sums SumRows(AgentColumns agents, const GroupRows& group, const ScoreOptions& options,
             double* rates) {
  const GroupRows rows = group;  // with `agents` a copy, which stores to `rates` cannot change
  Sums sums;
  const Pair least_on_queue = Both(LeastOnQueueSeconds(options));
  const Pair acw_weight = Both(rows.acw_weight), hold_weight = Both(options.include_hold ? 1 : 0);
  const auto add_two = [&](size_t row, const auto& load) {
    const Pair contacts = load(agents.contacts, row);
    const Pair on_queue = load(agents.on_queue_seconds, row);
    const Pair capacity = load(agents.capacity, row);
    const PairMask compared = on_queue >= least_on_queue;
    const Pair per_hour_and_unit = Where(compared, PerHourAndUnit(on_queue, capacity));
    const Pair inverse_hours = per_hour_and_unit * capacity;
    Pair amount = contacts;
    if constexpr (measure == Measure::kLoad) {
      amount = LoadSeconds(load(agents.talk_seconds, row), load(agents.acw_seconds, row),
                           load(agents.hold_seconds, row) * hold_weight, acw_weight);
      sums.contacts_per_hour += contacts * inverse_hours;
    }
    const Pair rate = amount * per_hour_and_unit;
    sums.count -= compared;
    sums.contacts += Where(compared, contacts);
    sums.inverse_hours += inverse_hours;
    sums.rates += rate;
    sums.amounts += amount * inverse_hours;
    sums.capacities += Where(compared, capacity);
    const Pair rate_or_none = WhereOr(compared, rate, Both(stats::kNoRate));
    sums.least = stats::Smaller(rate_or_none, sums.least);
    sums.most = stats::Larger(rate, sums.most);
    stats::StorePair(rates + (row - rows.begin), rate_or_none);
  };
  size_t row = rows.begin;
  for (; row + 1 < rows.end; row += 2) {
    add_two(row, [](std::span<const double> column, size_t i) { return LoadPair(&column[i]); });
  }
  if (row < rows.end) {
    // Beside the last one, somebody who was not on queue.
    add_two(row, [](std::span<const double> column, size_t i) { return Pair{column[i], 0}; });
  }
  if constexpr (measure == Measure::kContacts) sums.contacts_per_hour = sums.amounts;
  return sums;
}

}  // namespace

double LeastOnQueueSeconds(const ScoreOptions& options) {
  return std::max(kLeastOnQueueSeconds, options.min_on_queue_seconds);
}

template <Measure measure>
Dispersion BatchScorer::ScoreRows(const AgentColumns& agents, const GroupRows& rows,
                                  const ScoreOptions& options) {
  const size_t size = rows.end - rows.begin;
  if (rates_.size() < size + 1) rates_.resize(size + 1);
  const Sums sums = SumRows<measure>(agents, rows, options, rates_.data());
  Dispersion result;
  result.agents = static_cast<int>(sums.count[0] + sums.count[1]);
  if (result.agents == 0) return result;
  const stats::RateSums rates = {.count = static_cast<size_t>(result.agents),
                                 .rates = Sum(sums.rates),
                                 .amounts = Sum(sums.amounts),
                                 .weights = Sum(sums.capacities),
                                 .least = std::min(sums.least[0], sums.least[1]),
                                 .most = std::max(sums.most[0], sums.most[1])};
  result.mean_rate_per_hour = rates.amounts / rates.weights;
  result.mean_contacts = Sum(sums.contacts) / result.agents;
  if (!(*result.mean_rate_per_hour > 0)) return result;
  const stats::Spread spread = spread_.Measure(std::span(rates_).first(size),
                                               agents.capacity.subspan(rows.begin, size), rates);
  result.cv = spread.weighted_cv;
  result.unweighted_cv = spread.cv;
  result.jain = spread.jain;
  result.gini = spread.gini;
  if (*result.mean_contacts > 0) {
    const double squared = spread.weighted_cv * spread.weighted_cv;
    result.corrected_cv = std::sqrt(std::max(0.0, squared - ChanceCvSquared(sums, options)));
  }
  const auto& figure = options.figure == Figure::kRaw ? result.cv : result.corrected_cv;
  if (figure && result.agents >= options.min_group_size) result.band = BandOf(*figure);
  return result;
}

void BatchScorer::Score(const AgentColumns& agents, std::span<const GroupRows> groups,
                        const ScoreOptions& options, std::span<Dispersion> results) {
  assert(results.size() == groups.size());
  for (size_t g = 0; g < groups.size(); ++g) {
    assert(groups[g].begin <= groups[g].end && groups[g].end <= agents.contacts.size());
    results[g] = options.measure == Measure::kContacts
                     ? ScoreRows<Measure::kContacts>(agents, groups[g], options)
                     : ScoreRows<Measure::kLoad>(agents, groups[g], options);
  }
}

}  // namespace evenkeel::fairness
