#include "services/fairness_scorer/core/workload/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace evenkeel::fairness {
namespace {

constexpr int kRounds = 1000;

// Groups one after another, in columns.
struct Batch {
  std::vector<double> contacts, talk, hold, acw, on_queue, capacity;
  std::vector<GroupRows> groups;
  ScoreOptions options;

  size_t size() const { return contacts.size(); }
  AgentColumns columns() const { return {contacts, talk, hold, acw, on_queue, capacity}; }
  void Add(double contact_count, double talk_s, double hold_s, double acw_s, double on_queue_s,
           double units) {
    contacts.push_back(contact_count);
    talk.push_back(talk_s);
    hold.push_back(hold_s);
    acw.push_back(acw_s);
    on_queue.push_back(on_queue_s);
    capacity.push_back(units);
  }
};

std::vector<Dispersion> Score(const Batch& batch) {
  std::vector<Dispersion> results(batch.groups.size());
  BatchScorer().Score(batch.columns(), batch.groups, batch.options, results);
  return results;
}

// Groups of every size from none on, of agents alike and unlike, some of them not on queue.
Batch RandomBatch(std::mt19937_64& random) {
  const auto below = [&random](uint64_t most) { return static_cast<double>(random() % most); };
  Batch batch;
  batch.options.measure = random() % 2 == 0 ? Measure::kContacts : Measure::kLoad;
  batch.options.figure = random() % 2 == 0 ? Figure::kCorrected : Figure::kRaw;
  batch.options.include_hold = random() % 2 == 0;
  batch.options.min_on_queue_seconds = random() % 4 == 0 ? 0 : 900;
  batch.options.contact_load_cv = below(3) / 2;
  for (size_t g = 0, groups = 1 + random() % 6; g < groups; ++g) {
    const size_t begin = batch.size(), size = random() % (g == 0 ? 200 : 30);
    const uint64_t most_contacts = 1 + random() % 40;
    const bool alike = random() % 4 == 0;
    for (size_t i = 0; i < size; ++i) {
      const double contacts = below(most_contacts);
      batch.Add(contacts, contacts * (100 + below(100)), below(60), contacts * below(50),
                random() % 10 == 0 ? below(2) / 2 : 300 + below(3301),
                alike ? 1 : 0.25 + below(1000) / 500);
    }
    batch.groups.push_back({begin, batch.size(), below(11) / 10});
  }
  return batch;
}

std::vector<AgentWorkload> AgentsOf(const Batch& batch, const GroupRows& rows) {
  std::vector<AgentWorkload> agents;
  for (size_t i = rows.begin; i < rows.end; ++i) {
    AgentWorkload& agent = agents.emplace_back();
    agent.agent_id = "a" + std::to_string(i);
    agent.contacts = batch.contacts[i];
    agent.talk_seconds = batch.talk[i];
    agent.hold_seconds = batch.hold[i];
    agent.acw_seconds = batch.acw[i];
    agent.on_queue_seconds = batch.on_queue[i];
    agent.capacity = batch.capacity[i];
  }
  return agents;
}

// The figures by their definitions, one after the other.
Dispersion ByDefinition(const Batch& batch, const GroupRows& rows) {
  const ScoreOptions& options = batch.options;
  std::vector<double> rates, weights, amounts, contacts;
  double inverse_hours = 0, contacts_per_hour = 0;
  for (size_t i = rows.begin; i < rows.end; ++i) {
    if (batch.on_queue[i] < std::max(1.0, options.min_on_queue_seconds)) continue;
    const double hours = batch.on_queue[i] / 3600;
    const double load =
        batch.talk[i] + batch.acw[i] * rows.acw_weight + (options.include_hold ? batch.hold[i] : 0);
    amounts.push_back((options.measure == Measure::kContacts ? batch.contacts[i] : load) / hours);
    weights.push_back(batch.capacity[i]);
    rates.push_back(amounts.back() / weights.back());
    contacts.push_back(batch.contacts[i]);
    inverse_hours += 1 / hours;
    contacts_per_hour += contacts.back() / hours;
  }
  const auto sum = [](const std::vector<double>& x) {
    return std::accumulate(x.begin(), x.end(), 0.0);
  };
  const auto n = static_cast<double>(rates.size());
  Dispersion result;
  result.agents = static_cast<int>(rates.size());
  if (rates.empty()) return result;
  const double weighted_mean = sum(amounts) / sum(weights), mean = sum(rates) / n;
  result.mean_rate_per_hour = weighted_mean;
  result.mean_contacts = sum(contacts) / n;
  if (mean == 0) return result;
  double weighted = 0, plain = 0, squares = 0, pairs = 0;
  for (size_t i = 0; i < rates.size(); ++i) {
    weighted += weights[i] * (rates[i] - weighted_mean) * (rates[i] - weighted_mean);
    plain += (rates[i] - mean) * (rates[i] - mean);
    squares += rates[i] * rates[i];
    for (const double other : rates) pairs += std::abs(rates[i] - other);
  }
  result.cv = std::sqrt(weighted / sum(weights)) / weighted_mean;
  result.unweighted_cv = std::sqrt(plain / n) / mean;
  result.jain = sum(rates) * sum(rates) / (n * squares);
  result.gini = pairs / (2 * n * n * mean);
  if (*result.mean_contacts > 0) {
    const double factor = options.measure == Measure::kContacts
                              ? 1
                              : 1 + options.contact_load_cv * options.contact_load_cv;
    result.corrected_cv = std::sqrt(
        std::max(0.0, *result.cv * *result.cv - factor * inverse_hours / contacts_per_hour));
  }
  const auto& figure = options.figure == Figure::kRaw ? result.cv : result.corrected_cv;
  if (figure && result.agents >= options.min_group_size) result.band = BandOf(*figure);
  return result;
}

void ExpectClose(std::optional<double> ours, std::optional<double> expected, double scale) {
  ASSERT_EQ(ours.has_value(), expected.has_value());
  EXPECT_NEAR(ours.value_or(0), expected.value_or(0), 1e-12 * scale);
}

// Within 1e-12; rates but for their unit.
void ExpectSame(const Dispersion& ours, const Dispersion& expected, double unit = 1) {
  EXPECT_EQ(ours.agents, expected.agents);
  const double mean = expected.mean_rate_per_hour.value_or(0);
  ASSERT_EQ(ours.mean_rate_per_hour.has_value(), expected.mean_rate_per_hour.has_value());
  EXPECT_NEAR(ours.mean_rate_per_hour.value_or(0), mean * unit, 1e-12 * mean * unit);
  ExpectClose(ours.mean_contacts, expected.mean_contacts, expected.mean_contacts.value_or(0));
  // Where all but nothing is spread, of what it is spread about.
  ExpectClose(ours.cv, expected.cv, std::max(1e-3, expected.cv.value_or(0)));
  ExpectClose(ours.unweighted_cv, expected.unweighted_cv,
              std::max(1e-3, expected.unweighted_cv.value_or(0)));
  ExpectClose(ours.jain, expected.jain, 1);
  ExpectClose(ours.gini, expected.gini, std::max(1e-3, expected.gini.value_or(0)));
  // What chance explains is subtracted from the square.
  ASSERT_EQ(ours.corrected_cv.has_value(), expected.corrected_cv.has_value());
  const double corrected = ours.corrected_cv.value_or(0);
  const double expected_corrected = expected.corrected_cv.value_or(0);
  EXPECT_NEAR(corrected * corrected, expected_corrected * expected_corrected,
              1e-12 * (1e-3 + expected.cv.value_or(0) * expected.cv.value_or(0)));
  EXPECT_EQ(ours.band, expected.band);
}

TEST(BatchTest, Fair11EachGroupScoresAsIfAlone) {
  std::mt19937_64 random(1100);
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    const Batch batch = RandomBatch(random);
    const std::vector<Dispersion> results = Score(batch);
    for (size_t g = 0; g < results.size(); ++g) {
      ScoreOptions options = batch.options;
      options.acw_weight = batch.groups[g].acw_weight;
      const auto alone = ScoreGroup(AgentsOf(batch, batch.groups[g]), options);
      ASSERT_TRUE(alone.ok()) << alone.status();
      EXPECT_EQ(results[g], alone->dispersion);  // to the last bit
      EXPECT_EQ(std::count_if(alone->agents.begin(), alone->agents.end(),
                              [](const AgentScore& agent) { return !agent.left_out; }),
                results[g].agents);
      ExpectSame(results[g], ByDefinition(batch, batch.groups[g]));
    }
    if (HasFailure()) return;
  }
}

TEST(BatchTest, Fair11OrderDoesNotMatter) {
  std::mt19937_64 random(1101);
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    const Batch batch = RandomBatch(random);
    Batch moved;
    moved.options = batch.options;
    std::vector<size_t> order(batch.groups.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    for (const size_t g : order) {
      const GroupRows& rows = batch.groups[g];
      std::vector<size_t> from(rows.end - rows.begin);
      std::iota(from.begin(), from.end(), rows.begin);
      std::shuffle(from.begin(), from.end(), random);
      const size_t begin = moved.size();
      for (const size_t i : from) {
        moved.Add(batch.contacts[i], batch.talk[i], batch.hold[i], batch.acw[i], batch.on_queue[i],
                  batch.capacity[i]);
      }
      moved.groups.push_back({begin, moved.size(), rows.acw_weight});
    }
    const std::vector<Dispersion> before = Score(batch), after = Score(moved);
    for (size_t g = 0; g < order.size(); ++g) ExpectSame(after[g], before[order[g]]);
    if (HasFailure()) return;
  }
}

TEST(BatchTest, Fair11UnitsDoNotMatter) {
  std::mt19937_64 random(1102);
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    Batch batch = RandomBatch(random);
    const std::vector<Dispersion> before = Score(batch);
    // Load in minutes rather than seconds, and another unit of capacity.
    const double minutes = batch.options.measure == Measure::kLoad ? 1 / 60.0 : 1;
    for (auto* const column : {&batch.talk, &batch.hold, &batch.acw}) {
      for (double& seconds : *column) seconds *= minutes;
    }
    for (double& units : batch.capacity) units *= 7;
    const std::vector<Dispersion> after = Score(batch);
    for (size_t g = 0; g < before.size(); ++g) ExpectSame(after[g], before[g], minutes / 7);
    if (HasFailure()) return;
  }
}

TEST(BatchTest, Fair11ColumnsThatAreNotAskedForMayBeEmpty) {
  std::mt19937_64 random(1103);
  Batch batch = RandomBatch(random);
  batch.options.measure = Measure::kContacts;
  const std::vector<Dispersion> all = Score(batch);
  batch.talk.clear();
  batch.hold.clear();
  batch.acw.clear();
  EXPECT_EQ(Score(batch), all);
}

// A group that is far larger than the ones before and after it.
TEST(BatchTest, Fair11AGroupOfEverybodyIsScored) {
  Batch batch;
  const auto add = [&batch](size_t size) {
    const size_t begin = batch.size();
    for (size_t i = 0; i < size; ++i) {
      batch.Add(static_cast<double>(i % 10), 0, 0, 0, i % 7 == 0 ? 0 : 3600, 1);
    }
    batch.groups.push_back({begin, batch.size(), 0.3});
  };
  for (const size_t size : {70, 70'000, 16'800, 16'730, 70}) add(size);
  const std::vector<Dispersion> results = Score(batch);
  for (size_t g = 0; g < results.size(); ++g) {
    // 70 agents are in each proportion.
    EXPECT_EQ(results[g].agents,
              static_cast<int>(batch.groups[g].end - batch.groups[g].begin) / 7 * 6);
    EXPECT_NEAR(*results[g].gini, *results[0].gini, 1e-12);
    EXPECT_NEAR(*results[g].cv, *results[0].cv, 1e-12);
    EXPECT_NEAR(*results[g].jain, *results[0].jain, 1e-12);
  }
}

}  // namespace
}  // namespace evenkeel::fairness
