// model::Change and its parts <-> their protos. What a caller may send wrong is checked here, all
// at once.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/base/error_details.h"
#include "common/model/change.h"
#include "evenkeel/types/v1/change.pb.h"

namespace evenkeel::convert {

types::v1::Entity ToProto(const model::Entity& entity);
types::v1::Value ToProto(const model::Value& value);
types::v1::Proposal ToProto(const model::Proposal& proposal);
types::v1::Change ToProto(const model::Change& change);
types::v1::ChangeKind ToProto(model::ChangeKind kind);
types::v1::ChangeState ToProto(model::ChangeState state);

// Adds a violation under `at` ("proposal.entity") for each thing that is missing or does not fit.
model::Entity FromProto(const types::v1::Entity& entity, const std::string& at,
                        Violations& violations);
model::Proposal FromProto(const types::v1::Proposal& proposal, const std::string& at,
                          Violations& violations);
// INVALID_ARGUMENT when a peer sent what a change cannot be.
absl::StatusOr<model::Change> FromProto(const types::v1::Change& change);
// Unspecified reads as capacity, respectively proposed; requests are checked before.
model::ChangeKind FromProto(types::v1::ChangeKind kind);
model::ChangeState FromProto(types::v1::ChangeState state);

}  // namespace evenkeel::convert
