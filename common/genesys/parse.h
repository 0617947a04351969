// Small pieces that the parsers of both dialects share (API-6).
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status_macros.h"
#include "common/genesys/operations.h"
#include "common/json/reader.h"

namespace evenkeel::genesys {

// Calls `read(value)` for each element of an array.
template <typename Read>
absl::Status ReadEach(json::Value value, Read read) {
  json::Array array(value);
  while (array.Next()) EVENKEEL_RETURN_IF_ERROR(read(array.value()));
  return array.Finish();
}

// Calls `read(index of the key, value)` for each member whose key is in `keys`.
template <size_t N, typename Read>
absl::Status ReadMembers(json::Value value, const std::array<std::string_view, N>& keys,
                         std::initializer_list<int> required, Read read) {
  json::Object object(value);
  while (object.Next(keys)) EVENKEEL_RETURN_IF_ERROR(read(object.field(), object.value()));
  return object.Finish(required);
}

// An identifier: not empty, at most 200 bytes. As a view it is valid until the reader parses again.
absl::Status ReadId(json::Value value, std::string& out);
absl::Status ReadId(json::Value value, std::string_view& out);
// A count: a whole number from 0 to 1e12.
absl::Status ReadCount(json::Value value, int64_t& out);
// A span, or a sum of spans, from 0 to a century, given in units of `unit`.
absl::Status ReadSpan(json::Value value, absl::Duration unit, absl::Duration& out);
// The member "id" of an object; null and an object without one leave `out` empty.
absl::Status ReadReference(json::Value value, std::string& out);
// "start/end", two instants in order.
absl::Status ReadInterval(json::Value value, absl::Time& start, absl::Time& end);
// An interval that must begin on the clock's five minutes and be no longer: its start.
absl::Status ReadIntervalStart(json::Value value, absl::Time& start);

// What paging needs to know of a page.
struct PageInfo {
  int64_t entries = 0;           // on this page
  std::optional<int64_t> total;  // in all pages
  std::optional<int64_t> page_count;
  std::string next_uri;            // empty: none
  std::string continuation_token;  // empty: none
};

// DATA_LOSS "<operation>: the answer cannot be understood: <path>: <problem>" for a parser's error.
absl::Status Understood(const Operation& operation, const absl::Status& parsed);

// The begin of the five minutes that `time` lies in.
absl::Time IntervalStart(absl::Time time);

}  // namespace evenkeel::genesys
