// evenkeel-lab judge: a loop against the bars of its specification.
#pragma once

namespace evenkeel::lab {

// Returns the exit code: 0 every bar is met, 1 one is not, 2 a wrong command line.
int RunJudge(int argc, const char* const* argv);

}  // namespace evenkeel::lab
