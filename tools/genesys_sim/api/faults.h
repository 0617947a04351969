// Faults that a test or a scenario asks for (SIM-4): requests that fit are answered wrongly, tokens
// are revoked, or somebody else edits the centre.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error_details.h"
#include "tools/genesys_sim/api/http_server.h"
#include "tools/genesys_sim/engine/random.h"

namespace evenkeel::sim {

enum class FaultKind {
  kStatus,     // answers with `status`; nothing is done
  kMalformed,  // does what was asked; the body stops being JSON half-way
  kTruncate,   // does what was asked; the connection breaks half-way through the body, if any
  kDrop,       // does what was asked; the connection closes without an answer
  kLatency,    // does what was asked; the answer comes late
  kPartial,    // does what was asked; a listing comes without the second half of its entries
  kStale,      // a read is answered as the same one was since the fault began, up to `age` before
  kSkew,       // the API's clock is off by `skew`: Date, and the instants in requests and answers
  kRevoke,     // at `from` all tokens become invalid
  kEditor,     // every `every` somebody else joins or leaves a queue, or changes its capacity
};
// In the order of FaultKind.
inline constexpr std::string_view kFaultKinds[] = {"status",  "malformed", "truncate", "drop",
                                                   "latency", "partial",   "stale",    "skew",
                                                   "revoke",  "editor"};
// Kinds that answer requests; the others happen by themselves.
inline bool IsOfRequests(FaultKind kind) {
  return kind != FaultKind::kRevoke && kind != FaultKind::kEditor;
}

struct Fault {
  std::string path_prefix;
  std::string method;  // empty: any
  FaultKind kind = FaultKind::kStatus;
  int status = 500;
  std::optional<absl::Duration> retry_after;
  absl::Duration latency;                   // real time
  absl::Duration age = absl::Minutes(1);    // of what is stale
  absl::Duration skew = absl::Minutes(5);   // may be negative
  absl::Duration every = absl::Minutes(1);  // of another editor
  double share_ratio = 1;                   // of the requests that fit
  // When it holds, in the centre's time since its first instant.
  absl::Duration from;
  absl::Duration until = absl::InfiniteDuration();
  int64_t count = 1;   // requests; 0: any number
  int64_t number = 0;  // given by Faults
};

// Adds what is wrong with `fault`, naming fields as `name(field)` does.
void CheckFault(const Fault& fault, const std::function<std::string(const char*)>& name,
                Violations& violations);

class Faults {
 public:
  explicit Faults(uint64_t seed);

  // `passed` is the time since the centre's first instant. What would have happened by itself
  // before it does not; tokens that should have been revoked are so at once.
  void Add(Fault fault, absl::Duration passed = absl::ZeroDuration());
  void Clear();

  // The first fault of requests that fits at `passed` since the centre's first instant, used once;
  // empty: none does. Stale ones fit reads only.
  std::optional<Fault> Take(std::string_view method, std::string_view path, bool is_read,
                            absl::Duration passed);

  // The next thing that happens by itself up to `passed`, and when; each once, in their order.
  std::optional<std::pair<absl::Duration, FaultKind>> NextEvent(absl::Duration passed);

  // What a stale read is answered with: `fresh` answers it when nothing young enough is kept.
  HttpAnswer Stale(const Fault& fault, const std::string& question, absl::Duration passed,
                   const std::function<HttpAnswer()>& fresh);

  // What another editor decides; whatever is asked of the API, he does the same.
  Stream& edits() { return edits_; }

 private:
  struct Kept {
    absl::Duration at;
    HttpAnswer answer;
  };
  std::vector<Fault> faults_;
  void Forget(const Fault& fault);
  std::map<std::pair<int64_t, std::string>, Kept> kept_;  // by the fault's number and question
  int64_t added_ = 0;
  Stream shares_;
  Stream edits_;
};

// The answer of a kStatus fault.
HttpAnswer FaultAnswer(const Fault& fault, std::string_view context_id);
// Spoils a good answer as the other kinds do. `now` is the clock's time.
void Spoil(const Fault& fault, absl::Time now, HttpAnswer& answer);
// The JSON text without the second half of its entries: of the first array of the root object among
// "entities", "results", "conversations", "calls", "userDetails", "intervals" and "metrics", or of
// the root array. Of one entry none is left; a text without such an array stays as it is.
std::string HalfOfListing(const std::string& json);
// The text with every instant of the form 2024-05-15T08:00:00Z, with or without a fraction and with
// Z or an offset, so much later.
std::string ShiftInstants(const std::string& text, absl::Duration by);

}  // namespace evenkeel::sim
