// The texts of tools/lab/models, put into the program when it is built.
#pragma once

namespace evenkeel::lab {

inline constexpr int kShippedModelCount = 5;
extern const char* const kShippedModels[kShippedModelCount];

}  // namespace evenkeel::lab
