// API-10 and the app's life: what ends the process at the start, and what is waited for.
#include "services/ingest/app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>

#include "common/base/error_details.h"
#include "common/config/defaults.h"
#include "common/rpc/channel.h"
#include "common/runtime/process.h"
#include "common/store/connection.h"
#include "services/ingest/metrics.h"
#include "services/ingest/testing/fake_reader.h"

namespace evenkeel::ingest {
namespace {

using model::Section;
using testing::HasSubstr;

class IngestAppTest : public testing::Test {
 protected:
  IngestAppTest() {
    config_.mutable_services()->mutable_ingest()->set_listen("127.0.0.1:0");
    config_.mutable_services()->mutable_ingest()->set_metrics_listen("");
    config_.mutable_services()->mutable_actuator()->set_listen("127.0.0.1:1");
    config_.mutable_centre()->set_region("mypurecloud.ie");
    *config_.mutable_scope()->add_queues() = config::DefaultQueue();
    config_.mutable_scope()->mutable_queues(0)->set_id("q1");
  }
  runtime::Dependencies Dependencies() {
    return {config_,
            clock_,
            ids_,
            log_,
            metrics_,
            [this](const char* name) -> std::optional<std::string> {
              const auto it = environment_.find(name);
              if (it == environment_.end()) return std::nullopt;
              return it->second;
            }};
  }
  absl::StatusOr<std::unique_ptr<runtime::Process>> StartOverFake() {
    return runtime::Process::Start(
        Dependencies(),
        {{runtime::ServiceId::kIngest,
          [this](const runtime::Dependencies& dependencies)
              -> absl::StatusOr<std::unique_ptr<runtime::App>> {
            Centre centre;
            auto reader = std::make_unique<FakeReader>(clock_, &all_reads_);
            reader_ = reader.get();
            centre.reader = std::move(reader);
            centre.dialect = "platform";
            centre.identify =
                [this](const genesys::CallLimits&) -> absl::StatusOr<genesys::Identity> {
              std::lock_guard lock(mutex_);
              if (!identity_.ok()) return identity_;
              genesys::Identity identity;
              identity.organisation = {"o1", "Acme"};
              return identity;
            };
            centre.budget_per_minute = [] { return 240.0; };
            centre.budget_left = [] { return 60.0; };
            auto app = IngestApp::MakeOver(dependencies, std::move(centre));
            if (!app.ok()) return app.status();
            on_made_();
            return std::unique_ptr<runtime::App>(*std::move(app));
          }}});
  }
  void SetIdentity(absl::Status status) {
    std::lock_guard lock(mutex_);
    identity_ = std::move(status);
  }

  SimulatedClock clock_{absl::FromUnixSeconds(1699952400)};
  SequentialIdSource ids_{"id"};
  obs::Logger log_{"test", obs::Severity::kError, clock_, stderr};
  obs::Metrics metrics_;
  config::v1::Config config_ = config::DefaultConfig();
  std::map<std::string, std::string> environment_;
  FakeReader* reader_ = nullptr;  // of the process that was started last; gone with it
  std::atomic<int> all_reads_ = 0;
  std::function<void()> on_made_ = [] {};  // called before the app starts
  std::mutex mutex_;
  absl::Status identity_;
};

TEST_F(IngestAppTest, API1_WhatCannotWorkEndsTheProcessAtOnce) {
  EXPECT_EQ(IngestApp::Make(Dependencies()).status().code(), absl::StatusCode::kNotFound);
  environment_ = {{"GENESYS_CLIENT_ID", "i"}, {"GENESYS_CLIENT_SECRET", "s"}};
  config_.mutable_centre()->set_region("foo");
  EXPECT_EQ(IngestApp::Make(Dependencies()).status().code(), absl::StatusCode::kInvalidArgument);
  config_.mutable_centre()->set_region("eu_west_1");
  EXPECT_TRUE(IngestApp::Make(Dependencies()).ok());
}

TEST_F(IngestAppTest, API10_AnotherOrganisationEndsTheProcess) {
  SetIdentity(RefusalStatus(absl::StatusCode::kInvalidArgument,
                            "centre.organisation_id is \"o1\", but ...",
                            {"WRONG_ORGANISATION", {}}));
  const auto process = StartOverFake();
  EXPECT_EQ(process.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(all_reads_, 0);
}

TEST_F(IngestAppTest, API10_AProxysRefusalIsWaitedOut) {
  SetIdentity(absl::InvalidArgumentError("tokens.me: answered 407 proxy authentication"));
  const auto process = StartOverFake();
  ASSERT_TRUE(process.ok()) << process.status();
  clock_.WaitForSleepers(2);
  EXPECT_THAT(std::string((*process)->app(runtime::ServiceId::kIngest).Ready().message()),
              HasSubstr("407"));
  (*process)->Stop();
}

TEST_F(IngestAppTest, API10_ACentreThatCannotBeReachedIsWaitedFor) {
  SetIdentity(absl::UnavailableError("tokens.me: no route to host"));
  const auto process = StartOverFake();
  ASSERT_TRUE(process.ok()) << process.status();
  runtime::App& app = (*process)->app(runtime::ServiceId::kIngest);
  clock_.WaitForSleepers(2);  // admission and housekeeping
  EXPECT_THAT(std::string(app.Ready().message()), HasSubstr("no route to host"));
  EXPECT_EQ(reader_->reads(Section::kQueues), 0);
  SetIdentity(absl::OkStatus());
  clock_.Advance(absl::Seconds(1));
  reader_->WaitForReads(Section::kStates, 1);
  while (!app.Ready().ok()) {
  }
  const auto stub =
      v1::IngestService::NewStub((*process)->InProcessChannel(runtime::ServiceId::kIngest));
  v1::GetStatusResponse status;
  grpc::ClientContext context;
  rpc::PrepareCall(context, absl::Seconds(10));
  ASSERT_TRUE(stub->GetStatus(&context, {}, &status).ok());
  EXPECT_EQ(status.organisation_id(), "o1");
  EXPECT_EQ(status.sections_size(), 6);
  (*process)->Stop();
}

TEST_F(IngestAppTest, StreamsEndPromptlyWhenTheAppStops) {
  const auto process = StartOverFake();
  ASSERT_TRUE(process.ok()) << process.status();
  const auto stub =
      v1::IngestService::NewStub((*process)->InProcessChannel(runtime::ServiceId::kIngest));
  grpc::ClientContext context;
  rpc::PrepareStream(context);
  const auto stream = stub->WatchSnapshots(&context, {});
  v1::WatchSnapshotsResponse part;
  ASSERT_TRUE(stream->Read(&part));
  std::jthread stopper([&] { (*process)->Stop(); });
  while (stream->Read(&part)) {
  }
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(IngestAppTest, OPS8_WhatCouldNotBePrunedIsPrunedSoonAfter) {
  const std::string path = testing::TempDir() + "/pruned_soon_after.db";
  for (const char* end : {"", "-wal", "-shm"}) std::remove((path + end).c_str());
  config_.mutable_ingest()->set_database(path);
  const auto other = *store::OpenSqlite(path);
  const auto run = [&](const std::string& sql) {
    EXPECT_TRUE(other
                    ->InTransaction([&](store::Connection& connection) {
                      return connection.Execute(sql).status();
                    })
                    .ok());
  };
  const auto summaries = [&] {
    int64_t count = -1;
    EXPECT_TRUE(other
                    ->InTransaction([&](store::Connection& connection) -> absl::Status {
                      const auto rows = connection.Query("SELECT count(*) FROM snapshot_summary");
                      if (rows.ok()) count = store::AsInt((*rows)[0][0]);
                      return rows.status();
                    })
                    .ok());
    return count;
  };
  on_made_ = [&] {
    run("INSERT INTO snapshot_summary VALUES (1, 0, 0, 0, 0, 1)");
    run("INSERT INTO snapshot_summary VALUES (2, 0, 0, 0, 0, 1)");
    run("ALTER TABLE queue_interval RENAME TO hidden");
  };
  SetIdentity(absl::UnavailableError("no route to host"));  // nothing is read
  const auto process = StartOverFake();
  ASSERT_TRUE(process.ok()) << process.status();
  clock_.WaitForSleepers(2);  // admission and housekeeping
  EXPECT_EQ(metrics_.Value(kHistoryErrors), 1);
  EXPECT_EQ(summaries(), 2);
  run("ALTER TABLE hidden RENAME TO queue_interval");
  clock_.Advance(absl::Seconds(5));
  clock_.WaitForSleepers(2);
  EXPECT_EQ(summaries(), 1) << "the newest stays";
  (*process)->Stop();
}

TEST_F(IngestAppTest, MetricsShowTheSections) {
  const auto process = StartOverFake();
  ASSERT_TRUE(process.ok()) << process.status();
  reader_->WaitForReads(Section::kAgentWork, 1);
  clock_.WaitForSleepers(7);
  for (int i = 0; i < 6; ++i) {
    clock_.Advance(absl::Seconds(1));
    clock_.WaitForSleepers(7);
  }
  EXPECT_EQ(metrics_.Value(kReadings, {"states", "good"}), 1);
  EXPECT_EQ(metrics_.Value(kSectionAge, {"states"}), 5);
  EXPECT_EQ(metrics_.Value(kSectionInterval, {"roster"}), 600);
  EXPECT_EQ(metrics_.Value(kSectionSeen, {"states"}), 1);
  EXPECT_GE(metrics_.Value(kSnapshotNumber), 1);
  EXPECT_EQ(metrics_.Value(kActuatorConnected), 0);
  (*process)->Stop();
}

TEST(MetricsObserverTest, CallsByOperationAndStatus) {
  obs::Metrics metrics;
  metrics.Register(MetricsTable());
  MetricsObserver observer(metrics);
  observer.OnAttempt("users.list", 200, absl::Seconds(1), 1);
  observer.OnAttempt("users.list", 429, absl::Seconds(1), 2);
  observer.OnAttempt("users.list", 503, absl::Seconds(1), 3);
  observer.OnAttempt("users.list", 0, absl::Seconds(1), 4);
  observer.OnAttempt(genesys::kTokenOperation, 401, absl::Seconds(1), 1);
  observer.OnBudget(240, 17);
  EXPECT_EQ(metrics.Value(kCalls, {"users.list", "2xx"}), 1);
  EXPECT_EQ(metrics.Value(kCalls, {"users.list", "429"}), 1);
  EXPECT_EQ(metrics.Value(kCalls, {"users.list", "5xx"}), 1);
  EXPECT_EQ(metrics.Value(kCalls, {"users.list", "none"}), 1);
  EXPECT_EQ(metrics.Value(kCalls, {"oauth.token", "4xx"}), 1);
  EXPECT_EQ(metrics.Value(kCallSeconds, {"users.list"}), 4);
  EXPECT_EQ(metrics.Value(kRetries, {"users.list"}), 3);
  EXPECT_EQ(metrics.Value(kBudgetLeft), 17);
}

}  // namespace
}  // namespace evenkeel::ingest
