// Configured windows of time -> model.
#pragma once

#include <vector>

#include "common/model/time_window.h"
#include "evenkeel/config/v1/config.pb.h"

namespace evenkeel::convert {

// Requires windows that ValidateConfig found right.
std::vector<model::TimeWindow> WindowsFrom(
    const google::protobuf::RepeatedPtrField<config::v1::TimeWindow>& windows);

}  // namespace evenkeel::convert
