#include "tools/lab/replay/recording.h"

#include <absl/strings/str_cat.h>
#include <google/protobuf/util/json_util.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "common/base/error_details.h"
#include "common/convert/snapshot.h"
#include "evenkeel/ingest/v1/ingest_service.pb.h"

namespace evenkeel::lab {
namespace {

constexpr char kPlanEnd[] = ".plan.json";

// False, with a violation, when `file` does not hold such a message.
bool Read(const std::string& file, const char* is, google::protobuf::Message& message,
          Violations& violations) {
  std::error_code problem;
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  // A folder opens like a file, and reads like an empty one.
  if (!stream.good() || std::filesystem::is_directory(file, problem)) {
    violations.Add(file, "cannot be read");
    return false;
  }
  const auto parsed = google::protobuf::util::JsonStringToMessage(text.str(), &message);
  if (!parsed.ok()) {
    violations.Add(
        file,
        absl::StrCat("is not ", is, " as evenkeelctl records it: ", std::string(parsed.message())));
  }
  return parsed.ok();
}

}  // namespace

std::string PlanFileOf(const std::string& snapshot_file) {
  std::filesystem::path plan(snapshot_file);
  return plan.replace_extension(kPlanEnd).string();
}

absl::StatusOr<std::vector<Recording>> ReadRecordings(const std::vector<std::string>& files) {
  Violations violations;
  std::vector<Recording> recordings;
  for (const std::string& file : files) {
    if (file.ends_with(kPlanEnd)) continue;
    ingest::v1::GetSnapshotResponse snapshot;
    optimizer::v1::PlanCapacityResponse plan;
    const std::string plan_file = PlanFileOf(file);
    const bool has_snapshot = Read(file, "a snapshot", snapshot, violations);
    const bool has_plan = Read(plan_file, "a plan", plan, violations);
    if (has_snapshot && snapshot.snapshot().number() == 0) {
      violations.Add(file, "holds no numbered snapshot");
    } else if (has_snapshot && has_plan) {
      if (plan.plan().snapshot_number() != snapshot.snapshot().number()) {
        violations.Add(plan_file,
                       absl::StrCat("is a plan from snapshot ", plan.plan().snapshot_number(),
                                    ", not from ", snapshot.snapshot().number()));
      }
      if (!plan.plan().has_planned_at()) violations.Add(plan_file, "does not say planned_at");
    }
    recordings.push_back({file, convert::FromProto(snapshot.snapshot()), plan.plan()});
  }
  if (recordings.empty()) violations.Add("FILE", "a recorded snapshot is needed");
  if (!violations.empty()) return violations.ToStatus();
  return recordings;
}

}  // namespace evenkeel::lab
