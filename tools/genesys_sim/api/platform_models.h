// platform_models.json as text, put into the program when it is built.
#pragma once

namespace evenkeel::sim {

extern const char kPlatformModels[];

}  // namespace evenkeel::sim
