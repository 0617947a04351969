// Studies of queues whose steady state is known by formula: Erlang B, C and A.
#pragma once

#include <vector>

#include "tools/lab/published/study.h"

namespace evenkeel::lab {

std::vector<Study> ErlangStudies();

}  // namespace evenkeel::lab
