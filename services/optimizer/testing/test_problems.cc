#include "services/optimizer/testing/test_problems.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "common/base/status_macros.h"
#include "common/json/reader.h"

namespace evenkeel::optimizer {
namespace {

template <typename T>
absl::Status ReadList(json::Value value, std::vector<T>& out) {
  json::Array array(value);
  while (array.Next()) EVENKEEL_RETURN_IF_ERROR(array.value().Read(out.emplace_back()));
  return array.Finish();
}

absl::Status ReadGroup(json::Value value, BalanceGroup& group) {
  static constexpr std::string_view kKeys[] = {"id", "agents", "queues"};
  json::Object object(value);
  while (object.Next(kKeys)) {
    switch (object.field()) {
      case 0:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(group.id));
        break;
      case 1:
        EVENKEEL_RETURN_IF_ERROR(object.value().Read(group.agents));
        break;
      case 2: {
        std::vector<std::string> queues;
        EVENKEEL_RETURN_IF_ERROR(ReadList(object.value(), queues));
        for (const std::string& queue : queues) group.queues.push_back({queue});
        break;
      }
    }
  }
  return object.Finish({0, 1, 2});
}

absl::Status ReadQueue(json::Value value, BalanceQueue& queue) {
  static constexpr std::string_view kKeys[] = {
      "id", "calls_per_hour", "aht_s", "patience_s", "weight", "min", "max", "limit"};
  json::Object object(value);
  while (object.Next(kKeys)) {
    json::Value field = object.value();
    switch (object.field()) {
      case 0:
        EVENKEEL_RETURN_IF_ERROR(field.Read(queue.id));
        break;
      case 1:
        EVENKEEL_RETURN_IF_ERROR(field.Read(queue.load.calls_per_hour));
        break;
      case 2:
        EVENKEEL_RETURN_IF_ERROR(field.Read(queue.load.mean_handle_seconds));
        break;
      case 3:
        EVENKEEL_RETURN_IF_ERROR(field.Read(queue.load.mean_patience_seconds));
        break;
      case 4:
        EVENKEEL_RETURN_IF_ERROR(field.Read(queue.weight));
        break;
      case 5:
        EVENKEEL_RETURN_IF_ERROR(field.Read(queue.min_agents));
        break;
      case 6:
        EVENKEEL_RETURN_IF_ERROR(field.Read(queue.max_agents));
        break;
      case 7:
        EVENKEEL_RETURN_IF_ERROR(field.Read(queue.limit_agents));
        break;
    }
  }
  return object.Finish({0, 1, 2, 4, 5, 6, 7});
}

absl::Status ReadCase(json::Value value, BalanceCase& row) {
  static constexpr std::string_view kKeys[] = {
      "name",     "groups",           "queues", "feasible", "objective",     "n",
      "n_unique", "mean_wait_s_at_n", "n_lo",   "n_hi",     "group_dual_lo", "group_dual_hi",
      "conflicts"};
  json::Object object(value);
  while (object.Next(kKeys)) {
    json::Value field = object.value();
    absl::Status status;
    switch (object.field()) {
      case 0:
        status = field.Read(row.name);
        break;
      case 1: {
        json::Array array(field);
        while (array.Next()) {
          EVENKEEL_RETURN_IF_ERROR(ReadGroup(array.value(), row.problem.groups.emplace_back()));
        }
        status = array.Finish();
        break;
      }
      case 2: {
        json::Array array(field);
        while (array.Next()) {
          EVENKEEL_RETURN_IF_ERROR(ReadQueue(array.value(), row.problem.queues.emplace_back()));
        }
        status = array.Finish();
        break;
      }
      case 3:
        status = field.Read(row.feasible);
        break;
      case 4:
        status = field.Read(row.objective);
        break;
      case 5:
        status = ReadList(field, row.staff);
        break;
      case 6:
        status = field.Read(row.staff_unique);
        break;
      case 7:
        status = ReadList(field, row.mean_waits);
        break;
      case 8:
        status = ReadList(field, row.staff_low);
        break;
      case 9:
        status = ReadList(field, row.staff_high);
        break;
      case 10:
        status = ReadList(field, row.group_value_low);
        break;
      case 11:
        status = ReadList(field, row.group_value_high);
        break;
      case 12: {
        json::Array array(field);
        while (array.Next()) {
          EVENKEEL_RETURN_IF_ERROR(ReadList(array.value(), row.conflicts.emplace_back()));
        }
        status = array.Finish();
        break;
      }
    }
    EVENKEEL_RETURN_IF_ERROR(status);
  }
  return object.Finish({0, 1, 2, 3});
}

}  // namespace

std::string ReadTestData(const std::string& name) {
  std::ifstream file(absl::StrCat(EVENKEEL_SOURCE_DIR, "/tests/data/", name));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

absl::StatusOr<std::vector<BalanceCase>> ReadBalanceCases(const std::string& section) {
  std::vector<BalanceCase> cases;
  json::Reader reader;
  EVENKEEL_RETURN_IF_ERROR(
      reader.Parse(ReadTestData("capacity_balance.json"), [&](json::Value root) -> absl::Status {
        const std::string_view keys[] = {section};
        json::Object object(root);
        while (object.Next(keys)) {
          json::Array array(object.value());
          while (array.Next()) {
            EVENKEEL_RETURN_IF_ERROR(ReadCase(array.value(), cases.emplace_back()));
          }
          EVENKEEL_RETURN_IF_ERROR(array.Finish());
        }
        return object.Finish({0});
      }));
  return cases;
}

BalanceProblem RandomProblem(std::mt19937_64& random, const RandomShape& shape) {
  const auto uniform = [&] { return std::generate_canonical<double, 53>(random); };
  const auto whole = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<uint64_t>(high - low + 1));
  };
  BalanceProblem problem;
  std::vector<double> reach(static_cast<size_t>(shape.queues), 0.0);
  for (int g = 0; g < shape.groups; ++g) {
    BalanceGroup& group = problem.groups.emplace_back();
    group.id = absl::StrCat("g", g);
    group.agents = whole(0, shape.most_agents);
    std::vector<int> order(static_cast<size_t>(shape.queues));
    for (int q = 0; q < shape.queues; ++q) order[static_cast<size_t>(q)] = q;
    std::shuffle(order.begin(), order.end(), random);
    order.resize(static_cast<size_t>(whole(1, std::min(shape.queues, 4))));
    for (const int q : order) {
      const double efficiency = shape.efficiencies ? 0.5 + 0.1 * whole(0, 8) : 1;
      group.queues.push_back({absl::StrCat("q", q), efficiency});
      reach[static_cast<size_t>(q)] += static_cast<double>(group.agents) * efficiency;
    }
  }
  for (int q = 0; q < shape.queues; ++q) {
    BalanceQueue& queue = problem.queues.emplace_back();
    queue.id = absl::StrCat("q", q);
    queue.load.mean_handle_seconds = 60 * whole(2, 10);
    const double load = uniform() * 0.7 * (1 + reach[static_cast<size_t>(q)]);
    queue.load.calls_per_hour = std::round(36000 * load / queue.load.mean_handle_seconds) / 10;
    if (!shape.unknown_patience || whole(0, 1) == 0) {
      queue.load.mean_patience_seconds = 30 * whole(1, 12);
    }
    queue.weight = 0.5 * whole(1, 6);
    queue.max_agents = whole(4, 60);
    queue.limit_agents = whole(3, 40);
    queue.min_agents = shape.with_minima ? whole(0, 4) : 0;
    if (shape.fractional_bounds) {
      queue.limit_agents = std::ceil(reach[static_cast<size_t>(q)]) / 0.85 + 0.1;
      queue.min_agents *= 0.9;
    }
  }
  return problem;
}

}  // namespace evenkeel::optimizer
