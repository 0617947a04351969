#include "common/genesys/parse.h"

#include <absl/strings/str_cat.h>

#include "common/base/string_bridge.h"
#include "common/genesys/centre_reader.h"

namespace evenkeel::genesys {

absl::Status ReadId(json::Value value, std::string_view& out) {
  EVENKEEL_RETURN_IF_ERROR(value.Read(out));
  if (out.empty() || out.size() > 200) return value.Error("must be an id of 1 to 200 bytes");
  return absl::OkStatus();
}

absl::Status ReadId(json::Value value, std::string& out) {
  std::string_view text;
  EVENKEEL_RETURN_IF_ERROR(ReadId(value, text));
  out.assign(text);
  return absl::OkStatus();
}

absl::Status ReadCount(json::Value value, int64_t& out) {
  EVENKEEL_RETURN_IF_ERROR(value.Read(out));
  // More than any centre counts, and so little that sums of counts cannot overflow.
  if (out < 0 || out > int64_t{1'000'000'000'000}) return value.Error("must be 0 to 1e12");
  return absl::OkStatus();
}

absl::Status ReadSpan(json::Value value, absl::Duration unit, absl::Duration& out) {
  double units = 0;
  EVENKEEL_RETURN_IF_ERROR(value.Read(units));
  out = units * unit;
  if (units < 0 || out > absl::Hours(24 * 36525)) return value.Error("must be 0 to a century");
  return absl::OkStatus();
}

absl::Status ReadReference(json::Value value, std::string& out) {
  out.clear();
  if (value.IsNull()) return absl::OkStatus();
  static constexpr std::array<std::string_view, 1> kKeys = {"id"};
  return ReadMembers(value, kKeys, {}, [&](int, json::Value id) { return ReadId(id, out); });
}

absl::Status ReadInterval(json::Value value, absl::Time& start, absl::Time& end) {
  std::string_view text;
  EVENKEEL_RETURN_IF_ERROR(value.Read(text));
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || !json::ParseInstant(text.substr(0, slash), start) ||
      !json::ParseInstant(text.substr(slash + 1), end) || end <= start) {
    return value.Error("must be an interval such as 2024-05-15T10:00:00Z/2024-05-15T10:05:00Z");
  }
  return absl::OkStatus();
}

absl::Status ReadIntervalStart(json::Value value, absl::Time& start) {
  absl::Time end;
  EVENKEEL_RETURN_IF_ERROR(ReadInterval(value, start, end));
  if (start != IntervalStart(start) || end - start > kIntervalLength) {
    return value.Error("must be five minutes on the clock, as asked for");
  }
  return absl::OkStatus();
}

absl::Status Understood(const Operation& operation, const absl::Status& parsed) {
  if (parsed.ok()) return parsed;
  return absl::DataLossError(
      absl::StrCat(operation.name, ": the answer cannot be understood: ", parsed.message()));
}

absl::Time IntervalStart(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), kIntervalLength);
}

}  // namespace evenkeel::genesys
