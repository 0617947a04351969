// The actuator's writers against the simulated API, over real HTTP, in both dialects (CAP-9).
#include "services/actuator/adapters/genesys_writer.h"

#include <absl/strings/match.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/actuator/adapters/write_operations.h"
#include "tools/genesys_sim/api/server.h"
#include "tools/genesys_sim/scenario/loader.h"

namespace evenkeel::actuator {
namespace {

constexpr char kQueue[] = "5a1e0000-0000-4000-8000-000000000401";

constexpr absl::Duration kSoon = absl::Seconds(10);

class GenesysWriterTest : public testing::Test {
 protected:
  void Start(sim::Dialect dialect, const std::string& client_id = "evenkeel-write") {
    sim::ApiOptions options;
    options.dialect = dialect;
    options.epoch = clock_.Now();
    options.observer = [this](const sim::HttpRequest& request, const sim::HttpAnswer& answer) {
      if (request.method != "GET" && !absl::StartsWith(request.target, "/oauth")) {
        writes_.push_back({request.method, request.body, answer.status});
      }
    };
    auto simulator = sim::SimulatorServer::Start(sim::DefaultScenario(), options, clock_);
    ASSERT_TRUE(simulator.ok()) << simulator.status();
    simulator_ = *std::move(simulator);
    genesys::ClientOptions client;
    client.dialect =
        dialect == sim::Dialect::kGuide ? genesys::Dialect::kGuide : genesys::Dialect::kPlatform;
    client.api_base_url = client.login_base_url =
        "http://127.0.0.1:" + std::to_string(simulator_->port());
    client.credentials = [client_id]() -> absl::StatusOr<genesys::Credentials> {
      return genesys::Credentials{client_id, Secret(client_id)};
    };
    auto made = genesys::Client::Make(client, clock_, nullptr);
    ASSERT_TRUE(made.ok()) << made.status();
    client_ = *std::move(made);
    writer_ = MakeCentreWriter(*client_, stop_.get_token());
  }

  // A member of kQueue who has, or has not, joined it.
  MemberReading FindMember(bool joined) {
    const auto members = writer_->ReadMembers(kQueue, {}, Urgency::kPlan);
    EXPECT_TRUE(members.ok()) << members.status();
    for (const MemberReading& member : *members) {
      if (member.joined == joined) return member;
    }
    ADD_FAILURE() << "no such member";
    return {};
  }

  struct Write {
    std::string method, body;
    int status;
  };
  SimulatedClock clock_{absl::FromUnixSeconds(1700000000)};
  std::stop_source stop_;
  std::vector<Write> writes_;
  std::unique_ptr<sim::SimulatorServer> simulator_;
  std::unique_ptr<genesys::Client> client_;
  std::unique_ptr<CentreWriter> writer_;
};

TEST_F(GenesysWriterTest, Cap9PlatformJoinsAndLeavesAsynchronously) {
  Start(sim::Dialect::kPlatform);
  const MemberReading member = FindMember(false);
  EXPECT_FALSE(member.division_id.empty());
  const std::vector<JoinedWrite> join = {{member.agent_id, true}};
  ASSERT_TRUE(writer_->SetJoined(kQueue, join, Urgency::kPlan).ok());
  const std::vector<std::string> agents = {member.agent_id};
  EXPECT_FALSE(writer_->ReadMembers(kQueue, agents, Urgency::kPlan)->at(0).joined)
      << "takes its time";
  clock_.Advance(absl::Seconds(10));
  EXPECT_TRUE(writer_->ReadMembers(kQueue, agents, Urgency::kPlan)->at(0).joined);
  EXPECT_THAT(*writer_->ReadJoinedQueues(member.agent_id), testing::Contains(kQueue));
  ASSERT_EQ(writes_.size(), 1u);
  EXPECT_EQ(writes_[0].body, "[{\"id\":\"" + member.agent_id + "\",\"joined\":true}]");
  EXPECT_EQ(writer_->DescribeSetJoined(kQueue, join),
            std::string("PATCH /api/v2/routing/queues/") + kQueue + "/members " + writes_[0].body);
}

TEST_F(GenesysWriterTest, WhoIsNoMemberIsSilentlySkipped) {
  Start(sim::Dialect::kPlatform);
  const std::vector<JoinedWrite> stranger = {{"5a1e0000-0000-4000-8000-0000000fffff", true}};
  EXPECT_TRUE(writer_->SetJoined(kQueue, stranger, Urgency::kPlan).ok());
  const std::vector<std::string> agents = {stranger[0].agent_id};
  EXPECT_TRUE(writer_->ReadMembers(kQueue, agents, Urgency::kPlan)->empty());
}

TEST_F(GenesysWriterTest, EachDialectRefusesTheOthersLever) {
  Start(sim::Dialect::kPlatform);
  EXPECT_EQ(writer_->SetQueueCapacity(kQueue, 5, kSoon).code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(writer_->ReadQueueCapacity(kQueue).status().code(), absl::StatusCode::kUnimplemented);
  Start(sim::Dialect::kGuide);
  EXPECT_EQ(writer_->SetJoined(kQueue, {}, Urgency::kPlan).code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_EQ(writer_->ReadMembers(kQueue, {}, Urgency::kPlan).status().code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_TRUE(writes_.empty());
}

TEST_F(GenesysWriterTest, Cap9GuidePutsOnlyTheCapacity) {
  Start(sim::Dialect::kGuide);
  const auto before = writer_->ReadQueueCapacity(kQueue);
  ASSERT_TRUE(before.ok()) << before.status();
  ASSERT_TRUE(writer_->SetQueueCapacity(kQueue, *before + 3, kSoon).ok());
  EXPECT_EQ(writes_.at(0).body, "{\"inbound_capacity\":" + std::to_string(*before + 3) + "}");
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(*writer_->ReadQueueCapacity(kQueue), *before + 3);
}

// Guide 3's body, to the letter but for the note, which says why.
TEST_F(GenesysWriterTest, Fair6GuidePausesAnAgentAndLetsThemBack) {
  Start(sim::Dialect::kGuide);
  std::vector<std::string> agents;
  for (const auto& agent : sim::DefaultScenario().agents) agents.push_back(agent.id);
  const auto find = [&](model::Availability availability) -> std::string {
    const auto readings = writer_->ReadAvailability(agents, Urgency::kPlan);
    EXPECT_TRUE(readings.ok()) << readings.status();
    for (const AvailabilityReading& reading : *readings) {
      if (reading.availability == availability) return reading.agent_id;
    }
    return "";
  };
  std::string agent;
  for (int minute = 0; minute < 60 && agent.empty(); ++minute) {
    clock_.Advance(absl::Minutes(1));
    agent = find(model::Availability::kAvailable);
  }
  ASSERT_NE(agent, "");
  ASSERT_TRUE(writer_
                  ->SetAvailability(agent, model::Availability::kPaused,
                                    "Automated fairness throttle", Urgency::kPlan)
                  .ok());
  EXPECT_EQ(
      writes_.at(0).body,
      R"({"availabilityId":"availability-paused-fairness","reasonId":)"
      R"("reason-temporary-throttle","state":"PAUSED","note":"Automated fairness throttle"})");
  EXPECT_EQ(find(model::Availability::kPaused), agent);
  ASSERT_TRUE(writer_
                  ->SetAvailability(agent, model::Availability::kAvailable, "the hold is over",
                                    Urgency::kRestore)
                  .ok());
  EXPECT_EQ(find(model::Availability::kPaused), "");
  EXPECT_TRUE(writer_->ReadAvailability({{"stranger"}}, Urgency::kPlan)->empty());
  EXPECT_EQ(writer_->SetAvailability("stranger", model::Availability::kPaused, "x", Urgency::kPlan)
                .code(),
            absl::StatusCode::kNotFound);
}

TEST_F(GenesysWriterTest, Fair6ThePlatformHasNoSuchThing) {
  Start(sim::Dialect::kPlatform);
  EXPECT_EQ(writer_->ReadAvailability({{"a"}}, Urgency::kPlan).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST_F(GenesysWriterTest, Act6APutThatIsTooLateStaysUnsent) {
  Start(sim::Dialect::kGuide);
  const absl::Status late = writer_->SetQueueCapacity(kQueue, 5, absl::Milliseconds(-1));
  EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(IsNotSent(late));
  EXPECT_TRUE(writes_.empty());
}

TEST_F(GenesysWriterTest, Api9TheCentresRefusalsKeepTheirMeaning) {
  Start(sim::Dialect::kGuide);
  // 400: out of the platform's bounds.
  EXPECT_EQ(writer_->SetQueueCapacity(kQueue, 201, kSoon).code(),
            absl::StatusCode::kInvalidArgument);
  // 404
  EXPECT_EQ(writer_->SetQueueCapacity("5a1e0000-0000-4000-8000-0000000fffff", 5, kSoon).code(),
            absl::StatusCode::kNotFound);
  // 403: the client may only read; the operation's permission is named.
  Start(sim::Dialect::kPlatform, "evenkeel-readonly");
  const MemberReading member = FindMember(false);
  const std::vector<JoinedWrite> join = {{member.agent_id, true}};
  const absl::Status denied = writer_->SetJoined(kQueue, join, Urgency::kPlan);
  EXPECT_EQ(denied.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(denied.message()),
              testing::HasSubstr(platform::kPatchQueueMembers.permission));
}

// ACT-6: a write that finds no budget is refused at once instead of waiting after its read.
TEST_F(GenesysWriterTest, Act6AWriteDoesNotWaitForBudget) {
  Start(sim::Dialect::kPlatform);
  const std::vector<JoinedWrite> none;
  absl::Status status;
  for (int i = 0; i < 400 && status.ok(); ++i) {
    const MemberReading member{"5a1e0000-0000-4000-8000-0000000fffff", true, ""};
    const std::vector<JoinedWrite> write = {{member.agent_id, true}};
    status = writer_->SetJoined(kQueue, write, Urgency::kPlan);
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  for (const Write& write : writes_) EXPECT_NE(write.status, 429);
}

}  // namespace
}  // namespace evenkeel::actuator
