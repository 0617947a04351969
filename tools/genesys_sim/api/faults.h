// Faults that a test asks for: the next few requests that fit are answered wrongly (SIM-4).
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/genesys_sim/api/http_server.h"

namespace evenkeel::sim {

enum class FaultKind {
  kStatus,     // answers with `status`; nothing is done
  kMalformed,  // does what was asked; the body stops being JSON half-way
  kTruncate,   // does what was asked; the connection breaks half-way through the body
  kDrop,       // does what was asked; the connection closes without an answer
  kLatency,    // does what was asked; the answer comes late
};
inline constexpr std::pair<std::string_view, FaultKind> kFaultKinds[] = {
    {"status", FaultKind::kStatus},     {"malformed", FaultKind::kMalformed},
    {"truncate", FaultKind::kTruncate}, {"drop", FaultKind::kDrop},
    {"latency", FaultKind::kLatency},
};

struct Fault {
  std::string path_prefix;
  std::string method;  // empty: any
  FaultKind kind = FaultKind::kStatus;
  int status = 500;
  std::optional<absl::Duration> retry_after;
  absl::Duration latency;  // real time
  int64_t count = 1;
};

class Faults {
 public:
  void Add(Fault fault) { faults_.push_back(std::move(fault)); }
  void Clear() { faults_.clear(); }

  // The first fault that fits, used once; empty: none does.
  std::optional<Fault> Take(std::string_view method, std::string_view path);

 private:
  std::vector<Fault> faults_;
};

// The answer of a kStatus fault.
HttpAnswer FaultAnswer(const Fault& fault, std::string_view context_id);
// Spoils a good answer as the other kinds do.
void Spoil(const Fault& fault, HttpAnswer& answer);

}  // namespace evenkeel::sim
