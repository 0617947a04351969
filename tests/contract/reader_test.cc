// API-5: our reader of the centre against the simulator, in both dialects: what the one says the
// other understands, and the figures are the simulator's own.
#include "common/genesys/centre_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/genesys/client.h"
#include "common/genesys/preflight.h"
#include "tests/contract/sim_client.h"

namespace evenkeel::sim {
namespace {

class ReaderTest : public testing::TestWithParam<Dialect> {
 protected:
  ReaderTest() : sim_({.dialect = GetParam()}) {
    genesys::ClientOptions options;
    options.dialect = platform() ? genesys::Dialect::kPlatform : genesys::Dialect::kGuide;
    options.api_base_url = options.login_base_url = sim_.url();
    options.credentials = [] {
      return absl::StatusOr<genesys::Credentials>(
          {"evenkeel-readonly", Secret("evenkeel-readonly")});
    };
    client_ = *genesys::Client::Make(options, sim_.clock(), nullptr);
    reader_ = genesys::MakeCentreReader(*client_, sim_.clock());
  }

  bool platform() const { return GetParam() == Dialect::kPlatform; }

  const std::vector<std::string> queues_ = {"q1", "q2", "q3"};
  SimClient sim_;
  std::unique_ptr<genesys::Client> client_;
  std::unique_ptr<genesys::CentreReader> reader_;
};

INSTANTIATE_TEST_SUITE_P(Dialects, ReaderTest, testing::Values(Dialect::kPlatform, Dialect::kGuide),
                         [](const auto& info) { return std::string(DialectName(info.param)); });

TEST_P(ReaderTest, Api5TheRosterComesWhole) {
  const auto roster = reader_->ReadRoster({});
  ASSERT_TRUE(roster.ok()) << roster.status();
  EXPECT_EQ(roster->agents.size(), 130u);
  EXPECT_EQ(roster->counts.seen, 130);
  EXPECT_EQ(roster->counts.expected, 130);
  EXPECT_EQ(roster->agents[7].skills[1].proficiency, 2.5);
}

TEST_P(ReaderTest, Api5StatesAreThoseOfTheCentre) {
  sim_.Advance(absl::Minutes(25));
  const auto states = reader_->ReadStates(queues_, {});
  ASSERT_TRUE(states.ok()) << states.status();
  ASSERT_EQ(states->states.size(), 130u);
  int on_break = 0, interacting = 0;
  for (const model::AgentState& state : states->states) {
    EXPECT_NE(state.activity, model::Activity::kUnknown);
    EXPECT_GE(state.since, kEpoch);
    on_break += state.at_work ? 0 : 1;
    interacting += state.activity == model::Activity::kInteracting ? 1 : 0;
  }
  EXPECT_GT(on_break, 5);
  EXPECT_LE(on_break, 13);
  EXPECT_GT(interacting, 40);
}

TEST_P(ReaderTest, Api5QueuesAndMembersComeWhole) {
  const auto reading = reader_->ReadQueues(queues_, {});
  ASSERT_TRUE(reading.ok()) << reading.status();
  ASSERT_EQ(reading->queues.size(), 3u);
  EXPECT_EQ(reading->queues[0].name, "Queue 1");
  EXPECT_TRUE(reading->gone.empty());
  EXPECT_EQ(reading->queues[0].inbound_capacity.has_value(), !platform());
  EXPECT_EQ(reading->memberships.size(), platform() ? 260u : 0u);
  int joined = 0;
  for (const model::Membership& membership : reading->memberships) {
    joined += membership.joined ? 1 : 0;
  }
  EXPECT_EQ(joined, platform() ? 130 : 0);
}

TEST_P(ReaderTest, Api5LiveFiguresAreTheSimulators) {
  sim_.Advance(absl::Minutes(40));
  const auto reading = reader_->ReadLive(queues_, {});
  ASSERT_TRUE(reading.ok()) << reading.status();
  const JsonTree report = sim_.Report();
  ASSERT_EQ(reading->live.size(), 3u);
  for (size_t q = 0; q < 3; ++q) {
    const model::QueueLive& live = reading->live[q];
    const auto waiting = static_cast<int64_t>(report["queues"][q]["waiting"].number());
    EXPECT_EQ(live.waiting, waiting);
    EXPECT_EQ(live.longest_wait > absl::ZeroDuration(), waiting > 0);
    if (q == 2) continue;
    EXPECT_GT(live.interacting, 20);
    EXPECT_GE(live.on_queue_agents, 50);
    EXPECT_LE(live.idle_agents, live.on_queue_agents);
  }
}

TEST_P(ReaderTest, Api5FiguresOverTimeAreTheSimulators) {
  sim_.Advance(absl::Minutes(25));  // all within what a reading looks back
  const auto intervals = reader_->ReadIntervals(queues_, {});
  ASSERT_TRUE(intervals.ok()) << intervals.status();
  const JsonTree report = sim_.Report();
  for (size_t q = 0; q < 3; ++q) {
    int64_t offered = 0, answered = 0, abandoned = 0;
    absl::Duration wait;
    for (const model::QueueInterval& interval : intervals->intervals) {
      if (interval.queue_id != queues_[q]) continue;
      offered += interval.offered;
      answered += interval.answered;
      abandoned += interval.abandoned;
      wait += interval.answered_wait_total + interval.abandoned_wait_total;
    }
    const JsonTree& queue = report["queues"][q];
    EXPECT_EQ(offered, queue["offered"].number());
    EXPECT_EQ(answered, queue["answered"].number());
    EXPECT_EQ(abandoned, queue["abandoned"].number());
    if (offered == 0) continue;
    EXPECT_NEAR(absl::ToDoubleSeconds(wait) / static_cast<double>(answered + abandoned),
                queue["mean_wait_seconds"].number(), 1e-3);
  }
}

TEST_P(ReaderTest, Api5WorkOfAgentsIsThatOfTheQueues) {
  sim_.Advance(absl::Minutes(20));
  const auto work = reader_->ReadAgentWork(queues_, {});
  const auto intervals = reader_->ReadIntervals(queues_, {});
  ASSERT_TRUE(work.ok()) << work.status();
  ASSERT_TRUE(intervals.ok()) << intervals.status();
  // The last whole five minutes, which every dialect gives.
  const absl::Time start = kEpoch + absl::Minutes(15);
  int64_t by_agents = 0, by_queues = 0;
  absl::Duration busy, handled;
  for (const model::AgentWork& item : work->work) {
    if (item.start != start) continue;
    by_agents += item.handled;
    busy += item.talk + item.hold + item.after_call;
  }
  for (const model::QueueInterval& interval : intervals->intervals) {
    if (interval.start != start) continue;
    by_queues += interval.handled;
    handled += interval.handle_total;
  }
  EXPECT_GT(by_agents, 100);
  EXPECT_EQ(by_agents, by_queues);
  EXPECT_NEAR(absl::FDivDuration(busy, handled), 1, 0.1);
}

TEST_P(ReaderTest, Api10EveryProbePasses) {
  for (const genesys::Probe& probe : reader_->Probes(queues_, {})) {
    const auto response = client_->api().Call(*probe.operation, probe.request, {});
    ASSERT_TRUE(response.ok()) << probe.operation->path << ": " << response.status();
    EXPECT_TRUE(probe.parse(response->body).ok()) << probe.operation->path;
  }
}

}  // namespace
}  // namespace evenkeel::sim
