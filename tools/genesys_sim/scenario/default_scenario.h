// The text of scenarios/moving_mix.yaml, put into the program when it is built.
#pragma once

namespace evenkeel::sim {

extern const char kDefaultScenario[];

}  // namespace evenkeel::sim
