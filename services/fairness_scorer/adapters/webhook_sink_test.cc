#include "services/fairness_scorer/adapters/webhook_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/fairness_scorer/adapters/alert_convert.h"
#include "services/fairness_scorer/adapters/sqlite_fairness_store.h"

namespace evenkeel::fairness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Receiver {
  std::vector<std::string> bodies;
  absl::StatusOr<int> answer = 200;
};

class FakeTransport final : public http::Transport {
 public:
  explicit FakeTransport(Receiver& receiver) : receiver_(receiver) {}
  absl::StatusOr<http::Response> Send(const http::Request& request, absl::Duration) override {
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://chat/hook");
    receiver_.bodies.push_back(request.body);
    if (!receiver_.answer.ok()) return receiver_.answer.status();
    return http::Response{*receiver_.answer, {}, ""};
  }

 private:
  Receiver& receiver_;
};

class WebhookSinkTest : public testing::Test {
 protected:
  std::unique_ptr<WebhookSink> Start() {
    return std::make_unique<WebhookSink>("https://chat/hook",
                                         std::make_unique<FakeTransport>(receiver_), *store_);
  }
  void Raise(const std::string& id) {
    CycleWrite write;
    write.alerts.emplace_back().id = id;
    write.alerts.back().at = absl::FromUnixSeconds(1715783520);
    ASSERT_TRUE(store_->Commit(write).ok());
  }
  std::vector<std::string> Ids() {
    std::vector<std::string> ids;
    for (const std::string& body : receiver_.bodies) {
      const size_t at = body.find("\"id\":\"") + 6;
      ids.push_back(body.substr(at, body.find('"', at) - at));
    }
    return ids;
  }

  Receiver receiver_;
  std::unique_ptr<FairnessStore> store_ = *SqliteFairnessStore::Open(":memory:");
};

TEST_F(WebhookSinkTest, Fair4EachAlertOnceInOrder) {
  const auto sink = Start();
  Raise("a");
  Raise("b");
  EXPECT_EQ(*sink->Run({}), 2);
  EXPECT_EQ(*sink->Run({}), 0);
  Raise("c");
  EXPECT_EQ(*sink->Run({}), 1);
  EXPECT_THAT(Ids(), ElementsAre("a", "b", "c"));
}

// Down for an hour, with restarts: nothing is lost, and what came twice has the same id.
TEST_F(WebhookSinkTest, Fair4NothingIsLostWhileTheReceiverIsAway) {
  Raise("a");
  receiver_.answer = absl::UnavailableError("connection refused");
  for (int minute = 0; minute < 60; ++minute) {
    EXPECT_FALSE(Start()->Run({}).ok());
    if (minute % 20 == 0) Raise("b" + std::to_string(minute));
  }
  receiver_.answer = 503;
  EXPECT_FALSE(Start()->Run({}).ok());
  EXPECT_THAT(Ids(), testing::Each("a"));
  receiver_.bodies.clear();
  receiver_.answer = 200;
  EXPECT_EQ(*Start()->Run({}), 4);
  EXPECT_THAT(Ids(), ElementsAre("a", "b0", "b20", "b40"));
}

// FAIR-4: the guide's payload, field for field.
TEST(AlertJsonTest, Fair4IsTheGuidesPayload) {
  Alert alert;
  alert.id = alert.incident_id = "id-1";
  alert.queue_id = "a1b2c3d4-e5f6-7890-abcd-ef1234567890";
  alert.skill_id = "skill-tier3-eng";
  alert.current_cv = 0.41;
  alert.ema_cv = 0.39;
  alert.overloaded_agents = {"usr-111", "usr-222"};
  alert.underutilized_agents = {"usr-333", "usr-444"};
  alert.at = absl::FromUnixSeconds(1715783520);
  const std::string json = AlertJson(alert);
  EXPECT_THAT(
      json,
      HasSubstr(
          R"("alertType":"FAIRNESS_DEGRADATION","queueId":"a1b2c3d4-e5f6-7890-abcd-ef1234567890",)"
          R"("skillId":"skill-tier3-eng","currentCV":0.41,"emaCV":0.39,)"
          R"("overloadedUserIds":["usr-111","usr-222"],"underutilizedUserIds":["usr-333","usr-444"],)"
          R"("timestamp":"2024-05-15T14:32:00.000Z","recommendedAction":"THROTTLE_OVERLOADED")"));
  EXPECT_THAT(json, HasSubstr(R"("id":"id-1","incidentId":"id-1","status":"OPEN")"));
}

}  // namespace
}  // namespace evenkeel::fairness
