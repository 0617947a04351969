// evenkeel-lab replay: recorded snapshots through today's planner (SIM-7).
#pragma once

namespace evenkeel::lab {

// `argv` as after "evenkeel-lab". Returns the exit code: 0 when every plan is the same, 1 when one
// differs, 2 for wrong usage or files.
int RunReplay(int argc, const char* const* argv);

}  // namespace evenkeel::lab
