// Reads requests strictly: a parameter or property that is not known, occurs twice, or is of the
// wrong type or out of range is an error that names it.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error_details.h"
#include "common/json/reader.h"

namespace evenkeel::sim {

// "a%20b" -> "a b"; plus signs become spaces when `plus_is_space`. Empty: a broken escape.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space);

// The parameters of a query string or of a form. Read each known one by its name, then Finish.
class Parameters {
 public:
  explicit Parameters(std::string_view encoded);

  // `fallback` when absent.
  int64_t Int(std::string_view name, int64_t fallback, int64_t least, int64_t most);
  std::optional<bool> Bool(std::string_view name);
  std::string Text(std::string_view name, std::string fallback = "");
  // One of `allowed`.
  std::string Choice(std::string_view name, std::string fallback,
                     const std::vector<std::string>& allowed);
  // An ISO-8601 instant.
  std::optional<absl::Time> Time(std::string_view name);
  // Repeated and comma-joined alike. With `allowed` not empty, only those.
  std::vector<std::string> List(std::string_view name,
                                const std::vector<std::string>& allowed = {});

  void AddViolation(std::string name, std::string problem) {
    violations_.Add(std::move(name), std::move(problem));
  }
  // INVALID_ARGUMENT names every wrong parameter, and every one that nobody asked for.
  absl::Status Finish();

 private:
  // The value of a parameter that may occur once.
  const std::string* One(std::string_view name);

  struct Parameter {
    std::string name;
    std::string value;
    bool used = false;
  };
  std::vector<Parameter> parameters_;
  Violations violations_;
};

struct Property {
  std::string_view name;
  bool required;
  std::function<absl::Status(json::Value)> read;
};

// Reads an object that may have these properties and no others, each once.
absl::Status ReadObject(json::Value value, std::initializer_list<Property> properties);

// Readers for Property: into a variable, or for a property that is known but not looked at.
template <typename T>
auto Into(T& out) {
  return [&out](json::Value value) { return value.Read(out); };
}
absl::Status ReadStrings(json::Value value, std::vector<std::string>& out);
inline auto Into(std::vector<std::string>& out) {
  return [&out](json::Value value) { return ReadStrings(value, out); };
}
inline absl::Status Ignore(json::Value) { return absl::OkStatus(); }
// For what Genesys Cloud has and the simulator does not: refused, lest a caller relies on it.
inline absl::Status NotSimulated(json::Value value) { return value.Error("is not simulated"); }

// "2024-05-15T10:00:00.000Z/2024-05-15T11:00:00.000Z", from < to.
std::optional<std::pair<absl::Time, absl::Time>> ParseInterval(const std::string& text);
// "PT1M", "PT30M", "P1D": a positive time.
std::optional<absl::Duration> ParseIsoDuration(std::string_view text);

}  // namespace evenkeel::sim
