// Early return on errors, named like abseil's own macros, which this abseil does not have yet.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <utility>

#define EVENKEEL_CONCAT_INNER(a, b) a##b
#define EVENKEEL_CONCAT(a, b) EVENKEEL_CONCAT_INNER(a, b)

// Returns the status from the enclosing function unless it is OK.
#define EVENKEEL_RETURN_IF_ERROR(expression)                                \
  do {                                                                      \
    if (absl::Status evenkeel_status = (expression); !evenkeel_status.ok()) \
      return evenkeel_status;                                               \
  } while (false)

// Evaluates an absl::StatusOr and moves its value into `lhs`, or returns its status.
#define EVENKEEL_ASSIGN_OR_RETURN(lhs, expression) \
  EVENKEEL_ASSIGN_OR_RETURN_IMPL(EVENKEEL_CONCAT(evenkeel_or_, __LINE__), lhs, expression)
#define EVENKEEL_ASSIGN_OR_RETURN_IMPL(result, lhs, expression) \
  auto result = (expression);                                   \
  if (!result.ok()) return std::move(result).status();          \
  lhs = *std::move(result)
