// Every default of the configuration, in one place. docs/defaults.md states each with its unit and
// its reason; a test compares the two.
#pragma once

#include "evenkeel/config/v1/config.pb.h"

namespace evenkeel::config {

// A configuration with every default set. Repeated fields are empty; see DefaultQueue for theirs.
v1::Config DefaultConfig();

// The defaults of one managed queue.
v1::QueueConfig DefaultQueue();

}  // namespace evenkeel::config
