// Studies as YAML; the format is in tools/lab/models/README.md.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "tools/lab/published/study.h"

namespace evenkeel::lab {

// `text` holds the study under the key `study` beside its scenario. INVALID_ARGUMENT names every
// problem by its path. What the scenario extends may lie in `folder`.
absl::StatusOr<Study> ParseStudy(const std::string& text, const std::string& folder = "");
// NOT_FOUND: the file cannot be read. Else as ParseStudy, with the file's name before the message.
absl::StatusOr<Study> LoadStudy(const std::string& file);

// The models of tools/lab/models as they were at build time.
std::vector<Study> ShippedStudies();

}  // namespace evenkeel::lab
