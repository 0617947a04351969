// ACT-6, ACT-15: kill -9 of the real actuator at any moment: while it takes on changes, between its
// requests, in the middle of a write that has its effect but no answer yet. No change is done
// twice, none is lost, and the ledger explains itself.
//
// EVENKEEL_KILLS sets how often it is killed (scripts/prove kills), EVENKEEL_KILL_SEED the moments.
#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>
#include <set>

#include "common/convert/time.h"
#include "evenkeel/actuator/v1/actuator_service.grpc.pb.h"
#include "tests/binaries/rig.h"
#include "tools/genesys_sim/api/server.h"
#include "tools/genesys_sim/scenario/loader.h"

namespace evenkeel::binaries {
namespace {

using actuator::v1::ActuatorService;

int FromEnvironment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  int value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

// Ten changes between two kills keep it busy.
constexpr int kChangesPerKill = 10;
constexpr double kClockFactor = 120;

struct Membership {
  std::string agent_id;
  std::string queue_id;
  bool joined;  // in the beginning
};

class KillTest : public ::testing::Test {
 protected:
  KillTest() : epoch_(absl::FromUnixSeconds(absl::ToUnixSeconds(RealClock().Now()))) {
    clock_ = MakeClock(kClockFactor, epoch_);
    sim::Scenario scenario = Scenario();
    for (const sim::Agent& agent : scenario.agents) {
      for (const sim::Membership& membership : agent.memberships) {
        // Queue 0 is always joined, so that no leave takes an agent's last queue.
        if (membership.queue == 0) continue;
        memberships_.push_back({agent.id, scenario.queues[membership.queue].id, membership.joined});
      }
    }
    std::string queues;
    for (const sim::Queue& queue : scenario.queues) {
      absl::StrAppend(&queues, "    - {id: \"", queue.id, "\"}\n");
    }
    sim::ApiOptions options;
    options.epoch = epoch_;
    options.observer = [this](const sim::HttpRequest& request, const sim::HttpAnswer& answer) {
      Observe(request, answer);
    };
    auto simulator = sim::SimulatorServer::Start(std::move(scenario), options, *clock_);
    EXPECT_TRUE(simulator.ok()) << simulator.status();
    simulator_ = *std::move(simulator);
    config_ = rig_.Write(
        "evenkeel.yaml",
        absl::StrCat("clock: {factor: ", kClockFactor, ", epoch: \"",
                     absl::FormatTime(absl::RFC3339_full, epoch_, absl::UTCTimeZone()), "\"}\n",
                     "centre: {api_base_url: \"", Url(), "\", login_base_url: \"", Url(), "\"}\n",
                     "scope:\n  queues:\n", queues, "services:\n",
                     "  actuator: {listen: \"127.0.0.1:0\", metrics_listen: \"\"}\n",
                     "actuator:\n  mode: live\n  database: ", rig_.Write("actuator.db", ""), "\n",
                     "  capacity: {moves_per_cycle: 100000, writes_per_hour: 100000, "
                     "group_share_per_hour: 1.0, dwell: 0s}\n"));
  }

  // All agents are members of every queue, and joined to the first alone.
  static sim::Scenario Scenario() {
    sim::Scenario scenario = sim::MovingMix();
    for (sim::Queue& queue : scenario.queues) queue.skill.reset();
    for (sim::Agent& agent : scenario.agents) {
      agent.memberships.clear();
      for (int q = 0; q < static_cast<int>(scenario.queues.size()); ++q) {
        agent.memberships.push_back({q, q == 0});
      }
    }
    return scenario;
  }
  std::string Url() const { return absl::StrCat("http://127.0.0.1:", simulator_->port()); }

  // Called for each request before it is answered; the moment to kill whoever asked.
  void Observe(const sim::HttpRequest& request, const sim::HttpAnswer& answer) {
    if (!absl::StartsWith(request.target, "/api/")) return;
    std::lock_guard lock(mutex_);
    if (request.method == "PATCH" && answer.status < 300) {
      last_write_ = request.body;
      for (const Membership& membership : memberships_) {
        if (absl::StrContains(request.target, membership.queue_id) &&
            absl::StrContains(request.body, membership.agent_id)) {
          ++writes_[{membership.agent_id, membership.queue_id}];
        }
      }
    }
    if (requests_until_kill_ > 0 && --requests_until_kill_ == 0) actuator_->Kill(SIGKILL);
  }

  void StartActuator() {
    auto process = rig_.Start(
        "evenkeel-actuator", {"--config", config_},
        {"GENESYS_CLIENT_ID=evenkeel-demo", "GENESYS_CLIENT_SECRET=evenkeel-demo",
         "GENESYS_WRITE_CLIENT_ID=evenkeel-write", "GENESYS_WRITE_CLIENT_SECRET=evenkeel-write"});
    {
      std::lock_guard lock(mutex_);
      actuator_ = std::move(process);
    }
    const int port = PortIn(actuator_->WaitForLine("\"listening\""));
    stub_ = ActuatorService::NewStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));
  }
  void KillAfterRequests(int count) {
    std::lock_guard lock(mutex_);
    requests_until_kill_ = count;
  }

  // Asks for the i-th change: to turn a membership round. The same request each time it is asked.
  grpc::Status Propose(size_t i) {
    const Membership& membership = memberships_[i];
    actuator::v1::ProposeChangeRequest request;
    request.set_request_id(absl::StrCat("request-", i));
    auto& proposal = *request.mutable_proposal();
    proposal.set_kind(types::v1::CHANGE_KIND_CAPACITY);
    proposal.mutable_entity()->mutable_membership()->set_agent_id(membership.agent_id);
    proposal.mutable_entity()->mutable_membership()->set_queue_id(membership.queue_id);
    proposal.mutable_old_value()->set_joined(membership.joined);
    proposal.mutable_new_value()->set_joined(!membership.joined);
    proposal.set_reason("a test of kills");
    proposal.set_proposer("kill_test");
    proposal.set_plan_id(absl::StrCat("plan-", i));
    proposal.set_snapshot_number(1);
    proposal.set_snapshot_seen_ratio(1);
    *proposal.mutable_expires_at() = convert::ToProto(epoch_ + absl::Hours(1000));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    context.set_wait_for_ready(false);
    actuator::v1::ProposeChangeResponse response;
    const grpc::Status status = stub_->ProposeChange(&context, request, &response);
    if (status.ok()) ids_[i] = response.change().id();
    return status;
  }

  // Takes the first agent off the first queue, and waits until that shows. Answers the agent.
  std::string Throttle(int agent) {
    const std::string agent_id = Scenario().agents[agent].id;
    actuator::v1::ProposeChangeRequest request;
    request.set_request_id("throttle-" + agent_id);
    auto& proposal = *request.mutable_proposal();
    proposal.set_kind(types::v1::CHANGE_KIND_THROTTLE);
    proposal.mutable_entity()->mutable_membership()->set_agent_id(agent_id);
    proposal.mutable_entity()->mutable_membership()->set_queue_id(Scenario().queues[0].id);
    proposal.mutable_old_value()->set_joined(true);
    proposal.mutable_new_value()->set_joined(false);
    *proposal.mutable_hold_for() = convert::ToProto(absl::Seconds(120));
    proposal.set_reason("a test of holds");
    proposal.set_trigger("smoothed_cv=0.41");
    proposal.set_proposer("kill_test");
    proposal.set_plan_id("plan-" + agent_id);
    proposal.set_snapshot_number(1);
    proposal.set_snapshot_seen_ratio(1);
    *proposal.mutable_expires_at() = convert::ToProto(epoch_ + absl::Hours(1000));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    actuator::v1::ProposeChangeResponse response;
    const grpc::Status status = stub_->ProposeChange(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    Await([&](const actuator::v1::WatchChangesResponse& event) {
      return event.change().id() == response.change().id() &&
             event.change().state() == types::v1::CHANGE_STATE_APPLIED;
    });
    return agent_id;
  }

  void AwaitEndOfHold(const std::string& agent_id) {
    Await([&](const actuator::v1::WatchChangesResponse& event) {
      return event.has_hold() && event.hold().entity().membership().agent_id() == agent_id &&
             event.hold().outcome() != actuator::v1::HOLD_OUTCOME_OPEN;
    });
  }

  // Reads the stream from its beginning until `done` says that what was waited for has come.
  template <typename Done>
  void Await(Done done) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(120));
    const auto stream = stub_->WatchChanges(&context, actuator::v1::WatchChangesRequest());
    actuator::v1::WatchChangesResponse event;
    bool seen = false;
    while (!seen && stream->Read(&event)) {
      seen = done(event);
    }
    EXPECT_TRUE(seen);
    context.TryCancel();
    while (stream->Read(&event)) {
    }
    stream->Finish();
  }
  void ExpectBack(const std::string& agent_id) {
    std::lock_guard lock(mutex_);
    EXPECT_EQ(last_write_, absl::StrCat("[{\"id\":\"", agent_id, "\",\"joined\":true}]"));
  }

  // Reads the stream of transitions until every change of ids_ has come to its end.
  void AwaitTheEnd() {
    std::set<std::string> open;
    for (const auto& [i, id] : ids_) open.insert(id);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(120));
    const auto stream = stub_->WatchChanges(&context, actuator::v1::WatchChangesRequest());
    actuator::v1::WatchChangesResponse event;
    while (!open.empty() && stream->Read(&event)) {
      const types::v1::ChangeState state = event.change().state();
      if (state >= types::v1::CHANGE_STATE_APPLIED) open.erase(event.change().id());
    }
    EXPECT_TRUE(open.empty()) << open.size() << " changes did not come to an end";
    context.TryCancel();
    while (stream->Read(&event)) {
    }
    stream->Finish();
  }

  // The audit of a change, oldest first: its states in a row, and how often a write was announced.
  void Explain(const std::string& id, std::vector<std::string>& states, int& announced) {
    actuator::v1::ListAuditRequest request;
    request.set_change_id(id);
    request.set_page_size(1000);
    grpc::ClientContext context;
    actuator::v1::ListAuditResponse response;
    ASSERT_TRUE(stub_->ListAudit(&context, request, &response).ok());
    std::string last;
    for (auto it = response.entries().rbegin(); it != response.entries().rend(); ++it) {
      EXPECT_FALSE(it->reason().empty()) << it->ShortDebugString();
      if (it->action() == "write") ++announced;
      if (it->action() != "state") continue;
      EXPECT_EQ(it->previous(), last) << it->ShortDebugString();
      last = it->current();
      states.push_back(last);
    }
  }

  const absl::Time epoch_;
  std::unique_ptr<Clock> clock_;
  Rig rig_;
  std::string config_;
  std::vector<Membership> memberships_;
  std::mutex mutex_;  // guards what the simulator's threads touch
  std::map<std::pair<std::string, std::string>, int> writes_;
  std::string last_write_;
  int requests_until_kill_ = 0;
  std::unique_ptr<Process> actuator_;
  std::unique_ptr<sim::SimulatorServer> simulator_;
  std::unique_ptr<ActuatorService::Stub> stub_;
  std::map<size_t, std::string> ids_;  // of the changes that were taken on, by index
};

TEST_F(KillTest, NoChangeIsDoneTwiceAndNoneIsLost_ACT6) {
  const int kills = FromEnvironment("EVENKEEL_KILLS", 12);
  std::mt19937_64 random(static_cast<uint64_t>(FromEnvironment("EVENKEEL_KILL_SEED", 1)));
  const size_t changes =
      std::min(memberships_.size(), static_cast<size_t>(kChangesPerKill * (kills + 1)));
  std::shuffle(memberships_.begin(), memberships_.end(), random);
  size_t next = 0;
  for (int kill = 0; kill < kills; ++kill) {
    StartActuator();
    const size_t end = std::min(changes, next + kChangesPerKill);
    // Either at one of its next requests, or when it has just said that it took a change on.
    const bool at_request = random() % 3 != 0;
    const auto count = static_cast<int>(1 + random() % (at_request ? 25 : kChangesPerKill));
    if (at_request) KillAfterRequests(count);
    bool killed = false;
    for (int accepted = 0; next < end && !killed; ++next) {
      const grpc::Status status = Propose(next);
      if (!status.ok()) {
        // It died on us: whether it took this one on, nobody knows. Ask again when it is back.
        ASSERT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
        killed = true;
        break;
      }
      if (!at_request && ++accepted == count) {
        actuator_->Kill(SIGKILL);
        killed = true;
      }
    }
    if (!at_request && !killed) actuator_->Kill(SIGKILL);
    const auto exit_code = actuator_->WaitForExit();
    ASSERT_TRUE(exit_code.ok()) << exit_code.status();
    ASSERT_EQ(*exit_code, 128 + SIGKILL) << actuator_->err();
  }
  StartActuator();
  for (; next < changes; ++next) ASSERT_TRUE(Propose(next).ok());
  // Whoever lost an answer asks again, and is told of the same change.
  const std::map<size_t, std::string> before = ids_;
  for (size_t i = 0; i < changes; ++i) {
    const grpc::Status status = Propose(i);
    ASSERT_TRUE(status.ok()) << status.error_message();
    if (const auto it = before.find(i); it != before.end()) {
      EXPECT_EQ(ids_[i], it->second);
    }
  }
  AwaitTheEnd();

  int given_up = 0, resent = 0;
  for (size_t i = 0; i < changes; ++i) {
    std::vector<std::string> states;
    int announced = 0;
    Explain(ids_[i], states, announced);
    SCOPED_TRACE(absl::StrCat(ids_[i], ": ", absl::StrJoin(states, ", ")));
    // A write whose fate nobody knew goes back to "accepted" once the centre was seen without it;
    // after the third try the change fails, and says so.
    EXPECT_EQ(states.front(), "proposed");
    EXPECT_EQ(std::count(states.begin(), states.end(), "applying"), announced);
    std::lock_guard lock(mutex_);
    const int written = writes_[{memberships_[i].agent_id, memberships_[i].queue_id}];
    EXPECT_GE(announced, written) << "written more often than the ledger says";
    if (states.back() == "failed") {
      EXPECT_EQ(announced, 3);
      EXPECT_EQ(written, 0);
      ++given_up;
    } else {
      EXPECT_EQ(states.back(), "applied");
      EXPECT_EQ(written, 1);
    }
    resent += announced > 1 ? 1 : 0;
  }
  std::printf(
      "%d kills, %d changes: %d written once and seen, %d given up unheard, %d took more "
      "than one try\n",
      kills, static_cast<int>(changes), static_cast<int>(changes) - given_up, given_up, resent);
  EXPECT_LT(given_up, static_cast<int>(changes) / 4);
  stub_.reset();  // else the drain waits for a connection that nobody polls
  actuator_->Kill(SIGTERM);
  EXPECT_EQ(*actuator_->WaitForExit(), 0);
}

// Killed while it holds somebody out: the next one lets them back (FAIR-7).
TEST_F(KillTest, AHoldEndsThoughItsActuatorWasKilled_FAIR7) {
  StartActuator();
  const std::string agent = Throttle(0);
  actuator_->Kill(SIGKILL);
  EXPECT_EQ(*actuator_->WaitForExit(), 128 + SIGKILL);
  StartActuator();
  AwaitEndOfHold(agent);
  ExpectBack(agent);
}

// No actuator comes back: the errand does it from the ledger alone.
TEST_F(KillTest, AllHoldsAreRestoredFromTheLedgerAlone_FAIR7) {
  StartActuator();
  const std::string agent = Throttle(1);
  actuator_->Kill(SIGKILL);
  EXPECT_EQ(*actuator_->WaitForExit(), 128 + SIGKILL);
  const auto errand = rig_.Start(
      "evenkeel-actuator", {"--config", config_, "--restore-all-holds"},
      {"GENESYS_WRITE_CLIENT_ID=evenkeel-write", "GENESYS_WRITE_CLIENT_SECRET=evenkeel-write"});
  EXPECT_EQ(*errand->WaitForExit(), 0) << errand->out() << errand->err();
  EXPECT_TRUE(absl::StrContains(errand->out(), agent)) << errand->out() << errand->err();
  ExpectBack(agent);
}

// Asked to stop, it lets everybody back first (ACT-14).
TEST_F(KillTest, AStopEndsHoldsFirst_ACT14) {
  StartActuator();
  const std::string agent = Throttle(2);
  actuator_->Kill(SIGTERM);
  EXPECT_EQ(*actuator_->WaitForExit(), 0);
  ExpectBack(agent);
}

}  // namespace
}  // namespace evenkeel::binaries
