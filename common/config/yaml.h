// YAML into any protobuf message by reflection: keys are field names, unknown and duplicate keys
// are refused, durations are "15s", instants RFC 3339, enums the lower-case end of their names.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <string>

#include "common/base/error_details.h"

namespace evenkeel::config {

// Merges `yaml` into `message`, adding a violation for each problem. `init_element` is called for
// each new element of a repeated message field before the YAML is read into it (for defaults).
// False when the text as a whole cannot be read, so that what is missing is no further problem.
bool MergeYaml(const std::string& yaml, const std::string& file,
               const std::function<void(google::protobuf::Message&)>& init_element,
               google::protobuf::Message& message, Violations& violations);

}  // namespace evenkeel::config
