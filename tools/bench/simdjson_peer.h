// The peer of evenkeel-bench-ingest: simdjson's on-demand parser alone, visiting the fields that
// our parsers of the same answers read, and keeping nothing.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace evenkeel::bench {

// How many values were visited and the sum of their lengths and numbers, so that no reading can be
// left out. INVALID_ARGUMENT for text that is not such an answer.
struct Visited {
  int64_t values = 0;
  double sum = 0;
};

class SimdjsonPeer {
 public:
  enum class Answer { kUsers, kActivity, kObservations, kAggregates };

  SimdjsonPeer();
  ~SimdjsonPeer();
  // Copies the text to a padded buffer first, as our reader does.
  absl::StatusOr<Visited> Visit(Answer answer, std::string_view text);

 private:
  struct Parser;
  const std::unique_ptr<Parser> parser_;
};

}  // namespace evenkeel::bench
