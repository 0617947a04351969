#include "tools/bench/python_peer.h"

#include <absl/strings/str_cat.h>

#include <cstdio>

namespace evenkeel::bench {

absl::StatusOr<PythonAnswer> AskPython(const std::string& file, int passes) {
  const std::string command = absl::StrCat("python3 '", JSON_LOADS, "' ", passes, " '", file, "'");
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return absl::UnavailableError("cannot run " + command);
  char version[32] = "";
  double seconds = 0;
  const int read = std::fscanf(pipe, "%31s %lf", version, &seconds);
  if (pclose(pipe) != 0 || read != 2 || !(seconds > 0)) {
    return absl::UnavailableError("no figure from " + command);
  }
  return PythonAnswer{version, seconds};
}

}  // namespace evenkeel::bench
