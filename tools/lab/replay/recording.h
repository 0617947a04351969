// A snapshot that evenkeelctl recorded, with the plan that was made from it. Two files, the answers
// of GetSnapshot and PlanCapacity as protobuf JSON: NAME.json and, beside it, NAME.plan.json.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/model/snapshot.h"
#include "evenkeel/optimizer/v1/optimizer_service.pb.h"

namespace evenkeel::lab {

struct Recording {
  std::string file;
  model::Snapshot snapshot;
  optimizer::v1::CapacityPlan plan;
};

// "x/snapshot-7.json" -> "x/snapshot-7.plan.json".
std::string PlanFileOf(const std::string& snapshot_file);

// The recordings of `files`, in that order; names of plan files are passed over, so that a folder's
// *.json can be given. INVALID_ARGUMENT with a violation for each file that cannot be read, is not
// what it should be or does not belong to the other one, or when there is no snapshot among them.
absl::StatusOr<std::vector<Recording>> ReadRecordings(const std::vector<std::string>& files);

}  // namespace evenkeel::lab
