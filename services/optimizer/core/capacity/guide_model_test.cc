#include "services/optimizer/core/capacity/guide_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "common/base/error_details.h"
#include "common/base/status_macros.h"
#include "common/json/reader.h"
#include "services/optimizer/adapters/glpk_solver.h"
#include "services/optimizer/testing/test_problems.h"

namespace evenkeel::optimizer {
namespace {

struct GuideCase {
  std::string name;
  GuideProblem problem;
  std::map<std::string, int64_t> expected;
  std::string error;
};

absl::Status ReadQueue(json::Value value, GuideQueue& queue) {
  static constexpr std::string_view kKeys[] = {"queue_id", "skill_id", "min_capacity",
                                               "max_capacity"};
  json::Object object(value);
  while (object.Next(kKeys)) {
    json::Value field = object.value();
    switch (object.field()) {
      case 0:
        EVENKEEL_RETURN_IF_ERROR(field.Read(queue.queue_id));
        break;
      case 1:
        EVENKEEL_RETURN_IF_ERROR(field.Read(queue.skill_id));
        break;
      case 2:
        EVENKEEL_RETURN_IF_ERROR(field.Read(queue.min_capacity));
        break;
      case 3:
        EVENKEEL_RETURN_IF_ERROR(field.Read(queue.max_capacity));
        break;
    }
  }
  return object.Finish({0, 1});
}

template <typename T>
absl::Status ReadMap(json::Value value, std::map<std::string, T>& out) {
  json::Object object(value);
  while (object.NextAny()) {
    EVENKEEL_RETURN_IF_ERROR(object.value().Read(out[std::string(object.key())]));
  }
  return object.Finish();
}

absl::Status ReadCase(json::Value value, GuideCase& row) {
  static constexpr std::string_view kKeys[] = {
      "name", "queue_config", "skill_availability", "min_coverage_ratio", "expected", "error"};
  json::Object object(value);
  while (object.Next(kKeys)) {
    json::Value field = object.value();
    switch (object.field()) {
      case 0:
        EVENKEEL_RETURN_IF_ERROR(field.Read(row.name));
        break;
      case 1: {
        json::Array array(field);
        while (array.Next()) {
          EVENKEEL_RETURN_IF_ERROR(ReadQueue(array.value(), row.problem.queues.emplace_back()));
        }
        EVENKEEL_RETURN_IF_ERROR(array.Finish());
        break;
      }
      case 2:
        EVENKEEL_RETURN_IF_ERROR(ReadMap(field, row.problem.skill_availability));
        break;
      case 3:
        EVENKEEL_RETURN_IF_ERROR(field.Read(row.problem.min_coverage_ratio));
        break;
      case 4:
        EVENKEEL_RETURN_IF_ERROR(ReadMap(field, row.expected));
        break;
      case 5:
        EVENKEEL_RETURN_IF_ERROR(field.Read(row.error));
        break;
    }
  }
  return object.Finish({0, 1, 2});
}

std::string ErrorWord(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kInvalidArgument) return "invalid";
  const std::optional<Refusal> refusal = GetRefusal(status);
  if (!refusal) return status.ToString();
  return refusal->reason == "CAPACITY_INFEASIBLE" ? "infeasible" : "unbounded";
}

TEST(GuideModelTest, AnswersAsTheGuideDoes_CAP1) {
  std::vector<GuideCase> cases;
  json::Reader reader;
  const absl::Status status =
      reader.Parse(ReadTestData("capacity_guide.json"), [&](json::Value root) -> absl::Status {
        static constexpr std::string_view kKeys[] = {"cases"};
        json::Object object(root);
        while (object.Next(kKeys)) {
          json::Array array(object.value());
          while (array.Next()) {
            EVENKEEL_RETURN_IF_ERROR(ReadCase(array.value(), cases.emplace_back()));
          }
          EVENKEEL_RETURN_IF_ERROR(array.Finish());
        }
        return object.Finish({0});
      });
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_GE(cases.size(), 30u);
  for (const GuideCase& row : cases) {
    SCOPED_TRACE(row.name);
    const auto answer = SolveGuideModel(row.problem, GlpkSolver());
    if (!answer.ok()) {
      EXPECT_EQ(ErrorWord(answer.status()), row.error);
      continue;
    }
    EXPECT_EQ(row.error, "");
    std::map<std::string, int64_t> ours;
    for (const GuideCapacity& capacity : *answer) ours[capacity.queue_id] = capacity.capacity;
    EXPECT_EQ(ours, row.expected);
    EXPECT_EQ(answer->size(), row.expected.size());
  }
}

TEST(GuideModelTest, NamesEveryMalformedField_CAP10) {
  GuideProblem problem;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  problem.min_coverage_ratio = 0;
  problem.queues = {{"q1", "a", nan, 5.0}, {"q2", "a", 1.0, nan}};
  problem.skill_availability["a"] = nan;
  std::vector<std::string> fields;
  for (const FieldViolation& violation :
       GetViolations(SolveGuideModel(problem, GlpkSolver()).status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, testing::UnorderedElementsAre("min_coverage_ratio", "skill_availability[a]",
                                                    "queue_config[0].min_capacity",
                                                    "queue_config[1].max_capacity"));
}

TEST(GuideModelTest, CountsAvailableAgentsBySkill_CAP1) {
  using model::Activity;
  model::Snapshot snapshot;
  snapshot.agents = {{"a1", "", {{"billing", 1}, {"sales", 2}}},
                     {"a2", "", {{"billing", 1}}},
                     {"a3", "", {{"billing", 1}}},
                     {"a4", "", {{"sales", 1}}}};
  snapshot.states = {{"a1", Activity::kIdle, true, {}},
                     {"a2", Activity::kInteracting, true, {}},  // at work, but not available
                     {"a3", Activity::kIdle, true, {}},
                     {"a4", Activity::kOffQueue, false, {}}};
  EXPECT_THAT(AvailableBySkill(snapshot),
              testing::ElementsAre(testing::Pair("billing", 2), testing::Pair("sales", 1)));
}

}  // namespace
}  // namespace evenkeel::optimizer
