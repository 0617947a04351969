// Test helper: reads rows of numbers from a file of reference data, {"<section>": [{"key": number
// or null, ...}, ...], ...}.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status_macros.h"
#include "common/json/reader.h"

namespace evenkeel::stats {

using Row = std::vector<std::optional<double>>;  // by key; nullopt: null or absent

// Calls `read(json::Value)` -> absl::Status for each element of the array `section` of `text`.
template <typename Read>
absl::Status ForEachRow(const std::string& text, std::string_view section, Read read) {
  json::Reader reader;
  return reader.Parse(text, [&](json::Value root) -> absl::Status {
    json::Object object(root);
    const std::string_view keys[] = {section};
    while (object.Next(keys)) {
      json::Array array(object.value());
      while (array.Next()) EVENKEEL_RETURN_IF_ERROR(read(array.value()));
      EVENKEEL_RETURN_IF_ERROR(array.Finish());
    }
    return object.Finish({0});
  });
}

inline absl::StatusOr<std::vector<Row>> ReadRows(const std::string& text, std::string_view section,
                                                 std::span<const std::string_view> keys) {
  std::vector<Row> rows;
  EVENKEEL_RETURN_IF_ERROR(ForEachRow(text, section, [&](json::Value value) -> absl::Status {
    Row& row = rows.emplace_back(keys.size());
    json::Object object(value);
    while (object.Next(keys)) {
      EVENKEEL_RETURN_IF_ERROR(object.value().Read(row[static_cast<size_t>(object.field())]));
    }
    return object.Finish();
  }));
  return rows;
}

}  // namespace evenkeel::stats
