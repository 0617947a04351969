// The filter of analytics queries: predicates on dimensions, joined by and/or, one level of clauses
// deep.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/reader.h"

namespace evenkeel::sim {

struct Predicate {
  std::string dimension;
  std::string op = "matches";  // or "exists", "notExists"
  std::optional<std::string> value;
};

struct Clause {
  bool all = true;  // "and"
  std::vector<Predicate> predicates;
};

struct Filter {
  Clause own;
  std::vector<Clause> clauses;

  // `has` says whether an item has a value in a dimension, which may have several; without a value
  // whether it has any. A filter without predicates passes everything.
  using Has = std::function<bool(std::string_view dimension, const std::string* value)>;
  bool PassesIf(const Has& has) const;
  // The same where a dimension has one value at most, that `value_of` gives.
  bool Passes(const std::function<std::optional<std::string>(std::string_view)>& value_of) const;
};

// `dimensions` are those that the query simulates; others are refused.
absl::Status ReadFilter(json::Value value, const std::vector<std::string>& dimensions,
                        Filter& filter);

}  // namespace evenkeel::sim
