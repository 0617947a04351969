#include "services/ingest/adapters/grpc_ingest_service.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <set>

#include "common/base/error_details.h"
#include "common/convert/snapshot.h"
#include "common/convert/snapshot_stream.h"
#include "common/convert/time.h"
#include "common/rpc/status.h"

namespace evenkeel::ingest {
namespace {

// How soon a stream notices that its reader has gone; a newer snapshot wakes it at once.
constexpr absl::Duration kGoneCheck = absl::Milliseconds(100);
constexpr int kDefaultPageSize = 1000;
constexpr int kMaxPageSize = 10000;

template <typename Sections>
std::set<model::Section> ReadSections(const Sections& sections, Violations& violations) {
  std::set<model::Section> read;
  for (int i = 0; i < sections.size(); ++i) {
    const auto section = static_cast<types::v1::Section>(sections.Get(i));
    if (section == types::v1::SECTION_UNSPECIFIED || !types::v1::Section_IsValid(section)) {
      violations.Add(absl::StrCat("sections[", i, "]"), "is not a section");
    } else {
      read.insert(convert::FromProto(section));
    }
  }
  return read;
}

// "<start in nanoseconds>/<queue id>": the last interval of a page.
std::string PageToken(const model::QueueInterval& last) {
  return absl::StrCat(absl::ToUnixNanos(last.start), "/", last.queue_id);
}

void ReadPageToken(const std::string& token, IntervalQuery& query, Violations& violations) {
  if (token.empty()) return;
  const size_t slash = token.find('/');
  int64_t nanoseconds = 0;
  if (slash == std::string::npos || !absl::SimpleAtoi(token.substr(0, slash), &nanoseconds)) {
    violations.Add("page_token", "is not one that an answer gave");
    return;
  }
  query.after_start = absl::FromUnixNanos(nanoseconds);
  query.after_queue_id = token.substr(slash + 1);
}

}  // namespace

GrpcIngestService::GrpcIngestService(SnapshotHub& hub, HistoryStore& history, const Poller& poller,
                                     std::function<CentreStatus()> centre, const Clock& clock,
                                     obs::Logger& log)
    : hub_(hub),
      history_(history),
      poller_(poller),
      centre_(std::move(centre)),
      clock_(clock),
      log_(log) {}

grpc::Status GrpcIngestService::GetSnapshot(grpc::ServerContext*,
                                            const v1::GetSnapshotRequest* request,
                                            v1::GetSnapshotResponse* response) {
  Violations violations;
  const std::set<model::Section> sections = ReadSections(request->sections(), violations);
  if (!violations.empty()) return rpc::ToGrpc(violations.ToStatus());
  const auto snapshot = hub_.Get(request->number());
  if (!snapshot.ok()) return rpc::ToGrpc(snapshot.status());
  *response->mutable_snapshot() = convert::ToProto(convert::SelectSections(**snapshot, sections));
  return grpc::Status::OK;
}

grpc::Status GrpcIngestService::WatchSnapshots(
    grpc::ServerContext* context, const v1::WatchSnapshotsRequest* request,
    grpc::ServerWriter<v1::WatchSnapshotsResponse>* writer) {
  Violations violations;
  const std::set<model::Section> sections = ReadSections(request->sections(), violations);
  if (!violations.empty()) return rpc::ToGrpc(violations.ToStatus());
  model::Snapshot sent;  // what the reader has; number 0: nothing
  int since_whole = 0;
  while (!context->IsCancelled()) {
    const auto newer = hub_.WaitNewer(sent.number, kGoneCheck);
    if (hub_.closed()) return {grpc::StatusCode::UNAVAILABLE, "ingest is stopping"};
    if (newer == nullptr) continue;
    model::Snapshot next = convert::SelectSections(*newer, sections);
    const bool whole =
        sent.number == 0 || next.number != sent.number + 1 || since_whole + 1 >= kWholeEvery;
    since_whole = whole ? 0 : since_whole + 1;
    for (const auto& part : convert::SplitSnapshot(whole ? nullptr : &sent, next, kMaxPartBytes)) {
      if (!writer->Write(part)) return grpc::Status::CANCELLED;
    }
    sent = std::move(next);
  }
  return grpc::Status::CANCELLED;
}

grpc::Status GrpcIngestService::QueryHistory(grpc::ServerContext*,
                                             const v1::QueryHistoryRequest* request,
                                             v1::QueryHistoryResponse* response) {
  Violations violations;
  IntervalQuery query;
  query.queue_ids.assign(request->queue_ids().begin(), request->queue_ids().end());
  if (!request->has_from()) violations.Add("from", "is missing");
  query.from = convert::FromProto(request->from());
  query.to = request->has_to() ? convert::FromProto(request->to()) : clock_.Now();
  if (request->has_from() && query.to <= query.from) {
    violations.Add(request->has_to() ? "to" : "from",
                   request->has_to() ? "must be after from" : "must be before now");
  }
  if (request->page_size() < 0 || request->page_size() > kMaxPageSize) {
    violations.Add("page_size",
                   absl::StrCat("must be 0 to ", kMaxPageSize, ", is ", request->page_size()));
  }
  ReadPageToken(request->page_token(), query, violations);
  if (!violations.empty()) return rpc::ToGrpc(violations.ToStatus());
  const int page_size = request->page_size() == 0 ? kDefaultPageSize : request->page_size();
  query.limit = page_size + 1;  // one more tells whether there is a next page
  const auto found = history_.Query(query);
  if (found.status().code() == absl::StatusCode::kInternal) {
    log_.Error("internal error", {{"error", std::string(found.status().message())}});
  }
  if (!found.ok()) return rpc::ToGrpc(found.status());
  for (const StoredInterval& stored : *found) {
    if (response->intervals_size() == page_size) break;
    *response->add_intervals() = convert::ToProto(stored.interval);
  }
  if (static_cast<int>(found->size()) > page_size) {
    response->set_next_page_token(PageToken((*found)[page_size - 1].interval));
  }
  return grpc::Status::OK;
}

grpc::Status GrpcIngestService::GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                                          v1::GetStatusResponse* response) {
  const CentreStatus centre = centre_();
  response->set_dialect(centre.dialect);
  response->set_organisation_id(centre.organisation_id);
  response->set_budget_per_minute(centre.budget_per_minute);
  response->set_budget_left(centre.budget_left);
  response->set_actuator_connected(centre.actuator_connected);
  if (const auto newest = hub_.newest()) {
    response->set_newest_snapshot(newest->number);
    *response->mutable_newest_taken_at() = convert::ToProto(newest->taken_at);
  }
  for (const SectionStatus& status : poller_.Status()) {
    auto& section = *response->add_sections();
    *section.mutable_quality() = convert::ToProto(status.quality);
    *section.mutable_configured_interval() = convert::ToProto(status.configured_interval);
    section.set_last_error(status.last_error);
    section.set_failures_in_a_row(status.failures_in_a_row);
    section.set_requests_per_reading(status.requests_per_reading);
  }
  *response->mutable_clock_now() = convert::ToProto(clock_.Now());
  return grpc::Status::OK;
}

}  // namespace evenkeel::ingest
