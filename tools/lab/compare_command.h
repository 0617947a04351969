// evenkeel-lab compare: what policies would have done in a simulated centre (SIM-7).
#pragma once

namespace evenkeel::lab {

// `argv` as after "evenkeel-lab". Returns the exit code: 0, or 2 for wrong usage.
int RunCompare(int argc, const char* const* argv);

}  // namespace evenkeel::lab
