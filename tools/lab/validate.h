// evenkeel-lab validate: the engine against what others published (SIM-2).
#pragma once

#include <string>
#include <vector>

namespace evenkeel::lab {

// A figure must lie within kFailZ standard errors of the published one, and of n figures of one set
// at most kNearShare * n (rounded up) outside kNearZ.
inline constexpr double kFailZ = 3.29;
inline constexpr double kNearZ = 1.96;
inline constexpr double kNearShare = 4.0 / 23;

// `arguments` as after "evenkeel-lab validate". Returns the exit code: 0 all hold, 1 some do not,
// 2 wrong usage.
int RunValidate(int argc, const char* const* argv);

}  // namespace evenkeel::lab
