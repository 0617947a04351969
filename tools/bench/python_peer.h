// The peer of evenkeel-bench-ingest that everybody knows: Python's json.loads.
#pragma once

#include <absl/status/statusor.h>

#include <string>

namespace evenkeel::bench {

struct PythonAnswer {
  std::string version;
  double seconds = 0;  // the best of the passes
};

// Has json.loads read the file's bytes so many times. UNAVAILABLE: no python3, or it failed.
absl::StatusOr<PythonAnswer> AskPython(const std::string& file, int passes);

}  // namespace evenkeel::bench
