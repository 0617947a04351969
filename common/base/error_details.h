// What an absl::Status carries besides code and message, without protobuf: which fields were wrong,
// which named rule refused, when to try again. `common/rpc` turns these into google.rpc details.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel {

// One wrong field of an input: `field` is its path as the caller writes it ("queues[3].min").
struct FieldViolation {
  std::string field;
  std::string description;

  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

// Collects every violation of an input, so that one answer names them all.
class Violations {
 public:
  void Add(std::string field, std::string description);
  // Adds what another check found, under `prefix` ("inline" + "queues[0]" -> "inline.queues[0]").
  void AddAll(std::string_view prefix, const std::vector<FieldViolation>& found);

  bool empty() const { return found_.empty(); }
  const std::vector<FieldViolation>& found() const { return found_; }

  // OK when empty; else INVALID_ARGUMENT whose message lists every field and whose details carry
  // them one by one.
  absl::Status ToStatus() const;

 private:
  std::vector<FieldViolation> found_;
};

// A refusal by a named rule of ours: `reason` is UPPER_SNAKE_CASE, stable, and fit for a metric
// label; `metadata` holds the figures ("limit" -> "20").
struct Refusal {
  std::string reason;
  std::map<std::string, std::string> metadata;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// A status with `code` and a refusal attached.
absl::Status RefusalStatus(absl::StatusCode code, std::string message, const Refusal& refusal);

// Attaches, respectively reads, details. Readers answer empty where nothing is attached.
void SetRetryAfter(absl::Status& status, absl::Duration delay);
std::optional<absl::Duration> GetRetryAfter(const absl::Status& status);
// Of a failed request: it certainly never left, so nothing can have come of it.
void SetNotSent(absl::Status& status);
void ClearNotSent(absl::Status& status);
bool IsNotSent(const absl::Status& status);
std::vector<FieldViolation> GetViolations(const absl::Status& status);
std::optional<Refusal> GetRefusal(const absl::Status& status);

// For a terminal: one line for each violation; the message where there is none.
std::vector<std::string> ErrorLines(const absl::Status& status);

}  // namespace evenkeel
