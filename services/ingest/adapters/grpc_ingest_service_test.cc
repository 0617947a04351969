#include "services/ingest/adapters/grpc_ingest_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/base/error_details.h"
#include "common/convert/snapshot.h"
#include "common/convert/snapshot_stream.h"
#include "common/convert/time.h"
#include "common/rpc/channel.h"
#include "common/rpc/interceptors.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/ingest/adapters/sqlite_history.h"
#include "services/ingest/testing/fake_reader.h"
#include "services/ingest/testing/fragile_history.h"
#include "services/ingest/testing/log_text.h"

namespace evenkeel::ingest {
namespace {

using model::Section;
using testing::ElementsAre;

class NoObserver final : public PollObserver {
 public:
  void OnReading(Section, const absl::Status&) override {}
  void OnSnapshot(const model::Snapshot&) override {}
  void OnHistoryError() override {}
};

class GrpcIngestServiceTest : public testing::Test {
 protected:
  GrpcIngestServiceTest() {
    metrics_.Register(rpc::RpcMetrics());
    server_ = *rpc::Server::Start("", {&service_}, metrics_, log_);
    stub_ = v1::IngestService::NewStub(server_->InProcessChannel(metrics_));
  }
  ~GrpcIngestServiceTest() override { hub_.Close(); }

  static PollerSettings Settings() {
    PollerSettings settings;
    settings.intervals = {
        {Section::kRoster, absl::Minutes(10)},   {Section::kStates, absl::Seconds(15)},
        {Section::kQueues, absl::Seconds(30)},   {Section::kLive, absl::Seconds(15)},
        {Section::kIntervals, absl::Minutes(1)}, {Section::kAgentWork, absl::Minutes(1)},
    };
    settings.queue_ids = {"q1", "q2"};
    return settings;
  }
  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (v1::IngestService::Stub::*method)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    rpc::PrepareCall(context, absl::Seconds(10));
    return rpc::FromGrpc((stub_.get()->*method)(&context, request, &response));
  }
  void ReadAll() {
    for (const auto& [section, interval] : Settings().intervals) {
      EXPECT_TRUE(poller_.Read(section, {}).ok());
    }
  }
  // The queues' waiting contacts tell the snapshots apart.
  void Publish(uint64_t number) {
    auto snapshot = std::make_shared<model::Snapshot>();
    snapshot->number = number;
    snapshot->taken_at = clock_.Now();
    for (int i = 0; i < 50; ++i) {
      model::QueueLive live;
      live.queue_id = "q" + std::to_string(100 + i);
      live.waiting = i == 7 ? static_cast<int64_t>(number) : 1;
      snapshot->live.push_back(live);
    }
    snapshot->agents = {{"a1", "", {}}};
    hub_.Publish(snapshot);
  }

  SimulatedClock clock_{absl::FromUnixSeconds(1699952400)};
  LogText told_;
  obs::Logger log_{"test", obs::Severity::kError, clock_, told_.file()};
  obs::Metrics metrics_;
  FakeReader reader_{clock_};
  std::unique_ptr<FragileHistory> history_ =
      std::make_unique<FragileHistory>(*OpenSqliteHistory(""));
  SnapshotHub hub_{100};
  NoObserver observer_;
  Poller poller_{Settings(), reader_, [] { return 240.0; }, clock_, *history_, hub_,
                 observer_,  log_};
  GrpcIngestService service_{hub_,    *history_,
                             poller_, [] {
                               return CentreStatus{"platform", "o1", 240, 17, true}; },
                             clock_,  log_};
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<v1::IngestService::Stub> stub_;
};

TEST_F(GrpcIngestServiceTest, GetSnapshot) {
  v1::GetSnapshotRequest request;
  v1::GetSnapshotResponse response;
  EXPECT_EQ(Call(&v1::IngestService::Stub::GetSnapshot, request, response).code(),
            absl::StatusCode::kUnavailable);
  ReadAll();
  ASSERT_TRUE(Call(&v1::IngestService::Stub::GetSnapshot, request, response).ok());
  EXPECT_EQ(convert::FromProto(response.snapshot()), *hub_.newest());
  request.add_sections(types::v1::SECTION_STATES);
  request.set_number(6);
  ASSERT_TRUE(Call(&v1::IngestService::Stub::GetSnapshot, request, response).ok());
  EXPECT_EQ(response.snapshot().states_size(), 3);
  EXPECT_EQ(response.snapshot().agents_size(), 0);
  EXPECT_EQ(response.snapshot().quality_size(), 7);
  request.set_number(700);
  EXPECT_EQ(Call(&v1::IngestService::Stub::GetSnapshot, request, response).code(),
            absl::StatusCode::kNotFound);
  request.add_sections(types::v1::SECTION_UNSPECIFIED);
  request.add_sections(static_cast<types::v1::Section>(99));
  EXPECT_EQ(GetViolations(Call(&v1::IngestService::Stub::GetSnapshot, request, response)).size(),
            2u);
}

TEST_F(GrpcIngestServiceTest, WatchSendsAWholeOneThenDeltasAndNowAndThenAWholeOne) {
  Publish(1);
  grpc::ClientContext context;
  rpc::PrepareStream(context);
  const auto stream = stub_->WatchSnapshots(&context, {});
  convert::SnapshotAssembler assembler;
  v1::WatchSnapshotsResponse part;
  std::vector<uint64_t> whole;
  size_t largest_delta = 0;
  const int whole_every = GrpcIngestService::kWholeEvery;
  for (uint64_t number = 1; number <= 3 * whole_every; ++number) {
    if (number > 1) Publish(number);
    do {
      ASSERT_TRUE(stream->Read(&part));
      ASSERT_TRUE(assembler.Take(part).ok());
      if (part.base_number() == 0) {
        whole.push_back(number);
      } else {
        largest_delta = std::max(largest_delta, part.ByteSizeLong());
      }
    } while (!part.last());
    ASSERT_EQ(*assembler.newest(), *hub_.newest());
  }
  EXPECT_THAT(whole, ElementsAre(1, 1 + whole_every, 1 + 2 * whole_every));
  EXPECT_LT(largest_delta, 100u);
  // A reader that fell behind gets a whole one and skips the numbers between.
  Publish(1000);
  ASSERT_TRUE(stream->Read(&part));
  EXPECT_EQ(part.base_number(), 0u);
  EXPECT_EQ(part.part().number(), 1000u);
  hub_.Close();
  EXPECT_FALSE(stream->Read(&part));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(GrpcIngestServiceTest, WatchSendsOnlyTheSectionsAskedFor) {
  Publish(1);
  grpc::ClientContext context;
  rpc::PrepareStream(context);
  v1::WatchSnapshotsRequest request;
  request.add_sections(types::v1::SECTION_ROSTER);
  const auto stream = stub_->WatchSnapshots(&context, request);
  v1::WatchSnapshotsResponse part;
  ASSERT_TRUE(stream->Read(&part));
  EXPECT_EQ(part.part().agents_size(), 1);
  EXPECT_EQ(part.part().live_size(), 0);
  context.TryCancel();
  while (stream->Read(&part)) {
  }
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(GrpcIngestServiceTest, OPS8_AFaultOfTheHistoryGoesToTheLog) {
  history_->Fail(absl::InternalError("no such table"));
  v1::QueryHistoryRequest request;
  *request.mutable_from() = convert::ToProto(clock_.Now() - absl::Hours(1));
  v1::QueryHistoryResponse response;
  const absl::Status status = Call(&v1::IngestService::Stub::QueryHistory, request, response);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(told_.Count("no such table"), 1);
}

TEST_F(GrpcIngestServiceTest, QueryHistoryInPages) {
  ReadAll();
  v1::QueryHistoryRequest request;
  *request.mutable_from() = convert::ToProto(clock_.Now() - absl::Hours(1));
  *request.mutable_to() = convert::ToProto(clock_.Now() + absl::Hours(1));
  request.set_page_size(5);
  std::vector<std::string> starts;
  int pages = 0;
  do {
    v1::QueryHistoryResponse response;
    ASSERT_TRUE(Call(&v1::IngestService::Stub::QueryHistory, request, response).ok());
    ++pages;
    for (const auto& interval : response.intervals()) {
      starts.push_back(std::to_string(interval.start().seconds()) + interval.queue_id());
      EXPECT_EQ(interval.offered(), 10);
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(starts.size(), 12u);
  EXPECT_TRUE(std::is_sorted(starts.begin(), starts.end()));
  request.add_queue_ids("q2");
  v1::QueryHistoryResponse response;
  request.clear_to();  // until now
  request.set_page_size(0);
  ASSERT_TRUE(Call(&v1::IngestService::Stub::QueryHistory, request, response).ok());
  EXPECT_EQ(response.intervals_size(), 5);
}

TEST_F(GrpcIngestServiceTest, QueryHistoryNamesEveryWrongField) {
  v1::QueryHistoryRequest request;
  request.set_page_size(20000);
  request.set_page_token("nonsense");
  v1::QueryHistoryResponse response;
  const absl::Status status = Call(&v1::IngestService::Stub::QueryHistory, request, response);
  std::vector<std::string> fields;
  for (const auto& violation : GetViolations(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("from", "page_size", "page_token"));
  *request.mutable_from() = convert::ToProto(clock_.Now());
  *request.mutable_to() = convert::ToProto(clock_.Now());
  EXPECT_EQ(GetViolations(Call(&v1::IngestService::Stub::QueryHistory, request, response)).size(),
            3u);
}

TEST_F(GrpcIngestServiceTest, GetStatusTellsHowTheReadingGoes) {
  reader_.Fail(Section::kLive, absl::PermissionDeniedError("needs x"));
  ASSERT_TRUE(poller_.Read(Section::kStates, {}).ok());
  (void)poller_.Read(Section::kLive, {});
  v1::GetStatusResponse response;
  ASSERT_TRUE(Call(&v1::IngestService::Stub::GetStatus, {}, response).ok());
  EXPECT_EQ(response.dialect(), "platform");
  EXPECT_EQ(response.organisation_id(), "o1");
  EXPECT_EQ(response.budget_left(), 17);
  EXPECT_TRUE(response.actuator_connected());
  EXPECT_EQ(response.newest_snapshot(), 1u);
  ASSERT_EQ(response.sections_size(), 6);
  for (const auto& section : response.sections()) {
    const bool live = section.quality().section() == types::v1::SECTION_LIVE;
    EXPECT_EQ(section.failures_in_a_row(), live ? 1 : 0);
    EXPECT_EQ(section.last_error().empty(), !live);
  }
}

}  // namespace
}  // namespace evenkeel::ingest
