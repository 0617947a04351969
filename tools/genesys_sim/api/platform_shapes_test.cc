// SIM-3: every answer of the platform dialect has only properties that the published API has, of
// the published types. tests/data/platform_shapes.json is cut from its definition by
// scripts/cut-platform-shapes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/contract/sim_client.h"

namespace evenkeel::sim {
namespace {

class ShapesTest : public testing::Test {
 protected:
  ShapesTest() : client_({.dialect = Dialect::kPlatform, .rate_limit = 100'000}) {
    std::ifstream file(EVENKEEL_SOURCE_DIR "/tests/data/platform_shapes.json");
    std::stringstream text;
    text << file.rdbuf();
    shapes_ = JsonTree::Parse(text.str());
    client_.Advance(absl::Minutes(25));
  }

  void Check(const JsonTree& value, const std::string& type, const std::string& path) {
    if (type.starts_with("[")) {
      ASSERT_TRUE(value.is_array()) << path;
      for (size_t i = 0; i < value.size(); ++i) {
        Check(value[i], type.substr(1, type.size() - 2), absl::StrCat(path, "[", i, "]"));
      }
    } else if (type == "string") {
      EXPECT_TRUE(value.is_text()) << path;
    } else if (type == "boolean") {
      EXPECT_TRUE(value.is_truth()) << path;
    } else if (type == "number" || type == "integer") {
      ASSERT_TRUE(value.is_number()) << path;
      if (type == "integer") {
        EXPECT_EQ(value.number(), static_cast<double>(static_cast<int64_t>(value.number())))
            << path;
      }
    } else if (type != "object" && type != "any") {
      const JsonTree& model = shapes_["models"][type];
      ASSERT_TRUE(model.present()) << type << " at " << path;
      for (const auto& [key, member] : value.members()) {
        ASSERT_TRUE(model[key].present()) << path << "." << key << " is no property of " << type;
        Check(member, model[key].text(), path + "." + key);
      }
    }
  }

  void CheckOperation(const std::string& name, const std::string& path,
                      const std::string& body = "") {
    const std::string type = shapes_["answers"][name].text();
    ASSERT_NE(type, "") << name;
    const JsonTree answer = body.empty() ? client_.Get(path) : client_.Post(path, body);
    EXPECT_FALSE(answer.members().empty());
    Check(answer, type, name + " $");
    checked_.insert(name);
  }

  SimClient client_;
  JsonTree shapes_;
  std::set<std::string> checked_;
};

TEST_F(ShapesTest, Sim3EveryAnswerHasThePublishedShape) {
  const std::string expand =
      "?expand=presence,routingStatus,skills,languages,conversationSummary,station,team";
  CheckOperation("GET /api/v2/tokens/me", "/api/v2/tokens/me");
  CheckOperation("GET /api/v2/users", "/api/v2/users" + expand);
  CheckOperation("GET /api/v2/users/{userId}", "/api/v2/users/a010" + expand);
  CheckOperation("GET /api/v2/users/{userId}/queues", "/api/v2/users/a010/queues");
  CheckOperation("GET /api/v2/routing/queues", "/api/v2/routing/queues");
  CheckOperation("GET /api/v2/routing/queues/{queueId}", "/api/v2/routing/queues/q1");
  CheckOperation("GET /api/v2/routing/queues/{queueId}/members",
                 "/api/v2/routing/queues/q1/members" + expand + "&pageNumber=2");
  CheckOperation("GET /api/v2/routing/skills", "/api/v2/routing/skills");
  CheckOperation("GET /api/v2/presence/definitions", "/api/v2/presence/definitions");
  CheckOperation("POST /api/v2/analytics/routing/activity/query",
                 "/api/v2/analytics/routing/activity/query", R"({"groupBy":["queueId"],"metrics":[
                   {"metric":"oUserPresences","details":true},{"metric":"oActiveUsers"},
                   {"metric":"oOnQueueUsers"}]})");
  CheckOperation("POST /api/v2/analytics/queues/observations/query",
                 "/api/v2/analytics/queues/observations/query", R"({"filter":{"type":"or",
                   "predicates":[{"dimension":"queueId","value":"q1"}]},
                   "metrics":["oWaiting","oInteracting","oLongestInteracting","oUserPresences"],
                   "detailMetrics":["oWaiting","oInteracting","oUserPresences"]})");
  CheckOperation("POST /api/v2/analytics/conversations/aggregates/query",
                 "/api/v2/analytics/conversations/aggregates/query",
                 R"({"interval":"2024-05-15T08:00:00Z/2024-05-15T09:00:00Z","granularity":"PT5M",
                   "groupBy":["queueId","userId","mediaType"],"metrics":["nOffered","nOverSla",
                   "tAnswered","tAbandon","tWait","tAcd","tTalk","tHeld","tAcw","tHandle",
                   "nConnected","oServiceLevel"]})");
  for (const auto& [name, type] : shapes_["answers"].members()) {
    // Writes answer without a body.
    EXPECT_TRUE(checked_.contains(name) || name.starts_with("PATCH ")) << name;
  }
}

TEST_F(ShapesTest, Sim3ErrorsHaveThePublishedShape) {
  for (const char* path : {"/api/v2/users?pageSize=0", "/api/v2/users/nobody", "/api/v2/nothing"}) {
    const JsonTree error = JsonTree::Parse(client_.Ask("GET", path).body);
    Check(error, "ErrorBody", path);
    EXPECT_NE(error["message"].text(), "");
    EXPECT_NE(error["contextId"].text(), "");
  }
}

}  // namespace
}  // namespace evenkeel::sim
