#include "common/base/error_details.h"

#include <absl/strings/cord.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <utility>

#include "common/base/string_bridge.h"

namespace evenkeel {
namespace {

constexpr char kViolationsUrl[] = "evenkeel/violations";
constexpr char kRefusalUrl[] = "evenkeel/refusal";
constexpr char kRetryAfterUrl[] = "evenkeel/retry_after_ns";
constexpr char kNotSentUrl[] = "evenkeel/not_sent";

// Payloads are a flat list of strings, each preceded by its length and a colon: any bytes survive.
void AppendString(std::string& out, const std::string& text) {
  absl::StrAppend(&out, text.size(), ":", text);
}

std::vector<std::string> SplitStrings(const std::string& encoded) {
  std::vector<std::string> strings;
  size_t at = 0;
  while (at < encoded.size()) {
    const size_t colon = encoded.find(':', at);
    size_t length = 0;
    if (colon == std::string::npos || !absl::SimpleAtoi(encoded.substr(at, colon - at), &length) ||
        colon + 1 + length > encoded.size()) {
      return strings;
    }
    strings.push_back(encoded.substr(colon + 1, length));
    at = colon + 1 + length;
  }
  return strings;
}

std::vector<std::string> ReadPayload(const absl::Status& status, const char* url) {
  const auto payload = status.GetPayload(url);
  return payload ? SplitStrings(std::string(*payload)) : std::vector<std::string>();
}

}  // namespace

void Violations::Add(std::string field, std::string description) {
  found_.push_back({std::move(field), std::move(description)});
}

void Violations::AddAll(std::string_view prefix, const std::vector<FieldViolation>& found) {
  for (const FieldViolation& violation : found) {
    Add(prefix.empty() ? violation.field : absl::StrCat(ToAbsl(prefix), ".", violation.field),
        violation.description);
  }
}

absl::Status Violations::ToStatus() const {
  if (found_.empty()) return absl::OkStatus();
  std::string encoded;
  std::vector<std::string> lines;
  for (const FieldViolation& violation : found_) {
    AppendString(encoded, violation.field);
    AppendString(encoded, violation.description);
    lines.push_back(absl::StrCat(violation.field, ": ", violation.description));
  }
  absl::Status status = absl::InvalidArgumentError(absl::StrJoin(lines, "; "));
  status.SetPayload(kViolationsUrl, absl::Cord(encoded));
  return status;
}

absl::Status RefusalStatus(absl::StatusCode code, std::string message, const Refusal& refusal) {
  std::string encoded;
  AppendString(encoded, refusal.reason);
  for (const auto& [key, value] : refusal.metadata) {
    AppendString(encoded, key);
    AppendString(encoded, value);
  }
  absl::Status status(code, message);
  status.SetPayload(kRefusalUrl, absl::Cord(encoded));
  return status;
}

void SetRetryAfter(absl::Status& status, absl::Duration delay) {
  std::string encoded;
  AppendString(encoded, absl::StrCat(absl::ToInt64Nanoseconds(delay)));
  status.SetPayload(kRetryAfterUrl, absl::Cord(encoded));
}

std::optional<absl::Duration> GetRetryAfter(const absl::Status& status) {
  const std::vector<std::string> strings = ReadPayload(status, kRetryAfterUrl);
  int64_t nanoseconds = 0;
  if (strings.size() != 1 || !absl::SimpleAtoi(strings[0], &nanoseconds)) return std::nullopt;
  return absl::Nanoseconds(nanoseconds);
}

void SetNotSent(absl::Status& status) { status.SetPayload(kNotSentUrl, absl::Cord()); }

void ClearNotSent(absl::Status& status) { status.ErasePayload(kNotSentUrl); }

bool IsNotSent(const absl::Status& status) { return status.GetPayload(kNotSentUrl).has_value(); }

std::vector<FieldViolation> GetViolations(const absl::Status& status) {
  const std::vector<std::string> strings = ReadPayload(status, kViolationsUrl);
  std::vector<FieldViolation> violations;
  for (size_t i = 0; i + 1 < strings.size(); i += 2) {
    violations.push_back({strings[i], strings[i + 1]});
  }
  return violations;
}

std::optional<Refusal> GetRefusal(const absl::Status& status) {
  const std::vector<std::string> strings = ReadPayload(status, kRefusalUrl);
  if (strings.empty()) return std::nullopt;
  Refusal refusal{strings[0], {}};
  for (size_t i = 1; i + 1 < strings.size(); i += 2) refusal.metadata[strings[i]] = strings[i + 1];
  return refusal;
}

std::vector<std::string> ErrorLines(const absl::Status& status) {
  std::vector<std::string> lines;
  for (const FieldViolation& violation : GetViolations(status)) {
    lines.push_back(absl::StrCat(violation.field, " ", violation.description));
  }
  if (lines.empty()) lines.emplace_back(status.message());
  return lines;
}

}  // namespace evenkeel
