// The table of docs/architecture.md: what each folder may include.
#pragma once

#include <string>
#include <vector>

namespace evenkeel::architecture {

// The breaches of the table in one file: "file:line: why". `path` is relative to the repository.
std::vector<std::string> CheckIncludes(const std::string& path, const std::string& text);

}  // namespace evenkeel::architecture
