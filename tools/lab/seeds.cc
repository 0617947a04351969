#include "tools/lab/seeds.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>

#include <set>

namespace evenkeel::lab {

absl::StatusOr<std::vector<uint64_t>> ParseSeeds(const std::string& text) {
  const absl::Status wrong =
      absl::InvalidArgumentError("--seeds must be like 1000-1009 or 3,7,11, at most 10000 of them");
  std::vector<uint64_t> seeds;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::vector<absl::string_view> ends = absl::StrSplit(part, '-');
    uint64_t first = 0, last = 0;
    if (ends.size() > 2 || !absl::SimpleAtoi(ends.front(), &first) ||
        !absl::SimpleAtoi(ends.back(), &last) || last < first || last - first >= 10'000 ||
        last - first + seeds.size() >= 10'000) {
      return wrong;
    }
    for (uint64_t k = 0; k <= last - first; ++k) seeds.push_back(first + k);
  }
  if (std::set<uint64_t>(seeds.begin(), seeds.end()).size() != seeds.size()) {
    return absl::InvalidArgumentError("--seeds: one occurs twice");
  }
  return seeds;
}

}  // namespace evenkeel::lab
