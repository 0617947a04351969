// A generated centre of any size, for measuring how reading scales.
#pragma once

#include "tools/genesys_sim/engine/scenario.h"

namespace evenkeel::bench {

// A centre with `queues` queues and `agents` agents, who belong to one to five neighbouring queues
// each and are joined to most of them; a tenth is in a break at any time. Calls keep them busy
// three quarters of the time. The same for the same numbers.
sim::Scenario LargeCentre(int agents, int queues);

}  // namespace evenkeel::bench
